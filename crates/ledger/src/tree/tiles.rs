//! Full tiles: in their files, and some of them in memory.

use std::collections::{BTreeMap, VecDeque};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use laiqu_proof::{TILE_WIDTH, Tree, decode_hashes};

use super::TILE_LEVELS;
use crate::storage::{Storage, StorageFile};

/// Full tiles that are kept in memory, 16 KB each with their subtrees.
const TILES_KNOWN_MAX: usize = 512;
const TILE_BYTES: usize = TILE_WIDTH as usize * 32;
const NAME_PREFIX: &str = "tree-";

/// A full tile: its hashes, and the subtrees that they are the leaves of.
pub(super) type Tile = Arc<Tree>;

/// Where a tile stands in the tree.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Address {
    pub(super) level: u8,
    pub(super) index: u64,
}

#[derive(Debug)]
pub(super) struct Tiles {
    storage: Arc<dyn Storage>,
    /// Whether what is computed is put into the files.
    writes: bool,
    held: Mutex<Held>,
    /// Files that are open, by level.
    files: Mutex<BTreeMap<u8, Arc<dyn StorageFile>>>,
}

#[derive(Debug, Default)]
struct Held {
    /// Completed, and not yet in their files.
    unwritten: BTreeMap<Address, Tile>,
    /// Tiles that were found to hold.
    known: BTreeMap<Address, Tile>,
    /// The order in which they came.
    order: VecDeque<Address>,
}

impl Tiles {
    pub(super) fn new(storage: Arc<dyn Storage>, writes: bool) -> Self {
        let (held, files) = (Mutex::default(), Mutex::default());
        Tiles { storage, writes, held, files }
    }

    /// A tile that is in memory.
    pub(super) fn known(&self, address: Address) -> Option<Tile> {
        let held = lock(&self.held);
        held.unwritten.get(&address).or_else(|| held.known.get(&address)).cloned()
    }

    /// Keeps a tile that was found to hold, for a while.
    pub(super) fn remember(&self, address: Address, tile: &Tile) {
        let mut held = lock(&self.held);
        if held.known.insert(address, Arc::clone(tile)).is_none() {
            held.order.push_back(address);
        }
        while held.order.len() > TILES_KNOWN_MAX {
            let Some(oldest) = held.order.pop_front() else { break };
            held.known.remove(&oldest);
        }
    }

    /// Takes a tile that was just filled.
    pub(super) fn complete(&self, address: Address, tile: Tile) {
        if self.writes {
            lock(&self.held).unwritten.insert(address, tile);
        } else {
            self.remember(address, &tile);
        }
    }

    /// Writes what was filled since the last time.
    pub(super) fn flush(&self) {
        let waiting: Vec<(Address, Tile)> = {
            let held = lock(&self.held);
            held.unwritten.iter().map(|(address, tile)| (*address, Arc::clone(tile))).collect()
        };
        for (address, tile) in waiting {
            self.write(address, &tile);
            self.remember(address, &tile);
            lock(&self.held).unwritten.remove(&address);
        }
    }

    /// What stands in the file, whether or not it holds.
    pub(super) fn read(&self, address: Address) -> Option<Tile> {
        let file = self.file(address.level, false)?;
        let mut bytes = vec![0; TILE_BYTES];
        file.read_exact_at(&mut bytes, offset(address)?).ok()?;
        let hashes = decode_hashes(&bytes, TILE_WIDTH).ok()?;
        Some(Arc::new(hashes.into_iter().collect()))
    }

    /// Puts a tile into its file, unsynced.
    pub(super) fn write(&self, address: Address, tile: &Tile) {
        if !self.writes {
            return;
        }
        let (Some(file), Some(offset)) = (self.file(address.level, true), offset(address)) else {
            return;
        };
        let bytes: Vec<u8> = tile.leaves().iter().flat_map(|hash| hash.0).collect();
        if let Err(error) = file.write_all_at(&bytes, offset) {
            let Address { level, index } = address;
            tracing::warn!(level, index, %error, "tile not written; it is computed when needed");
        }
    }

    fn file(&self, level: u8, create: bool) -> Option<Arc<dyn StorageFile>> {
        let mut files = lock(&self.files);
        if let Some(file) = files.get(&level) {
            return Some(Arc::clone(file));
        }
        let name = format!("{NAME_PREFIX}{level}");
        let opened = match self.storage.open(&name, self.writes) {
            Err(error) if create && error.kind() == std::io::ErrorKind::NotFound => {
                self.storage.create(&name)
            }
            other => other,
        };
        match opened {
            Ok(file) => {
                files.insert(level, Arc::clone(&file));
                Some(file)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => None,
            Err(error) => {
                tracing::warn!(name, %error, "a file of the tree cannot be opened");
                None
            }
        }
    }
}

fn offset(address: Address) -> Option<u64> {
    address.index.checked_mul(TILE_BYTES as u64)
}

/// Whether a file of this name holds tiles.
pub(crate) fn is_name(file: &str) -> bool {
    let level = file.strip_prefix(NAME_PREFIX).and_then(|level| level.parse::<u8>().ok());
    level.is_some_and(|level| level < TILE_LEVELS && format!("{NAME_PREFIX}{level}") == file)
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
