use super::*;
use crate::hash::leaf_hash;
use crate::note::NoteError;
use crate::note_key::NoteSigner;
use crate::tree::Tree;

const ORIGIN: &str = "ledger.example";

fn signer() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

fn policy() -> Policy {
    Policy::of_log_keys(&[signer().verifier()])
}

/// A history that is like every other below `split` and its own from there on.
fn history(split: u64, size: u64, own: u8) -> Tree {
    let mut tree = Tree::new();
    for index in 0..size {
        let own = if index < split { 0 } else { own };
        tree.push(leaf_hash(&[&index.to_be_bytes(), [own].as_slice()].concat()));
    }
    tree
}

fn checkpoint(tree: &Tree, size: u64) -> String {
    let root = tree.root_at(size).unwrap();
    Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer())
}

fn check(evidence: &Evidence, from: u64, to: u64) {
    let read: Evidence = evidence.to_string().parse().unwrap();
    assert_eq!(&read, evidence);
    let split = read.check(&policy()).unwrap();
    assert_eq!((split.older.checkpoint.size, split.newer.checkpoint.size), (from, to));
    assert_ne!(split.old_root, split.older.checkpoint.root);
}

#[test]
fn two_roots_at_one_size_prove_a_split() {
    let (one, other) = (history(3, 5, 1), history(3, 5, 2));
    let evidence = Evidence::of_proof(&checkpoint(&one, 5), &checkpoint(&other, 5), &[]).unwrap();
    assert_eq!(evidence.to_string().lines().nth(1), Some(""));
    check(&evidence, 5, 5);
}

#[test]
fn a_path_to_another_old_root_proves_a_split() {
    for to in 2..20 {
        for from in 1..to {
            let (one, other) = (history(from - 1, from, 1), history(from - 1, to, 2));
            let (older, newer) = (checkpoint(&one, from), checkpoint(&other, to));
            let path = other.consistency(from, to).unwrap();
            let old_root = other.root_at(from).unwrap();
            let whole = Evidence::with_old_root(&older, &newer, old_root, &path).unwrap();
            check(&whole, from, to);
            // The proof alone tells the other old root unless that is a single node of the tree.
            let alone = Evidence::of_proof(&older, &newer, &path);
            assert_eq!(alone, (!from.is_power_of_two()).then_some(whole), "{from} to {to}");
        }
    }
}

#[test]
fn an_honest_log_cannot_be_accused() {
    let tree = history(20, 20, 0);
    for to in 1..20 {
        for from in 1..=to {
            let (older, newer) = (checkpoint(&tree, from), checkpoint(&tree, to));
            let path = tree.consistency(from, to).unwrap();
            assert_eq!(Evidence::of_proof(&older, &newer, &path), None);
            assert_eq!(Evidence::of_proof(&older, &newer, &[leaf_hash(b"x")]), None);
            // Written by hand, with a root and a path of one's own.
            for (old_root, path) in [
                (tree.root_at(from).unwrap(), path.clone()),
                (leaf_hash(b"forged"), path.clone()),
                (leaf_hash(b"forged"), vec![leaf_hash(b"forged"); path.len()]),
            ] {
                let between = (from < to).then_some((old_root, path));
                let forged = Evidence { older: older.clone(), newer: newer.clone(), between };
                assert!(forged.check(&policy()).is_err(), "{from} to {to}");
            }
        }
    }
}

#[test]
fn what_the_log_did_not_sign_proves_nothing() {
    let (one, other) = (history(3, 5, 1), history(3, 5, 2));
    let forger = NoteSigner::from_seed(ORIGIN, &[2; 32]).unwrap();
    let root = other.root_at(5).unwrap();
    let forged = Checkpoint { origin: ORIGIN.to_owned(), size: 5, root };
    let signed = forged.sign(&forger);
    let evidence = Evidence::of_proof(&checkpoint(&one, 5), &signed, &[]).unwrap();
    let refused = EvidenceError::Newer(NoteError::NoKnownSignature.into());
    assert_eq!(evidence.check(&policy()), Err(refused));
    let turned = Evidence::of_proof(&signed, &checkpoint(&one, 5), &[]).unwrap();
    let refused = EvidenceError::Older(NoteError::NoKnownSignature.into());
    assert_eq!(turned.check(&policy()), Err(refused));
    // Another log's checkpoint is no contradiction, though one policy may know both.
    let name = "other.example";
    let elsewhere = NoteSigner::from_seed(name, &[3; 32]).unwrap();
    let foreign = Checkpoint { origin: name.to_owned(), ..forged }.sign(&elsewhere);
    assert_eq!(Evidence::of_proof(&checkpoint(&one, 5), &foreign, &[]), None);
    let evidence = Evidence { older: checkpoint(&one, 5), newer: foreign, between: None };
    let both = Policy::of_log_keys(&[signer().verifier(), elsewhere.verifier()]);
    assert_eq!(evidence.check(&both), Err(EvidenceError::Origins));
}

#[test]
fn other_formats_are_refused_with_the_reason() {
    let (one, other) = (history(3, 6, 1), history(3, 9, 2));
    let path = other.consistency(6, 9).unwrap();
    let (older, newer) = (checkpoint(&one, 6), checkpoint(&other, 9));
    let good = Evidence::of_proof(&older, &newer, &path).unwrap().to_string();
    let check = |text: &str, error| assert_eq!(text.parse::<Evidence>(), Err(error), "{text}");
    check("", EvidenceError::Format);
    check(&good.replace("laiqu/1", "laiqu/2"), EvidenceError::Format);
    check(&good.replace("old-root ", "root "), EvidenceError::Format);
    check(&good.replacen("=\n", "\n", 1), EvidenceError::Format);
    check(&format!("{good}\n\n"), EvidenceError::Format);
    check(&older, EvidenceError::Format);
    let long = "x".repeat(EVIDENCE_BYTES_MAX + 1);
    check(&long, EvidenceError::TooLong { bytes: long.len() });
    let swapped = Evidence { older: newer, newer: older, between: None };
    assert_eq!(swapped.check(&policy()), Err(EvidenceError::Order));
}

proptest::proptest! {
    #[test]
    fn no_text_panics(text in "(old-root |AA==|[0-9]|— a AAAAAAA=|\n|\\PC){0,60}") {
        if let Ok(read) = format!("{HEADER}\n{text}").parse::<Evidence>() {
            proptest::prop_assert!(read.check(&policy()).is_err());
        }
    }
}
