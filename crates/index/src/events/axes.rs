//! One axis for each kind of time or amount: keys in order, each with its event.

use super::Direction;
use super::axis::Axis;
use super::saved_axis::{SavedAxis, levels, sets};
use itertools::Itertools as _;
use laiqu_columns::{Blobs, Column, Error, Opened, Saving, Table};
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::collections::HashMap;

/// All axes: what the file holds, and what came since.
#[derive(Debug, Default)]
pub(super) struct Axes {
    /// Where the keys of each axis begin and end, and where its sets begin.
    saved: Table<u64, [u64; 3]>,
    keys: Column<u64>,
    events: Column<u32>,
    sets: Blobs,
    /// By digests that anyone can work out, so that their order must be secret.
    new: HashMap<u64, Axis, foldhash::fast::RandomState>,
}

impl Axes {
    /// The axes that a file holds under this name.
    pub(super) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let axes = Self {
            saved: Table::open(opened, name)?,
            keys: Column::open(opened, &format!("{name}.keys"))?,
            events: Column::open(opened, &format!("{name}.events"))?,
            sets: Blobs::open(opened, &format!("{name}.sets"))?,
            new: HashMap::default(),
        };
        if axes.keys.len() == axes.events.len() {
            return Ok(axes);
        }
        Err(opened.damaged(format!("{name} has not one event for each key")))
    }

    /// Writes all axes under a name.
    pub(super) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let new = self.new.keys().copied().filter(|axis| !self.saved.contains(*axis));
        let all: Vec<u64> = self.saved.iter().map(|(axis, _)| *axis).chain(new).collect();
        let pairs = || all.iter().flat_map(|axis| self.pairs(*axis));
        saving.stream(&format!("{name}.keys"), pairs().map(|(key, _)| [key]))?;
        saving.stream(&format!("{name}.events"), pairs().map(|(_, event)| [event]))?;
        let sets_of = |axis: &u64| {
            let axis = *axis;
            sets(self.len(axis), move || self.pairs(axis).map(|(_, event)| event))
        };
        Blobs::stream(saving, &format!("{name}.sets"), all.iter().flat_map(sets_of))?;
        let (mut saved, mut begin, mut first_set) = (Table::default(), 0, 0);
        for axis in &all {
            let len = self.len(*axis);
            saved.or_insert(*axis, [begin, begin + len, first_set].map(|at| at as u64));
            begin += len;
            let blocks: usize = levels(len).map(|size| len / size).sum();
            first_set += blocks + usize::from(blocks > 0);
        }
        saved.save(saving, name)
    }

    /// Adds a key of the event `seq`, the newest so far.
    pub(super) fn insert(&mut self, axis: u64, key: u64, seq: u32) {
        self.new.entry(axis).or_default().insert(key, seq);
    }

    /// Events with a key from `low` to `high` on an axis, both included.
    pub(super) fn range(&self, axis: u64, low: u64, high: u64) -> Cow<'_, RoaringBitmap> {
        let new = self.new.get(&axis).map(|axis| axis.range(low, high));
        let saved = self.saved(axis).map(|axis| axis.range(low, high));
        match (saved, new) {
            (Some(saved), Some(new)) => Cow::Owned(saved | &*new),
            (Some(saved), None) => Cow::Owned(saved),
            (None, new) => new.unwrap_or_default(),
        }
    }

    /// About how many keys lie from `low` to `high` on an axis.
    pub(super) fn cost(&self, axis: u64, low: u64, high: u64) -> u64 {
        let new = self.new.get(&axis).map_or(0, |axis| axis.cost(low, high));
        let saved = self.saved(axis).map_or(0, |axis| axis.places(low, high).len());
        (new + saved) as u64
    }

    /// The selected events with their keys on an axis, in order: ascending from `start` on,
    /// descending before it.
    pub(super) fn walk<'a>(
        &'a self,
        axis: u64,
        selected: &'a RoaringBitmap,
        direction: Direction,
        start: Option<(u64, u32)>,
    ) -> impl Iterator<Item = (u64, u32)> + 'a {
        let saved = self.saved(axis).map(|axis| axis.walk(selected, direction, start));
        let new = self.new.get(&axis).map(|axis| axis.walk(selected, direction, start));
        let (saved, new) = (saved.into_iter().flatten(), new.into_iter().flatten());
        saved.merge_by(new, move |a, b| match direction {
            Direction::Ascending => a <= b,
            Direction::Descending => a >= b,
        })
    }

    fn pairs(&self, axis: u64) -> impl Iterator<Item = (u64, u32)> {
        let saved = self.saved(axis).map(SavedAxis::pairs).into_iter().flatten();
        let new = self.new.get(&axis).map(Axis::pairs).into_iter().flatten();
        saved.merge(new)
    }

    fn len(&self, axis: u64) -> usize {
        let new = self.new.get(&axis).map_or(0, Axis::len);
        self.saved(axis).map_or(0, |axis| axis.keys.len()) + new
    }

    fn saved(&self, axis: u64) -> Option<SavedAxis<'_>> {
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let [begin, end, first_set] = self.saved.get(axis)?.map(at);
        let (keys, events) = (self.keys.slice(begin..end), self.events.slice(begin..end));
        Some(SavedAxis { keys, events, sets: &self.sets, first_set })
    }
}
