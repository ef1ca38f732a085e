//! `laiqu trace … --format fcl`: what is exported, `laiqu score` reads.

use crate::ran::{LOT, Running, laiqu};
use laiqu_city::{City, CityConfig};
use laiqu_tests::{TestServer, read_data, under_test};
use serde_json::Value;
use std::collections::BTreeSet;

fn rows(model: &Value, table: &str) -> Vec<Value> {
    model["data"][table]["data"].as_array().unwrap().clone()
}

fn cell<'r>(row: &'r Value, id: &str) -> &'r str {
    let cells = row.as_array().unwrap().iter();
    let found = cells.clone().find(|cell| cell["id"] == id);
    found.and_then(|cell| cell["value"].as_str()).unwrap_or_default()
}

#[test]
fn a_trace_is_a_case_that_scores() {
    let config = CityConfig { seed: 7, events: 600, ..CityConfig::default() };
    let truth = City::build(&config).truth;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = dir.to_str().unwrap();
    let demo = ["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0", "--once"];
    let ran = laiqu(&[&demo[..], &["--json", "--dir", data]].concat()).exits(0).json();
    let token = ran["operator_token"].as_str().unwrap();

    let bad = truth.contaminated_lot();
    let trace = ["trace", "forward", bad];
    let fcl = ["--format", "fcl"];
    let exported = laiqu(&[&trace[..], &fcl, &["--data", data]].concat()).exits(0);
    let server = TestServer::start(&dir, &[]);
    let by_url = ["--url", &server.url, "--token", token];
    let served = laiqu(&[&trace[..], &fcl, &by_url].concat()).exits(0);
    assert_eq!(served.json(), exported.json());
    let model = exported.json();
    let answer = laiqu(&[&trace[..], &["--data", data, "--json"]].concat()).exits(0).json();
    assert_eq!(model["ledger"], answer["ledger"]);

    // Every lot that is delivered is one of the trace, and every recorded movement of its lots
    // between two sites is delivered.
    let lots: BTreeSet<&str> =
        answer["lots"].as_array().unwrap().iter().map(|lot| lot["id"].as_str().unwrap()).collect();
    let deliveries = rows(&model, "deliveries");
    let ends: BTreeSet<(&str, &str, &str)> = deliveries
        .iter()
        .map(|row| (cell(row, "lot"), cell(row, "from"), cell(row, "to")))
        .collect();
    assert!(ends.iter().all(|(lot, ..)| lots.contains(lot)), "{ends:?}");
    let site = |place: &Value| {
        let place = place.as_str().unwrap_or_default();
        place.split("/254/").next().unwrap_or_default().to_owned()
    };
    let mut compared = 0;
    for link in answer["links"].as_array().unwrap() {
        let lot = link["from"].as_str().unwrap();
        let (from, to) = (site(&link["from_place"]), site(&link["to_place"]));
        if link["kind"] == "moved" && lot.contains("/10/") && from != to {
            assert!(ends.contains(&(lot, &from, &to)), "{link}");
            compared += 1;
        }
    }
    assert!(compared > 10, "{compared}");

    // What is read again is the same.
    let file = root.path().join("case.json");
    std::fs::write(&file, &exported.stdout).unwrap();
    let case = file.to_str().unwrap();
    let scored = laiqu(&["score", "--case", case, "--json"]).exits(0).json();
    let ids = |list: &Value| -> BTreeSet<String> {
        let all = list.as_array().unwrap().iter();
        all.map(|one| one["id"].as_str().unwrap().to_owned()).collect()
    };
    let written = |table: &str| -> BTreeSet<String> {
        rows(&model, table).iter().map(|row| cell(row, "ID").to_owned()).collect()
    };
    assert_eq!(ids(&scored["stations"]), written("stations"));
    assert_eq!(ids(&scored["deliveries"]), written("deliveries"));
    let both = scored["deliveries"].as_array().unwrap().iter();
    let read: BTreeSet<(&str, &str, &str)> = both
        .map(|one| ["id", "from", "to"].map(|name| one[name].as_str().unwrap()))
        .map(|[id, from, to]| (id, from, to))
        .collect();
    let sent = deliveries.iter().map(|row| (cell(row, "ID"), cell(row, "from"), cell(row, "to")));
    assert_eq!(read, sent.collect());
    assert!(scored["findings"].as_array().unwrap().iter().all(|one| one["left_out"] == false));

    // The workbook says the same.
    let book = [&trace[..], &["--format", "xlsx", "--data", data]].concat();
    let book = under_test().args(book).output().unwrap();
    assert_eq!(book.status.code(), Some(0));
    let file = root.path().join("case.xlsx");
    std::fs::write(&file, book.stdout).unwrap();
    let of_book = laiqu(&["score", "--case", file.to_str().unwrap(), "--json"]).exits(0).json();
    for list in ["stations", "deliveries"] {
        assert_eq!(of_book[list], scored[list]);
    }
    let dates = ["score", "--method", "horn", "--dates", "explicit", "--json", "--case"];
    let by = |file: &std::path::Path| {
        let ran = laiqu(&[&dates[..], &[file.to_str().unwrap()]].concat()).exits(0);
        ran.json()["sources"].clone()
    };
    assert_eq!(by(&file), by(&root.path().join("case.json")));

    // FoodChain-Lab's own schema accepts it.
    if let Some(schema) = read_data("tracing/fcl-client/schema-v1.json") {
        let schema: Value = serde_json::from_str(&schema).unwrap();
        let validator = jsonschema::validator_for(&schema).unwrap();
        let faults: Vec<String> =
            validator.iter_errors(&model).map(|error| error.to_string()).collect();
        assert!(faults.is_empty(), "{faults:?}");
    }
}

#[test]
fn nothing_to_export_is_told() {
    let running = Running::with_events(&[]);
    let data = ["--data", running.data(), "--format", "fcl"];
    let none = laiqu(&[&["trace", "back", "urn:x:none"], &data[..]].concat()).exits(1);
    assert!(none.stderr.contains("hint: "), "{none:?}");
    // It is written all the same, so that a pipe gets a case.
    assert!(rows(&none.json(), "stations").is_empty());
    laiqu(&[&["trace", "back", LOT], &data[..], &["--json"]].concat()).exits(2);
}
