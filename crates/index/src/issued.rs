//! Which entries each issuer issued.

use laiqu_columns::{Error, Groups, Opened, Saving};

/// Indexes of the entries of each issuer, in order: 8 bytes an entry.
#[derive(Debug, Default)]
pub struct Issued {
    by_issuer: Groups<u64, u64>,
}

impl Issued {
    /// What a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold it.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self { by_issuer: Groups::open(opened, name)? })
    }

    /// Writes all indexes under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.by_issuer.save(saving, name)
    }

    /// Notes the entry at `index`. Entries come in order.
    pub fn insert(&mut self, issuer: u64, index: u64) {
        self.by_issuer.push(issuer, index);
    }

    /// The issuer's newest entry before this index.
    #[must_use]
    pub fn newest_before(&self, issuer: u64, before: u64) -> Option<u64> {
        let issued = self.by_issuer.get(issuer);
        let at = issued.partition_point(|index| *index < before).checked_sub(1)?;
        issued.get(at).copied()
    }

    /// Every issuer with its newest entry.
    pub fn newest(&self) -> impl Iterator<Item = (u64, u64)> {
        self.by_issuer.iter().filter_map(|(issuer, issued)| Some((issuer, *issued.last()?)))
    }

    /// The issuer's entries from its `from`-th to its `to`-th (exclusive) among the first `size`
    /// entries of the ledger, and how many it has there in all.
    #[must_use]
    pub fn range(&self, issuer: u64, (from, to): (u64, u64), size: u64) -> (Vec<u64>, u64) {
        let issued = self.by_issuer.get(issuer);
        let all = issued.partition_point(|index| *index < size);
        let at = |place: u64| usize::try_from(place).unwrap_or(usize::MAX).min(all);
        let page = issued.get(at(from)..at(to)).unwrap_or_default().to_vec();
        (page, u64::try_from(all).unwrap_or(u64::MAX))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;

    #[test]
    fn pages_of_an_issuer_end_where_the_tree_does() {
        let mut issued = Issued::default();
        for (who, at) in [(3, 4), (5, 6), (3, 7), (3, 9)] {
            issued.insert(who, at);
            issued = reopened(|s| issued.save(s, "i"), |o| Issued::open(o, "i"));
        }
        assert_eq!(issued.range(3, (0, 10), 100), (vec![4, 7, 9], 3));
        assert_eq!(issued.range(3, (1, 2), 100), (vec![7], 3));
        assert_eq!(issued.range(3, (0, 10), 9), (vec![4, 7], 2));
        assert_eq!(issued.range(3, (5, u64::MAX), 100), (vec![], 3));
        assert_eq!(issued.range(3, (u64::MAX, 0), 100), (vec![], 3));
        assert_eq!(issued.range(8, (0, 10), 100), (vec![], 0));
        assert_eq!(issued.newest_before(3, 100), Some(9));
        assert_eq!(issued.newest_before(3, 7), Some(4));
        assert_eq!(issued.newest_before(3, 4), None);
        assert_eq!(issued.newest_before(8, 100), None);
    }
}
