//! A static log as files, whole and with each part spoilt.

use super::*;
use laiqu_ledger::Leaf;
use laiqu_proof::{Hash, NoteSigner, TileLevel, Tree, leaf_hash, push_entry, tiles_of};
use std::collections::BTreeMap;

const ORIGIN: &str = "test.example/log";
const SIZE: u64 = 300;

struct Files(BTreeMap<String, Vec<u8>>);

impl Source for Files {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        Ok(self.0.get(path).cloned())
    }
}

fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// The leaves of a chain with two issuers, each changed by `spoil` before it is linked on.
fn leaves(spoil: impl Fn(&mut Leaf)) -> Vec<Vec<u8>> {
    let (mut all, mut prev) = (Vec::new(), Hash::ZERO);
    let mut issuers = [(0, Hash::ZERO); 2];
    for index in 0..SIZE {
        let issuer = index % 2;
        let (issuer_seq, issuer_prev) = issuers[issuer as usize];
        let mut leaf = Leaf {
            index,
            time_micros: 1_000_000 + index,
            prev,
            kind: if index == 0 { Kind::LedgerInit } else { Kind::EpcisCapture },
            issuer,
            issuer_seq,
            issuer_prev,
            keys: vec![],
            events_root: Hash::ZERO,
            commitment: Hash::ZERO,
        };
        spoil(&mut leaf);
        let bytes = leaf.encode().unwrap();
        prev = leaf_hash(&bytes);
        issuers[issuer as usize] = (issuer_seq + 1, prev);
        all.push(bytes);
    }
    all
}

fn files(leaves: &[Vec<u8>]) -> Files {
    let mut tree = Tree::new();
    leaves.iter().for_each(|leaf| tree.push(leaf_hash(leaf)));
    let size = tree.size();
    let mut files = BTreeMap::new();
    for path in tiles_of(size) {
        let bytes = if path.level() == TileLevel::Entries {
            let first = usize::try_from(path.first()).unwrap();
            let mut bundle = Vec::new();
            for leaf in &leaves[first..first + usize::from(path.width())] {
                push_entry(&mut bundle, leaf).unwrap();
            }
            bundle
        } else {
            tree.tile(&path).unwrap()
        };
        files.insert(path.to_string(), bytes);
    }
    let root = tree.root_at(size).unwrap();
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer());
    files.insert("checkpoint".to_owned(), checkpoint.into_bytes());
    Files(files)
}

fn verdict(files: &Files) -> Report {
    check(files, &signer().verifier(), Against::default(), None).unwrap().report
}

#[test]
fn a_whole_log_is_whole_and_frames_are_named_as_not_checked() {
    let report = verdict(&files(&leaves(|_| {})));
    assert!(report.whole, "{}", report.text());
    assert_eq!(report.size, SIZE);
    assert!(report.not_checked.iter().any(|what| what.contains("private frames")));
}

#[test]
fn every_file_matters() {
    let good = files(&leaves(|_| {}));
    assert_eq!(good.0.len(), 6, "2 bundles, 3 hash tiles, 1 checkpoint");
    for name in good.0.keys() {
        for at in [0, good.0[name].len() / 2, good.0[name].len() - 2] {
            let mut spoilt = Files(good.0.clone());
            spoilt.0.get_mut(name).unwrap()[at] ^= 1;
            assert!(!verdict(&spoilt).whole, "{name} byte {at}");
        }
        let mut missing = Files(good.0.clone());
        missing.0.remove(name);
        assert!(!verdict(&missing).whole, "{name} is missing");
    }
}

#[test]
fn an_operator_who_signs_a_broken_chain_is_found_out() {
    type Spoil = fn(&mut Leaf);
    let spoils: [(&str, Spoil); 6] = [
        ("index is not 7", |leaf| leaf.index += u64::from(leaf.index == 7)),
        ("prev is not", |leaf| leaf.prev.0[0] ^= u8::from(leaf.index == 7)),
        ("time is not after", |leaf| leaf.time_micros -= u64::from(leaf.index == 7)),
        ("issuer_seq is not 3", |leaf| leaf.issuer_seq += u64::from(leaf.index == 7)),
        ("issuer_prev is not", |leaf| leaf.issuer_prev.0[0] ^= u8::from(leaf.index == 7)),
        ("is ledger.init", |leaf| {
            if leaf.index == 7 {
                leaf.kind = Kind::LedgerInit;
            }
        }),
    ];
    for (what, spoil) in spoils {
        let report = verdict(&files(&leaves(spoil)));
        let finding = report.findings.iter().find(|finding| finding.what.contains(what));
        assert_eq!(finding.and_then(|finding| finding.entry), Some(7), "{what}: {}", report.text());
    }
}

