//! The payloads of registry entries, exactly as clients send them.

use crate::party::{Kind, PartyId, SigningRule};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;
use std::collections::BTreeSet;

/// Longest name of a party, in characters.
const NAME_CHARS_MAX: usize = 200;
/// Most keys in one registration.
const KEYS_MAX: usize = 8;
/// Longest reason of a revocation, reset, erasure or other change, in characters.
const REASON_CHARS_MAX: usize = 1_000;

/// Why a payload is not accepted.
#[derive(Debug, thiserror::Error)]
pub enum RecordError {
    /// Not the expected JSON object.
    #[error("{0}")]
    Json(#[from] serde_json::Error),
    /// A member has a value that is not allowed.
    #[error("{pointer}: {detail}")]
    Member {
        /// JSON pointer (RFC 6901) to the member.
        pointer: &'static str,
        /// What is wrong and what is expected.
        detail: String,
    },
}

pub(crate) fn member(pointer: &'static str, detail: impl Into<String>) -> RecordError {
    RecordError::Member { pointer, detail: detail.into() }
}

/// Body of `POST /v1/parties`; payload of a `party.register` entry.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct PartyRegistration {
    /// The party's identifier.
    pub id: PartyId,
    /// Its name as people know it.
    pub name: String,
    /// What it does; at least one.
    pub kinds: BTreeSet<Kind>,
    /// Its public keys as JWKs (RFC 8037), each as it was sent.
    #[serde(default)]
    pub keys: Vec<Box<RawValue>>,
    /// Who must sign its submissions.
    pub signing: SigningRule,
}

impl PartyRegistration {
    /// Reads and checks a registration.
    ///
    /// # Errors
    /// Where it is not JSON, has unknown, missing or repeated members, an empty name, no kind, too
    /// many keys, or demands signatures without registering a key.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        let chars = record.name.chars().count();
        if record.name.trim().is_empty() || chars > NAME_CHARS_MAX {
            return Err(member("/name", format!("must have 1 to {NAME_CHARS_MAX} characters")));
        }
        if record.kinds.is_empty() {
            return Err(member("/kinds", "must name at least one kind of business"));
        }
        if record.keys.len() > KEYS_MAX {
            return Err(member("/keys", format!("must hold at most {KEYS_MAX} keys")));
        }
        if record.signing == SigningRule::Required && record.keys.is_empty() {
            return Err(member("/keys", "must hold a key where signing is required"));
        }
        Ok(record)
    }
}

/// Body of `POST /v1/parties/{id}/profile`; payload of a `party.profile` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ProfileChange {
    /// The party that it is for.
    pub party: PartyId,
    /// Name of the profile that its documents must meet from then on; none ends the condition.
    #[serde(deserialize_with = "stated")]
    pub profile: Option<String>,
}

impl ProfileChange {
    /// Reads a change of a party's profile.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// A member that may be `null` but not left out: an end must be said.
pub(crate) fn stated<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    value: D,
) -> Result<Option<T>, D::Error> {
    Option::deserialize(value)
}

/// What a bearer token lets its holder do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Role {
    /// Runs the ledger: registers parties, issues tokens, reads all.
    Operator,
    /// Acts for one party.
    Business,
}

/// Payload of a `token.issue` entry. The token itself is never stored.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct TokenIssue {
    /// What the token allows.
    pub role: Role,
    /// The party it acts for; none for an operator.
    pub party: Option<PartyId>,
    /// Lower-case hex SHA-256 of the token's text.
    pub token_sha256: String,
}

impl TokenIssue {
    /// Reads a token record.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// What every reader needs of a `ledger.init` payload; its other members are for people.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LedgerInit {
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// The log's first public key as a C2SP verifier key.
    pub log_vkey: String,
}

impl LedgerInit {
    /// Reads the payload of entry 0.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// Payload of an `erasure` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Erasure {
    /// Index of the entry whose private frame is erased.
    pub index: u64,
    /// Why, in the words of who asked for it.
    pub reason: String,
    /// Index of the entry that stands in its place.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "present")]
    pub replacement: Option<u64>,
}

impl Erasure {
    /// Reads and checks an erasure.
    ///
    /// # Errors
    /// Where it is not such a JSON object or the reason is empty or too long.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        check_reason(&record.reason)?;
        Ok(record)
    }
}

/// A reason must say something.
pub(crate) fn check_reason(reason: &str) -> Result<(), RecordError> {
    if reason.trim().is_empty() || reason.chars().count() > REASON_CHARS_MAX {
        return Err(member("/reason", format!("must have 1 to {REASON_CHARS_MAX} characters")));
    }
    Ok(())
}

/// A member that is either absent or of its type: null is neither.
fn present<'de, T: Deserialize<'de>, D: serde::Deserializer<'de>>(
    json: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(text: &str) -> String {
        PartyRegistration::parse(text).unwrap_err().to_string()
    }

    #[test]
    fn a_registration_is_read_whole() {
        let text = r#"{"id":"urn:uscc:1","name":"泸州示例农场","kinds":["producer","cold_store"],
            "keys":[{"kty":"OKP"}],"signing":"required"}"#;
        let record = PartyRegistration::parse(text).unwrap();
        assert_eq!(record.kinds, BTreeSet::from([Kind::Producer, Kind::ColdStore]));
        assert_eq!(record.keys[0].get(), r#"{"kty":"OKP"}"#);
    }

    #[test]
    fn bad_registrations_say_what_is_wrong() {
        let base = r#"{"id":"urn:x:1","name":"N","kinds":["producer"],"signing":"gateway"}"#;
        assert!(PartyRegistration::parse(base).is_ok());
        assert!(refused(&base.replace("\"N\"", "\" \"")).starts_with("/name"));
        assert!(refused(&base.replace("[\"producer\"]", "[]")).starts_with("/kinds"));
        assert!(refused(&base.replace("gateway", "required")).starts_with("/keys"));
        assert!(refused(&base.replace("producer", "pirate")).contains("pirate"));
        assert!(refused(&base.replace("urn:x:1", "x")).contains("absolute URI"));
        assert!(refused(&base.replace("\"name\"", "\"nom\"")).contains("nom"));
        assert!(refused(&base.replace("{\"id\"", "{\"name\":\"M\",\"id\"")).contains("duplicate"));
    }
    #[test]
    fn an_erasure_names_an_entry_and_a_reason() {
        let whole = r#"{"index":7,"reason":"个人信息","replacement":9}"#;
        let record = Erasure::parse(whole).unwrap();
        assert_eq!((record.index, record.replacement), (7, Some(9)));
        assert_eq!(serde_json::to_string(&record).unwrap(), whole);
        assert_eq!(Erasure::parse(r#"{"index":7,"reason":"x"}"#).unwrap().replacement, None);
        for bad in [
            r#"{"index":7,"reason":" "}"#,
            r#"{"index":-1,"reason":"x"}"#,
            r#"{"reason":"x"}"#,
            r#"{"index":7,"reason":"x","replacement":null}"#,
            r#"{"index":7,"reason":"x","more":1}"#,
        ] {
            assert!(Erasure::parse(bad).is_err(), "{bad}");
        }
    }
}
