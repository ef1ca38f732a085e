//! The hashes of a tree as its tiles have them, and what they prove about an earlier tree.

use super::{Source, fetch_tile};
use crate::exit::Failure;
use laiqu_proof::{
    Hash, HashSource, TILE_WIDTH, TileLevel, TilePath, consistency_path, decode_hashes,
    inclusion_path, root_at, root_of, verify_consistency, verify_inclusion,
};
use std::cell::RefCell;
use std::collections::HashMap;

/// Whether a tree contains an earlier one.
#[derive(Debug)]
pub(crate) enum Contained {
    /// Proven.
    Yes,
    /// Proven that it does not: the root that it has there, and the path from that to its own.
    No { old_root: Hash, path: Vec<Hash> },
    /// Neither; why.
    Unproven(String),
}

/// Why a hash could not be had.
#[derive(Debug)]
pub(crate) enum NotHad {
    /// The log lacks this tile, or it is malformed.
    Tile(TilePath, &'static str),
    /// A tree of this size has no such subtree.
    Outside,
    /// Nobody answers.
    Failed(Failure),
}

/// The hashes of a tree of this size, from its tiles.
pub(crate) struct TileHashes<'a> {
    source: &'a dyn Source,
    size: u64,
    known: RefCell<HashMap<TilePath, Vec<Hash>>>,
}

impl<'a> TileHashes<'a> {
    pub(crate) fn new(source: &'a dyn Source, size: u64) -> Self {
        Self { source, size, known: RefCell::default() }
    }

    /// Whether the tree of this size with this root has an earlier root at an earlier size. What
    /// comes from the tiles is only a proof, and is checked against both roots.
    ///
    /// # Errors
    /// Where the source cannot be reached.
    pub(crate) fn contain(&self, root: &Hash, earlier: (u64, Hash)) -> Result<Contained, Failure> {
        let (size, old) = earlier;
        if size == 0 || (size, &old) == (self.size, root) {
            return Ok(Contained::Yes);
        }
        if size == self.size {
            return Ok(Contained::No { old_root: *root, path: Vec::new() });
        }
        if size > self.size {
            let what = format!("it has {} entries, and had {size}: it was set back", self.size);
            return Ok(Contained::Unproven(what));
        }
        let path = consistency_path(self, size, self.size);
        let proof = path.and_then(|path| Ok((path, root_at(self, size)?)));
        let (path, old_root) = match proof {
            Ok(proof) => proof,
            Err(NotHad::Failed(failure)) => return Err(failure),
            Err(NotHad::Outside) => {
                return Ok(Contained::Unproven("there is no such tree".to_owned()));
            }
            Err(NotHad::Tile(path, what)) => {
                return Ok(Contained::Unproven(format!("{path}: {what}")));
            }
        };
        let leads = |old| verify_consistency(size, self.size, &path, old, root).is_ok();
        Ok(match (leads(&old), leads(&old_root)) {
            (true, _) => Contained::Yes,
            (false, true) => Contained::No { old_root, path },
            (false, false) => {
                Contained::Unproven("the tiles do not lead to the signed root".to_owned())
            }
        })
    }

    /// Whether the tree of this size with this root has this leaf at this place.
    ///
    /// # Errors
    /// Where the source cannot be reached.
    pub(crate) fn include(&self, root: &Hash, index: u64, leaf: &Hash) -> Result<bool, Failure> {
        match inclusion_path(self, index, self.size) {
            Ok(path) => Ok(verify_inclusion(leaf, index, self.size, &path, root).is_ok()),
            Err(NotHad::Failed(failure)) => Err(failure),
            Err(NotHad::Tile(..) | NotHad::Outside) => Ok(false),
        }
    }

    fn tile(&self, path: TilePath) -> Result<(), NotHad> {
        if self.known.borrow().contains_key(&path) {
            return Ok(());
        }
        let bytes = fetch_tile(self.source, &path).map_err(NotHad::Failed)?;
        let bytes = bytes.ok_or(NotHad::Tile(path, "the tile is missing"))?;
        let hashes = decode_hashes(&bytes, path.width());
        let hashes = hashes.map_err(|_| NotHad::Tile(path, "it has another length"))?;
        self.known.borrow_mut().insert(path, hashes);
        Ok(())
    }
}

