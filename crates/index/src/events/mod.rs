//! Which events a query selects, and in which order they are told.
//!
//! Every event has a sequence number in order of arrival. What can be asked of it is a set of terms
//! (64-bit digests) and of keys on axes (times, amounts); both lead to sequence numbers. The index
//! only finds: whoever gets a position reads the event that stands there.

mod axis;
mod postings;

#[cfg(test)]
mod tests;

use axis::Axis;
use laiqu_epcis::facts::Position;
use laiqu_epcis::query::{EventTerms, NamedId, attribute_digests, described_id};
use postings::{ByDigest, Postings};
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::ops::Range;

/// Events by their sequence numbers.
pub type EventSet = RoaringBitmap;

/// One thing that an event must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The term with this digest.
    Term(u64),
    /// A key on an axis, both ends included.
    Range {
        /// The axis.
        axis: u64,
        /// Least key.
        low: u64,
        /// Greatest key.
        high: u64,
    },
    /// A time of record, both ends included, in the unit that events were inserted with.
    Recorded {
        /// Earliest.
        low: u64,
        /// Latest.
        high: u64,
    },
}

/// Which way events are told.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Direction {
    /// Least first.
    Ascending,
    /// Greatest first.
    Descending,
}

/// Events by what they say. Grows only; forgetting means building it anew.
#[derive(Debug, Default)]
pub struct EventIndex {
    /// Ledger entry of each event, by sequence number.
    indexes: Vec<u64>,
    /// Place in the document of each event, by sequence number.
    ordinals: Vec<u32>,
    /// Time of record of each event, by sequence number; it never goes back.
    recorded: Vec<u64>,
    postings: Postings,
    axes: ByDigest<Axis>,
    /// Attributes of identifiers, by digest.
    attributes: ByDigest<Vec<u64>>,
}

impl EventIndex {
    /// Adds the next event. Positions and times of record come in ascending order.
    pub fn insert(&mut self, position: Position, recorded: u64, event: &EventTerms) {
        let Ok(seq) = u32::try_from(self.indexes.len()) else {
            tracing::error!("2^32 events are indexed; later ones are found by trace only");
            return;
        };
        self.indexes.push(position.index);
        self.ordinals.push(position.ordinal);
        self.recorded.push(recorded);
        for term in &event.terms {
            self.postings.insert(*term, seq);
        }
        for (axis, key) in &event.ranges {
            self.axes.entry(*axis).or_default().insert(*key, seq);
        }
        if self.attributes.is_empty() {
            return;
        }
        for named in &event.named {
            for attribute in self.attributes.get(&named.id).into_iter().flatten() {
                self.postings.insert(named.term(*attribute), seq);
            }
        }
    }

