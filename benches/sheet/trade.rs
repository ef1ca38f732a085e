//! Documents of a made trade: six events a lot, in groups in which every lot comes from the first.
//!
//! A chapter is what is written between two sizes. Its groups begin and end within it and stand
//! mixed in it, so that the answer about one is as large at every later size.

use crate::load::documents::{HEAD, TAIL};
use crate::traces::network::{EVENTS_PER_LOT, Network, event_id};
use std::fmt::Write as _;

/// Lots in each kind of group, and its part of all lots. The rest stands in groups of the last.
pub(crate) const GROUPS: [(usize, f64); 4] = [(10_000, 0.3), (1_000, 0.2), (100, 0.2), (10, 0.3)];
/// Events of one document.
pub(crate) const DOCUMENT_EVENTS: usize = 60;
/// Lots of one document.
const DOCUMENT_LOTS: usize = DOCUMENT_EVENTS / EVENTS_PER_LOT;
/// Lots of one order.
const ORDER_LOTS: usize = 5;
/// Places of the trade: two of each of so many plants.
const PLANTS: u32 = 40_000;
/// 2026-01-01T00:00:00Z, in seconds.
const FIRST_SECOND: u64 = 1_767_225_600;
const DAY_SECONDS: u64 = 86_400;

/// What is written between two sizes.
pub(crate) struct Chapter {
    network: Network,
    /// Number of its first lot in the whole ledger.
    first_lot: usize,
    /// The next lot of it that is written.
    next: usize,
}

/// A group that was written: its first lot, and how many were made of it, itself included.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Group {
    pub(crate) first: usize,
    pub(crate) lots: usize,
    /// Of its plant.
    number: u32,
}

impl Chapter {
    /// So many events, rounded down to lots, behind what was written.
    pub(crate) fn new(first_lot: usize, events: u64) -> Self {
        let lots = usize::try_from(events).unwrap_or(usize::MAX) / EVENTS_PER_LOT;
        let network = Network::of(&sizes(lots), first_lot as u64 + 7);
        Self { network, first_lot, next: 0 }
    }

    pub(crate) fn lots(&self) -> usize {
        self.network.lots()
    }

    pub(crate) fn events(&self) -> u64 {
        (self.lots() * EVENTS_PER_LOT) as u64
    }

    pub(crate) fn groups(&self) -> impl Iterator<Item = Group> {
        let numbered = self.network.groups.iter().zip(0..);
        numbered.map(|(&(first, lots), number)| Group {
            first: self.first_lot + first as usize,
            lots,
            number,
        })
    }

    /// Appends the next document; none where all is written.
    pub(crate) fn document(&mut self, body: &mut Vec<u8>) -> bool {
        let end = (self.next + DOCUMENT_LOTS).min(self.lots());
        if self.next == end {
            return false;
        }
        let mut text = HEAD.to_owned();
        for lot in self.next..end {
            if lot > self.next {
                text.push(',');
            }
            self.write_lot(&mut text, lot);
        }
        text += TAIL;
        body.extend_from_slice(text.as_bytes());
        self.next = end;
        true
    }

