//! The plain links of many nodes at a time, so that memory is asked for many of them at once and
//! a walk does not wait for each.

use laiqu_columns::List;

use crate::answer::LinkKind;
use crate::grade::Reasons;
use crate::links::Marks;
use crate::vertex::{Flow, Hop, Part, Reach, Vertex};
use crate::view::View;
use crate::walk::Node;

/// Nodes read at a time: some more than a core has outstanding reads.
pub(crate) const BATCH: usize = 32;

/// One listed link of a node.
struct Plain {
    node: u32,
    item: u32,
    other: u32,
    event: u32,
    /// Marks of the item that was used up, and of the other one.
    used: Marks,
    others: Marks,
}

/// What was read of a batch.
#[derive(Default)]
pub(crate) struct Batch {
    heads: Vec<(u32, u32, List, Marks)>,
    plain: Vec<Plain>,
    /// Nodes that take more than their lists.
    pub(crate) others: Vec<u32>,
}

impl Batch {
    /// Reads the lists of nodes, given with their indexes. Each pass reads places that do not
    /// depend on each other.
    pub(crate) fn read(
        &mut self,
        view: &View<'_>,
        back: bool,
        nodes: impl Iterator<Item = (u32, Node)>,
    ) {
        let links = &view.graph.links;
        let more = if back { Marks::BACK } else { Marks::FORWARD };
        self.heads.clear();
        self.plain.clear();
        for (index, node) in nodes {
            let item = node.vertex.item;
            let marks = view.marks(item);
            let descends = !back && node.descends && marks.any(Marks::HOLDS);
            if node.vertex.part != Part::Whole || descends || marks.any(more) {
                self.others.push(index);
            } else {
                self.heads.push((index, item, links.head(item, back), marks));
            }
        }
        for (node, item, list, used) in self.heads.drain(..) {
            self.plain.extend(links.pairs(list).iter().map(|[other, event]| Plain {
                node,
                item,
                other: *other,
                event: *event,
                used,
                others: Marks::ALL,
            }));
        }
        for plain in &mut self.plain {
            plain.others = links.marks(plain.other);
            if back {
                plain.used = plain.others;
            }
        }
    }

    /// What was read, as hops from the index of a node.
    pub(crate) fn hops(&self, view: &View<'_>, back: bool) -> impl Iterator<Item = (u32, Hop)> {
        self.plain.iter().map(move |link| {
            let (from, to) = if back { (link.other, link.item) } else { (link.item, link.other) };
            let is_sure = link.used.is_sure();
            let reasons = if is_sure { Reasons::NONE } else { view.status(from, link.event) };
            let flow = Flow { from, to, event: link.event, kind: LinkKind::Transformed, reasons };
            let whole = Vertex { item: link.other, part: Part::Whole, reach: Reach::Full };
            let vertex = if link.others.any(Marks::PARTS) {
                view.listed_vertex(link.other, link.event)
            } else {
                whole
            };
            (link.node, Hop::new(vertex, flow))
        })
    }
}
