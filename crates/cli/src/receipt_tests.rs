//! A receipt as a server would give it, and every way to spoil it.

use super::*;
use laiqu_epcis::{Document, Limits};
use laiqu_proof::{NoteSigner, PrivateJwk, SubmissionClaims, Tree, sign_submission};

const ORIGIN: &str = "test.example/log";
const TYPE: &str = "application/json";
const BODY: &str = r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
"type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-20T08:00:00Z","epcisBody":
{"eventList":[{"type":"ObjectEvent","action":"OBSERVE","eventTime":"2026-11-20T08:00:00Z",
"eventTimeZoneOffset":"+08:00","epcList":["urn:epc:id:sgtin:0614141.107346.2017"]}]}}"#;

struct Given {
    verifier: NoteVerifier,
    key: PrivateJwk,
    receipt: Receipt,
}

fn claims(body: &str) -> SubmissionClaims {
    SubmissionClaims {
        iss: "urn:x:farm".to_owned(),
        aud: ORIGIN.to_owned(),
        sha256: Hash::digest(body.as_bytes()),
        cty: TYPE.to_owned(),
        exp: None,
        seq: None,
        prev: None,
    }
}

fn given() -> Given {
    let signer = NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap();
    let key = PrivateJwk::from_seed(&[2; 32]);
    let salt = [3; 32];
    let signatures = vec![sign_submission(&key, &claims(BODY))];
    let outcome = r#"{"rules":"laiqu/1"}"#.to_owned();
    let document = Document::parse(BODY, &Limits::default()).unwrap();
    let events: Vec<&[u8]> = document.events.iter().map(|e| e.raw().as_bytes()).collect();
    let digest = Hash::digest(BODY.as_bytes());
    let leaf = Leaf {
        index: 4,
        time_micros: 1_795_392_000_000_000,
        prev: Hash([7; 32]),
        kind: Kind::EpcisCapture,
        issuer: 3,
        issuer_seq: 0,
        issuer_prev: Hash::ZERO,
        keys: vec![2],
        events_root: events_root(&salt, &events),
        commitment: commitment(&salt, &signatures, TYPE, &digest, outcome.as_bytes()),
    };
    let bytes = leaf.encode().unwrap();
    let mut tree = Tree::new();
    for at in 0..6_u8 {
        tree.push(if at == 4 { leaf_hash(&bytes) } else { leaf_hash(&[at]) });
    }
    let (size, root) = (tree.size(), tree.root_at(6).unwrap());
    let path = tree.inclusion(4, 6).unwrap();
    let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer);
    let proof = TlogProof { index: 4, path, checkpoint: checkpoint.clone(), extra: None };
    let receipt = Receipt {
        index: 4,
        leaf: String::from_utf8(bytes).unwrap(),
        size,
        root: root.to_hex(),
        inclusion: proof.path.iter().map(Hash::to_base64).collect(),
        checkpoint,
        proof: proof.to_string(),
        witnessed: false,
        opening: Some(Opening {
            salt: HEXLOWER.encode(&salt),
            signatures,
            media_type: TYPE.to_owned(),
            outcome,
        }),
    };
    Given { verifier: signer.verifier(), key, receipt }
}

fn expected(given: &Given) -> Expected<'_> {
    Expected {
        verifier: &given.verifier,
        body: BODY,
        media_type: TYPE,
        issuer: Some("urn:x:farm"),
        key: Some(given.key.public()),
        replayed: false,
    }
}

#[test]
fn a_good_receipt_proves_everything() {
    let given = given();
    let checked = check(&given.receipt, &expected(&given)).unwrap();
    assert_eq!((checked.checkpoint.size, checked.not_checked.len()), (6, 0));
}

#[test]
fn every_spoilt_part_is_refused() {
    type Spoil = fn(&mut Receipt);
    let spoils: [(&str, Spoil); 14] = [
        ("index", |r| r.index = 3),
        ("leaf time", |r| r.leaf = r.leaf.replace("2026", "2027")),
        ("leaf form", |r| r.leaf.push(' ')),
        ("leaf kind", |r| r.leaf = r.leaf.replace("epcis.capture", "key.add")),
        ("size", |r| r.size = 7),
        ("root", |r| r.root = Hash([9; 32]).to_hex()),
        ("path", |r| r.inclusion.reverse()),
        ("short path", |r| drop(r.inclusion.pop())),
        ("checkpoint", |r| r.checkpoint = r.checkpoint.replacen("\n6\n", "\n7\n", 1)),
        ("proof", |r| r.proof = r.proof.replacen("index 4", "index 5", 1)),
        ("no opening", |r| r.opening = None),
        ("salt", |r| r.opening.as_mut().unwrap().salt = "00".repeat(32)),
        ("outcome", |r| r.opening.as_mut().unwrap().outcome.push(' ')),
        ("unsigned", |r| r.opening.as_mut().unwrap().signatures.clear()),
    ];
    for (what, spoil) in spoils {
        let mut given = given();
        spoil(&mut given.receipt);
        assert!(check(&given.receipt, &expected(&given)).is_err(), "{what}");
    }
}

#[test]
fn every_other_expectation_is_refused() {
    let given = given();
    let other_key = PrivateJwk::from_seed(&[8; 32]);
    let other_log = NoteSigner::from_seed(ORIGIN, &[8; 32]).unwrap().verifier();
    let other_name = NoteSigner::from_seed("other.example", &[1; 32]).unwrap().verifier();
    let body = BODY.replace("2017", "2018");
    let base = expected(&given);
    for (what, expected) in [
        ("body", Expected { body: &body, ..base }),
        ("media type", Expected { media_type: "application/ld+json", ..base }),
        ("issuer", Expected { issuer: Some("urn:x:other"), ..base }),
        ("key", Expected { key: Some(other_key.public()), ..base }),
        ("log key", Expected { verifier: &other_log, ..base }),
        ("log name", Expected { verifier: &other_name, ..base }),
    ] {
        assert!(check(&given.receipt, &expected).is_err(), "{what}");
    }
}

#[test]
fn a_signature_for_another_body_opens_no_commitment() {
    let mut given = given();
    let forged = sign_submission(&given.key, &claims("{}"));
    given.receipt.opening.as_mut().unwrap().signatures = vec![forged];
    let fault = check(&given.receipt, &expected(&given)).unwrap_err();
    assert!(matches!(fault, ReceiptFault::Commitment), "{fault}");
}

#[test]
fn what_a_receipt_cannot_prove_is_said() {
    let given = given();
    let base = expected(&given);
    let token = Expected { key: None, issuer: None, ..base };
    assert_eq!(check(&given.receipt, &token).unwrap().not_checked.len(), 1);
    let other_key = PrivateJwk::from_seed(&[8; 32]);
    let again = Expected { key: Some(other_key.public()), replayed: true, ..base };
    assert_eq!(check(&given.receipt, &again).unwrap().not_checked.len(), 1);
    let body = BODY.replace("2017", "2018");
    let part = Expected { body: &body, replayed: true, ..base };
    assert_eq!(check(&given.receipt, &part).unwrap().not_checked.len(), 1);
}
