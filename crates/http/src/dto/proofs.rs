//! Proofs of events. The use cases answer in these shapes.

use super::LedgerStateLine;
use serde::Serialize;
use utoipa::ToSchema;

/// Proofs of the events that an answer rests on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EventProofsAnswer {
    /// The state that the events are proved to stand in.
    pub ledger: LedgerStateLine,
    /// The entries, in order.
    pub entries: Vec<ProvedEntryLine>,
    /// One proof that all their leaves stand in the tree of that state: hashes (RFC 6962 section
    /// 2.1) of the largest subtrees without any of them, from left to right, base64.
    pub inclusion: Vec<String>,
    /// RFC 6962 consistency proof from that state to the checkpoint, base64; empty where they are
    /// of one size.
    pub consistency: Vec<String>,
    /// A checkpoint that covers that state, as the log signed it.
    pub checkpoint: String,
    /// Whether the checkpoint carries the cosignatures of a quorum of witnesses.
    pub witnessed: bool,
}

/// One entry with the events that were asked for.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProvedEntryLine {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// The public leaf.
    pub leaf: String,
    /// The events that the asker may read.
    pub events: Vec<ProvedEventLine>,
    /// Ordinals of those that it may not read: only their entry is proved.
    pub withheld: Vec<u32>,
    /// The entry that erased the document: its events can no longer be proved.
    pub erased_by: Option<u64>,
}

/// One event, and that it stands under the leaf's `events_root`.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ProvedEventLine {
    /// Ordinal in its document (0-based).
    pub ordinal: u32,
    /// Its exact text. Its leaf hash in `events_root` is SHA-256(0x00 ‖ salt ‖ text).
    pub event: String,
    /// Its salt, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub salt: String,
    /// Events of the document.
    pub events_all: u64,
    /// RFC 6962 inclusion path in the tree of the document's events, base64.
    pub inclusion: Vec<String>,
}
