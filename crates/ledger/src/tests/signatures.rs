//! Signatures of issuers against the history of keys.

use std::sync::Arc;

use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};

use crate::testing::{Maker, Memory, SMALL, verified};
use crate::{Kind, Log, PreparedEntry};

const BODY: &[u8] = b"{\"events\":[]}";

fn key(seed: u8) -> PrivateJwk {
    PrivateJwk::from_seed(&[seed; 32])
}

fn claims(payload: &[u8]) -> SubmissionClaims {
    SubmissionClaims {
        iss: "urn:party".to_owned(),
        aud: "test.example/log".to_owned(),
        sha256: Hash::digest(payload),
        cty: "application/json".to_owned(),
        exp: None,
        seq: None,
        prev: None,
    }
}

/// Registers key `seed` for `issuer`, with its proof of possession.
fn add(maker: &mut Maker, issuer: u64, seed: u8) -> PreparedEntry {
    let jwk = key(seed).public().to_json();
    let jws = sign_submission(&key(seed), &claims(jwk.as_bytes()));
    maker.signed(issuer, Kind::KeyAdd, jwk.as_bytes(), vec![], vec![jws])
}

/// Entries 0 to 4: init, the gateway's key, a party, its key, and another party's key; then what
/// the test makes. Answers what verification finds in it.
fn problems(make: impl FnOnce(&mut Maker) -> Vec<PreparedEntry>) -> Vec<String> {
    let mut maker = Maker::new();
    let mut entries = vec![maker.entry(0, b""), add(&mut maker, 0, 1)];
    entries.push(maker.signed(2, Kind::PartyRegister, b"{}", vec![], vec![]));
    entries.push(add(&mut maker, 2, 3));
    entries.push(add(&mut maker, 9, 4));
    entries.extend(make(&mut maker));
    let memory = Memory::default();
    let mut log = Log::create_on(Arc::new(memory.clone()), SMALL).unwrap();
    for unit in entries.chunks(3) {
        log.append(unit).unwrap();
    }
    log.close().unwrap();
    verified(&memory).findings.into_iter().map(|finding| finding.what).collect()
}

fn capture(maker: &mut Maker, keys: Vec<u64>, signatures: Vec<String>) -> PreparedEntry {
    maker.signed(2, Kind::EpcisCapture, BODY, keys, signatures)
}

fn signed(seed: u8) -> String {
    sign_submission(&key(seed), &claims(BODY))
}

#[test]
fn right_signatures_hold() {
    let none: Vec<String> = Vec::new();
    assert_eq!(problems(|maker| vec![capture(maker, vec![3], vec![signed(3)])]), none);
    assert_eq!(problems(|maker| vec![capture(maker, vec![1], vec![signed(1)])]), none);
    let both = |maker: &mut Maker| vec![capture(maker, vec![1, 3], vec![signed(1), signed(3)])];
    assert_eq!(problems(both), none);
}

#[test]
fn the_proof_of_possession_may_stand_in_the_registration() {
    let jwk = key(6).public().to_json();
    let body = format!("{{\"id\":\"urn:party\",\"keys\":[{jwk}]}}");
    let jws = sign_submission(&key(6), &claims(body.as_bytes()));
    let found = problems(|maker| {
        let kind = Kind::PartyRegister;
        let party = maker.signed(5, kind, body.as_bytes(), vec![], vec![jws.clone()]);
        vec![party, maker.signed(5, Kind::KeyAdd, jwk.as_bytes(), vec![6], vec![jws])]
    });
    assert_eq!(found, Vec::<String>::new());
}

#[test]
fn wrong_signatures_are_found() {
    let with = |change: &dyn Fn(&mut SubmissionClaims)| {
        let mut claims = claims(BODY);
        change(&mut claims);
        vec![sign_submission(&key(3), &claims)]
    };
    let mut forged = signed(3);
    forged.replace_range(forged.len() - 20..forged.len() - 10, "AAAAAAAAAA");
    let cases = [
        (vec![3], vec![], "no signature"),
        (vec![3], with(&|claims| claims.aud = "other".to_owned()), "another ledger"),
        (vec![3], with(&|claims| claims.sha256 = Hash::ZERO), "another payload"),
        (vec![3], with(&|claims| claims.exp = Some(1_795_413_600)), "expired"),
        (vec![3], vec![forged], "signature by key"),
        (vec![3], vec!["a.b.c".to_owned()], "cannot be read"),
        (vec![3], vec![signed(5)], "names no such key"),
        (vec![], vec![signed(3)], "names no such key"),
        (vec![4], vec![signed(4)], "another issuer"),
        (vec![5], vec![signed(3)], "names no such key"),
        (vec![3, 1], vec![signed(3)], "entry 1 is named but did not sign"),
    ];
    for (keys, signatures, expected) in cases {
        let found = problems(|maker| vec![capture(maker, keys, signatures)]);
        assert!(found.iter().any(|what| what.contains(expected)), "{expected}: {found:?}");
    }
}

#[test]
fn a_revoked_key_signs_no_more() {
    let found = problems(|maker| {
        let kid = format!("{{\"kid\":\"{}\"}}", key(3).public().thumbprint());
        let before = capture(maker, vec![3], vec![signed(3)]);
        let revoke = maker.signed(0, Kind::KeyRevoke, kid.as_bytes(), vec![], vec![]);
        vec![before, revoke, capture(maker, vec![3], vec![signed(3)])]
    });
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("revoked"), "{found:?}");
}

#[test]
fn a_key_without_possession_is_found() {
    let jwk = key(7).public().to_json();
    let jws = sign_submission(&key(3), &claims(jwk.as_bytes()));
    let found = problems(|maker| {
        vec![
            maker.signed(2, Kind::KeyAdd, jwk.as_bytes(), vec![], vec![]),
            maker.signed(2, Kind::KeyAdd, b"no key", vec![], vec![jws]),
        ]
    });
    assert!(found.iter().any(|what| what.contains("no signature")), "{found:?}");
    assert!(found.iter().any(|what| what.contains("no public key")), "{found:?}");
}
