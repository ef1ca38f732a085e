//! The steps from delivery to delivery under an overlay, with as many edges as there are
//! deliveries and relations, however many a station mixes.
//!
//! Where each of *n* incoming deliveries may be in each of *m* outgoing ones that left no earlier
//! than it arrived, the outgoing ones are put in order of their last possible departure, and a
//! chain of helper vertices runs along them: each leads to its delivery and to the next helper. An
//! incoming delivery then needs one edge, to the first helper that is late enough.

use super::dates::{Window, windows};
use super::{Csr, Engine, FlowGraph, Overlay, at};
use crate::intern::id32;

/// Stations of deliveries under an overlay, and what of them takes part.
pub(crate) struct Stage<'q> {
    pub(crate) graph: &'q FlowGraph,
    pub(crate) overlay: &'q Overlay,
    pub(crate) engine: Engine,
    /// Sender of each delivery, merged.
    pub(crate) supplier: Vec<u32>,
    /// Receiver of each delivery, merged.
    pub(crate) recipient: Vec<u32>,
    /// Incoming deliveries of each station.
    pub(crate) incoming: Csr,
    /// Outgoing deliveries of each station.
    pub(crate) outgoing: Csr,
    windows: Vec<Window>,
}

impl<'q> Stage<'q> {
    pub(crate) fn new(graph: &'q FlowGraph, overlay: &'q Overlay, engine: Engine) -> Self {
        let merged = |station| overlay.station(station);
        let supplier: Vec<u32> = graph.deliveries().iter().map(|d| merged(d.from)).collect();
        let recipient: Vec<u32> = graph.deliveries().iter().map(|d| merged(d.to)).collect();
        let by = |stations: &[u32]| {
            let pairs = stations.iter().zip(0..).map(|(station, delivery)| (*station, delivery));
            Csr::new(graph.stations() as usize, pairs.collect())
        };
        Self {
            incoming: by(&recipient),
            outgoing: by(&supplier),
            windows: windows(graph, overlay.dates, engine),
            graph,
            overlay,
            engine,
            supplier,
            recipient,
        }
    }

    /// Whether a delivery takes no part at all.
    pub(crate) fn is_out(&self, delivery: u32) -> bool {
        let setting = self.overlay.of_delivery(delivery);
        let ends = [at(&self.supplier, delivery), at(&self.recipient, delivery)];
        let hidden = || ends.iter().any(|station| self.overlay.of_station(*station).hidden);
        self.engine == Engine::Web && (setting.kill || setting.hidden || hidden())
    }

    /// Whether what arrived with the first may be in the second by their dates.
    fn possible(&self, arrived: u32, left: u32) -> bool {
        at(&self.windows, arrived).arrival_min <= at(&self.windows, left).departure_max
    }

    /// Whether contamination can go on from a delivery.
    fn goes_on(&self, delivery: u32) -> bool {
        let kills = self.overlay.of_station(at(&self.recipient, delivery)).kill;
        !kills && !self.overlay.of_delivery(delivery).kill && !self.is_out(delivery)
    }

    /// Whether contamination can come into a delivery from what arrived before.
    fn comes_in(&self, delivery: u32) -> bool {
        !self.overlay.of_station(at(&self.supplier, delivery)).kill && !self.is_out(delivery)
    }
}

/// Steps between deliveries and helper vertices.
pub(crate) struct Steps {
    /// From each vertex to the next; deliveries first, then helpers.
    pub(crate) next: Csr,
    /// Kilograms by vertex: of a helper, those of all deliveries behind it.
    pub(crate) flow: Vec<f64>,
}

/// The steps of a stage; `flow` holds the kilograms of its deliveries.
pub(crate) fn steps(stage: &Stage<'_>, flow: Vec<f64>) -> Steps {
    let mut making = Making { stage, edges: Vec::new(), flow };
    let stations = 0..stage.graph.stations();
    let mixed: Vec<Mixed> = stations.map(|station| mixed_at(stage, station)).collect();
    for (from, to) in stage.graph.next().pairs() {
        let station = at(&stage.recipient, from);
        let covered = mixed.get(station as usize).is_some_and(|mixed| {
            let all = mixed.all && at(&stage.supplier, to) == station;
            let marked = mixed.marked.binary_search(&from).is_ok()
                && mixed.behind.binary_search(&to).is_ok();
            (all || marked) && stage.possible(from, to)
        });
        if !covered && stage.goes_on(from) && stage.comes_in(to) {
            making.edges.push((from, to));
        }
    }
    for (station, mixed) in (0..).zip(&mixed) {
        if mixed.all {
            making.mix(stage.incoming.of(station), stage.outgoing.of(station));
        }
        making.mix(&mixed.marked, &mixed.behind);
    }
    Steps { next: Csr::new(making.flow.len(), making.edges), flow: making.flow }
}

/// What mixes at a station.
#[derive(Default)]
struct Mixed {
    /// Everything.
    all: bool,
    /// Deliveries that mix with each other, sorted.
    marked: Vec<u32>,
    /// What any of these went into, sorted.
    behind: Vec<u32>,
}

fn mixed_at(stage: &Stage<'_>, station: u32) -> Mixed {
    let setting = stage.overlay.of_station(station);
    let all = setting.cross && !setting.kill;
    let marked = |delivery: &u32| stage.overlay.of_delivery(*delivery).cross;
    let incoming = stage.incoming.of(station).iter().copied();
    let mut marked: Vec<u32> = incoming.filter(marked).collect();
    if stage.engine == Engine::Web || marked.len() < 2 {
        marked.clear();
    }
    let behind = marked.iter().flat_map(|delivery| stage.graph.next().of(*delivery)).copied();
    // What leaves a station that mixes everything is reached anyway.
    let mut behind: Vec<u32> =
        behind.filter(|to| !(all && at(&stage.supplier, *to) == station)).collect();
    behind.sort_unstable();
    behind.dedup();
    Mixed { all, marked, behind }
}

struct Making<'s> {
    stage: &'s Stage<'s>,
    edges: Vec<(u32, u32)>,
    flow: Vec<f64>,
}

impl Making<'_> {
    /// Lets each of the first go into each of the second that its dates allow.
    fn mix(&mut self, from: &[u32], into: &[u32]) {
        let from: Vec<u32> = from.iter().copied().filter(|d| self.stage.goes_on(*d)).collect();
        let mut into: Vec<u32> = into.iter().copied().filter(|d| self.stage.comes_in(*d)).collect();
        if from.is_empty() || into.is_empty() {
            return;
        }
        let left = |delivery: &u32| at(&self.stage.windows, *delivery).departure_max;
        into.sort_unstable_by_key(|delivery| (left(delivery), *delivery));
        let first = id32(self.flow.len());
        self.chain(first, &into);
        for arrived in from {
            let early = into.partition_point(|left| !self.stage.possible(arrived, *left));
            if early < into.len() {
                self.edges.push((arrived, first.saturating_add(id32(early))));
            }
        }
    }

    fn chain(&mut self, first: u32, into: &[u32]) {
        let mut behind = 0.0;
        let mut sums: Vec<f64> = Vec::with_capacity(into.len());
        for delivery in into.iter().rev() {
            behind += at(&self.flow, *delivery);
            sums.push(behind);
        }
        self.flow.extend(sums.iter().rev());
        for (helper, delivery) in (first..).zip(into) {
            self.edges.push((helper, *delivery));
        }
        let last = first.saturating_add(id32(into.len()));
        self.edges.extend((first..).zip(first.saturating_add(1)..last));
    }
}
