//! `laiqu trace`.

use crate::ran::{FARM, LOT, PRODUCT, Running, laiqu};
use laiqu_tests::{TestServer, commissioned, document};
use serde_json::json;

#[test]
fn a_server_and_its_directory_give_the_same_answer() {
    let running = Running::with_events(&[]);
    let token = running.ledger.operator.clone();
    for way in ["back", "forward", "both"] {
        let url = ["trace", way, LOT, "--url", running.url(), "--token", &token, "--json"];
        let data = ["trace", way, LOT, "--data", running.data(), "--json"];
        // The directory is read beside the running server.
        let (by_url, by_data) = (laiqu(&url).exits(0), laiqu(&data).exits(0));
        assert_eq!(by_url.json(), by_data.json(), "{way}");
        let events = by_url.json()["events"].as_array().unwrap().len();
        assert_eq!(events, 2, "every event that names the lot, {way}: {}", by_url.stdout);
    }
    // What is posted meanwhile is seen by both.
    let more = document(&[commissioned("urn:example:event:3", LOT, 1)]);
    assert_eq!(running.farm.capture(&running.server.client(), &more).status, 202);
    let path = running.data().to_owned();
    let data = ["trace", "back", LOT, "--data", &path, "--json"];
    assert_eq!(laiqu(&data).exits(0).json()["events"].as_array().unwrap().len(), 3);
    let before = laiqu(&data).exits(0).json();
    let data_dir = running.ledger.data.clone();
    assert!(running.server.stop().success());
    assert_eq!(laiqu(&data).exits(0).json(), before, "after the stop");
    let again = TestServer::start(&data_dir, &["--public-read"]);
    let url = ["trace", "back", LOT, "--url", &again.url, "--json"];
    assert_eq!(laiqu(&url).exits(0).json(), before, "after a restart, without a token");
}

#[test]
fn every_spelling_of_an_identifier_gives_the_same_answer() {
    let running = Running::with_events(&["--public-read"]);
    let links = [
        "https://id.gs1.org/01/04012345222227/10/B1",
        "https://example.cn/01/04012345222227/10/B1",
    ];
    let trace = |id: &str, flags: &[&str]| {
        let arguments = [&["trace", "back", id, "--json"], flags].concat();
        laiqu(&arguments).exits(0).json()
    };
    let expected = trace(PRODUCT, &["--url", running.url()]);
    assert_eq!(expected["events"].as_array().unwrap().len(), 2, "{expected}");
    for link in links {
        assert_eq!(trace(link, &["--url", running.url()]), expected, "{link}");
        assert_eq!(trace(link, &["--data", running.data()]), expected, "{link}");
    }
}

#[test]
fn a_trace_starts_from_a_place_or_a_supplier_and_a_period() {
    let running = Running::with_events(&["--public-read"]);
    let day = ["--from", "2026-11-01T00:00:00+08:00", "--until", "2026-11-03T00:00:00+08:00"];
    let years = ["--from", "2000-01-01T00:00:00Z", "--until", "2001-01-01T00:00:00Z"];
    // The farm issued both; at its own place it made only the first.
    let place = "https://id.gs1.org/414/4012345000115";
    for (start, from_there) in [(["--supplier", FARM], 2), (["--place", place], 1)] {
        let trace = |period: &[&str], target: &[&str]| {
            laiqu(&[&["trace", "both"], &start[..], period, target, &["--json"]].concat())
        };
        let (url, data) = (["--url", running.url()], ["--data", running.data()]);
        let answer = trace(&day, &url).exits(0).json();
        assert_eq!(answer, trace(&day, &data).exits(0).json(), "{start:?}");
        let lots = answer["lots"].as_array().unwrap();
        let starts = lots.iter().filter(|lot| lot["depth"] == 0).count();
        assert_eq!((starts, lots.len()), (from_there, 2), "{start:?}: {answer}");
        // Another time, nothing.
        let none = trace(&years, &url).exits(1);
        assert!(none.stderr.contains(start[1]) && none.stderr.contains("hint: "), "{none:?}");
        laiqu(&[&["trace", "both"], &start[..], &url[..]].concat()).exits(2);
        laiqu(&[&["trace", "both", LOT], &start[..], &day, &url].concat()).exits(2);
    }
    laiqu(&[&["trace", "both", LOT], &day[..], &["--url", running.url()]].concat()).exits(2);
    let no_end = "/v1/trace?place=urn:x:1&from=2026-11-23T00:00:00Z";
    assert_eq!(running.server.client().get(no_end).problem(400), "invalid-parameter");
    assert_eq!(running.server.client().get("/v1/trace").problem(400), "invalid-parameter");
}

