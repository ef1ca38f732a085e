//! Whether the ledger can take writes now, and what is in the way where it cannot.

use crate::clock::Clock;
use crate::draft::Work;
use crate::error::{Code, Error};
use crate::limits::READY_LAG_MICROS_MAX;
use crate::service::Service;
use laiqu_ledger::Log;
use std::sync::atomic::{AtomicBool, AtomicI64, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::Instant;

/// What must hold for a ledger to be ready.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The log takes entries: no write failed since the start, and its task runs.
    Log,
    /// What questions show keeps up with what is durable.
    Index,
    /// There is room for entries, and the space that is kept for the operator.
    Disk,
    /// The wall clock gives times that follow the last entry.
    Clock,
    /// No witness holds what this copy of the ledger does not contain.
    Witnesses,
}

impl Condition {
    /// Every condition.
    pub const ALL: [Self; 5] = [Self::Log, Self::Index, Self::Disk, Self::Clock, Self::Witnesses];

    /// Its name where it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Log => "log",
            Self::Index => "index",
            Self::Disk => "disk",
            Self::Clock => "clock",
            Self::Witnesses => "witnesses",
        }
    }
}

/// A condition that does not hold.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unready {
    /// Which.
    pub condition: Condition,
    /// What is wrong and who can help.
    pub detail: String,
}

/// What the two threads behind the ledger tell of themselves; each writes its own part.
#[derive(Debug)]
pub(crate) struct Health {
    clock: Arc<Clock>,
    started: Instant,
    poisoned: AtomicBool,
    /// What is wrong with stored bytes, once something is.
    damage: OnceLock<String>,
    /// The last try to get space found none.
    full: AtomicBool,
    has_reserve: AtomicBool,
    /// Time of the last entry, microseconds since 1970.
    last_time: AtomicI64,
    /// When the publisher last had something to do or did it, in microseconds since the start.
    moved: AtomicU64,
}

impl Health {
    pub(crate) fn new(clock: Arc<Clock>, log: &Log, last_time: i64) -> Self {
        let health = Self {
            clock,
            started: Instant::now(),
            poisoned: AtomicBool::new(false),
            damage: OnceLock::new(),
            full: AtomicBool::new(false),
            has_reserve: AtomicBool::new(true),
            last_time: AtomicI64::new(last_time),
            moved: AtomicU64::new(0),
        };
        health.note_log(log, last_time);
        health
    }

    /// By the sequencer, behind everything that it did to the log.
    pub(crate) fn note_log(&self, log: &Log, last_time: i64) {
        self.poisoned.store(log.is_poisoned(), Ordering::Relaxed);
        self.has_reserve.store(log.has_reserve(), Ordering::Relaxed);
        self.last_time.store(last_time, Ordering::Relaxed);
    }

    /// Stored bytes are not what was written: nothing more is written behind them.
    pub(crate) fn note_damage(&self, detail: String) {
        tracing::error!(detail, "stored bytes are damaged; nothing more is written");
        self.damage.get_or_init(|| detail);
    }

    /// Refuses to write behind damage.
    pub(crate) fn check_undamaged(&self) -> Result<(), Error> {
        let Some(detail) = self.damage.get() else { return Ok(()) };
        Err(Error::new(Code::Damaged, format!("stored bytes are damaged: {detail}")))
    }

    /// By the sequencer: whether there was room.
    pub(crate) fn note_room(&self, full: bool) {
        self.full.store(full, Ordering::Relaxed);
    }

    /// The publisher made a step, or begins to have one to make.
    pub(crate) fn note_move(&self) {
        self.moved.store(self.now(), Ordering::Relaxed);
    }

    fn now(&self) -> u64 {
        u64::try_from(self.started.elapsed().as_micros()).unwrap_or(u64::MAX)
    }

    fn log(&self, runs: bool) -> Option<String> {
        if let Err(error) = self.check_undamaged() {
            return Some(error.detail);
        }
        let poisoned = self.poisoned.load(Ordering::Relaxed);
        let detail = match (poisoned, runs) {
            (true, _) => "a write to the log failed; the operator restarts the server",
            (false, false) => "the task that writes ended; the operator restarts the server",
            (false, true) => return None,
        };
        Some(detail.to_owned())
    }

