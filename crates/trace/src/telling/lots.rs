//! The lots of an answer, and what each brings into it: mentions of events, movements, findings.

use std::ops::Range;

use smallvec::SmallVec;

use crate::answer::{Lot, LotKind};
use crate::grade::Reasons;
use crate::intern::{NONE, product};
use crate::quantity::Amount;
use crate::telling::parts::LotPart;
use crate::telling::{Lines, Telling};
use crate::view::View;

/// One item, and where its parts stand.
#[derive(Debug)]
pub(super) struct LotDraft {
    item: u32,
    depth: u32,
    reasons: Reasons,
    parts: Range<usize>,
}

impl LotDraft {
    /// The lots of parts that are in the order of their items.
    pub(super) fn all(parts: &[LotPart]) -> Vec<LotDraft> {
        let mut lots: Vec<LotDraft> = Vec::new();
        for (index, part) in parts.iter().enumerate() {
            let end = index + 1;
            match lots.last_mut().filter(|lot| lot.item == part.item) {
                Some(lot) => {
                    lot.depth = lot.depth.min(part.depth);
                    lot.reasons = lot.reasons.best(part.reasons);
                    lot.parts.end = end;
                }
                None => lots.push(LotDraft {
                    item: part.item,
                    depth: part.depth,
                    reasons: part.reasons,
                    parts: index..end,
                }),
            }
        }
        lots
    }

    pub(super) fn item(&self) -> u32 {
        self.item
    }

    pub(super) fn depth(&self) -> u32 {
        self.depth
    }
}

/// An event by one of the items that bring it into the answer. The order is that of the answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Mention {
    pub(super) micros: i64,
    pub(super) index: u64,
    pub(super) ordinal: u32,
    pub(super) event: u32,
    pub(super) reasons: Reasons,
}

/// A movement of an item that belongs to the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct MovedItem {
    pub(super) item: u32,
    pub(super) from_place: u32,
    pub(super) to_place: u32,
    pub(super) event: u32,
    pub(super) reasons: Reasons,
    pub(super) amount: Option<Amount>,
    pub(super) paired_by: Option<crate::PairedBy>,
}

impl Telling {
    /// Tells one lot; says how many events name it.
    pub(super) fn lot(&mut self, view: &View<'_>, index: usize, lines: &mut impl Lines) -> usize {
        let Some(lot) = self.lots.get(index) else { return 0 };
        let (item, parts) = (lot.item, lot.parts.clone());
        let parts = self.parts.parts.get(parts).unwrap_or(&[]);
        let is_whole = parts.iter().any(LotPart::is_whole);
        let is_unlotted = view.is_unlotted(item);
        let is_moved = !is_unlotted || parts.iter().any(|part| !part.is_mention());
        let moves = is_moved.then(|| view.moves(item));
        let mut named: SmallVec<[u32; 8]> = SmallVec::new();
        for part in parts {
            for event in part.events(view) {
                let Some(record) = view.graph.event(event) else { continue };
                let of_part = moves.as_ref().filter(|_| !part.is_mention());
                let status = of_part.map_or(Reasons::NONE, |moves| moves.status(event));
                named.push(event);
                self.mentions.push(Mention {
                    micros: record.time().micros,
                    index: record.position().index,
                    ordinal: record.position().ordinal,
                    event,
                    reasons: part.reasons.with(status),
                });
            }
        }
        let count = named.len();
        named.sort_unstable();
        named.dedup();
        let kind = kind_of(view, item);
        let moves = moves.filter(|_| !is_unlotted);
        let mut places: SmallVec<[u32; 8]> = match &moves {
            Some(moves) => moves.places().collect(),
            None => places_of(view, &named),
        };
        places.sort_unstable();
        places.dedup();
        let mut places: Vec<&str> = places.iter().map(|place| view.text(*place)).collect();
        places.sort_unstable();
        let id = view.text(item);
        lines.lot(&Lot {
            id,
            kind,
            grade: lot.reasons.grade(),
            reasons: lot.reasons.list(),
            depth: lot.depth,
            product: product(id),
            places,
            quantity_kg: moves.as_ref().and_then(|moves| moves.weight),
        });
        // Of a container only the movements that its contents brought in.
        let movements = moves.iter().flat_map(|moves| &moves.movements);
        let movements = movements.filter(|m| is_whole || named.binary_search(&m.event).is_ok());
        self.moved.extend(movements.map(|movement| MovedItem {
            item,
            from_place: movement.from_place,
            to_place: movement.to_place,
            event: movement.event,
            reasons: movement.reasons,
            amount: movement.amount,
            paired_by: movement.paired_by,
        }));
        if is_whole {
            // Where a pallet was bought is of no interest.
            self.issues.add_item(view, item, kind != LotKind::Container);
        }
        for event in named {
            self.issues.add_declared(view, item, event);
        }
        count
    }
}

/// Where these events took place.
fn places_of(view: &View<'_>, events: &[u32]) -> SmallVec<[u32; 8]> {
    let records = events.iter().filter_map(|event| Some((*event, view.graph.event(*event)?)));
    let places = records.map(|(event, record)| view.place(event, record));
    places.filter(|place| *place != NONE).collect()
}

/// What an identifier stands for, by its shape and what is in it.
pub(crate) fn kind_of(view: &View<'_>, item: u32) -> LotKind {
    let shape = view.shape(item);
    if shape.is_unlotted(item) {
        return LotKind::Product;
    }
    if shape.is_class {
        return LotKind::Lot;
    }
    let text = view.text(item);
    let is_unit = ["/00/", "/8003/", "/8004/"].iter().any(|key| text.contains(key));
    let is_packed = !view.contents(item).stays.is_empty();
    if is_unit || is_packed { LotKind::Container } else { LotKind::Instance }
}
