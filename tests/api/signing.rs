//! Who must sign a party's submissions, and the chain that each key makes by itself.

use crate::{JSON, creation};
use laiqu_ledger::Kind;
use laiqu_proof::{Hash, SubmissionClaims, sign_submission};
use laiqu_tests::{Answer, Change, Client, Site, TestParty, check_receipt, encode, jws};
use serde_json::{Value, json};

const REQUIRED: &[u8] = br#"{"signing":"required"}"#;
const GATEWAY: &[u8] = br#"{"signing":"gateway"}"#;

fn post(site: &Site, by: &Client, party: &TestParty, body: &[u8], signatures: &[String]) -> Answer {
    let change = Change { media_type: JSON, body, signatures };
    site.change(by, &party.id, "signing", &change)
}

/// A signature that goes on with the key's own chain.
fn chained(party: &TestParty, body: &[u8], seq: u64, prev: Hash) -> String {
    let claims = SubmissionClaims {
        iss: party.id.clone(),
        aud: party.origin.clone(),
        sha256: Hash::digest(body),
        cty: JSON.to_owned(),
        exp: None,
        seq: Some(seq),
        prev: Some(prev),
    };
    sign_submission(&party.key, &claims)
}

/// Posts a document with the party's token and no signature.
fn by_token(client: &Client, n: u32) -> Answer {
    let document = creation(&format!("urn:uuid:{n}"));
    client.post("/epcis/capture", &[("Content-Type", JSON)], document.as_bytes())
}

fn rule(site: &Site, party: &TestParty) -> Value {
    site.operator().get(&format!("/v1/parties/{}", encode(&party.id))).expect(200)["signing"].take()
}

#[test]
fn only_the_party_lowers_its_rule_and_the_operator_may_raise_it() {
    let site = Site::new("ledger.example/signing");
    let party = site.party("urn:uscc:signing");
    let with_token = site.server.client_with(&site.token(&party));
    let before = site.state();
    site.refused(&before, &by_token(&with_token, 1), 403, "signature-required");
    for who in [&site.operator(), &with_token] {
        site.refused(&before, &post(&site, who, &party, GATEWAY, &[]), 403, "forbidden");
    }
    let nobody = post(&site, &site.client(), &party, GATEWAY, &[]);
    site.refused(&before, &nobody, 401, "credentials-missing");
    let other = site.party("urn:uscc:other");
    let before = site.state();
    let first = chained(&other, GATEWAY, 0, Hash::ZERO);
    let foreign = post(&site, &site.client(), &party, GATEWAY, std::slice::from_ref(&first));
    site.refused(&before, &foreign, 403, "forbidden");
    let again = chained(&party, REQUIRED, 0, Hash::ZERO);
    let unchanged = post(&site, &site.client(), &party, REQUIRED, &[again]);
    site.refused(&before, &unchanged, 409, "registry-conflict");

    let first = chained(&party, GATEWAY, 0, Hash::ZERO);
    let answer = post(&site, &site.client(), &party, GATEWAY, std::slice::from_ref(&first));
    let leaf = check_receipt(&site.ledger, &answer.expect(201)["receipt"]);
    assert_eq!(leaf.kind, Kind::PartySigning);
    assert_eq!(rule(&site, &party), "gateway");
    assert_eq!(by_token(&with_token, 1).status, 202);
    assert_eq!(post(&site, &site.operator(), &party, REQUIRED, &[]).status, 201);
    assert_eq!(rule(&site, &party), "required");
    let before = site.state();
    site.refused(&before, &by_token(&with_token, 2), 403, "signature-required");
    // What the party once signed does not lower the rule again.
    let replayed = post(&site, &site.client(), &party, GATEWAY, std::slice::from_ref(&first));
    let problem = site.refused(&before, &replayed, 409, "key-chain-conflict");
    let next = Hash::digest(first.as_bytes());
    assert!(problem["detail"].as_str().unwrap().contains(&next.to_string()), "{problem}");
    let second = chained(&party, GATEWAY, 1, next);
    assert_eq!(post(&site, &site.client(), &party, GATEWAY, &[second]).status, 201);
}

#[test]
fn a_change_of_the_rule_goes_on_with_the_keys_chain() {
    let site = Site::new("ledger.example/signing-chain");
    let party = site.party("urn:uscc:signing");
    let before = site.state();
    let loose = jws(&party.key, &party.id, &party.origin, JSON, GATEWAY);
    let answer = post(&site, &site.client(), &party, GATEWAY, &[loose]);
    let problem = site.refused(&before, &answer, 409, "key-chain-conflict");
    assert!(problem["detail"].as_str().unwrap().contains("seq 0"), "{problem}");
    let wrong = chained(&party, GATEWAY, 3, Hash::ZERO);
    let answer = post(&site, &site.client(), &party, GATEWAY, &[wrong]);
    site.refused(&before, &answer, 409, "key-chain-conflict");
    let right = chained(&party, GATEWAY, 0, Hash::ZERO);
    let answer = post(&site, &site.client(), &party, GATEWAY, std::slice::from_ref(&right));
    assert_eq!(answer.status, 201);
    // Whoever signs next finds where the chain stands.
    let key = format!("/v1/keys/{}", party.key.public().thumbprint());
    let chain = site.client().get(&key).expect(200)["chain"].take();
    let end = Hash::digest(right.as_bytes()).to_string();
    assert_eq!(chain, json!({ "seq": 0, "sha256": end }));
    // The chain survives a restart, also where its last link is a record and no document.
    let (ledger, state) = (&site.ledger, site.state());
    assert!(site.server.stop().success());
    let server = laiqu_tests::TestServer::start(&ledger.data, &[]);
    assert_eq!(server.client().get(&key).expect(200)["chain"], chain);
    assert_eq!(server.client().get("/v1/ledger").expect(200)["ledger"], state);
}

#[test]
fn nobody_is_locked_out_and_nonsense_is_refused() {
    let site = Site::new("ledger.example/signing-bad");
    let shop = site.stranger("urn:uscc:shop");
    let body = json!({"id": shop.id, "name": "小店", "kinds": ["seller"], "signing": "gateway"});
    let headers = [("Content-Type", JSON)];
    let made = site.operator().post("/v1/parties", &headers, body.to_string().as_bytes());
    assert_eq!(made.status, 201);
    let before = site.state();
    let answer = post(&site, &site.operator(), &shop, REQUIRED, &[]);
    site.refused(&before, &answer, 409, "registry-conflict");
    for (body, code) in [
        ("", "invalid-json"),
        ("{", "invalid-json"),
        ("{}", "invalid-document"),
        (r#"{"signing":"never"}"#, "invalid-document"),
        (r#"{"signing":"required","more":1}"#, "invalid-document"),
        (r#"{"signing":"required","signing":"gateway"}"#, "invalid-document"),
    ] {
        let answer = post(&site, &site.operator(), &shop, body.as_bytes(), &[]);
        site.refused(&before, &answer, 400, code);
    }
    let nobody = site.stranger("urn:x:nobody");
    let answer = post(&site, &site.operator(), &nobody, REQUIRED, &[]);
    site.refused(&before, &answer, 404, "not-found");
}
