//! `laiqu verify` on a directory.

use crate::ran::{Running, laiqu};
use laiqu_proof::NoteSigner;
use laiqu_tests::{LedgerDir, TestParty, TestServer, commissioned, document};
use std::sync::atomic::{AtomicBool, Ordering};

#[test]
fn a_whole_ledger_is_whole_beside_its_running_server() {
    let running = Running::with_events(&[]);
    let vkey = &running.ledger.vkey;
    let ran = laiqu(&["verify", running.data(), "--vkey", vkey, "--json"]).exits(0);
    let report = ran.json();
    assert_eq!((&report["whole"], &report["vkey_configured"]), (&true.into(), &true.into()));
    assert_eq!(report["origin"], running.ledger.origin);
    assert_eq!(report["findings"].as_array().unwrap().len(), 0);
    let shown = running.server.client_with(&running.ledger.operator).get("/v1/ledger").expect(200);
    assert_eq!(shown["ledger"]["size"], report["size"]);
    assert_eq!(shown["ledger"]["root"], report["root"]);
    assert!(report["signatures"].as_u64().unwrap() >= 4, "{report}");
    let people = laiqu(&["verify", running.data()]).exits(0);
    assert!(people.stdout.contains("✓ 完整") && people.stdout.contains("whole"), "{people:?}");
}

#[test]
fn it_never_finds_damage_while_clients_post() {
    let running = Running::new(&[]);
    let done = AtomicBool::new(false);
    std::thread::scope(|scope| {
        for client in 0..4 {
            let (running, done) = (&running, &done);
            scope.spawn(move || {
                let http = running.server.client();
                for n in (0_u64..).take_while(|_| !done.load(Ordering::SeqCst)) {
                    let events = (0..=n % 20).map(|event| {
                        let id = format!("urn:example:beside:{client}:{n}:{event}");
                        commissioned(&id, crate::ran::LOT, event)
                    });
                    let body = document(&events.collect::<Vec<_>>());
                    assert_eq!(running.farm.capture(&http, &body).status, 202);
                }
            });
        }
        let mut sizes = Vec::new();
        for _ in 0..12 {
            let ran = laiqu(&["verify", running.data(), "--json"]);
            if ran.code != 0 {
                done.store(true, Ordering::SeqCst);
            }
            sizes.push(ran.exits(0).json()["size"].as_u64().unwrap());
        }
        done.store(true, Ordering::SeqCst);
        assert!(sizes.is_sorted() && sizes.first() < sizes.last(), "{sizes:?}");
    });
}

#[test]
fn another_key_and_a_foreign_checkpoint_are_damage() {
    let running = Running::with_events(&[]);
    let other = NoteSigner::from_seed(&running.ledger.origin, &[9; 32]).unwrap();
    let ran = laiqu(&["verify", running.data(), "--vkey", &other.vkey(), "--json"]).exits(1);
    assert_eq!(ran.json()["whole"], false);
    laiqu(&["verify", running.data(), "--vkey", "no key"]).exits(2).explains("--vkey");
    let kept = running.file("kept", &running.server.client().get("/log/checkpoint").text());
    let data = running.data();
    laiqu(&["verify", data, "--vkey", &running.ledger.vkey, "--checkpoint", &kept]).exits(0);
    let stranger = Running::new(&[]);
    let text = stranger.server.client().get("/log/checkpoint").text();
    let foreign = running.file("foreign", &text);
    let vkey = &running.ledger.vkey;
    laiqu(&["verify", data, "--vkey", vkey, "--checkpoint", &foreign]).exits(1);
    laiqu(&["verify", data, "--checkpoint", "/nowhere/c"]).exits(2);
}

#[test]
fn a_path_without_a_ledger_is_a_usage_error() {
    let root = tempfile::tempdir().unwrap();
    laiqu(&["verify", root.path().to_str().unwrap(), "--json"]).exits(2).explains("no ledger");
    laiqu(&["verify", "/nowhere/at/all"]).exits(2).explains("/nowhere/at/all");
}

#[test]
fn a_ledger_rolled_back_to_an_earlier_state_is_found_with_a_saved_checkpoint() {
    let ledger = LedgerDir::new("rolled.example");
    let names = ["log/head", "log/000000000000.seg"].map(|name| ledger.data.join(name));
    let earlier = names.clone().map(|file| std::fs::read(file).unwrap());
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, crate::ran::FARM, 1);
    drop(farm.register(&server, &ledger.operator, "required"));
    assert!(server.stop().success());
    let server = TestServer::start(&ledger.data, &[]);
    let kept = ledger.root.path().join("kept");
    std::fs::write(&kept, server.client().get("/log/checkpoint").text()).unwrap();
    assert!(server.stop().success());
    let (data, kept) = (ledger.data.to_str().unwrap(), kept.to_str().unwrap());
    let check = |code| {
        let flags = ["verify", data, "--vkey", &ledger.vkey, "--checkpoint", kept, "--json"];
        laiqu(&flags).exits(code);
    };
    check(0);
    // The operator puts everything back, the head file too. The directory still holds what was
    // published, and an index of later entries; without those the ledger is whole by itself.
    for (file, bytes) in names.iter().zip(earlier) {
        std::fs::write(file, bytes).unwrap();
    }
    laiqu(&["verify", data, "--vkey", &ledger.vkey, "--json"]).exits(1);
    std::fs::remove_file(ledger.data.join("published")).unwrap();
    laiqu(&["verify", data, "--vkey", &ledger.vkey, "--json"]).exits(1);
    std::fs::remove_dir_all(ledger.data.join("index")).unwrap();
    laiqu(&["verify", data, "--vkey", &ledger.vkey, "--json"]).exits(0);
    check(1);
}

#[test]
fn options_without_effect_are_refused() {
    let ledger = LedgerDir::new("ledger.example/options");
    let data = ledger.data.to_str().unwrap();
    for option in [&["--private"][..], &["--token", "x"], &["--evidence", "somewhere"]] {
        let args: Vec<&str> = ["verify", data].iter().chain(option).copied().collect();
        let ran = laiqu(&args).exits(2);
        assert!(ran.stderr.contains(option[0]) && ran.stderr.contains("hint:"), "{ran:?}");
    }
    let ran = laiqu(&["verify", "http://127.0.0.1:1", "--deep"]).exits(2);
    assert!(ran.stderr.contains("--deep"), "{ran:?}");
}
