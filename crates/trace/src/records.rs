//! The compact records of the graph: plain values, that a file can hold as they are. What an enum
//! says is a number there, in the order in which the enum lists it.

use laiqu_columns::List;
use laiqu_epcis::facts::{Action, EventTime, EventType, Facts, ItemRole, Position};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::intern::{NONE, term};
use crate::quantity::Amount;

/// What a step does to the place of an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum StepKind {
    Other,
    Departing,
    /// A departure only where a destination is named.
    Transporting,
    Arriving,
    VoidShipping,
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
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct EventRecord {
    index: u64,
    micros: i64,
    ordinal: u32,
    offset_minutes: i16,
    /// Event type and action.
    code: u8,
    step_kind: u8,
    pub(crate) issuer: u32,
    /// Its eventID as a text of the graph, once a declaration names it.
    pub(crate) declared_as: u32,
    pub(crate) step: u32,
    pub(crate) read_point: u32,
    pub(crate) biz_location: u32,
    /// Group of transformations that share issuer and transformationID.
    pub(crate) run: u32,
    pub(crate) items: [u32; 2],
    pub(crate) refs: [u32; 2],
}

impl EventRecord {
    /// A record of an event that refers to nothing yet.
    pub(crate) fn new(position: Position, facts: &Facts, issuer: u32) -> EventRecord {
        let action = facts.action.map_or(0, |action| action as u8 + 1);
        EventRecord {
            index: position.index,
            micros: facts.time.micros,
            ordinal: position.ordinal,
            offset_minutes: facts.time.offset_minutes,
            code: facts.event_type as u8 | action << 4,
            step_kind: step_kind(facts.biz_step.as_deref()) as u8,
            issuer,
            declared_as: NONE,
            step: NONE,
            read_point: NONE,
            biz_location: NONE,
            run: NONE,
            items: [0; 2],
            refs: [0; 2],
        }
    }

    pub(crate) fn position(&self) -> Position {
        Position { index: self.index, ordinal: self.ordinal }
    }

    pub(crate) fn time(&self) -> EventTime {
        EventTime { micros: self.micros, offset_minutes: self.offset_minutes }
    }

    pub(crate) fn event_type(&self) -> EventType {
        let kinds = [
            EventType::Aggregation,
            EventType::Transaction,
            EventType::Transformation,
            EventType::Association,
        ];
        decoded(kinds, EventType::Object, self.code & 15)
    }

    pub(crate) fn action(&self) -> Option<Action> {
        let actions = [Action::Add, Action::Observe, Action::Delete].map(Some);
        decoded(actions, None, self.code >> 4)
    }

    pub(crate) fn step_kind(&self) -> StepKind {
        let kinds = [
            StepKind::Departing,
            StepKind::Transporting,
            StepKind::Arriving,
            StepKind::VoidShipping,
        ];
        decoded(kinds, StepKind::Other, self.step_kind)
    }
}

/// The value with a number above 0; the first one for 0, and where a file says something else.
fn decoded<T: Copy, const N: usize>(others: [T; N], first: T, number: u8) -> T {
    let at = usize::from(number).checked_sub(1);
    at.and_then(|at| others.get(at)).copied().unwrap_or(first)
}

/// One mention of an item in an event.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct ItemRecord {
    /// The amount as sent.
    stated: f64,
    pub(crate) id: u32,
    /// Interned unit as sent; [`NONE`] where no amount was.
    unit: u32,
    role: u64,
}

impl ItemRecord {
    pub(crate) fn new(id: u32, role: ItemRole, amount: Option<Amount>) -> ItemRecord {
        let (stated, unit) = amount.map_or((0.0, NONE), |a| (a.stated, a.stated_unit));
        ItemRecord { stated, id, unit, role: role as u64 }
    }

    pub(crate) fn role(&self) -> ItemRole {
        let roles = [ItemRole::Parent, ItemRole::Child, ItemRole::Input, ItemRole::Output];
        decoded(roles, ItemRole::Subject, u8::try_from(self.role).unwrap_or(0))
    }

