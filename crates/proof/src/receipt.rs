//! Receipts (c2sp.org/tlog-proof): proof that an entry is in a log, to keep and check offline.

use std::fmt;
use std::str::FromStr;

use data_encoding::BASE64;
use thiserror::Error;

use crate::checkpoint::{Checkpoint, CheckpointError};
use crate::hash::Hash;
use crate::note::NOTE_BYTES_MAX;
use crate::note_key::NoteVerifier;
use crate::policy::{OpenedCheckpoint, Policy};
use crate::text::decimal;
use crate::verify::{PROOF_HASHES_MAX, ProofError, verify_inclusion};

/// Longest unauthenticated addition to a receipt, in bytes before base64.
pub const RECEIPT_EXTRA_BYTES_MAX: usize = 262_144;
/// Longest receipt, in bytes: the largest addition, the longest path and the longest checkpoint.
pub const RECEIPT_BYTES_MAX: usize =
    RECEIPT_EXTRA_BYTES_MAX.div_ceil(3) * 4 + PROOF_HASHES_MAX * 45 + NOTE_BYTES_MAX + 128;

const HEADER: &str = "c2sp.org/tlog-proof@v1\n";

/// Why a receipt is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ReceiptError {
    /// Longer than [`RECEIPT_BYTES_MAX`].
    #[error("a receipt of {bytes} bytes is above the limit of {RECEIPT_BYTES_MAX}")]
    TooLong {
        /// Length of the receipt.
        bytes: usize,
    },
    /// The first line is another.
    #[error("not a receipt: the first line is not c2sp.org/tlog-proof@v1")]
    Header,
    /// The `extra` line is no base64, or holds more than [`RECEIPT_EXTRA_BYTES_MAX`].
    #[error("the extra line is not base64 of at most {RECEIPT_EXTRA_BYTES_MAX} bytes")]
    Extra,
    /// The `index` line is missing or no decimal number.
    #[error("the index line is not \"index <number>\"")]
    Index,
    /// A line of the path is no base64 of 32 bytes, or there are too many.
    #[error("hash {number} of the path is not the base64 of 32 bytes, or one too many")]
    Hash {
        /// Number of the hash, from 1.
        number: usize,
    },
    /// No blank line with a checkpoint after it.
    #[error("the receipt has no checkpoint")]
    NoCheckpoint,
    /// The checkpoint is refused.
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    /// The entry is not in the tree of the checkpoint.
    #[error(transparent)]
    Proof(#[from] ProofError),
}

/// An inclusion proof with the checkpoint that it leads to.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TlogProof {
    /// Index of the entry.
    pub index: u64,
    /// Inclusion proof, the leaf's sibling first.
    pub path: Vec<Hash>,
    /// The signed checkpoint, verbatim with all its cosignatures.
    pub checkpoint: String,
    /// Bytes for the holder that nothing here authenticates.
    pub extra: Option<Vec<u8>>,
}

impl TlogProof {
    /// Checks that the entry with this leaf hash is in the log `origin`, whose checkpoint
    /// `verifier`'s key signed, and gives that checkpoint. Leaf, key and origin are the caller's.
    ///
    /// # Errors
    /// [`ReceiptError::Checkpoint`] or [`ReceiptError::Proof`].
    pub fn verify(
        &self,
        leaf: &Hash,
        verifier: &NoteVerifier,
        origin: &str,
    ) -> Result<Checkpoint, ReceiptError> {
        let checkpoint = Checkpoint::open_of(&self.checkpoint, verifier, origin)?;
        verify_inclusion(leaf, self.index, checkpoint.size, &self.path, &checkpoint.root)?;
        Ok(checkpoint)
    }

    /// Checks that the entry with this leaf hash is in a log of the policy. Whether enough
    /// witnesses cosigned the checkpoint is told, not demanded, in
    /// [`OpenedCheckpoint::quorum_met`].
    ///
    /// # Errors
    /// [`ReceiptError::Checkpoint`] or [`ReceiptError::Proof`].
    pub fn verify_under(
        &self,
        leaf: &Hash,
        policy: &Policy,
    ) -> Result<OpenedCheckpoint, ReceiptError> {
        let opened = policy.open(&self.checkpoint)?;
        let Checkpoint { size, root, .. } = &opened.checkpoint;
        verify_inclusion(leaf, self.index, *size, &self.path, root)?;
        Ok(opened)
    }
}

