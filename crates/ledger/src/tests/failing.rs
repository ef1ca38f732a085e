//! Each storage operation fails once: nothing acknowledged is lost, whatever was persisted.

use std::sync::Arc;

use laiqu_proof::{leaf_hash, root_of};

use crate::recover::Depth;
use crate::testing::{Failure, Maker, Memory, SMALL, reopened, verified};
use crate::{Error, Log, PreparedEntry, Storage as _};

const ENTRIES: usize = 14;

/// Appends until the failure, answers how many entries were acknowledged and all that were made.
fn run(memory: &Memory) -> (usize, Vec<Vec<u8>>, Option<Error>) {
    let Ok(mut log) = Log::create_on(Arc::new(memory.clone()), SMALL) else {
        return (0, Vec::new(), None);
    };
    let mut maker = Maker::new();
    let mut made: Vec<Vec<u8>> = Vec::new();
    let mut acknowledged = 0;
    for number in 0..ENTRIES / 2 {
        let unit: Vec<PreparedEntry> = (0..2).map(|at| maker.entry(at, &[b'z'; 600])).collect();
        made.extend(unit.iter().map(|entry| entry.leaf_bytes().to_vec()));
        let result = log.append(&unit).and_then(|_| {
            acknowledged = made.len();
            if number % 3 == 0 { log.write_head() } else { Ok(()) }
        });
        if let Err(error) = result {
            if !matches!(error, Error::DiskFull) {
                assert!(log.is_poisoned());
                let next = [maker.entry(5, b"")];
                assert!(matches!(log.append(&next), Err(Error::Poisoned)));
                assert!(matches!(log.write_head(), Err(Error::Poisoned)));
                assert!(matches!(log.prepare(), Err(Error::Poisoned)));
            }
            return (acknowledged, made, Some(error));
        }
    }
    (acknowledged, made, None)
}

fn check(memory: &Memory, acknowledged: usize, made: &[Vec<u8>], context: &str) {
    match reopened(memory) {
        Ok((log, _, leaves)) => {
            let count = leaves.len();
            assert!(leaves[..] == made[..count], "{context}: other entries");
            assert!(count >= acknowledged, "{context}: {count} of {acknowledged} are left");
            // What was served once must survive the next crash.
            drop(log);
            memory.crash(&mut || false);
            let (log, _, again) = reopened(memory).unwrap();
            assert_eq!(again, leaves, "{context}");
            log.close().unwrap();
            assert_eq!(verified(memory).findings, [], "{context}");
        }
        Err(error) => assert!(made.is_empty(), "{context}: {error}"),
    }
}

#[test]
fn every_operation_that_fails_once_loses_nothing() {
    let memory = Memory::default();
    assert!(run(&memory).2.is_none());
    let operations = memory.operations();
    assert!(operations > 40, "{operations} operations");
    for failure in [Failure::NotPersisted, Failure::Persisted] {
        for number in 0..operations {
            for restart in ["process", "power, nothing kept", "power, all kept", "power, mixed"] {
                let context = format!("operation {number}, {failure:?}, {restart}");
                let memory = Memory::default();
                memory.fail(number, failure);
                let (acknowledged, made, error) = run(&memory);
                // What fails in a file that is written anew anyway is no error.
                let all = acknowledged == ENTRIES;
                assert!(made.is_empty() || error.is_some() || all, "{context}");
                let mut turn = number;
                match restart {
                    "process" => {}
                    "power, nothing kept" => memory.crash(&mut || false),
                    "power, all kept" => memory.crash(&mut || true),
                    _ => memory.crash(&mut || {
                        turn = turn.wrapping_mul(5).wrapping_add(7) % 1_021;
                        turn % 2 == 0
                    }),
                }
                check(&memory, acknowledged, &made, &context);
            }
        }
    }
}

#[test]
fn a_full_disk_refuses_before_anything_is_written() {
    let memory = Memory::default();
    assert!(run(&memory).2.is_none());
    let mut refused = 0;
    for number in 0..memory.operations() {
        let memory = Memory::default();
        memory.fail(number, Failure::DiskFull);
        let (acknowledged, made, error) = run(&memory);
        if matches!(error, Some(Error::DiskFull)) {
            refused += 1;
        }
        check(&memory, acknowledged, &made, &format!("operation {number}"));
    }
    assert!(refused > 10, "{refused} refusals");
}

#[test]
fn after_a_full_disk_the_log_goes_on() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    let next = maker.entry(1, &[b'y'; 2_000]);
    memory.fail(0, Failure::DiskFull);
    assert!(matches!(log.append(std::slice::from_ref(&next)), Err(Error::DiskFull)));
    assert!(!log.is_poisoned());
    assert_eq!(log.reader().entry(0).unwrap().leaf.index, 0);
    log.append(&[next]).unwrap();
    log.close().unwrap();
    assert_eq!(reopened(&memory).unwrap().2.len(), 2);
}

