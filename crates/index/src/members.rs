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

/// Items that are put in order together, while their texts are at hand.
const RUN_MAX: usize = if cfg!(test) { 3 } else { 4_096 };

/// Items, each once.
#[derive(Debug, Default)]
struct New {
    known: RoaringBitmap,
    /// In runs, each in the order of its texts.
    runs: Vec<Vec<u32>>,
    /// Those that came last, as they came.
    came: Vec<u32>,
    /// The first of these, in the order of their texts. Who asks puts the others there.
    sorted: Mutex<Arc<Vec<u32>>>,
}

impl New {
    fn insert<'t>(&mut self, number: u32, text_of: impl Fn(u32) -> &'t str) {
        if !self.known.insert(number) {
            return;
        }
        self.came.push(number);
        if self.came.len() >= RUN_MAX {
            let run = std::mem::take(&mut self.came);
            self.runs.push(in_text_order(run, text_of));
            self.sorted = Mutex::default();
        }
    }

    /// Those that came last, in the order of their texts.
    fn late<'t>(&self, text_of: impl Fn(u32) -> &'t str) -> Arc<Vec<u32>> {
        let mut sorted = self.sorted.lock().unwrap_or_else(PoisonError::into_inner);
        let late = self.came.get(sorted.len()..).unwrap_or(&[]).to_vec();
        if !late.is_empty() {
            let late = in_text_order(late, &text_of);
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

/// Bytes of a text that are compared first.
const KEY_BYTES: usize = 24;

/// Puts items in the order of their texts. Texts lie anywhere, so that what tells most of them
/// apart, a few bytes behind the beginning that all of them have, is brought together first.
fn in_text_order<'t>(items: Vec<u32>, text_of: impl Fn(u32) -> &'t str) -> Vec<u32> {
    let text = |item: u32| text_of(item).as_bytes();
    let first = items.first().map_or(&[][..], |item| text(*item));
    let alike = |other: &[u8]| first.iter().zip(other).take_while(|(a, b)| a == b).count();
    let begin = items.iter().map(|item| alike(text(*item))).min().unwrap_or(0);
    let key = |item: u32| {
        let mut key = [0; KEY_BYTES];
        let rest = text(item).get(begin..).unwrap_or_default();
        key.iter_mut().zip(rest).for_each(|(to, from)| *to = *from);
        (key, item)
    };
    let mut keyed: Vec<_> = items.into_iter().map(key).collect();
    keyed.sort_unstable_by(|(a, x), (b, y)| a.cmp(b).then_with(|| text(*x).cmp(text(*y))));
    keyed.into_iter().map(|(_, item)| item).collect()
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
        let with_text = |number: &u32| (text_of(*number), *number);
        let late = self.new.late(&text_of);
        let runs = self.new.runs.iter().chain([&*late]).map(|run| run.iter().map(with_text));
        let saved = self.saved.iter().map(with_text);
        let all = saved.merge(runs.kmerge()).dedup_by(|(a, _), (b, _)| a == b);
        saving.stream(&format!("{name}.items"), all.map(|(_, number)| [number]))
    }

    /// Adds a member of another collection than that of items.
    pub fn insert(&mut self, kind: CollectionKind, text: &str) {
        self.sets.insert(place(kind), text);
    }

    /// Adds an item by its number.
    pub fn insert_item<'t>(&mut self, number: u32, text_of: impl Fn(u32) -> &'t str) {
        self.new.insert(number, text_of);
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
        let is_before = move |number: u32| text.is_some_and(|text| text_of(number) <= text);
        let first = self.saved.partition_point(|number| is_before(*number));
        let saved = (first..self.saved.len()).filter_map(|at| self.saved.get(at).copied());
        let runs = self.new.runs.iter().map(move |run| {
            let first = run.partition_point(|number| is_before(*number));
            run.iter().skip(first).map(move |number| text_of(*number))
        });
        let late = self.new.late(text_of);
        let first = late.partition_point(|number| is_before(*number));
        let late = (first..late.len()).filter_map(move |at| late.get(at).copied());
        let new = runs.kmerge().merge(late.map(text_of));
        Box::new(saved.map(text_of).merge(new).dedup())
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
                    CollectionKind::Epcs => members.insert_item(known(text).unwrap(), text_of),
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
