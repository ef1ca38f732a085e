//! The closure of a start: every vertex that a question reaches, how far and how surely.

use std::collections::HashSet;

use crate::grade::{Grade, Reasons};
use crate::graph::Graph;
use crate::intern::{IdMap, IdSet, id32};
use crate::ordering::compare;
use crate::question::{Direction, LINKS_MAX, Question, Start};
use crate::starts::{events_of, items_of};
use crate::vertex::{Flow, Hop, Part, Reach, Vertex};
use crate::view::View;

/// A vertex that was reached.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node {
    pub(crate) vertex: Vertex,
    pub(crate) depth: u32,
    pub(crate) reasons: Reasons,
    /// Its contents are followed although the walk goes forward: the start, and what was in it.
    descends: bool,
}

struct Edge {
    from: u32,
    to: u32,
    reasons: Reasons,
}

/// What a walk reached.
#[derive(Default)]
pub(crate) struct Closure {
    pub(crate) nodes: Vec<Node>,
    pub(crate) flows: Vec<Flow>,
    pub(crate) truncated: bool,
}

struct Walk<'v, 'g> {
    view: &'v View<'g>,
    back: bool,
    depth_max: u32,
    nodes_max: usize,
    known: IdMap<Vertex, u32>,
    edges: Vec<Edge>,
    closure: Closure,
}

/// Walks one way from the start.
pub(crate) fn walk(
    view: &View<'_>,
    question: &Question,
    starts: &[Vertex],
    direction: Direction,
) -> Closure {
    let mut walk = Walk {
        view,
        back: direction == Direction::Back,
        depth_max: question.depth.unwrap_or(u32::MAX),
        nodes_max: question.lots_max,
        known: IdMap::default(),
        edges: Vec::new(),
        closure: Closure::default(),
    };
    let mut level: Vec<u32> = Vec::new();
    for vertex in starts {
        level.extend(walk.enter(*vertex, 0, true));
    }
    let starts = level.len();
    let mut depth = 0;
    while !level.is_empty() {
        level = walk.step(&level, depth);
        depth += 1;
    }
    let kept = question.to.as_ref().map(|to| walk.leading_to(view.graph.texts.find(to)));
    walk.judge(starts);
    match kept {
        Some(kept) => walk.closure.only(&kept),
        None => walk.closure,
    }
}

impl Closure {
    /// Some of the nodes, and what joins them.
    fn only(self, kept: &Kept) -> Closure {
        fn filter<T>(all: Vec<T>, mask: &[bool]) -> Vec<T> {
            all.into_iter().zip(mask).filter(|(_, kept)| **kept).map(|(one, _)| one).collect()
        }
        Closure {
            nodes: filter(self.nodes, &kept.nodes),
            flows: filter(self.flows, &kept.flows),
            truncated: self.truncated,
        }
    }
}

/// Which nodes and flows of a closure are wanted.
struct Kept {
    nodes: Vec<bool>,
    flows: Vec<bool>,
}

/// The vertices that a walk begins with, whichever way it goes.
pub(crate) fn starts(view: &View<'_>, start: &Start) -> Vec<Vertex> {
    let events = events_of(view, start);
    let items = items_of(view, start).into_iter();
    items.flat_map(|item| vertices(view, item, events.as_ref())).collect()
}

/// An item as a whole; food without a lot by each mention, of these events where they are given.
fn vertices(view: &View<'_>, item: u32, within: Option<&IdSet<u32>>) -> Vec<Vertex> {
    let graph: &Graph = view.graph;
    let whole = Vertex { item, part: Part::Whole, reach: Reach::Full };
    if view.is_unlotted(item) {
        let mut mentions: Vec<u32> = view.events(item).map(|(event, _)| event).collect();
        mentions.retain(|event| within.is_none_or(|events| events.contains(event)));
        mentions.sort_by(|a, b| compare(graph, *a, *b));
        return mentions
            .into_iter()
            .map(|event| Vertex { part: Part::Mention(event), ..whole })
            .collect();
    }
    vec![whole]
}

impl Walk<'_, '_> {
    /// The index of a new vertex; `None` where it is known or the limit is reached.
    fn enter(&mut self, vertex: Vertex, depth: u32, descends: bool) -> Option<u32> {
        if self.known.contains_key(&vertex) {
            return None;
        }
        if self.closure.nodes.len() >= self.nodes_max {
            self.closure.truncated = true;
            return None;
        }
        let index = id32(self.closure.nodes.len());
        self.known.insert(vertex, index);
        self.closure.nodes.push(Node { vertex, depth, reasons: Reasons::NONE, descends });
        Some(index)
    }

