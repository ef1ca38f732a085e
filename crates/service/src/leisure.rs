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

    /// Whether it is urgent now.
    pub(crate) fn is_urgent(&self) -> bool {
        self.is_urgent.load(Ordering::Relaxed)
    }

    /// How long to rest after so much work.
    fn after(&self, worked: Duration) -> Duration {
        if self.is_urgent() { Duration::ZERO } else { worked.min(REST_MAX) }
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
        if worked >= WORK_MIN {
            thread::sleep(self.leisure.after(worked));
            self.since = Instant::now();
        }
    }
}

/// Has this thread, and those that it starts, work with what others leave of the cores: each gets
/// about a tenth of what another one gets that wants the same core. Elsewhere than on Linux, where
/// only whole processes have a priority, nothing changes.
pub(crate) fn give_way() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::setpriority_process(None, 10) {
        tracing::warn!(%error, "work beside the server does not give way to it");
    }
}

/// Drops what is not shown any more, or never will be. Much memory takes its time, and a file that
/// has no name any more takes the system a second for some gigabytes; receipts do not wait for it.
pub(crate) fn let_go(projections: impl Send + 'static) {
    let spawned = thread::Builder::new().name("let go".to_owned()).spawn(move || drop(projections));
    // Without a thread it was dropped here.
    drop(spawned);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn work_rests_as_long_as_it_worked_unless_it_is_urgent() {
        let (leisure, second) = (Leisure::default(), Duration::from_secs(1));
        assert_eq!(leisure.after(second / 4), second / 4);
        assert_eq!(leisure.after(second * 60), REST_MAX);
        leisure.urge(true);
        assert_eq!(leisure.after(second), Duration::ZERO);
        leisure.urge(false);
        let (mut work, began) = (leisure.work(), Instant::now());
        thread::sleep(WORK_MIN * 5);
        work.rest();
        assert!(began.elapsed() >= WORK_MIN * 10);
        assert_eq!(Leisure::none().after(second), Duration::ZERO);
    }
}
