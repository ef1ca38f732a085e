//! Clients that write overlapping events at the same moment: each event is taken once, and every
//! answer is what the ledger holds.

use crate::{JSON, LOT_URN};
use laiqu_tests::{Answer, Client, Dice, Site, TestParty, TestServer, commissioned, document};
use serde_json::Value;
use std::collections::BTreeMap;
use std::sync::Barrier;

const ROUNDS: usize = 12;

/// Posts a document of which those events are taken that can be.
fn proceed(client: &Client, party: &TestParty, body: &str) -> Answer {
    let jws = party.signature(JSON, body.as_bytes());
    let headers = [
        ("Content-Type", JSON),
        ("Submission-Signature", &*jws),
        ("GS1-Capture-Error-Behaviour", "proceed"),
    ];
    client.post("/epcis/capture", &headers, body.as_bytes())
}

/// Some events of a small pool, each with one of two contents; some are wrong.
fn drawn(dice: &mut Dice) -> (String, Vec<(u64, u64)>) {
    let events: Vec<(u64, u64)> =
        (0..1 + dice.below(5)).map(|_| (dice.below(12), dice.below(8) / 6)).collect();
    let texts: Vec<String> = events
        .iter()
        .map(|(id, content)| {
            let text = commissioned(&format!("urn:race:{id}"), LOT_URN, content + 1);
            if *id == 11 { text.replace("\"ADD\"", "\"PUT\"") } else { text }
        })
        .collect();
    // No two bodies are the same, so that each event is judged.
    let body = document(&texts) + &" ".repeat(usize::try_from(dice.below(1_000)).unwrap());
    (body, events)
}

/// What one client posted and was answered.
type Told = Vec<(usize, Vec<(u64, u64)>, Value)>;

fn race(site: &Site, party: &TestParty, who: usize, start: &Barrier, mut dice: Dice) -> Told {
    let client = site.client();
    let mut told = Vec::new();
    for _ in 0..ROUNDS {
        let (body, events) = drawn(&mut dice);
        start.wait();
        let answer = proceed(&client, party, &body);
        match answer.status {
            202 => told.push((who, events, answer.json())),
            // Nothing of it could be taken.
            400 | 409 => {}
            status => panic!("{status}: {}", answer.text()),
        }
    }
    told
}

#[test]
fn events_that_many_write_at_once_are_taken_once() {
    let mut site = Site::new("ledger.example/races");
    let parties = [site.party("urn:uscc:race-1"), site.party("urn:uscc:race-2")];
    let mut dice = Dice::printed();
    let start = Barrier::new(4);
    // Two clients of each party.
    let told: Told = std::thread::scope(|scope| {
        let racing = [0, 0, 1, 1].map(|who: usize| {
            let (site, party, start, dice) = (&site, &parties[who], &start, dice.fork());
            scope.spawn(move || race(site, party, who, start, dice))
        });
        racing.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    assert!(told.len() > ROUNDS, "{} answers", told.len());
    let mut taken: BTreeMap<(usize, u64), (u64, Value)> = BTreeMap::new();
    let lines = |wanted: &'static str| {
        told.iter().flat_map(move |(who, events, job)| {
            let lines = events.iter().zip(job["events"].as_array().unwrap());
            let lines = lines.filter(move |(_, line)| line["outcome"] == wanted);
            lines.map(move |((id, content), line)| ((*who, *id), *content, line, job))
        })
    };
    for (key, content, line, job) in lines("captured").filter(|(.., job)| job["replayed"] == false)
    {
        assert_eq!(line["position"]["index"], job["receipt"]["index"]);
        let again = taken.insert(key, (content, line["position"].clone()));
        assert!(again.is_none(), "{key:?} was taken twice: {again:?} and {line}");
    }
    for (key, content, line, _) in lines("duplicate") {
        assert_eq!(taken[&key], (content, line["position"].clone()), "{key:?}");
    }
    for (key, content, line, _) in lines("refused") {
        let other = taken.get(&key).is_some_and(|(taken, _)| *taken != content);
        assert!(key.1 == 11 || other, "{key:?} was refused for nothing: {line}");
    }
    let shown = |site: &Site| -> Vec<Value> {
        let jobs = told.iter().map(|(.., job)| {
            let path = format!("/epcis/capture/{}", job["captureID"].as_str().unwrap());
            site.operator().get(&path).expect(200)["events"].take()
        });
        jobs.collect()
    };
    let before = shown(&site);
    let jobs = told.iter().zip(&before).map(|((.., job), shown)| (job, shown));
    // A document with nothing new is answered with the job of an earlier one.
    for (job, shown) in jobs.filter(|(job, _)| job["replayed"] == false) {
        let plain = |events: &Value| -> Vec<Value> {
            let part = |event: &Value| {
                serde_json::json!([event["outcome"], event["event_id"], event["position"]])
            };
            events.as_array().unwrap().iter().map(part).collect()
        };
        assert_eq!(plain(shown), plain(&job["events"]));
    }
    assert!(site.server.stop().success());
    let (code, report) = site.ledger.verify();
    assert_eq!(code, 0, "{report}");
    site.server = TestServer::start(&site.ledger.data, &[]);
    assert_eq!(shown(&site), before);
}

#[test]
fn a_declaration_is_disputed_where_the_event_of_another_stands_before_it() {
    let site = Site::new("ledger.example/disputes");
    let (owner, other) = (site.party("urn:uscc:owner"), site.party("urn:uscc:other"));
    let start = Barrier::new(2);
    let mut orders = [0, 0];
    for round in 0..40 {
        let event = commissioned(&format!("urn:dispute:{round}"), LOT_URN, 1);
        let declared = event.replace("\"eventTime\"", {
            "\"errorDeclaration\":{\"declarationTime\":\"2026-11-02T00:00:00Z\"},\"eventTime\""
        });
        let post = |party: &TestParty, event: &str| {
            let (client, body) = (site.client(), document(&[event.to_owned()]));
            start.wait();
            party.capture(&client, &body).expect(202)
        };
        let (first, second) = std::thread::scope(|scope| {
            let first = scope.spawn(|| post(&owner, &event));
            let second = post(&other, &declared);
            (first.join().unwrap(), second)
        });
        let at = |job: &Value| job["receipt"]["index"].as_u64().unwrap();
        let behind = at(&second) > at(&first);
        orders[usize::from(behind)] += 1;
        let disputed = second["events"][0].get("disputed").is_some();
        assert_eq!(disputed, behind, "round {round}: {second}");
    }
    println!("{orders:?} before and behind");
}
