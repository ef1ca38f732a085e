//! Load generator: posts signed submissions over HTTP to a server of its own and prints what came
//! of it. `README.md` says how each figure is made.

#![allow(clippy::print_stdout, clippy::print_stderr, reason = "it prints figures")]

mod bare;
mod check;
#[allow(dead_code, reason = "shared with another program")]
mod documents;
mod drive;
mod prepare;
mod process;
mod report;
#[allow(dead_code, reason = "shared with another program")]
mod server;
mod wire;

use anyhow::{Result, ensure};
use clap::Parser;
use documents::Template;
use laiqu_proof::{Checkpoint, NoteVerifier};
use mimalloc::MiMalloc;
use prepare::Party;
use process::Used;
use report::Report;
use server::{LAIQU, ServerProcess, Witnesses};
use std::ffi::OsStr;
use std::path::PathBuf;
use std::process::ExitCode;
use std::time::Duration;
use wire::Connection;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

/// Name of the temporary ledger.
const ORIGIN: &str = "load.example/ledger";
/// Most clients: their number has four digits in the documents.
const CLIENTS_MAX: u64 = 4_096;
/// Submissions that are signed before the yardstick is measured on them.
const FIRST_SUBMISSIONS: u64 = 8_192;
/// No run is expected to take more signatures than this part of what all cores can check, nor more
/// events in a second: so many submissions are signed beforehand.
const RATIO_EXPECTED_MAX: f64 = 0.8;
const EVENTS_PER_S_EXPECTED_MAX: f64 = 500_000.0;

/// Posts signed submissions to a server of its own on a temporary ledger.
///
/// The load is closed-loop: each client posts its next document once the last one was answered, so
/// a slow answer also slows the load, and latencies are those at full throughput. Everything is
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
    /// Clients, each a party with a key and a connection of its own [default: 128 for fewer than
    /// 10 events in a submission, else 16]
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=CLIENTS_MAX))]
    clients: Option<u64>,
    /// Where to make the temporary ledger [default: the system's directory for such files]. On a
    /// file system in memory the figures mean nothing
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Witnesses that the server asks to cosign, each a process of its own; most of them must
    #[arg(long, default_value_t = 0, value_parser = clap::value_parser!(u64).range(0..=9))]
    witnesses: u64,
    /// Print exactly one JSON object
    #[arg(long)]
    json: bool,
}

fn main() -> ExitCode {
    let given: Vec<_> = std::env::args_os().skip(1).collect();
    if given.first().is_some_and(|first| first == OsStr::new(LAIQU)) {
        return laiqu_cli::run(given);
    }
    match run(&Args::parse()) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("error: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn run(args: &Args) -> Result<()> {
    let root = match &args.dir {
        Some(dir) => tempfile::tempdir_in(dir)?,
        None => tempfile::tempdir()?,
    };
    let data = root.path().join("data");
    let made = laiqu_service::init(&data, ORIGIN)?;
    let verifier = NoteVerifier::parse(&made.vkey)?;
    let witnesses = match usize::try_from(args.witnesses)? {
        0 => None,
        count => Some(Witnesses::start(root.path(), count, &made.vkey)?),
    };
    let policy = witnesses.as_ref().map(|witnesses| witnesses.policy.as_path());
    let server = ServerProcess::start(&data, policy)?;
    let report = measure(args, &server, &made.operator_token, &verifier)?;
    server.stop()?;
    if args.json {
        println!("{}", serde_json::to_string(&report)?);
    } else {
        print!("{}", report.lines()?);
    }
    ensure!(report.is_whole(), "something was refused or a receipt does not verify");
    Ok(())
}

fn measure(
    args: &Args,
    server: &ServerProcess,
    operator_token: &str,
    verifier: &NoteVerifier,
) -> Result<Report> {
    let events = args.events_per_submission;
    let clients = args.clients.unwrap_or(if events < 10 { 128 } else { 16 });
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let mut parties: Vec<Party> = (0..clients).map(Party::new).collect();
    runtime.block_on(register(&parties, server.address(), operator_token))?;

    let template = Template::new(events);
    let each = FIRST_SUBMISSIONS.div_ceil(clients);
    prepare::sign_all(&mut parties, ORIGIN, &template, each);
    let bare = bare::measure(&parties)?;
    let rate = (bare.per_s * RATIO_EXPECTED_MAX).min(EVENTS_PER_S_EXPECTED_MAX / events as f64);
    let each = (rate * args.seconds as f64 / clients as f64).ceil();
    prepare::sign_all(&mut parties, ORIGIN, &template, whole(each));

    let before = (Used::of(server.id()), Used::of(std::process::id()));
    let time = Duration::from_secs(args.seconds);
    let window = drive::run(server.address(), parties, template, time);
    let (window, parties) = runtime.block_on(window)?;
    let cosigned = match args.witnesses {
        0 => None,
        _ => Some(runtime.block_on(published_size(server.address(), verifier))?),
    };
    let after = (Used::of(server.id()), Used::of(std::process::id()));
    let used = (Used::since(before.0, after.0), Used::since(before.1, after.1));

    let checked = check::check_all(&window.clients, &parties, verifier);
    let refusal = window.clients.iter().find_map(|seen| seen.first_refusal.as_deref());
    for fault in refusal.into_iter().chain(checked.first_fault.as_deref()) {
        eprintln!("{fault}");
    }
    let report = Report::new(&window, &checked, bare, events, used);
    let published = cosigned.map(|size| size as f64 / checked.size_max.max(1) as f64);
    Ok(Report { witnesses: args.witnesses, cosigned_part: published, ..report })
}

/// Size of the checkpoint that the server publishes: with a policy, one that its quorum cosigned.
async fn published_size(address: &str, verifier: &NoteVerifier) -> Result<u64> {
    let mut connection = Connection::open(address).await?;
    let request = b"GET /log/checkpoint HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let answer = connection.exchange(request).await?;
    ensure!(answer.status == 200, "no checkpoint is published");
    let text = String::from_utf8(answer.body)?;
    Ok(Checkpoint::open(&text, verifier)?.size)
}

async fn register(parties: &[Party], address: &str, operator_token: &str) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    for party in parties {
        party.register(&mut connection, ORIGIN, operator_token).await?;
    }
    Ok(())
}

/// A count that was made from rates; they are far below what `u64` holds.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small and positive")]
fn whole(count: f64) -> u64 {
    count as u64
}
