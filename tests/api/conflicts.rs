//! Events that are there already: the same content is answered with the first receipt, other
//! content is refused.

use crate::{LOT_URN, MADE, creation};
use laiqu_tests::{Site, check_opening, check_receipt, commissioned, document, transformed};

#[test]
fn the_same_document_again_gets_the_first_receipt() {
    let site = Site::new("ledger.example/again");
    let party = site.party("urn:uscc:again");
    let body = creation("urn:uuid:1");
    let first = party.capture(&site.client(), &body).expect(202);
    assert_eq!(first["replayed"], false);
    let before = site.state();
    let again = party.capture(&site.client(), &body).expect(202);
    assert_eq!(again["replayed"], true);
    assert_eq!(again["receipt"]["leaf"], first["receipt"]["leaf"]);
    assert_eq!(again["captureID"], first["captureID"]);
    assert_eq!(site.state(), before);
    let leaf = check_receipt(&site.ledger, &again["receipt"]);
    let signatures = check_opening(&leaf, &again["receipt"], body.as_bytes());
    assert_eq!(signatures.len(), 1);
}

#[test]
fn the_same_event_in_another_document_is_named_with_its_first_receipt() {
    let site = Site::new("ledger.example/event");
    let party = site.party("urn:uscc:event");
    let event = commissioned("urn:uuid:1", LOT_URN, 5);
    let first = party.capture(&site.client(), &document(std::slice::from_ref(&event))).expect(202);
    let before = site.state();
    // Another spelling of the same content, alone in its document: nothing new.
    let respelled = event.replace("2026-11-01T08:00:00+08:00", "2026-11-01T08:00:00.000+08:00");
    let same = party.capture(&site.client(), &document(&[respelled])).expect(202);
    assert_eq!(same["receipt"]["leaf"], first["receipt"]["leaf"]);
    assert_eq!(same["events"][0]["duplicate"], true);
    assert_eq!(site.state(), before);
    let made = transformed("urn:uuid:2", &[LOT_URN], MADE);
    let mixed = party.capture(&site.client(), &document(&[made, event])).expect(202);
    assert_eq!(mixed["receipt"]["index"], before["size"]);
    let (new, old) = (&mixed["events"][0], &mixed["events"][1]);
    assert_eq!((&new["duplicate"], &old["duplicate"]), (&false.into(), &true.into()));
    assert_eq!(new["position"]["index"], mixed["receipt"]["index"]);
    assert_eq!(old["position"], first["events"][0]["position"]);
    assert_eq!(old["first_receipt"]["leaf"], first["receipt"]["leaf"]);
    let _leaf = check_receipt(&site.ledger, &old["first_receipt"]);
    let found = site.operator().get("/epcis/events/urn:uuid:1").expect(200);
    let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
    assert_eq!(list.as_array().unwrap().len(), 1, "it stands once");
}

#[test]
fn other_content_under_a_taken_identifier_is_refused() {
    let site = Site::new("ledger.example/taken");
    let party = site.party("urn:uscc:taken");
    let first = party.capture(&site.client(), &creation("urn:uuid:1"));
    assert_eq!(first.status, 202);
    let before = site.state();
    let new = commissioned("urn:uuid:new", LOT_URN, 5);
    let other = commissioned("urn:uuid:1", LOT_URN, 6);
    let answer = party.capture(&site.client(), &document(&[new.clone(), other]));
    let problem = site.refused(&before, &answer, 409, "event-id-conflict");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 1);
    assert_eq!(problem["errors"][0]["pointer"], "/epcisBody/eventList/1/eventID");
    assert!(problem["detail"].as_str().unwrap().contains("urn:uuid:1"));
    // Twice with two contents in one document.
    let changed = new.replace("commissioning", "packing");
    let answer = party.capture(&site.client(), &document(&[new, changed]));
    let problem = site.refused(&before, &answer, 409, "event-id-conflict");
    assert_eq!(problem["errors"][0]["pointer"], "/epcisBody/eventList/1/eventID");
    // Another issuer's identifiers are its own.
    let neighbour = site.party("urn:uscc:neighbour");
    let other = document(&[commissioned("urn:uuid:1", LOT_URN, 6)]);
    assert_eq!(neighbour.capture(&site.client(), &other).status, 202);
}

