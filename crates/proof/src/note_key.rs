//! Keys of signed notes (c2sp.org/signed-note), type 0x01: Ed25519.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::public_key::{PublicKeyError, public_key};

/// Longest key name, in bytes.
pub const KEY_NAME_BYTES_MAX: usize = 255;

/// Signature type of plain Ed25519 notes.
const ED25519: u8 = 0x01;

/// Why a key name or a verifier key is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum KeyError {
    /// Empty, too long, or holds a space, a control character or `+`.
    #[error("a key name has 1 to {KEY_NAME_BYTES_MAX} bytes and no space, control character or +")]
    Name,
    /// Not `name+hexid+base64`.
    #[error("not a verifier key: name+hexid+base64")]
    Format,
    /// Not an Ed25519 key (type 0x01).
    #[error("the key type is not 0x01 (Ed25519)")]
    Type,
    /// The key id is not the one of this name and key.
    #[error("the key id does not belong to this name and key")]
    Id,
    /// The public key itself is refused.
    #[error(transparent)]
    PublicKey(#[from] PublicKeyError),
}

/// A name is what tells keys apart on a signature line, so it holds nothing that could split it.
pub(crate) fn check_name(name: &str) -> Result<(), KeyError> {
    let refused = |c: char| c.is_whitespace() || c.is_control() || c == '+';
    if name.is_empty() || name.len() > KEY_NAME_BYTES_MAX || name.contains(refused) {
        return Err(KeyError::Name);
    }
    Ok(())
}

/// First four bytes of SHA-256(name ‖ 0x0A ‖ type ‖ public key).
fn key_id(name: &str, public: &[u8; 32]) -> [u8; 4] {
    let mut sha = Sha256::new();
    sha.update(name);
    sha.update([b'\n', ED25519]);
    sha.update(public);
    let [a, b, c, d, ..]: [u8; 32] = sha.finalize().into();
    [a, b, c, d]
}

fn format_vkey(name: &str, id: [u8; 4], public: &[u8; 32]) -> String {
    let mut typed = vec![ED25519];
    typed.extend_from_slice(public);
    format!("{name}+{}+{}", HEXLOWER.encode(&id), BASE64.encode(&typed))
}

/// The secret half: makes signature lines. Zeroed when dropped; `Debug` shows the verifier key.
#[derive(Clone)]
pub struct NoteSigner {
    name: String,
    key_id: [u8; 4],
    key: SigningKey,
}

impl NoteSigner {
    /// A signer called `name` from the 32 secret bytes of an Ed25519 key (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = SigningKey::from_bytes(seed);
        let key_id = key_id(name, key.verifying_key().as_bytes());
        Ok(Self { name: name.to_owned(), key_id, key })
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The verifier key `name+hexid+base64(0x01 ‖ public key)` to hand out.
    #[must_use]
    pub fn vkey(&self) -> String {
        format_vkey(&self.name, self.key_id, self.key.verifying_key().as_bytes())
    }

    /// The verifier of this signer.
    #[must_use]
    pub fn verifier(&self) -> NoteVerifier {
        let key = self.key.verifying_key();
        NoteVerifier { name: self.name.clone(), key_id: self.key_id, key }
    }

    /// The signature line for `text`, newline included. A note's text ends in a newline.
    #[must_use]
    pub fn signature_line(&self, text: &str) -> String {
        let mut blob = self.key_id.to_vec();
        blob.extend_from_slice(&self.key.sign(text.as_bytes()).to_bytes());
        format!("— {} {}\n", self.name, BASE64.encode(&blob))
    }
}

impl fmt::Debug for NoteSigner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "NoteSigner({})", self.vkey())
    }
}

/// The public half: knows its own signatures by name and key id.
#[derive(Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    key_id: [u8; 4],
    key: VerifyingKey,
}

