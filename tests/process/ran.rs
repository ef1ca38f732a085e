//! One run of the program, and a small ledger to run it on.

use laiqu_tests::{
    LedgerDir, TestParty, TestServer, commissioned, document, transformed, under_test,
};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::Stdio;

/// How a run ended.
#[derive(Debug)]
pub(crate) struct Ran {
    pub(crate) code: i32,
    pub(crate) stdout: String,
    pub(crate) stderr: String,
}

/// Runs the program to its end.
pub(crate) fn laiqu(arguments: &[&str]) -> Ran {
    let mut command = under_test();
    let output = command.args(arguments).stdin(Stdio::null()).output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    Ran {
        code: output.status.code().expect("no signal"),
        stdout: text(&output.stdout),
        stderr: text(&output.stderr),
    }
}

impl Ran {
    /// The run if it ended with this code.
    pub(crate) fn exits(self, code: i32) -> Self {
        assert_eq!(self.code, code, "stdout: {}\nstderr: {}", self.stdout, self.stderr);
        assert!(!self.stderr.contains("panicked"), "{}", self.stderr);
        self
    }

    /// The one line of JSON on stdout.
    pub(crate) fn json(&self) -> Value {
        assert_eq!(self.stdout.lines().count(), 1, "{}", self.stdout);
        serde_json::from_str(&self.stdout).unwrap_or_else(|e| panic!("{e}: {}", self.stdout))
    }

    /// A failure as people read it: Chinese and English, and what to do now.
    pub(crate) fn explains(&self, what: &str) {
        assert!(
            self.stderr.contains("错误：") && self.stderr.contains("error: "),
            "{}",
            self.stderr
        );
        assert!(self.stderr.contains("hint: "), "{}", self.stderr);
        assert!(self.stderr.contains(what), "{what}: {}", self.stderr);
        assert!(self.stdout.is_empty(), "{}", self.stdout);
    }
}

pub(crate) const FARM: &str = "urn:example:farm";
pub(crate) const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";
pub(crate) const PRODUCT: &str = "urn:epc:class:lgtin:4012345.022222.B1";

/// A running ledger with a farm that signs, or may let the gateway sign.
pub(crate) struct Running {
    pub(crate) server: TestServer,
    pub(crate) ledger: LedgerDir,
    pub(crate) farm: TestParty,
}

impl Running {
    pub(crate) fn new(flags: &[&str]) -> Self {
        let ledger = LedgerDir::new("process.example/log");
        let server = TestServer::start(&ledger.data, flags);
        let farm = TestParty::new(&ledger.origin, FARM, 1);
        let farm = farm.register(&server, &ledger.operator, "gateway");
        Self { server, ledger, farm }
    }

    /// With a lot and what was made of it.
    pub(crate) fn with_events(flags: &[&str]) -> Self {
        let running = Self::new(flags);
        let lot = commissioned("urn:example:event:1", LOT, 50);
        let made = transformed("urn:example:event:2", &[LOT], PRODUCT);
        for event in [lot, made] {
            let answer = running.farm.capture(&running.server.client(), &document(&[event]));
            assert_eq!(answer.status, 202, "{}", answer.text());
        }
        running
    }

    pub(crate) fn data(&self) -> &str {
        self.ledger.data.to_str().unwrap()
    }

    pub(crate) fn url(&self) -> &str {
        &self.server.url
    }

    /// Waits until the shown checkpoint has this size: it follows within about a second.
    pub(crate) fn wait_for_checkpoint(&self, size: u64) {
        for _ in 0..200 {
            let shown = self.server.client().get("/log/checkpoint").text();
            if shown.lines().nth(1) == Some(&size.to_string()) {
                return;
            }
            std::thread::sleep(std::time::Duration::from_millis(50));
        }
        panic!("no checkpoint of size {size}");
    }

    /// Writes a file beside the ledger.
    pub(crate) fn file(&self, name: &str, text: &str) -> String {
        let path = self.ledger.root.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    }
}

/// All files below a directory.
pub(crate) fn files_below(dir: &Path) -> Vec<PathBuf> {
    let (mut found, mut open) = (Vec::new(), vec![dir.to_owned()]);
    while let Some(dir) = open.pop() {
        for entry in std::fs::read_dir(dir).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { open.push(path) } else { found.push(path) }
        }
    }
    found.sort();
    found
}

/// Permission bits of a file.
pub(crate) fn mode(path: &Path) -> u32 {
    use std::os::unix::fs::PermissionsExt as _;
    std::fs::metadata(path).unwrap().permissions().mode() & 0o777
}
