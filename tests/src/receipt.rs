//! Receipts as an auditor checks them: with the ledger's verifier key and nothing else of it.

use crate::server::LedgerDir;
use laiqu_epcis::{Document, Limits};
use laiqu_interchange::event_ranges;
use laiqu_ledger::{Leaf, commitment, events_root};
use laiqu_proof::{Checkpoint, Hash, NoteVerifier, TlogProof, leaf_hash, verify_inclusion};
use serde_json::Value;

fn text<'a>(value: &'a Value, name: &str) -> &'a str {
    value[name].as_str().unwrap_or_else(|| panic!("{name} in {value}"))
}

/// Checks leaf, inclusion proof (as JSON and as tlog-proof text) and the checkpoint's signature.
/// Answers the leaf.
///
/// # Panics
/// Where any of them is not right.
#[must_use]
pub fn check_receipt(ledger: &LedgerDir, receipt: &Value) -> Leaf {
    let verifier = NoteVerifier::parse(&ledger.vkey).expect("verifier key");
    let line = text(receipt, "leaf").as_bytes();
    let leaf = Leaf::decode(line).expect("leaf");
    assert_eq!(receipt["index"], leaf.index);
    let hash = leaf_hash(line);
    let proof: TlogProof = text(receipt, "proof").parse().expect("tlog-proof");
    let head = proof.verify(&hash, &verifier, &ledger.origin).expect("proof holds");
    assert_eq!(proof.index, leaf.index);
    assert_eq!(receipt["size"], head.size);
    assert_eq!(text(receipt, "root"), head.root.to_string());
    let opened = Checkpoint::open(text(receipt, "checkpoint"), &verifier).expect("checkpoint");
    assert_eq!(opened, head);
    let path: Vec<Hash> =
        receipt["inclusion"].as_array().expect("inclusion").iter().map(sibling).collect();
    verify_inclusion(&hash, leaf.index, head.size, &path, &head.root).expect("inclusion holds");
    assert_eq!(receipt["witnessed"], false, "nobody witnessed it");
    leaf
}

fn sibling(hash: &Value) -> Hash {
    let bytes = data_encoding::BASE64.decode(hash.as_str().expect("hash").as_bytes());
    Hash(bytes.expect("base64").try_into().expect("32 bytes"))
}

/// Checks that the receipt's opening and the document give the leaf's commitment and events root.
/// Answers the opened signatures.
///
/// # Panics
/// Where they do not.
#[must_use]
pub fn check_opening(leaf: &Leaf, receipt: &Value, document: &[u8]) -> Vec<String> {
    let opening = &receipt["opening"];
    let salt = data_encoding::HEXLOWER.decode(text(opening, "salt").as_bytes()).expect("hex");
    let salt: [u8; 32] = salt.try_into().expect("32 bytes");
    let signatures = opening["signatures"].as_array().expect("signatures");
    let signatures: Vec<String> =
        signatures.iter().map(|jws| jws.as_str().expect("jws").to_owned()).collect();
    let (media_type, outcome) = (text(opening, "media_type"), text(opening, "outcome"));
    let digest = Hash::digest(document);
    let committed = commitment(&salt, &signatures, media_type, &digest, outcome.as_bytes());
    assert_eq!(leaf.commitment, committed, "commitment");
    let sent = std::str::from_utf8(document).ok();
    let parsed = sent.and_then(|text| Document::parse_stored(text, &Limits::default()).ok());
    let xml = sent.filter(|_| media_type.ends_with("/xml")).and_then(event_ranges);
    let raws: Vec<&[u8]> = match (&parsed, &xml) {
        (Some(parsed), _) => parsed.events.iter().map(|event| event.raw().as_bytes()).collect(),
        (None, Some(ranges)) => ranges.iter().map(|event| &document[event.clone()]).collect(),
        (None, None) => vec![document],
    };
    assert_eq!(leaf.events_root, events_root(&salt, &raws), "events root");
    signatures
}
