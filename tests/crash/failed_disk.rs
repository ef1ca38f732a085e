//! A disk that fails to sync: `strace` answers `fdatasync` with an error. Nothing more is written,
//! `/readyz` says so, reads go on, and a restart is the way back.

use crate::injection::{attached, has_strace};
use laiqu_tests::{Book, LedgerDir, Samples, TestParty, TestServer, commissioned, document};
use std::process::Command;

const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";

fn body(number: usize) -> String {
    document(&[commissioned(&format!("urn:example:event:{number}"), LOT, 50)])
}

#[test]
fn a_failed_sync_ends_writes_and_readiness_until_a_restart() {
    if !has_strace() {
        println!("skipped: strace is missing or may not attach");
        return;
    }
    let ledger = LedgerDir::new("failed.example/log");
    let server = TestServer::start(&ledger.data, &[]);
    let party = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let party = party.register(&server, &ledger.operator, "required");
    let mut book = Book::new(&ledger.vkey);
    book.keep(&body(0), &party.capture(&server.client(), &body(0)));
    assert_eq!(server.client().get("/readyz").status, 200);

    let mut strace = Command::new("strace");
    strace.args(["-f", "-o", "/dev/null", "-e", "trace=fdatasync"]);
    strace.args(["-e", "inject=fdatasync:error=EIO"]);
    let mut tracer = attached(strace, &server);
    let unknown = party.capture(&server.client(), &body(1));
    assert_eq!(unknown.problem(503), "outcome-unknown");
    assert!(unknown.header("retry-after").is_some());
    tracer.kill().unwrap();
    tracer.wait().unwrap();

    // The disk is well again, and what it has is not known until it is read.
    assert_eq!(party.capture(&server.client(), &body(2)).status, 503);
    let unready = server.client().get("/readyz");
    assert_eq!(unready.problem(503), "not-ready");
    assert_eq!(unready.json()["errors"][0]["pointer"], "log", "{}", unready.text());
    assert!(unready.header("retry-after").is_some());
    let operator = server.client_with(&ledger.operator);
    let metrics = Samples::read(&operator.get("/metrics").text());
    assert_eq!(metrics.of("laiqu_ready{condition=\"log\"}"), 0.0);
    assert_eq!(metrics.of("laiqu_ready{condition=\"disk\"}"), 1.0);
    assert_eq!(server.client().get("/livez").status, 200);
    let trace = format!("/v1/trace?direction=both&id={LOT}");
    assert_eq!(operator.get(&trace).status, 200, "reads go on");
    assert!(server.try_stop().is_some(), "it still ends");

    let server = TestServer::start(&ledger.data, &[]);
    assert_eq!(server.client().get("/readyz").status, 200);
    for number in [1, 2] {
        book.keep(&body(number), &party.capture(&server.client(), &body(number)));
    }
    assert!(server.stop().success());
    assert_eq!(ledger.verify().0, 0);
    let server = TestServer::start(&ledger.data, &[]);
    book.check(&server.client());
}
