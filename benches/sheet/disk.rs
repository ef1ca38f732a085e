//! What a ledger takes on the disk, by kind.

use crate::load::report::round;
use crate::sheet::figures::{Disk, Size};
use crate::sheet::machine::files;
use crate::traces::network::EVENTS_PER_LOT;
use anyhow::Result;
use laiqu_service::DataDir;
use std::os::unix::fs::MetadataExt as _;
use std::path::Path;

/// Size of a block of `st_blocks`, on Linux.
const BLOCK_BYTES: u64 = 512;
/// Kinds, in the order of the table.
pub(crate) const SEGMENTS: &str = "segments: the entries";
pub(crate) const TREE: &str = "tiles of the tree";
pub(crate) const SUMMARIES: &str = "summaries of segments";
pub(crate) const INDEX: &str = "index";
pub(crate) const KEPT: &str = "kept projections";
pub(crate) const REST: &str = "all else (keys, head, reserve)";
const KINDS: [&str; 6] = [SEGMENTS, TREE, SUMMARIES, INDEX, KEPT, REST];
/// Part of the segments.
pub(crate) const DOCUMENTS: &str = "documents as sent, within the segments";

/// Weighs a data directory; `documents` is what was sent.
pub(crate) fn by_kind(data: &Path, size: &Size, documents: u64) -> Result<Vec<Disk>> {
    let mut bytes = [0; KINDS.len()];
    for path in files(data)? {
        let kind = kind(&path, data);
        let place = KINDS.iter().zip(&mut bytes).find(|(name, _)| **name == kind);
        if let Some((_, bytes)) = place {
            *bytes += path.symlink_metadata()?.blocks() * BLOCK_BYTES;
        }
    }
    let row = |(kind, bytes): (&'static str, u64)| Disk {
        kind,
        bytes,
        per_event: round(bytes as f64 / size.events as f64, 10.0),
        per_lot: round(bytes as f64 / size.events as f64 * EVENTS_PER_LOT as f64, 10.0),
    };
    let mut rows: Vec<Disk> = KINDS.into_iter().zip(bytes).map(row).collect();
    rows.push(row(("together", bytes.iter().sum())));
    rows.push(row((DOCUMENTS, documents)));
    Ok(rows)
}

fn kind(path: &Path, data: &Path) -> &'static str {
    let dir = DataDir::new(data);
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    if path.starts_with(dir.index()) {
        INDEX
    } else if path.starts_with(dir.kept()) {
        KEPT
    } else if !path.starts_with(dir.log()) {
        REST
    } else if name.ends_with(".seg") {
        SEGMENTS
    } else if name.ends_with(".sum") {
        SUMMARIES
    } else if name.starts_with("tree") {
        TREE
    } else {
        REST
    }
}
