//! Following a log across a change of its key, from the old key on and from the new one.

use crate::proxy::Proxy;
use crate::ran::{FARM, LOT, Running, laiqu};
use laiqu_proof::{Checkpoint, Hash, NoteSigner, PrivateJwk};
use laiqu_tests::{StaticFiles, TestServer, commissioned, document};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// A served ledger whose key was changed, with what was seen of it before and after.
struct Changed {
    running: Running,
    old_vkey: String,
    new_vkey: String,
    /// The entry that changed it.
    entry: u64,
    size: u64,
    old_key: PrivateJwk,
    old_checkpoint: String,
}

fn post(running: &Running, id: &str) -> u64 {
    let event = commissioned(&format!("urn:example:{id}"), LOT, 1);
    let answer = running.farm.capture(&running.server.client(), &document(&[event]));
    assert_eq!(answer.status, 202, "{}", answer.text());
    let ledger = running.server.client().get("/v1/ledger").expect(200)["ledger"].take();
    let size = ledger["size"].as_u64().unwrap();
    running.wait_for_checkpoint(size);
    size
}

/// `before` sees the ledger under its old key.
fn changed(before: impl Fn(&Running)) -> Changed {
    let running = Running::with_events(&[]);
    post(&running, "before");
    before(&running);
    let old_checkpoint = running.server.client().get("/log/checkpoint").text();
    let Running { server, ledger, farm } = running;
    assert!(server.stop().success());
    let old_key = std::fs::read_to_string(ledger.data.join("secrets/log.jwk")).unwrap();
    let old_key = PrivateJwk::parse(&old_key).unwrap();
    let change = laiqu_service::rotate_log_key(&ledger.data, "yearly").unwrap();
    assert_eq!(change.old_vkey, ledger.vkey);
    let server = TestServer::start(&ledger.data, &[]);
    let running = Running { server, ledger, farm };
    let size = post(&running, "after");
    assert!(size > change.entry + 1);
    let (old_vkey, new_vkey, entry) = (change.old_vkey, change.vkey, change.entry);
    Changed { running, old_vkey, new_vkey, entry, size, old_key, old_checkpoint }
}

fn verify(url: &str, vkey: &str, flags: &[&str], code: i32) -> Value {
    laiqu(&[&["verify", url, "--vkey", vkey, "--json"], flags].concat()).exits(code).json()
}

#[test]
fn a_log_is_followed_from_its_old_key_to_its_new_one() {
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("trust.json");
    let file = file.to_str().unwrap();
    let copy = state.path().join("copy");
    let copy = copy.to_str().unwrap();
    let look = |url: &str, vkey: &str| {
        let asked = ["monitor", url, "--vkey", vkey, "--state", file, "--once", "--json"];
        let ran = laiqu(&asked).exits(0);
        assert_eq!(ran.stdout, "");
    };
    let export = |url: &str, vkey: &str| {
        laiqu(&["export", "tiles", copy, "--url", url, "--vkey", vkey, "--json"]).exits(0).json()
    };
    let now = changed(|running| {
        look(running.url(), &running.ledger.vkey);
        export(running.url(), &running.ledger.vkey);
    });
    let url = now.running.url();
    let saved = now.running.file("saved", &now.old_checkpoint);
    for vkey in [&now.old_vkey, &now.new_vkey] {
        assert_eq!(verify(url, vkey, &[], 0)["size"], now.size);
    }
    // What the old key signed is still the beginning; who began with the new key does not know it.
    verify(url, &now.old_vkey, &["--checkpoint", &saved], 0);
    verify(url, &now.new_vkey, &["--checkpoint", &saved], 1);
    look(url, &now.old_vkey);
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let keys = kept["ledgers"][0]["log_keys"].as_array().unwrap();
    assert_eq!(keys.len(), 2, "{kept}");
    assert_eq!(
        (&keys[1]["by"], &keys[1]["vkey"]),
        (&now.entry.into(), &now.new_vkey.clone().into())
    );
    // A policy may list both.
    let policy = format!("log {}\nlog {}\nquorum none\n", now.old_vkey, now.new_vkey);
    let policy = now.running.file("policy", &policy);
    laiqu(&["verify", url, "--policy", &policy, "--json"]).exits(0);
    // What is remembered is enough, also where the list of keys is not shown any more.
    let hidden = Proxy::start(url, |path, body| {
        let none = br#"{"entries":[],"withheld":[],"erased":[],"next":null}"#;
        if path.starts_with("/log/keys") { none.to_vec() } else { body }
    });
    let size = post(&now.running, "more");
    look(&hidden.url, &now.old_vkey);
    verify(&hidden.url, &now.old_vkey, &["--state", file], 0);
    // A copy goes on, and is all that a verifier needs.
    assert_eq!(export(url, &now.old_vkey)["size"], size);
    let web = StaticFiles::start(copy.as_ref());
    for target in [copy, &web.url] {
        assert_eq!(verify(target, &now.old_vkey, &[], 0)["size"], size);
    }
}

