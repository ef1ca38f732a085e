//! The closure of a start: every vertex that a question reaches, how far and how surely.

use std::mem::{replace, take};
use std::ops::Range;

use crate::answer::Limit;
use crate::batch::{BATCH, Open, Work};
use crate::closure::{Closure, Node};
use crate::grade::{Grade, Reasons};
use crate::graph::Graph;
use crate::intern::{IdSet, id32};
use crate::links::{Marks, Way};
use crate::ordering::compare;
use crate::question::{Direction, Question, Start};
use crate::starts::{events_of, items_of};
use crate::vertex::{Flow, Hop, Part, Vertex};
use crate::view::View;

struct Walk<'v, 'g> {
    view: &'v View<'g>,
    back: bool,
    depth_max: u32,
    nodes_max: usize,
    links_max: usize,
    work: Work,
    /// Vertices of the closure that are not an item as a whole.
    parts: IdSet<Vertex>,
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
    let mut work = view.graph.works.take();
    work.seen.reserve(view.graph.texts.len());
    let mut walk = Walk {
        view,
        back,
        depth_max: question.depth.unwrap_or(u32::MAX),
        nodes_max: question.lots_max,
        links_max: question.links_max,
        work,
        parts: IdSet::default(),
        closure: Closure::new(&view.graph.rooms),
    };
    for vertex in starts {
        if !view.is_entered(*vertex) {
            walk.cut(Limit::Time);
        } else if walk.enter(*vertex, view.way(vertex.item, back), 0, true).is_none() {
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

    fn is_known(&self, vertex: &Vertex) -> bool {
        if vertex.is_item() {
            self.work.seen.contains(vertex.item)
        } else {
            self.parts.contains(vertex)
        }
    }

    /// Enters a vertex; `None` where there is no room for it.
    fn enter(&mut self, vertex: Vertex, way: Way, depth: u32, descends: bool) -> Option<()> {
        let is_plain = vertex.is_item() && !(descends && way.marks.any(Marks::HOLDS));
        let way = if is_plain { way } else { Way::LONG };
        if vertex.is_item() {
            return self.enter_item(vertex.item, way, depth, descends);
        }
        if self.closure.nodes.len() >= self.nodes_max {
            return self.is_known(&vertex).then_some(());
        }
        if self.parts.insert(vertex) {
            let reasons = Reasons::NONE;
            self.closure.nodes.push(Node { vertex, depth, reasons, descends });
            self.work.open.push(Open { item: vertex.item, way });
        }
        Some(())
    }

    /// Enters an item as a whole: what nearly all of a large walk does.
    #[inline]
    fn enter_item(&mut self, item: u32, way: Way, depth: u32, descends: bool) -> Option<()> {
        if self.closure.nodes.len() >= self.nodes_max {
            return self.work.seen.contains(item).then_some(());
        }
        if self.work.seen.insert(item) {
            let (vertex, reasons) = (Vertex::whole(item), Reasons::NONE);
            self.closure.nodes.push(Node { vertex, depth, reasons, descends });
            self.work.open.push(Open { item, way });
        }
        Some(())
    }

    /// Expands one level; what is new is the next one.
    fn step(&mut self, level: Range<usize>, depth: u32) {
        let open = replace(&mut self.work.open, take(&mut self.work.next));
        self.expand_level(level, &open, depth);
        self.work.next = open;
        self.work.next.clear();
    }

    fn expand_level(&mut self, level: Range<usize>, open: &[Open], depth: u32) {
        if depth < self.depth_max {
            let before = self.closure.len();
            if self.step_within(level.clone(), open, depth).is_some() {
                return;
            }
            self.undo(before);
        }
        self.step_limited(level, depth);
    }

    /// Expands a level that has room; `None` where it has not.
    fn step_within(&mut self, level: Range<usize>, open: &[Open], depth: u32) -> Option<()> {
        let (mut batch, mut hops) = (take(&mut self.work.batch), Vec::new());
        for (from, open) in level.step_by(BATCH).zip(open.chunks(BATCH)) {
            let nodes = self.closure.nodes.get(from..from + open.len()).unwrap_or(&[]);
            batch.read((self.view, self.back), &self.work.seen, (nodes, open));
            for link in &batch.plain {
                if link.is_whole() && self.view.follows_all() {
                    if !link.is_known {
                        self.enter_item(link.other, link.way, depth + 1, false)?;
                    }
                    self.follow(link.flow(self.view, self.back));
                } else {
                    let hop = link.hop(self.view, self.back);
                    self.take(Vertex::whole(link.item), link.way, false, &hop, depth)?;
                }
            }
            for node in batch.others.drain(..) {
                self.expand(&node, &mut hops);
                for (descends, hop) in hops.drain(..) {
                    let way = self.view.way(hop.vertex.item, self.back);
                    self.take(node.vertex, way, descends, &hop, depth)?;
                }
            }
        }
        self.work.batch = batch;
        Some(())
    }

    fn take(
        &mut self,
        from: Vertex,
        way: Way,
        descends: bool,
        hop: &Hop,
        depth: u32,
    ) -> Option<()> {
        if !self.view.is_taken(hop) {
            self.cut(Limit::Time);
            return Some(());
        }
        self.enter(hop.vertex, way, depth + 1, descends)?;
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
            self.closure.is_doubted |= flow.reasons.grade() == Grade::Suspected;
            self.closure.flows.push(flow);
        } else {
            self.cut(Limit::Links);
        }
    }

    /// Takes back what was entered since there were so many nodes and flows.
    fn undo(&mut self, (nodes, flows): (usize, usize)) {
        for node in self.closure.nodes.drain(nodes..) {
            if node.vertex.is_item() {
                self.work.seen.remove(node.vertex.item);
            } else {
                self.parts.remove(&node.vertex);
            }
        }
        self.work.open.clear();
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
            let is_beyond = |hop: &Hop| view.is_taken(hop) && !self.is_known(&hop.vertex);
            let count = found.len();
            found.retain(|(_, _, hop)| !is_beyond(hop));
            if found.len() < count {
                self.cut(Limit::Depth);
            }
        }
        found.sort_by(|a, b| self.order(&a.2.vertex, &b.2.vertex));
        for (from, descends, hop) in found {
            let way = self.view.way(hop.vertex.item, self.back);
            if self.take(from, way, descends, &hop, depth).is_none() {
                self.cut(Limit::Lots);
            }
        }
    }

    /// What was reached; the set of items goes back empty.
    fn end(self) -> Closure<'g> {
        let mut work = self.work;
        work.open.clear();
        work.seen.clear(self.closure.nodes.iter().map(|node| node.vertex.item));
        debug_assert!(work.seen.is_empty(), "a set must go back empty");
        self.view.graph.works.give(work);
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
