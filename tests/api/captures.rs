//! The good way: captured, durable, receipted, read back.

use crate::{JSON, JSON_LD, LOT, LOT_URN, MADE, creation};
use laiqu_ledger::Kind;
use laiqu_proof::{PublicJwk, SubmissionJws};
use laiqu_tests::{Site, check_opening, check_receipt, document, encode, transformed};
use serde_json::Value;

#[test]
fn a_signed_capture_gets_a_receipt_that_an_auditor_can_check() {
    let site = Site::new("ledger.example/signed");
    let party = site.party("urn:uscc:signed");
    let size = site.size();
    let body = creation("urn:uuid:1");
    let answer = party.capture(&site.client(), &body);
    let job = answer.expect(202);
    let leaf = check_receipt(&site.ledger, &job["receipt"]);
    assert_eq!((leaf.index, leaf.kind), (size, Kind::EpcisCapture));
    let signatures = check_opening(&leaf, &job["receipt"], body.as_bytes());
    let jws = SubmissionJws::parse(&signatures[0]).unwrap();
    jws.verify(party.key.public()).unwrap();
    assert_eq!(jws.claims().aud, site.ledger.origin);
    assert_eq!(answer.header("location"), Some(&*format!("/epcis/capture/{size}")));
    assert_eq!(job["events"][0]["position"], serde_json::json!({"index": size, "ordinal": 0}));
    assert_eq!(job["events"][0]["event_id"], "urn:uuid:1");
    // The same job later, for its issuer and the operator.
    let token = site.token(&party);
    for client in [site.operator(), site.server.client_with(&token)] {
        let shown = client.get(&format!("/epcis/capture/{size}")).expect(200);
        assert_eq!((&shown["success"], &shown["running"]), (&true.into(), &false.into()));
        assert_eq!(shown["createdAt"], job["createdAt"]);
        assert_eq!(shown["events"], job["events"]);
        let same = check_receipt(&site.ledger, &shown["receipt"]);
        assert_eq!(same, leaf);
    }
}

#[test]
fn a_receipt_does_not_open_with_another_document() {
    let site = Site::new("ledger.example/other");
    let party = site.party("urn:uscc:other");
    let job = party.capture(&site.client(), &creation("urn:uuid:1")).expect(202);
    let leaf = check_receipt(&site.ledger, &job["receipt"]);
    let opened = |body: String| {
        std::panic::catch_unwind(|| check_opening(&leaf, &job["receipt"], body.as_bytes()))
    };
    assert!(opened(creation("urn:uuid:1")).is_ok());
    assert!(opened(creation("urn:uuid:2")).is_err());
    let mut forged = job["receipt"].clone();
    forged["leaf"] = Value::from(
        forged["leaf"].as_str().unwrap().replace("\"issuer_seq\":1", "\"issuer_seq\":2"),
    );
    assert_ne!(forged["leaf"], job["receipt"]["leaf"]);
    assert!(std::panic::catch_unwind(|| check_receipt(&site.ledger, &forged)).is_err());
}

#[test]
fn a_small_shop_posts_with_its_token_and_the_gateway_signs() {
    let site = Site::new("ledger.example/gateway");
    let shop = site.small_shop("urn:uscc:shop");
    let client = site.server.client_with(&site.token(&shop));
    for (media_type, id) in [(JSON, "urn:uuid:1"), (JSON_LD, "urn:uuid:2")] {
        let body = creation(id);
        let job = client.post("/epcis/capture", &[("Content-Type", media_type)], body.as_bytes());
        let job = job.expect(202);
        let leaf = check_receipt(&site.ledger, &job["receipt"]);
        let signatures = check_opening(&leaf, &job["receipt"], body.as_bytes());
        let jws = SubmissionJws::parse(&signatures[0]).unwrap();
        assert_eq!(jws.claims().iss, "urn:uscc:shop");
        // The key that the leaf names is the gateway's.
        let path = format!("/v1/entries/{}", leaf.keys[0]);
        let key = site.operator().get(&path).expect(200);
        let gateway = PublicJwk::parse(key["document"].as_str().unwrap()).unwrap();
        jws.verify(&gateway).unwrap();
    }
    // Parameters of the media type do not matter.
    let headers = [("Content-Type", "Application/JSON; charset=utf-8")];
    let body = creation("urn:uuid:3");
    assert_eq!(client.post("/epcis/capture", &headers, body.as_bytes()).status, 202);
}

