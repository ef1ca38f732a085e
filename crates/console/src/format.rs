//! Numbers, weights, times and lengths of text as a person reads them.

/// A weight in kilograms as far as it is known; what is not known is an interval, never 0.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Kilograms {
    /// The least it can be.
    pub min: f64,
    /// The most it can be, where that is known.
    pub max: Option<f64>,
}

impl Kilograms {
    /// A weight that is known.
    #[must_use]
    pub fn exactly(kilograms: f64) -> Self {
        Self { min: kilograms, max: Some(kilograms) }
    }

    pub(crate) fn show(self) -> Option<String> {
        let min = self.min.is_finite().then(|| decimal(self.min))?;
        match self.max.filter(|max| max.is_finite()) {
            None => Some(format!("≥ {min} kg")),
            Some(max) if decimal(max) == min => Some(format!("{min} kg")),
            Some(max) => Some(format!("{min}–{} kg", decimal(max))),
        }
    }
}

/// A whole number with commas between thousands.
pub(crate) fn count(number: u64) -> String {
    group(&number.to_string())
}

/// Up to three decimals (grams), without trailing zeros.
pub(crate) fn decimal(number: f64) -> String {
    let text = format!("{number:.3}");
    let (whole, part) = text.split_once('.').unwrap_or((&text, ""));
    let (sign, digits) = whole.strip_prefix('-').map_or(("", whole), |digits| ("-", digits));
    match part.trim_end_matches('0') {
        "" if digits == "0" => "0".to_owned(),
        "" => format!("{sign}{}", group(digits)),
        part => format!("{sign}{}.{part}", group(digits)),
    }
}

fn group(digits: &str) -> String {
    let mut grouped = String::with_capacity(digits.len() + digits.len() / 3);
    for (at, digit) in digits.chars().enumerate() {
        if at > 0 && (digits.len() - at).is_multiple_of(3) {
            grouped.push(',');
        }
        grouped.push(digit);
    }
    grouped
}

/// An RFC 3339 time without what a reader skips: `2026-11-20 08:15 +08:00`. Local midnight is a
/// date by convention and shows as one. Anything else is shown as it came.
pub(crate) fn time(text: &str) -> String {
    let parts = || {
        let (date, rest) = text.split_once('T')?;
        let minutes = rest.get(..5)?;
        let zone_at = rest.find(['Z', '+', '-'])?;
        let (clock, zone) = rest.split_at_checked(zone_at)?;
        let midnight = clock.chars().all(|c| matches!(c, '0' | ':' | '.'));
        Some((date, minutes, zone, midnight))
    };
    match parts() {
        Some((date, .., true)) => date.to_owned(),
        Some((date, minutes, "Z", _)) => format!("{date} {minutes} UTC"),
        Some((date, minutes, zone, _)) => format!("{date} {minutes} {zone}"),
        None => text.to_owned(),
    }
}

/// Columns that a character takes in a fixed grid: 2 for East Asian wide ones (Unicode TR 11, the
/// blocks that matter here), 0 for joiners and marks, 1 for the rest.
fn columns(character: char) -> usize {
    match u32::from(character) {
        0x0300..=0x036F | 0x200B..=0x200F | 0xFE00..=0xFE0F => 0,
        0x1100..=0x115F
        | 0x2E80..=0xA4CF
        | 0xAC00..=0xD7A3
        | 0xF900..=0xFAFF
        | 0xFE30..=0xFE6F
        | 0xFF00..=0xFF60
        | 0xFFE0..=0xFFE6
        | 0x1F300..=0x1FAFF
        | 0x20000..=0x3FFFD => 2,
        _ => 1,
    }
}

/// Cuts a text to a width in columns, with an ellipsis where something was cut. Control characters
/// and overrides of direction go: they would disturb the line that the text stands in.
pub(crate) fn cut(text: &str, columns_max: usize) -> String {
    let disturbing =
        |c: &char| c.is_control() || matches!(u32::from(*c), 0x202A..=0x202E | 0x2066..=0x2069);
    let clean: Vec<char> = text.chars().filter(|c| !disturbing(c)).collect();
    if clean.iter().map(|c| columns(*c)).sum::<usize>() <= columns_max {
        return clean.into_iter().collect();
    }
    let mut left = columns_max.saturating_sub(1);
    let mut short = String::new();
    for character in clean {
        let Some(rest) = left.checked_sub(columns(character)) else { break };
        left = rest;
        short.push(character);
    }
    short.push('…');
    short
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weights_read_as_intervals() {
        let show = |min, max| Kilograms { min, max }.show().unwrap();
        assert_eq!(Kilograms::exactly(1200.0).show().unwrap(), "1,200 kg");
        assert_eq!(show(0.5, Some(1_234_567.25)), "0.5–1,234,567.25 kg");
        assert_eq!(show(3.0, None), "≥ 3 kg");
        assert_eq!(show(-0.0001, Some(0.0)), "0 kg");
        assert_eq!(Kilograms::exactly(f64::NAN).show(), None);
    }

    #[test]
    fn numbers_are_grouped() {
        assert_eq!(count(0), "0");
        assert_eq!(count(999), "999");
        assert_eq!(count(1000), "1,000");
        assert_eq!(count(u64::MAX), "18,446,744,073,709,551,615");
    }

    #[test]
    fn times_lose_only_what_a_reader_skips() {
        assert_eq!(time("2026-11-20T08:15:30.123456Z"), "2026-11-20 08:15 UTC");
        assert_eq!(time("2026-11-20T08:15:30+08:00"), "2026-11-20 08:15 +08:00");
        assert_eq!(time("2026-11-20T00:00:00.000+08:00"), "2026-11-20");
        for odd in ["", "T", "yesterday", "2026-11-20", "2026-11-20T", "昨T天天天天天Z"] {
            assert_eq!(time(odd), odd);
        }
    }

    #[test]
    fn wide_characters_count_twice() {
        assert_eq!(cut("abcdef", 6), "abcdef");
        assert_eq!(cut("abcdefg", 6), "abcde…");
        assert_eq!(cut("清远鸡", 6), "清远鸡");
        assert_eq!(cut("清远鸡肉", 6), "清远…");
        assert_eq!(cut("a\u{202E}b\nc", 6), "abc");
        assert_eq!(cut("清", 1), "…");
        assert_eq!(cut("", 0), "");
    }
}
