//! Whether a decimal number means the same to every reader.

/// Decimal digits that a double always keeps (IEEE 754 binary64).
const SAFE_DIGITS: usize = 15;

/// Whether the decimal value of a JSON number survives the way through double precision and back:
/// `1000.0`, `1e3` and `0.1` do, `9007199254740993` and `0.1000000000000000055` do not.
#[must_use]
pub fn is_exact(text: &str) -> bool {
    if text.len() <= SAFE_DIGITS
        && text.bytes().all(|b| b.is_ascii_digit() || b == b'.' || b == b'-')
    {
        return true;
    }
    let Some(written) = Decimal::parse(text) else { return false };
    let Ok(double) = text.parse::<f64>() else { return false };
    let printed = |text: String| Decimal::parse(&text).is_some_and(|decimal| decimal == written);
    if !double.is_finite() {
        return false;
    }
    let shortest = format!("{double:e}");
    // A double right between two shortest decimals (199831487415620.125) is printed as the one or
    // the other; JavaScript takes the one with the even last digit.
    let digits = shortest.bytes().take_while(|b| *b != b'e').filter(u8::is_ascii_digit).count();
    printed(format!("{double:.*e}", digits.saturating_sub(1))) || printed(shortest)
}

/// A decimal without sign: `0.digits × 10^exponent`, no zeros at either end of the digits.
#[derive(PartialEq, Eq)]
struct Decimal {
    digits: Vec<u8>,
    exponent: i64,
}

impl Decimal {
    /// `None` where the exponent is beyond any use.
    fn parse(text: &str) -> Option<Self> {
        let text = text.strip_prefix('-').unwrap_or(text);
        let (mantissa, exponent) = text.split_once(['e', 'E']).unwrap_or((text, "0"));
        let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
        let digits: Vec<u8> = whole.bytes().chain(fraction.bytes()).collect();
        let Some(first) = digits.iter().position(|&digit| digit != b'0') else {
            return Some(Self { digits: Vec::new(), exponent: 0 });
        };
        let last = digits.iter().rposition(|&digit| digit != b'0').unwrap_or(first);
        let exponent: i64 = exponent.strip_prefix('+').unwrap_or(exponent).parse().ok()?;
        let exponent = exponent
            .checked_add(i64::try_from(whole.len()).ok()?)?
            .checked_sub(i64::try_from(first).ok()?)?;
        Some(Self { digits: digits.get(first..=last)?.to_vec(), exponent })
    }
}

/// A number without exponent, leading `+` or needless zeros, as the event hash writes it.
/// `None` where the text is no JSON number or would be longer than `length_max` bytes.
pub(crate) fn plain(text: &str, length_max: usize) -> Option<String> {
    let negative = text.starts_with('-');
    let decimal = Decimal::parse(text)?;
    if decimal.digits.iter().any(|digit| !digit.is_ascii_digit()) {
        return None;
    }
    if decimal.digits.is_empty() {
        return Some("0".to_owned());
    }
    let digits = String::from_utf8(decimal.digits).ok()?;
    let places = usize::try_from(decimal.exponent.unsigned_abs()).ok()?;
    if digits.len().checked_add(places)? > length_max {
        return None;
    }
    let mut out = String::with_capacity(digits.len() + places + 3);
    if negative {
        out.push('-');
    }
    if decimal.exponent <= 0 {
        out.push_str("0.");
        out.extend(std::iter::repeat_n('0', places));
        out.push_str(&digits);
    } else if let Some((whole, fraction)) = digits.split_at_checked(places) {
        out.push_str(whole);
        if !fraction.is_empty() {
            out.push('.');
            out.push_str(fraction);
        }
    } else {
        out.push_str(&digits);
        out.extend(std::iter::repeat_n('0', places - digits.len()));
    }
    Some(out)
}
