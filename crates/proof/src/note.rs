//! Signed notes (c2sp.org/signed-note): a text and the signature lines below it.

use std::fmt;

use data_encoding::BASE64;
use thiserror::Error;

use crate::note_key::{NoteVerifier, check_name};

/// Longest signed note, in bytes; witnesses add a line each.
pub const NOTE_BYTES_MAX: usize = 262_144;
/// Most signature lines of a note.
pub const NOTE_SIGNATURES_MAX: usize = 64;

/// Why a signed note is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum NoteError {
    /// Longer than [`NOTE_BYTES_MAX`].
    #[error("a signed note of {bytes} bytes is above the limit of {NOTE_BYTES_MAX}")]
    TooLong {
        /// Length of the note.
        bytes: usize,
    },
    /// A control character other than the newline.
    #[error("a signed note holds a control character")]
    ControlCharacter,
    /// No blank line between text and signatures, or no newline at the end.
    #[error("not a signed note: text, blank line, signature lines")]
    Format,
    /// A signature line is not `— <name> <base64>`.
    #[error("signature line {line} is not \"— <name> <base64 of key id and signature>\"")]
    SignatureLine {
        /// Number of the line below the blank one, from 1.
        line: usize,
    },
    /// More lines than [`NOTE_SIGNATURES_MAX`].
    #[error("a signed note has more than {NOTE_SIGNATURES_MAX} signatures")]
    TooManySignatures,
    /// A signature under a known name and key id is wrong.
    #[error("the signature of {name} does not verify")]
    BadSignature {
        /// Name of the key.
        name: String,
    },
    /// No signature is by a known key.
    #[error("the note has no signature by a known key")]
    NoKnownSignature,
}

/// One signature line, not yet verified.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NoteSignature<'a> {
    /// Name of the key.
    pub name: &'a str,
    /// First four bytes of the hash of name and key.
    pub key_id: [u8; 4],
    /// What follows the key id; its form depends on the key's type.
    pub signature: Vec<u8>,
}

/// A known key that signed a note.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Signed<'k> {
    /// The key.
    pub key: &'k NoteVerifier,
    /// Newest time of its cosignatures, in seconds since 1970; `None` for a plain signature.
    pub time: Option<u64>,
}

/// A note taken apart; [`Note::verify`] says whether to believe it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Note<'a> {
    text: &'a str,
    signatures: Vec<NoteSignature<'a>>,
}

impl<'a> Note<'a> {
    /// Takes a note apart at its last blank line. Nothing is verified yet.
    ///
    /// # Errors
    /// [`NoteError`] for a format that no signed note has.
    pub fn parse(note: &'a str) -> Result<Self, NoteError> {
        if note.len() > NOTE_BYTES_MAX {
            return Err(NoteError::TooLong { bytes: note.len() });
        }
        if note.bytes().any(|byte| byte < 0x20 && byte != b'\n') {
            return Err(NoteError::ControlCharacter);
        }
        let blank = note.rfind("\n\n").ok_or(NoteError::Format)?;
        let (text, lines) = note.split_at_checked(blank + 1).ok_or(NoteError::Format)?;
        let lines = lines.strip_prefix('\n').and_then(|lines| lines.strip_suffix('\n'));
        let mut signatures = Vec::new();
        for (at, line) in lines.ok_or(NoteError::Format)?.split('\n').enumerate() {
            if at == NOTE_SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
            let signature = parse_line(line).ok_or(NoteError::SignatureLine { line: at + 1 })?;
            signatures.push(signature);
        }
        Ok(Self { text, signatures })
    }

    /// The signed text, its last newline included.
    #[must_use]
    pub const fn text(&self) -> &'a str {
        self.text
    }

    /// All signature lines, in their order.
    #[must_use]
    pub fn signatures(&self) -> &[NoteSignature<'a>] {
        &self.signatures
    }

    /// Checks the signatures by `known` keys and ignores all others, those of types that are not
    /// verified here included; gives the keys that signed, in the order of `known`.
    ///
    /// # Errors
    /// [`NoteError::BadSignature`] where a signature under a known name and key id is wrong (the
    /// whole note is then refused), [`NoteError::NoKnownSignature`] where no known key signed.
    pub fn verify<'k>(&self, known: &[&'k NoteVerifier]) -> Result<Vec<Signed<'k>>, NoteError> {
        let mut signed = Vec::new();
        for key in known {
            let mut time = None;
            let mut lines = 0_u32;
            for line in &self.signatures {
                if line.name != key.name() || line.key_id != key.key_id() {
                    continue;
                }
                if !key.accepts(self.text, &line.signature) {
                    return Err(NoteError::BadSignature { name: key.name().to_owned() });
                }
                lines += 1;
                time = time.max(key.stated_time(&line.signature));
            }
            if lines > 0 {
                signed.push(Signed { key, time });
            }
        }
        if signed.is_empty() { Err(NoteError::NoKnownSignature) } else { Ok(signed) }
    }
}

impl fmt::Display for Note<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        for line in &self.signatures {
            let blob = [line.key_id.as_slice(), &line.signature].concat();
            writeln!(out, "— {} {}", line.name, BASE64.encode(&blob))?;
        }
        Ok(())
    }
}

