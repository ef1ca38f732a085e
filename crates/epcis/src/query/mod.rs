//! Event queries (EPCIS 2.0, section 8.2.7.1): parameters, what they mean, and how an index finds
//! candidates for them.
//!
//! A query is a list of conditions that must all hold; each holds where one of its tests does.
//! [`EventQuery::matches`] is what a query means. [`EventQuery::plan`] and [`terms`] say the same
//! in digests: an index that keeps the terms of events finds at least every event that matches.

mod attributes;
mod described;
mod extensions;
mod fault;
mod field;
mod parameter;
mod pattern;
mod plan;
mod read;
mod test;

use crate::event::Event;
use crate::facts::Facts;
pub use attributes::{CONCERNS, Recorded};
pub use described::{NamedId, attribute_digests, described_id};
pub use fault::{QueryFault, QueryFaultCode};
pub use field::{Field, Scope, Value, ordered_time};
pub use plan::{Atom, EventTerms, Plan, concerns_term, event_type_term, member_terms, terms};
pub use read::CollectionKind;
use std::borrow::Cow;
use test::{Range, Test};

/// Most parameters of one query.
pub const PARAMETERS_MAX: usize = 100;
/// Most values of one parameter.
pub const VALUES_MAX: usize = 1_000;

/// What the answer is ordered by.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Order {
    /// The ledger's own order, which is that of `recordTime`.
    #[default]
    Recorded,
    /// `eventTime`, then the ledger's order.
    EventTime,
    /// An extension of the event, then the ledger's order; events without it come last.
    Extension(Field<'static>),
}

/// A query as it was read.
#[derive(Clone, Debug, Default)]
pub struct EventQuery {
    conditions: Vec<Condition>,
    /// What the answer is ordered by.
    pub order: Order,
    /// Whether the smallest comes first; with `orderBy` the standard's default is the largest.
    pub ascending: bool,
    /// Only so many events, the first in order.
    pub event_count_limit: Option<u64>,
    /// More events than this are refused.
    pub max_event_count: Option<u64>,
}

/// One parameter: an event has to pass one of its tests.
#[derive(Clone, Debug, PartialEq)]
struct Condition {
    any: Vec<Test>,
}

/// What master data adds to queries.
pub trait MasterDataSource {
    /// Canonical identifiers of everything inside this place, at any depth, without itself.
    fn within(&self, id: &str) -> Vec<String>;
    /// Canonical identifiers that have this attribute, with one of these values if any are given.
    fn with_attribute(&self, attribute: &str, values: Option<&[String]>) -> Vec<String>;
    /// Whether a canonical identifier has this attribute, with one of these values if any are
    /// given.
    fn has_attribute(&self, id: &str, attribute: &str, values: Option<&[String]>) -> bool;
}

/// No master data.
#[derive(Clone, Copy, Debug, Default)]
pub struct NoMasterData;

impl MasterDataSource for NoMasterData {
    fn within(&self, _: &str) -> Vec<String> {
        Vec::new()
    }

    fn with_attribute(&self, _: &str, _: Option<&[String]>) -> Vec<String> {
        Vec::new()
    }

    fn has_attribute(&self, _: &str, _: &str, _: Option<&[String]>) -> bool {
        false
    }
}

impl EventQuery {
    /// Whether an event is among the answers; `facts` are the event's own.
    #[must_use]
    pub fn matches(
        &self,
        event: &Event<'_>,
        facts: &Facts,
        recorded: Recorded<'_>,
        master: &dyn MasterDataSource,
    ) -> bool {
        let settled = self.as_settled(master);
        let conditions = &settled.conditions;
        let mut met = vec![false; conditions.len()];
        attributes::attributes(event, facts, recorded, &mut |field, value| {
            for (met, condition) in met.iter_mut().zip(conditions) {
                *met = *met || condition.any.iter().any(|test| test.passes(&field, value, master));
            }
        });
        met.into_iter().all(|met| met)
    }

    /// How an index finds candidates.
    #[must_use]
    pub fn plan(&self, master: &dyn MasterDataSource) -> Plan {
        let atoms = |Condition { any }: &Condition| any.iter().flat_map(Test::atoms).collect();
        let settled = self.as_settled(master);
        Plan { all: settled.conditions.iter().map(atoms).collect() }
    }

    /// The query with what master data knows now of what stands inside places, and of extensions
    /// that name what it describes. What attributes other fields must have is left to
    /// [`Self::matches`]: an index has terms for them.
    #[must_use]
    pub fn settled(&self, master: &dyn MasterDataSource) -> Self {
        let resolved = |Condition { any }: &Condition| Condition {
            any: any.iter().map(|test| test.resolved(master)).collect(),
        };
        Self { conditions: self.conditions.iter().map(resolved).collect(), ..self.clone() }
    }

    /// The query for events that are also recorded at this time or later (microseconds since 1970),
    /// in the order in which they were recorded, however many there are.
    #[must_use]
    pub fn recorded_from(mut self, micros: i64) -> Self {
        let from = Range::From(field::ordered_time(micros));
        let any = vec![Test::Time(Field::Standard("recordTime"), from)];
        self.conditions.push(Condition { any });
        self.in_order_of_recording()
    }

    /// The query for all of its events, in the order in which they were recorded.
    #[must_use]
    pub fn in_order_of_recording(self) -> Self {
        let (event_count_limit, max_event_count) = (None, None);
        Self { order: Order::Recorded, ascending: true, event_count_limit, max_event_count, ..self }
    }

    /// Whether nothing is asked of the events.
    #[must_use]
    pub fn is_unconditional(&self) -> bool {
        self.conditions.is_empty()
    }

    /// Keys of an index whose values the answer is ordered by; none where it is the order in which
    /// events were recorded. The largest value of an event counts.
    #[must_use]
    pub fn order_keys(&self) -> Vec<u64> {
        match &self.order {
            Order::Recorded => Vec::new(),
            Order::EventTime => vec![Field::Standard("eventTime").times()],
            Order::Extension(field) => vec![field.numbers(), field.times()],
        }
    }

    /// The value that the answer is ordered by, where that is an extension: its largest.
    #[must_use]
    pub fn sort_key(&self, event: &Event<'_>) -> Option<u64> {
        let Order::Extension(wanted) = &self.order else { return None };
        let mut largest = None;
        extensions::extensions(event, event.node(), Scope::Event, &mut |field, value| {
            let key = match value {
                Value::Number(number) => Some(field::ordered_number(number)),
                Value::Time(micros) => Some(field::ordered_time(micros)),
                Value::Text(_) | Value::Present => None,
            };
            if field == *wanted {
                largest = largest.max(key);
            }
        });
        largest
    }

    fn as_settled(&self, master: &dyn MasterDataSource) -> Cow<'_, Self> {
        let mut tests = self.conditions.iter().flat_map(|condition| &condition.any);
        if tests.all(Test::is_settled) {
            Cow::Borrowed(self)
        } else {
            Cow::Owned(self.settled(master))
        }
    }
}

#[cfg(test)]
mod tests;
