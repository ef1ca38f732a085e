//! Secret Ed25519 keys of issuers as JSON Web Keys (RFC 8037 section 2).

use std::fmt;
use std::hint::black_box;

use data_encoding::BASE64URL_NOPAD;
use ed25519_dalek::{Signer, SigningKey};

use crate::cosignature::CosignatureSigner;
use crate::jwk::{JwkError, Members, PublicJwk, decode};
use crate::note_key::{KeyError, NoteSigner};

/// The secret key of an issuer. Zeroed when dropped; `Debug` shows the thumbprint only.
pub struct PrivateJwk {
    /// Zeroes itself on drop.
    key: SigningKey,
    public: PublicJwk,
}

impl PrivateJwk {
    /// The same key as the signer of a log's checkpoints.
    ///
    /// # Errors
    /// Where `name` is no name of a key.
    pub fn note_signer(&self, name: &str) -> Result<NoteSigner, KeyError> {
        NoteSigner::from_seed(name, self.key.as_bytes())
    }

    /// The same key as that of a witness. One key serves one purpose: give each its own.
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn cosigner(&self, name: &str) -> Result<CosignatureSigner, KeyError> {
        CosignatureSigner::from_seed(name, self.key.as_bytes())
    }

    /// The key with these 32 secret bytes (RFC 8032 section 5.1.5), the member `d`.
    #[must_use]
    pub fn from_seed(seed: &[u8; 32]) -> Self {
        let key = SigningKey::from_bytes(seed);
        // A clamped scalar is no multiple of the group order, so the public key is never weak.
        let public = PublicJwk::new(key.verifying_key());
        Self { key, public }
    }

    /// Reads the JSON object of a private key.
    ///
    /// # Errors
    /// [`JwkError`], also where `x` does not belong to `d`.
    pub fn parse(json: &str) -> Result<Self, JwkError> {
        let members = Members::parse(json)?;
        let public = members.public()?;
        let mut seed = [0; 32];
        let decoded = decode(members.d.ok_or(JwkError::Json)?, &mut seed);
        let private = Self::from_seed(&seed);
        wipe(&mut seed);
        decoded?;
        if private.public == public { Ok(private) } else { Err(JwkError::Mismatch) }
    }

    /// `{"kty":"OKP","crv":"Ed25519","d":…,"x":…}`: the text is the secret, keep it accordingly.
    #[must_use]
    pub fn to_json(&self) -> String {
        let mut seed = self.key.to_bytes();
        let d = BASE64URL_NOPAD.encode(&seed);
        wipe(&mut seed);
        format!(r#"{{"kty":"OKP","crv":"Ed25519","d":"{d}","x":"{}"}}"#, self.public.x())
    }

    /// The public half.
    #[must_use]
    pub const fn public(&self) -> &PublicJwk {
        &self.public
    }

    /// Ed25519 signature over `message` (RFC 8032 section 5.1.6).
    pub(crate) fn sign(&self, message: &[u8]) -> [u8; 64] {
        self.key.sign(message).to_bytes()
    }
}

/// Overwrites a copy of a secret; the black box keeps the write from being optimised away.
fn wipe(secret: &mut [u8; 32]) {
    secret.fill(0);
    black_box(secret);
}

impl fmt::Debug for PrivateJwk {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "PrivateJwk({})", self.public.thumbprint())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// RFC 8037 appendix A.1 and A.3.
    const PRIVATE: &str = concat!(
        r#"{"kty":"OKP","crv":"Ed25519","d":"nWGxne_9WmC6hEr0kuwsxERJxWl7MmkZcDusAxyuf2A","#,
        r#""x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo"}"#,
    );
    const THUMBPRINT: &str = "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k";

    #[test]
    fn the_key_of_rfc_8037() {
        let private = PrivateJwk::parse(PRIVATE).unwrap();
        assert_eq!(private.to_json(), PRIVATE);
        assert_eq!(private.public().thumbprint(), THUMBPRINT);
    }

    #[test]
    fn wrong_private_keys_are_refused_with_the_reason() {
        let check = |json: &str, error| {
            assert_eq!(PrivateJwk::parse(json).unwrap_err(), error, "{json}");
        };
        check(&PRIVATE.replace(r#""d""#, r#""e""#), JwkError::Json);
        check(&PRIVATE.replace("nWGx", "nWGy"), JwkError::Mismatch);
        check(&PRIVATE.replace("uf2A", "uf2"), JwkError::Encoding);
        check(&PRIVATE.replace("uf2A", "uf2B"), JwkError::Encoding);
    }

    #[test]
    fn debug_shows_no_secret() {
        let shown = format!("{:?}", PrivateJwk::parse(PRIVATE).unwrap());
        assert_eq!(shown, format!("PrivateJwk({THUMBPRINT})"));
    }
}
