//! Time in a leaf: RFC 3339 in UTC with exactly six digits, from and to microseconds.

/// Microseconds of 9999-12-31T23:59:59.999999Z, the last time that four digits of a year can say.
pub const TIME_MICROS_MAX: u64 = 253_402_300_799_999_999;

/// Bytes of a time as text, `2026-11-23T06:00:00.123456Z`.
pub(crate) const TIME_TEXT_BYTES: usize = 27;

const MICROS_A_DAY: u64 = 86_400_000_000;

/// Writes microseconds since 1970-01-01T00:00:00Z as RFC 3339 text, `None` beyond
/// [`TIME_MICROS_MAX`].
pub fn format_time(time_micros: u64) -> Option<String> {
    if time_micros > TIME_MICROS_MAX {
        return None;
    }
    let (year, month, day) = civil_from_days(time_micros / MICROS_A_DAY);
    let rest = time_micros % MICROS_A_DAY;
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let (hour, minute, second) = (seconds / 3_600, seconds / 60 % 60, seconds % 60);
    Some(format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.{micros:06}Z"))
}

/// Reads exactly what [`format_time`] writes, nothing else of RFC 3339.
pub fn parse_time(text: &str) -> Option<u64> {
    if text.len() != TIME_TEXT_BYTES {
        return None;
    }
    let year = number(text, 0, 4)?;
    let month = number(text, 5, 7)?;
    let day = number(text, 8, 10)?;
    let clock = number(text, 11, 13)? * 3_600 + number(text, 14, 16)? * 60 + number(text, 17, 19)?;
    let micros = number(text, 20, 26)?;
    if !(1..=12).contains(&month) || !(1..=31).contains(&day) || year < 1970 || clock >= 86_400 {
        return None;
    }
    let time = days_from_civil(year, month, day) * MICROS_A_DAY + clock * 1_000_000 + micros;
    // Separators, 31 April and second 60 are all caught by writing it back.
    (format_time(time).as_deref() == Some(text)).then_some(time)
}

fn number(text: &str, from: usize, to: usize) -> Option<u64> {
    let digits = text.get(from..to)?;
    if !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// Days since 1970-01-01 to the proleptic Gregorian date, in eras of 400 years from 1 March.
fn civil_from_days(days: u64) -> (u64, u64, u64) {
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted / 146_097, shifted % 146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    (year_of_era + era * 400 + u64::from(month <= 2), month, day)
}

fn days_from_civil(year: u64, month: u64, day: u64) -> u64 {
    let year = if month <= 2 { year - 1 } else { year };
    let (era, year_of_era) = (year / 400, year % 400);
    let shifted_month = if month > 2 { month - 3 } else { month + 9 };
    let day_of_year = (153 * shifted_month + 2) / 5 + day - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    era * 146_097 + day_of_era - 719_468
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_times() {
        let known = [
            (0, "1970-01-01T00:00:00.000000Z"),
            (951_782_400_000_000, "2000-02-29T00:00:00.000000Z"),
            (1_795_413_600_123_456, "2026-11-23T06:00:00.123456Z"),
            (4_107_542_399_999_999, "2100-02-28T23:59:59.999999Z"),
            (4_107_542_400_000_000, "2100-03-01T00:00:00.000000Z"),
            (TIME_MICROS_MAX, "9999-12-31T23:59:59.999999Z"),
        ];
        for (micros, text) in known {
            assert_eq!(format_time(micros).as_deref(), Some(text));
            assert_eq!(parse_time(text), Some(micros));
        }
        assert_eq!(format_time(TIME_MICROS_MAX + 1), None);
    }

    #[test]
    fn every_day_of_four_centuries_comes_back() {
        for day in 0..146_097_u64 {
            let text = format_time(day * MICROS_A_DAY + 1).unwrap();
            assert_eq!(parse_time(&text), Some(day * MICROS_A_DAY + 1), "{text}");
        }
    }

    #[test]
    fn other_writings_are_refused() {
        for text in [
            "2026-11-23T06:00:00Z",
            "2026-11-23T06:00:00.123456+",
            "2026-11-23 06:00:00.123456Z",
            "2026-02-29T06:00:00.123456Z",
            "2026-11-23T24:00:00.123456Z",
            "2026-11-23T06:00:60.123456Z",
            "2026-13-23T06:00:00.123456Z",
            "1969-12-31T06:00:00.123456Z",
            "2026-11-23T06:00:00.12345Ä",
            "+026-11-23T06:00:00.123456Z",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }
}
