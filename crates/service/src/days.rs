//! Spans of days as people ask about them.

use crate::error::Error;
use crate::selection::{Given, refused};
use laiqu_epcis::facts::{DAY_MICROS, EventTime};
use laiqu_epcis::time::{DateTime, date_days};

/// From one day or moment to another, both included; open where an end is not given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Days {
    from: Option<End>,
    until: Option<End>,
}

/// An end of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct End {
    /// The day, or that of the moment where its offset counts; since 1970-01-01.
    day: i64,
    /// Microseconds since 1970-01-01T00:00:00Z, where more than a day was given.
    moment: Option<i64>,
}

impl End {
    fn read((name, text): Given<'_>) -> Result<Option<Self>, Error> {
        let Some(text) = text else { return Ok(None) };
        let day = date_days(text).ok_or_else(|| {
            let like = "a day like 2026-11-23 or a time like 2026-11-23T06:00:00+08:00";
            refused(&format!("{name} must be {like}"))
        })?;
        let moment = DateTime::parse(text).map(|time| time.micros());
        Ok(Some(Self { day, moment }))
    }
}

impl Days {
    pub(crate) fn read(from: Given<'_>, until: Given<'_>) -> Result<Self, Error> {
        let days = Self { from: End::read(from)?, until: End::read(until)? };
        let is_backward = days.from.zip(days.until).is_some_and(|(from, until)| {
            let moments = from.moment.zip(until.moment);
            moments.map_or(until.day < from.day, |(from, until)| until < from)
        });
        if is_backward {
            return Err(refused(&format!("{} must not be before {}", until.0, from.0)));
        }
        Ok(days)
    }

    /// Is nothing left out?
    pub(crate) fn is_open(&self) -> bool {
        *self == Self::default()
    }

    /// Have they one of these days, from the first to the last?
    pub(crate) fn meet_days(&self, first: i64, last: i64) -> bool {
        self.from.is_none_or(|from| from.day <= last)
            && self.until.is_none_or(|until| first <= until.day)
    }

    /// May something that happened then have happened in them? A day is that of the place.
    pub(crate) fn meet(&self, time: EventTime) -> bool {
        let local = time.micros.saturating_add(i64::from(time.offset_minutes) * 60_000_000);
        let day = local.div_euclid(DAY_MICROS);
        let since = |from: End| from.moment.map_or(from.day <= day, |from| from <= time.latest());
        let to = |until: End| until.moment.map_or(day <= until.day, |u| time.earliest() <= u);
        self.from.is_none_or(since) && self.until.is_none_or(to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn read(from: Option<&str>, until: Option<&str>) -> Result<Days, Error> {
        Days::read(("made_from", from), ("made_until", until))
    }

    fn at(text: &str) -> EventTime {
        let time = DateTime::parse(text).unwrap();
        EventTime { micros: time.micros(), offset_minutes: time.offset_minutes }
    }

    #[test]
    fn a_day_is_that_of_the_place_and_a_moment_is_the_same_everywhere() {
        let day = read(Some("2026-11-23"), Some("2026-11-23")).unwrap();
        assert!(day.meet(at("2026-11-23T00:30:00+08:00")));
        assert!(day.meet(at("2026-11-23T23:30:00-05:00")));
        assert!(!day.meet(at("2026-11-22T23:30:00Z")), "though it is that day elsewhere");
        let (from, until) = ("2026-11-23T10:00:00+08:00", "2026-11-23T12:00:00+08:00");
        let hours = read(Some(from), Some(until)).unwrap();
        assert!(hours.meet(at("2026-11-23T03:00:00Z")));
        assert!(!hours.meet(at("2026-11-23T09:59:59+08:00")));
        // Local midnight is a date without a time.
        assert!(hours.meet(at("2026-11-23T00:00:00+08:00")));
        let first = date_days("2026-11-23").unwrap();
        assert!(hours.meet_days(first, first) && day.meet_days(first - 3, first));
        assert!(!day.meet_days(first + 1, first + 2) && !day.meet_days(first - 2, first - 1));
        assert!(read(None, None).unwrap().is_open() && !day.is_open());
    }

    #[test]
    fn what_is_no_day_and_what_runs_backward_is_refused() {
        let midday = Some("2026-11-23T12:00:00+08:00");
        assert!(read(midday, Some("2026-11-23")).is_ok());
        for (from, until, why) in [
            (Some("soon"), None, "made_from must be a day like"),
            (None, Some("2026-02-30"), "made_until must be a day like"),
            (None, Some("2026-11-23T12:00"), "made_until must be a day like"),
            (Some("2026-11-24"), Some("2026-11-23"), "must not be before"),
            (midday, Some("2026-11-23T11:59:00+08:00"), "must not be before"),
        ] {
            let refused = read(from, until).unwrap_err().to_string();
            assert!(refused.contains(why), "{refused}");
        }
    }
}
