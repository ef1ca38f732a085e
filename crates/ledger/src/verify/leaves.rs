//! The entries of a unit: links, leaves and what their frames hold up to.

use laiqu_proof::leaf_hash;

use super::pass::Pass;
use crate::chain::ChainFault;
use crate::inspect::{Fault, Unit};
use crate::leaf::Leaf;
use crate::records::Record;

impl Pass<'_> {
    pub(super) fn unit(&mut self, unit: &Unit<'_>) {
        let expected = u64::from(unit.header.entries);
        for record in &unit.records {
            let base = u64::from(unit.header.place.offset);
            let meta_faulty = |fault: &Fault| {
                let (from, to) = (base + record.from as u64, base + record.to as u64);
                fault.entry == Some(record.index) && fault.from <= from && to <= fault.to
            };
            if unit.faults.iter().any(meta_faulty) {
                self.gap();
                self.deep.unreadable(record.index);
                continue;
            }
            self.record(unit, record);
        }
        if (unit.records.len() as u64) < expected {
            self.gap();
        }
    }

    fn record(&mut self, unit: &Unit<'_>, record: &Record<'_>) {
        let place = unit.header.place;
        let base = u64::from(place.offset);
        let (from, to) = (base + record.from as u64, base + record.to as u64);
        let fault = |what: String| Fault { from, to, entry: Some(record.index), what };
        let leaf = match Leaf::decode(record.leaf) {
            Ok(leaf) => leaf,
            Err(error) => {
                self.damage(place.segment, fault(error.to_string()));
                self.deep.unreadable(record.index);
                return self.gap();
            }
        };
        let hash = leaf_hash(record.leaf);
        if let Err(what) = self.link(&leaf) {
            self.damage(place.segment, fault(what.to_string()));
        }
        let named = self.head.filter(|head| head.size == record.index + 1);
        if named.is_some_and(|head| head.last_leaf_hash != hash) {
            let what = "it is not the entry that the head file names".to_owned();
            self.damage(place.segment, fault(what));
        }
        self.chain.resume(&leaf, hash);
        self.unlinked = false;
        if let Some(rejoined) = &mut self.rejoined {
            rejoined.insert(leaf.issuer);
        }
        if self.complete {
            self.hashes.push(hash);
        }
        let frame = self.frame(unit, record);
        if let Some(what) = self.erasures.entry(&leaf, frame, unit.header.first_index) {
            self.damage(place.segment, fault(what.to_owned()));
        }
        let Some(frame) = frame else { return };
        let problems = self.deep.check(self.options, &leaf, record.events, frame);
        let (from, to) = (base + record.frame_from as u64, base + record.frame_to as u64);
        for what in problems {
            let entry = Some(record.index);
            self.damage(place.segment, Fault { from, to, entry, what });
        }
    }

    /// The frame of a record, `None` where it is erased or does not hold.
    fn frame<'u>(&mut self, unit: &Unit<'u>, record: &Record<'_>) -> Option<&'u [u8]> {
        let (index, segment) = (record.index, unit.header.place.segment);
        if unit.erased.contains(&index) {
            let base = u64::from(unit.header.place.offset);
            let (from, to) = (base + record.frame_from as u64, base + record.frame_to as u64);
            let what = "erased, but no entry says so".to_owned();
            self.erasures.gone(index, segment, Fault { from, to, entry: Some(index), what }, true);
            return None;
        }
        let Some(fault) = unit.frame_fault(index) else { return Some(unit.frame(record)) };
        if unit.only_frames_fail() {
            self.erasures.gone(index, segment, fault.clone(), false);
        }
        self.deep.unreadable(index);
        None
    }

    /// The links of a leaf, apart from those whose other end could not be read.
    fn link(&self, leaf: &Leaf) -> Result<(), ChainFault> {
        if self.unlinked {
            return Ok(());
        }
        let fault = match self.chain.step().check(leaf) {
            Ok(()) => return Ok(()),
            Err(fault) => fault,
        };
        let of_issuer = matches!(fault, ChainFault::IssuerSeq { .. } | ChainFault::IssuerPrev);
        let lost = self.rejoined.as_ref().is_some_and(|seen| !seen.contains(&leaf.issuer));
        if of_issuer && lost { Ok(()) } else { Err(fault) }
    }
}
