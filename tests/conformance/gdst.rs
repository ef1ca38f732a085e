//! Tuna from hatchery and vessel to the market: documents of the GDST, as its tools make them.

use laiqu_tests::{Site, TestParty, read_data};
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet};

const LOT: &str = "urn:gdst:example.org:product:lot:class:processor.2u.v1-0122-2022";
const FEED: &str = "urn:gdst:example.org:product:lot:class:feedmill.1u.ff11252021";
const VESSEL: &str = "urn:gdst:example.org:product:lot:class:fisherman01.tunau.v1-0122-2022";

fn read(name: &str) -> Option<String> {
    read_data(&format!("epcis/gdst-opentraceability/valid/{name}"))
}

fn capture(site: &Site, party: &TestParty, document: &str) -> Value {
    party.capture(&site.client(), document).expect(202)
}

#[test]
fn the_capability_tool_s_events_are_taken_unchanged() {
    let Some(document) = read("cap_tool_events.jsonld") else { return };
    let site = Site::new("ledger.example/gdst-cap");
    let party = site.party("urn:gdst:example.org:party:1");
    let job = capture(&site, &party, &document);
    assert_eq!(job["events"].as_array().unwrap().len(), 18);
    let leaf = laiqu_tests::check_receipt(&site.ledger, &job["receipt"]);
    let _jws = laiqu_tests::check_opening(&leaf, &job["receipt"], document.as_bytes());
    let entry = site.operator().get(&format!("/v1/entries/{}", leaf.index)).expect(200);
    assert_eq!(entry["document"], document, "kept byte for byte");
    let found = site.client();
    assert_eq!(found.get("/v1/ledger").expect(200)["events"], 18);
}

/// How often each eventID stands in the document, where that is more than once.
fn repeated(document: &Value) -> BTreeSet<String> {
    let mut counts = BTreeMap::<String, usize>::new();
    for event in document["epcisBody"]["eventList"].as_array().unwrap() {
        *counts.entry(event["eventID"].as_str().unwrap().to_owned()).or_default() += 1;
    }
    counts.into_iter().filter(|(_, count)| *count > 1).map(|(id, _)| id).collect()
}

/// The document with an identifier of its own for every event that repeats one.
fn unique(document: &str) -> String {
    let mut parsed: Value = serde_json::from_str(document).unwrap();
    let mut seen = BTreeSet::new();
    let events = parsed["epcisBody"]["eventList"].as_array_mut().unwrap();
    for (ordinal, event) in events.iter_mut().enumerate() {
        let id = event["eventID"].as_str().unwrap().to_owned();
        if !seen.insert(id.clone()) {
            event["eventID"] = Value::from(format!("{id}-{ordinal}"));
        }
    }
    parsed.to_string()
}

#[test]
fn repeated_event_ids_are_refused_and_named() {
    let Some(document) = read("traceback_tests.jsonld") else { return };
    let site = Site::new("ledger.example/gdst-repeats");
    let party = site.party("urn:gdst:example.org:party:1");
    let before = site.state();
    let answer = party.capture(&site.client(), &document);
    let problem = site.refused(&before, &answer, 409, "event-id-conflict");
    let parsed: Value = serde_json::from_str(&document).unwrap();
    let expected = repeated(&parsed);
    assert_eq!(expected.len(), 3);
    let detail = problem["detail"].as_str().unwrap();
    let events = parsed["epcisBody"]["eventList"].as_array().unwrap();
    for event in events {
        let id = event["eventID"].as_str().unwrap();
        assert_eq!(detail.contains(id), expected.contains(id), "{id} in {detail}");
    }
    let named: BTreeSet<String> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|fault| {
            let id = parsed.pointer(fault["pointer"].as_str().unwrap()).unwrap().as_str().unwrap();
            assert!(fault["detail"].as_str().unwrap().contains(id));
            id.to_owned()
        })
        .collect();
    assert_eq!(named, expected);
}