#[test]
fn a_change_that_the_old_key_did_not_sign_is_none() {
    let now = changed(|_| {});
    let url = now.running.url();
    for change in [
        |_: &str| r#"{"entries":[],"withheld":[],"erased":[],"next":null}"#.to_owned(),
        |text: &str| text.replace("yearly", "weekly"),
        |text: &str| text.replace("\\\"log_vkey\\\"", "\\\"log_vkez\\\""),
    ] {
        let lying = Proxy::start(url, move |path, body| {
            let text = String::from_utf8_lossy(&body).into_owned();
            if path.starts_with("/log/keys") { change(&text).into_bytes() } else { body }
        });
        for vkey in [&now.old_vkey, &now.new_vkey] {
            assert_eq!(verify(&lying.url, vkey, &[], 1)["whole"], false);
        }
    }
}

#[test]
fn the_old_key_signs_nothing_any_more() {
    let now = changed(|_| {});
    let url = now.running.url();
    let shown = now.running.server.client().get("/log/checkpoint").text();
    let root = shown.lines().nth(2).unwrap();
    // Whoever stole the old key shows the same tree under it.
    let origin = now.running.ledger.origin.clone();
    let signer = now.old_key.note_signer(&origin).unwrap();
    let root = Hash::from_base64(root).unwrap();
    let stolen = Checkpoint { origin, size: now.size, root }.sign(&signer);
    let lying = Proxy::start(url, move |path, body| {
        if path == "/log/checkpoint" { stolen.clone().into_bytes() } else { body }
    });
    let report = verify(&lying.url, &now.old_vkey, &[], 1);
    assert!(report["findings"].to_string().contains("key in force"), "{report}");
    let state = now.running.ledger.root.path().join("trust.json");
    let state = state.to_str().unwrap();
    let asked =
        ["monitor", &lying.url, "--vkey", &now.old_vkey, "--state", state, "--once", "--json"];
    assert_eq!(laiqu(&asked).exits(1).json()["alert"], "damaged");
}

#[test]
fn a_check_goes_on_over_the_network_where_one_of_the_directory_ended() {
    let now = changed(|_| {});
    let running = &now.running;
    let state = running.ledger.root.path().join("trust.json");
    let state = state.to_str().unwrap();
    verify(running.data(), &now.old_vkey, &["--state", state], 0);
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(state).unwrap()).unwrap();
    let kept = &kept["ledgers"][0];
    assert_eq!((&kept["size"], &kept["log_keys"][1]["by"]), (&now.size.into(), &now.entry.into()));
    let size = post(running, "later");
    // Whoever stole the old key cannot make use of its change not being read again.
    let shown = running.server.client().get("/log/checkpoint").text();
    let root = Hash::from_base64(shown.lines().nth(2).unwrap()).unwrap();
    let origin = running.ledger.origin.clone();
    let signer = now.old_key.note_signer(&origin).unwrap();
    let stolen = Checkpoint { origin, size, root }.sign(&signer);
    let lying = Proxy::start(running.url(), move |path, body| {
        if path == "/log/checkpoint" { stolen.clone().into_bytes() } else { body }
    });
    let report = verify(&lying.url, &now.old_vkey, &["--state", state], 1);
    assert!(report["findings"].to_string().contains("key in force"), "{report}");
    // The chains go on: the new leaves are read, and no others.
    let token = running.ledger.operator.clone();
    let reader = ["--state", state, "--party", FARM, "--token", &token];
    assert_eq!(verify(running.url(), &now.old_vkey, &reader, 0)["party"]["none_missing"], true);
    verify(running.data(), &now.old_vkey, &["--state", state, "--since-state"], 0);
    assert_eq!(post(running, "last"), size + 1);
    let report = verify(running.url(), &now.old_vkey, &["--state", state], 0);
    let skipped = format!("entries before {size} again");
    assert!(report["not_checked"].to_string().contains(&skipped), "{report}");
    let asked = ["monitor", running.url(), "--vkey", &now.old_vkey, "--state", state, "--once"];
    laiqu(&asked).exits(0);
}

