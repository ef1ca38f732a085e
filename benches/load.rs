//! Load generator: posts signed submissions over HTTP to a server of its own and prints what came
//! of it. `README.md` says how each figure is made.

pub(crate) mod bare;
pub(crate) mod check;
pub(crate) mod disk;
pub(crate) mod documents;
pub(crate) mod drive;
pub(crate) mod measure;
pub(crate) mod overload;
pub(crate) mod pace;
pub(crate) mod prepare;
pub(crate) mod process;
pub(crate) mod report;
pub(crate) mod server;
pub(crate) mod wire;

use crate::ORIGIN;
use anyhow::{Context, Result, ensure};
use clap::Parser;
use laiqu_proof::NoteVerifier;
use laiqu_service::DataDir;
use measure::{Load, usual_clients};
use serde::Serialize;
use server::{ServerProcess, Witnesses};
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use tempfile::TempDir;

/// Most clients.
const CLIENTS_MAX: u64 = 4_096;
/// Their numbers have four digits in the documents.
const PARTIES_MAX: u64 = 10_000;
/// Beside the data of a ledger that a bench leaves, so that the next one can go on with it.
pub(crate) const OPERATOR_TOKEN: &str = "operator-token";

/// Posts signed submissions to a server of its own on a temporary ledger.
///
/// The load is closed-loop: each client posts its next document once the last one was answered, so
/// a slow answer also slows the load, and latencies are those at full throughput. With `--rate` it
/// is open-loop: documents come by the clock, and their latencies count from then. Everything is
/// signed before the window; every receipt is verified after it, and only those that verify count.
/// Exits 1 where one does not, or anything was refused.
#[derive(Debug, Parser)]
#[command(name = "load")]
struct Args {
    /// Events in each signed submission
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=1_000))]
    events_per_submission: u64,
    /// How long to post
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Submissions in a second, by the clock, whatever the server does
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=1_000_000))]
    rate: Option<u64>,
    /// Offer so many times what the server sustains, which is measured first, and say what becomes
    /// of it. Each window is `--seconds` long
    #[arg(long, value_name = "FACTOR", num_args = 0..=1, default_missing_value = "10")]
    #[arg(conflicts_with_all = ["rate", "witnesses"])]
    #[arg(value_parser = clap::value_parser!(u64).range(1..=1_000))]
    overload: Option<u64>,
    /// Clients, each a party with a key and a connection of its own [default: 128 for fewer than
    /// 10 events in a submission, else 16; with `--overload` 1024]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=CLIENTS_MAX))]
    clients: Option<u64>,
    /// Where to make the temporary ledger [default: the system's directory for such files]. On a
    /// file system in memory the figures mean nothing
    #[arg(long)]
    dir: Option<PathBuf>,
    /// A ledger that `sheet --keep` or `queries --keep` left, instead of a temporary one; it grows
    #[arg(long, conflicts_with_all = ["dir", "witnesses"])]
    ledger: Option<PathBuf>,
    /// Number of the first client: what a ledger knows a client of must not be posted again
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=9_999))]
    first_party: u64,
    /// Witnesses that the server asks to cosign, each a process of its own; most of them must
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=9))]
    witnesses: u64,
    /// Print exactly one JSON object
    #[arg(long)]
    json: bool,
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    crate::program(run)
}

fn run(args: &Args) -> Result<bool> {
    ensure!(
        args.first_party + args.clients() < PARTIES_MAX,
        "--first-party: the number of the last client must have four digits, too"
    );
    let ledger = args.ledger()?;
    let policy = ledger.witnesses.as_ref().map(|witnesses| witnesses.policy.as_path());
    let server = ServerProcess::start(&ledger.data(), policy)?;
    let verifier = NoteVerifier::parse(&DataDir::new(&ledger.data()).read_descriptor()?.vkey)?;
    let load = args.load(&server, &ledger, &verifier);
    let whole = match args.overload {
        Some(factor) => {
            let report = overload::measure(&load, factor)?;
            args.print(&report)?;
            report.is_whole()
        }
        None => {
            let report = measure::measure(&load, args.rate, args.witnesses)?;
            args.print(&report)?;
            report.is_whole()
        }
    };
    server.stop()?;
    ensure!(whole, "something was refused or lost, or a receipt does not verify");
    Ok(true)
}

/// A ledger, and who is asked to cosign it.
struct Ledger {
    root: PathBuf,
    operator_token: String,
    witnesses: Option<Witnesses>,
    /// Removed with this.
    _temporary: Option<TempDir>,
}

impl Ledger {
    fn data(&self) -> PathBuf {
        self.root.join("data")
    }
}

impl Args {
    /// The one that is named, or a new one.
    fn ledger(&self) -> Result<Ledger> {
        if let Some(root) = self.ledger.clone() {
            let token = root.join(OPERATOR_TOKEN);
            let operator_token =
                std::fs::read_to_string(&token).with_context(|| token.display().to_string())?;
            return Ok(Ledger { root, operator_token, witnesses: None, _temporary: None });
        }
        let temporary = match &self.dir {
            Some(dir) => tempfile::tempdir_in(dir)?,
            None => tempfile::tempdir()?,
        };
        let root = temporary.path().to_owned();
        let made = laiqu_service::init(&root.join("data"), ORIGIN)?;
        let witnesses = match usize::try_from(self.witnesses)? {
            0 => None,
            count => Some(Witnesses::start(&root, count, &made.vkey)?),
        };
        let operator_token = made.operator_token;
        Ok(Ledger { root, operator_token, witnesses, _temporary: Some(temporary) })
    }

    fn clients(&self) -> u64 {
        let clients = self.clients.unwrap_or(match self.overload {
            Some(_) => overload::CLIENTS,
            None => usual_clients(self.events_per_submission),
        });
        // A connection that is used less than once a second might be closed as idle.
        clients.min(self.rate.unwrap_or(clients))
    }

    fn load<'a>(
        &self,
        server: &'a ServerProcess,
        ledger: &'a Ledger,
        verifier: &'a NoteVerifier,
    ) -> Load<'a> {
        let (events, clients) = (self.events_per_submission, self.clients());
        let time = Duration::from_secs(self.seconds);
        let (first_party, submissions_max) = (self.first_party, u64::MAX);
        Load {
            server,
            operator_token: &ledger.operator_token,
            verifier,
            directory: &ledger.root,
            events,
            clients,
            time,
            first_party,
            submissions_max,
        }
    }

    fn print(&self, report: &impl Serialize) -> Result<()> {
        if self.json {
            println!("{}", serde_json::to_string(report)?);
        } else {
            print!("{}", report::lines(report)?);
        }
        Ok(())
    }
}
