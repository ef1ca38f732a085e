//! Order between statements of time, and their RFC 3339 form.

use laiqu_epcis::facts::{DAY_MICROS, EventTime};

/// Clocks of two parties may differ by this much (microseconds) before an order counts as wrong.
pub const CLOCK_TOLERANCE_MICROS: i64 = 15 * 60 * 1_000_000;

/// A receipt later than this after a shipment (microseconds) is not taken for its arrival.
pub(crate) const PAIRING_WINDOW_MICROS: i64 = 60 * DAY_MICROS;

/// Steps of one departure or arrival (loading, departing …) lie within this time (microseconds).
pub(crate) const STAGES_WINDOW_MICROS: i64 = DAY_MICROS;

/// Could something that began no sooner than `earliest` come before what ended at `latest`?
pub(crate) fn possible(earliest: i64, latest: i64) -> bool {
    earliest <= latest.saturating_add(CLOCK_TOLERANCE_MICROS)
}

/// RFC 3339 section 5.6 text of a time, at the offset that was sent with it.
#[must_use]
pub fn rfc3339(time: EventTime) -> String {
    let mut text = String::with_capacity("2026-11-23T08:00:00.000000+08:00".len());
    write_rfc3339(time, &mut text);
    text
}

/// Writes that text behind what is there.
pub(crate) fn write_rfc3339(time: EventTime, out: &mut String) {
    let offset = i64::from(time.offset_minutes);
    let local = time.micros.saturating_add(offset * 60_000_000);
    let (year, month, day) = civil(local.div_euclid(DAY_MICROS));
    let rest = local.rem_euclid(DAY_MICROS);
    let (seconds, micros) = (rest / 1_000_000, rest % 1_000_000);
    let zone = offset.abs();
    let mut digits = Digits { bytes: [0; 40], length: 0 };
    if (0..10_000).contains(&year) {
        digits.push(year, 4);
    } else {
        out.push_str(&format!("{year:04}"));
    }
    for (before, number) in [
        (b'-', month),
        (b'-', day),
        (b'T', seconds / 3600),
        (b':', seconds / 60 % 60),
        (b':', seconds % 60),
    ] {
        digits.mark(before);
        digits.push(number, 2);
    }
    match (micros, micros % 1000) {
        (0, _) => {}
        (_, 0) => {
            digits.mark(b'.');
            digits.push(micros / 1000, 3);
        }
        _ => {
            digits.mark(b'.');
            digits.push(micros, 6);
        }
    }
    digits.mark(if offset < 0 { b'-' } else { b'+' });
    digits.push(zone / 60, 2);
    digits.mark(b':');
    digits.push(zone % 60, 2);
    out.push_str(digits.text());
}

/// A text of digits and marks, at most as long as a time.
struct Digits {
    bytes: [u8; 40],
    length: usize,
}

impl Digits {
    fn mark(&mut self, mark: u8) {
        if let Some(byte) = self.bytes.get_mut(self.length) {
            *byte = mark;
            self.length += 1;
        }
    }

    /// The last `count` decimal digits of a number that is not negative.
    fn push(&mut self, number: i64, count: usize) {
        let Some(room) = self.bytes.get_mut(self.length..self.length + count) else { return };
        let mut left = number;
        for byte in room.iter_mut().rev() {
            *byte = b'0' + u8::try_from(left % 10).unwrap_or(0);
            left /= 10;
        }
        self.length += count;
    }

    fn text(&self) -> &str {
        let bytes = self.bytes.get(..self.length).unwrap_or(&[]);
        str::from_utf8(bytes).unwrap_or_default()
    }
}

/// Year, month and day of a day counted from 1970-01-01 in the proleptic Gregorian calendar.
///
/// Counts from 0000-03-01, so that the leap day ends a year; one era is 400 years.
pub(crate) fn civil(days: i64) -> (i64, i64, i64) {
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let shifted_month = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * shifted_month + 2) / 5 + 1;
    let month = if shifted_month < 10 { shifted_month + 3 } else { shifted_month - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month, day)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(micros: i64, offset_minutes: i16, expect: &str) {
        assert_eq!(rfc3339(EventTime { micros, offset_minutes }), expect);
    }

    #[test]
    fn times_keep_their_offset_and_fraction() {
        check(0, 0, "1970-01-01T00:00:00+00:00");
        check(0, 480, "1970-01-01T08:00:00+08:00");
        check(1_642_590_594_549_000, 0, "2022-01-19T11:09:54.549+00:00");
        check(951_782_400_000_001, -300, "2000-02-28T19:00:00.000001-05:00");
        check(-1, 0, "1969-12-31T23:59:59.999999+00:00");
    }

    #[test]
    fn every_day_follows_the_day_before() {
        let mut before = civil(-800_000);
        for day in -799_999..800_000 {
            let now = civil(day);
            let same_month = now == (before.0, before.1, before.2 + 1);
            let new_month = now == (before.0, before.1 + 1, 1);
            let new_year = now == (before.0 + 1, 1, 1) && before.1 == 12;
            assert!(same_month || new_month || new_year, "{before:?} {now:?}");
            before = now;
        }
        assert_eq!(civil(11_016), (2000, 2, 29));
        assert_eq!(civil(20_780), (2026, 11, 23));
    }
}
