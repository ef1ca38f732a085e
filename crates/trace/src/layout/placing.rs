//! Coordinates of boxes and edges.

use std::cmp::Reverse;
use std::collections::HashMap;

use super::layering::{layers, order};
use super::reading::{Joined, Reading, together};
use super::tree::Tree;
use super::{BoxKind, DrawnEdge, DrawnNode, Layout, MEMBERS_NAMED_MAX, Point};
use crate::grade::Grade;

/// Most edges in one drawing.
const EDGES_DRAWN_MAX: usize = 2_000;

/// Most bends of edges in one drawing.
const BENDS_MAX: usize = 8_000;

/// Distance between layers, and between boxes of one layer, in abstract units.
const LAYER_WIDTH: f64 = 4.0;
const NODE_HEIGHT: f64 = 1.0;

/// A box with its lots, by their numbers.
struct Drawn {
    kind: Option<BoxKind>,
    lots: Vec<usize>,
    /// The first of them by identifier.
    first: usize,
}

/// Places what is drawn of an answer.
pub(super) fn place(reading: &Reading<'_>, tree: &Tree) -> Layout {
    let boxes = boxes(tree);
    let (edges, edges_left_out) = edges(reading, &boxes);
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); boxes.len()];
    for edge in &edges {
        if let Some(list) = next.get_mut(edge.from) {
            list.push(edge.to);
        }
    }
    let mut drawing = Drawing::new(layers(&next));
    for edge in edges {
        drawing.join(edge);
    }
    let of_merged = boxes.iter().filter(|one| one.kind == Some(BoxKind::Merged));
    Layout {
        lots: reading.lots.len(),
        merged: of_merged.map(|one| one.lots.len()).sum(),
        edges_left_out,
        ..drawing.finish(reading, &boxes)
    }
}

/// What is drawn, by the lot that is nearest to the start.
fn boxes(tree: &Tree) -> Vec<Drawn> {
    let drawn = tree.drawn().into_iter().map(|(node, lots)| {
        let first = lots.iter().copied().min_by_key(|lot| tree.first(*lot)).unwrap_or_default();
        Drawn { kind: tree.kind(node), first, lots }
    });
    let mut boxes: Vec<Drawn> = drawn.collect();
    boxes.sort_by_cached_key(|one| one.lots.iter().copied().min());
    boxes
}

/// What joins the boxes, and how much of it is left out.
fn edges(reading: &Reading<'_>, boxes: &[Drawn]) -> (Vec<Joined>, usize) {
    let mut box_of = vec![0; reading.lots.len()];
    for (index, one) in boxes.iter().enumerate() {
        for lot in &one.lots {
            if let Some(slot) = box_of.get_mut(*lot) {
                *slot = index;
            }
        }
    }
    let number = |lot: usize| box_of.get(lot).copied().unwrap_or_default();
    let joined = reading.joined.iter();
    let joined =
        joined.map(|edge| Joined { from: number(edge.from), to: number(edge.to), ..*edge });
    let mut edges: Vec<Joined> = joined.filter(|edge| edge.from != edge.to).collect();
    together(&mut edges);
    let left_out = edges.len().saturating_sub(EDGES_DRAWN_MAX);
    if left_out > 0 {
        edges.sort_by_key(|edge| (Reverse(edge.links), edge.from, edge.to));
        edges.truncate(EDGES_DRAWN_MAX);
        edges.sort_unstable();
    }
    (edges, left_out)
}

struct Drawing {
    /// Layer of each box.
    layer_of: Vec<usize>,
    /// Boxes and bends of each layer; bends have the numbers after all boxes.
    layers: Vec<Vec<usize>>,
    segments: Vec<(usize, usize)>,
    /// Each edge with the boxes and bends that it passes, from its source.
    paths: Vec<(Joined, Vec<usize>)>,
    next_bend: usize,
    bends: usize,
}

