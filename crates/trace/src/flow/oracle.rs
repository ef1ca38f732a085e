//! The rules once more, word by word and without care for cost: every step as an edge, every set
//! by its own walk.

#![allow(clippy::cast_possible_truncation)] // tiny graphs

use super::{DateMode, Days, Engine, FlowGraph, Overlay};
use std::collections::BTreeSet;

pub(super) type Set = BTreeSet<usize>;

pub(super) struct Oracle<'q> {
    pub(super) graph: &'q FlowGraph,
    pub(super) overlay: &'q Overlay,
    pub(super) next: Vec<Set>,
}

impl<'q> Oracle<'q> {
    /// The steps of the desktop's rules, for dates that are ignored or stated.
    pub(super) fn new(graph: &'q FlowGraph, overlay: &'q Overlay) -> Self {
        let count = graph.deliveries().len();
        let mut next: Vec<Set> = vec![Set::new(); count];
        for (from, to) in graph.next().pairs() {
            next[from as usize].insert(to as usize);
        }
        let mut oracle = Self { graph, overlay, next };
        for a in 0..count {
            for b in 0..count {
                let station = oracle.to(a);
                let mixes = station == oracle.from(b) && oracle.station(station).cross;
                if a != b && mixes && oracle.before(a, b) {
                    oracle.next[a].insert(b);
                }
            }
        }
        let marked: Vec<usize> = (0..count).filter(|d| overlay.deliveries[*d].cross).collect();
        for a in &marked {
            for b in &marked {
                if a != b && oracle.to(*a) == oracle.to(*b) {
                    for out in oracle.next[*a].clone() {
                        if oracle.before(*b, out) {
                            oracle.next[*b].insert(out);
                        }
                    }
                }
            }
        }
        for from in 0..count {
            let stays = |to: &usize| {
                let ends = [oracle.to(from), oracle.from(*to)];
                !ends.iter().any(|station| oracle.station(*station).kill)
                    && !overlay.deliveries[from].kill
            };
            let kept = oracle.next[from].iter().copied().filter(stays).collect();
            oracle.next[from] = kept;
        }
        oracle
    }

    pub(super) fn from(&self, delivery: usize) -> usize {
        self.overlay.station(self.graph.deliveries()[delivery].from) as usize
    }

    pub(super) fn to(&self, delivery: usize) -> usize {
        self.overlay.station(self.graph.deliveries()[delivery].to) as usize
    }

    pub(super) fn station(&self, station: usize) -> super::Setting {
        self.overlay.of_station(station as u32)
    }

    fn before(&self, a: usize, b: usize) -> bool {
        let or = |one: Days, other: Days| if one.is_unknown() { other } else { one };
        let [a, b] = [a, b].map(|delivery| self.graph.deliveries()[delivery]);
        match self.overlay.dates {
            DateMode::Explicit => or(a.arrival, a.departure).min <= or(b.departure, b.arrival).max,
            _ => true,
        }
    }

    pub(super) fn forward(&self, delivery: usize) -> Set {
        let mut found = Set::new();
        let mut open = vec![delivery];
        while let Some(at) = open.pop() {
            open.extend(self.next[at].iter().copied().filter(|to| found.insert(*to)));
        }
        found.remove(&delivery);
        found
    }

    fn ends(&self, deliveries: impl IntoIterator<Item = usize>) -> Set {
        let alive = deliveries.into_iter().filter(|d| !self.overlay.deliveries[*d].kill);
        alive.map(|d| self.to(d)).collect()
    }

    /// Deliveries and stations that come after a delivery.
    pub(super) fn after_delivery(&self, delivery: usize) -> (Set, Set) {
        let deliveries = self.forward(delivery);
        let stations = self.ends(deliveries.iter().copied().chain([delivery]));
        (deliveries, stations)
    }

    /// Deliveries and stations that come after a station.
    pub(super) fn after_station(&self, station: usize) -> (Set, Set) {
        let mut deliveries = Set::new();
        let sold = (0..self.next.len()).filter(|d| self.from(*d) == station);
        for delivery in sold.filter(|_| !self.station(station).kill) {
            deliveries.insert(delivery);
            deliveries.extend(self.forward(delivery));
        }
        let stations = self.ends(deliveries.iter().copied());
        (deliveries, stations)
    }

