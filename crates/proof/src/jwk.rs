//! Public Ed25519 keys of issuers as JSON Web Keys (RFC 8037 section 2).

use std::borrow::Cow;
use std::fmt;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signature, VerifyingKey};
use serde::de::value::MapAccessDeserializer;
use serde::de::{Error as _, IgnoredAny, MapAccess, Visitor};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::json::{JsonFault, check_object};
use crate::public_key::{PublicKeyError, public_key};

/// Longest JSON text of a key, in bytes.
pub const JWK_BYTES_MAX: usize = 4_096;

/// Why a JSON Web Key is refused. No variant quotes the text: it may hold a secret.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JwkError {
    /// Longer than [`JWK_BYTES_MAX`].
    #[error("the key is longer than {JWK_BYTES_MAX} bytes")]
    TooLong,
    /// No JSON object with the members of such a key as strings.
    #[error("not a JSON object with the strings kty, crv and x (and d in a private key)")]
    Json,
    /// An object that names a member twice.
    #[error("the key names a member twice")]
    DuplicateKey,
    /// `kty` is not `OKP`, or `crv` not `Ed25519`.
    #[error("the key is not of kty OKP and crv Ed25519")]
    Kind,
    /// A private key (`d`) where a public one belongs.
    #[error("the key holds the secret member d; a public key belongs here")]
    Secret,
    /// `x` or `d` is not the unpadded base64url of 32 bytes.
    #[error("x or d is not the base64url, without padding, of 32 bytes")]
    Encoding,
    /// `x` is not the public key of `d`.
    #[error("x is not the public key that belongs to d")]
    Mismatch,
    /// The public key itself is refused.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
}

/// The public key of an issuer, decompressed and ready to verify.
#[derive(Clone, PartialEq, Eq)]
pub struct PublicJwk {
    key: VerifyingKey,
    thumbprint: String,
}

/// Members as they stand in the text; others are allowed and ignored (RFC 7517 section 4).
#[derive(Deserialize)]
pub(crate) struct Members<'a> {
    #[serde(borrow)]
    kty: Cow<'a, str>,
    #[serde(borrow)]
    crv: Cow<'a, str>,
    #[serde(borrow)]
    x: Cow<'a, str>,
    /// Borrowed, so that no copy of the secret stays behind.
    #[serde(borrow, default)]
    pub(crate) d: Option<&'a str>,
}

impl<'a> Members<'a> {
    pub(crate) fn parse(json: &'a str) -> Result<Self, JwkError> {
        if json.len() > JWK_BYTES_MAX {
            return Err(JwkError::TooLong);
        }
        check_object(json).map_err(|fault| match fault {
            JsonFault::Syntax => JwkError::Json,
            JsonFault::Duplicate(_) => JwkError::DuplicateKey,
        })?;
        serde_json::from_str(json).map_err(|_| JwkError::Json)
    }

    pub(crate) fn public(&self) -> Result<PublicJwk, JwkError> {
        if self.kty != "OKP" || self.crv != "Ed25519" {
            return Err(JwkError::Kind);
        }
        let mut bytes = [0; 32];
        decode(&self.x, &mut bytes)?;
        PublicJwk::from_bytes(&bytes)
    }
}

pub(crate) fn decode(text: &str, bytes: &mut [u8; 32]) -> Result<(), JwkError> {
    // 32 bytes are 43 digits; `decode_mut` panics on any other length of the buffer.
    if text.len() != 43 {
        return Err(JwkError::Encoding);
    }
    BASE64URL_NOPAD.decode_mut(text.as_bytes(), bytes).map_err(|_| JwkError::Encoding)?;
    Ok(())
}

impl PublicJwk {
    /// The key with this encoding (RFC 8032 section 5.1.2).
    ///
    /// # Errors
    /// [`JwkError::PublicKey`] for bytes that are no point, and for weak keys.
    pub fn from_bytes(bytes: &[u8; 32]) -> Result<Self, JwkError> {
        Ok(Self::new(public_key(bytes)?))
    }

    pub(crate) fn new(key: VerifyingKey) -> Self {
        let x = BASE64URL_NOPAD.encode(key.as_bytes());
        // RFC 7638 section 3: the required members only, in lexicographic order, no spaces.
        let canonical = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{x}"}}"#);
        let thumbprint = BASE64URL_NOPAD.encode(&Sha256::digest(canonical));
        Self { key, thumbprint }
    }

    /// Reads the JSON object of a public key.
    ///
    /// # Errors
    /// [`JwkError`]; a private key is refused here.
    pub fn parse(json: &str) -> Result<Self, JwkError> {
        let members = Members::parse(json)?;
        if members.d.is_some() {
            return Err(JwkError::Secret);
        }
        members.public()
    }

