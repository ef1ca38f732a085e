//! Cosignatures (c2sp.org/tlog-cosignature), type 0x04: a witness states that at a time the log had
//! this checkpoint and that it followed from all earlier ones.

use std::fmt;

use data_encoding::BASE64;
use ed25519_dalek::{Signature, Signer, SigningKey};

use crate::note_key::{COSIGNATURE, KeyError, NoteVerifier, check_name, format_vkey, key_id};

/// Latest time a cosignature may state, in seconds since 1970.
const TIME_MAX: u64 = i64::MAX as u64;

/// What follows the key id: a time in seconds since 1970 and a signature, 72 bytes together.
pub(crate) struct Cosignature {
    pub(crate) time: u64,
    pub(crate) signature: Signature,
}

impl Cosignature {
    /// `None` for another length or a time beyond what the specification allows.
    pub(crate) fn decode(blob: &[u8]) -> Option<Self> {
        let (time, signature) = blob.split_first_chunk::<8>()?;
        let signature = Signature::from_slice(signature).ok()?;
        let time = u64::from_be_bytes(*time);
        (time <= TIME_MAX).then_some(Self { time, signature })
    }
}

/// The bytes that a cosigner signs: header, time and the whole text of the checkpoint.
pub(crate) fn cosigned_message(time: u64, text: &str) -> String {
    format!("cosignature/v1\ntime {time}\n{text}")
}

/// The secret half of a witness: makes cosignature lines. Zeroed when dropped; `Debug` shows the
/// verifier key. The name is not among the signed bytes, so a key serves one witness only.
#[derive(Clone)]
pub struct CosignatureSigner {
    name: String,
    key_id: [u8; 4],
    key: SigningKey,
}

impl CosignatureSigner {
    /// A witness called `name` from the 32 secret bytes of an Ed25519 key (RFC 8032 section 5.1.5).
    ///
    /// # Errors
    /// [`KeyError::Name`].
    pub fn from_seed(name: &str, seed: &[u8; 32]) -> Result<Self, KeyError> {
        check_name(name)?;
        let key = SigningKey::from_bytes(seed);
        let key_id = key_id(name, COSIGNATURE, key.verifying_key().as_bytes());
        Ok(Self { name: name.to_owned(), key_id, key })
    }

    /// Name of the witness.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The verifier key `name+hexid+base64(0x04 ‖ public key)` to hand out.
    #[must_use]
    pub fn vkey(&self) -> String {
        format_vkey(&self.name, COSIGNATURE, self.key.verifying_key().as_bytes())
    }

    /// The verifier of this signer.
    #[must_use]
    pub fn verifier(&self) -> NoteVerifier {
        NoteVerifier::cosigner(self.name.clone(), self.key_id, self.key.verifying_key())
    }

    /// The cosignature line for the text of a checkpoint, newline included, as of `time` in seconds
    /// since 1970. Whoever calls this has checked that the checkpoint follows from earlier ones.
    #[must_use]
    pub fn cosignature_line(&self, text: &str, time: u64) -> String {
        let time = time.min(TIME_MAX);
        let mut blob = self.key_id.to_vec();
        blob.extend_from_slice(&time.to_be_bytes());
        blob.extend_from_slice(&self.key.sign(cosigned_message(time, text).as_bytes()).to_bytes());
        format!("— {} {}\n", self.name, BASE64.encode(&blob))
    }
}

