//! What a walk reached, and how surely.

use std::collections::BTreeSet;
use std::mem::take;

use crate::answer::Limit;
use crate::grade::{Grade, Reasons};
use crate::intern::{IdMap, id32};
use crate::pool::Pool;
use crate::vertex::{Flow, Vertex};

/// A vertex that was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) vertex: Vertex,
    pub(crate) depth: u32,
    pub(crate) reasons: Reasons,
    /// Its contents are followed although the walk goes forward: the start, and what was in it.
    pub(crate) descends: bool,
}

/// Room for so many nodes, and as many flows, is left to the next walk; more is given back.
const ROOM_MAX: usize = 1 << 18;

/// Room for what a walk reaches. Fresh memory has to be cleared, which costs a large walk as much
/// as a third of its time.
#[derive(Debug, Default)]
pub(crate) struct Room {
    nodes: Vec<Node>,
    flows: Vec<Flow>,
}

/// What a walk reached.
#[derive(Debug)]
pub(crate) struct Closure<'g> {
    /// In the order in which they were reached.
    pub(crate) nodes: Vec<Node>,
    /// What was followed, in that order.
    pub(crate) flows: Vec<Flow>,
    /// The limits that cut it.
    pub(crate) cut: BTreeSet<Limit>,
    /// Flows of which an end is not an item as a whole, by their place: where each was followed
    /// from, and to. The ends of all others are the items that they name.
    pub(crate) parts: Vec<(u32, [Vertex; 2])>,
    /// A flow that was followed is not definite.
    pub(crate) is_doubted: bool,
    rooms: &'g Pool<Room>,
}

impl Drop for Closure<'_> {
    fn drop(&mut self) {
        let (mut nodes, mut flows) = (take(&mut self.nodes), take(&mut self.flows));
        if nodes.capacity() <= ROOM_MAX && flows.capacity() <= ROOM_MAX {
            nodes.clear();
            flows.clear();
            self.rooms.give(Room { nodes, flows });
        }
    }
}

/// A flow as it was followed, by the places of its ends among the nodes.
#[derive(Clone, Copy)]
struct Edge {
    from: u32,
    to: u32,
    reasons: Reasons,
}

impl<'g> Closure<'g> {
    /// Nothing yet.
    pub(crate) fn new(rooms: &'g Pool<Room>) -> Closure<'g> {
        let Room { nodes, flows } = rooms.take();
        let (cut, parts) = (BTreeSet::new(), Vec::new());
        Closure { nodes, flows, cut, parts, is_doubted: false, rooms }
    }

    /// How much there is, nodes and flows.
    pub(crate) fn len(&self) -> (usize, usize) {
        (self.nodes.len(), self.flows.len())
    }

    /// Takes back what was followed since there was so much; nodes are left to the caller.
    pub(crate) fn truncate_flows(&mut self, flows: usize) {
        self.flows.truncate(flows);
        let rest = self.parts.partition_point(|(flow, _)| (*flow as usize) < flows);
        self.parts.truncate(rest);
    }

    /// Every flow with the places of its ends. Few questions need them, so that a walk does not
    /// keep them.
    fn edges(&self, back: bool) -> Vec<Edge> {
        let places = (0..).zip(&self.nodes).map(|(at, node)| (node.vertex, at));
        let places: IdMap<Vertex, u32> = places.collect();
        let place = |vertex: &Vertex| places.get(vertex).copied().unwrap_or(u32::MAX);
        let mut parts = self.parts.iter().peekable();
        let edges = (0..).zip(&self.flows).map(|(at, flow)| {
            let ends = match parts.next_if(|(flow, _)| *flow == at) {
                Some((_, ends)) => *ends,
                None if back => [Vertex::whole(flow.to), Vertex::whole(flow.from)],
                None => [Vertex::whole(flow.from), Vertex::whole(flow.to)],
            };
            let [from, to] = ends.each_ref().map(place);
            Edge { from, to, reasons: flow.reasons }
        });
        edges.collect()
    }

    /// Definite is what a path of definite links reaches. The rest is suspected for every reason
    /// on a link that leads to it, and for those of the vertex before. The first nodes are starts.
    pub(crate) fn judge(&mut self, back: bool, starts: usize) {
        if !self.is_doubted {
            return;
        }
        let mut edges = self.edges(back);
        let is_definite = |edge: &&Edge| edge.reasons.grade() == Grade::Definite;
        let nodes = &mut self.nodes;
        let sure = edges.iter().filter(is_definite).map(|edge| (edge.from, edge.to));
        let definite = reached(nodes.len(), sure, (0..id32(starts)).collect());
        let depth_of =
            |nodes: &[Node], index: u32| nodes.get(index as usize).map_or(0, |node| node.depth);
        edges.sort_by_key(|edge| depth_of(nodes, edge.from));
        for edge in &edges {
            let is_definite = definite.get(edge.to as usize).copied().unwrap_or(true);
            if is_definite || depth_of(nodes, edge.from) >= depth_of(nodes, edge.to) {
                continue;
            }
            let before = nodes.get(edge.from as usize).map_or(Reasons::NONE, |node| node.reasons);
            if let Some(node) = nodes.get_mut(edge.to as usize) {
                node.reasons = node.reasons.with(edge.reasons).with(before);
            }
        }
    }

    /// Of all that was reached only what lies on a path to an item.
    pub(crate) fn leading_to(mut self, back: bool, item: Option<u32>) -> Closure<'g> {
        let edges = self.edges(back);
        let is_end = |(_, node): &(u32, &Node)| Some(node.vertex.item) == item;
        let ends = (0..).zip(&self.nodes).filter(is_end).map(|(index, _)| index).collect();
        let turned = edges.iter().map(|edge| (edge.to, edge.from));
        let leads = reached(self.nodes.len(), turned, ends);
        let leads_there = |index: u32| leads.get(index as usize).copied().unwrap_or(false);
        let mut kept = edges.iter().map(|edge| leads_there(edge.from) && leads_there(edge.to));
        self.flows.retain(|_| kept.next().unwrap_or(false));
        let mut leads = leads.iter();
        self.nodes.retain(|_| leads.next().copied().unwrap_or(false));
        self.parts.clear();
        self
    }
}

/// Which of `count` nodes the open ones reach over these edges.
fn reached(
    count: usize,
    edges: impl Iterator<Item = (u32, u32)> + Clone,
    mut open: Vec<u32>,
) -> Vec<bool> {
    // Edges by where they begin: how many begin before each node, then where each leads.
    let mut ends: Vec<usize> = vec![0; count + 1];
    for (from, _) in edges.clone() {
        if let Some(end) = ends.get_mut(from as usize + 1) {
            *end += 1;
        }
    }
    let mut sum = 0;
    for end in &mut ends {
        sum += *end;
        *end = sum;
    }
    let mut next = vec![0; sum];
    let mut filled = ends.clone();
    for (from, to) in edges {
        if let Some(at) = filled.get_mut(from as usize) {
            if let Some(place) = next.get_mut(*at) {
                *place = to;
            }
            *at += 1;
        }
    }
    let mut reached = vec![false; count];
    while let Some(index) = open.pop() {
        let index = index as usize;
        match reached.get_mut(index) {
            Some(known) if !*known => *known = true,
            _ => continue,
        }
        let range =
            ends.get(index).copied().unwrap_or(0)..ends.get(index + 1).copied().unwrap_or(0);
        open.extend(next.get(range).unwrap_or(&[]));
    }
    reached
}
