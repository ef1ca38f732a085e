//! The graph between boxes while they are grouped.

use std::collections::BTreeMap;

use super::reading::Reading;
use crate::answer::LotKind;
use crate::grade::Grade;

/// What joins two boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Edge {
    pub(super) from: usize,
    pub(super) to: usize,
    /// Everything between them is; between lots, one link is enough.
    pub(super) is_definite: bool,
}

/// What a box is, as far as grouping asks.
#[derive(Clone, Copy, Debug)]
pub(super) struct Look {
    /// Equal for boxes of which nothing but identity and amounts differ.
    pub(super) traits: usize,
    /// Nothing about it needs a look.
    pub(super) is_plain: bool,
    pub(super) is_start: bool,
    pub(super) grade: Grade,
    /// Serialised things.
    pub(super) is_pack: bool,
}

/// Boxes and edges, numbered anew after each step.
pub(super) struct Quotient {
    /// Of each box its number in the tree.
    boxes: Vec<usize>,
    looks: Vec<Look>,
    edges: Vec<Edge>,
    /// Numbers of what is in chains: those of the lots are below.
    chains: BTreeMap<Vec<usize>, usize>,
    traits: usize,
}

/// The box at the other end of an edge, and whether the edge is definite.
pub(super) type End = (usize, bool);

/// What each box leads to, or comes from.
pub(super) struct Ends {
    starts: Vec<usize>,
    ends: Vec<End>,
}

impl Ends {
    /// Of sorted pairs.
    fn of(count: usize, pairs: &[(usize, End)]) -> Self {
        let mut starts = vec![0; count + 1];
        for (node, _) in pairs {
            if let Some(slot) = starts.get_mut(node + 1) {
                *slot += 1;
            }
        }
        let mut sum = 0;
        for slot in &mut starts {
            sum += *slot;
            *slot = sum;
        }
        Self { starts, ends: pairs.iter().map(|(_, end)| *end).collect() }
    }

    pub(super) fn of_box(&self, node: usize) -> &[End] {
        let range = self.starts.get(node).zip(self.starts.get(node + 1));
        range.and_then(|(from, to)| self.ends.get(*from..*to)).unwrap_or_default()
    }
}

impl Quotient {
    /// Every lot by itself.
    pub(super) fn of(reading: &Reading<'_>) -> Self {
        let (numbers, meanings) = reading.traits();
        let look = |number: &usize| {
            let traits = meanings.get(*number);
            Look {
                traits: *number,
                is_plain: traits.is_some_and(|traits| traits.is_plain()),
                is_start: traits.is_some_and(|traits| traits.start),
                grade: traits.map_or(Grade::Suspected, |traits| traits.grade),
                is_pack: traits.is_some_and(|traits| traits.kind == LotKind::Instance),
            }
        };
        let edges = reading.joined.iter();
        let edges = edges.map(|joined| {
            let (from, to, is_definite) = (joined.from, joined.to, joined.is_definite);
            Edge { from, to, is_definite }
        });
        Self {
            boxes: (0..numbers.len()).collect(),
            looks: numbers.iter().map(look).collect(),
            edges: edges.collect(),
            chains: BTreeMap::new(),
            traits: meanings.len(),
        }
    }

    pub(super) fn len(&self) -> usize {
        self.boxes.len()
    }

    pub(super) fn boxes(&self) -> &[usize] {
        &self.boxes
    }

    /// Sorted, each pair once.
    pub(super) fn edges(&self) -> &[Edge] {
        &self.edges
    }

    /// The number in the tree.
    pub(super) fn in_tree(&self, node: usize) -> usize {
        self.boxes.get(node).copied().unwrap_or_default()
    }

    pub(super) fn look(&self, node: usize) -> Option<&Look> {
        self.looks.get(node)
    }

    pub(super) fn next(&self) -> Ends {
        let end = |edge: &Edge| (edge.from, (edge.to, edge.is_definite));
        let pairs: Vec<_> = self.edges.iter().map(end).collect();
        Ends::of(self.len(), &pairs)
    }

    pub(super) fn previous(&self) -> Ends {
        let end = |edge: &Edge| (edge.to, (edge.from, edge.is_definite));
        let mut pairs: Vec<_> = self.edges.iter().map(end).collect();
        pairs.sort_unstable();
        Ends::of(self.len(), &pairs)
    }

    /// What a chain of these is: chains of the same things in the same order are alike.
    pub(super) fn look_of_chain(&mut self, chain: &[usize]) -> Option<Look> {
        let first = *chain.first().and_then(|node| self.look(*node))?;
        let traits = chain.iter().filter_map(|node| self.look(*node)).map(|look| look.traits);
        let next = self.traits + self.chains.len();
        let traits = *self.chains.entry(traits.collect()).or_insert(next);
        Some(Look { traits, is_pack: false, ..first })
    }

    /// Puts boxes into others. `groups` have their members by number here, their number in the
    /// tree and their look; no box is in two.
    pub(super) fn contract(&mut self, groups: &[(Vec<usize>, usize, Look)]) {
        let mut group_of: Vec<Option<usize>> = vec![None; self.len()];
        for (index, (members, ..)) in groups.iter().enumerate() {
            for member in members {
                if let Some(slot) = group_of.get_mut(*member) {
                    *slot = Some(index);
                }
            }
        }
        let (mut boxes, mut looks) = (Vec::new(), Vec::new());
        let mut new_group: Vec<Option<usize>> = vec![None; groups.len()];
        let mut renumbered = Vec::with_capacity(self.len());
        for ((node, look), group) in self.boxes.iter().zip(&self.looks).zip(&group_of) {
            let of_group = group.and_then(|at| Some((new_group.get_mut(at)?, groups.get(at)?)));
            if let Some((Some(known), _)) = of_group {
                renumbered.push(*known);
                continue;
            }
            renumbered.push(boxes.len());
            let (node, look) = match of_group {
                Some((slot, (_, node, look))) => {
                    *slot = Some(boxes.len());
                    (*node, *look)
                }
                None => (*node, *look),
            };
            boxes.push(node);
            looks.push(look);
        }
        let number = |node: usize| renumbered.get(node).copied().unwrap_or_default();
        for edge in &mut self.edges {
            (edge.from, edge.to) = (number(edge.from), number(edge.to));
        }
        self.edges.retain(|edge| edge.from != edge.to);
        // What is not definite comes first and stays.
        self.edges.sort_unstable();
        self.edges.dedup_by_key(|edge| (edge.from, edge.to));
        (self.boxes, self.looks) = (boxes, looks);
    }
}
