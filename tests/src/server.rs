//! A real server process on a ledger in a temporary directory.

use crate::client::Client;
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, ExitStatus, Output, Stdio};
use std::time::{Duration, Instant};

/// The program under test.
#[must_use]
pub fn under_test() -> Command {
    // The binary of this package that calls the command line's `run`; cargo builds it beside the
    // test binaries.
    let mut path = std::env::current_exe().expect("own path");
    path.pop();
    if path.ends_with("deps") {
        path.pop();
    }
    let mut command = Command::new(path.join("under-test"));
    command.env_remove("LAIQU_TOKEN");
    command
}

/// A ledger directory that was just made.
#[derive(Debug)]
pub struct LedgerDir {
    /// Keeps the directory until the test ends.
    pub root: tempfile::TempDir,
    /// The data directory.
    pub data: PathBuf,
    /// Its name.
    pub origin: String,
    /// The log's verifier key.
    pub vkey: String,
    /// The operator's token.
    pub operator: String,
}

impl LedgerDir {
    /// Makes a ledger with `init --json`.
    ///
    /// # Panics
    /// Where that fails.
    #[must_use]
    pub fn new(origin: &str) -> Self {
        let root = tempfile::tempdir().expect("temporary directory");
        let data = root.path().join("data");
        let output = run(&["init", data.to_str().expect("path"), "--origin", origin, "--json"]);
        assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
        let made: Value = serde_json::from_slice(&output.stdout).expect("one JSON object");
        let text = |name: &str| made[name].as_str().expect(name).to_owned();
        let (vkey, operator) = (text("vkey"), text("operator_token"));
        Self { root, data, origin: text("origin"), vkey, operator }
    }

    /// Runs `verify --json` on the directory: exit code and report.
    ///
    /// # Panics
    /// Where it prints no JSON.
    #[must_use]
    pub fn verify(&self) -> (i32, Value) {
        let output = run(&["verify", self.data.to_str().expect("path"), "--json"]);
        let report = serde_json::from_slice(&output.stdout)
            .unwrap_or_else(|error| panic!("{error}: {}", String::from_utf8_lossy(&output.stderr)));
        (output.status.code().expect("exit code"), report)
    }
}

/// Runs the program to its end.
///
/// # Panics
/// Where it cannot be started.
#[must_use]
pub fn run(arguments: &[&str]) -> Output {
    under_test().args(arguments).stdin(Stdio::null()).output().expect("program runs")
}

/// A running server. It is killed when dropped.
#[derive(Debug)]
pub struct TestServer {
    child: Child,
    /// Where it listens.
    pub url: String,
    /// Where it shows its metrics without a token, if it was told to.
    pub metrics_url: Option<String>,
}

impl TestServer {
    /// Starts `serve` on a free port and waits until it is ready.
    ///
    /// # Panics
    /// Where it does not become ready.
    #[must_use]
    pub fn start(data: &Path, flags: &[&str]) -> Self {
        Self::try_start(data, flags).unwrap_or_else(|why| panic!("server did not start: {why}"))
    }

