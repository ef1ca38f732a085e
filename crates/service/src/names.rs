//! Names from registrations and master data, as known at any size of the ledger.

use laiqu_index::{Grams, folded};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What each identifier was called. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By canonical identifier: the entry that gave the name, and the name, oldest first.
    given: HashMap<Arc<str>, Vec<(u64, Box<str>)>>,
    /// Whose name it was, of each that was given, and the parts of the names.
    whose: Vec<Arc<str>>,
    parts: Grams,
}

/// An identifier whose name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundName<'n> {
    pub(crate) id: &'n str,
    pub(crate) name: &'n str,
}

impl Names {
    /// Takes in the name that the entry at `index` gives.
    pub(crate) fn give(&mut self, index: u64, id: String, name: String) {
        let id: Arc<str> = id.into();
        let given = self.given.entry(Arc::clone(&id)).or_default();
        if given.last().is_some_and(|(_, known)| **known == *name) {
            return;
        }
        // Beyond four billion names the rest is not found by its parts.
        if let Ok(number) = u32::try_from(self.whose.len()) {
            self.parts.insert(number, &folded(&name));
            self.whose.push(id);
        }
        given.push((index, name.into()));
    }

    /// The newest name in the first `size` entries.
    pub(crate) fn at(&self, id: &str, size: u64) -> Option<&str> {
        self.newest(id, size).map(|found| found.name)
    }

    fn newest(&self, id: &str, size: u64) -> Option<FoundName<'_>> {
        let (id, given) = self.given.get_key_value(id)?;
        let known = given.partition_point(|(index, _)| *index < size);
        let (_, name) = given.get(known.checked_sub(1)?)?;
        Some(FoundName { id, name })
    }

    /// The identifiers whose newest name in the first `size` entries contains a text, folded.
    pub(crate) fn find(&self, part: &str, size: u64) -> Vec<FoundName<'_>> {
        let numbers = self.parts.candidates(part);
        let whose = numbers.into_iter().filter_map(|number| self.whose.get(number as usize));
        let whose: BTreeSet<&Arc<str>> = whose.collect();
        let newest = whose.into_iter().filter_map(|id| self.newest(id, size));
        newest.filter(|found| folded(found.name).contains(part)).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        for (index, name) in [(2, "甲厂"), (5, "乙厂"), (6, "乙厂"), (9, "甲厂")] {
            names.give(index, "urn:x".to_owned(), name.to_owned());
        }
        names
    }

    #[test]
    fn the_newest_name_of_a_size_counts() {
        let names = names();
        let at = |size| names.at("urn:x", size);
        assert_eq!(
            [at(2), at(3), at(5), at(6), at(9), at(10)],
            [None, Some("甲厂"), Some("甲厂"), Some("乙厂"), Some("乙厂"), Some("甲厂")]
        );
        assert_eq!(names.at("urn:y", 9), None);
    }

    #[test]
    fn the_newest_name_of_a_size_is_found_by_its_parts() {
        let names = names();
        let found = |part: &str, size| names.find(part, size).first().map(|found| found.name);
        let (first, second) = (Some("甲厂"), Some("乙厂"));
        assert_eq!((found("甲", 2), found("甲", 3), found("甲厂", 5)), (None, first, first));
        assert_eq!((found("甲", 6), found("乙厂", 6), found("厂", 7)), (None, second, second));
        assert_eq!((found("乙", 10), found("甲", 10), found("", 10)), (None, first, None));
        assert_eq!(names.find("厂", 10).len(), 1);
    }
}
