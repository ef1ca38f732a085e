//! Reading what a start did not: the projections that were kept, and the entries below them, byte
//! by byte, beside the running server; entries at a tenth of one core.

use crate::health::Health;
use crate::kept;
use laiqu_ledger::Reader;
use laiqu_proof::Hash;
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Worked before each rest. A sync of the log waits for all that was asked of the disk before: in
/// more time this would ask for tens of megabytes at once.
const WORK: Duration = Duration::from_millis(1);
/// A rest is so many times as long.
const REST_SHARE: u32 = 9;

/// Checks what is kept in the directory, reads the first `size` entries and checks their checksums
/// and links; what is damaged stops writes and is told. Ends early once `stop` is set.
pub(crate) fn scrub(
    reader: &Reader,
    (size, directory): (u64, &Path),
    health: &Arc<Health>,
    stop: &AtomicBool,
) {
    let mut began = Instant::now();
    let mut goes_on = || {
        let worked = began.elapsed();
        if worked >= WORK && !stop.load(Ordering::Relaxed) {
            std::thread::sleep(worked * REST_SHARE);
            began = Instant::now();
        }
        !stop.load(Ordering::Relaxed)
    };
    if let Err(error) = kept::check(directory, &mut goes_on) {
        health.note_damage(error.detail);
    }
    match check(reader, size, &mut goes_on) {
        Ok(true) => tracing::info!(entries = size, "what the start did not read is undamaged"),
        Ok(false) => {}
        Err(detail) => health.note_damage(detail),
    }
}

/// Whether the first `size` entries were read, and are whole.
fn check(reader: &Reader, size: u64, goes_on: &mut dyn FnMut() -> bool) -> Result<bool, String> {
    let mut before = Hash::ZERO;
    for entry in reader.scan(0).take(usize::try_from(size).unwrap_or(usize::MAX)) {
        let entry = entry.map_err(|error| error.to_string())?;
        if entry.leaf.prev != before {
            return Err(format!("entry {} does not follow on the one before", entry.leaf.index));
        }
        before = entry.leaf_hash();
        if !goes_on() {
            return Ok(false);
        }
    }
    Ok(true)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Clock;
    use crate::{DataDir, Service, ServiceOptions, init};
    use laiqu_ledger::{Log, LogOptions};

    #[tokio::test]
    async fn damage_below_what_was_kept_is_found_and_stops_writes() {
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("data");
        init(&path, "scrub.example/ledger").unwrap();
        Service::open(&path, ServiceOptions::default()).unwrap().stop().unwrap();
        let data = DataDir::new(&path);
        let (log, _) = Log::open(&data.log(), LogOptions::default()).unwrap();
        let (reader, size) = (log.reader(), log.reader().size());
        let clock = Arc::new(Clock::new(false));
        let scrubbed = || {
            let health = Arc::new(Health::new(Arc::clone(&clock), &log, 0));
            scrub(&reader, (size, &data.kept()), &health, &AtomicBool::new(false));
            health.check_undamaged()
        };
        // What a write left that was cut off is no damage.
        std::fs::write(data.kept().join("9.partial"), "cut o").unwrap();
        scrubbed().unwrap();
        let is_segment = |path: &std::path::PathBuf| path.extension().is_some_and(|e| e == "seg");
        let files = std::fs::read_dir(data.log()).unwrap().map(|file| file.unwrap().path());
        let segment = files.filter(is_segment).min().unwrap();
        let mut bytes = std::fs::read(&segment).unwrap();
        let text = b"scrub.example/ledger";
        let at = bytes.windows(text.len()).rposition(|part| part == text).unwrap();
        bytes[at] ^= 1;
        std::fs::write(&segment, &bytes).unwrap();
        let error = scrubbed().unwrap_err();
        assert!(error.detail.contains("segment 0 is damaged"), "{}", error.detail);
    }
}
