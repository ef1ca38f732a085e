//! What is measured, as it is written to `sheet.json`.

use crate::load::report::{Report, round};
use crate::sheet::machine::Machine;
use crate::sheet::needs::{self, Need};
use crate::sheet::windows::EVENTS;
use crate::sheet::{Args, Part};
use clap::ValueEnum;
use serde::{Deserialize, Serialize};

/// Longest start after a clean stop, and after a kill, in seconds.
pub(crate) const START_S_MAX: f64 = 3.0;
pub(crate) const KILLED_START_S_MAX: f64 = 10.0;
/// Least part of the rate at the first size that must be left at the last.
pub(crate) const RATE_LEFT_MIN: f64 = 0.8;

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Sheet {
    pub(crate) machine: Machine,
    pub(crate) debug_build: bool,
    /// Parts that were left out.
    pub(crate) without: Vec<String>,
    pub(crate) sizes: Vec<Size>,
    /// Rates at the last size ÷ those at the first.
    pub(crate) rate_left: Vec<RateLeft>,
    /// What larger places would need.
    pub(crate) needs: Vec<Need>,
    /// What failed, or was not as it should be.
    pub(crate) wrong: Vec<String>,
    /// What took too long.
    pub(crate) too_slow: Vec<String>,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct RateLeft {
    pub(crate) events_per_submission: u64,
    pub(crate) rate_left: f64,
    /// The same of `ratio`: a machine is not as fast in one hour as in another.
    pub(crate) ratio_left: Option<f64>,
    /// The same of `cpu_ratio`, which other programs on the machine change less.
    pub(crate) cpu_ratio_left: Option<f64>,
}

/// All figures at one size.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Size {
    /// Events in the ledger when everything but writes was measured.
    pub(crate) events: u64,
    /// Events at the end, behind the windows of writes.
    pub(crate) events_at_end: u64,
    /// Lots of the trade, of six events each.
    pub(crate) lots: u64,
    pub(crate) entries: u64,
    /// Load average over a minute, before and after.
    pub(crate) load_average: [Option<f64>; 2],
    pub(crate) yardsticks: Yardsticks,
    /// Writing the ledger with the log itself, since the size before.
    pub(crate) grown_s: f64,
    pub(crate) starts: Vec<Start>,
    /// Seconds until a server that had folded everything had kept it and ended.
    pub(crate) kept_in_s: Option<f64>,
    pub(crate) disk: Vec<Disk>,
    pub(crate) reads: Vec<Read>,
    pub(crate) windows: Vec<Window>,
    pub(crate) verify: Vec<Verify>,
}

/// What the machine does by itself.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Yardsticks {
    /// SHA-256 over blocks of 64 KiB, one thread on each core.
    pub(crate) sha2_gb_per_s: f64,
    /// Writes of 4 KiB to a file of zeros, each synced.
    pub(crate) fdatasync_per_s: f64,
}

/// A start, from the spawn of the process.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Start {
    pub(crate) how: How,
    pub(crate) events: u64,
    /// Entries behind what was kept, which this start folded.
    pub(crate) folded_entries: u64,
    /// Until it listened.
    pub(crate) listening_s: f64,
    /// Until a trace and a query were answered.
    pub(crate) answered_s: f64,
    /// Resident memory then, and the part of it that is no mapped file.
    pub(crate) resident_bytes: Option<u64>,
    pub(crate) anonymous_bytes: Option<u64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum How {
    /// Nothing is kept: everything is folded.
    Folded,
    /// On what a clean stop kept, page cache warm.
    Kept,
    /// Likewise, with all files of the ledger out of the page cache.
    KeptCold,
    /// On what was kept before or during the windows of single events, after `kill -9` right behind
    /// them.
    KilledSingle,
    /// Likewise, behind the windows of many events a submission.
    KilledMany,
}

impl How {
    pub(crate) fn name(self) -> &'static str {
        match self {
            Self::Folded => "nothing kept, all folded",
            Self::Kept => "after a clean stop",
            Self::KeptCold => "after a clean stop, page cache cold",
            Self::KilledSingle => "after kill -9, right after single events",
            Self::KilledMany => "after kill -9, right after documents of 60",
        }
    }

    fn limit_s(self) -> f64 {
        match self {
            Self::Folded => f64::INFINITY,
            Self::Kept | Self::KeptCold => START_S_MAX,
            Self::KilledSingle | Self::KilledMany => KILLED_START_S_MAX,
        }
    }
}

/// A kind of file, as the file system gave it blocks.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Disk {
    pub(crate) kind: String,
    pub(crate) bytes: u64,
    pub(crate) per_event: f64,
    /// Of six events.
    pub(crate) per_lot: f64,
}

/// A query or trace over HTTP.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Read {
    pub(crate) name: String,
    /// Lots in the answer, of a trace.
    pub(crate) lots: Option<usize>,
    pub(crate) answer_bytes: usize,
    pub(crate) alone: Option<Times>,
    /// While single events are written at half of the highest rate.
    pub(crate) beside: Option<Times>,
}