/// Reads one signature line without its newline.
pub(crate) fn parse_line(line: &str) -> Option<NoteSignature<'_>> {
    let (name, blob) = line.strip_prefix("— ")?.split_once(' ')?;
    check_name(name).ok()?;
    let blob = BASE64.decode(blob.as_bytes()).ok()?;
    let (key_id, signature) = blob.split_first_chunk::<4>()?;
    if signature.is_empty() {
        return None;
    }
    Some(NoteSignature { name, key_id: *key_id, signature: signature.to_vec() })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::Hash;
    use crate::note_key::NoteSigner;

    fn signer(name: &str) -> NoteSigner {
        NoteSigner::from_seed(name, &Hash::digest(name.as_bytes()).0).unwrap()
    }

    fn plain(key: &NoteVerifier) -> Signed<'_> {
        Signed { key, time: None }
    }

    fn signed(text: &str, signers: &[&NoteSigner]) -> String {
        let lines = signers.iter().map(|signer| signer.signature_line(text));
        format!("{text}\n{}", lines.collect::<String>())
    }

    #[test]
    fn the_example_of_the_specification_verifies() {
        let verifier = NoteVerifier::parse(
            "example.com/foo+530d903a+AekyeRrm56hApGFkyQR4ZCbV54Id2LKaANYcrnKv3U2k",
        );
        let note = "This is an example message.\n\n— example.com/foo Uw2QOkn8srV1yJGh2VYRlL1Tnag\
                    v1YEq6TfXppzi2ONncAlTgK7Ztg1ERYNZXsYjOBH3mFXmRKuwHjG1Yu72IneyaQM=\n";
        let verifier = verifier.unwrap();
        let parsed = Note::parse(note).unwrap();
        assert_eq!(parsed.text(), "This is an example message.\n");
        assert_eq!(parsed.to_string(), note);
        assert_eq!(parsed.verify(&[&verifier]), Ok(vec![plain(&verifier)]));
        let changed = note.replace("example message", "example massage");
        let refused = Note::parse(&changed).unwrap().verify(&[&verifier]);
        assert_eq!(refused, Err(NoteError::BadSignature { name: "example.com/foo".to_owned() }));
    }

    #[test]
    fn unknown_signatures_are_ignored_and_known_ones_all_count() {
        let (log, witness, other) = (signer("log"), signer("witness"), signer("somebody"));
        let (log_key, witness_key) = (log.verifier(), witness.verifier());
        let note = signed("text\n\nmore\n", &[&other, &log, &witness, &log]);
        let parsed = Note::parse(&note).unwrap();
        assert_eq!(parsed.text(), "text\n\nmore\n");
        assert_eq!(
            parsed.verify(&[&witness_key, &log_key]),
            Ok(vec![plain(&witness_key), plain(&log_key)])
        );
        let nobody = signer("nobody!").verifier();
        assert_eq!(parsed.verify(&[&nobody]), Err(NoteError::NoKnownSignature));
        // The same name with another key is another key.
        let same_name = NoteSigner::from_seed("log", &[99; 32]).unwrap().verifier();
        assert_eq!(parsed.verify(&[&same_name]), Err(NoteError::NoKnownSignature));
    }

    #[test]
    fn one_wrong_known_signature_refuses_the_note() {
        let (log, witness) = (signer("log"), signer("witness"));
        let (log_key, witness_key) = (log.verifier(), witness.verifier());
        let lines = [log.signature_line("text\n"), witness.signature_line("other\n")].concat();
        let note = format!("text\n\n{lines}");
        let refused = NoteError::BadSignature { name: "witness".to_owned() };
        let parsed = Note::parse(&note).unwrap();
        assert_eq!(parsed.verify(&[&log_key, &witness_key]), Err(refused));
        assert_eq!(parsed.verify(&[&log_key]), Ok(vec![plain(&log_key)]));
        // Also where a right one of the same key stands before it.
        let lines = [log.signature_line("text\n"), log.signature_line("other\n")].concat();
        let note = format!("text\n\n{lines}");
        assert!(Note::parse(&note).unwrap().verify(&[&log_key]).is_err());
    }

    #[test]
    fn other_formats_are_refused_with_the_reason() {
        let check = |note: &str, error| assert_eq!(Note::parse(note), Err(error), "{note}");
        let line = signer("log").signature_line("text\n");
        for note in ["", "text\n", &format!("text\n{line}"), &format!("text\n\n{}", line.trim())] {
            check(note, NoteError::Format);
        }
        check(&format!("te\txt\n\n{line}"), NoteError::ControlCharacter);
        check(&format!("text\r\n\n{line}"), NoteError::ControlCharacter);
        for bad in ["- log AAAAAAA=", "— log", "— log AAAAAA==", "— l+g AAAAAAA=", "—  AAAAAAA="]
        {
            check(&format!("text\n\n{line}{bad}\n"), NoteError::SignatureLine { line: 2 });
        }
        let lines = line.repeat(NOTE_SIGNATURES_MAX);
        assert!(Note::parse(&format!("text\n\n{lines}")).is_ok());
        check(&format!("text\n\n{lines}{line}"), NoteError::TooManySignatures);
        let bytes = NOTE_BYTES_MAX + 1;
        check(&"a".repeat(bytes), NoteError::TooLong { bytes });
    }

    proptest! {
        #[test]
        fn no_text_panics(note in "(\\PC|\n|— a AAAAAAA=){0,60}") {
            if let Ok(parsed) = Note::parse(&note) {
                prop_assert_eq!(parsed.to_string(), note);
            }
        }
    }
}
