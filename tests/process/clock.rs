//! A wall clock that is behind the ledger.

use laiqu_ledger::{Frame, Kind, Leaf, Log, LogOptions, PreparedEntry, events_root};
use laiqu_tests::{LedgerDir, TestParty, TestServer};

const HOUR_MICROS: u64 = 3_600_000_000;

/// Appends an entry with a time that the clock will only reach in an hour.
fn hurry(ledger: &LedgerDir) -> u64 {
    let (mut log, _) = Log::open(&ledger.data.join("log"), LogOptions::default()).unwrap();
    let (head, issuer) = (log.head(), log.issuer_head(0));
    let payload = format!(r#"{{"role":"operator","token_sha256":"{}"}}"#, "0".repeat(64));
    let frame = Frame {
        salt: [1; 32],
        signatures: vec![],
        media_type: "application/json".to_owned(),
        outcome: br#"{"rules":"laiqu/1"}"#.to_vec(),
        payload: payload.into_bytes(),
    };
    let leaf = Leaf {
        index: head.size,
        time_micros: head.last_time_micros.unwrap() + HOUR_MICROS,
        prev: head.last_leaf_hash,
        kind: Kind::TokenIssue,
        issuer: 0,
        issuer_seq: issuer.next_seq,
        issuer_prev: issuer.last_leaf_hash,
        keys: vec![],
        events_root: events_root(&frame.salt, &[&frame.payload]),
        commitment: frame.commitment(),
    };
    let time = leaf.time_micros;
    let entry = PreparedEntry::new(leaf, frame.encode().unwrap(), 1).unwrap();
    log.append(&[entry]).unwrap();
    log.close().unwrap();
    time
}

#[test]
fn writes_wait_until_the_operator_vouches_for_the_clock() {
    let ledger = LedgerDir::new("clock.example/log");
    let time = hurry(&ledger);
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let body = farm.registration("gateway");
    let signature =
        laiqu_tests::jws(&farm.key, &farm.id, &ledger.origin, "application/json", &body);
    let headers =
        [("Content-Type", "application/json"), ("Submission-Signature", signature.as_str())];
    let operator = server.client_with(&ledger.operator);
    let refused = operator.post("/v1/parties", &headers, &body);
    assert_eq!(refused.problem(503), "clock-uncertain");
    assert_eq!(operator.get("/v1/parties").status, 200, "reads go on");
    let unready = server.client().get("/readyz");
    assert_eq!(unready.problem(503), "not-ready");
    assert_eq!(unready.json()["errors"][0]["pointer"], "clock", "{}", unready.text());
    assert!(server.stop().success());

    let server = TestServer::start(&ledger.data, &["--clock-confirmed"]);
    assert_eq!(server.client().get("/readyz").status, 200, "the operator vouches");
    let operator = server.client_with(&ledger.operator);
    let registered = operator.post("/v1/parties", &headers, &body).expect(201);
    let leaf =
        registered["receipt"]["leaf"].as_str().or(registered["receipts"][0]["leaf"].as_str());
    let leaf = Leaf::decode(leaf.unwrap().as_bytes()).unwrap();
    assert!((time + 1..time + HOUR_MICROS).contains(&leaf.time_micros), "time never goes back");
}
