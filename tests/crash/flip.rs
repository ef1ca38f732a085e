//! Any one byte of a segment file changed, and segment files cut short.

use crate::image::{SECTOR_BYTES, SEGMENT, Sample, Unit, units};
use laiqu_ledger::{Finding, Report, SEGMENT_BYTES_MAX, Severity, VerifyOptions, verify_dir};
use laiqu_tests::{Dice, TestServer, run};
use serde_json::Value;
use std::collections::BTreeSet;
use std::fs::OpenOptions;
use std::os::unix::fs::FileExt as _;
use std::path::Path;

/// Every so many bytes of private frames are changed.
const FRAME_STEP: usize = 7;
/// Every so many bytes of the zeros behind the last unit.
const ZERO_STEP: usize = 4096;
/// Bytes of each larger unit's frames, and of the whole file, chosen at random.
const RANDOM_BYTES: u64 = 150;
/// Frames up to this size are changed every `FRAME_STEP` bytes.
const SMALL_FRAMES_BYTES: usize = 6_000;
const COMMANDS: usize = 25;
const STARTS: usize = 40;

/// The bytes to change, one at a time.
fn places(segment: &[u8], units: &[Unit], dice: &mut Dice) -> BTreeSet<usize> {
    let mut places: BTreeSet<usize> = (0..SECTOR_BYTES).collect();
    let random = |dice: &mut Dice, from: usize, to: usize| {
        from + usize::try_from(dice.below((to - from) as u64)).unwrap()
    };
    for (at, unit) in units.iter().enumerate() {
        // Two units to the last byte of what their checksums must cover, the others in steps.
        let step = if at == 0 || at + 1 == units.len() { 1 } else { 5 };
        places.extend(unit.head.clone().step_by(step));
        places.extend(unit.trailer.clone().step_by(step));
        if unit.frames.len() <= SMALL_FRAMES_BYTES {
            places.extend(unit.frames.clone().step_by(FRAME_STEP));
        } else {
            let (from, to) = (unit.frames.start, unit.frames.end);
            places.extend((0..RANDOM_BYTES).map(|_| random(dice, from, to)));
        }
    }
    let tail = units.last().unwrap().all.end;
    places.extend((tail..segment.len()).step_by(ZERO_STEP));
    places.extend((0..RANDOM_BYTES).map(|_| random(dice, 0, segment.len())));
    places.extend([tail, segment.len() - 1]);
    places
}

fn verified(data: &Path) -> Report {
    // Signatures are not what tells these changes: checksums and commitments do.
    let options = VerifyOptions { check_signatures: false, ..VerifyOptions::new(&|_, _| None) };
    verify_dir(&data.join("log"), &options, &mut |_| {}).unwrap()
}

/// Runs `change` with one byte of the copy's segment changed, then changes it back.
fn with_byte(data: &Path, at: usize, flip: u8, change: impl FnOnce()) {
    let path = data.join("log").join(SEGMENT);
    let file = OpenOptions::new().read(true).write(true).open(path).unwrap();
    let mut byte = [0];
    file.read_exact_at(&mut byte, at as u64).unwrap();
    file.write_all_at(&[byte[0] ^ flip], at as u64).unwrap();
    change();
    file.write_all_at(&byte, at as u64).unwrap();
}

fn flip_of(at: usize) -> u8 {
    1 << (at % 8)
}

#[test]
fn every_changed_byte_is_found_and_named() {
    let mut dice = Dice::printed();
    let sample = Sample::new();
    let segment = std::fs::read(sample.segment()).unwrap();
    let units = units(&segment);
    assert!(units.len() >= 6, "{} units", units.len());
    assert!(units.iter().any(|unit| unit.frames.len() > 200_000), "a large capture");
    let places: Vec<usize> = places(&segment, &units, &mut dice).into_iter().collect();
    println!("{} of {} bytes", places.len(), segment.len());
    std::thread::scope(|scope| {
        for half in places.chunks(places.len().div_ceil(2)) {
            let (_root, data) = sample.copy();
            scope.spawn(move || {
                let _kept = _root;
                assert_eq!(verified(&data).findings, [], "before any change");
                for at in half {
                    with_byte(&data, *at, flip_of(*at), || check_report(&verified(&data), *at));
                }
                assert_eq!(verified(&data).findings, [], "all changed back");
            });
        }
    });
}

fn check_report(report: &Report, at: usize) {
    let hit = report.findings.iter().any(|finding| {
        finding.severity == Severity::Damage
            && finding.file == SEGMENT
            && (finding.from..finding.to).contains(&(at as u64))
    });
    assert!(hit, "byte {at}: {:?}", report.findings);
    assert!(!report.is_whole(), "byte {at}");
}

/// A spread of places over everything that a segment holds.
fn spread(places: &BTreeSet<usize>, count: usize, dice: &mut Dice) -> Vec<usize> {
    let places: Vec<usize> = places.iter().copied().collect();
    let chosen = places.chunks(places.len().div_ceil(count)).map(|part| *dice.pick(part).unwrap());
    chosen.collect()
}

