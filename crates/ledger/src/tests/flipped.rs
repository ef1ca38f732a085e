//! Every byte of a log, changed: found by verification, refused at the start.

use std::sync::Arc;

use crate::testing::{Maker, Memory, SMALL, all_but_signatures, reopened, verified};
use crate::{Error, Finding, Log, Reader, Severity, VerifyOptions, verify};

/// Two segments: units of one to three entries, cleanly stopped or not.
fn log(clean: bool) -> Memory {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    for count in [1, 3, 1, 2] {
        let unit: Vec<_> = (0..count).map(|at| maker.entry(at, &[b'p'; 500])).collect();
        log.append(&unit).unwrap();
    }
    log.write_head().unwrap();
    log.append(&[maker.entry(1, &[b'q'; 500])]).unwrap();
    if clean {
        log.close().unwrap()
    } else {
        drop(log)
    }
    memory
}

fn segments(memory: &Memory) -> Vec<(String, usize)> {
    let names = ["000000000000.seg", "000000000001.seg"];
    names.iter().map(|name| ((*name).to_owned(), memory.bytes(name).len())).collect()
}

#[test]
fn every_flipped_byte_is_named_and_refused_after_a_clean_stop() {
    let memory = log(true);
    let frames: Vec<_> = Reader::open_on(&memory).unwrap().scan(0).map(Result::unwrap).collect();
    assert_eq!(frames.len(), 8);
    for (name, length) in segments(&memory) {
        for at in 0..length {
            let flip = if at % 2 == 0 { 0x01 } else { 0x80 };
            memory.edit(&name, |file| file[at] ^= flip);
            let report = verified(&memory);
            let names_it = |finding: &Finding| {
                finding.severity == Severity::Damage
                    && finding.file == name
                    && (finding.from..finding.to).contains(&(at as u64))
            };
            // The byte is named, and nothing that is whole.
            let hit = report.findings.first().filter(|_| report.findings.iter().all(names_it));
            assert!(hit.is_some(), "{name} byte {at}: {:?}", report.findings);
            let owner = frames.iter().find(|entry| {
                name == format!("{:012}.seg", entry.segment)
                    && (entry.frame_from..entry.frame_to).contains(&(at as u64))
            });
            if let Some(owner) = owner {
                assert_eq!(hit.unwrap().entry, Some(owner.leaf.index), "{name} byte {at}");
            }
            let opened = reopened(&memory);
            assert!(matches!(opened, Err(Error::Damaged(_))), "{name} byte {at}: {opened:?}");
            let read = Reader::open_on_with(&memory, &mut |_| {});
            assert!(read.is_err(), "{name} byte {at}");
            memory.edit(&name, |file| file[at] ^= flip);
        }
    }
    assert_eq!(verified(&memory).findings, []);
}

#[test]
fn a_byte_set_to_zero_never_costs_an_entry_even_after_a_kill() {
    let memory = log(false);
    let (_, _, whole) = reopened(&memory.copy()).unwrap();
    for (name, length) in segments(&memory) {
        for at in 0..length {
            for value in [0, 0xff, memory.bytes(&name)[at] ^ 0x10] {
                let changed = memory.copy();
                if changed.bytes(&name)[at] == value {
                    continue;
                }
                changed.edit(&name, |file| file[at] = value);
                let report = verified(&changed);
                assert_ne!(report.findings, [], "{name} byte {at} set to {value}");
                match reopened(&changed) {
                    Err(Error::Damaged(_)) => assert!(!report.is_whole()),
                    Ok((_, recovery, leaves)) => {
                        assert!(recovery.torn.is_some(), "{name} byte {at} set to {value}");
                        assert_eq!(leaves, whole, "{name} byte {at} set to {value}");
                    }
                    Err(error) => panic!("{name} byte {at} set to {value}: {error}"),
                }
            }
        }
    }
}

#[test]
fn the_head_file_and_missing_files_are_noticed() {
    let memory = log(true);
    for at in 0..memory.bytes("head").len() {
        let changed = memory.copy();
        changed.edit("head", |file| file[at] ^= 4);
        assert!(matches!(reopened(&changed), Err(Error::HeadDamaged { .. })), "byte {at}");
        assert!(!verified(&changed).is_whole());
    }
    for (name, _) in segments(&memory) {
        let changed = memory.copy();
        crate::Storage::remove(&changed, &name).unwrap();
        assert!(reopened(&changed).is_err(), "without {name}");
        assert!(!verified(&changed).is_whole(), "without {name}");
    }
    for length in [0, 100, 512, 1_000, 3_000, 5_000] {
        let changed = memory.copy();
        changed.edit("000000000000.seg", |file| file.truncate(length));
        assert!(reopened(&changed).is_err(), "cut to {length}");
        assert!(!verified(&changed).is_whole(), "cut to {length}");
    }
}

#[test]
fn all_damage_is_named_not_only_the_first() {
    let memory = log(true);
    let at = |index: u64| {
        let entry = Reader::open_on(&memory).unwrap().entry(index).unwrap();
        (entry.segment, usize::try_from(entry.frame_from).unwrap())
    };
    let places = [at(0), at(2), at(4), at(7)];
    let header = 512;
    for (segment, offset) in places {
        let name = format!("{segment:012}.seg");
        memory.edit(&name, |file| file[offset + 60] ^= 1);
    }
    let report = verified(&memory);
    let entries: Vec<_> = report.findings.iter().filter_map(|finding| finding.entry).collect();
    assert_eq!(entries, [0, 2, 4, 7]);
    assert_eq!(report.size, 8);
    assert!(report.root.is_some(), "all leaves are still there");
    // A lost header hides its unit, and no more than that.
    memory.edit("000000000000.seg", |file| file[header + 3] ^= 1);
    let report = verified(&memory);
    let entries: Vec<_> = report.findings.iter().filter_map(|finding| finding.entry).collect();
    assert_eq!(entries, [0, 2, 4, 7]);
    assert_eq!((report.size, report.root), (8, None));
}

#[test]
fn roots_of_checkpoints_are_compared() {
    let memory = log(true);
    let whole = verified(&memory);
    let root = whole.root.unwrap();
    let check = |size, root| {
        let roots = vec![(size, root)];
        let options = VerifyOptions { roots, ..all_but_signatures() };
        verify(&memory, &options, &mut |_| {}).unwrap().is_whole()
    };
    assert!(check(8, root));
    assert!(!check(7, root));
    assert!(!check(9, root));
    assert!(check(0, laiqu_proof::EMPTY_ROOT));
}
