//! What joins holdings without a movement or a run: packs and their lot, records without a lot, and
//! lots that appeared from nowhere.

use std::rc::Rc;

use laiqu_epcis::facts::ItemRole;

use crate::intern::{IdMap, NONE};
use crate::scope::kilos::UNKNOWN;
use crate::scope::network::{Edge, HoldingLinkKind, Key, Network, Slot, slot, span};
use crate::scope::puts::{Put, Puts, Scale};
use crate::scope::reason::{ScopeReason, Why};
use crate::timeline::Kind;

impl Network<'_, '_> {
    /// From a lot to its packs that begin there, and from a pack to its lot where it may be what a
    /// record names by the lot.
    pub(super) fn members(&mut self, item: u32, index: usize, put: &Put, edges: &mut Vec<Edge>) {
        let until = put.until.unwrap_or(i64::MAX);
        self.packs_at(item, put.site, (put.from.0, until), edges);
        if index == self.puts(item).beginning() {
            self.packs_at(item, NONE, (put.from.0, i64::MAX), edges);
        }
        let begins = put.has_way_in && self.puts(item).carries_into(index).next().is_none();
        if begins {
            return;
        }
        for [lot, _] in self.view.lots_of(item) {
            let puts = self.puts(lot);
            for (at, other) in puts.puts.iter().enumerate() {
                let end = other.until.unwrap_or(i64::MAX);
                if other.site != put.site || end < put.from.0 || other.from.0 > until {
                    continue;
                }
                edges.push(Edge {
                    to: Key { item: lot, slot: slot(at) },
                    kind: HoldingLinkKind::MemberOf,
                    event: other.event,
                    leaves: (put.from.0, until),
                    enters: (put.from.0.max(other.from.0), until.min(end)),
                    why: Why::of(ScopeReason::InstanceOfLot),
                    weight: UNKNOWN,
                    kills: false,
                    needs_direct: false,
                });
            }
        }
    }

    /// Packs of a lot by the site where they begin; those that begin where the lot never was are
    /// under [`NONE`].
    fn packs(&mut self, lot: u32) -> Rc<IdMap<u32, Vec<u32>>> {
        if let Some(known) = self.packs.get(&lot) {
            return Rc::clone(known);
        }
        let mut by_site: IdMap<u32, Vec<u32>> = IdMap::default();
        let view = self.view;
        let mut instances: Vec<u32> = view
            .graph
            .instances_of(lot)
            .iter()
            .filter(|[_, event]| view.stands(*event))
            .map(|[instance, _]| *instance)
            .collect();
        instances.sort_unstable();
        instances.dedup();
        let sites: Vec<u32> = self.puts(lot).puts.iter().map(|put| put.site).collect();
        for instance in instances {
            let puts = self.puts(instance);
            let first = puts.puts.get(puts.beginning()).map(|put| (put.site, put.has_way_in));
            let site = match first {
                Some((site, true)) if sites.contains(&site) => site,
                _ => NONE,
            };
            by_site.entry(site).or_default().push(instance);
        }
        let found = Rc::new(by_site);
        self.packs.insert(lot, Rc::clone(&found));
        found
    }

    pub(super) fn packs_at(
        &mut self,
        lot: u32,
        site: u32,
        during: (i64, i64),
        edges: &mut Vec<Edge>,
    ) {
        let packs = self.packs(lot);
        for pack in packs.get(&site).into_iter().flatten() {
            let puts = self.puts(*pack);
            let beginning = puts.beginning();
            let Some(first) = puts.puts.get(beginning) else { continue };
            let in_order = crate::time::possible(during.0, first.from.1)
                && crate::time::possible(first.from.0, during.1);
            let why = match site {
                NONE => Why::of(ScopeReason::UnrecordedMove),
                _ if !in_order => Why::of(ScopeReason::OutOfOrder),
                _ => Why::NONE,
            };
            edges.push(Edge {
                to: Key { item: *pack, slot: slot(beginning) },
                kind: HoldingLinkKind::MemberOf,
                event: first.event,
                leaves: first.from,
                enters: first.from,
                why,
                weight: Scale::of(self.view, *pack, self.facts).amount(None),
                kills: false,
                needs_direct: false,
            });
        }
    }

    /// Records of the place that took some of the product without naming a lot.
    pub(super) fn unlotted(&mut self, item: u32, put: &Put, edges: &mut Vec<Edge>) {
        let view = self.view;
        let known = self.takings.get(&item).cloned();
        let takings = known.unwrap_or_else(|| view.takings_of(item).into());
        self.takings.insert(item, Rc::clone(&takings));
        let product = view.shape(item).product;
        for event in takings.iter() {
            let Some(record) = view.graph.event(*event) else { continue };
            let until = put.until.unwrap_or(i64::MAX);
            let (earliest, latest) = span(record.time());
            if view.site(view.place(*event, record)) != put.site
                || !crate::time::possible(put.from.0, latest)
                || !crate::time::possible(earliest, until)
            {
                continue;
            }
            edges.push(Edge {
                to: Key { item: product, slot: Slot::Mention(*event) },
                kind: HoldingLinkKind::Attributed,
                event: *event,
                leaves: (earliest, latest),
                enters: (earliest, latest),
                why: Why::of(ScopeReason::Unlotted).and(Why::from(view.declared(record))),
                weight: self.mentioned(product, record),
                kills: false,
                needs_direct: false,
            });
        }
    }

    /// Lots that began at the site without an input while bought food is unaccounted for there.
    pub(super) fn appeared(&mut self, item: u32, put: &Put, puts: &Puts, edges: &mut Vec<Edge>) {
        let view = self.view;
        let bought = puts.groups_of_put(put).any(|group| group.kind == Kind::Arrival);
        let left = put.left();
        if !bought || !view.shape(item).is_class || left.max == Some(0.0) {
            return;
        }
        let product = view.shape(item).product;
        for event in view.graph.scope.begun_at(put.site) {
            let Some(record) = view.graph.event(*event).filter(|_| view.stands(*event)) else {
                continue;
            };
            if !crate::time::possible(put.from.0, record.time().latest()) {
                continue;
            }
            for mention in view.graph.items(record).iter().filter(|i| i.role() == ItemRole::Subject)
            {
                let shape = view.shape(mention.id);
                let other = [product, shape.product];
                let differs = !other.contains(&NONE) && product != shape.product;
                let weight = self.mentioned(mention.id, record);
                let too_much = left.max.is_some_and(|max| weight.min > max * 1.005);
                if mention.id == item
                    || !shape.is_class
                    || differs
                    || too_much
                    || shape.is_unlotted(mention.id)
                {
                    continue;
                }
                edges.push(Edge {
                    to: self.vertex_of(mention.id, *event),
                    kind: HoldingLinkKind::Appeared,
                    event: *event,
                    leaves: span(record.time()),
                    enters: span(record.time()),
                    why: Why::of(ScopeReason::UnexplainedOrigin),
                    weight,
                    kills: false,
                    needs_direct: false,
                });
            }
        }
    }
}
