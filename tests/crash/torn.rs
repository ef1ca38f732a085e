//! A write that was cut off: the last unit is there in part, the log was open.

use crate::image::{SEGMENT, Sample, Unit, copy_of, units};
use laiqu_tests::{Answer, TestServer, commissioned, document, run};
use serde_json::Value;
use std::path::{Path, PathBuf};

const BODY_EVENTS: u64 = 30;

/// What a killed server left: the last unit, whole, is of a capture that was never acknowledged.
struct Cut {
    sample: Sample,
    _root: tempfile::TempDir,
    data: PathBuf,
    segment: Vec<u8>,
    last: Unit,
    body: String,
    answer: Answer,
}

/// The head file of a running ledger lags behind its log; the one from before the last capture is
/// what a crash during that capture leaves.
fn cut() -> Cut {
    let sample = Sample::new();
    let server = TestServer::start(&sample.ledger.data, &[]);
    let head = std::fs::read(sample.ledger.data.join("log/head")).unwrap();
    assert!(String::from_utf8_lossy(&head).contains("state open"));
    let events = (0..BODY_EVENTS).map(|n| {
        let lot = format!("urn:epc:class:lgtin:4012345.044444.{n}");
        commissioned(&format!("urn:example:event:cut:{n}"), &lot, 3)
    });
    let body = document(&events.collect::<Vec<_>>());
    let answer = sample.farm.capture(&server.client(), &body);
    server.kill();
    let (root, data) = copy_of(&sample.ledger.data);
    std::fs::write(data.join("log/head"), head).unwrap();
    let segment = std::fs::read(data.join("log").join(SEGMENT)).unwrap();
    let last = units(&segment).pop().unwrap();
    assert!(last.all.len() > 8 * 512, "{last:?}");
    Cut { sample, _root: root, data, segment, last, body, answer }
}

impl Cut {
    /// A copy whose last unit was changed by `change`.
    fn with(&self, change: impl FnOnce(&mut [u8])) -> (tempfile::TempDir, PathBuf) {
        let (root, data) = copy_of(&self.data);
        let mut segment = self.segment.clone();
        change(&mut segment[self.last.all.clone()]);
        std::fs::write(data.join("log").join(SEGMENT), segment).unwrap();
        (root, data)
    }

    /// Starts on what was left: all that was acknowledged is there, the cut-off document is there
    /// whole or not at all, and can be posted.
    fn starts(&self, data: &Path, context: &str) -> bool {
        assert_eq!(verified(data).0, 0, "{context}: {}", verified(data).1);
        let server = TestServer::start(data, &[]);
        let mut book = laiqu_tests::Book::new(&self.sample.ledger.vkey);
        let size = self.sample.book.check(&server.client());
        let again = self.sample.farm.capture(&server.client(), &self.body);
        let index = book.keep(&self.body, &again);
        let replayed = again.json()["replayed"] == true;
        assert_eq!(replayed, index < size, "{context}");
        assert!(server.stop().success());
        assert_eq!(verified(data).0, 0, "{context}: {}", verified(data).1);
        let server = TestServer::start(data, &[]);
        book.check(&server.client());
        self.sample.book.check(&server.client());
        replayed
    }
}

fn verified(data: &Path) -> (i32, Value) {
    let output = run(&["verify", data.to_str().unwrap(), "--json"]);
    (output.status.code().unwrap(), serde_json::from_slice(&output.stdout).unwrap())
}

#[test]
fn a_unit_cut_to_a_zero_suffix_is_wiped_and_nothing_acknowledged_is_lost() {
    let cut = cut();
    let length = cut.last.all.len();
    let head = cut.last.head.len();
    for kept in [0, 1, 30, 44, head, length / 2, length - 512, length - 64, length - 40] {
        let (_root, data) = cut.with(|unit| unit[kept..].fill(0));
        let context = format!("{kept} of {length} bytes");
        assert!(!cut.starts(&data, &context), "{context}: half an entry was taken");
    }
}

#[test]
fn a_whole_unit_that_the_head_file_does_not_know_yet_is_taken() {
    let cut = cut();
    let (_root, data) = cut.with(|_| {});
    assert!(cut.starts(&data, "the whole unit"));
    let mut book = laiqu_tests::Book::new(&cut.sample.ledger.vkey);
    book.keep(&cut.body, &cut.answer);
    let server = TestServer::start(&data, &[]);
    book.check(&server.client());
}

#[test]
fn a_unit_that_misses_sectors_is_wiped() {
    let cut = cut();
    let sectors = cut.last.all.len() / 512;
    for missing in [0, 1, sectors / 2, sectors - 1] {
        let (_root, data) = cut.with(|unit| unit[missing * 512..][..512].fill(0));
        let context = format!("without sector {missing} of {sectors}");
        assert!(!cut.starts(&data, &context), "{context}: half an entry was taken");
    }
}

#[test]
fn the_same_bytes_behind_a_clean_stop_are_damage() {
    let cut = cut();
    let clean = copy_of(&cut.sample.ledger.data);
    let server = TestServer::start(&clean.1, &[]);
    assert!(server.stop().success());
    let path = clean.1.join("log").join(SEGMENT);
    let mut segment = std::fs::read(&path).unwrap();
    let middle = cut.last.all.start + cut.last.all.len() / 2;
    segment[middle..cut.last.all.end].fill(0);
    std::fs::write(&path, segment).unwrap();
    let (code, said) = TestServer::refusal(&clean.1, &[]);
    assert_ne!(code, 0);
    assert!(!said.is_empty());
    assert_eq!(verified(&clean.1).0, 1);
}

#[test]
fn a_changed_byte_of_the_last_unit_is_no_torn_tail() {
    let cut = cut();
    for at in [0, 50, cut.last.head.len() + 9, cut.last.all.len() - 64, cut.last.all.len() - 1] {
        // Not to zero: the last bytes of a trailer that are zero were never written.
        let (_root, data) = cut.with(|unit| unit[at] ^= if unit[at] == 0x10 { 0x20 } else { 0x10 });
        assert_eq!(verified(&data).0, 1, "byte {at}: {}", verified(&data).1);
        let (code, said) = TestServer::refusal(&data, &[]);
        assert!(code != 0 && said.contains("damaged from byte"), "byte {at}: {said}");
    }
}
