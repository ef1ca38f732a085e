//! The effective distance (Manitz et al., PLoS Currents Outbreaks 2014): a step that takes a share
//! p of what leaves a station is 1 - ln p long; a way is as long as its steps. The source is near
//! to all cases.

use super::rank::Case;
use crate::flow::{Network, Start, at, set};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// Steps between stations, from where they lead.
struct Shares {
    /// For each station those that sell to it, with the length of the step.
    before: Vec<Vec<(u32, f64)>>,
}

impl Shares {
    fn of(network: &Network) -> Self {
        let mut before = vec![Vec::new(); network.stations as usize];
        for station in 0..network.stations {
            let mut sold: BTreeMap<u32, f64> = BTreeMap::new();
            let mut sum = 0.0;
            for delivery in network.along.starts.of(station) {
                let kilograms = at(&network.flow, *delivery);
                let Some(end) = network.along.ends.get(*delivery as usize) else { continue };
                *sold.entry(*end).or_default() += kilograms;
                sum += kilograms;
            }
            for (to, kilograms) in sold {
                if let Some(list) = before.get_mut(to as usize) {
                    list.push((station, 1.0 - (kilograms / sum).ln()));
                }
            }
        }
        Self { before }
    }

    /// From each station to one (Dijkstra); infinite where there is no way.
    fn to(&self, target: u32) -> Vec<f64> {
        let mut distances = vec![f64::INFINITY; self.before.len()];
        set(&mut distances, target, 0.0);
        let mut open = BinaryHeap::from([Reverse((Length(0.0), target))]);
        while let Some(Reverse((Length(length), station))) = open.pop() {
            if length > at(&distances, station) {
                continue;
            }
            for (from, step) in self.before.get(station as usize).into_iter().flatten() {
                let way = length + step;
                if way < at(&distances, *from) {
                    set(&mut distances, *from, way);
                    open.push(Reverse((Length(way), *from)));
                }
            }
        }
        distances
    }
}

/// A length that can be ordered.
#[derive(Clone, Copy, PartialEq)]
struct Length(f64);

impl Eq for Length {}

impl PartialOrd for Length {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for Length {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        self.0.total_cmp(&other.0)
    }
}

/// What a station reaches, and how far that is.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(super) struct Far {
    /// Weight of the cases that it reaches.
    pub(super) reached: f64,
    /// How many these are.
    pub(super) cases: u32,
    /// Sum of their distances, each times its weight.
    pub(super) sum: f64,
}

/// How far each station is from the cases. What speaks against has no distance.
pub(super) fn distances(network: &Network, cases: &[Case]) -> Vec<Far> {
    let shares = Shares::of(network);
    let mut far = vec![Far::default(); network.stations as usize];
    for case in cases.iter().filter(|case| case.weight > 0.0) {
        let target = match case.at {
            Start::Station(station) => station,
            Start::Delivery(delivery) => at(&network.recipient, delivery),
        };
        for (far, distance) in far.iter_mut().zip(shares.to(target)) {
            if distance.is_finite() {
                far.reached += case.weight;
                far.cases += 1;
                far.sum += case.weight * distance;
            }
        }
    }
    far
}