/// Event identifiers of the document whose event names any of these items.
fn naming<'a>(document: &'a Value, items: &[&str]) -> BTreeSet<&'a str> {
    let events = document["epcisBody"]["eventList"].as_array().unwrap();
    let naming = events.iter().filter(|event| {
        let text = event.to_string();
        items.iter().any(|item| text.contains(&format!("\"{item}\"")))
    });
    naming.map(|event| event["eventID"].as_str().unwrap()).collect()
}

fn events(trace: &Value) -> BTreeSet<&str> {
    trace["events"].as_array().unwrap().iter().map(|e| e["event_id"].as_str().unwrap()).collect()
}

#[test]
fn the_processor_s_lot_is_traced_back_to_hatchery_feed_mill_and_vessel() {
    let Some(document) = read("traceback_tests.jsonld") else { return };
    let document = unique(&document);
    let parsed: Value = serde_json::from_str(&document).unwrap();
    let site = Site::new("ledger.example/gdst-back");
    let party = site.party("urn:gdst:example.org:party:1");
    assert_eq!(capture(&site, &party, &document)["events"].as_array().unwrap().len(), 21);
    let back = site.trace("back", LOT, "");
    assert_eq!(events(&back).len(), 17);
    let lots: BTreeSet<&str> =
        back["lots"].as_array().unwrap().iter().map(|lot| lot["id"].as_str().unwrap()).collect();
    let lots: Vec<&str> = lots.into_iter().collect();
    assert!(lots.contains(&FEED) && lots.contains(&VESSEL) && lots.contains(&LOT), "{lots:?}");
    assert_eq!(events(&back), naming(&parsed, &lots), "every event that names one of its lots");
    let all = site.trace("back", LOT, "&containers=true");
    assert_eq!(events(&all).len(), 21);
    assert!(events(&all).is_superset(&events(&back)));
    let named = |trace: &Value| {
        let parties = trace["places"].as_array().unwrap();
        parties.iter().filter(|place| place["name"].is_string()).count()
    };
    assert!(named(&back) > 0, "places have the names of the document's master data");
}

/// The feed arrives two weeks after it was fed. The catch is dated in order, but what joins its
/// places is not recorded.
fn fits(lot: &str, reasons: &[Value]) -> bool {
    let expected = if lot == FEED { "out_of_order" } else { "unrecorded_move" };
    reasons.iter().any(|reason| reason == expected)
}

#[test]
fn feed_and_catch_are_suspected_with_the_reason() {
    let Some(document) = read("traceback_tests.jsonld") else { return };
    let document = unique(&document);
    let parsed: Value = serde_json::from_str(&document).unwrap();
    let site = Site::new("ledger.example/gdst-late");
    let party = site.party("urn:gdst:example.org:party:1");
    capture(&site, &party, &document);
    let back = site.trace("back", LOT, "");
    for lot in [FEED, VESSEL] {
        let names = naming(&parsed, &[lot]);
        let of_lot: Vec<&Value> = back["events"]
            .as_array()
            .unwrap()
            .iter()
            .filter(|event| names.contains(event["event_id"].as_str().unwrap()))
            .filter(|event| event["type"] == "ObjectEvent")
            .collect();
        assert!(of_lot.len() >= 3, "{lot}: {}", of_lot.len());
        for event in of_lot {
            assert_eq!(event["grade"], "suspected", "{lot} {event}");
            let reasons = event["reasons"].as_array().unwrap();
            assert!(fits(lot, reasons), "{lot} {event}");
        }
        let line = back["lots"].as_array().unwrap().iter().find(|l| l["id"] == lot).unwrap();
        assert_eq!(line["grade"], "suspected", "{line}");
        let reasons = line["reasons"].as_array().unwrap();
        assert!(fits(lot, reasons), "{line}");
    }
    let start = back["lots"].as_array().unwrap().iter().find(|l| l["id"] == LOT).unwrap();
    assert_eq!(start["grade"], "definite", "{start}");
}