#[test]
fn a_trace_starts_from_several_lots_and_names_those_that_are_unknown() {
    let running = Running::with_events(&["--public-read"]);
    let other = "urn:epc:class:lgtin:4012345.011111.OTHER";
    let apart = document(&[commissioned("urn:example:event:3", other, 1)]);
    assert_eq!(running.farm.capture(&running.server.client(), &apart).status, 202);
    let typo = "urn:x:typo";
    for target in [["--url", running.url()], ["--data", running.data()]] {
        let trace = |ids: &[&str], more: &[&str]| {
            laiqu(&[&["trace", "forward"], ids, &target[..], more].concat())
        };
        let answer = trace(&[LOT, other, LOT], &["--json"]).exits(0).json();
        assert_eq!(answer["lots"].as_array().unwrap().len(), 3, "{answer}");
        assert_eq!(answer["starts"].as_array().unwrap().len(), 2, "{answer}");
        assert_eq!(answer["unknown"].as_array().unwrap().len(), 0, "{answer}");
        let partly = trace(&[LOT, typo], &[]).exits(1);
        assert!(partly.stdout.contains("04012345222227"), "{partly:?}");
        assert!(partly.stdout.contains(&format!("{typo}  （无记录 no record）")), "{partly:?}");
        assert!(partly.stderr.contains(typo) && partly.stderr.contains("hint: "), "{partly:?}");
        assert!(!partly.stderr.contains("04012345"), "{partly:?}");
        let model = trace(&[LOT, typo], &["--format", "fcl"]).exits(1);
        assert_eq!(model.json()["unknown"][0], typo, "{model:?}");
        let none = trace(&[typo, "urn:x:other"], &[]).exits(1);
        assert!(none.stdout.is_empty() && none.stderr.contains("urn:x:other"), "{none:?}");
        let many: Vec<String> = (0..101).map(|n| format!("urn:x:{n}")).collect();
        let many: Vec<&str> = many.iter().map(String::as_str).collect();
        let refused = trace(&many, &[]);
        assert!(refused.stderr.contains("at most 100 items"), "{refused:?}");
        assert!(matches!(refused.code, 2 | 4) && refused.stdout.is_empty(), "{refused:?}");
    }
}

#[test]
fn a_trace_to_another_item_shows_the_paths_between_them() {
    let running = Running::with_events(&["--public-read"]);
    let other = "urn:epc:class:lgtin:4012345.011111.OTHER";
    let apart = document(&[commissioned("urn:example:event:3", other, 1)]);
    assert_eq!(running.farm.capture(&running.server.client(), &apart).status, 202);
    for target in [["--url", running.url()], ["--data", running.data()]] {
        let trace = |way: &str, from: &str, to: &str, more: &[&str]| {
            laiqu(&[&["trace", way, from, "--to", to], &target[..], more].concat())
        };
        let answer = trace("forward", LOT, PRODUCT, &["--json"]).exits(0).json();
        assert_eq!(answer["lots"].as_array().unwrap().len(), 2, "{answer}");
        assert_eq!(answer["to"], "https://id.gs1.org/01/04012345222227/10/B1");
        trace("both", PRODUCT, LOT, &[]).exits(0);
        for (way, from, to) in
            [("back", LOT, PRODUCT), ("both", LOT, other), ("both", LOT, "urn:x:unknown")]
        {
            let none = trace(way, from, to, &[]).exits(1);
            assert!(none.stderr.contains("no recorded path") && none.stderr.contains("hint: "));
        }
        let cut = trace("both", LOT, PRODUCT, &["--depth", "0"]).exits(1);
        assert!(cut.stderr.contains("there may be one"), "{cut:?}");
    }
}

