//! Keys in order, each with its event, as a file holds them.
//!
//! So many keys are a block, so many of these a larger one, and so on; each whole block's events
//! are also a set. A range is the union of the sets of the largest blocks in it and of what single
//! keys its two ends add; a walk steps over blocks that hold nothing wanted.

use super::Direction;
use super::postings::append;
use laiqu_columns::Blobs;
use roaring::RoaringBitmap;
use std::ops::Range;

/// Keys in a block of the lowest level. Tests have so few that small cases have all levels.
const BLOCK_KEYS: usize = if cfg!(test) { 4 } else { 2_048 };
/// Blocks in one of the next level.
const BLOCKS: usize = if cfg!(test) { 3 } else { 64 };

/// Keys in a block of each level of which there is a whole one among so many keys.
pub(super) fn levels(len: usize) -> impl Iterator<Item = usize> {
    let sizes = std::iter::successors(Some(BLOCK_KEYS), |size| size.checked_mul(BLOCKS));
    sizes.take_while(move |size| *size <= len)
}

/// The sets of an axis in the order in which they are saved: of the blocks of each level, then of
/// all keys. `events` are all events in the order of their keys.
pub(super) fn sets(events: &[u32]) -> impl Iterator<Item = Vec<u8>> {
    let len = events.len();
    let all = (len >= BLOCK_KEYS).then_some(len);
    levels(len).chain(all).flat_map(move |size| events.chunks_exact(size).map(bytes_of))
}

fn bytes_of(events: &[u32]) -> Vec<u8> {
    // In order many are added for a fraction of what they cost one by one.
    let mut events = events.to_vec();
    events.sort_unstable();
    events.dedup();
    let mut set = RoaringBitmap::new();
    append(&mut set, &events);
    set.optimize();
    let mut bytes = Vec::with_capacity(set.serialized_size());
    // Without a set, its keys are looked at one by one.
    if set.serialize_into(&mut bytes).is_err() {
        bytes.clear();
    }
    bytes
}

/// All saved keys of one kind.
#[derive(Clone, Copy, Debug)]
pub(super) struct SavedAxis<'a> {
    /// In order of key, then event.
    pub(super) keys: &'a [u64],
    /// In step with the keys.
    pub(super) events: &'a [u32],
    pub(super) sets: &'a Blobs,
    /// Where the axis' own begin among the sets.
    pub(super) first_set: usize,
}

impl<'a> SavedAxis<'a> {
    /// Events with a key from `low` to `high`, both included.
    pub(super) fn range(self, low: u64, high: u64) -> RoaringBitmap {
        let Range { start: mut at, end } = self.places(low, high);
        let blocks: usize = levels(end).map(|size| end / size).sum();
        // So few keys that they are no block have no set: what lies there is another axis'.
        if at == 0
            && end == self.keys.len()
            && blocks > 0
            && let Some(all) = self.set(blocks)
        {
            return all;
        }
        let mut found = RoaringBitmap::new();
        while at < end {
            let fits = |size: &usize| at.is_multiple_of(*size) && at + size <= end;
            if let Some(size) = levels(self.keys.len()).take_while(fits).last()
                && let Some(set) = self.block(size, at)
            {
                found |= set;
                at += size;
            } else {
                let next = (at + 1).next_multiple_of(BLOCK_KEYS).min(end);
                found.extend(self.events.get(at..next).unwrap_or_default());
                at = next;
            }
        }
        found
    }

    /// Where keys from `low` to `high` lie.
    pub(super) fn places(self, low: u64, high: u64) -> Range<usize> {
        let begin = self.keys.partition_point(|key| *key < low);
        begin..self.keys.partition_point(|key| *key <= high)
    }

    /// The selected events in order: ascending from `start` on, descending before it.
    pub(super) fn walk(
        self,
        selected: &'a RoaringBitmap,
        direction: Direction,
        start: Option<(u64, u32)>,
    ) -> impl Iterator<Item = (u64, u32)> + 'a {
        let (place, len) = (start.map(|start| self.place(start)), self.keys.len());
        let rest = match direction {
            Direction::Ascending => place.unwrap_or(0)..len,
            Direction::Descending => 0..place.unwrap_or(len),
        };
        Walk { axis: self, selected, direction, rest }
    }

    /// All keys in order, each with its event.
    pub(super) fn pairs(self) -> impl Iterator<Item = (u64, u32)> + 'a {
        self.keys.iter().copied().zip(self.events.iter().copied())
    }

    /// Where the first pair is that is not before this one.
    fn place(self, (key, event): (u64, u32)) -> usize {
        let Range { start, end } = self.places(key, key);
        let same = self.events.get(start..end).unwrap_or_default();
        start + same.partition_point(|known| *known < event)
    }

    /// The events of the block of this size that begins at a key.
    fn block(self, size: usize, at: usize) -> Option<RoaringBitmap> {
        let len = self.keys.len();
        let below: usize = levels(len).take_while(|level| *level < size).map(|l| len / l).sum();
        self.set(below + at / size)
    }

    fn set(self, number: usize) -> Option<RoaringBitmap> {
        RoaringBitmap::deserialize_from(self.sets.get(self.first_set + number)).ok()
    }
}

/// On the way over keys.
struct Walk<'a> {
    axis: SavedAxis<'a>,
    selected: &'a RoaringBitmap,
    direction: Direction,
    rest: Range<usize>,
}

impl Iterator for Walk<'_> {
    type Item = (u64, u32);

    fn next(&mut self) -> Option<(u64, u32)> {
        loop {
            while self.skip() {}
            let at = match self.direction {
                Direction::Ascending => self.rest.next()?,
                Direction::Descending => self.rest.next_back()?,
            };
            let event = *self.axis.events.get(at)?;
            if self.selected.contains(event) {
                return Some((*self.axis.keys.get(at)?, event));
            }
        }
    }
}

impl Walk<'_> {
    /// Steps over the largest block that comes next and holds nothing selected.
    fn skip(&mut self) -> bool {
        let Range { start, end } = self.rest;
        let begin = |size: usize| match self.direction {
            Direction::Ascending => Some(start).filter(|_| start.is_multiple_of(size)),
            Direction::Descending => end.checked_sub(size).filter(|_| end.is_multiple_of(size)),
        };
        let is_free = |size: &usize| {
            let begin = begin(*size).filter(|at| start <= *at && at + size <= end);
            let set = begin.and_then(|at| self.axis.block(*size, at));
            set.is_some_and(|set| set.is_disjoint(self.selected))
        };
        let Some(size) = levels(self.axis.keys.len()).take_while(is_free).last() else {
            return false;
        };
        match self.direction {
            Direction::Ascending => self.rest.start += size,
            Direction::Descending => self.rest.end -= size,
        }
        true
    }
}
