//! One proof for many leaves of a tree: every hash that the verifier cannot compute itself, once.
//!
//! The tree is that of RFC 6962 section 2.1. The proof holds the hashes of the largest subtrees
//! without any of the leaves, from left to right; with one leaf these are the hashes of its
//! inclusion path, in another order.

use crate::hash::{Hash, node_hash};
use crate::source::{HashSource, span};
use crate::subtree::largest_power_of_two_below;
use crate::verify::ProofError;

/// Proof that the leaves at these indexes are in the first `size` leaves. Empty, which no verifier
/// accepts for more than one leaf, where the indexes do not ascend or one is not below `size`.
///
/// # Errors
/// Those of the source, which must hold `size` leaves.
pub fn multi_inclusion_path<S: HashSource + ?Sized>(
    source: &S,
    indexes: &[u64],
    size: u64,
) -> Result<Vec<Hash>, S::Error> {
    let mut path = Vec::new();
    let ascends = indexes.is_sorted_by(|a, b| a < b);
    if ascends && indexes.last().is_some_and(|last| *last < size) {
        descend(source, indexes, (0, size), &mut path)?;
    }
    Ok(path)
}

/// Appends what lies beside the leaves at `indexes`, all of them from `low` to below `high`.
fn descend<S: HashSource + ?Sized>(
    source: &S,
    indexes: &[u64],
    (low, high): (u64, u64),
    path: &mut Vec<Hash>,
) -> Result<(), S::Error> {
    if indexes.is_empty() {
        path.push(span(source, low, high)?);
        return Ok(());
    }
    if high - low <= 1 {
        return Ok(());
    }
    let split = low + largest_power_of_two_below(high - low);
    let (left, right) = indexes.split_at(indexes.partition_point(|index| *index < split));
    descend(source, left, (low, split), path)?;
    descend(source, right, (split, high), path)
}

/// Checks that each leaf, with its index, is in the tree with `size` leaves and `root`.
///
/// # Errors
/// [`ProofError`] where there is no leaf, indexes do not ascend or lie outside the tree, the proof
/// has another length, or it leads to another root.
pub fn verify_multi_inclusion(
    leaves: &[(u64, Hash)],
    size: u64,
    path: &[Hash],
    root: &Hash,
) -> Result<(), ProofError> {
    let Some((last, _)) = leaves.last() else { return Err(ProofError::NoLeaves) };
    if !leaves.is_sorted_by(|a, b| a.0 < b.0) {
        return Err(ProofError::Unordered);
    }
    if *last >= size {
        return Err(ProofError::IndexOutOfRange { index: *last, size });
    }
    let length = ProofError::Length { found: path.len() };
    let mut rest = path.iter();
    let found = fold(leaves, (0, size), &mut rest).ok_or(length)?;
    if rest.next().is_some() {
        return Err(length);
    }
    if found == *root { Ok(()) } else { Err(ProofError::Root) }
}

