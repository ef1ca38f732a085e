//! The answer to a trace, in the shape in which the lot graph gives it.

use super::trace_codes::{
    TraceEventType, TraceGrade, TraceIssueKind, TraceLimit, TraceLinkKind, TraceLotKind,
    TracePairedBy, TraceReason,
};
use super::{ErasedEntryLine, LedgerStateLine, PositionLine};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// A closure of lots with everything that is recorded about them.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// Canonical identifiers of what was asked about: items, or a party or a place. The items that
    /// the walk started from are those of depth 0.
    pub starts: Vec<String>,
    /// Of the items asked about, `to` included, those that no event names; for a business, none
    /// that it may read.
    pub unknown: Vec<String>,
    /// The other end, where only what lies between was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub to: Option<String>,
    /// Only events since then were followed, as asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub walk_from: Option<String>,
    /// Only events until then were followed, as asked.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, format = DateTime, required = false)]
    pub walk_until: Option<String>,
    /// Every item of the closure, by distance from the start, then identifier.
    pub lots: Vec<TraceLot>,
    /// Every event that names one of them, by time, then position.
    pub events: Vec<TraceEvent>,
    /// What joins them, by time, then position.
    pub links: Vec<TraceLink>,
    /// Parties that these events name.
    pub parties: Vec<TraceName>,
    /// Places that these events name.
    pub places: Vec<TraceName>,
    /// What is missing from the records or contradicts itself.
    pub issues: Vec<TraceIssue>,
    /// A limit cut the walk; `cut` says which.
    pub truncated: bool,
    /// The limits that cut it, with what they allow: beyond each there is more.
    pub cut: Vec<TraceCut>,
    /// Names of lots and products, by canonical identifier.
    pub names: BTreeMap<String, String>,
    /// Documents behind this answer that were erased: of these only times, amounts and hashed
    /// identifiers (`urn:laiqu:erased:…`) are left, and what only they said can no longer be shown.
    pub erased: Vec<ErasedEntryLine>,
}

/// A limit that cut a walk.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TraceCut {
    /// Which one.
    pub limit: TraceLimit,
    /// The most that it allows; null for time, whose ends are `walk_from` and `walk_until`.
    pub most: Option<u64>,
}

/// An interval of kilograms.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct TraceKilograms {
    /// At least this much.
    pub min: f64,
    /// At most this much; null where the records do not say.
    pub max: Option<f64>,
}

/// One item of the closure.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceLot {
    /// Canonical identifier.
    pub id: String,
    /// What it stands for.
    pub kind: TraceLotKind,
    /// How sure it is that it belongs here.
    pub grade: TraceGrade,
    /// Why it is not surer.
    pub reasons: Vec<TraceReason>,
    /// Fewest steps from the start.
    pub depth: u32,
    /// Canonical identifier of its product, where the identifier says so.
    pub product: Option<String>,
    /// Places where it was, sorted.
    pub places: Vec<String>,
    /// Kilograms that were made or brought in; null where nobody stated a weight.
    pub quantity_kg: Option<TraceKilograms>,
}

/// One event of the answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceEvent {
    /// Where it stands in the ledger.
    pub position: PositionLine,
    /// `eventID`.
    pub event_id: String,
    /// Event type.
    #[serde(rename = "type")]
    pub event_type: TraceEventType,
    /// RFC 3339, at the offset that was sent.
    #[schema(format = DateTime)]
    pub time: String,
    /// Where it took place: canonical identifier.
    pub place: Option<String>,
    /// Who stated it.
    pub party: String,
    /// `bizStep` as a full URI.
    pub step: Option<String>,
    /// How sure it is that it concerns the start.
    pub grade: TraceGrade,
    /// Why it is not surer.
    pub reasons: Vec<TraceReason>,
}

/// An amount as it was stated.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceQuantity {
    /// The number.
    pub amount: f64,
    /// UN/CEFACT Recommendation 20 code; null for pieces.
    pub unit: Option<String>,
}

/// One link of the answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceLink {
    /// Canonical identifier nearer to the source.
    pub from: String,
    /// Canonical identifier nearer to the sale; equal to `from` for a move.
    pub to: String,
    /// `eventID` of the event that says so.
    pub event: String,
    /// The amount that the event states for `from`.
    pub quantity: Option<TraceQuantity>,
    /// What joins the two.
    pub kind: TraceLinkKind,
    /// How sure it is.
    pub grade: TraceGrade,
    /// Why it is not surer.
    pub reasons: Vec<TraceReason>,
    /// For a move: where from.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub from_place: Option<String>,
    /// For a move: where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = String, required = false)]
    pub to_place: Option<String>,
    /// For a move with both sides recorded: what joined them.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(value_type = TracePairedBy, required = false)]
    pub paired_by: Option<TracePairedBy>,
}

/// Something missing or contradictory.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceIssue {
    /// What it is about.
    pub kind: TraceIssueKind,
    /// Canonical identifiers of the items, sorted.
    pub items: Vec<String>,
    /// Where the item was last, or the sender.
    pub from_place: Option<String>,
    /// Where it was seen next, or the receiver.
    pub to_place: Option<String>,
    /// `eventID`s of the events on both sides, by time.
    pub events: Vec<String>,
    /// What exactly, in English, for experts.
    pub detail: String,
}

/// An identifier with its name.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct TraceName {
    /// Canonical identifier.
    pub id: String,
    /// Its name from registration or master data; null where none is known.
    pub name: Option<String>,
}
