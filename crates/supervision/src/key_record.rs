//! The payloads of entries in the life of a key, exactly as clients send them.

use crate::party::{PartyId, SigningRule};
use crate::record::{RecordError, check_reason};
use serde::{Deserialize, Serialize};
use serde_json::value::RawValue;

/// Body of `POST /v1/parties/{id}/revocations`; payload of a `key.revoke` entry.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRevocation {
    /// RFC 7638 thumbprint of the key.
    pub kid: String,
    /// Why, in the revoker's words.
    pub reason: String,
}

impl KeyRevocation {
    /// Reads and checks a revocation.
    ///
    /// # Errors
    /// Where it is not such a JSON object or the reason is empty or too long.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        check_reason(&record.reason)?;
        Ok(record)
    }
}

/// Body of `POST /v1/parties/{id}/rotations`; payload of a `key.rotate` entry, which the old and
/// the new key sign.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyRotation {
    /// RFC 7638 thumbprint of the key that ends.
    pub kid: String,
    /// The key that takes its place, as a public JWK (RFC 8037), as it was sent.
    pub jwk: Box<RawValue>,
}

impl KeyRotation {
    /// Reads a rotation.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// Body of `POST /v1/parties/{id}/resets`; payload of a `key.reset` entry, which operator,
/// regulator and the new key sign. Every earlier key of the party ends with it.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct KeyReset {
    /// The party whose keys are replaced.
    pub party: PartyId,
    /// Its one key from then on, as a public JWK (RFC 8037), as it was sent.
    pub jwk: Box<RawValue>,
    /// Why, in the words of who asked for it.
    pub reason: String,
}

impl KeyReset {
    /// Reads and checks a reset.
    ///
    /// # Errors
    /// Where it is not such a JSON object or the reason is empty or too long.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        check_reason(&record.reason)?;
        Ok(record)
    }
}

/// Body of `POST /v1/parties/{id}/signing`; payload of a `party.signing` entry.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct SigningChange {
    /// Who must sign the party's submissions from then on.
    pub signing: SigningRule,
}

impl SigningChange {
    /// Reads a change of the signing rule.
    ///
    /// # Errors
    /// Where it is not such a JSON object.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        Ok(serde_json::from_str(text)?)
    }
}

/// Payload of a `ledger.key` entry, which the old and the new key of the log sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LogKeyChange {
    /// The log's new public key as a C2SP verifier key.
    pub log_vkey: String,
    /// Why, in the operator's words.
    pub reason: String,
}

impl LogKeyChange {
    /// Reads and checks a change of the log's key.
    ///
    /// # Errors
    /// Where it is not such a JSON object or the reason is empty or too long.
    pub fn parse(text: &str) -> Result<Self, RecordError> {
        let record: Self = serde_json::from_str(text)?;
        check_reason(&record.reason)?;
        Ok(record)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn records_are_read_whole() {
        let rotation = KeyRotation::parse(r#"{"kid":"a","jwk":{"kty":"OKP"}}"#).unwrap();
        assert_eq!((rotation.kid.as_str(), rotation.jwk.get()), ("a", r#"{"kty":"OKP"}"#));
        let reset = r#"{"party":"urn:x:1","jwk":{},"reason":"遗失"}"#;
        assert_eq!(KeyReset::parse(reset).unwrap().party.as_str(), "urn:x:1");
        let signing = SigningChange::parse(r#"{"signing":"gateway"}"#).unwrap();
        assert_eq!(signing.signing, SigningRule::Gateway);
        let text = r#"{"log_vkey":"a+1+b","reason":"yearly"}"#;
        let change = LogKeyChange::parse(text).unwrap();
        assert_eq!(serde_json::to_string(&change).unwrap(), text);
    }

    #[test]
    fn missing_unknown_and_empty_members_are_refused() {
        assert!(KeyRevocation::parse(r#"{"kid":"a","reason":""}"#).is_err());
        for bad in [r#"{"kid":"a"}"#, r#"{"jwk":{}}"#, r#"{"kid":"a","jwk":{},"reason":"x"}"#] {
            assert!(KeyRotation::parse(bad).is_err(), "{bad}");
        }
        let long = format!(r#"{{"party":"urn:x:1","jwk":{{}},"reason":"{}"}}"#, "x".repeat(1_001));
        for bad in [
            r#"{"party":"urn:x:1","jwk":{}}"#,
            r#"{"party":"x","jwk":{},"reason":"x"}"#,
            r#"{"party":"urn:x:1","jwk":{},"reason":"  "}"#,
            long.as_str(),
        ] {
            assert!(KeyReset::parse(bad).is_err(), "{bad}");
        }
        assert!(SigningChange::parse(r#"{"signing":"never"}"#).is_err());
        assert!(LogKeyChange::parse(r#"{"log_vkey":"a"}"#).is_err());
    }
}
