//! Names from registrations and master data, and other texts by which people look for things, as
//! known at any size of the ledger.

use crate::scan::{Scan, scan};
use laiqu_columns::{Column, Error, Groups, Opened, Saving, Table, Texts};
use laiqu_index::{Grams, folded};
use serde::Serialize;
use std::borrow::Cow;
use std::collections::HashSet;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// What each identifier was called. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct Names {
    /// Canonical identifiers, and what they are called.
    ids: Texts,
    texts: Texts,
    /// By the number of the identifier: the name that a party was registered under (what anyone
    /// else calls it comes after), names from master data, oldest first, and brands and what else
    /// stands on a label.
    registered: Table<u32, Given>,
    said: Groups<u32, Given>,
    labels: Groups<u32, Given>,
    /// Whose name or label it was, of each that was given, and the parts of these texts.
    whose: Column<u32>,
    parts: Grams,
}

/// The number of a text, and the entry that gave it first.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Given {
    index: u64,
    text: u64,
}

impl Given {
    fn text(self) -> u32 {
        u32::try_from(self.text).unwrap_or(u32::MAX)
    }
}

/// What sort of text contains what was looked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum FoundBy {
    /// A name: its own, a former one, or what somebody else calls it.
    Name,
    /// Another text of master data or of ILMD: a further name, a brand, what stands on a label.
    Label,
    /// The number of a lot, as it is printed.
    LotNumber,
}

/// An identifier of which a text was found.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct FoundText<'n> {
    pub(crate) id: &'n str,
    /// Its name.
    pub(crate) name: Option<&'n str>,
    /// The text that was found, which may be a former name or what somebody else calls it.
    pub(crate) matched: Cow<'n, str>,
    /// What sort of text that is.
    pub(crate) by: FoundBy,
    /// The entry that gave it.
    pub(crate) since: u64,
}

