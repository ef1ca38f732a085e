//! Checkpoints (c2sp.org/tlog-checkpoint): what a log states about its tree, as a signed note.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::hash::{EMPTY_ROOT, Hash};
use crate::note::{Note, NoteError};
use crate::note_key::{NoteSigner, NoteVerifier};
use crate::text::decimal;

/// Longest text of a checkpoint without its signatures, in bytes.
pub const CHECKPOINT_TEXT_BYTES_MAX: usize = 4_096;

/// Why a checkpoint is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum CheckpointError {
    /// Longer than [`CHECKPOINT_TEXT_BYTES_MAX`].
    #[error("a checkpoint text of {bytes} bytes is above the limit of {CHECKPOINT_TEXT_BYTES_MAX}")]
    TooLong {
        /// Length of the text.
        bytes: usize,
    },
    /// Lines missing or empty.
    #[error("not a checkpoint: origin, size and root on a line each")]
    Format,
    /// The size is no decimal number of 64 bits.
    #[error("the tree size of the checkpoint is not a decimal number without leading zeros")]
    Size,
    /// The root is no base64 of 32 bytes.
    #[error("the root of the checkpoint is not the base64 of 32 bytes")]
    Root,
    /// Size 0 with another root than that of the empty tree.
    #[error("the checkpoint of an empty tree has another root than the empty one")]
    EmptyRoot,
    /// A checkpoint of another log.
    #[error("the checkpoint is of {found}, not of the expected log")]
    Origin {
        /// Origin that the checkpoint states.
        found: String,
    },
    /// The signed note around it is refused.
    #[error(transparent)]
    Note(#[from] NoteError),
}

/// The state of a log: so many entries, with this root.
///
/// `Display` writes, and `FromStr` reads, the unsigned text; [`Checkpoint::open`] is the only way
/// that checks a signature. Extension lines are covered by the signature and otherwise ignored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Checkpoint {
    /// Name of the log, one line.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree over these entries.
    pub root: Hash,
}

impl Checkpoint {
    /// The signed checkpoint. An origin that passes as the name of a key is always fit for it.
    #[must_use]
    pub fn sign(&self, signer: &NoteSigner) -> String {
        let text = self.to_string();
        let line = signer.signature_line(&text);
        format!("{text}\n{line}")
    }

    /// Opens a checkpoint of the log whose origin is the name of its key, as it is for every Laiqu
    /// ledger.
    ///
    /// # Errors
    /// [`CheckpointError`] for a wrong note or signature, another origin or another format.
    pub fn open(text: &str, verifier: &NoteVerifier) -> Result<Self, CheckpointError> {
        Self::open_of(text, verifier, verifier.name())
    }

    /// Opens a checkpoint of the log `origin`, signed by `verifier`'s key. Both come from the
    /// user's configuration, never from the server that gave the text.
    ///
    /// # Errors
    /// [`CheckpointError`] for a wrong note or signature, another origin or another format.
    pub fn open_of(
        text: &str,
        verifier: &NoteVerifier,
        origin: &str,
    ) -> Result<Self, CheckpointError> {
        let note = Note::parse(text)?;
        note.verify(&[verifier])?;
        let checkpoint: Self = note.text().parse()?;
        if checkpoint.origin != origin {
            return Err(CheckpointError::Origin { found: checkpoint.origin });
        }
        Ok(checkpoint)
    }
}

impl Checkpoint {
    /// The text as it stands: only a witness must tell a wrong root of size 0 from another fault.
    pub(crate) fn read(text: &str) -> Result<Self, CheckpointError> {
        if text.len() > CHECKPOINT_TEXT_BYTES_MAX {
            return Err(CheckpointError::TooLong { bytes: text.len() });
        }
        let mut lines = text.strip_suffix('\n').ok_or(CheckpointError::Format)?.split('\n');
        let (Some(origin), Some(size), Some(root)) = (lines.next(), lines.next(), lines.next())
        else {
            return Err(CheckpointError::Format);
        };
        if origin.is_empty() || lines.any(str::is_empty) {
            return Err(CheckpointError::Format);
        }
        let size = decimal(size).ok_or(CheckpointError::Size)?;
        let root = Hash::from_base64(root).map_err(|_| CheckpointError::Root)?;
        Ok(Self { origin: origin.to_owned(), size, root })
    }
}

impl fmt::Display for Checkpoint {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{}\n{}\n{}", self.origin, self.size, self.root.to_base64())
    }
}