#[test]
fn saved_checkpoints_must_be_contained() {
    let all = leaves(|_| {});
    let published = files(&all);
    let saved = |files: &Files| String::from_utf8(files.0["checkpoint"].clone()).unwrap();
    let old = saved(&files(&all[..100]));
    let other = saved(&files(&leaves(|leaf| leaf.time_micros += 5)[..100]));
    let whole = |saved: String| {
        let against = Against { saved: &[saved], ..Against::default() };
        check(&published, &signer().verifier(), against, None).unwrap().report.whole
    };
    assert!(whole(old));
    assert!(!whole(other));
    assert!(!whole("nonsense".to_owned()));
    // A log that shows less than it once did was set back.
    let (newer, set_back) = (saved(&published), files(&all[..100]));
    let against = Against { saved: &[newer], ..Against::default() };
    assert!(!check(&set_back, &signer().verifier(), against, None).unwrap().report.whole);
}

fn remembered(size: u64, all: &[Vec<u8>]) -> Remembered {
    let size = usize::try_from(size).unwrap();
    let verified =
        check(&files(&all[..size]), &signer().verifier(), Against::default(), None).unwrap();
    assert!(verified.report.whole && verified.report.resume.is_some());
    Remembered {
        origin: ORIGIN.to_owned(),
        vkey: signer().vkey(),
        log_keys: verified.report.log_keys,
        size: verified.report.size,
        root: Hash::from_hex(verified.report.root.as_ref().unwrap()).unwrap(),
        frames: verified.frames,
        checkpoint: verified.report.checkpoint,
        resume: verified.report.resume,
    }
}

/// Counts what is fetched.
struct Counting<'a>(&'a Files, std::sync::Mutex<Vec<String>>);

impl Source for Counting<'_> {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        self.1.lock().unwrap().push(path.to_owned());
        self.0.fetch(path)
    }
}

#[test]
fn a_check_goes_on_from_any_remembered_size_and_reads_no_full_bundle_before_it() {
    let all = leaves(|_| {});
    let published = files(&all);
    for size in [1, 2, 100, 255, 256, 257, SIZE - 1, SIZE] {
        let known = remembered(size, &all);
        let counting = Counting(&published, std::sync::Mutex::default());
        let against = Against { remembered: Some(&known), ..Against::default() };
        let verified = check(&counting, &signer().verifier(), against, None).unwrap();
        assert!(verified.report.whole, "{size}: {}", verified.report.text());
        assert_eq!(verified.report.size, SIZE);
        assert_eq!(verified.report.resume, remembered(SIZE, &all).resume);
        let fetched = counting.1.lock().unwrap();
        let first = fetched.iter().any(|path| path == "tile/entries/000");
        assert_eq!(first, size < 256, "{size}: {fetched:?}");
    }
}

#[test]
fn a_changed_past_is_found_from_a_remembered_size_on() {
    let all = leaves(|_| {});
    let rewritten = files(&leaves(|leaf| leaf.events_root.0[0] ^= u8::from(leaf.index == 7)));
    let continued = files(&leaves(|leaf| leaf.prev.0[0] ^= u8::from(leaf.index == 290)));
    for size in [8, 256, 280, SIZE] {
        let known = remembered(size, &all);
        let against = Against { remembered: Some(&known), ..Against::default() };
        let whole = |files| check(files, &signer().verifier(), against, None).unwrap().report.whole;
        assert!(!whole(&rewritten), "{size}");
        assert!(!whole(&continued), "{size}");
    }
}

#[test]
fn a_partial_tile_may_be_gone_once_the_full_one_is_there() {
    let all = leaves(|_| {});
    let mut longer = files(&all);
    let shorter = files(&all[..100]);
    let narrow = shorter.0.keys().filter(|name| name.contains(".p/"));
    assert!(narrow.clone().count() > 0 && narrow.clone().all(|name| !longer.0.contains_key(name)));
    longer.0.insert("checkpoint".to_owned(), shorter.0["checkpoint"].clone());
    let report = verdict(&longer);
    assert!(report.whole && report.size == 100, "{}", report.text());
    // A full tile that begins otherwise is no substitute.
    longer.0.get_mut("tile/0/000").unwrap()[40] ^= 1;
    assert!(!verdict(&longer).whole);
}

#[test]
fn no_size_that_a_log_may_sign_is_too_much() {
    let mut hostile = files(&leaves(|_| {}));
    for size in [SIZE + 1, 1 << 40, u64::MAX - 1, u64::MAX] {
        let (origin, root) = (ORIGIN.to_owned(), Hash::digest(b"anything"));
        let signed = Checkpoint { origin, size, root }.sign(&signer());
        hostile.0.insert("checkpoint".to_owned(), signed.into_bytes());
        let report = verdict(&hostile);
        assert!(!report.whole && report.size == size, "{}", report.text());
        let known = remembered(SIZE, &leaves(|_| {}));
        let against = Against { remembered: Some(&known), ..Against::default() };
        assert!(!check(&hostile, &signer().verifier(), against, None).unwrap().report.whole);
    }
}
