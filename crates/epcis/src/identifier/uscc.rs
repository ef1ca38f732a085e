//! 统一社会信用代码, the code of every business in China (GB 32100-2015).

/// The characters of a code, in the order of their values: no I, O, S, V and Z.
const ALPHABET: &[u8; 31] = b"0123456789ABCDEFGHJKLMNPQRTUWXY";

/// What stands before a code that is used as an identifier.
const URN: &str = "urn:uscc:";

/// Characters of a code before its check character.
const BODY_CHARACTERS: usize = 17;

/// The check character behind the first 17 characters of a code (GB 32100-2015, annex A: weights
/// are the powers of 3 modulo 31). Letters count in either case. `None` where there are not 17, or
/// one is not of the alphabet.
#[must_use]
pub fn uscc_check(body: &str) -> Option<char> {
    if body.len() != BODY_CHARACTERS {
        return None;
    }
    let (mut sum, mut weight) = (0, 1);
    for byte in body.bytes() {
        let upper = byte.to_ascii_uppercase();
        sum += ALPHABET.iter().position(|known| *known == upper)? * weight;
        weight = weight * 3 % ALPHABET.len();
    }
    let check = (ALPHABET.len() - sum % ALPHABET.len()) % ALPHABET.len();
    ALPHABET.get(check).copied().map(char::from)
}

/// Whether a text is a 统一社会信用代码 whose check character is right, in either letter case.
#[must_use]
pub fn is_uscc(code: &str) -> bool {
    code.split_at_checked(BODY_CHARACTERS).is_some_and(|(body, check)| {
        check.len() == 1
            && uscc_check(body)
                .is_some_and(|right| check.eq_ignore_ascii_case(right.encode_utf8(&mut [0; 4])))
    })
}

/// The canonical identifier of a `urn:uscc:` whose code is right: its letters in upper case. A
/// wrong code stays opaque, like a GS1 key with a wrong check digit.
pub(super) fn canonical(id: &str) -> Option<String> {
    let (head, code) = id.split_at_checked(URN.len())?;
    (head.eq_ignore_ascii_case(URN) && is_uscc(code))
        .then(|| [URN, &code.to_ascii_uppercase()].concat())
}
