//! Writes that were cut off: each prefix of the last unit, and each set of its sectors.

use std::sync::Arc;

use crate::testing::{Maker, Memory, SMALL, reopened, verified};
use crate::{Error, Log, Severity};

const SEGMENT: &str = "000000000000.seg";

/// A log of one acknowledged unit in state open, and where the next unit would stand with its
/// bytes.
fn before_and_unit(entries: usize) -> (Memory, usize, Vec<u8>, Vec<Vec<u8>>) {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    let mut leaves = Vec::new();
    let first = [maker.entry(0, b""), maker.entry(1, b"kept")];
    leaves.extend(first.iter().map(|entry| entry.leaf_bytes().to_vec()));
    log.append(&first).unwrap();
    log.write_head().unwrap();
    let before = memory.copy();
    let unit: Vec<_> = (0..entries).map(|_| maker.entry(1, &[b'x'; 300])).collect();
    leaves.extend(unit.iter().map(|entry| entry.leaf_bytes().to_vec()));
    let appended = log.append(&unit).unwrap();
    let offset = usize::try_from(appended.offset).unwrap();
    let length = usize::try_from(appended.bytes).unwrap();
    let bytes = memory.bytes(SEGMENT)[offset..offset + length].to_vec();
    before.edit(SEGMENT, |file| file.resize(SMALL.segment_bytes_max as usize, 0));
    (before, offset, bytes, leaves)
}

/// Opens what a crash left: the first two entries must be there, and of the last unit all or
/// nothing; then the log must go on and be whole.
fn check_recovers(memory: &Memory, leaves: &[Vec<u8>], context: &str) -> usize {
    let report = verified(memory);
    let (mut log, recovery, found) =
        reopened(memory).unwrap_or_else(|error| panic!("{context}: {error}"));
    assert!(found == leaves || found == leaves[..2], "{context}: {} entries", found.len());
    assert_eq!(recovery.size, found.len() as u64);
    assert_eq!(report.is_whole(), !recovery.completed, "{context}: {:?}", report.findings);
    let mut maker = Maker::new();
    for at in 0..found.len() {
        let payload: &[u8] = if at == 1 { b"kept" } else { &[b'x'; 300] };
        maker.entry(u64::from(at > 0), payload);
    }
    log.append(&[maker.entry(7, b"after")]).unwrap();
    log.close().unwrap();
    assert_eq!(verified(memory).findings, [], "{context}");
    reopened(memory).unwrap();
    found.len()
}

#[test]
fn every_prefix_of_a_unit_is_wiped_or_completed() {
    let (before, offset, unit, leaves) = before_and_unit(2);
    for written in 0..=unit.len() {
        let memory = before.copy();
        memory.edit(SEGMENT, |file| {
            file[offset..offset + written].copy_from_slice(&unit[..written]);
        });
        let found = check_recovers(&memory, &leaves, &format!("{written} bytes written"));
        // Once all fields of the trailer are there, only zeros and its own checksum are missing.
        assert_eq!(found == leaves.len(), written >= unit.len() - 20, "{written} bytes written");
    }
}

#[test]
fn every_set_of_missing_sectors_is_wiped() {
    let (before, offset, unit, leaves) = before_and_unit(3);
    let sectors = unit.len() / 512;
    assert!((4..=8).contains(&sectors), "{sectors} sectors");
    for set in 0..1_u32 << sectors {
        let memory = before.copy();
        memory.edit(SEGMENT, |file| {
            for sector in (0..sectors).filter(|sector| set >> sector & 1 == 1) {
                let (from, to) = (sector * 512, sector * 512 + 512);
                file[offset + from..offset + to].copy_from_slice(&unit[from..to]);
            }
        });
        let found = check_recovers(&memory, &leaves, &format!("sectors {set:b}"));
        assert_eq!(found == leaves.len(), set + 1 == 1 << sectors, "sectors {set:b}");
    }
}

#[test]
fn nothing_is_torn_behind_a_clean_stop() {
    let (before, offset, unit, _) = before_and_unit(2);
    let (log, _, _) = reopened(&before).unwrap();
    log.close().unwrap();
    for written in [1, 40, 300, 600, unit.len() - 1, unit.len()] {
        let memory = before.copy();
        memory.edit(SEGMENT, |file| {
            file[offset..offset + written].copy_from_slice(&unit[..written]);
        });
        let error = reopened(&memory).unwrap_err();
        assert!(matches!(error, Error::Damaged(_)), "{written}: {error}");
        assert!(!verified(&memory).is_whole(), "{written} bytes");
    }
}

#[test]
fn a_byte_behind_a_cut_off_unit_is_damage() {
    let (before, offset, unit, _) = before_and_unit(2);
    before.edit(SEGMENT, |file| {
        file[offset..offset + 512].copy_from_slice(&unit[..512]);
        file[offset + unit.len() + 700] = 1;
    });
    let Err(Error::Damaged(damage)) = reopened(&before) else { panic!("opened") };
    assert_eq!(damage.from, (offset + unit.len() + 700) as u64);
    assert_eq!(damage.to, damage.from + 1);
    assert!(!verified(&before).is_whole());
}

#[test]
fn a_published_unit_that_is_gone_is_a_lost_tail() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    let second = log.append(&[maker.entry(1, b"published")]).unwrap();
    log.write_head().unwrap();
    drop(log);
    let offset = usize::try_from(second.offset).unwrap();
    memory.edit(SEGMENT, |file| file[offset..].fill(0));
    assert!(matches!(reopened(&memory), Err(Error::LostTail { found: 1, expected: 2 })));
    let report = verified(&memory);
    assert!(!report.is_whole());
    assert_eq!(report.findings[0].severity, Severity::Damage);
}

#[test]
fn sectors_of_zeros_in_a_payload_are_not_taken_for_missing_ones() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    let second = log.append(&[maker.entry(1, &[0; 2_200])]).unwrap();
    drop(log);
    let (from, length) = (second.offset as usize, second.bytes as usize);
    let missing_stays = |sector: usize| {
        let changed = memory.copy();
        let at = from + sector * 512;
        let zero = changed.bytes(SEGMENT)[at..at + 512].iter().all(|byte| *byte == 0);
        changed.edit(SEGMENT, |file| file[at..at + 512].fill(0));
        assert!(verified(&changed).is_whole());
        let found = reopened(&changed).unwrap().2.len();
        assert_eq!(found, if zero { 2 } else { 1 }, "sector {sector}");
        zero
    };
    let zeros = (0..length / 512).filter(|sector| missing_stays(*sector)).count();
    assert_eq!(zeros, 3);
    // A byte in such a sector is damage, not a cut-off write.
    memory.edit(SEGMENT, |file| file[from + 1_500] ^= 1);
    let Err(Error::Damaged(damage)) = reopened(&memory) else { panic!("opened") };
    assert_eq!(damage.entry, Some(1));
}
