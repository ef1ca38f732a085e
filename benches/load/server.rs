//! The server under load and its witnesses: this very program as child processes, which then are
//! `laiqu`, so that their memory and time are told apart from the clients'.

use anyhow::{Context, Result, ensure};
use serde::Deserialize;
use std::ffi::OsStr;
use std::io::{BufRead, BufReader};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};

/// First argument of a child process that is `laiqu`.
pub(crate) const LAIQU: &str = "laiqu";

/// A server that runs. It is ended when dropped.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
    ready: Ready,
}

/// The first line of a server that is ready.
#[derive(Debug, Deserialize)]
struct Ready {
    url: String,
    /// Where a server makes its key when it starts.
    vkey: Option<String>,
}

/// The line of a witness that was made.
#[derive(Deserialize)]
struct Made {
    vkey: String,
}

impl ServerProcess {
    /// Starts the server of this ledger and waits until it listens; a policy names the witnesses
    /// that it asks.
    pub(crate) fn start(data: &Path, policy: Option<&Path>) -> Result<Self> {
        let mut command = laiqu(&["serve", "--data"], data);
        if let Some(policy) = policy {
            command.arg("--witness-policy").arg(policy);
        }
        Self::listening(command)
    }

    /// Starts the server of this ledger with further arguments.
    pub(crate) fn start_with(data: &Path, arguments: &[&str]) -> Result<Self> {
        let mut command = laiqu(&["serve", "--data"], data);
        command.args(arguments);
        Self::listening(command)
    }

    fn listening(mut command: Command) -> Result<Self> {
        command.args(["--json", "--listen", "127.0.0.1:0"]);
        Self::spawn(command)
    }

    /// Starts a server that says where it listens as the first thing it says.
    pub(crate) fn spawn(mut command: Command) -> Result<Self> {
        let mut child = command.stdout(Stdio::piped()).spawn().context("starting a server")?;
        let stdout = child.stdout.take().context("no output of the server")?;
        let mut line = String::new();
        BufReader::new(stdout).read_line(&mut line)?;
        let ready: Ready = serde_json::from_str(&line).context("the server did not get ready")?;
        Ok(Self { child, ready })
    }

    /// Host and port.
    pub(crate) fn address(&self) -> &str {
        self.ready.url.trim_start_matches("http://")
    }

    /// The verifier key of its log, where it told it.
    pub(crate) fn vkey(&self) -> Option<&str> {
        self.ready.vkey.as_deref()
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it and waits until its ledger is closed.
    pub(crate) fn stop(mut self) -> Result<()> {
        let asked = Command::new("kill").args(["-TERM", &self.id().to_string()]).status()?;
        ensure!(asked.success(), "the server cannot be asked to end");
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }

    /// Ends it as `kill -9` does, and waits until it is gone.
    pub(crate) fn kill(mut self) -> Result<()> {
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }
}

impl Drop for ServerProcess {
    fn drop(&mut self) {
        // It may have ended already.
        drop(self.child.kill());
        drop(self.child.wait());
    }
}

/// Witnesses that run, and the policy that demands most of them.
#[derive(Debug)]
pub(crate) struct Witnesses {
    pub(crate) policy: PathBuf,
    /// They end with this.
    _running: Vec<ServerProcess>,
}

impl Witnesses {
    /// Makes and starts so many, under `root`, for the log with this verifier key.
    pub(crate) fn start(root: &Path, count: usize, log: &str) -> Result<Self> {
        let (mut lines, mut running) = (format!("log {log}\n"), Vec::new());
        let names: Vec<String> = (0..count).map(|number| format!("w{number}")).collect();
        for name in &names {
            let dir = root.join(name);
            let made = laiqu(&["witness", "init"], &dir).args(["--name", name, "--json"]).output();
            let Made { vkey } = serde_json::from_slice(&made?.stdout).context("no witness made")?;
            let mut serve = laiqu(&["witness", "serve"], &dir);
            serve.args(["--log", log]);
            let witness = ServerProcess::listening(serve)?;
            lines += &format!("witness {name} {vkey} {}\n", witness.ready.url);
            running.push(witness);
        }
        lines += &format!("group all {} {}\nquorum all\n", count / 2 + 1, names.join(" "));
        let policy = root.join("policy");
        std::fs::write(&policy, lines)?;
        Ok(Self { policy, _running: running })
    }
}

/// This program as `laiqu` with these arguments and a path.
pub(crate) fn laiqu(arguments: &[&str], path: &Path) -> Command {
    let this = std::env::current_exe().unwrap_or_default();
    let mut command = Command::new(this);
    command.arg(OsStr::new(LAIQU)).args(arguments).arg(path).stdin(Stdio::null());
    command.env("LAIQU_LOG", "warn");
    command
}
