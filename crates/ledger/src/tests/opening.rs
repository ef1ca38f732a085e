//! Fast openings: what they take from summaries, and what they read all the same.

use std::collections::BTreeMap;
use std::sync::Arc;

use crate::derived::{check_derived_on, repair};
use crate::recover::Depth;
use crate::testing::{Maker, Memory, SMALL, reopened, verified};
use crate::{Error, IssuerHead, Log, PreparedEntry, Reader, Storage as _};

const ISSUERS: u64 = 5;

/// Some full segments and a last one that has units, cleanly stopped.
fn log() -> (Memory, Maker) {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    for number in 0..12 {
        let unit: Vec<PreparedEntry> =
            (0..3).map(|at| maker.entry((number + at) % ISSUERS, &[b's'; 300])).collect();
        log.append(&unit).unwrap();
    }
    log.close().unwrap();
    (memory, maker)
}

fn fast(memory: &Memory) -> Result<Log, Error> {
    Log::open_to(Arc::new(memory.clone()), SMALL, Depth::Ends).map(|(log, _)| log)
}

fn issuers(log: &Log) -> Vec<IssuerHead> {
    (0..=ISSUERS).map(|issuer| log.issuer_head(issuer)).collect()
}

/// The summary files with their bytes.
fn summaries(memory: &Memory) -> BTreeMap<String, Vec<u8>> {
    let names = memory.list().unwrap().into_iter().filter(|name| name.ends_with(".sum"));
    names.map(|name| (name.clone(), memory.bytes(&name))).collect()
}

/// A fast opening finds what a full one finds, and both go on.
fn check_same(memory: &Memory, context: &str) {
    let (full, _, leaves) = reopened(&memory.copy()).unwrap();
    let mut log = fast(memory).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert_eq!(log.head(), full.head(), "{context}");
    assert_eq!(issuers(&log), issuers(&full), "{context}");
    assert_eq!(log.tree().unwrap().root(), full.tree().unwrap().root(), "{context}");
    assert_eq!(log.reader().leaves(0, log.head().size).unwrap(), leaves, "{context}");
    let mut maker = Maker::after(&log, ISSUERS);
    for _ in 0..9 {
        log.append(&[maker.entry(2, &[b't'; 900]), maker.entry(4, b"")]).unwrap();
    }
    log.close().unwrap();
    assert_eq!(verified(memory).findings, [], "{context}");
}

#[test]
fn a_fast_opening_finds_what_a_full_one_finds() {
    let (memory, _) = log();
    let written = summaries(&memory);
    assert!(written.len() >= 2, "{} full segments", written.len());
    drop(reopened(&memory).unwrap());
    assert_eq!(summaries(&memory), written, "a full reading finds the same summaries");
    check_same(&memory, "whole");
    assert!(summaries(&memory).len() > written.len());
    check_same(&memory, "again");
}

#[test]
fn a_summary_that_is_missing_or_damaged_is_written_anew() {
    let (memory, _) = log();
    let written = summaries(&memory);
    for (name, bytes) in &written {
        for at in (0..bytes.len()).step_by(3) {
            let changed = memory.copy();
            changed.edit(name, |file| file[at] ^= 4);
            drop(fast(&changed).unwrap());
            assert_eq!(summaries(&changed), written, "{name} byte {at}");
        }
        let changed = memory.copy();
        changed.edit(name, Vec::clear);
        check_same(&changed, "an empty summary");
        let changed = memory.copy();
        changed.remove(name).unwrap();
        drop(Reader::open_on(&changed).unwrap());
        assert!(!summaries(&changed).contains_key(name), "a reader writes nothing");
        check_same(&changed, "a missing summary");
    }
    // One of another ledger holds, but does not fit.
    let changed = memory.copy();
    let name = written.keys().next().unwrap();
    let other = log_of_other_payloads();
    changed.edit(name, |file| *file = other.bytes(name));
    drop(fast(&changed).unwrap());
    assert_eq!(summaries(&changed), written);
}

fn log_of_other_payloads() -> Memory {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    for number in 0..12 {
        let unit: Vec<PreparedEntry> =
            (0..3).map(|at| maker.entry((number + at) % ISSUERS, &[b'o'; 300])).collect();
        log.append(&unit).unwrap();
    }
    memory
}

#[test]
fn what_a_fast_opening_does_not_see_is_seen_when_it_is_read() {
    let (memory, _) = log();
    let frame = Reader::open_on(&memory).unwrap().entry(1).unwrap().frame_from;
    let frame = usize::try_from(frame).unwrap();
    memory.edit("000000000000.seg", |file| file[frame + 9] ^= 1);
    let log = fast(&memory).unwrap();
    assert!(matches!(log.reader().entry(1), Err(Error::Damaged(_))));
    assert!(log.reader().scan(0).any(|entry| matches!(entry, Err(Error::Damaged(_)))));
    log.close().unwrap();
    assert!(matches!(reopened(&memory), Err(Error::Damaged(_))), "a full opening refuses");
    memory.remove("000000000000.sum").unwrap();
    assert!(matches!(fast(&memory), Err(Error::Damaged(_))), "without a summary it is read");
}

