//! One event at a time: `POST /epcis/events`.

use crate::{JSON, LOT, LOT_URN, creation};
use laiqu_epcis::{Document, Limits};
use laiqu_tests::{Answer, Site, TestParty, check_receipt, commissioned, encode};

fn post(site: &Site, party: &TestParty, event: &str) -> Answer {
    let jws = party.signature(JSON, event.as_bytes());
    let headers = [("Content-Type", JSON), ("Submission-Signature", &*jws)];
    site.client().post("/epcis/events", &headers, event.as_bytes())
}

#[test]
fn an_event_is_created_and_found_where_the_answer_says() {
    let site = Site::new("ledger.example/one");
    let party = site.party("urn:uscc:one");
    let index = site.size();
    let event = commissioned("urn:uuid:1", LOT_URN, 5);
    let answer = post(&site, &party, &event);
    let created = answer.expect(201);
    assert_eq!(answer.header("gs1-epcis-version"), Some("2.0.0"));
    let location = answer.header("location").unwrap();
    assert_eq!(location, format!("/epcis/events/{}", encode("urn:uuid:1")));
    let found = site.operator().get(location).expect(200);
    assert_eq!(found["epcisBody"]["queryResults"]["resultsBody"]["eventList"][0], created);
    let expected = format!("</v1/entries/{index}/receipt>; rel=\"describedby\"");
    assert_eq!(answer.header("link"), Some(&*expected));
    let receipt = site.operator().get(&format!("/v1/entries/{index}/receipt")).expect(200);
    assert_eq!(check_receipt(&site.ledger, &receipt).index, index);
    // Again, with other white space: the same event at the same place, and nothing is written.
    let before = site.state();
    let again = post(&site, &party, &format!("{event} "));
    assert_eq!(
        (again.header("location"), again.header("link")),
        (Some(location), Some(&*expected))
    );
    assert_eq!((again.expect(201), site.state()), (created, before));
}

#[test]
fn an_event_without_an_identifier_is_told_the_one_it_got() {
    let site = Site::new("ledger.example/one-unnamed");
    let party = site.party("urn:uscc:unnamed");
    let event = commissioned("x", LOT_URN, 5).replace("\"eventID\":\"x\",", "");
    let answer = post(&site, &party, &event);
    let created = answer.expect(201);
    let id = created["eventID"].as_str().unwrap();
    assert!(id.starts_with("ni:///sha-256;"), "{id}");
    assert_eq!(site.operator().get(answer.header("location").unwrap()).status, 200);
}

#[test]
fn what_is_no_single_new_event_is_refused() {
    let site = Site::new("ledger.example/one-refused");
    let party = site.party("urn:uscc:refused");
    let event = commissioned("urn:uuid:1", LOT_URN, 5);
    assert_eq!(post(&site, &party, &event).status, 201);
    let before = site.state();
    let other = post(&site, &party, &commissioned("urn:uuid:1", LOT_URN, 6));
    let problem = site.refused(&before, &other, 409, "event-id-conflict");
    assert_eq!(problem["type"], "epcisException:ResourceAlreadyExistsException");
    assert_eq!(problem["errors"][0]["pointer"], "/eventID");
    let whole = post(&site, &party, &creation("urn:uuid:2"));
    let problem = site.refused(&before, &whole, 400, "invalid-document");
    assert!(problem["detail"].as_str().unwrap().contains("/epcis/capture"));
    let faulty = post(&site, &party, &event.replace("\"ADD\"", "\"PUT\""));
    let problem = site.refused(&before, &faulty, 400, "invalid-document");
    assert_eq!(problem["errors"][0]["pointer"], "/action");
    let _problem = site.refused(&before, &post(&site, &party, "[]"), 400, "invalid-document");
    let unsigned = site.client().post("/epcis/events", &[("Content-Type", JSON)], event.as_bytes());
    let _problem = site.refused(&before, &unsigned, 401, "credentials-missing");
}

#[test]
fn events_are_also_asked_for_by_post_as_gdst_does() {
    let site = Site::new("ledger.example/one-gdst");
    let party = site.party("urn:uscc:gdst");
    assert_eq!(post(&site, &party, &commissioned("urn:uuid:1", LOT_URN, 5)).status, 201);
    let query = format!("/epcis/events?MATCH_anyEPCClass={}", encode(LOT_URN));
    let (posted, got) = (site.operator().post(&query, &[], b""), site.operator().get(&query));
    let list = |answer: &Answer| {
        answer.expect(200)["epcisBody"]["queryResults"]["resultsBody"]["eventList"].clone()
    };
    assert_eq!(list(&posted), list(&got));
    assert_eq!(list(&got)[0]["eventID"], "urn:uuid:1");
}

