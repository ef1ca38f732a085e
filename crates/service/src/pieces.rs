//! A trace that is told piece by piece from what writes go on to change.
//!
//! A piece is read under the lock of the projections, and a write waits for no more than that: the
//! walk to everything that the answer names, then about a thousand lines at a time, or all of one
//! item's life. The question is of one size, and what lies below it stays as it is, with two
//! exceptions. Where other projections take the place of these because theirs are kept in a file,
//! the answer goes on with the old ones. Where a document is erased, the answer ends: nothing that
//! was erased may be told, and a part of it could have been.

use crate::ask::{Named, TraceQuestion, TraceView};
use crate::error::{Code, Error};
use crate::principal::Principal;
use crate::private::ErasedEntry;
use crate::publisher::Shared;
use crate::service::Service;
use crate::views::{Retired, Views};
use laiqu_trace::{Cut, EventLine, Issue, Lines, Link, Lot, Question, Telling};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Who takes the lines of an answer with the names that people know.
pub(crate) trait NamedLines {
    fn lot(&mut self, lot: &Lot<&str>);
    fn event(&mut self, event: &EventLine<&str>);
    fn link(&mut self, link: &Link<&str>);
    fn party(&mut self, party: &Named<&str>);
    fn place(&mut self, place: &Named<&str>);
    fn issue(&mut self, issue: &Issue<&str>);
}

/// A trace of which some is told.
#[derive(Debug)]
pub(crate) struct Pieces {
    shared: Arc<Shared>,
    /// Of the projections that it began with.
    began_with: Arc<Retired>,
    /// Documents that were erased before it began.
    erased: usize,
    size: u64,
    telling: Telling,
    beside: Beside,
}

/// What an answer says beside its lines.
#[derive(Debug, Default)]
pub(crate) struct Beside {
    /// Names of lots and products.
    names: BTreeMap<String, String>,
    /// Erased documents behind its events, and the entry that erased each.
    erased: BTreeMap<u64, u64>,
}

/// What stands behind the lines.
pub(crate) struct Rest {
    pub(crate) cut: Vec<Cut>,
    pub(crate) names: BTreeMap<String, String>,
    pub(crate) erased: Vec<ErasedEntry>,
}

impl Pieces {
    /// Walks, and gives what stands before the lines.
    pub(crate) fn begin(
        service: &Service,
        asked: &TraceQuestion,
        who: &Principal,
    ) -> Result<(Self, TraceView), Error> {
        let (starts, walk) = asked.read()?;
        let visible_to = who.visibility(&service.registry());
        let shared = service.shared();
        let views = shared.views.read();
        let ledger = service.state_asked(&views, asked.as_of)?;
        let question = Question { visible_to, as_of: Some(ledger.size), ..walk };
        let telling = views.graph.tell(&question);
        let size = ledger.size;
        let head = TraceView::head(ledger, asked, starts, &question, &telling);
        let pieces = Self {
            shared: Arc::clone(shared),
            began_with: Arc::clone(&views.retired),
            erased: views.recognised.erased.len(),
            size,
            telling,
            beside: Beside::default(),
        };
        Ok((pieces, head))
    }

    /// Tells a piece; says whether there was one.
    pub(crate) fn go_on(&mut self, lines: &mut impl NamedLines) -> Result<bool, Error> {
        if !self.telling.turn() {
            return Ok(false);
        }
        let shown = self.shared.views.read();
        let is_current = Arc::ptr_eq(&shown.retired, &self.began_with);
        let views = if is_current { Some(&*shown) } else { self.began_with.views() };
        let is_whole = shown.recognised.erased.len() == self.erased;
        let Some(views) = views.filter(|_| is_whole) else {
            let detail = "a document was erased while the answer was told; ask again";
            return Err(Error::new(Code::Overloaded, detail));
        };
        self.beside.go_on(views, self.size, &mut self.telling, lines);
        Ok(true)
    }

    /// How many lots the answer has.
    pub(crate) fn lots(&self) -> usize {
        self.telling.lots()
    }

    /// What stands behind the lines, once all are told.
    pub(crate) fn rest(&mut self) -> Rest {
        std::mem::take(&mut self.beside).rest(&self.telling)
    }

    pub(crate) fn finish(self, view: TraceView) -> TraceView {
        self.beside.finish(&self.telling, view)
    }
}

impl Beside {
    /// Tells a piece.
    pub(crate) fn go_on(
        &mut self,
        views: &Views,
        size: u64,
        telling: &mut Telling,
        lines: &mut impl NamedLines,
    ) {
        telling.go_on(&views.graph, &mut Naming { views, size, beside: self, lines });
    }

    fn rest(self, telling: &Telling) -> Rest {
        let erased = self.erased.into_iter();
        let erased = erased.map(|(index, by)| ErasedEntry { index, by: Some(by) }).collect();
        Rest { cut: telling.cut(), names: self.names, erased }
    }

    /// The whole answer.
    pub(crate) fn finish(self, telling: &Telling, view: TraceView) -> TraceView {
        let Rest { cut, names, erased } = self.rest(telling);
        TraceView { truncated: !cut.is_empty(), cut, names, erased, ..view }
    }
}

/// Looks up names on the way.
struct Naming<'a, L> {
    views: &'a Views,
    size: u64,
    beside: &'a mut Beside,
    lines: &'a mut L,
}

impl<L: NamedLines> Lines for Naming<'_, L> {
    fn lot(&mut self, lot: &Lot<&str>) {
        for id in std::iter::once(lot.id).chain(lot.product) {
            let names = &mut self.beside.names;
            if !names.contains_key(id)
                && let Some(name) = self.views.names.at(id, self.size)
            {
                names.insert(id.to_owned(), name.to_owned());
            }
        }
        self.lines.lot(lot);
    }

    fn event(&mut self, event: &EventLine<&str>) {
        let index = event.position.index;
        if let Some(by) = self.views.recognised.erased.get(&index) {
            self.beside.erased.insert(index, *by);
        }
        self.lines.event(event);
    }

    fn link(&mut self, link: &Link<&str>) {
        self.lines.link(link);
    }

    fn party(&mut self, id: &str) {
        self.lines.party(&Named { id, name: self.views.names.at(id, self.size) });
    }

    fn place(&mut self, id: &str) {
        self.lines.place(&Named { id, name: self.views.names.at(id, self.size) });
    }

    fn issue(&mut self, issue: &Issue<&str>) {
        self.lines.issue(issue);
    }
}

impl NamedLines for TraceView {
    fn lot(&mut self, lot: &Lot<&str>) {
        self.lots.push(lot.owned());
    }

    fn event(&mut self, event: &EventLine<&str>) {
        self.events.push(event.owned());
    }

    fn link(&mut self, link: &Link<&str>) {
        self.links.push(link.owned());
    }

    fn party(&mut self, party: &Named<&str>) {
        self.parties.push(party.owned());
    }

    fn place(&mut self, place: &Named<&str>) {
        self.places.push(place.owned());
    }

    fn issue(&mut self, issue: &Issue<&str>) {
        self.issues.push(issue.owned());
    }
}

impl Named<&str> {
    fn owned(&self) -> Named {
        Named { id: self.id.to_owned(), name: self.name.map(str::to_owned) }
    }
}
