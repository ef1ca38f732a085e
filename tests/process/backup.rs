//! `laiqu backup`, beside a server that goes on writing.

use crate::ran::{FARM, Running, files_below, laiqu, mode};
use laiqu_tests::{LedgerDir, TestServer, commissioned, document, under_test};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::process::Stdio;

fn post(running: &Running, number: u64) {
    let lot = format!("urn:epc:class:lgtin:4012345.011111.B{number}");
    let body = document(&[commissioned(&format!("urn:example:backup:{number}"), &lot, 1)]);
    let answer = running.farm.capture(&running.server.client(), &body);
    assert_eq!(answer.status, 202, "{}", answer.text());
}

#[test]
fn it_copies_beside_a_running_server_and_then_only_what_is_new() {
    let running = Running::with_events(&[]);
    running.wait_for_checkpoint(7);
    let target = running.ledger.root.path().join("copy");
    let path = target.to_str().unwrap();
    let backup = || laiqu(&["backup", running.data(), path, "--json"]).exits(0).json();
    let first = backup();
    assert_eq!((&first["size"], &first["entries_copied"]), (&7.into(), &7.into()));
    assert_eq!((&first["lag_entries"], &first["secrets"]), (&0.into(), &false.into()));
    assert_eq!(first["checkpoint_size"], 7);
    let shown = running.server.client().get("/log/checkpoint").text();
    assert_eq!(std::fs::read_to_string(target.join("published")).unwrap(), shown);
    let verified = laiqu(&["verify", path, "--vkey", &running.ledger.vkey, "--json"]).exits(0);
    assert_eq!(verified.json()["root"], first["root"]);

    assert_eq!(mode(&target), 0o700);
    let names: Vec<_> = files_below(&target);
    assert!(!names.iter().any(|name| name.to_str().unwrap().contains("secrets")), "{names:?}");
    let manifest: Value =
        serde_json::from_slice(&std::fs::read(target.join("manifest.json")).unwrap()).unwrap();
    assert_eq!(manifest["published"], shown);
    for file in manifest["files"].as_array().unwrap() {
        let bytes = std::fs::read(target.join(file["name"].as_str().unwrap())).unwrap();
        assert_eq!(file["bytes"], bytes.len());
        assert_eq!(file["sha256"], laiqu_proof::Hash::digest(&bytes).to_hex());
    }

    let nothing = backup();
    assert_eq!((&nothing["entries_copied"], &nothing["bytes_copied"]), (&0.into(), &0.into()));
    (0..3).for_each(|number| post(&running, number));
    running.wait_for_checkpoint(10);
    let more = backup();
    assert_eq!((&more["size"], &more["entries_copied"]), (&10.into(), &3.into()));
    assert!(more["bytes_copied"].as_u64().unwrap() < 20_000, "{more}");
    laiqu(&["verify", path]).exits(0);
    let people = laiqu(&["backup", running.data(), path]).exits(0);
    assert!(people.stdout.contains("已备份 10 条"), "{}", people.stdout);
    assert!(people.stderr.contains("private keys are not in the backup"), "{}", people.stderr);
}

#[test]
fn private_keys_come_along_only_where_asked_for() {
    let running = Running::with_events(&[]);
    running.wait_for_checkpoint(7);
    let target = running.ledger.root.path().join("copy");
    let path = target.to_str().unwrap();
    laiqu(&["backup", running.data(), path]).exits(0);
    assert!(!target.join("secrets").exists());
    let ran = laiqu(&["backup", running.data(), path, "--with-secrets"]).exits(0);
    assert!(ran.stderr.contains("can sign as this ledger"), "{}", ran.stderr);
    for name in ["log.jwk", "gateway.jwk"] {
        let (copy, own) = (target.join("secrets").join(name), running.ledger.data.join("secrets"));
        assert_eq!(std::fs::read(&copy).unwrap(), std::fs::read(own.join(name)).unwrap());
        assert_eq!(mode(&copy), 0o600);
    }
    assert_eq!(mode(&target.join("secrets")), 0o700);
}

#[test]
fn it_follows_and_shows_how_far_behind_it_is() {
    let running = Running::with_events(&[]);
    let target = running.ledger.root.path().join("copy");
    let mut child = under_test()
        .args(["backup", running.data(), target.to_str().unwrap(), "--follow", "--json"])
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut rounds = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || -> Value { serde_json::from_str(&rounds.next().unwrap().unwrap()).unwrap() };
    next();
    let (mut size, mut delayed) = (0, 0.0_f64);
    for number in 0..6 {
        post(&running, number);
        std::thread::sleep(std::time::Duration::from_millis(300));
    }
    while size < 13 {
        let round = next();
        assert!(round["entries_copied"].as_u64().unwrap() > 0 || round["lag_entries"] != 0);
        size = round["size"].as_u64().unwrap();
        delayed = delayed.max(round["lag_seconds"].as_f64().unwrap());
    }
    child.kill().unwrap();
    child.wait().unwrap();
    assert_eq!(size, 13);
    assert!(delayed > 0.0, "entries are copied after they were written");
    laiqu(&["verify", target.to_str().unwrap()]).exits(0);
}

#[test]
fn only_the_backup_of_this_ledger_is_brought_up_to_date() {
    let running = Running::with_events(&[]);
    running.wait_for_checkpoint(7);
    let root = running.ledger.root.path();
    let copy = root.join("copy");
    let copy = copy.to_str().unwrap();
    laiqu(&["backup", running.data(), copy]).exits(0);

    let other = LedgerDir::new("other.example/log");
    let refused = laiqu(&["backup", other.data.to_str().unwrap(), copy]).exits(4);
    refused.explains("the backup is of process.example/log");
    // The same name, but another history.
    let twin = LedgerDir::new("process.example/log");
    let server = TestServer::start(&twin.data, &[]);
    assert!(server.stop().success());
    let refused = laiqu(&["backup", twin.data.to_str().unwrap(), copy]).exits(4);
    refused.explains("the backup holds 7 entries, the ledger only 3");
    let used = root.join("used");
    std::fs::create_dir(&used).unwrap();
    std::fs::write(used.join("a.txt"), "mine").unwrap();
    laiqu(&["backup", running.data(), used.to_str().unwrap()])
        .exits(4)
        .explains("holds something that is no backup");
    let inside = format!("{}/copy", running.data());
    laiqu(&["backup", running.data(), &inside]).exits(4).explains("inside the data directory");
    assert!(!running.ledger.data.join("copy").exists());
    laiqu(&["backup", root.join("nowhere").to_str().unwrap(), copy]).exits(2).explains("nowhere");
    // All that changed nothing.
    laiqu(&["verify", copy]).exits(0);
    assert!(
        running
            .server
            .client_with(&running.ledger.operator)
            .get("/v1/parties")
            .text()
            .contains(FARM)
    );
}