#[test]
fn headers_the_last_segment_and_the_head_are_always_read() {
    let (memory, _) = log();
    let last = format!("{:012}.seg", summaries(&memory).len());
    for (name, at) in [("000000000000.seg", 30), ("000000000001.seg", 40), (last.as_str(), 700)] {
        let changed = memory.copy();
        changed.edit(name, |file| file[at] ^= 1);
        assert!(matches!(fast(&changed), Err(Error::Damaged(_))), "{name} byte {at}");
    }
    let changed = memory.copy();
    changed.edit("000000000000.seg", |file| file.truncate(2_000));
    assert!(matches!(fast(&changed), Err(Error::Damaged(_))), "cut short");
    let changed = memory.copy();
    changed.remove("000000000001.seg").unwrap();
    assert!(matches!(fast(&changed), Err(Error::Damaged(_))), "one is missing");
}

#[test]
fn the_entry_that_the_head_names_is_read_wherever_it_stands() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b""), maker.entry(1, b"")]).unwrap();
    log.write_head().unwrap();
    for _ in 0..12 {
        log.append(&[maker.entry(1, &[b'u'; 1_500])]).unwrap();
    }
    drop(log);
    assert!(!summaries(&memory).is_empty());
    let right = memory.bytes("head");
    check_same(&memory.copy(), "the head names an entry of the first segment");
    let other = log_of_other_payloads();
    let wrong = crate::head::HeadFile::read(&other).unwrap();
    assert_eq!(wrong.size, 0, "the other one never wrote its head");
    let mut head = crate::head::HeadFile::read(&memory).unwrap();
    head.last_leaf_hash.0[3] ^= 1;
    memory.edit("head", |file| *file = head.encode().into_bytes());
    assert!(matches!(fast(&memory), Err(Error::Damaged(_))));
    memory.edit("head", |file| *file = right);
    drop(fast(&memory).unwrap());
}

#[test]
fn a_last_segment_without_a_unit_is_opened() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, &[b'v'; 3_000])]).unwrap();
    log.append(&[maker.entry(0, &[b'v'; 3_000])]).unwrap();
    log.append(&[maker.entry(0, &[b'v'; 3_000])]).unwrap();
    drop(log);
    // The next segment was begun, but its first unit never came to the disk.
    memory.edit("000000000001.seg", |file| file[512..].fill(0));
    for _ in 0..2 {
        let log = fast(&memory).unwrap();
        assert_eq!(log.head().size, 2);
    }
    check_same(&memory, "an empty last segment");
}

#[test]
fn a_later_format_is_refused_as_such() {
    let (memory, _) = log();
    for name in ["000000000000.seg", "000000000001.seg"] {
        let changed = memory.copy();
        changed.edit(name, |file| {
            file[11] = 9;
            let crc = crc32c::crc32c(&file[..60]);
            file[60..64].copy_from_slice(&crc.to_be_bytes());
        });
        let before = changed.bytes(name);
        for opened in [fast(&changed).map(drop), reopened(&changed).map(drop)] {
            let Err(Error::UnknownFormat { name: refused, found: 9, known: 1 }) = opened else {
                panic!("{opened:?}");
            };
            assert_eq!(refused, name);
        }
        assert_eq!(changed.bytes(name), before, "nothing was changed");
    }
}

#[test]
fn a_check_names_wrong_summaries_and_a_repair_writes_them() {
    let (memory, _) = log();
    let check = |memory: &Memory| check_derived_on(Arc::new(memory.clone())).unwrap();
    assert!(check(&memory).is_whole());
    let written = summaries(&memory);
    memory.edit("000000000000.sum", |file| file[30] ^= 1);
    memory.remove("000000000001.sum").unwrap();
    let found = check(&memory);
    assert_eq!(found.summaries, ["000000000000.sum", "000000000001.sum"]);
    assert_eq!((found.size, found.tiles.len()), (36, 0));
    assert_ne!(summaries(&memory), written, "a check writes nothing");
    repair(reopened(&memory).unwrap().0).unwrap();
    assert_eq!(summaries(&memory), written);
    assert!(check(&memory).is_whole());
    memory.edit("000000000000.seg", |file| file[700] ^= 1);
    assert!(check_derived_on(Arc::new(memory.clone())).is_err(), "nothing to compare with");
}
