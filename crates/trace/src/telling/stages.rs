//! The stages of a telling, piece by piece.

use crate::graph::Graph;
use crate::intern::{IdSet, NONE};
use crate::telling::events::EventTexts;
use crate::telling::lots::LotDraft;
use crate::telling::texts::TextOrder;
use crate::telling::{Lines, Telling};
use crate::view::View;

/// Lines of a piece, each counted with what it is made of: one to three milliseconds.
const LINES_AT_ONCE: usize = 1_024;

/// What a telling is at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stage {
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

impl Telling {
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
