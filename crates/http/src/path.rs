//! Identifiers inside paths: percent-decoded from the path as it came, so that an encoded slash or
//! question mark stays part of the identifier.

use crate::catalogue::INVALID_PARAMETER;
use crate::problem::Problem;
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, utf8_percent_encode};

/// Everything but the unreserved characters (RFC 3986, section 2.3).
const RESERVED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'.').remove(b'_').remove(b'~');

/// One segment of a path or one value of a query for `text`.
pub(crate) fn encode(text: &str) -> String {
    utf8_percent_encode(text, RESERVED).to_string()
}

/// Decodes a percent-encoded text; refuses what is no encoding of UTF-8.
pub(crate) fn decode(encoded: &str) -> Result<String, Problem> {
    let refused = |why: &str| {
        let shown: String = encoded.chars().take(100).collect();
        Problem::new(&INVALID_PARAMETER, format!("{shown:?} {why}"))
    };
    for (at, _) in encoded.match_indices('%') {
        let digits = encoded.get(at + 1..at + 3);
        if !digits.is_some_and(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit())) {
            return Err(refused("holds a percent sign without two hexadecimal digits"));
        }
    }
    let decoded = percent_decode_str(encoded).decode_utf8();
    decoded.map(String::from).map_err(|_| refused("is not percent-encoded UTF-8"))
}

/// The n-th segment of a path (0-based), decoded.
pub(crate) fn segment(path: &str, n: usize) -> Result<String, Problem> {
    decode(path.trim_start_matches('/').split('/').nth(n).unwrap_or_default())
}

/// Everything behind a prefix of the path, decoded. Slashes may be encoded or not.
pub(crate) fn behind(path: &str, prefix: &str) -> Result<String, Problem> {
    decode(path.strip_prefix(prefix).unwrap_or_default())
}

/// A position in the ledger, as digits.
pub(crate) fn index(path: &str, prefix: &str) -> Result<u64, Problem> {
    parsed_index(&behind(path, prefix)?)
}

/// A position in the ledger as the n-th segment of a path (0-based), as digits.
pub(crate) fn index_at(path: &str, n: usize) -> Result<u64, Problem> {
    parsed_index(&segment(path, n)?)
}

fn parsed_index(text: &str) -> Result<u64, Problem> {
    let plain = !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    text.parse().ok().filter(|_| plain).ok_or_else(|| {
        let shown: String = text.chars().take(100).collect();
        Problem::new(&INVALID_PARAMETER, format!("{shown:?} is not the index of an entry"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiers_of_all_kinds_survive_a_path() {
        for id in [
            "urn:uuid:b1080b06-e9cc-11e6-bf0e-fe55135034f3",
            "ni:///sha-256;df7bb3c352fef055578554f09f5e2aa41782150ced7bd0b8af24dd3ccb30ba69?ver=CBV2.0",
            "https://id.gs1.org/417/4012345000115",
            "urn:uscc:91510500MA6XXXXXXX",
            "https://例.example/批次 %2F+&=#",
        ] {
            let path = format!("/v1/parties/{}/tokens", encode(id));
            assert_eq!(segment(&path, 2).unwrap(), id);
            assert_eq!(behind(&format!("/e/{}", encode(id)), "/e/").unwrap(), id);
        }
        let loose = "/epcis/events/https://e.example/1";
        assert_eq!(behind(loose, "/epcis/events/").unwrap(), "https://e.example/1");
        assert_eq!(segment("/v1/parties/urn:uscc:1", 2).unwrap(), "urn:uscc:1");
    }

    #[test]
    fn what_is_no_encoding_is_refused() {
        for bad in ["%", "%2", "%zz", "a%", "%ff", "%c3%28", "%+1"] {
            assert_eq!(decode(bad).unwrap_err().kind.code, "invalid-parameter", "{bad}");
        }
        assert_eq!(decode("%2541").unwrap(), "%41", "decoded once");
    }

    #[test]
    fn indexes_are_plain_digits() {
        let at = |text: &str| index(&format!("/v1/entries/{text}"), "/v1/entries/");
        assert_eq!(at("17").unwrap(), 17);
        for bad in ["", "-1", "+1", "1.0", "0x1", "99999999999999999999", "1/2", "%31a"] {
            assert!(at(bad).is_err(), "{bad}");
        }
    }
}
