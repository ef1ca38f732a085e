//! The tree over the log's leaves: full tiles in files beside the segments, the right edge in
//! memory.
//!
//! `tree-0`, `tree-1`, … hold the full tiles of each level (c2sp.org/tlog-tiles: 256 hashes of 32
//! bytes), one behind the other. They are never synced and never trusted: a tile is used once its
//! hash is the one in the tile above, up to the edge, which is compared with the tree head that
//! the leaves gave. One that is missing or does not hold is computed anew from the leaves.

mod edge;
mod rebuild;
mod tiles;

use std::path::Path;
use std::sync::Arc;

use laiqu_proof::{
    Frontier, Hash, HashSource, TILE_WIDTH, TileLevel, TilePath, Tree, consistency_path,
    frontier_at, inclusion_path, multi_inclusion_path, root_at,
};

use self::tiles::{Address, Tile, Tiles};
use crate::access::Access;
use crate::bytes::at;
use crate::error::Error;
use crate::reader::Reader;
use crate::recover::{self, Depth};
use crate::storage::{DirectoryStorage, Storage};

pub(crate) use self::tiles::is_name;

/// Hashes of a full tile.
const WIDTH: u64 = TILE_WIDTH as u64;
/// Levels of tiles that a tree of 64-bit size can have.
const TILE_LEVELS: u8 = 8;

/// The tree of a log, of every size that it ever had.
///
/// Memory: the edge (at most 255 hashes a level) and a bounded number of tiles, each with its
/// subtrees, so that a path over them is look-ups.
#[derive(Debug)]
pub struct LogTree {
    reader: Reader,
    /// The tree over all leaves pushed, as far as its root goes.
    frontier: Frontier,
    /// Of each level the hashes behind its last full tile, and what they are the leaves of.
    edges: Vec<Tree>,
    tiles: Tiles,
}

impl LogTree {
    /// Opens the tree of the log in `directory` for reading alone, also beside a writer: nothing
    /// is written, and later entries are not seen. Answers it with the reader it rests on.
    pub fn open(directory: &Path) -> Result<(LogTree, Reader), Error> {
        let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
        let scanned = recover::scan(&storage, Access::of_reader(&storage)?, Depth::Ends)?;
        let reader = Reader::new(scanned.published);
        let tree = LogTree::over(Arc::new(storage), reader.clone(), scanned.frontier, false)?;
        Ok((tree, reader))
    }

    /// The tree whose leaves `reader` reads and whose head is `frontier`.
    pub(crate) fn over(
        storage: Arc<dyn Storage>,
        reader: Reader,
        frontier: Frontier,
        writes: bool,
    ) -> Result<LogTree, Error> {
        let tiles = Tiles::new(storage, writes);
        let mut tree = LogTree { reader, frontier, edges: Vec::new(), tiles };
        tree.read_edges()?;
        Ok(tree)
    }

    /// Number of leaves.
    pub fn size(&self) -> u64 {
        self.frontier.size()
    }

    /// Root of all leaves (RFC 6962 section 2.1).
    pub fn root(&self) -> Hash {
        self.frontier.root()
    }

    /// Appends the hash of the leaf that the log holds next; amortised constant time, in memory.
    pub fn push(&mut self, leaf: Hash) {
        self.frontier.push(leaf);
        let mut hash = leaf;
        for level in 0..=u8::MAX {
            let position = usize::from(level);
            if self.edges.len() == position {
                self.edges.push(Tree::new());
            }
            let Some(edge) = self.edges.get_mut(position) else { return };
            edge.push(hash);
            if edge.size() < WIDTH {
                return;
            }
            let tile = Arc::new(std::mem::take(edge));
            hash = tile.root();
            let index = self.hashes_at(level) / WIDTH - 1;
            self.tiles.complete(Address { level, index }, tile);
        }
    }

    /// Puts completed tiles into their files, unsynced. The owner calls this when nobody waits;
    /// until then they stay in memory. A failure costs nothing but computing them anew.
    pub fn flush(&self) {
        self.tiles.flush();
    }

    /// Root of the first `size` leaves; `None` where the tree is smaller.
    pub fn root_at(&self, size: u64) -> Result<Option<Hash>, Error> {
        if size == self.size() {
            return Ok(Some(self.root()));
        }
        (size < self.size()).then(|| root_at(self, size)).transpose()
    }

    /// Inclusion proof of leaf `index` in the first `size` leaves (RFC 6962 section 2.1.1); `None`
    /// where `index >= size` or the tree is smaller.
    pub fn inclusion(&self, index: u64, size: u64) -> Result<Option<Vec<Hash>>, Error> {
        let inside = index < size && size <= self.size();
        inside.then(|| inclusion_path(self, index, size)).transpose()
    }