#[test]
fn the_command_exits_1_and_names_the_entry_or_the_bytes() {
    let mut dice = Dice::printed();
    let sample = Sample::new();
    let segment = std::fs::read(sample.segment()).unwrap();
    let places = places(&segment, &units(&segment), &mut dice);
    let (_root, data) = sample.copy();
    let path = data.to_str().unwrap();
    for at in spread(&places, COMMANDS, &mut dice) {
        with_byte(&data, at, flip_of(at), || {
            let output = run(&["verify", path, "--json"]);
            assert_eq!(output.status.code(), Some(1), "byte {at}");
            let report: Value = serde_json::from_slice(&output.stdout).unwrap();
            let findings = report["findings"].as_array().unwrap();
            let hit = findings.iter().any(|finding| {
                let (from, to) = (finding["from"].as_u64(), finding["to"].as_u64());
                let range = from.unwrap_or(u64::MAX)..to.unwrap_or(0);
                finding["file"].as_str().is_some_and(|file| file.ends_with(SEGMENT))
                    && range.contains(&(at as u64))
            });
            assert!(hit, "byte {at}: {report}");
            let people = run(&["verify", path]);
            assert_eq!(people.status.code(), Some(1), "byte {at}");
        });
    }
    let output = run(&["verify", path, "--json"]);
    assert_eq!(output.status.code(), Some(0), "all changed back");
}

#[test]
fn a_server_refuses_to_start_on_any_changed_byte() {
    let mut dice = Dice::printed();
    let sample = Sample::new();
    let segment = std::fs::read(sample.segment()).unwrap();
    let places = places(&segment, &units(&segment), &mut dice);
    let (_root, data) = sample.copy();
    for at in spread(&places, STARTS, &mut dice) {
        with_byte(&data, at, flip_of(at), || {
            let (code, said) = TestServer::refusal(&data, &[]);
            assert_ne!(code, 0, "byte {at}");
            assert!(said.contains("damaged from byte"), "byte {at}: {said}");
        });
    }
    let copy = TestServer::start(&data, &[]);
    sample.book.check(&copy.client());
    assert!(copy.stop().success());
}

#[test]
fn a_segment_cut_short_is_found_and_refused() {
    let sample = Sample::new();
    let segment = std::fs::read(sample.segment()).unwrap();
    let units = units(&segment);
    let last = units.last().unwrap();
    let mut lengths = vec![0, 1, 100, SECTOR_BYTES - 1, SECTOR_BYTES, SECTOR_BYTES + 20];
    for unit in &units {
        lengths.extend([unit.head.end, unit.frames.start + unit.frames.len() / 2]);
        lengths.extend([unit.trailer.start, unit.all.end - 1]);
    }
    lengths.extend(units.iter().rev().skip(1).map(|unit| unit.all.end));
    for (n, length) in lengths.into_iter().enumerate() {
        let (_root, data) = sample.copy();
        let path = data.join("log").join(SEGMENT);
        OpenOptions::new().write(true).open(path).unwrap().set_len(length as u64).unwrap();
        let report = verified(&data);
        assert!(!report.is_whole(), "cut to {length}");
        let named = report.findings.iter().any(|finding| {
            finding.entry.is_some() || (finding.file == SEGMENT && finding.to > finding.from)
        });
        assert!(named, "cut to {length}: {:?}", report.findings);
        if n % 4 == 0 {
            let (code, said) = TestServer::refusal(&data, &[]);
            assert!(code != 0 && !said.is_empty(), "cut to {length}: {said}");
            let output = run(&["verify", data.to_str().unwrap(), "--json"]);
            assert_eq!(output.status.code(), Some(1), "cut to {length}");
        }
    }
    // Zeros behind the last unit hold nothing: without them nothing is lost.
    let (_root, data) = sample.copy();
    let path = data.join("log").join(SEGMENT);
    OpenOptions::new().write(true).open(path).unwrap().set_len(last.all.end as u64).unwrap();
    assert!(verified(&data).is_whole());
    let server = TestServer::start(&data, &[]);
    sample.book.check(&server.client());
}

/// A sparse file costs nothing to make and would fill the memory of who reads it.
#[test]
fn a_segment_longer_than_any_can_be_is_refused_before_it_is_read() {
    const LENGTH: u64 = 1 << 40;
    let sample = Sample::new();
    let (_root, data) = sample.copy();
    let path = data.join("log").join(SEGMENT);
    OpenOptions::new().write(true).open(path).unwrap().set_len(LENGTH).unwrap();
    let report = verified(&data);
    let found = |finding: &Finding| finding.file == SEGMENT && finding.to == LENGTH;
    assert!(report.findings.iter().any(found), "{:?}", report.findings);
    let (code, said) = TestServer::refusal(&data, &[]);
    assert!(code != 0 && said.contains("hint:"), "{said}");
    let output = run(&["fsck", data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(1));
    let named = [SEGMENT, &LENGTH.to_string(), &SEGMENT_BYTES_MAX.to_string(), "from a backup"];
    for said in [said, String::from_utf8_lossy(&output.stdout).into_owned()] {
        assert!(named.iter().all(|what| said.contains(what)), "{said}");
    }
}

#[test]
fn a_segment_of_a_later_version_is_named_so() {
    let sample = Sample::new();
    let (_root, data) = sample.copy();
    let path = data.join("log").join(SEGMENT);
    let mut bytes = std::fs::read(&path).unwrap();
    bytes[11] = 9;
    let crc = crc32c::crc32c(&bytes[..60]);
    bytes[60..64].copy_from_slice(&crc.to_be_bytes());
    std::fs::write(&path, bytes).unwrap();
    let report = verified(&data);
    let named = |finding: &Finding| finding.what.contains("format version 9");
    assert!(report.findings.iter().any(named), "{:?}", report.findings);
}
