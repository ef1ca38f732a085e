//! The ledger's own key changes: the old one vouches for the new one, in a public entry.

use crate::ran::{FARM, LOT, Running, laiqu, mode};
use laiqu_ledger::{Kind, Leaf};
use laiqu_proof::{Checkpoint, NoteVerifier};
use laiqu_tests::{TestServer, commissioned, document, under_test};
use serde_json::Value;
use std::path::{Path, PathBuf};

fn verifier(vkey: &Value) -> NoteVerifier {
    NoteVerifier::parse(vkey.as_str().unwrap()).unwrap()
}

fn rotate(data: &str, reason: &str) -> Value {
    laiqu(&["keys", "rotate-log", "--data", data, "--reason", reason, "--json"]).exits(0).json()
}

fn names(directory: &Path) -> Vec<String> {
    let mut names: Vec<String> = std::fs::read_dir(directory)
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    names
}

fn capture(running: &Running, server: &TestServer, n: u64) {
    let body = document(&[commissioned(&format!("urn:example:log:{n}"), LOT, n)]);
    assert_eq!(running.farm.capture(&server.client(), &body).status, 202);
}

/// Stops the server, lets `between` work on the directory, and starts it again.
fn restarted(running: Running, between: impl FnOnce(&str)) -> Running {
    let Running { server, ledger, farm } = running;
    assert!(server.stop().success());
    between(ledger.data.to_str().unwrap());
    let server = TestServer::start(&ledger.data, &[]);
    Running { server, ledger, farm }
}

