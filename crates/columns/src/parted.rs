//! Tables that grow in small steps.

use hashbrown::HashTable;

/// As many parts as a power of two.
const PARTS: usize = 64;
/// Bits of a digest that stand behind those of its part; a table in itself uses others.
const SHIFT: u32 = 50;

/// Values found by digests. A table that doubles stands still for as long as all that it holds
/// takes to move; here what is found lies in parts by a few bits of its digest, and each of them
/// doubles by itself.
#[derive(Debug)]
pub struct Parted<T> {
    parts: Vec<HashTable<T>>,
}

impl<T> Default for Parted<T> {
    fn default() -> Self {
        Self { parts: Vec::new() }
    }
}

impl<T> Parted<T> {
    /// The part in which a digest lies; `None` where nothing was ever put into any.
    #[inline]
    #[must_use]
    pub fn part(&self, digest: u64) -> Option<&HashTable<T>> {
        self.parts.get(place(digest))
    }

    /// The part in which a digest lies, to be changed.
    #[allow(clippy::missing_panics_doc, clippy::expect_used, reason = "there are as many parts")]
    #[inline]
    pub fn part_mut(&mut self, digest: u64) -> &mut HashTable<T> {
        if self.parts.is_empty() {
            self.parts.resize_with(PARTS, HashTable::new);
        }
        self.parts.get_mut(place(digest)).expect("every digest lies in a part")
    }

    /// Everything, in no order.
    pub fn iter(&self) -> impl Iterator<Item = &T> {
        self.parts.iter().flatten()
    }
}

/// Which part that is.
#[allow(clippy::cast_possible_truncation, reason = "fewer than there are parts")]
fn place(digest: u64) -> usize {
    (digest >> SHIFT) as usize & (PARTS - 1)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::hash::BuildHasher as _;

    #[test]
    fn what_was_put_in_is_found_and_no_part_holds_much_of_it() {
        let state = foldhash::quality::FixedState::with_seed(7);
        let digest = |value: &u64| state.hash_one(value);
        let mut all = Parted::default();
        assert!(all.part(digest(&1)).is_none());
        for value in 0..10_000_u64 {
            let digest_of = digest(&value);
            all.part_mut(digest_of).insert_unique(digest_of, value, digest);
        }
        for value in 0..11_000_u64 {
            let digest = digest(&value);
            let found = all.part(digest).and_then(|part| part.find(digest, |v| *v == value));
            assert_eq!(found.is_some(), value < 10_000, "{value}");
        }
        assert_eq!(all.iter().count(), 10_000);
        assert!(all.parts.iter().all(|part| part.len() < 10_000 / PARTS * 2));
    }
}
