//! What a party is: its identifier, its kinds of business and its signing rule.

use serde::{Deserialize, Serialize};
use std::fmt;

/// Longest party identifier, in bytes.
const PARTY_ID_BYTES_MAX: usize = 256;

/// Any absolute URI (RFC 3986, section 4.3), for example `urn:uscc:91510500MA6…` for a
/// 统一社会信用代码. It is compared byte by byte.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct PartyId(String);

/// Why a text is no party identifier.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PartyIdError {
    /// Longer than allowed.
    #[error("party id is longer than {PARTY_ID_BYTES_MAX} bytes")]
    TooLong,
    /// Not `scheme:rest`.
    #[error("party id is not an absolute URI such as urn:uscc:91510500MA6XXXXXXX")]
    NotAUri,
    /// White space or control characters.
    #[error("party id holds white space or a control character")]
    Unprintable,
}

impl PartyId {
    /// Parses an absolute URI.
    ///
    /// # Errors
    /// Where it is no URI, too long, or holds white space.
    pub fn parse(text: &str) -> Result<Self, PartyIdError> {
        if text.len() > PARTY_ID_BYTES_MAX {
            return Err(PartyIdError::TooLong);
        }
        if text.chars().any(|c| c.is_whitespace() || c.is_control()) {
            return Err(PartyIdError::Unprintable);
        }
        let (scheme, rest) = text.split_once(':').ok_or(PartyIdError::NotAUri)?;
        let mut letters = scheme.chars();
        let starts = letters.next().is_some_and(|c| c.is_ascii_alphabetic());
        let goes_on = letters.all(|c| c.is_ascii_alphanumeric() || matches!(c, '+' | '-' | '.'));
        if !starts || !goes_on || rest.is_empty() {
            return Err(PartyIdError::NotAUri);
        }
        Ok(Self(text.to_owned()))
    }

    /// The identifier as it was sent.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl TryFrom<String> for PartyId {
    type Error = PartyIdError;
    fn try_from(text: String) -> Result<Self, PartyIdError> {
        Self::parse(&text)
    }
}

impl From<PartyId> for String {
    fn from(id: PartyId) -> Self {
        id.0
    }
}

impl fmt::Display for PartyId {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

/// Kinds of business in the chain.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// 生产者: grows, raises or catches.
    Producer,
    /// 加工者: transforms food.
    Processor,
    /// 冷库: stores at controlled temperature.
    ColdStore,
    /// 承运人: moves food for others.
    Carrier,
    /// 批发商.
    Wholesaler,
    /// 销售者: sells to consumers.
    Seller,
    /// 进口商.
    Importer,
    /// 餐饮、食堂.
    Caterer,
    /// 监管部门: its key confirms resets of keys and erasures.
    Regulator,
}

/// Who must sign a party's submissions.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SigningRule {
    /// Only the party's own keys.
    Required,
    /// The gateway's key may sign for its bearer token.
    Gateway,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn any_absolute_uri_is_a_party_id() {
        for good in ["urn:uscc:91510500MA6XXXXXXX", "https://id.gs1.org/417/4012345000115", "a:b"] {
            assert_eq!(PartyId::parse(good).unwrap().as_str(), good);
        }
    }

    #[test]
    fn other_texts_are_refused_with_the_reason() {
        let long = format!("urn:{}", "x".repeat(300));
        let cases = [
            ("", PartyIdError::NotAUri),
            ("acme", PartyIdError::NotAUri),
            (":x", PartyIdError::NotAUri),
            ("1a:x", PartyIdError::NotAUri),
            ("urn:", PartyIdError::NotAUri),
            ("urn:a b", PartyIdError::Unprintable),
            ("urn:a\u{7}", PartyIdError::Unprintable),
            (long.as_str(), PartyIdError::TooLong),
        ];
        for (bad, why) in cases {
            assert_eq!(PartyId::parse(bad).unwrap_err(), why, "{bad:?}");
        }
    }
}
