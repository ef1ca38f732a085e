//! Registration of parties, their tokens, and the end of a key.

use crate::{JSON, LOT_URN, creation};
use laiqu_ledger::Kind;
use laiqu_tests::{Answer, Site, TestParty, check_opening, check_receipt, encode, jws};
use serde_json::{Value, json};

const ID: &str = "urn:uscc:91510500MA6示例";

/// Posts a registration with these signatures in the operator's name.
fn register(site: &Site, body: &[u8], signatures: &[String]) -> Answer {
    let mut headers = vec![("Content-Type", JSON)];
    headers.extend(signatures.iter().map(|jws| ("Submission-Signature", jws.as_str())));
    site.operator().post("/v1/parties", &headers, body)
}

fn signed(site: &Site, party: &TestParty, body: &[u8]) -> Answer {
    register(site, body, &[party.signature(JSON, body)])
}

#[test]
fn a_party_is_registered_with_its_key() {
    let site = Site::new("ledger.example/register");
    let (party, size) = (site.stranger(ID), site.size());
    let body = party.registration("required");
    let answer = signed(&site, &party, &body);
    let made = answer.expect(201);
    let path = format!("/v1/parties/{}", encode(ID));
    assert_eq!(answer.header("location"), Some(&*path));
    assert_eq!(made["party"]["alias"], size);
    assert_eq!(made["party"]["keys"], json!([party.key.public().thumbprint()]));
    let leaf = check_receipt(&site.ledger, &made["receipt"]);
    assert_eq!((leaf.index, leaf.kind), (size, Kind::PartyRegister));
    let _jws = check_opening(&leaf, &made["receipt"], &body);
    assert_eq!(site.size(), size + 2, "the key has an entry of its own");
    let key = site.operator().get(&format!("/v1/entries/{}", size + 1)).expect(200);
    assert_eq!((&key["kind"], &key["issuer"]), (&"key.add".into(), &size.into()));
    assert_eq!(site.operator().get(&path).expect(200), made["party"]);
    let all = site.operator().get("/v1/parties").expect(200);
    assert!(all["parties"].as_array().unwrap().contains(&made["party"]));
}

#[test]
fn the_same_registration_again_gets_the_first_receipt() {
    let site = Site::new("ledger.example/twice");
    let party = site.stranger(ID);
    let body = party.registration("required");
    let first = signed(&site, &party, &body).expect(201);
    let before = site.state();
    let again = signed(&site, &party, &body).expect(201);
    assert_eq!(again["receipt"]["leaf"], first["receipt"]["leaf"]);
    assert_eq!(again["party"], first["party"]);
    let leaf = check_receipt(&site.ledger, &again["receipt"]);
    let _jws = check_opening(&leaf, &again["receipt"], &body);
    let other = party.registration("gateway");
    site.refused(&before, &signed(&site, &party, &other), 409, "party-exists");
    // Its key under another name.
    let thief = TestParty { id: "urn:uscc:thief".to_owned(), ..site.stranger(ID) };
    let body = thief.registration("required");
    site.refused(&before, &signed(&site, &thief, &body), 409, "key-exists");
}

#[test]
fn each_key_proves_possession_over_this_very_body() {
    let site = Site::new("ledger.example/possession");
    let (party, other) = (site.stranger(ID), site.stranger("urn:uscc:other"));
    let body = party.registration("required");
    let before = site.state();
    let refuses = |signatures: &[String], code: &str| {
        site.refused(&before, &register(&site, &body, signatures), 401, code)
    };
    let missing = refuses(&[], "signature-invalid");
    assert_eq!(missing["errors"][0]["pointer"], "/keys/0");
    let by_other = jws(&other.key, ID, &site.ledger.origin, JSON, &body);
    refuses(std::slice::from_ref(&by_other), "signature-invalid");
    refuses(&[party.signature(JSON, &body), by_other], "signature-invalid");
    refuses(&[party.signature(JSON, b"{}")], "signature-other-body");
    refuses(&[jws(&party.key, ID, "other.example/log", JSON, &body)], "signature-mismatch");
    refuses(&[jws(&party.key, "urn:x:1", &site.ledger.origin, JSON, &body)], "signature-mismatch");
    refuses(&[party.signature("application/ld+json", &body)], "signature-mismatch");
    refuses(&["a.b.c".to_owned()], "signature-invalid");
    let good = party.signature(JSON, &body);
    let (head, _) = good.rsplit_once('.').unwrap();
    refuses(&[format!("{head}.{}", "A".repeat(86))], "signature-invalid");
}

