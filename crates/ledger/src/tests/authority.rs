//! Who had to sign: each change in the life of a key, and what it looks like when somebody takes a
//! right that is not theirs.

use laiqu_proof::{Hash, PrivateJwk, SubmissionClaims, sign_submission};

use super::signing::{
    BUREAU, BUREAU_KEY, BUREAU_SEED, FARM, FARM_KEY, FARM_SEED, GATEWAY, GATEWAY_SEED, LOG_SEED,
    Ledger, NEXT, SHOP, by, claims, finds, key, kid, problems,
};
use crate::Kind;
use crate::testing::ORIGIN;

const BODY: &str = r#"{"events":[]}"#;
/// A key that is not registered yet.
const NEW: u8 = 50;

fn jwk(seed: u8) -> String {
    key(seed).public().to_json()
}

fn add_key(issuer: u64, keys: &[u64], signatures: Vec<String>) -> impl FnOnce(&mut Ledger) {
    let keys = keys.to_vec();
    move |ledger| {
        ledger.add(issuer, Kind::KeyAdd, &jwk(NEW), &keys, signatures);
    }
}

#[test]
fn a_key_is_added_by_another_of_the_party_or_as_its_first() {
    let body = jwk(NEW);
    let own = |iss: &str| by(NEW, iss, &body);
    finds(
        "",
        add_key(FARM, &[FARM_KEY, NEXT], vec![by(FARM_SEED, "urn:farm", &body), own("urn:farm")]),
    );
    let gateway = by(GATEWAY_SEED, ORIGIN, &body);
    finds("", add_key(SHOP, &[GATEWAY, NEXT], vec![gateway.clone(), own("urn:shop")]));
    let refused = "a key is added by its party's registration";
    finds(refused, add_key(FARM, &[GATEWAY, NEXT], vec![gateway, own("urn:farm")]));
    finds(refused, add_key(FARM, &[NEXT], vec![own("urn:farm")]));
    let bureau = by(BUREAU_SEED, "urn:bureau", &body);
    finds(refused, add_key(FARM, &[BUREAU_KEY, NEXT], vec![bureau, own("urn:farm")]));
    finds("the operator's one key", add_key(0, &[NEXT], vec![own(ORIGIN)]));
    // Without the new key's own signature nobody knows whether its owner wants this.
    let farm = by(FARM_SEED, "urn:farm", &body);
    finds("entry 7 is named but did not sign", add_key(FARM, &[FARM_KEY, NEXT], vec![farm]));
    finds("a key is registered once", |ledger| {
        let body = jwk(BUREAU_SEED);
        let both = vec![by(FARM_SEED, "urn:farm", &body), by(BUREAU_SEED, "urn:farm", &body)];
        ledger.add(FARM, Kind::KeyAdd, &body, &[FARM_KEY, NEXT], both);
    });
    let found = problems(|ledger| {
        ledger.add(FARM, Kind::KeyAdd, "no key", &[FARM_KEY, NEXT], vec![]);
    });
    assert!(found.iter().any(|what| what.contains("no public key")), "{found:?}");
}

