//! The graph as a question sees it: the steps that an overlay allows, both ways.

use super::steps::{Stage, steps};
use super::{Csr, Engine, FlowGraph, Overlay, Parts, at};
use crate::intern::{NONE, id32};

/// One way through the network: along the flow or against it.
#[derive(Clone, Debug)]
pub(crate) struct Way {
    /// Against the flow.
    pub(crate) against: bool,
    /// From each vertex to the next on this way.
    pub(crate) next: Csr,
    /// With which deliveries this way starts at a station.
    pub(crate) starts: Csr,
    /// The station that a delivery leads to on this way, or [`NONE`].
    pub(crate) ends: Vec<u32>,
}

/// A flow graph under an overlay.
#[derive(Clone, Debug)]
pub struct Network {
    pub(crate) stations: u32,
    pub(crate) deliveries: u32,
    pub(crate) along: Way,
    pub(crate) against: Way,
    pub(crate) parts: Parts,
    /// Kilograms by vertex, assumed where they are not known.
    pub(crate) flow: Vec<f64>,
    /// Number of deliveries with assumed kilograms.
    pub(crate) assumed: u32,
    /// Deliveries that take no part at all.
    pub(crate) out: Vec<bool>,
    /// Sender of each delivery.
    pub(crate) supplier: Vec<u32>,
}

impl Network {
    /// What the overlay allows, by an engine's rules.
    #[must_use]
    pub fn new(graph: &FlowGraph, overlay: &Overlay, engine: Engine) -> Self {
        let stage = Stage::new(graph, overlay, engine);
        let (flow, assumed) = kilograms(graph);
        let steps = steps(&stage, flow);
        let vertices = steps.next.count();
        let against = Way {
            against: true,
            next: steps.next.reversed(vertices),
            starts: chosen(&stage.incoming, |_, delivery| {
                !overlay.of_delivery(delivery).kill && !stage.is_out(delivery)
            }),
            ends: ends(&stage, &stage.supplier, |delivery| {
                overlay.of_station(at(&stage.supplier, delivery)).kill
            }),
        };
        let along = Way {
            against: false,
            starts: chosen(&stage.outgoing, |station, delivery| {
                !overlay.of_station(station).kill && !stage.is_out(delivery)
            }),
            ends: ends(&stage, &stage.recipient, |delivery| overlay.of_delivery(delivery).kill),
            next: steps.next,
        };
        let deliveries = id32(graph.deliveries().len());
        Self {
            stations: graph.stations(),
            deliveries,
            out: (0..deliveries).map(|delivery| stage.is_out(delivery)).collect(),
            parts: Parts::of(&along.next),
            along,
            against,
            flow: steps.flow,
            assumed,
            supplier: stage.supplier,
        }
    }

    /// One of the two ways.
    pub(crate) fn way(&self, against: bool) -> &Way {
        if against { &self.against } else { &self.along }
    }
}

fn chosen(by_station: &Csr, keep: impl Fn(u32, u32) -> bool) -> Csr {
    let pairs = by_station.pairs().filter(|(station, delivery)| keep(*station, *delivery));
    Csr::new(by_station.count(), pairs.collect())
}

fn ends(stage: &Stage<'_>, stations: &[u32], cut: impl Fn(u32) -> bool) -> Vec<u32> {
    let end = |(station, delivery): (&u32, u32)| {
        if cut(delivery) || stage.is_out(delivery) { NONE } else { *station }
    };
    stations.iter().zip(0..).map(end).collect()
}

/// Kilograms of each delivery, and how many are assumed: a delivery of unknown weight counts as
/// the mean of the known ones.
fn kilograms(graph: &FlowGraph) -> (Vec<f64>, u32) {
    let known = |kilograms: Option<f64>| kilograms.filter(|kg| kg.is_finite() && *kg > 0.0);
    let stated = || graph.deliveries().iter().map(|delivery| known(delivery.kilograms));
    let (mut sum, mut count) = (0.0, 0_u32);
    for kilograms in stated().flatten() {
        sum += kilograms;
        count += 1;
    }
    let mean = if count == 0 { 1.0 } else { sum / f64::from(count) };
    let flow = stated().map(|kilograms| kilograms.unwrap_or(mean)).collect();
    (flow, id32(graph.deliveries().len()) - count)
}