#[test]
fn a_failure_while_recovering_can_be_repeated() {
    for failure in [Failure::NotPersisted, Failure::Persisted, Failure::DiskFull] {
        for number in 0..12 {
            let memory = Memory::default();
            let (acknowledged, made, _) = run(&memory);
            memory.fail(number, failure);
            drop(reopened(&memory));
            memory.crash(&mut || number % 2 == 0);
            check(&memory, acknowledged, &made, &format!("operation {number}, {failure:?}"));
        }
    }
}

/// Goes on behind a log of 250 entries: fills the first tile, rolls to other segments.
fn run_with_tree(memory: &Memory, maker: &mut Maker, made: &mut Vec<Vec<u8>>) -> usize {
    let mut acknowledged = made.len();
    let Ok((mut log, _)) = Log::open_to(Arc::new(memory.clone()), SMALL, Depth::Ends) else {
        return acknowledged;
    };
    let Ok(mut tree) = log.tree() else { return acknowledged };
    for _ in 0..4 {
        let unit: Vec<PreparedEntry> = (0..5).map(|at| maker.entry(at, &[b'z'; 600])).collect();
        made.extend(unit.iter().map(|entry| entry.leaf_bytes().to_vec()));
        if log.append(&unit).is_err() {
            return acknowledged;
        }
        acknowledged = made.len();
        unit.iter().for_each(|entry| tree.push(entry.leaf_hash()));
        let size = tree.size();
        let before = tree.inclusion(3, size).unwrap();
        tree.flush();
        // Whether or not it came to the disk, it is proved.
        assert_eq!(tree.inclusion(3, size).unwrap(), before);
    }
    // A head that is not written leaves the log open, which is no loss.
    drop(log.close());
    acknowledged
}

#[test]
fn failures_around_tiles_summaries_and_rolls_lose_nothing() {
    let base = Memory::default();
    let mut maker = Maker::new();
    let mut log = Log::create_on(Arc::new(base.clone()), SMALL).unwrap();
    let mut first: Vec<Vec<u8>> = Vec::new();
    for _ in 0..50 {
        let unit: Vec<PreparedEntry> = (0..5).map(|at| maker.entry(at, b"")).collect();
        first.extend(unit.iter().map(|entry| entry.leaf_bytes().to_vec()));
        log.append(&unit).unwrap();
    }
    log.close().unwrap();
    let memory = base.copy();
    let (mut made, mut goes_on) = (first.clone(), maker.clone());
    assert_eq!(run_with_tree(&memory, &mut goes_on, &mut made), 270);
    assert!(!memory.bytes("tree-0").is_empty());
    let operations = memory.operations();
    for failure in [Failure::NotPersisted, Failure::Persisted, Failure::DiskFull] {
        for number in 0..operations {
            // Restarts of the process, and losses of power, in turn.
            let keep = [None, Some(false), Some(true)][number % 3];
            let context = format!("operation {number}, {failure:?}, kept {keep:?}");
            let memory = base.copy();
            memory.fail(number, failure);
            let (mut made, mut goes_on) = (first.clone(), maker.clone());
            let acknowledged = run_with_tree(&memory, &mut goes_on, &mut made);
            if let Some(keep) = keep {
                memory.crash(&mut || keep);
            }
            let storage = Arc::new(memory.clone());
            let (log, _) = Log::open_to(storage, SMALL, Depth::Ends).unwrap();
            let size = log.head().size;
            assert!(size >= acknowledged as u64, "{context}: {size} of {acknowledged}");
            let leaves = log.reader().leaves(0, size).unwrap();
            assert!(leaves[..] == made[..leaves.len()], "{context}: other entries");
            let hashes: Vec<_> = leaves.iter().map(|leaf| leaf_hash(leaf)).collect();
            assert_eq!(log.tree().unwrap().root(), root_of(&hashes), "{context}");
            drop(log);
            check(&memory, acknowledged, &made, &context);
        }
    }
}

#[test]
fn what_is_kept_for_a_full_disk_is_for_its_owner_and_made_again() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    assert_eq!(memory.bytes("reserve").len(), 2 * 1_024);
    // The next unit needs more zeros, and their first write finds the disk full.
    let next = maker.entry(1, &[b'y'; 2_000]);
    memory.fail(0, Failure::DiskFull);
    log.append_with_reserve(std::slice::from_ref(&next)).unwrap();
    assert!(!memory.list().unwrap().contains(&"reserve".to_owned()), "it was given up");
    let more = maker.entry(1, &[b'y'; 2_000]);
    memory.fail(0, Failure::DiskFull);
    let refused = log.append(std::slice::from_ref(&more));
    assert!(matches!(refused, Err(Error::DiskFull)), "nobody else gets it: {refused:?}");
    assert!(!log.is_poisoned());
    log.append(&[more]).unwrap();
    assert_eq!(memory.bytes("reserve").len(), 2 * 1_024, "there is room again");
    log.close().unwrap();
    assert_eq!(verified(&memory).findings, []);
    assert!(!verified(&memory).not_checked.iter().any(|what| what.contains("reserve")));
    assert_eq!(reopened(&memory).unwrap().2.len(), 3);
}