    fn index(&self, behind: u64, runs: bool) -> Option<String> {
        let still = self.now().saturating_sub(self.moved.load(Ordering::Relaxed));
        if !runs {
            return Some("the task that publishes ended; the operator restarts the server".into());
        }
        (behind > 0 && still > READY_LAG_MICROS_MAX).then(|| {
            let seconds = still / 1_000_000;
            format!("{behind} durable entries are not applied, and nothing was for {seconds} s")
        })
    }

    fn disk(&self) -> Option<String> {
        let full = self.full.load(Ordering::Relaxed);
        let detail = match (full, self.has_reserve.load(Ordering::Relaxed)) {
            (true, _) => "the disk is full; reads go on, and the operator makes room",
            (false, false) => "no space is kept for the operator; make room on the disk",
            (false, true) => return None,
        };
        Some(detail.to_owned())
    }

    fn clock(&self) -> Option<String> {
        let off = self.clock.look(self.last_time.load(Ordering::Relaxed)).err()?;
        Some(off.to_string())
    }
}

impl Service {
    /// Everything that keeps the ledger from taking writes now; nothing where it is ready.
    #[must_use]
    pub fn unready(&self) -> Vec<Unready> {
        let (health, readings) = (self.health(), self.readings());
        let (sequencer_runs, publisher_runs) = self.threads_run();
        let disk = health.disk();
        if disk.is_some() {
            // Nobody may be writing any more: the sequencer itself looks for room, and says so.
            self.poke(Work::FindRoom);
        }
        let of = |condition| {
            let detail = match condition {
                Condition::Log => health.log(sequencer_runs),
                Condition::Index => health.index(readings.entries_unapplied, publisher_runs),
                Condition::Disk => disk.clone(),
                Condition::Clock => health.clock(),
                Condition::Witnesses => self.may_sign().err().map(|error| error.detail),
            };
            Some(Unready { condition, detail: detail? })
        };
        Condition::ALL.into_iter().filter_map(of).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    /// Of a server that has run for so long, and published nothing since it started.
    fn health(runs: Duration) -> Health {
        Health {
            clock: Arc::new(Clock::new(false)),
            started: Instant::now().checked_sub(runs).unwrap(),
            poisoned: AtomicBool::new(false),
            damage: OnceLock::new(),
            full: AtomicBool::new(false),
            has_reserve: AtomicBool::new(true),
            last_time: AtomicI64::new(0),
            moved: AtomicU64::new(0),
        }
    }

    #[test]
    fn the_index_holds_unless_something_waits_and_nothing_moves() {
        let longest = Duration::from_micros(READY_LAG_MICROS_MAX);
        let (new, old) = (health(Duration::ZERO), health(longest * 2));
        assert_eq!(new.index(7, true), None, "it has time");
        assert_eq!(old.index(0, true), None, "nothing waits");
        let said = old.index(7, true).unwrap();
        assert!(said.starts_with("7 durable entries are not applied"), "{said}");
        old.note_move();
        assert_eq!(old.index(7, true), None, "it moves");
        assert!(new.index(0, false).unwrap().contains("restarts"), "its task ended");
    }

    #[test]
    fn the_log_and_the_disk_hold_until_something_is_wrong() {
        let health = health(Duration::ZERO);
        assert_eq!((health.log(true), health.disk()), (None, None));
        assert!(health.log(false).unwrap().contains("task that writes ended"));
        health.poisoned.store(true, Ordering::Relaxed);
        assert!(health.log(true).unwrap().contains("a write to the log failed"));
        health.note_damage("segment 3".to_owned());
        assert!(health.log(true).unwrap().contains("segment 3"));
        health.has_reserve.store(false, Ordering::Relaxed);
        assert!(health.disk().unwrap().contains("no space is kept"));
        health.note_room(true);
        assert!(health.disk().unwrap().contains("full"));
    }
}
