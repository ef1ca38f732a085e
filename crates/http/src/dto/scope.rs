//! The question for the scope of a recall, and the answer in the shape in which it is computed.

use super::scope_codes::{
    ScopeBorder, ScopeDemandKind, ScopeGradeCode, ScopeHazard, ScopeIssueCode, ScopeLinkKind,
    ScopeReasonCode, ScopeResourceKind, ScopeWay,
};
use super::trace_codes::{TraceLotKind, TracePairedBy};
use super::{LedgerStateLine, PositionLine, TraceKilograms};
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What is feared, and where it starts: `lots`, or `supplier` or `place` with `from` and `until`.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct RecallScopeQuestion {
    /// Lots and units to start from, in any spelling.
    #[schema(required = false, max_items = 1000, example = json!(["https://id.gs1.org/01/09521234543213/10/P1"]))]
    pub lots: Vec<String>,
    /// A party: all lots that it made or shipped between `from` and `until`.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048)]
    pub supplier: Option<String>,
    /// A site, room, line or tank: the holdings that were there between `from` and `until`.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048)]
    pub place: Option<String>,
    /// First moment for `supplier` and `place`.
    #[schema(value_type = String, required = false, format = DateTime)]
    pub from: Option<String>,
    /// Last moment for `supplier` and `place`.
    #[schema(value_type = String, required = false, format = DateTime)]
    pub until: Option<String>,
    /// What is feared.
    pub hazard: ScopeHazard,
    /// Its name, as kill steps and laboratories write it.
    #[schema(value_type = String, required = false, min_length = 1, max_length = 2048)]
    pub agent: Option<String>,
    /// When the recall notice went out; records posted later are listed.
    #[schema(value_type = String, required = false, format = DateTime)]
    pub notice: Option<String>,
    /// Kinds of resources, where the records leave them open.
    #[schema(required = false, max_items = 1000)]
    pub resources: Vec<ScopeResourceOfKind>,
    /// 行政区划代码 (GB/T 2260) of the area whose borders matter: a province, a city, or a district
    /// or county; where the start lies unless given.
    #[schema(value_type = String, required = false, pattern = "^[1-9][0-9]+$", example = json!("310104"))]
    pub area: Option<String>,
    /// Answer as of this size of the ledger; now unless given.
    #[schema(value_type = u64, required = false)]
    pub as_of: Option<u64>,
    /// Also say where the events stand that the answer rests on, for `/v1/proofs`.
    #[schema(required = false)]
    pub rests_on: bool,
}

/// A resource and its kind.
#[derive(Clone, Debug, Serialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct ScopeResourceOfKind {
    /// Identifier of a line, tank, room or vehicle.
    #[schema(min_length = 1, max_length = 2048)]
    pub id: String,
    /// Its kind.
    pub kind: ScopeResourceKind,
}

/// The scope of a recall.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct RecallScopeAnswer {
    /// The state that the answer was computed on.
    pub ledger: LedgerStateLine,
    /// The question, as asked.
    pub question: RecallScopeQuestion,
    /// Lots and units with their worst grade: definite first, then by identifier.
    pub lots: Vec<ScopeLotLine>,
    /// Every holding that the hazard can have reached, by lot, then time.
    pub holdings: Vec<ScopeHoldingLine>,
    /// What joins them, by index of `holdings`; links through a resource lead from and to holdings.
    pub links: Vec<ScopeLinkLine>,
    /// Lines, tanks and rooms that may have passed the hazard on.
    pub resources: Vec<ScopeResourceLine>,
    /// TraceKilograms that are not cleared, each counted where it is now.
    pub kilograms: ScopeKilogramsLine,
    /// Who holds some of it now, by place.
    pub stock: Vec<ScopeStockLine>,
    /// Sales that name the product and no lot, where affected lots were on hand, by place.
    pub unlotted: Vec<ScopeUnlottedLine>,
    /// Who gave some of it to whom, by time.
    pub transfers: Vec<ScopeTransferLine>,
    /// Where paths leave the records, and whom to ask.
    pub exits: Vec<ScopeExitLine>,
    /// Where paths cross the borders of an area, and whom to ask.
    pub borders: ScopeBorders,
    /// Records to demand, and from whom.
    pub demands: Vec<ScopeDemandLine>,
    /// Records in scope that came late.
    pub late: Vec<ScopeLateLine>,
    /// Of the kilograms moved within the scope, the share that both sides recorded; `null` where no
    /// weight is known.
    pub seen_by_both: Option<f64>,
    /// What contradicts itself, or claims to clear and does not.
    pub issues: Vec<ScopeIssueLine>,
    /// The dated rows that the answer rests on.
    pub rules: ScopeRulesLine,
    /// A limit cut the answer: more may be affected.
    pub truncated: bool,
    /// Where the events stand that the answer rests on; only where it was asked.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    #[schema(required = false)]
    pub rests_on: Vec<PositionLine>,
    /// Parties of the answer that are not registered in this ledger, sorted.
    pub unregistered: Vec<String>,
    /// Names of lots, products, places and parties, by canonical identifier.
    pub names: BTreeMap<String, String>,
}

