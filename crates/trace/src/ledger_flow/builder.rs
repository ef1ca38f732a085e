//! From a selection of items to deliveries, and which of them went into which.

use std::collections::BTreeMap;
use std::rc::Rc;

use crate::answer::Kilograms;
use crate::closure::Node;
use crate::intern::{IdMap, IdSet, NONE, id32};
use crate::ledger_flow::exits::Exits;
use crate::ledger_flow::{FLOW_DELIVERIES_MAX, FLOW_STEPS_MAX, keys_of};
use crate::scope::{Fate, HOLDING_LINKS_MAX, Key, Network, Put, Scale, Slot, Why, fate};
use crate::time::possible;

/// How far beyond the selected items the graph goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Reach {
    /// Not at all.
    Selected,
    /// To the first delivery of everything that was made of them, so that the shares of what went
    /// where are known.
    Siblings,
}

/// Where a delivery begins or ends.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub(super) enum Station {
    /// A site, or a party where no place is named.
    Site(u32),
    /// A case, by position.
    Case(u32),
}

/// A delivery before it has its number.
#[derive(Clone, Debug)]
pub(super) struct Found {
    pub(super) from: Station,
    pub(super) to: Station,
    pub(super) lot: u32,
    pub(super) event: u32,
    pub(super) leaves: (i64, i64),
    pub(super) enters: (i64, i64),
    pub(super) weight: Kilograms,
    pub(super) why: Why,
    /// The holdings that it came to.
    pub(super) targets: Vec<Key>,
}

pub(crate) struct Builder<'n, 'v, 'g> {
    pub(super) network: &'n mut Network<'v, 'g>,
    reach: Reach,
    selected: IdSet<u32>,
    keys: Vec<Key>,
    /// Cases that may have eaten of a holding.
    pub(crate) eaten: IdMap<Key, Vec<u32>>,
    pub(super) exits: IdMap<Key, Rc<Exits>>,
    pub(super) found: Vec<Found>,
    /// Deliveries of one lot by one event between two stations are one.
    known: BTreeMap<(Station, Station, u32, u32), u32>,
    pub(super) relations: Vec<(u32, u32)>,
    /// Links within sites that were followed.
    steps: usize,
    pub(crate) truncated: bool,
}

impl<'n, 'v, 'g> Builder<'n, 'v, 'g> {
    pub(crate) fn new(network: &'n mut Network<'v, 'g>, reach: Reach) -> Self {
        Self {
            network,
            reach,
            selected: IdSet::default(),
            keys: Vec::new(),
            eaten: IdMap::default(),
            exits: IdMap::default(),
            found: Vec::new(),
            known: BTreeMap::new(),
            relations: Vec::new(),
            steps: 0,
            truncated: false,
        }
    }

    /// Adds the items of a closure to the selection.
    pub(crate) fn select(&mut self, nodes: &[Node]) {
        let (items, keys) = keys_of(self.network, nodes);
        self.selected.extend(items);
        self.keys.extend(keys);
    }

    /// All deliveries, then what each went into.
    pub(super) fn explore(&mut self) {
        let keys = std::mem::take(&mut self.keys);
        let mentions = keys.iter().filter(|key| matches!(key.slot, Slot::Mention(_)));
        let mentions: IdSet<Key> = mentions.copied().collect();
        for key in &keys {
            self.arrivals_from_outside(*key);
            self.exits(*key);
        }
        let mut at = 0;
        while let Some(delivery) = self.found.get(at) {
            let targets = delivery.targets.clone();
            let enters = delivery.enters;
            for target in targets {
                if self.selected.contains(&target.item) || mentions.contains(&target) {
                    self.relate(id32(at), target, enters, &mentions);
                }
            }
            at += 1;
        }
    }

