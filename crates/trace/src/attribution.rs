//! Records that name a product and no lot: what they may have been taken from, and gone into.

use std::rc::Rc;

use laiqu_columns::Pair;
use laiqu_epcis::facts::{Action, EventType, ItemRole};

use crate::intern::{IdMap, IdSet, NONE};
use crate::records::{EventRecord, StepKind};
use crate::time::possible;
use crate::view::View;

/// Does a mention of an unlotted product bring food to a place, or take it from what is there?
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Effect {
    Brings,
    Takes,
}

/// Mentions of one unlotted product, by site.
pub(crate) type Mentions = IdMap<u32, Vec<(u32, Effect)>>;

impl View<'_> {
    pub(crate) fn is_unlotted(&self, item: u32) -> bool {
        self.shape(item).is_unlotted(item)
    }

    fn effect(&self, product: u32, record: &EventRecord) -> Effect {
        let begins =
            record.event_type() == EventType::Object && record.action() == Some(Action::Add);
        let arrives = record.step_kind() == StepKind::Arriving;
        if begins || arrives || self.has_role(record, product, ItemRole::Output) {
            Effect::Brings
        } else {
            Effect::Takes
        }
    }

    fn event_site(&self, event: u32) -> Option<(u32, &EventRecord)> {
        let record = self.graph.event(event)?;
        let site = self.site(self.place(event, record));
        (site != NONE).then_some((site, record))
    }

    fn is_on_hand(&self, lot: u32, site: u32, record: &EventRecord) -> bool {
        let (earliest, latest) = (record.time().earliest(), record.time().latest());
        let moves = self.moves(lot);
        moves.holdings.iter().any(|h| h.site == site && h.is_on_hand(earliest, latest))
    }

    /// Lots of the product that may have been on hand where and when this event took some.
    pub(crate) fn lots_behind(&self, product: u32, event: u32) -> Vec<u32> {
        let Some((site, record)) = self.event_site(event) else { return Vec::new() };
        if self.effect(product, record) == Effect::Brings {
            return Vec::new();
        }
        let mut lots = self.lots_ever_at(product, site).to_vec();
        lots.retain(|lot| *lot != product && self.is_on_hand(*lot, site, record));
        lots
    }

    /// Lots of the product that any record puts at the site, alone or in some unit.
    fn lots_ever_at(&self, product: u32, site: u32) -> Rc<[u32]> {
        if let Some(known) = self.lots_at.borrow().get(&(product, site)) {
            return Rc::clone(known);
        }
        let mut lots: Vec<u32> = self.named_then(self.graph.lots_at(product, site)).collect();
        let mut seen = IdSet::default();
        for unit in self.named_then(self.graph.units_at(site)) {
            self.lots_inside(product, unit, &mut seen, &mut lots);
        }
        lots.sort_unstable();
        lots.dedup();
        let found: Rc<[u32]> = lots.into();
        self.lots_at.borrow_mut().insert((product, site), Rc::clone(&found));
        found
    }

    /// Items that a visible event names.
    fn named_then<'p>(&'p self, mentions: &'p [Pair]) -> impl Iterator<Item = u32> + 'p {
        let is_visible = |event: u32| self.graph.event(event).is_some_and(|e| self.is_visible(e));
        mentions.iter().filter(move |[_, event]| is_visible(*event)).map(|[item, _]| *item)
    }

    /// Every mention of an unlotted product, by site.
    fn mentions(&self, product: u32) -> Rc<Mentions> {
        if let Some(known) = self.mentions.borrow().get(&product) {
            return Rc::clone(known);
        }
        let mut found = Mentions::default();
        for (event, record) in self.events(product) {
            let effect = self.effect(product, record);
            let site = self.site(self.place(event, record));
            found.entry(site).or_default().push((event, effect));
        }
        let found = Rc::new(found);
        self.mentions.borrow_mut().insert(product, Rc::clone(&found));
        found
    }

    fn lots_inside(&self, product: u32, unit: u32, seen: &mut IdSet<u32>, lots: &mut Vec<u32>) {
        let mut open = vec![unit];
        while let Some(unit) = open.pop() {
            if !seen.insert(unit) {
                continue;
            }
            for stay in &self.contents(unit).stays {
                let shape = self.shape(stay.child);
                if shape.is_class && shape.product == product {
                    lots.push(stay.child);
                } else if !shape.is_class {
                    open.push(stay.child);
                }
            }
        }
    }

    /// Events that took some of the product where and when this lot may have been on hand.
    pub(crate) fn takings_of(&self, lot: u32) -> Vec<u32> {
        let shape = self.shape(lot);
        if shape.product == NONE || !shape.is_class || shape.product == lot {
            return Vec::new();
        }
        let mentions = self.mentions(shape.product);
        if mentions.is_empty() {
            return Vec::new();
        }
        let moves = self.moves(lot);
        let mut found = Vec::new();
        for holding in &moves.holdings {
            for (event, effect) in mentions.get(&holding.site).into_iter().flatten() {
                let Some(record) = self.graph.event(*event) else { continue };
                let (earliest, latest) = (record.time().earliest(), record.time().latest());
                if *effect == Effect::Takes && holding.is_on_hand(earliest, latest) {
                    found.push(*event);
                }
            }
        }
        found
    }

    /// Other mentions of the unlotted product that this one may come from: its own shipment, and
    /// what was brought to the place before.
    pub(crate) fn mentions_behind(&self, product: u32, event: u32) -> Vec<u32> {
        let Some((site, record)) = self.event_site(event) else { return Vec::new() };
        let moves = self.moves(product);
        if self.effect(product, record) == Effect::Brings {
            let own = moves.movements.iter().filter(|m| m.event == event);
            return own.flat_map(|m| m.sent.clone()).collect();
        }
        self.mentions_at(product, site, event, Effect::Brings, |other| {
            possible(other.time().earliest(), record.time().latest())
        })
    }

    /// Other mentions of the unlotted product that this one may have gone into.
    pub(crate) fn mentions_after(&self, product: u32, event: u32) -> Vec<u32> {
        let Some((site, record)) = self.event_site(event) else { return Vec::new() };
        let moves = self.moves(product);
        if self.effect(product, record) == Effect::Takes {
            let sent = moves.movements.iter().filter(|m| m.sent.contains(&event));
            return sent.map(|m| m.event).collect();
        }
        self.mentions_at(product, site, event, Effect::Takes, |other| {
            possible(record.time().earliest(), other.time().latest())
        })
    }

    fn mentions_at(
        &self,
        product: u32,
        site: u32,
        event: u32,
        effect: Effect,
        in_order: impl Fn(&EventRecord) -> bool,
    ) -> Vec<u32> {
        let mentions = self.mentions(product);
        let there = mentions.get(&site).into_iter().flatten();
        there
            .filter(|(other, kind)| *other != event && *kind == effect)
            .filter(|(other, _)| self.graph.event(*other).is_some_and(&in_order))
            .map(|(other, _)| *other)
            .collect()
    }
}
