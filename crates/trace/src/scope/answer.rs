//! What a recall scope answers; its JSON form is part of the HTTP interface.

use serde::Serialize;

use crate::answer::{Kilograms, LotKind, PositionLine};
use crate::scope::amounts::{Expectation, ScopeKilograms, StockLine, UnlottedSales};
use crate::scope::movements::{Borders, PathExit, Transfer};
use crate::scope::network::HoldingLinkKind;
use crate::scope::question::{LatePosting, ResourceKind, SuspicionWindow};
use crate::scope::reason::{ScopeGrade, ScopeReason};

/// The scope of a recall.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct ScopeAnswer {
    /// Lots and units with their worst grade: definite first, then by identifier.
    pub lots: Vec<ScopeLot>,
    /// Every holding that the hazard can have reached, by lot, then time.
    pub holdings: Vec<ScopeHolding>,
    /// What joins them, by index of `holdings`; links through a resource lead from and to holdings.
    pub links: Vec<HoldingLink>,
    /// Lines, tanks and rooms that may have passed the hazard on.
    pub resources: Vec<ScopeResource>,
    /// Kilograms that are not cleared, each counted where it is now.
    pub kilograms: ScopeKilograms,
    /// Who holds some of it now, by place.
    pub stock: Vec<StockLine>,
    /// Sales that name the product and no lot, where affected lots were on hand, by place.
    pub unlotted: Vec<UnlottedSales>,
    /// Who gave some of it to whom, by time.
    pub transfers: Vec<Transfer>,
    /// Where paths leave the records, and whom to ask.
    pub exits: Vec<PathExit>,
    /// Where paths cross the borders of an area, and whom to ask.
    pub borders: Borders,
    /// Records to demand, and from whom.
    pub demands: Vec<Demand>,
    /// Records in scope that came late.
    pub late: Vec<LateRecord>,
    /// Of the kilograms moved within the scope, the share that both sides recorded; `null` where no
    /// weight is known.
    pub seen_by_both: Option<f64>,
    /// What contradicts itself, or claims to clear and does not.
    pub issues: Vec<ScopeIssue>,
    /// The dated rows that the answer rests on.
    pub rules: ScopeRules,
    /// A limit cut the answer: more may be affected.
    pub truncated: bool,
    /// Where the events stand that it rests on, in order of positions.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub rests_on: Vec<PositionLine>,
}

/// A lot or unit in scope.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScopeLot {
    /// Canonical identifier.
    pub id: String,
    /// What it stands for.
    pub kind: LotKind,
    /// Canonical identifier of its product, where the identifier says so.
    pub product: Option<String>,
    /// The worst of its holdings.
    pub grade: ScopeGrade,
    /// Why, of the holdings with that grade.
    pub reasons: Vec<ScopeReason>,
    /// How many holdings.
    pub holdings: usize,
    /// Kilograms not cleared, by where they are now.
    pub kilograms: Expectation,
}

/// One item put at one place by one event.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScopeHolding {
    /// Canonical identifier of the lot or unit.
    pub lot: String,
    /// Site; `null` where no record says.
    pub site: Option<String>,
    /// Place as named first: a room, line or tank of the site, or the site.
    pub place: Option<String>,
    /// Who keeps it.
    pub keeper: Option<String>,
    /// Who owns it, where a record says so.
    pub owner: Option<String>,
    /// `eventID` of the event that put it there, or first saw it.
    pub event: String,
    /// Since when it is there (RFC 3339).
    pub from: String,
    /// When nothing was left; `null` while something may be.
    pub until: Option<String>,
    /// Since when the hazard can be there; `null` for all the time.
    pub since: Option<String>,
    /// How sure it is.
    pub grade: ScopeGrade,
    /// Why.
    pub reasons: Vec<ScopeReason>,
    /// Events that cleared it.
    pub cleared_by: Vec<String>,
    /// Kilograms that came.
    pub came_kg: Kilograms,
    /// Kilograms left.
    pub left_kg: Kilograms,
    /// Expected share of it that is affected, 0 to 1.
    pub share: f64,
}

/// A link between two holdings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct HoldingLink {
    /// Index in `holdings`.
    pub from: usize,
    /// Index in `holdings`.
    pub to: usize,
    /// What joins them.
    pub kind: HoldingLinkKind,
    /// `eventID` of the event that says so.
    pub event: String,
    /// Kilograms of what left.
    pub kilograms: Kilograms,
    /// What it carries at worst.
    pub grade: ScopeGrade,
    /// Why.
    pub reasons: Vec<ScopeReason>,
}

/// A line, tank or room between two cleanings.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ScopeResource {
    /// Canonical identifier.
    pub id: String,
    /// Its kind.
    pub kind: ResourceKind,
    /// No record states the kind: it follows from what was done there.
    pub kind_inferred: bool,
    /// When the hazard can have come there first.
    pub since: String,
    /// `eventID` of the cleaning that ended it; `null` where none is recorded.
    pub cleaned_by: Option<String>,
    /// Until when it is suspected; `null` for ever.
    pub until: Option<String>,
    /// Hours of the row that set this end, where no cleaning did.
    pub window_hours: Option<u32>,
}

/// A kind of record to demand. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum DemandKind {
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

/// A record to demand.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Demand {
    /// Which record.
    pub kind: DemandKind,
    /// From whom; `null` where the records name nobody.
    pub party: Option<String>,
    /// At which place.
    pub place: Option<String>,
    /// Lots and units that it concerns, sorted.
    pub lots: Vec<String>,
    /// `eventID`s of the records that show the gap.
    pub events: Vec<String>,
    /// Why, in English, for experts.
    pub why: String,
}

/// A record that came late.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct LateRecord {
    /// `eventID`.
    pub event: String,
    /// Where it stands.
    pub position: PositionLine,
    /// Who stated it.
    pub party: String,
    /// When it took place (RFC 3339).
    pub time: String,
    /// When the ledger recorded it.
    pub posted: String,
    /// Hours between.
    pub hours: i64,
    /// It came after the notice of the question.
    pub after_notice: bool,
}

/// What an issue is about. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum ScopeIssueKind {
    /// Lots that are made from each other: taken together, at worst.
    Cycle,
    /// A kill step that does not end this hazard.
    KillStepIgnored,
    /// A clearance that does not clear: not by a regulator, without result, or of another agent.
    ClearanceIgnored,
    /// Amounts that contradict each other: the kilograms may be wrong.
    QuantityMismatch,
}

/// Something that contradicts itself or does not do what it seems to.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct ScopeIssue {
    /// What it is about.
    pub kind: ScopeIssueKind,
    /// Lots and units, sorted.
    pub lots: Vec<String>,
    /// `eventID`s.
    pub events: Vec<String>,
    /// What exactly, in English, for experts.
    pub detail: String,
}

/// The dated rows behind an answer.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct ScopeRules {
    /// Windows that ended a suspicion.
    pub windows: Vec<SuspicionWindow>,
    /// When a record counts as late.
    pub late: Vec<LatePosting>,
}
