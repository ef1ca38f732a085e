//! Every file operation of a running server fails once, or is its last: `strace` injects an error
//! or a SIGKILL into the n-th call on the log's files. Afterwards a server without faults must
//! keep every receipt and every checkpoint that was seen, and verification must find all whole.
//!
//! A first run without faults counts the calls. Without `LAIQU_TEST_ALL_FAULTS` only a sample of
//! the faults is tried.

use crate::image::copy_of;
use laiqu_tests::{Answer, Book, Client, LedgerDir, TestParty, TestServer, commissioned, document};
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

/// Calls that change files or make changes durable, and those that recovery reads with.
const CALLS: [&str; 9] = [
    "openat",
    "pwrite64",
    "fdatasync",
    "fsync",
    "rename",
    "unlink",
    "pread64",
    "statx",
    "getdents64",
];
/// Calls of these kinds are many alike: of each kind only so many are tried in a sample.
const SAMPLE_OF_A_KIND: usize = 3;
/// How long a server may take to show a checkpoint over what it acknowledged.
const SHOWN_MILLIS_MAX: u64 = 1_600;
/// More bytes than are zeroed ahead at a start, so that one capture has to zero more.
const LARGE_BYTES: usize = 1_200_000;

/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Fault {
    Error(&'static str),
    Kill,
}

const FAULTS: [Fault; 4] =
    [Fault::Kill, Fault::Error("EIO"), Fault::Error("ENOSPC"), Fault::Error("EINTR")];

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

    /// Runs a server with one fault, or none, and then one without.
    fn run(&self, bodies: &[String], fault: Option<(&str, usize, Fault)>) -> Seen {
        let (root, data) = copy_of(&self.ledger.data);
        let mut book = Book::new(&self.ledger.vkey);
        for (body, answer) in &self.held {
            book.keep(body, answer);
        }
        let trace = root.path().join("strace");
        let injected = fault.map(|(call, number, fault)| match fault {
            Fault::Error(error) => format!("inject={call}:error={error}:when={number}"),
            Fault::Kill => format!("inject={call}:signal=SIGKILL:when={number}"),
        });
        let context = injected.clone().unwrap_or_default();
        let ended = match start(&data, &trace, injected.as_deref()) {
            Ok(server) => self.post(server, &mut book, bodies),
            Err(why) => {
                assert!(!why.contains("panicked"), "{context}: {why}");
                None
            }
        };
        let mut seen = Seen::of(&trace);
        let stopped = ended.is_some_and(|status| status.success());
        if fault.is_none() {
            assert!(stopped, "{ended:?}");
            return seen;
        }
        seen.hit |= matches!(fault, Some((_, _, Fault::Kill))) && !stopped;
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

/// Starts the server under `strace`, which looks at the log's files alone.
fn start(data: &Path, trace: &Path, injected: Option<&str>) -> Result<TestServer, String> {
    let mut strace = Command::new("strace");
    // The tracer stands aside, so that the process started here is the server itself.
    strace.args(["-D", "-f", "--seccomp-bpf", "-qqq", "-o"]).arg(trace);
    strace.arg("-e").arg(format!("trace={}", CALLS.join(",")));
    for path in paths(data) {
        strace.arg("-P").arg(path);
    }
    if let Some(injected) = injected {
        strace.arg("-e").arg(injected);
    }
    TestServer::try_start_under(strace, data)
}

/// The log's directory and all files that may stand in it.
fn paths(data: &Path) -> Vec<PathBuf> {
    let log = data.canonicalize().unwrap().join("log");
    let segments = (0..3).map(|number| format!("{number:012}.seg"));
    let mut names: Vec<String> = segments.flat_map(|name| [format!("{name}.tmp"), name]).collect();
    names.extend(["head", "head.tmp", "lock"].map(str::to_owned));
    names.iter().map(|name| log.join(name)).chain([log.clone()]).collect()
}

/// What a trace shows.
struct Seen {
    /// How often each call stands in it.
    calls: BTreeMap<String, usize>,
    /// Whether the fault was injected.
    hit: bool,
}

impl Seen {
    fn of(trace: &Path) -> Self {
        let text = std::fs::read_to_string(trace).unwrap_or_default();
        let mut calls = BTreeMap::new();
        for line in text.lines() {
            let name = line.split_once(' ').map_or(line, |(_, call)| call.trim_start());
            let name = name.split('(').next().unwrap_or_default();
            if CALLS.contains(&name) {
                *calls.entry(name.to_owned()).or_default() += 1;
            }
        }
        Self { calls, hit: text.contains("(INJECTED)") }
    }
}

fn verify(data: &Path) -> Option<i32> {
    laiqu_tests::run(&["verify", data.to_str()?, "--json"]).status.code()
}

fn has_strace() -> bool {
    let mut strace = Command::new("strace");
    strace.args(["-qqq", "-o", "/dev/null", "true"]).stdin(Stdio::null()).stderr(Stdio::null());
    strace.status().is_ok_and(|status| status.success())
}

/// Which of `count` calls of a kind are tried: all, or the first, the last and some between.
fn tried(count: usize) -> Vec<usize> {
    if std::env::var_os("LAIQU_TEST_ALL_FAULTS").is_some() || count <= SAMPLE_OF_A_KIND {
        return (1..=count).collect();
    }
    let step = (count - 1) / (SAMPLE_OF_A_KIND - 1);
    (0..SAMPLE_OF_A_KIND - 1).map(|at| 1 + at * step).chain([count]).collect()
}

#[test]
fn every_call_on_the_logs_files_may_fail_or_be_the_last() {
    if !has_strace() {
        return println!("skipped: no strace, or it may not trace here");
    }
    let base = Base::new();
    let bodies = [small("one"), large("two"), small("three")];
    let counted = base.run(&bodies, None).calls;
    for call in ["openat", "pwrite64", "fdatasync", "fsync", "rename"] {
        assert!(counted.get(call).is_some_and(|count| *count > 0), "no {call}: {counted:?}");
    }
    let (mut cases, mut hits, mut all) = (0, 0, 0);
    for (call, count) in &counted {
        for (turn, fault) in FAULTS.into_iter().enumerate() {
            all += count;
            for number in tried(*count) {
                // In a sample every call is hit, but not by every fault.
                let sampled = std::env::var_os("LAIQU_TEST_ALL_FAULTS").is_some()
                    || fault == Fault::Kill
                    || (number + turn) % 3 == 0;
                if sampled {
                    hits += usize::from(base.run(&bodies, Some((call, number, fault))).hit);
                    cases += 1;
                }
            }
        }
    }
    println!("{cases} of {all} faults tried, {hits} hit, over {counted:?}");
    // The last calls of a kind depend on how often the head file is written meanwhile.
    assert!(hits * 10 >= cases * 8, "{hits} of {cases} faults were hit");
}
