//! Erasure of a private frame: refused where it must be, finished wherever it was cut off.

use std::sync::Arc;

use crate::bytes::at;
use crate::erasure::ERASED;
use crate::recover::Depth;
use crate::testing::{Failure, Maker, Memory, SMALL, reopened, verified};
use crate::{Error, Kind, Log, PreparedEntry, Reader, Severity, Storage as _};

const SEGMENT: &str = "000000000000.seg";
const SECRET: &[u8] = b"the secret of a business; ";
const TARGET: u64 = 2;

/// A unit of four captures behind entry 0; the frame of [`TARGET`] spans several sectors, among
/// them two of zeros.
fn with_secret(memory: &Memory) -> Result<(Log, Maker), Error> {
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL)?;
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")])?;
    let mut secret = SECRET.repeat(20);
    secret.extend_from_slice(&[0; 1_800]);
    secret.extend_from_slice(SECRET);
    let payloads: [&[u8]; 4] = [b"one", &secret, b"three", &[b'z'; 300]];
    let unit = payloads.map(|payload| capture(&mut maker, payload));
    log.append(&unit)?;
    log.write_head()?;
    Ok((log, maker))
}

fn capture(maker: &mut Maker, payload: &[u8]) -> PreparedEntry {
    maker.signed(1, Kind::EpcisCapture, payload, vec![], vec!["a.secret.signature".to_owned()])
}

