//! What a run came to.

use crate::queries::Args;
use crate::queries::query::Measured;
use serde::Serialize;

/// Slowest queries that are listed once more.
const SLOWEST: usize = 10;

/// The figures of a run.
#[derive(Debug, Serialize)]
pub(crate) struct Report {
    events: u64,
    rounds: u64,
    readers: u64,
    /// Events that were captured while it was asked.
    captured: u64,
    /// Seconds from the start of the server until it listens.
    opened_s: f64,
    /// Resident memory of the server then, for each event.
    bytes_per_event: Option<u64>,
    /// Load average of the machine over a minute, after the run.
    load_average: Option<f64>,
    debug_build: bool,
    queries: Vec<Measured>,
}

impl Report {
    pub(crate) fn new(
        args: &Args,
        mut queries: Vec<Measured>,
        (opened_s, bytes_per_event): (f64, Option<u64>),
        captured: u64,
    ) -> Self {
        queries.sort_by(|one, other| other.p99_ms.total_cmp(&one.p99_ms));
        let load = std::fs::read_to_string("/proc/loadavg").ok();
        Self {
            events: args.events,
            rounds: args.rounds,
            readers: args.readers,
            captured,
            opened_s,
            bytes_per_event,
            load_average: load.and_then(|text| text.split(' ').next()?.parse().ok()),
            debug_build: cfg!(debug_assertions),
            queries,
        }
    }

    /// Whether every answer is right, and no query took longer.
    pub(crate) fn is_within(&self, limit_ms: Option<f64>) -> bool {
        self.above(limit_ms) == 0 && self.wrong().next().is_none()
    }

    fn wrong(&self) -> impl Iterator<Item = &str> {
        self.queries.iter().filter_map(|query| query.wrong.as_deref())
    }

    fn above(&self, limit_ms: Option<f64>) -> usize {
        let limit = limit_ms.unwrap_or(f64::INFINITY);
        self.queries.iter().filter(|query| query.p99_ms > limit).count()
    }

    /// For people: slowest first.
    pub(crate) fn lines(&self, limit_ms: Option<f64>) -> String {
        let mut text = String::new();
        let head = format!(
            "{} events, opened in {:.1} s, {} bytes resident for an event, load average {}",
            self.events,
            self.opened_s,
            self.bytes_per_event.unwrap_or_default(),
            self.load_average.unwrap_or_default(),
        );
        text += &format!("{head}\n\n");
        let columns = ["matching", "min ms", "p50 ms", "p99 ms", "max ms", "bytes", "query"];
        let [matching, min, p50, p99, max, bytes, query] = columns;
        let numbers = format!("{min:>8} {p50:>8} {p99:>8} {max:>8} {bytes:>8}");
        text += &format!("{matching:8} {numbers}  {query}\n");
        for measured in &self.queries {
            let Measured { query, matching, bytes, .. } = measured;
            let Measured { min_ms, p50_ms, p99_ms, max_ms, .. } = measured;
            let matching = matching.name();
            let numbers = format!("{min_ms:8.2} {p50_ms:8.2} {p99_ms:8.2} {max_ms:8.2} {bytes:8}");
            text += &format!("{matching:8} {numbers}  {query}\n");
        }
        text += &format!("\n{} queries, {} answers each\n", self.queries.len(), self.rounds);
        let slowest = self.queries.iter().take(SLOWEST).map(|query| query.p99_ms);
        let slowest: Vec<String> = slowest.map(|p99| format!("{p99:.1}")).collect();
        text += &format!("slowest p99: {} ms\n", slowest.join(", "));
        for wrong in self.wrong() {
            text += &format!("not as it should be: {wrong}\n");
        }
        if let Some(limit) = limit_ms {
            text += &format!("above {limit} ms: {}\n", self.above(limit_ms));
        }
        text
    }
}
