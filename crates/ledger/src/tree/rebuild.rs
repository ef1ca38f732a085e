//! Tiles computed anew, from the tiles below or from the leaves.

use std::sync::Arc;

use laiqu_proof::{Hash, Tree, leaf_hash};

use super::tiles::{Address, Tile};
use super::{LogTree, WIDTH};
use crate::bytes::SECTOR_BYTES;
use crate::error::{Damage, Error};

impl LogTree {
    /// The full tile that has this hash. Where not even the leaves give it, they were changed
    /// since they were appended.
    pub(super) fn rebuild(&self, address: Address, expected: Hash) -> Result<Tile, Error> {
        let tile = self.of_tiles_below(address)?;
        if tile.root() == expected {
            return Ok(tile);
        }
        let tile = self.of_leaves(address)?;
        if tile.root() == expected { Ok(tile) } else { Err(self.contradiction(address)) }
    }

    /// A tile as the files of the level below give it, and the leaves where these lack.
    pub(super) fn of_tiles_below(&self, address: Address) -> Result<Tile, Error> {
        let below = |level: u8, child: u64| {
            let child = Address { level, index: child };
            let tile = self.tiles.known(child).or_else(|| self.tiles.read(child));
            tile.map_or_else(|| self.of_tiles_below_stored(child), Ok)
        };
        self.computed(address, &below)
    }

    fn of_tiles_below_stored(&self, address: Address) -> Result<Tile, Error> {
        let tile = self.of_tiles_below(address)?;
        self.tiles.write(address, &tile);
        Ok(tile)
    }

    /// A tile as the leaves give it, and all below it anew.
    pub(super) fn of_leaves(&self, address: Address) -> Result<Tile, Error> {
        let below = |level: u8, child: u64| {
            let child = Address { level, index: child };
            let tile = self.of_leaves(child)?;
            self.tiles.write(child, &tile);
            Ok(tile)
        };
        self.computed(address, &below)
    }

    fn computed(
        &self,
        address: Address,
        below: &dyn Fn(u8, u64) -> Result<Tile, Error>,
    ) -> Result<Tile, Error> {
        let first = address.index * WIDTH;
        let Some(level) = address.level.checked_sub(1) else {
            let leaves = self.leaf_hashes(first, first + WIDTH)?;
            return Ok(Arc::new(leaves.into_iter().collect()));
        };
        let roots = (first..first + WIDTH).map(|child| Ok(below(level, child)?.root()));
        Ok(Arc::new(roots.collect::<Result<Tree, Error>>()?))
    }

    /// Hashes of the stored leaves from one index to another (exclusive).
    pub(super) fn leaf_hashes(&self, from: u64, to: u64) -> Result<Vec<Hash>, Error> {
        Ok(self.reader.leaves(from, to)?.iter().map(|leaf| leaf_hash(leaf)).collect())
    }

    /// The leaves below a tile do not give the hash that the tree holds for it.
    pub(super) fn contradiction(&self, address: Address) -> Error {
        let bits = (u32::from(address.level) + 1) * 8;
        let first = address.index.checked_shl(bits).unwrap_or(0);
        let last = first.saturating_add(1_u64.checked_shl(bits).unwrap_or(0)).saturating_sub(1);
        let last = last.min(self.size().saturating_sub(1));
        let unit = match self.reader.locate(first) {
            Ok((unit, _)) => unit,
            Err(error) => return error,
        };
        let (from, to) = (u64::from(unit.offset), u64::from(unit.offset) + SECTOR_BYTES as u64);
        let what = format!("the leaves of entries {first} to {last} are not those of the tree");
        let segment = u64::from(unit.segment);
        Damage { segment, from, to, entry: Some(first), what }.into()
    }
}
