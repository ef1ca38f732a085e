//! An answer told piece by piece: it is worked out in ids, and put into words line by line, so that
//! nobody waits for all of it and nothing holds all of it.
//!
//! Between two pieces the graph may take in more, as long as the question says up to which size it
//! is asked; what lies below that size must not change.

mod events;
mod issues;
mod links;
mod lots;
mod parts;
mod stages;
mod texts;
mod whole;

use std::collections::BTreeSet;

use crate::answer::{Cut, EventLine, Issue, Limit, Link, Lot};
use crate::graph::Graph;
use crate::intern::IdSet;
use crate::question::Question;
use crate::starts::unknown;
use crate::view::{Kept, View};
use crate::walk::{starts, walk};
use issues::Issues;
use links::LinkDraft;
use lots::{LotDraft, Mention, MovedItem};
use parts::Parts;
use stages::Stage;
use texts::TextOrder;

pub(crate) use lots::kind_of;

/// Who hears the lines of an answer, in their order.
pub trait Lines {
    /// An item of the closure.
    fn lot(&mut self, lot: &Lot<&str>);
    /// An event that names one of them.
    fn event(&mut self, event: &EventLine<&str>);
    /// What joins two of them.
    fn link(&mut self, link: &Link<&str>);
    /// A party that an event names.
    fn party(&mut self, id: &str);
    /// A place that an event names.
    fn place(&mut self, id: &str);
    /// What is missing or contradicts itself.
    fn issue(&mut self, issue: &Issue<&str>);
}

/// The answer to a question while it is told.
#[derive(Debug)]
pub struct Telling {
    question: Question,
    unknown: Vec<String>,
    stage: Stage,
    /// How far in the stage.
    at: usize,
    /// The stage has nothing more to read.
    is_read: bool,
    nodes: usize,
    parts: Parts,
    lots: Vec<LotDraft>,
    items: TextOrder,
    mentions: Vec<Mention>,
    moved: Vec<MovedItem>,
    links: Vec<LinkDraft>,
    parties: IdSet<u32>,
    places: IdSet<u32>,
    named: TextOrder,
    issues: Issues,
    kept: Kept,
}

impl Graph {
    /// Of the items that a question starts from or leads to, those that no visible event names.
    #[must_use]
    pub fn unknown(&self, question: &Question) -> Vec<String> {
        unknown(&View::new(self, question), question)
    }

    /// Walks to everything that the answer to a question names; the rest is told by the
    /// [`Telling`].
    #[must_use]
    pub fn tell(&self, question: &Question) -> Telling {
        let view = View::new(self, question);
        let mut parts = Parts::default();
        let starts = starts(&view, &question.start);
        for direction in question.direction.walks() {
            parts.add(&walk(&view, question, &starts, *direction));
        }
        Telling {
            question: question.clone(),
            unknown: unknown(&view, question),
            stage: Stage::Climb,
            at: 0,
            is_read: !question.containers,
            nodes: parts.parts.len(),
            parts,
            lots: Vec::new(),
            items: TextOrder::default(),
            mentions: Vec::new(),
            moved: Vec::new(),
            links: Vec::new(),
            parties: IdSet::default(),
            places: IdSet::default(),
            named: TextOrder::default(),
            issues: Issues::default(),
            kept: view.into_kept(),
        }
    }
}

impl Telling {
    /// Of the items that the question starts from or leads to, those that no visible event names.
    #[must_use]
    pub fn unknown(&self) -> &[String] {
        &self.unknown
    }

    /// The limits that cut the answer, with what they allow; known once lots are told.
    #[must_use]
    pub fn cut(&self) -> Vec<Cut> {
        cuts(&self.question, &self.parts.cut)
    }

    /// How many lots the answer has; known once the first is told.
    #[must_use]
    pub fn lots(&self) -> usize {
        self.lots.len()
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