impl FromStr for Checkpoint {
    type Err = CheckpointError;

    /// Reads the unsigned text, which ends in a newline.
    fn from_str(text: &str) -> Result<Self, CheckpointError> {
        let checkpoint = Self::read(text)?;
        if checkpoint.size == 0 && checkpoint.root != EMPTY_ROOT {
            return Err(CheckpointError::EmptyRoot);
        }
        Ok(checkpoint)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    fn signer() -> NoteSigner {
        NoteSigner::from_seed("ledger.example/city", &[3; 32]).unwrap()
    }

    fn checkpoint() -> Checkpoint {
        let origin = "ledger.example/city".to_owned();
        Checkpoint { origin, size: 17, root: leaf_hash(b"root") }
    }

    #[test]
    fn a_signed_checkpoint_opens_for_its_own_log_only() {
        let text = checkpoint().sign(&signer());
        assert_eq!(Checkpoint::open(&text, &signer().verifier()), Ok(checkpoint()));
        let refused = Checkpoint::open_of(&text, &signer().verifier(), "other.example");
        let found = "ledger.example/city".to_owned();
        assert_eq!(refused, Err(CheckpointError::Origin { found }));
        let other = NoteSigner::from_seed("ledger.example/city", &[4; 32]).unwrap().verifier();
        let unknown = CheckpointError::Note(NoteError::NoKnownSignature);
        assert_eq!(Checkpoint::open(&text, &other), Err(unknown));
    }

    #[test]
    fn every_changed_byte_is_noticed() {
        let text = checkpoint().sign(&signer());
        let verifier = signer().verifier();
        for (at, byte) in text.bytes().enumerate().filter(|(_, byte)| byte.is_ascii()) {
            let mut changed = text.clone().into_bytes();
            changed[at] = if byte == b'x' { b'y' } else { b'x' };
            let changed = String::from_utf8(changed).unwrap();
            assert!(Checkpoint::open(&changed, &verifier).is_err(), "byte {at}");
        }
    }

    #[test]
    fn a_log_may_have_another_name_than_its_key() {
        // Taken from sum.golang.org.
        let verifier = NoteVerifier::parse(
            "sum.golang.org+033de0ae+Ac4zctda0e5eza+HJyk9SxEdh+s3Ux18htTTAD8OuAn8",
        );
        let text = "go.sum database tree\n35225469\nvt5T6GaLCXvyHFl9VUvvItR43XZxfLgftEcTyO3eJCQ=\n\
                    \n— sum.golang.org Az3grpukl5AXaVfYkLiDGORx/DN2nlcS5kZHR5uYOBV2KA2HgXpD+gu9HHON\
                    ebHLAyaKbbTM75QTtPydhKCExixSfwQ=\n";
        let verifier = verifier.unwrap();
        let opened = Checkpoint::open_of(text, &verifier, "go.sum database tree").unwrap();
        assert_eq!(opened.size, 35_225_469);
        assert!(Checkpoint::open(text, &verifier).is_err());
    }

    #[test]
    fn texts_are_read_strictly() {
        let root = leaf_hash(b"root").to_base64();
        let check = |text: String, error| assert_eq!(text.parse::<Checkpoint>(), Err(error));
        let good = checkpoint().to_string();
        assert_eq!(good.parse(), Ok(checkpoint()));
        assert_eq!(format!("{good}extension\n").parse(), Ok(checkpoint()));
        check(String::new(), CheckpointError::Format);
        check(good.trim_end().to_owned(), CheckpointError::Format);
        check("origin\n1\n".to_owned(), CheckpointError::Format);
        check(format!("\n1\n{root}\n"), CheckpointError::Format);
        check(format!("{good}\n"), CheckpointError::Format);
        for size in ["", "01", "-1", "1 ", "18446744073709551616"] {
            check(format!("origin\n{size}\n{root}\n"), CheckpointError::Size);
        }
        check(format!("origin\n1\n{}\n", &root[4..]), CheckpointError::Root);
        check(format!("origin\n0\n{root}\n"), CheckpointError::EmptyRoot);
        assert!(format!("origin\n0\n{}\n", EMPTY_ROOT.to_base64()).parse::<Checkpoint>().is_ok());
        let long = good + &"x".repeat(CHECKPOINT_TEXT_BYTES_MAX);
        check(format!("{long}\n"), CheckpointError::TooLong { bytes: long.len() + 1 });
    }
}
