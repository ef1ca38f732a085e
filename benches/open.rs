//! What a start costs: opening a log of many leaves, fast and with a full check, and proofs of
//! entries in it, from tiles on disk.
//!
//! The log is made on the spot in a temporary directory, without syncs; it needs about 1 GB of
//! disk for each million leaves. Everything is read with a warm page cache.

#![allow(clippy::print_stdout, clippy::unwrap_used, clippy::indexing_slicing, reason = "a bench")]

mod maker;
mod unsynced;

use clap::Parser;
use laiqu_ledger::{Log, LogOptions, LogTree};
use laiqu_proof::verify_inclusion;
use maker::Maker;
use std::path::Path;
use std::sync::Arc;
use std::time::{Duration, Instant};
use unsynced::Unsynced;

const PAYLOAD_BYTES: usize = 200;
const JWS_BYTES: usize = 300;
/// Bytes of an entry that are no overhead: its leaf, salt, signature and document.
const SALT_BYTES: u64 = 32;
const OVERHEAD_UNITS: [usize; 3] = [1, 15, 60];
const OVERHEAD_ENTRIES: usize = 6_000;

#[derive(Debug, Parser)]
struct Args {
    /// Leaves of the log
    #[arg(long, default_value_t = 500_000)]
    leaves: u64,
    /// Entries in each commit unit
    #[arg(long, default_value_t = 15)]
    unit: usize,
    /// Issuers, each with a chain of its own
    #[arg(long, default_value_t = 5_000)]
    issuers: u64,
    /// Entries that are proved
    #[arg(long, default_value_t = 20_000)]
    proofs: u64,
    /// Where the temporary directory is made
    #[arg(long)]
    dir: Option<std::path::PathBuf>,
    /// Passed by `cargo bench`
    #[arg(long, hide = true)]
    bench: bool,
}

fn main() {
    let args = Args::parse();
    let parent = args.dir.clone().unwrap_or_else(std::env::temp_dir);
    let directory = tempfile::tempdir_in(parent).unwrap();
    overhead(directory.path());
    let path = directory.path().join("log");
    let started = Instant::now();
    make(&path, &args);
    println!("made {} leaves in {:.1} s", args.leaves, started.elapsed().as_secs_f64());
    let empty = resident_bytes();

    // The writes just made are in the page cache; what is dirty goes to the disk meanwhile.
    for _ in 0..3 {
        let (log, opened) = timed(|| Log::open(&path, LogOptions::default()).unwrap().0);
        let (tree, edge) = timed(|| log.tree().unwrap());
        println!(
            "open {:8.1} ms   tree {:6.1} ms   resident {} MB more",
            millis(opened),
            millis(edge),
            resident_bytes().saturating_sub(empty) >> 20
        );
        assert_eq!(tree.size(), args.leaves);
    }
    proofs(&path, &args);
    let (log, full) = timed(|| Log::open_with(&path, LogOptions::default(), &mut |_| {}).unwrap());
    println!("open with a full check {:.2} s", full.as_secs_f64());
    drop(log);
}

fn make(path: &Path, args: &Args) {
    let storage = Arc::new(Unsynced::create(path));
    let mut log = Log::create_on(storage, LogOptions::default()).unwrap();
    let mut tree = log.tree().unwrap();
    let maker = Maker::new(PAYLOAD_BYTES, JWS_BYTES, args.issuers);
    while log.head().size < args.leaves {
        let left = usize::try_from(args.leaves - log.head().size).unwrap();
        let unit = maker.unit(&log, args.unit.min(left));
        log.append(&unit).unwrap();
        unit.iter().for_each(|entry| tree.push(entry.leaf_hash()));
        tree.flush();
    }
    log.close().unwrap();
}

/// Proofs of entries all over the log, each checked; first with no tile in memory.
fn proofs(path: &Path, args: &Args) {
    let (tree, reader) = LogTree::open(path).unwrap();
    let (size, root) = (tree.size(), tree.root());
    let mut state = 0x9E37_79B9_7F4A_7C15_u64;
    let mut times: Vec<Duration> = Vec::new();
    for _ in 0..args.proofs {
        state =
            state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        let index = (state >> 16) % size;
        let (path, took) = timed(|| tree.inclusion(index, size).unwrap().unwrap());
        times.push(took);
        if times.len().is_multiple_of(50) {
            let leaf = laiqu_proof::leaf_hash(&reader.leaves(index, index + 1).unwrap()[0]);
            verify_inclusion(&leaf, index, size, &path, &root).unwrap();
        }
    }
    times.sort_unstable();
    let at = |part: usize| micros(times[(times.len() - 1) * part / 1_000]);
    println!(
        "proofs of {} entries: p50 {:.0} us, p99 {:.0} us, p99.9 {:.0} us, most {:.0} us",
        times.len(),
        at(500),
        at(990),
        at(999),
        at(1_000)
    );
}

/// Bytes on disk for each entry beyond what it holds.
fn overhead(directory: &Path) {
    println!("overhead in bytes an entry: of the segments, their padding, tiles and summaries");
    for count in OVERHEAD_UNITS {
        let path = directory.join(format!("overhead-{count}"));
        let storage = Arc::new(Unsynced::create(&path));
        let mut log = Log::create_on(storage, LogOptions::default()).unwrap();
        let maker = Maker::new(PAYLOAD_BYTES, JWS_BYTES, 100);
        let (mut held, mut unpadded, mut bytes) = (0, 0, 0);
        for _ in 0..OVERHEAD_ENTRIES / count {
            let unit = maker.unit(&log, count);
            for entry in &unit {
                let content = SALT_BYTES + (JWS_BYTES + PAYLOAD_BYTES) as u64;
                held += entry.leaf_bytes().len() as u64 + content;
                unpadded += entry.unit_bytes();
            }
            unpadded += UNIT_ENDS_BYTES;
            bytes += u64::from(log.append(&unit).unwrap().bytes);
        }
        let each = |bytes: u64| bytes as f64 / log.head().size as f64;
        println!(
            "  {count:2} a unit: {:5.1}, padding {:5.1}, tiles {:.1}, summaries {:.1}",
            each(unpadded - held),
            each(bytes - unpadded),
            32.0 + 32.0 / 256.0,
            8.0 / count as f64
        );
    }
}

/// Header and trailer of a unit, as the ledger's `unit` module describes them.
const UNIT_ENDS_BYTES: u64 = 44 + 64;

fn timed<T>(run: impl FnOnce() -> T) -> (T, Duration) {
    let started = Instant::now();
    let made = run();
    (made, started.elapsed())
}

fn millis(time: Duration) -> f64 {
    time.as_secs_f64() * 1e3
}

fn micros(time: Duration) -> f64 {
    time.as_secs_f64() * 1e6
}

/// Resident memory of this process.
fn resident_bytes() -> u64 {
    let status = std::fs::read_to_string("/proc/self/status").unwrap_or_default();
    let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"));
    let kib = line.and_then(|line| line.trim().trim_end_matches(" kB").parse::<u64>().ok());
    kib.unwrap_or(0) << 10
}
