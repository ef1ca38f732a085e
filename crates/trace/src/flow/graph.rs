//! The graph itself: deliveries and what went into what.

use super::{Csr, Days, Parts};
use crate::intern::{NONE, id32};
use thiserror::Error;

/// One delivery of food.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Delivery {
    /// The station that sent it.
    pub from: u32,
    /// The station that received it.
    pub to: u32,
    /// The lot that it is a part of.
    pub lot: Option<u32>,
    /// When it left.
    pub departure: Days,
    /// When it arrived.
    pub arrival: Days,
    /// How much it was.
    pub kilograms: Option<f64>,
}

impl Delivery {
    /// A delivery of which no more is known.
    #[must_use]
    pub fn new(from: u32, to: u32) -> Self {
        let unknown = Days::UNKNOWN;
        Self { from, to, lot: None, departure: unknown, arrival: unknown, kilograms: None }
    }
}

/// A delivery or relation names what the graph does not have.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum NotInGraph {
    /// The station of a delivery, by the position of the delivery.
    #[error("delivery {0} names a station that the graph does not have")]
    Station(usize),
    /// The delivery of a relation, by the position of the relation.
    #[error("relation {0} names a delivery that the graph does not have")]
    Delivery(usize),
    /// There are more than 32 bits can number.
    #[error("a graph has at most {NONE} stations, deliveries and relations each")]
    TooMany,
}

/// Deliveries between stations, and which of them went into which.
#[derive(Clone, Debug, Default)]
pub struct FlowGraph {
    stations: u32,
    deliveries: Vec<Delivery>,
    next: Csr,
    lots: u32,
}

impl FlowGraph {
    /// Stations and deliveries are numbered from 0; a relation says that the first delivery went
    /// into the second.
    ///
    /// # Errors
    /// Where a number is out of range.
    pub fn new(
        stations: u32,
        deliveries: Vec<Delivery>,
        relations: Vec<(u32, u32)>,
    ) -> Result<Self, NotInGraph> {
        let count = id32(deliveries.len());
        if count == NONE || id32(relations.len()) == NONE || stations == NONE {
            return Err(NotInGraph::TooMany);
        }
        let outside = |delivery: &Delivery| delivery.from.max(delivery.to) >= stations;
        if let Some(at) = deliveries.iter().position(outside) {
            return Err(NotInGraph::Station(at));
        }
        if let Some(at) = relations.iter().position(|(one, two)| *one.max(two) >= count) {
            return Err(NotInGraph::Delivery(at));
        }
        let last = deliveries.iter().filter_map(|delivery| delivery.lot).max();
        let lots = last.map_or(0, |last| last.saturating_add(1));
        if lots == NONE {
            return Err(NotInGraph::TooMany);
        }
        let next = Csr::new(deliveries.len(), relations);
        Ok(Self { stations, deliveries, next, lots })
    }

    /// Number of stations.
    #[must_use]
    pub fn stations(&self) -> u32 {
        self.stations
    }

    /// Number of lots.
    #[must_use]
    pub fn lots(&self) -> u32 {
        self.lots
    }

    /// All deliveries.
    #[must_use]
    pub fn deliveries(&self) -> &[Delivery] {
        &self.deliveries
    }

    /// For each delivery those that it went into.
    #[must_use]
    pub fn next(&self) -> &Csr {
        &self.next
    }

    /// Deliveries that went into themselves, each group of them sorted. What really happened has
    /// none: such data have a wrong relation or lack a distinction between lots.
    #[must_use]
    pub fn cycles(&self) -> Vec<Vec<u32>> {
        let parts = Parts::of(&self.next);
        let cyclic = parts.sinks_first().filter(|part| parts.is_cyclic(part, &self.next));
        let mut cycles: Vec<Vec<u32>> = cyclic.map(<[u32]>::to_vec).collect();
        cycles.sort_unstable();
        cycles
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_out_of_range_are_refused() {
        let deliveries = vec![Delivery::new(0, 1), Delivery::new(1, 2)];
        let station = FlowGraph::new(2, deliveries.clone(), vec![]).err();
        assert_eq!(station, Some(NotInGraph::Station(1)));
        let delivery = FlowGraph::new(3, deliveries, vec![(0, 1), (0, 2)]).err();
        assert_eq!(delivery, Some(NotInGraph::Delivery(1)));
    }

    #[test]
    fn cycles_are_found() {
        let deliveries = vec![Delivery::new(0, 0); 6];
        let relations = vec![(0, 1), (1, 2), (2, 1), (3, 3), (4, 5)];
        let graph = FlowGraph::new(1, deliveries, relations).unwrap();
        assert_eq!(graph.cycles(), [vec![1, 2], vec![3]]);
    }
}
