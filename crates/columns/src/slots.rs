//! Where the numbers of things lie that are found by a digest of what they are.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};
use std::ops::Range;

use crate::{Column, Error, Opened, Parted, Saving, lasting_runs, run_name};
use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;

/// Finds numbers by digests: those of files in runs of slots, the number behind a part of the
/// digest; those that came since in a table. Digests are keyed, so that nobody who chooses what is
/// stored can make many alike.
#[derive(Debug)]
pub struct Slots {
    key: Key,
    /// The oldest first.
    runs: Vec<Run>,
    new: Parted<(u64, u32)>,
}

/// Where the numbers of things lie that were saved together.
#[derive(Debug)]
struct Run {
    /// Behind the last of them; the first is behind the run before.
    until: u32,
    /// As many slots as a power of two; 0 is a free one.
    slots: Column<u64>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { key: Key::secret(), runs: Vec::new(), new: Parted::default() }
    }
}

impl Slots {
    /// The slots that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let head = Column::<u64>::open(opened, &format!("{name}.head"))?;
        let part = |at| head.get(at).copied().unwrap_or(0);
        let key = Key::new([part(0), part(1)]);
        let mut runs = Vec::new();
        for until in head.iter().skip(2) {
            let slots = Column::<u64>::open(opened, &run_name(name, runs.len()))?;
            if !slots.len().is_power_of_two() {
                return Err(opened.damaged(format!("{name} has {} slots", slots.len())));
            }
            runs.push(Run { until: u32::try_from(*until).unwrap_or(u32::MAX), slots });
        }
        Ok(Self { key, runs, new: Parted::default() })
    }

    /// Writes the numbers below `count` under a name; `digest` must give those of [`Self::digest`].
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(
        &self,
        saving: &mut Saving,
        name: &str,
        count: u32,
        digest: impl Fn(u32) -> u64,
    ) -> Result<(), Error> {
        let kept = self.runs.get(..self.lasting(count)).unwrap_or(&[]);
        let mut head = self.key.parts.to_vec();
        for (at, run) in kept.iter().enumerate() {
            run.slots.save(saving, &run_name(name, at))?;
            head.push(run.until.into());
        }
        let from = kept.last().map_or(0, |run| run.until);
        if from < count {
            saving.values(&run_name(name, kept.len()), &filled(from..count, digest))?;
            head.push(count.into());
        }
        saving.values(&format!("{name}.head"), &head)
    }

    /// How many runs stay as they are where there are so many numbers; none where there are fewer
    /// than there were, since then the file was damaged.
    fn lasting(&self, count: u32) -> usize {
        let mut until = 0;
        let length = |run: &Run| run.until.saturating_sub(std::mem::replace(&mut until, run.until));
        let lengths: Vec<u64> = self.runs.iter().map(length).map(u64::from).collect();
        count.checked_sub(until).map_or(0, |new| lasting_runs(&lengths, new.into()))
    }

    /// The digest of some bytes.
    #[must_use]
    pub fn digest(&self, bytes: &[u8]) -> u64 {
        let mut hasher = FoldHasher::with_seed(self.key.parts[1], &self.key.seeds);
        hasher.write(bytes);
        hasher.finish()
    }

    /// A number with this digest for which `is` holds.
    pub fn find(&self, digest: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let new = self.new.part(digest);
        let new = new.and_then(|new| new.find(digest, |(known, id)| *known == digest && is(*id)));
        new.map(|(_, id)| *id).or_else(|| {
            // What came last is asked for most.
            self.runs.iter().rev().find_map(|run| run.find(digest, &mut is))
        })
    }

    /// Notes a number under its digest.
    pub fn insert(&mut self, digest: u64, id: u32) {
        let new = self.new.part_mut(digest);
        new.insert_unique(digest, (digest, id), |(digest, _)| *digest);
    }
}

impl Run {
    fn find(&self, digest: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.slots.len().checked_sub(1)?;
        let mut at = start(digest, mask);
        // A file that was saved whole has free slots; a damaged one is looked at once.
        for _ in 0..=mask {
            let slot = self.slots.get(at).copied().filter(|slot| *slot != 0)?;
            let id = u32::try_from((slot & ID_MASK).checked_sub(1)?).ok()?;
            if slot & !ID_MASK == part(digest) && is(id) {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
        None
    }
}

/// Slots that hold these numbers.
fn filled(ids: Range<u32>, digest: impl Fn(u32) -> u64) -> Vec<u64> {
    let mut slots = vec![0_u64; (ids.len() * 2).next_power_of_two()];
    let mask = slots.len() - 1;
    for id in ids {
        let digest = digest(id);
        let mut at = start(digest, mask);
        while slots.get(at).is_some_and(|slot| *slot != 0) {
            at = (at + 1) & mask;
        }
        if let Some(slot) = slots.get_mut(at) {
            *slot = part(digest) | (u64::from(id) + 1);
        }
    }
    slots
}

/// What digests depend on.
#[derive(Debug)]
struct Key {
    parts: [u64; 2],
    /// What the first part gives: were they known, texts could be chosen that the second part
    /// leaves alike.
    seeds: SharedSeed,
}

impl Key {
    fn new(parts: [u64; 2]) -> Self {
        Self { parts, seeds: SharedSeed::from_u64(parts[0]) }
    }

    /// One that nobody knows.
    fn secret() -> Self {
        let random = RandomState::new();
        Self::new([0, 1].map(|part| random.hash_one(part)))
    }
}

/// The bits of a slot that hold a number and one.
const ID_MASK: u64 = (1 << 33) - 1;

/// The part of a digest that a slot holds.
fn part(digest: u64) -> u64 {
    digest & !ID_MASK
}

/// Where the search for a digest starts.
#[allow(clippy::cast_possible_truncation, reason = "any part of a digest serves")]
fn start(digest: u64, mask: usize) -> usize {
    digest as usize & mask
}
