//! What auditors follow: the published checkpoint and its tiles (c2sp.org/tlog-tiles).

use crate::error::{Code, Error};
use crate::publisher::read;
use crate::receipt::damaged;
use crate::service::Service;
use laiqu_proof::{TileLevel, TilePath, push_entry};

impl Service {
    /// The checkpoint that may be shown to everyone: the newest that meets the witness quorum,
    /// with all cosignatures; without witnesses the newest whose size is safe in the head file.
    ///
    /// # Errors
    /// [`Code::NotFound`] where none has met the quorum yet.
    pub fn checkpoint(&self) -> Result<String, Error> {
        if !self.has_witnesses() {
            return Ok(self.published().text.clone());
        }
        let missing = || Error::new(Code::NotFound, "no checkpoint has met the witness quorum yet");
        Ok(self.cosigned().ok_or_else(missing)?.text.clone())
    }

    /// A tile of the tree or of entries (c2sp.org/tlog-tiles), as far as the head file goes; the
    /// published checkpoint is there or, while witnesses are asked, somewhat behind.
    ///
    /// # Errors
    /// Where the tile does not exist (yet).
    pub fn tile(&self, path: &TilePath) -> Result<Vec<u8>, Error> {
        let missing = || Error::new(Code::NotFound, format!("there is no tile {path}"));
        let size = self.published().size;
        if path.level() != TileLevel::Entries {
            let tree = read(&self.shared().tree);
            let tile = tree.tile(path).map_err(damaged)?;
            return tile.filter(|_| tile_is_covered(path, size)).ok_or_else(missing);
        }
        let first = path.index().checked_mul(256).ok_or_else(missing)?;
        let end = first.checked_add(u64::from(path.width())).ok_or_else(missing)?;
        if end > size {
            return Err(missing());
        }
        let mut bundle = Vec::new();
        let leaves = self.reader().leaves(first, end);
        for leaf in leaves.map_err(|e| Error::new(Code::Damaged, e.to_string()))? {
            push_entry(&mut bundle, &leaf).map_err(|e| Error::internal("entry tile", e))?;
        }
        Ok(bundle)
    }
}

/// Whether every hash of a tile is of a subtree that this size completes.
fn tile_is_covered(path: &TilePath, size: u64) -> bool {
    let TileLevel::Hashes(level) = path.level() else { return false };
    let complete = size.checked_shr(8 * u32::from(level)).unwrap_or(0);
    let end = path.index().checked_mul(256).and_then(|at| at.checked_add(u64::from(path.width())));
    end.is_some_and(|end| end <= complete)
}
