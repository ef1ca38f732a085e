//! Lots by the numbers that are printed on them, as known at any size of the ledger.

use crate::names::{FoundBy, FoundText};
use crate::scan::{Scan, scan};
use laiqu_columns::{Column, Error, Opened, Saving};
use laiqu_epcis::identifier::lot_number;
use laiqu_index::{Grams, folded};
use laiqu_trace::Graph;

/// Every lot of the graph, in its order. A fold: entries in order.
#[derive(Debug, Default)]
pub(crate) struct LotNumbers {
    /// The entry that first named each.
    since: Column<u64>,
    parts: Grams,
}

impl LotNumbers {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self {
            since: Column::open(opened, &format!("{name}.since"))?,
            parts: Grams::open(opened, &format!("{name}.parts"))?,
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        self.since.save(saving, &format!("{name}.since"))?;
        self.parts.save(saving, &format!("{name}.parts"))
    }

    /// Takes in the lots that the graph got to know by the entry at `index`.
    pub(crate) fn learn(&mut self, index: u64, graph: &Graph) {
        while let Some(id) = graph.lot(self.since.len()) {
            if let (Some(number), Ok(at)) = (lot_number(id), u32::try_from(self.since.len())) {
                self.parts.insert(at, &folded(&number));
            }
            self.since.push(index);
        }
    }

    /// The lots named in the first `size` entries whose number contains a text, folded. So many
    /// are looked at.
    pub(crate) fn find<'g>(
        &self,
        graph: &'g Graph,
        part: &str,
        size: u64,
        most: usize,
    ) -> Scan<FoundText<'g>> {
        scan(self.parts.candidates(part), most, |at| {
            let id = graph.lot(at as usize)?;
            let since = self.since.get(at as usize).copied().filter(|since| *since < size)?;
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
    use laiqu_epcis::facts::Position;
    use laiqu_epcis::{Document, Limits};

    #[test]
    fn a_lot_is_found_by_any_part_of_its_printed_number() {
        let item = |index, id: &str| match index {
            4 => format!(r#""epcList":["https://id.gs1.org/01/06901234000016/{id}"]"#),
            _ => {
                let class = format!("https://id.gs1.org/01/06901234000016/10/{id}");
                format!(r#""quantityList":[{{"epcClass":"{class}"}}]"#)
            }
        };
        let (mut graph, mut numbers) = (Graph::new(), LotNumbers::default());
        for (index, id) in [(1, "L7%2F%E5%86%AC"), (2, "L70"), (3, "L70"), (4, "21/L7")] {
            let text = format!(
                r#"{{"@context":"https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                "type":"ObjectEvent","eventTime":"2026-05-01T08:00:00Z",
                "eventTimeZoneOffset":"+08:00","action":"OBSERVE",{}}}"#,
                item(index, id)
            );
            let document = Document::parse(&text, &Limits::default()).unwrap();
            let facts = document.events[0].facts("urn:x:event");
            graph.add(Position { index, ordinal: 0 }, "urn:x:party", &facts);
            numbers.learn(index, &graph);
        }
        let found = |part: &str, size, most| {
            let scan = numbers.find(&graph, &folded(part), size, most);
            (scan.found.into_iter().map(|lot| lot.matched).collect::<Vec<_>>(), scan.is_cut)
        };
        assert_eq!(found("l7", 9, 9), (vec!["L7/冬".into(), "L70".into()], false));
        assert_eq!(found("/冬", 9, 9), (vec!["L7/冬".into()], false));
        assert_eq!(found("L70", 2, 9), (vec![], false));
        assert!(found("L", 9, 1).1);
    }
}
