//! Bundles of entries, fetched and hashed over several connections, handed on in order.

use super::Fault;
use crate::exit::{Exit, Failure};
use crate::source::{Source, fetch_tile};
use laiqu_ledger::Leaf;
use laiqu_proof::{Hash, TILE_WIDTH, TileLevel, TilePath, decode_bundle, leaf_hash, root_of};
use std::sync::mpsc::sync_channel;

/// Connections that a walk uses at the same time.
const CONNECTIONS_MAX: u16 = 6;
/// Bundles that each connection may be ahead.
const AHEAD_BUNDLES_MAX: usize = 2;

/// A bundle of entries, compared with the tile of their hashes.
#[derive(Debug)]
pub(super) struct Piece {
    /// Path of the bundle.
    pub(super) file: String,
    /// Index of its first entry.
    pub(super) first: u64,
    /// Leaf hash, and the leaf or why it is none.
    pub(super) leaves: Vec<(Hash, Result<Leaf, String>)>,
    /// Root over the leaves of a full bundle.
    pub(super) subtree: Option<Hash>,
    /// Bytes that were read.
    pub(super) bytes: u64,
    pub(super) faults: Vec<Fault>,
    /// The entries could not be had.
    pub(super) missing: bool,
}

/// Hands on each bundle from this one to the end of the tree, until `take` wants no more. Whether
/// all of them were taken.
pub(super) fn in_order(
    source: &dyn Source,
    first_bundle: u64,
    size: u64,
    take: &mut dyn FnMut(Piece) -> Result<bool, Failure>,
) -> Result<bool, Failure> {
    let bundles = size.div_ceil(u64::from(TILE_WIDTH));
    std::thread::scope(|scope| {
        // Lane n brings bundles n, n + lanes, … in order: no more is held than what lies ahead.
        let lane = |lane: u16| {
            let (out, pieces) = sync_channel(AHEAD_BUNDLES_MAX);
            scope.spawn(move || {
                let own = first_bundle.saturating_add(u64::from(lane))..bundles;
                for bundle in own.step_by(usize::from(CONNECTIONS_MAX)) {
                    if out.send(read(source, bundle, size)).is_err() {
                        break;
                    }
                }
            });
            pieces
        };
        let lanes: Vec<_> = (0..CONNECTIONS_MAX).map(lane).collect();
        for (_, pieces) in (first_bundle..bundles).zip(lanes.iter().cycle()) {
            let ended = |_| Failure::new(Exit::Unreachable, "读取中断", "a reader ended early");
            if !take(pieces.recv().map_err(ended)??)? {
                return Ok(false);
            }
        }
        Ok(true)
    })
}

fn read(source: &dyn Source, bundle: u64, size: u64) -> Result<Piece, Failure> {
    let path = TilePath::widest(TileLevel::Entries, bundle, size);
    let outside = || Failure::new(Exit::Unreachable, "超出日志范围", "outside of the log");
    let path = path.ok_or_else(outside)?;
    let mut piece = Piece {
        file: path.to_string(),
        first: path.first(),
        leaves: Vec::new(),
        subtree: None,
        bytes: 0,
        faults: Vec::new(),
        missing: false,
    };
    if let Err(what) = piece.read_entries(source, &path)? {
        piece.faults.push(Fault::new(&piece.file, Some(piece.first), what));
        piece.missing = true;
        return Ok(piece);
    }
    piece.compare_hashes(source, bundle, size)?;
    Ok(piece)
}

impl Piece {
    /// Takes the bundle apart; what is wrong with it where that cannot be done.
    fn read_entries(
        &mut self,
        source: &dyn Source,
        path: &TilePath,
    ) -> Result<Result<(), String>, Failure> {
        let Some(bytes) = fetch_tile(source, path)? else {
            return Ok(Err("the bundle is missing".to_owned()));
        };
        self.bytes += bytes.len() as u64;
        let entries = match decode_bundle(&bytes, path.width()) {
            Ok(entries) => entries,
            Err(error) => return Ok(Err(error.to_string())),
        };
        // Decoding writes each leaf again and compares the bytes.
        let leaf = |entry: &&[u8]| {
            (leaf_hash(entry), Leaf::decode(entry).map_err(|error| error.to_string()))
        };
        self.leaves = entries.iter().map(leaf).collect();
        if !path.is_partial() {
            self.subtree = Some(root_of(&self.hashes()));
        }
        Ok(Ok(()))
    }

    fn hashes(&self) -> Vec<Hash> {
        self.leaves.iter().map(|(hash, _)| *hash).collect()
    }

    fn compare_hashes(
        &mut self,
        source: &dyn Source,
        bundle: u64,
        size: u64,
    ) -> Result<(), Failure> {
        let Some(path) = TilePath::widest(TileLevel::Hashes(0), bundle, size) else {
            return Ok(());
        };
        let found = fetch_tile(source, &path)?;
        self.bytes += found.as_ref().map_or(0, |bytes| bytes.len() as u64);
        self.faults.extend(difference(&path, found.as_deref(), &self.hashes()));
        Ok(())
    }
}

/// What is wrong with the bytes of a tile that must hold these hashes.
pub(super) fn difference(path: &TilePath, found: Option<&[u8]>, hashes: &[Hash]) -> Option<Fault> {
    let what = match found {
        None => "the tile is missing",
        Some(bytes) if hashes.iter().flat_map(|hash| hash.0).eq(bytes.iter().copied()) => {
            return None;
        }
        Some(_) => "its hashes are not those of the leaves",
    };
    Some(Fault::new(&path.to_string(), None, what))
}
