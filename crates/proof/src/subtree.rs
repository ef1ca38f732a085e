//! Subtrees of a log's tree and their proofs (draft-ietf-plants-merkle-tree-certs section 4). The
//! consistency proof of RFC 6962 section 2.1.2 is the one of the subtree that starts at 0.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::verify::{ProofError, verify_inclusion};

/// The leaves from `start` to below `end`, where `start` is a multiple of the smallest power of two
/// that is not below their number (draft-ietf-plants-merkle-tree-certs section 4.1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Subtree {
    start: u64,
    end: u64,
}

impl Subtree {
    /// `None` where these leaves are no subtree.
    #[must_use]
    pub const fn new(start: u64, end: u64) -> Option<Self> {
        let Some(width) = end.checked_sub(start) else { return None };
        let aligned = match width.checked_next_power_of_two() {
            Some(block) => start & (block - 1) == 0,
            None => start == 0,
        };
        if aligned { Some(Self { start, end }) } else { None }
    }

    /// The first `end` leaves of a log: what its tree was at that size.
    #[must_use]
    pub const fn of_first(end: u64) -> Self {
        Self { start: 0, end }
    }

    /// Index of the first leaf.
    #[must_use]
    pub const fn start(&self) -> u64 {
        self.start
    }

    /// Index behind the last leaf.
    #[must_use]
    pub const fn end(&self) -> u64 {
        self.end
    }
}

/// Where the sibling of a node on the way down to a subtree stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Side {
    /// To the right, outside the subtree.
    Right,
    /// To the left, outside the subtree.
    Left,
    /// To the left, a part of the subtree itself.
    Inside,
}

/// The way from the root of a tree down to the right end of a subtree.
pub(crate) struct Descent {
    /// Siblings with their leaves, the root's child first.
    pub(crate) siblings: Vec<(Side, u64, u64)>,
    /// Leaves of the node where the way ends.
    pub(crate) bottom: (u64, u64),
}

impl Descent {
    /// The way to a subtree that is not empty and ends at or before `size`.
    pub(crate) fn to(subtree: Subtree, size: u64) -> Self {
        let (mut low, mut high) = (0, size);
        let mut siblings = Vec::new();
        while high != subtree.end || low < subtree.start {
            let split = low + largest_power_of_two_below(high - low);
            if subtree.end <= split {
                siblings.push((Side::Right, split, high));
                high = split;
            } else {
                let side = if subtree.start < split { Side::Inside } else { Side::Left };
                siblings.push((side, low, split));
                low = split;
            }
        }
        Self { siblings, bottom: (low, high) }
    }
}

/// For two or more leaves, those of the left child of the node above them.
pub(crate) const fn largest_power_of_two_below(width: u64) -> u64 {
    1 << (width - 1).ilog2()
}

/// Checks that `leaf` is entry `index` of the log in the subtree with `root`.
///
/// # Errors
/// [`ProofError`] for an index outside the subtree, a proof of another length or another root.
pub fn verify_subtree_inclusion(
    leaf: &Hash,
    index: u64,
    subtree: Subtree,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let outside = ProofError::IndexOutOfRange { index, size: subtree.end };
    let within = index.checked_sub(subtree.start).ok_or(outside)?;
    verify_inclusion(leaf, within, subtree.end - subtree.start, path, root)
        .map_err(|error| if index >= subtree.end { outside } else { error })
}