impl Names {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let part = |part: &str| format!("{name}.{part}");
        Ok(Self {
            ids: Texts::open(opened, &part("ids"))?,
            texts: Texts::open(opened, &part("texts"))?,
            registered: Table::open(opened, &part("registered"))?,
            said: Groups::open(opened, &part("said"))?,
            labels: Groups::open(opened, &part("labels"))?,
            whose: Column::open(opened, &part("whose"))?,
            parts: Grams::open(opened, &part("parts"))?,
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let Self { ids, texts, registered, said, labels, whose, parts } = self;
        let part = |part: &str| format!("{name}.{part}");
        ids.save(saving, &part("ids"))?;
        texts.save(saving, &part("texts"))?;
        registered.save(saving, &part("registered"))?;
        said.save(saving, &part("said"))?;
        labels.save(saving, &part("labels"))?;
        whose.save(saving, &part("whose"))?;
        parts.save(saving, &part("parts"))
    }

    /// Takes in the name that master data in the entry at `index` gives.
    pub(crate) fn say(&mut self, index: u64, id: &str, name: &str) {
        let (id, text) = (self.ids.intern(id), self.texts.intern(name));
        if self.said.get(id).last().is_none_or(|last| last.text() != text) {
            let given = self.give(index, id, text);
            self.said.push(id, given);
        }
    }

    /// Takes in another text by which the entry at `index` describes a thing.
    pub(crate) fn label(&mut self, index: u64, id: &str, label: &str) {
        let (id, text) = (self.ids.intern(id), self.texts.intern(label));
        let mut known = self.said.get(id).iter().chain(self.labels.get(id));
        if !known.any(|given| given.text() == text) {
            let given = self.give(index, id, text);
            self.labels.push(id, given);
        }
    }

    /// Takes in the name under which the entry at `index` registers a party.
    pub(crate) fn register(&mut self, index: u64, id: &str, name: &str) {
        let (id, text) = (self.ids.intern(id), self.texts.intern(name));
        let given = self.give(index, id, text);
        *self.registered.or_insert(id, given) = given;
    }

    /// Lets an identifier be found by another text.
    fn give(&mut self, index: u64, id: u32, text: u32) -> Given {
        // Beyond four billion texts the rest is not found by its parts.
        if let Ok(number) = u32::try_from(self.whose.len()) {
            self.parts.insert(number, &folded(self.texts.text(text)));
            self.whose.push(id);
        }
        Given { index, text: text.into() }
    }

    /// In the first `size` entries, the name to show first, then the newer before the older; and
    /// the entries that gave them.
    fn names(&self, id: u32, size: u64) -> impl Iterator<Item = (&str, u64)> {
        let registered = self.registered.get(id).into_iter();
        let known = registered.chain(self.said.get(id).iter().rev());
        known.filter(move |given| given.index < size).map(|given| self.given(*given))
    }

    fn given(&self, given: Given) -> (&str, u64) {
        (self.texts.text(given.text()), given.index)
    }

    /// In the first `size` entries, the one text that contains a part, and the entry that gave it:
    /// a name before a label.
    fn matching(&self, id: u32, part: &str, size: u64) -> Option<(&str, u64, FoundBy)> {
        let labels = self.labels.get(id).iter().filter(|given| given.index < size);
        let mut labels: Vec<_> = labels.map(|given| self.given(*given)).collect();
        labels.sort_unstable();
        let names = self.names(id, size).map(|(name, since)| (name, since, FoundBy::Name));
        let labels = labels.into_iter().map(|(label, since)| (label, since, FoundBy::Label));
        names.chain(labels).find(|(text, ..)| folded(text).contains(part))
    }

    /// The name to show, as known in the first `size` entries: of a registered party that of its
    /// registration, else the newest.
    pub(crate) fn at(&self, id: &str, size: u64) -> Option<&str> {
        self.names(self.ids.find(id)?, size).next().map(|(name, _)| name)
    }

    /// The identifiers of which some name or label in the first `size` entries contains a text,
    /// folded. A new name, and what others call a thing, hides no other. So many texts are looked
    /// at.
    pub(crate) fn find(&self, part: &str, size: u64, most: usize) -> Scan<FoundText<'_>> {
        let mut known: HashSet<u32> = HashSet::new();
        scan(self.parts.candidates(part), most, |number| {
            let id = *self.whose.get(number as usize)?;
            if !known.insert(id) {
                return None;
            }
            let (matched, since, by) = self.matching(id, part, size)?;
            let name = self.names(id, size).next().map(|(name, _)| name);
            Some(FoundText { id: self.ids.text(id), name, matched: matched.into(), by, since })
        })
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
            let found = names.find(part, size, 9).found.pop()?;
            Some((found.name?, found.matched.into_owned()))
        };
        let some = |name, matched: &str| Some((name, matched.to_owned()));
        let (first, second) = ("甲厂", "乙厂");
        assert_eq!((found("甲", 2), found("甲厂", 3)), (None, some(first, first)));
        assert_eq!((found("乙", 5), found("乙", 6)), (None, some(second, second)));
        assert_eq!((found("厂", 6), found("甲", 6)), (some(second, second), some(second, first)));
        assert_eq!((found("乙", 10), found("", 10)), (some(first, second), None));
        let all = names.find("厂", 10, 9);
        assert_eq!((all.found.len(), all.is_cut), (1, false), "once, however often it was named");
        assert!(names.find("厂", 10, 2).is_cut, "so many texts are looked at");
    }

    #[test]
    fn labels_find_a_thing_and_never_name_it() {
        let mut names = names();
        names.label(3, "urn:x", "川禾");
        names.label(4, "urn:x", "甲厂");
        names.label(7, "urn:z", "川禾");
        assert_eq!((names.at("urn:x", 5), names.at("urn:z", 9)), (Some("甲厂"), None));
        let found = |part: &str, size| {
            let found = names.find(part, size, 9).found.into_iter();
            found.map(|found| (found.id, found.name, found.by)).collect::<Vec<_>>()
        };
        assert_eq!(found("川", 3), []);
        let x = ("urn:x", Some("甲厂"), FoundBy::Label);
        assert_eq!(found("川", 4), [x]);
        assert_eq!(found("甲", 4), [("urn:x", Some("甲厂"), FoundBy::Name)]);
        assert_eq!(found("川", 8), [("urn:x", Some("乙厂"), x.2), ("urn:z", None, x.2)]);
    }

    #[test]
    fn a_registered_name_comes_first_whatever_others_call_the_party() {
        let mut names = Names::default();
        names.say(1, "urn:p", "外号");
        names.register(3, "urn:p", "川禾乳业");
        names.say(5, "urn:p", "别人的叫法");
        let at = |size| names.at("urn:p", size);
        assert_eq!((at(1), at(3), at(9)), (None, Some("外号"), Some("川禾乳业")));
        let found = |part| {
            let found = names.find(part, 9, 9).found.pop()?;
            Some((found.name?, found.matched.into_owned()))
        };
        let some = |matched: &str| Some(("川禾乳业", matched.to_owned()));
        assert_eq!((found("川禾"), found("别人")), (some("川禾乳业"), some("别人的叫法")));
    }
}
