//! What is known of the moves of each item: whether they were worked out since they last may have
//! changed, and what they left in doubt. Walks note what they find out beside each other.

use std::sync::atomic::{AtomicU64, AtomicUsize, Ordering};
use std::sync::{PoisonError, RwLock};

use laiqu_columns::{Column, Error, Opened, Saving};
use prefetch_index::prefetch_index;

use crate::grade::Reasons;
use crate::intern::IdMap;

/// What makes the presence of an item unsure, by event.
type Doubts = Box<[(u32, Reasons)]>;

/// Items whose moves were worked out.
#[derive(Debug, Default)]
pub(crate) struct Settled {
    /// A bit for each item of which nothing is in doubt: so few bytes that they stay at hand.
    sure: Vec<AtomicU64>,
    /// Doubts about all other settled items, by event.
    doubts: RwLock<IdMap<u32, Doubts>>,
    /// Items in the order in which they became unsettled, and how many of them were taken.
    waiting: Vec<u32>,
    taken: AtomicUsize,
}

impl Settled {
    /// What a file holds. Doubts are not stored: whose moves left any waits again.
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        let sure = Column::<u64>::open(opened, &format!("{name}.sure"))?;
        let waiting = Column::<u32>::open(opened, &format!("{name}.waiting"))?;
        Ok(Self {
            sure: sure.iter().map(|word| AtomicU64::new(*word)).collect(),
            waiting: waiting.iter().copied().collect(),
            ..Self::default()
        })
    }

    /// Writes of which items nothing is in doubt. Of the others those wait that `waits` names.
    pub(crate) fn save(
        &self,
        saving: &mut Saving,
        name: &str,
        waits: impl Fn(u32) -> bool,
    ) -> Result<(), Error> {
        let sure = self.sure.iter().map(|word| word.load(Ordering::Relaxed));
        let sure: Vec<u64> = sure.collect();
        saving.values(&format!("{name}.sure"), &sure)?;
        let unsure = (0_u32..).zip(&sure).flat_map(|(at, word)| {
            let bits = (0..64).filter(move |bit| word >> bit & 1 == 0);
            bits.filter_map(move |bit| at.checked_mul(64)?.checked_add(bit))
        });
        let waiting: Vec<u32> = unsure.filter(|item| waits(*item)).collect();
        saving.values(&format!("{name}.waiting"), &waiting)
    }

    /// Makes room for so many items.
    pub(crate) fn make_room(&mut self, items: usize) {
        let words = items.div_ceil(64);
        if self.sure.len() < words {
            self.sure.resize_with(words, AtomicU64::default);
        }
    }

    /// Is it known that nothing about the moves of an item is in doubt?
    #[inline]
    pub(crate) fn is_sure(&self, item: u32) -> bool {
        let (at, bit) = place(item);
        self.sure.get(at).is_some_and(|word| word.load(Ordering::Relaxed) & bit != 0)
    }

    /// Has the bit of an item brought near a core.
    #[inline]
    pub(crate) fn prefetch(&self, item: u32) {
        let (at, _) = place(item);
        prefetch_index(&self.sure, at);
    }

    fn is_settled(&self, item: u32) -> bool {
        self.is_sure(item)
            || self.doubts.read().unwrap_or_else(PoisonError::into_inner).contains_key(&item)
    }

    /// Nothing is known of the moves of an item; says whether something was.
    pub(crate) fn give_up(&mut self, item: u32) -> bool {
        let (at, bit) = place(item);
        let word = self.sure.get_mut(at).map(AtomicU64::get_mut);
        if let Some(word) = word.filter(|word| **word & bit != 0) {
            *word &= !bit;
            return true;
        }
        let doubts = self.doubts.get_mut().unwrap_or_else(PoisonError::into_inner);
        !doubts.is_empty() && doubts.remove(&item).is_some()
    }

    /// An item waits to be settled.
    pub(crate) fn wait(&mut self, item: u32) {
        let taken = self.taken.get_mut();
        if *taken > self.waiting.len() / 2 {
            self.waiting.drain(..(*taken).min(self.waiting.len()));
            *taken = 0;
        }
        self.waiting.push(item);
    }

    /// The next item that waits and that nothing is known of yet.
    pub(crate) fn take(&self) -> Option<u32> {
        loop {
            let at = self.taken.load(Ordering::Relaxed);
            let item = *self.waiting.get(at)?;
            let next =
                self.taken.compare_exchange(at, at + 1, Ordering::Relaxed, Ordering::Relaxed);
            if next.is_ok() && !self.is_settled(item) {
                return Some(item);
            }
        }
    }

    /// Keeps what the moves of an item leave in doubt, as long as nothing about them changes.
    pub(crate) fn settle(&self, item: u32, doubts: &IdMap<u32, Reasons>) {
        let doubts = doubts.iter().filter(|(_, reasons)| **reasons != Reasons::NONE);
        let mut doubts: Doubts = doubts.map(|(event, reasons)| (*event, *reasons)).collect();
        if doubts.is_empty() {
            let (at, bit) = place(item);
            if let Some(word) = self.sure.get(at) {
                word.fetch_or(bit, Ordering::Relaxed);
            }
            return;
        }
        doubts.sort_unstable_by_key(|(event, _)| *event);
        self.doubts.write().unwrap_or_else(PoisonError::into_inner).insert(item, doubts);
    }

    /// What makes the use of an item by an event unsure; `None` where it has to be worked out.
    pub(crate) fn status(&self, item: u32, event: u32) -> Option<Reasons> {
        if self.is_sure(item) {
            return Some(Reasons::NONE);
        }
        let doubts = self.doubts.read().unwrap_or_else(PoisonError::into_inner);
        let doubts = doubts.get(&item)?;
        let at = doubts.binary_search_by_key(&event, |(event, _)| *event).ok();
        Some(at.and_then(|at| doubts.get(at)).map_or(Reasons::NONE, |(_, reasons)| *reasons))
    }
}

