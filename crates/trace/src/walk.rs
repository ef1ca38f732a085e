//! The closure of a start: every vertex that a question reaches, how far and how surely.

use std::ops::Range;

use crate::answer::Limit;
use crate::batch::{BATCH, Batch};
use crate::closure::{Closure, Node};
use crate::grade::Reasons;
use crate::graph::Graph;
use crate::intern::{IdSet, id32};
use crate::links::Marks;
use crate::ordering::compare;
use crate::question::{Direction, Question, Start};
use crate::seen::Seen;
use crate::starts::{events_of, items_of};
use crate::vertex::{Flow, Hop, Part, Vertex};
use crate::view::View;

/// The vertices of a closure; most are an item as a whole.
struct Known {
    items: Seen,
    parts: IdSet<Vertex>,
}

impl Known {
    fn contains(&self, vertex: &Vertex) -> bool {
        if vertex.is_item() {
            self.items.contains(vertex.item)
        } else {
            self.parts.contains(vertex)
        }
    }

    fn remove(&mut self, vertex: &Vertex) {
        if vertex.is_item() {
            self.items.remove(vertex.item);
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
    closure: Closure<'g>,
}

/// Walks one way from the start.
pub(crate) fn walk<'g>(
    view: &View<'g>,
    question: &Question,
    starts: &[Vertex],
    direction: Direction,
) -> Closure<'g> {
    let back = direction == Direction::Back;
    let mut items = view.graph.seen.take();
    items.reserve(view.graph.texts.len());
    let mut walk = Walk {
        view,
        back,
        depth_max: question.depth.unwrap_or(u32::MAX),
        nodes_max: question.lots_max,
        links_max: question.links_max,
        known: Known { items, parts: IdSet::default() },
        closure: Closure::new(&view.graph.rooms),
    };
    for vertex in starts {
        if !view.is_entered(*vertex) {
            walk.cut(Limit::Time);
        } else if walk.enter(*vertex, view.marks(vertex.item), 0, true).is_none() {
            walk.cut(Limit::Lots);
        }
    }
    let starts = walk.closure.nodes.len();
    let (mut level, mut depth) = (0..starts, 0);
    while !level.is_empty() {
        let next = level.end;
        walk.step(level, depth);
        level = next..walk.closure.nodes.len();
        depth += 1;
    }
    let mut closure = walk.end();
    closure.judge(back, starts);
    match &question.to {
        Some(to) => closure.leading_to(back, view.graph.texts.find(to)),
        None => closure,
    }
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
    let whole = Vertex::whole(item);
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

impl<'g> Walk<'_, 'g> {
    fn cut(&mut self, by: Limit) {
        self.closure.cut.insert(by);
    }

    /// Enters a vertex; `None` where there is no room for it.
    fn enter(&mut self, vertex: Vertex, marks: Marks, depth: u32, descends: bool) -> Option<()> {
        if vertex.is_item() {
            return self.enter_item(vertex.item, marks, depth, descends);
        }
        if self.closure.nodes.len() >= self.nodes_max {
            return self.known.contains(&vertex).then_some(());
        }
        if self.known.parts.insert(vertex) {
            let reasons = Reasons::NONE;
            self.closure.nodes.push(Node { vertex, depth, marks, reasons, descends });
        }
        Some(())
    }

    /// Enters an item as a whole: what nearly all of a large walk does.
    #[inline]
    fn enter_item(&mut self, item: u32, marks: Marks, depth: u32, descends: bool) -> Option<()> {
        if self.closure.nodes.len() >= self.nodes_max {
            return self.known.items.contains(item).then_some(());
        }
        if self.known.items.insert(item) {
            let (vertex, reasons) = (Vertex::whole(item), Reasons::NONE);
            self.closure.nodes.push(Node { vertex, depth, marks, reasons, descends });
        }
        Some(())
    }

    /// Expands one level; what is new is the next one.
    fn step(&mut self, level: Range<usize>, depth: u32) {
        if depth < self.depth_max {
            let before = self.closure.len();
            if self.step_within(level.clone(), depth).is_some() {
                return;
            }
            self.undo(before);
        }
        self.step_limited(level, depth);
    }

