//! The disk under load, by itself: how long a small write and its sync take beside everything else.
//! An answer cannot come sooner than the sync that it waits for.

use anyhow::{Context, Result};
use std::fs::File;
use std::io::Write;
use std::os::unix::fs::FileExt as _;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

/// A page, written over and over, so that a sync is of these bytes and of nothing else.
const WRITE_BYTES: usize = 4 << 10;
/// So seldom that it does not matter beside the load.
const INTERVAL: Duration = Duration::from_millis(20);

/// A thread that writes and syncs.
pub(crate) struct Probe {
    is_over: Arc<AtomicBool>,
    thread: JoinHandle<std::io::Result<Vec<Duration>>>,
}

impl Probe {
    /// Begins, in a file without a name in this directory.
    pub(crate) fn start(directory: &Path) -> Result<Self> {
        let mut file = tempfile::tempfile_in(directory)?;
        file.write_all(&[0; WRITE_BYTES])?;
        file.sync_all()?;
        let is_over = Arc::new(AtomicBool::new(false));
        let ends = Arc::clone(&is_over);
        let thread = thread::spawn(move || syncs(&file, &ends));
        Ok(Self { is_over, thread })
    }

    /// Ends, and gives how long each write and sync took, the shortest first.
    pub(crate) fn stop(self) -> Result<Vec<Duration>> {
        self.is_over.store(true, Ordering::Relaxed);
        let taken = self.thread.join().ok().context("the thread that syncs failed")?;
        let mut taken = taken?;
        taken.sort_unstable();
        Ok(taken)
    }
}

fn syncs(file: &File, is_over: &AtomicBool) -> std::io::Result<Vec<Duration>> {
    let mut taken = Vec::new();
    loop {
        let began = Instant::now();
        file.write_all_at(&[b'e'; WRITE_BYTES], 0)?;
        file.sync_data()?;
        taken.push(began.elapsed());
        if is_over.load(Ordering::Relaxed) {
            return Ok(taken);
        }
        thread::sleep(INTERVAL);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn each_sync_is_told_the_shortest_first() {
        let directory = tempfile::tempdir().unwrap();
        let probe = Probe::start(directory.path()).unwrap();
        thread::sleep(INTERVAL * 3);
        let taken = probe.stop().unwrap();
        assert!(taken.len() > 1 && taken.is_sorted(), "{taken:?}");
        assert!(Probe::start(&directory.path().join("nowhere")).is_err());
    }
}
