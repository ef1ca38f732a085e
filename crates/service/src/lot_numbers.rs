//! Lots by the numbers that are printed on them, as known at any size of the ledger.

use crate::names::{FoundBy, FoundText};
use crate::scan::{Scan, scan};
use laiqu_columns::{Column, Error, Opened, Saving, Texts};
use laiqu_epcis::facts::Facts;
use laiqu_epcis::identifier::lot_number;
use laiqu_index::{Grams, folded};

/// Every lot that an event names, itself or as that of a single thing. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct LotNumbers {
    lots: Texts,
    /// The entry that first named each.
    since: Column<u64>,
    parts: Grams,
}

impl LotNumbers {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self {
            lots: Texts::open(opened, name)?,
            since: Column::open(opened, &format!("{name}.since"))?,
            parts: Grams::open(opened, &format!("{name}.parts"))?,
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.lots.save(saving, name)?;
        self.since.save(saving, &format!("{name}.since"))?;
        self.parts.save(saving, &format!("{name}.parts"))
    }

    /// Takes in the lots of an event in the entry at `index`.
    pub(crate) fn learn(&mut self, index: u64, facts: &Facts) {
        for item in &facts.items {
            for id in item.lot.iter().chain(item.is_class.then_some(&item.id)) {
                self.add(index, id);
            }
        }
    }

    fn add(&mut self, index: u64, id: &str) {
        if self.lots.find(id).is_some() {
            return;
        }
        if let Some(number) = lot_number(id) {
            self.parts.insert(self.lots.intern(id), &folded(&number));
            self.since.push(index);
        }
    }

    /// The lots named in the first `size` entries whose number contains a text, folded. So many
    /// are looked at.
    pub(crate) fn find(&self, part: &str, size: u64, most: usize) -> Scan<FoundText<'_>> {
        scan(self.parts.candidates(part), most, |number| {
            let id = self.lots.text(number);
            let since = self.since.get(number as usize).copied().filter(|since| *since < size)?;
            let matched = lot_number(id)?;
            let by = FoundBy::LotNumber;
            let is_found = folded(&matched).contains(part);
            is_found.then(|| FoundText { id, name: None, matched: matched.into(), by, since })
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
            numbers.add(index, &id);
        }
        numbers.add(4, "https://id.gs1.org/01/06901234000016/21/L7");
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
