//! From readings to the times when they were beyond the limits, or missing.

use laiqu_epcis::facts::DAY_MICROS;

use crate::exposure::{ExposureKind, ExposureQuestion, Reading, Series, TemperatureLimits};
use crate::intern::{IdMap, NONE};
use crate::view::View;

/// The last good reading before and the first one after are looked for within this time
/// (microseconds); an excursion that has none there is open on that side.
const LOOK_AROUND_MICROS_MAX: i64 = 31 * DAY_MICROS;

/// An interval in ids.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Found {
    pub(crate) kind: ExposureKind,
    pub(crate) from: Option<i64>,
    pub(crate) until: Option<i64>,
    pub(crate) device: u32,
    pub(crate) lowest: Option<f64>,
    pub(crate) highest: Option<f64>,
    pub(crate) events: Vec<u32>,
}

impl Found {
    pub(crate) fn silence(from: Option<i64>, until: Option<i64>) -> Found {
        let kind = ExposureKind::UnknownTemperature;
        Found { kind, from, until, device: NONE, lowest: None, highest: None, events: Vec::new() }
    }

    fn excursion(last_good: Option<i64>, bad: &Reading) -> Found {
        Found {
            kind: ExposureKind::Excursion,
            from: last_good,
            until: None,
            device: bad.device,
            lowest: Some(bad.min),
            highest: Some(bad.max),
            events: vec![bad.event],
        }
    }

    fn goes_on(&mut self, bad: &Reading) {
        self.lowest = self.lowest.map(|lowest| lowest.min(bad.min));
        self.highest = self.highest.map(|highest| highest.max(bad.max));
        if self.events.last() != Some(&bad.event) {
            self.events.push(bad.event);
        }
    }
}

fn is_beyond(limits: &TemperatureLimits, reading: &Reading) -> bool {
    limits.max.is_some_and(|max| reading.max > max)
        || limits.min.is_some_and(|min| reading.min < min)
}

/// The excursions that touch the time asked about, each sensor judged by itself: one probe at the
/// door says nothing against another that is too warm.
pub(crate) fn excursions(
    view: &View<'_>,
    series: Series<'_>,
    question: &ExposureQuestion,
) -> Vec<Found> {
    let mut found: Vec<Found> = Vec::new();
    let mut last_good: IdMap<u32, (i64, u32)> = IdMap::default();
    let mut open: IdMap<u32, usize> = IdMap::default();
    let around = series.range(
        question.from.saturating_sub(LOOK_AROUND_MICROS_MAX),
        question.until.saturating_add(LOOK_AROUND_MICROS_MAX),
    );
    for reading in series.all().get(around).unwrap_or_default() {
        if reading.from > question.until && open.is_empty() {
            break;
        }
        if !view.stands(reading.event) {
            continue;
        }
        let device = reading.device;
        match (is_beyond(&question.limits, reading), open.get(&device).copied()) {
            (true, Some(at)) => {
                if let Some(excursion) = found.get_mut(at) {
                    excursion.goes_on(reading);
                }
            }
            (true, None) if reading.from <= question.until => {
                open.insert(device, found.len());
                let good = last_good.get(&device).copied();
                view.rest_on(good.map(|(_, event)| event));
                found.push(Found::excursion(good.map(|(until, _)| until), reading));
            }
            (true, None) => {}
            (false, at) => {
                if let Some(excursion) = at.and_then(|at| found.get_mut(at)) {
                    view.rest_on([reading.event]);
                    excursion.until = Some(reading.from);
                    open.remove(&device);
                }
                let good = last_good.entry(device).or_insert((reading.until, reading.event));
                *good = (*good).max((reading.until, reading.event));
            }
        }
    }
    found.retain(|excursion| excursion.until.is_none_or(|until| until >= question.from));
    found
}

/// Times without a reading of any sensor of the place, longer than twice the interval at which
/// one is due.
pub(crate) fn silences(within: &[Reading], question: &ExposureQuestion) -> Vec<Found> {
    let longest = question.limits.log_interval_micros.saturating_mul(2);
    let mut found = Vec::new();
    let mut known_until = question.from;
    for reading in within {
        if reading.from.saturating_sub(known_until) > longest {
            found.push(Found::silence(Some(known_until), Some(reading.from)));
        }
        known_until = known_until.max(reading.until);
    }
    if question.until.saturating_sub(known_until) > longest {
        found.push(Found::silence(Some(known_until), Some(question.until)));
    }
    found
}
