//! Boxes in boxes: what was grouped, and how far the drawing shows it opened.

use std::cmp::Reverse;

use super::BoxKind;

/// A box with others inside it.
#[derive(Clone, Debug)]
struct Group {
    kind: BoxKind,
    inside: Vec<usize>,
    lots: usize,
    /// Least rank of its lots.
    first: usize,
    is_open: bool,
}

/// All boxes: first every lot by itself, then what was made of them. What is inside a box does
/// not depend on what is opened.
#[derive(Clone, Debug)]
pub(super) struct Tree {
    ranks: Vec<usize>,
    groups: Vec<Group>,
    /// The box around each box.
    around: Vec<Option<usize>>,
    /// Most boxes directly inside one.
    inside_max: usize,
    outermost: Vec<usize>,
    drawn: usize,
}

impl Tree {
    /// Lots by themselves; `ranks` is their order by identifier.
    pub(super) fn new(ranks: Vec<usize>, inside_max: usize) -> Self {
        let around = vec![None; ranks.len()];
        Self {
            ranks,
            groups: Vec::new(),
            around,
            inside_max: inside_max.max(2),
            outermost: Vec::new(),
            drawn: 0,
        }
    }

    fn group(&self, node: usize) -> Option<&Group> {
        self.groups.get(node.checked_sub(self.ranks.len())?)
    }

    fn group_mut(&mut self, node: usize) -> Option<&mut Group> {
        self.groups.get_mut(node.checked_sub(self.ranks.len())?)
    }

    /// How many lots are inside.
    pub(super) fn lots(&self, node: usize) -> usize {
        self.group(node).map_or(1, |group| group.lots)
    }

    /// Least rank of its lots.
    pub(super) fn first(&self, node: usize) -> usize {
        let own = || self.ranks.get(node).copied().unwrap_or_default();
        self.group(node).map_or_else(own, |group| group.first)
    }

    /// Why several lots share the box.
    pub(super) fn kind(&self, node: usize) -> Option<BoxKind> {
        self.group(node).map(|group| group.kind)
    }

    /// Puts boxes into one: those of a chain in its order, others by identifier. Where there are
    /// many, boxes between take neighbours together, so that no opening shows all at once.
    pub(super) fn join(&mut self, kind: BoxKind, mut inside: Vec<usize>) -> usize {
        if kind != BoxKind::Chain {
            inside.sort_by_key(|node| self.first(*node));
        }
        while inside.len() > self.inside_max {
            let parts = inside.len().div_ceil(self.inside_max);
            let size = inside.len().div_ceil(parts);
            inside = inside.chunks(size).map(|part| self.enclose(kind, part.to_vec())).collect();
        }
        self.enclose(kind, inside)
    }

    fn enclose(&mut self, kind: BoxKind, inside: Vec<usize>) -> usize {
        if let [only] = *inside {
            return only;
        }
        let node = self.around.len();
        for part in &inside {
            if let Some(slot) = self.around.get_mut(*part) {
                *slot = Some(node);
            }
        }
        let lots = inside.iter().map(|part| self.lots(*part)).sum();
        let first = inside.iter().map(|part| self.first(*part)).min().unwrap_or_default();
        self.around.push(None);
        self.groups.push(Group { kind, inside, lots, first, is_open: false });
        node
    }

    /// Says that these boxes are in no other; they are drawn until one is opened.
    pub(super) fn close(&mut self, outermost: &[usize]) {
        self.drawn = outermost.len();
        self.outermost = outermost.to_vec();
    }

    /// Opens the box in which a lot is drawn. Not where the lot is drawn by itself, or where more
    /// than `drawn_max` boxes would be drawn.
    pub(super) fn open(&mut self, lot: usize, drawn_max: usize) -> bool {
        let mut shown = lot;
        let mut node = lot;
        while let Some(around) = self.around.get(node).copied().flatten() {
            if self.group(around).is_some_and(|group| !group.is_open) {
                shown = around;
            }
            node = around;
        }
        let Some(inside) = self.group(shown).map(|group| group.inside.len()) else { return false };
        let drawn = self.drawn + inside - 1;
        if drawn > drawn_max {
            return false;
        }
        if let Some(group) = self.group_mut(shown) {
            group.is_open = true;
        }
        self.drawn = drawn;
        true
    }

    /// The boxes that are drawn, each with its lots in order.
    pub(super) fn drawn(&self) -> Vec<(usize, Vec<usize>)> {
        let mut boxes = Vec::new();
        let mut waiting = self.outermost.clone();
        while let Some(node) = waiting.pop() {
            match self.group(node).filter(|group| group.is_open) {
                Some(group) => waiting.extend(&group.inside),
                None => boxes.push((node, self.members(node))),
            }
        }
        boxes
    }

    fn members(&self, node: usize) -> Vec<usize> {
        let mut members = Vec::with_capacity(self.lots(node));
        let mut waiting = vec![node];
        while let Some(node) = waiting.pop() {
            match self.group(node) {
                Some(group) => waiting.extend(group.inside.iter().rev()),
                None => members.push(node),
            }
        }
        members
    }

    /// The boxes of most lots first.
    pub(super) fn by_size(&self, node: usize) -> (Reverse<usize>, usize) {
        (Reverse(self.lots(node)), self.first(node))
    }
}
