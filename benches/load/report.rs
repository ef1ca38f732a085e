//! The figures of a run.

use crate::load::bare::Bare;
use crate::load::check::Checked;
use crate::load::drive::{Seen, Window};
use crate::load::process::Used;
use serde::{Deserialize, Serialize};
use std::time::Duration;

/// What is printed, in this order. How each is made stands in the README beside this program.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub(crate) struct Report {
    pub(crate) events_per_s: f64,
    pub(crate) submissions_per_s: f64,
    pub(crate) p50_ms: f64,
    pub(crate) p99_ms: f64,
    pub(crate) verify_strict_per_s: f64,
    pub(crate) ratio: f64,
    /// Where the system does not say, null; likewise below.
    pub(crate) cpu_ratio: Option<f64>,
    pub(crate) seconds: f64,
    pub(crate) clients: usize,
    pub(crate) events_per_submission: u64,
    pub(crate) refused: u64,
    pub(crate) receipts_verified: u64,
    pub(crate) receipts_failed: u64,
    pub(crate) checkpoints: u64,
    pub(crate) max_ms: f64,
    /// Of writes of 4 KiB with their syncs, beside the load; null in older reports.
    pub(crate) bare_sync_p99_ms: Option<f64>,
    pub(crate) bare_sync_max_ms: Option<f64>,
    /// Some client had posted all that was signed for it before the time was over.
    pub(crate) ran_out: bool,
    pub(crate) server_cpu_s: Option<f64>,
    pub(crate) client_cpu_s: Option<f64>,
    pub(crate) server_memory_max_mb: Option<f64>,
    pub(crate) debug_build: bool,
    pub(crate) witnesses: u64,
    /// Entries under the newest cosigned checkpoint at the end of the window, as a part of those
    /// under the newest signed one.
    pub(crate) cosigned_part: Option<f64>,
    /// Arrivals in a second, of an open loop.
    pub(crate) rate: Option<u64>,
    /// Those that had to wait for a connection.
    pub(crate) waited: Option<u64>,
}

impl Report {
    pub(crate) fn new(
        window: &Window,
        checked: &Checked,
        (bare, syncs): (Bare, &[Duration]),
        events_per_submission: u64,
        (server, client): (Option<Used>, Option<Used>),
    ) -> Self {
        let seconds = window.elapsed.as_secs_f64();
        let submissions_per_s = checked.verified as f64 / seconds;
        let clients = &window.clients;
        let latencies = window.times(|timing| Some(timing.from_due));
        let millis_of = |times: &[Duration], part| millis(percentile(times, part));
        let millis = |part| millis_of(&latencies, part);
        let cpu_s = server.zip(client).map(|(server, client)| server.cpu_s + client.cpu_s);
        let each = cpu_s.map(|cpu_s| cpu_s / checked.verified as f64);
        let cpu_ratio = bare.cpu_s.zip(each).map(|(bare, each)| bare / each);
        Self {
            events_per_s: round(submissions_per_s * events_per_submission as f64, 1.0),
            submissions_per_s: round(submissions_per_s, 1.0),
            p50_ms: millis(0.50),
            p99_ms: millis(0.99),
            verify_strict_per_s: round(bare.per_s, 1.0),
            ratio: round(submissions_per_s / bare.per_s, 1e4),
            cpu_ratio: cpu_ratio.map(|ratio| round(ratio, 1e4)),
            seconds: round(seconds, 1e3),
            clients: clients.len(),
            events_per_submission,
            refused: window.of_clients(Seen::refused),
            receipts_verified: checked.verified,
            receipts_failed: checked.failed,
            checkpoints: checked.checkpoints,
            max_ms: millis(1.0),
            bare_sync_p99_ms: Some(millis_of(syncs, 0.99)),
            bare_sync_max_ms: Some(millis_of(syncs, 1.0)),
            ran_out: clients.iter().any(|seen| seen.ran_out),
            server_cpu_s: server.map(|used| round(used.cpu_s, 100.0)),
            client_cpu_s: client.map(|used| round(used.cpu_s, 100.0)),
            server_memory_max_mb: server.map(|used| used.memory_max_mb),
            debug_build: cfg!(debug_assertions),
            witnesses: 0,
            cosigned_part: None,
            rate: None,
            waited: None,
        }
    }

    /// Whether everything was taken and proved.
    pub(crate) fn is_whole(&self) -> bool {
        self.refused == 0 && self.receipts_failed == 0 && self.receipts_verified > 0
    }
}

/// One line for each figure, in the order of the JSON object.
pub(crate) fn lines(report: &impl Serialize) -> serde_json::Result<String> {
    let json = serde_json::to_string(report)?;
    // Names and figures hold no comma and no colon.
    let members = json.trim_matches(['{', '}']).split(',');
    let lines = members.map(|member| {
        let (name, figure) = member.split_once(':').unwrap_or((member, ""));
        format!("{:<28}{figure}\n", name.trim_matches('"'))
    });
    Ok(lines.collect())
}

/// The smallest latency that this part of all does not exceed (nearest rank).
pub(crate) fn percentile(sorted: &[Duration], part: f64) -> Duration {
    let rank = (sorted.len() as f64 * part).ceil().max(1.0);
    let before = sorted.iter().zip(1_u32..).find(|(_, at)| f64::from(*at) >= rank);
    before.map(|(latency, _)| *latency).unwrap_or_default()
}

/// Milliseconds, to a thousandth.
pub(crate) fn millis(time: Duration) -> f64 {
    round(time.as_secs_f64() * 1e3, 1e3)
}

/// A figure in so many steps for each unit.
pub(crate) fn round(figure: f64, steps: f64) -> f64 {
    (figure * steps).round() / steps
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_measured_values() {
        let sorted: Vec<Duration> = (1..=200).map(Duration::from_millis).collect();
        let millis = |part| percentile(&sorted, part).as_millis();
        assert_eq!((millis(0.5), millis(0.99), millis(1.0)), (100, 198, 200));
        assert_eq!(percentile(&sorted[..1], 0.5), Duration::from_millis(1));
        assert_eq!(percentile(&[], 0.5), Duration::ZERO);
    }

    #[test]
    fn only_what_verifies_is_counted() {
        let window = Window { elapsed: Duration::from_secs(2), clients: Vec::new() };
        let mut checked = Checked { verified: 100, ..Checked::default() };
        let bare = Bare { per_s: 500.0, cpu_s: Some(0.004) };
        let used = |cpu_s| Some(Used { cpu_s, memory_max_mb: 1.0 });
        let used = (used(1.5), used(0.5));
        let yardsticks = (bare, &[Duration::from_millis(7)][..]);
        let report = |checked: &Checked| Report::new(&window, checked, yardsticks, 60, used);
        let whole = report(&checked);
        assert_eq!((whole.submissions_per_s, whole.events_per_s), (50.0, 3_000.0));
        assert_eq!((whole.ratio, whole.cpu_ratio), (0.1, Some(0.2)));
        assert_eq!((whole.bare_sync_p99_ms, whole.bare_sync_max_ms), (Some(7.0), Some(7.0)));
        assert!(whole.is_whole() && !Report { refused: 1, ..whole }.is_whole());
        checked.failed = 1;
        assert!(!report(&checked).is_whole());
        assert!(!report(&Checked::default()).is_whole(), "nothing proves nothing");
        let lines = lines(&report(&checked)).unwrap();
        assert!(lines.lines().any(|line| line == "receipts_failed             1"), "{lines}");
    }
}
