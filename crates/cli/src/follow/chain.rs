//! The chain of all leaves and those of the issuers, from the first entry or from a remembered one.

use crate::state::Resume;
use laiqu_ledger::{ChainFault, Kind, Leaf};
use laiqu_proof::Hash;
use std::collections::HashMap;

/// Where all chains end.
#[derive(Clone, Debug, Default)]
pub(crate) struct Chain {
    prev: Option<Hash>,
    time_micros: Option<u64>,
    issuers: HashMap<u64, (u64, Hash)>,
}

impl Chain {
    /// Goes on where an earlier check stopped; `None` where a remembered hash is none.
    pub(crate) fn resumed(resume: &Resume) -> Option<Self> {
        let issuers = resume.issuers.iter().map(|(issuer, (next, last))| {
            Hash::from_hex(last).ok().map(|last| (*issuer, (*next, last)))
        });
        Some(Self {
            prev: Some(resume.last_leaf_hash),
            time_micros: Some(resume.time_micros),
            issuers: issuers.collect::<Option<_>>()?,
        })
    }

    /// What to remember; `None` before the first entry.
    pub(crate) fn resume(&self) -> Option<Resume> {
        let issuers = self.issuers.iter();
        Some(Resume {
            time_micros: self.time_micros?,
            last_leaf_hash: self.prev?,
            issuers: issuers
                .map(|(issuer, (next, last))| (*issuer, (*next, last.to_hex())))
                .collect(),
        })
    }

    /// Time of the last entry, in microseconds since 1970.
    pub(crate) fn time_micros(&self) -> Option<u64> {
        self.time_micros
    }

    /// Everything that does not hold in the leaf that should be entry `at`.
    pub(crate) fn step(&mut self, leaf: &Result<Leaf, String>, hash: Hash, at: u64) -> Vec<String> {
        let mut faults = Vec::new();
        match leaf {
            Err(what) => faults.push(what.clone()),
            Ok(leaf) => {
                self.links(leaf, at, &mut faults);
                if (leaf.kind == Kind::LedgerInit) != (at == 0) {
                    faults.push("entry 0, and no other, is ledger.init".to_owned());
                }
                self.time_micros = Some(leaf.time_micros);
                self.issuers.insert(leaf.issuer, (leaf.issuer_seq.saturating_add(1), hash));
            }
        }
        self.prev = Some(hash);
        faults
    }

    fn links(&self, leaf: &Leaf, at: u64, faults: &mut Vec<String>) {
        let mut fault = |fault: ChainFault| faults.push(fault.to_string());
        if leaf.index != at {
            fault(ChainFault::Index { expected: at });
        }
        if leaf.prev != self.prev.unwrap_or(Hash::ZERO) {
            fault(ChainFault::Prev);
        }
        if self.time_micros.is_some_and(|last| leaf.time_micros <= last) {
            fault(ChainFault::Time);
        }
        let (expected, prev) = self.issuers.get(&leaf.issuer).copied().unwrap_or((0, Hash::ZERO));
        if leaf.issuer_seq != expected {
            fault(ChainFault::IssuerSeq { expected });
        }
        if leaf.issuer_prev != prev {
            fault(ChainFault::IssuerPrev);
        }
    }
}
