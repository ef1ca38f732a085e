//! What the events name, by the collections of EPCIS 2.0, section 12.7.2.

use crate::ordered::Ordered;
use itertools::Itertools as _;
use laiqu_columns::{Column, Error, Opened, Saving};
use laiqu_epcis::query::CollectionKind;
use std::collections::BTreeMap;
use std::ops::Bound;

/// Members of every collection: canonical identifiers and full vocabulary URIs, each once. There
/// are many items, and the graph holds their texts already, so that a file holds their numbers
/// alone; `text_of` gives the text of a number.
#[derive(Debug, Default)]
pub struct Members {
    /// Of all collections but that of items.
    sets: Ordered<u32>,
    /// Numbers of items in the order of their texts.
    saved: Column<u32>,
    /// Items that came since, with their numbers. One that comes again is held again, so that
    /// adding one looks at no more than these.
    items: BTreeMap<Box<str>, u32>,
}

impl Members {
    /// The members that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold them.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let saved = Column::open(opened, &format!("{name}.items"))?;
        Ok(Self { sets: Ordered::open(opened, name)?, saved, items: BTreeMap::new() })
    }

    /// Writes all members under a name.
    ///
    /// # Errors
    /// Where they cannot be written.
    pub fn save<'t>(
        &self,
        saving: &mut Saving,
        name: &str,
        text_of: impl Fn(u32) -> &'t str,
    ) -> Result<(), Error> {
        self.sets.save(saving, name)?;
        let saved = self.saved.iter().map(|number| (text_of(*number), *number));
        let new = self.items.iter().map(|(text, number)| (&**text, *number));
        let all = saved.merge(new).dedup_by(|(a, _), (b, _)| a == b);
        saving.stream(&format!("{name}.items"), all.map(|(_, number)| [number]))
    }

    /// Adds a member of another collection than that of items.
    pub fn insert(&mut self, kind: CollectionKind, text: &str) {
        self.sets.insert(place(kind), text);
    }

    /// Adds an item, which goes by a number.
    pub fn insert_item(&mut self, text: &str, number: impl FnOnce() -> u32) {
        if !self.items.contains_key(text) {
            self.items.insert(text.into(), number());
        }
    }

    /// Members behind a text in the order of their bytes; all of them where there is none.
    pub fn behind<'m>(
        &'m self,
        kind: CollectionKind,
        text: Option<&'m str>,
        text_of: impl Fn(u32) -> &'m str + 'm,
    ) -> Box<dyn Iterator<Item = &'m str> + 'm> {
        if kind != CollectionKind::Epcs {
            return Box::new(self.sets.behind(place(kind), text));
        }
        let first =
            text.map_or(0, |text| self.saved.partition_point(|number| text_of(*number) <= text));
        let saved = (first..self.saved.len()).filter_map(|at| self.saved.get(at));
        let begin = text.map_or(Bound::Unbounded, Bound::Excluded);
        let new = self.items.range::<str, _>((begin, Bound::Unbounded));
        let new = new.map(|(text, _)| &**text);
        Box::new(saved.map(move |number| text_of(*number)).merge(new).dedup())
    }
}

/// The number that a collection has in files.
fn place(kind: CollectionKind) -> u32 {
    match kind {
        CollectionKind::EventTypes => 0,
        CollectionKind::Epcs => 1,
        CollectionKind::BizSteps => 2,
        CollectionKind::BizLocations => 3,
        CollectionKind::ReadPoints => 4,
        CollectionKind::Dispositions => 5,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;

    #[test]
    fn members_come_once_and_in_order_behind_any_text() {
        for kind in [CollectionKind::Epcs, CollectionKind::ReadPoints] {
            let (mut members, texts) = (Members::default(), ["b", "a", "c", "b", "ab", "a"]);
            let text_of = |number: u32| texts.get(number as usize).copied().unwrap_or("");
            for (number, text) in (0..).zip(texts) {
                match kind {
                    CollectionKind::Epcs => members.insert_item(text, || number),
                    _ => members.insert(kind, text),
                }
                if number % 2 == 1 {
                    let save = |s: &mut Saving| members.save(s, "m", text_of);
                    members = reopened(save, |o| Members::open(o, "m"));
                }
            }
            let behind = |text| members.behind(kind, text, text_of).collect::<Vec<_>>();
            assert_eq!(behind(None), ["a", "ab", "b", "c"]);
            assert_eq!(behind(Some("a")), ["ab", "b", "c"]);
            assert_eq!(behind(Some("bb")), ["c"]);
            assert!(members.behind(CollectionKind::BizSteps, None, text_of).next().is_none());
        }
    }
}
