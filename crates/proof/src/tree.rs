//! The tree in memory, with every complete subtree.

use crate::frontier::Frontier;
use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::source::{HashSource, consistency_path, frontier_at, inclusion_path, root_at};
use crate::tile::{TILE_WIDTH, TileLevel, TilePath};

/// An append-only RFC 6962 tree that answers for every size it ever had.
///
/// It keeps the hash of every complete subtree, about 64 bytes a leaf, so roots and proofs cost at
/// most 64 node hashes and tiles none.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Tree {
    /// `levels[k][i]` is the hash of leaves `i << k` to `(i + 1) << k`; level 0 holds the leaves.
    levels: Vec<Vec<Hash>>,
}

impl Tree {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { levels: Vec::new() }
    }

    /// Number of leaves.
    #[must_use]
    pub fn size(&self) -> u64 {
        self.levels.first().map_or(0, |leaves| leaves.len() as u64)
    }

    /// Appends a leaf hash; amortised constant time.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for level in 0.. {
            if self.levels.len() == level {
                self.levels.push(Vec::new());
            }
            let Some(nodes) = self.levels.get_mut(level) else { return };
            nodes.push(node);
            match nodes.as_slice() {
                [.., left, right] if nodes.len().is_multiple_of(2) => node = node_hash(left, right),
                _ => return,
            }
        }
    }

    /// The hashes of all leaves.
    #[must_use]
    pub fn leaves(&self) -> &[Hash] {
        self.levels.first().map(Vec::as_slice).unwrap_or_default()
    }

    /// Root of all leaves.
    #[must_use]
    pub fn root(&self) -> Hash {
        self.root_at(self.size()).unwrap_or(EMPTY_ROOT)
    }

    /// Hash of leaf `index`.
    #[must_use]
    pub fn leaf(&self, index: u64) -> Option<Hash> {
        self.node(0, index).ok()
    }

    /// Root of the first `size` leaves; `None` where the tree is smaller.
    #[must_use]
    pub fn root_at(&self, size: u64) -> Option<Hash> {
        if size > self.size() {
            return None;
        }
        root_at(self, size).ok()
    }

    /// Inclusion proof of leaf `index` in the first `size` leaves, the leaf's sibling first
    /// (RFC 6962 section 2.1.1); `None` where `index >= size` or the tree is smaller.
    #[must_use]
    pub fn inclusion(&self, index: u64, size: u64) -> Option<Vec<Hash>> {
        if index >= size || size > self.size() {
            return None;
        }
        inclusion_path(self, index, size).ok()
    }

    /// Consistency proof between the first `from` and the first `to` leaves (RFC 6962 section
    /// 2.1.2), empty where they are equal; `None` where `from` is 0 (every tree extends the empty
    /// one, so there is nothing to prove), `from > to` or the tree is smaller.
    #[must_use]
    pub fn consistency(&self, from: u64, to: u64) -> Option<Vec<Hash>> {
        if from == 0 || from > to || to > self.size() {
            return None;
        }
        consistency_path(self, from, to).ok()
    }

    /// Bytes of a hash tile (c2sp.org/tlog-tiles): its hashes, concatenated. `None` for an entry
    /// bundle, and for a tile that holds a subtree which is not yet complete.
    #[must_use]
    pub fn tile(&self, path: &TilePath) -> Option<Vec<u8>> {
        let TileLevel::Hashes(tile_level) = path.level() else { return None };
        let nodes = self.levels.get(usize::from(tile_level) * 8)?;
        let start = usize::try_from(path.index().checked_mul(u64::from(TILE_WIDTH))?).ok()?;
        let hashes = nodes.get(start..start.checked_add(usize::from(path.width()))?)?;
        Some(hashes.iter().flat_map(|hash| hash.0).collect())
    }

    /// The right edge of the first `size` leaves, to go on from without the tree.
    #[must_use]
    pub fn frontier_at(&self, size: u64) -> Option<Frontier> {
        if size > self.size() {
            return None;
        }
        frontier_at(self, size).ok()
    }
}

impl FromIterator<Hash> for Tree {
    fn from_iter<I: IntoIterator<Item = Hash>>(leaves: I) -> Self {
        let mut tree = Self::new();
        leaves.into_iter().for_each(|leaf| tree.push(leaf));
        tree
    }
}

/// The tree does not hold that subtree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("the tree does not hold that subtree")]
pub struct NoNode;

impl HashSource for Tree {
    type Error = NoNode;

    fn node(&self, level: u32, index: u64) -> Result<Hash, NoNode> {
        let nodes = usize::try_from(level).ok().and_then(|level| self.levels.get(level));
        let node = nodes.zip(usize::try_from(index).ok());
        node.and_then(|(nodes, index)| nodes.get(index)).copied().ok_or(NoNode)
    }
}

