//! The chain of all entries and the chains of each issuer, as one fold over leaves.

use std::collections::HashMap;

use laiqu_proof::Hash;

use crate::leaf::Leaf;

/// Where the log ends: what the next entry must refer to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Head {
    /// Entries in the log; the next entry has this index.
    pub size: u64,
    /// Leaf hash of the last entry, [`Hash::ZERO`] while there is none.
    pub last_leaf_hash: Hash,
    /// Time of the last entry in microseconds since 1970, `None` while there is none.
    pub last_time_micros: Option<u64>,
}

/// Where one issuer's chain ends.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct IssuerHead {
    /// Sequence number of this issuer's next entry.
    pub next_seq: u64,
    /// Leaf hash of this issuer's last entry, [`Hash::ZERO`] while there is none.
    pub last_leaf_hash: Hash,
}

/// A link of a leaf that does not fit.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum ChainFault {
    /// The index does not follow on the entry before.
    #[error("its index is not {expected}")]
    Index {
        /// The index that would follow.
        expected: u64,
    },
    /// `prev` is not the leaf hash of the entry before.
    #[error("prev is not the leaf hash of the entry before")]
    Prev,
    /// The time is not after that of the entry before.
    #[error("its time is not after that of the entry before")]
    Time,
    /// `issuer_seq` does not follow on the issuer's entry before.
    #[error("issuer_seq is not {expected}")]
    IssuerSeq {
        /// The sequence number that would follow.
        expected: u64,
    },
    /// `issuer_prev` is not the leaf hash of the issuer's entry before.
    #[error("issuer_prev is not the leaf hash of the issuer's entry before")]
    IssuerPrev,
}

/// The ends of all chains.
#[derive(Debug, Clone)]
pub(crate) struct Chain {
    head: Head,
    issuers: HashMap<u64, IssuerHead>,
}

impl Chain {
    pub(crate) fn new() -> Self {
        let head = Head { size: 0, last_leaf_hash: Hash::ZERO, last_time_micros: None };
        Chain { head, issuers: HashMap::new() }
    }

    pub(crate) fn head(&self) -> Head {
        self.head
    }

    pub(crate) fn issuer(&self, issuer: u64) -> IssuerHead {
        let first = IssuerHead { next_seq: 0, last_leaf_hash: Hash::ZERO };
        self.issuers.get(&issuer).copied().unwrap_or(first)
    }

    /// Where the chain of each issuer ends, in no order.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = (u64, IssuerHead)> {
        self.issuers.iter().map(|(issuer, head)| (*issuer, *head))
    }

    /// Starts a run of leaves that is taken over as a whole or not at all.
    pub(crate) fn step(&self) -> Step<'_> {
        Step { base: self, head: self.head, issuers: HashMap::new() }
    }

    pub(crate) fn apply(&mut self, taken: Taken) {
        self.head = taken.head;
        self.issuers.extend(taken.issuers);
    }

    /// Takes over where the chains stand behind a segment that was not read.
    pub(crate) fn skip_to(&mut self, head: Head, issuers: &[(u64, IssuerHead)]) {
        self.head = head;
        self.issuers.extend(issuers.iter().copied());
    }

    /// Follows a leaf without judging it, to go on behind damage.
    pub(crate) fn resume(&mut self, leaf: &Leaf, leaf_hash: Hash) {
        self.head = after(leaf, leaf_hash);
        self.issuers.insert(leaf.issuer, issuer_after(leaf, leaf_hash));
    }
}

/// A run of leaves on top of a chain.
#[derive(Debug)]
pub(crate) struct Step<'a> {
    base: &'a Chain,
    head: Head,
    issuers: HashMap<u64, IssuerHead>,
}

/// What a finished [`Step`] changes in its chain.
#[derive(Debug)]
pub(crate) struct Taken {
    head: Head,
    issuers: HashMap<u64, IssuerHead>,
}

impl Taken {
    /// Issuers that have an entry in the run.
    pub(crate) fn issuers(&self) -> impl Iterator<Item = u64> {
        self.issuers.keys().copied()
    }
}

impl Step<'_> {
    /// The first link of this leaf that does not fit, if one does not.
    pub(crate) fn check(&self, leaf: &Leaf) -> Result<(), ChainFault> {
        if leaf.index != self.head.size {
            return Err(ChainFault::Index { expected: self.head.size });
        }
        if leaf.prev != self.head.last_leaf_hash {
            return Err(ChainFault::Prev);
        }
        if self.head.last_time_micros.is_some_and(|last| leaf.time_micros <= last) {
            return Err(ChainFault::Time);
        }
        let issuer =
            self.issuers.get(&leaf.issuer).copied().unwrap_or(self.base.issuer(leaf.issuer));
        if leaf.issuer_seq != issuer.next_seq {
            return Err(ChainFault::IssuerSeq { expected: issuer.next_seq });
        }
        if leaf.issuer_prev != issuer.last_leaf_hash {
            return Err(ChainFault::IssuerPrev);
        }
        Ok(())
    }

    pub(crate) fn push(&mut self, leaf: &Leaf, leaf_hash: Hash) -> Result<(), ChainFault> {
        self.check(leaf)?;
        self.head = after(leaf, leaf_hash);
        self.issuers.insert(leaf.issuer, issuer_after(leaf, leaf_hash));
        Ok(())
    }

    pub(crate) fn finish(self) -> Taken {
        Taken { head: self.head, issuers: self.issuers }
    }
}

fn after(leaf: &Leaf, leaf_hash: Hash) -> Head {
    Head {
        size: leaf.index.saturating_add(1),
        last_leaf_hash: leaf_hash,
        last_time_micros: Some(leaf.time_micros),
    }
}

fn issuer_after(leaf: &Leaf, leaf_hash: Hash) -> IssuerHead {
    IssuerHead { next_seq: leaf.issuer_seq.saturating_add(1), last_leaf_hash: leaf_hash }
}
