//! `compare`: the same signed submissions into Laiqu, PostgreSQL and a Tessera log, one after the
//! other on this machine.

mod database;
pub(crate) mod disk;
mod insert;
pub(crate) mod laiqu;
mod records;
mod table;
mod tessera;
mod work;

use anyhow::{Context, Result};
use clap::{Parser, ValueEnum};
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use table::{Comparison, Outcome};
use work::Work;

/// What is compared.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Store {
    Laiqu,
    Postgres,
    Tessera,
}

/// Puts the same signed submissions into Laiqu, PostgreSQL and a Tessera log, one after the other.
///
/// Each is started here, tried with several numbers of clients and sizes of batch, measured with
/// the best, asked for traces, stopped, weighed and verified. What is not on this machine is
/// skipped, and said so.
#[derive(Debug, Parser)]
#[command(name = "compare")]
pub(crate) struct Args {
    /// Events in each signed submission
    #[arg(long, default_value_t = 1, value_parser = clap::value_parser!(u64).range(1..=60))]
    events_per_submission: u64,
    /// How long each is measured; each attempt before takes a fifth of it
    #[arg(long, default_value_t = 10, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Most submissions of a client in each run: ends it sooner
    #[arg(long, default_value_t = u64::MAX, hide_default_value = true,
          value_parser = clap::value_parser!(u64).range(2..))]
    submissions_per_client: u64,
    /// Lots that are traced in each
    #[arg(long, default_value_t = 1_000)]
    traces: usize,
    /// Only these
    #[arg(long, value_delimiter = ',', default_value = "laiqu,postgres,tessera")]
    stores: Vec<Store>,
    /// Where to make what is removed afterwards [default: the system's directory for such files].
    /// On a file system in memory the figures mean nothing
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Directory with PostgreSQL's programs [default: the newest of Debian's]
    #[arg(long)]
    postgres: Option<PathBuf>,
    /// The Go command, which builds the program around Tessera
    #[arg(long, default_value = "go")]
    go: PathBuf,
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
    let root = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    // PostgreSQL takes no path that is relative.
    let root = root.canonicalize().with_context(|| root.display().to_string())?;
    let load = table::load();
    let work = Work::new(args)?;
    let mut comparison = Comparison::new(&work, load);
    for store in [Store::Laiqu, Store::Postgres, Store::Tessera] {
        if !args.stores.contains(&store) {
            continue;
        }
        match measure(store, args, &work, &root)? {
            Outcome::Measured(rows) => comparison.stores.extend(rows),
            Outcome::Skipped(skipped) => comparison.skipped.push(skipped),
        }
    }
    if args.json {
        println!("{}", serde_json::to_string(&comparison)?);
    } else {
        print!("{}", comparison.text()?);
    }
    Ok(true)
}

fn measure(store: Store, args: &Args, work: &Work, root: &Path) -> Result<Outcome> {
    match store {
        Store::Laiqu => Ok(Outcome::Measured(vec![laiqu::measure(work, root)?])),
        Store::Postgres => database::measure(args.postgres.as_deref(), work, root),
        Store::Tessera => tessera::measure(&args.go, work, root),
    }
}
