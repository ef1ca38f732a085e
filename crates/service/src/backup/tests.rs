//! Backups of ledgers with small segments, beside their writer.

use super::manifest::segment_name;
use super::*;
use crate::init::init;
use laiqu_ledger::{
    Frame, Kind, Log, LogOptions, PreparedEntry, VerifyOptions, events_root, verify_dir,
};
use std::fs;
use std::os::unix::fs::{FileExt as _, MetadataExt as _};
use std::path::PathBuf;

const SMALL: LogOptions = LogOptions { segment_bytes_max: 16_384, zero_piece_bytes: 1_024 };
const SECRET: &[u8] = b"the secret of a business; ";

/// A ledger that is open for writing, and where its backup goes.
struct Ledger {
    _root: tempfile::TempDir,
    data: PathBuf,
    target: PathBuf,
    log: Log,
}

impl Ledger {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let (data, target) = (root.path().join("data"), root.path().join("copy"));
        init(&data, "backup.example/log").unwrap();
        let (log, _) = Log::open(&data.join("log"), SMALL).unwrap();
        Self { _root: root, data, target, log }
    }

    fn append(&mut self, kind: Kind, payload: &[u8]) -> u64 {
        let (head, issuer) = (self.log.head(), self.log.issuer_head(0));
        let frame = Frame {
            salt: [3; 32],
            signatures: vec![],
            media_type: "application/json".to_owned(),
            outcome: b"{}".to_vec(),
            payload: payload.to_vec(),
        };
        let leaf = Leaf {
            index: head.size,
            time_micros: head.last_time_micros.unwrap() + 1,
            prev: head.last_leaf_hash,
            kind,
            issuer: 0,
            issuer_seq: issuer.next_seq,
            issuer_prev: issuer.last_leaf_hash,
            keys: vec![],
            events_root: events_root(&frame.salt, &[payload]),
            commitment: frame.commitment(),
        };
        let entry = PreparedEntry::new(leaf, frame.encode().unwrap(), 1).unwrap();
        self.log.append(&[entry]).unwrap().first_index
    }

    fn grow(&mut self, entries: usize) {
        for _ in 0..entries {
            self.append(Kind::EpcisCapture, &SECRET.repeat(60));
        }
        self.log.write_head().unwrap();
    }

    fn backup(&self) -> Backup {
        Backup::open(&self.data, &self.target, BackupOptions::default()).unwrap()
    }

    fn checked(&self) -> Backup {
        let options = BackupOptions { check: true, ..BackupOptions::default() };
        Backup::open(&self.data, &self.target, options).unwrap()
    }

    fn restored(&self) -> Result<Restoring, Error> {
        Restoring::begin(&self.target, &self.data.with_file_name("restored"), false)
    }
}

/// Everything but signatures, which these entries do not have.
fn assert_whole(data: &Path, size: u64) {
    let mut options = VerifyOptions::new(&|_, _| None);
    options.check_signatures = false;
    let report = verify_dir(&data.join("log"), &options, &mut |_| {}).unwrap();
    assert_eq!((report.findings, report.size), (vec![], size));
}

fn holds_secret(target: &Path, from: u64) -> bool {
    let reader = Reader::open(&target.join("log")).unwrap();
    let names = fs::read_dir(target.join("log")).unwrap().map(|name| name.unwrap().path());
    let found = |path: PathBuf| {
        fs::read(path).unwrap().windows(SECRET.len()).filter(|part| *part == SECRET).count()
    };
    let expected = (from..reader.size()).count();
    names.map(found).sum::<usize>() > expected * 60
}

