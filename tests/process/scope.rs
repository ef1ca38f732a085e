//! `laiqu scope`: the contaminated lot, the dirty line and the warm room of the demo city.

use crate::ran::laiqu;
use laiqu_city::{City, CityConfig, Truth};
use laiqu_epcis::time::utc_millis;
use laiqu_tests::TestServer;
use serde_json::Value;
use std::collections::BTreeSet;

fn lots(answer: &Value, grade: &str) -> BTreeSet<String> {
    let lots = answer["lots"].as_array().unwrap().iter();
    let lots = lots.filter(|lot| lot["grade"] == grade);
    lots.map(|lot| lot["id"].as_str().unwrap().to_owned()).collect()
}

fn truth_area(truth: &Truth, site: &str) -> &'static str {
    truth.sites.iter().find(|known| known.id == site).unwrap().area
}

/// What surely crossed a border of the answer's area is what truly did.
fn crossings_are_true(truth: &Truth, answer: &Value, lots: &BTreeSet<String>) {
    let area = answer["borders"]["area"].as_str().unwrap();
    let path = |lot: &str, from: &str, to: &str| format!("{lot} {from} {to}");
    let moves = truth.moves.iter().filter_map(|moved| {
        let lot = &truth.items[moved.item as usize].id;
        let (from, to) = (&truth.sites[moved.from as usize], &truth.sites[moved.to as usize]);
        let crosses = (from.area == area) != (to.area == area)
            || from.area[..4] != to.area[..4] && from.area[..4] == area[..4]
            || from.area[..4] != to.area[..4] && to.area[..4] == area[..4];
        (crosses && lots.contains(&**lot)).then(|| path(lot, &from.id, &to.id))
    });
    let truly: BTreeSet<String> = moves.collect();
    let crossings = answer["borders"]["crossings"].as_array().unwrap().iter();
    let told = crossings.filter_map(|crossing| {
        let index = usize::try_from(crossing["transfer"].as_u64().unwrap()).unwrap();
        let transfer = &answer["transfers"][index];
        let text = |name: &str| transfer[name].as_str().unwrap();
        assert!(crossing["ask"]["party"].is_string(), "{crossing}");
        assert!(transfer["documents"][0].is_string(), "{transfer}");
        let path = path(text("lot"), text("from_site"), text("to_site"));
        (text("grade") == "definite").then_some(path)
    });
    let told: BTreeSet<String> = told.collect();
    let different: Vec<_> = told.symmetric_difference(&truly).collect();
    assert!(different.is_empty() && !told.is_empty(), "{area}: {different:#?}");
}

