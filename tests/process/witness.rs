//! `laiqu witness` and `laiqu evidence`: a witness as the logs, and who checks them, meet it.

use crate::ran::{laiqu, mode};
use laiqu_proof::{
    AddCheckpoint, Checkpoint, Hash, NoteSigner, NoteVerifier, Policy, Tree, leaf_hash,
};
use laiqu_tests::{Answer, TestServer};
use std::path::{Path, PathBuf};

const ORIGIN: &str = "ledger.example/城";

/// A witness in a temporary directory.
struct TestWitness {
    root: tempfile::TempDir,
    dir: PathBuf,
    vkey: String,
}

impl TestWitness {
    fn new() -> Self {
        let root = tempfile::tempdir().unwrap();
        let dir = root.path().join("w");
        let path = dir.to_str().unwrap();
        let made = laiqu(&["witness", "init", path, "--name", "w.example", "--json"]).exits(0);
        let vkey = made.json()["vkey"].as_str().unwrap().to_owned();
        Self { root, dir, vkey }
    }

    fn serve(&self) -> TestServer {
        TestServer::witness(&self.dir, &["--log", &log().vkey()])
    }

    fn evidence(&self) -> Vec<PathBuf> {
        let files = std::fs::read_dir(self.dir.join("evidence")).unwrap();
        files.map(|file| file.unwrap().path()).collect()
    }
}

fn log() -> NoteSigner {
    NoteSigner::from_seed(ORIGIN, &[1; 32]).unwrap()
}

/// Histories that are the same up to entry 2.
fn history(own: u8) -> Tree {
    let mut tree = Tree::new();
    (0..12_u8).for_each(|index| tree.push(leaf_hash(&[index, if index < 3 { 0 } else { own }])));
    tree
}

fn note(tree: &Tree, size: u64) -> String {
    let root = tree.root_at(size).unwrap();
    Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&log())
}

fn ask(server: &TestServer, tree: &Tree, old: u64, size: u64) -> Answer {
    let path = tree.consistency(old, size).unwrap_or_default();
    let request = AddCheckpoint::new(old, path, note(tree, size)).unwrap().to_string();
    server.client().post("/add-checkpoint", &[], request.as_bytes())
}

#[test]
fn a_witness_answers_as_its_specification_says() {
    let witness = TestWitness::new();
    assert_eq!(mode(&witness.dir.join("secrets/witness.jwk")), 0o600);
    let (server, tree) = (witness.serve(), history(1));
    let shown = format!("/{}/checkpoint", Hash::digest(ORIGIN.as_bytes()).to_hex());
    assert_eq!(server.client().get(&shown).status, 404);
    let answer = ask(&server, &tree, 0, 5);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert!(answer.text().starts_with("— w.example "), "{}", answer.text());
    // What it shows holds the log's signature and its own.
    let policy = format!("log {}\nwitness w {}\nquorum w\n", log().vkey(), witness.vkey);
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    let opened = policy.open(&server.client().get(&shown).text()).unwrap();
    assert!(opened.quorum_met && opened.checkpoint.size == 5);
    let told = ask(&server, &tree, 0, 7);
    assert_eq!((told.status, told.text().as_str()), (409, "5\n"));
    assert_eq!(told.header("content-type"), Some("text/x.tlog.size"));
    assert_eq!(ask(&server, &tree, 5, 7).status, 200);
    let client = server.client();
    let post = |body: &[u8]| client.post("/add-checkpoint", &[], body).status;
    assert_eq!((post(b""), post(b"\xff"), post(b"old 7\n\nx\n")), (400, 400, 400));
    assert_eq!(client.get("/add-checkpoint").status, 405);
    assert_eq!(client.get("/../secrets/witness.jwk").status, 404);
    assert_eq!(client.get("/%2e%2e%2fsecrets/checkpoint").status, 404);
    assert_eq!(post(&vec![b'x'; 1 << 20]), 413);
    assert!(witness.evidence().is_empty());
}

