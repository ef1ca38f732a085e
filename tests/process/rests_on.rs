//! What the answers about recalls, sources, cold rooms, balances and flaws rest on, proved offline.

use crate::ran::laiqu;
use laiqu_city::{City, CityConfig};
use laiqu_epcis::time::utc_millis;
use laiqu_tests::TestServer;
use serde_json::Value;
use std::collections::BTreeSet;

const HOUR: i64 = 3_600_000_000;

/// Every `eventID` that an answer names.
fn named(answer: &Value, found: &mut BTreeSet<String>) {
    match answer {
        Value::Object(members) => {
            for (name, value) in members {
                match (name.as_str(), value) {
                    ("event" | "cleaned_by" | "opened_by", Value::String(id)) => {
                        found.insert(id.clone());
                    }
                    ("events", Value::Array(ids)) => {
                        found.extend(ids.iter().filter_map(Value::as_str).map(str::to_owned));
                    }
                    _ => named(value, found),
                }
            }
        }
        Value::Array(values) => values.iter().for_each(|value| named(value, found)),
        _ => {}
    }
}

/// The `eventID` of every event that a file of proofs shows.
fn shown(proofs: &Value) -> BTreeSet<String> {
    let pages = proofs["pages"].as_array().unwrap().iter();
    let entries = pages.flat_map(|page| page["entries"].as_array().unwrap());
    let events = entries.flat_map(|entry| entry["events"].as_array().unwrap());
    let texts = events.map(|event| event["event"].as_str().unwrap());
    let ids = texts.map(|text| serde_json::from_str::<Value>(text).unwrap()["eventID"].take());
    ids.filter_map(|id| id.as_str().map(str::to_owned)).collect()
}

#[test]
fn every_event_that_an_answer_names_is_proved() {
    let config = CityConfig { seed: 3, events: 600, ..CityConfig::default() };
    let incidents = City::build(&config).truth.incidents;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let demo = ["demo", "--events", "600", "--seed", "3", "--listen", "127.0.0.1:0", "--once"];
    let made = laiqu(&[&demo[..], &["--json", "--dir", dir.to_str().unwrap()]].concat()).exits(0);
    let token = made.json()["operator_token"].as_str().unwrap().to_owned();
    let described = std::fs::read_to_string(dir.join("laiqu.json")).unwrap();
    let described: Value = serde_json::from_str(&described).unwrap();
    let vkey = described["vkey"].as_str().unwrap();

    let warm = incidents.excursion.warm;
    let span = [warm.0 - 8 * HOUR, warm.1 + 5 * HOUR].map(|micros| utc_millis(micros / 1000));
    let (room, paper) = (incidents.excursion.room.as_str(), incidents.certificate.lot.as_str());
    let when = ["--from", &span[0], "--until", &span[1]];
    let file = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let cases = file("cases.csv");
    std::fs::write(&cases, format!("lot\n{paper}\n")).unwrap();
    let server = TestServer::start(&dir, &[]);
    let at = ["--url", &server.url, "--token", &token, "--json"];
    let questions: [(&str, Vec<&str>); 7] = [
        ("balance", vec!["balance", "--lot", paper]),
        ("quality", vec!["quality", "--lot", paper]),
        ("exposure", [&["exposure", room, "--rule", "frozen-storage"][..], &when].concat()),
        ("source", vec!["source", &cases]),
        ("find", vec!["find", "鲜牛奶"]),
        ("scope", vec!["scope", "--lot", paper, "--hazard", "microbial"]),
        ("room", [&["scope", "--place", room, "--hazard", "temperature"][..], &when].concat()),
    ];
    for (name, question) in questions {
        let (proofs, answer) = (file(&format!("{name}.proofs")), file(&format!("{name}.json")));
        let asked = laiqu(&[&question[..], &at, &["--proofs", &proofs]].concat());
        std::fs::write(&answer, &asked.stdout).unwrap();
        let rests_on = asked.json()["rests_on"].as_array().unwrap().len();
        let verify = ["receipt", "verify-answer", &proofs, "--vkey", vkey, "--json", "--answer"];
        let found = laiqu(&[&verify[..], &[&answer]].concat()).exits(0).json();
        assert_eq!(found["proved"]["events"], rests_on, "{name}: {found}");
        let text = std::fs::read_to_string(&proofs).unwrap();
        let shown = shown(&serde_json::from_str(&text).unwrap());
        let mut ids = BTreeSet::new();
        named(&asked.json(), &mut ids);
        assert!(
            !ids.is_empty() || ["balance", "quality", "source", "find"].contains(&name),
            "{name}"
        );
        // What came without an eventID is named by its digest, which its text does not say.
        let missing = ids.difference(&shown).filter(|id| !id.starts_with("ni:///"));
        let missing: Vec<&String> = missing.collect();
        assert!(missing.is_empty(), "{name}: {missing:?} of {}", ids.len());

        let salt = "\"salt\":\"";
        let at_salt = text.rfind(salt).unwrap() + salt.len();
        let other = if text[at_salt..].starts_with('0') { "1" } else { "0" };
        let mut changed = text.clone();
        changed.replace_range(at_salt..=at_salt, other);
        std::fs::write(&proofs, changed).unwrap();
        laiqu(&[&verify[..], &[&answer]].concat()).exits(1);
        std::fs::write(&proofs, text).unwrap();

        // Without being asked an answer does not say it, and is then no answer to check.
        let plain = laiqu(&[&question[..], &at].concat());
        assert_eq!(plain.json()["rests_on"], Value::Null, "{name}");
        std::fs::write(&answer, &plain.stdout).unwrap();
        laiqu(&[&verify[..], &[&answer]].concat()).exits(1).explains("rests on");
    }
}
