//! Which events a query selects, and in which order they are told.
//!
//! Every event has a sequence number in order of arrival. What can be asked of it is a set of terms
//! (64-bit digests) and of keys on axes (times, amounts); both lead to sequence numbers. The index
//! only finds: whoever gets a position reads the event that stands there.

mod axes;
mod axis;
mod postings;
mod saved_axis;
mod saved_posting;
mod select;

#[cfg(test)]
mod tests;

use axes::Axes;
use laiqu_columns::{Column, Error, Groups, Opened, Saving};
use laiqu_epcis::facts::Position;
use laiqu_epcis::query::{EventTerms, NamedId, attribute_digests, described_id};
pub(crate) use postings::Postings;
use roaring::RoaringBitmap;
pub use select::Condition;
use std::borrow::Cow;

/// Events by their sequence numbers.
pub type EventSet = RoaringBitmap;

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
    /// Where each event stands, by sequence number.
    places: Column<Place>,
    /// Time of record of each event, by sequence number; it never goes back.
    recorded: Column<u64>,
    postings: Postings,
    axes: Axes,
    /// Attributes of identifiers, by digest.
    attributes: Groups<u64, u64>,
}

/// A position as it is compared: the index of the entry in two halves, the ordinal.
type Place = [u32; 3];

#[allow(clippy::cast_possible_truncation, reason = "halves")]
fn place(Position { index, ordinal }: Position) -> Place {
    [(index >> 32) as u32, index as u32, ordinal]
}

impl EventIndex {
    /// The index that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold it.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let index = Self {
            places: Column::open(opened, &format!("{name}.places"))?,
            recorded: Column::open(opened, &format!("{name}.recorded"))?,
            postings: Postings::open(opened, &format!("{name}.postings"))?,
            axes: Axes::open(opened, &format!("{name}.axes"))?,
            attributes: Groups::open(opened, &format!("{name}.attributes"))?,
        };
        if index.places.len() == index.recorded.len() {
            return Ok(index);
        }
        Err(opened.damaged(format!("{name} has not one time of record for each event")))
    }

    /// Writes the index under a name.
    ///
    /// # Errors
    /// Where it cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.places.save(saving, &format!("{name}.places"))?;
        self.recorded.save(saving, &format!("{name}.recorded"))?;
        self.postings.save(saving, &format!("{name}.postings"))?;
        self.axes.save(saving, &format!("{name}.axes"))?;
        self.attributes.save(saving, &format!("{name}.attributes"))
    }

    /// Adds the next event. Positions and times of record come in ascending order.
    pub fn insert(&mut self, position: Position, recorded: u64, event: &EventTerms) {
        let Ok(seq) = u32::try_from(self.places.len()) else {
            tracing::error!("2^32 events are indexed; later ones are found by trace only");
            return;
        };
        self.places.push(place(position));
        self.recorded.push(recorded);
        for term in &event.terms {
            self.postings.insert(*term, seq);
        }
        for (axis, key) in &event.ranges {
            self.axes.insert(*axis, *key, seq);
        }
        if self.attributes.is_empty() {
            return;
        }
        for named in &event.named {
            for attribute in self.attributes.get(named.id) {
                self.postings.insert(named.term(*attribute), seq);
            }
        }
    }

    /// Takes in that an identifier has attributes (ids with their values as JSON): events that name
    /// it, those that are here and those to come, are then found by them. Nothing takes an
    /// attribute away again.
    pub fn describe<'a>(&mut self, id: &str, attributes: impl Iterator<Item = (&'a str, &'a str)>) {
        let described = described_id(id);
        let known = self.attributes.get(described);
        let mut new: Vec<u64> =
            attributes.flat_map(|(id, value)| attribute_digests(id, value)).collect();
        new.retain(|attribute| !known.contains(attribute));
        new.sort_unstable();
        new.dedup();
        if new.is_empty() {
            return;
        }
        new.iter().for_each(|attribute| self.attributes.push(described, *attribute));
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
        self.places.len()
    }

    /// Whether none is indexed.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.places.is_empty()
    }

    /// Where the event with this sequence number stands.
    #[must_use]
    pub fn position(&self, seq: u32) -> Option<Position> {
        let [high, low, ordinal] = *self.places.get(seq as usize)?;
        Some(Position { index: (u64::from(high) << 32) | u64::from(low), ordinal })
    }

    /// The sequence number of the first event at or behind a position.
    #[must_use]
    pub fn seq_at(&self, position: Position) -> u32 {
        let wanted = place(position);
        narrow(self.places.partition_point(|place| *place < wanted))
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
        self.axes.walk(axis, selected, direction, start).take(limit).collect()
    }
}

fn narrow(at: usize) -> u32 {
    u32::try_from(at).unwrap_or(u32::MAX)
}
