//! `laiqu balance`: what does not add up in the demo city is found.

use crate::ran::laiqu;
use laiqu_city::{City, CityConfig};
use laiqu_tests::{TestServer, encode};
use serde_json::Value;

fn kilograms(grams: i64) -> f64 {
    f64::from(i32::try_from(grams).unwrap()) / 1000.0
}

/// The demo city in a directory, with the token of its operator.
fn city(data: &str, clean: bool) -> String {
    let mut demo = vec!["demo", "--events", "600", "--seed", "3", "--listen", "127.0.0.1:0"];
    demo.extend(["--once", "--json", "--dir", data]);
    demo.extend(clean.then_some("--clean"));
    laiqu(&demo).exits(0).json()["operator_token"].as_str().unwrap().to_owned()
}

#[test]
fn a_certificate_that_went_with_too_much_is_found() {
    for clean in [true, false] {
        let config = CityConfig { seed: 3, events: 600, clean, ..CityConfig::default() };
        let planted = City::build(&config).truth.incidents.certificate;
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("city");
        let data = dir.to_str().unwrap();
        let token = city(data, clean);
        let answer = laiqu(&["balance", "--lot", &planted.lot, "--data", data, "--json"]);
        let answer: Value = serde_json::from_str(&answer.stdout).unwrap();
        let papers = answer["certificates"].as_array().unwrap();
        let paper = papers.iter().find(|paper| paper["certificate"] == *planted.certificate);
        let paper = paper.unwrap_or_else(|| panic!("{planted:?}: {answer}"));
        assert_eq!(paper["issued_kg"], kilograms(planted.issued_grams), "{paper}");
        assert_eq!(paper["used_kg"], kilograms(planted.used_grams), "{paper}");
        assert_eq!(paper["exceeded"], !clean, "{paper}");

        // The server says the same, and people can read it.
        let server = TestServer::start(&dir, &[]);
        let client = server.client_with(&token);
        let served = client.get(&format!("/v1/balance?lot={}", encode(&planted.lot))).expect(200);
        assert_eq!(served["certificates"], answer["certificates"]);
        let url = server.url.clone();
        let lot = planted.lot.as_str();
        let people = laiqu(&["balance", "--lot", lot, "--url", &url, "--token", &token]).stdout;
        assert!(people.contains(&planted.certificate), "{people}");
        // Once as the head of the column, and once more where it is so.
        let times = people.matches("超量 exceeded").count();
        assert_eq!(times, if clean { 1 } else { 2 }, "{people}");
    }
}

#[test]
fn a_clean_city_adds_up_at_every_place() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let token = city(dir.to_str().unwrap(), true);
    let server = TestServer::start(&dir, &[]);
    let client = server.client_with(&token);
    let config = CityConfig { seed: 3, events: 600, clean: true, ..CityConfig::default() };
    let truth = City::build(&config).truth;
    let mut judged = 0;
    for site in truth.sites.iter().filter(|site| site.party.is_some()) {
        let answer = client.get(&format!("/v1/balance?place={}", encode(&site.id))).expect(200);
        for row in answer["rows"].as_array().unwrap() {
            assert_ne!(row["verdict"], "more_out_than_in", "{}: {row}", site.name);
            assert_ne!(row["verdict"], "count_differs", "{}: {row}", site.name);
            judged += usize::from(row["verdict"] == "balanced");
        }
    }
    assert!(judged > 100, "{judged} rows were judged");
}
