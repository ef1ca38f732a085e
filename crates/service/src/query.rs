//! Answers to event queries, page by page.
//!
//! The index gives candidates in the order asked for; each is read and compared with the query
//! before it is told. All pages of an answer show the ledger at the size that the first one saw, so
//! that what is captured meanwhile neither moves nor repeats an event.

use crate::cursor::{CURSOR_SECONDS, Cursor, QueryDigest};
use crate::error::{Code, Error};
use crate::events::StoredEvent;
use crate::limits::{QUERY_CANDIDATES_MAX, QUERY_EVENTS_MAX, QUERY_PAGE_BYTES_MAX};
use crate::metrics::QuestionKind;
use crate::principal::Principal;
use crate::service::Service;
use crate::token::sha256;
use crate::views::{Views, issuer_term};
use laiqu_epcis::Event;
use laiqu_epcis::facts::Position;
use laiqu_epcis::identifier::canonical;
use laiqu_epcis::query::{Atom, EventQuery, NoMasterData, Order, concerns_term};
use laiqu_index::{Condition, Direction, EventIndex};

/// Candidates that are read at once.
const READ_AT_ONCE: usize = 32;

/// A query and the page of its answer that is wanted.
#[derive(Clone, Debug)]
pub struct EventAsk {
    /// What events must be like, and their order.
    pub query: EventQuery,
    /// The query in one text, the same for each of its pages and for no other query.
    pub text: String,
    /// Most events on the page; at most [`QUERY_EVENTS_MAX`] come.
    pub per_page: usize,
    /// The token that the page before gave.
    pub token: Option<String>,
}

/// One page of an answer.
#[derive(Clone, Debug)]
pub struct EventPage {
    /// Its events in the order asked for; may be fewer than wanted also where others follow.
    pub events: Vec<StoredEvent>,
    /// What leads on; the last page has none.
    pub next: Option<NextPage>,
}

/// What leads to the next page.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NextPage {
    /// Its token.
    pub token: String,
    /// Until when it may be used, RFC 3339 in UTC.
    pub expires: String,
}

/// An event that the index found: its key in the order asked for, and where it stands.
type Candidate = (Option<u64>, Position);

/// What a page begins behind.
struct Begin {
    size: u64,
    told: u64,
    last: Option<Candidate>,
}

impl Service {
    /// One page of the events that match a query and that the caller may read.
    ///
    /// # Errors
    /// Where the token does not lead on here, or more events match than the query allows.
    pub fn query_events(&self, ask: &EventAsk, who: &Principal) -> Result<EventPage, Error> {
        let asking = self.asking(QuestionKind::Events);
        let digest = query_digest(&ask.text, who);
        let settled = |size| -> EventAsk {
            let query = ask.query.settled(&self.master_at(size, who));
            EventAsk { query, text: String::new(), token: None, ..*ask }
        };
        let (ask, begin) = match &ask.token {
            Some(token) => {
                let Cursor { size, told, key, position, .. } = self.page_of(token, digest)?;
                (settled(size), Begin { size, told, last: Some((key, position)) })
            }
            None => {
                let size = self.shared().views.read().size;
                let ask = settled(size);
                self.check_count(&ask.query, size, who)?;
                (ask, Begin { size, told: 0, last: None })
            }
        };
        let Begin { size, told, .. } = begin;
        let (events, last) =
            self.page(&ask.query, begin, (ask.per_page, QUERY_PAGE_BYTES_MAX), who)?;
        let next = last.map(|(key, position)| {
            let told = told + events.len() as u64;
            self.next_page(Cursor { query: digest, size, told, key, position, expires: 0 })
        });
        asking.found(events.len());
        Ok(EventPage { events, next })
    }

    /// Gives a page's token up: it leads nowhere any more.
    ///
    /// # Errors
    /// Where this server did not give it, or it has expired.
    pub fn give_up_page(&self, token: &str) -> Result<(), Error> {
        self.cursors().give_up(token, now_seconds())
    }

    /// What leads to the page that begins here.
    pub(crate) fn next_page(&self, cursor: Cursor) -> NextPage {
        let expires = now_seconds() + CURSOR_SECONDS;
        let token = self.cursors().token(&Cursor { expires, ..cursor });
        let expires = laiqu_ledger::format_time(expires * 1_000_000).unwrap_or_default();
        NextPage { token, expires }
    }

    /// Where the page of this token begins, if it goes on with this query.
    pub(crate) fn page_of(&self, token: &str, query: QueryDigest) -> Result<Cursor, Error> {
        self.cursors().read(token, query, now_seconds())
    }

