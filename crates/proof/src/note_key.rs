//! Keys of signed notes (c2sp.org/signed-note): type 0x01, Ed25519 over the text, and type 0x04,
//! timestamped cosignatures (c2sp.org/tlog-cosignature). Type 0x06, ML-DSA-44, is recognised only.

use std::fmt;

use data_encoding::{BASE64, HEXLOWER};
use ed25519_dalek::{Signature, Signer, SigningKey, VerifyingKey};
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::cosignature::{Cosignature, cosigned_message};
use crate::public_key::{PublicKeyError, public_key};

/// Longest key name, in bytes.
pub const KEY_NAME_BYTES_MAX: usize = 255;

/// Signature type of plain Ed25519 notes.
const ED25519: u8 = 0x01;
/// Signature type of timestamped Ed25519 cosignatures.
pub(crate) const COSIGNATURE: u8 = 0x04;
/// Signature type of ML-DSA-44 (sub)tree cosignatures.
const ML_DSA_44: u8 = 0x06;
/// Length of an ML-DSA-44 public key (FIPS 204), in bytes.
const ML_DSA_44_KEY_BYTES: usize = 1_312;
/// Longest base64 part of a verifier key: an ML-DSA-44 key with its type, in characters.
const TYPED_KEY_CHARS_MAX: usize = (1 + ML_DSA_44_KEY_BYTES).div_ceil(3) * 4;

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
    /// Neither an Ed25519 key (type 0x01) nor a cosigner's (type 0x04).
    #[error("the key type is neither 0x01 (Ed25519) nor 0x04 (cosignature/v1)")]
    Type,
    /// A well-formed ML-DSA-44 key (type 0x06), whose signatures are not verified yet.
    #[error("ML-DSA-44 keys (type 0x06) are not supported")]
    MlDsa,
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
pub(crate) fn key_id(name: &str, kind: u8, public: &[u8]) -> [u8; 4] {
    let mut sha = Sha256::new();
    sha.update(name);
    sha.update([b'\n', kind]);
    sha.update(public);
    let [a, b, c, d, ..]: [u8; 32] = sha.finalize().into();
    [a, b, c, d]
}

pub(crate) fn format_vkey(name: &str, kind: u8, public: &[u8]) -> String {
    let typed = [&[kind], public].concat();
    let id = key_id(name, kind, public);
    format!("{name}+{}+{}", HEXLOWER.encode(&id), BASE64.encode(&typed))
}

/// The parts of a verifier key whose id belongs to them; the key itself is not yet looked at.
pub(crate) struct RawKey {
    name: String,
    kind: u8,
    pub(crate) public: Vec<u8>,
}