impl fmt::Debug for CosignatureSigner {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "CosignatureSigner({})", self.vkey())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::note::{Note, NoteError, Signed};
    use crate::note_key::NoteSigner;

    const TEXT: &str = "log.example\n1\nKgAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=\n";

    fn witness() -> CosignatureSigner {
        CosignatureSigner::from_seed("witness.example", &[7; 32]).unwrap()
    }

    #[test]
    fn the_signed_bytes_are_those_of_the_specification() {
        let message = cosigned_message(1_679_315_147, "example.com/behind-the-sofa\n");
        let expected = "cosignature/v1\ntime 1679315147\nexample.com/behind-the-sofa\n";
        assert_eq!(message, expected);
        let line = witness().cosignature_line(TEXT, 1_679_315_147);
        let blob = line.trim_end().strip_prefix("— witness.example ").unwrap();
        let blob = BASE64.decode(blob.as_bytes()).unwrap();
        assert_eq!(blob.len(), 4 + 8 + 64);
        assert_eq!(blob[4..12], 1_679_315_147_u64.to_be_bytes());
    }

    /// Key id, blob and signature as another implementation of Ed25519 and SHA-256 made them from
    /// the words of the specification; it publishes no vector with a key of its own.
    #[test]
    fn an_independently_made_cosignature_is_the_same() {
        let mut seed = [0; 32];
        seed.iter_mut().zip(1..).for_each(|(byte, value)| *byte = value);
        let witness = CosignatureSigner::from_seed("witness.example.com/w1", &seed).unwrap();
        assert_eq!(
            witness.vkey(),
            "witness.example.com/w1+8561c71e+BHm1Vi6P5lT5QHixEuipi6eQH4U65pW+1+DjkQutBJZk"
        );
        let text = "example.com/behind-the-sofa\n20852163\n\
                    CsUYapGGPo4dkMgIAUqom/Xajj7h2fB2MPA3j2jxq2I=\n";
        let line = "— witness.example.com/w1 hWHHHgAAAABkGFDLQB2dbiQ7rPMIDjq/twq5Ixt42T+awjiYS4+f\
                    xrnLnI31x5abVjZlhDVvZAcRRLyAiG4oQlhTgi4DsxiPwiDaDg==\n";
        assert_eq!(witness.cosignature_line(text, 1_679_315_147), line);
    }

    #[test]
    fn a_cosignature_states_its_time_and_covers_it() {
        let (witness, key) = (witness(), witness().verifier());
        let line = witness.cosignature_line(TEXT, 1_700_000_000);
        let note = format!("{TEXT}\n{line}");
        let signed = Note::parse(&note).unwrap().verify(&[&key]).unwrap();
        assert_eq!(signed, [Signed { key: &key, time: Some(1_700_000_000) }]);
        assert_eq!(NoteVerifier::parse(&witness.vkey()), Ok(key.clone()));
        // The same bytes under another time.
        let mut blob =
            BASE64.decode(line.trim_end().rsplit(' ').next().unwrap().as_bytes()).unwrap();
        blob[11] ^= 1;
        let changed = format!("{TEXT}\n— witness.example {}\n", BASE64.encode(&blob));
        let refused = Note::parse(&changed).unwrap().verify(&[&key]);
        assert_eq!(refused, Err(NoteError::BadSignature { name: "witness.example".to_owned() }));
    }

    #[test]
    fn two_cosignatures_of_one_witness_both_count_and_the_newest_time_is_told() {
        let (witness, key) = (witness(), witness().verifier());
        let lines = [5, 9, 7].map(|time| witness.cosignature_line(TEXT, time)).concat();
        let note = format!("{TEXT}\n{lines}");
        let signed = Note::parse(&note).unwrap().verify(&[&key]).unwrap();
        assert_eq!(signed, [Signed { key: &key, time: Some(9) }]);
    }

    #[test]
    fn the_kinds_of_signature_do_not_pass_for_each_other() {
        let plain = NoteSigner::from_seed("witness.example", &[7; 32]).unwrap();
        let note = format!("{TEXT}\n{}", plain.signature_line(TEXT));
        let parsed = Note::parse(&note).unwrap();
        assert_eq!(parsed.verify(&[&witness().verifier()]), Err(NoteError::NoKnownSignature));
        let latest = witness().cosignature_line(TEXT, u64::MAX);
        let note = format!("{TEXT}\n{latest}");
        let signed = Note::parse(&note).unwrap();
        assert_eq!(signed.verify(&[&witness().verifier()]).unwrap()[0].time, Some(TIME_MAX));
    }
}
