//! What is printed. How each figure is made stands in the README.

use crate::compare::work::{Attempt, Run, Work};
use crate::load::report::{percentile, round};
use serde::Serialize;
use std::fmt::{self, Write as _};
use std::time::Duration;

/// Everything that was measured, and what was not.
#[derive(Debug, Serialize)]
pub(crate) struct Comparison {
    pub(crate) events_per_submission: u64,
    /// Bytes of documents and signatures for each event, as they were sent.
    pub(crate) sent_bytes_per_event: f64,
    pub(crate) verify_strict_per_s: f64,
    pub(crate) cores: usize,
    /// Programs that ran or waited to run in the minute before, on average.
    pub(crate) load_before: Option<f64>,
    pub(crate) debug_build: bool,
    pub(crate) stores: Vec<Row>,
    pub(crate) skipped: Vec<Skipped>,
}

/// What became of a store.
pub(crate) enum Outcome {
    Measured(Vec<Row>),
    Skipped(Skipped),
}

/// A store that is not on this machine.
#[derive(Debug, Serialize)]
pub(crate) struct Skipped {
    pub(crate) store: &'static str,
    pub(crate) why: String,
}

/// One store in one way of using it.
#[derive(Debug, Serialize)]
pub(crate) struct Row {
    pub(crate) store: &'static str,
    /// What is done within the times, and what is not.
    pub(crate) does: String,
    pub(crate) does_not: String,
    pub(crate) setting: String,
    /// The yardstick right before.
    pub(crate) verify_strict_per_s: f64,
    pub(crate) events_per_s: f64,
    pub(crate) submissions_per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) seconds: f64,
    pub(crate) submissions: usize,
    /// Some client had posted all that was signed for it before the time was over.
    pub(crate) ran_out: bool,
    pub(crate) disk_bytes_per_event: f64,
    /// None where it cannot be asked where a lot went.
    pub(crate) trace: Option<Trace>,
    /// None where there is nothing to verify.
    pub(crate) verify: Option<Verify>,
    pub(crate) attempts: Vec<Tried>,
}

/// Where some lots went.
#[derive(Debug, Serialize)]
pub(crate) struct Trace {
    pub(crate) asked: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// Whether what is kept is whole.
#[derive(Debug, Serialize)]
pub(crate) struct Verify {
    pub(crate) checks: &'static str,
    pub(crate) seconds: f64,
    pub(crate) events_per_s: f64,
}

/// A setting that was tried for a short time.
#[derive(Debug, Serialize)]
pub(crate) struct Tried {
    pub(crate) setting: String,
    pub(crate) events_per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
}

/// What a store was told to do, and how that went.
pub(crate) struct Measured {
    pub(crate) store: &'static str,
    pub(crate) does: String,
    pub(crate) does_not: String,
    pub(crate) setting: String,
    pub(crate) verify_strict_per_s: f64,
    pub(crate) run: Run,
    pub(crate) disk_bytes: u64,
    pub(crate) trace: Option<Trace>,
    /// What is checked, and how long that took.
    pub(crate) verify: Option<(&'static str, Duration)>,
    pub(crate) attempts: Vec<Attempt>,
}

impl Comparison {
    pub(crate) fn new(work: &Work, load_before: Option<f64>) -> Self {
        Self {
            events_per_submission: work.events_per_submission,
            sent_bytes_per_event: round(work.sent_bytes_per_event(), 1.0),
            verify_strict_per_s: round(work.bare.per_s, 1.0),
            cores: crate::load::prepare::cores(),
            load_before,
            debug_build: cfg!(debug_assertions),
            stores: Vec::new(),
            skipped: Vec::new(),
        }
    }