impl fmt::Display for TlogProof {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(HEADER)?;
        if let Some(extra) = &self.extra {
            writeln!(out, "extra {}", BASE64.encode_display(extra))?;
        }
        writeln!(out, "index {}", self.index)?;
        for hash in &self.path {
            writeln!(out, "{}", BASE64.encode_display(&hash.0))?;
        }
        write!(out, "\n{}", self.checkpoint)
    }
}

impl FromStr for TlogProof {
    type Err = ReceiptError;

    /// Reads a receipt. The checkpoint is taken verbatim; [`TlogProof::verify`] opens it.
    fn from_str(text: &str) -> Result<Self, ReceiptError> {
        if text.len() > RECEIPT_BYTES_MAX {
            return Err(ReceiptError::TooLong { bytes: text.len() });
        }
        let body = text.strip_prefix(HEADER).ok_or(ReceiptError::Header)?;
        let (head, checkpoint) = body.split_once("\n\n").ok_or(ReceiptError::NoCheckpoint)?;
        if checkpoint.is_empty() {
            return Err(ReceiptError::NoCheckpoint);
        }
        let (extra, head) = match head.strip_prefix("extra ") {
            None => (None, head),
            Some(rest) => {
                let (extra, rest) = rest.split_once('\n').ok_or(ReceiptError::Index)?;
                (Some(parse_extra(extra)?), rest)
            }
        };
        let mut lines = head.split('\n');
        let index = lines.next().and_then(|line| line.strip_prefix("index ")).and_then(decimal);
        let index = index.ok_or(ReceiptError::Index)?;
        let mut path = Vec::new();
        for (at, line) in lines.enumerate() {
            let wrong = ReceiptError::Hash { number: at + 1 };
            match Hash::from_base64(line) {
                Ok(hash) if at < PROOF_HASHES_MAX => path.push(hash),
                _ => return Err(wrong),
            }
        }
        Ok(Self { index, path, checkpoint: checkpoint.to_owned(), extra })
    }
}

