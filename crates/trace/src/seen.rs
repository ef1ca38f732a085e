//! Which items a walk has met: a bit for each, kept from one walk to the next.

use prefetch_index::prefetch_index;

/// See [`Seen::clear`].
const WORDS_AT_ONCE: usize = 4;

/// A bit for each item: 2.5 MB for 20 million. To ask for that anew would cost more than a small
/// walk, so that a walk takes out what it put in and leaves the rest to the next.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    words: Vec<u64>,
}

impl Seen {
    /// Makes room for so many items.
    pub(crate) fn reserve(&mut self, items: usize) {
        let words = items.div_ceil(64);
        if self.words.len() < words {
            // What is never touched of fresh memory is never cleared either.
            self.words = vec![0; words + words / 8];
        }
    }

    /// Has everything been taken out?
    pub(crate) fn is_empty(&self) -> bool {
        self.words.iter().all(|word| *word == 0)
    }

    /// Notes an item, and says whether it is new.
    pub(crate) fn insert(&mut self, item: u32) -> bool {
        let (at, bit) = place(item);
        let Some(word) = self.words.get_mut(at) else { return self.insert_beyond(item) };
        let is_new = *word & bit == 0;
        *word |= bit;
        is_new
    }

    /// An item from beyond what there was room for.
    #[cold]
    fn insert_beyond(&mut self, item: u32) -> bool {
        let (at, bit) = place(item);
        self.words.resize(at + 1, 0);
        if let Some(word) = self.words.last_mut() {
            *word = bit;
        }
        true
    }

    pub(crate) fn contains(&self, item: u32) -> bool {
        let (at, bit) = place(item);
        self.words.get(at).is_some_and(|word| word & bit != 0)
    }

    /// Has the bit of an item brought near a core.
    #[inline]
    pub(crate) fn prefetch(&self, item: u32) {
        let (at, _) = place(item);
        prefetch_index(&self.words, at);
    }

    pub(crate) fn remove(&mut self, item: u32) {
        let (at, bit) = place(item);
        if let Some(word) = self.words.get_mut(at) {
            *word &= !bit;
        }
    }

    /// Takes out all that was put in.
    pub(crate) fn clear(&mut self, items: impl ExactSizeIterator<Item = u32>) {
        // Some words in a row take as long as one somewhere.
        if items.len() >= self.words.len() / WORDS_AT_ONCE {
            self.words.fill(0);
        } else {
            items.for_each(|item| self.remove(item));
        }
    }
}

fn place(item: u32) -> (usize, u64) {
    ((item / 64) as usize, 1 << (item % 64))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_put_in_can_be_taken_out_whatever_room_there_was() {
        let mut seen = Seen::default();
        seen.reserve(100);
        for item in [3, 64, 3, 5_000] {
            let is_new = !seen.contains(item);
            assert_eq!(seen.insert(item), is_new, "{item}");
            assert!(seen.contains(item) && !seen.contains(item + 1));
        }
        seen.remove(1_000_000);
        for item in [3, 64] {
            seen.remove(item);
            assert!(!seen.contains(item) && !seen.is_empty());
        }
        seen.remove(5_000);
        assert!(seen.is_empty());
        for items in [1, 1_000] {
            (0..items).for_each(|item| assert!(seen.insert(item), "{item}"));
            seen.clear(0..items);
            assert!(seen.is_empty());
        }
    }
}
