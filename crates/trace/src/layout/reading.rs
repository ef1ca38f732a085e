//! An answer by numbers, in one order whatever order it came in.

use std::collections::BTreeMap;

use super::drawable::{Drawable, DrawableLot};
use crate::answer::{IssueKind, LotKind};
use crate::grade::{Grade, Reason};

/// All links between two different lots, or boxes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Joined {
    pub(super) from: usize,
    pub(super) to: usize,
    pub(super) links: usize,
    /// One of them is.
    pub(super) is_definite: bool,
}

/// All that may tell lots with the same neighbours apart, but their identity and amounts.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Traits<'a> {
    pub(super) start: bool,
    pub(super) grade: Grade,
    reasons: &'a [Reason],
    issues: Vec<IssueKind>,
    pub(super) kind: LotKind,
    product: Option<&'a str>,
}

impl Traits<'_> {
    /// Nothing about it needs a look.
    pub(super) fn is_plain(&self) -> bool {
        let Traits { start, grade, reasons, issues, .. } = self;
        !start && *grade == Grade::Definite && reasons.is_empty() && issues.is_empty()
    }
}

/// Lots and what joins them.
pub(super) struct Reading<'a> {
    answer: &'a Drawable,
    /// By distance from the start, then identifier.
    pub(super) lots: Vec<&'a DrawableLot>,
    /// Of each lot of the answer, its number here.
    numbers: Vec<usize>,
    /// Sorted.
    pub(super) joined: Vec<Joined>,
    issues: Vec<Vec<IssueKind>>,
}

impl<'a> Reading<'a> {
    pub(super) fn of(answer: &'a Drawable) -> Self {
        let mut lots: Vec<(usize, &DrawableLot)> = answer.lots.iter().enumerate().collect();
        lots.sort_by(|(_, a), (_, b)| (a.depth, &a.id).cmp(&(b.depth, &b.id)));
        let numbers = inverse(lots.iter().map(|(index, _)| *index).collect());
        let number = |index: usize| numbers.get(index).copied().unwrap_or_default();
        let joined = answer.joined.iter();
        let joined = joined.map(|of| Joined { from: number(of.from), to: number(of.to), ..*of });
        let mut joined: Vec<Joined> = joined.collect();
        together(&mut joined);
        let mut issues = vec![Vec::new(); lots.len()];
        for (index, kind) in &answer.issues {
            if let Some(kinds) = issues.get_mut(number(*index)) {
                kinds.push(*kind);
            }
        }
        for kinds in &mut issues {
            kinds.sort_unstable();
            kinds.dedup();
        }
        let lots = lots.into_iter().map(|(_, lot)| lot).collect();
        Self { answer, lots, numbers, joined, issues }
    }

    pub(super) fn lot(&self, id: &str) -> Option<usize> {
        let index = *self.answer.indexes.get(id)?;
        self.numbers.get(index).copied()
    }

    /// Of each lot, its place by identifier.
    pub(super) fn ranks(&self) -> Vec<usize> {
        let mut by_id: Vec<usize> = (0..self.lots.len()).collect();
        by_id.sort_by_key(|lot| self.lots.get(*lot).map(|lot| lot.id.as_str()));
        inverse(by_id)
    }

    /// The traits of each lot by number, and what the numbers mean.
    pub(super) fn traits(&self) -> (Vec<usize>, Vec<Traits<'a>>) {
        let of = |(lot, issues): (&&'a DrawableLot, &Vec<IssueKind>)| Traits {
            start: lot.depth == 0,
            grade: lot.grade,
            reasons: &lot.reasons,
            issues: issues.clone(),
            kind: lot.kind,
            product: lot.product.as_deref(),
        };
        let mut known: BTreeMap<Traits<'a>, usize> = BTreeMap::new();
        let mut meanings = Vec::new();
        let numbers = self.lots.iter().zip(&self.issues).map(of).map(|traits| {
            *known.entry(traits).or_insert_with_key(|traits| {
                meanings.push(traits.clone());
                meanings.len() - 1
            })
        });
        (numbers.collect(), meanings)
    }
}

/// Where each number stands in a list of them all.
fn inverse(order: Vec<usize>) -> Vec<usize> {
    let mut places = vec![0; order.len()];
    for (place, number) in order.into_iter().enumerate() {
        if let Some(slot) = places.get_mut(number) {
            *slot = place;
        }
    }
    places
}

/// Sorts, and makes one of all with the same ends.
pub(super) fn together(joined: &mut Vec<Joined>) {
    joined.sort_unstable();
    joined.dedup_by(|later, first| {
        let is_same = (first.from, first.to) == (later.from, later.to);
        if is_same {
            first.links += later.links;
            first.is_definite |= later.is_definite;
        }
        is_same
    });
}
