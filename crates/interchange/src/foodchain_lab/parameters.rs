//! What the investigator assumes, as `parameters.json` beside the tables says it.

use super::finding::{Finding, FindingKind, Where};
use laiqu_trace::flow::{Observed, Setting};
use serde::Deserialize;
use serde::de::{Deserializer, Error as _};
use std::collections::BTreeMap;

/// Settings by identifier.
pub(crate) type Settings = BTreeMap<String, Setting>;

/// What the investigator assumes.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Parameters {
    /// The file, for findings.
    pub(crate) file: String,
    /// Whether dates limit cross-contamination.
    pub(crate) temporal: bool,
    /// Members by the station that they count as.
    pub(crate) merged: BTreeMap<String, Vec<String>>,
    pub(crate) stations: Settings,
    pub(crate) deliveries: Settings,
}

#[derive(Deserialize)]
#[serde(deny_unknown_fields, default)]
#[derive(Default)]
struct File {
    station_weights: BTreeMap<String, f64>,
    delivery_weights: BTreeMap<String, f64>,
    station_cross_contamination: BTreeMap<String, bool>,
    delivery_cross_contamination: BTreeMap<String, bool>,
    station_kill: BTreeMap<String, bool>,
    delivery_kill: BTreeMap<String, bool>,
    observed_stations: BTreeMap<String, Shown>,
    observed_deliveries: BTreeMap<String, Shown>,
    merged_stations: BTreeMap<String, Vec<String>>,
    enforce_temporal_order: bool,
    /// How FoodChain-Lab draws; it changes no score.
    #[serde(rename = "join_deliveries_in_view")]
    _join: serde::de::IgnoredAny,
}

/// Whether something is observed: a flag, or the name of a direction.
#[derive(Clone, Copy)]
pub(crate) struct Shown(pub(crate) Observed);

impl<'de> Deserialize<'de> for Shown {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Written {
            Flag(bool),
            Name(String),
        }
        let observed = match Written::deserialize(deserializer)? {
            Written::Flag(true) => Observed::Full,
            Written::Flag(false) => Observed::No,
            Written::Name(name) => match name.to_lowercase().as_str() {
                "full" => Observed::Full,
                "forward" => Observed::Forward,
                "backward" => Observed::Backward,
                "none" => Observed::No,
                _ => return Err(D::Error::custom("observed: none, full, forward or backward")),
            },
        };
        Ok(Self(observed))
    }
}

/// Reads `parameters.json`.
///
/// # Errors
/// Where it is no JSON or has members of another name or type, with the line.
pub fn read_parameters(file: &str, bytes: &[u8]) -> Result<Parameters, Finding> {
    let read: File = serde_json::from_slice(bytes).map_err(|error| {
        let row = u64::try_from(error.line()).ok();
        let place = Where { row, ..Where::file(file) };
        Finding { place, kind: FindingKind::Unreadable, about: error.to_string() }
    })?;
    let mut parameters = Parameters {
        file: file.to_owned(),
        temporal: read.enforce_temporal_order,
        merged: read.merged_stations,
        ..Parameters::default()
    };
    let stations = &mut parameters.stations;
    put(stations, read.station_weights, |setting, weight| setting.weight = weight);
    put(stations, read.station_cross_contamination, |setting, flag| setting.cross = flag);
    put(stations, read.station_kill, |setting, flag| setting.kill = flag);
    put(stations, read.observed_stations, |setting, shown| setting.observed = shown.0);
    let deliveries = &mut parameters.deliveries;
    put(deliveries, read.delivery_weights, |setting, weight| setting.weight = weight);
    put(deliveries, read.delivery_cross_contamination, |setting, flag| setting.cross = flag);
    put(deliveries, read.delivery_kill, |setting, flag| setting.kill = flag);
    put(deliveries, read.observed_deliveries, |setting, shown| setting.observed = shown.0);
    Ok(parameters)
}

fn put<T>(all: &mut Settings, values: BTreeMap<String, T>, set: impl Fn(&mut Setting, T)) {
    for (id, value) in values {
        set(all.entry(id).or_default(), value);
    }
}