/// Checks that the subtree with `subtree_root` is part of the tree with `size` leaves and `root`.
/// A subtree without leaves is part of every tree and has the root of the empty tree.
///
/// # Errors
/// [`ProofError`] for a subtree beyond the tree, a proof of another length or another root.
pub fn verify_subtree_consistency(
    subtree: Subtree,
    size: u64,
    path: &[Hash],
    subtree_root: &Hash,
    root: &Hash,
) -> Result<(), ProofError> {
    if subtree.end > size {
        return Err(ProofError::SizesReversed { from: subtree.end, to: size });
    }
    if subtree.start == subtree.end {
        return match (path, *subtree_root == EMPTY_ROOT) {
            ([], true) => Ok(()),
            ([], false) => Err(ProofError::OldRoot),
            _ => Err(ProofError::Length { found: path.len() }),
        };
    }
    let (old, new) = roots(subtree, size, path, Some(subtree_root))
        .ok_or(ProofError::Length { found: path.len() })?;
    if old != *subtree_root {
        return Err(ProofError::OldRoot);
    }
    if new == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// The old and the new root that a consistency proof itself leads to, whatever the roots should be.
/// `None` for another length, and where the proof does not tell the old root: that is a single node
/// of the tree, which a proof leaves out.
pub(crate) fn proof_roots(from: u64, to: u64, path: &[Hash]) -> Option<(Hash, Hash)> {
    if from == 0 || from >= to {
        return None;
    }
    roots(Subtree::of_first(from), to, path, None)
}

/// Where a path leads from the bottom of the way to a subtree that is not empty: to the subtree's
/// root and the tree's. `whole` is the subtree's root, where that itself is the bottom.
fn roots(subtree: Subtree, size: u64, path: &[Hash], whole: Option<&Hash>) -> Option<(Hash, Hash)> {
    let descent = Descent::to(subtree, size);
    let (bottom, siblings) = if descent.bottom == (subtree.start, subtree.end) {
        (whole?, path)
    } else {
        path.split_first()?
    };
    if siblings.len() != descent.siblings.len() {
        return None;
    }
    let (mut old, mut new) = (*bottom, *bottom);
    for ((side, ..), sibling) in descent.siblings.iter().rev().zip(siblings) {
        if *side == Side::Inside {
            old = node_hash(sibling, &old);
        }
        new = match side {
            Side::Right => node_hash(&new, sibling),
            Side::Left | Side::Inside => node_hash(sibling, &new),
        };
    }
    Some((old, new))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::frontier::root_of;
    use crate::hash::leaf_hash;
    use crate::source::{subtree_consistency_path, subtree_inclusion_path, subtree_root};
    use crate::tree::Tree;

    #[test]
    fn subtrees_are_aligned() {
        let valid = |start, end| Subtree::new(start, end).is_some();
        assert!(valid(0, 0) && valid(1, 1) && valid(0, 5) && valid(4, 8) && valid(8, 13));
        assert!(!valid(1, 3) && !valid(2, 5) && !valid(4, 9) && !valid(2, 1) && !valid(3, 5));
        assert!(valid(0, u64::MAX) && !valid(1, u64::MAX) && valid(1 << 63, u64::MAX));
    }

    /// Every subtree of every small tree: its root, its inclusion and its consistency proofs hold,
    /// and none of the latter for another root.
    #[test]
    fn every_subtree_of_small_trees() {
        let leaves: Vec<Hash> = (0..34_u8).map(|byte| leaf_hash(&[byte])).collect();
        let mut tree = Tree::new();
        leaves.iter().for_each(|leaf| tree.push(*leaf));
        for size in 1..=34_u64 {
            let root = tree.root_at(size).unwrap();
            for (start, end) in (0..=size).flat_map(|end| (0..=end).map(move |start| (start, end)))
            {
                let Some(subtree) = Subtree::new(start, end) else { continue };
                let within =
                    &leaves[usize::try_from(start).unwrap()..usize::try_from(end).unwrap()];
                let expected_root = subtree_root(&tree, subtree).unwrap();
                assert_eq!(expected_root, root_of(within), "[{start}, {end})");
                let path = subtree_consistency_path(&tree, subtree, size).unwrap();
                let check = |subtree_root: &Hash, root: &Hash| {
                    verify_subtree_consistency(subtree, size, &path, subtree_root, root)
                };
                assert_eq!(check(&expected_root, &root), Ok(()), "[{start}, {end}) of {size}");
                assert!(check(&leaf_hash(b"other"), &root).is_err());
                assert!(start == end || check(&expected_root, &leaf_hash(b"other")).is_err());
                for index in start..end {
                    let path = subtree_inclusion_path(&tree, index, subtree).unwrap();
                    let leaf = tree.leaf(index).unwrap();
                    let check =
                        verify_subtree_inclusion(&leaf, index, subtree, &path, &expected_root);
                    assert_eq!(check, Ok(()), "{index} in [{start}, {end})");
                }
            }
        }
    }

    #[test]
    fn what_lies_outside_is_refused_with_the_reason() {
        let (subtree, leaf) = (Subtree::new(4, 6).unwrap(), leaf_hash(b"x"));
        for index in [3, 6] {
            let refused = verify_subtree_inclusion(&leaf, index, subtree, &[leaf], &leaf);
            assert_eq!(refused, Err(ProofError::IndexOutOfRange { index, size: 6 }));
        }
        let beyond = verify_subtree_consistency(subtree, 5, &[], &leaf, &leaf);
        assert_eq!(beyond, Err(ProofError::SizesReversed { from: 6, to: 5 }));
        assert!(subtree_root(&Tree::new(), subtree).is_err());
        assert_eq!(subtree_consistency_path(&Tree::new(), subtree, 5), Ok(Vec::new()));
        assert_eq!(subtree_inclusion_path(&Tree::new(), 6, subtree), Ok(Vec::new()));
    }
}
