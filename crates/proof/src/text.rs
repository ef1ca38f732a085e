//! Small readers shared by the text formats of this crate.

/// Reads a decimal number as the C2SP formats write them: digits only, no leading zeros.
pub(crate) fn decimal(text: &str) -> Option<u64> {
    let digits_only = !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit());
    let leading_zero = text.len() > 1 && text.starts_with('0');
    if digits_only && !leading_zero { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use super::decimal;

    #[test]
    fn one_spelling_for_each_number() {
        assert_eq!(decimal("0"), Some(0));
        assert_eq!(decimal("18446744073709551615"), Some(u64::MAX));
        for bad in ["", "00", "01", "+1", "-1", " 1", "1_0", "١", "18446744073709551616"] {
            assert_eq!(decimal(bad), None, "{bad}");
        }
    }
}
