//! Where it was too warm or too cold, and when nobody knows: excursions between the last good
//! reading and the first good one, and silences of the sensors.

mod excursion;
mod readings;

use std::collections::BTreeSet;

use laiqu_epcis::facts::EventTime;
use serde::Serialize;

use crate::answer::PositionLine;
use crate::graph::Graph;
use crate::intern::site;
use crate::question::{Direction, Question, Visibility};
use crate::time::rfc3339;
use crate::view::View;
use excursion::{Found, excursions, silences};
pub(crate) use readings::{Reading, Readings, Series};

/// What a place must keep to. Times are microseconds, temperatures degrees Celsius.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct TemperatureLimits {
    /// Colder is too cold.
    pub min: Option<f64>,
    /// Warmer is too warm.
    pub max: Option<f64>,
    /// An excursion no longer than this counts as tolerated; it is reported all the same.
    pub tolerance_micros: i64,
    /// A reading is due this often; after twice that time without one, nobody knows.
    pub log_interval_micros: i64,
}

/// Was a place within its limits?
#[derive(Clone, Debug, PartialEq)]
pub struct ExposureQuestion {
    /// Canonical identifier of a room, or of a site with all its rooms.
    pub place: String,
    /// The time asked about (microseconds since 1970), both ends included.
    pub from: i64,
    /// See `from`.
    pub until: i64,
    /// What it must keep to.
    pub limits: TemperatureLimits,
    /// Limit to the records that one party may see.
    pub visible_to: Option<Visibility>,
    /// Only the first so many entries of the ledger.
    pub as_of: Option<u64>,
}

/// What an interval is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ExposureKind {
    /// Beyond a limit, from the last good reading to the first good one.
    Excursion,
    /// No reading for longer than twice the time at which one is due.
    UnknownTemperature,
}

/// One time during which a place was beyond its limits, or nobody knows.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ExposureInterval {
    /// What it is.
    pub kind: ExposureKind,
    /// RFC 3339, UTC: the last good reading before; `null` where there is none.
    pub from: Option<String>,
    /// RFC 3339, UTC: the first good reading after; `null` where there is none yet.
    pub until: Option<String>,
    /// The sensor that saw it; `null` for a silence.
    pub device: Option<String>,
    /// Coldest reading in it, in degrees Celsius.
    pub lowest: Option<f64>,
    /// Warmest reading in it, in degrees Celsius.
    pub highest: Option<f64>,
    /// No longer than the tolerance.
    pub tolerated: bool,
    /// `eventID`s of the readings beyond the limit, in order of time.
    pub events: Vec<String>,
}

/// What the sensors of one place say.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct PlaceExposure {
    /// Canonical identifier.
    pub place: String,
    /// Readings within the time asked about.
    pub readings: usize,
    /// Canonical identifiers of its sensors, sorted.
    pub devices: Vec<String>,
    /// By start.
    pub intervals: Vec<ExposureInterval>,
}

/// What the sensors of a place, or of each room of a site, say.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Exposure {
    /// By identifier.
    pub places: Vec<PlaceExposure>,
    /// Where the events stand that it rests on, in order of positions: those of the readings within
    /// the time asked about, and of those that begin and end what lay beyond a limit.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<PositionLine>,
}

impl Graph {
    /// Judges the readings of a place, and of each room where a site is asked about. A place
    /// without any reading is one whose temperature is unknown.
    #[must_use]
    pub fn exposure(&self, question: &ExposureQuestion) -> Exposure {
        let visible = Question {
            visible_to: question.visible_to.clone(),
            as_of: question.as_of,
            ..Question::new(question.place.clone(), Direction::Both)
        };
        let view = View::new(self, &visible);
        let asked = self.texts.find(&question.place);
        let mut places: Vec<u32> = match asked {
            Some(place) if site(&question.place) == question.place => {
                self.readings.places_of(place).to_vec()
            }
            Some(place) => vec![place],
            None => Vec::new(),
        };
        places.retain(|place| {
            let series = self.readings.series(*place).all();
            series.iter().any(|reading| view.stands(reading.event))
        });
        places.sort_by(|a, b| view.text(*a).cmp(view.text(*b)));
        let mut judged: Vec<PlaceExposure> =
            places.into_iter().map(|place| judge(&view, place, question)).collect();
        if judged.is_empty() {
            let silence = Found::silence(Some(question.from), Some(question.until));
            judged.push(PlaceExposure {
                place: question.place.clone(),
                readings: 0,
                devices: Vec::new(),
                intervals: vec![shown(&view, silence, &question.limits)],
            });
        }
        Exposure { places: judged, rests_on: view.rests_on() }
    }
}

fn judge(view: &View<'_>, place: u32, question: &ExposureQuestion) -> PlaceExposure {
    let series = view.graph.readings.series(place);
    let stands = |reading: &&Reading| view.stands(reading.event);
    let window = series.range(question.from, question.until);
    let within: Vec<Reading> = series
        .all()
        .get(window)
        .unwrap_or_default()
        .iter()
        .filter(|reading| reading.until >= question.from)
        .filter(stands)
        .copied()
        .collect();
    view.rest_on(within.iter().map(|reading| reading.event));
    let mut found = excursions(view, series, question);
    found.extend(silences(&within, question));
    found.sort_by_key(|found| (found.from, found.until, found.kind));
    let devices: BTreeSet<&str> = within.iter().map(|reading| view.text(reading.device)).collect();
    PlaceExposure {
        place: view.text(place).to_owned(),
        readings: within.len(),
        devices: devices.into_iter().filter(|id| !id.is_empty()).map(str::to_owned).collect(),
        intervals: found.into_iter().map(|found| shown(view, found, &question.limits)).collect(),
    }
}

fn shown(view: &View<'_>, found: Found, limits: &TemperatureLimits) -> ExposureInterval {
    let time = |micros| rfc3339(EventTime { micros, offset_minutes: 0 });
    let length = found.until.zip(found.from).map(|(until, from)| until.saturating_sub(from));
    let is_short = length.is_some_and(|length| length <= limits.tolerance_micros);
    let device = view.text(found.device);
    ExposureInterval {
        kind: found.kind,
        from: found.from.map(time),
        until: found.until.map(time),
        device: (!device.is_empty()).then(|| device.to_owned()),
        lowest: found.lowest,
        highest: found.highest,
        tolerated: found.kind == ExposureKind::Excursion && is_short,
        events: found.events.iter().map(|event| view.event_id(*event)).collect(),
    }
}

#[cfg(test)]
mod tests;
