//! Addresses of the tiles and entry bundles of a static log (c2sp.org/tlog-tiles).

use std::fmt;
use std::str::FromStr;

use thiserror::Error;

use crate::bundle::ENTRY_BYTES_MAX;
use crate::text::decimal;

/// Hashes in a full tile and entries in a full bundle (c2sp.org/tlog-tiles).
pub const TILE_WIDTH: u16 = 256;
/// Highest level of a hash tile (c2sp.org/tlog-tiles).
pub const TILE_LEVEL_MAX: u8 = 63;
/// Highest tile index: the next one would start beyond every 64-bit tree size.
pub const TILE_INDEX_MAX: u64 = u64::MAX / TILE_WIDTH as u64;
/// Longest tile path that is looked at, in bytes.
pub const TILE_PATH_BYTES_MAX: usize = 64;

/// Why a tile path, a tile or an entry bundle is refused.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum TileError {
    /// Longer than [`TILE_PATH_BYTES_MAX`].
    #[error("the tile path is longer than {TILE_PATH_BYTES_MAX} bytes")]
    PathTooLong,
    /// Not `tile/<level>/<index>[.p/<width>]`.
    #[error("not a tile path: tile/<level>/<index>[.p/<width>]")]
    Path,
    /// Level neither `entries` nor 0 to 63.
    #[error("the tile level is neither \"entries\" nor 0 to {TILE_LEVEL_MAX}")]
    Level,
    /// Index not in groups of three digits, or above [`TILE_INDEX_MAX`].
    #[error("the tile index is not in groups of three digits, or too large")]
    Index,
    /// Width of a partial tile not 1 to 255.
    #[error("the width of a partial tile is not 1 to 255")]
    Width,
    /// Entry longer than [`ENTRY_BYTES_MAX`].
    #[error("an entry of {bytes} bytes is above the limit of {ENTRY_BYTES_MAX}")]
    EntryTooLong {
        /// Length of the entry.
        bytes: usize,
    },
    /// Tile or bundle of another length than its path says.
    #[error("the tile does not hold exactly {width} items")]
    Content {
        /// Items that the path promises.
        width: u16,
    },
}

/// What a tile holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum TileLevel {
    /// Hashes of complete subtrees of 256^level leaves, level 0 to [`TILE_LEVEL_MAX`].
    Hashes(u8),
    /// The entries themselves.
    Entries,
}

/// Address of a tile; can only be made valid, so it always prints a valid path.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TilePath {
    level: TileLevel,
    index: u64,
    /// 1 to 256; below 256 the tile is partial.
    width: u16,
}

impl TilePath {
    /// The tile `index` at `level` with `width` items, 256 for a full one.
    ///
    /// # Errors
    /// [`TileError`] for a level above 63, an index above [`TILE_INDEX_MAX`], a width not 1 to 256.
    pub fn new(level: TileLevel, index: u64, width: u16) -> Result<Self, TileError> {
        if matches!(level, TileLevel::Hashes(level) if level > TILE_LEVEL_MAX) {
            return Err(TileError::Level);
        }
        if index > TILE_INDEX_MAX {
            return Err(TileError::Index);
        }
        if !(1..=TILE_WIDTH).contains(&width) {
            return Err(TileError::Width);
        }
        Ok(Self { level, index, width })
    }

    /// The widest form of this tile that a tree of `size` leaves has; `None` where it is empty.
    #[must_use]
    pub fn widest(level: TileLevel, index: u64, size: u64) -> Option<Self> {
        let items = items_at(level, size);
        let rest = items.checked_sub(index.checked_mul(u64::from(TILE_WIDTH))?)?;
        let width = u16::try_from(rest.min(u64::from(TILE_WIDTH))).ok()?;
        Self::new(level, index, width).ok()
    }

    /// What the tile holds.
    #[must_use]
    pub const fn level(&self) -> TileLevel {
        self.level
    }

    /// Number of the tile on its level.
    #[must_use]
    pub const fn index(&self) -> u64 {
        self.index
    }

