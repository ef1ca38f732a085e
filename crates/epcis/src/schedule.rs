//! When a subscription runs (EPCIS 2.0, section 8.2.5.3): each time that all its fields allow.

use crate::time::civil_of;

/// Longest text of a field, in bytes.
pub const SCHEDULE_FIELD_BYTES_MAX: usize = 300;
/// Days ahead that a run is looked for: a leap day on a given day of the week comes within forty
/// years.
const DAYS_AHEAD_MAX: i64 = 41 * 366;
const DAY_SECONDS: i64 = 86_400;

/// A field by its name in JSON, with its smallest and largest value.
type Field = (&'static str, u8, u8);

const FIELDS: [Field; 6] = [
    ("second", 0, 59),
    ("minute", 0, 59),
    ("hour", 0, 23),
    ("dayOfMonth", 1, 31),
    ("month", 1, 12),
    ("dayOfWeek", 1, 7),
];

/// A schedule; a field that is left out allows every value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Schedule {
    /// One bit for each value that a field allows, in the order of the fields.
    allowed: [u64; 6],
}

/// What is wrong with a schedule.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("schedule field {field:?}: {detail}")]
pub struct ScheduleFault {
    /// The field, cut to a hundred characters.
    pub field: String,
    /// What, for a person: lower case, no full stop.
    pub detail: String,
}

impl Schedule {
    /// Reads fields by their names: each a list of numbers and ranges `[from-to]`, separated by
    /// commas.
    ///
    /// # Errors
    /// Where a field is not known, stands twice or holds anything else, there is none, or no day
    /// has all that they ask for.
    pub fn of_fields<'f>(
        fields: impl IntoIterator<Item = (&'f str, &'f str)>,
    ) -> Result<Self, ScheduleFault> {
        let fault = |field: &str, detail: &str| ScheduleFault {
            field: field.chars().take(100).collect(),
            detail: detail.to_owned(),
        };
        let mut stated: [Option<u64>; 6] = [None; 6];
        for (name, text) in fields {
            let mut known = FIELDS.iter().zip(&mut stated);
            let Some(((_, low, high), stated)) = known.find(|((known, ..), _)| *known == name)
            else {
                return Err(fault(name, "is no field of a schedule"));
            };
            if stated.is_some() {
                return Err(fault(name, "stands twice"));
            }
            let bits = bits_of(text, *low, *high).ok_or_else(|| {
                let detail = format!("must be a list of {low} to {high} and ranges [from-to]");
                fault(name, &detail)
            })?;
            *stated = Some(bits);
        }
        let Some(finest) = stated.iter().position(Option::is_some) else {
            return Err(fault("schedule", "must have a field"));
        };
        let mut allowed = [0; 6];
        for (at, ((allowed, stated), (_, low, high))) in
            allowed.iter_mut().zip(stated).zip(FIELDS).enumerate()
        {
            // What is finer than all that was said begins with its unit: an hour means its first
            // minute and second, as every example of the standard does.
            let first = if at < finest && at < 3 { low } else { high };
            *allowed = stated.unwrap_or_else(|| span(low, first));
        }
        let schedule = Self { allowed };
        match schedule.next_after(0, 0) {
            Some(_) => Ok(schedule),
            None => Err(fault("dayOfMonth", "never comes in these months")),
        }
    }

    /// The first time behind this one (seconds since 1970) that all fields allow, on clocks that
    /// many minutes east of UTC.
    #[must_use]
    pub fn next_after(&self, seconds: i64, offset_minutes: i16) -> Option<i64> {
        let offset = i64::from(offset_minutes) * 60;
        let start = seconds.checked_add(offset)?.checked_add(1)?;
        let today = start.div_euclid(DAY_SECONDS);
        for day in today..today.checked_add(DAYS_AHEAD_MAX)? {
            if !self.allows_day(day) {
                continue;
            }
            let from = if day == today { start.rem_euclid(DAY_SECONDS) } else { 0 };
            if let Some(of_day) = self.first_of_day(from) {
                let local = day.checked_mul(DAY_SECONDS)?.checked_add(of_day)?;
                return local.checked_sub(offset);
            }
        }
        None
    }

    fn allows(&self, field: usize, value: i64) -> bool {
        self.allowed.get(field).is_some_and(|bits| bits >> value & 1 == 1)
    }

    fn allows_day(&self, day: i64) -> bool {
        let (_, month, of_month) = civil_of(day);
        // 1970-01-01 was a Thursday, day 4.
        let of_week = (day + 3).rem_euclid(7) + 1;
        self.allows(3, of_month) && self.allows(4, month) && self.allows(5, of_week)
    }

    /// The first second of a day from this one on that the clock's fields allow.
    fn first_of_day(&self, from: i64) -> Option<i64> {
        let mut at = from;
        while at < DAY_SECONDS {
            let (hour, minute, second) = (at / 3_600, at / 60 % 60, at % 60);
            if !self.allows(2, hour) {
                at = (hour + 1) * 3_600;
            } else if !self.allows(1, minute) {
                at = (at / 60 + 1) * 60;
            } else if !self.allows(0, second) {
                at += 1;
            } else {
                return Some(at);
            }
        }
        None
    }
}

