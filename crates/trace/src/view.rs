//! The graph as one question sees it: only the visible events, with what was already derived.

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

use laiqu_epcis::facts::{DAY_MICROS, ItemRole};
use smallvec::SmallVec;

use crate::answer::PositionLine;
use crate::attribution::Mentions;
use crate::containment::{Contents, Inside};
use crate::declaration::Standing;
use crate::few::Few;
use crate::grade::{Reason, Reasons};
use crate::graph::Graph;
use crate::intern::{IdMap, IdSet, NONE, site};
use crate::links::{Marks, Way};
use crate::moves::Moves;
use crate::question::{Interval, Question};
use crate::records::{EventRecord, ItemShape, RefKind, Since, StepKind};
use crate::vertex::{Hop, Part, Vertex};

/// Lots of a product that were ever at a site.
type LotsAt = IdMap<(u32, u32), Rc<[u32]>>;

/// A visible event of an item: earliest and latest moment, and the event.
type Span = (i64, i64, u32);

/// What is long to work out anew, for the next view of the same question.
#[derive(Debug, Default)]
pub(crate) struct Kept {
    contents: IdMap<u32, Arc<Contents>>,
    spans: IdMap<u32, Arc<[Span]>>,
    sites: IdMap<u32, u32>,
}

/// What a unit held so often, or an item whose events are so many, is kept.
const KEPT_LENGTH: usize = 64;

/// The visible part of a graph.
pub(crate) struct View<'g> {
    pub(crate) graph: &'g Graph,
    /// The party that looks; `Some(NONE)` for a party that no record names.
    party: Option<u32>,
    /// Entries from this index on are not seen.
    until: u64,
    /// All that is in the graph is seen.
    pub(crate) is_whole: bool,
    /// Events beyond it are seen, but not followed.
    within: Option<Interval>,
    contents: RefCell<IdMap<u32, Arc<Contents>>>,
    moves: RefCell<IdMap<u32, Rc<Moves>>>,
    stays: RefCell<IdMap<u32, Rc<[Inside]>>>,
    spans: RefCell<IdMap<u32, Arc<[Span]>>>,
    /// Sites of places.
    sites: RefCell<IdMap<u32, u32>>,
    pub(crate) mentions: RefCell<IdMap<u32, Rc<Mentions>>>,
    pub(crate) lots_at: RefCell<LotsAt>,
    used: RefCell<IdSet<u32>>,
}