#[cfg(test)]
mod tests {
    use ct_merkle::mem_backed_tree::MemoryBackedTree;
    use proptest::prelude::*;
    use sha2::Sha256;

    use super::*;
    use crate::frontier::root_of;
    use crate::hash::leaf_hash;
    use crate::verify::{verify_consistency, verify_inclusion};

    fn tree_of(size: u64) -> Tree {
        let mut tree = Tree::new();
        for index in 0..size {
            tree.push(leaf_hash(&index.to_be_bytes()));
        }
        tree
    }

    #[test]
    fn every_proof_of_every_small_tree_verifies() {
        let tree = tree_of(40);
        for size in 0..=40 {
            let root = tree.root_at(size).unwrap();
            let leaves: Vec<Hash> = (0..size).filter_map(|index| tree.leaf(index)).collect();
            assert_eq!(root, root_of(&leaves));
            let frontier = tree.frontier_at(size).unwrap();
            assert_eq!((frontier.root(), frontier.size()), (root, size));
            for index in 0..size {
                let path = tree.inclusion(index, size).unwrap();
                let leaf = tree.leaf(index).unwrap();
                assert_eq!(verify_inclusion(&leaf, index, size, &path, &root), Ok(()));
            }
            for from in 1..=size {
                let path = tree.consistency(from, size).unwrap();
                let old = tree.root_at(from).unwrap();
                assert_eq!(verify_consistency(from, size, &path, &old, &root), Ok(()));
            }
        }
    }

    #[test]
    fn a_frontier_goes_on_where_the_tree_was() {
        let tree = tree_of(100);
        let mut frontier = tree.frontier_at(37).unwrap();
        (37..100).for_each(|index| frontier.push(tree.leaf(index).unwrap()));
        assert_eq!(Some(frontier.root()), tree.root_at(100));
        assert_eq!(tree.frontier_at(101), None);
    }

    #[test]
    fn questions_beyond_the_tree_have_no_answer() {
        let tree = tree_of(5);
        assert_eq!(tree.root_at(6), None);
        assert_eq!(tree.inclusion(5, 5), None);
        assert_eq!(tree.inclusion(0, 6), None);
        assert_eq!(tree.inclusion(0, 0), None);
        assert_eq!(tree.consistency(0, 5), None);
        assert_eq!(tree.consistency(5, 4), None);
        assert_eq!(tree.consistency(5, u64::MAX), None);
        assert_eq!(tree.leaf(5), None);
        assert_eq!(Tree::new().root_at(0), Some(EMPTY_ROOT));
    }

    #[test]
    fn tiles_hold_complete_subtrees_only() {
        let tree = tree_of(600);
        let tile = |path: &str| tree.tile(&path.parse().unwrap());
        let full = tile("tile/0/001").unwrap();
        assert_eq!(full.len(), 8_192);
        assert_eq!(full[..32], tree.leaf(256).unwrap().0);
        assert_eq!(tile("tile/0/002.p/88").unwrap().len(), 88 * 32);
        assert_eq!(tile("tile/0/002.p/89"), None);
        assert_eq!(tile("tile/1/000.p/2").unwrap()[..32], tree.root_at(256).unwrap().0);
        for absent in ["tile/1/000.p/3", "tile/2/000", "tile/63/000", "tile/entries/000"] {
            assert_eq!(tile(absent), None, "{absent}");
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(48))]

        /// Roots and proofs are those of an implementation that others wrote.
        #[test]
        fn agrees_with_an_independent_tree(from in 1_u64..300, more in 0_u64..300, pick: u64) {
            let to = from + more;
            let mut oracle = MemoryBackedTree::<Sha256, Vec<u8>>::new();
            for index in 0..from {
                oracle.push(index.to_be_bytes().to_vec());
            }
            let tree = tree_of(to);
            let old_root = tree.root_at(from).unwrap();
            prop_assert_eq!(oracle.root().as_bytes().to_vec(), old_root.0.to_vec());
            for index in from..to {
                oracle.push(index.to_be_bytes().to_vec());
            }
            let root = tree.root_at(to).unwrap();
            prop_assert_eq!(oracle.root().as_bytes().to_vec(), root.0.to_vec());

            let index = pick % to;
            let theirs = oracle.prove_inclusion(usize::try_from(index)?);
            let ours = tree.inclusion(index, to).unwrap();
            prop_assert_eq!(theirs.as_bytes(), ours.iter().flat_map(|h| h.0).collect::<Vec<_>>());
            let theirs = oracle.prove_consistency(usize::try_from(more)?);
            let ours = tree.consistency(from, to).unwrap();
            prop_assert_eq!(theirs.as_bytes(), ours.iter().flat_map(|h| h.0).collect::<Vec<_>>());
        }
    }
}
