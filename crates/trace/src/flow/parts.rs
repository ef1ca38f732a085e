//! Strongly connected parts, in an order in which whatever is reached comes before.

use super::{Csr, at};
use crate::cycle::strong_parts;
use crate::intern::id32;

/// The strongly connected parts of a graph.
#[derive(Clone, Debug)]
pub(crate) struct Parts {
    /// The part of each vertex.
    of: Vec<u32>,
    /// The vertices of each part.
    members: Csr,
}

impl Parts {
    pub(crate) fn of(next: &Csr) -> Self {
        let of = strong_parts(next.count(), |vertex| next.of(vertex));
        let count = of.iter().max().map_or(0, |last| *last as usize + 1);
        let pairs = (0..id32(of.len())).map(|vertex| (at(&of, vertex), vertex)).collect();
        Self { members: Csr::new(count, pairs), of }
    }

    /// Parts, each after all that it reaches.
    pub(crate) fn sinks_first(&self) -> impl DoubleEndedIterator<Item = &[u32]> {
        (0..id32(self.members.count())).map(|part| self.members.of(part))
    }

    /// Parts along the flow or against it, each after all that it reaches on that way.
    pub(crate) fn reached_first(&self, against: bool) -> Box<dyn Iterator<Item = &[u32]> + '_> {
        if against { Box::new(self.sinks_first().rev()) } else { Box::new(self.sinks_first()) }
    }

    /// Whether two vertices reach each other.
    pub(crate) fn together(&self, one: u32, two: u32) -> bool {
        at(&self.of, one) == at(&self.of, two)
    }

    /// Whether the vertices of a part reach themselves.
    pub(crate) fn is_cyclic(&self, part: &[u32], next: &Csr) -> bool {
        match part {
            [vertex] => next.of(*vertex).contains(vertex),
            _ => true,
        }
    }
}