impl<'g> View<'g> {
    pub(crate) fn new(graph: &'g Graph, question: &Question) -> View<'g> {
        let party = question
            .visible_to
            .as_ref()
            .map(|limit| graph.texts.find(&limit.party).unwrap_or(NONE));
        let until = question.as_of.unwrap_or(u64::MAX);
        View {
            graph,
            party,
            until,
            is_whole: party.is_none() && graph.is_whole(until),
            within: question.within,
            contents: RefCell::default(),
            moves: RefCell::default(),
            stays: RefCell::default(),
            spans: RefCell::default(),
            sites: RefCell::default(),
            mentions: RefCell::default(),
            lots_at: RefCell::default(),
            used: RefCell::default(),
        }
    }

    /// The same view as an earlier one, which kept this.
    pub(crate) fn keeping(graph: &'g Graph, question: &Question, kept: Kept) -> View<'g> {
        let Kept { contents, spans, sites } = kept;
        View {
            contents: contents.into(),
            spans: spans.into(),
            sites: sites.into(),
            ..View::new(graph, question)
        }
    }

    /// What the next view of the same question need not work out.
    pub(crate) fn into_kept(self) -> Kept {
        let (mut contents, mut spans) = (self.contents.into_inner(), self.spans.into_inner());
        contents.retain(|_, contents| contents.stays.len() >= KEPT_LENGTH);
        spans.retain(|_, spans| spans.len() >= KEPT_LENGTH);
        Kept { contents, spans, sites: self.sites.into_inner() }
    }

    pub(crate) fn text(&self, id: u32) -> &'g str {
        self.graph.texts.text(id)
    }

    /// The eventID of an event that the answer names, and so rests on.
    pub(crate) fn event_id(&self, event: u32) -> String {
        self.rest_on([event]);
        self.graph.event_ids.text(event)
    }

    /// The answer rests on these events.
    pub(crate) fn rest_on(&self, events: impl IntoIterator<Item = u32>) {
        self.used.borrow_mut().extend(events);
    }

    /// Positions of the events that the answer rests on, in order.
    pub(crate) fn rests_on(&self) -> Vec<PositionLine> {
        let used = self.used.borrow();
        let records = used.iter().filter_map(|event| self.graph.event(*event));
        let mut positions: Vec<PositionLine> =
            records.map(|record| record.position().into()).collect();
        positions.sort_unstable();
        positions
    }

    /// Was this event in the ledger, and may the asker see it?
    pub(crate) fn is_visible(&self, event: &EventRecord) -> bool {
        if event.position().index >= self.until {
            return false;
        }
        let Some(party) = self.party else { return true };
        event.issuer == party
            || self.graph.refs(event).any(|(kind, id)| {
                id == party && matches!(kind, RefKind::SourceParty | RefKind::DestinationParty)
            })
    }

    /// May this event have happened in the time that is followed?
    pub(crate) fn is_followed(&self, event: u32) -> bool {
        let Some(within) = self.within else { return true };
        let record = self.graph.event(event);
        record.is_some_and(|e| within.meets(e.time().earliest(), e.time().latest()))
    }

    /// Is a vertex in that time? Only food without a lot stands for an event.
    pub(crate) fn is_entered(&self, vertex: Vertex) -> bool {
        match vertex.part {
            Part::Mention(event) => self.is_followed(event),
            Part::Whole | Part::Epoch(_) | Part::Empty => true,
        }
    }

    /// Is no time set to what is followed?
    pub(crate) fn follows_all(&self) -> bool {
        self.within.is_none()
    }

    /// Is all of a step in that time?
    pub(crate) fn is_taken(&self, hop: &Hop) -> bool {
        self.follows_all()
            || self.is_followed(hop.flow.event)
                && self.is_followed(hop.end)
                && self.is_entered(hop.vertex)
    }

    /// Visible events that name an item, the retracted ones included.
    pub(crate) fn all_events(&self, item: u32) -> impl Iterator<Item = (u32, &'g EventRecord)> {
        let graph = self.graph;
        graph
            .events_naming(item)
            .iter()
            .filter_map(move |event| Some((*event, graph.event(*event)?)))
            .filter(|(_, record)| self.is_visible(record))
    }

    /// Visible events that name an item and still say something.
    pub(crate) fn events(&self, item: u32) -> impl Iterator<Item = (u32, &'g EventRecord)> {
        self.all_events(item).filter(|(_, record)| !self.standing(record).retracted)
    }

    /// What is left of an event after the declarations that were in the ledger.
    pub(crate) fn standing(&self, record: &EventRecord) -> Standing {
        self.graph.standing(record, self.until)
    }

    /// Of things with the entry that brought them, those that were in the ledger.
    pub(crate) fn known<'k>(&self, things: &'k [Since]) -> impl Iterator<Item = u32> + use<'k> {
        let until = self.until;
        let known = things.iter().map(|since| since.get());
        known.filter(move |(_, index)| *index < until).map(|(thing, _)| thing)
    }

    /// Is this entry among those that are seen?
    pub(crate) fn reaches(&self, index: u64) -> bool {
        index < self.until
    }

    /// Does any event name this place?
    pub(crate) fn is_recorded_at(&self, place: u32) -> bool {
        let mut events = self.graph.scope.at(place).iter();
        events.any(|event| self.graph.event(*event).is_some_and(|e| self.is_visible(e)))
    }

    /// What the records of the ledger say about an identifier.
    pub(crate) fn shape(&self, item: u32) -> ItemShape {
        self.graph.shape(item, self.until)
    }

    /// Is this event visible and not retracted?
    pub(crate) fn stands(&self, event: u32) -> bool {
        self.graph.event(event).is_some_and(|e| self.is_visible(e) && !self.standing(e).retracted)
    }

    /// What declarations say against an event.
    pub(crate) fn declared(&self, record: &EventRecord) -> Reasons {
        let standing = self.standing(record);
        let mut reasons = Reasons::NONE;
        if standing.in_error {
            reasons = reasons.with(Reasons::of(Reason::ErrorDeclared));
        }
        if standing.disputed {
            reasons = reasons.with(Reasons::of(Reason::Disputed));
        }
        reasons
    }

    pub(crate) fn has_role(&self, record: &EventRecord, item: u32, role: ItemRole) -> bool {
        self.graph.items(record).iter().any(|i| i.id == item && i.role() == role)
    }

    /// References of one kind.
    pub(crate) fn refs(&self, event: u32, kind: RefKind) -> impl Iterator<Item = u32> {
        let refs = self.graph.event(event).map(|record| self.graph.refs(record));
        refs.into_iter().flatten().filter(move |(other, _)| *other == kind).map(|(_, id)| id)
    }

    /// The site of a place. Sites are interned with the places that need them.
    pub(crate) fn site(&self, place: u32) -> u32 {
        *self.sites.borrow_mut().entry(place).or_insert_with(|| {
            let text = self.text(place);
            let whole = site(text);
            if whole.len() == text.len() {
                return place;
            }
            self.graph.texts.find(whole).unwrap_or(place)
        })
    }

    /// Where an event took place. Who sends states the place it leaves as the read point; all
    /// others the place where things are afterwards (EPCIS 2.0, section 7.3.5).
    pub(crate) fn place(&self, event: u32, record: &EventRecord) -> u32 {
        let leaves = matches!(record.step_kind(), StepKind::Departing | StepKind::Transporting);
        let is_coordinates = || self.text(record.read_point).starts_with("geo:");
        let places = if leaves && !is_coordinates() {
            [record.read_point, record.biz_location]
        } else {
            [record.biz_location, record.read_point]
        };
        let named = places.into_iter().find(|place| *place != NONE);
        let stated = match record.step_kind() {
            StepKind::Departing | StepKind::Transporting => Some(RefKind::SourcePlace),
            StepKind::Arriving => Some(RefKind::DestinationPlace),
            StepKind::VoidShipping | StepKind::Other => None,
        };
        named.or_else(|| stated.and_then(|kind| self.refs(event, kind).next())).unwrap_or(NONE)
    }

    /// What was inside a unit and when.
    pub(crate) fn contents(&self, parent: u32) -> Arc<Contents> {
        if let Some(known) = self.contents.borrow().get(&parent) {
            return Arc::clone(known);
        }
        let found = Arc::new(Contents::of(self, parent));
        self.contents.borrow_mut().insert(parent, Arc::clone(&found));
        found
    }

    /// Every stay of an item inside something, by the container's identifier, then time.
    pub(crate) fn stays_of(&self, item: u32) -> Rc<[Inside]> {
        if let Some(known) = self.stays.borrow().get(&item) {
            return Rc::clone(known);
        }
        let found: Rc<[Inside]> = self.find_stays(item).as_slice().into();
        self.stays.borrow_mut().insert(item, Rc::clone(&found));
        found
    }

    /// Visible events of an item, the retracted ones included, that may lie between two moments.
    pub(crate) fn events_between(&self, item: u32, from: i64, until: i64) -> Few {
        let spans = self.spans(item);
        // No stated time spans more than a day.
        let first = spans.partition_point(|span| span.0 < from.saturating_sub(DAY_MICROS));
        let between = spans.iter().skip(first).take_while(|span| span.0 <= until);
        between.filter(|span| span.1 >= from).map(|span| span.2).collect()
    }

    fn spans(&self, item: u32) -> Arc<[Span]> {
        if let Some(known) = self.spans.borrow().get(&item) {
            return Arc::clone(known);
        }
        let events = self.all_events(item);
        let mut spans: SmallVec<[Span; 8]> =
            events.map(|(event, e)| (e.time().earliest(), e.time().latest(), event)).collect();
        spans.sort_unstable();
        let found: Arc<[Span]> = spans.as_slice().into();
        self.spans.borrow_mut().insert(item, Arc::clone(&found));
        found
    }

    /// Does what is kept of an item say what is seen of it?
    pub(crate) fn keeps(&self, item: u32) -> bool {
        self.is_whole || self.party.is_none() && self.graph.links.changed.holds(item, self.until)
    }

    /// What makes more count than the lists of an item: all of it where they are not what is seen.
    pub(crate) fn marks(&self, item: u32) -> Marks {
        if self.keeps(item) { self.graph.links.marks(item) } else { Marks::ALL }
    }

    /// The way on from an item: through its events where its lists are not what is seen.
    pub(crate) fn way(&self, item: u32, back: bool) -> Way {
        if self.keeps(item) { self.graph.links.way(item, back) } else { Way::LONG }
    }

    /// What makes the presence of an item at an event unsure.
    pub(crate) fn status(&self, item: u32, event: u32) -> Reasons {
        if !self.keeps(item) {
            return self.moves(item).status(event);
        }
        let links = &self.graph.links;
        links.settled.status(item, event).unwrap_or_else(|| {
            let moves = self.moves(item);
            links.settle(item, &moves.doubts);
            moves.status(event)
        })
    }

    /// Where an item was and how it moved.
    pub(crate) fn moves(&self, item: u32) -> Rc<Moves> {
        if let Some(known) = self.moves.borrow().get(&item) {
            return Rc::clone(known);
        }
        let found = Rc::new(Moves::of(self, item));
        self.moves.borrow_mut().insert(item, Rc::clone(&found));
        found
    }
}
