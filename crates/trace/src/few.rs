//! Sets and maps of what is mostly few, in the order of keys: looking is a search among neighbours,
//! and a few of them need no memory of their own.

use smallvec::SmallVec;
use std::collections::BTreeMap;

/// Ids of which there are mostly few.
pub(crate) type Few = SmallVec<[u32; 4]>;

/// More than so many lie in a tree: among many neighbours, making room for one would cost as much
/// as there are.
const FEW_MAX: usize = if cfg!(test) { 8 } else { 64 };

/// Values by key.
#[derive(Clone, Debug)]
pub(crate) enum FewMap<K, V> {
    Few(SmallVec<[(K, V); 8]>),
    Many(BTreeMap<K, V>),
}

impl<K: Ord + Copy, V: Copy> FewMap<K, V> {
    pub(crate) fn new() -> Self {
        Self::Few(SmallVec::new())
    }

    pub(crate) fn get(&self, key: &K) -> Option<V> {
        match self {
            Self::Few(few) => {
                let place = few.binary_search_by(|(known, _)| known.cmp(key)).ok()?;
                few.get(place).map(|(_, value)| *value)
            }
            Self::Many(many) => many.get(key).copied(),
        }
    }

    /// Says whether nothing was there yet.
    pub(crate) fn insert(&mut self, key: K, value: V) -> bool {
        let few = match self {
            Self::Few(few) => few,
            Self::Many(many) => return many.insert(key, value).is_none(),
        };
        match few.binary_search_by(|(known, _)| known.cmp(&key)) {
            Ok(place) => {
                if let Some(known) = few.get_mut(place) {
                    known.1 = value;
                }
                false
            }
            Err(place) => {
                few.insert(place, (key, value));
                if few.len() > FEW_MAX {
                    *self = Self::Many(few.iter().copied().collect());
                }
                true
            }
        }
    }
}

/// Values, each once.
#[derive(Clone, Debug)]
pub(crate) struct FewSet<T>(FewMap<T, ()>);

impl<T: Ord + Copy> FewSet<T> {
    pub(crate) fn new() -> Self {
        Self(FewMap::new())
    }

    /// Says whether it was not there yet.
    pub(crate) fn insert(&mut self, value: T) -> bool {
        self.0.insert(value, ())
    }
}

impl<T: Ord + Copy> FromIterator<T> for FewSet<T> {
    fn from_iter<I: IntoIterator<Item = T>>(values: I) -> Self {
        let mut set = Self::new();
        for value in values {
            set.insert(value);
        }
        set
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::collections::BTreeSet;

    proptest! {
        #[test]
        fn they_are_a_set_and_a_map(pairs in prop::collection::vec((0..40_u32, 0..9_u32), 0..60)) {
            let mut set: FewSet<u32> = pairs.iter().take(9).map(|(key, _)| *key).collect();
            let mut expected: BTreeSet<u32> = pairs.iter().take(9).map(|(key, _)| *key).collect();
            let (mut map, mut by_key) = (FewMap::new(), BTreeMap::new());
            for (key, value) in pairs {
                prop_assert_eq!(set.insert(key), expected.insert(key));
                prop_assert_eq!(map.insert(key, value), by_key.insert(key, value).is_none());
            }
            for key in 0..40 {
                prop_assert_eq!(map.get(&key), by_key.get(&key).copied());
            }
        }
    }
}