#[test]
fn each_round_copies_what_is_new_and_nothing_else() {
    let mut ledger = Ledger::new();
    let mut backup = ledger.backup();
    for count in [0, 1, 3, 20, 1, 40] {
        ledger.grow(count);
        let before: BTreeMap<String, i64> = backup
            .manifest()
            .files
            .iter()
            .filter(|file| file.full)
            .map(|file| {
                let found = fs::metadata(ledger.target.join(&file.name)).unwrap();
                (file.name.clone(), found.ctime_nsec() + found.ctime() * 1_000_000_000)
            })
            .collect();
        let round = backup.round().unwrap();
        let size = ledger.log.head().size;
        assert_eq!((round.size, round.lag_entries), (size, 0));
        assert_eq!(round.root, ledger.log.tree().unwrap().root().to_hex());
        // The first segment was made with a megabyte of zeros.
        let most = if before.is_empty() { 1_100_000 } else { 20_000 } + 3_000 * count as u64;
        assert!(round.bytes < most, "{} bytes", round.bytes);
        assert_whole(&ledger.target, size);
        for (name, time) in before {
            let found = fs::metadata(ledger.target.join(&name)).unwrap();
            let now = found.ctime_nsec() + found.ctime() * 1_000_000_000;
            assert_eq!(time, now, "{name} was written again");
        }
        let quiet = backup.round().unwrap();
        assert_eq!((quiet.entries, quiet.bytes, quiet.lag_micros), (0, 0, 0));
    }
    assert!(backup.manifest().files.iter().filter(|file| file.full).count() > 3);
    drop(backup);
    // Another process goes on where this one stopped.
    ledger.grow(9);
    let mut backup = ledger.backup();
    let round = backup.round().unwrap();
    assert_eq!((round.entries, round.size), (9, ledger.log.head().size));
    assert_eq!(*backup.manifest(), Manifest::read(&ledger.target).unwrap());
    let restoring = ledger.restored().unwrap();
    assert_whole(restoring.ledger(), round.size);
    let ledger_path = restoring.ledger().to_owned();
    restoring.finish().unwrap();
    assert!(!ledger_path.exists());
    assert_whole(&ledger.data.with_file_name("restored"), round.size);
}

#[test]
fn what_the_head_file_does_not_cover_is_left_for_the_next_round() {
    let mut ledger = Ledger::new();
    ledger.grow(30);
    let durable = ledger.log.head().size;
    for _ in 0..30 {
        ledger.append(Kind::EpcisCapture, b"not yet");
    }
    let mut backup = ledger.backup();
    assert_eq!(backup.round().unwrap().size, durable);
    assert_whole(&ledger.target, durable);
    ledger.log.write_head().unwrap();
    let round = backup.round().unwrap();
    assert_eq!((round.entries, round.size), (30, durable + 30));
    assert!(round.lag_micros > 0);
}

