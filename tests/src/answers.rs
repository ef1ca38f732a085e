//! Everything that a ledger answers, to hold two states of it against each other.

use crate::client::Client;
use crate::site::encode;
use serde_json::{Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// The collections of EPCIS 2.0, section 12.5.
const COLLECTIONS: [&str; 6] =
    ["epcs", "bizSteps", "bizLocations", "readPoints", "dispositions", "eventTypes"];

/// The answers on all pages from this one on.
///
/// # Panics
/// Where one of them is no 200.
#[must_use]
pub fn pages(client: &Client, path: &str) -> Vec<Value> {
    let (mut found, mut on) = (Vec::new(), Some(path.to_owned()));
    while let Some(page) = on {
        let answer = client.get(&page);
        found.push(answer.expect(200));
        let link = answer.header("link").filter(|link| link.contains("rel=\"next\""));
        on = link.map(|link| link[1..link.find('>').expect("a link")].to_owned());
    }
    found
}

/// The events of an answer, page by page.
///
/// # Panics
/// Where it is no answer with events.
#[must_use]
pub fn event_pages(client: &Client, path: &str) -> Vec<Value> {
    let lists = pages(client, path).into_iter().map(|mut page| {
        match page["epcisBody"]["queryResults"]["resultsBody"]["eventList"].take() {
            Value::Array(list) => list,
            other => panic!("{path}: {other}"),
        }
    });
    lists.flatten().collect()
}

/// What the reader behind this client is told, by path: of events under all sorts of queries, of
/// collections, capture jobs and named queries, of master data, lots and the ledger itself.
///
/// # Panics
/// Where something is not answered.
#[must_use]
pub fn everything(client: &Client) -> BTreeMap<String, Value> {
    let mut told = BTreeMap::new();
    let events = of_events(client, &mut told);
    let (mut ids, mut places) = (BTreeSet::new(), BTreeSet::new());
    for event in &events {
        ids.extend(event["eventID"].as_str().map(str::to_owned));
        for place in ["bizLocation", "readPoint"] {
            places.extend(event[place]["id"].as_str().map(str::to_owned));
        }
    }
    for id in ids {
        let path = format!("/epcis/events/{}", encode(&id));
        told.insert(path.clone(), event_pages(client, &path).into());
    }
    for place in places {
        let path = format!("/v1/masterdata/Location/{}", encode(&place));
        let answer = client.get(&path);
        told.insert(path, json!([answer.status, answer.json()["statements"]]));
    }
    of_collections(client, &mut told);
    of_jobs(client, &mut told);
    for query in pages(client, "/epcis/queries?perPage=2").iter().flat_map(elements) {
        let path = format!("/epcis/queries/{}", encode(query["name"].as_str().expect("name")));
        told.insert(
            format!("{path}/events"),
            event_pages(client, &format!("{path}/events")).into(),
        );
        told.insert(path, query.clone());
    }
    told.insert("/v1/ledger".to_owned(), client.get("/v1/ledger").expect(200));
    told
}

fn elements(list: &Value) -> &[Value] {
    list.as_array().map_or(&[], Vec::as_slice)
}

/// All events, in several orders and by several filters.
fn of_events(client: &Client, told: &mut BTreeMap<String, Value>) -> Vec<Value> {
    let whole = "/epcis/events?perPage=3";
    let events = event_pages(client, whole);
    for filter in [
        "orderBy=eventTime&orderDirection=ASC",
        "orderBy=recordTime&perPage=2",
        "eventType=ObjectEvent",
        "EQ_action=ADD",
        "EQ_bizStep=commissioning|shipping",
        "EXISTS_errorDeclaration=true",
        "GE_quantity=2&EXISTS_sensorElementList=false",
        "MATCH_anyEPCClass=urn:epc:idpat:sgtin:4012345.*.*",
    ] {
        let path = format!("/epcis/events?{filter}");
        told.insert(path.clone(), event_pages(client, &path).into());
    }
    told.insert(whole.to_owned(), events.clone().into());
    events
}

/// The members of each collection with their events, and the trace of each item.
fn of_collections(client: &Client, told: &mut BTreeMap<String, Value>) {
    for name in COLLECTIONS {
        let path = format!("/epcis/{name}?perPage=4");
        let members =
            pages(client, &path).into_iter().flat_map(|page| elements(&page["member"]).to_vec());
        let members: Vec<Value> = members.collect();
        for member in members.iter().filter_map(Value::as_str) {
            let path = format!("/epcis/{name}/{}/events", encode(member));
            told.insert(path.clone(), event_pages(client, &path).into());
            if name == "epcs" {
                let path = format!("/v1/trace?direction=both&id={}", encode(member));
                told.insert(path.clone(), client.get(&path).expect(200));
            }
        }
        told.insert(path, members.into());
    }
}

/// The capture jobs, without the receipts, which name the size that they were asked at.
fn of_jobs(client: &Client, told: &mut BTreeMap<String, Value>) {
    let jobs: Vec<Value> =
        pages(client, "/epcis/capture?perPage=4").iter().flat_map(elements).cloned().collect();
    for job in &jobs {
        let path = format!("/epcis/capture/{}", job["captureID"].as_str().expect("captureID"));
        let mut shown = client.get(&path).expect(200);
        shown["receipt"].take();
        if let Some(events) = shown["events"].as_array_mut() {
            events.iter_mut().for_each(|event| _ = event["first_receipt"].take());
        }
        told.insert(path, shown);
    }
    told.insert("/epcis/capture".to_owned(), jobs.into());
}
