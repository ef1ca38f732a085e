//! Verification of inclusion and consistency proofs, without a tree.

use thiserror::Error;

use crate::hash::{Hash, node_hash};
use crate::subtree::{Subtree, verify_subtree_consistency};

/// Most hashes that any proof in a tree of 64-bit size can hold.
pub const PROOF_HASHES_MAX: usize = 65;

/// Why a Merkle proof does not hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum ProofError {
    /// The leaf lies outside the tree.
    #[error("index {index} is not below the tree size {size}")]
    IndexOutOfRange {
        /// Index of the leaf.
        index: u64,
        /// Leaves in the tree.
        size: u64,
    },
    /// A proof of nothing.
    #[error("there is no leaf to prove")]
    NoLeaves,
    /// The leaves of one proof are not in the order of their indexes, each once.
    #[error("the leaves are not in ascending order")]
    Unordered,
    /// The old tree is larger than the new one.
    #[error("tree size {from} is above the later size {to}")]
    SizesReversed {
        /// Leaves in the old tree.
        from: u64,
        /// Leaves in the new tree.
        to: u64,
    },
    /// Every tree extends the empty one: such a proof would state nothing.
    #[error("a consistency proof from size 0 proves nothing")]
    FromEmpty,
    /// The proof has more or fewer hashes than index and size call for.
    #[error("the proof holds {found} hashes, which is not the number that its sizes call for")]
    Length {
        /// Hashes in the proof.
        found: usize,
    },
    /// The proof leads to another root than the (new) one given.
    #[error("the proof does not lead to the root")]
    Root,
    /// The consistency proof does not lead to the old root given.
    #[error("the proof does not lead to the old root")]
    OldRoot,
}

