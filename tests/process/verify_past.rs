//! `laiqu verify` on a directory against what was known before: rewritten history, a remembered
//! size, the ledger's own checkpoints, the index.

use crate::ran::{Ran, Running, files_below, laiqu};
use laiqu_index::State;
use laiqu_ledger::{Entry, Log, LogOptions, PreparedEntry, Reader};
use laiqu_proof::Hash;
use laiqu_tests::{LedgerDir, TestServer, commissioned, document};
use std::collections::HashMap;
use std::path::Path;

/// Events of a ledger, each a document of its own.
const EVENTS: u64 = 12;

/// A stopped ledger, and a checkpoint that someone saved meanwhile.
fn stopped() -> (LedgerDir, String) {
    let running = Running::new(&[]);
    post(&running, 0..EVENTS);
    let saved = running.server.client().get("/log/checkpoint").text();
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    (ledger, saved)
}

fn post(running: &Running, numbers: std::ops::Range<u64>) {
    let client = running.server.client();
    for number in numbers {
        let lot = format!("urn:epc:class:lgtin:4012345.011111.P{number}");
        let body = document(&[commissioned(&format!("urn:example:past:{number}"), &lot, 1)]);
        assert_eq!(running.farm.capture(&client, &body).status, 202);
    }
}

fn verify(ledger: &LedgerDir, flags: &[&str]) -> Ran {
    let data = ledger.data.to_str().unwrap();
    laiqu(&[&["verify", data, "--vkey", &ledger.vkey, "--json"], flags].concat())
}

fn not_checked(ran: &Ran) -> String {
    ran.json()["not_checked"].to_string()
}

/// Tells all of history again, each entry a microsecond later, as the operator who holds every
/// key but those of the issuers can; and removes what would give that away.
fn rewrite(ledger: &LedgerDir) {
    let log = ledger.data.join("log");
    let entries: Vec<Entry> =
        Reader::open(&log).unwrap().scan(0).collect::<Result<_, _>>().unwrap();
    std::fs::remove_dir_all(&log).unwrap();
    let mut other = Log::create(&log, LogOptions::default()).unwrap();
    let mut issuers: HashMap<u64, Hash> = HashMap::new();
    for entry in entries {
        let mut leaf = entry.leaf;
        leaf.time_micros += 1;
        leaf.prev = other.head().last_leaf_hash;
        leaf.issuer_prev = issuers.get(&leaf.issuer).copied().unwrap_or(Hash::ZERO);
        let issuer = leaf.issuer;
        let frame = entry.frame.unwrap().encode().unwrap();
        let entry = PreparedEntry::new(leaf, frame, entry.events).unwrap();
        issuers.insert(issuer, entry.leaf_hash());
        other.append(&[entry]).unwrap();
    }
    other.close().unwrap();
    std::fs::remove_dir_all(ledger.data.join("index")).unwrap();
    std::fs::remove_file(ledger.data.join("published")).unwrap();
}

#[test]
fn an_operator_who_rewrites_history_is_caught_by_anyone_with_an_older_checkpoint_or_state() {
    let (ledger, saved) = stopped();
    let kept = ledger.root.path().join("kept");
    std::fs::write(&kept, saved).unwrap();
    let (kept, state) = (kept.to_str().unwrap(), ledger.root.path().join("state"));
    let state = state.to_str().unwrap();
    verify(&ledger, &["--checkpoint", kept, "--state", state]).exits(0);
    let remembered = std::fs::read(state).unwrap();
    rewrite(&ledger);
    // Everything holds by itself: signatures, chains, commitments.
    let alone = verify(&ledger, &[]).exits(0);
    assert_eq!(alone.json()["findings"].as_array().unwrap().len(), 0);
    for flags in
        [&["--checkpoint", kept][..], &["--state", state], &["--state", state, "--since-state"]]
    {
        let caught = verify(&ledger, flags).exits(1);
        assert!(caught.stdout.contains("another root than its checkpoint"), "{flags:?}");
    }
    assert_eq!(std::fs::read(state).unwrap(), remembered, "what is not whole is not remembered");
}

#[test]
fn from_a_remembered_size_on_earlier_documents_are_not_read_again_and_that_is_said() {
    let running = Running::new(&[]);
    post(&running, 0..EVENTS);
    let Running { server, ledger, farm } = running;
    assert!(server.stop().success());
    let state = ledger.root.path().join("state");
    let state = state.to_str().unwrap();
    let since = |code| verify(&ledger, &["--state", state, "--since-state"]).exits(code);
    let first = since(0);
    assert!(!not_checked(&first).contains("earlier verification"), "nothing was known before");
    let server = TestServer::start(&ledger.data, &[]);
    let body = document(&[commissioned("urn:example:past:later", crate::ran::LOT, 1)]);
    assert_eq!(farm.capture(&server.client(), &body).status, 202);
    assert!(server.stop().success());
    let size = first.json()["size"].as_u64().unwrap();
    // An old document, then the new one, change on the disk.
    let reader = Reader::open(&ledger.data.join("log")).unwrap();
    let (old, new) = (reader.entry(size - 2).unwrap(), reader.entry(size).unwrap());
    assert!(old.frame.is_some() && new.frame.is_some());
    let segment = files_below(&ledger.data.join("log"));
    let segment = segment.iter().find(|path| path.ends_with("000000000000.seg")).unwrap();
    let flip = |entry: &Entry| flip(segment, entry.frame_to - 3);
    flip(&old);
    let left_out = since(0);
    assert!(not_checked(&left_out).contains("which an earlier verification found whole"));
    verify(&ledger, &[]).exits(1);
    flip(&old);
    std::fs::remove_file(state).unwrap();
    verify(&ledger, &["--state", state]).exits(0);
    flip(&new);
    verify(&ledger, &[]).exits(1);
    laiqu(&["verify", ledger.data.to_str().unwrap(), "--since-state"]).exits(2);
}

