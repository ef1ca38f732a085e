//! Folding much in little memory: on its way a fold is kept again and again, and goes on from the
//! file.

use crate::error::{Code, Error};
use crate::kept;
use crate::open::Fold;
use crate::unkept::in_stages;
use std::path::{Path, PathBuf};

/// Where a fold is kept on its way, and when.
#[derive(Debug)]
pub(crate) struct Stages {
    directory: PathBuf,
    /// After so many new events.
    events: u64,
    /// Events of the ledger with which it is kept next.
    due: u64,
}

impl Stages {
    /// Those of a fold that begins now, for a server that keeps projections after so many events.
    pub(crate) fn of(fold: &Fold, directory: &Path, keep_events: u64) -> Self {
        let events = in_stages(keep_events);
        let due = fold.look_ups.events.saturating_add(events);
        Self { directory: directory.to_owned(), events, due }
    }

    /// Is the fold to be kept now?
    pub(crate) fn is_due(&self, fold: &Fold) -> bool {
        fold.look_ups.events >= self.due
    }

    /// Keeps the fold where it is due.
    ///
    /// # Errors
    /// As [`Self::keep`].
    pub(crate) fn pass(&mut self, fold: &mut Fold) -> Result<(), Error> {
        if self.is_due(fold) { self.keep(fold) } else { Ok(()) }
    }

    /// Keeps the fold. Where there is no room for a file, it goes on in memory.
    ///
    /// # Errors
    /// Where it went on from a file that is damaged.
    pub(crate) fn keep(&mut self, fold: &mut Fold) -> Result<(), Error> {
        self.due = fold.look_ups.events.saturating_add(self.events);
        match fold.keep(&self.directory, || {}) {
            Err(error) if error.code != Code::Damaged => {
                tracing::warn!(%error, "projections not kept; they stay in memory");
                Ok(())
            }
            kept => kept,
        }
    }

    /// Begins anew, with nothing of what was kept.
    pub(crate) fn begin_anew(&mut self) {
        kept::forget(&self.directory);
        self.due = self.events;
    }
}
