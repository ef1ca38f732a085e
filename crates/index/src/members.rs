//! What the events name, by the collections of EPCIS 2.0, section 12.7.2.

use crate::ordered::Ordered;
use itertools::Itertools as _;
use laiqu_columns::{Column, Error, Opened, Saving};
use laiqu_epcis::query::CollectionKind;
use roaring::RoaringBitmap;
use std::sync::{Arc, Mutex, PoisonError};

/// Members of every collection: canonical identifiers and full vocabulary URIs, each once. There
/// are many items, and the graph holds their texts already, so that they go by numbers alone;
/// `text_of` gives the text of a number.
#[derive(Debug, Default)]
pub struct Members {
    /// Of all collections but that of items.
    sets: Ordered<u32>,
    /// Numbers of items in the order of their texts.
    saved: Column<u32>,
    /// Items that came since. One that comes again is held again, so that adding one looks at no
    /// more than these.
    new: New,
}

/// Items, each once.
#[derive(Debug, Default)]
struct New {
    known: RoaringBitmap,
    /// As they came.
    came: Vec<u32>,
    /// The first of these, in the order of their texts. Who asks puts the others there: comparing
    /// texts takes long, and few ask.
    sorted: Mutex<Arc<Vec<u32>>>,
}

impl New {
    fn insert(&mut self, number: u32) {
        if self.known.insert(number) {
            self.came.push(number);
        }
    }

    /// All of them in the order of their texts.
    fn in_order<'t>(&self, text_of: impl Fn(u32) -> &'t str) -> Arc<Vec<u32>> {
        let mut sorted = self.sorted.lock().unwrap_or_else(PoisonError::into_inner);
        let mut late = self.came.get(sorted.len()..).unwrap_or(&[]).to_vec();
        if !late.is_empty() {
            late.sort_unstable_by(|a, b| text_of(*a).cmp(text_of(*b)));
            let (mut all, mut rest) = (Vec::with_capacity(self.came.len()), sorted.as_slice());
            for number in late {
                let text = text_of(number);
                let (before, behind) =
                    rest.split_at(rest.partition_point(|known| text_of(*known) < text));
                all.extend(before);
                all.push(number);
                rest = behind;
            }
            all.extend(rest);
            *sorted = Arc::new(all);
        }
        Arc::clone(&sorted)
    }
}

impl Members {
    /// The members that a file holds under this name.
    ///
    /// # Errors
    /// Where it does not hold them.
    pub fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let saved = Column::open(opened, &format!("{name}.items"))?;
        Ok(Self { sets: Ordered::open(opened, name)?, saved, new: New::default() })
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
        let new = self.new.in_order(&text_of);
        let saved = self.saved.iter().map(|number| (text_of(*number), *number));
        let new = new.iter().map(|number| (text_of(*number), *number));
        let all = saved.merge(new).dedup_by(|(a, _), (b, _)| a == b);
        saving.stream(&format!("{name}.items"), all.map(|(_, number)| [number]))
    }

    /// Adds a member of another collection than that of items.
    pub fn insert(&mut self, kind: CollectionKind, text: &str) {
        self.sets.insert(place(kind), text);
    }

    /// Adds an item by its number.
    pub fn insert_item(&mut self, number: u32) {
        self.new.insert(number);
    }

    /// Members behind a text in the order of their bytes; all of them where there is none.
    pub fn behind<'m>(
        &'m self,
        kind: CollectionKind,
        text: Option<&'m str>,
        text_of: impl Fn(u32) -> &'m str + Copy + 'm,
    ) -> Box<dyn Iterator<Item = &'m str> + 'm> {
        if kind != CollectionKind::Epcs {
            return Box::new(self.sets.behind(place(kind), text));
        }
        let is_before = |number: u32| text.is_some_and(|text| text_of(number) <= text);
        let first = self.saved.partition_point(|number| is_before(*number));
        let saved = (first..self.saved.len()).filter_map(|at| self.saved.get(at).copied());
        let new = self.new.in_order(text_of);
        let first = new.partition_point(|number| is_before(*number));
        let new = (first..new.len()).filter_map(move |at| new.get(at).copied());
        Box::new(saved.map(text_of).merge(new.map(text_of)).dedup())
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
            let texts = ["b", "a", "c", "b", "ab", "a", "0", "b"];
            let text_of = |number: u32| texts.get(number as usize).copied().unwrap_or("");
            let known = |text| u32::try_from(texts.iter().position(|t| *t == text).unwrap());
            let mut members = Members::default();
            for (number, text) in (0..).zip(texts) {
                match kind {
                    CollectionKind::Epcs => members.insert_item(known(text).unwrap()),
                    _ => members.insert(kind, text),
                }
                // What came between two questions is put among what was asked before.
                assert!(members.behind(kind, None, |number| text_of(number)).is_sorted());
                if number % 4 == 1 {
                    let save = |s: &mut Saving| members.save(s, "m", text_of);
                    members = reopened(save, |o| Members::open(o, "m"));
                }
            }
            let behind = |text| members.behind(kind, text, text_of).collect::<Vec<_>>();
            assert_eq!(behind(None), ["0", "a", "ab", "b", "c"]);
            assert_eq!(behind(Some("a")), ["ab", "b", "c"]);
            assert_eq!(behind(Some("bb")), ["c"]);
            assert!(members.behind(CollectionKind::BizSteps, None, text_of).next().is_none());
        }
    }
}
