//! The yardstick: how fast this machine does nothing but check the same signatures.

use crate::load::prepare::{Party, cores};
use crate::load::process::Used;
use anyhow::{Context, Result, ensure};
use data_encoding::BASE64URL_NOPAD;
use laiqu_proof::PublicJwk;
use std::thread;
use std::time::{Duration, Instant};

/// How long it is measured.
const TIME: Duration = Duration::from_secs(2);
/// Checks between two looks at the clock.
const ROUND: usize = 64;

/// A signature with everything parsed.
struct Signed<'a> {
    key: &'a PublicJwk,
    /// Header and claims as they were signed (RFC 7515, section 5.1).
    input: &'a [u8],
    signature: [u8; 64],
}

/// The yardstick.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Bare {
    /// Strict checks in a second, with one thread on each core that does nothing else: by the time
    /// on the cores where the system tells it, since a server that has just started, or others,
    /// may work beside it.
    pub(crate) per_s: f64,
    /// Seconds on a core for one of them.
    pub(crate) cpu_s: Option<f64>,
}

/// Checks what the parties signed, by the strict rules of Ed25519.
pub(crate) fn measure(parties: &[Party]) -> Result<Bare> {
    let mut all = Vec::new();
    for party in parties {
        for submission in &party.submissions {
            let (input, signature) = submission.jws.rsplit_once('.').context("no compact JWS")?;
            let signature = BASE64URL_NOPAD.decode(signature.as_bytes())?;
            let signature = signature.try_into().ok().context("not 64 bytes of signature")?;
            all.push(Signed { key: party.key.public(), input: input.as_bytes(), signature });
        }
    }
    ensure!(!all.is_empty(), "nothing was signed");
    let share = all.len().div_ceil(cores());
    let before = Used::of(std::process::id());
    let started = Instant::now();
    let counts = thread::scope(|scope| {
        let threads: Vec<_> =
            all.chunks(share).map(|inputs| scope.spawn(|| count(inputs, started))).collect();
        threads.into_iter().map(|thread| thread.join().unwrap_or(None)).collect::<Vec<_>>()
    });
    let elapsed = started.elapsed().as_secs_f64();
    let total: Option<f64> = counts.into_iter().sum();
    let total = total.context("a signature made here does not verify")?;
    let used = Used::since(before, Used::of(std::process::id()));
    let cpu_s = used.map(|used| used.cpu_s / total);
    Ok(Bare { per_s: cpu_s.map_or(total / elapsed, |cpu_s| cores() as f64 / cpu_s), cpu_s })
}

/// How many this thread checks in time; `None` where one is wrong.
fn count(inputs: &[Signed<'_>], started: Instant) -> Option<f64> {
    let mut done = 0_u32;
    let mut endless = inputs.iter().cycle();
    while started.elapsed() < TIME {
        for signed in endless.by_ref().take(ROUND) {
            if !signed.key.verifies(signed.input, &signed.signature) {
                return None;
            }
            done += 1;
        }
    }
    Some(f64::from(done))
}
