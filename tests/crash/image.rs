//! Where things stand in a segment file (the layout is described in the ledger's `unit` and
//! `segment` modules), and a ledger to change.

use laiqu_tests::{Book, LedgerDir, TestParty, TestServer, commissioned, document, transformed};
use std::ops::Range;
use std::path::{Path, PathBuf};

/// The first segment of a ledger.
pub(crate) const SEGMENT: &str = "000000000000.seg";
/// The header sector of a segment.
pub(crate) const SECTOR_BYTES: usize = 512;
const UNIT_HEADER_BYTES: usize = 44;
const UNIT_TRAILER_BYTES: usize = 64;

/// A commit unit inside a segment.
#[derive(Clone, Debug)]
pub(crate) struct Unit {
    /// All of it.
    pub(crate) all: Range<usize>,
    /// Header, records and leaves.
    pub(crate) head: Range<usize>,
    /// Private frames and padding.
    pub(crate) frames: Range<usize>,
    /// Trailer.
    pub(crate) trailer: Range<usize>,
}

/// The units of a segment, by their headers.
pub(crate) fn units(segment: &[u8]) -> Vec<Unit> {
    let mut units = Vec::new();
    let mut at = SECTOR_BYTES;
    while segment.get(at..at + 8) == Some(b"LQUNIT01") {
        let number = |from: usize| {
            u32::from_be_bytes(segment[at + from..at + from + 4].try_into().unwrap()) as usize
        };
        let (end, meta) = (at + number(28), number(36));
        let (frames, trailer) = (at + UNIT_HEADER_BYTES + meta, end - UNIT_TRAILER_BYTES);
        units.push(Unit {
            all: at..end,
            head: at..frames,
            frames: frames..trailer,
            trailer: trailer..end,
        });
        at = end;
    }
    assert!(segment[at..].iter().all(|byte| *byte == 0), "units were not found");
    units
}

/// A ledger with two parties, small captures and a large one, written by two runs of the server.
pub(crate) struct Sample {
    pub(crate) ledger: LedgerDir,
    pub(crate) farm: TestParty,
    pub(crate) book: Book,
}

pub(crate) const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";
pub(crate) const PRODUCT: &str = "urn:epc:class:lgtin:4012345.022222.B1";
const LARGE_EVENTS: u64 = 700;

impl Sample {
    /// Makes it, and stops its server cleanly.
    pub(crate) fn new() -> Self {
        let ledger = LedgerDir::new("sample.example/log");
        let server = TestServer::start(&ledger.data, &[]);
        let party = |id: &str, seed| {
            let party = TestParty::new(&ledger.origin, id, seed);
            party.register(&server, &ledger.operator, "gateway")
        };
        let (farm, plant) = (party("urn:example:farm", 1), party("urn:example:plant", 2));
        let mut book = Book::new(&ledger.vkey);
        let mut keep = |server: &TestServer, party: &TestParty, body: String| {
            book.keep(&body, &party.capture(&server.client(), &body));
        };
        keep(&server, &farm, document(&[commissioned("urn:example:event:1", LOT, 50)]));
        let made = transformed("urn:example:event:2", &[LOT], PRODUCT);
        keep(&server, &plant, document(&[made]));
        assert!(server.stop().success());
        let server = TestServer::start(&ledger.data, &[]);
        let large = (0..LARGE_EVENTS).map(|n| {
            let lot = format!("urn:epc:class:lgtin:4012345.033333.{n}");
            commissioned(&format!("urn:example:event:large:{n}"), &lot, n + 1)
        });
        keep(&server, &farm, document(&large.collect::<Vec<_>>()));
        keep(&server, &plant, document(&[commissioned("urn:example:event:3", PRODUCT, 7)]));
        assert!(server.stop().success());
        Self { ledger, farm, book }
    }

    pub(crate) fn segment(&self) -> PathBuf {
        self.ledger.data.join("log").join(SEGMENT)
    }

    /// Copies the data directory, to change the copy.
    pub(crate) fn copy(&self) -> (tempfile::TempDir, PathBuf) {
        copy_of(&self.ledger.data)
    }
}

/// A copy of a data directory.
pub(crate) fn copy_of(data: &Path) -> (tempfile::TempDir, PathBuf) {
    let root = tempfile::tempdir().unwrap();
    let to = root.path().join("data");
    copy(data, &to);
    (root, to)
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            copy(&path, &target);
        } else {
            std::fs::copy(&path, &target).unwrap();
        }
    }
}