#[test]
fn a_registration_vouches_for_the_keys_that_it_lists_and_no_other() {
    finds("a key is added by its party's registration", |ledger| {
        let body = r#"{"id":"urn:mill","kinds":["processor"],"keys":[],"signing":"gateway"}"#;
        ledger.operated(Kind::PartyRegister, body);
        ledger.add(NEXT, Kind::KeyAdd, &jwk(NEW), &[NEXT + 1], vec![by(NEW, "urn:mill", body)]);
    });
    // Held back, it could come into force after all keys were reset.
    finds("a key is added by its party's registration", |ledger| {
        let body = format!(
            r#"{{"id":"urn:mill","kinds":["processor"],"keys":[{}],"signing":"gateway"}}"#,
            jwk(NEW)
        );
        ledger.operated(Kind::PartyRegister, &body);
        ledger.operated(Kind::TokenIssue, "{}");
        ledger.add(NEXT, Kind::KeyAdd, &jwk(NEW), &[NEXT + 2], vec![by(NEW, "urn:mill", &body)]);
    });
    finds("registers no party", |ledger| {
        ledger.operated(Kind::PartyRegister, r#"{"name":"n"}"#);
    });
    finds("a party is registered once", |ledger| {
        let body = r#"{"id":"urn:farm","kinds":["producer"],"keys":[],"signing":"gateway"}"#;
        ledger.operated(Kind::PartyRegister, body);
    });
    finds("gateway alone", |ledger| {
        let body = r#"{"id":"urn:mill","kinds":["processor"],"signing":"gateway"}"#;
        let jws = vec![by(FARM_SEED, "urn:farm", body)];
        ledger.add(FARM, Kind::PartyRegister, body, &[FARM_KEY], jws);
    });
}

#[test]
fn a_rotation_is_signed_by_the_old_and_the_new_key() {
    let body = format!(r#"{{"kid":"{}","jwk":{}}}"#, kid(FARM_SEED), jwk(NEW));
    let own = || by(NEW, "urn:farm", &body);
    let rotate = |keys: &[u64], signatures: Vec<String>| {
        let (body, keys) = (body.clone(), keys.to_vec());
        move |ledger: &mut Ledger| {
            ledger.add(FARM, Kind::KeyRotate, &body, &keys, signatures);
        }
    };
    let both = || vec![by(FARM_SEED, "urn:farm", &body), own()];
    let capture = |seed, key| {
        move |ledger: &mut Ledger| {
            let jws = vec![by(seed, "urn:farm", BODY)];
            ledger.add(FARM, Kind::EpcisCapture, BODY, &[key], jws);
        }
    };
    finds("", |ledger| {
        rotate(&[FARM_KEY, NEXT], both())(ledger);
        capture(NEW, NEXT)(ledger);
    });
    let found = problems(|ledger| {
        rotate(&[FARM_KEY, NEXT], both())(ledger);
        capture(FARM_SEED, FARM_KEY)(ledger);
    });
    assert!(found[0].contains("revoked before"), "{found:?}");
    let refused = "a rotation is signed by";
    finds(refused, rotate(&[GATEWAY, NEXT], vec![by(GATEWAY_SEED, ORIGIN, &body), own()]));
    finds(refused, rotate(&[NEXT], vec![own()]));
    finds(refused, rotate(&[BUREAU_KEY, NEXT], vec![by(BUREAU_SEED, "urn:bureau", &body), own()]));
}

#[test]
fn a_reset_needs_operator_regulator_and_the_new_key() {
    let body = format!(r#"{{"party":"urn:farm","jwk":{},"reason":"lost"}}"#, jwk(NEW));
    let gateway = || by(GATEWAY_SEED, ORIGIN, &body);
    let bureau = || by(BUREAU_SEED, "urn:bureau", &body);
    let own = || by(NEW, "urn:farm", &body);
    let reset = |keys: &[u64], signatures: Vec<String>| {
        let (body, keys) = (body.clone(), keys.to_vec());
        move |ledger: &mut Ledger| {
            ledger.add(FARM, Kind::KeyReset, &body, &keys, signatures);
        }
    };
    let whole = || reset(&[GATEWAY, BUREAU_KEY, NEXT], vec![gateway(), bureau(), own()]);
    finds("", |ledger| {
        whole()(ledger);
        let jws = vec![by(NEW, "urn:farm", BODY)];
        ledger.add(FARM, Kind::EpcisCapture, BODY, &[NEXT], jws);
    });
    let found = problems(|ledger| {
        whole()(ledger);
        let jws = vec![by(FARM_SEED, "urn:farm", BODY)];
        ledger.add(FARM, Kind::EpcisCapture, BODY, &[FARM_KEY], jws);
    });
    assert!(found[0].contains("revoked before"), "{found:?}");
    let refused = "a reset is signed by operator, regulator and the new key";
    finds(refused, reset(&[GATEWAY, NEXT], vec![gateway(), own()]));
    finds(refused, reset(&[BUREAU_KEY, NEXT], vec![bureau(), own()]));
    let farm = by(FARM_SEED, "urn:farm", &body);
    finds(refused, reset(&[GATEWAY, FARM_KEY, NEXT], vec![gateway(), farm, own()]));
    finds("another party than its issuer", |ledger| {
        let signatures = vec![gateway(), bureau(), by(NEW, "urn:shop", &body)];
        ledger.add(SHOP, Kind::KeyReset, &body, &[GATEWAY, BUREAU_KEY, NEXT], signatures);
    });
    finds(refused, |ledger| {
        let body = body.replace("urn:farm", "urn:bureau");
        let signatures = vec![
            by(GATEWAY_SEED, ORIGIN, &body),
            by(BUREAU_SEED, "urn:bureau", &body),
            by(NEW, "urn:bureau", &body),
        ];
        ledger.add(BUREAU, Kind::KeyReset, &body, &[GATEWAY, BUREAU_KEY, NEXT], signatures);
    });
}

#[test]
fn only_a_partys_own_key_lets_the_gateway_sign_for_it() {
    let (lower, raise) = (r#"{"signing":"gateway"}"#, r#"{"signing":"required"}"#);
    let gateway = |payload: &str| vec![by(GATEWAY_SEED, ORIGIN, payload)];
    let chained = |seed, iss: &str, payload: &str, seq, prev| {
        let claims = SubmissionClaims { seq: Some(seq), prev: Some(prev), ..claims(iss, payload) };
        sign_submission(&key(seed), &claims)
    };
    let lowered = || vec![chained(FARM_SEED, "urn:farm", lower, 0, Hash::ZERO)];
    let for_farm = |ledger: &mut Ledger| {
        let jws = vec![by(GATEWAY_SEED, "urn:farm", BODY)];
        ledger.add(FARM, Kind::EpcisCapture, BODY, &[GATEWAY], jws);
    };
    finds("", |ledger| {
        ledger.add(FARM, Kind::PartySigning, lower, &[FARM_KEY], lowered());
        for_farm(ledger);
        ledger.add(FARM, Kind::PartySigning, raise, &[GATEWAY], gateway(raise));
    });
    finds("demands its own key", |ledger| {
        ledger.add(FARM, Kind::PartySigning, lower, &[FARM_KEY], lowered());
        ledger.add(FARM, Kind::PartySigning, raise, &[GATEWAY], gateway(raise));
        for_farm(ledger);
    });
    let refused = "only a party's own key";
    finds(refused, |ledger| {
        ledger.add(FARM, Kind::PartySigning, lower, &[GATEWAY], gateway(lower));
    });
    finds(refused, |ledger| {
        let bureau = vec![by(BUREAU_SEED, "urn:bureau", lower)];
        ledger.add(FARM, Kind::PartySigning, lower, &[BUREAU_KEY], bureau);
    });
    // What a party once signed says nothing of what it wants later.
    let loose = problems(|ledger| {
        let own = vec![by(FARM_SEED, "urn:farm", lower)];
        ledger.add(FARM, Kind::PartySigning, lower, &[FARM_KEY], own);
    });
    assert!(loose[0].contains("outside of its key's chain"), "{loose:?}");
    finds("the key's chain goes on with seq 1", |ledger| {
        for _ in 0..2 {
            ledger.add(FARM, Kind::PartySigning, lower, &[FARM_KEY], lowered());
        }
    });
}

#[test]
fn what_was_signed_as_one_record_does_not_count_as_another() {
    let body = format!(r#"{{"kid":"{}","jwk":{}}}"#, kid(FARM_SEED), jwk(NEW));
    finds("\"jwk\" is no member", |ledger| {
        let jws = vec![by(FARM_SEED, "urn:farm", &body)];
        ledger.add(FARM, Kind::KeyRevoke, &body, &[FARM_KEY], jws);
    });
}

#[test]
fn a_log_key_is_changed_by_the_one_in_force() {
    let vkey = |seed: u8| PrivateJwk::from_seed(&[seed; 32]).note_signer(ORIGIN).unwrap().vkey();
    let record = |seed| format!(r#"{{"log_vkey":"{}","reason":"yearly"}}"#, vkey(seed));
    let change = |ledger: &mut Ledger, old: u8, new: u8, keys: &[u64]| {
        let body = record(new);
        let both = vec![by(old, ORIGIN, &body), by(new, ORIGIN, &body)];
        ledger.add(0, Kind::LedgerKey, &body, keys, both);
    };
    finds("", |ledger| {
        change(ledger, LOG_SEED, NEW, &[0, NEXT]);
        change(ledger, NEW, NEW + 1, &[NEXT, NEXT + 1]);
    });
    let mut ledger = Ledger::new();
    change(&mut ledger, LOG_SEED, NEW, &[0, NEXT]);
    let report = ledger.report();
    let history: Vec<(u64, &str)> =
        report.log_keys.iter().map(|key| (key.by, key.vkey.as_str())).collect();
    assert_eq!(history, [(0, &*vkey(LOG_SEED)), (NEXT, &*vkey(NEW))]);
    let refused = "changed by the one in force and the new one";
    finds(refused, |ledger| {
        change(ledger, LOG_SEED, NEW, &[0, NEXT]);
        change(ledger, LOG_SEED, NEW + 1, &[0, NEXT + 1]);
    });
    finds(refused, |ledger| change(ledger, GATEWAY_SEED, NEW, &[GATEWAY, NEXT]));
    let forged = problems(|ledger| change(ledger, NEW + 1, NEW, &[0, NEXT]));
    assert!(forged.iter().any(|what| what.contains("names no such key")), "{forged:?}");
    let alone = problems(|ledger| {
        let body = record(NEW);
        ledger.add(0, Kind::LedgerKey, &body, &[0, NEXT], vec![by(LOG_SEED, ORIGIN, &body)]);
    });
    assert!(alone.iter().any(|what| what.contains("entry 7 is named but did not")), "{alone:?}");
    let other = problems(|ledger| {
        let other = PrivateJwk::from_seed(&[NEW; 32]).note_signer("other.example").unwrap().vkey();
        let body = format!(r#"{{"log_vkey":"{other}","reason":"x"}}"#);
        let both = vec![by(LOG_SEED, ORIGIN, &body), by(NEW, ORIGIN, &body)];
        ledger.add(0, Kind::LedgerKey, &body, &[0, NEXT], both);
    });
    assert!(other.iter().any(|what| what.contains("not called like")), "{other:?}");
}

#[test]
fn an_erasure_needs_operator_and_regulator() {
    let body = r#"{"index":7,"reason":"order"}"#;
    let erase = |keys: &[u64], signatures: Vec<String>| {
        let keys = keys.to_vec();
        problems(move |ledger| {
            let jws = vec![by(FARM_SEED, "urn:farm", BODY)];
            ledger.add(FARM, Kind::EpcisCapture, BODY, &[FARM_KEY], jws);
            ledger.add(0, Kind::Erasure, body, &keys, signatures);
        })
    };
    let refused =
        |found: Vec<String>| found.iter().any(|what| what.contains("operator and regulator"));
    let gateway = || by(GATEWAY_SEED, ORIGIN, body);
    let bureau = by(BUREAU_SEED, "urn:bureau", body);
    assert!(!refused(erase(&[GATEWAY, BUREAU_KEY], vec![gateway(), bureau.clone()])));
    assert!(refused(erase(&[GATEWAY], vec![gateway()])));
    assert!(refused(erase(&[BUREAU_KEY], vec![bureau])));
    let farm = by(FARM_SEED, "urn:farm", body);
    assert!(refused(erase(&[GATEWAY, FARM_KEY], vec![gateway(), farm])));
}
