//! What leads on from one holding: deliveries, and links to holdings at the same site.

use std::rc::Rc;

use crate::grouping::Group;
use crate::intern::NONE;
use crate::ledger_flow::builder::{Builder, Found, Station};
use crate::ledger_flow::events_of;
use crate::scope::{Edge, HoldingLinkKind, Key, Put, Puts, Scale, ScopeReason, Slot, Why, ZERO};
use crate::timeline::Kind;

/// What leads on from a holding.
#[derive(Debug, Default)]
pub(super) struct Exits {
    /// Deliveries, with the last moment at which each left.
    pub(super) deliveries: Vec<(u32, i64)>,
    /// Links to holdings at the same site, or where no record says where it is.
    pub(super) inner: Vec<Inner>,
    /// First moment at which anything came there; the last one where nothing did.
    pub(super) first: i64,
}

/// A link within a site.
#[derive(Clone, Copy, Debug)]
pub(super) struct Inner {
    pub(super) to: Key,
    /// Last moment at which it left.
    pub(super) leaves: i64,
    /// First and last moment at which it came.
    pub(super) enters: (i64, i64),
}

/// All time.
const ALWAYS: (i64, i64) = (i64::MIN, i64::MAX);

impl Builder<'_, '_, '_> {
    pub(super) fn exits(&mut self, key: Key) -> Rc<Exits> {
        if let Some(known) = self.exits.get(&key) {
            return Rc::clone(known);
        }
        let events = events_of(self.network, key);
        self.network.view.rest_on(events);
        let mut exits = Exits { first: i64::MAX, ..Exits::default() };
        if let Slot::Put(index) = key.slot {
            let puts = self.network.puts(key.item);
            if let Some(put) = puts.puts.get(index as usize) {
                exits.first = put.comings.0;
                self.carried(key, index as usize, put, &puts, &mut exits);
            }
        }
        for edge in self.network.expand(key) {
            self.network.view.rest_on((edge.event != NONE).then_some(edge.event));
            self.joined(key, &edge, &mut exits);
        }
        self.consumed(key, &mut exits);
        let exits = Rc::new(exits);
        self.exits.insert(key, Rc::clone(&exits));
        exits
    }

    /// Recorded movements of the item itself, and shipments that nobody received.
    fn carried(&mut self, key: Key, index: usize, put: &Put, puts: &Puts, exits: &mut Exits) {
        let view = self.network.view;
        for carry in puts.carries_out_of(index) {
            let (Some(came), Some(to)) = (puts.group(carry.came), puts.puts.get(carry.to)) else {
                continue;
            };
            let sent = carry.sent.and_then(|sent| puts.group(sent));
            let leaves = sent.map_or((put.from.0, came.latest), |s| (s.earliest, s.latest));
            let enters = (came.earliest, came.latest);
            let target = Key { item: key.item, slot: crate::scope::slot(carry.to) };
            if to.site == put.site {
                exits.inner.push(Inner { to: target, leaves: leaves.1, enters });
                continue;
            }
            let scale = Scale::of(view, key.item, self.network.facts);
            let weights = sent.into_iter().chain([came]).filter(|group| group.amount.is_some());
            // One shipment may be received in parts, and one receipt be of several shipments.
            let weight = weights
                .map(|group| scale.weigh(group))
                .min_by(|one, two| one.min.total_cmp(&two.min));
            let found = Found {
                from: Station::Site(put.site),
                to: Station::Site(to.site),
                lot: self.lot_of(key.item),
                event: first_event(sent.unwrap_or(came)),
                leaves,
                enters,
                weight: weight.unwrap_or_else(|| scale.amount(None)),
                why: carry.why,
                targets: vec![target],
            };
            let delivery = self.register(found);
            exits.deliveries.extend(delivery.map(|delivery| (delivery, leaves.1)));
        }
        let lost = puts.groups_of(index).filter(|(at, group)| {
            group.kind == Kind::Departure && !group.voided && !puts.has_arrived(*at)
        });
        for (_, group) in lost {
            let Some(to) = stated(&group.to_sites, &group.to_parties, put.site) else { continue };
            let scale = Scale::of(view, key.item, self.network.facts);
            let found = Found {
                from: Station::Site(put.site),
                to: Station::Site(to),
                lot: self.lot_of(key.item),
                event: first_event(group),
                leaves: (group.earliest, group.latest),
                enters: (group.earliest, i64::MAX),
                weight: scale.weigh(group),
                why: Why::of(ScopeReason::OneSided),
                targets: Vec::new(),
            };
            let delivery = self.register(found);
            exits.deliveries.extend(delivery.map(|delivery| (delivery, group.latest)));
        }
    }

    /// Links to other items; where they lead to another site, food came there without a record of
    /// its movement.
    fn joined(&mut self, key: Key, edge: &Edge, exits: &mut Exits) {
        match edge.kind {
            HoldingLinkKind::Mixed | HoldingLinkKind::Appeared => return,
            // Movements between holdings are carried; the rest leads to where no record is.
            HoldingLinkKind::Moved => {
                let placed = matches!((key.slot, edge.to.slot), (Slot::Put(_), Slot::Put(_)));
                if placed || self.network.puts(key.item).placeless.is_empty() {
                    return;
                }
            }
            HoldingLinkKind::Transformed
            | HoldingLinkKind::MemberOf
            | HoldingLinkKind::Attributed => {}
        }
        let [from, to] = [key, edge.to].map(|key| self.site_of(key));
        if from == NONE || to == NONE || from == to {
            exits.inner.push(Inner { to: edge.to, leaves: edge.leaves.1, enters: edge.enters });
            return;
        }
        let found = Found {
            from: Station::Site(from),
            to: Station::Site(to),
            lot: self.lot_of(edge.to.item),
            event: edge.event,
            leaves: edge.leaves,
            enters: edge.enters,
            weight: edge.weight,
            why: edge.why,
            targets: vec![edge.to],
        };
        let delivery = self.register(found);
        exits.deliveries.extend(delivery.map(|delivery| (delivery, edge.leaves.1)));
    }

    /// What cases may have eaten.
    fn consumed(&mut self, key: Key, exits: &mut Exits) {
        let Some(cases) = self.eaten.get(&key).cloned() else { return };
        let site = self.site_of(key);
        let share = 1.0 / cases.len() as f64;
        let weight = self.network.put(key).map_or(ZERO, |put| self.kept(key, &put)).times(share);
        for case in cases.iter().filter(|_| site != NONE) {
            let found = Found {
                from: Station::Site(site),
                to: Station::Case(*case),
                lot: self.lot_of(key.item),
                event: NONE,
                leaves: ALWAYS,
                enters: ALWAYS,
                weight,
                why: Why::NONE,
                targets: Vec::new(),
            };
            let delivery = self.register(found);
            exits.deliveries.extend(delivery.map(|delivery| (delivery, i64::MAX)));
        }
    }

    /// What came to a holding from a place that the ledger knows only by name.
    pub(super) fn arrivals_from_outside(&mut self, key: Key) {
        let Slot::Put(index) = key.slot else { return };
        let puts = self.network.puts(key.item);
        let index = index as usize;
        let Some(put) = puts.puts.get(index) else { return };
        let carried: Vec<usize> = puts.carries_into(index).map(|carry| carry.came).collect();
        let arrivals = puts.groups_of(index).filter(|(at, group)| {
            group.kind == Kind::Arrival && !group.voided && !carried.contains(at)
        });
        for (_, group) in arrivals {
            let Some(from) = stated(&group.from_sites, &group.from_parties, put.site) else {
                continue;
            };
            let scale = Scale::of(self.network.view, key.item, self.network.facts);
            self.register(Found {
                from: Station::Site(from),
                to: Station::Site(put.site),
                lot: self.lot_of(key.item),
                event: first_event(group),
                leaves: (i64::MIN, group.latest),
                enters: (group.earliest, group.latest),
                weight: scale.weigh(group),
                why: Why::of(ScopeReason::OneSided),
                targets: vec![key],
            });
        }
    }
}

fn first_event(group: &Group) -> u32 {
    group.events.first().copied().unwrap_or(NONE)
}

/// The other end of a movement as one side states it: a site, else a party.
fn stated(sites: &[u32], parties: &[u32], own: u32) -> Option<u32> {
    let site = sites.iter().find(|site| **site != own && **site != NONE);
    if sites.contains(&own) { None } else { site.or(parties.first()).copied() }
}
