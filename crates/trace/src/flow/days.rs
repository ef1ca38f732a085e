//! Days as numbers, and dates of which a part is unknown.

use crate::time::civil;

/// The days in which something happened, both ends included, counted from 1970-01-01. A date with
/// an unknown day is its whole month, one with an unknown month its whole year.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Days {
    /// The first possible day.
    pub min: i32,
    /// The last possible day.
    pub max: i32,
}

impl Default for Days {
    fn default() -> Self {
        Self::UNKNOWN
    }
}

/// Years that a date may name.
const YEARS: std::ops::RangeInclusive<i32> = 1..=9999;

impl Days {
    /// Any day.
    pub const UNKNOWN: Self = Self { min: i32::MIN, max: i32::MAX };

    /// Whether nothing is known.
    #[must_use]
    pub fn is_unknown(self) -> bool {
        self == Self::UNKNOWN
    }

    /// The days of a date, of which the day, or the day and the month, may be unknown; `None` where
    /// the calendar has no such date.
    #[must_use]
    pub fn of_date(year: i32, month: Option<u32>, day: Option<u32>) -> Option<Self> {
        if !YEARS.contains(&year) {
            return None;
        }
        let Some(month) = month else {
            return Some(Self { min: number(year, 1, 1), max: number(year, 12, 31) });
        };
        let length = month_length(year, month)?;
        match day {
            None => Some(Self { min: number(year, month, 1), max: number(year, month, length) }),
            Some(day) if (1..=length).contains(&day) => {
                let day = number(year, month, day);
                Some(Self { min: day, max: day })
            }
            Some(_) => None,
        }
    }

    /// Reads `YYYY-MM-DD`, `YYYY-MM`, `YYYY`, or `DD.MM.YYYY` with the day, or the day and the
    /// month, left out. Empty text is an unknown date; `None` where it is no date.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim();
        if text.is_empty() {
            return Some(Self::UNKNOWN);
        }
        let mut parts: Vec<&str> = text.split(['-', '.']).collect();
        if text.contains('.') {
            parts.reverse();
        }
        let digits = |part: &&str| part.len() <= 4 && part.bytes().all(|b| b.is_ascii_digit());
        if parts.first().is_none_or(|year| year.len() != 4) || !parts.iter().all(digits) {
            return None;
        }
        let mut numbers = parts.iter().map(|part| part.parse::<u32>().ok());
        let year = i32::try_from(numbers.next()??).ok()?;
        let (month, day) = (numbers.next(), numbers.next());
        if numbers.next().is_some() || matches!((month, day), (Some(None), _) | (_, Some(None))) {
            return None;
        }
        Self::of_date(year, month.flatten(), day.flatten())
    }
}

impl std::fmt::Display for Days {
    /// The date, month or year (`YYYY-MM-DD`, `YYYY-MM`, `YYYY`) that all of them lie in; nothing
    /// where they lie in several years. [`Days::parse`] reads it.
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let [first, last] = [self.min, self.max].map(|day| civil(i64::from(day)));
        if first.0 != last.0 || !(1..=9999).contains(&first.0) {
            return Ok(());
        }
        let (year, month, day) = first;
        match (month == last.1, day == last.2) {
            (true, true) => write!(f, "{year:04}-{month:02}-{day:02}"),
            (true, false) => write!(f, "{year:04}-{month:02}"),
            (false, _) => write!(f, "{year:04}"),
        }
    }
}

fn is_leap(year: i32) -> bool {
    year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
}

fn month_length(year: i32, month: u32) -> Option<u32> {
    match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => Some(31),
        4 | 6 | 9 | 11 => Some(30),
        2 => Some(if is_leap(year) { 29 } else { 28 }),
        _ => None,
    }
}

/// Days from 1970-01-01 in the Gregorian calendar, for years from 1 on.
fn number(year: i32, month: u32, day: u32) -> i32 {
    let before = year - 1;
    let months: u32 = (1..month).filter_map(|month| month_length(year, month)).sum();
    let in_year = i32::try_from(months + day).unwrap_or(0);
    before * 365 + before / 4 - before / 100 + before / 400 + in_year - 719_163
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn days_are_counted_from_the_usual_day() {
        for (text, day) in
            [("1970-01-01", 0), ("2000-03-01", 11_017), ("1.2.2016", 16_832), ("1969-12-31", -1)]
        {
            assert_eq!(Days::parse(text), Some(Days { min: day, max: day }), "{text}");
        }
    }

    #[test]
    fn a_missing_part_is_every_day_that_it_may_be() {
        let month = Days::parse("2016-01").unwrap();
        assert_eq!(month.max - month.min, 30);
        assert_eq!(Days::parse("01.2016"), Some(month));
        let year = Days::parse("2016").unwrap();
        assert_eq!(year.max - year.min, 365);
        assert!(Days::parse(" ").unwrap().is_unknown());
    }

    #[test]
    fn days_are_written_as_they_are_read() {
        for text in ["2016-01-31", "2016-02", "2016", ""] {
            assert_eq!(Days::parse(text).unwrap().to_string(), text);
        }
        let [first, last] = ["2016-02-27", "2016-02-29"].map(|text| Days::parse(text).unwrap());
        assert_eq!(Days { min: first.min, max: last.min }.to_string(), "2016-02");
        assert_eq!(Days { min: first.min, max: last.min + 400 }.to_string(), "");
        assert_eq!(Days { min: first.min, max: i32::MAX }.to_string(), "");
    }

    #[test]
    fn what_is_no_date_is_none() {
        for text in ["x", "2016-13", "2016-02-30", "2015-02-29", "16-01-01", "2016-01-01-01", "-"] {
            assert_eq!(Days::parse(text), None, "{text}");
        }
        for text in ["2016-1-x", "2016-", "1.1.", "0000-01-01", "+016-01"] {
            assert_eq!(Days::parse(text), None, "{text}");
        }
    }
}
