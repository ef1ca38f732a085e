//! The closure of a start: every vertex that a question reaches, how far and how surely.

use std::collections::BTreeSet;

use crate::answer::Limit;
use crate::batch::{BATCH, Batch};
use crate::grade::{Grade, Reasons};
use crate::graph::Graph;
use crate::intern::{IdMap, IdSet, id32};
use crate::ordering::compare;
use crate::question::{Direction, Question, Start};
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
    pub(crate) descends: bool,
}

struct Edge {
    from: u32,
    to: u32,
    reasons: Reasons,
}

/// What a walk reached.
#[derive(Debug, Default)]
pub(crate) struct Closure {
    pub(crate) nodes: Vec<Node>,
    pub(crate) flows: Vec<Flow>,
    /// The limits that cut it.
    pub(crate) cut: BTreeSet<Limit>,
}

/// The vertices of a closure by what they stand for; most are an item as a whole.
#[derive(Default)]
struct Known {
    items: IdMap<u32, u32>,
    parts: IdMap<Vertex, u32>,
}

impl Known {
    fn get(&self, vertex: &Vertex) -> Option<u32> {
        if vertex.is_item() {
            self.items.get(&vertex.item).copied()
        } else {
            self.parts.get(vertex).copied()
        }
    }

    /// The index of a vertex: `next` where it was not known.
    fn get_or_insert(&mut self, vertex: Vertex, next: u32) -> u32 {
        if vertex.is_item() {
            *self.items.entry(vertex.item).or_insert(next)
        } else {
            *self.parts.entry(vertex).or_insert(next)
        }
    }

    fn remove(&mut self, vertex: &Vertex) {
        if vertex.is_item() {
            self.items.remove(&vertex.item);
        } else {
            self.parts.remove(vertex);
        }
    }
}

