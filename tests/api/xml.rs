//! EPCIS XML through the whole house: captured as sent, verified, found, and answered as XML.

use crate::{JSON, LOT, LOT_URN, creation};
use laiqu_epcis::{Document, Limits};
use laiqu_interchange::read_xml;
use laiqu_tests::{Site, TestServer, check_opening, check_receipt, encode};

const XML: &str = "application/xml";

/// An event in XML that creates the lot.
fn event(id: &str, rest: &str) -> String {
    let id = if id.is_empty() { String::new() } else { format!("<eventID>{id}</eventID>") };
    format!(
        "<ObjectEvent><eventTime>2026-11-23T06:00:00Z</eventTime>\
         <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>{id}<epcList/><action>ADD</action>\
         <bizStep>urn:epcglobal:cbv:bizstep:commissioning</bizStep><quantityList>\
         <quantityElement><epcClass>{LOT_URN}</epcClass><quantity>5.0</quantity>\
         <uom>KGM</uom></quantityElement></quantityList>{rest}</ObjectEvent>"
    )
}

fn document(events: &[String]) -> String {
    format!(
        "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<epcis:EPCISDocument \
         xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\" xmlns:ex=\"https://ns.example/\" \
         schemaVersion=\"2.0\" creationDate=\"2026-11-23T06:00:00Z\"><EPCISBody><EventList>\n{}\n\
         </EventList></EPCISBody></epcis:EPCISDocument>",
        events.join("\n")
    )
}