    /// Number of items, 1 to 256.
    #[must_use]
    pub const fn width(&self) -> u16 {
        self.width
    }

    /// Whether the tile is still growing (fewer than 256 items).
    #[must_use]
    pub const fn is_partial(&self) -> bool {
        self.width < TILE_WIDTH
    }

    /// Number on its level of the first item (for level 0 and entries: of the first leaf).
    #[must_use]
    pub const fn first(&self) -> u64 {
        // Cannot overflow: the index is at most `TILE_INDEX_MAX`.
        self.index * TILE_WIDTH as u64
    }
}

/// Items that a level has in a tree of `size` leaves: complete subtrees only.
fn items_at(level: TileLevel, size: u64) -> u64 {
    match level {
        TileLevel::Entries => size,
        TileLevel::Hashes(level) => size.checked_shr(u32::from(level) * 8).unwrap_or(0),
    }
}

/// All tiles and bundles that a published tree of `size` leaves must serve: the full ones and the
/// partial one at the right edge of each level.
pub fn tiles_of(size: u64) -> impl Iterator<Item = TilePath> {
    let levels = (0..8).map(TileLevel::Hashes).chain([TileLevel::Entries]);
    levels.flat_map(move |level| {
        let tiles = items_at(level, size).div_ceil(u64::from(TILE_WIDTH));
        (0..tiles).filter_map(move |index| TilePath::widest(level, index, size))
    })
}

impl fmt::Display for TilePath {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.level {
            TileLevel::Hashes(level) => write!(out, "tile/{level}/")?,
            TileLevel::Entries => out.write_str("tile/entries/")?,
        }
        // Seven groups of three digits hold every u64; leading zero groups are left out.
        for exponent in (1..7).rev() {
            let group = self.index / 1_000_u64.pow(exponent);
            if group > 0 {
                write!(out, "x{:03}/", group % 1_000)?;
            }
        }
        write!(out, "{:03}", self.index % 1_000)?;
        if self.is_partial() { write!(out, ".p/{}", self.width) } else { Ok(()) }
    }
}

impl FromStr for TilePath {
    type Err = TileError;

    /// Reads `tile/<level>/<index>[.p/<width>]`, in the one spelling that `Display` writes.
    fn from_str(path: &str) -> Result<Self, TileError> {
        if path.len() > TILE_PATH_BYTES_MAX {
            return Err(TileError::PathTooLong);
        }
        let (level, rest) = path
            .strip_prefix("tile/")
            .and_then(|rest| rest.split_once('/'))
            .ok_or(TileError::Path)?;
        let level = match level {
            "entries" => TileLevel::Entries,
            number => decimal(number)
                .and_then(|number| u8::try_from(number).ok())
                .map(TileLevel::Hashes)
                .ok_or(TileError::Level)?,
        };
        let (index, width) = match rest.split_once(".p/") {
            None => (rest, TILE_WIDTH),
            Some((index, width)) => {
                let width = decimal(width).and_then(|width| u16::try_from(width).ok());
                (index, width.filter(|width| *width < TILE_WIDTH).ok_or(TileError::Width)?)
            }
        };
        Self::new(level, parse_index(index).ok_or(TileError::Index)?, width)
    }
}

/// Reads groups of three digits, all but the last prefixed with `x`, the first of several not 000.
fn parse_index(text: &str) -> Option<u64> {
    let (heads, last) = match text.rsplit_once('/') {
        Some((heads, last)) => (Some(heads), last),
        None => (None, text),
    };
    let mut index = 0_u64;
    for group in heads.into_iter().flat_map(|heads| heads.split('/')) {
        index = index.checked_mul(1_000)?.checked_add(group_of(group.strip_prefix('x')?)?)?;
        if index == 0 {
            return None;
        }
    }
    index.checked_mul(1_000)?.checked_add(group_of(last)?)
}

