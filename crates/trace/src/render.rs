//! Identifiers for ids: one line for each lot, event and link, in an order that depends on nothing
//! but what they say.

use std::collections::BTreeSet;

use laiqu_epcis::facts::EventType;

use crate::answer::{
    EventLine, Issue, IssueKind, Kilograms, Link, LinkKind, Lot, LotKind, StatedQuantity,
};
use crate::assemble::Draft;
use crate::cycle::cycles;
use crate::grade::Reason;
use crate::intern::{NONE, product};
use crate::issues::{Finding, Issues};
use crate::moves::Movement;
use crate::records::RefKind;
use crate::time::rfc3339;
use crate::vertex::Flow;
use crate::view::View;

impl Draft<'_, '_> {
    pub(crate) fn lots(&self) -> Vec<Lot> {
        let view = self.view;
        let mut lots: Vec<Lot> = self
            .lots
            .iter()
            .map(|(item, lot)| {
                let id = view.text(*item);
                let (places, quantity_kg) = self.places_and_weight(*item);
                Lot {
                    id: id.to_owned(),
                    kind: self.kind(*item),
                    grade: lot.reasons.grade(),
                    reasons: lot.reasons.list(),
                    depth: lot.depth,
                    product: product(id).map(str::to_owned),
                    places,
                    quantity_kg,
                }
            })
            .collect();
        lots.sort_by(|a, b| a.depth.cmp(&b.depth).then_with(|| a.id.cmp(&b.id)));
        lots
    }

    fn places_and_weight(&self, item: u32) -> (Vec<String>, Option<Kilograms>) {
        let view = self.view;
        let mut places: BTreeSet<&str> = BTreeSet::new();
        if view.is_unlotted(item) {
            let named = self.named.iter().filter(|(other, _)| *other == item);
            for (_, event) in named {
                let place = view.graph.event(*event).map(|record| view.place(*event, record));
                places.extend(place.filter(|place| *place != NONE).map(|place| view.text(place)));
            }
            return (places.into_iter().map(str::to_owned).collect(), None);
        }
        let moves = view.moves(item);
        places.extend(moves.places.iter().map(|place| view.text(*place)));
        (places.into_iter().map(str::to_owned).collect(), moves.weight)
    }

    fn kind(&self, item: u32) -> LotKind {
        kind_of(self.view, item)
    }

    pub(crate) fn event_lines(&self) -> Vec<EventLine> {
        let view = self.view;
        let graph = view.graph;
        let mut lines = Vec::with_capacity(self.events.len());
        for (event, reasons) in &self.events {
            let Some(record) = graph.event(*event) else { continue };
            let reasons = reasons.with(view.declared(record));
            let named = |id: u32| (id != NONE).then(|| view.text(id).to_owned());
            let line = EventLine {
                position: record.position().into(),
                event_id: view.event_id(*event),
                event_type: type_name(record.event_type()),
                time: rfc3339(record.time()),
                place: named(view.place(*event, record)),
                party: view.text(record.issuer).to_owned(),
                step: named(record.step),
                grade: reasons.grade(),
                reasons: reasons.list(),
            };
            lines.push((record.time().micros, line));
        }
        lines.sort_by_key(|(micros, line)| (*micros, line.position));
        lines.into_iter().map(|(_, line)| line).collect()
    }

    pub(crate) fn links(&self, movements: &[(u32, Movement)]) -> Vec<Link> {
        let view = self.view;
        let moved = movements.iter().map(|(item, movement)| {
            let flow = Flow {
                from: *item,
                to: *item,
                event: movement.event,
                kind: LinkKind::Moved,
                reasons: movement.reasons,
            };
            (flow, Some(movement))
        });
        let flows = self.flows.values().map(|flow| (*flow, None));
        let mut links: Vec<_> = flows
            .chain(moved)
            .filter_map(|(flow, movement)| {
                let record = view.graph.event(flow.event)?;
                Some(((record.time().micros, record.position()), self.link(&flow, movement)))
            })
            .collect();
        links.sort_by(|(at, a), (other, b)| {
            at.cmp(other).then_with(|| {
                (a.kind, &a.from, &a.to, &a.from_place, &a.to_place).cmp(&(
                    b.kind,
                    &b.from,
                    &b.to,
                    &b.from_place,
                    &b.to_place,
                ))
            })
        });
        links.into_iter().map(|(_, link)| link).collect()
    }

