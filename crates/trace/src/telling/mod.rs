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
mod texts;

use std::collections::BTreeSet;

use crate::answer::{Answer, Cut, EventLine, Issue, Limit, Link, Lot};
use crate::graph::Graph;
use crate::intern::{IdSet, NONE};
use crate::question::Question;
use crate::starts::unknown;
use crate::view::{Kept, View};
use crate::walk::{starts, walk};
use events::EventTexts;
use issues::Issues;
use links::LinkDraft;
use lots::{LotDraft, Mention, MovedItem};
use parts::Parts;
use texts::TextOrder;

pub(crate) use lots::kind_of;

/// Lines of a piece, each counted with what it is made of: one to three milliseconds.
const LINES_AT_ONCE: usize = 1_024;

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

/// What a telling is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// From contents to containers.
    Climb,
    /// The texts of the items, for their order.
    Items,
    Lots,
    Events,
    /// When links were stated.
    TakeLinks,
    /// The texts of parties and places.
    Names,
    Links,
    Parties,
    Places,
    /// The events of issues in words.
    WordIssues,
    Issues,
    Done,
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

    /// Answers a question. The same events give the same answer in whatever order they came.
    #[must_use]
    pub fn trace(&self, question: &Question) -> Answer {
        let mut telling = self.tell(question);
        let mut answer = Answer::default();
        while telling.turn() {
            telling.go_on(self, &mut answer);
        }
        let (unknown, cut) = (telling.unknown.clone(), telling.cut());
        Answer { unknown, truncated: !cut.is_empty(), cut, ..answer }
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

    /// Puts in order what was read so far. This takes long where there is much, and needs no
    /// graph. Says whether anything is left to [go on](Self::go_on) with.
    pub fn turn(&mut self) -> bool {
        if self.is_read {
            self.stage = self.next();
            (self.at, self.is_read) = (0, false);
        }
        self.stage != Stage::Done
    }

    fn next(&mut self) -> Stage {
        match self.stage {
            Stage::Climb => {
                self.parts.sort();
                self.lots = LotDraft::all(&self.parts.parts);
                self.issues.find_cycles(&self.parts.flows);
                let ends = self.parts.flows.iter().flat_map(|flow| [flow.from, flow.to]);
                self.items =
                    TextOrder::of(self.lots.iter().map(LotDraft::item).chain(ends).collect());
                Stage::Items
            }
            Stage::Items => {
                self.items.sort();
                let items = &self.items;
                self.lots.sort_by_cached_key(|lot| (lot.depth(), items.rank(lot.item())));
                Stage::Lots
            }
            Stage::Lots => {
                self.parts.parts = Vec::new();
                self.mentions.sort_unstable();
                Stage::Events
            }
            Stage::Events => {
                self.mentions = Vec::new();
                Stage::TakeLinks
            }
            Stage::TakeLinks => {
                self.parts.flows = Vec::new();
                for ids in [&mut self.parties, &mut self.places] {
                    ids.remove(&NONE);
                }
                let ids = self.parties.iter().chain(&self.places).copied();
                // Movements and issues may have no place at one end.
                let ids = ids.chain(self.issues.places()).chain([NONE]);
                self.named = TextOrder::of(ids.collect());
                Stage::Names
            }
            Stage::Names => {
                self.named.sort();
                self.sort_links();
                Stage::Links
            }
            Stage::Links => {
                (self.links, self.moved) = (Vec::new(), Vec::new());
                Stage::Parties
            }
            Stage::Parties => Stage::Places,
            Stage::Places => Stage::WordIssues,
            Stage::WordIssues => {
                self.issues.sort(&self.items, &self.named);
                Stage::Issues
            }
            Stage::Issues | Stage::Done => Stage::Done,
        }
    }

    /// Reads or tells the next piece: bounded, but for what one item or event alone is.
    pub fn go_on(&mut self, graph: &Graph, lines: &mut impl Lines) {
        let view = View::keeping(graph, &self.question, std::mem::take(&mut self.kept));
        self.is_read = match self.stage {
            Stage::Climb => self.climb(&view),
            Stage::Items => self.items.read(graph),
            Stage::Lots => self.tell_lots(&view, lines),
            Stage::Events => self.tell_events(&view, lines),
            Stage::TakeLinks => self.take_links(&view),
            Stage::Names => self.named.read(graph),
            Stage::Links => self.tell_links(&view, lines),
            Stage::Parties => self.tell_names(&view, |told| &told.parties, |id| lines.party(id)),
            Stage::Places => self.tell_names(&view, |told| &told.places, |id| lines.place(id)),
            Stage::WordIssues => self.word_issues(&view),
            Stage::Issues => self.tell_issues(&view, lines),
            Stage::Done => true,
        };
        self.kept = view.into_kept();
    }

    fn climb(&mut self, view: &View<'_>) -> bool {
        let until = self.nodes.min(self.at + LINES_AT_ONCE);
        for index in self.at..until {
            self.parts.climb(view, index);
        }
        self.at = until;
        until >= self.nodes
    }

    fn tell_lots(&mut self, view: &View<'_>, lines: &mut impl Lines) -> bool {
        let mut told = 0;
        while told < LINES_AT_ONCE && self.at < self.lots.len() {
            told += 1 + self.lot(view, self.at, lines);
            self.at += 1;
        }
        self.at >= self.lots.len()
    }

    fn tell_events(&mut self, view: &View<'_>, lines: &mut impl Lines) -> bool {
        let mut texts = EventTexts::default();
        let until = self.mentions.len().min(self.at + LINES_AT_ONCE);
        while self.at < until {
            self.at = self.event(view, self.at, &mut texts, lines);
        }
        self.at >= self.mentions.len()
    }

    fn take_links(&mut self, view: &View<'_>) -> bool {
        let all = self.parts.flows.len() + self.moved.len();
        let until = all.min(self.at + LINES_AT_ONCE);
        for index in self.at..until {
            self.take_link(view, index);
        }
        self.at = until;
        if self.at >= all {
            self.issues.add_cycles(view);
        }
        self.at >= all
    }

    fn tell_links(&mut self, view: &View<'_>, lines: &mut impl Lines) -> bool {
        let mut event_id = String::new();
        let until = self.links.len().min(self.at + LINES_AT_ONCE);
        for index in self.at..until {
            self.link(view, index, &mut event_id, lines);
        }
        self.at = until;
        until >= self.links.len()
    }

    fn tell_names(
        &mut self,
        view: &View<'_>,
        among: impl Fn(&Self) -> &IdSet<u32>,
        mut tell: impl FnMut(&str),
    ) -> bool {
        let some = self.named.in_order().iter().skip(self.at).take(LINES_AT_ONCE);
        let wanted = among(self);
        some.filter(|id| wanted.contains(id)).for_each(|id| tell(view.text(*id)));
        self.at += LINES_AT_ONCE;
        self.at >= self.named.in_order().len()
    }

    fn word_issues(&mut self, view: &View<'_>) -> bool {
        let mut worded = 0;
        while worded < LINES_AT_ONCE {
            match self.issues.word_one(view) {
                Some(events) => worded += 1 + events,
                None => return true,
            }
        }
        false
    }

    fn tell_issues(&mut self, view: &View<'_>, lines: &mut impl Lines) -> bool {
        let mut told = 0;
        while told < LINES_AT_ONCE {
            match self.issue(view, self.at, lines) {
                Some(named) => told += 1 + named,
                None => return true,
            }
            self.at += 1;
        }
        false
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

impl Lines for Answer {
    fn lot(&mut self, lot: &Lot<&str>) {
        self.lots.push(lot.owned());
    }

    fn event(&mut self, event: &EventLine<&str>) {
        self.events.push(event.owned());
    }

    fn link(&mut self, link: &Link<&str>) {
        self.links.push(link.owned());
    }

    fn party(&mut self, id: &str) {
        self.parties.push(id.to_owned());
    }

    fn place(&mut self, id: &str) {
        self.places.push(id.to_owned());
    }

    fn issue(&mut self, issue: &Issue<&str>) {
        self.issues.push(issue.owned());
    }
}
