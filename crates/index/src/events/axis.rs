//! Keys that came since the last save, in order, each with its event.
//!
//! Keys lie in chunks; each chunk also holds its events as a set, so that a range is the union of
//! the sets of whole chunks and of what single keys its two ends add.

use super::Direction;
use roaring::{MultiOps, RoaringBitmap};
use std::borrow::Cow;

/// Most keys in one chunk: an insertion moves half of them, a range looks at two chunks' keys.
pub(super) const CHUNK_KEYS_MAX: usize = 2_048;

/// Keys and events in step, in order of key, then event.
#[derive(Debug, Default)]
struct Chunk {
    keys: Vec<u64>,
    events: Vec<u32>,
    set: RoaringBitmap,
}

/// All keys of one kind.
#[derive(Debug, Default)]
pub(super) struct Axis {
    chunks: Vec<Chunk>,
    /// Every event that has a key here.
    all: RoaringBitmap,
}

impl Axis {
    /// Adds a key of the event `seq`, the newest so far.
    pub(super) fn insert(&mut self, key: u64, seq: u32) {
        self.all.insert(seq);
        let at = self.chunks.partition_point(|chunk| chunk.first_key() <= key);
        let at = at.saturating_sub(1);
        let is_last = at + 1 >= self.chunks.len();
        match self.chunks.get_mut(at) {
            None => self.chunks.push(Chunk::of(key, seq)),
            Some(chunk) if chunk.keys.len() < CHUNK_KEYS_MAX => chunk.insert(key, seq),
            // Times mostly come in order: then chunks stay full.
            Some(chunk) if is_last && chunk.last_key() <= key => {
                chunk.shrink();
                self.chunks.push(Chunk::of(key, seq));
            }
            Some(chunk) => {
                let mut upper = chunk.split();
                let into = if upper.first_key() <= key { &mut upper } else { chunk };
                into.insert(key, seq);
                self.chunks.insert(at + 1, upper);
            }
        }
    }

    /// Events with a key from `low` to `high`, both included.
    pub(super) fn range(&self, low: u64, high: u64) -> Cow<'_, RoaringBitmap> {
        let is_all =
            |first: &Chunk, last: &Chunk| low <= first.first_key() && last.last_key() <= high;
        if self.chunks.first().zip(self.chunks.last()).is_some_and(|(a, z)| is_all(a, z)) {
            return Cow::Borrowed(&self.all);
        }
        let touched = self.touched(low, high);
        let is_whole = |chunk: &&Chunk| chunk.first_key() >= low && chunk.last_key() <= high;
        let mut found = touched.iter().filter(is_whole).map(|chunk| &chunk.set).union();
        for chunk in touched.iter().filter(|chunk| !is_whole(chunk)) {
            let begin = chunk.keys.partition_point(|key| *key < low);
            let end = chunk.keys.partition_point(|key| *key <= high);
            found.extend(chunk.events.get(begin..end).unwrap_or_default());
        }
        Cow::Owned(found)
    }

    /// About how many keys lie from `low` to `high`.
    pub(super) fn cost(&self, low: u64, high: u64) -> usize {
        self.touched(low, high).len() * CHUNK_KEYS_MAX
    }

    /// Chunks with keys from `low` to `high`.
    fn touched(&self, low: u64, high: u64) -> &[Chunk] {
        let begin = self.chunks.partition_point(|chunk| chunk.last_key() < low);
        let end = self.chunks.partition_point(|chunk| chunk.first_key() <= high);
        self.chunks.get(begin..end).unwrap_or_default()
    }

    /// The selected events in order: ascending from `start` on, descending before it.
    pub(super) fn walk<'a>(
        &'a self,
        selected: &'a RoaringBitmap,
        direction: Direction,
        start: Option<(u64, u32)>,
    ) -> Box<dyn Iterator<Item = (u64, u32)> + 'a> {
        let is_due = move |at: &(u64, u32)| match (direction, start) {
            (_, None) => true,
            (Direction::Ascending, Some(start)) => *at >= start,
            (Direction::Descending, Some(start)) => *at < start,
        };
        let is_wanted = move |chunk: &&Chunk| {
            let edge = match direction {
                Direction::Ascending => chunk.pair(chunk.keys.len().saturating_sub(1)),
                Direction::Descending => chunk.pair(0),
            };
            edge.is_some_and(|edge| is_due(&edge)) && !chunk.set.is_disjoint(selected)
        };
        let wanted = move |at: &(u64, u32)| is_due(at) && selected.contains(at.1);
        match direction {
            Direction::Ascending => {
                let chunks = self.chunks.iter().filter(is_wanted);
                Box::new(chunks.flat_map(Chunk::pairs).filter(wanted))
            }
            Direction::Descending => {
                let chunks = self.chunks.iter().rev().filter(is_wanted);
                Box::new(chunks.flat_map(|chunk| chunk.pairs().rev()).filter(wanted))
            }
        }
    }

    /// All keys in order, each with its event.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u64, u32)> {
        self.chunks.iter().flat_map(Chunk::pairs)
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        self.chunks.iter().map(|chunk| chunk.keys.len()).sum()
    }
}

impl Chunk {
    fn of(key: u64, seq: u32) -> Self {
        let mut chunk = Self::default();
        chunk.insert(key, seq);
        chunk
    }

    fn first_key(&self) -> u64 {
        self.keys.first().copied().unwrap_or(0)
    }

    fn last_key(&self) -> u64 {
        self.keys.last().copied().unwrap_or(0)
    }

    fn pair(&self, at: usize) -> Option<(u64, u32)> {
        Some((*self.keys.get(at)?, *self.events.get(at)?))
    }

    fn pairs(&self) -> impl DoubleEndedIterator<Item = (u64, u32)> + '_ {
        self.keys.iter().copied().zip(self.events.iter().copied())
    }

    /// Events come in ascending order, so that a key goes behind its equals.
    fn insert(&mut self, key: u64, seq: u32) {
        let at = self.keys.partition_point(|known| *known <= key);
        self.keys.insert(at, key);
        self.events.insert(at, seq);
        self.set.insert(seq);
    }

    /// Gives the upper half away.
    fn split(&mut self) -> Self {
        let half = self.keys.len() / 2;
        let (keys, events) = (self.keys.split_off(half), self.events.split_off(half));
        let set = events.iter().collect();
        self.set = self.events.iter().collect();
        Self { keys, events, set }
    }

    /// Nothing more comes to its end.
    fn shrink(&mut self) {
        self.keys.shrink_to_fit();
        self.events.shrink_to_fit();
        self.set.optimize();
    }
}