#[test]
fn only_an_operator_registers_issues_and_revokes() {
    let site = Site::new("ledger.example/operator");
    let shop = site.small_shop("urn:uscc:shop");
    let token = site.token(&shop);
    let before = site.state();
    let body = site.stranger(ID).registration("required");
    let tokens = format!("/v1/parties/{}/tokens", encode(&shop.id));
    let revocations = format!("/v1/parties/{}/revocations", encode(&shop.id));
    let revoked = json!({"kid": shop.key.public().thumbprint(), "reason": "x"}).to_string();
    let posts: [(&str, &[u8]); 3] =
        [("/v1/parties", &body), (&tokens, b""), (&revocations, revoked.as_bytes())];
    for (path, body) in posts {
        let post = |client: laiqu_tests::Client| client.post(path, &[("Content-Type", JSON)], body);
        site.refused(&before, &post(site.client()), 401, "credentials-missing");
        site.refused(&before, &post(site.server.client_with("laiqu_no")), 401, "token-unknown");
        site.refused(&before, &post(site.server.client_with(&token)), 403, "forbidden");
    }
    let nobody = format!("/v1/parties/{}/tokens", encode("urn:x:nobody"));
    site.refused(&before, &site.operator().post(&nobody, &[], b""), 404, "not-found");
}

#[test]
fn bad_registrations_are_refused_with_the_place() {
    let site = Site::new("ledger.example/bad-party");
    let party = site.stranger(ID);
    let before = site.state();
    let good: Value = serde_json::from_slice(&party.registration("required")).unwrap();
    let changed = |name: &str, value: Value| {
        let mut body = good.clone();
        body[name] = value;
        body.to_string()
    };
    for (body, pointer) in [
        (changed("name", json!(" ")), Some("/name")),
        (changed("kinds", json!([])), Some("/kinds")),
        (changed("keys", json!([])), Some("/keys")),
        (changed("keys", json!([{"kty": "EC"}])), Some("/keys/0")),
        (changed("keys", json!([good["keys"][0], good["keys"][0]])), Some("/keys/1")),
        (changed("kinds", json!(["pirate"])), None),
        (changed("signing", json!("never")), None),
        (changed("id", json!("no uri")), None),
        (changed("colour", json!("red")), None),
        (good.to_string().replacen('{', r#"{"name":"twice","#, 1), None),
    ] {
        let answer = signed(&site, &party, body.as_bytes());
        assert_eq!(answer.status, 400, "{body}: {}", answer.text());
        let problem = site.refused(&before, &answer, 400, "invalid-document");
        if let Some(pointer) = pointer {
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}");
        }
    }
    // A private key does not belong here, and a weak one proves nothing.
    let private: Value = serde_json::from_str(&party.key.to_json()).unwrap();
    let zero = json!({"kty": "OKP", "crv": "Ed25519", "x": "A".repeat(43)});
    for key in [private, zero] {
        let body = changed("keys", json!([key]));
        let answer = signed(&site, &party, body.as_bytes());
        site.refused(&before, &answer, 400, "invalid-document");
    }
    for body in ["", "{", "nonsense"] {
        let answer = signed(&site, &party, body.as_bytes());
        site.refused(&before, &answer, 400, "invalid-json");
    }
}

#[test]
fn a_revoked_key_signs_no_more() {
    let site = Site::new("ledger.example/revoked");
    let party = site.party(ID);
    assert_eq!(party.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    let key = format!("/v1/keys/{}", party.key.public().thumbprint());
    let known = site.client().get(&key).expect(200);
    assert_eq!((&known["party"], &known["revoked_by"]), (&ID.into(), &Value::Null));
    assert_eq!(site.client().get("/v1/keys/nobody").problem(404), "not-found");
    let revoked = site.revoke(&party, "遗失").expect(201);
    let leaf = check_receipt(&site.ledger, &revoked["receipt"]);
    assert_eq!(leaf.kind, Kind::KeyRevoke);
    assert_eq!(site.client().get(&key).expect(200)["revoked_by"], leaf.index);
    let before = site.state();
    let answer = party.capture(&site.client(), &creation("urn:uuid:2"));
    site.refused(&before, &answer, 401, "key-not-effective");
    // What it signed stays, and so does the ledger's word for it.
    assert_eq!(site.operator().get("/epcis/events/urn:uuid:1").status, 200);
    let again = site.revoke(&party, "again");
    site.refused(&before, &again, 401, "key-not-effective");
}

#[test]
fn a_party_revokes_its_own_key_and_nobody_elses() {
    let site = Site::new("ledger.example/own");
    let (party, other) = (site.party(ID), site.party("urn:uscc:other"));
    let path = format!("/v1/parties/{}/revocations", encode(ID));
    let kid = party.key.public().thumbprint();
    let body = json!({"kid": kid, "reason": "更换"}).to_string();
    let post = |by: &TestParty| {
        let signature = by.signature(JSON, body.as_bytes());
        let headers = [("Content-Type", JSON), ("Submission-Signature", signature.as_str())];
        site.client().post(&path, &headers, body.as_bytes())
    };
    let before = site.state();
    site.refused(&before, &post(&other), 403, "forbidden");
    let receipt = post(&party).expect(201);
    let leaf = check_receipt(&site.ledger, &receipt["receipt"]);
    assert_eq!(leaf.issuer, before["size"].as_u64().unwrap() - 4, "it stands in its own chain");
    let before = site.state();
    site.refused(&before, &party.capture(&site.client(), LOT_URN), 401, "key-not-effective");
    assert_eq!(other.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
}
