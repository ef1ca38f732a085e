//! Roots and proofs of a tree whose complete subtrees are kept elsewhere: in memory, in files, at
//! the other end of a connection.

use crate::frontier::Frontier;
use crate::hash::{EMPTY_ROOT, Hash, node_hash};
use crate::subtree::{Descent, Subtree};

/// Where the hashes of complete subtrees come from.
pub trait HashSource {
    /// Why a hash could not be had.
    type Error;

    /// Hash of the leaves from `index << level` to `(index + 1) << level` (exclusive): RFC 6962
    /// section 2.1 over exactly `2^level` leaves, level 0 the leaf hash itself.
    ///
    /// # Errors
    /// Where the source does not hold that subtree.
    fn node(&self, level: u32, index: u64) -> Result<Hash, Self::Error>;
}

/// Root of the first `size` leaves (RFC 6962 section 2.1).
///
/// # Errors
/// Those of the source, which must hold `size` leaves.
pub fn root_at<S: HashSource + ?Sized>(source: &S, size: u64) -> Result<Hash, S::Error> {
    if size == 0 { Ok(EMPTY_ROOT) } else { edge(source, 63, size) }
}

/// Inclusion proof of leaf `index` in the first `size` leaves, the leaf's sibling first (RFC 6962
/// section 2.1.1); empty where `index >= size`, which no verifier accepts.
///
/// # Errors
/// Those of the source, which must hold `size` leaves.
pub fn inclusion_path<S: HashSource + ?Sized>(
    source: &S,
    index: u64,
    size: u64,
) -> Result<Vec<Hash>, S::Error> {
    let mut path = Vec::with_capacity(64);
    if index < size {
        climb(source, 0, index, size, &mut path)?;
    }
    Ok(path)
}

/// Consistency proof between the first `from` and the first `to` leaves (RFC 6962 section 2.1.2);
/// empty where they are equal, and for `from` 0 or `from > to`, which no verifier accepts.
///
/// # Errors
/// Those of the source, which must hold `to` leaves.
pub fn consistency_path<S: HashSource + ?Sized>(
    source: &S,
    from: u64,
    to: u64,
) -> Result<Vec<Hash>, S::Error> {
    if from == 0 || from >= to {
        return Ok(Vec::new());
    }
    subtree_consistency_path(source, Subtree::of_first(from), to)
}

/// Root of a subtree (draft-ietf-plants-merkle-tree-certs section 4.1).
///
/// # Errors
/// Those of the source, which must hold the subtree's leaves.
pub fn subtree_root<S: HashSource + ?Sized>(
    source: &S,
    subtree: Subtree,
) -> Result<Hash, S::Error> {
    span(source, subtree.start(), subtree.end())
}

/// Inclusion proof of leaf `index` in a subtree (draft-ietf-plants-merkle-tree-certs section 4.3);
/// empty where the leaf lies outside, which no verifier accepts unless it is the whole subtree.
///
/// # Errors
/// Those of the source, which must hold the subtree's leaves.
pub fn subtree_inclusion_path<S: HashSource + ?Sized>(
    source: &S,
    index: u64,
    subtree: Subtree,
) -> Result<Vec<Hash>, S::Error> {
    let leaf = Subtree::new(index, index.saturating_add(1));
    let Some(leaf) = leaf.filter(|_| index >= subtree.start() && index < subtree.end()) else {
        return Ok(Vec::new());
    };
    let siblings = Descent::to(leaf, subtree.end()).siblings;
    let within = siblings.iter().rev().filter(|(_, start, _)| *start >= subtree.start());
    within.map(|(_, start, end)| span(source, *start, *end)).collect()
}

/// Proof that a subtree is part of the first `size` leaves (draft-ietf-plants-merkle-tree-certs
/// section 4.4); empty where it has no leaves or ends beyond `size`.
///
/// # Errors
/// Those of the source, which must hold `size` leaves.
pub fn subtree_consistency_path<S: HashSource + ?Sized>(
    source: &S,
    subtree: Subtree,
    size: u64,
) -> Result<Vec<Hash>, S::Error> {
    let mut path = Vec::new();
    if subtree.start() == subtree.end() || subtree.end() > size {
        return Ok(path);
    }
    let Descent { siblings, bottom } = Descent::to(subtree, size);
    if bottom != (subtree.start(), subtree.end()) {
        path.push(span(source, bottom.0, bottom.1)?);
    }
    for (_, start, end) in siblings.iter().rev() {
        path.push(span(source, *start, *end)?);
    }
    Ok(path)
}

/// The right edge of the first `size` leaves, to go on from without the source.
///
/// # Errors
/// Those of the source, which must hold `size` leaves.
pub fn frontier_at<S: HashSource + ?Sized>(source: &S, size: u64) -> Result<Frontier, S::Error> {
    let levels = (0..64).rev().filter(|level| size >> level & 1 == 1);
    let peaks = levels.map(|level| source.node(level, (size >> level) - 1));
    Ok(Frontier::from_peaks(size, peaks.collect::<Result<_, _>>()?))
}

/// Appends the siblings met on the way from a complete node up to the root at `size`.
fn climb<S: HashSource + ?Sized>(
    source: &S,
    level: u32,
    index: u64,
    size: u64,
    path: &mut Vec<Hash>,
) -> Result<(), S::Error> {
    let (mut level, mut index, mut last) = (level, index, (size - 1) >> level);
    while last > 0 {
        let sibling = index ^ 1;
        if sibling < last {
            path.push(source.node(level, sibling)?);
        } else if sibling == last {
            path.push(edge(source, level, size)?);
        }
        (level, index, last) = (level + 1, index >> 1, last >> 1);
    }
    Ok(())
}

/// Hash of the last, perhaps incomplete, node at `level` of the first `size > 0` leaves.
fn edge<S: HashSource + ?Sized>(source: &S, level: u32, size: u64) -> Result<Hash, S::Error> {
    span(source, ((size - 1) >> level) << level, size)
}

/// Hash over the leaves of one node, from `start` to below `end`.
pub(crate) fn span<S: HashSource + ?Sized>(
    source: &S,
    start: u64,
    end: u64,
) -> Result<Hash, S::Error> {
    // One peak for each bit set in the number of leaves below this node, the smallest first.
    let mut rest = end - start;
    let mut hash: Option<Hash> = None;
    while rest > 0 {
        let bit = rest.trailing_zeros();
        let peak = source.node(bit, (end >> bit) - 1)?;
        hash = Some(hash.map_or(peak, |right| node_hash(&peak, &right)));
        rest &= rest - 1;
    }
    Ok(hash.unwrap_or(EMPTY_ROOT))
}