/// The values of a field as bits.
fn bits_of(text: &str, low: u8, high: u8) -> Option<u64> {
    let number = |text: &str| {
        let plain = (1..=2).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let number: u8 = text.parse().ok().filter(|_| plain)?;
        (low..=high).contains(&number).then_some(number)
    };
    if text.len() > SCHEDULE_FIELD_BYTES_MAX {
        return None;
    }
    let mut bits = 0;
    for part in text.split(',').map(str::trim) {
        let range = part.strip_prefix('[').and_then(|part| part.strip_suffix(']'));
        let (from, to) = match range {
            Some(range) => {
                let (from, to) = range.split_once('-')?;
                (number(from)?, number(to)?)
            }
            None => (number(part)?, number(part)?),
        };
        if from > to {
            return None;
        }
        bits |= span(from, to);
    }
    Some(bits)
}

fn span(from: u8, to: u8) -> u64 {
    (from..=to).fold(0, |bits, value| bits | 1 << value)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::time::DateTime;
    use proptest::prelude::*;

    fn seconds(text: &str) -> i64 {
        DateTime::parse(text).unwrap().seconds
    }

    fn next(fields: &[(&str, &str)], after: &str, offset: i16) -> String {
        let schedule = Schedule::of_fields(fields.iter().copied()).unwrap();
        let next = schedule.next_after(seconds(after), offset).unwrap();
        crate::time::utc_millis(next * 1_000)
    }

    #[test]
    fn runs_when_all_fields_allow() {
        for (fields, after, expected) in [
            (&[("hour", "1"), ("minute", "5")][..], "2026-11-01T00:00:00Z", "2026-11-01T01:05:00"),
            (&[("hour", "1"), ("minute", "5")], "2026-11-01T01:05:00Z", "2026-11-02T01:05:00"),
            (&[("second", "0,30")], "2026-11-01T01:05:01Z", "2026-11-01T01:05:30"),
            (&[("minute", "[10-12]")], "2026-11-01T01:10:59Z", "2026-11-01T01:11:00"),
            (&[("dayOfWeek", "1")], "2026-11-01T01:00:00Z", "2026-11-02T00:00:00"),
            (&[("dayOfMonth", "31"), ("hour", "6")], "2026-11-01T00:00:00Z", "2026-12-31T06:00:00"),
            (
                &[("month", "2"), ("dayOfMonth", "29"), ("dayOfWeek", "7")],
                "2026-11-01T00:00:00Z",
                "2032-02-29T00:00:00",
            ),
            (&[("month", "1")], "2026-11-01T00:00:00Z", "2027-01-01T00:00:00"),
        ] {
            assert_eq!(next(fields, after, 0), format!("{expected}.000Z"), "{fields:?}");
        }
        // Midnight in China.
        let hour = [("hour", "0")];
        assert_eq!(next(&hour, "2026-11-01T00:00:00Z", 480), "2026-11-01T16:00:00.000Z");
        let hourly = Schedule::of_fields([("minute", "0")]).unwrap();
        assert_eq!(hourly.next_after(i64::MIN, 0), None);
        assert_eq!(hourly.next_after(i64::MAX, 0), None);
    }

    #[test]
    fn what_is_no_schedule_is_refused_by_its_field() {
        for (fields, field) in [
            (&[("seconds", "1")][..], "seconds"),
            (&[("second", "60")], "second"),
            (&[("second", "")], "second"),
            (&[("second", "1,")], "second"),
            (&[("minute", "[5-3]")], "minute"),
            (&[("minute", "5-7")], "minute"),
            (&[("hour", "+1")], "hour"),
            (&[("hour", "024")], "hour"),
            (&[("dayOfMonth", "0")], "dayOfMonth"),
            (&[("dayOfWeek", "8")], "dayOfWeek"),
            (&[("hour", "1"), ("hour", "2")], "hour"),
            (&[("month", "2"), ("dayOfMonth", "30,31")], "dayOfMonth"),
            (&[], "schedule"),
        ] {
            let fault = Schedule::of_fields(fields.iter().copied()).unwrap_err();
            assert_eq!(fault.field, field, "{fault}");
        }
    }

    proptest! {
        /// Every second between a time and the next run is refused by some field.
        #[test]
        fn no_run_is_missed(
            after in 0i64..4_000_000_000,
            offset in -840i16..=840,
            minute in proptest::option::of("[0-5]?[0-9](,[0-5][0-9]){0,2}"),
            second in "[0-5]?[0-9](,[0-5][0-9]){0,2}",
        ) {
            let mut fields = vec![("second", second.as_str())];
            fields.extend(minute.as_deref().map(|minute| ("minute", minute)));
            let schedule = Schedule::of_fields(fields).unwrap();
            let next = schedule.next_after(after, offset).unwrap();
            let holds = |at: i64| {
                let local = at + i64::from(offset) * 60;
                schedule.allows(0, local.rem_euclid(60))
                    && schedule.allows(1, local.div_euclid(60).rem_euclid(60))
            };
            prop_assert!(next > after && holds(next));
            prop_assert!(next - after <= 3_600 && (after + 1..next).all(|at| !holds(at)));
        }

        #[test]
        fn nothing_panics(name in "second|hour|dayOfMonth|\\PC{0,6}", text in "[0-9,\\[\\]-]{0,12}",
            after in any::<i64>(), offset in any::<i16>()) {
            if let Ok(schedule) = Schedule::of_fields([(name.as_str(), text.as_str())]) {
                let next = schedule.next_after(after, offset);
                prop_assert!(next.is_none_or(|next| next > after));
            }
        }
    }
}