fn parse_extra(text: &str) -> Result<Vec<u8>, ReceiptError> {
    let extra = BASE64.decode(text.as_bytes()).map_err(|_| ReceiptError::Extra)?;
    if extra.len() > RECEIPT_EXTRA_BYTES_MAX { Err(ReceiptError::Extra) } else { Ok(extra) }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::cosignature::CosignatureSigner;
    use crate::hash::leaf_hash;
    use crate::note_key::NoteSigner;
    use crate::signed_checkpoint::SignedCheckpoint;
    use crate::tree::Tree;

    const ORIGIN: &str = "ledger.example/city";

    fn signer() -> NoteSigner {
        NoteSigner::from_seed(ORIGIN, &[3; 32]).unwrap()
    }

    fn receipt(index: u64, size: u64, extra: Option<&[u8]>) -> TlogProof {
        let mut tree = Tree::new();
        (0..size).for_each(|index| tree.push(leaf_hash(&index.to_be_bytes())));
        let root = tree.root_at(size).unwrap();
        let checkpoint = Checkpoint { origin: ORIGIN.to_owned(), size, root }.sign(&signer());
        let path = tree.inclusion(index, size).unwrap();
        TlogProof { index, path, checkpoint, extra: extra.map(<[u8]>::to_vec) }
    }

    #[test]
    fn receipts_verify_and_round_trip() {
        for (index, size) in [(0, 1), (0, 2), (4, 7), (6, 7), (255, 300)] {
            for extra in [None, Some(b"".as_slice()), Some(b"salt")] {
                let receipt = receipt(index, size, extra);
                let read: TlogProof = receipt.to_string().parse().unwrap();
                assert_eq!(read, receipt);
                let leaf = leaf_hash(&index.to_be_bytes());
                let opened = read.verify(&leaf, &signer().verifier(), ORIGIN).unwrap();
                assert_eq!(opened.size, size);
            }
        }
    }

    #[test]
    fn the_text_is_that_of_the_specification() {
        let receipt = receipt(1, 2, Some(b"x"));
        let sibling = leaf_hash(&0_u64.to_be_bytes()).to_base64();
        let expected = format!(
            "c2sp.org/tlog-proof@v1\nextra eA==\nindex 1\n{sibling}\n\n{}",
            receipt.checkpoint
        );
        assert_eq!(receipt.to_string(), expected);
    }

    #[test]
    fn another_leaf_index_key_or_log_is_refused() {
        let receipt = receipt(4, 7, None);
        let leaf = leaf_hash(&4_u64.to_be_bytes());
        let verifier = signer().verifier();
        let other_leaf = receipt.verify(&leaf_hash(b"other"), &verifier, ORIGIN);
        assert_eq!(other_leaf, Err(ReceiptError::Proof(ProofError::Root)));
        let moved = TlogProof { index: 5, ..receipt.clone() };
        assert!(moved.verify(&leaf, &verifier, ORIGIN).is_err());
        let found = ORIGIN.to_owned();
        let other_log = receipt.verify(&leaf, &verifier, "other.example");
        assert_eq!(other_log, Err(CheckpointError::Origin { found }.into()));
        let other_key = NoteSigner::from_seed(ORIGIN, &[4; 32]).unwrap().verifier();
        assert!(receipt.verify(&leaf, &other_key, ORIGIN).is_err());
    }

    #[test]
    fn under_a_policy_the_quorum_is_told() {
        let witness = CosignatureSigner::from_seed("w.example", &[5; 32]).unwrap();
        let policy = format!("log {}\nwitness w {}\nquorum w\n", signer().vkey(), witness.vkey());
        let policy = Policy::parse(policy.as_bytes()).unwrap();
        let mut receipt = receipt(4, 7, None);
        let leaf = leaf_hash(&4_u64.to_be_bytes());
        assert!(!receipt.verify_under(&leaf, &policy).unwrap().quorum_met);
        let mut signed = SignedCheckpoint::parse(&receipt.checkpoint).unwrap();
        signed.add(&witness.cosignature_line(signed.text(), 9)).unwrap();
        receipt.checkpoint = signed.to_string();
        assert!(receipt.verify_under(&leaf, &policy).unwrap().quorum_met);
        let other_leaf = receipt.verify_under(&leaf_hash(b"other"), &policy);
        assert_eq!(other_leaf, Err(ReceiptError::Proof(ProofError::Root)));
    }

    #[test]
    fn other_formats_are_refused_with_the_reason() {
        let good = receipt(0, 2, Some(b"x")).to_string();
        let check = |text: String, error| assert_eq!(text.parse::<TlogProof>(), Err(error));
        check(String::new(), ReceiptError::Header);
        check(good.replace("@v1", "@v2"), ReceiptError::Header);
        check(good.replace("eA==", "eA"), ReceiptError::Extra);
        check(good.replace("index 0", "index 00"), ReceiptError::Index);
        check(good.replace("index 0\n", ""), ReceiptError::Index);
        check(good.replace("extra eA==\nindex 0\n", "index 0\nextra eA==\n"), wrong_hash(1));
        check(good.replace("=\n\n", "\n\n"), wrong_hash(1));
        let many = Hash::ZERO.to_base64() + "\n";
        let many = format!("index 0\n{}", many.repeat(PROOF_HASHES_MAX));
        check(good.replace("index 0\n", &many), wrong_hash(PROOF_HASHES_MAX + 1));
        check(good.split_once("\n\n").unwrap().0.to_owned(), ReceiptError::NoCheckpoint);
        let long = good + &"x".repeat(RECEIPT_BYTES_MAX);
        check(long.clone(), ReceiptError::TooLong { bytes: long.len() });
    }

    fn wrong_hash(number: usize) -> ReceiptError {
        ReceiptError::Hash { number }
    }

    proptest! {
        #[test]
        fn no_text_panics(text in "(extra |index |[0-9]|AA==|\n|\\PC){0,40}") {
            let text = format!("{HEADER}{text}");
            if let Ok(read) = text.parse::<TlogProof>() {
                prop_assert_eq!(read.to_string(), text);
            }
        }
    }
}