    /// Starts `serve`, or says why it refused.
    ///
    /// # Errors
    /// With what it printed to stderr.
    ///
    /// # Panics
    /// Where the program cannot be started at all.
    pub fn try_start(data: &Path, flags: &[&str]) -> Result<Self, String> {
        Self::spawn(data, flags)
            .map_err(|output| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts `serve` where it must refuse: its exit code and what it printed to stderr.
    ///
    /// # Panics
    /// Where it serves, or is ended by a signal.
    #[must_use]
    pub fn refusal(data: &Path, flags: &[&str]) -> (i32, String) {
        let Err(output) = Self::spawn(data, flags) else { panic!("the server started") };
        let code = output.status.code().expect("exit code");
        (code, String::from_utf8_lossy(&output.stderr).into_owned())
    }

    /// Starts `serve` as an argument of another command, which must become the server's process.
    ///
    /// # Errors
    /// With what it printed to stderr.
    ///
    /// # Panics
    /// Where the command cannot be started at all.
    pub fn try_start_under(mut command: Command, data: &Path) -> Result<Self, String> {
        command.arg(under_test().get_program()).args(["serve", "--data"]).arg(data);
        Self::listening(command, "127.0.0.1:0")
            .map_err(|output| String::from_utf8_lossy(&output.stderr).into_owned())
    }

    fn spawn(data: &Path, flags: &[&str]) -> Result<Self, Output> {
        let mut command = under_test();
        command.args(["serve", "--data"]).arg(data).args(flags);
        Self::listening(command, "127.0.0.1:0")
    }

    /// Starts `witness serve` on a free port and waits until it is ready.
    ///
    /// # Panics
    /// Where it does not become ready.
    #[must_use]
    pub fn witness(dir: &Path, flags: &[&str]) -> Self {
        Self::witness_at(dir, "127.0.0.1:0", flags)
    }

    /// Likewise at this address.
    ///
    /// # Panics
    /// Where it does not become ready.
    #[must_use]
    pub fn witness_at(dir: &Path, listen: &str, flags: &[&str]) -> Self {
        let mut command = under_test();
        command.args(["witness", "serve"]).arg(dir).args(flags);
        Self::listening(command, listen)
            .unwrap_or_else(|output| panic!("{}", String::from_utf8_lossy(&output.stderr)))
    }

    fn listening(mut command: Command, listen: &str) -> Result<Self, Output> {
        let mut child = command
            .args(["--json", "--listen", listen])
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("program starts");
        let mut line = String::new();
        let stdout = child.stdout.take().expect("stdout");
        BufReader::new(stdout).read_line(&mut line).expect("first line");
        let ready: Option<Value> = serde_json::from_str(&line).ok();
        let Some(url) = ready.as_ref().and_then(|v| v["url"].as_str()) else {
            return Err(child.wait_with_output().expect("output"));
        };
        // Nobody reads the log of a test server; it must not block on a full pipe.
        let mut stderr = child.stderr.take().expect("stderr");
        std::thread::spawn(move || std::io::copy(&mut stderr, &mut std::io::sink()));
        let metrics_url = ready.as_ref().and_then(|v| v["metrics"].as_str()).map(str::to_owned);
        Ok(Self { child, url: url.to_owned(), metrics_url })
    }

    /// A client without credentials.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(&self.url)
    }

    /// A client with this bearer token.
    #[must_use]
    pub fn client_with(&self, token: &str) -> Client {
        Client::new(&self.url).bearer(token)
    }

    /// Process id.
    #[must_use]
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it without warning (SIGKILL).
    ///
    /// # Panics
    /// Where the process cannot be waited for.
    pub fn kill(mut self) {
        drop(self.child.kill());
        self.child.wait().expect("killed");
    }

    /// Asks it to stop (SIGTERM) and waits for its end.
    ///
    /// # Panics
    /// Where it has not ended after 30 seconds.
    #[must_use]
    pub fn stop(self) -> ExitStatus {
        self.try_stop().expect("server stops")
    }

    /// [`TestServer::stop`] for a server that may be gone; nothing where it does not end.
    ///
    /// # Panics
    /// Where the process cannot be waited for.
    #[must_use]
    pub fn try_stop(mut self) -> Option<ExitStatus> {
        let id = self.child.id().to_string();
        if self.child.try_wait().expect("wait").is_none() {
            Command::new("kill").args(["-TERM", &id]).status().expect("kill");
        }
        let asked = Instant::now();
        loop {
            if let Some(status) = self.child.try_wait().expect("wait") {
                return Some(status);
            }
            if asked.elapsed() > Duration::from_secs(30) {
                return None;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }
}

impl Drop for TestServer {
    fn drop(&mut self) {
        drop(self.child.kill());
        drop(self.child.wait());
    }
}
