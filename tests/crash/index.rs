//! The index (sled) lost, damaged or of another ledger; and two processes on one ledger.

use crate::image::{LOT, PRODUCT, Sample, copy_of};
use laiqu_tests::{Dice, TestServer, commissioned, document, run};
use serde_json::Value;
use std::path::{Path, PathBuf};

/// Rounds of changed bytes in the index.
const ROUNDS: u64 = 8;

/// Everything that is asked before and after.
const QUESTIONS: &[&str] = &[
    "/epcis/events/urn:example:event:1",
    "/epcis/events/urn:example:event:2",
    "/epcis/events/urn:example:event:large:699",
    "/epcis/events/urn:example:event:none",
    "/v1/trace?id=urn:epc:class:lgtin:4012345.022222.B1&direction=back",
    "/v1/trace?id=urn:epc:class:lgtin:4012345.011111.A1&direction=both",
    "/v1/parties",
    "/v1/parties/urn:example:plant",
    "/v1/entries/5",
    "/log/checkpoint",
    "/log/tile/0/000.p/9",
];

/// The answers to all questions, as an operator and as a party.
fn answers(server: &TestServer, operator: &str, token: &str) -> Vec<(String, u16, Value)> {
    let epcs = [LOT, PRODUCT].map(|id| format!("/epcis/events?MATCH_anyEPCClass={id}"));
    let asked = QUESTIONS.iter().map(|path| (*path).to_owned()).chain(epcs);
    let mut answers = Vec::new();
    for path in asked {
        for (who, bearer) in [("operator", operator), ("plant", token)] {
            let answer = server.client_with(bearer).get(&path);
            let mut body = serde_json::from_slice(&answer.body)
                .unwrap_or_else(|_| Value::from(data_encoding::HEXLOWER.encode(&answer.body)));
            // When and by which request a document was asked for is no part of the answer.
            for changing in ["creationDate", "createdAt", "request_id"] {
                body.as_object_mut().and_then(|object| object.remove(changing));
            }
            answers.push((format!("{who} {path}"), answer.status, body));
        }
    }
    answers
}

struct Asked {
    sample: Sample,
    token: String,
    before: Vec<(String, u16, Value)>,
}

impl Asked {
    fn new() -> Self {
        let sample = Sample::new();
        let server = TestServer::start(&sample.ledger.data, &[]);
        let operator = &sample.ledger.operator;
        let made = server.client_with(operator).post(
            "/v1/parties/urn:example:plant/tokens",
            &[("Content-Type", "application/json")],
            b"{}",
        );
        let token = made.expect(201)["token"].as_str().unwrap().to_owned();
        // After a restart the shown checkpoint is the newest.
        assert!(server.stop().success());
        let server = TestServer::start(&sample.ledger.data, &[]);
        let before = answers(&server, operator, &token);
        let good = before.iter().filter(|(_, status, _)| *status == 200).count();
        assert!(good >= 2 * QUESTIONS.len() - 4, "{before:?}");
        assert!(server.stop().success());
        Self { sample, token, before }
    }

    fn index(&self) -> PathBuf {
        self.sample.ledger.data.join("index")
    }

    /// The next start gives the same answers, and keys and tokens still count.
    fn same(&self, data: &Path, context: &str) {
        let server = TestServer::start(data, &[]);
        let after = answers(&server, &self.sample.ledger.operator, &self.token);
        for (before, after) in self.before.iter().zip(&after) {
            assert_eq!(before, after, "{context}");
        }
        let body = document(&[commissioned("urn:example:event:1", LOT, 50)]);
        let again = self.sample.farm.capture(&server.client(), &body);
        assert_eq!(again.expect(202)["replayed"], true, "{context}: duplicates are known");
        let other = document(&[commissioned("urn:example:event:1", LOT, 51)]);
        let refused = self.sample.farm.capture(&server.client(), &other);
        assert_eq!(refused.problem(409), "event-id-conflict", "{context}");
        assert!(server.stop().success(), "{context}");
    }
}

