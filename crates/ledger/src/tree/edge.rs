//! The right edge, when a tree is opened.

use laiqu_proof::{Frontier, Tree};

use super::tiles::{Address, Tile};
use super::{LogTree, TILE_LEVELS, WIDTH};
use crate::error::Error;

/// Where the tiles under an edge come from, the cheapest first.
#[derive(Debug, Clone, Copy)]
enum From {
    Files,
    TilesBelow,
    Leaves,
}

impl LogTree {
    /// Reads the edge of every level, and checks it against the head of the tree.
    pub(super) fn read_edges(&mut self) -> Result<(), Error> {
        let size = self.size();
        let leaves = self.leaf_hashes(size - size % WIDTH, size)?;
        let edge: Tree = leaves.into_iter().collect();
        if !self.is_right(0, &edge) {
            return Err(self.contradiction(Address { level: 0, index: size / WIDTH }));
        }
        self.edges = vec![edge];
        for level in 1..TILE_LEVELS {
            if self.hashes_at(level) == 0 {
                break;
            }
            let edge = self.read_edge(level)?;
            self.edges.push(edge);
        }
        Ok(())
    }

    /// The hashes behind the last full tile of a level above 0, from the full tiles below it.
    fn read_edge(&self, level: u8) -> Result<Tree, Error> {
        let count = self.hashes_at(level);
        let first = count - count % WIDTH;
        for source in [From::Files, From::TilesBelow, From::Leaves] {
            let tiles: Vec<Tile> = (first..count)
                .map(|index| self.tile_from(source, Address { level: level - 1, index }))
                .collect::<Result<_, _>>()?;
            let edge: Tree = tiles.iter().map(|tile| tile.root()).collect();
            if self.is_right(level, &edge) {
                for (index, tile) in (first..).zip(&tiles) {
                    self.tiles.remember(Address { level: level - 1, index }, tile);
                }
                return Ok(edge);
            }
            tracing::warn!(level, ?source, "the edge of the tree does not hold; reading deeper");
        }
        Err(self.contradiction(Address { level, index: first / WIDTH }))
    }

    fn tile_from(&self, source: From, address: Address) -> Result<Tile, Error> {
        let stored = self.tiles.read(address);
        let computed = match (source, &stored) {
            (From::Files, Some(tile)) => return Ok(tile.clone()),
            (From::Files | From::TilesBelow, _) => self.of_tiles_below(address)?,
            (From::Leaves, _) => self.of_leaves(address)?,
        };
        if stored.as_ref() != Some(&computed) {
            self.tiles.write(address, &computed);
        }
        Ok(computed)
    }

    /// Whether an edge gives the complete subtrees that the head of the tree has on its level.
    fn is_right(&self, level: u8, edge: &Tree) -> bool {
        let mut found = Frontier::new();
        edge.leaves().iter().for_each(|hash| found.push(*hash));
        let above = self.hashes_at(level) / WIDTH;
        let peaks = self.frontier.peaks().iter().skip(above.count_ones() as usize);
        peaks.take(found.peaks().len()).eq(found.peaks())
    }
}