fn group_of(text: &str) -> Option<u64> {
    let digits = text.len() == 3 && text.bytes().all(|byte| byte.is_ascii_digit());
    if digits { text.parse().ok() } else { None }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn paths_have_one_spelling() {
        for path in
            ["tile/0/000", "tile/0/x001/x234/067", "tile/63/x001/000.p/255", "tile/entries/999.p/1"]
        {
            assert_eq!(path.parse::<TilePath>().unwrap().to_string(), path);
        }
        let largest = TilePath::new(TileLevel::Entries, TILE_INDEX_MAX, 255).unwrap();
        assert_eq!(largest.to_string(), "tile/entries/x072/x057/x594/x037/x927/935.p/255");
        assert_eq!(largest.to_string().parse(), Ok(largest));
    }

    #[test]
    fn wrong_paths_are_refused_with_the_reason() {
        let check = |path: &str, error| assert_eq!(path.parse::<TilePath>(), Err(error), "{path}");
        for path in ["", "tile", "tile/", "tile/0", "/tile/0/000", "tiles/0/000"] {
            check(path, TileError::Path);
        }
        for path in ["tile/64/000", "tile/256/000", "tile/00/000", "tile/-1/000", "tile//000"] {
            check(path, TileError::Level);
        }
        for path in [
            "tile/0/",
            "tile/0/0",
            "tile/0/1000",
            "tile/0/x000/000",
            "tile/0/001/000",
            "tile/0/x001/x000",
            "tile/0/x001/",
            "tile/0/x01/000",
            "tile/0/x+01/000",
            "tile/0/000.p",
            "tile/0/.p/1",
            "tile/0/x072/x057/x594/x037/x927/936",
            "tile/0/x999/x999/x999/x999/x999/x999/999",
        ] {
            check(path, TileError::Index);
        }
        for path in ["tile/0/000.p/0", "tile/0/000.p/256", "tile/0/000.p/01", "tile/0/000.p/"] {
            check(path, TileError::Width);
        }
        check(&format!("tile/0/{}000", "x001/".repeat(20)), TileError::PathTooLong);
        assert_eq!(TilePath::new(TileLevel::Hashes(64), 0, 1), Err(TileError::Level));
    }

    #[test]
    fn tiles_of_a_size_are_those_of_the_specification() {
        let count = |size, level, partial| {
            let tiles = tiles_of(size).filter(|tile| tile.level() == level);
            tiles.filter(|tile| tile.is_partial() == partial).count()
        };
        let partial = |size, level| {
            tiles_of(size).find(|t| t.level() == level && t.is_partial()).map(|t| t.width())
        };
        for level in [TileLevel::Hashes(0), TileLevel::Entries] {
            assert_eq!((count(70_000, level, false), partial(70_000, level)), (273, Some(112)));
        }
        assert_eq!(count(70_000, TileLevel::Hashes(1), false), 1);
        assert_eq!(partial(70_000, TileLevel::Hashes(1)), Some(17));
        assert_eq!(partial(70_000, TileLevel::Hashes(2)), Some(1));
        assert_eq!(partial(70_000, TileLevel::Hashes(3)), None);
        let paths: Vec<String> = tiles_of(256).map(|tile| tile.to_string()).collect();
        assert_eq!(paths, ["tile/0/000", "tile/1/000.p/1", "tile/entries/000"]);
        assert_eq!(tiles_of(0).count(), 0);
    }

    proptest! {
        #[test]
        fn every_tile_prints_what_it_parses(
            level in 0_u8..=64, index in 0..=TILE_INDEX_MAX, width in 1..=256_u16
        ) {
            let level = if level == 64 { TileLevel::Entries } else { TileLevel::Hashes(level) };
            let tile = TilePath::new(level, index, width).unwrap();
            prop_assert!(tile.to_string().len() <= TILE_PATH_BYTES_MAX);
            prop_assert_eq!(tile.to_string().parse(), Ok(tile));
        }

        #[test]
        fn no_text_panics_or_is_read_in_two_ways(text in "(tile/)?[0-9a-z/.x+-]{0,40}|\\PC{0,20}") {
            if let Ok(tile) = text.parse::<TilePath>() {
                prop_assert_eq!(tile.to_string(), text);
            }
        }
    }
}