#[test]
fn xml_is_captured_as_sent_and_found_like_json() {
    let site = Site::new("ledger.example/xml");
    let party = site.party("urn:uscc:xml");
    let body = document(&[event("urn:uuid:1", "<ex:note>一批</ex:note>"), event("", "")]);
    let job = party.capture_as(&site.client(), XML, &body).expect(202);
    let leaf = check_receipt(&site.ledger, &job["receipt"]);
    assert_eq!(check_opening(&leaf, &job["receipt"], body.as_bytes()).len(), 1);
    assert_eq!(job["events"].as_array().unwrap().len(), 2);
    let again = party.capture_as(&site.client(), "text/xml", &body).expect(202);
    assert_eq!(again["replayed"], true, "the same body is the same document");
    let token = site.token(&party);
    let Site { ledger, server } = site;
    let read = |server: &TestServer| {
        let reader = server.client_with(&token);
        let entry = reader.get(&format!("/v1/entries/{}", leaf.index)).expect(200);
        assert_eq!(entry["document"], body.as_str());
        let query = format!("/epcis/events?MATCH_anyEPCClass={}", encode(LOT));
        let mut found = reader.get(&query).expect(200);
        let list = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"].take();
        assert_eq!(list.as_array().unwrap().len(), 2, "{list}");
        let one = reader.get("/epcis/events/urn:uuid:1").expect(200).to_string();
        assert!(one.contains(r#""ex:note":"一批""#) && one.contains("commissioning"), "{one}");
        list
    };
    let live = read(&server);
    assert!(server.stop().success());
    // Offline, the events root is made of the very bytes of the XML; a start reads it again.
    let (code, report) = ledger.verify();
    assert_eq!(code, 0, "{report}");
    let server = TestServer::start(&ledger.data, &[]);
    assert_eq!(read(&server), live);
}

#[test]
fn the_same_event_in_xml_and_json_is_one_event() {
    let site = Site::new("ledger.example/both");
    let party = site.party("urn:uscc:both");
    assert_eq!(party.capture(&site.client(), &creation("urn:uuid:1")).status, 202);
    let token = site.token(&party);
    let reader = site.server.client_with(&token);
    let xml = reader.get_with("/epcis/events/urn:uuid:1", &[("Accept", XML)]);
    assert_eq!((xml.status, xml.header("content-type")), (200, Some(XML)));
    let xml = xml.text();
    let results = xml.find("<ObjectEvent").unwrap()..xml.find("</EventList>").unwrap();
    let job = party.capture_as(&site.client(), XML, &document(&[xml[results].to_owned()]));
    assert_eq!(job.expect(202)["events"][0]["duplicate"], true, "{xml}");
    let other = document(&[event("urn:uuid:1", "<ex:other>1</ex:other>")]);
    let before = site.state();
    let answer = party.capture_as(&site.client(), XML, &other);
    let problem = site.refused(&before, &answer, 409, "event-id-conflict");
    let pointer = problem["errors"][0]["pointer"].as_str().unwrap();
    assert!(pointer.starts_with("/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent"));
}

#[test]
fn events_are_answered_as_xml_with_their_hash() {
    let site = Site::new("ledger.example/answers");
    let party = site.party("urn:uscc:answers");
    let body = document(&[event("urn:uuid:1", "<ex:note>&lt;1&gt;</ex:note>")]);
    assert_eq!(party.capture_as(&site.client(), XML, &body).status, 202);
    let sent = read_xml(&body).unwrap();
    let sent = Document::parse(&sent.json, &Limits::default()).unwrap();
    let reader = site.server.client_with(&site.token(&party));
    for (form, words) in [("Always_Web_URI", "https://ref.gs1.org/cbv/"), ("Always_URN", "urn:")] {
        let headers = [("Accept", "text/xml"), ("GS1-CBV-XML-Format", form)];
        let answer = reader.get_with("/epcis/events?eventType=ObjectEvent", &headers);
        assert_eq!((answer.status, answer.header("content-type")), (200, Some("text/xml")));
        let text = answer.text();
        assert!(text.contains(&format!("<bizStep>{words}")), "{text}");
        let view = read_xml(&text).unwrap();
        let document = Document::parse(&view.json, &Limits::default()).unwrap();
        assert_eq!(document.events[0].hash(), sent.events[0].hash());
        assert!(document.events[0].text("recordTime").is_some());
    }
    let headers = [("Accept", XML), ("GS1-CBV-XML-Format", "Sometimes")];
    assert_eq!(reader.get_with("/epcis/events", &headers).status, 400);
}

#[test]
fn one_event_in_xml_is_created_and_answered() {
    let site = Site::new("ledger.example/one");
    let party = site.party("urn:uscc:one");
    let body = event("", "");
    let signature = party.signature(XML, body.as_bytes());
    let headers = [("Content-Type", XML), ("Submission-Signature", &*signature)];
    let answer = site.client().post("/epcis/events", &headers, body.as_bytes());
    let created = answer.expect(201);
    assert_eq!(created["bizStep"], "commissioning");
    let view = read_xml(&body).unwrap();
    let document = Document::parse(&view.json, &Limits::default()).unwrap();
    assert_eq!(created["eventID"], document.events[0].hash().as_str());
}

#[test]
fn the_version_of_xml_may_be_stated_and_must_be_right() {
    let site = Site::new("ledger.example/stated");
    let party = site.party("urn:uscc:stated");
    let before = site.state();
    let post = |path: &str, media_type: &str, body: &str, version: &str| {
        let signature = party.signature(media_type, body.as_bytes());
        let headers = [
            ("Content-Type", media_type),
            ("Submission-Signature", &*signature),
            ("GS1-EPCIS-Version", version),
            ("GS1-CBV-Version", version),
        ];
        site.client().post(path, &headers, body.as_bytes())
    };
    let new = document(&[event("urn:uuid:1", "")]);
    // EPCIS 1.2 has what came after 1.0 in wrappers, and no place for some of it.
    let old =
        new.replace(":xsd:2", ":xsd:1").replace("schemaVersion=\"2.0\"", "schemaVersion=\"1.2\"");
    let old = old.replace("<eventID>", "<baseExtension><eventID>");
    let old = old.replace("</eventID>", "</eventID></baseExtension>");
    let old = old.replace("<quantityList>", "<extension><quantityList>");
    let old = old.replace("</quantityList>", "</quantityList></extension>");
    for (path, media_type, body, version) in [
        ("/epcis/capture", XML, new.as_str(), "1.2"),
        ("/epcis/capture", JSON, &creation("urn:uuid:1"), "1.2"),
        ("/epcis/capture", XML, &old, "1.0"),
        ("/epcis/capture", XML, &old, "2.1"),
        ("/epcis/events", XML, &event("urn:uuid:1", ""), "1.2.0"),
    ] {
        let answer = post(path, media_type, body, version);
        let problem = site.refused(&before, &answer, 406, "not-acceptable");
        assert!(problem["detail"].as_str().unwrap().contains("EPCIS 1.2"), "{problem}");
    }
    let broken = post("/epcis/capture", XML, &old.replace("</EventList>", ""), "1.2");
    let _problem = site.refused(&before, &broken, 400, "invalid-xml");
    let job = post("/epcis/capture", XML, &old, "1.2.0");
    assert_eq!((job.expect(202)["success"].take(), job.header("gs1-epcis-version")), {
        (true.into(), Some("2.0.0"))
    });
    assert_eq!(
        post("/epcis/capture", "text/xml", &new, "2.0").expect(202)["events"][0]["duplicate"],
        true
    );
}

#[test]
fn bad_xml_changes_nothing_and_says_where() {
    let site = Site::new("ledger.example/bad");
    let party = site.party("urn:uscc:bad");
    let before = site.state();
    let good = document(&[event("urn:uuid:1", "")]);
    let entity = "<!DOCTYPE x [<!ENTITY a \"b\">]>";
    for (body, status, code, fault, place) in [
        (good.replace("</EventList>", ""), 400, "invalid-xml", "not-xml", "line"),
        (
            good.replace("<epcis:", &format!("{entity}<epcis:")),
            400,
            "invalid-xml",
            { "doctype-refused" },
            "line 2",
        ),
        (good.replace("KGM", "&a;"), 400, "invalid-xml", "entity-refused", "line 3"),
        (good.replace("bizStep>", "bizstep>"), 400, "invalid-document", "unknown-element", {
            "line 3"
        }),
        (good.replace("ADD", "ADDED"), 400, "invalid-document", "unknown-word", "line 3"),
        (creation("urn:uuid:2"), 400, "invalid-xml", "not-xml", "line 1"),
    ] {
        let answer = party.capture_as(&site.client(), XML, &body);
        let problem = site.refused(&before, &answer, status, code);
        let first = &problem["errors"][0];
        assert_eq!(first["code"], fault, "{problem}");
        assert!(first["detail"].as_str().unwrap().contains(place), "{problem}");
    }
    let answer = party.capture_as(&site.client(), JSON, &good);
    site.refused(&before, &answer, 400, "invalid-json");
}

#[test]
fn what_proceed_leaves_out_of_xml_is_named_by_its_place() {
    let site = Site::new("ledger.example/proceed");
    let party = site.party("urn:uscc:proceed");
    let bad = event("urn:uuid:2", "").replace("<action>ADD", "<action>ADDED");
    let body = document(&[event("urn:uuid:1", ""), bad]);
    let signature = party.signature(XML, body.as_bytes());
    let headers = [
        ("Content-Type", XML),
        ("GS1-Capture-Error-Behaviour", "proceed"),
        ("Submission-Signature", &*signature),
    ];
    let job = site.client().post("/epcis/capture", &headers, body.as_bytes()).expect(202);
    let text = job.to_string();
    assert!(text.contains("/ObjectEvent[2]/action"), "{text}");
    let index = job["receipt"]["index"].as_u64().unwrap();
    let shown = site.operator().get(&format!("/epcis/capture/{index}")).expect(200);
    assert_eq!(shown["errors"][0]["errors"], job["errors"][0]["errors"]);
}

#[test]
fn events_that_are_wrong_in_form_are_left_out_alone() {
    let mut site = Site::new("ledger.example/form");
    let party = site.party("urn:uscc:form");
    let before = site.state();
    let reordered = event("urn:uuid:2", "")
        .replace("<epcList/><action>ADD</action>", "<action>ADD</action><epcList/><colour/>");
    let unknown = event("urn:uuid:3", "").replace("ObjectEvent", "SubjectEvent");
    let strange = event("", "").replace("ObjectEvent", "ex:Event");
    let (one, four) = (event("urn:uuid:1", ""), event("urn:uuid:4", "<ex:note>4</ex:note>"));
    let body = document(&[reordered, one, unknown, strange, four]);
    let post = |site: &Site, behaviour: &str, body: &str| {
        let signature = party.signature(XML, body.as_bytes());
        let headers = [
            ("Content-Type", XML),
            ("GS1-Capture-Error-Behaviour", behaviour),
            ("Submission-Signature", &*signature),
        ];
        site.client().post("/epcis/capture", &headers, body.as_bytes())
    };
    let problem = site.refused(&before, &post(&site, "rollback", &body), 400, "invalid-document");
    assert_eq!(problem["errors"][0]["code"], "wrong-order");
    let job = post(&site, "proceed", &body).expect(202);
    let told = |job: &serde_json::Value| -> Vec<(String, String)> {
        let events = job["events"].as_array().unwrap().iter();
        let text = |value: &serde_json::Value| value.as_str().unwrap().to_owned();
        events.map(|event| (text(&event["outcome"]), text(&event["event_id"]))).collect()
    };
    let expected = [
        ("refused", "urn:uuid:2"),
        ("captured", "urn:uuid:1"),
        ("refused", "urn:uuid:3"),
        ("refused", ""),
        ("captured", "urn:uuid:4"),
    ];
    let expected = expected.map(|(outcome, id)| (outcome.to_owned(), id.to_owned()));
    assert_eq!(told(&job), expected, "{job}");
    let faults: Vec<&serde_json::Value> = job["errors"]
        .as_array()
        .unwrap()
        .iter()
        .flat_map(|e| e["errors"].as_array().unwrap())
        .collect();
    let list = "/epcis:EPCISDocument/EPCISBody/EventList";
    for (fault, (code, path, line)) in faults.iter().zip([
        ("wrong-order", "/ObjectEvent[1]/epcList", "(line 3, "),
        ("unknown-element", "/ObjectEvent[1]/colour", "(line 3, "),
        ("unknown-element", "/SubjectEvent", "(line 5, "),
        ("unknown-element", "/ex:Event", "(line 6, "),
    ]) {
        assert_eq!(
            (&fault["code"], &fault["pointer"]),
            (&code.into(), &format!("{list}{path}").into())
        );
        assert!(fault["detail"].as_str().unwrap().contains(line), "{fault}");
    }
    assert_eq!(faults.len(), 4, "{faults:?}");
    // A receipt is for the bytes of every event, and all of it stands after a start.
    let leaf = check_receipt(&site.ledger, &job["receipt"]);
    assert_eq!(check_opening(&leaf, &job["receipt"], body.as_bytes()).len(), 1);
    assert!(site.server.stop().success());
    let (code, report) = site.ledger.verify();
    assert_eq!(code, 0, "{report}");
    std::fs::remove_dir_all(site.ledger.data.join("index")).unwrap();
    site.server = TestServer::start(&site.ledger.data, &[]);
    let shown = site.operator().get(&format!("/epcis/capture/{}", leaf.index)).expect(200);
    assert_eq!(told(&shown), expected);
    let status = |id: &str| site.operator().get(&format!("/epcis/events/urn:uuid:{id}")).status;
    assert_eq!(["1", "2", "3", "4"].map(status), [200, 404, 404, 200]);
    // Around the events nothing may be wrong, and one of them must be right.
    let state = site.state();
    let around = body.replace("<EPCISBody>", "<colour/><EPCISBody>");
    let answer = post(&site, "proceed", &around);
    let _problem = site.refused(&state, &answer, 400, "invalid-document");
    let none = document(&[event("urn:uuid:5", "<colour/>")]);
    let answer = post(&site, "proceed", &none);
    let problem = site.refused(&state, &answer, 400, "invalid-document");
    assert_eq!(problem["errors"][0]["pointer"], format!("{list}/ObjectEvent/colour"));
}

#[test]
fn master_data_alone_is_captured_and_verified() {
    let site = Site::new("ledger.example/master");
    let party = site.party("urn:uscc:master");
    let body = "<m:EPCISMasterDataDocument xmlns:m=\"urn:epcglobal:epcis-masterdata:xsd:2\" \
        schemaVersion=\"2.0\"><EPCISBody><VocabularyList><Vocabulary \
        type=\"urn:epcglobal:epcis:vtype:Location\"><VocabularyElementList><VocabularyElement \
        id=\"urn:epc:id:sgln:4012345.00005.0\"><attribute id=\"urn:epcglobal:cbv:mda#name\">\
        一号冷库</attribute></VocabularyElement></VocabularyElementList></Vocabulary>\
        </VocabularyList></EPCISBody></m:EPCISMasterDataDocument>";
    let job = party.capture_as(&site.client(), XML, body).expect(202);
    assert_eq!(job["events"].as_array().map(Vec::len).unwrap_or_default(), 0);
    let Site { ledger, server } = site;
    assert!(server.stop().success());
    let (code, report) = ledger.verify();
    assert_eq!(code, 0, "{report}");
}
