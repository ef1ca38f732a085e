//! Keys that came since the last save, in order, each with its event.
//!
//! Keys lie in chunks; each chunk also holds its events as a set, so that a range is the union of
//! the sets of whole chunks and of what single keys its two ends add.

use super::Direction;
use super::postings::append;
use itertools::Itertools as _;
use roaring::{MultiOps, RoaringBitmap};
use std::borrow::Cow;

/// Most keys in one chunk: an insertion moves half of them, a range looks at two chunks' keys.
pub(super) const CHUNK_KEYS_MAX: usize = if cfg!(test) { 64 } else { 2_048 };

/// Most keys that wait for their chunks.
const RECENT_MAX: usize = if cfg!(test) { CHUNK_KEYS_MAX / 2 } else { CHUNK_KEYS_MAX * 2 };
/// So many keys of one chunk are added faster in one pass over it than each by itself.
const PASS_KEYS_MIN: usize = if cfg!(test) { 4 } else { 16 };

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
    /// Every event that has a key in a chunk.
    all: RoaringBitmap,
    /// Keys that came last, each with its event, as they came: many are added together.
    recent: Vec<(u64, u32)>,
}

impl Axis {
    /// Adds a key of the event `seq`, the newest so far.
    pub(super) fn insert(&mut self, key: u64, seq: u32) {
        if self.recent.len() >= RECENT_MAX {
            self.settle();
        }
        self.recent.push((key, seq));
    }

    /// Puts recent keys into their chunks.
    fn settle(&mut self) {
        let mut recent = std::mem::take(&mut self.recent);
        let seqs: Vec<u32> = recent.iter().map(|(_, seq)| *seq).dedup().collect();
        // The last event may have had a key already.
        let known = self.all.max();
        append(&mut self.all, seqs.strip_prefix(known.as_slice()).unwrap_or(&seqs));
        recent.sort_unstable();
        let mut rest = &recent[..];
        while let Some((first, _)) = rest.first() {
            let at = self.chunk_of(*first);
            let next = self.chunks.get(at + 1).map(Chunk::first_key);
            let end = rest.partition_point(|(key, _)| next.is_none_or(|next| *key < next));
            let (keys, behind) = rest.split_at(end);
            if keys.len() < PASS_KEYS_MIN {
                keys.iter().for_each(|(key, seq)| self.insert_one(*key, *seq));
            } else {
                self.insert_all(at, keys);
            }
            rest = behind;
        }
        recent.clear();
        self.recent = recent;
    }

    /// The chunk that a key belongs into.
    fn chunk_of(&self, key: u64) -> usize {
        let behind = self.chunks.partition_point(|chunk| chunk.first_key() <= key);
        behind.saturating_sub(1)
    }

    /// Puts keys in order into the chunk that all of them belong into.
    fn insert_all(&mut self, at: usize, keys: &[(u64, u32)]) {
        let is_last = at + 1 >= self.chunks.len();
        if self.chunks.is_empty() {
            self.chunks.push(Chunk::default());
        }
        let Some(chunk) = self.chunks.get_mut(at) else { return };
        let follows = is_last && keys.first().is_some_and(|(key, _)| chunk.last_key() <= *key);
        chunk.merge(keys);
        if chunk.keys.len() <= CHUNK_KEYS_MAX {
            return;
        }
        // Times mostly come in order: then chunks stay full.
        let (len, size) = (chunk.keys.len(), CHUNK_KEYS_MAX);
        let size = if follows { size } else { len.div_ceil(len.div_ceil(size / 4 * 3)) };
        let mut chunks = chunk.split_into(size);
        if follows && let Some((_, full)) = chunks.split_last_mut() {
            full.iter_mut().for_each(Chunk::shrink);
        }
        self.chunks.splice(at..=at, chunks);
    }

    fn insert_one(&mut self, key: u64, seq: u32) {
        let at = self.chunk_of(key);
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
        let is_in = |(key, _): &&(u64, u32)| (low..=high).contains(key);
        let recent = self.recent.iter().filter(is_in).map(|(_, seq)| *seq);
        let mut found = self.settled_range(low, high);
        if self.recent.iter().any(|one| is_in(&one)) {
            found.to_mut().extend(recent.dedup());
        }
        found
    }

    fn settled_range(&self, low: u64, high: u64) -> Cow<'_, RoaringBitmap> {
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
        self.touched(low, high).len() * CHUNK_KEYS_MAX + self.recent.len()
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
        let mut recent: Vec<_> = self.recent.iter().copied().filter(wanted).collect();
        recent.sort_unstable();
        match direction {
            Direction::Ascending => {
                let chunks = self.chunks.iter().filter(is_wanted);
                Box::new(chunks.flat_map(Chunk::pairs).filter(wanted).merge(recent))
            }
            Direction::Descending => {
                let chunks = self.chunks.iter().rev().filter(is_wanted);
                let settled = chunks.flat_map(|chunk| chunk.pairs().rev()).filter(wanted);
                Box::new(settled.merge_by(recent.into_iter().rev(), |a, b| a >= b))
            }
        }
    }

    /// All keys in order, each with its event.
    pub(super) fn pairs(&self) -> impl Iterator<Item = (u64, u32)> {
        let mut recent = self.recent.clone();
        recent.sort_unstable();
        self.chunks.iter().flat_map(Chunk::pairs).merge(recent)
    }

    /// How many keys there are.
    pub(super) fn len(&self) -> usize {
        let settled: usize = self.chunks.iter().map(|chunk| chunk.keys.len()).sum();
        settled + self.recent.len()
    }
}

impl Chunk {
    fn of(key: u64, seq: u32) -> Self {
        let mut chunk = Self::default();
        chunk.insert(key, seq);
        chunk
    }

    /// Puts keys in order among those that are here, each behind its equals: from the last to the
    /// first, so that every key moves once.
    fn merge(&mut self, keys: &[(u64, u32)]) {
        let mut old = self.keys.len();
        let mut end = old + keys.len();
        self.keys.resize(end, 0);
        self.events.resize(end, 0);
        for (key, seq) in keys.iter().rev() {
            let before = self.keys.get(..old).unwrap_or_default();
            let from = before.partition_point(|known| known <= key);
            let to = end - (old - from);
            self.keys.copy_within(from..old, to);
            self.events.copy_within(from..old, to);
            (old, end) = (from, to - 1);
            if let (Some(place), Some(event)) = (self.keys.get_mut(end), self.events.get_mut(end)) {
                (*place, *event) = (*key, *seq);
            }
        }
        self.set.extend(keys.iter().map(|(_, seq)| *seq).dedup());
    }

    /// Pieces of so many keys.
    fn split_into(&self, size: usize) -> Vec<Self> {
        let pieces = self.keys.chunks(size).zip(self.events.chunks(size));
        let of = |(keys, events): (&[u64], &[u32])| {
            let set = events.iter().collect();
            Self { keys: keys.to_vec(), events: events.to_vec(), set }
        };
        pieces.map(of).collect()
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