    /// Expands a level that has room; `None` where it has not.
    fn step_within(&mut self, level: Range<usize>, depth: u32) -> Option<()> {
        let (mut batch, mut hops) = (Batch::default(), Vec::new());
        for from in level.clone().step_by(BATCH) {
            let nodes = self.closure.nodes.get(from..level.end.min(from + BATCH));
            batch.read(self.view, self.back, nodes.unwrap_or(&[]));
            for link in &batch.plain {
                if link.is_whole() && self.view.follows_all() {
                    self.enter_item(link.other, link.others, depth + 1, false)?;
                    self.follow(link.flow(self.view, self.back));
                } else {
                    let hop = link.hop(self.view, self.back);
                    self.take(Vertex::whole(link.item), link.others, false, &hop, depth)?;
                }
            }
            for node in batch.others.drain(..) {
                self.expand(&node, &mut hops);
                for (descends, hop) in hops.drain(..) {
                    let marks = self.view.marks(hop.vertex.item);
                    self.take(node.vertex, marks, descends, &hop, depth)?;
                }
            }
        }
        Some(())
    }

    fn take(
        &mut self,
        from: Vertex,
        marks: Marks,
        descends: bool,
        hop: &Hop,
        depth: u32,
    ) -> Option<()> {
        if !self.view.is_taken(hop) {
            self.cut(Limit::Time);
            return Some(());
        }
        self.enter(hop.vertex, marks, depth + 1, descends)?;
        if !(from.is_item() && hop.vertex.is_item()) && self.has_room_for_flow() {
            let flow = id32(self.closure.flows.len());
            self.closure.parts.push((flow, [from, hop.vertex]));
        }
        self.follow(hop.flow);
        Some(())
    }

    fn has_room_for_flow(&self) -> bool {
        self.closure.flows.len() < self.links_max
    }

    #[inline]
    fn follow(&mut self, flow: Flow) {
        if self.has_room_for_flow() {
            self.closure.flows.push(flow);
        } else {
            self.cut(Limit::Links);
        }
    }

    /// Takes back what was entered since there were so many nodes and flows.
    fn undo(&mut self, (nodes, flows): (usize, usize)) {
        for node in self.closure.nodes.drain(nodes..) {
            self.known.remove(&node.vertex);
        }
        self.closure.truncate_flows(flows);
    }

    /// All hops of one node, and whether each leads into it.
    fn expand(&self, node: &Node, found: &mut Vec<(bool, Hop)>) {
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
    fn step_limited(&mut self, level: Range<usize>, depth: u32) {
        let mut found: Vec<(Vertex, bool, Hop)> = Vec::new();
        let mut hops = Vec::new();
        for node in self.closure.nodes.get(level).unwrap_or(&[]) {
            self.expand(node, &mut hops);
            found.extend(hops.drain(..).map(|(descends, hop)| (node.vertex, descends, hop)));
        }
        if depth >= self.depth_max {
            // What is too far away in time is cut by that, as at any other level.
            let view = self.view;
            let is_beyond = |hop: &Hop| view.is_taken(hop) && !self.known.contains(&hop.vertex);
            let count = found.len();
            found.retain(|(_, _, hop)| !is_beyond(hop));
            if found.len() < count {
                self.cut(Limit::Depth);
            }
        }
        found.sort_by(|a, b| self.order(&a.2.vertex, &b.2.vertex));
        for (from, descends, hop) in found {
            let marks = self.view.marks(hop.vertex.item);
            if self.take(from, marks, descends, &hop, depth).is_none() {
                self.cut(Limit::Lots);
            }
        }
    }

    /// What was reached; the set of items goes back empty.
    fn end(self) -> Closure<'g> {
        let mut items = self.known.items;
        for node in &self.closure.nodes {
            items.remove(node.vertex.item);
        }
        debug_assert!(items.is_empty(), "a set must go back empty");
        self.view.graph.seen.give(items);
        self.closure
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
}
