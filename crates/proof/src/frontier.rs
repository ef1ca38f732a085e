//! A tree as its right edge only: what a streaming verifier keeps.

use crate::hash::{EMPTY_ROOT, Hash, node_hash};

/// An RFC 6962 tree of which only the largest complete subtrees are kept, at most 64 hashes.
///
/// It gives the root of what was pushed, but no proofs; [`crate::Tree`] gives both.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Frontier {
    size: u64,
    /// Complete subtrees from left (largest) to right, one for each bit set in `size`.
    peaks: Vec<Hash>,
}

impl Frontier {
    /// The tree without leaves.
    #[must_use]
    pub const fn new() -> Self {
        Self { size: 0, peaks: Vec::new() }
    }

    /// The tree of `size` leaves with these complete subtrees, the largest first.
    pub(crate) const fn from_peaks(size: u64, peaks: Vec<Hash>) -> Self {
        Self { size, peaks }
    }

    /// The tree of `size` leaves with these complete subtrees, as [`Frontier::peaks`] gave them;
    /// `None` where their number is not that of the bits set in `size`.
    #[must_use]
    pub fn with_peaks(size: u64, peaks: Vec<Hash>) -> Option<Self> {
        (peaks.len() == usize::try_from(size.count_ones()).ok()?).then_some(Self { size, peaks })
    }

    /// Roots of the complete subtrees, the largest first: one for each bit set in the size.
    #[must_use]
    pub fn peaks(&self) -> &[Hash] {
        &self.peaks
    }

    /// Number of leaves pushed.
    #[must_use]
    pub const fn size(&self) -> u64 {
        self.size
    }

    /// Appends a leaf hash; amortised constant time.
    pub fn push(&mut self, leaf: Hash) {
        let mut node = leaf;
        for _ in 0..self.size.trailing_ones() {
            let Some(left) = self.peaks.pop() else { break };
            node = node_hash(&left, &node);
        }
        self.peaks.push(node);
        self.size += 1;
    }

    /// Appends a complete subtree of `2^level` leaves by its root; amortised constant time.
    ///
    /// `None`, and nothing is appended, where no such subtree can stand: the size is no multiple of
    /// `2^level`, or would be beyond 64 bits.
    pub fn push_subtree(&mut self, level: u32, root: Hash) -> Option<()> {
        let leaves = 1_u64.checked_shl(level)?;
        let size = self.size.checked_add(leaves)?;
        if !self.size.is_multiple_of(leaves) {
            return None;
        }
        let mut node = root;
        for _ in 0..(self.size >> level).trailing_ones() {
            node = node_hash(&self.peaks.pop()?, &node);
        }
        self.peaks.push(node);
        self.size = size;
        Some(())
    }

    /// Root of all that was pushed (RFC 6962 section 2.1).
    #[must_use]
    pub fn root(&self) -> Hash {
        let mut peaks = self.peaks.iter().rev();
        let Some(last) = peaks.next() else { return EMPTY_ROOT };
        peaks.fold(*last, |right, left| node_hash(left, &right))
    }
}

/// Root of the tree over these leaf hashes (RFC 6962 section 2.1).
#[must_use]
pub fn root_of(leaves: &[Hash]) -> Hash {
    let mut frontier = Frontier::new();
    for leaf in leaves {
        frontier.push(*leaf);
    }
    frontier.root()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::hash::leaf_hash;

    /// The definition of RFC 6962 section 2.1, word for word.
    fn mth(leaves: &[Hash]) -> Hash {
        match leaves {
            [] => EMPTY_ROOT,
            [leaf] => *leaf,
            _ => {
                let (left, right) = leaves.split_at(leaves.len().next_power_of_two() / 2);
                node_hash(&mth(left), &mth(right))
            }
        }
    }

    #[test]
    fn roots_follow_the_definition() {
        let leaves: Vec<Hash> = (0..70_u8).map(|byte| leaf_hash(&[byte])).collect();
        for size in 0..=leaves.len() {
            assert_eq!(root_of(&leaves[..size]), mth(&leaves[..size]), "size {size}");
        }
    }

    #[test]
    fn subtrees_count_as_their_leaves() {
        let leaves: Vec<Hash> = (0..70_u8).map(|byte| leaf_hash(&[byte])).collect();
        for level in 0..6 {
            let mut frontier = Frontier::new();
            let chunks = leaves.chunks_exact(1 << level);
            let rest = chunks.remainder();
            chunks.for_each(|chunk| frontier.push_subtree(level, root_of(chunk)).unwrap());
            assert_eq!(frontier.push_subtree(7, Hash::ZERO), None, "64 or more, less than 128");
            rest.iter().for_each(|leaf| frontier.push(*leaf));
            let mut whole = Frontier::new();
            leaves.iter().for_each(|leaf| whole.push(*leaf));
            assert_eq!(frontier, whole);
        }
        let mut last = Frontier::with_peaks(1 << 63, vec![Hash::ZERO]).unwrap();
        assert_eq!(last.push_subtree(63, Hash::ZERO), None);
        assert_eq!(last.push_subtree(64, Hash::ZERO), None);
    }
}
