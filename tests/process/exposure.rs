//! `laiqu exposure`: the warm room of the demo city is found, and what nobody knows is said.

use crate::ran::laiqu;
use laiqu_city::{City, CityConfig};
use laiqu_epcis::time::{DateTime, utc_millis};
use laiqu_tests::{TestServer, encode};
use serde_json::Value;

const MINUTE: i64 = 60_000_000;
const HOUR: i64 = 60 * MINUTE;
/// Clocks of the city's parties are wrong by at most this much.
const CLOCKS: i64 = 10 * MINUTE;

fn text(micros: i64) -> String {
    utc_millis(micros / 1000)
}

fn micros(value: &Value) -> i64 {
    DateTime::parse(value.as_str().unwrap()).unwrap().micros()
}

fn of_kind<'v>(answer: &'v Value, kind: &str) -> Vec<&'v Value> {
    let intervals = answer["places"][0]["intervals"].as_array().unwrap();
    intervals.iter().filter(|interval| interval["kind"] == kind).collect()
}

#[test]
fn the_warm_room_of_the_city_is_found_with_the_time_that_nobody_knows() {
    for clean in [true, false] {
        let config = CityConfig { seed: 7, events: 600, clean, ..CityConfig::default() };
        let truth = City::build(&config).truth.incidents.excursion;
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("city");
        let data = dir.to_str().unwrap();
        let mut demo = vec!["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0"];
        demo.extend(["--once", "--json", "--dir", data]);
        demo.extend(clean.then_some("--clean"));
        let token = laiqu(&demo).exits(0).json()["operator_token"].as_str().unwrap().to_owned();

        // The whole day of the incident, with an hour on both sides of it.
        let (from, until) = (text(truth.warm.0 - 8 * HOUR), text(truth.warm.1 + 5 * HOUR));
        let place = truth.room.as_str();
        let asked = ["exposure", place, "--from", &from, "--until", &until, "--data", data];
        let rule = ["--rule", "frozen-storage", "--json"];
        let answer = laiqu(&[&asked[..], &rule].concat()).exits(1).json();
        assert_eq!(answer["limits"]["max"], -18.0, "{answer}");
        assert_eq!(answer["limits"]["unconfirmed"], true);
        let people = laiqu(&[&asked[..], &rule[..2]].concat()).exits(1).stdout;
        assert!(people.contains("每 30 分钟一个读数 a reading every 30 minutes"), "{people}");
        assert_eq!(answer["places"][0]["devices"][0], *truth.probe, "{answer}");
        let excursions = of_kind(&answer, "excursion");
        assert_eq!(excursions.len(), 1, "{answer}");
        assert!((micros(&excursions[0]["from"]) - truth.warm.0).abs() <= CLOCKS, "{answer}");
        assert!((micros(&excursions[0]["until"]) - truth.warm.1).abs() <= CLOCKS, "{answer}");
        assert!(excursions[0]["highest"].as_f64().unwrap() > -10.0);
        let silent = of_kind(&answer, "unknown_temperature").into_iter().find(|silence| {
            micros(&silence["from"]) >= truth.warm.0 && micros(&silence["until"]) <= truth.warm.1
        });
        assert_eq!(silent.is_some(), truth.gap.0 < truth.gap.1, "{answer}");

        // The server says the same; a site is asked room by room.
        let server = TestServer::start(&dir, &[]);
        let url = server.url.clone();
        let path = |place: &str, rest: &str| {
            let times = format!("from={}&until={}", encode(&from), encode(&until));
            format!("/v1/exposure?place={}&{times}&{rest}", encode(place))
        };
        let client = server.client_with(&token);
        let site = place.split_once("/254/").unwrap().0;
        for asked in [place, site] {
            let served = client.get(&path(asked, "rule=frozen-storage")).expect(200);
            assert_eq!(served["places"], answer["places"]);
        }
        // Warm enough a limit, and nothing is left but what nobody knows.
        let warm = client.get(&path(place, "max=20&log_interval=600")).expect(200);
        assert_eq!(warm["places"][0]["intervals"].as_array().unwrap().len(), 0, "{warm}");
        let remote = ["exposure", place, "--from", &from, "--until", &until, "--max", "-18"];
        let people = laiqu(&[&remote[..], &["--url", &url, "--token", &token]].concat());
        let people = people.exits(1).stdout;
        for part in ["超限 excursion", &truth.probe, "℃", "--hazard temperature"] {
            assert!(people.contains(part), "{people}");
        }
        let fine = ["--max", "20", "--log-interval", "600", "--url", &url, "--token", &token];
        laiqu(&[&remote[..6], &fine].concat()).exits(0);
    }
}

#[test]
fn a_question_without_sense_says_what_to_do() {
    let site = laiqu_tests::Site::new("ledger.example/exposure");
    let client = site.server.client_with(&site.ledger.operator);
    for (query, part) in [
        ("place=urn:x:1&from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z", "frozen-storage"),
        ("place=urn:x:1&from=now&until=2026-01-02T00:00:00Z&max=4", "from must be"),
        ("place=urn:x:1&from=2026-01-03T00:00:00Z&until=2026-01-02T00:00:00Z&max=4", "before from"),
        ("place=urn:x:1&from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&max=warm", "decimal"),
        ("from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&max=4", "place"),
    ] {
        let problem = client.get(&format!("/v1/exposure?{query}")).expect(400);
        let detail = problem["detail"].as_str().unwrap();
        assert!(detail.contains(part), "{problem}");
    }
    // A place without readings is one that nobody knows about.
    let unknown = "place=urn:x:1&from=2026-01-01T00:00:00Z&until=2026-01-02T00:00:00Z&max=4";
    let answer = client.get(&format!("/v1/exposure?{unknown}")).expect(200);
    assert_eq!(of_kind(&answer, "unknown_temperature").len(), 1, "{answer}");
}