    fn link(&self, flow: &Flow, movement: Option<&Movement>) -> Link {
        let view = self.view;
        let unit = |id: u32| Some(view.text(id).to_owned()).filter(|unit| !unit.is_empty());
        let place = |id: u32| view.text(id).to_owned();
        let amount = movement.map_or_else(|| view.amount_of(flow), |movement| movement.amount);
        Link {
            from: view.text(flow.from).to_owned(),
            to: view.text(flow.to).to_owned(),
            event: view.event_id(flow.event),
            quantity: amount.map(|amount| StatedQuantity {
                amount: amount.stated,
                unit: unit(amount.stated_unit),
            }),
            kind: flow.kind,
            grade: flow.reasons.grade(),
            reasons: flow.reasons.list(),
            from_place: movement.map(|m| place(m.from_place)),
            to_place: movement.map(|m| place(m.to_place)),
            paired_by: movement.and_then(|m| m.paired_by),
        }
    }

    pub(crate) fn parties_and_places(
        &self,
        movements: &[(u32, Movement)],
    ) -> (Vec<String>, Vec<String>) {
        let view = self.view;
        let mut parties: BTreeSet<u32> = BTreeSet::new();
        let mut places: BTreeSet<u32> = BTreeSet::new();
        for event in self.events.keys() {
            let Some(record) = view.graph.event(*event) else { continue };
            parties.insert(record.issuer);
            places.insert(view.place(*event, record));
            for (kind, id) in view.graph.refs(record) {
                match kind {
                    RefKind::SourceParty | RefKind::DestinationParty => parties.insert(id),
                    RefKind::SourcePlace | RefKind::DestinationPlace => places.insert(id),
                    RefKind::SourceOwner
                    | RefKind::DestinationOwner
                    | RefKind::Document
                    | RefKind::Certificate => false,
                };
            }
        }
        for (_, movement) in movements {
            places.extend([movement.from_place, movement.to_place]);
        }
        let names = |ids: BTreeSet<u32>| {
            let ids = ids.into_iter().filter(|id| *id != NONE);
            let mut names: Vec<String> = ids.map(|id| view.text(id).to_owned()).collect();
            names.sort();
            names
        };
        (names(parties), names(places))
    }

    pub(crate) fn issues(&self) -> Vec<Issue> {
        let view = self.view;
        let mut issues = Issues::new(view);
        for (item, lot) in &self.lots {
            if lot.whole {
                // Where a pallet was bought is of no interest.
                issues.add_item(*item, self.kind(*item) != LotKind::Container);
            }
        }
        for (item, event) in &self.named {
            let Some(record) = view.graph.event(*event) else { continue };
            let declared = view.declared(record);
            for (reason, kind, detail) in [
                (Reason::ErrorDeclared, IssueKind::ErrorDeclared, "declared to be in error"),
                (Reason::Disputed, IssueKind::Disputed, "disputed by another party"),
            ] {
                if declared.has(reason) {
                    let place = view.place(*event, record);
                    issues.add(&[*item], &Finding::at(kind, place, vec![*event], detail));
                }
            }
        }
        for (items, events) in cycles(self.flows.values()) {
            let detail = "lots that are made from each other";
            issues.add(&items, &Finding::at(IssueKind::Cycle, NONE, events, detail));
        }
        issues.finish()
    }
}

fn type_name(event_type: EventType) -> &'static str {
    match event_type {
        EventType::Object => "ObjectEvent",
        EventType::Aggregation => "AggregationEvent",
        EventType::Transaction => "TransactionEvent",
        EventType::Transformation => "TransformationEvent",
        EventType::Association => "AssociationEvent",
    }
}

/// What an identifier stands for, by its shape and what is in it.
pub(crate) fn kind_of(view: &View<'_>, item: u32) -> LotKind {
    if view.is_unlotted(item) {
        return LotKind::Product;
    }
    if view.shape(item).is_class {
        return LotKind::Lot;
    }
    let text = view.text(item);
    let is_unit = ["/00/", "/8003/", "/8004/"].iter().any(|key| text.contains(key));
    let is_packed = !view.contents(item).stays.is_empty();
    if is_unit || is_packed { LotKind::Container } else { LotKind::Instance }
}
