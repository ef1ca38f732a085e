//! Lots by the numbers that are printed on them, as known at any size of the ledger.

use crate::names::{FoundBy, FoundText};
use crate::scan::{Scan, scan};
use laiqu_epcis::facts::Facts;
use laiqu_epcis::identifier::lot_number;
use laiqu_index::{Grams, folded};
use std::collections::HashSet;
use std::sync::Arc;

/// Every lot that an event names, itself or as that of a single thing. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct LotNumbers {
    known: HashSet<Arc<str>>,
    /// With the entry that first named each.
    lots: Vec<(u64, Arc<str>)>,
    parts: Grams,
}

impl LotNumbers {
    /// Takes in the lots of an event in the entry at `index`; `shared` gives the text of an
    /// identifier that is kept already.
    pub(crate) fn learn(&mut self, index: u64, facts: &Facts, shared: impl Fn(&str) -> Arc<str>) {
        for item in &facts.items {
            for id in item.lot.iter().chain(item.is_class.then_some(&item.id)) {
                self.add(index, id, &shared);
            }
        }
    }

    fn add(&mut self, index: u64, id: &str, shared: impl Fn(&str) -> Arc<str>) {
        if self.known.contains(id) {
            return;
        }
        // Beyond four billion lots the rest is not found by its number.
        let next = u32::try_from(self.lots.len());
        if let (Ok(next), Some(lot)) = (next, lot_number(id)) {
            self.parts.insert(next, &folded(&lot));
            let id = shared(id);
            self.lots.push((index, Arc::clone(&id)));
            self.known.insert(id);
        }
    }

    /// The lots named in the first `size` entries whose number contains a text, folded. So many
    /// are looked at.
    pub(crate) fn find(&self, part: &str, size: u64, most: usize) -> Scan<FoundText<'_>> {
        scan(self.parts.candidates(part), most, |number| {
            let (at, id) = self.lots.get(number as usize)?;
            let matched = lot_number(id).filter(|_| *at < size)?;
            let by = FoundBy::LotNumber;
            let is_found = folded(&matched).contains(part);
            is_found.then(|| FoundText { id, name: None, matched: matched.into(), by })
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_lot_is_found_by_any_part_of_its_printed_number() {
        let lot = |number: &str| format!("https://id.gs1.org/01/06901234000016/10/{number}");
        let mut numbers = LotNumbers::default();
        for (index, id) in [(1, lot("L7%2F%E5%86%AC")), (2, lot("L70")), (3, lot("L70"))] {
            numbers.add(index, &id, |id: &str| Arc::from(id));
        }
        numbers.add(4, "https://id.gs1.org/01/06901234000016/21/L7", |id: &str| Arc::from(id));
        let found = |part: &str, size, most| {
            let scan = numbers.find(&folded(part), size, most);
            (scan.found.into_iter().map(|lot| lot.matched).collect::<Vec<_>>(), scan.is_cut)
        };
        assert_eq!(found("l7", 9, 9), (vec!["L7/冬".into(), "L70".into()], false));
        assert_eq!(found("/冬", 9, 9), (vec!["L7/冬".into()], false));
        assert_eq!(found("L70", 2, 9), (vec![], false));
        assert!(found("L", 9, 1).1);
    }
}
