//! Every file operation of a running server fails once, or is its last: `strace` injects an error
//! or a SIGKILL into the n-th call on the log's files. Afterwards a server without faults must
//! keep every receipt and every checkpoint that was seen, and verification must find all whole.
//!
//! `strace` counts the calls of each thread by itself. So the faults of a start are injected into a
//! server that `strace` starts, and those of running and stopping into one that is ready, which it
//! attaches to. A first run without faults counts the calls. Without `LAIQU_TEST_ALL_FAULTS` only a
//! sample of the faults is tried.

use crate::image::copy_of;
use crate::injection::{
    FAULTS, Fault, Injected, Phase, Seen, Traced, has_strace, sample, tries_all,
};
use laiqu_ledger::{
    Frame, Kind, Leaf, Log, LogOptions, OUTCOME_BYTES_MAX, PreparedEntry, SEGMENT_BYTES_MAX,
    events_root,
};
use laiqu_tests::{Answer, Book, Client, LedgerDir, TestParty, TestServer, commissioned, document};
use std::path::Path;
use std::process::ExitStatus;
use std::time::{Duration, Instant};

/// How long a server may take to show a checkpoint over what it acknowledged.
const SHOWN_MILLIS_MAX: u64 = 1_600;
/// More bytes than are zeroed ahead at a start, so that one capture has to zero more.
const LARGE_BYTES: usize = 1_200_000;

/// A ledger that was stopped cleanly, and what its clients hold.
struct Base {
    ledger: LedgerDir,
    party: TestParty,
    held: Vec<(String, Answer)>,
}

fn small(name: &str) -> String {
    let id = format!("urn:example:event:{name}");
    document(&[commissioned(&id, &format!("urn:epc:class:lgtin:4012345.011111.{name}"), 50)])
}

