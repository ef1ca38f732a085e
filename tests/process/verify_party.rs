//! `laiqu verify --party`: nothing of one's own is missing, and on whose word that rests.

use crate::proxy::Proxy;
use crate::ran::{FARM, LOT, Ran, Running, laiqu};
use laiqu_proof::PrivateJwk;
use laiqu_tests::{TestParty, TestServer, commissioned, document, encode};
use serde_json::Value;
use std::path::Path;

fn post(running: &Running, n: u64, more: &[&str]) -> Value {
    let text = document(&[commissioned(&format!("urn:example:party:{n}"), LOT, n)]);
    let file = running.file(&format!("{n}.json"), &text);
    let key = running.file("farm.jwk", &running.farm.key.to_json());
    let flags = ["post", &file, "--url", running.url(), "--key", &key, "--json"];
    laiqu(&[&flags[..], more].concat()).exits(0).json()
}

/// A farm that chains what it signs, and posts once without.
fn farm() -> (Running, Vec<Value>) {
    let running = Running::new(&[]);
    let chain = running.ledger.root.path().join("farm.chain");
    let chain = chain.to_str().unwrap();
    let mut posted: Vec<Value> = (0..3).map(|n| post(&running, n, &["--chain", chain])).collect();
    posted.push(post(&running, 3, &[]));
    (running, posted)
}

fn verify(target: &str, vkey: &str, more: &[&str]) -> Ran {
    laiqu(&[&["verify", target, "--vkey", vkey, "--party", FARM], more].concat())
}

fn published(running: &Running) {
    let state = running.server.client().get("/v1/ledger").expect(200);
    running.wait_for_checkpoint(state["ledger"]["size"].as_u64().unwrap());
}

#[test]
fn it_says_that_nothing_is_missing_and_on_whose_word() {
    let (running, posted) = farm();
    published(&running);
    let vkey = running.ledger.vkey.clone();
    let operator = running.ledger.operator.clone();
    let receipts: Vec<String> = posted
        .iter()
        .enumerate()
        .map(|(at, answer)| running.file(&format!("{at}.receipt"), &answer.to_string()))
        .collect();
    let mut held = Vec::new();
    receipts.iter().for_each(|file| held.extend(["--receipt", file]));
    let token = ["--token", operator.as_str()];
    for (target, more) in [(running.data(), &[][..]), (running.url(), &token[..])] {
        let ran = verify(target, &vkey, &[more, &held[..], &["--json"]].concat()).exits(0).json();
        let party = &ran["party"];
        assert_eq!((&party["entries"], &party["none_missing"]), (&5.into(), &true.into()), "{ran}");
        assert_eq!(party["receipts_held"], 4);
        let kid = running.farm.key.public().thumbprint();
        assert_eq!(party["key_chains"], serde_json::json!([{"kid": kid, "signatures": 3}]));
        assert!(ran["not_checked"].to_string().contains("kept out"), "what has no seq is said");
        let people = verify(target, &vkey, more).exits(0).stdout;
        for part in ["首末之间无缺失", "operator's numbering", "none of its 3 signatures"] {
            assert!(people.contains(part), "{part}: {people}");
        }
    }
    // Without a token nobody reads signatures, and the party's own word is not there.
    let closed = laiqu(&["verify", running.url(), "--vkey", &vkey, "--party", FARM]);
    closed.exits(4).explains("credentials-missing");
    let open =
        Running { server: TestServer::start(&copied(&running), &["--public-read"]), ..running };
    let ran = verify(open.url(), &vkey, &["--json"]).exits(0).json();
    assert_eq!(
        (&ran["party"]["none_missing"], &ran["party"]["unseen_signatures"]),
        (&true.into(), &5.into())
    );
    assert!(ran["not_checked"].to_string().contains("--token"), "{ran}");
    laiqu(&["verify", open.url(), "--vkey", &vkey, "--party", "urn:x:nobody"])
        .exits(1)
        .explains("registered");
    let data = open.data();
    laiqu(&["verify", data, "--vkey", &vkey, "--party", "urn:x:nobody"])
        .exits(1)
        .explains("registered");
    laiqu(&["verify", data, "--receipt", "x"]).exits(2);
}

/// A copy of the data directory as it is on disk now; the server keeps its own.
fn copied(running: &Running) -> std::path::PathBuf {
    let to = running.ledger.root.path().join("copy");
    copy(&running.ledger.data, &to);
    to
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let (path, name) = entry.map(|entry| (entry.path(), entry.file_name())).unwrap();
        if path.is_dir() {
            copy(&path, &to.join(name));
        } else {
            std::fs::copy(&path, to.join(name)).unwrap();
        }
    }
}

