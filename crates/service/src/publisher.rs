//! The task that makes durable units visible: tree, checkpoint, projections, then the answers.
//!
//! It works on unit n while the sequencer writes unit n + 1. Answers wait for the projections in
//! memory, unless a long question is in the way (see [`crate::behind`]), and never for sled.

use crate::behind::Behind;
use crate::cosigning::Cosigned;
use crate::draft::{Ack, Placed, Refusal, SignedCheckpoint, Spent, Unit, Waiter};
use crate::error::{Code, Error};
use crate::health::Health;
use crate::log_keys::LogKeys;
use crate::metrics::Metrics;
use crate::refolding::Refolding;
use crate::views::{LookUps, Views};
use laiqu_index::{RegistryRecord, State};
use laiqu_ledger::{Kind, LogTree};
use std::sync::mpsc::{Receiver, RecvTimeoutError};
use std::sync::{Arc, RwLock};
use std::thread;
use std::time::{Duration, Instant};
use tokio::sync::watch;

/// Longest time that the index's mark may stay behind while entries come in.
const INDEX_INTERVAL: Duration = Duration::from_secs(1);

/// How often a fold beside the server, and what waits to be shown, is looked after while no unit
/// comes.
const BUSY_INTERVAL: Duration = Duration::from_millis(10);

/// What readers share with the publisher.
#[derive(Debug)]
pub(crate) struct Shared {
    /// The tree: its right edge in memory, its tiles in files. Written by the publisher only.
    pub(crate) tree: RwLock<LogTree>,
    /// What writes look up. Written by the publisher only.
    pub(crate) look_ups: RwLock<LookUps>,
    /// What questions are answered from. Written by the publisher only, which waits a while for
    /// those that read it, and then goes on without.
    pub(crate) views: parking_lot::RwLock<Views>,
}

/// Items whose moves are worked out before the publisher looks for units again: about a
/// millisecond.
const ITEMS_SETTLED_AT_ONCE: usize = 256;

/// Captures pause when none came for so long.
const SETTLING_AFTER: Duration = Duration::from_millis(50);

/// Where the settling of items stands (see [`laiqu_trace::Graph::settle`]).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Settling {
    /// Nothing waits for it.
    Done,
    /// It begins once captures pause.
    Waits,
    /// It goes on until a unit comes.
    Runs,
}

/// Owned by its thread.
pub(crate) struct Publisher {
    pub(crate) shared: Arc<Shared>,
    pub(crate) log_keys: Arc<LogKeys>,
    pub(crate) newest: watch::Sender<Arc<SignedCheckpoint>>,
    /// Entries that the views show.
    pub(crate) shown: watch::Sender<u64>,
    pub(crate) index: IndexWriter,
    /// Says whether a witness knows what this copy of the ledger does not contain.
    pub(crate) cosigned: Option<Arc<Cosigned>>,
    pub(crate) refolding: Refolding,
    pub(crate) behind: Behind,
    pub(crate) settling: Settling,
    pub(crate) health: Arc<Health>,
    pub(crate) metrics: Arc<Metrics>,
}

impl Publisher {
    /// Runs until the sequencer is gone; then leaves the index in its file.
    pub(crate) fn run(mut self, units: &Receiver<Unit>) {
        loop {
            // What takes the place of these projections would wait for the same question.
            if !self.behind.is_waiting() {
                self.refolding.take(false);
            }
            let is_busy = self.refolding.is_busy() || self.behind.is_waiting();
            let received = match (is_busy, self.settling) {
                (true, _) => units.recv_timeout(BUSY_INTERVAL),
                (false, Settling::Done) => units.recv().map_err(RecvTimeoutError::from),
                (false, Settling::Waits) => units.recv_timeout(SETTLING_AFTER),
                (false, Settling::Runs) => units.recv_timeout(Duration::ZERO),
            };
            let mut unit = match received {
                Ok(unit) => unit,
                Err(RecvTimeoutError::Timeout) => {
                    self.show((Vec::new(), 0), false);
                    match is_busy {
                        // Its fold brings another graph.
                        true => self.settling = Settling::Waits,
                        false => self.settle(),
                    }
                    continue;
                }
                Err(RecvTimeoutError::Disconnected) => break,
            };
            self.settling = Settling::Waits;
            self.metrics.units_taken.add_one();
            // What became durable meanwhile shares one signature and one wake-up.
            while let Ok(next) = units.try_recv() {
                self.metrics.units_taken.add_one();
                unit.entries.extend(next.entries);
                unit.waiters.extend(next.waiters);
            }
            match self.cosigned.as_ref().and_then(|cosigned| cosigned.halted()) {
                Some(reason) => refuse(unit, reason),
                None => self.publish(unit),
            }
        }
        self.show((Vec::new(), 0), true);
        self.refolding.take(true);
        self.index.finish();
        if self.health.check_undamaged().is_ok() {
            self.refolding.keep_at_last();
        }
    }

    /// Prepares walks while nothing else is to do. Where captures never pause, questions do it.
    fn settle(&mut self) {
        let settled = self.shared.views.read().graph.settle(ITEMS_SETTLED_AT_ONCE);
        self.settling =
            if settled < ITEMS_SETTLED_AT_ONCE { Settling::Done } else { Settling::Runs };
    }

