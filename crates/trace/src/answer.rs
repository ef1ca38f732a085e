//! What the graph answers; its JSON form is part of the HTTP interface.

use laiqu_epcis::facts::Position;
use serde::Serialize;

use crate::detail::Detail;
use crate::grade::{Grade, Reason};

/// A closure of lots with everything that is recorded about them.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Answer {
    /// Of the items to start from or lead to, those that no visible event names, as asked.
    pub unknown: Vec<String>,
    /// Every item of the closure, by distance from the start, then identifier.
    pub lots: Vec<Lot>,
    /// Every event that names one of them, by time, then position.
    pub events: Vec<EventLine>,
    /// What joins them, by time, then position.
    pub links: Vec<Link>,
    /// Every party that an event of the answer names, sorted.
    pub parties: Vec<String>,
    /// Every place that an event of the answer names, sorted.
    pub places: Vec<String>,
    /// What is missing from the records or contradicts itself.
    pub issues: Vec<Issue>,
    /// A limit cut the walk; `cut` says which.
    pub truncated: bool,
    /// The limits that cut it.
    pub cut: Vec<Cut>,
}

/// What a walk can be limited by. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Limit {
    /// Steps from the start.
    Depth,
    /// Lots in the answer.
    Lots,
    /// Links in the answer.
    Links,
    /// The time in which events are followed.
    Time,
}

/// A limit beyond which there is more.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize)]
pub struct Cut {
    /// Which one.
    pub limit: Limit,
    /// The most that it allows; `null` for time.
    pub most: Option<u64>,
}

/// What an identifier stands for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LotKind {
    /// A class with a lot.
    Lot,
    /// A single thing.
    Instance,
    /// A class without a lot.
    Product,
    /// Something that other things are packed in.
    Container,
}

/// One item of the closure; its texts are borrowed while an answer is told.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Lot<T = String> {
    /// Canonical identifier.
    pub id: T,
    /// What it stands for.
    pub kind: LotKind,
    /// How sure it is that it belongs here.
    pub grade: Grade,
    /// Why it is not surer.
    pub reasons: Vec<Reason>,
    /// Fewest steps from the start.
    pub depth: u32,
    /// Canonical identifier of its product, where the identifier says so.
    pub product: Option<T>,
    /// Places where it was, sorted; also where only its container was recorded.
    pub places: Vec<T>,
    /// Kilograms that were made or brought in; `null` where nobody stated a weight.
    pub quantity_kg: Option<Kilograms>,
}

/// An interval of kilograms.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Kilograms {
    /// At least this much.
    pub min: f64,
    /// At most this much; `null` where the records do not say.
    pub max: Option<f64>,
}

/// A position in the ledger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
pub struct PositionLine {
    /// Index of the entry.
    pub index: u64,
    /// Ordinal of the event in the entry.
    pub ordinal: u32,
}

impl From<Position> for PositionLine {
    fn from(Position { index, ordinal }: Position) -> Self {
        Self { index, ordinal }
    }
}

/// One event of the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct EventLine<T = String> {
    /// Where it stands in the ledger.
    pub position: PositionLine,
    /// `eventID`.
    pub event_id: T,
    /// EPCIS event type, as `ObjectEvent`.
    #[serde(rename = "type")]
    pub event_type: &'static str,
    /// RFC 3339, at the offset that was sent.
    pub time: T,
    /// Where it took place: canonical identifier.
    pub place: Option<T>,
    /// Who stated it.
    pub party: T,
    /// `bizStep` as a full URI.
    pub step: Option<T>,
    /// How sure it is that it concerns the start.
    pub grade: Grade,
    /// Why it is not surer.
    pub reasons: Vec<Reason>,
}

/// What joins two lots, or two places of one lot.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum LinkKind {
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
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum PairedBy {
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

/// An amount as it was stated.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct StatedQuantity<T = String> {
    /// The number.
    pub amount: f64,
    /// UN/CEFACT Recommendation 20 code; `null` for pieces.
    pub unit: Option<T>,
}

/// One link of the answer.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Link<T = String> {
    /// Canonical identifier nearer to the source.
    pub from: T,
    /// Canonical identifier nearer to the sale; equal to `from` for a move.
    pub to: T,
    /// `eventID` of the event that says so.
    pub event: T,
    /// The amount that the event states for `from`.
    pub quantity: Option<StatedQuantity<T>>,
    /// What joins the two.
    pub kind: LinkKind,
    /// How sure it is.
    pub grade: Grade,
    /// Why it is not surer.
    pub reasons: Vec<Reason>,
    /// For a move: where from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from_place: Option<T>,
    /// For a move: where to.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to_place: Option<T>,
    /// For a move with both sides recorded: what joined them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub paired_by: Option<PairedBy>,
}

/// What an issue is about. The codes are stable.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum IssueKind {
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

/// Something missing or contradictory.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize)]
pub struct Issue<T = String> {
    /// What it is about.
    pub kind: IssueKind,
    /// Canonical identifiers of the items, sorted.
    pub items: Vec<T>,
    /// Where the item was last, or the sender.
    pub from_place: Option<T>,
    /// Where it was seen next, or the receiver.
    pub to_place: Option<T>,
    /// `eventID`s of the events on both sides, by time.
    pub events: Vec<T>,
    /// What exactly; in JSON an English sentence, for experts.
    pub detail: Detail,
}

fn texts(texts: &[&str]) -> Vec<String> {
    texts.iter().map(ToString::to_string).collect()
}

impl Lot<&str> {
    /// The same with texts of its own.
    #[must_use]
    pub fn owned(&self) -> Lot {
        Lot {
            id: self.id.to_owned(),
            kind: self.kind,
            grade: self.grade,
            reasons: self.reasons.clone(),
            depth: self.depth,
            product: self.product.map(str::to_owned),
            places: texts(&self.places),
            quantity_kg: self.quantity_kg,
        }
    }
}

impl EventLine<&str> {
    /// The same with texts of its own.
    #[must_use]
    pub fn owned(&self) -> EventLine {
        EventLine {
            position: self.position,
            event_id: self.event_id.to_owned(),
            event_type: self.event_type,
            time: self.time.to_owned(),
            place: self.place.map(str::to_owned),
            party: self.party.to_owned(),
            step: self.step.map(str::to_owned),
            grade: self.grade,
            reasons: self.reasons.clone(),
        }
    }
}

impl Link<&str> {
    /// The same with texts of its own.
    #[must_use]
    pub fn owned(&self) -> Link {
        Link {
            from: self.from.to_owned(),
            to: self.to.to_owned(),
            event: self.event.to_owned(),
            quantity: self.quantity.as_ref().map(|quantity| StatedQuantity {
                amount: quantity.amount,
                unit: quantity.unit.map(str::to_owned),
            }),
            kind: self.kind,
            grade: self.grade,
            reasons: self.reasons.clone(),
            from_place: self.from_place.map(str::to_owned),
            to_place: self.to_place.map(str::to_owned),
            paired_by: self.paired_by,
        }
    }
}

impl Issue<&str> {
    /// The same with texts of its own.
    #[must_use]
    pub fn owned(&self) -> Issue {
        Issue {
            kind: self.kind,
            items: texts(&self.items),
            from_place: self.from_place.map(str::to_owned),
            to_place: self.to_place.map(str::to_owned),
            events: texts(&self.events),
            detail: self.detail.clone(),
        }
    }
}
