//! Where the numbers of things lie that are found by a digest of what they are.

use std::hash::{BuildHasher as _, Hasher as _, RandomState};

use crate::{Column, Error, Opened, Parted, Saving};
use foldhash::SharedSeed;
use foldhash::quality::FoldHasher;

/// Finds numbers by digests: those of the file in slots, the number behind a part of the digest;
/// those that came since in a table. Digests are keyed, so that nobody who chooses what is stored
/// can make many alike.
#[derive(Debug)]
pub struct Slots {
    key: Key,
    /// As many slots as a power of two; 0 is a free one.
    base: Column<u64>,
    new: Parted<(u64, u32)>,
}

impl Default for Slots {
    fn default() -> Self {
        Self { key: Key::secret(), base: Column::default(), new: Parted::default() }
    }
}

impl Slots {
    /// The slots that a file holds under this name.
    ///
    /// # Errors
    /// As [`Column::open`].
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let key = Column::<u64>::open(opened, &format!("{name}.key"))?;
        let base = Column::<u64>::open(opened, name)?;
        if base.is_empty() || base.len().is_power_of_two() {
            let part = |at| key.get(at).copied().unwrap_or(0);
            return Ok(Self { key: Key::new([part(0), part(1)]), base, new: Parted::default() });
        }
        Err(opened.damaged(format!("{name} has {} slots", base.len())))
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
        let mut slots = vec![0_u64; (count as usize * 2).next_power_of_two()];
        let mask = slots.len() - 1;
        for id in 0..count {
            let digest = digest(id);
            let mut at = start(digest, mask);
            while slots.get(at).is_some_and(|slot| *slot != 0) {
                at = (at + 1) & mask;
            }
            if let Some(slot) = slots.get_mut(at) {
                *slot = part(digest) | (u64::from(id) + 1);
            }
        }
        saving.values(name, &slots)?;
        saving.values(&format!("{name}.key"), &self.key.parts)
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
        new.map(|(_, id)| *id).or_else(|| self.find_in_base(digest, is))
    }

    /// Notes a number under its digest.
    pub fn insert(&mut self, digest: u64, id: u32) {
        let new = self.new.part_mut(digest);
        new.insert_unique(digest, (digest, id), |(digest, _)| *digest);
    }

    fn find_in_base(&self, digest: u64, mut is: impl FnMut(u32) -> bool) -> Option<u32> {
        let mask = self.base.len().checked_sub(1)?;
        let mut at = start(digest, mask);
        // A file that was saved whole has free slots; a damaged one is looked at once.
        for _ in 0..=mask {
            let slot = self.base.get(at).copied().filter(|slot| *slot != 0)?;
            let id = u32::try_from((slot & ID_MASK).checked_sub(1)?).ok()?;
            if slot & !ID_MASK == part(digest) && is(id) {
                return Some(id);
            }
            at = (at + 1) & mask;
        }
        None
    }
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
