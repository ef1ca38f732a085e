//! What it costs to verify a ledger, next to the bare hashing of messages of the same lengths and
//! the bare checking of the same signatures on all cores, in the same run.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

pub(crate) mod ledger;
pub(crate) mod yardstick;

use crate::load::documents::Template;
use crate::load::prepare::cores;
use anyhow::Result;
use clap::Parser;
use laiqu_ledger::{Progress, Report, VerifyOptions, verify_dir};
use laiqu_service::event_parts;
use ledger::Made;
use serde::Serialize;
use std::path::PathBuf;
use std::process::ExitCode;
use yardstick::Time;

/// Verifies ledgers of 60-event and of 1-event entries, with the page cache warm.
#[derive(Debug, Parser)]
struct Args {
    /// MiB of payloads in each ledger
    #[arg(long, default_value_t = 256, value_parser = clap::value_parser!(u64).range(1..=65_536))]
    mib: u64,
    /// Measurements of each figure; the median counts
    #[arg(long, default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=99))]
    rounds: u64,
    /// Where to make the temporary ledgers
    #[arg(long)]
    dir: Option<PathBuf>,
    /// Print exactly one JSON object
    #[arg(long)]
    json: bool,
    /// Given by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

/// Verifying one ledger, once with and once without one part.
#[derive(Debug, Serialize)]
struct Figures {
    seconds: f64,
    stored_gb_per_s: f64,
    hashed_gb_per_s: f64,
    entries_per_s: f64,
    /// Time of the yardstick on all cores ÷ time of verification.
    ratio: f64,
    /// The same of time on a core, which other programs on the machine do not change.
    cpu_ratio: Option<f64>,
}

#[derive(Debug, Serialize)]
struct Ledger {
    events_per_entry: u64,
    entries: u64,
    stored_bytes: u64,
    /// Bytes that must go through SHA-256.
    hashed_bytes: u64,
    sha2_gb_per_s: f64,
    verify_strict_per_s: f64,
    /// Against `sha2` alone.
    without_signatures: Figures,
    /// Against `sha2` and `verify_strict`, one after the other.
    with_signatures: Figures,
    /// Entries verified with their signatures ÷ bare `verify_strict` in the same time.
    signature_ratio: f64,
}

#[derive(Debug, Serialize)]
struct Output {
    cores: usize,
    debug_build: bool,
    ledgers: Vec<Ledger>,
}

/// Runs the program with the arguments of this process.
#[must_use]
pub fn main() -> ExitCode {
    crate::program(run)
}

fn run(args: &Args) -> Result<bool> {
    let ledgers = [60, 1].map(|events| measure(args, events));
    let output =
        Output { cores: cores(), debug_build: cfg!(debug_assertions), ledgers: ledgers.into() };
    if args.json {
        println!("{}", serde_json::to_string(&output)?);
        return Ok(true);
    }
    for ledger in &output.ledgers {
        println!("{} events an entry: {ledger:#.3?}", ledger.events_per_entry);
    }
    println!("{} cores{}", output.cores, if output.debug_build { ", debug build" } else { "" });
    Ok(true)
}

fn measure(args: &Args, events: u64) -> Ledger {
    let directory = match &args.dir {
        Some(dir) => tempfile::tempdir_in(dir).unwrap(),
        None => tempfile::tempdir().unwrap(),
    };
    let (template, mut written) = (Template::new(events), 0);
    let made = ledger::make(&directory.path().join("data"), &mut |body, party, number| {
        let is_more = written < args.mib << 20;
        template.fill(body, party, number);
        written += body.len() as u64;
        is_more
    });
    let image = made.image();
    let hashed_bytes: u64 = made.messages.iter().map(|bytes| u64::from(*bytes)).sum();
    let (mut sha2, mut strict, mut plain, mut full) = (vec![], vec![], vec![], vec![]);
    // Turn and turn about, so that a machine that slows down slows all of them.
    for _ in 0..args.rounds {
        sha2.push(yardstick::hash(&image, &made.messages));
        plain.push(verify(&made, false));
        strict.push(yardstick::check(&made.signed));
        full.push(verify(&made, true));
    }
    let [sha2, strict, plain, full] = [sha2, strict, plain, full].map(Time::median);
    let both = Time { wall_s: sha2.wall_s + strict.wall_s, cpu_s: sha2.plus(&strict) };
    let entries = made.entries as f64;
    let signatures = made.signed.len() as f64;
    let figures = |time: &Time, yardstick: &Time| Figures {
        seconds: time.wall_s,
        stored_gb_per_s: image.len() as f64 / 1e9 / time.wall_s,
        hashed_gb_per_s: hashed_bytes as f64 / 1e9 / time.wall_s,
        entries_per_s: entries / time.wall_s,
        ratio: yardstick.wall_s / time.wall_s,
        cpu_ratio: yardstick.cpu_s.zip(time.cpu_s).map(|(one, other)| one / other),
    };
    Ledger {
        events_per_entry: events,
        entries: made.entries,
        stored_bytes: image.len() as u64,
        hashed_bytes,
        sha2_gb_per_s: hashed_bytes as f64 / 1e9 / sha2.wall_s,
        verify_strict_per_s: signatures / strict.wall_s,
        without_signatures: figures(&plain, &sha2),
        with_signatures: figures(&full, &both),
        signature_ratio: strict.wall_s / full.wall_s,
    }
}

fn verify(made: &Made, check_signatures: bool) -> Time {
    let options = VerifyOptions { check_signatures, ..VerifyOptions::new(&event_parts) };
    let mut report: Option<Report> = None;
    let time = Time::of(|| {
        report = verify_dir(&made.log, &options, &mut |_: Progress| {}).ok();
    });
    let report = report.unwrap();
    assert!(report.is_whole() && report.size == made.entries, "{:?}", report.findings);
    let unsplit = report.not_checked.iter().any(|what| what.contains("told apart"));
    assert!(!unsplit, "{:?}", report.not_checked);
    assert!(!check_signatures || report.signatures >= made.signed.len() as u64);
    time
}