impl HashSource for TileHashes<'_> {
    type Error = NotHad;

    fn node(&self, level: u32, index: u64) -> Result<Hash, NotHad> {
        // A node of level 8 L + k covers 2^k hashes side by side in one tile of level L.
        let (tile_level, above) = (level / 8, level % 8);
        let first = index << above;
        let width = u64::from(TILE_WIDTH);
        let level = TileLevel::Hashes(u8::try_from(tile_level).unwrap_or(u8::MAX));
        let path = TilePath::widest(level, first / width, self.size).ok_or(NotHad::Outside)?;
        self.tile(path)?;
        let from = usize::try_from(first % width).unwrap_or(usize::MAX);
        let known = self.known.borrow();
        let hashes = known.get(&path).and_then(|tile| tile.get(from..from + (1 << above)));
        hashes.map(root_of).ok_or(NotHad::Tile(path, "it lacks a hash"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_proof::{Tree, leaf_hash};

    /// The tiles of a tree, apart from one.
    struct Tiles<'a>(&'a Tree, Option<&'a str>);

    impl Source for Tiles<'_> {
        fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
            let tile = path.parse().ok().filter(|_| self.1 != Some(path));
            Ok(tile.and_then(|tile| self.0.tile(&tile)))
        }
    }

    fn tree(size: u64) -> Tree {
        let mut tree = Tree::new();
        (0..size).for_each(|n| tree.push(leaf_hash(&n.to_be_bytes())));
        tree
    }

    /// Sizes around every boundary of one and two levels of tiles.
    const SIZES: [u64; 14] =
        [1, 2, 3, 127, 128, 255, 256, 257, 511, 512, 700, 65_535, 65_536, 66_000];

    #[test]
    fn earlier_trees_are_contained_and_other_ones_are_proven_not_to_be() {
        let whole = tree(66_000);
        let source = Tiles(&whole, None);
        for size in SIZES {
            let root = whole.root_at(size).unwrap();
            let hashes = TileHashes::new(&source, size);
            for earlier in SIZES.into_iter().filter(|earlier| *earlier <= size) {
                let old = whole.root_at(earlier).unwrap();
                let verdict = hashes.contain(&root, (earlier, old)).unwrap();
                assert!(matches!(verdict, Contained::Yes), "{earlier} {size}");
                match hashes.contain(&root, (earlier, Hash::ZERO)).unwrap() {
                    Contained::No { old_root, path } => {
                        assert_eq!(old_root, old, "{earlier} {size}");
                        assert_eq!(path.is_empty(), earlier == size);
                    }
                    other => panic!("{earlier} {size}: {other:?}"),
                }
                let leaf = whole.leaf(earlier - 1).unwrap();
                assert!(hashes.include(&root, earlier - 1, &leaf).unwrap());
                assert!(!hashes.include(&root, earlier - 1, &Hash::ZERO).unwrap());
            }
            let beyond = hashes.contain(&root, (size + 1, root)).unwrap();
            assert!(matches!(beyond, Contained::Unproven(_)), "{size}");
            assert!(matches!(hashes.contain(&root, (0, Hash::ZERO)).unwrap(), Contained::Yes));
        }
    }

    #[test]
    fn tiles_that_are_missing_or_of_another_log_prove_nothing() {
        let whole = tree(700);
        let (root, old) = (whole.root_at(700).unwrap(), whole.root_at(300).unwrap());
        for missing in ["tile/0/001", "tile/0/002.p/188", "tile/1/000.p/2"] {
            let source = Tiles(&whole, Some(missing));
            let hashes = TileHashes::new(&source, 700);
            let verdict = hashes.contain(&root, (300, old)).unwrap();
            assert!(
                matches!(&verdict, Contained::Unproven(why) if why.contains(missing)),
                "{verdict:?}"
            );
        }
        let source = Tiles(&whole, None);
        let verdict = TileHashes::new(&source, 700).contain(&Hash::ZERO, (300, old)).unwrap();
        assert!(matches!(verdict, Contained::Unproven(_)), "{verdict:?}");
    }
}
