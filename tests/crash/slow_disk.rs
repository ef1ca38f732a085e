//! A disk that takes long to sync: `strace` delays each `fdatasync`. Writes are slow and right, and
//! reads do not wait for them.

use crate::injection::{attached, has_strace};
use laiqu_tests::{Answer, Book, Client, LedgerDir, TestParty, TestServer, commissioned, document};
use std::process::Command;
use std::thread;

/// What a sync takes longer, in microseconds.
const DELAY_MICROS: u64 = 1_500_000;
const CLIENTS: usize = 6;
const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";

fn body(client: usize, number: usize) -> String {
    let id = format!("urn:example:event:{client}:{number}");
    document(&[commissioned(&id, LOT, 50)])
}

/// Two documents, one after the other; what a client that reads meanwhile counts in the first.
fn post(server: &TestServer, party: &TestParty, client: usize) -> Vec<(String, Answer)> {
    let bodies = (0..2).map(|number| body(client, number));
    bodies.map(|body| (body.clone(), party.capture(&server.client(), &body))).collect()
}

/// Everything that is read while writes wait.
fn reads(client: &Client) {
    assert_eq!(client.get("/readyz").expect(200)["status"], "ok");
    let trace = format!("/v1/trace?direction=both&id={LOT}");
    assert_eq!(client.get(&trace).status, 200);
    assert_eq!(client.get("/epcis/events?perPage=5").status, 200);
    assert_eq!(client.get("/v1/entries/0/receipt").status, 200);
}

#[test]
fn a_slow_disk_slows_writes_and_nothing_else() {
    if !has_strace() {
        println!("skipped: strace is missing or may not attach");
        return;
    }
    let ledger = LedgerDir::new("slow.example/log");
    let server = TestServer::start(&ledger.data, &[]);
    let party = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let party = party.register(&server, &ledger.operator, "required");
    let mut book = Book::new(&ledger.vkey);
    let first = body(CLIENTS, 0);
    book.keep(&first, &party.capture(&server.client(), &first));
    let reader = server.client_with(&ledger.operator);
    reads(&reader);

    let mut strace = Command::new("strace");
    let delay = format!("inject=fdatasync:delay_enter={DELAY_MICROS}");
    strace.args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync", "-e", &delay]);
    let mut tracer = attached(strace, &server);
    let (held, read) = thread::scope(|scope| {
        let (server, party) = (&server, &party);
        let posting: Vec<_> =
            (0..CLIENTS).map(|client| scope.spawn(move || post(server, party, client))).collect();
        let mut read = 0;
        while !posting.iter().all(thread::ScopedJoinHandle::is_finished) {
            let waiting = posting.iter().filter(|posting| !posting.is_finished()).count();
            reads(&reader);
            // These came back while the same documents still waited for the disk.
            let still = posting.iter().filter(|posting| !posting.is_finished()).count();
            read += usize::from(waiting == CLIENTS && still == CLIENTS);
        }
        let held: Vec<_> =
            posting.into_iter().flat_map(|posting| posting.join().unwrap()).collect();
        (held, read)
    });
    println!("{read} rounds of reads while all writes waited");
    assert!(read > 0, "no read came back while writes waited");
    assert_eq!(held.len(), 2 * CLIENTS);
    for (body, answer) in &held {
        assert_eq!(answer.status, 202, "{}", answer.text());
        book.keep(body, answer);
    }
    assert!(server.stop().success());
    tracer.wait().unwrap();
    let (exit, report) = ledger.verify();
    assert_eq!(exit, 0, "{report}");
    let server = TestServer::start(&ledger.data, &[]);
    let size = book.check(&server.client());
    assert!(size >= book.documents() as u64);
}
