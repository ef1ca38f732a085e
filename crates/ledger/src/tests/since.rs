//! Verification from a remembered size on: earlier frames are left out and named, all else holds.

use std::sync::Arc;

use crate::testing::{Maker, Memory, SMALL, one_event};
use crate::{Kind, Log, Reader, Report, VerifyOptions, verify};

/// Units of three entries: two captures and a token; the tenth entry on is new.
fn log() -> (Memory, u64) {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    for _ in 0..6 {
        let capture =
            |maker: &mut Maker| maker.signed(1, Kind::EpcisCapture, &[b'd'; 900], vec![], vec![]);
        let unit = [capture(&mut maker), maker.entry(0, b"token"), capture(&mut maker)];
        log.append(&unit).unwrap();
    }
    log.close().unwrap();
    (memory, 11)
}

fn verified(memory: &Memory, since: u64) -> Report {
    let options = VerifyOptions::new(&one_event);
    let options = VerifyOptions { since, check_signatures: false, ..options };
    verify(memory, &options, &mut |_| {}).unwrap()
}

#[test]
fn what_is_left_out_is_named_and_nothing_else_changes() {
    let (memory, since) = log();
    let (whole, later) = (verified(&memory, 0), verified(&memory, since));
    assert_eq!(later.findings, []);
    assert_eq!((later.size, later.root, later.bytes), (whole.size, whole.root, whole.bytes));
    let left_out = |report: &Report| {
        report.not_checked.iter().find(|what| what.contains("earlier verification")).cloned()
    };
    // The fourth unit holds entries 10 to 12 and is read whole.
    let what = left_out(&later).unwrap();
    assert!(what.contains("before entry 10") && what.ends_with(": 6"), "{what}");
    assert_eq!(left_out(&whole), None);
    assert_eq!(verified(&memory, u64::MAX).root, whole.root);
}

#[test]
fn leaves_registry_frames_and_later_frames_are_read_again() {
    let (memory, since) = log();
    let entries: Vec<_> = Reader::open_on(&memory).unwrap().scan(0).map(Result::unwrap).collect();
    for entry in entries {
        let name = format!("{:012}.seg", entry.segment);
        let (index, from) = (entry.leaf.index, usize::try_from(entry.frame_from).unwrap());
        let changed = memory.copy();
        changed.edit(&name, |file| file[from + 20] ^= 1);
        let noticed = index >= 10 || entry.leaf.kind != Kind::EpcisCapture;
        assert_eq!(verified(&changed, since).is_whole(), !noticed, "frame of entry {index}");
        assert!(!verified(&changed, 0).is_whole(), "frame of entry {index}");
        let leaf = memory.bytes(&name);
        let at = leaf.windows(entry.leaf_bytes.len()).position(|bytes| bytes == entry.leaf_bytes);
        let changed = memory.copy();
        changed.edit(&name, |file| file[at.unwrap() + 20] ^= 1);
        assert!(!verified(&changed, since).is_whole(), "leaf of entry {index}");
    }
}

#[test]
fn another_past_has_another_root() {
    let (memory, since) = log();
    let root = verified(&memory, 0).root.unwrap();
    let options = VerifyOptions::new(&one_event);
    let check = |roots| {
        let options = VerifyOptions { roots, since, check_signatures: false, ..options.clone() };
        verify(&memory, &options, &mut |_| {}).unwrap().is_whole()
    };
    assert!(check(vec![(19, root)]));
    assert!(!check(vec![(since, root)]));
}
