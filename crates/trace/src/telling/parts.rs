//! From closures to the parts of each item that an answer tells of.

use std::collections::BTreeSet;

use smallvec::SmallVec;

use crate::answer::Limit;
use crate::closure::{Closure, Node};
use crate::containment::Inside;
use crate::grade::Reasons;
use crate::intern::IdSet;
use crate::vertex::{Flow, Part, Reach, Vertex};
use crate::view::View;

/// Which events of an item.
#[derive(Clone, Copy, Debug)]
pub(super) enum Span {
    /// Those of a vertex.
    Vertex(Vertex),
    /// Those of a container while something was in it.
    Between(i64, i64),
}

/// A part of the life of an item that belongs to the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct LotPart {
    pub(super) item: u32,
    pub(super) depth: u32,
    pub(super) reasons: Reasons,
    pub(super) span: Span,
}

impl LotPart {
    /// All of the item belongs to the answer, and with it every movement and issue.
    pub(super) fn is_whole(&self) -> bool {
        matches!(self.span, Span::Vertex(Vertex { part: Part::Whole, .. }))
    }

    /// Its events.
    pub(super) fn events(&self, view: &View<'_>) -> SmallVec<[u32; 8]> {
        match self.span {
            Span::Vertex(Vertex { part: Part::Whole, item, .. }) => {
                view.all_events(item).map(|(event, _)| event).collect()
            }
            Span::Vertex(vertex) => view.vertex_events(vertex).into(),
            Span::Between(from, until) => {
                view.events_between(self.item, from, until).into_iter().collect()
            }
        }
    }

    /// Does nothing but an event say that the item was there?
    pub(super) fn is_mention(&self) -> bool {
        matches!(self.span, Span::Vertex(Vertex { part: Part::Mention(_), .. }))
    }
}

/// What was reached, with what joins it.
#[derive(Debug, Default)]
pub(super) struct Parts {
    pub(super) parts: Vec<LotPart>,
    pub(super) flows: Vec<Flow>,
    pub(super) cut: BTreeSet<Limit>,
}

impl Parts {
    pub(super) fn add(&mut self, closure: &Closure<'_>) {
        let part = |node: &Node| LotPart {
            item: node.vertex.item,
            depth: node.depth,
            reasons: node.reasons,
            span: Span::Vertex(node.vertex),
        };
        self.cut.extend(&closure.cut);
        self.flows.extend_from_slice(&closure.flows);
        self.parts.extend(closure.nodes.iter().map(part));
    }

    /// From the contents at `index` to their containers: their own events meanwhile, not their
    /// other contents.
    pub(super) fn climb(&mut self, view: &View<'_>, index: usize) {
        let Some(part) = self.parts.get(index).copied() else { return };
        let Span::Vertex(vertex) = part.span else { return };
        if vertex.reach == Reach::Carrier {
            return;
        }
        for stay in view.stays_of_vertex(vertex) {
            self.climb_from(view, part, stay);
        }
    }

    fn climb_from(&mut self, view: &View<'_>, part: LotPart, stay: Inside) {
        let mut seen = IdSet::default();
        let mut open = vec![(part.item, stay, part.reasons, part.depth)];
        while let Some((child, stay, reasons, depth)) = open.pop() {
            let flow = view.contained(child, &stay);
            if !view.is_followed(flow.event) {
                self.cut.insert(Limit::Time);
                continue;
            }
            self.flows.push(flow);
            if !seen.insert((stay.parent, stay.from, stay.until)) {
                continue;
            }
            let (item, reasons) = (stay.parent, reasons.with(flow.reasons));
            let depth = depth.saturating_add(1);
            let span = Span::Between(stay.from, stay.until);
            self.parts.push(LotPart { item, depth, reasons, span });
            for mut above in view.stays_of(item).iter().copied() {
                above.from = above.from.max(stay.from);
                above.until = above.until.min(stay.until);
                if above.from <= above.until {
                    open.push((item, above, reasons, depth));
                }
            }
        }
    }

    /// Brings the parts of an item together, and each link once.
    pub(super) fn sort(&mut self) {
        // Who was in a container at the same time or shortly after each other shares its events.
        let key = |part: &LotPart| match part.span {
            Span::Vertex(_) => (part.item, 0, i64::MIN),
            Span::Between(from, _) => (part.item, part.reasons.bits() + 1, from),
        };
        self.parts.sort_by_key(key);
        self.parts.dedup_by(|part, before| match (part.span, &mut before.span) {
            (Span::Between(from, until), Span::Between(_, end))
                if part.item == before.item && part.reasons == before.reasons && from <= *end =>
            {
                *end = until.max(*end);
                before.depth = part.depth.min(before.depth);
                true
            }
            _ => false,
        });
        let key = |flow: &Flow| (flow.kind, flow.from, flow.to, flow.event);
        self.flows.sort_unstable_by_key(key);
        self.flows.dedup_by(|flow, before| {
            let is_same = key(flow) == key(before);
            if is_same {
                before.reasons = before.reasons.best(flow.reasons);
            }
            is_same
        });
    }
}