#[test]
fn every_planted_incident_is_found_by_its_question() {
    let config = CityConfig { seed: 7, events: 600, clean: true, ..CityConfig::default() };
    let truth = City::build(&config).truth;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = dir.to_str().unwrap();
    let demo = ["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0", "--clean"];
    let demo = [&demo[..], &["--once", "--json", "--dir", data]].concat();
    let token = laiqu(&demo).exits(0).json()["operator_token"].as_str().unwrap().to_owned();

    let bad = truth.contaminated_lot();
    let mut expected = truth.forward_of(bad, false);
    expected.insert(bad.to_owned());
    let lot = ["scope", "--lot", bad, "--hazard", "chemical", "--agent", "毒死蜱"];
    let by_data = [&lot[..], &["--data", data]].concat();
    let answer = laiqu(&[&by_data[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(lots(&answer, "definite"), expected);
    assert_eq!(answer["truncated"], false);
    // Cases count by the weight that the maker's master data gives: no weight is unknown.
    let sold = &answer["kilograms"]["definite"]["sold"];
    assert!(sold["worst"]["max"].as_f64().unwrap() >= sold["expected"]["max"].as_f64().unwrap());
    assert!(sold["expected"]["max"].as_f64().unwrap() > 0.0, "{sold}");

    // The server says the same, and a person can read it.
    let server = TestServer::start(&dir, &[]);
    let by_url = [&lot[..], &["--url", &server.url, "--token", &token]].concat();
    let same = laiqu(&[&by_url[..], &["--json"]].concat()).exits(0).json();
    assert_eq!(same, answer);
    let size = answer["ledger"]["size"].as_u64().unwrap().to_string();
    for (target, refused) in [(&by_url, 4), (&by_data, 2)] {
        let as_of = |size: &str| laiqu(&[target, &["--as-of", size, "--json"][..]].concat());
        let mut again = as_of(&size).exits(0).json();
        again["question"].as_object_mut().unwrap().remove("as_of").unwrap();
        assert_eq!(again, answer);
        // Of the empty ledger nothing is known, and it has no size beyond its own.
        as_of("0").exits(1);
        let beyond = as_of("999999").exits(refused);
        assert!(beyond.stderr.contains("as_of"), "{beyond:?}");
    }
    let text = laiqu(&by_url).exits(0).stdout;
    for part in
        ["受影响的批次 LOTS", "化学残留 chemical 毒死蜱", "在库 STOCK", "流转 TRANSFERS", bad]
    {
        assert!(text.contains(part), "{part}: {text}");
    }

    crossings_are_true(&truth, &answer, &expected);
    let start = truth_area(&truth, answer["holdings"][0]["site"].as_str().unwrap());
    assert_eq!(answer["borders"]["area"], start);
    assert!(text.contains(&format!("流出区划 OUT OF AREA {start}: ")), "{text}");
    assert!(text.contains("区县界 district") && text.contains("询问谁 ask"), "{text}");
    let asked = |area: &str| laiqu(&[&by_data[..], &["--area", area, "--json"]].concat());
    let other = asked("510594").exits(0).json();
    crossings_are_true(&truth, &other, &expected);
    assert_ne!(other["borders"], answer["borders"]);
    asked("05").exits(2).explains("/area");

    let text = |micros: i64| utc_millis(micros / 1000);
    let dirty = &truth.incidents.dirty_line;
    let (from, until) = (text(dirty.cleanings[0].micros), text(dirty.cleanings[1].micros));
    let line = ["scope", "--place", &dirty.line, "--from", &from, "--until", &until];
    let line = [&line[..], &["--hazard", "microbial", "--data", data, "--json"]].concat();
    let definite = lots(&laiqu(&line).exits(0).json(), "definite");
    assert!(dirty.exposed.iter().all(|lot| definite.contains(lot)), "{definite:?}");

    let warm = &truth.incidents.excursion;
    let (from, until) = (text(warm.warm.0), text(warm.warm.1));
    let room = ["scope", "--place", &warm.room, "--from", &from, "--until", &until];
    let room = [&room[..], &["--hazard", "temperature", "--data", data, "--json"]].concat();
    let answer = laiqu(&room).exits(0).json();
    let named = &lots(&answer, "definite") | &lots(&answer, "suspected");
    assert!(warm.exposed.iter().all(|lot| named.contains(lot)), "{answer}");
}

#[test]
fn what_is_not_there_and_what_cannot_be_asked_have_their_exit_codes() {
    let running = crate::ran::Running::with_events(&[]);
    let data = ["--data", running.data()];
    let scope = |arguments: &[&str]| laiqu(&[&["scope"], arguments, &data].concat());
    let ran = scope(&["--lot", "urn:x:none", "--hazard", "label"]).exits(1);
    assert!(ran.stderr.contains("hint: "), "{ran:?}");
    let wrong = ["--place", "urn:x:1", "--from", "now", "--until", "then", "--hazard", "label"];
    scope(&wrong).exits(2).explains("/from");
    let kind = ["--lot", "urn:x:1", "--resource", "urn:x:2=shelf", "--hazard", "label"];
    scope(&kind).exits(2).explains("/resources/0/kind");
    scope(&["--lot", "urn:x:1", "--resource", "urn:x:2", "--hazard", "label"]).exits(2);
    let url = ["scope", "--lot", "urn:x:1", "--hazard", "label", "--url", running.url()];
    laiqu(&url).exits(4).explains("LAIQU_TOKEN");
}

#[test]
fn a_new_label_that_nobody_recorded_is_suspected_and_its_origin_demanded() {
    let config = CityConfig { seed: 7, events: 600, ..CityConfig::default() };
    let relabelled = City::build(&config).truth.incidents.relabelled;
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = dir.to_str().unwrap();
    let demo = ["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0", "--once"];
    laiqu(&[&demo[..], &["--json", "--dir", data]].concat()).exits(0);
    let asked = ["scope", "--lot", &relabelled.old, "--hazard", "chemical", "--data", data];
    let answer = laiqu(&[&asked[..], &["--json"]].concat()).exits(0).json();
    assert!(lots(&answer, "suspected").contains(&relabelled.new), "{answer}");
    let demands = answer["demands"].as_array().unwrap();
    let origin = demands.iter().find(|demand| {
        let names = demand["lots"].as_array().unwrap();
        demand["kind"] == "origin" && names.iter().any(|lot| *lot == *relabelled.new)
    });
    assert!(origin.is_some_and(|demand| demand["place"] == *relabelled.site), "{answer}");
    // A demo posts all of it today, long after it took place.
    assert!(!answer["late"].as_array().unwrap().is_empty());
    let text = laiqu(&asked).exits(0).stdout;
    for part in ["应补的记录 RECORDS TO DEMAND", "来源记录 origin", &relabelled.new] {
        assert!(text.contains(part), "{part}: {text}");
    }
}
