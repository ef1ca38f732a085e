//! Backups and restores that are killed, and what is then usable.

use crate::image::{LOT, Sample};
use laiqu_tests::{
    Book, Dice, LedgerDir, TestParty, TestServer, commissioned, document, run, under_test,
};
use std::path::Path;
use std::process::{Child, Stdio};
use std::time::Duration;

const KILLS: u64 = 12;
const ROUND_MILLIS_MAX: u64 = 120;

fn spawn(arguments: &[&str]) -> Child {
    let mut command = under_test();
    command.args(arguments).stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
    command.spawn().unwrap()
}

fn kill_after(mut child: Child, millis: u64) -> Option<i32> {
    std::thread::sleep(Duration::from_millis(millis));
    child.kill().unwrap();
    child.wait().unwrap().code()
}

/// Restores the backup, if it is one, and proves what it holds.
fn check(root: &Path, copy: &Path, known: &Path, book: &Book) -> bool {
    let to = root.join("restored");
    let (from, to_text) = (copy.to_str().unwrap(), to.to_str().unwrap());
    let known = known.to_str().unwrap();
    let output = run(&["restore", from, to_text, "--at-least", known]);
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    if output.status.code() != Some(0) {
        assert!(!to.exists(), "{said}");
        assert!(said.contains("too old") || said.contains("never finished"), "{said}");
        return false;
    }
    let output = run(&["verify", to_text, "--checkpoint", known, "--json"]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let server = TestServer::start(&to, &[]);
    book.check(&server.client());
    drop(server);
    std::fs::remove_dir_all(&to).unwrap();
    true
}

#[test]
fn a_killed_backup_is_old_or_new_but_never_half() {
    let mut dice = Dice::printed();
    let ledger = LedgerDir::new("backup.example/log");
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "gateway");
    let root = ledger.root.path();
    let (copy, known) = (root.join("copy"), root.join("known"));
    let command = ["backup", ledger.data.to_str().unwrap(), copy.to_str().unwrap()];
    let command = [&command[..], &["--with-secrets"]].concat();
    let (mut number, mut usable) = (0, 0);
    for _ in 0..KILLS {
        // While a backup that is to be killed runs, the server goes on.
        let running = spawn(&[&command[..], &["--follow"]].concat());
        let until = dice.below(ROUND_MILLIS_MAX);
        let killed = std::thread::spawn(move || kill_after(running, until));
        for _ in 0..4 {
            number += 1;
            let events = (0..=dice.below(40)).map(|event| {
                let lot = format!("urn:epc:class:lgtin:4012345.011111.{number}-{event}");
                commissioned(&format!("urn:example:event:{number}:{event}"), &lot, 1)
            });
            let body = document(&events.collect::<Vec<_>>());
            assert_eq!(farm.capture(&server.client(), &body).status, 202);
        }
        killed.join().unwrap();
        if !known.exists() {
            std::fs::write(&known, server.client().get("/log/checkpoint").text()).unwrap();
        }
        let book = Book::new(&ledger.vkey);
        usable +=
            u64::from(copy.join("manifest.json").exists() && check(root, &copy, &known, &book));
    }
    println!("{usable} of {KILLS} killed backups could be restored");
    let output = run(&command);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(check(root, &copy, &known, &Book::new(&ledger.vkey)));
}

#[test]
fn a_killed_restore_leaves_nothing_usable_and_can_be_repeated() {
    let mut dice = Dice::printed();
    let sample = Sample::new();
    let server = TestServer::start(&sample.ledger.data, &[]);
    let root = sample.ledger.root.path();
    let (copy, known, to) = (root.join("copy"), root.join("known"), root.join("new"));
    std::fs::write(&known, server.client().get("/log/checkpoint").text()).unwrap();
    let copy_text = copy.to_str().unwrap();
    let backup = ["backup", sample.ledger.data.to_str().unwrap(), copy_text, "--with-secrets"];
    assert_eq!(run(&backup).status.code(), Some(0));
    let to_text = to.to_str().unwrap();
    let command = ["restore", copy_text, to_text, "--at-least", known.to_str().unwrap()];
    let temporary = root.join(".new.restoring");
    let mut cut_off = 0;
    for _ in 0..2 * KILLS {
        kill_after(spawn(&command), dice.below(ROUND_MILLIS_MAX));
        if to.exists() {
            // It was quick enough: then all of it is there.
            assert!(!temporary.join("ledger").exists());
            assert_eq!(run(&["verify", to_text]).status.code(), Some(0));
            std::fs::remove_dir_all(&to).unwrap();
            continue;
        }
        if temporary.exists() {
            cut_off += 1;
            // The keys come last, once it has proved itself.
            let made = temporary.join("ledger");
            if made.join("secrets/log.jwk").exists() {
                let verified = run(&["verify", made.to_str().unwrap()]);
                assert_eq!(verified.status.code(), Some(0));
            } else if made.exists() {
                let (code, said) = TestServer::refusal(&made, &[]);
                assert_ne!(code, 0, "{said}");
            }
        }
    }
    println!("{cut_off} of {} were cut off half-way", 2 * KILLS);
    let output = run(&command);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(!temporary.exists());
    let server = TestServer::start(&to, &[]);
    sample.book.check(&server.client());
    let body = document(&[commissioned("urn:example:event:1", LOT, 50)]);
    let again = sample.farm.capture(&server.client(), &body);
    assert_eq!(again.expect(202)["replayed"], true);
}
