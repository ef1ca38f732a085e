//! What is kept of a fold between two starts: all projections as of one ledger size, in a file
//! that a start opens instead of reading every entry again. What did not change since the
//! projections were opened lies in files beside it, those of earlier sizes.
//!
//! A file counts only for the ledger whose entry it names, by the version that wrote it, and where
//! nothing below its size was erased since. Without one everything is folded from the log.

mod directory;
mod look;
mod projections;
mod reading;

use crate::error::{Code, Error};
use crate::limits::KEEPING_FREE_BYTES_MIN;
use crate::open::Fold;
use crate::views::{LookUps, Views, issuer_term};
use directory::{apart, is_needed, path_of, remove};
use laiqu_columns::{self as columns, Opened, Saving};
use laiqu_epcis::query::described_id;
use laiqu_proof::{Frontier, Hash};
use std::fs;
use std::path::Path;

pub(crate) use directory::forget;
pub(crate) use look::look;
pub use look::{KeptFile, KeptState};
pub(crate) use reading::{last_leaf, newest};

/// Raised with every change of what a fold makes of an entry, and of the values that it keeps.
const FOLDS: u64 = 11;

/// Keeps both projections, which have the same size, beside a log that contains it; files of other
/// sizes that are not needed for it are removed. `frontier` is the tree's at that size, `last_leaf`
/// the hash of the last entry. `rest` is called between the pieces that are written.
///
/// # Errors
/// Where that fails; where the projections were opened from something damaged, all of it is
/// removed.
pub(crate) fn keep(
    directory: &Path,
    (frontier, last_leaf): (&Frontier, &Hash),
    (look_ups, views): (&LookUps, &Views),
    rest: impl FnMut() + Send + 'static,
) -> Result<Opened, Error> {
    let failed = |error| not_kept(directory, error);
    fs::create_dir_all(directory).map_err(|e| Error::internal("kept projections", e))?;
    let size = views.size;
    let path = path_of(directory, size);
    let mark = [FOLDS, size, look_ups.events];
    has_room(directory)?;
    let mut saving = Saving::create(&path).map_err(failed)?;
    saving.between_pieces(rest);
    let saved = saving
        .values("version", version().as_bytes())
        .and_then(|()| saving.values("mark", &mark))
        .and_then(|()| saving.values("last_leaf", &[last_leaf.0]))
        .and_then(|()| {
            let peaks: Vec<[u8; 32]> = frontier.peaks().iter().map(|peak| peak.0).collect();
            saving.values("peaks", &peaks)
        })
        .and_then(|()| look_ups.save(&mut saving))
        .and_then(|()| views.save(&mut saving));
    saved.map_err(failed)?;
    has_room(directory)?;
    saving.finish().map_err(failed)?;
    let opened = Opened::open(&path).map_err(failed)?;
    remove(directory, |file| *file != path && !is_needed(file, &opened));
    Ok(opened)
}

/// Whether the disk has room for more than the log may need soon.
///
/// # Errors
/// Where it has not.
pub(crate) fn has_room(directory: &Path) -> Result<(), Error> {
    let room = rustix::fs::statvfs(directory);
    match room.map(|room| room.f_bavail.saturating_mul(room.f_frsize)) {
        Ok(free) if free < KEEPING_FREE_BYTES_MIN => {
            Err(Error::internal("kept projections", format!("{free} bytes of disk are left")))
        }
        _ => Ok(()),
    }
}

/// Projections were not kept.
fn not_kept(directory: &Path, error: columns::Error) -> Error {
    match error {
        columns::Error::Damaged { .. } => damaged(directory, &error),
        columns::Error::Io { .. } => Error::internal("kept projections", error),
    }
}

impl Fold {
    /// Keeps all projections (see [`keep`]), and goes on with those of the file: none of them takes
    /// memory any more.
    ///
    /// # Errors
    /// As [`keep`]; then the fold is what it was.
    pub(crate) fn keep(
        &mut self,
        directory: &Path,
        rest: impl FnMut() + Send + 'static,
    ) -> Result<(), Error> {
        let (log, folded) = ((&self.frontier, &self.head.last_leaf), (&self.look_ups, &self.views));
        let opened = keep(directory, log, folded, rest)?;
        let failed = |error| not_kept(directory, error);
        let (look_ups, views) =
            (LookUps::open(&opened).map_err(failed)?, Views::open(&opened).map_err(failed)?);
        let LookUps { size, events, registry, .. } = std::mem::take(&mut self.look_ups);
        self.look_ups = LookUps { size, events, registry, ..look_ups };
        self.views = Views { size, ..views };
        self.kept = (size, events);
        Ok(())
    }
}

/// Reads what is kept to the last byte, which opening it does not, as long as `goes_on` says so. A
/// file under another name is what a write left that was cut off, or one that is under way.
///
/// # Errors
/// Where it is not what was written: then it is removed too.
pub(crate) fn check(directory: &Path, goes_on: &mut dyn FnMut() -> bool) -> Result<(), Error> {
    for (_, path, opened) in apart(directory) {
        let checked = opened.and_then(|opened| opened.check_while(goes_on));
        if let Err(error) = checked
            && path.exists()
        {
            return Err(damaged(directory, &error));
        }
    }
    Ok(())
}

/// Removes what is kept, since some of it is damaged.
fn damaged(directory: &Path, error: &columns::Error) -> Error {
    forget(directory);
    Error::new(Code::Damaged, format!("{error}; a restart derives everything from the log"))
}

/// What writes and reads files: another version of the program may make other values of the
/// entries, and digests of terms are those of a library.
fn version() -> String {
    let digests = (described_id("urn:x:probe"), issuer_term(1));
    format!("{} {digests:x?}", env!("CARGO_PKG_VERSION"))
}
