//! `laiqu restore`: nothing is usable before it has proved itself.

use crate::ran::{LOT, Running, files_below, laiqu, mode};
use laiqu_ledger::Reader;
use laiqu_tests::{Book, LedgerDir, TestServer, commissioned, document};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// A stopped ledger with its backup, keys included, and its newest checkpoint in a file.
struct Saved {
    ledger: LedgerDir,
    copy: PathBuf,
    checkpoint: String,
    book: Book,
    root: PathBuf,
}

impl Saved {
    fn new(flags: &[&str]) -> Self {
        let running = Running::new(&[]);
        let mut book = Book::new(&running.ledger.vkey);
        for number in 0..4 {
            let body = document(&[commissioned(&format!("urn:example:event:{number}"), LOT, 9)]);
            book.keep(&body, &running.farm.capture(&running.server.client(), &body));
        }
        running.wait_for_checkpoint(9);
        let shown = running.server.client().get("/log/checkpoint").text();
        let checkpoint = running.file("known", &shown);
        let copy = running.ledger.root.path().join("copy");
        let command = ["backup", running.data(), copy.to_str().unwrap()];
        laiqu(&[&command, flags].concat()).exits(0);
        let Running { server, ledger, .. } = running;
        assert!(server.stop().success());
        let root = ledger.root.path().to_owned();
        Self { ledger, copy, checkpoint, book, root }
    }

    fn restore(&self, name: &str, more: &[&str]) -> crate::ran::Ran {
        let (copy, to) = (self.copy.to_str().unwrap(), self.root.join(name));
        laiqu(&[&["restore", copy, to.to_str().unwrap()], more].concat())
    }

    /// Neither the ledger nor anything of it is there.
    fn nothing(&self, name: &str) {
        assert!(!self.root.join(name).exists());
        let left = files_below(&self.root).into_iter().find(|path| {
            path.components().any(|part| part.as_os_str().to_string_lossy().contains(".restoring"))
        });
        assert_eq!(left, None);
    }
}

#[test]
fn a_restored_ledger_keeps_every_receipt_and_goes_on() {
    let saved = Saved::new(&["--with-secrets"]);
    let restored = saved.restore("new", &["--at-least", &saved.checkpoint, "--json"]).exits(0);
    let restored = restored.json();
    assert_eq!((&restored["size"], &restored["secrets"]), (&9.into(), &true.into()));
    let data = saved.root.join("new");
    assert_eq!(mode(&data.join("secrets/log.jwk")), 0o600);
    laiqu(&["verify", data.to_str().unwrap(), "--checkpoint", &saved.checkpoint]).exits(0);
    let server = TestServer::start(&data, &[]);
    assert_eq!(saved.book.check(&server.client()), 9);
    let traced = server
        .client_with(&saved.ledger.operator)
        .get(&format!("/v1/trace?id={LOT}&direction=forward"));
    assert_eq!(traced.status, 200, "{}", traced.text());
    assert!(server.stop().success());
}

#[test]
fn without_keys_it_can_be_verified_but_not_served() {
    let saved = Saved::new(&[]);
    let ran = saved.restore("new", &["--at-least", &saved.checkpoint]).exits(0);
    assert!(ran.stderr.contains("no private keys"), "{}", ran.stderr);
    let data = saved.root.join("new");
    laiqu(&["verify", data.to_str().unwrap()]).exits(0);
    let (code, said) = TestServer::refusal(&data, &[]);
    assert!(code != 0 && said.contains("log.jwk"), "{said}");
    let secrets = data.join("secrets");
    std::fs::create_dir(&secrets).unwrap();
    for name in ["log.jwk", "gateway.jwk"] {
        std::fs::copy(saved.ledger.data.join("secrets").join(name), secrets.join(name)).unwrap();
    }
    let server = TestServer::start(&data, &[]);
    saved.book.check(&server.client());
}

#[test]
fn a_backup_behind_a_known_checkpoint_is_refused() {
    let saved = Saved::new(&["--with-secrets"]);
    let server = TestServer::start(&saved.ledger.data, &[]);
    let farm = laiqu_tests::TestParty::new(&saved.ledger.origin, crate::ran::FARM, 1);
    let body = document(&[commissioned("urn:example:event:later", LOT, 9)]);
    assert_eq!(farm.capture(&server.client(), &body).status, 202);
    let mut shown = String::new();
    while !shown.contains("\n10\n") {
        shown = server.client().get("/log/checkpoint").text();
    }
    let later = saved.root.join("later");
    std::fs::write(&later, shown).unwrap();
    let refused = saved.restore("new", &["--at-least", later.to_str().unwrap()]).exits(4);
    refused.explains("too old: it holds 9 entries, a known checkpoint 10");
    saved.nothing("new");
    laiqu(&["restore", saved.copy.to_str().unwrap(), saved.root.join("new").to_str().unwrap()])
        .exits(2);
    // Put in the place of the ledger by hand, whoever holds the checkpoint sees it.
    saved.restore("new", &["--at-least", &saved.checkpoint]).exits(0);
    let data = saved.root.join("new");
    let later = later.to_str().unwrap();
    laiqu(&["verify", data.to_str().unwrap(), "--checkpoint", later]).exits(1);
}

fn flip(path: &Path, at: usize) {
    let mut bytes = std::fs::read(path).unwrap();
    bytes[at] ^= 1;
    std::fs::write(path, bytes).unwrap();
}

