//! Flaws of the records, in the shape in which the use case gives them.

use super::{LedgerStateLine, PositionLine};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What the records lack or contradict.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct QualityAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// A record counts as late so many hours after its event.
    pub late_hours: u32,
    /// Events that were looked at.
    pub events: u64,
    /// How many flaws of each kind there are, also where the list is cut.
    pub counts: BTreeMap<String, u64>,
    /// By kind, places and events.
    pub flaws: Vec<FlawLine>,
    /// There were more flaws than one answer holds.
    pub truncated: bool,
    /// Where the events stand that the answer rests on; only where it was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub rests_on: Vec<PositionLine>,
    /// Names of places and parties, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

/// One flaw of the records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct FlawLine {
    /// What it is.
    pub kind: FlawWord,
    /// Where the item was last, or the sender.
    pub from_place: Option<String>,
    /// Where it was seen next, or the receiver.
    pub to_place: Option<String>,
    /// `eventID`s of the events concerned, by time.
    pub events: Vec<String>,
    /// Canonical identifiers of the items concerned, sorted.
    pub items: Vec<String>,
    /// Canonical identifiers of the parties to ask, sorted.
    pub ask: Vec<String>,
    /// What exactly, in English, for experts.
    pub detail: String,
}

/// What a flaw is about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum FlawWord {
    /// Sent, and no receipt is recorded.
    NotReceived,
    /// It is at a place that no shipment is recorded to.
    NotShipped,
    /// The records do not say where it came from.
    NoOrigin,
    /// Used or sent before it arrived or was made, or received before it was sent.
    OutOfOrder,
    /// A time that cannot be: later than its record.
    ImpossibleTime,
    /// Amounts that contradict each other.
    QuantityMismatch,
    /// Two parties state one movement with different amounts.
    ConflictingWitness,
    /// An amount that is a hundred times what the same party states otherwise.
    OutOfScale,
    /// More came out of a run than went in, or less than half.
    DoubtfulYield,
    /// An ingredient of itself.
    OwnIngredient,
    /// The same thing recorded twice under different `eventID`s.
    RecordedTwice,
    /// The record names the product and no lot.
    Unlotted,
    /// A shipment without a recipient, or a receipt without a supplier.
    NoCounterparty,
    /// Recorded later after the event than is allowed.
    PostedLate,
    /// The issuer, or a regulator, declared it to be in error.
    ErrorDeclared,
    /// Somebody else declared it to be in error.
    Disputed,
}