    /// How much of it the event states.
    pub(crate) fn amount(&self) -> Option<Amount> {
        (self.unit != NONE).then(|| Amount::of(self.stated, self.unit))
    }
}

/// What an event refers to besides items, and as what.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct RefRecord {
    id: u32,
    kind: u32,
}

impl RefRecord {
    pub(crate) fn new(kind: RefKind, id: u32) -> RefRecord {
        RefRecord { id, kind: kind as u32 }
    }

    pub(crate) fn get(self) -> (RefKind, u32) {
        let kinds = [
            RefKind::SourceParty,
            RefKind::DestinationPlace,
            RefKind::DestinationParty,
            RefKind::SourceOwner,
            RefKind::DestinationOwner,
            RefKind::Document,
            RefKind::Certificate,
        ];
        (decoded(kinds, RefKind::SourcePlace, u8::try_from(self.kind).unwrap_or(0)), self.id)
    }
}

/// Something with the first entry that says so.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct Since {
    index: u64,
    id: u64,
}

impl Since {
    pub(crate) fn new(id: u32, index: u64) -> Since {
        Since { index, id: u64::from(id) }
    }

    /// What it is, and the entry.
    pub(crate) fn get(self) -> (u32, u64) {
        (u32::try_from(self.id).unwrap_or(NONE), self.index)
    }
}

/// When the ledger took an entry, in microseconds since 1970.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct Posted {
    pub(crate) index: u64,
    pub(crate) micros: i64,
}

/// What the records say about an identifier whatever is asked.
#[derive(Clone, Copy, Debug)]
pub(crate) struct ItemShape {
    pub(crate) is_class: bool,
    /// Canonical product, or [`NONE`].
    pub(crate) product: u32,
}

/// What every entry together says about a text.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
pub(crate) struct TextRecord {
    /// Events that name it as an item.
    pub(crate) events: List,
    /// The first event, in ledger order, that names it as a class; [`NONE`] where none does.
    pub(crate) class_by: u32,
    /// Canonical product, or [`NONE`].
    pub(crate) product: u32,
    /// 1 where it is an item, or the lot of one.
    pub(crate) is_item: u32,
}

impl Default for TextRecord {
    fn default() -> Self {
        let events = List::default();
        TextRecord { events, class_by: NONE, product: NONE, is_item: 0 }
    }
}

impl ItemShape {
    /// A class that names a product and no lot of it.
    pub(crate) fn is_unlotted(self, id: u32) -> bool {
        self.is_class && self.product == id
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_a_record_says_is_what_it_was_made_of() {
        use {Action::*, EventType::*, ItemRole::*, RefKind::*};
        for event_type in [Object, Aggregation, Transaction, Transformation, Association] {
            for action in [None, Some(Add), Some(Observe), Some(Delete)] {
                let mut facts =
                    crate::fixture::make("e", crate::fixture::at(1, 1), "p", "lot", 1.0);
                (facts.event_type, facts.action) = (event_type, action);
                let record = EventRecord::new(Position { index: 7, ordinal: 8 }, &facts, 9);
                assert_eq!((record.event_type(), record.action()), (event_type, action));
                assert_eq!((record.position().index, record.position().ordinal), (7, 8));
                assert_eq!(record.time(), facts.time);
            }
        }
        for role in [Subject, Parent, Child, Input, Output] {
            assert_eq!(ItemRecord::new(1, role, None).role(), role);
        }
        for kind in [
            SourcePlace,
            SourceParty,
            DestinationPlace,
            DestinationParty,
            SourceOwner,
            DestinationOwner,
            Document,
            Certificate,
        ] {
            assert_eq!(RefRecord::new(kind, 5).get(), (kind, 5));
        }
        for step in ["storing", "shipping", "transporting", "void_shipping", "packing"] {
            let mut facts = crate::fixture::make("e", crate::fixture::at(1, 1), "p", "lot", 1.0);
            facts.biz_step = Some(step.into());
            let record = EventRecord::new(Position { index: 7, ordinal: 8 }, &facts, 9);
            assert_eq!(record.step_kind(), step_kind(Some(step)));
        }
    }
}
