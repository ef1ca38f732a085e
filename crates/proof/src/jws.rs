//! Signatures of issuers: a compact JWS (RFC 7515, RFC 8037) over the digest of a submission.
//!
//! Nothing here reads a clock or knows the registry: which key a `kid` names, whether it is in
//! force and whether `exp` has passed is the caller's to judge.

use std::borrow::Cow;

use data_encoding::BASE64URL_NOPAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::claims::{SubmissionClaims, parse_claims, present};
use crate::hash::Hash;
use crate::json::{JsonFault, check_object};
use crate::jwk::PublicJwk;
use crate::jws_error::JwsError;
use crate::private_jwk::PrivateJwk;

/// Longest JWS of a submission, in bytes; it travels in a request header.
pub const JWS_BYTES_MAX: usize = 4_096;
/// The one `typ` of a submission's protected header.
pub const SUBMISSION_TYP: &str = "laiqu-submission+jwt";

/// Signs a submission. The same key and claims always give the same text.
#[must_use]
pub fn sign_submission(key: &PrivateJwk, claims: &SubmissionClaims) -> String {
    let kid = key.public().thumbprint();
    let header = format!(r#"{{"alg":"EdDSA","kid":"{kid}","typ":"{SUBMISSION_TYP}"}}"#);
    let mut jws = BASE64URL_NOPAD.encode(header.as_bytes());
    jws.push('.');
    BASE64URL_NOPAD.encode_append(claims.to_json().as_bytes(), &mut jws);
    let signature = key.sign(jws.as_bytes());
    jws.push('.');
    BASE64URL_NOPAD.encode_append(&signature, &mut jws);
    jws
}

/// A parsed JWS of a submission; [`SubmissionJws::verify`] says whether to believe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubmissionJws {
    text: String,
    /// Length of the signed bytes at the start of `text`.
    signed_bytes: usize,
    kid: String,
    claims: SubmissionClaims,
    signature: [u8; 64],
}

impl SubmissionJws {
    /// Takes a compact JWS apart. Nothing is verified yet.
    ///
    /// # Errors
    /// [`JwsError`] for another format, algorithm or type, any `crit`, a repeated key, and claims
    /// that are missing or of another kind.
    pub fn parse(text: &str) -> Result<Self, JwsError> {
        if text.len() > JWS_BYTES_MAX {
            return Err(JwsError::TooLong { bytes: text.len() });
        }
        let (signed, signature) = text.rsplit_once('.').ok_or(JwsError::Format)?;
        let (header, claims) = signed.split_once('.').ok_or(JwsError::Format)?;
        let signature = decode(signature)?.try_into().map_err(|_| JwsError::Format)?;
        let kid = parse_header(&decode_text(header)?)?;
        let claims = parse_claims(&decode_text(claims)?)?;
        Ok(Self { text: text.to_owned(), signed_bytes: signed.len(), kid, claims, signature })
    }

    /// The compact JWS as received.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// Thumbprint of the key that is said to have signed.
    #[must_use]
    pub fn kid(&self) -> &str {
        &self.kid
    }

    /// What was signed.
    #[must_use]
    pub const fn claims(&self) -> &SubmissionClaims {
        &self.claims
    }

    /// SHA-256 of the compact JWS: the `prev` of this key's next one.
    #[must_use]
    pub fn digest(&self) -> Hash {
        Hash::digest(self.text.as_bytes())
    }

    /// Checks that `key` signed, by the strict rules.
    ///
    /// # Errors
    /// [`JwsError::OtherKey`] where `kid` is another key's, [`JwsError::BadSignature`].
    pub fn verify(&self, key: &PublicJwk) -> Result<(), JwsError> {
        if self.kid != key.thumbprint() {
            return Err(JwsError::OtherKey { kid: self.kid.clone() });
        }
        let signed = self.text.as_bytes().get(..self.signed_bytes).unwrap_or_default();
        if key.verifies(signed, &self.signature) { Ok(()) } else { Err(JwsError::BadSignature) }
    }
}

fn decode(part: &str) -> Result<Vec<u8>, JwsError> {
    BASE64URL_NOPAD.decode(part.as_bytes()).map_err(|_| JwsError::Format)
}

fn decode_text(part: &str) -> Result<String, JwsError> {
    String::from_utf8(decode(part)?).map_err(|_| JwsError::Format)
}