    /// The events of a page, and what the next one begins behind if there is a next one.
    fn page(
        &self,
        query: &EventQuery,
        begin: Begin,
        (most, bytes_max): (usize, usize),
        who: &Principal,
    ) -> Result<(Vec<StoredEvent>, Option<Candidate>), Error> {
        let left = query.event_count_limit.map(|limit| limit.saturating_sub(begin.told));
        let left = left.map_or(usize::MAX, |left| usize::try_from(left).unwrap_or(usize::MAX));
        let wanted = most.clamp(1, QUERY_EVENTS_MAX).min(left);
        let (mut events, mut bytes, mut examined) = (Vec::new(), 0, 0);
        let (mut last_told, mut last) = (begin.last, begin.last);
        if wanted == 0 {
            return Ok((events, None));
        }
        // One more than wanted tells whether another page follows.
        let mut count = wanted.saturating_add(1);
        loop {
            let found = self.candidates(query, begin.size, last, who, count);
            for candidates in found.chunks(READ_AT_ONCE) {
                let matching = self.matching(query, begin.size, candidates, who)?;
                for (candidate, event) in candidates.iter().zip(matching) {
                    if let Some(event) = event {
                        let is_full = events.len() == wanted || bytes > bytes_max;
                        if is_full {
                            return Ok((events, last_told));
                        }
                        bytes += event.raw.len();
                        events.push(event);
                        last_told = Some(*candidate);
                        if events.len() == left {
                            return Ok((events, None));
                        }
                    }
                    last = Some(*candidate);
                }
                examined += candidates.len();
                if examined >= QUERY_CANDIDATES_MAX.max(wanted + READ_AT_ONCE) {
                    return Ok((events, last));
                }
            }
            if found.len() < count {
                return Ok((events, None));
            }
            count = QUERY_CANDIDATES_MAX;
        }
    }

    /// Up to `most` events that match a query in the order of recording, behind a position in a
    /// ledger of this size, and behind which position to go on where there may be more. No further
    /// event is taken once they have `bytes_max` bytes.
    pub(crate) fn events_between(
        &self,
        query: &EventQuery,
        (last, size): (Position, u64),
        (most, bytes_max): (usize, usize),
        who: &Principal,
    ) -> Result<(Vec<StoredEvent>, Option<Position>), Error> {
        let begin = Begin { size, told: 0, last: Some((None, last)) };
        let (events, next) = self.page(query, begin, (most, bytes_max), who)?;
        Ok((events, next.map(|(_, position)| position)))
    }

    /// Refuses a query that more events match than it allows.
    fn check_count(&self, query: &EventQuery, size: u64, who: &Principal) -> Result<(), Error> {
        let Some(max) = query.max_event_count else { return Ok(()) };
        let (found, candidates) = {
            let views = self.shared().views.read();
            let selected = selected(&views, &self.clauses(query, who), size);
            let at_most = QUERY_CANDIDATES_MAX.saturating_add(1);
            let seqs = views.events.by_arrival(&selected, Direction::Ascending, None, at_most);
            let placed = |seq| views.events.position(seq).map(|position| (None, position));
            (selected.len(), seqs.into_iter().filter_map(placed).collect::<Vec<Candidate>>())
        };
        if found <= max {
            return Ok(());
        }
        let mut matching = 0;
        // In no order, so that each event has one place.
        let mut query = query.clone();
        query.order = Order::Recorded;
        for candidates in candidates.chunks(READ_AT_ONCE) {
            let read = self.matching(&query, size, candidates, who)?;
            matching += read.into_iter().flatten().count() as u64;
            if matching > max {
                break;
            }
        }
        if matching <= max && found <= QUERY_CANDIDATES_MAX as u64 {
            return Ok(());
        }
        let detail = format!(
            "more events match than maxEventCount={max} allows; ask more narrowly, or leave it out \
             and read page by page"
        );
        Err(Error::new(Code::QueryTooLarge, detail))
    }

    /// Up to `count` candidates in the order asked for, behind the last one.
    fn candidates(
        &self,
        query: &EventQuery,
        size: u64,
        last: Option<Candidate>,
        who: &Principal,
        count: usize,
    ) -> Vec<Candidate> {
        let clauses = self.clauses(query, who);
        let views = self.shared().views.read();
        let selected = selected(&views, &clauses, size);
        in_order(&views, &selected, query, last, count)
    }

