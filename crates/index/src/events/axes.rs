//! One axis for each kind of time or amount: keys in order, each with its event.

use super::Direction;
use super::axis::Axis;
use super::saved_axis::{SavedAxis, levels, sets};
use itertools::Itertools as _;
use laiqu_columns::{Blobs, Column, Error, Opened, Saving, Table, lasting_runs, run_name};
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::collections::{BTreeSet, HashMap};

/// All axes: what files hold, and what came since.
#[derive(Debug, Default)]
pub(super) struct Axes {
    /// The oldest first.
    runs: Vec<Run>,
    /// By digests that anyone can work out, so that their order must be secret.
    new: HashMap<u64, Axis, foldhash::fast::RandomState>,
}

/// The keys of all axes that were saved together.
#[derive(Debug)]
struct Run {
    /// Where the keys of each axis begin and end, and where its sets begin.
    axes: Table<u64, [u64; 3]>,
    keys: Column<u64>,
    events: Column<u32>,
    sets: Blobs,
}

impl Axes {
    /// The axes that a file holds under this name.
    pub(super) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let runs = Column::<u64>::open(opened, &format!("{name}.runs"))?;
        let run = |(at, _)| Run::open(opened, &run_name(name, at));
        let runs = runs.iter().enumerate().map(run).collect::<Result<_, _>>()?;
        Ok(Self { runs, new: HashMap::default() })
    }

    /// Writes all axes under a name.
    pub(super) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let new: usize = self.new.values().map(Axis::len).sum();
        let mut lengths: Vec<u64> = self.runs.iter().map(|run| run.keys.len() as u64).collect();
        let lasting = lasting_runs(&lengths, new as u64);
        let (lasting, merged) = self.runs.split_at_checked(lasting).unwrap_or_default();
        for (at, run) in lasting.iter().enumerate() {
            run.save(saving, &run_name(name, at))?;
        }
        if new > 0 {
            let length = self.save_run(merged, saving, &run_name(name, lasting.len()))?;
            lengths.truncate(lasting.len());
            lengths.push(length);
        }
        saving.values(&format!("{name}.runs"), &lengths)
    }

    /// Writes a run of what is in some, and of what came since. Gives how many keys it has.
    fn save_run(&self, runs: &[Run], saving: &mut Saving, name: &str) -> Result<u64, Error> {
        let old = runs.iter().flat_map(|run| run.axes.iter().map(|(axis, _)| *axis));
        let all: BTreeSet<u64> = old.chain(self.new.keys().copied()).collect();
        let pairs_of = |axis: u64| {
            let saved = runs.iter().filter_map(move |run| Some(run.axis(axis)?.pairs()));
            let new = self.new.get(&axis).map(Axis::pairs).into_iter().flatten();
            saved.kmerge().merge(new)
        };
        let len_of = |axis: u64| {
            let saved = runs.iter().filter_map(|run| Some(run.axis(axis)?.keys.len()));
            saved.sum::<usize>() + self.new.get(&axis).map_or(0, Axis::len)
        };
        // Four bytes for each key, so that what lies in many places is gone through once.
        let mut events = Vec::with_capacity(all.iter().map(|axis| len_of(*axis)).sum());
        let keys = all.iter().flat_map(|axis| pairs_of(*axis)).map(|(key, event)| {
            events.push(event);
            [key]
        });
        saving.stream(&format!("{name}.keys"), keys)?;
        saving.values(&format!("{name}.events"), &events)?;
        let (mut axes, mut begin, mut first_set) = (Table::default(), 0, 0);
        let mut all_sets = Vec::new();
        for axis in &all {
            let len = len_of(*axis);
            axes.or_insert(*axis, [begin, begin + len, first_set].map(|at| at as u64));
            all_sets.push(sets(events.get(begin..begin + len).unwrap_or_default()));
            begin += len;
            let blocks: usize = levels(len).map(|size| len / size).sum();
            first_set += blocks + usize::from(blocks > 0);
        }
        Blobs::stream(saving, &format!("{name}.sets"), all_sets.into_iter().flatten())?;
        axes.save(saving, name)?;
        Ok(begin as u64)
    }

    /// Adds a key of the event `seq`, the newest so far.
    pub(super) fn insert(&mut self, axis: u64, key: u64, seq: u32) {
        self.new.entry(axis).or_default().insert(key, seq);
    }

    /// Events with a key from `low` to `high` on an axis, both included.
    pub(super) fn range(&self, axis: u64, low: u64, high: u64) -> Cow<'_, RoaringBitmap> {
        let new = self.new.get(&axis).map(|axis| axis.range(low, high)).unwrap_or_default();
        self.saved(axis).fold(new, |found, saved| {
            let saved = saved.range(low, high);
            Cow::Owned(if found.is_empty() { saved } else { saved | &*found })
        })
    }

    /// About how many keys lie from `low` to `high` on an axis.
    pub(super) fn cost(&self, axis: u64, low: u64, high: u64) -> u64 {
        let new = self.new.get(&axis).map_or(0, |axis| axis.cost(low, high));
        let saved: usize = self.saved(axis).map(|axis| axis.places(low, high).len()).sum();
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
        let is_before = move |a: &(u64, u32), b: &(u64, u32)| match direction {
            Direction::Ascending => a <= b,
            Direction::Descending => a >= b,
        };
        let saved = self.saved(axis).map(move |axis| axis.walk(selected, direction, start));
        let new = self.new.get(&axis).map(|axis| axis.walk(selected, direction, start));
        saved.kmerge_by(is_before).merge_by(new.into_iter().flatten(), is_before)
    }

    fn saved(&self, axis: u64) -> impl Iterator<Item = SavedAxis<'_>> {
        self.runs.iter().filter_map(move |run| run.axis(axis))
    }
}

impl Run {
    fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let run = Self {
            axes: Table::open(opened, name)?,
            keys: Column::open(opened, &format!("{name}.keys"))?,
            events: Column::open(opened, &format!("{name}.events"))?,
            sets: Blobs::open(opened, &format!("{name}.sets"))?,
        };
        if run.keys.len() == run.events.len() {
            return Ok(run);
        }
        Err(opened.damaged(format!("{name} has not one event for each key")))
    }

    fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.keys.save(saving, &format!("{name}.keys"))?;
        self.events.save(saving, &format!("{name}.events"))?;
        self.sets.save(saving, &format!("{name}.sets"))?;
        self.axes.save(saving, name)
    }

    fn axis(&self, axis: u64) -> Option<SavedAxis<'_>> {
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let [begin, end, first_set] = self.axes.get(axis)?.map(at);
        let (keys, events) = (self.keys.slice(begin..end), self.events.slice(begin..end));
        Some(SavedAxis { keys, events, sets: &self.sets, first_set })
    }
}