/// A lot or unit in scope.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeLotLine {
    /// Canonical identifier.
    pub id: String,
    /// What it stands for.
    pub kind: TraceLotKind,
    /// Canonical identifier of its product, where the identifier says so.
    pub product: Option<String>,
    /// The worst of its holdings.
    pub grade: ScopeGradeCode,
    /// Why, of the holdings with that grade.
    pub reasons: Vec<ScopeReasonCode>,
    /// How many holdings.
    pub holdings: u64,
    /// TraceKilograms not cleared, by where they are now.
    pub kilograms: ScopeExpectation,
}

/// TraceKilograms that are expected to be affected, and at worst.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ScopeExpectation {
    /// By input share after loss; possible mixing adds nothing to it.
    pub expected: TraceKilograms,
    /// All of every affected holding.
    pub worst: TraceKilograms,
}

/// One item put at one place by one event.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeHoldingLine {
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
    pub grade: ScopeGradeCode,
    /// Why.
    pub reasons: Vec<ScopeReasonCode>,
    /// Events that cleared it.
    pub cleared_by: Vec<String>,
    /// TraceKilograms that came.
    pub came_kg: TraceKilograms,
    /// TraceKilograms left.
    pub left_kg: TraceKilograms,
    /// Expected share of it that is affected, 0 to 1.
    pub share: f64,
}

/// A link between two holdings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeLinkLine {
    /// Index in `holdings`.
    pub from: u64,
    /// Index in `holdings`.
    pub to: u64,
    /// What joins them.
    pub kind: ScopeLinkKind,
    /// `eventID` of the event that says so.
    pub event: String,
    /// TraceKilograms of what left.
    pub kilograms: TraceKilograms,
    /// What it carries at worst.
    pub grade: ScopeGradeCode,
    /// Why.
    pub reasons: Vec<ScopeReasonCode>,
}

/// A line, tank or room between two cleanings.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeResourceLine {
    /// Canonical identifier.
    pub id: String,
    /// Its kind.
    pub kind: ScopeResourceKind,
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
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ScopeWhereabouts {
    /// In stock.
    pub in_stock: ScopeExpectation,
    /// Sent and not received, to someone who keeps records here.
    pub in_transit: ScopeExpectation,
    /// Sent to someone without records.
    pub left_records: ScopeExpectation,
    /// Sold, served or dispensed.
    pub sold: ScopeExpectation,
    /// Destroyed.
    pub destroyed: ScopeExpectation,
    /// Ended in another way.
    pub ended: ScopeExpectation,
}

/// TraceKilograms by grade.
#[derive(Clone, Copy, Debug, Serialize, ToSchema)]
pub struct ScopeKilogramsLine {
    /// Of definite holdings.
    pub definite: ScopeWhereabouts,
    /// Of suspected holdings.
    pub suspected: ScopeWhereabouts,
    /// Of these, sold without a lot number, each sale once: no record says of which lot, so that
    /// it is in the upper ends of `in_stock` too, and left out of the lower ones.
    pub unlotted: TraceKilograms,
}