#[test]
fn a_list_that_leaves_something_out_is_found_out() {
    let (running, _) = farm();
    published(&running);
    let (vkey, token) = (running.ledger.vkey.clone(), running.ledger.operator.clone());
    let with = |change: fn(&mut Value)| {
        let lying = Proxy::start(running.url(), move |path, body| {
            if !path.contains("/chain") {
                return body;
            }
            let mut page: Value = serde_json::from_slice(&body).unwrap();
            change(&mut page);
            page.to_string().into_bytes()
        });
        verify(&lying.url, &vkey, &["--token", &token, "--json"])
    };
    assert_eq!(with(|_| {}).exits(0).json()["whole"], true);
    for change in [
        (|page| drop(page["entries"].as_array_mut().unwrap().pop())) as fn(&mut Value),
        |page| drop(page["entries"].as_array_mut().unwrap().remove(2)),
        |page| page["entries"] = Value::Array(vec![]),
        |page| page["entries"].as_array_mut().unwrap().swap(1, 2),
        |page| page["entries"][1]["inclusion"] = Value::Array(vec![]),
        |page| {
            let leaf =
                page["entries"][1]["leaf"].as_str().unwrap().replace("\"keys\":[", "\"keys\":[9");
            page["entries"][1]["leaf"] = leaf.into();
        },
    ] {
        let report = with(change).exits(1).json();
        assert_eq!(report["party"]["none_missing"], false, "{report}");
    }
}

#[test]
fn a_server_cannot_pass_another_partys_entries_off_as_those_asked_for() {
    let (running, _) = farm();
    let operator = running.ledger.operator.clone();
    let shop = TestParty::new(&running.ledger.origin, "urn:example:shop", 9);
    let shop = shop.register(&running.server, &operator, "required");
    published(&running);
    let client = running.server.client_with(&operator);
    let chain = format!("/v1/parties/{}/chain", encode(&shop.id));
    let others = client.get(&chain).expect(200);
    let own = client.get(&format!("/v1/parties/{}", encode(FARM))).expect(200);
    let registration = client.get(&format!("/v1/entries/{}/private", own["alias"])).expect(200);
    let place = format!("/v1/entries/{}/private", others["alias"]);
    let lying = Proxy::start(running.url(), move |path, body| {
        if path.contains("/chain") {
            return others.to_string().replace(&shop.id, FARM).into_bytes();
        }
        if path == place { registration.to_string().into_bytes() } else { body }
    });
    let vkey = running.ledger.vkey.clone();
    let report = verify(&lying.url, &vkey, &["--token", &operator, "--json"]).exits(1).json();
    assert!(report["findings"].to_string().contains("register this party"), "{report}");
}

#[test]
fn a_receipt_shows_what_the_ledger_no_longer_has() {
    let (running, _) = farm();
    let Running { server, ledger, farm } = running;
    assert!(server.stop().success());
    let forgot = ledger.root.path().join("forgot");
    copy(&ledger.data, &forgot);
    let running = Running { server: TestServer::start(&ledger.data, &[]), ledger, farm };
    let answer = post(&running, 7, &[]);
    let held = running.file("held", &answer.to_string());
    let vkey = running.ledger.vkey.clone();
    verify(running.data(), &vkey, &["--receipt", &held]).exits(0);
    let report = verify(forgot.to_str().unwrap(), &vkey, &["--receipt", &held, "--json"]);
    let report = report.exits(1).json();
    assert!(report["findings"].to_string().contains("receipt"), "{report}");
    assert_eq!(report["party"]["none_missing"], false);
    // A receipt of another log, or a forged one, accuses nobody.
    let other = laiqu_proof::NoteSigner::from_seed(&running.ledger.origin, &[9; 32]).unwrap();
    let text = answer["receipt"]["checkpoint"].as_str().unwrap();
    let head = laiqu_proof::SignedCheckpoint::parse(text).unwrap();
    let forged = head.checkpoint().sign(&other);
    let forged = answer.to_string().replace(
        &serde_json::to_string(text).unwrap().trim_matches('"').to_owned(),
        serde_json::to_string(&forged).unwrap().trim_matches('"'),
    );
    let held = running.file("forged", &forged);
    let report = verify(running.data(), &vkey, &["--receipt", &held, "--json"]).exits(1).json();
    assert!(report["findings"].to_string().contains("no receipt of this ledger"), "{report}");
    let stranger = running.file("stranger", &PrivateJwk::from_seed(&[1; 32]).to_json());
    verify(running.data(), &vkey, &["--receipt", &stranger]).exits(2);
}