fn erasure(maker: &mut Maker, index: u64) -> PreparedEntry {
    let payload = format!(r#"{{"index":{index},"reason":"order 12"}}"#);
    maker.signed(0, Kind::Erasure, payload.as_bytes(), vec![], vec![])
}

fn holds_secret(memory: &Memory) -> bool {
    memory.bytes(SEGMENT).windows(SECRET.len()).any(|window| window == SECRET)
}

fn assert_erased(reader: &Reader, by: u64, context: &str) {
    for index in 0..reader.size() {
        let entry = reader.entry(index).unwrap();
        assert_eq!(entry.frame.is_none(), index == TARGET, "{context}: entry {index}");
        assert_eq!(reader.erased_by(index), (index == TARGET).then_some(by), "{context}");
    }
    let scanned: Vec<_> = reader.scan(0).map(|entry| entry.unwrap()).collect();
    let gone: Vec<_> = scanned.iter().filter(|entry| entry.frame.is_none()).collect();
    assert_eq!(gone.len(), 1, "{context}");
    assert_eq!(gone[0].leaf.index, TARGET, "{context}");
}

#[test]
fn an_erased_frame_is_gone_and_all_else_stays() {
    let memory = Memory::default();
    let (mut log, mut maker) = with_secret(&memory).unwrap();
    let reader = log.reader();
    let leaf = reader.entry(TARGET).unwrap().leaf_bytes;
    log.append(&[erasure(&mut maker, TARGET)]).unwrap();
    // From here on nobody reads it, whatever still stands in the file.
    assert_erased(&reader, 5, "before the bytes go");
    assert!(holds_secret(&memory));
    let erased = log.erase(5).unwrap();
    assert_eq!((erased.index, erased.by), (TARGET, 5));
    assert!(!holds_secret(&memory));
    assert_erased(&reader, 5, "live");
    assert_eq!(reader.entry(TARGET).unwrap().leaf_bytes, leaf);
    assert_eq!(log.erase(5).unwrap(), erased, "again, nothing changes");
    assert!(matches!(log.erase(4), Err(Error::NoErasure { index: 4 })));
    log.append(&[maker.entry(1, b"goes on")]).unwrap();
    assert_erased(&Reader::open_on(&memory).unwrap(), 5, "beside the writer");
    log.close().unwrap();
    assert_eq!(verified(&memory).findings, []);
    let (log, recovery, leaves) = reopened(&memory).unwrap();
    assert!(recovery.erased.is_empty());
    assert_eq!(leaves[2], leaf);
    assert_erased(&log.reader(), 5, "reopened");
}

#[test]
fn what_must_stay_is_not_erased_and_nothing_is_written() {
    let memory = Memory::default();
    let (mut log, mut maker) = with_secret(&memory).unwrap();
    log.append(&[erasure(&mut maker, TARGET)]).unwrap();
    log.append(&[maker.entry(1, b"a token")]).unwrap();
    let before = memory.operations();
    for index in [0, TARGET, 5, 6, 7, 900] {
        let refused = log.append(&[erasure(&mut maker.clone(), index)]);
        let named =
            matches!(refused, Err(Error::NotErasable { index: named, .. }) if named == index);
        assert!(named, "{index}: {refused:?}");
    }
    let mut twice = maker.clone();
    let unit = [erasure(&mut twice, 1), erasure(&mut twice, 1)];
    assert!(matches!(log.append(&unit), Err(Error::NotErasable { index: 1, .. })));
    let good = erasure(&mut maker, 1);
    let other = PreparedEntry::new(good.leaf().clone(), capture(&mut maker, b"").frame, 1);
    assert!(matches!(other, Err(Error::NoErasure { index: 7 })));
    assert_eq!(memory.operations(), before);
    log.append(&[good]).unwrap();
}

/// Erases with one operation failing; answers whether the erasure was acknowledged.
fn erase(memory: &Memory) -> bool {
    let Ok((mut log, mut maker)) = with_secret(memory) else { return false };
    let appended = log.append(&[erasure(&mut maker, TARGET)]);
    let done = appended.and_then(|appended| log.erase(appended.first_index));
    assert!(done.is_ok() || log.is_poisoned());
    done.is_ok()
}

fn check(memory: &Memory, acknowledged: bool, context: &str) {
    let Ok((log, _, leaves)) = reopened(memory) else {
        assert!(!acknowledged, "{context}");
        return;
    };
    let size = leaves.len();
    assert!(size == 6 || !acknowledged, "{context}: {size} entries");
    let gone = |context: &str, reader: &Reader| {
        if size == 6 {
            assert_erased(reader, 5, context);
            assert!(!holds_secret(memory), "{context}");
        } else if size > 2 {
            assert!(reader.entry(TARGET).unwrap().frame.is_some(), "{context}");
        }
    };
    gone(context, &log.reader());
    drop(log);
    memory.crash(&mut || false);
    let (log, recovery, again) = reopened(memory).unwrap();
    assert!(again == leaves && recovery.erased.is_empty(), "{context}");
    gone(context, &log.reader());
    log.close().unwrap();
    assert_eq!(verified(memory).findings, [], "{context}");
}

#[test]
fn an_erasure_is_finished_wherever_an_operation_failed() {
    let whole = Memory::default();
    assert!(erase(&whole));
    let mut finished = 0;
    for failure in [Failure::NotPersisted, Failure::Persisted, Failure::DiskFull] {
        for number in 0..whole.operations() {
            for restart in ["process", "power, nothing kept", "power, all kept", "power, mixed"] {
                let context = format!("operation {number}, {failure:?}, {restart}");
                let memory = Memory::default();
                memory.fail(number, failure);
                let acknowledged = erase(&memory);
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
                let before = reopened(&memory.copy());
                finished += before.map_or(0, |(_, recovery, _)| recovery.erased.len());
                check(&memory, acknowledged, &context);
            }
        }
    }
    assert!(finished > 4, "{finished} were cut off");
}

#[test]
fn a_failure_while_finishing_can_be_repeated() {
    let cut_off = Memory::default();
    let (mut log, mut maker) = with_secret(&cut_off).unwrap();
    log.append(&[erasure(&mut maker, TARGET)]).unwrap();
    drop(log);
    let before = cut_off.copy();
    drop(reopened(&cut_off).unwrap());
    for failure in [Failure::NotPersisted, Failure::Persisted, Failure::DiskFull] {
        for number in 0..cut_off.operations() {
            for kept in [false, true] {
                let memory = before.copy();
                memory.fail(number, failure);
                drop(reopened(&memory));
                memory.crash(&mut || kept);
                check(&memory, true, &format!("operation {number}, {failure:?}, kept {kept}"));
            }
        }
    }
}

#[test]
fn a_frame_overwritten_up_to_any_byte_is_finished() {
    let memory = Memory::default();
    let (mut log, mut maker) = with_secret(&memory).unwrap();
    log.append(&[erasure(&mut maker, TARGET)]).unwrap();
    let entry = Reader::open_on(&memory.copy()).unwrap().entry(TARGET).unwrap();
    let (from, to) = (at(entry.frame_from), at(entry.frame_to));
    drop(log);
    for written in 0..=to - from {
        let memory = memory.copy();
        // The first bytes, or in other rounds the last ones.
        let part = if written % 2 == 0 { from..from + written } else { to - written..to };
        memory.edit(SEGMENT, |file| file[part].fill(ERASED));
        let report = verified(&memory);
        let cut_off = report
            .findings
            .iter()
            .all(|finding| finding.severity == Severity::Torn && finding.entry == Some(TARGET));
        assert!(cut_off, "{written}: {:?}", report.findings);
        assert_eq!(report.findings.is_empty(), written == to - from, "{written} bytes");
        let finished = reopened(&memory).unwrap().1.erased;
        assert_eq!(finished.is_empty(), written == to - from, "{written} bytes");
        check(&memory, true, &format!("{written} bytes overwritten"));
    }
}

#[test]
fn an_overwritten_frame_that_no_entry_names_is_damage() {
    let memory = Memory::default();
    let (mut log, mut maker) = with_secret(&memory).unwrap();
    log.append(&[erasure(&mut maker, TARGET)]).unwrap();
    log.erase(5).unwrap();
    log.close().unwrap();
    for index in [0, 1, 3, 4, 5] {
        let memory = memory.copy();
        let entry = Reader::open_on(&memory).unwrap().entry(index).unwrap();
        let (from, to) = (at(entry.frame_from), at(entry.frame_to));
        memory.edit(SEGMENT, |file| file[from..to].fill(ERASED));
        let Err(Error::Damaged(damage)) = reopened(&memory) else { panic!("entry {index}") };
        assert!(damage.entry == Some(index) || index == 5, "entry {index}: {damage}");
        let report = verified(&memory);
        let named = |entry| report.findings.iter().any(|finding| finding.entry == Some(entry));
        assert!(!report.is_whole() && named(index), "{:?}", report.findings);
    }
    // A byte that changes within an erased frame says nothing and is overwritten again.
    let entry = Reader::open_on(&memory).unwrap().entry(TARGET).unwrap();
    memory.edit(SEGMENT, |file| file[at(entry.frame_from) + 9] ^= 1);
    assert_eq!(reopened(&memory).unwrap().1.erased, [TARGET]);
    assert_eq!(memory.bytes(SEGMENT)[at(entry.frame_from) + 9], ERASED);
}

#[test]
fn a_fast_opening_knows_the_erasures_of_full_segments_and_finishes_them() {
    let memory = Memory::default();
    let (mut log, mut maker) = with_secret(&memory).unwrap();
    log.append(&[erasure(&mut maker, TARGET)]).unwrap();
    while log.append(&[maker.entry(3, &[b'f'; 900])]).unwrap().segment < 2 {}
    drop(log);
    assert!(holds_secret(&memory));
    let reader = Reader::open_on(&memory).unwrap();
    assert_erased(&reader, 5, "a reader");
    let storage = Arc::new(memory.clone());
    let (log, recovery) = Log::open_to(storage, SMALL, Depth::Ends).unwrap();
    assert_eq!(recovery.erased, [TARGET]);
    assert!(!holds_secret(&memory));
    assert_erased(&log.reader(), 5, "opened");
    drop(log);
    assert_eq!(verified(&memory).findings, []);
    memory.remove("000000000000.sum").unwrap();
    assert_erased(&Reader::open_on(&memory).unwrap(), 5, "without the summary");
}
