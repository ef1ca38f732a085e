//! Folding anew beside the running server; writes go on meanwhile.
//!
//! To forget what was erased, everything is folded from the log: the only way to be sure that
//! nothing of it is left and that a restart finds the same. The erasure's answer waits for that.
//! That may be much, and is kept on the way.
//! To keep the projections, what is kept already is brought up to date, written into a file and
//! opened from there: what came since then no longer takes memory.

use crate::draft::{Ack, Refusal, Reply};
use crate::error::{Code, Error};
use crate::kept::{self, last_leaf};
use crate::leisure::{give_way, let_go};
use crate::limits::{BEHIND_PATIENCE, KEEPING_PAUSE, KEEPING_RETRY};
use crate::open::Fold;
use crate::publisher::{read, write};
use crate::refold::{Refold, Why, counts, is_close};
use crate::unkept::{Memory, Rate, begins, rest};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};
use std::time::{Duration, Instant};

/// A fold under way.
struct Running {
    why: Why,
    is_over: Arc<AtomicBool>,
    folded: Receiver<Result<Option<Fold>, Error>>,
}

/// An erasure that is durable, and whose answer waits.
struct Waiting {
    by: u64,
    reply: Reply,
    ack: Ack,
}

/// What the publisher holds while something is folded anew. Owned by its thread.
pub(crate) struct Refolding {
    refold: Refold,
    waiting: Vec<Waiting>,
    running: Option<Running>,
    /// Something was erased since the fold under way began.
    is_outdated: bool,
    /// Something erased is still in memory, so that nothing may be kept.
    is_tainted: bool,
    /// Entries and events of what is kept.
    kept: (u64, u64),
    /// Events of the file that what is shown was opened from: those that came since lie in memory.
    shown_from: u64,
    rate: Rate,
    /// Nothing is kept before that, unless memory is short and it did not fail the last time.
    pause_until: Option<Instant>,
    did_fail: bool,
}

