//! Work beside the server that gives way to it.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

/// Shorter pieces of work go on without a rest: a sleep is never exact.
const WORK_MIN: Duration = Duration::from_millis(2);
/// Longest rest: who waits for the work may have begun to wait.
const REST_MAX: Duration = Duration::from_secs(1);

/// Whether some work may take its time: then it takes half of a core, and half of the disk.
#[derive(Clone, Debug, Default)]
pub(crate) struct Leisure {
    is_urgent: Arc<AtomicBool>,
}

/// Such work.
#[derive(Debug)]
pub(crate) struct Work {
    leisure: Leisure,
    since: Instant,
}

impl Leisure {
    /// None.
    pub(crate) fn none() -> Self {
        Self { is_urgent: Arc::new(AtomicBool::new(true)) }
    }

    /// Says whether the work is urgent now.
    pub(crate) fn urge(&self, is_urgent: bool) {
        self.is_urgent.store(is_urgent, Ordering::Relaxed);
    }

    /// Work that begins now.
    pub(crate) fn work(&self) -> Work {
        Work { leisure: self.clone(), since: Instant::now() }
    }
}

impl Work {
    /// Rests as long as was worked since the last rest, unless it is urgent.
    pub(crate) fn rest(&mut self) {
        let worked = self.since.elapsed();
        if worked < WORK_MIN {
            return;
        }
        if !self.leisure.is_urgent.load(Ordering::Relaxed) {
            thread::sleep(worked.min(REST_MAX));
        }
        self.since = Instant::now();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_rests_as_long_as_it_worked_until_it_is_urgent() {
        let leisure = Leisure::default();
        let mut work = leisure.work();
        let began = Instant::now();
        thread::sleep(WORK_MIN * 5);
        work.rest();
        assert!(began.elapsed() >= WORK_MIN * 10);
        // Work of an hour, which nobody waits for as long again.
        leisure.urge(true);
        work.since = Instant::now().checked_sub(Duration::from_secs(3_600)).unwrap();
        work.rest();
        assert!(work.since.elapsed() < Duration::from_secs(3_600));
        assert!(Leisure::none().is_urgent.load(Ordering::Relaxed));
    }
}
