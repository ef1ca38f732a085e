//! `laiqu find`: whoever has no code finds where to start.

use crate::ran::{Running, laiqu};
use laiqu_city::{City, CityConfig};
use laiqu_tests::TestServer;
use serde_json::Value;

fn names<'a>(answer: &'a Value, kind: &str) -> Vec<&'a str> {
    let found = answer["found"].as_array().unwrap().iter();
    found.filter(|one| one["kind"] == kind).map(|one| one["name"].as_str().unwrap()).collect()
}

#[test]
fn a_product_a_shop_and_a_party_are_found_by_a_part_of_their_names() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let data = dir.to_str().unwrap();
    let demo = ["demo", "--events", "600", "--seed", "7", "--listen", "127.0.0.1:0"];
    let demo = [&demo[..], &["--once", "--json", "--dir", data]].concat();
    let token = laiqu(&demo).exits(0).json()["operator_token"].as_str().unwrap().to_owned();
    let find = |more: &[&str]| laiqu(&[&["find"], more, &["--data", data, "--json"]].concat());

    let milk = find(&["鲜牛奶"]).exits(0).json();
    assert_eq!(names(&milk, "product"), ["巴氏杀菌鲜牛奶"], "{milk}");
    let lots = milk["found"][0]["lots"].as_array().unwrap();
    let seen = |lot: &Value| lot["first_seen"].as_str().unwrap().to_owned();
    assert!(lots.len() > 1 && lots.windows(2).all(|two| seen(&two[0]) >= seen(&two[1])), "{milk}");
    // What was found is where a trace starts.
    let lot = lots[0]["id"].as_str().unwrap();
    laiqu(&["trace", "back", lot, "--data", data]).exits(0);
    // Whoever holds the pack has its lot number.
    let (_, number) = lot.split_once("/10/").unwrap();
    let by_number = find(&[number]).exits(0).json();
    let first = &by_number["found"][0];
    assert_eq!((&first["id"], &first["by"]), (&lot.into(), &"lot_number".into()), "{by_number}");
    assert_eq!(first["name"], "巴氏杀菌鲜牛奶");
    let text = laiqu(&["find", number, "--data", data]).exits(0).stdout;
    assert!(text.contains(&format!("（批号 lot number {number}）")), "{text}");
    // Only the lots of one day, as their ILMD says.
    let day = lots.iter().find_map(|lot| lot["made"][0].as_str()).expect("ILMD says it");
    let of_day = find(&["鲜牛奶", "--made-from", day, "--made-until", day]).exits(0).json();
    let of_day = of_day["found"][0]["lots"].as_array().unwrap();
    let is_of_day = |lot: &Value| match lot["dated_by"].as_str().unwrap() {
        "stated" => lot["made"][0] == day,
        _ => seen(lot).starts_with(day),
    };
    assert!(of_day.iter().any(|lot| lot["dated_by"] == "stated"), "{of_day:?}");
    assert!(of_day.iter().all(is_of_day), "{of_day:?}");
    // Nobody in this city states how long its milk is good.
    let good = find(&["鲜牛奶", "--expires-from", day]).exits(1);
    assert!(good.stderr.contains("no such lot") && good.stderr.contains("wider"), "{good:?}");
    // Only those that were at a place, which is named as people name it.
    let trace = laiqu(&["trace", "forward", lot, "--data", data, "--json"]).exits(0).json();
    let place = trace["lots"][0]["places"].as_array().unwrap().last().unwrap();
    let place = trace["places"].as_array().unwrap().iter().find(|one| one["id"] == *place).unwrap();
    let at = find(&["鲜牛奶", "--at", place["name"].as_str().unwrap()]).exits(0).json();
    assert!(at["places"].as_array().unwrap().contains(place), "{at}");
    let there = at["found"][0]["lots"].as_array().unwrap();
    assert!(there.iter().any(|one| one["id"] == lot), "{at}");
    let nowhere = find(&["鲜牛奶", "--at", "没有的地方"]).exits(1);
    assert!(nowhere.stderr.contains("no place or party is called so: 没有的地方"), "{nowhere:?}");

    // Everyone who is registered, by the whole name and by its end.
    let city = City::build(&CityConfig { seed: 7, events: 600, ..CityConfig::default() });
    for party in city.parties.iter().take(20) {
        let answer = find(&[&party.name]).exits(0).json();
        assert!(names(&answer, "party").contains(&party.name.as_str()), "{answer}");
        assert_eq!(answer["found"][0]["name"], party.name, "the whole name comes first");
    }
    // A trace starts from it as the answer says.
    let text = laiqu(&["find", &city.parties[0].name, "--data", data]).exits(0).stdout;
    let (_, command) = text.split_once("to trace: laiqu ").expect(&text);
    let command = command.trim().replacen("TIME", "2000-01-01T00:00:00Z", 1);
    let command = command.replacen("TIME", "2100-01-01T00:00:00Z", 1);
    let supplied: Vec<&str> = command.split(' ').chain(["--data", data]).collect();
    laiqu(&supplied).exits(0);
    let firms = find(&["有限公司", "--limit", "3"]).exits(0).json();
    assert_eq!((firms["found"].as_array().unwrap().len(), &firms["truncated"]), (3, &true.into()));
    assert!(!names(&find(&["摊"]).exits(0).json(), "place").is_empty(), "one character is enough");

    // The server says the same, people can read it, and nothing was known before the first entry.
    let server = TestServer::start(&dir, &[]);
    let by_url = ["find", "鲜牛奶", "--url", &server.url, "--token", &token];
    assert_eq!(laiqu(&[&by_url[..], &["--json"]].concat()).exits(0).json(), milk);
    let text = laiqu(&by_url).exits(0).stdout;
    assert!(text.contains("产品 product") && text.contains(lot), "{text}");
    let none = find(&["鲜牛奶", "--as-of", "0"]).exits(1);
    assert!(none.stderr.contains("hint: "), "{none:?}");
}

#[test]
fn what_is_not_called_so_and_who_may_not_ask_have_their_exit_codes() {
    let running = Running::with_events(&["--public-read"]);
    let (data, url) = (["--data", running.data()], ["--url", running.url()]);
    let operator = running.ledger.operator.clone();
    let find = |text: &str, more: &[&str]| laiqu(&[&["find", text], more].concat());
    let none = find("没有", &data).exits(1);
    assert!(none.stderr.contains("no name, label or lot number contains it"), "{none:?}");
    for wrong in ["", "  ", &"长".repeat(100)] {
        find(wrong, &data).exits(2).explains("q: a part of a name");
    }
    find("a", &[&data[..], &["--made-from", "soon"]].concat()).exits(2).explains("made_from");
    // Names are everyone's: who reads only its own records, or is nobody, does not get them.
    find("a", &url).exits(4).explains("regulator");
    find("没有", &[&url[..], &["--token", &operator]].concat()).exits(1);
}
