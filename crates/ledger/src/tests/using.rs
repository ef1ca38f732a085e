//! Create, append, read, reopen; on memory and on real files.

use std::sync::Arc;

use proptest::prelude::*;

use crate::recover::Depth;
use crate::testing::{Maker, Memory, SMALL, all_but_signatures, reopened, verified};
use crate::{ChainFault, Error, Log, LogOptions, PreparedEntry, Reader, verify_dir};

fn payload(size: usize) -> Vec<u8> {
    (0..size).map(|at| b'a' + u8::try_from(at % 26).unwrap()).collect()
}

#[test]
fn appended_entries_are_read_at_once_and_after_a_clean_stop() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let reader = log.reader();
    let mut maker = Maker::new();
    let mut made: Vec<PreparedEntry> = Vec::new();
    for count in [1, 3, 2, 1, 4] {
        let unit: Vec<_> = (0..count).map(|at| maker.entry(at % 2, &payload(700))).collect();
        let appended = log.append(&unit).unwrap();
        assert_eq!(appended.first_index, made.len() as u64);
        made.extend(unit);
        assert_eq!(appended.size, made.len() as u64);
        assert_eq!(log.head(), maker.head());
        assert_eq!(reader.size(), appended.size);
        log.prepare().unwrap();
        log.write_head().unwrap();
    }
    let check = |reader: &Reader| {
        for (index, entry) in (0..).zip(&made) {
            let read = reader.entry(index).unwrap();
            assert_eq!(read.leaf, *entry.leaf());
            assert_eq!(read.leaf_bytes, entry.leaf_bytes());
            assert_eq!(read.leaf_hash(), entry.leaf_hash());
            assert_eq!(read.frame.unwrap().encode().unwrap(), entry.frame);
        }
        assert!(matches!(reader.entry(11), Err(Error::NoEntry { index: 11, size: 11 })));
        let leaves = reader.leaves(2, 9).unwrap();
        assert!(leaves.iter().eq(made[2..9].iter().map(|entry| &entry.leaf_bytes)));
        let scanned: Vec<u64> = reader.scan(4).map(|entry| entry.unwrap().leaf.index).collect();
        assert_eq!(scanned, (4..11).collect::<Vec<_>>());
    };
    check(&reader);
    assert!(memory.bytes("000000000001.seg").len() > 512, "the units fill two segments");
    assert!(matches!(reopened(&memory), Err(Error::Locked)));
    check(&Reader::open_on(&memory).unwrap());
    log.close().unwrap();
    assert_eq!(verified(&memory).findings, []);
    assert_eq!(verified(&memory).size, 11);
    let (log, recovery, leaves) = reopened(&memory).unwrap();
    assert!(recovery.was_clean && recovery.torn.is_none());
    assert!(leaves.iter().eq(made.iter().map(|entry| &entry.leaf_bytes)));
    assert_eq!(log.head(), maker.head());
    check(&log.reader());
}

#[test]
fn what_does_not_follow_is_refused_and_changes_nothing() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    let before = memory.operations();
    let good = maker.entry(1, b"next");
    let refused = |change: &dyn Fn(&mut crate::Leaf), log: &mut Log| {
        let mut leaf = good.leaf().clone();
        change(&mut leaf);
        let entry = PreparedEntry::new(leaf, good.frame.clone(), 1).unwrap();
        match log.append(&[entry]) {
            Err(Error::NotAfterHead { fault, .. }) => fault,
            other => panic!("accepted: {other:?}"),
        }
    };
    let log = &mut log;
    assert_eq!(refused(&|leaf| leaf.index = 2, log), ChainFault::Index { expected: 1 });
    assert_eq!(refused(&|leaf| leaf.prev.0[0] ^= 1, log), ChainFault::Prev);
    assert_eq!(refused(&|leaf| leaf.time_micros -= 1, log), ChainFault::Time);
    assert_eq!(refused(&|leaf| leaf.issuer_seq = 1, log), ChainFault::IssuerSeq { expected: 0 });
    assert_eq!(refused(&|leaf| leaf.issuer_prev.0[9] ^= 1, log), ChainFault::IssuerPrev);
    assert!(matches!(log.append(&[]), Err(Error::EmptyUnit)));
    let large = maker.clone().entry(1, &payload(9_000));
    assert!(matches!(
        log.append(&[good.clone(), large]),
        Err(Error::UnitTooLarge { entries: 2, .. })
    ));
    assert_eq!(memory.operations(), before, "nothing was written");
    log.append(&[good]).unwrap();
}

