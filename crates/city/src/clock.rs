//! Simulated time: microseconds since 1970-01-01T00:00:00Z, told in China's time (+08:00).

pub(crate) const SECOND: i64 = 1_000_000;
pub(crate) const MINUTE: i64 = 60 * SECOND;
pub(crate) const HOUR: i64 = 60 * MINUTE;
pub(crate) const DAY: i64 = 24 * HOUR;
const OFFSET: i64 = 8 * HOUR;

/// The last local midnight at or before `micros`.
pub(crate) fn midnight(micros: i64) -> i64 {
    (micros + OFFSET).div_euclid(DAY) * DAY - OFFSET
}

/// Year, month and day of the local date (proleptic Gregorian calendar, days to civil date).
fn civil(micros: i64) -> (i64, i64, i64) {
    let z = (micros + OFFSET).div_euclid(DAY) + 719_468;
    let era = z.div_euclid(146_097);
    let doe = z.rem_euclid(146_097);
    let yoe = (doe - doe / 1460 + doe / 36_524 - doe / 146_096) / 365;
    let doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
    let mp = (5 * doy + 2) / 153;
    let day = doy - (153 * mp + 2) / 5 + 1;
    let month = if mp < 10 { mp + 3 } else { mp - 9 };
    (yoe + era * 400 + i64::from(month <= 2), month, day)
}

/// `2026-11-02T08:15:30.000+08:00`
pub(crate) fn rfc3339(micros: i64) -> String {
    let (year, month, day) = civil(micros);
    let rest = (micros + OFFSET).rem_euclid(DAY);
    format!(
        "{year:04}-{month:02}-{day:02}T{:02}:{:02}:{:02}.{:03}+08:00",
        rest / HOUR,
        rest % HOUR / MINUTE,
        rest % MINUTE / SECOND,
        rest % SECOND / 1000
    )
}

/// `2026-11-02`
pub(crate) fn date(micros: i64) -> String {
    let (year, month, day) = civil(micros);
    format!("{year:04}-{month:02}-{day:02}")
}

/// `261102`, as farms write it into lot numbers.
pub(crate) fn short_date(micros: i64) -> String {
    let (year, month, day) = civil(micros);
    format!("{:02}{month:02}{day:02}", year % 100)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tells_local_time() {
        assert_eq!(rfc3339(0), "1970-01-01T08:00:00.000+08:00");
        assert_eq!(rfc3339(1_709_164_799_999_000), "2024-02-29T07:59:59.999+08:00");
        assert_eq!(date(midnight(1_709_164_799_999_000)), "2024-02-29");
        assert!(rfc3339(midnight(1_709_164_799_999_000)).contains("T00:00:00.000"));
        assert_eq!(short_date(0), "700101");
    }
}
