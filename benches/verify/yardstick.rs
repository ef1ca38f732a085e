//! How fast this machine does nothing but hash, or check signatures, on all cores.

use crate::load::prepare::cores;
use crate::load::process::Used;
use crate::verify::ledger::Signed;
use sha2::{Digest, Sha256};
use std::thread;
use std::time::Instant;

/// What something took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Time {
    pub(crate) wall_s: f64,
    /// Seconds on a core of this process, where the system tells.
    pub(crate) cpu_s: Option<f64>,
}

impl Time {
    pub(crate) fn of(run: impl FnOnce()) -> Self {
        let (before, started) = (cpu_s(), Instant::now());
        run();
        let wall_s = started.elapsed().as_secs_f64();
        let cpu_s = before.zip(cpu_s()).map(|(before, after)| after - before);
        Self { wall_s, cpu_s }
    }

    /// Seconds on a core of both.
    pub(crate) fn plus(&self, other: &Self) -> Option<f64> {
        self.cpu_s.zip(other.cpu_s).map(|(one, other)| one + other)
    }

    pub(crate) fn median(times: Vec<Self>) -> Self {
        let middle = |mut list: Vec<f64>| {
            list.sort_by(f64::total_cmp);
            list[list.len() / 2]
        };
        let wall_s = middle(times.iter().map(|time| time.wall_s).collect());
        let cpu_s: Option<Vec<f64>> = times.iter().map(|time| time.cpu_s).collect();
        Self { wall_s, cpu_s: cpu_s.map(middle) }
    }
}

/// Hashes messages of these lengths, out of the image over and over.
pub(crate) fn hash(image: &[u8], messages: &[u32]) -> Time {
    let share = messages.len().div_ceil(cores());
    Time::of(|| {
        thread::scope(|scope| {
            for (thread, messages) in messages.chunks(share).enumerate() {
                scope.spawn(move || {
                    let mut from = image.len() / cores() * thread;
                    for length in messages {
                        let length = usize::try_from(*length).unwrap();
                        if from + length > image.len() {
                            from = 0;
                        }
                        std::hint::black_box(Sha256::digest(&image[from..from + length]));
                        from += length;
                    }
                });
            }
        });
    })
}

/// Checks these signatures by the strict rules of Ed25519.
pub(crate) fn check(signed: &[Signed]) -> Time {
    let share = signed.len().div_ceil(cores());
    Time::of(|| {
        thread::scope(|scope| {
            for share in signed.chunks(share) {
                scope.spawn(move || {
                    assert!(share.iter().all(|one| one.key.verifies(&one.input, &one.signature)));
                });
            }
        });
    })
}

/// Seconds on a core of this process so far.
fn cpu_s() -> Option<f64> {
    Used::of(std::process::id()).map(|used| used.cpu_s)
}
