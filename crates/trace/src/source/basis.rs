//! What the rank of a candidate rests on.

use super::rank::cases;
use crate::flow::{Engine, FlowGraph, Network, Overlay, Start, at, set};

/// What lies between a candidate and the cases that it reaches; lists are sorted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// Deliveries on the ways to them.
    pub deliveries: Vec<u32>,
    /// Stations on these ways, those with a case included.
    pub stations: Vec<u32>,
    /// Where the cases that it reaches are.
    pub cases: Vec<Start>,
}

/// The ways from each of some candidates to the cases.
#[must_use]
pub fn basis(graph: &FlowGraph, overlay: &Overlay, candidates: &[u32]) -> Vec<Basis> {
    let network = Network::new(graph, overlay, Engine::Desktop);
    let cases = cases(&network, overlay);
    let starts: Vec<Start> =
        cases.iter().filter(|case| case.weight > 0.0).map(|case| case.at).collect();
    let mut before = network.reached(&starts, true);
    for start in &starts {
        match start {
            Start::Station(station) => set(&mut before.stations, *station, true),
            Start::Delivery(delivery) => set(&mut before.deliveries, *delivery, true),
        }
    }
    let both = |ahead: &[bool], back: &[bool]| -> Vec<u32> {
        let both = (0..).zip(ahead.iter().zip(back));
        both.filter(|(_, (ahead, back))| **ahead && **back).map(|(id, _)| id).collect()
    };
    let between = |candidate: &u32| {
        let after = network.reached(&[Start::Station(*candidate)], false);
        let reaches = |start: &&Start| match start {
            Start::Station(station) => station == candidate || at(&after.stations, *station),
            Start::Delivery(delivery) => at(&after.deliveries, *delivery),
        };
        Basis {
            deliveries: both(&after.deliveries, &before.deliveries),
            stations: both(&after.stations, &before.stations),
            cases: starts.iter().filter(reaches).copied().collect(),
        }
    };
    candidates.iter().map(between).collect()
}
