//! Was a cold room within its limits: the readings of a place under a dated rule.

use crate::ask::{LedgerState, Snapshot};
use crate::error::Error;
use crate::events::check_id;
use crate::limits::EXPOSURE_DAYS_MAX;
use crate::metrics::QuestionKind;
use crate::principal::Principal;
use crate::selection::{interval, refused};
use crate::service::Service;
use crate::views::Views;
use laiqu_epcis::facts::DAY_MICROS;
use laiqu_epcis::identifier;
use laiqu_supervision::{TEMPERATURE_RULES, temperature_rule};
use laiqu_trace::{
    Exposure, ExposureQuestion, Interval, PlaceExposure, TemperatureLimits, Visibility,
};
use serde::Serialize;
use std::collections::BTreeMap;

const MINUTE_MICROS: i64 = 60_000_000;
/// A reading is due this often (minutes) where neither a rule nor the question says so.
const LOG_INTERVAL_MINUTES: u32 = 30;

/// The question as people ask it.
#[derive(Clone, Debug, Default)]
pub struct AskedExposure {
    /// Room, vehicle or site, in any spelling.
    pub place: String,
    /// RFC 3339.
    pub from: String,
    /// RFC 3339.
    pub until: String,
    /// Name of a dated rule; the values below stand in its place where they are given.
    pub rule: Option<String>,
    /// Coldest that is allowed, in degrees Celsius.
    pub min: Option<f64>,
    /// Warmest that is allowed, in degrees Celsius.
    pub max: Option<f64>,
    /// A reading is due this often, in minutes.
    pub log_interval_minutes: Option<u32>,
    /// Longest excursion that is tolerated, in minutes.
    pub tolerance_minutes: Option<u32>,
    /// As known when the ledger had so many entries; now unless given.
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on.
    pub rests_on: bool,
}

/// What was kept to, and where it comes from.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UsedLimits {
    /// The dated rule; `null` where the question gave the limits.
    pub rule: Option<&'static str>,
    /// Its source.
    pub source: Option<&'static str>,
    /// Nobody compared it with the text of the standard yet.
    pub unconfirmed: bool,
    /// Degrees Celsius.
    pub min: Option<f64>,
    /// Degrees Celsius.
    pub max: Option<f64>,
    /// Minutes.
    pub log_interval_minutes: u32,
    /// Minutes.
    pub tolerance_minutes: u32,
}

