//! The cost sheet: one ledger is grown through several sizes, and what it costs is measured at
//! each. `README.md` says how each figure is made.

#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation, reason = "a benchmark")]

mod disk;
mod figures;
mod machine;
mod needs;
mod plot;
mod plots;
mod reads;
mod size;
mod starts;
mod table;
mod trade;
mod verifying;
mod windows;

use crate::load::OPERATOR_TOKEN;
use anyhow::{Context, Result, ensure};
use clap::{Parser, ValueEnum};
use figures::Sheet;
use size::Grown;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use std::time::Duration;

/// Each size is at least so many times the one before: what the windows write must fit in between.
const SIZE_STEP_MIN: u64 = 4;
/// Smallest size: fewer events hold no group of lots.
const EVENTS_MIN: u64 = 2_000;

/// What can be left out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
enum Part {
    /// The start that folds everything: the ledger grows on what was kept
    Fold,
    /// Starts with the files out of the page cache
    Cold,
    /// Queries and traces, alone and beside writes
    Reads,
    /// Windows of writes, and the start after a kill
    Windows,
    /// Verification
    Verify,
}

/// Grows one ledger through several sizes and measures at each what it costs: writes, queries,
/// traces, starts, memory, disk, verification.
///
/// Writes `sheet.json`, `sheet.md` and plots into `--out`, anew after each size. Exits 1 where a
/// start takes too long, writes become too slow, or an answer is not what it should be; it goes on
/// to measure first.
#[derive(Debug, Parser)]
#[command(name = "sheet")]
struct Args {
    /// Events at which is measured, in ascending order, each at least four times the one before
    #[arg(long, value_delimiter = ',', default_value = "100000,1000000")]
    sizes: Vec<u64>,
    /// Where to make the temporary ledger [default: the system's directory for such files]. On a
    /// file system in memory the figures mean nothing
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Where to write the results; it is made
    #[arg(long, default_value = "sheet")]
    out: PathBuf,
    /// Longest time of each window of writes
    #[arg(long, default_value_t = 4, value_parser = clap::value_parser!(u64).range(1..=600))]
    seconds: u64,
    /// Times that each query and trace is asked alone, and beside writes at most
    #[arg(long, default_value_t = 20, value_parser = clap::value_parser!(u64).range(1..=9_999))]
    rounds: u64,
    /// Leave parts out
    #[arg(long, value_delimiter = ',')]
    without: Vec<Part>,
    /// Keep the ledger, and say where it is
    #[arg(long)]
    keep: bool,
    /// Measure nothing: compute, write and draw anew what follows from this earlier `sheet.json`
    #[arg(long, conflicts_with_all = ["sizes", "dir", "seconds", "rounds", "without", "keep"])]
    redraw: Option<PathBuf>,
    /// Print exactly one JSON object
    #[arg(long)]
    json: bool,
}

impl Args {
    fn has(&self, part: Part) -> bool {
        !self.without.contains(&part)
    }

    fn time(&self) -> Duration {
        Duration::from_secs(self.seconds)
    }
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    crate::program(run)
}

fn run(args: &Args) -> Result<bool> {
    let sheet = match &args.redraw {
        Some(earlier) => read(earlier)?,
        None => measured(args)?,
    };
    write(args, &sheet)?;
    if args.json {
        println!("{}", serde_json::to_string(&sheet)?);
    } else {
        print!("{}", table::markdown(&sheet));
    }
    sheet.faults().for_each(|fault| eprintln!("failed: {fault}"));
    Ok(sheet.faults().next().is_none())
}

/// An earlier sheet.
fn read(path: &Path) -> Result<Sheet> {
    let named = || path.display().to_string();
    let mut sheet: Sheet =
        serde_json::from_slice(&std::fs::read(path).with_context(named)?).with_context(named)?;
    sheet.finish();
    Ok(sheet)
}

/// Measures everything.
fn measured(args: &Args) -> Result<Sheet> {
    let grows = args.sizes.windows(2).all(|two| matches!(two, [a, b] if b / a >= SIZE_STEP_MIN));
    let first = args.sizes.first().copied().unwrap_or_default();
    ensure!(
        grows && first >= EVENTS_MIN,
        "--sizes: the first must be at least {EVENTS_MIN}, and each at least {SIZE_STEP_MIN} times \
         the one before, because the windows of writes add events in between"
    );
    let parent = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    let mut root = tempfile::tempdir_in(&parent).with_context(|| parent.display().to_string())?;
    root.disable_cleanup(args.keep);
    let mut sheet = Sheet::new(args, machine::describe(root.path()));
    // Where that cannot be done, it is said before anything is measured.
    write(args, &sheet)?;
    let measured = measure(args, root.path(), &mut sheet);
    if let Err(error) = measured {
        sheet.wrong.push(format!("{error:#}"));
    }
    sheet.finish();
    if args.keep {
        eprintln!("the ledger is kept in {}", root.path().display());
    }
    Ok(sheet)
}

fn measure(args: &Args, root: &Path, sheet: &mut Sheet) -> Result<()> {
    let mut grown = Grown::new(root)?;
    if args.keep {
        std::fs::write(root.join(OPERATOR_TOKEN), grown.operator_token())?;
    }
    for events in &args.sizes {
        eprintln!("{events} events");
        size::measure(args, &mut grown, *events, sheet)
            .with_context(|| format!("at {events} events"))?;
        sheet.finish();
        write(args, sheet)?;
    }
    Ok(())
}

fn write(args: &Args, sheet: &Sheet) -> Result<()> {
    std::fs::create_dir_all(&args.out).with_context(|| args.out.display().to_string())?;
    let place = |name: &str| args.out.join(name);
    std::fs::write(place("sheet.json"), serde_json::to_string_pretty(sheet)? + "\n")?;
    std::fs::write(place("sheet.md"), table::markdown(sheet))?;
    for (name, plot) in plots::all(sheet) {
        std::fs::write(place(&format!("{name}.svg")), plot.svg())?;
    }
    Ok(())
}
