//! The tiles at the right edge of a growing tree, from level 1 on.

use super::pieces::difference;
use super::{Fault, Visitor};
use crate::exit::Failure;
use crate::source::{Source, fetch_tile};
use laiqu_proof::{Frontier, Hash, TILE_WIDTH, TileLevel, TilePath, decode_hashes, root_of};

/// Levels above the leaves that a tree of 64-bit size has.
const LEVELS: u8 = 7;

/// Of each level above the leaves: the tile that is being filled.
#[derive(Debug)]
pub(super) struct Edge {
    levels: Vec<Level>,
}

#[derive(Debug)]
struct Level {
    level: u8,
    /// Number of the tile on its level.
    index: u64,
    hashes: Vec<Hash>,
}

impl Edge {
    /// The edge at the last full bundle before entry `from` of a log of `size` entries, as its
    /// tiles have it; `None` where one of them cannot be had.
    pub(super) fn at(
        source: &dyn Source,
        (from, size): (u64, u64),
        bytes: &mut u64,
        visitor: &mut dyn Visitor,
    ) -> Result<Option<Self>, Failure> {
        let mut levels = Vec::new();
        for level in 1..=LEVELS {
            let complete = from >> (8 * u32::from(level));
            let (index, width) =
                (complete / u64::from(TILE_WIDTH), complete % u64::from(TILE_WIDTH));
            let mut hashes = Vec::new();
            if width > 0 {
                // The log need not keep the narrower tile, but what it holds is in the wider one.
                let path = TilePath::widest(TileLevel::Hashes(level), index, size);
                let Some(path) = path else { return Ok(None) };
                let found = fetch_tile(source, &path)?.unwrap_or_default();
                *bytes += found.len() as u64;
                match decode_hashes(&found, path.width()) {
                    Ok(found) => hashes = found,
                    Err(error) => {
                        visitor.fault(Fault::new(&path.to_string(), None, error.to_string()));
                        return Ok(None);
                    }
                }
                hashes.truncate(usize::try_from(width).unwrap_or(usize::MAX));
            }
            levels.push(Level { level, index, hashes });
        }
        Ok(Some(Self { levels }))
    }

    /// The tree that these tiles stand for.
    pub(super) fn frontier(&self) -> Option<Frontier> {
        let mut frontier = Frontier::new();
        for level in self.levels.iter().rev() {
            for hash in &level.hashes {
                frontier.push_subtree(8 * u32::from(level.level), *hash)?;
            }
        }
        Some(frontier)
    }

    /// Adds the root over a full bundle; compares the tiles that it completes.
    pub(super) fn push(
        &mut self,
        source: &dyn Source,
        subtree: Hash,
        bytes: &mut u64,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let mut node = subtree;
        for level in &mut self.levels {
            level.hashes.push(node);
            if level.hashes.len() < usize::from(TILE_WIDTH) {
                break;
            }
            level.compare(source, bytes, visitor)?;
            node = root_of(&level.hashes);
            level.hashes.clear();
            level.index += 1;
        }
        Ok(())
    }

    /// Compares the partial tiles at the end.
    pub(super) fn finish(
        &self,
        source: &dyn Source,
        bytes: &mut u64,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let growing = self.levels.iter().filter(|level| !level.hashes.is_empty());
        growing.into_iter().try_for_each(|level| level.compare(source, bytes, visitor))
    }
}

impl Level {
    fn compare(
        &self,
        source: &dyn Source,
        bytes: &mut u64,
        visitor: &mut dyn Visitor,
    ) -> Result<(), Failure> {
        let width = u16::try_from(self.hashes.len()).unwrap_or(TILE_WIDTH);
        let path = TilePath::new(TileLevel::Hashes(self.level), self.index, width);
        let Ok(path) = path else { return Ok(()) };
        let found = fetch_tile(source, &path)?;
        *bytes += found.as_ref().map_or(0, |found| found.len() as u64);
        if let Some(fault) = difference(&path, found.as_deref(), &self.hashes) {
            visitor.fault(fault);
        }
        Ok(())
    }
}
