//! Work beside the server that gives way to it.

use std::thread;
use std::time::{Duration, Instant};

/// Shorter pieces of work go on without a rest: a sleep is never exact.
const WORK_MIN: Duration = Duration::from_millis(2);
/// Longest rest: who waits for the work may have begun to wait.
const REST_MAX: Duration = Duration::from_secs(1);

/// Work that takes half of a core, and half of the disk, unless it must hurry.
#[derive(Debug)]
pub(crate) struct Work {
    /// When it began, or was last asked whether it must hurry.
    since: Instant,
}

impl Default for Work {
    fn default() -> Self {
        Self { since: Instant::now() }
    }
}

impl Work {
    /// Rests as long as was worked since the last time, unless it `hurries`; says whether it does,
    /// as often as it asks.
    pub(crate) fn rest(&mut self, hurries: impl FnOnce() -> bool) -> Option<bool> {
        let worked = self.since.elapsed();
        if worked < WORK_MIN {
            return None;
        }
        let hurries = hurries();
        if !hurries {
            thread::sleep(worked.min(REST_MAX));
        }
        self.since = Instant::now();
        Some(hurries)
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
    fn work_rests_as_long_as_it_worked_unless_it_must_hurry() {
        let (mut work, began) = (Work::default(), Instant::now());
        assert_eq!(work.rest(|| panic!("too early to ask")), None);
        thread::sleep(WORK_MIN * 5);
        assert_eq!(work.rest(|| true), Some(true));
        thread::sleep(WORK_MIN * 5);
        assert_eq!(work.rest(|| false), Some(false));
        assert!(began.elapsed() >= WORK_MIN * 15);
    }
}