#[test]
fn identifiers_are_answered_in_the_form_that_is_asked_for() {
    let site = Site::new("ledger.example/one-format");
    let party = site.party("urn:uscc:format");
    let id = "urn:uuid:1";
    let event = commissioned(id, LOT_URN, 5);
    assert_eq!(post(&site, &party, &event).status, 201);
    let (one, all) = (format!("/epcis/events/{id}"), "/epcis/events".to_owned());
    let class = |path: &str, headers: &[(&str, &str)]| {
        let answer = site.operator().get_with(path, headers);
        let list = &answer.expect(200)["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        let class = list[0]["quantityList"][0]["epcClass"].as_str().unwrap().to_owned();
        (class, answer.header("gs1-epc-format").unwrap().to_owned())
    };
    for path in [&one, &all] {
        let sent = (LOT_URN.to_owned(), "Never_Translates".to_owned());
        assert_eq!(class(path, &[]), sent, "{path}");
        for (name, value, shown) in [
            ("GS1-EPC-Format", "Always_GS1_Digital_Link", LOT),
            ("GS1-EPC-Format", "Always_EPC_URN", LOT_URN),
            ("GS1-EPC-Format", "No_Preference", LOT_URN),
            ("GS1-EPC-Version", "ALWAYS_GS1_DIGITAL_LINK", LOT),
        ] {
            assert_eq!(class(path, &[(name, value)]).0, shown, "{path} {value}");
        }
        let wrong = site.operator().get_with(path, &[("GS1-EPC-Format", "Always")]);
        assert_eq!(wrong.problem(400), "invalid-parameter", "{path}");
    }
}

#[test]
fn events_are_answered_as_xml_for_who_asks_for_it() {
    let site = Site::new("ledger.example/one-xml");
    let party = site.party("urn:uscc:xml");
    let event = commissioned("urn:uuid:1", LOT_URN, 5);
    let jws = party.signature(JSON, event.as_bytes());
    let headers = [
        ("Content-Type", JSON),
        ("Submission-Signature", &*jws),
        ("Accept", "application/xml"),
        ("GS1-EPC-Format", "Always_GS1_Digital_Link"),
    ];
    let created = site.client().post("/epcis/events", &headers, event.as_bytes());
    assert_eq!((created.status, created.header("content-type")), (201, Some("application/xml")));
    assert!(created.text().contains(&format!("<epcClass>{LOT}</epcClass>")), "{}", created.text());
    for (cbv, step) in [
        ("Always_URN", "urn:epcglobal:cbv:bizstep:commissioning"),
        ("Always_Web_URI", "https://ref.gs1.org/cbv/BizStep-commissioning"),
    ] {
        for (path, accept) in
            [("/epcis/events/urn:uuid:1", "text/xml"), ("/epcis/events", "application/xml")]
        {
            let headers = [("Accept", accept), ("GS1-CBV-XML-Format", cbv)];
            let answer = site.operator().get_with(path, &headers);
            assert_eq!((answer.status, answer.header("content-type")), (200, Some(accept)));
            assert_eq!(answer.header("gs1-cbv-xml-format"), Some(cbv));
            let xml = answer.text();
            assert!(xml.contains(&format!("<bizStep>{step}</bizStep>")), "{xml}");
            assert!(xml.contains(LOT_URN), "as it was sent: {xml}");
            // What is read back from it is the same event.
            let json = laiqu_interchange::read_xml(&xml).unwrap().json;
            let hash = |text: &str| {
                let document = Document::parse(text, &Limits::default()).unwrap();
                document.events[0].hash()
            };
            assert_eq!(hash(&json), hash(&event));
        }
    }
    // What XML cannot say is refused before it is written.
    let before = site.state();
    let event = commissioned("urn:uuid:2", LOT_URN, 5)
        .replace("\"action\"", "\"https://ns.example/a\":\"\\u0001\",\"action\"");
    let jws = party.signature(JSON, event.as_bytes());
    let headers =
        [("Content-Type", JSON), ("Submission-Signature", &*jws), ("Accept", "application/xml")];
    let refused = site.client().post("/epcis/events", &headers, event.as_bytes());
    assert_eq!((refused.status, site.state()), (406, before), "{}", refused.text());
    let wrong = [("Accept", "application/xml"), ("GS1-CBV-XML-Format", "Always")];
    let answer = site.operator().get_with("/epcis/events", &wrong);
    assert_eq!(
        (answer.status, answer.header("content-type")),
        (400, Some("application/problem+xml"))
    );
}

#[test]
fn a_document_that_stands_already_is_no_event_to_create() {
    let site = Site::new("ledger.example/one-document");
    let party = site.party("urn:uscc:document");
    let document = creation("urn:uuid:1");
    assert_eq!(party.capture(&site.client(), &document).status, 202);
    let before = site.state();
    let answer = post(&site, &party, &document);
    let _problem = site.refused(&before, &answer, 400, "invalid-document");
}
