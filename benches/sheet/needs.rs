//! What a city, a province and the nation would need, computed from the figures of one size. Every
//! assumption is named here, and in the table.

use crate::load::report::round;
use crate::sheet::disk::{KEPT, SEGMENTS, SUMMARIES, TREE};
use crate::sheet::figures::{How, Kind, Size};
use serde::{Deserialize, Serialize};

/// A peak is so many times the mean: markets between 4 and 8 a.m., uploads in the evening.
pub(crate) const PEAK_FACTOR: f64 = 10.0;
/// At a peak this part of the cores is busy.
pub(crate) const BUSY_PART: f64 = 0.5;
/// How long events are kept in a ledger that is served, in years.
pub(crate) const YEARS: f64 = 2.0;
const SECONDS_OF_YEAR: f64 = 365.0 * 86_400.0;

/// Places and their events in a year: a city by the size that is planned for, the others between
/// what their inhabitants and what their operators come to at the intensity of Shanghai's platform.
const PLACES: [(&str, f64); 5] = [
    ("a city", 1.2e8),
    ("a province (Sichuan), by inhabitants", 1.06e9),
    ("a province (Sichuan), by operators", 3.5e9),
    ("the nation, by inhabitants", 1.8e10),
    ("the nation, by operators", 6.0e10),
];

/// What one place needs. The rates are exact; whatever is proportional to the events of a ledger is
/// the figure of the measured size times how many times as many they are.
#[derive(Debug, Serialize, Deserialize)]
pub(crate) struct Need {
    pub(crate) place: String,
    pub(crate) events_per_year: f64,
    pub(crate) mean_events_per_s: f64,
    pub(crate) peak_events_per_s: f64,
    /// Cores of a server like this one at a peak, where documents have 60 events, and one.
    pub(crate) cores_many: Option<f64>,
    pub(crate) cores_single: Option<f64>,
    /// Of the log, and of what is kept of its fold, in TB a year; the latter twice while it is
    /// written anew.
    pub(crate) log_tb_per_year: Option<f64>,
    pub(crate) kept_tb_per_year: Option<f64>,
    /// Hours of a start that folds [`YEARS`] of events, and of their verification.
    pub(crate) fold_h: Option<f64>,
    pub(crate) verify_h: Option<f64>,
    /// Events then, in times of those that were measured: so far is all of this from a measurement.
    pub(crate) times_measured: f64,
}

pub(crate) fn all(size: &Size) -> Vec<Need> {
    PLACES.into_iter().map(|(place, events)| need(size, place, events)).collect()
}

fn need(size: &Size, place: &str, events_per_year: f64) -> Need {
    let mean = events_per_year / SECONDS_OF_YEAR;
    let peak = mean * PEAK_FACTOR;
    let held = events_per_year * YEARS;
    let cores = |events| {
        let each = size.window(Kind::Closed, events)?.server_cpu_s_per_event?;
        Some(round(peak * each / BUSY_PART, 1e3))
    };
    let log = [SEGMENTS, TREE, SUMMARIES].map(|kind| Some(size.disk(kind)?.per_event));
    let log = log.into_iter().sum::<Option<f64>>();
    let tb = |each: f64| round(each * events_per_year / 1e12, 1e3);
    let folded = size.start(How::Folded);
    let hours = |seconds: f64, events: u64| round(seconds / events as f64 * held / 3_600.0, 100.0);
    let verified = size.verify.iter().find(|verify| verify.signatures);
    Need {
        place: place.to_owned(),
        events_per_year,
        mean_events_per_s: round(mean, 10.0),
        peak_events_per_s: round(peak, 1.0),
        cores_many: cores(60),
        cores_single: cores(1),
        log_tb_per_year: log.map(tb),
        kept_tb_per_year: size.disk(KEPT).map(|kept| tb(kept.per_event)),
        fold_h: folded.map(|start| hours(start.answered_s, start.events)),
        verify_h: verified.map(|verify| hours(verify.seconds, verify.events)),
        times_measured: round(held / size.events as f64, 10.0),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::sheet::figures::{Disk, Start, Verify};

    #[test]
    fn a_city_is_computed_from_what_was_measured() {
        let row = |kind: &str, per_event| Disk {
            kind: kind.to_owned(),
            bytes: 0,
            per_event,
            per_lot: 0.0,
        };
        let folded = Start {
            how: How::Folded,
            events: 1_000_000,
            folded_entries: 0,
            listening_s: 1.0,
            answered_s: 30.0,
            resident_bytes: None,
            anonymous_bytes: None,
        };
        let size = Size {
            events: 1_000_000,
            disk: vec![
                row(SEGMENTS, 990.0),
                row(TREE, 9.0),
                row(SUMMARIES, 1.0),
                row(KEPT, 1_500.0),
            ],
            starts: vec![folded],
            verify: vec![Verify {
                signatures: true,
                events: 1_000_000,
                seconds: 9.0,
                events_per_s: 0.0,
            }],
            ..Size::default()
        };
        let all = all(&size);
        let city = &all[0];
        assert_eq!((city.mean_events_per_s, city.peak_events_per_s), (3.8, 38.0));
        assert_eq!((city.log_tb_per_year, city.kept_tb_per_year), (Some(0.12), Some(0.18)));
        assert_eq!((city.fold_h, city.verify_h), (Some(2.0), Some(0.6)));
        assert_eq!((city.times_measured, city.cores_many), (240.0, None));
    }
}
