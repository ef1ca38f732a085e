//! From closures to the content of an answer: what was reached, each thing once.

use std::collections::{BTreeMap, BTreeSet};

use crate::answer::{Answer, Cut, Limit, LinkKind};
use crate::closure::{Closure, Node};
use crate::containment::Inside;
use crate::grade::Reasons;
use crate::graph::Graph;
use crate::intern::{IdMap, IdSet};
use crate::moves::Movement;
use crate::question::Question;
use crate::starts::unknown;
use crate::vertex::{Flow, Part, Reach};
use crate::view::View;
use crate::walk::{starts, walk};

impl Graph {
    /// Of the items that a question starts from or leads to, those that no visible event names.
    #[must_use]
    pub fn unknown(&self, question: &Question) -> Vec<String> {
        unknown(&View::new(self, question), question)
    }

    /// Answers a question. The same events give the same answer in whatever order they came.
    #[must_use]
    pub fn trace(&self, question: &Question) -> Answer {
        let view = View::new(self, question);
        let mut draft = Draft::new(&view);
        let starts = starts(&view, &question.start);
        for direction in question.direction.walks() {
            draft.add(&walk(&view, question, &starts, *direction), question.containers);
        }
        let unknown = unknown(&view, question);
        let cut = cuts(question, &draft.cut);
        Answer { unknown, truncated: !cut.is_empty(), cut, ..draft.finish() }
    }
}

/// The limits that cut an answer, with what they allow.
fn cuts(question: &Question, cut: &BTreeSet<Limit>) -> Vec<Cut> {
    let most = |limit: Limit| match limit {
        Limit::Depth => question.depth.map(u64::from),
        Limit::Lots => u64::try_from(question.lots_max).ok(),
        Limit::Links => u64::try_from(question.links_max).ok(),
        Limit::Time => None,
    };
    cut.iter().map(|limit| Cut { limit: *limit, most: most(*limit) }).collect()
}

/// What is known of a lot so far.
#[derive(Clone, Copy)]
pub(crate) struct LotDraft {
    pub(crate) depth: u32,
    pub(crate) reasons: Reasons,
    /// All of it belongs to the answer, and with it every movement and issue.
    pub(crate) whole: bool,
}

/// An answer in ids.
pub(crate) struct Draft<'v, 'g> {
    pub(crate) view: &'v View<'g>,
    pub(crate) lots: IdMap<u32, LotDraft>,
    pub(crate) events: IdMap<u32, Reasons>,
    /// Items and the events that they brought in.
    pub(crate) named: IdSet<(u32, u32)>,
    pub(crate) flows: BTreeMap<(LinkKind, u32, u32, u32), Flow>,
    cut: BTreeSet<Limit>,
}

impl<'v, 'g> Draft<'v, 'g> {
    fn new(view: &'v View<'g>) -> Draft<'v, 'g> {
        Draft {
            view,
            lots: IdMap::default(),
            events: IdMap::default(),
            named: IdSet::default(),
            flows: BTreeMap::new(),
            cut: BTreeSet::new(),
        }
    }

    fn add(&mut self, closure: &Closure<'_>, containers: bool) {
        self.cut.extend(&closure.cut);
        for flow in &closure.flows {
            self.add_flow(*flow);
        }
        for node in &closure.nodes {
            self.add_node(node);
            if containers && node.vertex.reach != Reach::Carrier {
                for stay in self.view.stays_of_vertex(node.vertex) {
                    self.climb(node, &stay);
                }
            }
        }
    }

    fn add_flow(&mut self, flow: Flow) {
        let key = (flow.kind, flow.from, flow.to, flow.event);
        let known = self.flows.entry(key).or_insert(flow);
        known.reasons = known.reasons.best(flow.reasons);
    }

    fn add_lot(&mut self, item: u32, depth: u32, reasons: Reasons, whole: bool) {
        let lot = self.lots.entry(item).or_insert(LotDraft { depth, reasons, whole });
        lot.depth = lot.depth.min(depth);
        lot.reasons = lot.reasons.best(reasons);
        lot.whole |= whole;
    }

    fn add_event(&mut self, item: u32, event: u32, reasons: Reasons) {
        self.named.insert((item, event));
        let known = self.events.entry(event).or_insert(reasons);
        *known = known.best(reasons);
    }

    fn add_node(&mut self, node: &Node) {
        let item = node.vertex.item;
        let is_whole = node.vertex.part == Part::Whole;
        self.add_lot(item, node.depth, node.reasons, is_whole);
        let events: Vec<u32> = if is_whole {
            self.view.all_events(item).map(|(event, _)| event).collect()
        } else {
            self.view.vertex_events(node.vertex)
        };
        let is_mention = matches!(node.vertex.part, Part::Mention(_));
        let moves = (!is_mention).then(|| self.view.moves(item));
        for event in events {
            let status = moves.as_ref().map_or(Reasons::NONE, |moves| moves.status(event));
            self.add_event(item, event, node.reasons.with(status));
        }
    }

    /// From contents to their containers: their own events meanwhile, not their other contents.
    fn climb(&mut self, node: &Node, stay: &Inside) {
        let mut seen = IdSet::default();
        let mut open = vec![(node.vertex.item, *stay, node.reasons, node.depth)];
        while let Some((child, stay, reasons, depth)) = open.pop() {
            let flow = self.view.contained(child, &stay);
            if !self.view.is_followed(flow.event) {
                self.cut.insert(Limit::Time);
                continue;
            }
            self.add_flow(flow);
            if !seen.insert((stay.parent, stay.from, stay.until)) {
                continue;
            }
            let reasons = reasons.with(flow.reasons);
            let depth = depth.saturating_add(1);
            self.add_lot(stay.parent, depth, reasons, false);
            let moves = self.view.moves(stay.parent);
            for event in self.view.events_between(stay.parent, stay.from, stay.until) {
                self.add_event(stay.parent, event, reasons.with(moves.status(event)));
            }
            for mut above in self.view.stays_of(stay.parent).iter().copied() {
                above.from = above.from.max(stay.from);
                above.until = above.until.min(stay.until);
                if above.from <= above.until {
                    open.push((stay.parent, above, reasons, depth));
                }
            }
        }
    }

    fn finish(self) -> Answer {
        let movements = self.movements();
        let mut answer = Answer {
            lots: self.lots(),
            events: self.event_lines(),
            links: self.links(&movements),
            issues: self.issues(),
            ..Answer::default()
        };
        let (parties, places) = self.parties_and_places(&movements);
        answer.parties = parties;
        answer.places = places;
        answer
    }

    /// Movements of the lots; of a container only those that its contents brought in.
    fn movements(&self) -> Vec<(u32, Movement)> {
        let mut found = Vec::new();
        for (item, lot) in &self.lots {
            if self.view.is_unlotted(*item) {
                continue;
            }
            let moves = self.view.moves(*item);
            let belongs = |m: &&Movement| lot.whole || self.named.contains(&(*item, m.event));
            found.extend(moves.movements.iter().filter(belongs).map(|m| (*item, m.clone())));
        }
        found
    }
}