/// The hash of the leaves from `low` to below `high`; `None` where the proof is too short.
fn fold(
    leaves: &[(u64, Hash)],
    (low, high): (u64, u64),
    path: &mut std::slice::Iter<'_, Hash>,
) -> Option<Hash> {
    let Some((_, first)) = leaves.first() else { return path.next().copied() };
    if high - low <= 1 {
        return Some(*first);
    }
    let split = low + largest_power_of_two_below(high - low);
    let (left, right) = leaves.split_at(leaves.partition_point(|(index, _)| *index < split));
    let left = fold(left, (low, split), path)?;
    Some(node_hash(&left, &fold(right, (split, high), path)?))
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeSet;

    use proptest::prelude::*;

    use super::*;
    use crate::hash::leaf_hash;
    use crate::tree::Tree;
    use crate::verify::verify_inclusion;

    fn tree_of(size: u64) -> Tree {
        (0..size).map(|index| leaf_hash(&index.to_be_bytes())).collect()
    }

    fn leaves_of(tree: &Tree, indexes: &[u64]) -> Vec<(u64, Hash)> {
        indexes.iter().map(|index| (*index, tree.leaf(*index).unwrap())).collect()
    }

    #[test]
    fn all_leaves_need_no_hash_and_none_prove_nothing() {
        let tree = tree_of(11);
        let all: Vec<u64> = (0..11).collect();
        assert_eq!(multi_inclusion_path(&tree, &all, 11), Ok(Vec::new()));
        let root = tree.root();
        assert_eq!(verify_multi_inclusion(&leaves_of(&tree, &all), 11, &[], &root), Ok(()));
        assert_eq!(verify_multi_inclusion(&[], 11, &[root], &root), Err(ProofError::NoLeaves));
        let leaf = tree.leaf(3).unwrap();
        let twice = [(3, leaf), (3, leaf)];
        let refused = verify_multi_inclusion(&twice, 11, &[], &root);
        assert_eq!(refused, Err(ProofError::Unordered));
        let outside = ProofError::IndexOutOfRange { index: 11, size: 11 };
        assert_eq!(verify_multi_inclusion(&[(11, leaf)], 11, &[], &root), Err(outside));
        for indexes in [&[4, 3][..], &[3, 3], &[11], &[]] {
            assert_eq!(multi_inclusion_path(&tree, indexes, 11), Ok(Vec::new()));
        }
    }

    #[test]
    fn the_largest_sizes_do_not_overflow() {
        let a = leaf_hash(b"a");
        for index in [0, 1, 1 << 63, u64::MAX - 1] {
            for length in 0..70 {
                let path = vec![a; length];
                assert!(verify_multi_inclusion(&[(index, a)], u64::MAX, &path, &a).is_err());
            }
        }
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(96))]

        /// It proves what the proofs of each leaf prove, with no hash that is not in one of them.
        #[test]
        fn agrees_with_single_proofs(
            size in 1_u64..300, picks in prop::collection::btree_set(any::<u64>(), 1..40)
        ) {
            let tree = tree_of(size);
            let picked: BTreeSet<u64> = picks.iter().map(|pick| pick % size).collect();
            let indexes: Vec<u64> = picked.into_iter().collect();
            let (leaves, root) = (leaves_of(&tree, &indexes), tree.root());
            let path = multi_inclusion_path(&tree, &indexes, size).unwrap();
            prop_assert_eq!(verify_multi_inclusion(&leaves, size, &path, &root), Ok(()));
            let mut single = Vec::new();
            for (index, leaf) in &leaves {
                let own = tree.inclusion(*index, size).unwrap();
                prop_assert_eq!(verify_inclusion(leaf, *index, size, &own, &root), Ok(()));
                single.extend(own);
            }
            prop_assert!(path.iter().all(|hash| single.contains(hash)));
            prop_assert!(path.len() <= single.len());
            if let [_] = indexes.as_slice() {
                single.sort();
                let mut sorted = path.clone();
                sorted.sort();
                prop_assert_eq!(sorted, single);
            }
        }

        #[test]
        fn changed_proofs_fail(
            size in 2_u64..200, picks in prop::collection::btree_set(any::<u64>(), 1..20),
            at: usize, bit in 0..256_usize
        ) {
            let tree = tree_of(size);
            let picked: BTreeSet<u64> = picks.iter().map(|pick| pick % size).collect();
            let indexes: Vec<u64> = picked.into_iter().collect();
            let (leaves, root) = (leaves_of(&tree, &indexes), tree.root());
            let path = multi_inclusion_path(&tree, &indexes, size).unwrap();
            let verify = |leaves: &[(u64, Hash)], path: &[Hash]| {
                verify_multi_inclusion(leaves, size, path, &root)
            };
            let flip = |hash: &mut Hash| hash.0[bit / 8] ^= 1 << (bit % 8);
            let mut changed = leaves.clone();
            flip(&mut changed[at % leaves.len()].1);
            prop_assert_eq!(verify(&changed, &path), Err(ProofError::Root));
            if !path.is_empty() {
                let mut changed = path.clone();
                flip(&mut changed[at % path.len()]);
                prop_assert_eq!(verify(&leaves, &changed), Err(ProofError::Root));
                let short = ProofError::Length { found: path.len() - 1 };
                prop_assert_eq!(verify(&leaves, &path[1..]), Err(short));
            }
            let longer = [path.as_slice(), &[root]].concat();
            let long = ProofError::Length { found: longer.len() };
            prop_assert_eq!(verify(&leaves, &longer), Err(long));
            if leaves.len() > 1 {
                prop_assert!(verify(&leaves[1..], &path).is_err());
            }
            let beside = leaves.first().map(|(index, leaf)| (index ^ 1, *leaf)).unwrap();
            if !indexes.contains(&beside.0) && beside.0 < size && leaves.len() == 1 {
                prop_assert!(verify(&[beside], &path).is_err());
            }
        }
    }
}
