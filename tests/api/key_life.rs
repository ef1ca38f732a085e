//! Keys that are added, rotated and reset: what each change needs, and how each is misused.

use crate::{JSON, JWK, creation};
use laiqu_ledger::{Kind, Leaf};
use laiqu_tests::{Answer, Change, Client, Site, TestParty, check_opening, check_receipt, jws};
use serde_json::{Value, json};

const ID: &str = "urn:uscc:91510500MA6示例";

/// A party with one key, and a new key of its own that is not registered yet.
struct Bench {
    site: Site,
    party: TestParty,
    new: TestParty,
    regulator: TestParty,
}

impl Bench {
    fn new(name: &str) -> Self {
        let site = Site::new(&format!("ledger.example/{name}"));
        let (party, regulator) = (site.party(ID), site.regulator("urn:uscc:bureau"));
        let new = party.with_key(77);
        Self { site, party, new, regulator }
    }

    fn post(&self, by: &Client, what: &str, body: &str, signatures: &[String]) -> Answer {
        let media_type = if what == "keys" { JWK } else { JSON };
        let body = body.as_bytes();
        self.site.change(by, ID, what, &Change { media_type, body, signatures })
    }

    /// Posts without a token.
    fn signed(&self, what: &str, body: &str, signatures: &[String]) -> Answer {
        self.post(&self.site.client(), what, body, signatures)
    }

    /// Posts with the operator's token.
    fn operated(&self, what: &str, body: &str, signatures: &[String]) -> Answer {
        self.post(&self.site.operator(), what, body, signatures)
    }

    #[track_caller]
    fn refuses(&self, answer: &Answer, before: &Value, status: u16, code: &str) -> Value {
        self.site.refused(before, answer, status, code)
    }

    fn captures(&self, by: &TestParty, n: u32) -> Answer {
        by.capture(&self.site.client(), &creation(&format!("urn:uuid:{n}")))
    }

    /// The receipt's leaf, which commits to this very body.
    fn recorded(&self, answer: &Answer, body: &str, kind: Kind) -> Leaf {
        let receipt = &answer.expect(201)["receipt"];
        let leaf = check_receipt(&self.site.ledger, receipt);
        let signatures = check_opening(&leaf, receipt, body.as_bytes());
        assert_eq!(leaf.kind, kind);
        assert_eq!(signatures.len(), leaf.keys.len(), "one signature for each key");
        leaf
    }

    fn key(&self, of: &TestParty) -> Value {
        self.site.client().get(&format!("/v1/keys/{}", kid(of))).expect(200)
    }

    fn alias(&self, of: &TestParty) -> u64 {
        self.key(of)["alias"].as_u64().unwrap()
    }
}

fn kid(of: &TestParty) -> String {
    of.key.public().thumbprint().to_owned()
}

fn rotation(old: &TestParty, new: &TestParty) -> String {
    let jwk: Value = serde_json::from_str(&new.key.public().to_json()).unwrap();
    json!({ "kid": kid(old), "jwk": jwk }).to_string()
}

fn reset(new: &TestParty) -> String {
    let jwk: Value = serde_json::from_str(&new.key.public().to_json()).unwrap();
    json!({ "party": new.id, "jwk": jwk, "reason": "密钥遗失" }).to_string()
}

/// Signatures over a body by each of these, in their own names.
fn by(media_type: &str, body: &str, signers: &[&TestParty]) -> Vec<String> {
    signers.iter().map(|party| party.signature(media_type, body.as_bytes())).collect()
}