#[derive(Deserialize)]
struct Header<'a> {
    #[serde(borrow)]
    alg: Cow<'a, str>,
    #[serde(borrow)]
    kid: Cow<'a, str>,
    #[serde(borrow)]
    typ: Cow<'a, str>,
    /// Present with any value, null included.
    #[serde(default, deserialize_with = "present")]
    crit: Option<IgnoredAny>,
}

fn parse_header(json: &str) -> Result<String, JwsError> {
    let header_error = |detail: String| JwsError::Header { detail };
    check_object(json).map_err(|fault| match fault {
        JsonFault::Syntax => header_error("not a JSON object".to_owned()),
        JsonFault::Duplicate(key) => JwsError::DuplicateKey { part: "protected header", key },
    })?;
    let header: Header<'_> =
        serde_json::from_str(json).map_err(|error| header_error(error.to_string()))?;
    if header.alg != "EdDSA" {
        return Err(JwsError::Algorithm { alg: header.alg.into_owned() });
    }
    if header.crit.is_some() {
        return Err(JwsError::Critical);
    }
    if header.typ != SUBMISSION_TYP {
        return Err(JwsError::Type { typ: header.typ.into_owned() });
    }
    Ok(header.kid.into_owned())
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    /// Made with another implementation from the private key of RFC 8037 appendix A.1.
    const VECTOR: &str = concat!(
        "eyJhbGciOiJFZERTQSIsImtpZCI6ImtQcktfcW14VldhWVZBOXd3QkY2SXVvM3ZWeno3VHhIQ1R3WEJ5Z3JT",
        "NGsiLCJ0eXAiOiJsYWlxdS1zdWJtaXNzaW9uK2p3dCJ9.eyJpc3MiOiJ1cm46dXNjYzo5MTMxMDAwME1BMUZ",
        "MMDAwMVgiLCJhdWQiOiJsZWRnZXIuZXhhbXBsZS9jaXR5Iiwic2hhMjU2IjoiMjRkZTFjNGExOWM0M2FkNDF",
        "iMDEzZjEzZGNkODU4YzE3YjBkYWE3ZjMzYTUzZjE5OTEzZTViMTEzNjZkMWMyZSIsImN0eSI6ImFwcGxpY2F",
        "0aW9uL2xkK2pzb24iLCJleHAiOjE4MDAwMDAwMDAsInNlcSI6MSwicHJldiI6IjZkYTA2MzM1MjhkZWFhMDE",
        "0NGU3YjA1ODMxNWYwYjc1M2VjMGI5NDUxNjNhNzJiZjk2YTBkMTgxODBmOWRlMGQifQ.WiT35wGPH1VWkO3r",
        "hEZhRce4WQ_Ij5ovYbmJnjdOORJF8HBIBPBt9zrqTC3g3ttGmM_Ys8zvKNhxKEFgbVupAA",
    );

    fn key() -> PrivateJwk {
        let d = b"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A";
        PrivateJwk::from_seed(&BASE64URL_NOPAD.decode(d).unwrap().try_into().unwrap())
    }

    fn claims() -> SubmissionClaims {
        SubmissionClaims {
            iss: "urn:uscc:91310000MA1FL0001X".to_owned(),
            aud: "ledger.example/city".to_owned(),
            sha256: Hash::digest(br#"{"events":[]}"#),
            cty: "application/ld+json".to_owned(),
            exp: Some(1_800_000_000),
            seq: Some(1),
            prev: Some(Hash::digest(b"previous")),
        }
    }

    /// A JWS with this header and these claims, rightly signed whatever they say.
    fn signed(header: &str, claims: &str) -> String {
        let encode = |part: &[u8]| BASE64URL_NOPAD.encode(part);
        let signed = format!("{}.{}", encode(header.as_bytes()), encode(claims.as_bytes()));
        format!("{signed}.{}", encode(&key().sign(signed.as_bytes())))
    }

    #[test]
    fn another_implementation_makes_the_same_bytes() {
        assert_eq!(sign_submission(&key(), &claims()), VECTOR);
        let read = SubmissionJws::parse(VECTOR).unwrap();
        assert_eq!(read.claims(), &claims());
        assert_eq!(read.kid(), key().public().thumbprint());
        assert_eq!(read.verify(key().public()), Ok(()));
        assert_eq!(read.as_str(), VECTOR);
        assert_eq!(read.digest(), Hash::digest(VECTOR.as_bytes()));
    }

    #[test]
    fn every_changed_character_is_noticed() {
        for at in 0..VECTOR.len() {
            let mut changed = VECTOR.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            let accepted =
                SubmissionJws::parse(&changed).and_then(|read| read.verify(key().public()));
            assert!(accepted.is_err(), "character {at}");
        }
    }

    #[test]
    fn another_key_is_told_from_a_wrong_signature() {
        let other = PrivateJwk::from_seed(&[5; 32]);
        let read = SubmissionJws::parse(VECTOR).unwrap();
        let kid = key().public().thumbprint().to_owned();
        assert_eq!(read.verify(other.public()), Err(JwsError::OtherKey { kid }));
        let stolen = sign_submission(&other, &claims());
        let (_, signature) = stolen.rsplit_once('.').unwrap();
        let (body, _) = VECTOR.rsplit_once('.').unwrap();
        let mixed = SubmissionJws::parse(&format!("{body}.{signature}")).unwrap();
        assert_eq!(mixed.verify(key().public()), Err(JwsError::BadSignature));
    }

    #[test]
    fn other_headers_are_refused_with_the_reason() {
        let header = r#"{"alg":"EdDSA","kid":"k","typ":"laiqu-submission+jwt"}"#;
        let check = |header: &str, error: JwsError| {
            let refused = SubmissionJws::parse(&signed(header, &claims().to_json()));
            assert_eq!(refused, Err(error), "{header}");
        };
        assert!(SubmissionJws::parse(&signed(header, &claims().to_json())).is_ok());
        for alg in ["none", "eddsa", "HS256", "Ed25519", ""] {
            let alg = alg.to_owned();
            check(&header.replace("EdDSA", &alg), JwsError::Algorithm { alg });
        }
        for typ in ["JWT", "Laiqu-submission+jwt", "application/laiqu-submission+jwt"] {
            let typ = typ.to_owned();
            check(&header.replace(SUBMISSION_TYP, &typ), JwsError::Type { typ });
        }
        for crit in ["[]", r#"["b64"]"#, "null", "0"] {
            check(&header.replace('}', &format!(r#","crit":{crit}}}"#)), JwsError::Critical);
        }
        let key = "alg".to_owned();
        let twice = header.replace('{', r#"{"alg":"none","#);
        check(&twice, JwsError::DuplicateKey { part: "protected header", key });
        let array = r#"["EdDSA","k","laiqu-submission+jwt"]"#;
        let (renamed, number) = (header.replace("kid", "KID"), header.replace("\"k\"", "1"));
        for bad in ["", "{}", "[]", array, &renamed, &number] {
            let refused = SubmissionJws::parse(&signed(bad, &claims().to_json()));
            assert!(matches!(refused, Err(JwsError::Header { .. })), "{bad}: {refused:?}");
        }
    }

    #[test]
    fn other_encodings_are_refused() {
        let (body, signature) = VECTOR.rsplit_once('.').unwrap();
        // The last of 86 digits carries four bits that must be zero.
        let trailing_bits = format!("{}B", &VECTOR[..VECTOR.len() - 1]);
        for bad in [
            String::new(),
            "..".to_owned(),
            body.to_owned(),
            format!("{VECTOR}."),
            format!("{VECTOR}.{signature}"),
            format!("{VECTOR}=="),
            format!(" {VECTOR}"),
            format!("{body}.{}", &signature[..84]),
            VECTOR.replace('_', "/"),
            trailing_bits,
        ] {
            assert_eq!(SubmissionJws::parse(&bad), Err(JwsError::Format), "{bad}");
        }
        let bytes = JWS_BYTES_MAX + 1;
        let long = "A".repeat(bytes);
        assert_eq!(SubmissionJws::parse(&long), Err(JwsError::TooLong { bytes }));
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "[A-Za-z0-9._=-]{0,80}|\\PC{0,20}") {
            prop_assert!(SubmissionJws::parse(&text).is_err());
        }

        #[test]
        fn no_header_or_claims_panic(header in "\\PC{0,40}", claims in "\\PC{0,40}") {
            prop_assert!(SubmissionJws::parse(&signed(&header, &claims)).is_err());
        }
    }
}
