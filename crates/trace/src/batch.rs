//! The plain links of many nodes at a time, so that memory is asked for many of them at once and
//! a walk does not wait for each.

use laiqu_columns::List;

use crate::answer::LinkKind;
use crate::closure::Node;
use crate::grade::Reasons;
use crate::links::Marks;
use crate::vertex::{Flow, Hop};
use crate::view::View;

/// Nodes read at a time: so many that each pass keeps a core's outstanding reads busy for long
/// enough, and so few that what was read is still at hand in the next one.
pub(crate) const BATCH: usize = 128;

/// One listed link of a node.
pub(crate) struct Plain {
    pub(crate) item: u32,
    pub(crate) other: u32,
    event: u32,
    /// Marks of the item that was used up, and of the other one.
    used: Marks,
    pub(crate) others: Marks,
}

/// What was read of a batch.
#[derive(Default)]
pub(crate) struct Batch {
    heads: Vec<(u32, List, Marks)>,
    pub(crate) plain: Vec<Plain>,
    /// Nodes that take more than their lists.
    pub(crate) others: Vec<Node>,
}

impl Batch {
    /// Reads the lists of nodes. Each pass reads places that do not depend on each other.
    pub(crate) fn read(&mut self, view: &View<'_>, back: bool, nodes: &[Node]) {
        let links = &view.graph.links;
        let more = if back { Marks::BACK } else { Marks::FORWARD };
        self.heads.clear();
        self.plain.clear();
        for node in nodes {
            let (item, marks) = (node.vertex.item, node.marks);
            let descends = !back && node.descends && marks.any(Marks::HOLDS);
            if !node.vertex.is_item() || descends || marks.any(more) {
                self.others.push(*node);
            } else if marks.is_listed(back) {
                self.heads.push((item, links.head(item, back), marks));
            }
        }
        for (item, list, used) in self.heads.drain(..) {
            self.plain.extend(links.pairs(list).iter().map(|[other, event]| Plain {
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
}

impl Plain {
    /// Does it lead to an item as a whole?
    pub(crate) fn is_whole(&self) -> bool {
        !self.others.any(Marks::PARTS)
    }

    pub(crate) fn flow(&self, view: &View<'_>, back: bool) -> Flow {
        let event = self.event;
        let (from, to) = if back { (self.other, self.item) } else { (self.item, self.other) };
        let reasons = if self.used.is_sure() { Reasons::NONE } else { view.status(from, event) };
        Flow { from, to, event, kind: LinkKind::Transformed, reasons }
    }

    pub(crate) fn hop(&self, view: &View<'_>, back: bool) -> Hop {
        Hop::new(view.listed_vertex(self.other, self.event), self.flow(view, back))
    }
}