#[test]
fn several_changes_are_followed_one_after_the_other() {
    let now = changed(|_| {});
    let state = tempfile::tempdir().unwrap();
    let file = state.path().join("trust.json");
    let file = file.to_str().unwrap();
    let look = |url: &str| {
        let asked = ["monitor", url, "--vkey", &now.old_vkey, "--state", file, "--once", "--json"];
        assert_eq!(laiqu(&asked).exits(0).stdout, "");
    };
    look(now.running.url());
    let Running { server, ledger, farm } = now.running;
    assert!(server.stop().success());
    let third = laiqu_service::rotate_log_key(&ledger.data, "again").unwrap();
    assert_eq!(third.old_vkey, now.new_vkey);
    let running = Running { server: TestServer::start(&ledger.data, &[]), ledger, farm };
    // Right behind the change both keys sign; further on only the new one.
    running.wait_for_checkpoint(third.entry + 1);
    for id in ["", "x", "y"] {
        if !id.is_empty() {
            post(&running, id);
        }
        look(running.url());
        for vkey in [&now.old_vkey, &now.new_vkey, &third.vkey] {
            verify(running.url(), vkey, &[], 0);
        }
    }
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(file).unwrap()).unwrap();
    let keys = kept["ledgers"][0]["log_keys"].as_array().unwrap();
    let brought: Vec<u64> = keys.iter().map(|key| key["by"].as_u64().unwrap()).collect();
    assert_eq!(brought, [0, now.entry, third.entry]);
}

/// A server whose checkpoint of `size` entries is by a stranger, and whose list of key entries, a
/// document of so many bytes on each page, has no end. Answers how often that was asked for, too.
fn endless(running: &Running, signer: &str, size: u64, bytes: usize) -> (Proxy, Arc<AtomicU64>) {
    let origin = running.ledger.origin.clone();
    let stranger = NoteSigner::from_seed(signer, &[9; 32]).unwrap();
    let shown = Checkpoint { origin, size, root: Hash::ZERO }.sign(&stranger);
    let mut entry = running.server.client().get("/log/keys").expect(200)["entries"][0].take();
    entry["document"] = "x".repeat(bytes).into();
    let asked = Arc::new(AtomicU64::new(0));
    let count = Arc::clone(&asked);
    let proxy = Proxy::start(running.url(), move |path, body| {
        if path == "/log/checkpoint" {
            return shown.clone().into_bytes();
        }
        let Some(from) = path.strip_prefix("/log/keys?from=") else { return body };
        count.fetch_add(1, Ordering::SeqCst);
        let next = from.parse::<u64>().unwrap() + 1;
        let page = json!({ "entries": [entry], "withheld": [], "erased": [], "next": next });
        page.to_string().into_bytes()
    });
    (proxy, asked)
}

#[test]
fn who_has_signed_nothing_is_not_read_for_ever() {
    const PAGES_MAX: u64 = 1_024;
    const BYTES_MAX: u64 = 256 << 20;
    const PAGE_BYTES: u64 = 60 << 20;
    let running = Running::new(&[]);
    let (vkey, origin) = (running.ledger.vkey.clone(), running.ledger.origin.clone());
    let state = running.ledger.root.path().join("trust.json");
    let state = state.to_str().unwrap();
    let verify = |url: &str| laiqu(&["verify", url, "--vkey", &vkey]).exits(1);
    // A page for each entry behind the first, as far as the size that is announced goes, or as is
    // read at all.
    for (size, pages) in [(7, 6), (u64::MAX, PAGES_MAX)] {
        let (proxy, asked) = endless(&running, &origin, size, 10);
        let ran = verify(&proxy.url);
        assert_eq!(asked.swap(0, Ordering::SeqCst), pages, "{ran:?}");
        let said = ran.stderr.contains(&format!("at most {PAGES_MAX} pages"));
        assert_eq!(said, pages == PAGES_MAX, "{ran:?}");
        let watched = ["monitor", &proxy.url, "--vkey", &vkey, "--state", state, "--once"];
        laiqu(&watched).exits(1);
        assert_eq!(asked.load(Ordering::SeqCst), pages);
    }
    // Or until they are too long together.
    let (proxy, asked) = endless(&running, &origin, u64::MAX, usize::try_from(PAGE_BYTES).unwrap());
    verify(&proxy.url).explains(&BYTES_MAX.to_string());
    assert_eq!(asked.load(Ordering::SeqCst), BYTES_MAX / PAGE_BYTES + 1);
    // No key of this log could have signed under another name.
    let (proxy, asked) = endless(&running, "other.example", u64::MAX, 10);
    verify(&proxy.url);
    assert_eq!(asked.load(Ordering::SeqCst), 0);
    assert!(!std::path::Path::new(state).exists(), "nothing was remembered");
}
