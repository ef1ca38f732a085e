//! Letting calls of a running server fail, with `strace`.

use laiqu_tests::TestServer;
use std::collections::BTreeMap;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

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
/// What happens to one call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    Error(&'static str),
    Kill,
}

pub(crate) const FAULTS: [Fault; 4] =
    [Fault::Kill, Fault::Error("EIO"), Fault::Error("ENOSPC"), Fault::Error("EINTR")];

/// The part of a server's life whose calls fail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Phase {
    Starting,
    /// From readiness on, to the end of a clean stop.
    Serving,
}

/// The n-th call of a kind, in each thread.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Injected<'a> {
    pub(crate) call: &'a str,
    pub(crate) number: usize,
    pub(crate) fault: Fault,
}

impl Injected<'_> {
    pub(crate) fn expression(&self) -> String {
        let Injected { call, number, fault } = self;
        match fault {
            Fault::Error(error) => format!("inject={call}:error={error}:when={number}"),
            Fault::Kill => format!("inject={call}:signal=SIGKILL:when={number}"),
        }
    }
}

/// A server whose calls on the log's files are traced.
pub(crate) struct Traced<'a> {
    pub(crate) data: &'a Path,
    pub(crate) trace: &'a Path,
    pub(crate) injected: Option<&'a str>,
}

impl Traced<'_> {
    pub(crate) fn start(&self, phase: Phase) -> Result<(TestServer, Option<Child>), String> {
        let mut strace = self.strace();
        match phase {
            Phase::Starting => {
                // The tracer stands aside, so that the process started here is the server itself.
                strace.args(["-D", "-qqq"]);
                Ok((TestServer::try_start_under(strace, self.data)?, None))
            }
            Phase::Serving => {
                let server = TestServer::start(self.data, &[]);
                let tracer = attached(strace, &server);
                Ok((server, Some(tracer)))
            }
        }
    }

    fn strace(&self) -> Command {
        let mut strace = Command::new("strace");
        strace.args(["-f", "-o"]).arg(self.trace);
        strace.arg("-e").arg(format!("trace={}", CALLS.join(",")));
        for path in paths(self.data) {
            strace.arg("-P").arg(path);
        }
        if let Some(injected) = self.injected {
            strace.arg("-e").arg(injected);
        }
        strace
    }
}

/// The tracer, once it is attached to a running server.
pub(crate) fn attached(mut strace: Command, server: &TestServer) -> Child {
    strace.args(["-p", &server.id().to_string()]).stderr(Stdio::piped());
    let mut tracer = strace.spawn().unwrap();
    let mut said = String::new();
    let mut stderr = BufReader::new(tracer.stderr.take().unwrap());
    stderr.read_line(&mut said).unwrap();
    assert!(said.contains("attached"), "{said}");
    // It tells of every new thread, and must not find its pipe closed.
    std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
    tracer
}

/// The log's directory and all files that may stand in it.
fn paths(data: &Path) -> Vec<PathBuf> {
    let log = data.canonicalize().unwrap().join("log");
    let segments = (0..3).flat_map(|n| ["seg", "sum"].map(|kind| format!("{n:012}.{kind}")));
    let mut names: Vec<String> = segments.flat_map(|name| [format!("{name}.tmp"), name]).collect();
    names.extend(["head", "head.tmp", "lock", "tree-0", "tree-1"].map(str::to_owned));
    names.iter().map(|name| log.join(name)).chain([log.clone()]).collect()
}

/// What a trace shows.
pub(crate) struct Seen {
    /// How often each call stands in it, at most in any one thread.
    pub(crate) calls: BTreeMap<String, usize>,
    /// Whether the fault was injected.
    pub(crate) hit: bool,
}

impl Seen {
    pub(crate) fn of(trace: &Path) -> Self {
        let text = std::fs::read_to_string(trace).unwrap_or_default();
        let mut by_thread: BTreeMap<(&str, &str), usize> = BTreeMap::new();
        for line in text.lines() {
            let (thread, call) = line.split_once(' ').unwrap_or_default();
            let name = call.trim_start().split('(').next().unwrap_or_default();
            if CALLS.contains(&name) {
                *by_thread.entry((thread, name)).or_default() += 1;
            }
        }
        let mut calls: BTreeMap<String, usize> = BTreeMap::new();
        for ((_, name), count) in by_thread {
            let most = calls.entry(name.to_owned()).or_default();
            *most = count.max(*most);
        }
        Self { calls, hit: text.contains("(INJECTED)") }
    }
}

/// Whether `strace` is there and may attach to a process, which some machines forbid.
pub(crate) fn has_strace() -> bool {
    let mut waiting = Command::new("sleep").arg("5").spawn().unwrap();
    let mut strace = Command::new("strace");
    strace.args(["-o", "/dev/null", "-p", &waiting.id().to_string()]).stderr(Stdio::piped());
    let attached = strace.spawn().is_ok_and(|mut tracer| {
        let mut said = String::new();
        BufReader::new(tracer.stderr.take().unwrap()).read_line(&mut said).unwrap();
        waiting.kill().unwrap();
        tracer.wait().unwrap();
        said.contains("attached")
    });
    drop(waiting.kill());
    waiting.wait().unwrap();
    attached
}

/// Which of `count` calls of a kind are tried in a sample: the first, the last and some between.
pub(crate) fn sample(count: usize) -> Vec<usize> {
    let step = (count.saturating_sub(1) / (SAMPLE_OF_A_KIND - 1)).max(1);
    (1..=count).step_by(step).take(SAMPLE_OF_A_KIND - 1).chain([count]).collect()
}

/// Whether every fault is tried, or a sample.
pub(crate) fn tries_all() -> bool {
    std::env::var_os("LAIQU_TEST_ALL_FAULTS").is_some()
}
