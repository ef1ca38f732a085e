//! The tree over all leaves as its right edge, and the roots of the sizes that someone asks for.

use std::collections::BTreeMap;

use laiqu_proof::{EMPTY_ROOT, Frontier, Hash};

#[derive(Debug)]
pub(super) struct Roots {
    tree: Frontier,
    /// Roots at the sizes asked for, once they are known.
    wanted: BTreeMap<u64, Option<Hash>>,
    complete: bool,
}

impl Roots {
    pub(super) fn new(wanted: impl Iterator<Item = u64>) -> Self {
        let root = |size| (size, (size == 0).then_some(EMPTY_ROOT));
        Roots { tree: Frontier::new(), wanted: wanted.map(root).collect(), complete: true }
    }

    pub(super) fn push(&mut self, leaf_hash: Hash) {
        if !self.complete {
            return;
        }
        self.tree.push(leaf_hash);
        if let Some(root) = self.wanted.get_mut(&self.tree.size()) {
            *root = Some(self.tree.root());
        }
    }

    /// A leaf is missing: no later root can be told.
    pub(super) fn gap(&mut self) {
        self.complete = false;
    }

    /// Whether no leaf is missing.
    pub(super) fn complete(&self) -> bool {
        self.complete
    }

    /// The root over all leaves, `None` where one is missing.
    pub(super) fn root(&self) -> Option<Hash> {
        self.complete.then(|| self.tree.root())
    }

    /// The root of a size that was asked for, `None` where the leaves end or are missing before.
    pub(super) fn at(&self, size: u64) -> Option<Hash> {
        self.wanted.get(&size).copied().flatten()
    }
}