    fn publish(&mut self, mut unit: Unit) {
        let began = Instant::now();
        let entries = unit.entries.len();
        let events = unit.entries.iter().map(|entry| entry.effects.events.len()).sum();
        let _span = tracing::debug_span!("publish", entries).entered();
        let (size, root) = {
            let mut tree = write(&self.shared.tree);
            for entry in &unit.entries {
                tree.push(entry.leaf_hash);
            }
            (tree.size(), tree.root())
        };
        let checkpoint = Arc::new(self.log_keys.sign_newest(size, root));
        let last_leaf = unit.entries.last().map(|entry| entry.leaf_hash.to_string());
        let mut records = Vec::new();
        let erasures = erasures_of(&unit);
        {
            let mut look_ups = write(&self.shared.look_ups);
            for entry in &mut unit.entries {
                if let Some(payload) = entry.record.take() {
                    let kind = entry.kind.as_str().to_owned();
                    let (index, issuer) = (entry.index, entry.issuer);
                    records.push(RegistryRecord { index, kind, issuer, payload });
                }
                look_ups.apply(entry.index, entry.kind, entry.issuer, &entry.effects);
            }
            // Whoever finds an entry finds a checkpoint that covers it.
            self.newest.send_replace(Arc::clone(&checkpoint));
        }
        let bytes = unit.waiters.iter().map(|waiter| waiter.frame.len()).sum();
        let entries = (std::mem::take(&mut unit.entries), bytes);
        let mut spent = self.show(entries, false).into_iter();
        self.health.note_move();
        self.metrics.publish_time.observe_time(began.elapsed());
        for Waiter { reply, first_index, leaves, frame, span } in unit.waiters {
            span.in_scope(|| tracing::debug!(size, "published"));
            let first = spent.find(|entry| entry.index == first_index);
            let effects = first.map(|entry| entry.effects);
            let _spent = Box::new(Spent { _effects: effects, _frame: frame });
            let ack = Ack { first_index, leaves, checkpoint: Arc::clone(&checkpoint), _spent };
            if erasures.contains(&first_index) {
                self.refolding.hold(first_index, reply, ack);
                continue;
            }
            // The one who asked may be gone; the entry stays.
            drop(reply.send(Ok(ack)));
        }
        if !erasures.is_empty() {
            self.refolding.forget();
        }
        read(&self.shared.tree).flush();
        self.index.note(&records, checkpoint.size, last_leaf.unwrap_or_default());
        self.metrics.set_indexed(self.index.size);
        self.refolding.keep_if_due();
        // Answers are out; what comes next waits.
        thread::sleep(self.refolding.rest_behind(events));
    }

    /// Shows entries with so many bytes of frames, and gives back those that are done with.
    fn show(&mut self, entries: (Vec<Placed>, usize), waits: bool) -> Vec<Placed> {
        let (size, spent) = self.behind.show(&self.shared, entries, waits);
        if let Some(size) = size {
            self.shown.send_replace(size);
        }
        spent
    }
}

/// The `erasure` entries of a unit.
fn erasures_of(unit: &Unit) -> Vec<u64> {
    let erasures = unit.entries.iter().filter(|entry| entry.kind == Kind::Erasure);
    erasures.map(|entry| entry.index).collect()
}

/// Answers without a signature: what was written in this copy of the ledger counts for nobody.
fn refuse(unit: Unit, reason: &str) {
    for Waiter { reply, .. } in unit.waiters {
        let error = Error::new(Code::HistoryContradicted, reason);
        drop(reply.send(Err(Refusal::Refused(Box::new(error)))));
    }
}

/// Keeps the index close behind: at once where the registry changes, else now and then, because
/// one write to sled costs more than a whole submission.
pub(crate) struct IndexWriter {
    state: State,
    /// Entries that its mark shows.
    size: u64,
    written: Instant,
    /// Size and last leaf that the mark does not show yet.
    behind: Option<(u64, String)>,
}

impl IndexWriter {
    pub(crate) fn new(state: State, size: u64) -> Self {
        Self { state, size, written: Instant::now(), behind: None }
    }

    fn note(&mut self, records: &[RegistryRecord], size: u64, last_leaf: String) {
        if records.is_empty() && self.written.elapsed() < INDEX_INTERVAL {
            self.behind = Some((size, last_leaf));
            return;
        }
        self.write(records, size, &last_leaf);
    }

    fn write(&mut self, records: &[RegistryRecord], size: u64, last_leaf: &str) {
        match self.state.commit(records, size, last_leaf) {
            Ok(()) => self.size = size,
            Err(error) => tracing::warn!(%error, "index not written; the next start rebuilds it"),
        }
        (self.written, self.behind) = (Instant::now(), None);
    }

    fn finish(mut self) {
        if let Some((size, last_leaf)) = self.behind.take() {
            self.write(&[], size, &last_leaf);
        }
        if let Err(error) = self.state.flush() {
            tracing::warn!(%error, "index not flushed; the next start rebuilds it");
        }
    }
}

/// A lock that a panic elsewhere does not close: the fold itself cannot leave half a change that
/// matters more than answering.
pub(crate) fn write<T>(lock: &RwLock<T>) -> std::sync::RwLockWriteGuard<'_, T> {
    lock.write().unwrap_or_else(std::sync::PoisonError::into_inner)
}

/// Likewise for reading.
pub(crate) fn read<T>(lock: &RwLock<T>) -> std::sync::RwLockReadGuard<'_, T> {
    lock.read().unwrap_or_else(std::sync::PoisonError::into_inner)
}
