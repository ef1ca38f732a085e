//! What auditors get. The use cases answer in these shapes.

use super::OpeningLine;
use serde::Serialize;
use utoipa::ToSchema;

/// Some of a party's entries, in the order of its own chain, all of them in one tree.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PartyChainAnswer {
    /// Identifier of the party.
    pub party: String,
    /// Its alias in public leaves.
    pub alias: u64,
    /// Size of the tree that the proofs are for.
    pub size: u64,
    /// Root of that tree, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub root: String,
    /// The checkpoint of that tree, as the log signed it.
    pub checkpoint: String,
    /// How many entries the party has in that tree.
    pub entries_all: u64,
    /// Entries from the asked place on, in order.
    pub entries: Vec<ChainedEntryLine>,
    /// Place of the first entry that this page leaves out; ask for it with the same `size`.
    pub next: Option<u64>,
}

/// One entry in the chain of its issuer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ChainedEntryLine {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// The public leaf; it states `issuer_seq`, its place in this chain, and `issuer_prev`.
    pub leaf: String,
    /// RFC 6962 inclusion path, leaf sibling first, base64.
    pub inclusion: Vec<String>,
}

/// Proof that one state of the ledger is the beginning of a later one.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ConsistencyAnswer {
    /// Size of the earlier tree.
    pub from: u64,
    /// Size of the later tree.
    pub to: u64,
    /// Root of the earlier tree, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub from_root: String,
    /// Root of the later tree, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub to_root: String,
    /// RFC 6962 consistency proof, base64; empty where `from` is 0 or equal to `to`.
    pub consistency: Vec<String>,
    /// The checkpoint of the later tree, as the log signed it.
    pub checkpoint: String,
}

/// The private frame of an entry, with the leaf that commits to it.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrivateEntryLine {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// The public leaf.
    pub leaf: String,
    /// What, together with the document, gives the leaf's commitment.
    pub opening: OpeningLine,
    /// The document exactly as it was sent.
    pub document: String,
}

/// Private frames of several entries.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct PrivateEntriesAnswer {
    /// Those that the reader may see, in order.
    pub entries: Vec<PrivateEntryLine>,
    /// Entries of the range that the reader may not see.
    pub withheld: Vec<u64>,
    /// Entries of the range whose document was erased.
    pub erased: Vec<ErasedEntryLine>,
    /// What to give as `from` to go on; none at the end.
    pub next: Option<u64>,
}

/// An entry whose document was erased.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ErasedEntryLine {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// The entry that erased it, once that is known.
    pub by: Option<u64>,
}