#[test]
fn the_new_key_signs_what_comes_and_the_old_one_what_was() {
    let running = Running::with_events(&[]);
    let old = verifier(&running.ledger.vkey.clone().into());
    let kept = running.server.client().get("/log/checkpoint").text();
    let beside = laiqu(&["keys", "rotate-log", "--data", running.data(), "--reason", "x"]);
    beside.exits(4).explains("stop the server");
    let mut rotated = Value::Null;
    let running = restarted(running, |data| rotated = rotate(data, "年度更换"));
    let (entry, new) = (rotated["entry"].as_u64().unwrap(), verifier(&rotated["vkey"]));
    assert_eq!(rotated["old_vkey"], running.ledger.vkey);
    // Right behind the change both keys sign.
    let shown = running.server.client().get("/log/checkpoint").text();
    for key in [&old, &new] {
        assert_eq!(Checkpoint::open(&shown, key).unwrap().size, entry + 1);
    }
    let state = running.server.client().get("/v1/ledger").expect(200);
    assert_eq!(state["vkey"], rotated["vkey"]);
    capture(&running, &running.server, 3);
    running.wait_for_checkpoint(entry + 2);
    let client = running.server.client();
    let shown = client.get("/log/checkpoint").text();
    assert!(Checkpoint::open(&shown, &old).is_err());
    assert_eq!(Checkpoint::open(&shown, &new).unwrap().size, entry + 2);
    // Receipts under earlier sizes are signed by the key of that size.
    for (size, by_old, by_new) in
        [(entry, true, false), (entry + 1, true, true), (entry + 2, false, true)]
    {
        let receipt = client.get(&format!("/v1/entries/0/receipt?size={size}")).expect(200);
        let note = receipt["checkpoint"].as_str().unwrap();
        let opens = |key| Checkpoint::open(note, key).is_ok();
        assert_eq!((opens(&old), opens(&new)), (by_old, by_new), "size {size}");
    }
    let listed = client.get("/log/keys").expect(200);
    let last = listed["entries"].as_array().unwrap().last().unwrap();
    let leaf = Leaf::decode(last["leaf"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!((leaf.kind, leaf.keys), (Kind::LedgerKey, vec![0, entry]));
    // Whoever holds the old key, the new one, or a checkpoint of before finds the ledger whole.
    let saved = running.file("kept.checkpoint", &kept);
    for key in [&old, &new] {
        let vkey = key.vkey();
        let ran =
            laiqu(&["verify", running.data(), "--vkey", &vkey, "--checkpoint", &saved, "--json"]);
        assert_eq!(ran.exits(0).json()["whole"], true);
    }
    let other = laiqu_proof::NoteSigner::from_seed(old.name(), &[8; 32]).unwrap().vkey();
    laiqu(&["verify", running.data(), "--vkey", &other]).exits(1);
}

#[test]
fn a_key_changes_more_than_once_and_its_files_follow() {
    let running = Running::new(&[]);
    let secrets = running.ledger.data.join("secrets");
    let mut entries = Vec::new();
    let running = restarted(running, |data| {
        entries = (0..2).map(|_| rotate(data, "twice")["entry"].as_u64().unwrap()).collect();
    });
    assert_eq!(entries[1], entries[0] + 1);
    let expected = ["gateway.jwk".to_owned(), "log.jwk".to_owned()];
    let retired = entries.iter().map(|entry| format!("log.until-{entry}.jwk"));
    let mut expected: Vec<String> = expected.into_iter().chain(retired).collect();
    expected.sort();
    assert_eq!(names(&secrets), expected);
    assert!(expected.iter().all(|name| mode(&secrets.join(name)) == 0o600));
    let client = running.server.client();
    let signatures = |size: u64| {
        let receipt = client.get(&format!("/v1/entries/0/receipt?size={size}")).expect(200);
        receipt["checkpoint"].as_str().unwrap().lines().filter(|line| line.starts_with('—')).count()
    };
    assert_eq!(entries.iter().map(|entry| signatures(entry + 1)).collect::<Vec<_>>(), [2, 2]);
    // An operator who destroys an old key loses receipts under its sizes, and nothing else.
    std::fs::remove_file(secrets.join(format!("log.until-{}.jwk", entries[0]))).unwrap();
    let running = restarted(running, |_| {});
    capture(&running, &running.server, 1);
    let client = running.server.client();
    let path = format!("/v1/entries/0/receipt?size={}", entries[0]);
    let gone = client.get(&path);
    assert_eq!(gone.problem(404), "not-found");
    assert!(gone.text().contains("kept no more"), "{}", gone.text());
    assert_eq!(client.get("/v1/entries/0/receipt").status, 200);
    assert_eq!(laiqu(&["verify", running.data(), "--json"]).exits(0).json()["whole"], true);
}

#[test]
fn wrong_arguments_and_foreign_keys_change_nothing() {
    let running = Running::new(&[]);
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    let data = ledger.data.to_str().unwrap();
    let secrets = ledger.data.join("secrets");
    let before = (names(&secrets), std::fs::read(secrets.join("log.jwk")).unwrap());
    laiqu(&["keys", "rotate-log", "--data", data, "--reason", " "]).exits(2).explains("reason");
    laiqu(&["keys", "rotate-log", "--data", "/nowhere", "--reason", "x"]).exits(2);
    assert_eq!((names(&secrets), std::fs::read(secrets.join("log.jwk")).unwrap()), before);
    // Another key in the place of the log's is none that the ledger knows.
    std::fs::write(secrets.join("log.jwk"), laiqu_proof::PrivateJwk::from_seed(&[4; 32]).to_json())
        .unwrap();
    let ran = laiqu(&["keys", "rotate-log", "--data", data, "--reason", "x"]).exits(5);
    assert!(ran.stderr.contains("not the key that the ledger names"), "{ran:?}");
    let (code, said) = TestServer::refusal(&ledger.data, &[]);
    assert_eq!(code, 5, "{said}");
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

/// The calls that change files, in order, as far as the change makes them by itself.
fn steps(data: &Path) -> Vec<(&'static str, usize)> {
    let calls = ["pwrite64", "fsync", "fdatasync", "rename", "unlink"];
    let trace = data.parent().unwrap().join("trace");
    let mut command = std::process::Command::new("strace");
    command.args(["-f", "-e", "trace=rename,unlink,fsync,fdatasync,pwrite64", "-o"]).arg(&trace);
    command.arg(under_test().get_program());
    command.args(["keys", "rotate-log", "--reason", "x", "--data"]).arg(data);
    let done = command.output().unwrap();
    assert!(done.status.success(), "{done:?}");
    let text = std::fs::read_to_string(&trace).unwrap();
    let count =
        |call: &str| text.lines().filter(|line| line.contains(&format!(" {call}("))).count();
    calls.into_iter().map(|call| (call, count(call))).filter(|(_, count)| *count > 0).collect()
}

#[test]
fn whatever_is_cut_off_is_finished_by_the_next_start() {
    if std::process::Command::new("strace").arg("-V").output().is_err() {
        println!("skipped: no strace");
        return;
    }
    let Running { server, ledger, farm } = Running::new(&[]);
    assert!(server.stop().success());
    let place = |name: &str| -> PathBuf { ledger.root.path().join(name) };
    copy(&ledger.data, &place("traced"));
    let mut outcomes = std::collections::BTreeSet::new();
    for (call, count) in steps(&place("traced")) {
        for nth in 1..=count {
            let data = place(&format!("{call}-{nth}"));
            copy(&ledger.data, &data);
            let (trace, inject) =
                (format!("trace={call}"), format!("inject={call}:signal=KILL:when={nth}"));
            let mut command = std::process::Command::new("strace");
            command.args(["-f", "-qq", "-e", &trace, "-e", &inject]);
            command.arg(under_test().get_program());
            command.args(["keys", "rotate-log", "--reason", "x", "--data"]).arg(&data);
            command.output().unwrap();
            outcomes.insert(settled(&data, &farm, &format!("{call} {nth}")));
            std::fs::remove_dir_all(&data).unwrap();
        }
    }
    assert_eq!(outcomes.len(), 2, "killed before and behind the entry");
}

/// Starts what a kill left behind; answers whether the key was changed.
fn settled(data: &Path, farm: &laiqu_tests::TestParty, what: &str) -> bool {
    let server = TestServer::try_start(data, &[]).unwrap_or_else(|why| panic!("{what}: {why}"));
    let client = server.client();
    let state = client.get("/v1/ledger").expect(200);
    let changed = client.get("/log/keys").expect(200)["entries"]
        .as_array()
        .unwrap()
        .iter()
        .any(|entry| entry["leaf"].as_str().unwrap().contains(r#""kind":"ledger.key""#));
    let shown = client.get("/log/checkpoint").text();
    Checkpoint::open(&shown, &verifier(&state["vkey"])).unwrap_or_else(|e| panic!("{what}: {e}"));
    let body = document(&[commissioned("urn:example:log:kill", LOT, 1)]);
    assert_eq!(farm.capture(&client, &body).status, 202, "{what}");
    assert!(server.stop().success());
    let described: Value =
        serde_json::from_slice(&std::fs::read(data.join("laiqu.json")).unwrap()).unwrap();
    assert_eq!(described["vkey"], state["vkey"], "{what}");
    assert!(!data.join("secrets/log.next.jwk").exists(), "{what}");
    let ran = laiqu(&["verify", data.to_str().unwrap(), "--json"]);
    assert_eq!(ran.exits(0).json()["whole"], true, "{what}");
    let retired = names(&data.join("secrets")).len();
    assert_eq!(retired, if changed { 3 } else { 2 }, "{what}");
    // And it can be changed again.
    rotate(data.to_str().unwrap(), FARM);
    changed
}