#[test]
fn an_erasure_is_carried_out_in_the_backup_too() {
    let mut ledger = Ledger::new();
    ledger.grow(30);
    let mut backup = ledger.backup();
    backup.round().unwrap();
    for target in [4, 20] {
        assert!(holds_secret(&ledger.target, target + 1));
        let payload = format!(r#"{{"index":{target},"reason":"order 12"}}"#);
        let by = ledger.append(Kind::Erasure, payload.as_bytes());
        ledger.log.erase(by).unwrap();
        ledger.log.write_head().unwrap();
        let round = backup.round().unwrap();
        assert_eq!(round.erased, 1);
        let copy = Reader::open(&ledger.target.join("log")).unwrap();
        assert_eq!(copy.erased_by(target), Some(by));
        assert!(copy.entry(target).unwrap().frame.is_none());
        assert_whole(&ledger.target, round.size);
    }
    assert_eq!(backup.manifest().erased, [4, 20]);
    drop(backup);
    ledger.checked().round().unwrap();
    drop(ledger.restored().unwrap());
    // A first backup of a ledger that has erasures already.
    fs::remove_dir_all(&ledger.target).unwrap();
    ledger.backup().round().unwrap();
    assert_whole(&ledger.target, ledger.log.head().size);
    drop(ledger.restored().unwrap());
}

#[test]
fn an_erasure_that_the_head_does_not_cover_yet_is_waited_for() {
    let mut ledger = Ledger::new();
    ledger.grow(8);
    let by = ledger.append(Kind::Erasure, br#"{"index":5,"reason":"order 12"}"#);
    ledger.log.erase(by).unwrap();
    let (data, target) = (ledger.data.clone(), ledger.target.clone());
    let round = std::thread::scope(|scope| {
        let running = scope.spawn(|| {
            let mut backup = Backup::open(&data, &target, BackupOptions::default()).unwrap();
            backup.round().unwrap()
        });
        std::thread::sleep(Duration::from_millis(300));
        ledger.log.write_head().unwrap();
        running.join().unwrap()
    });
    assert_eq!((round.size, round.erased), (by + 1, 1));
    assert_whole(&ledger.target, by + 1);
}

#[test]
fn an_erasure_that_was_cut_off_in_the_backup_is_finished_by_the_next_run() {
    let mut ledger = Ledger::new();
    ledger.grow(30);
    ledger.backup().round().unwrap();
    let frame = Reader::open(&ledger.target.join("log")).unwrap().entry(4).unwrap();
    let whole = fs::read(ledger.target.join(segment_name(frame.segment))).unwrap();
    let by = ledger.append(Kind::Erasure, br#"{"index":4,"reason":"order 12"}"#);
    ledger.log.erase(by).unwrap();
    ledger.log.write_head().unwrap();
    ledger.backup().round().unwrap();
    // The manifest says that it is being carried out, and half of the frame is gone.
    let mut manifest = Manifest::read(&ledger.target).unwrap();
    let name = segment_name(frame.segment);
    manifest.files.iter_mut().find(|file| file.name == name).unwrap().sha256 = None;
    manifest.write(&ledger.target).unwrap();
    let file = fs::File::options().write(true).open(ledger.target.join(&name)).unwrap();
    let middle = (frame.frame_from + frame.frame_to) / 2;
    let at = |offset: u64| usize::try_from(offset).unwrap();
    file.write_all_at(&whole[at(middle)..at(frame.frame_to)], middle).unwrap();
    let restoring = ledger.restored().unwrap();
    let (log, recovery) = Log::open(&restoring.ledger().join("log"), SMALL).unwrap();
    assert_eq!(recovery.erased, [4], "the next start finishes it");
    drop((log, restoring));
    ledger.backup().round().unwrap();
    assert_whole(&ledger.target, ledger.log.head().size);
    assert!(Manifest::read(&ledger.target).unwrap().files.iter().all(|f| f.sha256.is_some()));
}

#[test]
fn a_damaged_backup_is_refused_and_mended_by_a_check() {
    let mut ledger = Ledger::new();
    ledger.grow(30);
    ledger.backup().round().unwrap();
    let files = Manifest::read(&ledger.target).unwrap().files;
    for file in files.iter().filter(|file| file.name.ends_with(".seg")) {
        let path = ledger.target.join(&file.name);
        let whole = fs::read(&path).unwrap();
        let mut changed = whole.clone();
        changed[700] ^= 1;
        for bytes in [Some(changed.as_slice()), Some(&whole[..whole.len() - 1]), None] {
            match bytes {
                Some(bytes) => fs::write(&path, bytes).unwrap(),
                None => fs::remove_file(&path).unwrap(),
            }
            let refused = ledger.restored().unwrap_err();
            assert_eq!(refused.code, Code::Damaged, "{refused}");
            assert!(refused.detail.contains(&file.name), "{refused}");
            assert!(!ledger.data.with_file_name(".restored.restoring").exists());
            ledger.checked().round().unwrap();
            assert!(fs::read(&path).unwrap() == whole, "{} is mended", file.name);
            drop(ledger.restored().unwrap());
        }
    }
}

#[test]
fn a_damaged_source_is_not_copied() {
    let mut ledger = Ledger::new();
    ledger.grow(30);
    ledger.backup().round().unwrap();
    let before = Manifest::read(&ledger.target).unwrap();
    ledger.grow(3);
    let last = Reader::open(&ledger.data.join("log")).unwrap().entry(before.size + 1).unwrap();
    let path = ledger.data.join(segment_name(last.segment));
    let file = fs::File::options().write(true).open(&path).unwrap();
    file.write_all_at(b"?", last.frame_from + 200).unwrap();
    let copied = Backup::open(&ledger.data, &ledger.target, BackupOptions::default())
        .and_then(|mut backup| backup.round());
    assert_eq!(copied.unwrap_err().code, Code::Damaged);
    assert_eq!(Manifest::read(&ledger.target).unwrap().size, before.size, "the old one stays");
    assert_whole(ledger.restored().unwrap().ledger(), before.size);
}
