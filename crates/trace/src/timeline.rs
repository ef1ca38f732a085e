//! What happened to one item, its containers' journeys included, in order of time.

use laiqu_epcis::facts::{Action, EventType, ItemRole};

use crate::containment::NESTING_MAX;
use crate::few::{Few, FewSet};
use crate::intern::NONE;
use crate::ordering::compare;
use crate::quantity::Amount;
use crate::records::{EventRecord, ItemRecord, RefKind, StepKind};
use crate::time::CLOCK_TOLERANCE_MICROS;
use crate::view::View;

/// What an event does to an item's presence at a place. The order is that of ties.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(crate) enum Kind {
    /// It comes into being there.
    Origin,
    /// It comes there.
    Arrival,
    /// It is seen there.
    Sighting,
    /// The shipment before did not take place.
    Void,
    /// It leaves for another place.
    Departure,
    /// It is used up, sold or destroyed there.
    Exit,
}

/// One event in the life of an item.
#[derive(Clone, Debug)]
pub(crate) struct Entry {
    pub(crate) event: u32,
    pub(crate) kind: Kind,
    pub(crate) place: u32,
    pub(crate) site: u32,
    pub(crate) earliest: i64,
    pub(crate) latest: i64,
    pub(crate) amount: Option<Amount>,
    /// Containers that connect the item with the event, from the inside out.
    pub(crate) path: Few,
}

impl Entry {
    /// Where it stands in the order of time: what begins a presence at the start of what its date
    /// allows, what needs one at the end.
    pub(crate) fn key(&self) -> i64 {
        match self.kind {
            Kind::Origin | Kind::Arrival => self.earliest,
            Kind::Sighting | Kind::Void | Kind::Departure | Kind::Exit => self.latest,
        }
    }
}

/// Every entry of an item that has a place, in order.
pub(crate) fn timeline(view: &View<'_>, item: u32) -> Vec<Entry> {
    let mut entries = Vec::with_capacity(view.graph.events_naming(item).len() + 4);
    for (event, record) in view.events(item) {
        own(view, item, event, record, &mut entries);
    }
    if !view.stays_of(item).is_empty() {
        let named = entries.iter().map(|entry| entry.event).collect();
        let mut carried = Carried { view, named, seen: FewSet::new(), entries };
        carried.inside(item, i64::MIN, i64::MAX, None, &mut Few::new());
        entries = carried.entries;
    }
    entries.retain(|entry| entry.site != NONE);
    entries.sort_by(|a, b| {
        a.key()
            .cmp(&b.key())
            .then(a.kind.cmp(&b.kind))
            .then_with(|| compare(view.graph, a.event, b.event))
    });
    entries
}

fn own(view: &View<'_>, item: u32, event: u32, record: &EventRecord, entries: &mut Vec<Entry>) {
    let items = view.graph.items(record);
    let first = entries.len();
    for mention in items.iter().filter(|mention| mention.id == item) {
        let kind = kind_of(view, event, record, mention.role());
        if entries.iter().skip(first).any(|known| known.kind == kind) {
            continue;
        }
        let path = match mention.role() {
            ItemRole::Child => {
                items.iter().filter(|i| i.role() == ItemRole::Parent).map(|i| i.id).collect()
            }
            _ => Few::new(),
        };
        let same = items.iter().filter(|i| i.id == item && i.role() == mention.role());
        let amount = sum(same.map(ItemRecord::amount));
        entries.push(entry(view, event, record, kind, amount, path));
    }
}

fn sum(amounts: impl Iterator<Item = Option<Amount>>) -> Option<Amount> {
    let mut amounts = amounts;
    let first = amounts.next()??;
    amounts.try_fold(first, |mut sum, amount| {
        let amount = amount?;
        sum.value += amount.in_unit(sum.unit)?;
        sum.stated += amount.stated;
        Some(sum)
    })
}

fn entry(
    view: &View<'_>,
    event: u32,
    record: &EventRecord,
    kind: Kind,
    amount: Option<Amount>,
    path: Few,
) -> Entry {
    let place = view.place(event, record);
    Entry {
        event,
        kind,
        place,
        site: view.site(place),
        earliest: record.time().earliest(),
        latest: record.time().latest(),
        amount,
        path,
    }
}

fn kind_of(view: &View<'_>, event: u32, record: &EventRecord, role: ItemRole) -> Kind {
    match role {
        ItemRole::Input => return Kind::Exit,
        ItemRole::Output => return Kind::Origin,
        ItemRole::Subject | ItemRole::Parent | ItemRole::Child => {}
    }
    let has_destination = || {
        view.refs(event, RefKind::DestinationPlace).next().is_some()
            || view.refs(event, RefKind::DestinationParty).next().is_some()
    };
    match record.step_kind() {
        StepKind::Departing => return Kind::Departure,
        StepKind::Transporting if has_destination() => return Kind::Departure,
        StepKind::Arriving => return Kind::Arrival,
        StepKind::VoidShipping => return Kind::Void,
        StepKind::Transporting | StepKind::Other => {}
    }
    match (record.event_type(), record.action(), role) {
        (EventType::Object, Some(Action::Add), _) => Kind::Origin,
        (EventType::Object, Some(Action::Delete), _) => Kind::Exit,
        (EventType::Aggregation, Some(Action::Add), ItemRole::Parent) => Kind::Origin,
        _ => Kind::Sighting,
    }
}

/// Walks up the containers of an item and takes over what happened to them meanwhile.
struct Carried<'v, 'g> {
    view: &'v View<'g>,
    named: FewSet<u32>,
    /// Containers and intervals that were already looked at.
    seen: FewSet<(u32, i64, i64)>,
    entries: Vec<Entry>,
}

impl Carried<'_, '_> {
    fn inside(&mut self, item: u32, from: i64, until: i64, amount: Option<Amount>, path: &mut Few) {
        if path.len() >= NESTING_MAX {
            return;
        }
        for stay in self.view.stays_of(item).iter() {
            let (from, until) = (stay.from.max(from), stay.until.min(until));
            if from > until || !self.seen.insert((stay.parent, from, until)) {
                continue;
            }
            let amount = if path.is_empty() { stay.amount } else { amount };
            path.push(stay.parent);
            self.take(stay.parent, from, until, amount, path);
            self.inside(stay.parent, from, until, amount, path);
            path.pop();
        }
    }

    fn take(&mut self, parent: u32, from: i64, until: i64, amount: Option<Amount>, path: &[u32]) {
        let from = from.saturating_sub(CLOCK_TOLERANCE_MICROS);
        for event in self.view.events_between(parent, from, until) {
            if !self.view.stands(event) {
                continue;
            }
            let Some(record) = self.view.graph.event(event) else { continue };
            let role = self.view.graph.items(record).iter().find(|i| i.id == parent);
            let Some(role) = role.map(|i| i.role()) else { continue };
            if !self.named.insert(event) {
                continue;
            }
            let kind = match kind_of(self.view, event, record, role) {
                Kind::Origin => Kind::Sighting,
                kind => kind,
            };
            self.entries.push(entry(self.view, event, record, kind, amount, path.into()));
        }
    }
}
