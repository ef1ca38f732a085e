//! Numbers for stations, lots and deliveries, in an order that no arrival changes.

use std::collections::BTreeMap;

use laiqu_epcis::facts::DAY_MICROS;

use crate::answer::Kilograms;
use crate::flow::{Days, Delivery, FlowGraph};
use crate::intern::{IdMap, NONE, id32};
use crate::ledger_flow::builder::{Builder, Found, Station};
use crate::ledger_flow::{FlowDelivery, FlowStation, LedgerFlow};
use crate::scope::{Key, Slot, issuer};
use crate::view::View;

impl Builder<'_, '_, '_> {
    pub(crate) fn build(mut self) -> LedgerFlow {
        self.explore();
        let keepers = self.keepers();
        let view = self.network.view;
        let stations = stations(view, &self.found);
        let number = |station: Station| stations.binary_search_by(|one| order(view, *one, station));
        let number = |station| number(station).map_or(NONE, id32);
        let mut sorted: Vec<u32> = (0..id32(self.found.len())).collect();
        sorted.sort_by(|one, two| {
            let [one, two] = [one, two].map(|at| self.found.get(*at as usize));
            one.zip(two).map_or(std::cmp::Ordering::Equal, |(one, two)| compare(view, one, two))
        });
        let mut place = vec![NONE; sorted.len()];
        for (new, old) in (0..).zip(&sorted) {
            if let Some(slot) = place.get_mut(*old as usize) {
                *slot = new;
            }
        }
        let ordered: Vec<&Found> =
            sorted.iter().filter_map(|at| self.found.get(*at as usize)).collect();
        let mut lots: BTreeMap<(u32, &str), u32> = BTreeMap::new();
        for one in &ordered {
            let new = id32(lots.len());
            lots.entry((number(one.from), view.text(one.lot))).or_insert(new);
        }
        let flows = ordered.iter().map(|one| Delivery {
            from: number(one.from),
            to: number(one.to),
            lot: lots.get(&(number(one.from), view.text(one.lot))).copied(),
            departure: days(view, one.event, one.leaves),
            arrival: days(view, one.event, one.enters),
            kilograms: known(one.weight),
        });
        let new = |old: u32| place.get(old as usize).copied().unwrap_or(NONE);
        let relations = self.relations.iter().map(|(from, into)| (new(*from), new(*into)));
        let count = id32(stations.len());
        let graph = FlowGraph::new(count, flows.collect(), relations.collect());
        // Every number was given out above; were one wrong, an empty answer that is called cut off
        // would say so.
        let is_whole = graph.is_ok();
        LedgerFlow {
            graph: graph.unwrap_or_default(),
            stations: stations.iter().map(|one| station(view, *one, &keepers)).collect(),
            deliveries: ordered.iter().map(|one| delivery(view, one)).collect(),
            truncated: self.truncated || !is_whole,
        }
    }

    /// Who keeps food at a site, as most of its holdings say.
    fn keepers(&mut self) -> IdMap<u32, u32> {
        let mut counts: BTreeMap<(u32, u32), u32> = BTreeMap::new();
        let mut keys: Vec<Key> = self.exits.keys().copied().collect();
        keys.retain(|key| matches!(key.slot, Slot::Put(_)));
        for key in keys {
            let Slot::Put(index) = key.slot else { continue };
            let puts = self.network.puts(key.item);
            let Some(put) = puts.puts.get(index as usize) else { continue };
            let first = puts.groups_of(index as usize).next();
            let keeper = first.map_or(NONE, |(_, group)| issuer(self.network.view, group));
            *counts.entry((put.site, keeper)).or_default() += 1;
        }
        let view = self.network.view;
        let mut best: IdMap<u32, (u32, u32)> = IdMap::default();
        for ((site, keeper), count) in counts {
            let known = best.entry(site).or_insert((keeper, count));
            let is_first = view.text(keeper) < view.text(known.0);
            if count > known.1 || (count == known.1 && is_first) {
                *known = (keeper, count);
            }
        }
        best.into_iter().map(|(site, (keeper, _))| (site, keeper)).collect()
    }
}

fn order(view: &View<'_>, one: Station, two: Station) -> std::cmp::Ordering {
    match (one, two) {
        (Station::Site(one), Station::Site(two)) => view.text(one).cmp(view.text(two)),
        _ => one.cmp(&two),
    }
}

fn stations(view: &View<'_>, found: &[Found]) -> Vec<Station> {
    let mut stations: Vec<Station> = found.iter().flat_map(|one| [one.from, one.to]).collect();
    stations.sort_by(|one, two| order(view, *one, *two));
    stations.dedup();
    stations
}

fn compare(view: &View<'_>, one: &Found, two: &Found) -> std::cmp::Ordering {
    (one.leaves, one.enters)
        .cmp(&(two.leaves, two.enters))
        .then_with(|| order(view, one.from, two.from))
        .then_with(|| order(view, one.to, two.to))
        .then_with(|| view.text(one.lot).cmp(view.text(two.lot)))
        .then_with(|| crate::ordering::compare(view.graph, one.event, two.event))
}

/// Days by the clock of the place, as the event states its offset.
fn days(view: &View<'_>, event: u32, span: (i64, i64)) -> Days {
    let offset = view.graph.event(event).map_or(0, |record| record.time().offset_minutes);
    let day = |micros: i64, unknown: i32| match micros {
        i64::MIN | i64::MAX => unknown,
        _ => {
            let local = micros.saturating_add(i64::from(offset) * 60_000_000);
            i32::try_from(local.div_euclid(DAY_MICROS)).unwrap_or(unknown)
        }
    };
    Days { min: day(span.0, i32::MIN), max: day(span.1, i32::MAX) }
}

/// The most that it can have been, else the least that it was.
fn known(weight: Kilograms) -> Option<f64> {
    weight.max.or(Some(weight.min)).filter(|kilograms| *kilograms > 0.0)
}

fn station(view: &View<'_>, station: Station, keepers: &IdMap<u32, u32>) -> FlowStation {
    match station {
        Station::Site(site) => {
            let party = keepers.get(&site).filter(|party| **party != NONE);
            let party = party.map(|party| view.text(*party).to_owned());
            FlowStation { id: view.text(site).to_owned(), party, case: None }
        }
        Station::Case(case) => FlowStation { id: case.to_string(), party: None, case: Some(case) },
    }
}

fn delivery(view: &View<'_>, found: &Found) -> FlowDelivery {
    let product = view.shape(found.lot).product;
    FlowDelivery {
        lot: view.text(found.lot).to_owned(),
        product: (product != NONE).then(|| view.text(product).to_owned()),
        event: view.event_id(found.event),
        kilograms: found.weight,
        reasons: found.why.list(),
    }
}
