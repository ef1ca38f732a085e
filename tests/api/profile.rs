//! Profiles as a condition for a party.

use laiqu_tests::{Site, document};
use serde_json::{Value, json};

const PARTY: &str = "urn:example:shop";

/// A receipt of goods, with more members.
fn received(id: &str, more: &str) -> String {
    let event = format!(
        r#"{{"type": "ObjectEvent", "eventID": "{id}", "action": "OBSERVE", "bizStep": "receiving",
            "eventTime": "2026-11-01T06:00:00Z", "eventTimeZoneOffset": "+00:00",
            "quantityList": [{{"epcClass": "https://id.gs1.org/01/04012345123456/10/A",
                "quantity": 20, "uom": "KGM"}}],
            "readPoint": {{"id": "https://id.gs1.org/414/4012345000115"}} {more}}}"#
    );
    document(&[event])
}

#[test]
fn documents_that_lack_what_the_profile_wants_are_refused_with_every_finding() {
    let site = Site::new("ledger.example/profile");
    let shop = site.party(PARTY);
    let (http, operator) = (site.client(), site.operator());
    let path = format!("/v1/parties/{}/profile", laiqu_tests::encode(PARTY));
    let set = |profile: Value| {
        let body = json!({ "party": PARTY, "profile": profile }).to_string();
        operator.post(&path, &[("content-type", "application/json")], body.as_bytes())
    };
    assert_eq!(shop.capture(&http, &received("urn:x:1", "")).status, 202);
    let recorded = set("fsma204".into());
    assert_eq!(recorded.status, 201, "{}", recorded.text());
    let shown = operator.get(path.trim_end_matches("/profile")).expect(200);
    assert_eq!(shown["profile"], "fsma204");

    let before = site.state();
    let answer = shop.capture(&http, &received("urn:x:2", ""));
    let problem = site.refused(&before, &answer, 400, "invalid-document");
    let errors: Vec<(&str, &str)> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|error| (error["code"].as_str().unwrap(), error["pointer"].as_str().unwrap()))
        .collect();
    let at = |list: &str| format!("/epcisBody/eventList/0/{list}");
    assert_eq!(
        errors,
        [
            ("fsma204.receiving.previous-source", &*at("sourceList")),
            ("fsma204.receiving.reference-document", &*at("bizTransactionList")),
        ]
    );
    let whole = r#", "sourceList": [{"type": "location", "source": "urn:x:farm"}],
        "bizTransactionList": [{"type": "desadv", "bizTransaction": "urn:x:d:1"}]"#;
    assert_eq!(shop.capture(&http, &received("urn:x:3", whole)).status, 202);
    // What stands already is answered as before.
    assert_eq!(shop.capture(&http, &received("urn:x:1", "")).status, 202);

    assert_eq!(set(Value::Null).status, 201);
    assert_eq!(shop.capture(&http, &received("urn:x:4", "")).status, 202);
    let (code, report) = site.ledger.verify();
    assert_eq!((code, &report["whole"]), (0, &true.into()), "{report}");
}

#[test]
fn only_an_operator_sets_a_known_profile() {
    let site = Site::new("ledger.example/profile-refused");
    let shop = site.party(PARTY);
    let path = format!("/v1/parties/{}/profile", laiqu_tests::encode(PARTY));
    let before = site.state();
    let post = |client: &laiqu_tests::Client, body: Value| {
        client.post(&path, &[("content-type", "application/json")], body.to_string().as_bytes())
    };
    let body = json!({ "party": PARTY, "profile": "gdst" });
    let token = site.token(&shop);
    let business = site.server.client_with(&token);
    let before_token = site.state();
    site.refused(&before_token, &post(&business, body.clone()), 403, "forbidden");
    let operator = site.operator();
    let refused = |body: Value, status, code| {
        site.refused(&before_token, &post(&operator, body), status, code);
    };
    refused(json!({ "party": PARTY, "profile": "gs1" }), 400, "invalid-document");
    refused(json!({ "party": PARTY }), 400, "invalid-document");
    refused(json!({ "party": "urn:example:other", "profile": "gdst" }), 400, "invalid-document");
    refused(json!({ "party": PARTY, "profile": null }), 409, "registry-conflict");
    assert_ne!(before, before_token);
    assert_eq!(post(&operator, body.clone()).status, 201);
    assert_eq!(post(&operator, body).status, 409);
}
