//! The links of an answer, in an order that depends on nothing but what they say.

use crate::answer::{Link, LinkKind, StatedQuantity};
use crate::grade::Reasons;
use crate::telling::texts::TextOrder;
use crate::telling::{Lines, Telling};
use crate::vertex::Flow;
use crate::view::View;

/// No movement.
const NO_MOVE: u32 = u32::MAX;

/// A link, told by what it is sorted by: texts are ranks. The order is that of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct LinkDraft {
    micros: i64,
    index: u64,
    ordinal: u32,
    kind: LinkKind,
    from: u32,
    to: u32,
    /// Ranks of places; nothing where it is no movement.
    places: Option<[u32; 2]>,
    event: u32,
    reasons: Reasons,
    /// The index of the movement.
    moved: u32,
}

impl Telling {
    /// Takes the link at `index` among flows, then movements.
    pub(super) fn take_link(&mut self, view: &View<'_>, index: usize) {
        let flows = &self.parts.flows;
        let (flow, moved) = match flows.get(index) {
            Some(flow) => (*flow, None),
            None => {
                let at = index - flows.len();
                let Some(moved) = self.moved.get(at) else { return };
                let flow = Flow {
                    from: moved.item,
                    to: moved.item,
                    event: moved.event,
                    kind: LinkKind::Moved,
                    reasons: moved.reasons,
                };
                (flow, u32::try_from(at).ok().zip(Some([moved.from_place, moved.to_place])))
            }
        };
        let Some(record) = view.graph.event(flow.event) else { return };
        let position = record.position();
        self.places.extend(moved.iter().flat_map(|(_, places)| places));
        self.links.push(LinkDraft {
            micros: record.time().micros,
            index: position.index,
            ordinal: position.ordinal,
            kind: flow.kind,
            from: self.items.rank(flow.from),
            to: self.items.rank(flow.to),
            places: moved.map(|(_, places)| places),
            event: flow.event,
            reasons: flow.reasons,
            moved: moved.map_or(NO_MOVE, |(at, _)| at),
        });
    }

    /// Sorts them, once the texts of places are known.
    pub(super) fn sort_links(&mut self) {
        for link in &mut self.links {
            link.places = link.places.map(|places| places.map(|place| self.named.rank(place)));
        }
        self.links.sort_unstable();
    }

    /// Tells the link at `index`.
    pub(super) fn link(
        &self,
        view: &View<'_>,
        index: usize,
        event_id: &mut String,
        lines: &mut impl Lines,
    ) {
        let Some(draft) = self.links.get(index) else { return };
        let moved = self.moved.get(draft.moved as usize);
        let item = |rank: u32| self.items.id(rank);
        let flow = Flow {
            from: item(draft.from),
            to: item(draft.to),
            event: draft.event,
            kind: draft.kind,
            reasons: draft.reasons,
        };
        let amount = moved.map_or_else(|| view.amount_of(&flow), |moved| moved.amount);
        event_id.clear();
        view.graph.event_ids.write(draft.event, event_id);
        let [from_place, to_place] = [0, 1].map(|side| place(view, &self.named, draft, side));
        lines.link(&Link {
            from: view.text(flow.from),
            to: view.text(flow.to),
            event: event_id,
            quantity: amount.map(|amount| StatedQuantity {
                amount: amount.stated,
                unit: Some(view.text(amount.stated_unit)).filter(|unit| !unit.is_empty()),
            }),
            kind: draft.kind,
            grade: draft.reasons.grade(),
            reasons: draft.reasons.list(),
            from_place,
            to_place,
            paired_by: moved.and_then(|moved| moved.paired_by),
        });
    }
}

fn place<'g>(view: &View<'g>, named: &TextOrder, link: &LinkDraft, side: usize) -> Option<&'g str> {
    let rank = *link.places.as_ref()?.get(side)?;
    Some(view.text(named.id(rank)))
}