#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub(crate) struct Times {
    pub(crate) answers: usize,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) max_ms: f64,
}

/// A window of writes, with the figures of `load`.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Window {
    pub(crate) kind: Kind,
    /// Server's seconds on a core for one event.
    pub(crate) server_cpu_s_per_event: Option<f64>,
    /// Resident memory of the server behind it.
    pub(crate) resident_bytes: Option<u64>,
    pub(crate) load: Report,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(crate) enum Kind {
    Closed,
    /// By the clock, at half of the rate of the closed loop.
    Half,
    /// Likewise, while queries and traces are asked.
    HalfBesideReads,
}

#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Verify {
    pub(crate) signatures: bool,
    pub(crate) events: u64,
    pub(crate) seconds: f64,
    pub(crate) events_per_s: f64,
}

impl Times {
    /// Nearest rank, of every answer.
    pub(crate) fn of(mut times: Vec<f64>) -> Option<Self> {
        times.sort_by(f64::total_cmp);
        let rank = |part: usize| {
            let at = (times.len() * part).div_ceil(100).max(1) - 1;
            times.get(at).map(|ms| round(*ms, 1e3))
        };
        let (p50_ms, p99_ms, max_ms) = (rank(50)?, rank(99)?, rank(100)?);
        Some(Self { answers: times.len(), p50_ms, p99_ms, max_ms })
    }
}

impl Size {
    pub(crate) fn window(&self, kind: Kind, events_per_submission: u64) -> Option<&Window> {
        self.windows.iter().find(|window| {
            window.kind == kind && window.load.events_per_submission == events_per_submission
        })
    }

    pub(crate) fn start(&self, how: How) -> Option<&Start> {
        self.starts.iter().find(|start| start.how == how)
    }

    pub(crate) fn disk(&self, kind: &str) -> Option<&Disk> {
        self.disk.iter().find(|disk| disk.kind == kind)
    }
}

impl Sheet {
    pub(crate) fn new(args: &Args, machine: Machine) -> Self {
        let named = |part: &Part| part.to_possible_value().map(|value| value.get_name().to_owned());
        Self {
            machine,
            debug_build: cfg!(debug_assertions),
            without: args.without.iter().filter_map(named).collect(),
            sizes: Vec::new(),
            rate_left: Vec::new(),
            needs: Vec::new(),
            wrong: Vec::new(),
            too_slow: Vec::new(),
        }
    }

    /// What follows from the figures of all sizes so far.
    pub(crate) fn finish(&mut self) {
        let (Some(first), Some(last)) = (self.sizes.first(), self.sizes.last()) else { return };
        let left = |events: u64| {
            let before = &first.window(Kind::Closed, events)?.load;
            let after = &last.window(Kind::Closed, events)?.load;
            let cpu = before.cpu_ratio.zip(after.cpu_ratio);
            Some(RateLeft {
                events_per_submission: events,
                rate_left: round(after.events_per_s / before.events_per_s, 1e3),
                ratio_left: Some(round(after.ratio / before.ratio, 1e3)),
                cpu_ratio_left: cpu.map(|(before, after)| round(after / before, 1e3)),
            })
        };
        self.rate_left = EVENTS.into_iter().filter_map(left).collect();
        self.needs = needs::all(last);
        self.too_slow = self.beyond_limits();
    }

    /// All that there is to say against it.
    pub(crate) fn faults(&self) -> impl Iterator<Item = &str> {
        self.wrong.iter().chain(&self.too_slow).map(String::as_str)
    }

    fn beyond_limits(&self) -> Vec<String> {
        let starts = self.sizes.iter().flat_map(|size| &size.starts);
        let starts = starts.filter(|start| start.answered_s > start.how.limit_s()).map(|start| {
            let Start { how, events, answered_s, folded_entries, .. } = start;
            format!(
                "start {} with {events} events ({folded_entries} entries behind what was kept): \
                 {answered_s:.2} s, above {} s",
                how.name(),
                how.limit_s()
            )
        });
        let rates = self.rate_left.iter().filter(|left| left.rate_left < RATE_LEFT_MIN);
        let rates = rates.map(|left| {
            format!(
                "{} events a submission: {:.2} of the rate at the first size is left, below \
                 {RATE_LEFT_MIN}",
                left.events_per_submission, left.rate_left
            )
        });
        let windows = self.sizes.iter().flat_map(|size| &size.windows);
        let refused = windows.filter(|window| window.load.refused > 0).map(|window| {
            let Window { kind, load, .. } = window;
            let Report { refused, events_per_submission, .. } = load;
            format!("window {kind:?}, {events_per_submission} events each: {refused} refused")
        });
        starts.chain(rates).chain(refused).collect()
    }
}