impl RawKey {
    pub(crate) fn parse(vkey: &str) -> Result<Self, KeyError> {
        // The base64 may itself hold a +, the name and the id may not.
        let mut parts = vkey.splitn(3, '+');
        let (Some(name), Some(id), Some(typed)) = (parts.next(), parts.next(), parts.next()) else {
            return Err(KeyError::Format);
        };
        check_name(name)?;
        if id.len() != 8 || typed.len() > TYPED_KEY_CHARS_MAX {
            return Err(KeyError::Format);
        }
        let id = HEXLOWER.decode(id.as_bytes()).map_err(|_| KeyError::Format)?;
        let typed = BASE64.decode(typed.as_bytes()).map_err(|_| KeyError::Format)?;
        let (kind, public) = typed.split_first().ok_or(KeyError::Format)?;
        let bytes = match *kind {
            ED25519 | COSIGNATURE => 32,
            ML_DSA_44 => ML_DSA_44_KEY_BYTES,
            _ => return Err(KeyError::Type),
        };
        if public.len() != bytes {
            return Err(KeyError::Format);
        }
        if id != key_id(name, *kind, public) {
            return Err(KeyError::Id);
        }
        Ok(Self { name: name.to_owned(), kind: *kind, public: public.to_vec() })
    }
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
        let key_id = key_id(name, ED25519, key.verifying_key().as_bytes());
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
        format_vkey(&self.name, ED25519, self.key.verifying_key().as_bytes())
    }

    /// The verifier of this signer.
    #[must_use]
    pub fn verifier(&self) -> NoteVerifier {
        let key = self.key.verifying_key();
        NoteVerifier { name: self.name.clone(), kind: ED25519, key_id: self.key_id, key }
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
///
/// It is a key that signs texts (type 0x01) or one that cosigns checkpoints (type 0x04); the type
/// is part of the key id, so that neither kind of signature passes for the other.
#[derive(Clone, PartialEq, Eq)]
pub struct NoteVerifier {
    name: String,
    kind: u8,
    key_id: [u8; 4],
    key: VerifyingKey,
}

impl NoteVerifier {
    /// The verifier of a cosigner.
    pub(crate) fn cosigner(name: String, key_id: [u8; 4], key: VerifyingKey) -> Self {
        Self { name, kind: COSIGNATURE, key_id, key }
    }

    /// Reads a verifier key `name+hexid+base64(type ‖ public key)` of type 0x01 or 0x04.
    ///
    /// # Errors
    /// [`KeyError`] for another format or key type, a wrong id or a weak key.
    pub fn parse(vkey: &str) -> Result<Self, KeyError> {
        Self::from_raw(&RawKey::parse(vkey)?)
    }

    pub(crate) fn from_raw(raw: &RawKey) -> Result<Self, KeyError> {
        let public: &[u8; 32] = raw.public.as_slice().try_into().map_err(|_| KeyError::MlDsa)?;
        let key_id = key_id(&raw.name, raw.kind, public);
        let key = public_key(public)?;
        Ok(Self { name: raw.name.clone(), kind: raw.kind, key_id, key })
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
        format_vkey(&self.name, self.kind, self.key.as_bytes())
    }

    /// Whether the key makes timestamped cosignatures (type 0x04), as witnesses do.
    #[must_use]
    pub const fn is_cosigner(&self) -> bool {
        self.kind == COSIGNATURE
    }

    /// The 32 bytes of the Ed25519 public key.
    #[must_use]
    pub fn public_bytes(&self) -> &[u8; 32] {
        self.key.as_bytes()
    }

    /// Whether `signature` (without key id) is this key's over `text`.
    pub(crate) fn accepts(&self, text: &str, signature: &[u8]) -> bool {
        if self.is_cosigner() {
            let Some(Cosignature { time, signature }) = Cosignature::decode(signature) else {
                return false;
            };
            let message = cosigned_message(time, text);
            return self.key.verify_strict(message.as_bytes(), &signature).is_ok();
        }
        let Ok(signature) = Signature::from_slice(signature) else { return false };
        self.key.verify_strict(text.as_bytes(), &signature).is_ok()
    }

    /// Time in a signature of a cosigner's key, in seconds since 1970; it is signed with the text.
    pub(crate) fn stated_time(&self, signature: &[u8]) -> Option<u64> {
        if !self.is_cosigner() {
            return None;
        }
        Cosignature::decode(signature).map(|cosignature| cosignature.time)
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
        for kind in [ED25519, COSIGNATURE] {
            let weak = format_vkey("weak", kind, &[0; 32]);
            check(&weak, KeyError::PublicKey(PublicKeyError::Weak));
        }
    }

    #[test]
    fn post_quantum_keys_are_recognised_and_refused_by_name() {
        let check = |vkey: &str, error| assert_eq!(NoteVerifier::parse(vkey), Err(error), "{vkey}");
        let key = format_vkey("witness.example", ML_DSA_44, &[7; ML_DSA_44_KEY_BYTES]);
        check(&key, KeyError::MlDsa);
        check(&key.replace("witness", "other"), KeyError::Id);
        check(&format_vkey("w", ML_DSA_44, &[7; 32]), KeyError::Format);
        check(&format_vkey("w", ED25519, &[7; ML_DSA_44_KEY_BYTES]), KeyError::Format);
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
