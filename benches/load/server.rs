//! The server under load: this very program as a child process, so that its memory and its time are
//! told apart from the clients'.

use anyhow::{Context, Result, ensure};
use laiqu_http::Server;
use laiqu_service::{Service, ServiceOptions};
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};

/// A running child. It ends when its standard input ends, so it cannot outlive this process.
#[derive(Debug)]
pub(crate) struct ServerProcess {
    child: Child,
    /// Host and port.
    pub(crate) address: String,
}

impl ServerProcess {
    /// Starts the server on this ledger and waits until it listens.
    pub(crate) fn start(data: &Path) -> Result<Self> {
        let mut command = Command::new(std::env::current_exe()?);
        command.arg(crate::SERVE).arg(data).stdin(Stdio::piped()).stdout(Stdio::piped());
        let mut child = command.spawn().context("starting the server")?;
        let stdout = child.stdout.take().context("no output of the server")?;
        let mut address = String::new();
        BufReader::new(stdout).read_line(&mut address)?;
        ensure!(!address.is_empty(), "the server ended before it listened");
        Ok(Self { child, address: address.trim().to_owned() })
    }

    /// Its process id.
    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Ends it and waits until its ledger is closed.
    pub(crate) fn stop(mut self) -> Result<()> {
        drop(self.child.stdin.take());
        let status = self.child.wait()?;
        ensure!(status.success(), "the server ended with {status}");
        Ok(())
    }
}

/// What the child does: serves until its standard input ends.
pub(crate) fn serve(data: &Path) -> Result<()> {
    let service = Service::open(data, ServiceOptions::default())?;
    let (ended, stop) = tokio::sync::oneshot::channel::<()>();
    std::thread::spawn(move || {
        // However the pipe ends, the parent is gone or wants the server to end.
        drop(std::io::copy(&mut std::io::stdin(), &mut std::io::sink()));
        drop(ended);
    });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    tokio::task::LocalSet::new().block_on(&runtime, async {
        let server = Server::build(service, SocketAddr::from(([127, 0, 0, 1], 0)))?;
        println!("{}", server.address());
        server.run(async { drop(stop.await) }).await?;
        Ok(())
    })
}
