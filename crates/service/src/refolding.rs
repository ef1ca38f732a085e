//! Folding anew beside the running server; writes go on meanwhile.
//!
//! To forget what was erased, everything is folded from the log: the only way to be sure that
//! nothing of it is left and that a restart finds the same. The erasure's answer waits for that.
//! That may be much, and is kept on the way.
//! To keep the projections, what is kept already is brought up to date, written into a file and
//! opened from there: what came since then no longer takes memory.

use crate::admission::Admission;
use crate::draft::{Ack, Refusal, Reply};
use crate::error::{Code, Error};
use crate::kept::{self, last_leaf};
use crate::leisure::{Leisure, give_way, let_go};
use crate::limits::{BEHIND_PATIENCE, KEEPING_PAUSE, KEEPING_RETRY, KEEPING_SHARE};
use crate::open::Fold;
use crate::publisher::{Shared, read, write};
use crate::stages::Stages;
use crate::unkept::{Memory, rest};
use laiqu_ledger::Reader;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

/// Entries and events that the publisher itself may fold before it takes a fold: some 20 ms.
const BEHIND_MAX: (u64, u64) = (256, 512);

/// How often a fold that ends goes after what came meanwhile.
const ROUNDS_MAX: usize = 32;
/// In so many of these rounds it rests. Where that is too slow, it must hurry to end at all.
const ROUNDS_AT_LEISURE: usize = 4;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Why {
    Forget,
    Keep,
}

/// A fold under way.
struct Running {
    why: Why,
    began: Instant,
    folded: Receiver<Result<Fold, Error>>,
}

/// An erasure that is durable, and whose answer waits.
struct Waiting {
    by: u64,
    reply: Reply,
    ack: Ack,
}

/// What the publisher holds while something is folded anew. Owned by its thread.
pub(crate) struct Refolding {
    reader: Reader,
    shared: Arc<Shared>,
    /// Where projections are kept.
    directory: PathBuf,
    /// New events after which they are kept anew.
    keep_events: u64,
    /// Closed where more came meanwhile than memory should hold.
    admission: Arc<Admission>,
    waiting: Vec<Waiting>,
    running: Option<Running>,
    /// What keeping has, as long as nobody waits for it and memory is not short.
    leisure: Leisure,
    /// Something was erased since the fold under way began.
    is_outdated: bool,
    /// Something erased is still in memory, so that nothing may be kept.
    is_tainted: bool,
    /// Entries and events of what is kept.
    kept: (u64, u64),
    /// Events of the file that what is shown was opened from: those that came since lie in memory.
    shown_from: u64,
    /// Nothing is kept before that, unless memory is short and it did not fail the last time.
    pause_until: Option<Instant>,
    did_fail: bool,
}

impl Refolding {
    pub(crate) fn new(
        reader: Reader,
        shared: Arc<Shared>,
        directory: PathBuf,
        keep_events: u64,
        admission: Arc<Admission>,
        kept: (u64, u64),
    ) -> Self {
        Self {
            reader,
            shared,
            directory,
            keep_events,
            admission,
            waiting: Vec::new(),
            running: None,
            leisure: Leisure::default(),
            is_outdated: false,
            is_tainted: false,
            kept,
            shown_from: kept.1,
            pause_until: None,
            did_fail: false,
        }
    }