    /// A table, then what its rows stand for.
    pub(crate) fn text(&self) -> Result<String, fmt::Error> {
        let mut text = format!(
            "{} events a submission, {} bytes an event sent; {} strict signature checks a second \
             on {} cores; load before {}{}\n\n",
            self.events_per_submission,
            self.sent_bytes_per_event,
            self.verify_strict_per_s,
            self.cores,
            self.load_before.map_or("unknown".to_owned(), |load| load.to_string()),
            if self.debug_build { "; NOT A RELEASE BUILD" } else { "" },
        );
        let head = [
            "events/s",
            "p50 ms",
            "p99 ms",
            "bytes/event",
            "trace p50",
            "p99 ms",
            "verify/s",
            "checks/s",
        ];
        let line = |text: &mut String, name: &str, cells: &[String]| {
            let cells: String = cells.iter().map(|cell| format!(" {cell:>11}")).collect();
            writeln!(text, "{name:<28}{cells}")
        };
        line(&mut text, "", &head.map(str::to_owned))?;
        for row in &self.stores {
            line(&mut text, row.store, &row.cells())?;
        }
        for row in &self.stores {
            write!(
                text,
                "\n{}, {}\n  does: {}\n  does not: {}\n",
                row.store, row.setting, row.does, row.does_not
            )?;
            if let Some(verify) = &row.verify {
                writeln!(text, "  verify: {}", verify.checks)?;
            }
            if row.ran_out {
                text += "  some client ran out of signed submissions before the end\n";
            }
            for Tried { setting, events_per_s, p50_ms, p99_ms } in &row.attempts {
                let times = format!("p50 {p50_ms} ms, p99 {p99_ms} ms");
                writeln!(text, "  tried {setting}: {events_per_s} events/s, {times}")?;
            }
        }
        text += "\nverify/s: events; checks/s: strict signature checks on all cores right before\n";
        for Skipped { store, why } in &self.skipped {
            writeln!(text, "\nskipped: {store}: {why}")?;
        }
        Ok(text)
    }
}

impl Row {
    pub(crate) fn new(work: &Work, measured: Measured) -> Self {
        let Measured { run, verify, .. } = measured;
        let events_per_s = work.events_per_s(&run);
        let submissions = run.latencies.len();
        let events = submissions as u64 * work.events_per_submission;
        let (p50_ms, p99_ms) = percentiles(run.latencies);
        Self {
            store: measured.store,
            does: measured.does,
            does_not: measured.does_not,
            setting: measured.setting,
            verify_strict_per_s: round(measured.verify_strict_per_s, 1.0),
            events_per_s: round(events_per_s, 1.0),
            submissions_per_s: round(events_per_s / work.events_per_submission as f64, 1.0),
            p50_ms,
            p99_ms,
            seconds: round(run.elapsed.as_secs_f64(), 1e3),
            submissions,
            ran_out: run.ran_out,
            disk_bytes_per_event: round(measured.disk_bytes as f64 / events as f64, 1.0),
            trace: measured.trace,
            verify: verify.map(|(checks, time)| Verify {
                checks,
                seconds: round(time.as_secs_f64(), 1e3),
                events_per_s: round(events as f64 / time.as_secs_f64(), 1.0),
            }),
            attempts: measured.attempts.into_iter().map(|tried| Tried::new(work, tried)).collect(),
        }
    }

    fn cells(&self) -> [String; 8] {
        let none = || "-".to_owned();
        let (trace, verify) = (self.trace.as_ref(), self.verify.as_ref());
        [
            self.events_per_s.to_string(),
            self.p50_ms.to_string(),
            self.p99_ms.to_string(),
            self.disk_bytes_per_event.to_string(),
            trace.map_or_else(none, |trace| trace.p50_ms.to_string()),
            trace.map_or_else(none, |trace| trace.p99_ms.to_string()),
            verify.map_or_else(none, |verify| verify.events_per_s.to_string()),
            self.verify_strict_per_s.to_string(),
        ]
    }
}

impl Trace {
    /// None where nothing could be asked.
    pub(crate) fn of(times: Vec<Duration>) -> Option<Self> {
        let asked = times.len();
        let (p50_ms, p99_ms) = percentiles(times);
        (asked > 0).then_some(Self { asked, p50_ms, p99_ms })
    }
}

impl Tried {
    fn new(work: &Work, Attempt { setting, run }: Attempt) -> Self {
        let events_per_s = round(work.events_per_s(&run), 1.0);
        let (p50_ms, p99_ms) = percentiles(run.latencies);
        Self { setting, events_per_s, p50_ms, p99_ms }
    }
}

/// Programs that ran or waited to run in the last minute, on average, where the system says it.
pub(crate) fn load() -> Option<f64> {
    std::fs::read_to_string("/proc/loadavg").ok()?.split(' ').next()?.parse().ok()
}

/// Median and 99th percentile, in milliseconds.
fn percentiles(mut times: Vec<Duration>) -> (f64, f64) {
    times.sort_unstable();
    let millis = |part| round(percentile(&times, part).as_secs_f64() * 1e3, 1e3);
    (millis(0.50), millis(0.99))
}
