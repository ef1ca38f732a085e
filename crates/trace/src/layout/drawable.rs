//! What a drawing needs of an answer, taken in while the answer is told.

use std::collections::HashMap;

use super::reading::Joined;
use super::{LIMITS, Layout, layout_within};
use crate::answer::{Issue, IssueKind, Link, Lot, LotKind};
use crate::grade::{Grade, Reason};

/// A lot, without what no drawing says.
#[derive(Clone, Debug)]
pub(super) struct DrawableLot {
    pub(super) id: String,
    pub(super) kind: LotKind,
    pub(super) grade: Grade,
    pub(super) reasons: Vec<Reason>,
    pub(super) depth: u32,
    pub(super) product: Option<String>,
}

/// An answer as far as it is drawn: first its lots, then its links and issues, in any order.
#[derive(Clone, Debug, Default)]
pub struct Drawable {
    pub(super) lots: Vec<DrawableLot>,
    pub(super) indexes: HashMap<String, usize>,
    pub(super) joined: Vec<Joined>,
    pub(super) issues: Vec<(usize, IssueKind)>,
}

impl Drawable {
    /// What an answer is made of.
    #[must_use]
    pub fn of(lots: &[Lot], links: &[Link], issues: &[Issue]) -> Self {
        let mut drawable = Self::default();
        lots.iter().for_each(|lot| drawable.lot(lot));
        links.iter().for_each(|link| drawable.link(link));
        issues.iter().for_each(|issue| drawable.issue(issue));
        drawable
    }

    /// Takes in a lot.
    pub fn lot<T: AsRef<str>>(&mut self, lot: &Lot<T>) {
        let id = lot.id.as_ref().to_owned();
        self.indexes.insert(id.clone(), self.lots.len());
        self.lots.push(DrawableLot {
            id,
            kind: lot.kind,
            grade: lot.grade,
            reasons: lot.reasons.clone(),
            depth: lot.depth,
            product: lot.product.as_ref().map(|id| id.as_ref().to_owned()),
        });
    }

    /// Takes in a link; nothing joins a lot to itself.
    pub fn link<T: AsRef<str>>(&mut self, link: &Link<T>) {
        let ends = [link.from.as_ref(), link.to.as_ref()].map(|id| self.indexes.get(id).copied());
        if let [Some(from), Some(to)] = ends
            && from != to
        {
            let is_definite = link.grade == Grade::Definite;
            self.joined.push(Joined { from, to, links: 1, is_definite });
        }
    }

    /// Takes in what is wrong with the records: such lots are no members of a chain.
    pub fn issue<T: AsRef<str>>(&mut self, issue: &Issue<T>) {
        let items = issue.items.iter().filter_map(|id| self.indexes.get(id.as_ref()));
        self.issues.extend(items.map(|item| (*item, issue.kind)));
    }

    /// Lays it out.
    ///
    /// `opened` names lots whose boxes are to be opened, one after the other: a box gives way to
    /// those inside it. As these may have members too, a lot can be named again.
    #[must_use]
    pub fn layout(&self, opened: &[String]) -> Layout {
        layout_within(self, opened, LIMITS)
    }
}
