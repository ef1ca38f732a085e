//! When lots were made and up to when they are good, as ILMD and master data say at any size of
//! the ledger.

use crate::draft::made_in;
use laiqu_columns::{Error, Groups, Opened, Saving};
use laiqu_epcis::LotDates;
use laiqu_epcis::facts::Facts;
use laiqu_trace::Graph;
use std::collections::BTreeSet;
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

/// The dates of lots. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct StatedDates {
    /// By the number that the graph gives a lot: each statement once, with the entry that made it
    /// first.
    said: Groups<u32, Stated>,
}

/// One statement, as small as it can be: most lots have one. Days since 1970-01-01.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Stated {
    index: u64,
    made: [i32; 2],
    expires: i32,
    reserved: i32,
}

/// A day that is not stated.
const NONE: i32 = i32::MIN;

impl Stated {
    fn new(index: u64, dates: LotDates) -> Self {
        let day = |day: i64| i32::try_from(day).unwrap_or(NONE);
        let made = dates.made.map_or([NONE; 2], |(first, last)| [day(first), day(last)]);
        Self { index, made, expires: dates.expires.map_or(NONE, day), reserved: 0 }
    }

    fn says_as(&self, other: &Self) -> bool {
        (self.made, self.expires) == (other.made, other.expires)
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
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self { said: Groups::open(opened, name)? })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.said.save(saving, name)
    }

    /// Takes in what the entry at `index` says of a lot.
    pub(crate) fn say(&mut self, index: u64, graph: &mut Graph, id: &str, dates: LotDates) {
        let stated = Stated::new(index, dates);
        let lot = graph.number(id);
        if !self.said.get(lot).iter().any(|known| known.says_as(&stated)) {
            self.said.push(lot, stated);
        }
    }

    /// Takes in what the ILMD of an event in the entry at `index` says of all that the event makes.
    pub(crate) fn learn(&mut self, index: u64, graph: &mut Graph, facts: &Facts, dates: LotDates) {
        if !dates.is_empty() {
            made_in(facts).into_iter().for_each(|id| self.say(index, graph, id, dates));
        }
    }

    /// The statements about a lot in the first `size` entries.
    fn said(&self, graph: &Graph, id: &str, size: u64) -> impl Iterator<Item = &Stated> {
        let said = graph.find_number(id).map_or(&[][..], |lot| self.said.get(lot));
        said.iter().filter(move |stated| stated.index < size)
    }

    /// The entries in which they are, each kind of statement in its first.
    pub(crate) fn entries(&self, graph: &Graph, id: &str, size: u64) -> Vec<u64> {
        self.said(graph, id, size).map(|stated| stated.index).collect()
    }

    /// What was said of a lot in the first `size` entries.
    pub(crate) fn at(&self, graph: &Graph, id: &str, size: u64) -> DatesOfLot {
        let mut all = DatesOfLot::default();
        for stated in self.said(graph, id, size) {
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
        let (mut all, mut graph) = (StatedDates::default(), Graph::new());
        for (index, day, expires) in
            [(1, 10, None), (2, 10, None), (4, 12, Some(30)), (6, 12, None)]
        {
            let dates = LotDates { made: Some((day, day + 1)), expires };
            all.say(index, &mut graph, "urn:x", dates);
        }
        let good = LotDates { made: None, expires: Some(40) };
        all.say(7, &mut graph, "urn:x", good);
        let at = |size| {
            let dates = all.at(&graph, "urn:x", size);
            (Vec::from_iter(dates.made), Vec::from_iter(dates.expires))
        };
        assert_eq!(at(1), (vec![], vec![]));
        assert_eq!((at(2), at(4)), ((vec![(10, 11)], vec![]), (vec![(10, 11)], vec![])));
        assert_eq!(at(5), (vec![(10, 11), (12, 13)], vec![30]));
        assert_eq!(at(8), (vec![(10, 11), (12, 13)], vec![30, 40]));
        let entries = |id| all.entries(&graph, id, 5);
        assert_eq!((entries("urn:x"), entries("urn:y")), (vec![1, 4], vec![]));
        assert_eq!(all.at(&graph, "urn:y", 9), DatesOfLot::default());
    }
}