    /// Expands one level; gives the next one.
    fn step(&mut self, level: &[u32], depth: u32) -> Vec<u32> {
        let mut found: Vec<(u32, bool, Hop)> = Vec::new();
        let mut hops: Vec<Hop> = Vec::new();
        for index in level {
            let Some(node) = self.closure.nodes.get(*index as usize).copied() else { continue };
            if self.back {
                self.view.back(node.vertex, &mut hops);
            } else {
                self.view.forward(node.vertex, &mut hops);
            }
            found.extend(hops.drain(..).map(|hop| (*index, false, hop)));
            if !self.back && node.descends {
                self.view.contents_of(node.vertex, &mut hops);
                found.extend(hops.drain(..).map(|hop| (*index, true, hop)));
            }
        }
        let is_new = |hop: &Hop| !self.known.contains_key(&hop.vertex);
        if depth >= self.depth_max {
            self.closure.truncated |= found.iter().any(|(_, _, hop)| is_new(hop));
            found.retain(|(_, _, hop)| !is_new(hop));
        }
        let fresh: HashSet<Vertex> = found
            .iter()
            .map(|(_, _, hop)| hop.vertex)
            .filter(|v| !self.known.contains_key(v))
            .collect();
        if self.closure.nodes.len() + fresh.len() > self.nodes_max {
            found.sort_by(|a, b| self.order(&a.2.vertex, &b.2.vertex));
        }
        let mut next = Vec::new();
        for (from, descends, hop) in found {
            next.extend(self.enter(hop.vertex, depth + 1, descends));
            self.follow(from, &hop);
        }
        next
    }

    fn follow(&mut self, from: u32, hop: &Hop) {
        let Some(to) = self.known.get(&hop.vertex).copied() else { return };
        if self.closure.flows.len() >= LINKS_MAX {
            self.closure.truncated = true;
            return;
        }
        self.edges.push(Edge { from, to, reasons: hop.flow.reasons });
        self.closure.flows.push(hop.flow);
    }

    /// Which vertices a full answer keeps does not depend on the order of arrival.
    fn order(&self, a: &Vertex, b: &Vertex) -> std::cmp::Ordering {
        let rank = |part: Part| match part {
            Part::Whole => (0, 0),
            Part::Epoch(epoch) => (1, epoch),
            Part::Empty => (2, 0),
            Part::Mention(_) => (3, 0),
        };
        let texts = self.view.text(a.item).cmp(self.view.text(b.item));
        texts.then_with(|| rank(a.part).cmp(&rank(b.part))).then_with(|| match (a.part, b.part) {
            (Part::Mention(a), Part::Mention(b)) => compare(self.view.graph, a, b),
            _ => (a.reach as u8).cmp(&(b.reach as u8)),
        })
    }

    /// What lies on a path to an item. Edges must still stand as the flows do.
    fn leading_to(&self, item: Option<u32>) -> Kept {
        let nodes = &self.closure.nodes;
        let mut before: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        for edge in &self.edges {
            if let Some(list) = before.get_mut(edge.to as usize) {
                list.push(edge.from);
            }
        }
        let mut leads = vec![false; nodes.len()];
        let is_end = |(_, node): &(u32, &Node)| Some(node.vertex.item) == item;
        let mut open: Vec<u32> = (0..).zip(nodes).filter(is_end).map(|(index, _)| index).collect();
        while let Some(index) = open.pop() {
            match leads.get_mut(index as usize) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            open.extend(before.get(index as usize).into_iter().flatten());
        }
        let leads_there = |index: u32| leads.get(index as usize).copied().unwrap_or(false);
        let flows = self.edges.iter().map(|edge| leads_there(edge.from) && leads_there(edge.to));
        Kept { flows: flows.collect(), nodes: leads }
    }

    /// Definite is what a path of definite links reaches. The rest is suspected for every reason
    /// on a link that leads to it, and for those of the vertex before.
    fn judge(&mut self, starts: usize) {
        let nodes = &mut self.closure.nodes;
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        for edge in self.edges.iter().filter(|edge| edge.reasons.grade() == Grade::Definite) {
            if let Some(list) = next.get_mut(edge.from as usize) {
                list.push(edge.to);
            }
        }
        let mut definite = vec![false; nodes.len()];
        let mut open: Vec<u32> = (0..id32(starts)).collect();
        while let Some(index) = open.pop() {
            match definite.get_mut(index as usize) {
                Some(known) if !*known => *known = true,
                _ => continue,
            }
            open.extend(next.get(index as usize).into_iter().flatten());
        }
        let depth_of =
            |nodes: &[Node], index: u32| nodes.get(index as usize).map_or(0, |node| node.depth);
        self.edges.sort_by_key(|edge| depth_of(nodes, edge.from));
        for edge in &self.edges {
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
}
