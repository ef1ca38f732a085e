//! What a fold beside the running server does, in a thread of its own.

use crate::admission::Admission;
use crate::error::{Code, Error};
use crate::kept;
use crate::leisure::Work;
use crate::open::Fold;
use crate::publisher::{Shared, read};
use crate::stages::Stages;
use crate::unkept::{Course, Memory};
use laiqu_ledger::Reader;
use std::cell::Cell;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

/// Entries and events that the publisher itself may fold before it takes a fold: some 20 ms.
const BEHIND_MAX: (u64, u64) = (256, 512);

/// How often a fold goes after what came meanwhile.
const ROUNDS_MAX: usize = 32;

/// Why everything is folded anew, or what came since it was kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Why {
    Forget,
    Keep,
}

/// A fold, and what it needs.
#[derive(Clone)]
pub(crate) struct Refold {
    pub(crate) reader: Reader,
    pub(crate) shared: Arc<Shared>,
    /// Where projections are kept.
    pub(crate) directory: PathBuf,
    /// New events after which they are kept anew.
    pub(crate) keep_events: u64,
    /// Knows how many events lie in memory.
    pub(crate) admission: Arc<Admission>,
    /// Nobody wants it any more.
    pub(crate) is_over: Arc<AtomicBool>,
}

impl Refold {
    /// Folds what the projections show, from the log alone or on what is kept, and keeps it. None
    /// where nobody wants it any more, or something was erased that it may hold.
    pub(crate) fn run(&self, why: Why) -> Result<Option<Fold>, Error> {
        // Before what is kept is opened: what was erased by then is not in it.
        let began = self.reader.size();
        let fold = self.kept_fold(why, began);
        if fold.is_err() && self.is_outdated(began) { Ok(None) } else { fold.map(Some) }
    }

    /// Which began when the log had so many entries.
    pub(crate) fn kept_fold(&self, why: Why, began: u64) -> Result<Fold, Error> {
        let mut fold = match why {
            Why::Forget => {
                kept::forget(&self.directory);
                Fold::default()
            }
            Why::Keep => {
                kept::has_room(&self.directory)?;
                kept::newest(&self.directory, &self.reader).unwrap_or_default()
            }
        };
        let mut stages = Stages::of(&fold, &self.directory, self.keep_events);
        let until = self.keep_events.saturating_add(self.keep_events / 2);
        let little = self.keep_events / 8;
        // What comes while the file is written is folded once more anyway, and where much comes,
        // nothing catches up with all of it at leisure.
        let is_enough = |fold: &Fold, (_, events): (u64, u64)| {
            let behind = events.saturating_sub(fold.look_ups.events);
            behind <= little || self.is_short()
        };
        self.follow(why, &mut fold, until, &is_enough, &mut |fold| {
            if stages.is_due(fold) {
                self.check_wanted(began)?;
                stages.keep(fold)?;
            }
            Ok(())
        })?;
        self.check_wanted(began)?;
        let (events, mut work, beside) = (fold.look_ups.events, Work::default(), self.clone());
        let rest = move || {
            work.rest(|| {
                let came = beside.admission.shown().saturating_sub(events);
                why == Why::Forget || beside.is_short() || came > little
            });
        };
        match fold.keep(&self.directory, rest) {
            // What was erased is gone all the same.
            Err(error) if why == Why::Forget && error.code != Code::Damaged => {
                tracing::warn!(%error, "projections not kept; they stay in memory");
            }
            kept => kept?,
        }
        // Soon, before much more comes.
        let until = self.admission.unkept().saturating_add(self.keep_events / 2);
        self.follow(why, &mut fold, until, &is_close, &mut |_| Ok(()))?;
        Ok(fold)
    }

    /// Folds what is shown, and goes after what came meanwhile until that is enough; at leisure, as
    /// long as it is done before so many events lie in memory.
    fn follow(
        &self,
        why: Why,
        fold: &mut Fold,
        until: u64,
        is_enough: &dyn Fn(&Fold, (u64, u64)) -> bool,
        behind: &mut dyn FnMut(&mut Fold) -> Result<(), Error>,
    ) -> Result<(), Error> {
        let course = Course::new(fold.look_ups.events, self.admission.unkept(), until);
        let hurries = |events| {
            // Without a lock, for which captures would wait where others hold this thread up.
            let (shown, in_memory) = (self.admission.shown(), self.admission.unkept());
            // Where nothing more is taken, nothing comes by which a course could be told.
            why == Why::Forget || self.is_short() || course.hurries(events, shown, in_memory)
        };
        let (mut work, is_hurried) = (Work::default(), Cell::new(hurries(fold.look_ups.events)));
        for round in 0..ROUNDS_MAX {
            let shown = counts(&self.shared);
            if round > 0 && is_enough(fold, shown) {
                break;
            }
            fold.go_on(&self.reader, shown.0, &|| is_hurried.get(), &mut |fold| {
                if self.is_over.load(Ordering::Relaxed) {
                    return Err(over());
                }
                let events = fold.look_ups.events;
                let hurried = work.rest(|| hurries(events));
                is_hurried.set(hurried.unwrap_or(is_hurried.get()));
                behind(fold)
            })?;
        }
        Ok(())
    }

    fn is_short(&self) -> bool {
        Memory::of(self.admission.unkept(), self.keep_events) > Memory::Fair
    }

    /// Where something was erased since the fold began, it may hold what that was, and be of a
    /// size that says it does not.
    fn check_wanted(&self, began: u64) -> Result<(), Error> {
        if self.is_outdated(began) { Err(over()) } else { Ok(()) }
    }

    fn is_outdated(&self, began: u64) -> bool {
        self.is_over.load(Ordering::Relaxed) || self.reader.has_erased_since(began)
    }
}

/// Entries and events that are shown.
pub(crate) fn counts(shared: &Shared) -> (u64, u64) {
    let look_ups = read(&shared.look_ups);
    (look_ups.size, look_ups.events)
}

/// Is a fold so close behind that the publisher may go the rest of the way?
pub(crate) fn is_close(fold: &Fold, (size, events): (u64, u64)) -> bool {
    size.saturating_sub(fold.head.size) <= BEHIND_MAX.0
        && events.saturating_sub(fold.look_ups.events) <= BEHIND_MAX.1
}

fn over() -> Error {
    Error::internal("refolding", "nobody wants it any more")
}
