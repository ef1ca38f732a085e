//! The effective distance (Manitz et al., PLoS Currents Outbreaks 2014): a step that takes a share
//! p of what leaves a station is 1 - ln p long; a way is as long as its steps. The source is near
//! to all cases. Shares are of stations; ways are those that the relations of deliveries allow.

use super::rank::Case;
use crate::flow::{Network, Start, at, set};
use crate::intern::NONE;
use std::cmp::Reverse;
use std::collections::{BTreeMap, BinaryHeap};

/// How long the step of each delivery is: the same for all between the same two stations.
fn lengths(network: &Network) -> Vec<f64> {
    let mut lengths = vec![f64::INFINITY; network.deliveries as usize];
    for station in 0..network.stations {
        let mut sold: BTreeMap<u32, f64> = BTreeMap::new();
        let mut sum = 0.0;
        let deliveries = network.along.starts.of(station);
        for delivery in deliveries {
            let kilograms = at(&network.flow, *delivery);
            *sold.entry(at(&network.along.ends, *delivery)).or_default() += kilograms;
            sum += kilograms;
        }
        for delivery in deliveries {
            let to = at(&network.along.ends, *delivery);
            if let Some(kilograms) = sold.get(&to).filter(|_| to != NONE) {
                set(&mut lengths, *delivery, 1.0 - (kilograms / sum).ln());
            }
        }
    }
    lengths
}

/// From each station to a case (Dijkstra, against the flow); infinite where there is no way.
fn to(network: &Network, lengths: &[f64], case: Start) -> Vec<f64> {
    let way = &network.against;
    let mut stations = vec![f64::INFINITY; network.stations as usize];
    let starts: &[u32] = match &case {
        Start::Station(station) => {
            set(&mut stations, *station, 0.0);
            way.starts.of(*station)
        }
        Start::Delivery(delivery) => std::slice::from_ref(delivery),
    };
    // A helper between deliveries takes no step.
    let step = |vertex: u32| lengths.get(vertex as usize).copied().unwrap_or(0.0);
    let mut vertices = vec![f64::INFINITY; way.next.count()];
    let mut open = BinaryHeap::new();
    let mut enter = |vertex: u32, length: f64, open: &mut BinaryHeap<_>| {
        let known = vertices.get_mut(vertex as usize).filter(|known| length < **known);
        if let Some(known) = known {
            *known = length;
            open.push(Reverse((Length(length), vertex)));
        }
    };
    for delivery in starts {
        enter(*delivery, step(*delivery), &mut open);
    }
    while let Some(Reverse((Length(length), vertex))) = open.pop() {
        let seller = way.ends.get(vertex as usize).copied().unwrap_or(NONE);
        if let Some(known) = stations.get_mut(seller as usize) {
            *known = known.min(length);
        }
        for next in way.next.of(vertex) {
            enter(*next, length + step(*next), &mut open);
        }
    }
    stations
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
    let lengths = lengths(network);
    let mut far = vec![Far::default(); network.stations as usize];
    for case in cases.iter().filter(|case| case.weight > 0.0) {
        for (far, distance) in far.iter_mut().zip(to(network, &lengths, case.at)) {
            if distance.is_finite() {
                far.reached += case.weight;
                far.cases += 1;
                far.sum += case.weight * distance;
            }
        }
    }
    far
}
