//! Times as RFC 3339 writes them. Nothing here knows what time it is.

/// Widest time zone offset of EPCIS 2.0, section 7.4.1.2, in minutes.
pub const OFFSET_MINUTES_MAX: i16 = 14 * 60;

/// Most digits of a second's fraction.
pub const FRACTION_DIGITS_MAX: usize = 30;

/// A date-time with its offset, nothing rounded away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct DateTime<'a> {
    /// Whole seconds since 1970-01-01T00:00:00Z.
    pub seconds: i64,
    /// Digits of the fraction, as written.
    pub fraction: &'a str,
    /// Minutes east of UTC.
    pub offset_minutes: i16,
}

impl<'a> DateTime<'a> {
    /// Reads an RFC 3339 `date-time`; the offset is required. A leap second counts as the first
    /// second of the next minute.
    #[must_use]
    pub fn parse(text: &'a str) -> Option<Self> {
        let (date, rest) = text.split_at_checked(10)?;
        let days = days_of(date)?;
        let rest = rest.strip_prefix(['T', 't'])?;
        let (clock, rest) = rest.split_at_checked(8)?;
        let seconds_of_day = seconds_of(clock)?;
        let (fraction, zone) = match rest.strip_prefix('.') {
            None => ("", rest),
            Some(rest) => {
                let end = rest.find(|c: char| !c.is_ascii_digit())?;
                let (fraction, zone) = rest.split_at_checked(end)?;
                if fraction.is_empty() || fraction.len() > FRACTION_DIGITS_MAX {
                    return None;
                }
                (fraction, zone)
            }
        };
        let offset_minutes =
            if zone == "Z" || zone == "z" { 0 } else { offset(zone, 23 * 60 + 59)? };
        let seconds = days * 86_400 + seconds_of_day - i64::from(offset_minutes) * 60;
        Some(Self { seconds, fraction, offset_minutes })
    }

    /// Microseconds since 1970-01-01T00:00:00Z; finer digits are cut off.
    #[must_use]
    pub fn micros(&self) -> i64 {
        self.seconds * 1_000_000 + self.fraction_of(6)
    }

    /// Milliseconds since 1970-01-01T00:00:00Z, the fourth digit of the fraction rounded half up.
    #[must_use]
    pub fn millis_rounded(&self) -> i64 {
        let up = self.fraction.as_bytes().get(3).is_some_and(|&digit| digit >= b'5');
        self.seconds * 1_000 + self.fraction_of(3) + i64::from(up)
    }

    fn fraction_of(&self, digits: usize) -> i64 {
        let padded = self.fraction.bytes().chain(std::iter::repeat(b'0')).take(digits);
        padded.fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
    }
}