#[test]
fn who_only_saw_leaves_vouches_for_no_document() {
    let running = Running::new(&[]);
    post(&running, 0..EVENTS);
    let state = running.ledger.root.path().join("state");
    let (state, vkey) = (state.to_str().unwrap().to_owned(), running.ledger.vkey.clone());
    let size = running.server.client().get("/v1/ledger").expect(200)["ledger"]["size"].clone();
    running.wait_for_checkpoint(size.as_u64().unwrap());
    laiqu(&["verify", running.url(), "--vkey", &vkey, "--state", &state]).exits(0);
    let look = ["monitor", running.url(), "--vkey", &vkey, "--state", &state, "--once"];
    laiqu(&look).exits(0);
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    let log = ledger.data.join("log");
    let document = Reader::open(&log).unwrap().entry(size.as_u64().unwrap() - 1).unwrap();
    flip(&log.join("000000000000.seg"), document.frame_to - 3);
    verify(&ledger, &["--state", &state, "--since-state"]).exits(1);
}

fn flip(file: &Path, at: u64) {
    let mut bytes = std::fs::read(file).unwrap();
    bytes[usize::try_from(at).unwrap()] ^= 1;
    std::fs::write(file, bytes).unwrap();
}

#[test]
fn an_index_that_says_something_else_is_found() {
    let (ledger, _) = stopped();
    let index = ledger.data.join("index");
    for deep in [&[][..], &["--deep"]] {
        let whole = verify(&ledger, deep).exits(0);
        assert!(!not_checked(&whole).contains("the index"), "{}", whole.stdout);
    }
    // Someone writes a whole index in which a party has another name.
    let loaded = State::look(&index).unwrap();
    let mut records = loaded.records;
    let party = records.iter_mut().find(|record| record.kind == "party.register").unwrap();
    party.payload = party.payload.replacen("\"name\":\"", "\"name\":\"x", 1);
    std::fs::remove_dir_all(&index).unwrap();
    let (mut forged, _) = State::open(&index, |_| false).unwrap();
    forged.commit(&records, loaded.mark.size, &loaded.mark.last_leaf).unwrap();
    forged.flush().unwrap();
    drop(forged);
    for deep in [&[][..], &["--deep"]] {
        let found = verify(&ledger, deep).exits(1).json();
        assert_eq!(found["findings"][0]["file"], "index", "{found}");
    }
    laiqu(&["reindex", "--data", ledger.data.to_str().unwrap()]).exits(0);
    verify(&ledger, &[]).exits(0);
    std::fs::remove_dir_all(&index).unwrap();
    assert!(not_checked(&verify(&ledger, &[]).exits(0)).contains("the index: there is none"));
}

#[test]
fn what_it_did_not_look_at_is_listed() {
    let running = Running::with_events(&[]);
    let ran = laiqu(&["verify", running.data(), "--json"]).exits(0);
    let listed = not_checked(&ran);
    for what in ["the index: the server is running", "cosignatures of witnesses", "outcomes"] {
        assert!(listed.contains(what), "{what}: {listed}");
    }
    // A policy that no checkpoint meets is its own exit code, and is not remembered.
    let policy = format!(
        "log {}\nwitness w1 {}\nquorum w1\n",
        running.ledger.vkey,
        laiqu_proof::CosignatureSigner::from_seed("w.example", &[5; 32]).unwrap().vkey()
    );
    let policy = running.file("policy", &policy);
    let state = running.ledger.root.path().join("state");
    let flags = ["--policy", &policy, "--state", state.to_str().unwrap(), "--json"];
    let below = laiqu(&[&["verify", running.data()], &flags[..]].concat()).exits(4).json();
    assert_eq!((&below["whole"], &below["policy_met"]), (&true.into(), &false.into()));
    assert!(!state.exists());
}

#[test]
fn files_that_cannot_be_read_are_unreachable_not_damaged() {
    let (ledger, _) = stopped();
    let segment = ledger.data.join("log/000000000000.seg");
    std::fs::remove_file(&segment).unwrap();
    std::fs::create_dir(&segment).unwrap();
    verify(&ledger, &[]).exits(3).explains("000000000000.seg");
}
