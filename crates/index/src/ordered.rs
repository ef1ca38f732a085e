//! Sets of texts in the order of their bytes.

use itertools::Itertools as _;
use laiqu_columns::{Blobs, Error, Opened, Plain, Saving, Table};
use std::cell::Cell;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::{Bound, Range};

/// A set of texts for each key: those of the file, and those that came since. A text that comes
/// again after it was saved is held again until it is saved again, so that adding one looks at no
/// more than what came since.
#[derive(Debug)]
pub(crate) struct Ordered<K> {
    /// Where the texts of each key begin and end.
    saved: Table<K, [u64; 2]>,
    texts: Blobs,
    new: BTreeMap<K, BTreeSet<Box<str>>>,
}

impl<K> Default for Ordered<K> {
    fn default() -> Self {
        Self { saved: Table::default(), texts: Blobs::default(), new: BTreeMap::new() }
    }
}

impl<K: Plain + Ord> Ordered<K> {
    /// The sets that a file holds under this name.
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let texts = Blobs::open(opened, &format!("{name}.texts"))?;
        Ok(Self { saved: Table::open(opened, name)?, texts, new: BTreeMap::new() })
    }

    /// Writes all sets under a name.
    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let new = self.new.keys().copied().filter(|key| !self.saved.contains(*key));
        let keys: Vec<K> = self.saved.iter().map(|(key, _)| *key).chain(new).collect();
        let (written, mut begins) = (Cell::new(0_u64), Vec::with_capacity(keys.len()));
        let texts = keys.iter().flat_map(|key| {
            begins.push(written.get());
            self.behind(*key, None).inspect(|_| written.set(written.get() + 1))
        });
        Blobs::stream(saving, &format!("{name}.texts"), texts)?;
        let ends = begins.iter().copied().skip(1).chain([written.get()]);
        let mut saved = Table::default();
        for (key, (begin, end)) in keys.iter().zip(begins.iter().zip(ends)) {
            saved.or_insert(*key, [*begin, end]);
        }
        saved.save(saving, name)
    }

    /// Adds a text.
    pub(crate) fn insert(&mut self, key: K, text: &str) {
        let set = self.new.entry(key).or_default();
        if !set.contains(text) {
            set.insert(text.into());
        }
    }

    /// The texts of a key behind one; all of them where there is none.
    pub(crate) fn behind<'o>(
        &'o self,
        key: K,
        text: Option<&str>,
    ) -> impl Iterator<Item = &'o str> {
        let Range { start, end } = self.saved(key);
        let first = text.map_or(start, |text| {
            self.texts.partition_point(start..end, |saved| saved <= text.as_bytes())
        });
        let saved = (first..end).filter_map(|at| str::from_utf8(self.texts.get(at)).ok());
        let begin = text.map_or(Bound::Unbounded, Bound::Excluded);
        let new = self.new.get(&key).into_iter();
        let new = new.flat_map(move |set| set.range::<str, _>((begin, Bound::Unbounded)));
        saved.merge(new.map(|text| &**text)).dedup()
    }

    fn saved(&self, key: K) -> Range<usize> {
        let at = |offset: u64| usize::try_from(offset).unwrap_or(usize::MAX);
        let [begin, end] = self.saved.get(key).map_or([0, 0], |ends| ends.map(at));
        begin..end.min(self.texts.len())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::{damaged, reopened};
    use proptest::collection::vec;
    use proptest::prelude::*;
    use proptest::sample::Index;

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        #[test]
        fn texts_come_once_and_in_order_behind_any_text(
            steps in vec(prop::option::weighted(0.95, (0u32..3, "[a-c食]{0,2}")), 0..60),
            damage in (any::<Index>(), 0u8..8),
        ) {
            let (mut sets, mut model) = (Ordered::default(), BTreeSet::new());
            for step in steps {
                if let Some((key, text)) = step {
                    sets.insert(key, &text);
                    model.insert((key, text));
                } else {
                    let old = &sets;
                    sets = reopened(|s| old.save(s, "o"), |o| Ordered::open(o, "o"));
                }
            }
            for key in 0..4 {
                for after in [None, Some(""), Some("a"), Some("bz"), Some("c食"), Some("食")] {
                    let all = model.iter().filter(|(of, _)| *of == key).map(|(_, text)| &**text);
                    let expected: Vec<&str> =
                        all.filter(|text| after.is_none_or(|after| *text > after)).collect();
                    let found: Vec<&str> = sets.behind(key, after).collect();
                    prop_assert_eq!(found, expected);
                }
            }
            let damaged = damaged(damage, |s| sets.save(s, "o"), |o| Ordered::open(o, "o"));
            if let Some(sets) = damaged {
                (0..4).for_each(|key| drop(sets.behind(key, Some("b")).collect::<Vec<_>>()));
            }
        }
    }
}