    /// The six events of a lot: made, packed, shipped, received, unpacked, inspected.
    fn write_lot(&self, out: &mut String, at: usize) {
        let (group, generation) = (self.network.group_of[at], self.network.generation[at]);
        let lot = self.first_lot + at;
        let (here, there) = (place(group, generation), place(group, generation + 1));
        let begin = u64::from(generation) * DAY_SECONDS + (at % 3_600) as u64;
        let name = lot_id(lot);
        let amount = |name: &str, kilograms: u32| {
            format!(r#"{{"epcClass":"{name}","quantity":{kilograms},"uom":"KGM"}}"#)
        };
        let all = amount(&name, 100);
        let pallet = format!("urn:epc:id:sscc:6901234.{lot:010}");
        let on_pallet = |action| {
            format!(
                r#""action":"{action}","parentID":"{pallet}","childEPCs":[],"childQuantityList":[{all}],"#
            )
        };
        let end = |kind: &str, name: &str, place: &str| {
            let party = place.trim_end_matches(".0").replace("sgln", "pgln");
            format!(
                r#""{kind}List":[{{"type":"location","{name}":"{place}"}},{{"type":"owning_party","{name}":"{party}"}}],"#
            )
        };
        let moved = format!(
            r#""action":"OBSERVE","epcList":["{pallet}"],"bizTransactionList":[{{"type":"desadv","bizTransaction":"{}"}},{{"type":"po","bizTransaction":"urn:epcglobal:cbv:bt:6901234000009:P{}"}}],{}{}"#,
            despatch(lot),
            lot / ORDER_LOTS,
            end("source", "source", &here),
            end("destination", "destination", &there)
        );
        let seen = format!(r#""action":"OBSERVE","epcList":[],"quantityList":[{all}],"#);
        let inputs: Vec<String> = self
            .network
            .inputs_of(at)
            .map(|input| amount(&lot_id(self.first_lot + input as usize), 1))
            .collect();
        let what = if inputs.is_empty() {
            format!(r#""action":"ADD","epcList":[],"quantityList":[{all}],"#)
        } else {
            format!(r#""inputQuantityList":[{}],"outputQuantityList":[{all}],"#, inputs.join(","))
        };
        let made = format!(
            r#"{what}"ilmd":{{"cbvmda:itemExpirationDate":"2027-06-30","cbvmda:countryOfOrigin":"CN","cbvmda:lotNumber":"T{lot:09}"}},"#
        );
        let making = if inputs.is_empty() { "ObjectEvent" } else { "TransformationEvent" };
        let rows: [(&str, u64, &str, &str, &str, &str); EVENTS_PER_LOT] = [
            (making, 0, &made, "commissioning", "active", &here),
            ("AggregationEvent", 1, &on_pallet("ADD"), "packing", "in_progress", &here),
            ("ObjectEvent", 3, &moved, "shipping", "in_transit", &here),
            ("ObjectEvent", 12, &moved, "receiving", "in_progress", &there),
            ("AggregationEvent", 13, &on_pallet("DELETE"), "unpacking", "in_progress", &there),
            ("ObjectEvent", 14, &seen, "inspecting", "sellable_not_accessible", &there),
        ];
        for (ordinal, (kind, hour, what, step, disposition, place)) in rows.into_iter().enumerate()
        {
            if ordinal > 0 {
                out.push(',');
            }
            let id = event_id(lot * EVENTS_PER_LOT + ordinal);
            let time = time(begin + hour * 3_600);
            // A String takes everything.
            let written = write!(
                out,
                r#"{{"type":"{kind}","eventID":"{id}","eventTime":"{time}","eventTimeZoneOffset":"+08:00",{what}"bizStep":"{step}","disposition":"{disposition}","readPoint":{{"id":"{place}"}},"bizLocation":{{"id":"{place}"}}}}"#
            );
            debug_assert!(written.is_ok());
        }
    }
}

/// So many groups of each kind; at least one of each that fits, from the largest on.
fn sizes(lots: usize) -> Vec<usize> {
    let mut all = Vec::new();
    let mut left = lots;
    for (size, part) in GROUPS {
        let share = (lots as f64 * part / size as f64) as usize;
        // What is left must hold smaller groups too.
        let at_least = usize::from(left > size + size / 4);
        let count = share.max(at_least).min(left / size);
        all.extend(std::iter::repeat_n(size, count));
        left -= count * size;
    }
    let (smallest, _) = GROUPS[GROUPS.len() - 1];
    all.extend(std::iter::repeat_n(smallest, left / smallest));
    all.extend((!left.is_multiple_of(smallest)).then_some(left % smallest));
    all
}

impl Group {
    /// Where its first lot was made.
    pub(crate) fn place(&self) -> String {
        place(self.number, 0)
    }
}

pub(crate) fn lot_id(lot: usize) -> String {
    format!("urn:epc:class:lgtin:6901234.{:06}.T{lot:09}", lot % 10_000)
}

/// The document that a lot was shipped with.
pub(crate) fn despatch(lot: usize) -> String {
    format!("urn:epcglobal:cbv:bt:6901234000009:D{lot}")
}

/// The event that made a lot.
pub(crate) fn made_id(lot: usize) -> String {
    event_id(lot * EVENTS_PER_LOT)
}

/// A business makes at one of its two places what the other one sent it.
fn place(group: u32, generation: u16) -> String {
    let number = group % PLANTS * 2 + u32::from(generation % 2);
    format!("urn:epc:id:sgln:6901234.{number:05}.0")
}

/// RFC 3339 of a second since the first.
pub(crate) fn time(second: u64) -> String {
    laiqu_ledger::format_time((FIRST_SECOND + second) * 1_000_000).unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_epcis::{Document, Limits};
    use std::collections::BTreeMap;

    #[test]
    fn every_chapter_is_as_long_as_it_should_be_and_holds_each_kind_that_fits() {
        for (events, kinds) in [(2_000, 2), (8_000, 3), (100_000, 4), (900_000, 4)] {
            let chapter = Chapter::new(5, events);
            assert_eq!(chapter.lots() as u64, events / 6);
            let mut counts = BTreeMap::new();
            chapter.groups().for_each(|group| *counts.entry(group.lots).or_insert(0) += 1);
            let found = GROUPS.iter().filter(|(size, _)| counts.contains_key(size)).count();
            assert_eq!(found, kinds, "{events}: {counts:?}");
        }
    }

    #[test]
    fn documents_are_sound_and_say_each_event_once() {
        let mut chapter = Chapter::new(1_000, 2_000);
        let (mut ids, mut body, mut documents) = (std::collections::HashSet::new(), vec![], 0);
        while chapter.document(&mut body) {
            let text = String::from_utf8(std::mem::take(&mut body)).unwrap();
            let document = Document::parse(&text, &Limits::default()).unwrap();
            ids.extend(document.events.iter().map(|e| e.event_id().unwrap().to_owned()));
            documents += 1;
        }
        assert_eq!((ids.len(), documents), (333 * 6, 34));
        assert!(ids.contains(&made_id(1_000)) && ids.contains(&made_id(1_332)));
    }
}
