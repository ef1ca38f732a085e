//! The compact records of the graph.

use laiqu_epcis::facts::{Action, EventTime, EventType, ItemRole, Position};

use crate::intern::{NONE, term};
use crate::quantity::Amount;

/// What a step does to the place of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    Departing,
    /// A departure only where a destination is named.
    Transporting,
    Arriving,
    VoidShipping,
    Other,
}

pub(crate) fn step_kind(step: Option<&str>) -> StepKind {
    match step.map_or("", term) {
        "shipping" | "departing" | "loading" => StepKind::Departing,
        "transporting" => StepKind::Transporting,
        "receiving" | "arriving" | "accepting" | "unloading" | "storing" => StepKind::Arriving,
        "void_shipping" => StepKind::VoidShipping,
        _ => StepKind::Other,
    }
}

/// What an event refers to besides items.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RefKind {
    SourcePlace,
    SourceParty,
    DestinationPlace,
    DestinationParty,
    /// Owner before or after; it is there as a party too.
    SourceOwner,
    DestinationOwner,
    Document,
    /// A certificate; it is there as a document too.
    Certificate,
}

/// One event; items and references are ranges of the flat arrays.
#[derive(Clone, Copy, Debug)]
pub(crate) struct EventRecord {
    pub(crate) position: Position,
    pub(crate) event_type: EventType,
    pub(crate) action: Option<Action>,
    pub(crate) time: EventTime,
    pub(crate) issuer: u32,
    /// Its eventID as a text of the graph, once a declaration names it.
    pub(crate) declared_as: u32,
    pub(crate) step: u32,
    pub(crate) step_kind: StepKind,
    pub(crate) read_point: u32,
    pub(crate) biz_location: u32,
    /// Group of transformations that share issuer and transformationID.
    pub(crate) run: u32,
    pub(crate) items: (u32, u32),
    pub(crate) refs: (u32, u32),
}

/// One mention of an item in an event.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemRecord {
    pub(crate) id: u32,
    pub(crate) role: ItemRole,
    /// Interned unit as sent; [`NONE`] where no amount was.
    unit: u32,
    /// The amount as sent.
    stated: f64,
}

impl ItemRecord {
    pub(crate) fn new(id: u32, role: ItemRole, amount: Option<Amount>) -> ItemRecord {
        let (stated, unit) = amount.map_or((0.0, NONE), |a| (a.stated, a.stated_unit));
        ItemRecord { id, role, unit, stated }
    }

    /// How much of it the event states.
    pub(crate) fn amount(&self) -> Option<Amount> {
        (self.unit != NONE).then(|| Amount::of(self.stated, self.unit))
    }
}

/// What the records say about an identifier whatever is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemShape {
    pub(crate) is_class: bool,
    /// Canonical product, or [`NONE`].
    pub(crate) product: u32,
}

/// What every entry together says about an identifier.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemRecords {
    /// The first event, in ledger order, that names it as a class; [`NONE`] where none does.
    pub(crate) class_by: u32,
    /// Canonical product, or [`NONE`].
    pub(crate) product: u32,
}

impl ItemShape {
    /// A class that names a product and no lot of it.
    pub(crate) fn is_unlotted(self, id: u32) -> bool {
        self.is_class && self.product == id
    }
}