/// Checks that `leaf` is entry `index` of the tree with `size` leaves and `root`
/// (RFC 9162 section 2.1.3.2).
///
/// # Errors
/// [`ProofError`] for an index outside the tree, a proof of another length or another root.
pub fn verify_inclusion(
    leaf: &Hash,
    index: u64,
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    if index >= size {
        return Err(ProofError::IndexOutOfRange { index, size });
    }
    let length = ProofError::Length { found: path.len() };
    let (mut node, mut last) = (index, size - 1);
    let mut hash = *leaf;
    for sibling in path {
        if last == 0 {
            return Err(length);
        }
        if node & 1 == 1 || node == last {
            hash = node_hash(sibling, &hash);
            // The right edge has no sibling on the levels where it is a left child.
            let skipped = node.trailing_zeros().min(63);
            (node, last) = (node >> skipped, last >> skipped);
        } else {
            hash = node_hash(&hash, sibling);
        }
        (node, last) = (node >> 1, last >> 1);
    }
    if last != 0 {
        return Err(length);
    }
    if hash == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// Checks that the tree with `to` leaves and `to_root` extends the one with `from` leaves and
/// `from_root` (RFC 6962 section 2.1.2). Equal sizes need an empty proof and equal roots.
///
/// # Errors
/// [`ProofError`] for `from` 0, reversed sizes, a proof of another length or another root.
pub fn verify_consistency(
    from: u64,
    to: u64,
    path: &[Hash],
    from_root: &Hash,
    to_root: &Hash,
) -> Result<(), ProofError> {
    if from > to {
        return Err(ProofError::SizesReversed { from, to });
    }
    if from == 0 {
        return Err(ProofError::FromEmpty);
    }
    if from == to && from_root != to_root && path.is_empty() {
        return Err(ProofError::Root);
    }
    verify_subtree_consistency(Subtree::of_first(from), to, path, from_root, to_root)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;
    use crate::tree::Tree;

    fn tree_of(size: u64) -> Tree {
        let mut tree = Tree::new();
        (0..size).for_each(|index| tree.push(leaf_hash(&index.to_be_bytes())));
        tree
    }

    #[test]
    fn equal_sizes_need_equal_roots_and_no_hashes() {
        let (a, b) = (leaf_hash(b"a"), leaf_hash(b"b"));
        assert_eq!(verify_consistency(3, 3, &[], &a, &a), Ok(()));
        assert_eq!(verify_consistency(3, 3, &[], &a, &b), Err(ProofError::Root));
        assert_eq!(verify_consistency(3, 3, &[b], &a, &a), Err(ProofError::Length { found: 1 }));
    }

    #[test]
    fn useless_and_impossible_sizes_are_refused() {
        let a = leaf_hash(b"a");
        assert_eq!(verify_consistency(0, 3, &[], &a, &a), Err(ProofError::FromEmpty));
        assert_eq!(verify_consistency(0, 0, &[], &a, &a), Err(ProofError::FromEmpty));
        let reversed = ProofError::SizesReversed { from: 4, to: 3 };
        assert_eq!(verify_consistency(4, 3, &[], &a, &a), Err(reversed));
        let outside = ProofError::IndexOutOfRange { index: 0, size: 0 };
        assert_eq!(verify_inclusion(&a, 0, 0, &[], &a), Err(outside));
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let a = leaf_hash(b"a");
        for index in [0, 1, 1 << 63, u64::MAX - 1] {
            for length in 0..70 {
                let path = vec![a; length];
                assert!(verify_inclusion(&a, index, u64::MAX, &path, &a).is_err());
                assert!(verify_consistency(index + 1, u64::MAX, &path, &a, &Hash::ZERO).is_err());
            }
        }
    }

    #[test]
    fn a_changed_old_root_is_told_apart() {
        let tree = tree_of(11);
        let path = tree.consistency(6, 11).unwrap();
        let (old, new) = (tree.root_at(6).unwrap(), tree.root_at(11).unwrap());
        let other = leaf_hash(b"other");
        assert_eq!(verify_consistency(6, 11, &path, &other, &new), Err(ProofError::OldRoot));
        assert_eq!(verify_consistency(6, 11, &path, &old, &other), Err(ProofError::Root));
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(64))]

        /// One flipped bit, one hash more or less, or a neighbour's index: never accepted.
        #[test]
        fn changed_inclusion_proofs_fail(
            size in 2_u64..200, pick: u64, at: usize, bit in 0..256_usize
        ) {
            let tree = tree_of(size);
            let index = pick % size;
            let (leaf, root) = (tree.leaf(index).unwrap(), tree.root_at(size).unwrap());
            let path = tree.inclusion(index, size).unwrap();
            let mut flipped = path.clone();
            let at = at % path.len();
            flipped[at].0[bit / 8] ^= 1 << (bit % 8);
            let refused = verify_inclusion(&leaf, index, size, &flipped, &root);
            prop_assert_eq!(refused, Err(ProofError::Root));
            prop_assert!(verify_inclusion(&leaf, index, size, &path[1..], &root).is_err());
            let longer = [path.as_slice(), &[leaf]].concat();
            prop_assert!(verify_inclusion(&leaf, index, size, &longer, &root).is_err());
            prop_assert!(verify_inclusion(&leaf, index ^ 1, size, &path, &root).is_err());
        }

        #[test]
        fn changed_consistency_proofs_fail(
            from in 1_u64..150, more in 1_u64..150, at: usize, bit in 0..256_usize
        ) {
            let to = from + more;
            let tree = tree_of(to);
            let (old, new) = (tree.root_at(from).unwrap(), tree.root_at(to).unwrap());
            let path = tree.consistency(from, to).unwrap();
            let mut flipped = path.clone();
            let at = at % path.len();
            flipped[at].0[bit / 8] ^= 1 << (bit % 8);
            prop_assert!(verify_consistency(from, to, &flipped, &old, &new).is_err());
            prop_assert!(verify_consistency(from, to, &path[1..], &old, &new).is_err());
            let longer = [path.as_slice(), &[old]].concat();
            prop_assert!(verify_consistency(from, to, &longer, &old, &new).is_err());
            let forged = leaf_hash(b"forged");
            prop_assert!(verify_consistency(from, to, &path, &forged, &new).is_err());
            prop_assert!(verify_consistency(from, to, &path, &old, &forged).is_err());
        }
    }
}
