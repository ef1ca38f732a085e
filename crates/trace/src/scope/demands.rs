//! Which records to demand, and from whom.

use std::collections::{BTreeMap, BTreeSet};

use crate::intern::{IdMap, NONE};
use crate::ordering::compare;
use crate::scope::answer::{Demand, DemandKind, ScopeAnswer};
use crate::scope::network::{HoldingLinkKind, Slot};
use crate::scope::puts::issuer;
use crate::scope::reason::{ScopeGrade, ScopeReason};
use crate::scope::report::Report;

type DemandKey = (DemandKind, Option<String>, Option<String>, Vec<String>, String);

/// Demands, each once however many lots share it.
#[derive(Default)]
struct Demands(BTreeMap<DemandKey, BTreeSet<String>>);

impl Demands {
    fn add(
        &mut self,
        kind: DemandKind,
        party: Option<String>,
        place: Option<String>,
        events: Vec<String>,
        lots: &[String],
        why: &str,
    ) {
        let key = (kind, party, place, events, why.to_owned());
        self.0.entry(key).or_default().extend(lots.iter().cloned());
    }
}

impl Report<'_, '_, '_, '_> {
    /// The records whose absence leaves something open.
    pub(crate) fn demands(&mut self, answer: &mut ScopeAnswer) {
        let mut demands = Demands::default();
        for transfer in &answer.transfers {
            if transfer.received.is_none() {
                demands.add(
                    DemandKind::Receipt,
                    transfer.buyer.clone(),
                    transfer.to_site.clone(),
                    transfer.events.clone(),
                    std::slice::from_ref(&transfer.lot),
                    "sent, and no receipt is recorded",
                );
            }
        }
        for id in self.shown.clone() {
            let node = self.node(id).filter(|node| node.grade != ScopeGrade::Cleared);
            let Some(key) = node.map(|node| node.key) else { continue };
            match key.slot {
                Slot::Put(index) => self.demand_of_put(key.item, index as usize, &mut demands),
                Slot::Mention(event) => {
                    let view = self.spread.network.view;
                    let record = view.graph.event(event);
                    let party = record.and_then(|record| self.text(record.issuer));
                    let place = record.and_then(|r| self.text(view.place(event, r)));
                    let lots = [self.text(key.item).unwrap_or_default()];
                    let why = "names the product and no lot";
                    let events = self.event_ids([event]);
                    demands.add(DemandKind::LotNumbers, party, place, events, &lots, why);
                }
                Slot::Elsewhere | Slot::Resource(_) => {}
            }
        }
        self.demand_origins(&mut demands);
        self.demand_cleanings(&mut demands);
        let line = |((kind, party, place, events, why), lots): (DemandKey, BTreeSet<String>)| {
            Demand { kind, party, place, lots: lots.into_iter().collect(), events, why }
        };
        answer.demands = demands.0.into_iter().map(line).collect();
    }

    fn demand_of_put(&mut self, item: u32, index: usize, demands: &mut Demands) {
        let view = self.spread.network.view;
        let puts = self.puts(item);
        let Some(put) = puts.puts.get(index) else { return };
        let lots = [self.text(item).unwrap_or_default()];
        let site = self.text(put.site);
        for carry in puts.carries_into(index) {
            let Some(came) = puts.group(carry.came) else { continue };
            let from = puts.puts.get(carry.from);
            let keeper =
                |event: u32| view.graph.event(event).and_then(|record| self.text(record.issuer));
            let sent = carry.sent.and_then(|sent| puts.group(sent));
            let events = sent.into_iter().chain([came]).flat_map(|g| g.events.clone());
            let events = self.event_ids(events);
            let here = self.text(issuer(view, came));
            let there = from.and_then(|put| keeper(put.event));
            if carry.why.has(ScopeReason::UnrecordedMove) {
                let why = "seen at a place that no record brings it to";
                demands.add(DemandKind::Movement, here, site.clone(), events, &lots, why);
            } else if carry.why.has(ScopeReason::OneSided) && sent.is_some() {
                let why = "sent, and seen there without a receipt";
                demands.add(DemandKind::Receipt, here, site.clone(), events, &lots, why);
            } else if carry.why.has(ScopeReason::OneSided) {
                let why = "received, and no shipment is recorded";
                let place = from.and_then(|put| self.text(put.site));
                demands.add(DemandKind::Shipment, there, place, events, &lots, why);
            }
        }
        let Some((_, first)) = puts.groups_of(index).next() else { return };
        if !put.has_way_in {
            let party = first.from_parties.first().copied().unwrap_or_else(|| issuer(view, first));
            let place = first.from_sites.first().copied().unwrap_or(put.site);
            let why = "the records do not say how it came there";
            let events = self.event_ids([put.event]);
            let (party, place) = (self.text(party), self.text(place));
            demands.add(DemandKind::Shipment, party, place, events, &lots, why);
        }
        let is_single = !view.shape(item).is_class;
        if put.came.max.is_none() && !is_single {
            let party = self.text(issuer(view, first));
            let events = self.event_ids([put.event]);
            let why = "no weight is recorded, or in a unit that nobody gives the weight of";
            demands.add(DemandKind::Weight, party, site, events, &lots, why);
        }
    }