#[test]
fn what_was_cosigned_survives_a_kill_and_only_one_process_holds_it() {
    let witness = TestWitness::new();
    let (server, tree) = (witness.serve(), history(1));
    assert_eq!(ask(&server, &tree, 0, 6).status, 200);
    let second = laiqu(&["witness", "serve", path(&witness.dir), "--log", &log().vkey()]).exits(4);
    second.explains("another process");
    server.kill();
    let server = witness.serve();
    assert_eq!(ask(&server, &tree, 0, 9).text(), "6\n");
    assert_eq!(ask(&server, &tree, 6, 9).status, 200);
    assert!(server.stop().success());
}

#[test]
fn a_log_that_tells_two_stories_is_proven_to_a_third_person() {
    let witness = TestWitness::new();
    let server = witness.serve();
    let (one, other) = (history(1), history(2));
    assert_eq!(ask(&server, &one, 0, 6).status, 200);
    for (size, files) in [(6, 1), (9, 2)] {
        assert_eq!(ask(&server, &other, 6, size).status, 422);
        assert_eq!(witness.evidence().len(), files);
    }
    for file in witness.evidence() {
        let check = |vkey: &str| laiqu(&["evidence", "check", path(&file), "--vkey", vkey]);
        let proven = check(&log().vkey()).exits(0);
        assert!(proven.stdout.contains("PROVEN"), "{}", proven.stdout);
        let stranger = NoteSigner::from_seed(ORIGIN, &[9; 32]).unwrap();
        let nothing = check(&stranger.vkey()).exits(1);
        assert!(nothing.stdout.contains("Nothing is proven"), "{}", nothing.stdout);
    }
    // Two checkpoints of one history prove nothing, in any order.
    let honest = witness.root.path().join("honest.txt");
    for (a, b) in [(6, 6), (6, 9), (9, 6)] {
        let text = format!("laiqu/1 evidence\n\n{}\n{}", note(&one, a), note(&one, b));
        std::fs::write(&honest, text).unwrap();
        let json = ["evidence", "check", path(&honest), "--vkey", &log().vkey(), "--json"];
        assert_eq!(laiqu(&json).exits(1).json()["split"], false);
    }
    let nowhere = laiqu(&["evidence", "check", "/nowhere", "--vkey", &log().vkey()]).exits(2);
    assert!(nowhere.stderr.contains("/nowhere"), "{}", nowhere.stderr);
}

#[test]
fn wrong_set_ups_are_refused_with_the_reason() {
    let witness = TestWitness::new();
    let dir = path(&witness.dir);
    let key = log().vkey();
    laiqu(&["witness", "init", dir, "--name", "x"]).exits(2).explains("not empty");
    let nowhere = witness.root.path().join("nowhere");
    laiqu(&["witness", "init", path(&nowhere), "--name", "a b"]).exits(2).explains("name");
    laiqu(&["witness", "serve", path(&nowhere), "--log", &key]).exits(2).explains("witness.json");
    laiqu(&["witness", "serve", dir, "--log", "x"]).exits(2).explains("--log");
    let policy = witness.root.path().join("policy");
    std::fs::write(&policy, "quorum none\n").unwrap();
    laiqu(&["witness", "serve", dir, "--policy", path(&policy)]).exits(2).explains("no log");
    std::fs::write(&policy, "quorum\n").unwrap();
    laiqu(&["witness", "serve", dir, "--policy", path(&policy)]).exits(2).explains("line 1");
    // A changed memory would let it cosign a second story.
    let server = witness.serve();
    assert_eq!(ask(&server, &history(1), 0, 6).status, 200);
    assert!(server.stop().success());
    let state = std::fs::read_dir(witness.dir.join("state")).unwrap().next().unwrap().unwrap();
    let text = std::fs::read_to_string(state.path()).unwrap();
    std::fs::write(state.path(), text.replace("\n6\n", "\n5\n")).unwrap();
    laiqu(&["witness", "serve", dir, "--log", &key]).exits(5).explains("state");
    assert!(NoteVerifier::parse(&witness.vkey).unwrap().is_cosigner());
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}
