//! All that an auditor needs: RFC 6962 trees and proofs, tiles, signed notes, checkpoints, receipts
//! and the signatures of issuers.
//!
//! This crate must never contain input or output, a clock or randomness: keys, sizes and texts are
//! arguments, so that server and offline verifier run the very same code.
//!
//! ```
//! use laiqu_proof::{Tree, leaf_hash, verify_inclusion};
//!
//! let mut tree = Tree::new();
//! for entry in [b"first".as_slice(), b"second", b"third"] {
//!     tree.push(leaf_hash(entry));
//! }
//! let root = tree.root_at(3).unwrap();
//! let path = tree.inclusion(1, 3).unwrap();
//! assert!(verify_inclusion(&leaf_hash(b"second"), 1, 3, &path, &root).is_ok());
//! assert!(verify_inclusion(&leaf_hash(b"forged"), 1, 3, &path, &root).is_err());
//! ```

mod bundle;
mod checkpoint;
mod claims;
mod cosignature;
mod evidence;
mod frontier;
mod hash;
mod json;
mod jwk;
mod jws;
mod jws_error;
mod multi;
mod note;
mod note_key;
mod policy;
mod policy_parse;
mod private_jwk;
mod public_key;
mod receipt;
mod signed_checkpoint;
mod source;
mod subtree;
mod text;
mod tile;
mod tree;
mod verify;
mod witness;

pub use bundle::{ENTRY_BYTES_MAX, decode_bundle, decode_hashes, push_entry};
pub use checkpoint::{CHECKPOINT_TEXT_BYTES_MAX, Checkpoint, CheckpointError};
pub use claims::SubmissionClaims;
pub use cosignature::CosignatureSigner;
pub use evidence::{EVIDENCE_BYTES_MAX, Evidence, EvidenceError, Split};
pub use frontier::{Frontier, root_of};
pub use hash::{EMPTY_ROOT, Hash, HashError, leaf_hash, node_hash};
pub use jwk::{JWK_BYTES_MAX, JwkError, PublicJwk};
pub use jws::{JWS_BYTES_MAX, SUBMISSION_TYP, SubmissionJws, sign_submission};
pub use jws_error::JwsError;
pub use multi::{multi_inclusion_path, verify_multi_inclusion};
pub use note::{NOTE_BYTES_MAX, NOTE_SIGNATURES_MAX, Note, NoteError, NoteSignature, Signed};
pub use note_key::{KEY_NAME_BYTES_MAX, KeyError, NoteSigner, NoteVerifier};
pub use policy::{CosignedBy, OpenedCheckpoint, Policy, PolicyKey, PolicyLog, PolicyWitness};
pub use policy_parse::{POLICY_BYTES_MAX, POLICY_ITEMS_MAX, PolicyError, PolicyFault};
pub use private_jwk::PrivateJwk;
pub use public_key::PublicKeyError;
pub use receipt::{RECEIPT_BYTES_MAX, RECEIPT_EXTRA_BYTES_MAX, ReceiptError, TlogProof};
pub use signed_checkpoint::SignedCheckpoint;
pub use source::{
    HashSource, consistency_path, frontier_at, inclusion_path, root_at, subtree_consistency_path,
    subtree_inclusion_path, subtree_root,
};
pub use subtree::{Subtree, verify_subtree_consistency, verify_subtree_inclusion};
pub use tile::{
    TILE_INDEX_MAX, TILE_LEVEL_MAX, TILE_PATH_BYTES_MAX, TILE_WIDTH, TileError, TileLevel,
    TilePath, tiles_of,
};
pub use tree::{NoNode, Tree};
pub use verify::{PROOF_HASHES_MAX, ProofError, verify_consistency, verify_inclusion};
pub use witness::{
    ADD_CHECKPOINT_BYTES_MAX, AddCheckpoint, AddCheckpointError, REPEATED_SECONDS_MAX,
    TLOG_SIZE_TYPE, WITNESS_PROOF_HASHES_MAX, WitnessDecision, WitnessReply,
};