/// One event with a long text in it.
fn large(name: &str) -> String {
    let text = format!(r#""example:note":"{}","action""#, "x".repeat(LARGE_BYTES));
    small(name).replace(r#""action""#, &text)
}

impl Base {
    fn new() -> Self {
        let ledger = LedgerDir::new("strace.example/log");
        let server = TestServer::start(&ledger.data, &[]);
        let party = TestParty::new(&ledger.origin, "urn:example:farm", 1);
        let party = party.register(&server, &ledger.operator, "required");
        let bodies = ["base1", "base2"].map(small);
        let held = bodies.map(|body| (body.clone(), party.capture(&server.client(), &body)));
        assert!(server.stop().success());
        Self { ledger, party, held: held.to_vec() }
    }

    /// The same with a first segment so full that the next document needs another one.
    fn nearly_full() -> Self {
        let base = Self::new();
        let server = TestServer::start(&base.ledger.data, &[]);
        let client = server.client_with(&base.ledger.operator);
        let alias = |path: &str| client.get(path).expect(200)["alias"].as_u64().unwrap();
        let issuer = alias(&format!("/v1/parties/{}", base.party.id));
        let key = alias(&format!("/v1/keys/{}", base.party.key.public().thumbprint()));
        assert!(server.stop().success());
        fill(&base, issuer, key);
        base
    }

    /// Runs a server with one fault, or none, and then one without.
    fn run(&self, phase: Phase, bodies: &[String], injected: Option<Injected<'_>>) -> Seen {
        let (root, data) = copy_of(&self.ledger.data);
        let mut book = Book::new(&self.ledger.vkey);
        for (body, answer) in &self.held {
            book.keep(body, answer);
        }
        let expression = injected.map(|injected| injected.expression());
        let context = format!("{phase:?}, {}", expression.as_deref().unwrap_or("no fault"));
        let trace = root.path().join("strace");
        let traced = Traced { data: &data, trace: &trace, injected: expression.as_deref() };
        let ended = match traced.start(phase) {
            Ok((server, tracer)) => {
                let ended = self.post(server, &mut book, bodies);
                tracer.map(|mut tracer| tracer.wait().unwrap());
                ended
            }
            Err(why) => {
                assert!(!why.contains("panicked"), "{context}: {why}");
                None
            }
        };
        let mut seen = Seen::of(&trace);
        let stopped = ended.is_some_and(|status| status.success());
        let Some(injected) = injected else {
            assert!(stopped, "{ended:?}");
            return seen;
        };
        seen.hit |= injected.fault == Fault::Kill && !stopped;
        let server = TestServer::try_start(&data, &[]);
        let server = server.unwrap_or_else(|why| panic!("{context}: no start afterwards: {why}"));
        book.check(&server.client());
        assert_eq!(verify(&data), Some(0), "{context}: beside the running server");
        for body in bodies {
            let answer = self.party.capture(&server.client(), body);
            assert_eq!(answer.status, 202, "{context}: posted again: {}", answer.text());
            book.keep(body, &answer);
        }
        assert!(server.stop().success(), "{context}");
        assert_eq!(verify(&data), Some(0), "{context}: after the stop");
        let server = TestServer::start(&data, &[]);
        book.check(&server.client());
        assert!(server.stop().success(), "{context}");
        seen
    }

    /// Posts, waits for the checkpoint to be shown, and stops the server, which may be gone.
    fn post(&self, server: TestServer, book: &mut Book, bodies: &[String]) -> Option<ExitStatus> {
        let client = server.client();
        let mut size = 0;
        for body in bodies {
            let Some(answer) = self.party.try_capture(&client, body) else { break };
            if answer.status == 202 {
                size = book.keep(body, &answer) + 1;
            } else if answer.status == 500 {
                // A read that fails beside the running server counts as damage.
                assert_eq!(answer.problem(500), "damaged", "{}", answer.text());
            } else {
                assert!([503, 507].contains(&answer.status), "{}", answer.text());
            }
        }
        see(&client, book, size);
        server.try_stop()
    }
}

/// Keeps the checkpoint that is shown once it covers `size` entries, or whatever is shown at last.
fn see(client: &Client, book: &mut Book, size: u64) {
    let asked = Instant::now();
    while let Some(shown) = client.try_get("/log/checkpoint") {
        if book.see(&shown.text()) >= size
            || asked.elapsed() > Duration::from_millis(SHOWN_MILLIS_MAX)
        {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn verify(data: &Path) -> Option<i32> {
    laiqu_tests::run(&["verify", data.to_str()?, "--json"]).status.code()
}

/// Lets each call fail once; in a sample each is hit by a kill, and by one in so many errors.
fn fail_each(phase: Phase, needed: &[&str], base: fn() -> Base, bodies: &[String], one_in: usize) {
    if !has_strace() {
        return println!("skipped: no strace, or it may not attach to processes here");
    }
    let base = base();
    let counted = base.run(phase, bodies, None).calls;
    for call in needed {
        assert!(counted.get(*call).is_some_and(|count| *count > 0), "no {call}: {counted:?}");
    }
    let all = tries_all();
    let (mut cases, mut hits, mut left_out) = (0, 0, 0);
    for (call, count) in &counted {
        for (turn, fault) in FAULTS.into_iter().enumerate() {
            for number in 1..=*count {
                // In a sample some calls are hit, each by some faults.
                let sampled = sample(*count).contains(&number)
                    && (fault == Fault::Kill || (number + turn) % one_in == 0);
                if !(all || sampled) {
                    left_out += 1;
                    continue;
                }
                let injected = Injected { call, number, fault };
                hits += usize::from(base.run(phase, bodies, Some(injected)).hit);
                cases += 1;
            }
        }
    }
    println!("{phase:?}: {cases} faults, {hits} hit, {left_out} not tried, over {counted:?}");
    // The last calls of a kind depend on how often the head file is written meanwhile.
    assert!(hits * 10 >= cases * 8, "{hits} of {cases} faults were hit");
}

fn three() -> [String; 3] {
    [small("one"), large("two"), small("three")]
}

#[test]
fn every_call_of_a_start_may_fail_or_be_the_last() {
    let needed = ["openat", "pwrite64", "fdatasync", "fsync", "rename", "pread64"];
    fail_each(Phase::Starting, &needed, Base::new, &three(), 3);
}

#[test]
fn every_call_of_appends_and_of_a_stop_may_fail_or_be_the_last() {
    let needed = ["openat", "pwrite64", "fdatasync", "fsync", "rename"];
    fail_each(Phase::Serving, &needed, Base::new, &three(), 3);
}

#[test]
fn every_call_of_a_new_segment_may_fail_or_be_the_last() {
    let needed = ["openat", "pwrite64", "fdatasync", "fsync", "rename"];
    fail_each(Phase::Serving, &needed, Base::nearly_full, &[small("one")], 7);
}

/// Appends entries as the service would have, each with much room in its outcome, until the first
/// segment holds no further one.
fn fill(base: &Base, issuer: u64, key: u64) {
    const OUTCOME: &str = r#"{"rules":"laiqu/1","events":1,"accepted":[[0,0]],"assigned":[]}"#;
    let path = base.ledger.data.join("log");
    let (mut log, _) = Log::open(&path, LogOptions::default()).unwrap();
    let mut left = u64::from(SEGMENT_BYTES_MAX) - tail(&base.ledger.data);
    for number in 0.. {
        let body = small(&format!("filling{number}"));
        let from = body.find("[{").unwrap() + 1;
        let event = &body[from..body.rfind("]}").unwrap()];
        let room = OUTCOME_BYTES_MAX.min(usize::try_from(left.saturating_sub(4_096)).unwrap());
        let frame = Frame {
            salt: [7; 32],
            signatures: vec![base.party.signature("application/ld+json", body.as_bytes())],
            media_type: "application/ld+json".to_owned(),
            outcome: [OUTCOME, &" ".repeat(room.saturating_sub(OUTCOME.len()))]
                .concat()
                .into_bytes(),
            payload: body.as_bytes().to_vec(),
        };
        let (head, chain) = (log.head(), log.issuer_head(issuer));
        let leaf = Leaf {
            index: head.size,
            time_micros: head.last_time_micros.unwrap() + 1,
            prev: head.last_leaf_hash,
            kind: Kind::EpcisCapture,
            issuer,
            issuer_seq: chain.next_seq,
            issuer_prev: chain.last_leaf_hash,
            keys: vec![key],
            events_root: events_root(&frame.salt, &[event.as_bytes()]),
            commitment: frame.commitment(),
        };
        let entry = PreparedEntry::new(leaf, frame.encode().unwrap(), 1).unwrap();
        let appended = log.append(&[entry]).unwrap();
        left -= u64::from(appended.bytes);
        assert_eq!(appended.segment, 0, "{left} bytes were left");
        if left < 2_048 {
            break;
        }
    }
    log.close().unwrap();
}

/// The first byte behind the last unit, as the head file says.
fn tail(data: &Path) -> u64 {
    let head = std::fs::read_to_string(data.join("log/head")).unwrap();
    let offset = head.lines().find_map(|line| line.strip_prefix("offset "));
    offset.unwrap().parse().unwrap()
}
