//! A checkpoint with its signature lines, of which there may be several: by the log, by the log's
//! next key while that changes, and by witnesses.

use std::fmt;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::note::{NOTE_SIGNATURES_MAX, Note, NoteError, parse_line};
use crate::note_key::{NoteSigner, NoteVerifier};

/// A checkpoint and the lines below it. That it exists says nothing about the signatures: only
/// [`crate::Policy::open`] and [`Checkpoint::open`] check them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SignedCheckpoint {
    checkpoint: Checkpoint,
    /// The signed text, extension lines and last newline included.
    text: String,
    /// Signature lines without their newlines, each once.
    lines: Vec<String>,
}

impl SignedCheckpoint {
    /// Takes a signed checkpoint apart; repeated lines are kept once.
    ///
    /// # Errors
    /// [`CheckpointError`] for another format.
    pub fn parse(note: &str) -> Result<Self, CheckpointError> {
        let text = Note::parse(note)?.text();
        let checkpoint = text.parse()?;
        let mut signed = Self { checkpoint, text: text.to_owned(), lines: Vec::new() };
        let lines = note.get(text.len() + 1..).unwrap_or_default();
        signed.add(lines)?;
        Ok(signed)
    }

    /// Signs a checkpoint with each of `signers`, in their order.
    #[must_use]
    pub fn sign(checkpoint: Checkpoint, signers: &[&NoteSigner]) -> Self {
        let text = checkpoint.to_string();
        let line = |signer: &&NoteSigner| signer.signature_line(&text).trim_end().to_owned();
        let lines = signers.iter().map(line).collect();
        Self { checkpoint, text, lines }
    }

    /// Origin, size and root.
    #[must_use]
    pub const fn checkpoint(&self) -> &Checkpoint {
        &self.checkpoint
    }

    /// The signed text, its last newline included.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.text
    }

    /// Adds signature lines, such as the answer of a witness, and gives how many were new. None is
    /// checked here, so that the caller keeps only what a [`crate::Policy`] then opens.
    ///
    /// # Errors
    /// [`NoteError::SignatureLine`] for a line of another format and
    /// [`NoteError::TooManySignatures`] above [`NOTE_SIGNATURES_MAX`]; nothing is then added.
    pub fn add(&mut self, lines: &str) -> Result<usize, NoteError> {
        let before = self.lines.len();
        let mut all = self.lines.clone();
        for (at, line) in lines.split_terminator('\n').enumerate() {
            parse_line(line).ok_or(NoteError::SignatureLine { line: at + 1 })?;
            if !all.iter().any(|known| known == line) {
                all.push(line.to_owned());
            }
            if all.len() > NOTE_SIGNATURES_MAX {
                return Err(NoteError::TooManySignatures);
            }
        }
        self.lines = all;
        Ok(self.lines.len() - before)
    }

    /// The last line of this key, newline included.
    pub(crate) fn line_of(&self, key: &NoteVerifier) -> Option<String> {
        let own = |line: &&String| {
            parse_line(line).is_some_and(|own| (key.name(), key.key_id()) == (own.name, own.key_id))
        };
        self.lines.iter().rfind(own).map(|line| format!("{line}\n"))
    }

    /// Drops every line that is not of one of these keys, by name and key id. It checks none.
    pub fn keep_known(&mut self, keys: &[&NoteVerifier]) {
        let known = |line: &String| {
            parse_line(line).is_some_and(|own| {
                keys.iter().any(|key| (key.name(), key.key_id()) == (own.name, own.key_id))
            })
        };
        self.lines.retain(known);
    }
}

impl fmt::Display for SignedCheckpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}", self.text)?;
        self.lines.iter().try_for_each(|line| writeln!(out, "{line}"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::cosignature::CosignatureSigner;
    use crate::hash::leaf_hash;

    const ORIGIN: &str = "ledger.example";

    fn signer(byte: u8) -> NoteSigner {
        NoteSigner::from_seed(ORIGIN, &[byte; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        Checkpoint { origin: ORIGIN.to_owned(), size: 3, root: leaf_hash(b"root") }
    }

    #[test]
    fn while_the_log_key_changes_a_checkpoint_carries_both_signatures() {
        let both = SignedCheckpoint::sign(checkpoint(), &[&signer(1), &signer(2)]).to_string();
        for key in [signer(1), signer(2)] {
            assert_eq!(Checkpoint::open(&both, &key.verifier()), Ok(checkpoint()));
        }
        assert!(Checkpoint::open(&both, &signer(3).verifier()).is_err());
        assert_eq!(SignedCheckpoint::parse(&both).unwrap().to_string(), both);
        let one = SignedCheckpoint::sign(checkpoint(), &[&signer(1)]).to_string();
        assert_eq!(one, checkpoint().sign(&signer(1)));
    }

    #[test]
    fn lines_are_merged_once_each_and_up_to_the_limit() {
        let mut signed = SignedCheckpoint::sign(checkpoint(), &[&signer(1)]);
        let witness = CosignatureSigner::from_seed("witness.example", &[9; 32]).unwrap();
        let line = |time| witness.cosignature_line(&checkpoint().to_string(), time);
        assert_eq!(signed.add(&line(7).repeat(3)), Ok(1));
        assert_eq!(signed.add(&[line(7), line(8)].concat()), Ok(1));
        let text = signed.to_string();
        assert_eq!(text.lines().count(), 3 + 1 + 3);
        // A repeated line that arrives with a note is kept once as well.
        let doubled = format!("{text}{}", line(8));
        assert_eq!(SignedCheckpoint::parse(&doubled).unwrap(), signed);
        let wrong = format!("{}not a line\n", line(9));
        assert_eq!(signed.add(&wrong), Err(NoteError::SignatureLine { line: 2 }));
        let many: String = (10..80).map(line).collect();
        assert_eq!(signed.add(&many), Err(NoteError::TooManySignatures));
        assert_eq!(signed.to_string(), text, "nothing was added");
    }
}