    /// One proof for the leaves at ascending `indexes` in the first `size` leaves; `None` where
    /// they do not ascend, one is not below `size`, or the tree is smaller.
    pub fn multi_inclusion(&self, indexes: &[u64], size: u64) -> Result<Option<Vec<Hash>>, Error> {
        let inside = indexes.is_sorted_by(|a, b| a < b)
            && indexes.last().is_some_and(|last| *last < size)
            && size <= self.size();
        inside.then(|| multi_inclusion_path(self, indexes, size)).transpose()
    }

    /// Consistency proof between the first `from` and the first `to` leaves (RFC 6962 section
    /// 2.1.2); `None` where `from` is 0, `from > to` or the tree is smaller.
    pub fn consistency(&self, from: u64, to: u64) -> Result<Option<Vec<Hash>>, Error> {
        let inside = 0 < from && from <= to && to <= self.size();
        inside.then(|| consistency_path(self, from, to)).transpose()
    }

    /// The right edge of the first `size` leaves; `None` where the tree is smaller.
    pub fn frontier_at(&self, size: u64) -> Result<Option<Frontier>, Error> {
        (size <= self.size()).then(|| frontier_at(self, size)).transpose()
    }

    /// Bytes of a hash tile (c2sp.org/tlog-tiles): its hashes, concatenated. `None` for an entry
    /// bundle, and for a tile that holds a subtree which is not yet complete.
    pub fn tile(&self, path: &TilePath) -> Result<Option<Vec<u8>>, Error> {
        let TileLevel::Hashes(level) = path.level() else { return Ok(None) };
        let width = u64::from(path.width());
        let end = path.first().checked_add(width);
        if end.is_none_or(|end| end > self.hashes_at(level)) {
            return Ok(None);
        }
        let address = Address { level, index: path.index() };
        let bytes = |hashes: &[Hash]| hashes.iter().flat_map(|hash| hash.0).collect::<Vec<u8>>();
        self.with_hashes(address, |tile| tile.leaves().get(..at(width)).map(bytes))
    }

    /// Looks at every full tile in its file; answers those that are missing or differ, which are
    /// written anew where the tree may write.
    pub(crate) fn check_tiles(&self) -> Result<Vec<TilePath>, Error> {
        let mut wrong = Vec::new();
        // From above, so that each is compared with a hash that holds.
        for level in (0..TILE_LEVELS).rev() {
            for index in 0..self.hashes_at(level) / WIDTH {
                let address = Address { level, index };
                let expected = self.node(u32::from(level) * 8 + 8, index)?;
                if self.tiles.read(address).is_some_and(|tile| tile.root() == expected) {
                    continue;
                }
                let tile = self.rebuild(address, expected)?;
                self.tiles.write(address, &tile);
                wrong.extend(TilePath::new(TileLevel::Hashes(level), index, TILE_WIDTH).ok());
            }
        }
        Ok(wrong)
    }

    /// Hashes that a level has: complete subtrees of `256^level` leaves.
    fn hashes_at(&self, level: u8) -> u64 {
        self.size().checked_shr(u32::from(level) * 8).unwrap_or(0)
    }

    /// Calls `look` with a full tile, or with the edge behind the last one.
    fn with_hashes<T>(&self, address: Address, look: impl FnOnce(&Tree) -> T) -> Result<T, Error> {
        if address.index < self.hashes_at(address.level) / WIDTH {
            return Ok(look(self.full(address)?.as_ref()));
        }
        let none = Tree::new();
        Ok(look(self.edges.get(usize::from(address.level)).unwrap_or(&none)))
    }

    /// A full tile that fits to the one above it, up to the edge.
    fn full(&self, address: Address) -> Result<Tile, Error> {
        if let Some(tile) = self.tiles.known(address) {
            return Ok(tile);
        }
        let expected = self.node(u32::from(address.level) * 8 + 8, address.index)?;
        let tile = match self.tiles.read(address).filter(|tile| tile.root() == expected) {
            Some(tile) => tile,
            None => {
                let Address { level, index } = address;
                tracing::warn!(level, index, "a tile is missing or does not hold; computing it");
                let tile = self.rebuild(address, expected)?;
                self.tiles.write(address, &tile);
                tile
            }
        };
        self.tiles.remember(address, &tile);
        Ok(tile)
    }
}

impl HashSource for LogTree {
    type Error = Error;

    fn node(&self, level: u32, index: u64) -> Result<Hash, Error> {
        let missing = || Error::NoEntry { index, size: self.size() };
        let (tile_level, within) = (u8::try_from(level / 8).unwrap_or(u8::MAX), level % 8);
        let width = 1_u64 << within;
        let first = index.checked_mul(width).ok_or_else(missing)?;
        if first.checked_add(width).is_none_or(|end| end > self.hashes_at(tile_level)) {
            return Err(missing());
        }
        let address = Address { level: tile_level, index: first / WIDTH };
        let subtree = first % WIDTH / width;
        self.with_hashes(address, |tile| tile.node(within, subtree).ok())?.ok_or_else(missing)
    }
}