#[test]
fn a_key_adds_another_which_counts_from_the_next_entry_on() {
    let bench = Bench::new("add");
    let body = bench.new.key.public().to_json();
    let before = bench.site.state();
    bench.refuses(&bench.captures(&bench.new, 1), &before, 401, "key-unknown");
    let signatures = by(JWK, &body, &[&bench.new, &bench.party]);
    let leaf = bench.recorded(&bench.signed("keys", &body, &signatures), &body, Kind::KeyAdd);
    assert_eq!(leaf.keys, [bench.alias(&bench.party), leaf.index], "the old one, then its own");
    let party = bench.site.operator().get("/v1/parties").expect(200);
    assert_eq!(party["parties"][0]["alias"], leaf.issuer);
    assert_eq!(bench.alias(&bench.new), leaf.index);
    for (n, signer) in [&bench.new, &bench.party].into_iter().enumerate() {
        assert_eq!(bench.captures(signer, u32::try_from(n).unwrap()).status, 202);
    }
    // Once more is not twice.
    let before = bench.site.state();
    let again = bench.signed("keys", &body, &signatures);
    let problem = bench.refuses(&again, &before, 409, "key-exists");
    assert!(problem["detail"].as_str().unwrap().contains(&leaf.index.to_string()), "{problem}");
}

#[test]
fn adding_a_key_needs_both_signatures_and_nobody_elses() {
    let bench = Bench::new("add-misuse");
    let other = bench.site.party("urn:uscc:other");
    let (body, before) = (bench.new.key.public().to_json(), bench.site.state());
    let post = |signers: &[&TestParty]| bench.signed("keys", &body, &by(JWK, &body, signers));
    bench.refuses(&post(&[]), &before, 401, "signature-invalid");
    bench.refuses(&post(&[&bench.party]), &before, 401, "signature-invalid");
    bench.refuses(&post(&[&bench.new]), &before, 401, "credentials-missing");
    bench.refuses(&post(&[&bench.new, &bench.new]), &before, 401, "signature-mismatch");
    bench.refuses(&post(&[&bench.new, &other]), &before, 403, "forbidden");
    bench.refuses(&post(&[&bench.new, &bench.party, &other]), &before, 401, "signature-mismatch");
    let stranger = bench.party.with_key(99);
    bench.refuses(&post(&[&bench.new, &stranger]), &before, 401, "key-unknown");
    // The operator alone adds no key to a party that has one.
    let operated = bench.operated("keys", &body, &by(JWK, &body, &[&bench.new]));
    bench.refuses(&operated, &before, 403, "forbidden");
    // Signatures over something else, for another ledger, of another type.
    let own = bench.new.signature(JWK, body.as_bytes());
    for (wrong, code) in [
        (bench.party.signature(JWK, b"{}"), "signature-other-body"),
        (bench.party.signature(JSON, body.as_bytes()), "signature-mismatch"),
        (
            jws(&bench.party.key, ID, "other.example/log", JWK, body.as_bytes()),
            "signature-mismatch",
        ),
        (
            jws(&bench.party.key, &other.id, &other.origin, JWK, body.as_bytes()),
            "signature-mismatch",
        ),
    ] {
        bench.refuses(&bench.signed("keys", &body, &[own.clone(), wrong]), &before, 401, code);
    }
    // The new key in another party's name.
    let named = jws(&bench.new.key, &other.id, &other.origin, JWK, body.as_bytes());
    let both = [named, bench.party.signature(JWK, body.as_bytes())];
    bench.refuses(&bench.signed("keys", &body, &both), &before, 401, "signature-mismatch");
    // The very signatures for one party do not serve another.
    let path = other.id.clone();
    let signatures = by(JWK, &body, &[&bench.new, &bench.party]);
    let change = Change { media_type: JWK, body: body.as_bytes(), signatures: &signatures };
    let answer = bench.site.change(&bench.site.client(), &path, "keys", &change);
    bench.refuses(&answer, &before, 401, "signature-mismatch");
    let answer = bench.site.change(&bench.site.client(), "urn:x:nobody", "keys", &change);
    bench.refuses(&answer, &before, 404, "not-found");
    let typed = Change { media_type: JSON, ..change };
    let answer = bench.site.change(&bench.site.client(), ID, "keys", &typed);
    bench.refuses(&answer, &before, 415, "unsupported-media-type");
}

