//! Erased frames and the entries that must say so.

use std::collections::{BTreeMap, BTreeSet};

use super::Severity;
use super::pass::Pass;
use crate::access::Access;
use crate::inspect::Fault;
use crate::kind::Kind;
use crate::leaf::Leaf;
use crate::segment;

/// A frame that cannot be read, until an entry says that it was erased.
#[derive(Debug)]
struct Gone {
    segment: u64,
    fault: Fault,
    /// Whether it is overwritten from its first byte to its last.
    erased: bool,
}

#[derive(Debug, Default)]
pub(super) struct Erasures {
    gone: BTreeMap<u64, Gone>,
    /// Entries that are named and the entry that names each.
    named: BTreeMap<u64, u64>,
    /// Entries of kinds that stay.
    lasting: BTreeSet<u64>,
}

impl Erasures {
    pub(super) fn gone(&mut self, index: u64, segment: u64, fault: Fault, erased: bool) {
        self.gone.insert(index, Gone { segment, fault, erased });
    }

    /// Takes an entry, and the index that it names if it is an erasure, in a unit that begins with
    /// `first_index`. Answers what it must not say.
    pub(super) fn entry(
        &mut self,
        leaf: &Leaf,
        named: Option<u64>,
        first_index: u64,
    ) -> Option<&'static str> {
        if !leaf.kind.is_erasable() {
            self.lasting.insert(leaf.index);
        }
        if leaf.kind != Kind::Erasure {
            return None;
        }
        match named.filter(|index| *index < first_index && !self.lasting.contains(index)) {
            Some(index) if self.named.insert(index, leaf.index).is_none() => None,
            _ => Some("it names no entry that it can erase"),
        }
    }
}

impl Pass<'_> {
    /// Compares what is gone with what entries say, once all of them are read.
    pub(super) fn check_erasures(&mut self) {
        let Erasures { gone, named, .. } = std::mem::take(&mut self.erasures);
        let unread = |index: &u64| *index < self.skipped_before && !gone.contains_key(index);
        let named: BTreeMap<u64, u64> =
            named.into_iter().filter(|(index, _)| !unread(index)).collect();
        for (index, Gone { segment, fault, erased }) in &gone {
            match named.get(index) {
                Some(by) if *erased => self.report.erased.push((*index, *by)),
                Some(by) => self.unfinished(*segment, *index, *by, fault.from, fault.to),
                None => self.outbox.damage(*segment, fault.clone()),
            }
        }
        let whole = named.iter().filter(|(index, _)| !gone.contains_key(index));
        for (index, by) in whole {
            self.unfinished(self.tail.segment, *index, *by, 0, 0);
        }
    }

    fn unfinished(&mut self, number: u64, index: u64, by: u64, from: u64, to: u64) {
        let what = format!("its erasure by entry {by} was cut off; the next start finishes it");
        if self.access == Access::BesideWriter {
            self.report.not_checked.push(format!("entry {index}: an erasure under way"));
        } else {
            self.note(&segment::name(number), Severity::Torn, Some(index), from, to, what);
        }
    }
}