#[test]
fn real_files_are_locked_and_found_again() {
    let directory = tempfile::tempdir().unwrap();
    let path = directory.path().join("data/log");
    assert!(matches!(Log::open(directory.path(), SMALL), Err(Error::Missing)));
    assert!(matches!(Log::open(&path, SMALL), Err(Error::Missing)));
    let mut log = Log::create(&path, LogOptions::default()).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b""), maker.entry(1, b"one")]).unwrap();
    assert!(matches!(Log::open(&path, SMALL), Err(Error::Locked)));
    assert_eq!(Reader::open(&path).unwrap().entry(1).unwrap().frame.unwrap().payload, b"one");
    let size = std::fs::metadata(path.join("000000000000.seg")).unwrap().len();
    assert_eq!(size, 512 + 1024 * 1024);
    let options = all_but_signatures();
    let mut steps = Vec::new();
    let report = verify_dir(&path, &options, &mut |progress| steps.push(progress)).unwrap();
    assert_eq!((report.findings.len(), report.size, report.bytes), (0, 2, size));
    assert_eq!(report.origin.as_deref(), Some("test.example/log"));
    assert_eq!(steps.last().map(|step| (step.segments, step.entries)), Some((1, 2)));
    log.close().unwrap();
    assert!(matches!(Log::create(&path, SMALL), Err(Error::Exists)));
    let (log, recovery) = Log::open(&path, LogOptions::default()).unwrap();
    assert!(recovery.was_clean);
    assert_eq!(log.head(), maker.head());
}

#[test]
fn beside_a_writer_the_unit_being_written_is_no_damage() {
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    let mut maker = Maker::new();
    log.append(&[maker.entry(0, b"")]).unwrap();
    let next = log.append(&[maker.entry(1, &payload(700))]).unwrap();
    let offset = usize::try_from(next.offset).unwrap();
    memory.edit("000000000000.seg", |file| file[offset + 300..].fill(0));
    memory.edit("000000000000.seg", |file| file[offset + 20] ^= 1);
    let report = verified(&memory);
    assert_eq!((report.findings, report.size), (vec![], 1));
    assert!(report.not_checked.iter().any(|what| what.contains("running writer")));
    assert_eq!(Reader::open_on(&memory).unwrap().size(), 1);
    drop(log);
    assert!(!verified(&memory).is_whole());
    assert!(Reader::open_on(&memory).is_err());
}

#[test]
fn one_write_and_one_sync_for_each_append() {
    let memory = Memory::default();
    let options = LogOptions { zero_piece_bytes: 65_536, segment_bytes_max: 65_536 };
    let mut log = Log::create_on(Arc::new(memory.clone()), options).unwrap();
    let mut maker = Maker::new();
    for _ in 0..5 {
        let before = memory.operations();
        let unit: Vec<_> = (0..15).map(|at| maker.entry(at, &payload(200))).collect();
        log.append(&unit).unwrap();
        assert_eq!(memory.operations() - before, 2);
    }
}

#[derive(Debug, Clone)]
enum Step {
    Append(Vec<(u64, usize)>),
    WriteHead,
    Prepare,
    Reopen,
    ReopenFast,
    CloseAndReopen,
    Crash(u64),
}

fn steps() -> impl Strategy<Value = Vec<Step>> {
    let unit = proptest::collection::vec((0..4_u64, 0..900_usize), 1..4);
    let step = prop_oneof![
        6 => unit.prop_map(Step::Append),
        1 => Just(Step::WriteHead),
        1 => Just(Step::Prepare),
        1 => Just(Step::Reopen),
        1 => Just(Step::ReopenFast),
        1 => Just(Step::CloseAndReopen),
        2 => any::<u64>().prop_map(Step::Crash),
    ];
    proptest::collection::vec(step, 1..30)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(48))]
    #[test]
    fn the_log_is_the_vector_that_it_models(steps in steps()) {
        let memory = Memory::default();
        let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
        let mut maker = Maker::new();
        let mut model: Vec<Vec<u8>> = Vec::new();
        for step in steps {
            match step {
                Step::Append(unit) => {
                    let unit: Vec<_> = unit
                        .into_iter()
                        .map(|(issuer, size)| maker.entry(issuer, &payload(size)))
                        .collect();
                    log.append(&unit).unwrap();
                    model.extend(unit.iter().map(|entry| entry.leaf_bytes().to_vec()));
                    continue;
                }
                Step::WriteHead => { log.write_head().unwrap(); continue; }
                Step::Prepare => { log.prepare().unwrap(); continue; }
                Step::ReopenFast => {
                    drop(log);
                    let memory = Arc::new(memory.clone());
                    log = Log::open_to(memory, SMALL, Depth::Ends).unwrap().0;
                    prop_assert_eq!(&log.reader().leaves(0, log.head().size).unwrap(), &model);
                    prop_assert_eq!(log.tree().unwrap().size(), log.head().size);
                    continue;
                }
                Step::Reopen => drop(log),
                Step::CloseAndReopen => log.close().unwrap(),
                Step::Crash(mut bits) => {
                    drop(log);
                    memory.crash(&mut || { bits = bits.rotate_left(1); bits & 1 == 1 });
                }
            }
            prop_assert_eq!(verified(&memory).findings, vec![]);
            let (reopened, _, leaves) = reopened(&memory).unwrap();
            prop_assert_eq!(&leaves, &model);
            log = reopened;
        }
    }
}
