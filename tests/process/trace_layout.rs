//! `laiqu trace … --format layout`: the drawing that pages show.

use crate::ran::{LOT, Running, laiqu};
use laiqu_city::{City, CityConfig};
use laiqu_tests::TestServer;
use serde_json::Value;

fn boxes(drawing: &Value) -> &Vec<Value> {
    drawing["nodes"].as_array().unwrap()
}

#[test]
fn a_trace_is_drawn_from_files_as_by_a_server() {
    let config = CityConfig { seed: 7, events: 600, ..CityConfig::default() };
    let bad = City::build(&config).truth.contaminated_lot().to_owned();
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = ["--data", dir.to_str().unwrap()];
    let demo = ["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0", "--once"];
    let made = laiqu(&[&demo[..], &["--json", "--dir", data[1]]].concat()).exits(0).json();

    let drawn = ["trace", "both", &bad, "--format", "layout"];
    let closed = laiqu(&[&drawn[..], &data].concat()).exits(0).json();
    let server = TestServer::start(&dir, &[]);
    let token = made["operator_token"].as_str().unwrap();
    let by_url = ["--url", &server.url, "--token", token];
    assert_eq!(laiqu(&[&drawn[..], &by_url].concat()).exits(0).json(), closed);

    // Every lot of the answer is in a box, and a box that holds several opens.
    let answer = laiqu(&[&["trace", "both", &bad, "--json"], &data[..]].concat()).exits(0).json();
    let lots = answer["lots"].as_array().unwrap().len() as u64;
    assert_eq!(boxes(&closed).iter().map(|one| one["lots"].as_u64().unwrap()).sum::<u64>(), lots);
    assert_eq!(closed["ledger"], answer["ledger"]);
    let shared = boxes(&closed).iter().find(|one| !one["group"].is_null()).unwrap();
    let expand = ["--expand", shared["id"].as_str().unwrap()];
    let opened = laiqu(&[&drawn[..], &expand, &data].concat()).exits(0).json();
    assert!(boxes(&opened).len() > boxes(&closed).len());
    assert_eq!(laiqu(&[&drawn[..], &expand, &by_url].concat()).exits(0).json(), opened);
}

#[test]
fn what_cannot_be_drawn_is_told() {
    let running = Running::with_events(&[]);
    let data = ["--data", running.data()];
    let none = ["trace", "back", "urn:x:none", "--format", "layout"];
    let none = laiqu(&[&none[..], &data].concat()).exits(1);
    assert!(none.stderr.contains("hint: "), "{none:?}");
    assert!(boxes(&none.json()).is_empty());
    let expand = ["trace", "back", LOT, "--expand", LOT];
    laiqu(&[&expand[..], &data].concat()).exits(2);
    let fcl = laiqu(&[&expand[..], &data, &["--format", "fcl"]].concat()).exits(2);
    assert!(fcl.stderr.contains("--format layout"), "{fcl:?}");
}