/// The answer, with the state it was computed on.
#[derive(Clone, Debug, Serialize)]
pub struct ExposureView {
    /// The ledger state.
    pub ledger: LedgerState,
    /// Canonical identifier of the place.
    pub place: String,
    /// As asked.
    pub from: String,
    /// As asked.
    pub until: String,
    /// What it was held against.
    pub limits: UsedLimits,
    /// What the sensors say.
    #[serde(flatten)]
    pub exposure: Exposure,
    /// Names of places, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

impl Service {
    /// Judges the readings of a place. A business is shown what the records that concern it say.
    ///
    /// # Errors
    /// Where the question makes no sense: see [`AskedExposure`].
    pub fn exposure(&self, asked: &AskedExposure, who: &Principal) -> Result<ExposureView, Error> {
        let asking = self.asking(QuestionKind::Exposure);
        let visible_to = who.visibility(&self.registry());
        let (question, limits) = question(asked, visible_to)?;
        let views = self.shared().views.read();
        let ledger = self.state_asked(&views, asked.as_of)?;
        let view = answer(&views, ledger, asked, limits, &question);
        asking.found(view.exposure.places.len());
        Ok(view)
    }
}

impl Snapshot {
    /// Judges the readings of a place with an operator's sight.
    ///
    /// # Errors
    /// As [`Service::exposure`].
    pub fn exposure(&self, asked: &AskedExposure) -> Result<ExposureView, Error> {
        let (question, limits) = question(asked, None)?;
        Ok(answer(self.views(), self.state_asked(asked.as_of)?, asked, limits, &question))
    }
}

fn answer(
    views: &Views,
    ledger: LedgerState,
    asked: &AskedExposure,
    limits: UsedLimits,
    question: &ExposureQuestion,
) -> ExposureView {
    let mut exposure = views.graph.exposure(question);
    if !asked.rests_on {
        exposure.rests_on.clear();
    }
    let size = ledger.size;
    let named = |place: &PlaceExposure| {
        let name = views.names.at(&place.place, size)?;
        Some((place.place.clone(), name.to_owned()))
    };
    ExposureView {
        ledger,
        place: question.place.clone(),
        from: asked.from.clone(),
        until: asked.until.clone(),
        limits,
        names: exposure.places.iter().filter_map(named).collect(),
        exposure,
    }
}

fn question(
    asked: &AskedExposure,
    visible_to: Option<Visibility>,
) -> Result<(ExposureQuestion, UsedLimits), Error> {
    check_id(&asked.place)?;
    let Interval { from, until } =
        interval(("from", Some(&asked.from)), ("until", Some(&asked.until)))?;
    if until - from > EXPOSURE_DAYS_MAX * DAY_MICROS {
        return Err(refused(&format!(
            "at most {EXPOSURE_DAYS_MAX} days can be asked about at once"
        )));
    }
    let used = used_limits(asked, from)?;
    let limits = TemperatureLimits {
        min: used.min,
        max: used.max,
        tolerance_micros: i64::from(used.tolerance_minutes) * MINUTE_MICROS,
        log_interval_micros: i64::from(used.log_interval_minutes) * MINUTE_MICROS,
    };
    let place = identifier::canonical(&asked.place).into_owned();
    Ok((ExposureQuestion { place, from, until, limits, visible_to, as_of: asked.as_of }, used))
}

fn used_limits(asked: &AskedExposure, from: i64) -> Result<UsedLimits, Error> {
    let named = asked.rule.as_deref();
    let rule = named.map(|name| {
        temperature_rule(name, from.div_euclid(DAY_MICROS)).ok_or_else(|| {
            let known: Vec<&str> = TEMPERATURE_RULES.iter().map(|rule| rule.id).collect();
            refused(&format!("no rule {name:?} at that time; known are {}", known.join(", ")))
        })
    });
    let rule = rule.transpose()?;
    let min = asked.min.or(rule.and_then(|rule| rule.min));
    let max = asked.max.or(rule.and_then(|rule| rule.max));
    if [min, max].into_iter().flatten().any(|limit| !limit.is_finite()) {
        return Err(refused("min and max are degrees Celsius"));
    }
    if min.is_none() && max.is_none() {
        let known: Vec<&str> = TEMPERATURE_RULES.iter().map(|rule| rule.id).collect();
        let known = known.join(", ");
        return Err(refused(&format!("give a rule ({known}), or min or max in degrees Celsius")));
    }
    if min.zip(max).is_some_and(|(min, max)| min > max) {
        return Err(refused("min must not be above max"));
    }
    let log_interval = asked.log_interval_minutes.or(rule.map(|rule| rule.log_interval_minutes));
    let tolerance = asked.tolerance_minutes.or(rule.map(|rule| rule.tolerance_minutes));
    Ok(UsedLimits {
        rule: rule.map(|rule| rule.id),
        source: rule.map(|rule| rule.source),
        unconfirmed: rule.is_some_and(|rule| rule.unconfirmed),
        min,
        max,
        log_interval_minutes: log_interval.unwrap_or(LOG_INTERVAL_MINUTES),
        tolerance_minutes: tolerance.unwrap_or(0),
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked() -> AskedExposure {
        AskedExposure {
            place: "urn:x:room".into(),
            from: "2026-11-23T00:00:00+08:00".into(),
            until: "2026-11-24T00:00:00+08:00".into(),
            ..AskedExposure::default()
        }
    }

    #[test]
    fn a_rule_counts_and_the_question_may_be_stricter() {
        let ruled = AskedExposure { rule: Some("frozen-storage".into()), ..asked() };
        let (question_of_rule, used) = question(&ruled, None).unwrap();
        assert_eq!(
            (used.rule, used.max, used.unconfirmed),
            (Some("frozen-storage"), Some(-18.0), true)
        );
        assert_eq!(question_of_rule.limits.log_interval_micros, 30 * MINUTE_MICROS);
        let stricter = AskedExposure { max: Some(-20.0), tolerance_minutes: Some(15), ..ruled };
        let (_, used) = question(&stricter, None).unwrap();
        assert_eq!((used.max, used.tolerance_minutes), (Some(-20.0), 15));
        let own = AskedExposure { min: Some(0.0), ..asked() };
        assert_eq!(question(&own, None).unwrap().1.rule, None);
    }

    #[test]
    fn questions_without_sense_are_refused_and_say_why() {
        let max = |asked: AskedExposure| AskedExposure { max: Some(-18.0), ..asked };
        for (asked, why) in [
            (asked(), "give a rule (frozen-storage"),
            (AskedExposure { rule: Some("warm".into()), ..asked() }, "known are"),
            (max(AskedExposure { from: "yesterday".into(), ..asked() }), "from must be a time"),
            (max(AskedExposure { until: "2020-01-01T00:00:00Z".into(), ..asked() }), "before from"),
            (max(AskedExposure { from: "2020-01-01T00:00:00Z".into(), ..asked() }), "at most"),
            (max(AskedExposure { min: Some(4.0), ..asked() }), "above max"),
            (AskedExposure { max: Some(f64::NAN), ..asked() }, "degrees"),
            (max(AskedExposure { place: String::new(), ..asked() }), ""),
        ] {
            let refused = question(&asked, None).unwrap_err();
            assert!(refused.to_string().contains(why), "{refused}");
        }
    }
}