#[test]
fn a_damaged_backup_is_refused_even_if_its_manifest_was_made_to_fit() {
    let saved = Saved::new(&["--with-secrets"]);
    let segment = saved.copy.join("log/000000000000.seg");
    let manifest = saved.copy.join("manifest.json");
    let whole = std::fs::read_to_string(&manifest).unwrap();
    let refused = |what: &str| {
        let ran = saved.restore("new", &["--at-least", &saved.checkpoint]).exits(1);
        assert!(ran.stderr.contains(what), "{what}: {}", ran.stderr);
        assert!(ran.stderr.contains("hint: "), "{}", ran.stderr);
        saved.nothing("new");
    };
    for at in [0, 600, 2_000] {
        flip(&segment, at);
        refused("SHA-256");
        // Whoever changes both is caught by what the ledger itself says.
        let hash = |bytes: &[u8]| laiqu_proof::Hash::digest(bytes).to_hex();
        let bytes = std::fs::read(&segment).unwrap();
        flip(&segment, at);
        let right = hash(&std::fs::read(&segment).unwrap());
        std::fs::write(&segment, &bytes).unwrap();
        std::fs::write(&manifest, whole.replace(&right, &hash(&bytes))).unwrap();
        refused("does not prove itself");
        flip(&segment, at);
        std::fs::write(&manifest, &whole).unwrap();
    }
    let value: Value = serde_json::from_str(&whole).unwrap();
    let root = value["root"].as_str().unwrap();
    std::fs::write(&manifest, whole.replace(root, &"0".repeat(64))).unwrap();
    refused("another size or root");
    std::fs::write(&manifest, whole.replace("laiqu-backup/1", "laiqu-backup/9")).unwrap();
    refused("laiqu-backup/9");
    std::fs::write(&manifest, whole.replace("log/000000000000.seg", "../../outside")).unwrap();
    refused("outside");
    std::fs::write(&manifest, &whole).unwrap();
    let kept = std::fs::read(&segment).unwrap();
    std::fs::remove_file(&segment).unwrap();
    refused("missing or too short");
    std::fs::write(&segment, kept).unwrap();
    saved.restore("new", &["--at-least", &saved.checkpoint]).exits(0);
}

#[test]
fn wrong_checkpoints_keys_and_places_are_refused() {
    let saved = Saved::new(&["--with-secrets"]);
    let at_least = |text: &str| {
        let file = saved.root.join("other");
        std::fs::write(&file, text).unwrap();
        saved.restore("new", &["--at-least", file.to_str().unwrap()])
    };
    at_least("nonsense").exits(2).explains("no checkpoint");
    let known = std::fs::read_to_string(&saved.checkpoint).unwrap();
    at_least(&known.replace("process.example", "best.example")).exits(2);
    let root = known.lines().nth(2).unwrap();
    let forged = known.replace(root, &laiqu_proof::Hash::digest(b"forged").to_base64());
    at_least(&forged).exits(1);
    saved.nothing("new");
    let other = LedgerDir::new("process.example/log");
    let arguments = ["--at-least", &saved.checkpoint, "--vkey", &other.vkey];
    saved.restore("new", &arguments).exits(1);
    saved.nothing("new");
    let used = saved.ledger.data.to_str().unwrap();
    let copy = saved.copy.to_str().unwrap();
    laiqu(&["restore", copy, used, "--at-least", &saved.checkpoint])
        .exits(4)
        .explains("is not empty");
    let nowhere = saved.root.join("nowhere");
    let nowhere = nowhere.to_str().unwrap();
    laiqu(&["restore", nowhere, used, "--at-least", &saved.checkpoint])
        .exits(2)
        .explains("no backup");
    // An empty directory is a place.
    std::fs::create_dir(saved.root.join("new")).unwrap();
    saved.restore("new", &["--at-least", &saved.checkpoint]).exits(0);
}

#[test]
fn a_successor_names_what_it_follows_on_and_leaves_it_alone() {
    let saved = Saved::new(&["--with-secrets"]);
    saved.restore("new", &["--new-origin", "process.example/log"]).exits(2);
    saved.restore("new", &["--new-origin", "not a name"]).exits(2);
    saved.nothing("new");
    let ran = saved.restore("new", &["--new-origin", "next.example/log", "--json"]).exits(0);
    let made = ran.json();
    let data = saved.root.join("new");
    let entry = Reader::open(&data.join("log")).unwrap().entry(0).unwrap();
    let init: Value = serde_json::from_slice(&entry.frame.unwrap().payload).unwrap();
    assert_eq!(init["origin"], "next.example/log");
    let predecessor = &init["predecessor"];
    assert_eq!(predecessor["origin"], "process.example/log");
    assert_eq!((&predecessor["size"], &predecessor["root"]), (&9.into(), &made["root"]));
    let vkey = made["successor"]["vkey"].as_str().unwrap();
    laiqu(&["verify", data.to_str().unwrap(), "--vkey", vkey]).exits(0);
    let old = data.join("predecessor");
    laiqu(&["verify", old.to_str().unwrap(), "--checkpoint", &saved.checkpoint]).exits(0);
    assert!(!old.join("secrets").exists(), "nothing is signed under the old name again");
    let server = TestServer::start(&data, &[]);
    let operator = made["successor"]["operator_token"].as_str().unwrap();
    assert_eq!(server.client_with(operator).get("/v1/parties").status, 200);
    let checkpoint = server.client().get("/log/checkpoint").text();
    assert!(checkpoint.starts_with("next.example/log\n"), "{checkpoint}");
}
