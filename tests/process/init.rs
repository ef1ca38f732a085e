//! `laiqu init`.

use crate::ran::{Running, files_below, laiqu, mode};
use laiqu_tests::{LedgerDir, TestServer};
use std::collections::BTreeSet;

#[test]
fn it_prints_one_object_with_exactly_these_members() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("new/data");
    let path = data.to_str().unwrap();
    let ran = laiqu(&["init", path, "--origin", "ledger.example/城", "--json"]).exits(0);
    let made = ran.json();
    let names: BTreeSet<&str> = made.as_object().unwrap().keys().map(String::as_str).collect();
    assert_eq!(names, BTreeSet::from(["data", "operator_token", "origin", "vkey"]));
    assert_eq!(made["data"], path);
    assert_eq!(made["origin"], "ledger.example/城");
    let vkey = made["vkey"].as_str().unwrap();
    assert_eq!(laiqu_proof::NoteVerifier::parse(vkey).unwrap().name(), "ledger.example/城");
    laiqu(&["verify", path, "--vkey", vkey]).exits(0);
}

#[test]
fn the_token_is_shown_once_and_stored_nowhere() {
    let running = Running::with_events(&[]);
    let operator = running.ledger.operator.clone();
    let client = running.server.client_with(&operator);
    assert_eq!(client.get("/v1/parties").status, 200);
    let path = format!("/v1/parties/{}/tokens", crate::ran::FARM);
    let answer = client.post(&path, &[("Content-Type", "application/json")], b"{}");
    let party = answer.expect(201)["token"].as_str().unwrap().to_owned();
    let LedgerDir { data, .. } = &running.ledger;
    let data = data.clone();
    assert!(running.server.stop().success());
    let files = files_below(&data);
    assert!(files.len() > 5, "{files:?}");
    for token in [&operator, &party] {
        assert!(token.len() > 30, "{token}");
        // Neither the text nor the part behind its prefix.
        let secret = token.strip_prefix("laiqu_").unwrap();
        for file in &files {
            let bytes = std::fs::read(file).unwrap();
            let found = bytes.windows(secret.len()).any(|part| part == secret.as_bytes());
            assert!(!found, "{} holds a token", file.display());
        }
    }
}

#[test]
fn people_get_the_token_once_and_the_next_command() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let ran = laiqu(&["init", data.to_str().unwrap(), "--origin", "people.example"]).exits(0);
    let both = format!("{}{}", ran.stdout, ran.stderr);
    assert_eq!(both.matches("laiqu_").count(), 1, "{both}");
    assert!(ran.stdout.contains("laiqu_") && ran.stdout.contains("people.example+"), "{both}");
    assert!(both.contains("laiqu serve --data"), "{both}");
}

#[test]
fn private_keys_are_readable_by_their_owner_only() {
    let ledger = LedgerDir::new("modes.example");
    let mut keys = 0;
    for file in files_below(&ledger.data) {
        let text = std::fs::read(&file).unwrap();
        if text.windows(5).any(|part| part == b"\"d\":\"") {
            keys += 1;
            assert_eq!(mode(&file), 0o600, "{}", file.display());
        }
    }
    assert_eq!(keys, 2, "the log's key and the gateway's");
}

#[test]
fn a_directory_that_holds_anything_is_refused_and_left_alone() {
    let root = tempfile::tempdir().unwrap();
    std::fs::write(root.path().join("notes.txt"), "mine").unwrap();
    let path = root.path().to_str().unwrap();
    let ran = laiqu(&["init", path, "--origin", "a.example", "--json"]).exits(4);
    ran.explains("not empty");
    assert_eq!(files_below(root.path()).len(), 1);

    let ledger = LedgerDir::new("kept.example");
    let before: Vec<_> =
        files_below(&ledger.data).iter().map(|f| std::fs::read(f).unwrap()).collect();
    laiqu(&["init", ledger.data.to_str().unwrap(), "--origin", "b.example"]).exits(4);
    let after: Vec<_> =
        files_below(&ledger.data).iter().map(|f| std::fs::read(f).unwrap()).collect();
    assert!(before == after, "a ledger was changed");
    let server = TestServer::start(&ledger.data, &[]);
    assert_eq!(server.client_with(&ledger.operator).get("/v1/parties").status, 200);
}

#[test]
fn a_wrong_origin_is_refused_and_the_directory_can_still_be_used() {
    let root = tempfile::tempdir().unwrap();
    let data = root.path().join("data");
    let path = data.to_str().unwrap();
    for origin in ["", "two words", "plus+sign", "line\nbreak"] {
        let ran = laiqu(&["init", path, "--origin", origin, "--json"]).exits(2);
        ran.explains("origin");
    }
    laiqu(&["init", path, "--origin", "good.example", "--json"]).exits(0);
}
