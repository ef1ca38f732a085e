//! `laiqu demo`.

use crate::ran::{files_below, laiqu};
use laiqu_tests::{Client, TestServer, encode, under_test};
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;
use std::time::{Duration, Instant};

const SMALL: [&str; 6] = ["demo", "--events", "600", "--seed", "7", "--listen"];

fn demo(flags: &[&str]) -> crate::ran::Ran {
    laiqu(&[&SMALL[..], &["127.0.0.1:0"], flags].concat())
}

#[test]
fn once_it_finds_everything_that_is_true_and_ends_with_0() {
    let ran = demo(&["--once", "--json"]).exits(0);
    let summary = ran.json();
    assert_eq!(summary["complete"], true, "{summary}");
    let events = summary["posted"]["events"].as_u64().unwrap();
    // A city with everything that is planted needs some more.
    let least = u64::try_from(laiqu_city::EVENTS_MIN).unwrap();
    assert!((least..2 * least).contains(&events), "{events} events");
    assert_eq!(summary["posted"]["refused"], 0);
    assert_eq!(summary["verify"]["whole"], true);
    assert_eq!(summary["verify"]["vkey_configured"], true);
    for way in ["back", "forward"] {
        assert_eq!(summary[way]["missing_count"], 0, "{summary}");
        assert!(summary[way]["true_items"].as_u64().unwrap() > 1, "{way}: {summary}");
        assert!(summary[way]["true_ends"].as_u64().unwrap() > 0, "{way}: {summary}");
    }
    let data = summary["data"].as_str().unwrap();
    assert!(!std::path::Path::new(data).exists(), "the temporary ledger is removed");
}

#[test]
fn a_newcomer_reads_what_was_done_and_found() {
    let ran = demo(&["--once", "--clean"]).exits(0);
    for part in ["虚拟城市", "synthetic city", "农场", "seller", "✓ 完整 whole"] {
        assert!(ran.stdout.contains(part), "{part}: {}", ran.stdout);
    }
    assert!(!ran.stdout.contains("errors of recording"), "--clean leaves them out: {}", ran.stdout);
    let dirty = demo(&["--once"]).exits(0);
    assert!(dirty.stdout.contains("errors of recording"), "{}", dirty.stdout);
}

#[test]
fn a_given_directory_is_kept_and_is_a_whole_ledger() {
    let root = tempfile::tempdir().unwrap();
    let dir = root.path().join("city");
    let path = dir.to_str().unwrap();
    let summary = demo(&["--once", "--json", "--clean", "--dir", path]).exits(0).json();
    let vkey = summary["vkey"].as_str().unwrap();
    let report = laiqu(&["verify", path, "--vkey", vkey, "--json"]).exits(0).json();
    assert_eq!(report["size"], summary["verify"]["size"]);
    let server = TestServer::start(&dir, &[]);
    let token = summary["operator_token"].as_str().unwrap();
    assert_eq!(server.client_with(token).get("/v1/parties").status, 200);
    // Places are named with what is inside them, so that a query for a site finds its rooms.
    let operator = server.client_with(token);
    let listed = operator.get("/v1/masterdata/BusinessLocation?limit=1000").expect(200);
    let sites = listed["elements"].as_array().unwrap().iter().filter_map(|place| {
        let id = place["id"].as_str().unwrap();
        let path = format!("/v1/masterdata/BusinessLocation/{}", encode(id));
        let shown = operator.get(&path).expect(200);
        let has_parts = shown["children"].as_array().is_some_and(|list| !list.is_empty());
        has_parts.then(|| id.to_owned())
    });
    let found = |parameter: &str, id: &str| {
        let path = format!("/epcis/events?perPage=1000&{parameter}={}", encode(id));
        let answer = operator.get(&path).expect(200);
        answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().unwrap().len()
    };
    let wider = |id: &String| found("WD_readPoint", id) > found("EQ_readPoint", id);
    assert!(sites.collect::<Vec<_>>().iter().any(wider), "no site has a room with events");
    let before = files_below(&dir).len();
    drop(server);
    let again = demo(&["--once", "--dir", path]);
    assert_eq!(again.code, 4, "{again:?}");
    assert!(files_below(&dir).len() >= before);
}

#[test]
fn without_once_it_goes_on_serving_until_it_is_stopped() {
    let mut command = under_test();
    command.args(SMALL).args(["127.0.0.1:0", "--json", "--clean"]);
    let mut child =
        command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(Stdio::null()).spawn().unwrap();
    let mut line = String::new();
    BufReader::new(child.stdout.take().unwrap()).read_line(&mut line).unwrap();
    let served = std::panic::catch_unwind(|| {
        let summary: serde_json::Value = serde_json::from_str(&line).unwrap();
        let url = summary["url"].as_str().unwrap();
        for page in summary["pages"].as_array().unwrap() {
            let path = page.as_str().unwrap().strip_prefix(url).unwrap();
            assert_eq!(Client::new(url).get(path).status, 200, "{path}");
        }
    });
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    let asked = Instant::now();
    let status = loop {
        if let Some(status) = child.try_wait().unwrap() {
            break status;
        }
        if asked.elapsed() > Duration::from_secs(20) {
            drop(child.kill());
            panic!("the demo did not stop within 20 seconds");
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    served.unwrap();
    assert_eq!(status.code(), Some(0));
}
