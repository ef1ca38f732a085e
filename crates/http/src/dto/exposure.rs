//! Temperatures of cold rooms, in the shape in which the use case gives them.

use super::{LedgerStateLine, PositionLine};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Whether a place was within its limits.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExposureAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// Canonical identifier of the place.
    pub place: String,
    /// As asked.
    pub from: String,
    /// As asked.
    pub until: String,
    /// What the readings were held against.
    pub limits: ExposureLimits,
    /// The place, or each room of the site that has readings.
    pub places: Vec<ExposedPlace>,
    /// Where the events stand that the answer rests on; only where it was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub rests_on: Vec<PositionLine>,
    /// Names of places, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

/// What the readings were held against.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExposureLimits {
    /// The dated rule; null where the question gave the limits.
    pub rule: Option<String>,
    /// Its source.
    pub source: Option<String>,
    /// Nobody compared the rule with the text of the standard yet.
    pub unconfirmed: bool,
    /// Coldest that is allowed, in degrees Celsius.
    pub min: Option<f64>,
    /// Warmest that is allowed, in degrees Celsius.
    pub max: Option<f64>,
    /// A reading is due this often, in minutes.
    pub log_interval_minutes: u32,
    /// Longest excursion that is tolerated, in minutes.
    pub tolerance_minutes: u32,
}

/// What the sensors of one place say.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExposedPlace {
    /// Canonical identifier.
    pub place: String,
    /// Readings within the time asked about.
    pub readings: u64,
    /// Canonical identifiers of its sensors, sorted.
    pub devices: Vec<String>,
    /// By start.
    pub intervals: Vec<ExposureLine>,
}

/// One time during which a place was beyond its limits, or nobody knows.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ExposureLine {
    /// What it is.
    pub kind: ExposureWord,
    /// The last good reading before; null where there is none.
    #[schema(format = "date-time")]
    pub from: Option<String>,
    /// The first good reading after; null where there is none yet.
    #[schema(format = "date-time")]
    pub until: Option<String>,
    /// The sensor that saw it; null for a silence.
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

/// What an interval is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ExposureWord {
    /// Beyond a limit, from the last good reading to the first good one.
    Excursion,
    /// No reading for longer than twice the time at which one is due.
    UnknownTemperature,
}
