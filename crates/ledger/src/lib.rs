//! The ledger's truth: entries as public leaves and private frames in append-only segment files,
//! written with one sync per commit, recovered after a crash, read beside the writer, verified
//! to the last byte.
//!
//! It must never contain what an event means, a clock, a network or a rebuildable index.
//!
//! | file | trusted | may be lost | who edits it gains |
//! |---|---|---|---|
//! | `NNNNNNNNNNNN.seg` | no: checked by checkpoints and signatures | never | nothing unseen |
//! | `head` | as a lower bound of what is durable | no: opening refuses | a lost tail unnoticed |
//! | `NNNNNNNNNNNN.sum` | no: must fit to the segments around it | yes: written anew | nothing |
//! | `tree-N` | no: each tile is checked against the tree's head | yes: written anew | nothing |
//! | `reserve` | – | yes: space for the operator on a full disk | nothing |
//! | `lock` | – | yes | a second writer |
//!
//! ```
//! use laiqu_ledger::{Frame, Kind, Leaf, Log, LogOptions, PreparedEntry, events_root};
//! use laiqu_proof::Hash;
//!
//! let directory = tempfile::tempdir()?;
//! let mut log = Log::create(&directory.path().join("log"), LogOptions::default())?;
//! let payload = br#"{"origin":"example.org/ledger","log_vkey":"..."}"#.to_vec();
//! let frame = Frame {
//!     salt: [7; 32],
//!     signatures: vec![],
//!     media_type: "application/json".to_owned(),
//!     outcome: b"{}".to_vec(),
//!     payload,
//! };
//! let issuer = log.issuer_head(0);
//! let leaf = Leaf {
//!     index: log.head().size,
//!     time_micros: 1_795_413_600_123_456,
//!     prev: log.head().last_leaf_hash,
//!     kind: Kind::LedgerInit,
//!     issuer: 0,
//!     issuer_seq: issuer.next_seq,
//!     issuer_prev: issuer.last_leaf_hash,
//!     keys: vec![],
//!     events_root: events_root(&frame.salt, &[&frame.payload]),
//!     commitment: frame.commitment(),
//! };
//! log.append(&[PreparedEntry::new(leaf, frame.encode()?, 1)?])?;
//! assert_eq!(log.reader().entry(0)?.frame, Some(frame));
//! assert_ne!(log.head().last_leaf_hash, Hash::ZERO);
//! log.close()?;
//! # Ok::<(), Box<dyn std::error::Error>>(())
//! ```

mod access;
mod bytes;
mod chain;
mod derived;
mod erasure;
mod error;
mod frame;
mod frame_place;
mod frame_view;
mod head;
mod inspect;
mod judge;
mod kind;
mod leaf;
mod log;
mod options;
mod prepared;
mod reader;
mod records;
mod recover;
mod scan;
mod segment;
mod settle;
mod storage;
mod summary;
mod time;
mod tree;
mod unit;
mod unit_head;
mod verify;

#[cfg(test)]
mod testing;
#[cfg(test)]
mod tests;

pub use access::is_being_written;
pub use chain::{ChainFault, Head, IssuerHead};
pub use derived::{Derived, check_derived, repair_derived};
pub use erasure::Erased;
pub use error::{Damage, Error};
pub use frame::{
    FRAME_BYTES_MAX, Frame, FrameError, MEDIA_TYPE_BYTES_MAX, OUTCOME_BYTES_MAX, PAYLOAD_BYTES_MAX,
    SALT_BYTES, SIGNATURE_BYTES_MAX, SIGNATURES_MAX, commitment, event_hash, event_salt,
    events_root,
};
pub use frame_view::FrameView;
pub use kind::Kind;
pub use leaf::{LEAF_BYTES_MAX, Leaf, LeafError};
pub use log::Log;
pub use options::{Appended, LogOptions};
pub use prepared::PreparedEntry;
pub use reader::{Entry, Reader};
pub use recover::{Durable, FrameRange, Piece, Recovery};
pub use scan::Scan;
pub use segment::{SEGMENT_BYTES_MAX, ZERO_PIECE_BYTES};
pub use storage::{DirectoryStorage, Storage, StorageFile, StorageLock};
pub use time::{TIME_MICROS_MAX, format_time, parse_time};
pub use tree::LogTree;
pub use unit::{UNIT_BYTES_MAX, UNIT_ENTRIES_MAX};
pub use verify::{
    FINDINGS_MAX, Finding, FrameAudit, FrameVerdict, LogKey, Progress, Report, Severity,
    SplitEvents, VerifyOptions, verify, verify_dir,
};
