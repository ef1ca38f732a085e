//! Names from master data, as known at any size of the ledger.

use std::collections::HashMap;

/// What each identifier was called. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By canonical identifier: the entry that gave the name, and the name, oldest first.
    given: HashMap<Box<str>, Vec<(u64, Box<str>)>>,
}

impl Names {
    /// Takes in the name that the entry at `index` gives.
    pub(crate) fn give(&mut self, index: u64, id: String, name: String) {
        let given = self.given.entry(id.into()).or_default();
        if given.last().is_none_or(|(_, known)| **known != *name) {
            given.push((index, name.into()));
        }
    }

    /// The newest name in the first `size` entries.
    pub(crate) fn at(&self, id: &str, size: u64) -> Option<&str> {
        let given = self.given.get(id)?;
        let known = given.partition_point(|(index, _)| *index < size);
        given.get(known.checked_sub(1)?).map(|(_, name)| &**name)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_name_of_a_size_counts() {
        let mut names = Names::default();
        for (index, name) in [(2, "甲"), (5, "乙"), (6, "乙"), (9, "甲")] {
            names.give(index, "urn:x".to_owned(), name.to_owned());
        }
        let at = |size| names.at("urn:x", size);
        assert_eq!(
            [at(2), at(3), at(5), at(6), at(9), at(10)],
            [None, Some("甲"), Some("甲"), Some("乙"), Some("乙"), Some("甲")]
        );
        assert_eq!(names.at("urn:y", 9), None);
    }
}
