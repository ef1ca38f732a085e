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

/// Worked before each rest.
const WORK: Duration = Duration::from_millis(5);
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
    if let Err(error) = kept::check(directory) {
        health.note_damage(error.detail);
    }
    let mut before = Hash::ZERO;
    let mut began = Instant::now();
    for entry in reader.scan(0).take(usize::try_from(size).unwrap_or(usize::MAX)) {
        match entry {
            Ok(entry) if entry.leaf.prev == before => before = entry.leaf_hash(),
            Ok(entry) => {
                let index = entry.leaf.index;
                return health
                    .note_damage(format!("entry {index} does not follow on the one before"));
            }
            Err(error) => return health.note_damage(error.to_string()),
        }
        let worked = began.elapsed();
        if worked >= WORK {
            if stop.load(Ordering::Relaxed) {
                return;
            }
            std::thread::sleep(worked * REST_SHARE);
            began = Instant::now();
        }
    }
    tracing::info!(entries = size, "entries that the start did not read are undamaged");
}
