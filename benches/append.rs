//! What a commit costs: the log's append of one unit, next to the bare write and sync of as many
//! bytes to a file of zeros, in the same run.

#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, reason = "a benchmark")]

mod maker;

use criterion::{BenchmarkId, Criterion, Throughput, criterion_group, criterion_main};
use laiqu_ledger::{Log, LogOptions, PreparedEntry};
use maker::Maker;
use std::fs::File;
use std::os::unix::fs::FileExt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Bytes of an entry's document: one event of about 900 bytes in its envelope.
const PAYLOAD_BYTES: usize = 1_150;
/// Bytes of a compact JWS.
const JWS_BYTES: usize = 540;
/// Bytes of the file that the bare writes go to; they begin anew at its end.
const FILE_BYTES: usize = 256 << 20;
/// Bytes that are zeroed in one go.
const PIECE_BYTES: usize = 4 << 20;

/// A file of zeros that are on the disk.
fn zeroed(path: &Path) -> File {
    let file = File::options().read(true).write(true).create_new(true).open(path).unwrap();
    let zeros = vec![0; PIECE_BYTES];
    for at in (0..FILE_BYTES).step_by(PIECE_BYTES) {
        file.write_all_at(&zeros, at as u64).unwrap();
    }
    file.sync_all().unwrap();
    file
}

/// Runs what is timed, `rounds` times, each after what is not.
fn timed<T, R>(
    rounds: u64,
    mut before: impl FnMut() -> T,
    mut run: impl FnMut(T) -> R,
) -> Duration {
    let mut total = Duration::ZERO;
    for _ in 0..rounds {
        let input = before();
        let started = Instant::now();
        std::hint::black_box(run(input));
        total += started.elapsed();
    }
    total
}

fn append(criterion: &mut Criterion) {
    let mut group = criterion.benchmark_group("append");
    group.sample_size(20).warm_up_time(Duration::from_secs(1));
    group.measurement_time(Duration::from_secs(4));
    for entries in [1, 15, 100] {
        let directory = tempfile::tempdir().unwrap();
        let mut log = Log::create(&directory.path().join("log"), LogOptions::default()).unwrap();
        let maker = Maker::new(PAYLOAD_BYTES, JWS_BYTES, 1);
        let bytes = log.append(&maker.unit(&log, entries)).unwrap().bytes;
        let bytes = u64::from(bytes);
        group.throughput(Throughput::ElementsAndBytes { elements: entries as u64, bytes });
        group.bench_function(BenchmarkId::new("log", entries), |bencher| {
            // Both closures need the log: one reads its head, the other writes.
            let log = std::cell::RefCell::new(&mut log);
            let unit = || maker.unit(&log.borrow(), entries);
            let write = |unit: Vec<PreparedEntry>| log.borrow_mut().append(&unit).unwrap();
            bencher.iter_custom(|rounds| timed(rounds, unit, write));
        });
        log.close().unwrap();

        let file = zeroed(&directory.path().join("bare"));
        let unit = vec![b'e'; usize::try_from(bytes).unwrap()];
        let mut at = 0;
        group.bench_function(BenchmarkId::new("bare_write_and_fdatasync", entries), |bencher| {
            bencher.iter_custom(|rounds| {
                let write = |()| {
                    file.write_all_at(&unit, at).unwrap();
                    file.sync_data().unwrap();
                    at = if at + 2 * bytes > FILE_BYTES as u64 { 0 } else { at + bytes };
                };
                timed(rounds, || (), write)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, append);
criterion_main!(benches);
