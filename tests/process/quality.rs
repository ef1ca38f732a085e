//! `laiqu quality`: the errors of recording that were planted in the demo city are found.

use crate::ran::laiqu;
use laiqu_city::{City, CityConfig};
use laiqu_epcis::identifier::canonical;
use laiqu_tests::{Client, TestServer, encode};
use serde_json::Value;
use std::collections::BTreeSet;

/// No record of the demo is late: it is posted long after its simulated time.
const NEVER_LATE: &str = "late_hours=87600";

struct Demo {
    _root: tempfile::TempDir,
    server: TestServer,
    token: String,
    data: String,
    city: City,
}

fn demo(clean: bool) -> Demo {
    let config = CityConfig { seed: 3, events: 600, clean, ..CityConfig::default() };
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = dir.to_str().unwrap().to_owned();
    let mut demo = vec!["demo", "--events", "600", "--seed", "3", "--listen", "127.0.0.1:0"];
    demo.extend(["--once", "--json", "--dir", &data]);
    demo.extend(clean.then_some("--clean"));
    let token = laiqu(&demo).exits(0).json()["operator_token"].as_str().unwrap().to_owned();
    let server = TestServer::start(&dir, &[]);
    Demo { _root: root, server, token, data, city: City::build(&config) }
}

/// Every flaw of every party of the city: kind, events, and whom to ask.
fn flaws(demo: &Demo) -> BTreeSet<(String, Vec<String>)> {
    let client: Client = demo.server.client_with(&demo.token);
    let texts = |value: &Value| -> Vec<String> {
        value.as_array().unwrap().iter().map(|t| t.as_str().unwrap().to_owned()).collect()
    };
    let mut found = BTreeSet::new();
    for party in client.get("/v1/parties").expect(200)["parties"].as_array().unwrap() {
        let id = encode(party["id"].as_str().unwrap());
        let answer = client.get(&format!("/v1/quality?party={id}&{NEVER_LATE}")).expect(200);
        for flaw in answer["flaws"].as_array().unwrap() {
            assert!(!texts(&flaw["ask"]).is_empty(), "nobody to ask: {flaw}");
            found.insert((flaw["kind"].as_str().unwrap().to_owned(), texts(&flaw["events"])));
        }
    }
    found
}

/// One record of a movement.
struct Side {
    id: String,
    lots: BTreeSet<String>,
    to: String,
}

fn ids(value: &Value, member: &str) -> BTreeSet<String> {
    let list = value.as_array().into_iter().flatten();
    list.filter_map(|one| one[member].as_str()).map(|id| canonical(id).into_owned()).collect()
}

fn destination(event: &Value) -> String {
    let typed = event["destinationList"].as_array().into_iter().flatten();
    let place = typed.filter(|one| one["type"].as_str().is_some_and(|t| t.ends_with("location")));
    let places = place.filter_map(|one| one["destination"].as_str());
    places.map(|id| canonical(id).into_owned()).collect()
}

/// Everything that the city's documents say was shipped and received, lots alone, and which events
/// were declared to be wrong.
fn movements(city: &City) -> (Vec<Side>, Vec<Side>, BTreeSet<String>) {
    let (mut sent, mut received, mut declared) = (Vec::new(), Vec::new(), BTreeSet::new());
    for document in city.documents() {
        let json: Value = serde_json::from_str(&document.json).unwrap();
        for event in json["epcisBody"]["eventList"].as_array().into_iter().flatten() {
            // The ledger names an event that came without a name.
            let id = event["eventID"].as_str().unwrap_or_default();
            if !event["errorDeclaration"].is_null() {
                declared.insert(id.to_owned());
            }
            let step = event["bizStep"].as_str().unwrap_or_default();
            let sides = match step.rsplit(['-', ':', '_']).next() {
                Some("shipping") if !step.contains("void") => &mut sent,
                // A carrier's word is a record too; what was called off waits for no receipt.
                Some("shipping" | "receiving" | "arriving") => &mut received,
                Some("departing") => &mut sent,
                _ => continue,
            };
            sides.push(Side {
                id: id.to_owned(),
                lots: ids(&event["quantityList"], "epcClass"),
                to: destination(event),
            });
        }
    }
    (sent, received, declared)
}

#[test]
fn what_the_parties_of_the_city_left_out_or_took_back_is_found() {
    let demo = demo(false);
    let found = flaws(&demo);
    let named = |kind: &str, id: &String| {
        found.iter().any(|(other, events)| other == kind && events.contains(id))
    };
    let (sent, received, declared) = movements(&demo.city);
    // Lots that went to a place in the records of one side, and never in those of the other: so
    // nobody can have missed one of several.
    let alone = |sides: &[Side], others: &[Side]| -> Vec<String> {
        let known = |side: &Side, lot: &String| {
            others.iter().any(|other| other.lots.contains(lot) && other.to == side.to)
        };
        let is_alone = |side: &&Side| {
            !side.id.is_empty()
                && !side.lots.is_empty()
                && !declared.contains(&side.id)
                && side.lots.iter().all(|lot| lot.contains("/10/") && !known(side, lot))
        };
        sides.iter().filter(is_alone).map(|side| side.id.clone()).collect()
    };
    let mut one_sided = 0;
    for (ids, kinds) in [
        (alone(&sent, &received), ["not_received", "not_shipped"]),
        // What came from outside the city has no shipment, and no origin either.
        (alone(&received, &sent), ["not_shipped", "no_origin"]),
    ] {
        for id in ids {
            one_sided += 1;
            assert!(kinds.iter().any(|kind| named(kind, &id)), "{kinds:?}: {id}");
        }
    }
    assert!(one_sided > 5, "{one_sided} movements with one side only");
    assert!(!declared.is_empty());
    for id in &declared {
        assert!(named("error_declared", id), "{id}");
    }
    // An amount that is wrong by a factor of a thousand does not go unseen.
    assert!(found.iter().any(|(kind, _)| kind == "quantity_mismatch"), "{found:?}");

    // People read the same from the directory, and whom to ask.
    let hub = demo.city.truth.sites.iter().find(|site| site.party == Some(0)).unwrap();
    let ran = laiqu(&["quality", "--place", &hub.id, "--data", &demo.data]);
    assert!(ran.stdout.contains("events were looked at"), "{}", ran.stdout);
    // The demo posts what took place weeks ago.
    let late = "事后很久才记录 recorded long after it took place: ";
    assert!(ran.stdout.contains(late), "{}", ran.stdout);
    laiqu(&["quality", "--place", "urn:x:nowhere", "--data", &demo.data]).exits(1);
}

#[test]
fn a_clean_city_contradicts_itself_nowhere() {
    let found = flaws(&demo(true));
    for kind in [
        "not_shipped",
        "out_of_order",
        "impossible_time",
        "quantity_mismatch",
        "conflicting_witness",
        "doubtful_yield",
        "own_ingredient",
        "recorded_twice",
        "no_counterparty",
        "posted_late",
        "error_declared",
        "disputed",
    ] {
        let flaw = found.iter().find(|(other, _)| other == kind);
        assert!(flaw.is_none(), "{flaw:?}");
    }
}