#[test]
fn an_error_declaration_may_repeat_the_identifier() {
    let site = Site::new("ledger.example/error");
    let party = site.party("urn:uscc:error");
    assert_eq!(party.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    let declaration = r#""declarationTime":"2026-11-02T00:00:00Z","reason":"did_not_occur""#;
    let head = format!(r#"{{"errorDeclaration":{{{declaration}}},"#);
    let declared = commissioned("urn:uuid:1", LOT_URN, 5).replacen('{', &head, 1);
    let answer = party.capture(&site.client(), &document(&[declared])).expect(202);
    assert_eq!(answer["replayed"], false);
    let found = site.operator().get("/epcis/events/urn:uuid:1").expect(200);
    let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
    assert_eq!(list.as_array().unwrap().len(), 2, "the event and its declaration");
}

#[test]
fn only_the_issuer_and_a_regulator_declare_an_event_wrong() {
    let site = Site::new("ledger.example/disputed");
    let (farm, rival) = (site.party("urn:uscc:farm"), site.party("urn:uscc:rival"));
    let office = site.regulator("urn:uscc:office");
    let declared = |id: &str| {
        let declaration = r#""declarationTime":"2026-11-02T00:00:00Z","reason":"did_not_occur""#;
        let head = format!(r#"{{"errorDeclaration":{{{declaration}}},"#);
        document(&[commissioned(id, LOT_URN, 5).replacen('{', &head, 1)])
    };
    for id in ["urn:uuid:1", "urn:uuid:2", "urn:uuid:3"] {
        assert_eq!(farm.capture(&site.client(), &creation(id)).status, 202);
    }
    for (party, id, disputed, reason) in [
        (&rival, "urn:uuid:1", true, "disputed"),
        (&farm, "urn:uuid:2", false, "error_declared"),
        (&office, "urn:uuid:3", false, "error_declared"),
    ] {
        let job = party.capture(&site.client(), &declared(id)).expect(202);
        let event = &job["events"][0];
        assert_eq!(
            (&event["outcome"], event.get("disputed").is_some()),
            (&"captured".into(), disputed)
        );
        let path = format!("/epcis/capture/{}", job["captureID"].as_str().unwrap());
        assert_eq!(&site.operator().get(&path).expect(200)["events"][0], event, "{id}");
        let trace = site.trace("both", LOT_URN, "");
        let events = trace["events"].as_array().unwrap();
        let event = events.iter().find(|event| event["event_id"] == id).unwrap();
        assert_eq!(event["reasons"], serde_json::json!([reason]), "{id}");
        let found = site.operator().get(&format!("/epcis/events/{id}")).expect(200);
        let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        assert_eq!(list.as_array().unwrap().len(), 2, "the event and its declaration");
    }
}

#[test]
fn an_error_declaration_in_another_spelling_is_the_same() {
    let site = Site::new("ledger.example/declared-again");
    let party = site.party("urn:uscc:declared");
    let event = commissioned("urn:uuid:1", LOT_URN, 5);
    let declared = |declaration: &str| {
        let with = format!("\"eventID\":\"urn:uuid:1\",\"errorDeclaration\":{declaration},");
        document(&[event.replace("\"eventID\":\"urn:uuid:1\",", &with)])
    };
    let first = declared(
        r#"{"declarationTime":"2026-11-02T08:00:00+08:00","reason":"incorrect_data",
"correctiveEventIDs":["urn:e:2","urn:e:3"],"x:seen":{"kg":1.0,"by":"王"},"x:sure":true}"#,
    );
    let first = party.capture(&site.client(), &first).expect(202);
    let before = site.state();
    let again = declared(
        r#"{ "correctiveEventIDs": ["urn:e:3", "urn:e:2"], "declarationTime":
"2026-11-02T00:00:00.000Z", "reason": "urn:epcglobal:cbv:er:incorrect_data", "x:none": null,
"x:sure": "true", "x:seen": {"by": "王", "kg": 1} }"#,
    );
    let again = party.capture(&site.client(), &again).expect(202);
    assert_eq!((&again["events"][0]["duplicate"], site.state()), (&true.into(), before.clone()));
    assert_eq!(again["receipt"]["leaf"], first["receipt"]["leaf"]);
    for other in [
        r#"{"declarationTime":"2026-11-02T08:00:00+08:00","reason":"did_not_occur"}"#,
        r#"{"declarationTime":"2026-11-02T08:00:00+08:00","reason":"incorrect_data",
"correctiveEventIDs":["urn:e:2","urn:e:3"],"x:seen":{"kg":2,"by":"王"},"x:sure":true}"#,
    ] {
        let other = party.capture(&site.client(), &declared(other));
        let _problem = site.refused(&before, &other, 409, "event-id-conflict");
    }
}