impl Drawing {
    fn new(layer_of: Vec<usize>) -> Drawing {
        let count = layer_of.iter().map(|layer| layer + 1).max().unwrap_or(0);
        let mut layers = vec![Vec::new(); count];
        for (node, layer) in layer_of.iter().enumerate() {
            if let Some(list) = layers.get_mut(*layer) {
                list.push(node);
            }
        }
        let next_bend = layer_of.len();
        let (segments, paths) = (Vec::new(), Vec::new());
        Drawing { layer_of, layers, segments, paths, next_bend, bends: 0 }
    }

    fn join(&mut self, edge: Joined) {
        let (from, to) = (edge.from, edge.to);
        let ends = self.layer_of.get(from).copied().zip(self.layer_of.get(to).copied());
        let Some((start, end)) = ends else { return };
        let (left, right, low, high) =
            if start <= end { (from, to, start, end) } else { (to, from, end, start) };
        let mut path = vec![left];
        for layer in low + 1..high {
            if self.bends >= BENDS_MAX {
                break;
            }
            if let Some(list) = self.layers.get_mut(layer) {
                list.push(self.next_bend);
                path.push(self.next_bend);
                self.next_bend += 1;
                self.bends += 1;
            }
        }
        path.push(right);
        self.segments.extend(path.iter().copied().zip(path.iter().copied().skip(1)));
        if left != from {
            path.reverse();
        }
        self.paths.push((edge, path));
    }

    fn finish(mut self, reading: &Reading<'_>, boxes: &[Drawn]) -> Layout {
        order(&mut self.layers, &self.segments, self.next_bend);
        let tallest = self.layers.iter().map(Vec::len).max().unwrap_or(0);
        let height = units(tallest) * NODE_HEIGHT;
        let mut points: HashMap<usize, Point> = HashMap::new();
        let mut nodes = Vec::new();
        for (layer, members) in self.layers.iter().enumerate() {
            let top = (height - units(members.len()) * NODE_HEIGHT) / 2.0;
            for (row, node) in members.iter().enumerate() {
                let x = (units(layer) + 0.5) * LAYER_WIDTH;
                let y = top + (units(row) + 0.5) * NODE_HEIGHT;
                points.insert(*node, Point { x, y });
                let drawn = boxes.get(*node);
                nodes.extend(drawn.and_then(|one| one.at(layer, Point { x, y }, reading)));
            }
        }
        let name = |node: usize| boxes.get(node).map_or_else(String::new, |one| one.id(reading));
        let edges = self.paths.iter().map(|(edge, path)| DrawnEdge {
            from: name(edge.from),
            to: name(edge.to),
            links: edge.links,
            grade: if edge.is_definite { Grade::Definite } else { Grade::Suspected },
            points: path.iter().filter_map(|node| points.get(node).copied()).collect(),
        });
        Layout {
            edges: edges.collect(),
            width: units(self.layers.len()) * LAYER_WIDTH,
            nodes,
            height,
            ..Layout::default()
        }
    }
}

impl Drawn {
    fn id(&self, reading: &Reading<'_>) -> String {
        reading.lots.get(self.first).map_or_else(String::new, |lot| lot.id.clone())
    }

    fn at(&self, layer: usize, Point { x, y }: Point, reading: &Reading<'_>) -> Option<DrawnNode> {
        let lots = || self.lots.iter().filter_map(|lot| reading.lots.get(*lot).copied());
        let first = lots().next()?;
        let is_one_kind = lots().all(|lot| lot.kind == first.kind);
        let is_one_product = lots().all(|lot| lot.product == first.product);
        Some(DrawnNode {
            id: self.id(reading),
            x,
            y,
            layer,
            lots: self.lots.len(),
            group: self.kind,
            members: lots().take(MEMBERS_NAMED_MAX).map(|lot| lot.id.clone()).collect(),
            kind: is_one_kind.then_some(first.kind),
            product: first.product.clone().filter(|_| is_one_product),
            grade: first.grade,
            start: first.depth == 0,
        })
    }
}

/// A small count as a length.
fn units(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
