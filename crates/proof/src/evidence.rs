//! Evidence that a log split: two checkpoints it signed that no single history can explain.
//!
//! ```text
//! laiqu/1 evidence
//! old-root <base64>         only where the sizes differ: the newer tree's root at the older size
//! <base64 of a hash>...     and the consistency path from there to the newer root
//!
//! <the older checkpoint, verbatim>
//!
//! <the newer checkpoint, verbatim>
//! ```
//! Whoever trusts the log's verifier key needs nothing else: the log signed that it had one root at
//! a size, and signed a tree that has another one there.

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::NOTE_BYTES_MAX;
use crate::policy::{OpenedCheckpoint, Policy};
use crate::signed_checkpoint::SignedCheckpoint;
use crate::subtree::proof_roots;
use crate::verify::{PROOF_HASHES_MAX, ProofError, verify_consistency};

/// Longest evidence file, in bytes: the longest path and two of the longest notes.
pub const EVIDENCE_BYTES_MAX: usize = 128 + PROOF_HASHES_MAX * 45 + 2 * NOTE_BYTES_MAX;

const HEADER: &str = "laiqu/1 evidence";

/// Why evidence is refused: it then proves nothing, and says nothing about the log either.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum EvidenceError {
    /// Longer than [`EVIDENCE_BYTES_MAX`].
    #[error("evidence of {bytes} bytes is above the limit of {EVIDENCE_BYTES_MAX}")]
    TooLong {
        /// Length of the file.
        bytes: usize,
    },
    /// Not header, path and two signed checkpoints with blank lines between them.
    #[error("not evidence: header, path, two signed checkpoints, with blank lines between them")]
    Format,
    /// The older checkpoint is refused.
    #[error("the older checkpoint is refused: {0}")]
    Older(CheckpointError),
    /// The newer checkpoint is refused.
    #[error("the newer checkpoint is refused: {0}")]
    Newer(CheckpointError),
    /// The checkpoints are of two logs.
    #[error("the two checkpoints are of different logs")]
    Origins,
    /// The first checkpoint is larger than the second, or a path stands where none is needed.
    #[error("the checkpoints stand in the wrong order, or a path stands between equal sizes")]
    Order,
    /// Both checkpoints state the same, or the path shows that the newer extends the older.
    #[error("the two checkpoints do not contradict each other")]
    NoContradiction,
    /// The path does not lead to the newer root.
    #[error("the path does not lead to the newer checkpoint: {0}")]
    Path(ProofError),
}

/// Two signed checkpoints of one log and, for different sizes, the path that sets them apart.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Evidence {
    older: String,
    newer: String,
    between: Option<(Hash, Vec<Hash>)>,
}

/// A proven split: the log signed both.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Split {
    /// The checkpoint with the smaller size, or the first of two with the same.
    pub older: OpenedCheckpoint,
    /// The other one.
    pub newer: OpenedCheckpoint,
    /// Root of the newer tree at the older size; it is not the older root.
    pub old_root: Hash,
}

impl Evidence {
    /// Evidence from two signed checkpoints and a consistency proof between their sizes that does
    /// not hold, as a witness gets it. `None` where these three prove nothing: they agree, or the
    /// proof does not lead to the newer root, or the older size is a power of two, for which a
    /// proof tells no other old root ([`Evidence::with_old_root`] then needs it from a tree).
    /// No signature is checked here.
    #[must_use]
    pub fn of_proof(older: &str, newer: &str, path: &[Hash]) -> Option<Self> {
        let (from, to) = (parse(older)?, parse(newer)?);
        let old_root =
            if from.size == to.size { to.root } else { proof_roots(from.size, to.size, path)?.0 };
        Self::with_old_root(older, newer, old_root, path)
    }

    /// Evidence from two signed checkpoints, the root that the newer tree has at the older size,
    /// and the path between these two; `None` where they prove nothing. For equal sizes the old
    /// root is the newer one, and the path counts for nothing. No signature is checked here.
    #[must_use]
    pub fn with_old_root(older: &str, newer: &str, old_root: Hash, path: &[Hash]) -> Option<Self> {
        let same_size = parse(older)?.size == parse(newer)?.size;
        let between = (!same_size).then(|| (old_root, path.to_vec()));
        let evidence = Self { older: older.to_owned(), newer: newer.to_owned(), between };
        evidence.contradiction(&parse(older)?, &parse(newer)?).ok()?;
        Some(evidence)
    }

    /// Checks that a log of this policy signed both checkpoints and that they contradict each
    /// other. The policy's quorum counts for nothing here.
    ///
    /// # Errors
    /// [`EvidenceError`]: nothing is proven.
    pub fn check(&self, policy: &Policy) -> Result<Split, EvidenceError> {
        let older = policy.open(&self.older).map_err(EvidenceError::Older)?;
        let newer = policy.open(&self.newer).map_err(EvidenceError::Newer)?;
        let old_root = self.contradiction(&older.checkpoint, &newer.checkpoint)?;
        Ok(Split { older, newer, old_root })
    }

    /// The newer tree's root at the older size, where that is not what the older checkpoint says.
    fn contradiction(&self, older: &Checkpoint, newer: &Checkpoint) -> Result<Hash, EvidenceError> {
        if older.origin != newer.origin {
            return Err(EvidenceError::Origins);
        }
        let old_root = match &self.between {
            None if older.size == newer.size => newer.root,
            Some((old_root, path)) if older.size < newer.size => {
                verify_consistency(older.size, newer.size, path, old_root, &newer.root)
                    .map_err(EvidenceError::Path)?;
                *old_root
            }
            _ => return Err(EvidenceError::Order),
        };
        if old_root == older.root { Err(EvidenceError::NoContradiction) } else { Ok(old_root) }
    }
}

fn parse(note: &str) -> Option<Checkpoint> {
    Some(SignedCheckpoint::parse(note).ok()?.checkpoint().clone())
}

impl fmt::Display for Evidence {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(out, "{HEADER}")?;
        if let Some((old_root, path)) = &self.between {
            writeln!(out, "old-root {}", old_root.to_base64())?;
            path.iter().try_for_each(|hash| writeln!(out, "{}", hash.to_base64()))?;
        }
        write!(out, "\n{}\n{}", self.older, self.newer)
    }
}

impl FromStr for Evidence {
    type Err = EvidenceError;

    /// Reads a file; [`Evidence::check`] says whether it proves anything.
    fn from_str(text: &str) -> Result<Self, EvidenceError> {
        if text.len() > EVIDENCE_BYTES_MAX {
            return Err(EvidenceError::TooLong { bytes: text.len() });
        }
        // A checkpoint is two blocks: its text has no blank line, and one stands before the lines.
        let blocks: Vec<&str> = text.split("\n\n").collect();
        let [head, old_text, old_lines, new_text, new_lines] = blocks.as_slice() else {
            return Err(EvidenceError::Format);
        };
        let mut lines = head.split('\n');
        if lines.next() != Some(HEADER) {
            return Err(EvidenceError::Format);
        }
        let hash = |text: &str| Hash::from_base64(text).map_err(|_| EvidenceError::Format);
        let between = match lines.next() {
            None => None,
            Some(line) => {
                let old_root = line.strip_prefix("old-root ").ok_or(EvidenceError::Format)?;
                Some((hash(old_root)?, lines.map(hash).collect::<Result<_, _>>()?))
            }
        };
        let older = format!("{old_text}\n\n{old_lines}\n");
        let newer = format!("{new_text}\n\n{new_lines}");
        Ok(Self { older, newer, between })
    }
}

#[cfg(test)]
#[path = "evidence_tests.rs"]
mod tests;
