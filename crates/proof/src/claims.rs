//! What an issuer signs about a submission: the claims of its JWS.

use std::borrow::Cow;

use serde::{Deserialize, Deserializer};
use serde_json::Value;

use crate::hash::Hash;
use crate::json::{JsonFault, check_object};
use crate::jws_error::JwsError;

/// What an issuer signs about one submission. Other claims are allowed and ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionClaims {
    /// Id of the party that signs.
    pub iss: String,
    /// Origin of the ledger it is meant for.
    pub aud: String,
    /// SHA-256 of the body, any Content-Encoding removed.
    pub sha256: Hash,
    /// Media type of the body.
    pub cty: String,
    /// Not valid from this time on, in seconds since 1970; judged by the entry's time.
    pub exp: Option<u64>,
    /// Number of this signature in the chain of its key.
    pub seq: Option<u64>,
    /// SHA-256 of the key's previous JWS ([`crate::SubmissionJws::digest`]).
    pub prev: Option<Hash>,
}

impl SubmissionClaims {
    /// Compares the claims with what came along: the party where it is known beforehand, this
    /// ledger's origin, the SHA-256 of the body and its media type, each byte for byte.
    ///
    /// # Errors
    /// One of [`JwsError::OtherIssuer`], [`JwsError::OtherLedger`], [`JwsError::OtherBody`] and
    /// [`JwsError::OtherMediaType`].
    pub fn check(
        &self,
        iss: Option<&str>,
        aud: &str,
        body_sha256: &Hash,
        cty: &str,
    ) -> Result<(), JwsError> {
        if iss.is_some_and(|iss| iss != self.iss) {
            return Err(JwsError::OtherIssuer { iss: self.iss.clone() });
        }
        if self.aud != aud {
            return Err(JwsError::OtherLedger { aud: self.aud.clone() });
        }
        if self.sha256 != *body_sha256 {
            return Err(JwsError::OtherBody { sha256: self.sha256 });
        }
        if self.cty != cty {
            return Err(JwsError::OtherMediaType { cty: self.cty.clone() });
        }
        Ok(())
    }

