//! Coordinates for drawing an answer: layered from source (left) to sale (right).

use std::collections::{BTreeSet, HashMap};

use serde::Serialize;

use crate::answer::Answer;
use crate::boxes::Groups;
use crate::layering::{layers, order};

/// Most lots in one drawing.
pub const NODES_DRAWN_MAX: usize = 400;

/// Most edges in one drawing.
const EDGES_DRAWN_MAX: usize = 2_000;

/// Most bends of edges in one drawing.
const BENDS_MAX: usize = 8_000;

/// Distance between layers, and between lots of one layer, in abstract units.
const LAYER_WIDTH: f64 = 4.0;
const NODE_HEIGHT: f64 = 1.0;

/// A point in abstract units; x grows towards the sale, y downwards.
#[derive(Clone, Copy, Debug, PartialEq, Serialize)]
pub struct Point {
    /// Across.
    pub x: f64,
    /// Down.
    pub y: f64,
}

/// A lot of a drawing.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrawnNode {
    /// Canonical identifier.
    pub id: String,
    /// Centre, across.
    pub x: f64,
    /// Centre, down.
    pub y: f64,
    /// Layer, counted from the source.
    pub layer: usize,
    /// How many lots this box stands for: packs of one lot that nothing tells apart share one.
    pub members: usize,
}

/// A link of a drawing; several links between the same two lots are one edge.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DrawnEdge {
    /// Canonical identifier nearer to the source.
    pub from: String,
    /// Canonical identifier nearer to the sale.
    pub to: String,
    /// From the first to the second, with a bend in each layer between.
    pub points: Vec<Point>,
}

/// A drawing.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Layout {
    /// Lots, by layer, then from the top.
    pub nodes: Vec<DrawnNode>,
    /// Links.
    pub edges: Vec<DrawnEdge>,
    /// Width of everything drawn.
    pub width: f64,
    /// Height of everything drawn.
    pub height: f64,
    /// Lots that are not drawn because there are too many.
    pub hidden: usize,
}

/// Lays out an answer. Of more than [`NODES_DRAWN_MAX`] lots, those in the first layers are drawn.
#[must_use]
pub fn layout(answer: &Answer) -> Layout {
    let ids: Vec<&str> = answer.lots.iter().map(|lot| lot.id.as_str()).collect();
    let indexes: HashMap<&str, usize> = ids.iter().enumerate().map(|(i, id)| (*id, i)).collect();
    let mut edges: BTreeSet<(usize, usize)> = BTreeSet::new();
    for link in &answer.links {
        if let (Some(from), Some(to)) =
            (indexes.get(link.from.as_str()), indexes.get(link.to.as_str()))
            && from != to
        {
            edges.insert((*from, *to));
        }
    }
    let groups = Groups::of(answer, &edges);
    let edges: BTreeSet<(usize, usize)> =
        edges.into_iter().map(|(from, to)| (from, groups.box_of(to))).collect();
    let mut next: Vec<Vec<usize>> = vec![Vec::new(); ids.len()];
    for (from, to) in &edges {
        if let Some(list) = next.get_mut(*from) {
            list.push(*to);
        }
    }
    let layer_of = layers(&next);
    let mut drawn: Vec<usize> =
        (0..ids.len()).filter(|node| groups.box_of(*node) == *node).collect();
    drawn.sort_by_key(|node| (layer_of.get(*node).copied(), *node));
    let hidden = drawn.len().saturating_sub(NODES_DRAWN_MAX);
    drawn.truncate(NODES_DRAWN_MAX);
    let mut drawing = Drawing::new(&drawn, &layer_of);
    for (from, to) in edges {
        drawing.join(from, to);
    }
    drawing.finish(&ids, hidden, &groups)
}

struct Drawing {
    /// Layer of each lot that is drawn, by its index in the answer.
    layer_of: HashMap<usize, usize>,
    /// Lots and bends of each layer; bends have the numbers after all lots.
    layers: Vec<Vec<usize>>,
    segments: Vec<(usize, usize)>,
    /// Each edge as the lots and bends that it passes, from the left.
    paths: Vec<(usize, usize, Vec<usize>)>,
    next_bend: usize,
    bends: usize,
}

impl Drawing {
    fn new(drawn: &[usize], layer_of: &[usize]) -> Drawing {
        let layer = |node: usize| layer_of.get(node).copied().unwrap_or(0);
        let count = drawn.iter().map(|node| layer(*node) + 1).max().unwrap_or(0);
        let mut layers = vec![Vec::new(); count];
        for node in drawn {
            if let Some(list) = layers.get_mut(layer(*node)) {
                list.push(*node);
            }
        }
        Drawing {
            layer_of: drawn.iter().map(|node| (*node, layer(*node))).collect(),
            layers,
            segments: Vec::new(),
            paths: Vec::new(),
            next_bend: layer_of.len(),
            bends: 0,
        }
    }

    fn join(&mut self, from: usize, to: usize) {
        let ends = self.layer_of.get(&from).copied().zip(self.layer_of.get(&to).copied());
        let Some((start, end)) = ends else { return };
        if self.paths.len() >= EDGES_DRAWN_MAX {
            return;
        }
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
        self.paths.push((from, to, path));
    }

    fn finish(mut self, ids: &[&str], hidden: usize, groups: &Groups) -> Layout {
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
                if let Some(id) = ids.get(*node) {
                    let (id, members) = ((*id).to_owned(), groups.members(*node));
                    nodes.push(DrawnNode { id, x, y, layer, members });
                }
            }
        }
        let name = |node: usize| ids.get(node).map_or_else(String::new, |id| (*id).to_owned());
        let edges = self.paths.iter().map(|(from, to, path)| DrawnEdge {
            from: name(*from),
            to: name(*to),
            points: path.iter().filter_map(|node| points.get(node).copied()).collect(),
        });
        Layout {
            edges: edges.collect(),
            width: units(self.layers.len()) * LAYER_WIDTH,
            nodes,
            height,
            hidden,
        }
    }
}

/// A small count as a length.
fn units(count: usize) -> f64 {
    u32::try_from(count).map_or(f64::from(u32::MAX), f64::from)
}
