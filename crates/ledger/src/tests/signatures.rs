//! Signatures of issuers against the history of keys.

use laiqu_proof::{Hash, SubmissionClaims, sign_submission};

use super::signing::{
    BUREAU_KEY, BUREAU_SEED, FARM, FARM_KEY, FARM_SEED, GATEWAY, GATEWAY_SEED, Ledger, SHOP, by,
    claims, finds, key, kid, problems,
};
use crate::Kind;

const BODY: &str = r#"{"events":[]}"#;

fn capture(ledger: &mut Ledger, keys: &[u64], signatures: Vec<String>) -> u64 {
    ledger.add(FARM, Kind::EpcisCapture, BODY, keys, signatures)
}

#[test]
fn right_signatures_hold() {
    finds("", |ledger| {
        capture(ledger, &[FARM_KEY], vec![by(FARM_SEED, "urn:farm", BODY)]);
        let jws = by(GATEWAY_SEED, "urn:shop", BODY);
        ledger.add(SHOP, Kind::EpcisCapture, BODY, &[GATEWAY], vec![jws]);
    });
    let report = Ledger::new().report();
    assert_eq!((report.signatures, report.findings.len()), (6, 0));
    assert_eq!(report.log_keys.len(), 1);
}

#[test]
fn wrong_signatures_are_found() {
    let with = |change: &dyn Fn(&mut SubmissionClaims)| {
        let mut claims = claims("urn:farm", BODY);
        change(&mut claims);
        vec![sign_submission(&key(FARM_SEED), &claims)]
    };
    let own = || by(FARM_SEED, "urn:farm", BODY);
    let mut forged = own();
    forged.replace_range(forged.len() - 20..forged.len() - 10, "AAAAAAAAAA");
    let gateway = by(GATEWAY_SEED, "urn:farm", BODY);
    let bureau = by(BUREAU_SEED, "urn:farm", BODY);
    let cases: Vec<(&[u64], Vec<String>, &str)> = vec![
        (&[FARM_KEY], vec![], "no signature"),
        (&[FARM_KEY], with(&|claims| claims.aud = "other".to_owned()), "another ledger"),
        (&[FARM_KEY], with(&|claims| claims.iss = "urn:shop".to_owned()), "another issuer"),
        (&[FARM_KEY], with(&|claims| claims.cty = "text/plain".to_owned()), "another media type"),
        (&[FARM_KEY], with(&|claims| claims.sha256 = Hash::ZERO), "another payload"),
        (&[FARM_KEY], with(&|claims| claims.exp = Some(1_795_413_600)), "expired"),
        (&[FARM_KEY], vec![forged], "signature by key"),
        (&[FARM_KEY], vec!["a.b.c".to_owned()], "cannot be read"),
        (&[FARM_KEY], vec![bureau.clone()], "names no such key"),
        (&[], vec![own()], "names no such key"),
        (&[BUREAU_KEY], vec![bureau], "neither by its issuer nor by the gateway"),
        (&[77], vec![own()], "names a key that is not registered"),
        (&[FARM_KEY, BUREAU_KEY], vec![own()], "entry 5 is named but did not sign"),
        (&[GATEWAY], vec![gateway], "demands its own key"),
    ];
    for (keys, signatures, expected) in cases {
        let found = problems(|ledger| {
            capture(ledger, keys, signatures);
        });
        assert!(found.iter().any(|what| what.contains(expected)), "{expected}: {found:?}");
    }
}

#[test]
fn a_revoked_key_signs_no_more() {
    let revocation = format!(r#"{{"kid":"{}","reason":"lost"}}"#, kid(FARM_SEED));
    let signed = || vec![by(FARM_SEED, "urn:farm", BODY)];
    let found = problems(|ledger| {
        capture(ledger, &[FARM_KEY], signed());
        ledger.operated(Kind::KeyRevoke, &revocation);
        capture(ledger, &[FARM_KEY], signed());
    });
    assert_eq!(found.len(), 2, "{found:?}");
    assert!(found[0].contains("revoked before"), "{found:?}");
    assert!(found[1].contains("did not sign"), "{found:?}");
    let of_party = |seed, iss: &str, key| {
        let jws = vec![by(seed, iss, &revocation)];
        move |ledger: &mut Ledger| {
            ledger.add(FARM, Kind::KeyRevoke, &revocation_of(), &[key], jws);
        }
    };
    finds("", of_party(FARM_SEED, "urn:farm", FARM_KEY));
    let by_other = problems(of_party(BUREAU_SEED, "urn:bureau", BUREAU_KEY));
    assert!(by_other.iter().any(|what| what.contains("by its own party")), "{by_other:?}");
    finds("is not registered", |ledger| {
        let nobody = r#"{"kid":"nobody","reason":"x"}"#;
        ledger.operated(Kind::KeyRevoke, nobody);
    });
}

fn revocation_of() -> String {
    format!(r#"{{"kid":"{}","reason":"lost"}}"#, kid(FARM_SEED))
}

#[test]
fn the_chain_of_a_key_goes_on_or_is_found_broken() {
    let linked = |seq, prev| {
        let claims =
            SubmissionClaims { seq: Some(seq), prev: Some(prev), ..claims("urn:farm", BODY) };
        sign_submission(&key(FARM_SEED), &claims)
    };
    let first = linked(0, Hash::ZERO);
    let second = linked(1, Hash::digest(first.as_bytes()));
    finds("", |ledger| {
        for jws in [first.clone(), by(FARM_SEED, "urn:farm", BODY), second.clone()] {
            capture(ledger, &[FARM_KEY], vec![jws]);
        }
    });
    finds("the key's chain goes on with seq 1", |ledger| {
        for jws in [first.clone(), linked(1, Hash::ZERO)] {
            capture(ledger, &[FARM_KEY], vec![jws]);
        }
    });
    // The operator dropped the first one: the second proves it.
    finds("goes on with seq 0", |ledger| {
        capture(ledger, &[FARM_KEY], vec![second]);
    });
}
