//! Lists of ids by id, in two flat arrays.

use super::at;
use crate::intern::id32;

/// Sorted lists of ids, one for each id, without repetitions (compressed sparse rows).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Csr {
    starts: Vec<u32>,
    targets: Vec<u32>,
}

impl Csr {
    /// The lists of `count` ids. Pairs that start elsewhere are left out.
    #[must_use]
    pub fn new(count: usize, mut pairs: Vec<(u32, u32)>) -> Self {
        pairs.retain(|(from, _)| (*from as usize) < count);
        pairs.sort_unstable();
        pairs.dedup();
        let mut starts = Vec::with_capacity(count + 1);
        let mut targets = Vec::with_capacity(pairs.len());
        for (from, to) in pairs {
            while starts.len() <= from as usize {
                starts.push(id32(targets.len()));
            }
            targets.push(to);
        }
        starts.resize(count + 1, id32(targets.len()));
        Self { starts, targets }
    }

    /// The list of an id; empty where the id is unknown.
    #[must_use]
    pub fn of(&self, id: u32) -> &[u32] {
        let from = at(&self.starts, id) as usize;
        let to = self.starts.get(id as usize + 1).map_or(from, |end| *end as usize);
        self.targets.get(from..to).unwrap_or_default()
    }

    /// Number of lists.
    #[must_use]
    pub fn count(&self) -> usize {
        self.starts.len().saturating_sub(1)
    }

    /// Number of entries of all lists.
    #[must_use]
    pub fn entries(&self) -> usize {
        self.targets.len()
    }

    /// Every id with each entry of its list.
    pub fn pairs(&self) -> impl Iterator<Item = (u32, u32)> + '_ {
        (0..id32(self.count())).flat_map(|from| self.of(from).iter().map(move |to| (from, *to)))
    }

    /// The same pairs the other way round.
    #[must_use]
    pub fn reversed(&self, count: usize) -> Self {
        Self::new(count, self.pairs().map(|(from, to)| (to, from)).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lists_are_sorted_and_reversible() {
        let lists = Csr::new(4, vec![(2, 1), (0, 3), (2, 0), (2, 1), (9, 1)]);
        assert_eq!(lists.of(0), [3]);
        assert!(lists.of(1).is_empty());
        assert_eq!(lists.of(2), [0, 1]);
        assert!(lists.of(77).is_empty());
        assert_eq!((lists.count(), lists.entries()), (4, 3));
        assert_eq!(lists.reversed(4).reversed(4), lists);
    }
}
