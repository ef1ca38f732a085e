//! Queries and events in digests, for an index.

use super::attributes::{CONCERNS, Recorded, attributes};
use super::described::NamedId;
use super::field::{Field, Value, ordered_number, ordered_time, text_digest};
use super::read::CollectionKind;
use crate::event::Event;
use crate::facts::Facts;

/// What an index can look up.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Atom {
    /// Events with this term.
    Term(u64),
    /// Events with a value under this key from one to the other, both included.
    Range {
        /// The key.
        key: u64,
        /// The smallest.
        from: u64,
        /// The largest.
        to: u64,
    },
    /// Events recorded from one time to the other, both included, as ordered values.
    Recorded {
        /// The earliest.
        from: u64,
        /// The latest.
        to: u64,
    },
}

/// Where candidates stand: in every list, under one of its atoms at least; under none of an empty
/// one. Every event that matches the query is one; a candidate that does not match is told by
/// comparing it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Plan {
    /// One list for each condition.
    pub all: Vec<Vec<Atom>>,
}

/// What an index keeps of an event.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct EventTerms {
    /// Terms, sorted, each once.
    pub terms: Vec<u64>,
    /// Keys with ordered values, sorted, each pair once. `recordTime` is none of them: the order in
    /// which events are recorded says it.
    pub ranges: Vec<(u64, u64)>,
    /// Identifiers that master data may describe, sorted, each once in each field.
    pub named: Vec<NamedId>,
}

/// Room for so many terms, keys and names is made at once.
const TERMS_USUAL: usize = 32;

/// The terms of an event; `facts` are the event's own.
#[must_use]
pub fn terms(event: &Event<'_>, facts: &Facts, recorded: Recorded<'_>) -> EventTerms {
    // What most events have: lists that grow are copied.
    let mut found = EventTerms {
        terms: Vec::with_capacity(TERMS_USUAL),
        ranges: Vec::with_capacity(TERMS_USUAL),
        named: Vec::with_capacity(TERMS_USUAL),
    };
    attributes(event, facts, recorded, &mut |field, value| match value {
        Value::Text(text) => {
            let text = text_digest(text);
            if let Some(named) = NamedId::of(&field, text) {
                found.named.push(named);
            }
            if !field.has_parts() {
                found.terms.push(field.term_of(text));
            }
        }
        // A query for it asks for its parts, which are here too.
        Value::Number(_) if field.has_parts() => {}
        Value::Present => found.terms.push(field.present()),
        Value::Number(number) => found.ranges.push((field.numbers(), ordered_number(number))),
        Value::Time(_) if field == Field::Standard("recordTime") => {}
        Value::Time(micros) => found.ranges.push((field.times(), ordered_time(micros))),
    });
    found.terms.sort_unstable();
    found.terms.dedup();
    found.ranges.sort_unstable();
    found.ranges.dedup();
    found.named.sort_unstable();
    found.named.dedup();
    found
}

/// The term of events that were sent from or to this party or place.
#[must_use]
pub fn concerns_term(canonical: &str) -> u64 {
    Field::Standard(CONCERNS).term(canonical)
}

/// The terms of events that name a member of a collection, in canonical form; each such event has
/// one of them.
#[must_use]
pub fn member_terms(kind: CollectionKind, canonical: &str) -> Vec<u64> {
    let fields: &[&'static str] = match kind {
        CollectionKind::EventTypes => &["eventType"],
        CollectionKind::Epcs => &["anyEPC", "anyEPCClass"],
        CollectionKind::BizSteps => &["bizStep"],
        CollectionKind::BizLocations => &["bizLocation"],
        CollectionKind::ReadPoints => &["readPoint"],
        CollectionKind::Dispositions => &["disposition"],
    };
    let parts = fields.iter().flat_map(|name| Field::Standard(name).parts());
    parts.map(|part| part.term(canonical)).collect()
}

/// The term of events of this type, by its name in documents.
#[must_use]
pub fn event_type_term(name: &str) -> u64 {
    Field::Standard("eventType").term(name)
}
