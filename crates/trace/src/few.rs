//! Sets and maps of what is mostly few, in the order of keys: looking is a search among neighbours,
//! and a few of them need no memory of their own.

use smallvec::SmallVec;

/// Ids of which there are mostly few.
pub(crate) type Few = SmallVec<[u32; 4]>;

/// Values, each once.
#[derive(Clone, Debug)]
pub(crate) struct FewSet<T>(SmallVec<[T; 8]>);

impl<T: Ord> FewSet<T> {
    /// Says whether it was not there yet.
    pub(crate) fn insert(&mut self, value: T) -> bool {
        let place = self.0.binary_search(&value);
        if let Err(place) = place {
            self.0.insert(place, value);
        }
        place.is_err()
    }
}

impl<T: Ord> FromIterator<T> for FewSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut values: SmallVec<[T; 8]> = values.into_iter().collect();
        values.sort_unstable();
        values.dedup();
        Self(values)
    }
}

/// Values by key.
#[derive(Clone, Debug)]
pub(crate) struct FewMap<K, V>(SmallVec<[(K, V); 8]>);

impl<K: Ord, V: Copy> FewMap<K, V> {
    pub(crate) fn new() -> Self {
        Self(SmallVec::new())
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        let place = self.0.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
        self.0.get(place).map(|(_, value)| *value)
    }

    pub(crate) fn insert(&mut self, key: K, value: V) {
        match self.0.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(place) => {
                if let Some(known) = self.0.get_mut(place) {
                    known.1 = value;
                }
            }
            Err(place) => self.0.insert(place, (key, value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::{BTreeMap, BTreeSet};

    proptest! {
        #[test]
        fn they_are_a_set_and_a_map(pairs in prop::collection::vec((0..40_u32, 0..9_u32), 0..60)) {
            let mut set: FewSet<u32> = pairs.iter().take(9).map(|(key, _)| *key).collect();
            let mut expected: BTreeSet<u32> = pairs.iter().take(9).map(|(key, _)| *key).collect();
            let (mut map, mut by_key) = (FewMap::new(), BTreeMap::new());
            for (key, value) in pairs {
                prop_assert_eq!(set.insert(key), expected.insert(key));
                map.insert(key, value);
                by_key.insert(key, value);
            }
            for key in 0..40 {
                prop_assert_eq!(map.get(&key), by_key.get(&key).copied());
            }
        }
    }
}