impl Refolding {
    pub(crate) fn new(refold: Refold, kept: (u64, u64)) -> Self {
        Self {
            refold,
            waiting: Vec::new(),
            running: None,
            is_outdated: false,
            is_tainted: false,
            kept,
            shown_from: kept.1,
            rate: Rate::of(kept.1),
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

    /// Begins to forget what newly shown `erasure` entries name; a fold under way is of no use any
    /// more, and followed by another.
    pub(crate) fn forget(&mut self) {
        self.is_outdated = true;
        match &self.running {
            Some(running) => running.is_over.store(true, Ordering::Relaxed),
            None => self.fold(Why::Forget),
        }
    }

    /// Keeps the projections where much came since they were kept.
    pub(crate) fn keep_if_due(&mut self) {
        let events = read(&self.refold.shared.look_ups).events;
        let memory = self.note(events);
        let least = begins(self.rate.note(events), self.refold.keep_events).max(1);
        // What was kept may not have been put in the place of what lies in memory.
        let is_due = events.saturating_sub(self.kept.1) >= least || memory > Memory::Fair;
        let may_wait = self.did_fail || memory == Memory::Fair;
        let rests = may_wait && self.pause_until.is_some_and(|until| Instant::now() < until);
        if is_due && !rests && !self.is_busy() && !self.is_tainted {
            self.fold(Why::Keep);
        }
        // Only as long as something is done about it.
        self.refold.admission.close(self.is_busy() && memory == Memory::Full);
    }

    /// What so many shown events call for, of which those not kept lie in memory.
    fn note(&self, events: u64) -> Memory {
        let in_memory = events.saturating_sub(self.shown_from);
        self.refold.admission.note_events(events, in_memory);
        Memory::of(in_memory, self.refold.keep_events)
    }

    /// How long to rest behind so many new events: only as long as something is done about those
    /// in memory.
    pub(crate) fn rest_behind(&self, new: usize) -> Duration {
        if !self.is_busy() {
            return Duration::ZERO;
        }
        rest(new, self.refold.admission.unkept(), self.refold.keep_events)
    }

    fn fold(&mut self, why: Why) {
        self.is_outdated = false;
        let (out, folded) = sync_channel(1);
        let is_over = Arc::new(AtomicBool::new(false));
        let refold = Refold { is_over: Arc::clone(&is_over), ..self.refold.clone() };
        let fold = move || {
            give_way();
            drop(out.send(refold.run(why)));
        };
        let spawned = std::thread::Builder::new().name("refold".to_owned()).spawn(fold);
        // Without a thread the channel is closed, which `take` tells.
        drop(spawned);
        self.running = Some(Running { why, is_over, folded });
    }

    /// Puts a finished fold in the place of what readers see, and answers. Where `stopping`, it
    /// waits for one that answers wait for; what is shown is kept at last anyway.
    pub(crate) fn take(&mut self, stopping: bool) {
        while let Some(Running { why, is_over, folded }) = &self.running {
            if stopping && *why == Why::Keep {
                is_over.store(true, Ordering::Relaxed);
            }
            let result = match folded.try_recv() {
                Err(TryRecvError::Empty) if stopping => folded.recv().map_err(|_| no_thread()),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => Err(no_thread()),
                Ok(result) => Ok(result),
            };
            let why = *why;
            self.running = None;
            self.refold.admission.close(false);
            if self.is_outdated {
                self.fold(Why::Forget);
                continue;
            }
            let put = match result.flatten() {
                Ok(Some(fold)) => self.put(fold, why),
                // Another erasure is durable, which may never be shown: answers wait for this one.
                Ok(None) if why == Why::Forget => {
                    self.fold(Why::Forget);
                    continue;
                }
                // An erasure is about to be shown, or this stops.
                Ok(None) => continue,
                Err(error) => Err(error),
            };
            if why == Why::Keep {
                self.did_fail = put.is_err();
                let pause = if self.did_fail { KEEPING_RETRY } else { KEEPING_PAUSE };
                self.pause_until = Some(Instant::now() + pause);
            }
            match (put, why) {
                (Ok(()), _) => {}
                (Err(error), Why::Keep) => tracing::warn!(%error, "projections not kept"),
                (Err(error), Why::Forget) => {
                    tracing::error!(%error, "erased content stays in memory until the next start");
                    self.is_tainted = true;
                    kept::forget(&self.refold.directory);
                    self.waiting.drain(..).for_each(refuse);
                }
            }
        }
    }

    fn put(&mut self, mut fold: Fold, why: Why) -> Result<(), Error> {
        let shared = Arc::clone(&self.refold.shared);
        let (size, events) = counts(&shared);
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
        fold.go_on(&self.refold.reader, size, &|| true, &mut |_| Ok(()))?;
        let mut shown = if why == Why::Forget || self.note(events) >= Memory::Overdue {
            shared.views.write()
        } else {
            // Captures need not wait for a long question: what is kept next is put there.
            let shown = shared.views.try_write_for(BEHIND_PATIENCE);
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
        let look_ups = std::mem::replace(&mut *write(&shared.look_ups), fold.look_ups);
        self.shown_from = self.kept.1;
        self.note(events);
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
        let Refold { reader, shared, directory, .. } = &self.refold;
        let (look_ups, views) = (read(&shared.look_ups), shared.views.read());
        if self.is_tainted || views.size == self.kept.0 || views.size != look_ups.size {
            return;
        }
        let frontier = read(&shared.tree).frontier_at(views.size);
        let kept = match frontier {
            Ok(Some(frontier)) => last_leaf(reader, views.size).and_then(|last_leaf| {
                let shown = (&*look_ups, &*views);
                kept::keep(directory, (&frontier, &last_leaf), shown, || {})
            }),
            _ => Err(Error::internal("kept projections", "the tree does not hold their size")),
        };
        if let Err(error) = kept {
            tracing::warn!(%error, "projections not kept; the next start folds what came since");
        }
    }
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
