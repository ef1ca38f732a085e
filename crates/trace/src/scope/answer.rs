//! What a recall scope answers; its JSON form is part of the HTTP interface.

use serde::Serialize;

use crate::answer::{Kilograms, LotKind, PairedBy, PositionLine};
use crate::scope::area::{Border, Way};
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

/// Kilograms that are expected to be affected, and at worst.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Expectation {
    /// By input share after loss; possible mixing adds nothing to it.
    pub expected: Kilograms,
    /// All of every affected holding.
    pub worst: Kilograms,
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

/// Where kilograms are now.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct Whereabouts {
    /// In stock.
    pub in_stock: Expectation,
    /// Sent and not received, to someone who keeps records here.
    pub in_transit: Expectation,
    /// Sent to someone without records.
    pub left_records: Expectation,
    /// Sold, served or dispensed.
    pub sold: Expectation,
    /// Destroyed.
    pub destroyed: Expectation,
    /// Ended in another way.
    pub ended: Expectation,
}

/// Kilograms by grade.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize)]
pub struct ScopeKilograms {
    /// Of definite holdings.
    pub definite: Whereabouts,
    /// Of suspected holdings.
    pub suspected: Whereabouts,
    /// Of these, sold without a lot number, each sale once: no record says of which lot, so that
    /// it is in the upper ends of `in_stock` too, and left out of the lower ones.
    pub unlotted: Kilograms,
}

/// Affected stock of one lot at one place.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StockLine {
    /// Site.
    pub site: Option<String>,
    /// Who keeps it.
    pub party: Option<String>,
    /// The lot.
    pub lot: String,
    /// The worst grade of it there.
    pub grade: ScopeGrade,
    /// Kilograms left there.
    pub kilograms: Kilograms,
}

/// What was sold of one product at one site by records that name no lot, while affected lots were
/// on hand.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct UnlottedSales {
    /// Site.
    pub site: Option<String>,
    /// Who recorded the sales, sorted.
    pub parties: Vec<String>,
    /// The product.
    pub product: String,
    /// Kilograms sold so in all.
    pub kilograms: Kilograms,
    /// How many of them are affected: at least what other lots there cannot explain, at most what
    /// is left of affected lots.
    pub affected: Kilograms,
    /// Affected lots that it may be of.
    pub lots: Vec<String>,
    /// `eventID`s of the sales.
    pub events: Vec<String>,
}

/// A movement of affected food.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Transfer {
    /// The lot or unit.
    pub lot: String,
    /// Where from.
    pub from_site: Option<String>,
    /// Where to.
    pub to_site: Option<String>,
    /// Who owned it before, or kept it where no owner is named.
    pub seller: Option<String>,
    /// Who owned it afterwards, or kept it where no owner is named.
    pub buyer: Option<String>,
    /// When it was sent (RFC 3339); `null` where only its coming is recorded.
    pub sent: Option<String>,
    /// When it came; `null` where only its sending is recorded.
    pub received: Option<String>,
    /// Kilograms.
    pub kilograms: Kilograms,
    /// `eventID`s of both sides.
    pub events: Vec<String>,
    /// Documents that either side names, sorted.
    pub documents: Vec<String>,
    /// What joined the two sides.
    pub paired_by: Option<PairedBy>,
    /// Both parties recorded it.
    pub seen_by_both: bool,
    /// How sure it is that this is affected.
    pub grade: ScopeGrade,
}

/// Where affected food leaves the records.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct PathExit {
    /// Whom to ask: the recipient; `null` where the records name none.
    pub party: Option<String>,
    /// Its place, where named.
    pub site: Option<String>,
    /// Who sent it.
    pub sender: Option<String>,
    /// Lots that went there.
    pub lots: Vec<String>,
    /// `eventID`s of the shipments.
    pub events: Vec<String>,
}

/// The movements of a scope that cross the borders of an area.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Borders {
    /// The area (行政区划代码 of GB/T 2260): the one asked about, else where the start lies; `null`
    /// where nobody states that.
    pub area: Option<String>,
    /// Movements out of it, into it, and those that may be, in the order of `transfers`.
    pub crossings: Vec<Crossing>,
}

/// A movement that crosses a border, or may.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Crossing {
    /// Index in `transfers`.
    pub transfer: usize,
    /// Which way.
    pub way: Way,
    /// The widest border that it crosses; the widest that it may cross where the way is unknown.
    pub border: Border,
    /// Area of the place that it came from, as far as it is stated.
    pub from_area: Option<String>,
    /// Area of the place that it went to.
    pub to_area: Option<String>,
    /// Whom to ask: the end outside, or the one whose area nobody states.
    pub ask: AskWhom,
}

/// One end of a movement.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct AskWhom {
    /// The party; `null` where the records name none.
    pub party: Option<String>,
    /// The place; likewise.
    pub site: Option<String>,
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

impl Default for Kilograms {
    /// Nothing.
    fn default() -> Kilograms {
        Kilograms { min: 0.0, max: Some(0.0) }
    }
}

impl Expectation {
    pub(crate) fn add(&mut self, worst: Kilograms, share: f64) {
        self.worst = self.worst.plus(worst);
        self.expected = self.expected.plus(worst.times(share));
    }

    pub(crate) fn plus(self, other: Expectation) -> Expectation {
        Expectation {
            expected: self.expected.plus(other.expected),
            worst: self.worst.plus(other.worst),
        }
    }
}

impl Whereabouts {
    pub(crate) fn total(&self) -> Expectation {
        [self.in_stock, self.in_transit, self.left_records, self.sold, self.destroyed, self.ended]
            .into_iter()
            .fold(Expectation::default(), Expectation::plus)
    }
}