    /// Whether a fold is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.running.is_some()
    }

    /// Lets the answer of the `erasure` entry `by` wait.
    pub(crate) fn hold(&mut self, by: u64, reply: Reply, ack: Ack) {
        self.waiting.push(Waiting { by, reply, ack });
    }

    /// Begins to forget what newly shown `erasure` entries name; a fold under way is followed by
    /// another.
    pub(crate) fn forget(&mut self) {
        self.is_outdated = true;
        if !self.is_busy() {
            self.fold(Why::Forget);
        }
        self.urge(Memory::Fair);
    }

    /// Keeps the projections where much came since they were kept.
    pub(crate) fn keep_if_due(&mut self) {
        let events = read(&self.shared.look_ups).events;
        let in_memory = events.saturating_sub(self.shown_from);
        self.admission.note_unkept(in_memory);
        let memory = Memory::of(in_memory, self.keep_events);
        self.urge(memory);
        let is_due = events.saturating_sub(self.kept.1) >= self.keep_events;
        let may_wait = self.did_fail || memory == Memory::Fair;
        let rests = may_wait && self.pause_until.is_some_and(|until| Instant::now() < until);
        if is_due && !rests && !self.is_busy() && !self.is_tainted {
            self.fold(Why::Keep);
        }
        // Only as long as something is done about it.
        self.admission.close(self.is_busy() && memory == Memory::Full);
    }

    /// How long to rest behind so many new events: only as long as something is done about those
    /// in memory.
    pub(crate) fn rest_behind(&self, new: usize) -> Duration {
        if !self.is_busy() {
            return Duration::ZERO;
        }
        rest(new, self.admission.unkept(), self.keep_events)
    }

    /// A fold under way hurries where memory is short, or an erasure waits for the next one.
    fn urge(&self, memory: Memory) {
        self.leisure.urge(self.is_outdated || memory >= Memory::Overdue);
    }

    fn fold(&mut self, why: Why) {
        self.is_outdated = false;
        let (out, folded) = sync_channel(1);
        let (reader, shared) = (self.reader.clone(), Arc::clone(&self.shared));
        let (directory, keep_events) = (self.directory.clone(), self.keep_events);
        let leisure = self.leisure.clone();
        let fold = move || {
            give_way();
            drop(out.send(refold(why, (&reader, &shared), (&directory, keep_events), &leisure)));
        };
        let spawned = std::thread::Builder::new().name("refold".to_owned()).spawn(fold);
        // Without a thread the channel is closed, which `take` tells.
        drop(spawned);
        self.running = Some(Running { why, began: Instant::now(), folded });
    }

    /// Puts a finished fold in the place of what readers see, and answers. Waits for it where
    /// `stopping`.
    pub(crate) fn take(&mut self, stopping: bool) {
        if stopping {
            self.leisure.urge(true);
        }
        while let Some(Running { why, began, folded }) = &self.running {
            let result = match folded.try_recv() {
                Err(TryRecvError::Empty) if stopping => folded.recv().map_err(|_| no_thread()),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => Err(no_thread()),
                Ok(result) => Ok(result),
            };
            let (why, began) = (*why, *began);
            self.running = None;
            self.admission.close(false);
            if self.is_outdated {
                self.fold(Why::Forget);
                continue;
            }
            let put = result.and_then(|fold| self.put(fold?, why));
            if why == Why::Keep {
                self.did_fail = put.is_err();
                let least = if self.did_fail { KEEPING_RETRY } else { KEEPING_PAUSE };
                let pause = (began.elapsed() * KEEPING_SHARE).max(least);
                self.pause_until = Some(Instant::now() + pause);
            }
            match (put, why) {
                (Ok(()), _) => {}
                (Err(error), Why::Keep) => tracing::warn!(%error, "projections not kept"),
                (Err(error), Why::Forget) => {
                    tracing::error!(%error, "erased content stays in memory until the next start");
                    self.is_tainted = true;
                    kept::forget(&self.directory);
                    self.waiting.drain(..).for_each(refuse);
                }
            }
        }
    }

    fn put(&mut self, mut fold: Fold, why: Why) -> Result<(), Error> {
        let (size, events) = counts(&self.shared);
        self.kept = fold.kept;
        match why {
            Why::Forget => self.is_tainted = false,
            // Where more comes than one core folds, readers keep what they have.
            Why::Keep if !is_close(&fold, (size, events)) => {
                let_go(fold);
                return Ok(());
            }
            Why::Keep => {}
        }
        fold.go_on(&self.reader, size, &|| true, &mut |_| Ok(()))?;
        let memory = Memory::of(events.saturating_sub(self.shown_from), self.keep_events);
        let mut shown = if why == Why::Forget || memory >= Memory::Overdue {
            self.shared.views.write()
        } else {
            // Captures need not wait for a long question: what is kept next is put there.
            let shown = self.shared.views.try_write_for(BEHIND_PATIENCE);
            let Some(shown) = shown else {
                let_go(fold);
                return Ok(());
            };
            shown
        };
        let views = match why {
            Why::Keep => shown.give_way_to(fold.views),
            // Answers that rest on what is forgotten end.
            Why::Forget => Some(std::mem::replace(&mut *shown, fold.views)),
        };
        drop(shown);
        let look_ups = std::mem::replace(&mut *write(&self.shared.look_ups), fold.look_ups);
        self.shown_from = self.kept.1;
        self.admission.note_unkept(events.saturating_sub(self.shown_from));
        // Without a lock: it may be much.
        match why {
            Why::Keep => let_go((look_ups, views)),
            // Answers say that nothing is left of it.
            Why::Forget => drop((look_ups, views)),
        }
        for Waiting { reply, ack, .. } in self.waiting.drain(..) {
            // The one who asked may be gone; what was erased stays so.
            drop(reply.send(Ok(ack)));
        }
        Ok(())
    }

    /// Keeps what is shown, as the last thing before a stop.
    pub(crate) fn keep_at_last(&self) {
        let (look_ups, views) = (read(&self.shared.look_ups), self.shared.views.read());
        if self.is_tainted || views.size == self.kept.0 || views.size != look_ups.size {
            return;
        }
        let frontier = read(&self.shared.tree).frontier_at(views.size);
        let kept = match frontier {
            Ok(Some(frontier)) => last_leaf(&self.reader, views.size).and_then(|last_leaf| {
                let shown = (&*look_ups, &*views);
                kept::keep(&self.directory, (&frontier, &last_leaf), shown, || {})
            }),
            _ => Err(Error::internal("kept projections", "the tree does not hold their size")),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "projections not kept; the next start folds what came since");
        }
    }
}

