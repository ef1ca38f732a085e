//! Names from registrations and master data, as known at any size of the ledger.

use laiqu_index::{Grams, folded};
use std::collections::{BTreeSet, HashMap};
use std::sync::Arc;

/// What each identifier was called. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// By canonical identifier.
    given: HashMap<Arc<str>, Given>,
    /// Whose name it was, of each that was given, and the parts of the names.
    whose: Vec<Arc<str>>,
    parts: Grams,
}

/// A name and the entry that gave it.
type Name = (u64, Box<str>);

/// The names of one identifier.
#[derive(Debug, Default)]
struct Given {
    /// The name that a party was registered under: what anyone else calls it comes after.
    registered: Option<Name>,
    /// From master data, oldest first.
    said: Vec<Name>,
}

impl Given {
    /// In the first `size` entries, the one to show first, then the newer before the older.
    fn names(&self, size: u64) -> impl Iterator<Item = &str> {
        let registered = self.registered.iter();
        let known = registered.chain(self.said.iter().rev()).filter(move |(at, _)| *at < size);
        known.map(|(_, name)| &**name)
    }
}

/// An identifier of which a name was found.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct FoundName<'n> {
    pub(crate) id: &'n str,
    /// Its name.
    pub(crate) name: &'n str,
    /// The name that was found, which may be a former one or what somebody else calls it.
    pub(crate) matched: &'n str,
}

impl Names {
    /// Takes in the name that master data in the entry at `index` gives.
    pub(crate) fn say(&mut self, index: u64, id: &str, name: &str) {
        let is_new = |given: &Given| given.said.last().is_none_or(|(_, known)| **known != *name);
        if self.given.get(id).is_none_or(is_new) {
            self.of(id, name).said.push((index, name.into()));
        }
    }

    /// Takes in the name under which the entry at `index` registers a party.
    pub(crate) fn register(&mut self, index: u64, id: &str, name: &str) {
        self.of(id, name).registered = Some((index, name.into()));
    }

    /// The names of an identifier, of which this is to be another.
    fn of(&mut self, id: &str, name: &str) -> &mut Given {
        let known = self.given.get_key_value(id).map(|(id, _)| Arc::clone(id));
        let id = known.unwrap_or_else(|| id.into());
        // Beyond four billion names the rest is not found by its parts.
        if let Ok(number) = u32::try_from(self.whose.len()) {
            self.parts.insert(number, &folded(name));
            self.whose.push(Arc::clone(&id));
        }
        self.given.entry(id).or_default()
    }

    /// The name to show, as known in the first `size` entries: of a registered party that of its
    /// registration, else the newest.
    pub(crate) fn at(&self, id: &str, size: u64) -> Option<&str> {
        self.given.get(id)?.names(size).next()
    }

    /// The identifiers of which some name in the first `size` entries contains a text, folded. A
    /// new name, and what others call a thing, hides no other.
    pub(crate) fn find(&self, part: &str, size: u64) -> Vec<FoundName<'_>> {
        let numbers = self.parts.candidates(part);
        let whose = numbers.into_iter().filter_map(|number| self.whose.get(number as usize));
        let whose: BTreeSet<&Arc<str>> = whose.collect();
        let found = |id: &Arc<str>| {
            let (id, given) = self.given.get_key_value(id)?;
            let matched = given.names(size).find(|name| folded(name).contains(part))?;
            Some(FoundName { id, name: given.names(size).next()?, matched })
        };
        whose.into_iter().filter_map(found).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn names() -> Names {
        let mut names = Names::default();
        for (index, name) in [(2, "甲厂"), (5, "乙厂"), (6, "乙厂"), (9, "甲厂")] {
            names.say(index, "urn:x", name);
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
    fn every_name_of_a_size_is_found_by_its_parts_and_the_one_to_show_is_told() {
        let names = names();
        let found = |part: &str, size| {
            let found = names.find(part, size);
            found.first().map(|found| (found.name, found.matched))
        };
        let (first, second) = ("甲厂", "乙厂");
        assert_eq!((found("甲", 2), found("甲厂", 3)), (None, Some((first, first))));
        assert_eq!((found("乙", 5), found("乙", 6)), (None, Some((second, second))));
        assert_eq!(
            (found("厂", 6), found("甲", 6)),
            (Some((second, second)), Some((second, first)))
        );
        assert_eq!((found("乙", 10), found("", 10)), (Some((first, second)), None));
        assert_eq!(names.find("厂", 10).len(), 1, "once, however often it was named");
    }

    #[test]
    fn a_registered_name_comes_first_whatever_others_call_the_party() {
        let mut names = Names::default();
        names.say(1, "urn:p", "外号");
        names.register(3, "urn:p", "川禾乳业");
        names.say(5, "urn:p", "别人的叫法");
        let at = |size| names.at("urn:p", size);
        assert_eq!((at(1), at(3), at(9)), (None, Some("外号"), Some("川禾乳业")));
        let found = |part| names.find(part, 9).first().map(|found| (found.name, found.matched));
        assert_eq!(found("川禾"), Some(("川禾乳业", "川禾乳业")));
        assert_eq!(found("别人"), Some(("川禾乳业", "别人的叫法")));
    }
}
