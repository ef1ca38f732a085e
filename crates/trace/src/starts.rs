//! The items that a start stands for.

use laiqu_epcis::facts::{Action, EventType, ItemRole};

use crate::intern::IdSet;
use crate::question::{Interval, Question, Start};
use crate::records::{EventRecord, StepKind};
use crate::scope::{items_at, was_held};
use crate::view::View;

/// Items to walk from, in an order that no arrival changes.
pub(crate) fn items_of(view: &View<'_>, start: &Start) -> Vec<u32> {
    match start {
        Start::Items(ids) => ids.iter().filter_map(|id| recorded(view, id)).collect(),
        Start::Supplier { party, during } => supplied(view, party, *during),
        Start::Place { place, during } => present(view, place, *during),
    }
}

/// Of the items that a question names, those that nothing is recorded of.
pub(crate) fn unknown(view: &View<'_>, question: &Question) -> Vec<String> {
    let starts: &[String] = match &question.start {
        Start::Items(ids) => ids,
        Start::Supplier { .. } | Start::Place { .. } => &[],
    };
    let named = starts.iter().chain(&question.to);
    named.filter(|id| recorded(view, id).is_none()).cloned().collect()
}

/// An item that an event names, itself or a single one of it.
pub(crate) fn recorded(view: &View<'_>, id: &str) -> Option<u32> {
    let item = view.graph.texts.find(id).filter(|_| view.graph.contains(id))?;
    let is_named = view.all_events(item).next().is_some();
    let mut members = view.graph.instances_of(item).iter();
    (is_named || members.any(|[_, event]| view.stands(*event))).then_some(item)
}

/// The events that a start is limited to; `None` for all. Food without a lot is walked from these
/// alone.
pub(crate) fn events_of(view: &View<'_>, start: &Start) -> Option<IdSet<u32>> {
    let (events, during) = match start {
        Start::Items(_) => return None,
        Start::Supplier { party, during } => {
            (view.graph.texts.find(party).map(|id| view.graph.scope.by_party(id)), during)
        }
        Start::Place { place, during } => {
            (view.graph.texts.find(place).map(|id| view.graph.scope.at(id)), during)
        }
    };
    let events = events.unwrap_or_default().iter().copied();
    Some(events.filter(|event| meanwhile(view, *event, *during).is_some()).collect())
}

/// Lots and units that a party made or shipped.
pub(crate) fn supplied(view: &View<'_>, party: &str, during: Interval) -> Vec<u32> {
    let Some(party) = view.graph.texts.find(party) else { return Vec::new() };
    let mut found: Vec<u32> = Vec::new();
    for event in view.graph.scope.by_party(party) {
        let Some(record) = meanwhile(view, *event, during) else { continue };
        let ships = matches!(record.step_kind(), StepKind::Departing | StepKind::Transporting);
        let adds = record.event_type() == EventType::Object && record.action() == Some(Action::Add);
        let items = view.graph.items(record).iter();
        found.extend(
            items
                .filter(|item| match item.role() {
                    ItemRole::Output => true,
                    ItemRole::Subject => ships || adds && record.issuer == party,
                    ItemRole::Parent | ItemRole::Child => ships,
                    ItemRole::Input => false,
                })
                .map(|item| item.id),
        );
    }
    found.sort_by(|a, b| view.text(*a).cmp(view.text(*b)));
    found.dedup();
    found
}

/// Items that were or may have been at a place: held there, or named by a record of it.
fn present(view: &View<'_>, place: &str, during: Interval) -> Vec<u32> {
    let Some(place) = view.graph.texts.find(place) else { return Vec::new() };
    let mut named: IdSet<u32> = IdSet::default();
    for event in view.graph.scope.at(place) {
        let record = meanwhile(view, *event, during);
        let items = record.into_iter().flat_map(|record| view.graph.items(record));
        named.extend(items.map(|item| item.id));
    }
    let mut items = items_at(view, place);
    items.retain(|item| named.contains(item) || was_held(view, place, *item, during));
    items
}

/// A visible event that may have happened then.
fn meanwhile<'g>(view: &View<'g>, event: u32, during: Interval) -> Option<&'g EventRecord> {
    let record = view.graph.event(event).filter(|_| view.stands(event))?;
    during.meets(record.time().earliest(), record.time().latest()).then_some(record)
}
