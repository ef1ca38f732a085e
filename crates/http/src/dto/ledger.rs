//! The ledger itself: its state, entries and receipts. The use cases answer in these shapes.

use super::TraceName;
use serde::Serialize;
use utoipa::ToSchema;

/// Proof that an entry stands in the ledger, as JSON and as `c2sp.org/tlog-proof@v1` text.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ReceiptLine {
    /// Index of the entry (0-based).
    pub index: u64,
    /// The public leaf, one line of ASCII; its RFC 6962 leaf hash stands in the tree.
    pub leaf: String,
    /// Size of the tree that the proof is for.
    pub size: u64,
    /// Root of that tree, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub root: String,
    /// RFC 6962 inclusion path, leaf sibling first, base64.
    pub inclusion: Vec<String>,
    /// The checkpoint that the log signed: a C2SP signed note.
    pub checkpoint: String,
    /// The same proof as `c2sp.org/tlog-proof@v1` text.
    pub proof: String,
    /// Whether the checkpoint carries the cosignatures of a quorum of witnesses.
    pub witnessed: bool,
    /// What opens the commitment; only for who may read the document.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = OpeningLine, required = false)]
    pub opening: Option<OpeningLine>,
}

/// What, together with the document, gives the leaf's commitment.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct OpeningLine {
    /// 32 random bytes, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub salt: String,
    /// Signatures (compact JWS) in order.
    pub signatures: Vec<String>,
    /// Media type of the document.
    pub media_type: String,
    /// What the ledger decided about it, exactly as committed to.
    pub outcome: String,
}

/// One entry of the ledger with its receipt.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct EntryAnswer {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// When the ledger took it, RFC 3339 in UTC.
    #[schema(format = DateTime)]
    pub time: String,
    /// Kind of entry, such as `epcis.capture`.
    pub kind: String,
    /// Alias of the issuer: the index of its registration.
    pub issuer: u64,
    /// Where it stands in the issuer's own chain (0-based).
    pub issuer_seq: u64,
    /// Its receipt under the newest checkpoint.
    pub receipt: ReceiptLine,
    /// The document exactly as it was sent; only for who may read it.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub document: Option<String>,
    /// The entry that erased the document, where one did. The leaf and its proofs stay valid.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = u64, required = false)]
    pub erased_by: Option<u64>,
}

/// The state that an answer was computed on.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LedgerStateLine {
    /// The ledger's name in checkpoints.
    pub origin: String,
    /// Number of entries.
    pub size: u64,
    /// Root of the tree of that size, lower-case hex.
    #[schema(pattern = "^[0-9a-f]{64}$")]
    pub root: String,
}

/// The ledger at a glance.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct LedgerAnswer {
    /// Its state.
    pub ledger: LedgerStateLine,
    /// The log's public key as a C2SP verifier key.
    pub vkey: String,
    /// Its witnesses; null where it asks nobody.
    pub witnesses: Option<WitnessesLine>,
    /// Number of accepted events.
    pub events: u64,
    /// Number of registered parties.
    pub parties: u64,
    /// Number of identifiers that events name.
    pub items: u64,
    /// The newest entries, newest first.
    pub recent: Vec<RecentEntryLine>,
    /// A few items of the newest events, to try a trace with; only for who may read names.
    pub examples: Vec<TraceName>,
}

/// What is known of a ledger's witnesses (c2sp.org/tlog-witness).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WitnessesLine {
    /// Size of the newest checkpoint that their quorum cosigned; null where there is none yet.
    pub cosigned_size: Option<u64>,
    /// Why this copy of the ledger takes no more writes: a witness holds what it does not contain.
    pub halted: Option<String>,
    /// Those that are asked.
    pub witnesses: Vec<WitnessLine>,
}

/// One witness.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct WitnessLine {
    /// What the ledger's policy calls it.
    pub name: String,
    /// Size that it cosigned last, 0 for none.
    pub size: u64,
    /// Its last answer was no cosignature, or none came.
    pub failing: bool,
}

/// One of the newest entries.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecentEntryLine {
    /// Index in the ledger (0-based).
    pub index: u64,
    /// When the ledger took it, RFC 3339 in UTC.
    #[schema(format = DateTime)]
    pub time: String,
    /// Kind of entry, such as `epcis.capture`.
    pub kind: String,
    /// Alias of the issuer.
    pub issuer: u64,
    /// Its name, for who may read names.
    pub issuer_name: Option<String>,
    /// Number of accepted events.
    pub events: u32,
}

/// The process runs.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct Health {
    /// Always `ok`.
    pub status: &'static str,
}
