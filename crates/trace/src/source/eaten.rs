//! The holdings that a case may have eaten of.

use super::CaseAt;
use crate::intern::IdSet;
use crate::question::Start;
use crate::scope::{Fate, Key, Network, Slot, fate};
use crate::starts::recorded;

/// In an order that no arrival changes, each once.
pub(super) fn eaten(network: &mut Network<'_, '_>, at: &CaseAt) -> Vec<Key> {
    let mut keys = match at {
        CaseAt::Lot { id, place } => of_lot(network, id, place.as_deref()),
        CaseAt::Place { place, during, product } => {
            let start = Start::Place { place: place.clone(), during: *during };
            let mut keys = held(network, &start);
            keys.extend(mentioned(network, &start));
            if let Some(product) = product {
                keys.retain(|key| is_of(network, key.item, product));
            }
            keys
        }
    };
    let mut seen = IdSet::default();
    keys.retain(|key| seen.insert(*key));
    keys
}

fn held(network: &mut Network<'_, '_>, start: &Start) -> Vec<Key> {
    let seeds = network.seeds_of(start).into_iter().map(|seed| seed.key);
    seeds.filter(|key| matches!(key.slot, Slot::Put(_) | Slot::Mention(_))).collect()
}

/// Food without a lot, by each record of the place and time that names it.
fn mentioned(network: &Network<'_, '_>, start: &Start) -> Vec<Key> {
    let view = network.view;
    let Some(events) = crate::starts::events_of(view, start) else { return Vec::new() };
    let mut events: Vec<u32> = events.into_iter().collect();
    events.sort_by(|one, two| crate::ordering::compare(view.graph, *one, *two));
    let mut keys = Vec::new();
    for event in events {
        let Some(record) = view.graph.event(event) else { continue };
        let items = view.graph.items(record).iter().map(|item| item.id);
        let unlotted = items.filter(|item| view.is_unlotted(*item));
        keys.extend(unlotted.map(|item| Key { item, slot: Slot::Mention(event) }));
    }
    keys
}

fn is_of(network: &Network<'_, '_>, item: u32, product: &str) -> bool {
    let view = network.view;
    let Some(product) = view.graph.texts.find(product) else { return false };
    let own = |item: u32| item == product || view.shape(item).product == product;
    own(item) || view.lots_of(item).iter().any(|[lot, _]| own(*lot))
}

fn of_lot(network: &mut Network<'_, '_>, id: &str, place: Option<&str>) -> Vec<Key> {
    let view = network.view;
    if recorded(view, id).is_none() {
        return Vec::new();
    }
    let keys = held(network, &Start::item(id));
    if let Some(place) = place {
        let site = view.graph.texts.find(crate::intern::site(place));
        let there = |key: &Key| {
            let put = network.put(*key);
            put.is_some_and(|put| Some(put.site) == site)
        };
        return filter(keys, there);
    }
    let sold = filter(keys.clone(), |key| has_fate(network, key, Fate::Sold));
    if !sold.is_empty() {
        return sold;
    }
    let last = filter(keys.clone(), |key| {
        !has_fate(network, key, Fate::Sent) && !has_fate(network, key, Fate::Used)
    });
    if last.is_empty() { keys } else { last }
}

fn filter(keys: Vec<Key>, keep: impl FnMut(&Key) -> bool) -> Vec<Key> {
    let mut keys = keys;
    keys.retain(keep);
    keys
}

fn has_fate(network: &mut Network<'_, '_>, key: &Key, wanted: Fate) -> bool {
    let Slot::Put(index) = key.slot else { return false };
    let view = network.view;
    let puts = network.puts(key.item);
    let mut groups = puts.groups_of(index as usize);
    groups.any(|(_, group)| fate(view, key.item, group) == Some(wanted))
}