/// `YYYY-MM-DDTHH:MM:SS.mmmZ`, as the event hash wants it.
#[must_use]
pub fn utc_millis(millis: i64) -> String {
    let (days, of_day) = (millis.div_euclid(86_400_000), millis.rem_euclid(86_400_000));
    let (year, month, day) = civil_of(days);
    let (seconds, millis) = (of_day / 1_000, of_day % 1_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{millis:03}Z")
}

/// Days since 1970-01-01 of a date `YYYY-MM-DD`, or of the date that a date-time begins with.
#[must_use]
pub fn date_days(text: &str) -> Option<i64> {
    let (date, rest) = text.split_at_checked(10)?;
    if rest.is_empty() || DateTime::parse(text).is_some() { days_of(date) } else { None }
}

/// The same day of the month that many months later, or that month's last day.
#[must_use]
pub fn months_later(days: i64, months: i64) -> i64 {
    let (year, month, day) = civil_of(days);
    let months = year * 12 + month - 1 + months;
    let (year, month) = (months.div_euclid(12), months.rem_euclid(12) + 1);
    let on = |day: i64| days_of(&format!("{year:04}-{month:02}-{day:02}"));
    (1..=day).rev().find_map(on).unwrap_or(days)
}

/// `YYYY-MM-DD`.
#[must_use]
pub fn date_text(days: i64) -> String {
    let (year, month, day) = civil_of(days);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `+hh:mm` or `-hh:mm` of at most 14 hours, in minutes (EPCIS 2.0, section 7.4.1.2).
#[must_use]
pub fn offset_minutes(text: &str) -> Option<i16> {
    offset(text, OFFSET_MINUTES_MAX)
}

fn offset(text: &str, minutes_max: i16) -> Option<i16> {
    let [sign, h1, h2, b':', m1, m2] = text.as_bytes() else { return None };
    let hours = i16::try_from(two(&[*h1, *h2])?).ok()?;
    let minutes = i16::try_from(two(&[*m1, *m2])?).ok()?;
    let total = hours * 60 + minutes;
    if minutes > 59 || total > minutes_max {
        return None;
    }
    match sign {
        b'+' => Some(total),
        b'-' => Some(-total),
        _ => None,
    }
}

fn two(digits: &[u8; 2]) -> Option<i64> {
    let [tens, ones] = digits;
    let both = tens.is_ascii_digit() && ones.is_ascii_digit();
    both.then(|| i64::from(tens - b'0') * 10 + i64::from(ones - b'0'))
}

fn seconds_of(clock: &str) -> Option<i64> {
    let [h1, h2, b':', m1, m2, b':', s1, s2] = clock.as_bytes() else { return None };
    let (hour, minute, second) = (two(&[*h1, *h2])?, two(&[*m1, *m2])?, two(&[*s1, *s2])?);
    (hour < 24 && minute < 60 && second <= 60).then_some(hour * 3_600 + minute * 60 + second)
}

fn days_of(date: &str) -> Option<i64> {
    let [y1, y2, y3, y4, b'-', m1, m2, b'-', d1, d2] = date.as_bytes() else { return None };
    let year = two(&[*y1, *y2])? * 100 + two(&[*y3, *y4])?;
    let (month, day) = (two(&[*m1, *m2])?, two(&[*d1, *d2])?);
    let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0);
    let last = match month {
        1 | 3 | 5 | 7 | 8 | 10 | 12 => 31,
        4 | 6 | 9 | 11 => 30,
        2 if leap => 29,
        2 => 28,
        _ => return None,
    };
    if day < 1 || day > last {
        return None;
    }
    // Days from civil, years beginning in March so that the leap day comes last.
    let year = if month <= 2 { year - 1 } else { year };
    let (era, of_era) = (year.div_euclid(400), year.rem_euclid(400));
    let of_year = (153 * ((month + 9) % 12) + 2) / 5 + day - 1;
    Some(era * 146_097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719_468)
}

pub(crate) fn civil_of(days: i64) -> (i64, i64, i64) {
    let days = days + 719_468;
    let (era, of_era) = (days.div_euclid(146_097), days.rem_euclid(146_097));
    let years = (of_era - of_era / 1_460 + of_era / 36_524 - of_era / 146_096) / 365;
    let of_year = of_era - (365 * years + years / 4 - years / 100);
    let shifted = (5 * of_year + 2) / 153;
    let day = of_year - (153 * shifted + 2) / 5 + 1;
    let month = if shifted < 10 { shifted + 3 } else { shifted - 9 };
    let year = years + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn dates_go_on_by_months() {
        for (from, months, to) in [
            ("2026-08-31", 6, "2027-02-28"),
            ("2027-08-31T10:00:00+08:00", 6, "2028-02-29"),
            ("2026-11-25", 24, "2028-11-25"),
            ("2024-02-29", 24, "2026-02-28"),
            ("2026-01-01", 0, "2026-01-01"),
        ] {
            assert_eq!(date_text(months_later(date_days(from).unwrap(), months)), to, "{from}");
        }
        for text in ["2026-13-01", "2026-02-30", "2026-1-1", "2026-01-01 ", "2026-01-01T", ""] {
            assert_eq!(date_days(text), None, "{text}");
        }
    }

    #[test]
    fn reads_rfc_3339() {
        for (text, micros) in [
            ("1970-01-01T00:00:00Z", 0),
            ("2020-03-04T11:00:30.000+01:00", 1_583_316_030_000_000),
            ("2022-09-05T19:04:37.5450000+00:00", 1_662_404_677_545_000),
            ("2005-04-03T20:33:31.116-06:00", 1_112_582_011_116_000),
            ("1969-12-31T23:59:59.999999999Z", -1),
            ("2024-02-29t00:00:00z", 1_709_164_800_000_000),
            ("2016-12-31T23:59:60Z", 1_483_228_800_000_000),
        ] {
            assert_eq!(DateTime::parse(text).map(|t| t.micros()), Some(micros), "{text}");
        }
    }

    #[test]
    fn refuses_what_is_no_time() {
        for text in [
            "",
            "22-07-2026",
            "2026-07-22",
            "2026-07-22T10:00:00",
            "2026-02-29T10:00:00Z",
            "2026-13-01T10:00:00Z",
            "2026-00-01T10:00:00Z",
            "2026-01-00T10:00:00Z",
            "2026-07-22T24:00:00Z",
            "2026-07-22T10:60:00Z",
            "2026-07-22 10:00:00Z",
            "2026-07-22T10:00:00.Z",
            "2026-07-22T10:00:00.1",
            "2026-07-22T10:00:00+24:00",
            "2026-07-22T10:00:00+0800",
            "2026-07-22T10:00:00Zx",
            "２026-07-22T10:00:00Z",
        ] {
            assert_eq!(DateTime::parse(text), None, "{text}");
        }
    }

    #[test]
    fn offsets() {
        assert_eq!(offset_minutes("+08:00"), Some(480));
        assert_eq!(offset_minutes("-14:00"), Some(-840));
        for text in ["+14:01", "+8:00", "08:00", "Z", "+08:60", "+0800", ""] {
            assert_eq!(offset_minutes(text), None, "{text}");
        }
    }

    #[test]
    fn milliseconds_round_half_up_into_the_next_second() {
        let rounded = |text| utc_millis(DateTime::parse(text).unwrap().millis_rounded());
        assert_eq!(rounded("2023-01-18T11:04:03.1415Z"), "2023-01-18T11:04:03.142Z");
        assert_eq!(rounded("2023-12-31T23:59:59.9996+00:00"), "2024-01-01T00:00:00.000Z");
        assert_eq!(rounded("2023-01-18T11:04:03.14149Z"), "2023-01-18T11:04:03.141Z");
    }

    proptest! {
        #[test]
        fn written_times_read_back(millis in -62_135_596_800_000_i64..253_402_300_800_000) {
            let text = utc_millis(millis);
            prop_assert_eq!(DateTime::parse(&text).map(|t| t.millis_rounded()), Some(millis));
        }

        #[test]
        fn never_panics(text in any::<String>()) {
            let _time = DateTime::parse(&text);
            let _offset = offset_minutes(&text);
        }
    }
}