#[test]
fn limits_that_cut_a_trace_are_named() {
    let running = Running::with_events(&["--public-read"]);
    // All events are of 2026.
    for target in [["--url", running.url()], ["--data", running.data()]] {
        let trace =
            |more: &[&str]| laiqu(&[&["trace", "forward", LOT], &target[..], more].concat());
        let cut = |more: &[&str]| trace(&[more, &["--json"]].concat()).exits(0).json();
        assert_eq!(cut(&[])["cut"], json!([]));
        assert_eq!(cut(&["--depth", "0"])["cut"], json!([{"limit": "depth", "most": 0}]));
        assert_eq!(cut(&["--lots-max", "1"])["cut"], json!([{"limit": "lots", "most": 1}]));
        let before = ["--walk-until", "2026-01-01T00:00:00Z"];
        let answer = cut(&before);
        assert_eq!(answer["cut"], json!([{"limit": "time", "most": null}]));
        assert_eq!(
            (&answer["truncated"], &answer["walk_until"]),
            (&json!(true), &before[1].into())
        );
        assert_eq!(answer["lots"].as_array().unwrap().len(), 1, "{answer}");
        let since = ["--walk-from", "2026-01-01T00:00:00Z", "--walk-until", "2027-01-01T00:00:00Z"];
        assert_eq!((&cut(&since)["cut"], &cut(&since)["truncated"]), (&json!([]), &json!(false)));
        let shown = trace(&[&["--lots-max", "1"], &before[..]].concat()).exits(0).stdout;
        for part in
            ["结果不完整：只跟随 2026-01-01T00:00:00Z 止 的事件", "cut off: only events until"]
        {
            assert!(shown.contains(part), "{part}: {shown}");
        }
        let path = trace(&[&["--to", PRODUCT], &before[..]].concat()).exits(1);
        assert!(path.stderr.contains("only events until") && path.stderr.contains("may be one"));
        for wrong in [["--walk-from", "yesterday"], ["--lots-max", "0"], ["--lots-max", "250001"]] {
            let refused = trace(&wrong);
            assert!(refused.code != 0 && refused.stderr.contains(&wrong[0][2..].replace('-', "_")));
        }
        let turned =
            ["--walk-from", "2027-01-01T00:00:00Z", "--walk-until", "2026-01-01T00:00:00Z"];
        assert!(trace(&turned).stderr.contains("walk_until must not be before walk_from"));
    }
}

#[test]
fn people_see_lots_events_and_the_state_it_was_computed_on() {
    let running = Running::with_events(&["--public-read"]);
    let ran = laiqu(&["trace", "back", PRODUCT, "--url", running.url()]).exits(0);
    for part in ["04012345111118", "04012345222227", "process.example/log", "建档赋码"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    let one = laiqu(&["trace", "back", PRODUCT, "--url", running.url(), "--depth", "0", "--json"]);
    assert!(one.exits(0).json()["lots"].as_array().unwrap().len() < 2);
}

#[test]
fn what_is_not_there_and_what_is_not_allowed_have_their_exit_codes() {
    let running = Running::with_events(&[]);
    let url = running.url();
    let unknown = "urn:epc:class:lgtin:4012345.011111.NONE";
    let ran = laiqu(&["trace", "back", unknown, "--data", running.data()]).exits(1);
    assert!(ran.stderr.contains("hint: ") && ran.stderr.contains(unknown), "{ran:?}");
    laiqu(&["trace", "back", LOT, "--url", url]).exits(4).explains("LAIQU_TOKEN");
    laiqu(&["trace", "back", LOT, "--url", url, "--token", "wrong"]).exits(4);
    laiqu(&["trace", "back", LOT]).exits(2);
    laiqu(&["trace", "sideways", LOT, "--url", url]).exits(2);
    laiqu(&["trace", "back", LOT, "--url", url, "--data", running.data()]).exits(2);
    let nowhere = running.ledger.root.path().join("nowhere");
    laiqu(&["trace", "back", LOT, "--data", nowhere.to_str().unwrap()]).exits(2);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    laiqu(&["trace", "back", LOT, "--url", &format!("http://{gone}")]).exits(3);
}
