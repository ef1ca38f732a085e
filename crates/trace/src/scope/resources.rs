//! Lines, tanks and rooms: what was on or in them, between which cleanings.

use std::rc::Rc;

use laiqu_epcis::facts::EventType;

use crate::grouping::Group;
use crate::intern::{IdMap, NONE};
use crate::records::EventRecord;
use crate::scope::index::MarkKind;
use crate::scope::kilos::MasterFacts;
use crate::scope::network::Key;
use crate::scope::puts::{Puts, is_part, part};
use crate::scope::question::{ResourceKind, ScopeQuestion};
use crate::view::View;

/// One resource with all that the records say about it.
#[derive(Debug)]
pub(crate) struct Resource {
    pub(crate) kind: ResourceKind,
    /// Nobody states the kind; it follows from what was done there.
    pub(crate) kind_inferred: bool,
    /// Earliest and latest moment of each cleaning, and its event; in order.
    pub(crate) cleanings: Vec<(i64, i64, u32)>,
    /// Their latest moments, in order.
    ends: Vec<i64>,
    /// Runs with first and last moment.
    pub(crate) runs: Vec<(u32, (i64, i64))>,
}

/// An item at a resource for a while.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Stay {
    pub(crate) key: Key,
    /// First and last moment that it may have been there.
    pub(crate) span: (i64, i64),
    /// The event that put it there, or saw it first.
    pub(crate) event: u32,
    /// It lay open, so that the hazard can pass on.
    pub(crate) is_open: bool,
}

impl Resource {
    pub(crate) fn of(
        view: &View<'_>,
        place: u32,
        question: &ScopeQuestion,
        facts: &dyn MasterFacts,
    ) -> Resource {
        let graph = view.graph;
        let (mut cleanings, mut runs) = (Vec::new(), Vec::new());
        let mut is_processing = false;
        for event in graph.scope.at(place) {
            let Some(record) = graph.event(*event).filter(|_| view.stands(*event)) else {
                continue;
            };
            let mark = graph.scope.mark(*event).map(|mark| mark.kind);
            if mark == Some(MarkKind::Cleaning) {
                let standing = view.standing(record);
                // A doubtful cleaning ends nothing.
                if !standing.in_error && !standing.disputed {
                    let time = record.time();
                    cleanings.push((time.earliest(), time.latest(), *event));
                }
            } else if record.event_type() == EventType::Transformation && record.read_point == place
            {
                is_processing = true;
                runs.push((*event, run_span(view, *event, record)));
            } else if mark == Some(MarkKind::KillStep) {
                is_processing = true;
            }
        }
        runs.sort_by(|a: &(u32, (i64, i64)), b| crate::ordering::compare(graph, a.0, b.0));
        cleanings.sort_by(|a, b| {
            (a.0, a.1).cmp(&(b.0, b.1)).then_with(|| crate::ordering::compare(graph, a.2, b.2))
        });
        let text = view.text(place);
        let asked = question.resources.iter().find(|(id, _)| id == text).map(|(_, kind)| *kind);
        let stated = asked.or_else(|| facts.resource_kind(text));
        let inferred = if is_processing { ResourceKind::Line } else { ResourceKind::Room };
        let kind = stated.unwrap_or(inferred);
        let mut ends: Vec<i64> = cleanings.iter().map(|cleaning| cleaning.1).collect();
        ends.sort_unstable();
        Resource { kind, kind_inferred: stated.is_none(), cleanings, ends, runs }
    }

    /// The times between two cleanings that a span may touch, by number.
    pub(crate) fn periods(&self, span: (i64, i64)) -> std::ops::RangeInclusive<u32> {
        let surely_before = self.ends.partition_point(|end| *end <= span.0);
        let maybe_before = self.cleanings.partition_point(|cleaning| cleaning.0 < span.1);
        let number = |count: usize| u32::try_from(count).unwrap_or(NONE);
        number(surely_before)..=number(maybe_before.max(surely_before))
    }

    /// The cleaning that ends a time between two, where one is recorded.
    pub(crate) fn ended_by(&self, period: u32) -> Option<(i64, i64, u32)> {
        self.cleanings.get(period as usize).copied()
    }
}

/// When a run began and ended, as far as it is stated.
pub(crate) fn run_span(view: &View<'_>, event: u32, record: &EventRecord) -> (i64, i64) {
    let start = view.graph.scope.start(event);
    let earliest = record.time().earliest();
    (start.map_or(earliest, |start| start.min(earliest)), record.time().latest())
}

/// The resource that a run was on.
pub(crate) fn resource_of(view: &View<'_>, record: &EventRecord) -> Option<u32> {
    let place = record.read_point;
    (place != NONE && is_part(view.text(place))).then_some(place)
}

/// When a holding was at which parts of its site: from the record that names the part until the
/// next one that names another, or until nothing was left.
pub(crate) fn stays_of(view: &View<'_>, key: Key, puts: &Puts, index: usize) -> Vec<(u32, Stay)> {
    let mut stays: Vec<(u32, Stay)> = Vec::new();
    let mut open: Option<(u32, Stay)> = None;
    for (_, group) in puts.groups_of(index) {
        let Some(part) = part(view, group) else { continue };
        if let Some((place, stay)) = &mut open {
            if *place == part {
                continue;
            }
            stay.span.1 = group.latest;
            stays.extend(open.take());
        }
        let event = group.events.first().copied().unwrap_or(NONE);
        let span = (group.earliest, i64::MAX);
        let is_open = is_open_food(view, key.item, group);
        open = Some((part, Stay { key, span, event, is_open }));
    }
    if let (Some((_, stay)), Some(put)) = (&mut open, puts.puts.get(index)) {
        stay.span.1 = put.until.unwrap_or(i64::MAX);
    }
    stays.extend(open);
    stays
}

/// Food that is weighed lies open; what is counted, single or inside something is packed.
fn is_open_food(view: &View<'_>, item: u32, group: &Group) -> bool {
    let weighed = group.amount.is_none_or(|amount| view.text(amount.unit) == "KGM");
    view.shape(item).is_class && group.path.is_empty() && weighed
}

/// Items that a place's events name, alone or inside something.
pub(crate) fn items_at(view: &View<'_>, place: u32) -> Vec<u32> {
    let graph = view.graph;
    let mut items: Vec<u32> = Vec::new();
    let mut seen: IdMap<u32, ()> = IdMap::default();
    let mut open: Vec<u32> = Vec::new();
    for event in graph.scope.at(place) {
        let Some(record) = graph.event(*event).filter(|_| view.stands(*event)) else { continue };
        open.extend(graph.items(record).iter().map(|item| item.id));
    }
    while let Some(item) = open.pop() {
        if seen.insert(item, ()).is_some() {
            continue;
        }
        items.push(item);
        if !view.shape(item).is_class {
            open.extend(view.contents(item).stays.iter().map(|stay| stay.child));
        }
    }
    items.sort_by(|a, b| view.text(*a).cmp(view.text(*b)));
    items
}

/// Resources that were looked at.
#[derive(Debug, Default)]
pub(crate) struct Resources {
    known: IdMap<u32, Rc<Resource>>,
}

impl Resources {
    pub(crate) fn get(
        &mut self,
        view: &View<'_>,
        place: u32,
        question: &ScopeQuestion,
        facts: &dyn MasterFacts,
    ) -> Rc<Resource> {
        if let Some(known) = self.known.get(&place) {
            return Rc::clone(known);
        }
        let found = Rc::new(Resource::of(view, place, question, facts));
        self.known.insert(place, Rc::clone(&found));
        found
    }
}