    /// The claims as JSON, in the order of the fields, absent ones left out.
    pub(crate) fn to_json(&self) -> String {
        let text = |text: &str| Value::from(text).to_string();
        let mut json = format!(
            r#"{{"iss":{},"aud":{},"sha256":"{}","cty":{}"#,
            text(&self.iss),
            text(&self.aud),
            self.sha256,
            text(&self.cty)
        );
        if let Some(exp) = self.exp {
            json += &format!(r#","exp":{exp}"#);
        }
        if let Some(seq) = self.seq {
            json += &format!(r#","seq":{seq}"#);
        }
        if let Some(prev) = self.prev {
            json += &format!(r#","prev":"{prev}""#);
        }
        json + "}"
    }
}

#[derive(Deserialize)]
struct Claims<'a> {
    iss: String,
    aud: String,
    #[serde(borrow)]
    sha256: Cow<'a, str>,
    cty: String,
    #[serde(default, deserialize_with = "present")]
    exp: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    seq: Option<u64>,
    #[serde(default, deserialize_with = "present")]
    prev: Option<String>,
}

pub(crate) fn parse_claims(json: &str) -> Result<SubmissionClaims, JwsError> {
    let claims_error = |detail: String| JwsError::Claims { detail };
    check_object(json).map_err(|fault| match fault {
        JsonFault::Syntax => claims_error("not a JSON object".to_owned()),
        JsonFault::Duplicate(key) => JwsError::DuplicateKey { part: "claims", key },
    })?;
    let claims: Claims<'_> =
        serde_json::from_str(json).map_err(|error| claims_error(error.to_string()))?;
    let hash = |member: &str, hex: &str| {
        Hash::from_hex(hex).map_err(|error| claims_error(format!("{member}: {error}")))
    };
    Ok(SubmissionClaims {
        sha256: hash("sha256", &claims.sha256)?,
        prev: claims.prev.map(|prev| hash("prev", &prev)).transpose()?,
        iss: claims.iss,
        aud: claims.aud,
        cty: claims.cty,
        exp: claims.exp,
        seq: claims.seq,
    })
}

/// A member that is either absent or of its type: null is neither.
pub(crate) fn present<'de, T: Deserialize<'de>, D: Deserializer<'de>>(
    json: D,
) -> Result<Option<T>, D::Error> {
    T::deserialize(json).map(Some)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn claims() -> SubmissionClaims {
        SubmissionClaims {
            iss: "urn:uscc:91310000MA1FL0001X".to_owned(),
            aud: "ledger.example/城市 \"1\"".to_owned(),
            sha256: Hash::digest(b"body"),
            cty: "application/ld+json".to_owned(),
            exp: None,
            seq: None,
            prev: None,
        }
    }

    #[test]
    fn claims_round_trip_with_and_without_their_options() {
        let full = SubmissionClaims {
            exp: Some(u64::MAX),
            seq: Some(0),
            prev: Some(Hash::ZERO),
            ..claims()
        };
        for claims in [claims(), full] {
            assert_eq!(parse_claims(&claims.to_json()), Ok(claims));
        }
        let extra = claims().to_json().replace("{", r#"{"iat":1.5,"x":{"y":[null]},"#);
        assert_eq!(parse_claims(&extra), Ok(claims()));
    }

    #[test]
    fn each_mismatch_has_its_own_error() {
        let claims = claims();
        let (iss, aud, sha256, cty) = (&*claims.iss, &*claims.aud, claims.sha256, &*claims.cty);
        assert_eq!(claims.check(Some(iss), aud, &sha256, cty), Ok(()));
        assert_eq!(claims.check(None, aud, &sha256, cty), Ok(()));
        let other_issuer = claims.check(Some("urn:other"), aud, &sha256, cty);
        assert_eq!(other_issuer, Err(JwsError::OtherIssuer { iss: iss.to_owned() }));
        let other_ledger = claims.check(None, "other.example", &sha256, cty);
        assert_eq!(other_ledger, Err(JwsError::OtherLedger { aud: aud.to_owned() }));
        let other_body = claims.check(None, aud, &Hash::digest(b"other"), cty);
        assert_eq!(other_body, Err(JwsError::OtherBody { sha256 }));
        let other_type = claims.check(None, aud, &sha256, "application/xml");
        assert_eq!(other_type, Err(JwsError::OtherMediaType { cty: cty.to_owned() }));
    }

    #[test]
    fn missing_null_or_misshapen_claims_are_refused() {
        let good = claims().to_json();
        let hex = claims().sha256.to_hex();
        for bad in [
            String::new(),
            "[]".to_owned(),
            good.replace(r#""iss""#, r#""sub""#),
            good.replace(r#""aud""#, r#""for""#),
            good.replace(r#""cty""#, r#""typ""#),
            good.replace(r#""sha256""#, r#""sha512""#),
            good.replace(&hex, &hex.to_uppercase()),
            good.replace(&hex, &hex[1..]),
            good.replace('}', r#","exp":null}"#),
            good.replace('}', r#","exp":-1}"#),
            good.replace('}', r#","exp":1.5}"#),
            good.replace('}', r#","exp":"1"}"#),
            good.replace('}', r#","seq":null}"#),
            good.replace('}', r#","prev":null}"#),
            good.replace('}', r#","prev":"00"}"#),
            format!("{good}{good}"),
        ] {
            let refused = parse_claims(&bad);
            assert!(matches!(refused, Err(JwsError::Claims { .. })), "{bad}: {refused:?}");
        }
        for key in ["iss", "x"] {
            let twice = good.replace('{', r#"{"iss":"urn:first","x":{"x":1},"x":2,"#);
            let twice = if key == "iss" { twice.replace(r#","x":2"#, "") } else { twice };
            let refused = JwsError::DuplicateKey { part: "claims", key: key.to_owned() };
            assert_eq!(parse_claims(&twice), Err(refused));
        }
    }
}
