//! Values in cells: dates, kilograms, flags.

use laiqu_trace::flow::Days;

/// The days of a cell; also with a time behind the date.
pub(crate) fn days(text: &str) -> Option<Days> {
    let date = text.split_once(['T', ' ']).map_or(text, |(date, _)| date);
    Days::parse(date)
}

/// A finite decimal number.
pub(crate) fn number(text: &str) -> Option<f64> {
    text.parse::<f64>().ok().filter(|number| number.is_finite())
}

/// Kilograms from a number with a unit of mass behind it, as in `2 pallets 18.4kg`: what counts is
/// the last number and unit. `None` where there is no unit of mass.
pub(crate) fn kilograms(text: &str) -> Option<f64> {
    let text = text.trim().to_lowercase();
    let unit = text.rfind(|c: char| c.is_ascii_digit()).map(|at| at + 1)?;
    let (rest, unit) = text.split_at_checked(unit)?;
    let start = rest.rfind(|c: char| !(c.is_ascii_digit() || c == '.')).map_or(0, |at| {
        at + rest.get(at..).and_then(|tail| tail.chars().next()).map_or(1, char::len_utf8)
    });
    let amount = number(rest.get(start..)?)?;
    in_kilograms(amount, unit)
}

/// An amount in a unit of mass as kilograms.
pub(crate) fn in_kilograms(amount: f64, unit: &str) -> Option<f64> {
    let factor = match unit.trim().trim_end_matches('.').to_lowercase().as_str() {
        "kg" | "kgm" | "kilogram" | "kilograms" | "kilogramm" | "公斤" | "千克" => 1.0,
        "g" | "gram" | "grams" | "gramm" | "克" => 0.001,
        "t" | "ton" | "tons" | "tonne" | "tonnes" | "tonnen" | "吨" => 1000.0,
        _ => return None,
    };
    Some(amount * factor)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_with_their_unit() {
        for (text, kg) in [
            ("36.5 kg", Some(36.5)),
            ("2.0 paletts 18.4kg", Some(18.4)),
            ("500g", Some(0.5)),
            ("3 吨", Some(3000.0)),
            ("箱12kg", Some(12.0)),
            ("1 Piece", None),
            ("kg", None),
            ("", None),
        ] {
            assert_eq!(kilograms(text), kg, "{text}");
        }
    }

    #[test]
    fn a_time_behind_a_date_is_left_out() {
        assert_eq!(days("2013-05-08T00:00:00"), Days::parse("2013-05-08"));
        assert_eq!(days("08.05.2013"), Days::parse("2013-05-08"));
        assert_eq!(days("spring"), None);
    }
}
