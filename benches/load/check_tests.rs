use super::*;
use crate::load::documents::Template;
use laiqu_ledger::Kind;
use laiqu_proof::{NoteSigner, Tree};
use laiqu_service::Opening;

const ORIGIN: &str = "load.example/ledger";

/// The answers of a ledger of two entries to one client, rightly made.
fn answers() -> (Seen, Party, NoteVerifier) {
    let mut parties = vec![Party::new(3)];
    crate::load::prepare::sign_all(&mut parties, ORIGIN, &Template::new(1), 2);
    let party = parties.remove(0);
    let signer = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
    let (salt, mut tree, mut leaves) = ([5; 32], Tree::new(), Vec::new());
    for (index, it) in (0..).zip(&party.submissions) {
        let leaf = Leaf {
            index,
            time_micros: 1_795_413_600_000_000 + index,
            prev: Hash::ZERO,
            kind: Kind::EpcisCapture,
            issuer: 3,
            issuer_seq: index,
            issuer_prev: Hash::ZERO,
            keys: vec![4],
            events_root: Hash::ZERO,
            commitment: commitment(&salt, &[&it.jws], MEDIA_TYPE, &it.sha256, b"{}"),
        };
        let leaf = String::from_utf8(leaf.encode().unwrap()).unwrap();
        tree.push(leaf_hash(leaf.as_bytes()));
        leaves.push(leaf);
    }
    let root = tree.root_at(2).unwrap();
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size: 2, root }.sign(&signer);
    let mut seen = Seen::default();
    for (number, leaf) in leaves.into_iter().enumerate() {
        let index = number as u64;
        let path = tree.inclusion(index, 2).unwrap();
        let inclusion = path.iter().map(|hash| hash.to_base64()).collect();
        let proof = TlogProof { index, path, checkpoint: checkpoint.clone(), extra: None };
        let opening = Opening {
            salt: HEXLOWER.encode(&salt),
            signatures: vec![party.submissions[number].jws.clone()],
            media_type: MEDIA_TYPE.to_owned(),
            outcome: "{}".to_owned(),
        };
        let receipt = Receipt {
            index,
            leaf,
            size: 2,
            root: root.to_string(),
            inclusion,
            checkpoint: checkpoint.clone(),
            proof: proof.to_string(),
            witnessed: false,
            opening: Some(opening),
        };
        let answer = serde_json::json!({ "receipt": receipt, "replayed": false });
        seen.answers.push((number, answer.to_string().into_bytes()));
    }
    (seen, party, signer.verifier())
}

#[test]
fn right_receipts_count_and_their_checkpoint_once() {
    let (seen, party, verifier) = answers();
    let checked = check_all(&[seen], &[party], &verifier);
    assert_eq!((checked.verified, checked.failed, checked.checkpoints), (2, 0, 1));
    assert_eq!(checked.first_fault, None);
}

#[test]
fn every_changed_value_is_noticed() {
    let (seen, party, verifier) = answers();
    let submission = &party.submissions[0];
    let good: serde_json::Value = serde_json::from_slice(&seen.answers[0].1).unwrap();
    let other: serde_json::Value = serde_json::from_slice(&seen.answers[1].1).unwrap();
    let judge = |answer: &serde_json::Value| {
        let body = answer.to_string();
        check_one(body.as_bytes(), submission, &verifier, &mut Opened::new())
    };
    assert_eq!(judge(&good).unwrap(), 0);
    for member in ["index", "leaf", "inclusion", "proof", "opening"] {
        let mut answer = good.clone();
        answer["receipt"][member] = other["receipt"][member].clone();
        assert!(judge(&answer).is_err(), "{member}");
    }
    for (member, value) in [("size", 3.into()), ("root", Hash::ZERO.to_string().into())] {
        let mut answer = good.clone();
        answer["receipt"][member] = value;
        assert!(judge(&answer).is_err(), "{member}");
    }
    let mut replayed = good.clone();
    replayed["replayed"] = true.into();
    assert!(judge(&replayed).is_err());
    let of_another_log = NoteSigner::from_seed(ORIGIN, &[8; 32]).unwrap().verifier();
    let body = good.to_string();
    assert!(check_one(body.as_bytes(), submission, &of_another_log, &mut Opened::new()).is_err());
}

#[test]
fn one_entry_does_not_count_twice() {
    let (mut seen, party, verifier) = answers();
    seen.answers[1] = seen.answers[0].clone();
    let twice = check_all(&[seen], &[party], &verifier);
    assert_eq!((twice.verified, twice.failed), (1, 1), "another document's receipt");
    let (seen, party, verifier) = answers();
    let again = answers();
    let twice = check_all(&[seen, again.0], &[party, again.1], &verifier);
    assert_eq!((twice.verified, twice.failed), (2, 2), "the same entries again");
}
