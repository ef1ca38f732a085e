//! How long a ledger takes to verify.

use crate::compare::laiqu::verify;
use crate::load::report::round;
use crate::sheet::figures::Verify;
use crate::sheet::size::Grown;
use anyhow::{Result, ensure};
use laiqu_ledger::{Progress, VerifyOptions, verify_dir};
use laiqu_service::{DataDir, event_parts};
use std::time::{Duration, Instant};

/// `laiqu verify`, and the same check of every byte without the signatures of the issuers, which
/// the command always checks.
pub(crate) fn both(grown: &Grown) -> Result<Vec<Verify>> {
    let of = |signatures, took: Duration| Verify {
        signatures,
        events: grown.events,
        seconds: round(took.as_secs_f64(), 1e3),
        events_per_s: round(grown.events as f64 / took.as_secs_f64(), 1.0),
    };
    let whole = verify(&grown.data(), grown.submissions)?;
    let options = VerifyOptions { check_signatures: false, ..VerifyOptions::new(&event_parts) };
    let log = DataDir::new(&grown.data()).log();
    let started = Instant::now();
    let report = verify_dir(&log, &options, &mut |_: Progress| {})?;
    let plain = started.elapsed();
    ensure!(report.is_whole(), "verification found damage: {:?}", report.findings);
    Ok(vec![of(true, whole), of(false, plain)])
}