    /// Adds a delivery, or adds to the one that it belongs to. `None` where there is no room.
    pub(super) fn register(&mut self, found: Found) -> Option<u32> {
        let key = (found.from, found.to, found.lot, found.event);
        if let Some(known) = self.known.get(&key).copied() {
            if let Some(one) = self.found.get_mut(known as usize) {
                one.join(found);
            }
            return Some(known);
        }
        if self.found.len() >= FLOW_DELIVERIES_MAX {
            self.truncated = true;
            return None;
        }
        let id = id32(self.found.len());
        self.known.insert(key, id);
        self.found.push(found);
        Some(id)
    }

    /// Follows what came by a delivery through its station until it leaves again.
    fn relate(&mut self, delivery: u32, start: Key, enters: (i64, i64), mentions: &IdSet<Key>) {
        let station = self.site_of(start);
        let mut since: IdMap<Key, i64> = IdMap::default();
        let mut open = vec![(start, enters.0)];
        while let Some((key, came)) = open.pop() {
            if since.get(&key).is_some_and(|known| *known <= came) {
                continue;
            }
            since.insert(key, came);
            let exits = self.exits(key);
            // What left before anything had come was there all the same.
            let in_order = |leaves: i64| {
                possible(came, leaves)
                    || (exits.first != i64::MAX && !possible(exits.first, leaves))
            };
            let left = exits.deliveries.iter().filter(|(_, leaves)| in_order(*leaves));
            let left: Vec<(u32, u32)> = left.map(|(next, _)| (delivery, *next)).collect();
            self.steps += exits.inner.len();
            let room = HOLDING_LINKS_MAX.saturating_sub(self.relations.len());
            if left.len() > room || self.steps > FLOW_STEPS_MAX {
                self.truncated = true;
                return;
            }
            self.relations.extend(left);
            for inner in exits.inner.iter().filter(|inner| in_order(inner.leaves)) {
                let is_known =
                    self.selected.contains(&inner.to.item) || mentions.contains(&inner.to);
                let site = self.site_of(inner.to);
                if (is_known || self.reach == Reach::Siblings) && (site == station || site == NONE)
                {
                    open.push((inner.to, inner.enters.0.max(came.min(inner.enters.1))));
                }
            }
        }
    }

    /// The lot of an item: of a pack, the one that it is of.
    pub(super) fn lot_of(&self, item: u32) -> u32 {
        let view = self.network.view;
        if view.shape(item).is_class {
            return item;
        }
        match view.lots_of(item).as_slice() {
            [[lot, _]] => *lot,
            _ => item,
        }
    }

    /// Where a holding is; [`NONE`] where no record says so.
    pub(super) fn site_of(&mut self, key: Key) -> u32 {
        let view = self.network.view;
        match key.slot {
            Slot::Put(_) => self.network.put(key).map_or(NONE, |put| put.site),
            Slot::Mention(event) => {
                let record = view.graph.event(event);
                record.map_or(NONE, |record| view.site(view.place(event, record)))
            }
            Slot::Elsewhere | Slot::Resource(_) => NONE,
        }
    }

    /// Kilograms of a holding that neither went on nor into something else.
    pub(super) fn kept(&mut self, key: Key, put: &Put) -> Kilograms {
        let view = self.network.view;
        let puts = self.network.puts(key.item);
        let scale = Scale::of(view, key.item, self.network.facts);
        let went_on = |group: &&crate::grouping::Group| {
            matches!(fate(view, key.item, group), Some(Fate::Sent | Fate::Used))
        };
        let gone = puts.groups_of_put(put).filter(went_on).map(|group| scale.weigh(group));
        gone.fold(put.came, Kilograms::minus)
    }
}

impl Found {
    fn join(&mut self, other: Found) {
        let wider = |one: (i64, i64), two: (i64, i64)| (one.0.min(two.0), one.1.max(two.1));
        self.leaves = wider(self.leaves, other.leaves);
        self.enters = wider(self.enters, other.enters);
        self.weight = self.weight.plus(other.weight);
        self.why = self.why.and(other.why);
        self.targets.extend(other.targets);
    }
}