impl NoteVerifier {
    /// Reads a verifier key `name+hexid+base64(0x01 ‖ public key)`.
    ///
    /// # Errors
    /// [`KeyError`] for another format or key type, a wrong id or a weak key.
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        // The base64 may itself hold a +, the name and the id may not.
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Format);
        };
        check_name(name)?;
        if id.len() != 8 || typed.len() > 64 {
            return Err(KeyError::Format);
        }
        let id = HEXLOWER.decode(id.as_bytes()).map_err(|_| KeyError::Format)?;
        let typed = BASE64.decode(typed.as_bytes()).map_err(|_| KeyError::Format)?;
        let (kind, public) = typed.split_first().ok_or(KeyError::Format)?;
        if *kind != ED25519 {
            return Err(KeyError::Type);
        }
        let public: &[u8; 32] = public.try_into().map_err(|_| KeyError::Format)?;
        let key_id = key_id(name, public);
        if id != key_id {
            return Err(KeyError::Id);
        }
        Ok(Self { name: name.to_owned(), key_id, key: public_key(public)? })
    }

    /// Name of the key.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// Key id that stands in front of each of its signatures.
    #[must_use]
    pub const fn key_id(&self) -> [u8; 4] {
        self.key_id
    }

    /// The verifier key as text.
    #[must_use]
    pub fn vkey(&self) -> String {
        format_vkey(&self.name, self.key_id, self.key.as_bytes())
    }

    /// Whether `signature` (without key id) is this key's over `text`.
    pub(crate) fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.key.verify_strict(text.as_bytes(), &signature).is_ok()
    }
}

impl fmt::Debug for NoteVerifier {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "NoteVerifier({})", self.vkey())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The example key of c2sp.org/signed-note.
    const VKEY: &str = "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k";

    #[test]
    fn verifier_keys_round_trip() {
        let verifier = NoteVerifier::parse(VKEY).unwrap();
        assert_eq!((verifier.name(), verifier.vkey().as_str()), ("example.com/foo", VKEY));
        let signer = NoteSigner::from_seed("a.example/log", &[7; 32]).unwrap();
        assert_eq!(NoteVerifier::parse(&signer.vkey()), Ok(signer.verifier()));
    }

    #[test]
    fn wrong_verifier_keys_are_refused_with_the_reason() {
        let check = |vkey: &str, error| assert_eq!(NoteVerifier::parse(vkey), Err(error), "{vkey}");
        check("", KeyError::Format);
        check("example.com/foo", KeyError::Format);
        check(&VKEY.replace("530d903a", "530d903"), KeyError::Format);
        check(&VKEY.replace("530d903a", "530D903A"), KeyError::Format);
        check(&VKEY.replace("U2k", "U2"), KeyError::Format);
        check(&format!("{VKEY}{}", "A".repeat(1_000_000)), KeyError::Format);
        check(&VKEY.replace("530d903a", "530d903b"), KeyError::Id);
        check(&VKEY.replace("foo", "bar"), KeyError::Id);
        check(&VKEY.replace("+Aeky", "+Beky"), KeyError::Type);
        check(&VKEY.replace("foo", "f oo"), KeyError::Name);
        check(&VKEY.replace("example.com/foo", ""), KeyError::Name);
        let weak = format_vkey("weak", key_id("weak", &[0; 32]), &[0; 32]);
        check(&weak, KeyError::PublicKey(PublicKeyError::Weak));
    }

    #[test]
    fn names_hold_nothing_that_splits_a_line() {
        let long = "n".repeat(KEY_NAME_BYTES_MAX + 1);
        for name in ["", "a b", "a\u{a0}b", "a+b", "a\nb", "a\u{7f}", &long] {
            assert_eq!(NoteSigner::from_seed(name, &[1; 32]).unwrap_err(), KeyError::Name);
        }
        assert!(NoteSigner::from_seed("例子.example/账本", &[1; 32]).is_ok());
    }

    #[test]
    fn debug_shows_no_secret() {
        let signer = NoteSigner::from_seed("a.example", &[0x5a; 32]).unwrap();
        let shown = format!("{signer:?} {signer:#?}");
        assert!(shown.contains("a.example+"));
        assert!(!shown.contains("5a5a") && !shown.contains("90, 90"));
    }
}