struct Walk<'v, 'g> {
    view: &'v View<'g>,
    back: bool,
    depth_max: u32,
    nodes_max: usize,
    links_max: usize,
    known: Known,
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
        links_max: question.links_max,
        known: Known::default(),
        edges: Vec::new(),
        closure: Closure::default(),
    };
    let mut level: Vec<u32> = Vec::new();
    for vertex in starts {
        if !view.is_entered(*vertex) {
            walk.cut(Limit::Time);
            continue;
        }
        match walk.enter(*vertex, 0, true) {
            Some((index, is_new)) => level.extend(is_new.then_some(index)),
            None => walk.cut(Limit::Lots),
        }
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
            cut: self.cut,
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
    fn cut(&mut self, by: Limit) {
        self.closure.cut.insert(by);
    }

    /// The index of a vertex, and whether it is new; `None` where the limit is reached.
    fn enter(&mut self, vertex: Vertex, depth: u32, descends: bool) -> Option<(u32, bool)> {
        let nodes = &mut self.closure.nodes;
        if nodes.len() >= self.nodes_max {
            return self.known.get(&vertex).map(|index| (index, false));
        }
        let next = id32(nodes.len());
        let index = self.known.get_or_insert(vertex, next);
        if index == next {
            nodes.push(Node { vertex, depth, reasons: Reasons::NONE, descends });
        }
        Some((index, index == next))
    }

    /// Expands one level; gives the next one.
    fn step(&mut self, level: &[u32], depth: u32) -> Vec<u32> {
        if depth < self.depth_max {
            let before = (self.closure.nodes.len(), self.edges.len());
            if let Some(next) = self.step_within(level, depth) {
                return next;
            }
            self.undo(before);
        }
        self.step_limited(level, depth)
    }

    /// Expands a level that has room; `None` where it has not.
    fn step_within(&mut self, level: &[u32], depth: u32) -> Option<Vec<u32>> {
        let mut next = Vec::new();
        let (mut batch, mut hops) = (Batch::default(), Vec::new());
        for indexes in level.chunks(BATCH) {
            let nodes = indexes.iter().filter_map(|index| {
                Some((*index, self.closure.nodes.get(*index as usize).copied()?))
            });
            batch.read(self.view, self.back, nodes);
            for (from, hop) in batch.hops(self.view, self.back) {
                self.take(from, false, &hop, depth, &mut next)?;
            }
            for index in batch.others.drain(..) {
                self.expand(index, &mut hops);
                for (descends, hop) in hops.drain(..) {
                    self.take(index, descends, &hop, depth, &mut next)?;
                }
            }
        }
        Some(next)
    }

    fn take(
        &mut self,
        from: u32,
        descends: bool,
        hop: &Hop,
        depth: u32,
        next: &mut Vec<u32>,
    ) -> Option<()> {
        if !self.view.is_taken(hop) {
            self.cut(Limit::Time);
            return Some(());
        }
        let (to, is_new) = self.enter(hop.vertex, depth + 1, descends)?;
        if is_new {
            next.push(to);
        }
        self.follow(from, to, hop.flow);
        Some(())
    }

    /// Takes back what was entered since there were so many nodes and edges.
    fn undo(&mut self, (nodes, edges): (usize, usize)) {
        for node in self.closure.nodes.drain(nodes..) {
            self.known.remove(&node.vertex);
        }
        self.edges.truncate(edges);
        self.closure.flows.truncate(edges);
    }

    /// All hops of one node, and whether each leads into it.
    fn expand(&self, index: u32, found: &mut Vec<(bool, Hop)>) {
        let Some(node) = self.closure.nodes.get(index as usize) else { return };
        let mut hops = Vec::new();
        if self.back {
            self.view.back(node.vertex, &mut hops);
        } else {
            self.view.forward(node.vertex, &mut hops);
        }
        found.extend(hops.drain(..).map(|hop| (false, hop)));
        if !self.back && node.descends {
            self.view.contents_of(node.vertex, &mut hops);
            found.extend(hops.drain(..).map(|hop| (true, hop)));
        }
    }

    /// Expands a level of which not everything has room: what is kept is decided over all of it.
    fn step_limited(&mut self, level: &[u32], depth: u32) -> Vec<u32> {
        let mut found: Vec<(u32, bool, Hop)> = Vec::new();
        let mut hops = Vec::new();
        for index in level {
            self.expand(*index, &mut hops);
            found.extend(hops.drain(..).map(|(descends, hop)| (*index, descends, hop)));
        }
        if depth >= self.depth_max {
            // What is too far away in time is cut by that, as at any other level.
            let view = self.view;
            let is_beyond = |hop: &Hop| view.is_taken(hop) && self.known.get(&hop.vertex).is_none();
            let count = found.len();
            found.retain(|(_, _, hop)| !is_beyond(hop));
            if found.len() < count {
                self.cut(Limit::Depth);
            }
        }
        found.sort_by(|a, b| self.order(&a.2.vertex, &b.2.vertex));
        let mut next = Vec::new();
        for (from, descends, hop) in found {
            if self.take(from, descends, &hop, depth, &mut next).is_none() {
                self.cut(Limit::Lots);
            }
        }
        next
    }

    fn follow(&mut self, from: u32, to: u32, flow: Flow) {
        if self.closure.flows.len() >= self.links_max {
            self.cut(Limit::Links);
            return;
        }
        self.edges.push(Edge { from, to, reasons: flow.reasons });
        self.closure.flows.push(flow);
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
        let is_end = |(_, node): &(u32, &Node)| Some(node.vertex.item) == item;
        let ends = (0..).zip(&self.closure.nodes).filter(is_end).map(|(index, _)| index).collect();
        let turned = self.edges.iter().map(|edge| (edge.to, edge.from));
        let leads = reached(self.closure.nodes.len(), turned, ends);
        let leads_there = |index: u32| leads.get(index as usize).copied().unwrap_or(false);
        let flows = self.edges.iter().map(|edge| leads_there(edge.from) && leads_there(edge.to));
        Kept { flows: flows.collect(), nodes: leads }
    }

    /// Definite is what a path of definite links reaches. The rest is suspected for every reason
    /// on a link that leads to it, and for those of the vertex before.
    fn judge(&mut self, starts: usize) {
        let is_definite = |edge: &&Edge| edge.reasons.grade() == Grade::Definite;
        if self.edges.iter().all(|edge| is_definite(&edge)) {
            return;
        }
        let nodes = &mut self.closure.nodes;
        let sure = self.edges.iter().filter(is_definite).map(|edge| (edge.from, edge.to));
        let definite = reached(nodes.len(), sure, (0..id32(starts)).collect());
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
