//! The codes of a recall scope.

use serde::Serialize;
use utoipa::ToSchema;

/// A border, the widest first. The codes are stable.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeBorder {
    /// Of a province or autonomous region.
    Province,
    /// Of a city; also of a municipality directly under the state, and of a county or county-level
    /// city directly under a province.
    City,
    /// Of a district or county.
    District,
}

/// Which way a movement goes. The codes are stable.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeWay {
    /// Out of the area.
    Out,
    /// Into it.
    In,
    /// The area of one of its ends is unknown: it may cross the border.
    Unknown,
}

/// A kind of record to demand. The codes are stable.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeDemandKind {
    /// The receipt of something that was sent.
    Receipt,
    /// The shipment of something that came.
    Shipment,
    /// Both sides of a movement that nobody recorded.
    Movement,
    /// Where something came from or what it was made of.
    Origin,
    /// A cleaning.
    Cleaning,
    /// The lot numbers of something recorded by its product only.
    LotNumbers,
    /// A weight.
    Weight,
}

/// What an issue is about. The codes are stable.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeIssueCode {
    /// Lots that are made from each other: taken together, at worst.
    Cycle,
    /// A kill step that does not end this hazard.
    KillStepIgnored,
    /// A clearance that does not clear: not by a regulator, without result, or of another agent.
    ClearanceIgnored,
    /// Amounts that contradict each other: the kilograms may be wrong.
    QuantityMismatch,
}

/// What joins two holdings.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeLinkKind {
    /// The same item from one place to another.
    Moved,
    /// From an input to an output.
    Transformed,
    /// From a lot to an instance of it, or back where the record names the lot.
    MemberOf,
    /// From a lot on hand to a record that names only the product.
    Attributed,
    /// Through a line, tank or room.
    Mixed,
    /// To something that appeared without an input.
    Appeared,
}

/// How sure it is that a holding is affected. The order is that of how it decides: the worst path
/// that is not cleared.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeGradeCode {
    /// A path of recorded links in order leads there.
    Definite,
    /// Every path needs something that is not recorded, or possible mixing.
    Suspected,
    /// Every path passes a kill step or a decision that ends it.
    Cleared,
}

/// Why a holding has its grade. The codes are stable.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeReasonCode {
    /// The question starts here.
    Start,
    /// It came from an affected holding by recorded links.
    Recorded,
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
    /// An event on the way was declared to be in error.
    ErrorDeclared,
    /// More was used than was there.
    QuantityExceeds,
    /// It was processed or kept open on the same line, in the same tank or room before a cleaning.
    SharedResource,
    /// No cleaning of that resource is recorded; the suspicion ended after the default window.
    NoCleaningRecord,
    /// Its presence at the place is not recorded to have lasted.
    OpenPresence,
    /// It appeared without an input where affected food is unaccounted for.
    UnexplainedOrigin,
    /// It may be the thing that the record names by its lot.
    InstanceOfLot,
    /// It carries a label of its own; whether the fault went over must be looked at.
    NewLabel,
    /// A kill step that names the hazard came between.
    KillStep,
    /// A regulator decided that the lot is free of the agent.
    Clearance,
}

/// Kinds of resources, which have their own windows.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeResourceKind {
    /// Food is processed on it.
    Line,
    /// Bulk food is kept in it.
    Tank,
    /// Food is kept in it, packed or not.
    Room,
    /// A room that moves.
    Vehicle,
}

/// What is feared; it decides how far suspicion spreads and what ends it.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum ScopeHazard {
    /// Germs: equipment and open food in a room pass them on; a kill step that names them ends it.
    Microbial,
    /// Residues: equipment passes them on; heat does not end it.
    Chemical,
    /// As chemical: no heat ends it.
    Allergen,
    /// Food that was too warm stays so wherever it goes; equipment passes nothing on.
    Temperature,
    /// A wrong label goes with the food that carries it; only recorded relations are followed.
    Label,
}