fn files(index: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    let mut open = vec![index.to_owned()];
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

#[test]
fn a_deleted_index_is_rebuilt_and_answers_the_same() {
    let asked = Asked::new();
    std::fs::remove_dir_all(asked.index()).unwrap();
    asked.same(&asked.sample.ledger.data, "deleted");
    assert!(!files(&asked.index()).is_empty(), "the index is there again");
    std::fs::remove_dir_all(asked.index()).unwrap();
    std::fs::create_dir(asked.index()).unwrap();
    asked.same(&asked.sample.ledger.data, "an empty directory");
    std::fs::remove_dir_all(asked.index()).unwrap();
    std::fs::write(asked.index(), b"no directory").unwrap();
    let started = TestServer::try_start(&asked.sample.ledger.data, &[]);
    if let Err(why) = started {
        assert!(!why.is_empty() && !why.contains("panicked"), "a file in its place: {why}");
    }
}

#[test]
fn a_damaged_index_is_rebuilt_and_answers_the_same() {
    let asked = Asked::new();
    let mut dice = Dice::printed();
    for round in 0..ROUNDS {
        let (_root, data) = copy_of(&asked.sample.ledger.data);
        for path in files(&data.join("index")) {
            let mut bytes = std::fs::read(&path).unwrap();
            if bytes.is_empty() {
                continue;
            }
            // From one changed byte to many.
            for _ in 0..1 << round.min(6) {
                let at = usize::try_from(dice.below(bytes.len() as u64)).unwrap();
                bytes[at] ^= 1 << dice.below(8);
            }
            std::fs::write(&path, bytes).unwrap();
        }
        asked.same(&data, &format!("round {round}"));
    }
    for keep in [0, 1, 2] {
        let (_root, data) = copy_of(&asked.sample.ledger.data);
        for path in files(&data.join("index")) {
            let bytes = std::fs::read(&path).unwrap();
            std::fs::write(&path, &bytes[..bytes.len() * keep / 3]).unwrap();
        }
        asked.same(&data, &format!("cut to {keep}/3"));
    }
}

#[test]
fn an_index_of_another_ledger_is_not_believed() {
    let (asked, other) = (Asked::new(), Sample::new());
    std::fs::remove_dir_all(asked.index()).unwrap();
    let (_root, theirs) = copy_of(&other.ledger.data);
    std::fs::rename(theirs.join("index"), asked.index()).unwrap();
    asked.same(&asked.sample.ledger.data, "another ledger's index");
}

#[test]
fn reindex_gives_the_same_answers() {
    let asked = Asked::new();
    let data = asked.sample.ledger.data.to_str().unwrap();
    for context in ["whole", "deleted"] {
        if context == "deleted" {
            std::fs::remove_dir_all(asked.index()).unwrap();
        }
        let output = run(&["reindex", "--data", data]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        assert!(!files(&asked.index()).is_empty());
        asked.same(&asked.sample.ledger.data, context);
    }
    assert_eq!(asked.sample.ledger.verify().0, 0);
}

#[test]
fn two_processes_never_open_one_ledger() {
    let sample = Sample::new();
    let server = TestServer::start(&sample.ledger.data, &[]);
    let (code, said) = TestServer::refusal(&sample.ledger.data, &[]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("another process"), "{said}");
    let output = run(&["reindex", "--data", sample.ledger.data.to_str().unwrap()]);
    assert_eq!(output.status.code(), Some(4));
    // The first one goes on as if nothing had been.
    let body = document(&[commissioned("urn:example:event:beside", LOT, 1)]);
    assert_eq!(sample.farm.capture(&server.client(), &body).status, 202);
    server.kill();
    // A killed process holds nothing: the next one starts.
    let server = TestServer::start(&sample.ledger.data, &[]);
    sample.book.check(&server.client());
}