#[test]
fn events_without_an_identifier_get_one() {
    let site = Site::new("ledger.example/unnamed");
    let party = site.party("urn:uscc:unnamed");
    let body = creation("urn:uuid:1").replace(r#""eventID":"urn:uuid:1","#, "");
    let job = party.capture(&site.client(), &body).expect(202);
    let id = job["events"][0]["event_id"].as_str().unwrap();
    assert!(id.starts_with("ni:///sha-256;") && id.ends_with("?ver=CBV2.0"), "{id}");
    let found = site.operator().get(&format!("/epcis/events/{}", encode(id))).expect(200);
    let event = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0];
    assert_eq!(event["eventID"], id);
    assert_eq!(event["recordTime"], job["createdAt"]);
}

#[test]
fn events_are_found_by_any_spelling_of_what_they_name() {
    let site = Site::new("ledger.example/epc");
    let party = site.party("urn:uscc:epc");
    let events = [
        laiqu_tests::commissioned("urn:uuid:1", LOT_URN, 5),
        transformed("urn:uuid:2", &[LOT], MADE),
        laiqu_tests::commissioned("urn:uuid:3", "https://id.gs1.org/01/04012345333334/10/C", 5),
    ];
    assert_eq!(party.capture(&site.client(), &document(&events)).status, 202);
    let found = |epcs: &str| -> Vec<String> {
        let path = format!("/epcis/events?MATCH_anyEPCClass={}", encode(epcs));
        let answer = site.operator().get(&path);
        let list = &answer.expect(200)["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        let ids = list.as_array().unwrap().iter().map(|e| e["eventID"].as_str().unwrap());
        ids.map(str::to_owned).collect()
    };
    assert_eq!(found(LOT_URN), ["urn:uuid:1", "urn:uuid:2"]);
    assert_eq!(found(LOT), ["urn:uuid:1", "urn:uuid:2"]);
    assert_eq!(found("https://brand.example/01/04012345111118/10/A1"), found(LOT));
    assert_eq!(found(MADE), ["urn:uuid:2"]);
    assert_eq!(found(&format!("{MADE}|{LOT}")), ["urn:uuid:1", "urn:uuid:2"]);
    assert!(found("urn:epc:class:lgtin:4012345.011111.A2").is_empty());
}

#[test]
fn answers_under_epcis_carry_the_headers_of_the_standard() {
    let site = Site::new("ledger.example/headers");
    let refused = site.client().post("/epcis/capture", &[], b"");
    let found =
        site.operator().get_with("/epcis/events?MATCH_anyEPC=urn:x:1", &[("Accept", JSON_LD)]);
    assert_eq!(found.header("content-type"), Some(JSON_LD));
    for answer in [refused, found] {
        assert_eq!(answer.header("gs1-epcis-version"), Some("2.0.0"));
        assert_eq!(answer.header("gs1-cbv-version"), Some("2.0.0"));
        assert_eq!(answer.header("gs1-epcis-capture-limit"), Some("5000"));
        assert_eq!(answer.header("gs1-epcis-capture-file-size-limit"), Some("4194304"));
    }
}

#[test]
fn what_one_query_answers_can_be_captured() {
    let site = Site::new("ledger.example/query-document");
    let (party, other) = (site.party("urn:uscc:first"), site.party("urn:uscc:second"));
    let events = [
        laiqu_tests::commissioned("urn:uuid:1", LOT_URN, 5),
        transformed("urn:uuid:2", &[LOT], MADE),
    ];
    assert_eq!(party.capture(&site.client(), &document(&events)).status, 202);
    let answer = site.operator().get("/epcis/events").text();
    assert!(answer.contains("EPCISQueryDocument"));
    let job = other.capture(&site.client(), &answer).expect(202);
    assert_eq!(job["events"].as_array().unwrap().len(), 2);
    let leaf = check_receipt(&site.ledger, &job["receipt"]);
    let _signatures = check_opening(&leaf, &job["receipt"], answer.as_bytes());
    let found = site.operator().get("/epcis/events/urn:uuid:1").expect(200);
    let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
    assert_eq!(list.as_array().unwrap().len(), 2, "one of each issuer");
    // A conflict is named where it stands.
    let changed = answer.replace("\"quantity\":5", "\"quantity\":6");
    let refused = other.capture(&site.client(), &changed);
    assert_eq!(refused.problem(409), "event-id-conflict");
    let pointer = refused.json()["errors"][0]["pointer"].as_str().unwrap().to_owned();
    let list = "/epcisBody/queryResults/resultsBody/eventList/";
    assert!(pointer.starts_with(list) && pointer.ends_with("/eventID"), "{pointer}");
    assert_eq!(site.ledger.verify().0, 0);
}
