//! A disk that is full: writes are refused as such, reads go on, and nothing is lost.

use laiqu_tests::{Book, LedgerDir, TestParty, TestServer, commissioned, document, run};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

/// Room for a new ledger with its index and some large documents.
const DISK_BYTES: u64 = 24 << 20;
const EVENTS: u64 = 600;
/// Smaller and smaller ones, until nothing fits.
const FEWER_EVENTS: [u64; 3] = [60, 6, 1];
/// More than fit into the zeros that the documents left.
const TOKENS_MAX: usize = 4_000;
/// More documents than fit.
const DOCUMENTS_MAX: u64 = 200;

/// A small disk of its own, unmounted at the end.
struct Disk {
    root: tempfile::TempDir,
}

impl Disk {
    /// Nothing where this user may not mount one.
    fn mount() -> Option<Self> {
        let root = tempfile::tempdir().unwrap();
        let size = format!("size={DISK_BYTES}");
        let mut mount = Command::new("mount");
        mount.args(["-t", "tmpfs", "-o", &size, "tmpfs"]).arg(root.path());
        let mounted = mount.stdout(Stdio::null()).stderr(Stdio::null()).status();
        mounted.is_ok_and(|status| status.success()).then_some(Self { root })
    }

    fn path(&self) -> PathBuf {
        self.root.path().to_owned()
    }
}

impl Drop for Disk {
    fn drop(&mut self) {
        drop(Command::new("umount").arg(self.root.path()).status());
    }
}

fn large(number: u64) -> String {
    with_events(number, EVENTS)
}

fn with_events(number: u64, events: u64) -> String {
    let events = (0..events).map(|event| {
        let lot = format!("urn:epc:class:lgtin:4012345.066666.{number}-{event}");
        commissioned(&format!("urn:example:full:{number}:{event}"), &lot, 1)
    });
    document(&events.collect::<Vec<_>>())
}

fn made(disk: &Path) -> LedgerDir {
    let mut ledger = LedgerDir::new("full.example/log");
    let data = disk.join("data");
    let moved = Command::new("cp").arg("-r").arg(&ledger.data).arg(&data).status().unwrap();
    assert!(moved.success());
    ledger.data = data;
    ledger
}

#[test]
fn a_full_disk_refuses_writes_and_loses_nothing() {
    let Some(disk) = Disk::mount() else {
        println!("skipped: no right to mount a small disk");
        return;
    };
    let ledger = made(&disk.path());
    let filler = disk.path().join("filler");
    std::fs::write(&filler, vec![7; 4 << 20]).unwrap();
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "gateway");
    let client = server.client();
    let mut book = Book::new(&ledger.vkey);
    let mut refused = None;
    for number in 0..DOCUMENTS_MAX {
        let body = large(number);
        let answer = farm.capture(&client, &body);
        if answer.status != 202 {
            refused = Some((body, answer));
            break;
        }
        book.keep(&body, &answer);
    }
    let (body, answer) = refused.expect("the disk is full");
    assert_eq!(answer.problem(507), "disk-full");
    let unready = client.get("/readyz");
    assert_eq!(unready.problem(503), "not-ready");
    assert_eq!(unready.json()["errors"][0]["pointer"], "disk", "{}", unready.text());
    assert!(book.documents() > 2, "{} documents fitted", book.documents());
    // Again and again, and reads go on.
    assert_eq!(farm.capture(&client, &body).problem(507), "disk-full");
    let known = farm.capture(&client, &large(0));
    assert_eq!(known.expect(202)["replayed"], true);
    assert_eq!(client.get("/log/checkpoint").status, 200);
    let parties = server.client_with(&ledger.operator).get("/v1/parties");
    assert_eq!(parties.status, 200, "{}", parties.text());
    for (round, events) in (1..).zip(FEWER_EVENTS) {
        for number in 0..DOCUMENTS_MAX {
            let body = with_events(round * 1_000 + number, events);
            let answer = farm.capture(&client, &body);
            if answer.status == 507 {
                break;
            }
            book.keep(&body, &answer);
        }
    }
    // The operator can still act: some space was kept for that.
    let operator = server.client_with(&ledger.operator);
    let path = "/v1/parties/urn:example:farm/tokens";
    let reserve = ledger.data.join("log/reserve");
    for _ in (0..TOKENS_MAX).take_while(|_| reserve.exists()) {
        let issued = operator.post(path, &[("Content-Type", "application/json")], b"{}");
        assert_eq!(issued.status, 201, "{}", issued.text());
    }
    assert!(!reserve.exists(), "it is used");
    assert_eq!(farm.capture(&client, &body).problem(507), "disk-full");
    // With room again it goes on without a restart.
    std::fs::remove_file(&filler).unwrap();
    // Nobody writes: that readiness is asked for is enough to look for room.
    while client.get("/readyz").status != 200 {
        std::thread::sleep(Duration::from_millis(10));
    }
    assert!(reserve.exists(), "space is kept again");
    book.keep(&body, &farm.capture(&client, &body));
    assert!(server.stop().success());
    let data = ledger.data.to_str().unwrap();
    let output = run(&["fsck", data]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stdout));
    let server = TestServer::start(&ledger.data, &[]);
    book.check(&server.client());
}

#[test]
fn a_backup_to_a_full_disk_fails_and_keeps_what_it_has() {
    let Some(disk) = Disk::mount() else {
        println!("skipped: no right to mount a small disk");
        return;
    };
    let ledger = LedgerDir::new("full.example/log");
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "gateway");
    let copy = disk.path().join("copy");
    let backup = || run(&["backup", ledger.data.to_str().unwrap(), copy.to_str().unwrap()]);
    assert_eq!(backup().status.code(), Some(0));
    let filler = disk.path().join("filler");
    std::fs::write(&filler, vec![7; (DISK_BYTES - (1 << 20)) as usize]).unwrap();
    for number in 0..8 {
        assert_eq!(farm.capture(&server.client(), &large(number)).status, 202);
    }
    assert!(server.stop().success());
    let output = backup();
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(output.status.code() != Some(0) && said.contains("No space left"), "{said}");
    assert!(said.contains("hint: ") && !said.contains("panicked"), "{said}");
    let verified = run(&["verify", copy.to_str().unwrap()]);
    assert_eq!(verified.status.code(), Some(0), "what it had stays whole");
    std::fs::remove_file(&filler).unwrap();
    assert_eq!(backup().status.code(), Some(0));
    let verified = run(&["verify", copy.to_str().unwrap()]);
    assert_eq!(verified.status.code(), Some(0));
}
