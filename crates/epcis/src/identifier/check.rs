//! The GS1 check digit (GS1 General Specifications, section 7.9.1) and keys made with it.

/// The check digit of a key without it: weights 3 and 1 in turn, beginning with 3 at the right.
/// `None` where the text is empty or holds anything but ASCII digits.
#[must_use]
pub fn check_digit(digits: &str) -> Option<char> {
    check_digit_of(&[digits])
}

/// The same for digits that do not stand in one piece.
pub(super) fn check_digit_of(pieces: &[&str]) -> Option<char> {
    let length: usize = pieces.iter().map(|piece| piece.len()).sum();
    let (mut sum, mut weight) = (0_u64, if length % 2 == 1 { 3 } else { 1 });
    for piece in pieces {
        for byte in piece.bytes() {
            if !byte.is_ascii_digit() {
                return None;
            }
            sum += u64::from(byte - b'0') * weight;
            weight = 4 - weight;
        }
    }
    let check = u32::try_from((10 - sum % 10) % 10).ok().filter(|_| length > 0)?;
    char::from_digit(check, 10)
}

/// Whether the last digit is the check digit of those before it.
pub(super) fn is_checked(digits: &str) -> bool {
    let mut chars = digits.chars();
    let last = chars.next_back();
    last.is_some() && check_digit(chars.as_str()) == last
}

fn completed(digits: &str, length: usize) -> Option<String> {
    if digits.len() != length {
        return None;
    }
    let check = check_digit(digits)?;
    let mut key = String::with_capacity(length + 1);
    key.push_str(digits);
    key.push(check);
    Some(key)
}

/// An SSCC of 18 digits from its first 17 (extension digit, company prefix, serial reference).
#[must_use]
pub fn sscc(digits: &str) -> Option<String> {
    completed(digits, 17)
}

/// A GTIN-14 from its first 13 digits (indicator digit, company prefix, item reference).
#[must_use]
pub fn gtin14(digits: &str) -> Option<String> {
    completed(digits, 13)
}

/// A GLN of 13 digits from its first 12 (company prefix, location reference).
#[must_use]
pub fn gln(digits: &str) -> Option<String> {
    completed(digits, 12)
}