    /// Each candidate's event, where it matches and the caller may read it. In the order of an
    /// extension an event is a candidate at each of its values, and told at the largest.
    fn matching(
        &self,
        query: &EventQuery,
        size: u64,
        candidates: &[Candidate],
        who: &Principal,
    ) -> Result<Vec<Option<StoredEvent>>, Error> {
        let master = self.master_at(size, who);
        let positions: Vec<Position> = candidates.iter().map(|(_, at)| *at).collect();
        let is_largest = |slot: usize, event: &Event<'_>| match query.order {
            Order::Extension(_) => {
                candidates.get(slot).is_some_and(|(key, _)| *key == query.sort_key(event))
            }
            Order::Recorded | Order::EventTime => true,
        };
        self.read_events(&positions, who, &|slot, event, recorded| {
            is_largest(slot, event)
                && query.matches(event, &event.facts(recorded.event_id), recorded, &master)
        })
    }

    /// What an event must have in the index: what is asked, and what lets the caller read it.
    fn clauses(&self, query: &EventQuery, who: &Principal) -> Vec<Vec<Condition>> {
        let plan = query.plan(&NoMasterData);
        let clauses = plan.all.iter().map(|any| any.iter().map(condition).collect());
        clauses.chain(self.visible_to(who)).collect()
    }

    /// Events of a business: its own, and those that name it as their source or destination.
    pub(crate) fn visible_to(&self, who: &Principal) -> Option<Vec<Condition>> {
        let Principal::Business { party } = who else { return None };
        let own = Condition::Term(issuer_term(*party));
        let registry = self.registry();
        let named = registry.party(*party).map(|party| canonical(party.id.as_str()).into_owned());
        let named = named.map(|id| Condition::Term(concerns_term(&id)));
        Some(std::iter::once(own).chain(named).collect())
    }
}

pub(crate) fn condition(atom: &Atom) -> Condition {
    match *atom {
        Atom::Term(term) => Condition::Term(term),
        Atom::Range { key, from, to } => Condition::Range { axis: key, low: from, high: to },
        Atom::Recorded { from, to } => Condition::Recorded { low: from, high: to },
    }
}

fn selected(views: &Views, clauses: &[Vec<Condition>], size: u64) -> laiqu_index::EventSet {
    let end = views.events.seq_at(Position { index: size, ordinal: 0 });
    views.events.select(clauses, end)
}

fn in_order(
    views: &Views,
    selected: &laiqu_index::EventSet,
    query: &EventQuery,
    last: Option<Candidate>,
    count: usize,
) -> Vec<Candidate> {
    let events = &views.events;
    let direction = if query.ascending { Direction::Ascending } else { Direction::Descending };
    // An ascending order goes on behind the last event, a descending one before it.
    let start = last.map(|(key, Position { index, ordinal })| {
        let behind = ordinal.saturating_add(u32::from(query.ascending));
        (key, events.seq_at(Position { index, ordinal: behind }))
    });
    let placed = |key, seq| events.position(seq).map(|position| (key, position));
    match (&query.order, query.order_keys().as_slice()) {
        (Order::EventTime, [axis]) => {
            let start = start.map(|(key, seq)| (key.unwrap_or(0), seq));
            let found = events.by_key(selected, *axis, direction, start, count);
            found.into_iter().filter_map(|(key, seq)| placed(Some(key), seq)).collect()
        }
        (Order::Extension(_), axes) => {
            let mut found = Vec::new();
            if !matches!(last, Some((None, _))) {
                let start = start.map(|(key, seq)| (key.unwrap_or(0), seq));
                let keys = by_any(events, selected, axes, (direction, start), count);
                found.extend(keys.into_iter().filter_map(|(key, seq)| placed(Some(key), seq)));
            }
            if found.len() < count {
                // Events without the extension come last, whichever way the order goes.
                let any = |axis: &u64| Condition::Range { axis: *axis, low: 0, high: u64::MAX };
                let keyed = events.select(&[axes.iter().map(any).collect()], u32::MAX);
                let start = start.filter(|(key, _)| key.is_none()).map(|(_, seq)| seq);
                let rest = selected - keyed;
                let rest = events.by_arrival(&rest, direction, start, count - found.len());
                found.extend(rest.into_iter().filter_map(|seq| placed(None, seq)));
            }
            found
        }
        _ => {
            let start = start.map(|(_, seq)| seq);
            let found = events.by_arrival(selected, direction, start, count);
            found.into_iter().filter_map(|seq| placed(None, seq)).collect()
        }
    }
}

/// Up to `limit` of these events in order of their keys on any of some axes, behind `start`.
fn by_any(
    events: &EventIndex,
    selected: &laiqu_index::EventSet,
    axes: &[u64],
    (direction, start): (Direction, Option<(u64, u32)>),
    limit: usize,
) -> Vec<(u64, u32)> {
    let of_axis = |axis: &u64| events.by_key(selected, *axis, direction, start, limit);
    let mut found: Vec<(u64, u32)> = axes.iter().flat_map(of_axis).collect();
    found.sort_unstable();
    found.dedup();
    if direction == Direction::Descending {
        found.reverse();
    }
    found.truncate(limit);
    found
}

pub(crate) fn now_seconds() -> u64 {
    u64::try_from(crate::clock::wall_micros() / 1_000_000).unwrap_or(0)
}

/// The digest of a query and of who asks it.
pub(crate) fn query_digest(text: &str, who: &Principal) -> QueryDigest {
    let who = match who {
        Principal::Operator => "operator".to_owned(),
        Principal::Public => "public".to_owned(),
        Principal::Business { party } => format!("party {party}"),
    };
    let digest = sha256(format!("{who}\n{text}").as_bytes()).0;
    digest.first_chunk().copied().unwrap_or_default()
}
