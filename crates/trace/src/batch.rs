//! The plain links of many nodes at a time, so that memory is asked for many of them at once and
//! a walk does not wait for each.

use laiqu_columns::{Head, Pair};

use crate::answer::LinkKind;
use crate::closure::Node;
use crate::grade::Reasons;
use crate::links::{Marks, Way};
use crate::seen::Seen;
use crate::vertex::{Flow, Hop};
use crate::view::View;

/// Nodes read at a time: so many that each pass keeps a core's outstanding reads busy for long
/// enough, and so few that what was read is still at hand in the next one.
pub(crate) const BATCH: usize = 128;

/// What is known of a node that was not gone on from yet.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Open {
    pub(crate) item: u32,
    pub(crate) way: Way,
}

/// One listed link of a node.
#[derive(Debug)]
pub(crate) struct Plain {
    pub(crate) item: u32,
    pub(crate) other: u32,
    event: u32,
    /// Nothing about the use is in doubt.
    is_sure: bool,
    /// The walk met the other item before this batch.
    pub(crate) is_known: bool,
    /// The way on from the other item.
    pub(crate) way: Way,
}

/// Working memory of a walk, which it leaves to the next one.
#[derive(Debug, Default)]
pub(crate) struct Work {
    pub(crate) seen: Seen,
    /// The last nodes, as many as were not gone on from yet, and room for those after them.
    pub(crate) open: Vec<Open>,
    pub(crate) next: Vec<Open>,
    pub(crate) batch: Batch,
}

/// What was read of a batch.
#[derive(Debug, Default)]
pub(crate) struct Batch {
    /// Nodes whose lists do not lie in their heads.
    apart: Vec<(u32, Head)>,
    pub(crate) plain: Vec<Plain>,
    /// Nodes that take more than their lists.
    pub(crate) others: Vec<Node>,
}

impl Batch {
    /// Reads the lists of nodes. Each pass has brought near what the next one reads.
    pub(crate) fn read(
        &mut self,
        (view, back): (&View<'_>, bool),
        seen: &Seen,
        (nodes, open): (&[Node], &[Open]),
    ) {
        let Self { apart, plain, others } = self;
        apart.clear();
        plain.clear();
        let links = &view.graph.links;
        let (ways, more) = (links.ways(back), if back { Marks::BACK } else { Marks::FORWARD });
        let is_whole = view.is_whole;
        let mut list = |item: u32, pair: Pair| {
            let link = Plain::new(item, pair);
            if !is_whole {
                links.changed.prefetch(link.other);
            }
            ways.prefetch(link.other);
            seen.prefetch(link.other);
            links.settled.prefetch(link.used(back));
            plain.push(link);
        };
        for (node, Open { item, way: Way { marks, head } }) in nodes.iter().zip(open) {
            if marks.any(more) {
                others.push(*node);
            } else if let Some(pair) = head.single() {
                list(*item, pair);
            } else if !head.is_empty() {
                links.prefetch(*head);
                apart.push((*item, *head));
            }
        }
        for (item, head) in apart {
            links.pairs_apart(*head).iter().for_each(|pair| list(*item, *pair));
        }
        for link in &mut *plain {
            link.way = ways.get(link.other);
            link.is_known = seen.contains(link.other);
            link.is_sure = links.settled.is_sure(link.used(back));
        }
        if !view.is_whole {
            plain.iter_mut().for_each(|link| link.only_seen(view, back));
        }
    }
}

impl Plain {
    fn new(item: u32, [other, event]: Pair) -> Plain {
        Plain { item, other, event, is_sure: false, is_known: false, way: Way::LONG }
    }

    /// Leaves of what is kept what holds for all that is seen.
    fn only_seen(&mut self, view: &View<'_>, back: bool) {
        if !view.keeps(self.other) {
            self.way = Way::LONG;
        }
        self.is_sure &= view.keeps(self.used(back));
    }

    /// What is used up.
    fn used(&self, back: bool) -> u32 {
        if back { self.other } else { self.item }
    }

    /// Does it lead to an item as a whole?
    pub(crate) fn is_whole(&self) -> bool {
        !self.way.marks.any(Marks::PARTS)
    }

    pub(crate) fn flow(&self, view: &View<'_>, back: bool) -> Flow {
        let event = self.event;
        let (from, to) = if back { (self.other, self.item) } else { (self.item, self.other) };
        let reasons = if self.is_sure { Reasons::NONE } else { view.status(from, event) };
        Flow { from, to, event, kind: LinkKind::Transformed, reasons }
    }

    pub(crate) fn hop(&self, view: &View<'_>, back: bool) -> Hop {
        Hop::new(view.listed_vertex(self.other, self.event), self.flow(view, back))
    }
}