#[test]
fn a_body_that_brings_no_good_key_is_refused() {
    let bench = Bench::new("add-bad");
    let before = bench.site.state();
    let private = bench.new.key.to_json();
    let weak = json!({"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)}).to_string();
    for body in ["", "{}", "[]", "nonsense", &private, &weak, &"x".repeat(5_000)] {
        let signatures = by(JWK, body, &[&bench.new, &bench.party]);
        let answer = bench.signed("keys", body, &signatures);
        bench.refuses(&answer, &before, 400, "invalid-document");
    }
    let key: Value = serde_json::from_str(&private).unwrap();
    let rotation = |jwk: &Value| json!({"kid": kid(&bench.party), "jwk": jwk}).to_string();
    for body in [rotation(&key), rotation(&json!({})), json!({"kid": "a"}).to_string()] {
        let signatures = by(JSON, &body, &[&bench.new, &bench.party]);
        bench.refuses(
            &bench.signed("rotations", &body, &signatures),
            &before,
            400,
            "invalid-document",
        );
    }
    let answer = bench.signed("rotations", "{", &[]);
    bench.refuses(&answer, &before, 400, "invalid-json");
}

#[test]
fn the_operator_gives_a_party_without_a_key_its_first() {
    let site = Site::new("ledger.example/first");
    let shop = site.stranger("urn:uscc:shop");
    let body = json!({"id": shop.id, "name": "小店", "kinds": ["seller"], "signing": "gateway"});
    let headers = [("Content-Type", JSON)];
    let made = site.operator().post("/v1/parties", &headers, body.to_string().as_bytes());
    let alias = made.expect(201)["party"]["alias"].clone();
    let key = shop.key.public().to_json();
    let signatures = by(JWK, &key, &[&shop]);
    let change = Change { media_type: JWK, body: key.as_bytes(), signatures: &signatures };
    let before = site.state();
    for (client, code) in [(site.client(), 401), (site.server.client_with(&site.token(&shop)), 403)]
    {
        let answer = site.change(&client, &shop.id, "keys", &change);
        assert_eq!(answer.status, code, "{}", answer.text());
    }
    assert_eq!(site.size(), before["size"].as_u64().unwrap() + 1, "only the token is new");
    let answer = site.change(&site.operator(), &shop.id, "keys", &change);
    let leaf = check_receipt(&site.ledger, &answer.expect(201)["receipt"]);
    assert_eq!((alias, leaf.keys), (leaf.issuer.into(), vec![1, leaf.index]));
    assert_eq!(shop.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    // It is the first key only once, also where that one was revoked.
    assert_eq!(site.revoke(&shop, "遗失").status, 201);
    let second = shop.with_key(5);
    let key = second.key.public().to_json();
    let signatures = by(JWK, &key, &[&second]);
    let change = Change { media_type: JWK, body: key.as_bytes(), signatures: &signatures };
    let before = site.state();
    let answer = site.change(&site.operator(), &shop.id, "keys", &change);
    site.refused(&before, &answer, 403, "forbidden");
}

#[test]
fn a_rotated_key_signs_no_more_and_the_new_one_does() {
    let bench = Bench::new("rotate");
    let body = rotation(&bench.party, &bench.new);
    let signatures = by(JSON, &body, &[&bench.new, &bench.party]);
    let old = bench.alias(&bench.party);
    let answer = bench.signed("rotations", &body, &signatures);
    let leaf = bench.recorded(&answer, &body, Kind::KeyRotate);
    assert_eq!(leaf.keys, [old, leaf.index]);
    assert_eq!(bench.key(&bench.party)["revoked_by"], leaf.index);
    assert_eq!(bench.key(&bench.new)["alias"], leaf.index);
    assert_eq!(bench.key(&bench.new)["party"], ID);
    let before = bench.site.state();
    bench.refuses(&bench.captures(&bench.party, 1), &before, 401, "key-not-effective");
    assert_eq!(bench.captures(&bench.new, 1).status, 202);
    // The old key neither rotates, adds nor revokes; the same body again changes nothing.
    let before = bench.site.state();
    bench.refuses(&bench.signed("rotations", &body, &signatures), &before, 409, "key-exists");
    let third = bench.party.with_key(78);
    let body = rotation(&bench.party, &third);
    let answer = bench.signed("rotations", &body, &by(JSON, &body, &[&third, &bench.party]));
    bench.refuses(&answer, &before, 401, "key-not-effective");
    let body = third.key.public().to_json();
    let answer = bench.signed("keys", &body, &by(JWK, &body, &[&third, &bench.party]));
    bench.refuses(&answer, &before, 401, "key-not-effective");
    let body = json!({"kid": kid(&bench.new), "reason": "x"}).to_string();
    let answer = bench.signed("revocations", &body, &by(JSON, &body, &[&bench.party]));
    bench.refuses(&answer, &before, 401, "key-not-effective");
    // Nor does it come back by a rotation to itself.
    let body = rotation(&bench.new, &bench.party);
    let answer = bench.signed("rotations", &body, &by(JSON, &body, &[&bench.party, &bench.new]));
    bench.refuses(&answer, &before, 409, "key-exists");
}

#[test]
fn a_rotation_needs_the_old_and_the_new_key() {
    let bench = Bench::new("rotate-misuse");
    let other = bench.site.party("urn:uscc:other");
    let second = bench.party.with_key(78);
    let added = second.key.public().to_json();
    let signatures = by(JWK, &added, &[&second, &bench.party]);
    assert_eq!(bench.signed("keys", &added, &signatures).status, 201);
    let (body, before) = (rotation(&bench.party, &bench.new), bench.site.state());
    let post = |body: &str, signers: &[&TestParty]| {
        bench.signed("rotations", body, &by(JSON, body, signers))
    };
    bench.refuses(&post(&body, &[]), &before, 401, "signature-invalid");
    bench.refuses(&post(&body, &[&bench.new]), &before, 401, "signature-invalid");
    bench.refuses(&post(&body, &[&bench.party]), &before, 401, "signature-invalid");
    bench.refuses(&post(&body, &[&bench.new, &bench.new]), &before, 401, "signature-mismatch");
    bench.refuses(&post(&body, &[&bench.new, &other]), &before, 403, "forbidden");
    // Another key of the party is not the key that ends.
    bench.refuses(&post(&body, &[&bench.new, &second]), &before, 401, "signature-mismatch");
    let three = post(&body, &[&bench.new, &bench.party, &second]);
    bench.refuses(&three, &before, 401, "signature-mismatch");
    // An operator is none of the two.
    let operated = bench.operated("rotations", &body, &by(JSON, &body, &[&bench.new]));
    bench.refuses(&operated, &before, 401, "signature-invalid");
    // A key does not take its own place, and a foreign key is not taken over.
    for (old, new) in [(&bench.party, &bench.party), (&bench.party, &other)] {
        let body = rotation(old, new);
        bench.refuses(&post(&body, &[new, old]), &before, 409, "key-exists");
    }
    let body = rotation(&other, &bench.new);
    bench.refuses(&post(&body, &[&bench.new, &other]), &before, 403, "forbidden");
}

#[test]
fn a_reset_ends_all_keys_and_brings_one() {
    let bench = Bench::new("reset");
    let second = bench.party.with_key(78);
    let added = second.key.public().to_json();
    let signatures = by(JWK, &added, &[&second, &bench.party]);
    assert_eq!(bench.signed("keys", &added, &signatures).status, 201);
    let body = reset(&bench.new);
    let signatures = by(JSON, &body, &[&bench.new, &bench.regulator]);
    let answer = bench.operated("resets", &body, &signatures);
    let leaf = bench.recorded(&answer, &body, Kind::KeyReset);
    let regulator = bench.alias(&bench.regulator);
    assert_eq!(leaf.keys, [1, regulator, leaf.index], "gateway, regulator, its own");
    let before = bench.site.state();
    for old in [&bench.party, &second] {
        assert_eq!(bench.key(old)["revoked_by"], leaf.index);
        bench.refuses(&bench.captures(old, 1), &before, 401, "key-not-effective");
    }
    let again = bench.operated("resets", &body, &signatures);
    bench.refuses(&again, &before, 409, "key-exists");
    assert_eq!(bench.captures(&bench.new, 1).status, 202);
}

#[test]
fn a_reset_needs_operator_regulator_and_the_new_key() {
    let bench = Bench::new("reset-misuse");
    let other = bench.site.party("urn:uscc:other");
    let token = bench.site.token(&bench.party);
    let (body, before) = (reset(&bench.new), bench.site.state());
    let good = by(JSON, &body, &[&bench.new, &bench.regulator]);
    bench.refuses(&bench.signed("resets", &body, &good), &before, 401, "credentials-missing");
    let business = bench.post(&bench.site.server.client_with(&token), "resets", &body, &good);
    bench.refuses(&business, &before, 403, "forbidden");
    let post = |signers: &[&TestParty]| bench.operated("resets", &body, &by(JSON, &body, signers));
    let (new, regulator) = (&bench.new, &bench.regulator);
    bench.refuses(&post(&[]), &before, 401, "signature-invalid");
    bench.refuses(&post(&[new]), &before, 401, "signature-invalid");
    bench.refuses(&post(&[regulator]), &before, 401, "signature-invalid");
    bench.refuses(&post(&[new, &other]), &before, 403, "forbidden");
    bench.refuses(&post(&[new, &bench.party]), &before, 403, "forbidden");
    bench.refuses(&post(&[new, regulator, &other]), &before, 401, "signature-mismatch");
    bench.refuses(&post(&[new, regulator, regulator]), &before, 401, "signature-mismatch");
    // The regulator in the party's name, and for another body.
    let named = jws(&regulator.key, ID, &regulator.origin, JSON, body.as_bytes());
    let own = new.signature(JSON, body.as_bytes());
    let answer = bench.operated("resets", &body, &[own.clone(), named]);
    bench.refuses(&answer, &before, 401, "signature-mismatch");
    let answer = bench.operated("resets", &body, &[own, regulator.signature(JSON, b"{}")]);
    bench.refuses(&answer, &before, 401, "signature-other-body");
    // Another party in the body than in the path, and no reason.
    let elsewhere = body.replace(ID, &other.id);
    let signatures = by(JSON, &elsewhere, &[new, regulator]);
    let answer = bench.operated("resets", &elsewhere, &signatures);
    let problem = bench.refuses(&answer, &before, 400, "invalid-document");
    assert_eq!(problem["errors"][0]["pointer"], "/party");
    let silent = body.replace("密钥遗失", " ");
    let answer = bench.operated("resets", &silent, &by(JSON, &silent, &[new, regulator]));
    let problem = bench.refuses(&answer, &before, 400, "invalid-document");
    assert_eq!(problem["errors"][0]["pointer"], "/reason");
    // A regulator that is revoked stands behind nothing.
    assert_eq!(bench.site.revoke(regulator, "离任").status, 201);
    let before = bench.site.state();
    bench.refuses(&post(&[new, regulator]), &before, 401, "key-not-effective");
}

#[test]
fn a_regulator_does_not_reset_its_own_keys() {
    let bench = Bench::new("reset-own");
    let new = bench.regulator.with_key(80);
    let (body, before) = (reset(&new), bench.site.state());
    let post = |signers: &[&TestParty]| {
        let signatures = by(JSON, &body, signers);
        let change = Change { media_type: JSON, body: body.as_bytes(), signatures: &signatures };
        bench.site.change(&bench.site.operator(), &new.id, "resets", &change)
    };
    bench.refuses(&post(&[&new, &bench.regulator]), &before, 403, "forbidden");
    let second = bench.site.regulator("urn:uscc:second-bureau");
    assert_eq!(post(&[&new, &second]).status, 201);
}