    /// `{"kty":"OKP","crv":"Ed25519","x":…}`.
    #[must_use]
    pub fn to_json(&self) -> String {
        format!(r#"{{"kty":"OKP","crv":"Ed25519","x":"{}"}}"#, self.x())
    }

    /// The member `x`: unpadded base64url of the 32 bytes.
    #[must_use]
    pub fn x(&self) -> String {
        BASE64URL_NOPAD.encode(self.key.as_bytes())
    }

    /// The 32 bytes of the key.
    #[must_use]
    pub fn as_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// SHA-256 thumbprint in unpadded base64url (RFC 7638): the name of the key, `kid`.
    #[must_use]
    pub fn thumbprint(&self) -> &str {
        &self.thumbprint
    }

    /// Whether `signature` is this key's over `message`, by the strict rules: no point of small
    /// order, one encoding only (RFC 8032 section 5.1.7, without its cofactor).
    #[must_use]
    pub fn verifies(&self, message: &[u8], signature: &[u8; 64]) -> bool {
        self.key.verify_strict(message, &Signature::from_bytes(signature)).is_ok()
    }
}

impl fmt::Debug for PublicJwk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PublicJwk({})", self.thumbprint)
    }
}

impl Serialize for PublicJwk {
    fn serialize<S: Serializer>(&self, out: S) -> Result<S::Ok, S::Error> {
        #[derive(Serialize)]
        struct Out<'a> {
            kty: &'a str,
            crv: &'a str,
            x: &'a str,
        }
        Out { kty: "OKP", crv: "Ed25519", x: &self.x() }.serialize(out)
    }
}

impl<'de> Deserialize<'de> for PublicJwk {
    fn deserialize<D: Deserializer<'de>>(json: D) -> Result<Self, D::Error> {
        json.deserialize_map(ObjectVisitor)
    }
}

/// Takes an object only: a derived reader would also take an array of the members.
struct ObjectVisitor;

impl<'de> Visitor<'de> for ObjectVisitor {
    type Value = PublicJwk;

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("the JSON object of a public key")
    }

    fn visit_map<A: MapAccess<'de>>(self, members: A) -> Result<PublicJwk, A::Error> {
        /// Owned, so that it is also read from what holds no text to borrow from.
        #[derive(Deserialize)]
        struct In {
            kty: String,
            crv: String,
            x: String,
            #[serde(default)]
            d: Option<IgnoredAny>,
        }
        let In { kty, crv, x, d } = In::deserialize(MapAccessDeserializer::new(members))?;
        if d.is_some() {
            return Err(A::Error::custom(JwkError::Secret));
        }
        let members = Members { kty: kty.into(), crv: crv.into(), x: x.into(), d: None };
        members.public().map_err(A::Error::custom)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.2 and A.3.
    const PUBLIC: &str =
        r#"{"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#;
    const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    #[test]
    fn the_key_of_rfc_8037() {
        let public = PublicJwk::parse(PUBLIC).unwrap();
        assert_eq!(public.to_json(), PUBLIC);
        assert_eq!(public.thumbprint(), THUMBPRINT);
        assert_eq!(serde_json::to_string(&public).unwrap(), PUBLIC);
        assert_eq!(serde_json::from_str::<PublicJwk>(PUBLIC).unwrap(), public);
        let value: serde_json::Value = serde_json::from_str(PUBLIC).unwrap();
        assert_eq!(serde_json::from_value::<PublicJwk>(value).unwrap(), public);
    }

    #[test]
    fn other_members_and_orders_are_fine() {
        let json = PUBLIC.replace(r#"{"kty""#, r#"{ "use":"sig", "kid":"mine", "kty""#);
        assert_eq!(PublicJwk::parse(&json).unwrap().thumbprint(), THUMBPRINT);
    }

    #[test]
    fn wrong_keys_are_refused_with_the_reason() {
        let check = |json: &str, error| {
            assert_eq!(PublicJwk::parse(json).unwrap_err(), error, "{json}");
        };
        let private = PUBLIC.replace('}', r#","d":"AAAA"}"#);
        check("", JwkError::Json);
        check("[]", JwkError::Json);
        let array = r#"["OKP","Ed25519","11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"]"#;
        check(array, JwkError::Json);
        assert!(serde_json::from_str::<PublicJwk>(array).is_err());
        check(&PUBLIC.replace(r#""x""#, r#""y""#), JwkError::Json);
        check(&PUBLIC.replace("OKP", "EC"), JwkError::Kind);
        check(&PUBLIC.replace("Ed25519", "X25519"), JwkError::Kind);
        check(&PUBLIC.replace("HURo", "HURo="), JwkError::Encoding);
        check(&PUBLIC.replace("HURo", "HUR"), JwkError::Encoding);
        check(&PUBLIC.replace("HURo", "HURp"), JwkError::Encoding);
        check(&PUBLIC.replace("_7Ty", "/7Ty"), JwkError::Encoding);
        check(&PUBLIC.replace(r#"{"kty""#, r#"{"z":1,"z":2,"kty""#), JwkError::DuplicateKey);
        check(&private, JwkError::Secret);
        check(&format!("{PUBLIC}{}", " ".repeat(JWK_BYTES_MAX)), JwkError::TooLong);
        let weak = PUBLIC.replace("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo", &"A".repeat(43));
        check(&weak, JwkError::PublicKey(PublicKeyError::Weak));
        assert!(serde_json::from_str::<PublicJwk>(&weak).is_err());
        assert!(serde_json::from_str::<PublicJwk>(&private).is_err());
    }
}