    /// Takes in that an identifier has attributes (ids with their values as JSON): events that name
    /// it, those that are here and those to come, are then found by them. Nothing takes an
    /// attribute away again.
    pub fn describe<'a>(&mut self, id: &str, attributes: impl Iterator<Item = (&'a str, &'a str)>) {
        let known = self.attributes.entry(described_id(id)).or_default();
        let mut new: Vec<u64> =
            attributes.flat_map(|(id, value)| attribute_digests(id, value)).collect();
        new.retain(|attribute| !known.contains(attribute));
        new.sort_unstable();
        new.dedup();
        known.extend(&new);
        if new.is_empty() {
            return;
        }
        for (named, term) in NamedId::everywhere(id) {
            let Some(events) = self.postings.find(term).map(Cow::into_owned) else { continue };
            for attribute in &new {
                self.postings.extend(named.term(*attribute), &events);
            }
        }
    }

    /// How many events are indexed.
    #[must_use]
    pub fn len(&self) -> usize {
        self.indexes.len()
    }

    /// Whether none is indexed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.indexes.is_empty()
    }

    /// Where the event with this sequence number stands.
    #[must_use]
    pub fn position(&self, seq: u32) -> Option<Position> {
        let at = seq as usize;
        Some(Position { index: *self.indexes.get(at)?, ordinal: *self.ordinals.get(at)? })
    }

    /// The sequence number of the first event at or behind a position.
    #[must_use]
    pub fn seq_at(&self, position: Position) -> u32 {
        let begin = self.indexes.partition_point(|index| *index < position.index);
        let end = self.indexes.partition_point(|index| *index <= position.index);
        let ordinals = self.ordinals.get(begin..end).unwrap_or_default();
        narrow(begin + ordinals.partition_point(|ordinal| *ordinal < position.ordinal))
    }

    /// Whether one of these events meets one of these conditions.
    #[must_use]
    pub fn meets(&self, conditions: &[Condition], among: &EventSet) -> bool {
        !self.either(conditions).is_disjoint(among)
    }

    /// Events before the sequence number `end` that meet every clause: at least one condition of
    /// each. No clause asks for all.
    #[must_use]
    pub fn select(&self, clauses: &[Vec<Condition>], end: u32) -> RoaringBitmap {
        let end = end.min(narrow(self.len()));
        let mut parts = Vec::with_capacity(clauses.len());
        for clause in clauses {
            let part = self.either(clause);
            if part.is_empty() {
                return RoaringBitmap::new();
            }
            parts.push(part);
        }
        // Small sets first: what follows costs what the smallest holds.
        parts.sort_by_cached_key(|part| part.len());
        let mut parts = parts.into_iter();
        let mut selected = match parts.next() {
            Some(first) => first.into_owned(),
            None => whole(0..end),
        };
        for part in parts {
            selected &= &*part;
        }
        selected.remove_range(end..);
        selected
    }

    /// Events that meet one of these conditions.
    fn either(&self, conditions: &[Condition]) -> Cow<'_, RoaringBitmap> {
        let mut found: Cow<'_, RoaringBitmap> = Cow::Owned(RoaringBitmap::new());
        for condition in conditions {
            let part = match condition {
                Condition::Term(term) => match self.postings.find(*term) {
                    Some(part) => part,
                    None => continue,
                },
                Condition::Range { axis, low, high } => match self.axes.get(axis) {
                    Some(axis) => axis.range(*low, *high),
                    None => continue,
                },
                Condition::Recorded { low, high } => {
                    let begin = self.recorded.partition_point(|time| time < low);
                    let end = self.recorded.partition_point(|time| time <= high);
                    Cow::Owned(whole(narrow(begin)..narrow(end)))
                }
            };
            if found.is_empty() {
                found = part;
            } else {
                *found.to_mut() |= &*part;
            }
        }
        found
    }

    /// Up to `limit` of these events in order of arrival: ascending from the sequence number
    /// `start` on, descending before it.
    #[must_use]
    pub fn by_arrival(
        &self,
        selected: &RoaringBitmap,
        direction: Direction,
        start: Option<u32>,
        limit: usize,
    ) -> Vec<u32> {
        match (direction, start) {
            (Direction::Ascending, start) => {
                selected.range(start.unwrap_or(0)..).take(limit).collect()
            }
            (Direction::Descending, None) => selected.iter().rev().take(limit).collect(),
            (Direction::Descending, Some(start)) => {
                selected.range(..start).rev().take(limit).collect()
            }
        }
    }

    /// Up to `limit` of these events, each with its key, in order of their keys on an axis, then of
    /// arrival: ascending from the key and sequence number `start` on, descending before it.
    /// Events without a key are left out; one with several keys comes once for each.
    #[must_use]
    pub fn by_key(
        &self,
        selected: &RoaringBitmap,
        axis: u64,
        direction: Direction,
        start: Option<(u64, u32)>,
        limit: usize,
    ) -> Vec<(u64, u32)> {
        let Some(axis) = self.axes.get(&axis) else { return Vec::new() };
        axis.walk(selected, direction, start, limit)
    }
}

/// All of a range as a set.
fn whole(range: Range<u32>) -> RoaringBitmap {
    let mut all = RoaringBitmap::new();
    all.insert_range(range);
    all
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
