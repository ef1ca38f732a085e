//! `laiqu source`: complaints in the demo city lead to the farm of the contaminated lot.

use crate::ran::{LOT, Running, laiqu};
use laiqu_city::{City, CityConfig, Truth};
use laiqu_epcis::time::utc_millis;
use laiqu_tests::TestServer;
use serde_json::{Value, json};
use std::fmt::Write as _;

/// Purchases in the table.
const CASES: usize = 20;

/// Purchases of what the contaminated lot went into, as a table: a shop, a product where it has a
/// number, and an hour.
fn complaints(truth: &Truth) -> String {
    let bad = truth.contaminated_lot();
    let mut spoiled = truth.forward_of(bad, false);
    spoiled.insert(bad.to_owned());
    let mut table = String::from("id,place,product,from,until\n");
    let item = |index: u32| truth.items[index as usize].id.to_string();
    let sold = truth.sales.iter().filter(|sale| spoiled.contains(&item(sale.item)));
    for (number, sale) in sold.take(CASES).enumerate() {
        let place = &truth.sites[sale.site as usize].id;
        let id = item(sale.item);
        let product = id.find("/01/").map_or("", |at| &id[..at + 18]);
        let [from, until] = [-3_600_000, 3_600_000].map(|ms| utc_millis(sale.micros / 1000 + ms));
        writeln!(table, "c{number},{place},{product},{from},{until}").unwrap();
    }
    table
}

fn farm(truth: &Truth) -> &str {
    let bad = truth.find(truth.contaminated_lot()).unwrap();
    let made = truth.creations.iter().find(|creation| creation.item == bad).unwrap();
    &truth.sites[made.site as usize].id
}

#[test]
fn complaints_in_the_demo_city_lead_to_the_farm() {
    let config = CityConfig { seed: 7, events: 600, clean: true, ..CityConfig::default() };
    let truth = City::build(&config).truth;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = dir.to_str().unwrap();
    let demo = ["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0", "--clean"];
    let demo = [&demo[..], &["--once", "--json", "--dir", data]].concat();
    let token = laiqu(&demo).exits(0).json()["operator_token"].as_str().unwrap().to_owned();

    let file = root.path().join("cases.csv");
    std::fs::write(&file, complaints(&truth)).unwrap();
    let cases = file.to_str().unwrap();
    let farm = farm(&truth);
    let by_data = ["source", cases, "--data", data, "--limit", "200"];
    let answer = laiqu(&[&by_data[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(answer["cases"].as_array().unwrap().len(), CASES);
    let of = |answer: &Value| -> Option<Value> {
        let candidates = answer["candidates"].as_array().unwrap().iter();
        candidates.clone().find(|one| one["site"] == farm).cloned()
    };
    let found = of(&answer).unwrap();
    assert_eq!((&found["score"], &found["methods"]["fcl"]["rank"]), (&json!(1.0), &json!(1)));
    assert_eq!(found["explains"].as_array().unwrap().len(), CASES);
    let lots = found["lots"].as_array().unwrap();
    assert!(lots.iter().any(|lot| lot == truth.contaminated_lot()), "{found}");
    // Names and kilograms come from master data.
    assert!(answer["names"][farm].as_str().is_some_and(|name| !name.is_empty()));

    // The server says the same, and a person can read it.
    let server = TestServer::start(&dir, &[]);
    let by_url = ["source", cases, "--url", &server.url, "--token", &token, "--limit", "200"];
    assert_eq!(laiqu(&[&by_url[..], &["--json"]].concat()).exits(0).json(), answer);
    let text = laiqu(&by_url).exits(0).stdout;
    for part in [
        "病例 CASES: 20",
        "可能的来源 CANDIDATE SOURCES",
        "horn 名次 rank",
        "可解释 explains 20/20",
        truth.contaminated_lot(),
        answer["ledger"]["root"].as_str().unwrap(),
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }

    // A question as JSON says the same as the table; assumptions change it.
    let question = root.path().join("question.json");
    std::fs::write(&question, answer["question"].to_string()).unwrap();
    let by_json = ["source", question.to_str().unwrap(), "--data", data, "--json"];
    assert_eq!(laiqu(&by_json).exits(0).json(), answer);
    let killed = laiqu(&[&by_json[..], &["--kill", farm]].concat()).exits(0).json();
    assert_eq!(of(&killed), None, "a site that ends contamination is no source of it");
    assert_eq!(killed["question"]["stations"][0]["kill_contamination"], true);
    let empty = laiqu(&[&by_json[..], &["--as-of", "0"]].concat()).exits(1).json();
    assert_eq!(empty["candidates"], json!([]));
}

#[test]
fn what_cannot_be_read_or_asked_is_told() {
    let running = Running::with_events(&[]);
    let root = tempfile::tempdir().unwrap();
    let source = |name: &str, text: &str, more: &[&str]| {
        let file = root.path().join(name);
        std::fs::write(&file, text).unwrap();
        let base = ["source", file.to_str().unwrap(), "--data", running.data()];
        laiqu(&[&base[..], more].concat())
    };
    source("a.csv", "id,shop\n1,x\n", &[]).exits(2).explains("\"shop\"");
    source("b.csv", "lot,weight\nx,much\n", &[]).exits(2).explains("line 2, column weight");
    source("c.csv", "lot\nx,y\n", &[]).exits(2).explains("c.csv");
    source("d.csv", "place\nurn:x:1\n", &[]).exits(2).explains("/cases/0/from");
    source("e.csv", "lot\n", &[]).exits(2).explains("/cases");
    source("f.json", r#"{"case":[]}"#, &[]).exits(2).explains("unknown field `case`");
    source("g.csv", &format!("lot\n{LOT}\n"), &["--merge", "urn:x:1"]).exits(2);
    let none = source("h.csv", "lot\nurn:x:none\n", &[]).exits(1);
    assert!(none.stderr.contains("hint: "), "{none:?}");
    laiqu(&["source", "no-such-file.csv", "--data", running.data()]).exits(2);
}