    /// Lots that appeared where affected food is unaccounted for.
    fn demand_origins(&mut self, demands: &mut Demands) {
        let view = self.spread.network.view;
        for link in self.followed.clone() {
            if link.edge.kind != HoldingLinkKind::Appeared {
                continue;
            }
            let lots = [link.from, link.to].into_iter().filter_map(|id| self.node(id));
            let lots: Vec<u32> = lots.map(|node| node.key.item).collect();
            let lots: Vec<String> = lots.into_iter().filter_map(|lot| self.text(lot)).collect();
            let record = view.graph.event(link.edge.event);
            let party = record.and_then(|record| self.text(record.issuer));
            let place = record.and_then(|r| self.text(view.place(link.edge.event, r)));
            let events = self.event_ids([link.edge.event]);
            let why = "appeared without an input where affected food is unaccounted for";
            demands.add(DemandKind::Origin, party, place, events, &lots, why);
        }
    }

    /// Resources that nobody is recorded to have cleaned.
    fn demand_cleanings(&mut self, demands: &mut Demands) {
        let view = self.spread.network.view;
        let mut out: IdMap<u32, Vec<u32>> = IdMap::default();
        let mut first: IdMap<u32, u32> = IdMap::default();
        let is_resource =
            |id: u32| self.node(id).is_some_and(|node| matches!(node.key.slot, Slot::Resource(_)));
        for link in &self.followed {
            if is_resource(link.from) {
                out.entry(link.from).or_default().push(link.to);
            } else if is_resource(link.to) {
                let known = first.entry(link.to).or_insert(link.edge.event);
                if compare(view.graph, link.edge.event, *known).is_lt() {
                    *known = link.edge.event;
                }
            }
        }
        let mut found: Vec<(u32, Vec<u32>, u32)> = Vec::new();
        for (id, reached) in out {
            let Some(node) = self.node(id).filter(|n| n.grade != ScopeGrade::Cleared) else {
                continue;
            };
            let reached = reached.into_iter().filter_map(|id| self.node(id));
            let suspected = reached.filter(|node| node.grade == ScopeGrade::Suspected);
            let mut reached: Vec<u32> = suspected.map(|node| node.key.item).collect();
            reached.sort_unstable();
            reached.dedup();
            if !reached.is_empty() {
                let event = first.get(&id).copied().unwrap_or(NONE);
                found.push((node.key.item, reached, event));
            }
        }
        for (place, lots, event) in found {
            let events = self.spread.network.resource(place).runs.first().map(|run| run.0);
            let event = if event == NONE { events.unwrap_or(NONE) } else { event };
            let party = view.graph.event(event).and_then(|record| self.text(record.issuer));
            let lots: Vec<String> = lots.into_iter().filter_map(|lot| self.text(lot)).collect();
            let why = "a cleaning between affected and later use would end the suspicion";
            let place = self.text(place);
            demands.add(DemandKind::Cleaning, party, place, Vec::new(), &lots, why);
        }
    }
}