fn place(item: u32) -> (usize, u64) {
    ((item / 64) as usize, 1 << (item % 64))
}

#[cfg(test)]
mod tests {
    use crate::Graph;
    use crate::fixture::*;

    #[test]
    fn a_late_event_makes_wait_what_it_names_and_what_was_in_that_and_nothing_else() {
        let mut events = ["a", "b", "c"].map(|lot| make(lot, at(1, 1), "farm", lot, 5.0)).to_vec();
        events.push(pack("pack-a", at(2, 1), "farm", "crate-a").holds("a", 5.0));
        events.push(pack("pack-b", at(2, 1), "farm", "crate-b").holds("b", 5.0));
        let waits = |graph: &Graph| {
            std::iter::repeat_with(|| graph.settle(1)).take_while(|count| *count > 0).count()
        };
        let mut graph = graph(&events);
        assert_eq!((waits(&graph), waits(&graph)), (5, 0));
        let hauled = haul("hauled", "shipping", at(2, 2), "farm", "crate-a");
        let late = [hauled, sell("sold", at(3, 1), "shop", "c", 1.0)];
        for (index, (event, named)) in late.into_iter().zip([2, 1]).enumerate() {
            graph.add(position(20 + index), "urn:p:one", &event);
            assert_eq!(waits(&graph), named, "the crate and the lot in it, then a lot");
        }
    }

    #[test]
    fn only_what_is_in_doubt_waits_again_after_a_start() {
        let events = [
            make("e0", at(1, 1), "farm", "lot", 5.0),
            transform("e1", at(2, 1), "farm").takes("lot", 5.0).gives("flour", 4.0),
            transform("e2", at(2, 2), "mill").takes("flour", 4.0).gives("meal", 4.0),
        ];
        let settled = |graph: &Graph| {
            std::iter::repeat_with(|| graph.settle(1)).take_while(|count| *count > 0).count()
        };
        let mut graph = graph(&events);
        assert_eq!((settled(&graph), settled(&graph)), (3, 0));
        graph = reopened(&graph);
        assert_eq!((settled(&graph), settled(&graph)), (1, 0), "nothing brought the flour there");
        graph.add(position(3), "urn:p:one", &sell("e3", at(3, 1), "mill", "meal", 4.0));
        graph = reopened(&graph);
        assert_eq!((settled(&graph), settled(&graph)), (2, 0), "meal was sold as well");
    }
}