/// Folds what the projections show, from the log alone or on what is kept, and keeps it.
fn refold(
    why: Why,
    (reader, shared): (&Reader, &Shared),
    (directory, keep_events): (&Path, u64),
    leisure: &Leisure,
) -> Result<Fold, Error> {
    // An erasure's answer waits.
    let leisure = if why == Why::Keep { leisure.clone() } else { Leisure::none() };
    let mut work = leisure.work();
    // Before what is kept is opened: what is erased from now on is named by a later entry, so that
    // a start does not count what is written here; for what was erased before, the base does not.
    let (size, _) = counts(shared);
    let mut fold = match why {
        Why::Forget => {
            kept::forget(directory);
            Fold::default()
        }
        Why::Keep => {
            kept::has_room(directory)?;
            kept::newest(directory, reader).unwrap_or_default()
        }
    };
    let mut stages = Stages::of(&fold, directory, keep_events);
    fold.go_on(reader, size, &|| leisure.is_urgent(), &mut |fold| {
        work.rest();
        stages.pass(fold)
    })?;
    match fold.keep(directory, move || work.rest()) {
        // What was erased is gone all the same.
        Err(error) if why == Why::Forget && error.code != Code::Damaged => {
            tracing::warn!(%error, "projections not kept; they stay in memory");
        }
        kept => kept?,
    }
    let mut work = leisure.work();
    for round in 0..ROUNDS_MAX {
        let (size, events) = counts(shared);
        if is_close(&fold, (size, events)) {
            break;
        }
        let hurries = || round >= ROUNDS_AT_LEISURE || leisure.is_urgent();
        fold.go_on(reader, size, &hurries, &mut |_| {
            if !hurries() {
                work.rest();
            }
            Ok(())
        })?;
    }
    Ok(fold)
}

/// Entries and events that are shown.
fn counts(shared: &Shared) -> (u64, u64) {
    let look_ups = read(&shared.look_ups);
    (look_ups.size, look_ups.events)
}

/// Is a fold so close behind that the publisher may go the rest of the way?
fn is_close(fold: &Fold, (size, events): (u64, u64)) -> bool {
    size.saturating_sub(fold.head.size) <= BEHIND_MAX.0
        && events.saturating_sub(fold.look_ups.events) <= BEHIND_MAX.1
}

fn no_thread() -> Error {
    Error::internal("refolding", "its thread ended early or did not start")
}

fn refuse(waiting: Waiting) {
    let detail = format!(
        "entry {} erases the document, and its bytes are gone from the disk; the server must be \
         restarted to forget what it still holds in memory",
        waiting.by
    );
    let error = Error::new(Code::OutcomeUnknown, detail);
    drop(waiting.reply.send(Err(Refusal::Refused(Box::new(error)))));
}