    fn share(&self, deliveries: &Set, stations: &Set) -> f64 {
        let weights = || {
            let merged = |s: usize| self.station(s).weight;
            let stations = (0..self.overlay.stations.len()).map(merged);
            stations.chain(self.overlay.deliveries.iter().map(|setting| setting.weight))
        };
        let positive: f64 = weights().filter(|weight| *weight > 0.0).sum();
        let negative: f64 = weights().filter(|weight| *weight < 0.0).sum();
        let reached: f64 = stations.iter().map(|s| self.station(*s).weight).sum::<f64>()
            + deliveries.iter().map(|d| self.overlay.deliveries[*d].weight).sum::<f64>();
        let all = positive.max(-negative);
        if all > 0.0 { reached / all } else { 0.0 }
    }

    pub(super) fn delivery_score(&self, delivery: usize) -> f64 {
        let (mut deliveries, stations) = self.after_delivery(delivery);
        deliveries.insert(delivery);
        self.share(&deliveries, &stations)
    }

    pub(super) fn station_score(&self, station: usize) -> f64 {
        let (deliveries, mut stations) = self.after_station(station);
        stations.insert(station);
        self.share(&deliveries, &stations)
    }
}

/// Scores of stations, then deliveries, by walks back from each outbreak as the web application
/// makes them; dates are ignored.
pub(super) fn web(graph: &FlowGraph, overlay: &Overlay) -> Vec<f64> {
    let mut walk = Web { graph, overlay, seen: Set::new(), counts: Vec::new() };
    let stations = overlay.stations.len();
    walk.counts = vec![0; stations + graph.deliveries().len()];
    let mut outbreaks = 0;
    for station in 0..stations {
        let setting = overlay.of_station(station as u32);
        if setting.weight > 0.0 && !setting.hidden {
            outbreaks += 1;
            walk.seen.clear();
            walk.see(station);
            for delivery in walk.deliveries(|d| d.to, station) {
                walk.back(delivery);
            }
        }
    }
    for (delivery, setting) in overlay.deliveries.iter().enumerate() {
        if setting.weight > 0.0 && !setting.hidden {
            outbreaks += 1;
            walk.seen.clear();
            walk.back(delivery);
        }
    }
    let outbreaks = outbreaks.max(1);
    walk.counts.iter().map(|count| f64::from(*count) / f64::from(outbreaks)).collect()
}

struct Web<'q> {
    graph: &'q FlowGraph,
    overlay: &'q Overlay,
    seen: Set,
    counts: Vec<u32>,
}

impl Web<'_> {
    fn see(&mut self, element: usize) -> bool {
        let new = self.seen.insert(element);
        self.counts[element] += u32::from(new);
        new
    }

    fn deliveries(&self, end: impl Fn(&super::Delivery) -> u32, station: usize) -> Vec<usize> {
        let at = |d: &usize| self.overlay.station(end(&self.graph.deliveries()[*d]));
        (0..self.graph.deliveries().len()).filter(|d| at(d) as usize == station).collect()
    }

    fn back(&mut self, delivery: usize) {
        let one = self.graph.deliveries()[delivery];
        let setting = self.overlay.deliveries[delivery];
        let [source, target] = [one.from, one.to].map(|station| self.overlay.station(station));
        let hidden = |station| self.overlay.of_station(station).hidden;
        let out = setting.kill || setting.hidden || hidden(source) || hidden(target);
        if out || !self.see(self.overlay.stations.len() + delivery) {
            return;
        }
        let station = self.overlay.of_station(source);
        if station.kill {
            return;
        }
        self.see(source as usize);
        let stated = self.graph.next().pairs().filter(|(_, to)| *to as usize == delivery);
        let kills = |d: usize| {
            let to = self.overlay.station(self.graph.deliveries()[d].to);
            self.overlay.of_station(to).kill
        };
        let mut before: Set =
            stated.map(|(from, _)| from as usize).filter(|d| !kills(*d)).collect();
        if station.cross {
            before.extend(self.deliveries(|d| d.to, source as usize));
        }
        for delivery in before {
            self.back(delivery);
        }
    }
}

/// The engine that an oracle's results hold for.
pub(super) const DESKTOP: Engine = Engine::Desktop;
