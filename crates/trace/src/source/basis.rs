//! What the rank of a candidate rests on.

use super::rank::cases;
use crate::flow::{Engine, FlowGraph, Network, Overlay, Start};

/// What lies between a candidate and the cases that it reaches.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Basis {
    /// Deliveries on the ways to them.
    pub deliveries: u32,
    /// Stations on these ways, those with a case included.
    pub stations: u32,
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
            Start::Station(station) => crate::flow::set(&mut before.stations, *station, true),
            Start::Delivery(delivery) => crate::flow::set(&mut before.deliveries, *delivery, true),
        }
    }
    let count = |ahead: &[bool], back: &[bool]| {
        let both = ahead.iter().zip(back).filter(|(ahead, back)| **ahead && **back).count();
        u32::try_from(both).unwrap_or(u32::MAX)
    };
    let between = |candidate: &u32| {
        let after = network.reached(&[Start::Station(*candidate)], false);
        Basis {
            deliveries: count(&after.deliveries, &before.deliveries),
            stations: count(&after.stations, &before.stations),
        }
    };
    candidates.iter().map(between).collect()
}