/// Affected stock of one lot at one place.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeStockLine {
    /// Site.
    pub site: Option<String>,
    /// Who keeps it.
    pub party: Option<String>,
    /// The lot.
    pub lot: String,
    /// The worst grade of it there.
    pub grade: ScopeGradeCode,
    /// TraceKilograms left there.
    pub kilograms: TraceKilograms,
}

/// What was sold of one product at one site by records that name no lot, while affected lots were
/// on hand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeUnlottedLine {
    /// Site.
    pub site: Option<String>,
    /// Who recorded the sales, sorted.
    pub parties: Vec<String>,
    /// The product.
    pub product: String,
    /// Kilograms sold so in all.
    pub kilograms: TraceKilograms,
    /// How many of them are affected: at least what other lots there cannot explain, at most what
    /// is left of affected lots.
    pub affected: TraceKilograms,
    /// Affected lots that it may be of.
    pub lots: Vec<String>,
    /// `eventID`s of the sales.
    pub events: Vec<String>,
}

/// A movement of affected food.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeTransferLine {
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
    /// TraceKilograms.
    pub kilograms: TraceKilograms,
    /// `eventID`s of both sides.
    pub events: Vec<String>,
    /// Documents that either side names, sorted.
    pub documents: Vec<String>,
    /// What joined the two sides.
    pub paired_by: Option<TracePairedBy>,
    /// Both parties recorded it.
    pub seen_by_both: bool,
    /// How sure it is that this is affected.
    pub grade: ScopeGradeCode,
}

/// Where affected food leaves the records.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeExitLine {
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeBorders {
    /// The area (行政区划代码 of GB/T 2260): the one asked about, else where the start lies; `null`
    /// where nobody states that.
    pub area: Option<String>,
    /// Movements out of it, into it, and those that may be, in the order of `transfers`.
    pub crossings: Vec<ScopeCrossing>,
}

/// A movement that crosses a border, or may.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeCrossing {
    /// Index in `transfers`.
    pub transfer: u64,
    /// Which way.
    pub way: ScopeWay,
    /// The widest border that it crosses; the widest that it may cross where the way is unknown.
    pub border: ScopeBorder,
    /// Area of the place that it came from, as far as it is stated.
    pub from_area: Option<String>,
    /// Area of the place that it went to.
    pub to_area: Option<String>,
    /// Whom to ask: the end outside, or the one whose area nobody states.
    pub ask: ScopeAskWhom,
}

/// One end of a movement.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeAskWhom {
    /// The party; `null` where the records name none.
    pub party: Option<String>,
    /// The place; likewise.
    pub site: Option<String>,
}

/// A record to demand.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeDemandLine {
    /// Which record.
    pub kind: ScopeDemandKind,
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
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeLateLine {
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

/// Something that contradicts itself or does not do what it seems to.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeIssueLine {
    /// What it is about.
    pub kind: ScopeIssueCode,
    /// Lots and units, sorted.
    pub lots: Vec<String>,
    /// `eventID`s.
    pub events: Vec<String>,
    /// What exactly, in English, for experts.
    pub detail: String,
}

/// The dated rows behind an answer.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeRulesLine {
    /// Windows that ended a suspicion.
    pub windows: Vec<ScopeWindowLine>,
    /// When a record counts as late.
    pub late: Vec<ScopeLatePosting>,
}

/// How long suspicion lasts on a kind of resource whose cleaning nobody recorded.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeWindowLine {
    /// The kind.
    pub resource: ScopeResourceKind,
    /// Hours after the last affected use.
    pub hours: u32,
    /// First day that the row holds for.
    #[schema(format = Date)]
    pub valid_from: String,
    /// Where the number comes from.
    pub source: String,
    /// No rule or study confirms the number yet.
    pub unconfirmed: bool,
}

/// When a record counts as posted late.
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct ScopeLatePosting {
    /// Hours after the event.
    pub hours: u32,
    /// First day that the row holds for.
    #[schema(format = Date)]
    pub valid_from: String,
    /// Where the number comes from.
    pub source: String,
    /// No rule confirms the number yet.
    pub unconfirmed: bool,
}
