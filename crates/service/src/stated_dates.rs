//! When lots were made and up to when they are good, as ILMD and master data say at any size of
//! the ledger.

use crate::draft::made_in;
use laiqu_epcis::LotDates;
use laiqu_epcis::facts::Facts;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::sync::Arc;

/// The dates of lots. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct StatedDates {
    /// By canonical identifier: the first statement, and the entry that made it.
    first: HashMap<Arc<str>, (u64, Stated)>,
    /// What was stated otherwise later, with the entries that said so first.
    later: HashMap<Arc<str>, BTreeMap<Stated, u64>>,
}

/// One statement, as small as it can be: most lots have one. Days since 1970-01-01.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
struct Stated {
    made: [i32; 2],
    expires: i32,
}

/// A day that is not stated.
const NONE: i32 = i32::MIN;

impl From<LotDates> for Stated {
    fn from(dates: LotDates) -> Self {
        let day = |day: i64| i32::try_from(day).unwrap_or(NONE);
        let made = dates.made.map_or([NONE; 2], |(first, last)| [day(first), day(last)]);
        Self { made, expires: dates.expires.map_or(NONE, day) }
    }
}

/// All that is stated of one lot, each date once and in order; days since 1970-01-01.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(crate) struct DatesOfLot {
    /// First and last day on which it was made.
    pub(crate) made: BTreeSet<(i64, i64)>,
    /// Last day on which it is good.
    pub(crate) expires: BTreeSet<i64>,
}

impl StatedDates {
    /// Takes in what the entry at `index` says of a lot; `shared` gives the text of an identifier
    /// that is kept already.
    pub(crate) fn say(
        &mut self,
        index: u64,
        id: &str,
        dates: LotDates,
        shared: impl Fn(&str) -> Arc<str>,
    ) {
        let stated = Stated::from(dates);
        match self.first.get_key_value(id) {
            None => {
                self.first.insert(shared(id), (index, stated));
            }
            Some((_, (_, first))) if *first == stated => {}
            Some((id, _)) => {
                let later = self.later.entry(Arc::clone(id)).or_default();
                later.entry(stated).or_insert(index);
            }
        }
    }

    /// Takes in what the ILMD of an event in the entry at `index` says of all that the event makes.
    pub(crate) fn learn(
        &mut self,
        index: u64,
        facts: &Facts,
        dates: LotDates,
        shared: impl Fn(&str) -> Arc<str>,
    ) {
        if !dates.is_empty() {
            made_in(facts).into_iter().for_each(|id| self.say(index, id, dates, &shared));
        }
    }

    /// What was said of a lot in the first `size` entries.
    pub(crate) fn at(&self, id: &str, size: u64) -> DatesOfLot {
        let first = self.first.get(id).map(|(index, stated)| (stated, index));
        let later = self.later.get(id).into_iter().flatten();
        let mut all = DatesOfLot::default();
        for (stated, _) in first.into_iter().chain(later).filter(|(_, index)| **index < size) {
            let [first, last] = stated.made;
            if first != NONE {
                all.made.insert((first.into(), last.into()));
            }
            if stated.expires != NONE {
                all.expires.insert(stated.expires.into());
            }
        }
        all
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_date_of_a_size_counts_once() {
        let mut all = StatedDates::default();
        for (index, day, expires) in
            [(1, 10, None), (2, 10, None), (4, 12, Some(30)), (6, 12, None)]
        {
            let dates = LotDates { made: Some((day, day + 1)), expires };
            all.say(index, "urn:x", dates, |id| Arc::from(id));
        }
        let good = LotDates { made: None, expires: Some(40) };
        all.say(7, "urn:x", good, |id| Arc::from(id));
        let at = |size| {
            let dates = all.at("urn:x", size);
            (Vec::from_iter(dates.made), Vec::from_iter(dates.expires))
        };
        assert_eq!(at(1), (vec![], vec![]));
        assert_eq!((at(2), at(4)), ((vec![(10, 11)], vec![]), (vec![(10, 11)], vec![])));
        assert_eq!(at(5), (vec![(10, 11), (12, 13)], vec![30]));
        assert_eq!(at(8), (vec![(10, 11), (12, 13)], vec![30, 40]));
        assert_eq!(all.at("urn:y", 9), DatesOfLot::default());
    }
}
