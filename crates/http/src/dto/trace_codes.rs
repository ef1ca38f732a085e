//! The codes in the answer to a trace.

use serde::Serialize;
use utoipa::ToSchema;

/// What an identifier stands for.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceLotKind {
    /// A class with a lot.
    Lot,
    /// A single thing.
    Instance,
    /// A class without a lot.
    Product,
    /// Something that other things are packed in.
    Container,
}

/// What a walk can be limited by.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceLimit {
    /// Steps from the start: `depth`.
    Depth,
    /// Lots in the answer: `lots_max`.
    Lots,
    /// Links in the answer.
    Links,
    /// The time in which events are followed: `walk_from` and `walk_until`.
    Time,
}

/// How sure something is.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceGrade {
    /// Every link on some path is recorded and in order.
    Definite,
    /// Every path needs something that is not recorded, out of order or attributed.
    Suspected,
}

/// Why something is not beyond doubt.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceReason {
    /// Used or sent before it was recorded as arrived or made.
    OutOfOrder,
    /// It was seen at a place that no record brings it to.
    UnrecordedMove,
    /// Only one side of a movement is recorded.
    OneSided,
    /// It was seen inside, but no record puts it there.
    InferredContainment,
    /// The record names the product and no lot.
    Unlotted,
    /// The issuer declared the event to be in error.
    ErrorDeclared,
    /// Somebody else declared the event to be in error.
    Disputed,
    /// More was used than was there.
    QuantityExceeds,
}

/// EPCIS event type.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[allow(clippy::enum_variant_names)] // the names of EPCIS 2.0, section 7.4
pub enum TraceEventType {
    /// Section 7.4.2.
    ObjectEvent,
    /// Section 7.4.3.
    AggregationEvent,
    /// Section 7.4.4.
    TransactionEvent,
    /// Section 7.4.6.
    TransformationEvent,
    /// Section 7.4.5.
    AssociationEvent,
}

/// What joins two lots, or two places of one lot.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceLinkKind {
    /// From an input to an output.
    Transformed,
    /// From contents to their container.
    Contained,
    /// From a lot to an instance of it.
    MemberOf,
    /// The same item from one place to another.
    Moved,
    /// From a lot on hand to a record that names only the product.
    Attributed,
}

/// What joined a shipment and a receipt.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TracePairedBy {
    /// The same unit or container.
    Unit,
    /// A document that both name.
    Document,
    /// The place that one side names and the other is at.
    Place,
    /// The party that both name.
    Party,
    /// Nothing but the item and the order of time.
    Item,
}

/// What an issue is about.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum TraceIssueKind {
    /// A break of continuity between two places.
    Gap,
    /// A shipment after which the item was not seen again at its destination.
    NotReceived,
    /// The records do not say where an item came from.
    NoOrigin,
    /// Amounts that contradict each other.
    QuantityMismatch,
    /// Used or sent before it arrived or was made.
    OutOfOrder,
    /// Lots that are made from each other.
    Cycle,
    /// The issuer declared an event to be in error.
    ErrorDeclared,
    /// Somebody else declared an event to be in error.
    Disputed,
    /// Two parties state one movement with different amounts.
    ConflictingWitness,
}
