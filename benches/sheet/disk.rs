//! What a ledger takes on the disk, by kind.

use crate::load::report::round;
use crate::sheet::figures::{Disk, Size};
use crate::traces::network::EVENTS_PER_LOT;
use anyhow::Result;
use laiqu_service::{DataDir, Stored};
use std::path::Path;

/// Kinds that are read elsewhere.
pub(crate) const SEGMENTS: &str = "segments: the entries";
pub(crate) const TREE: &str = "tiles of the tree";
pub(crate) const SUMMARIES: &str = "summaries of segments";
pub(crate) const KEPT: &str = "kept projections";
/// Part of the segments.
pub(crate) const DOCUMENTS: &str = "documents as sent, within the segments";

/// Weighs a data directory; `documents` is what was sent.
pub(crate) fn by_kind(data: &Path, size: &Size, documents: u64) -> Result<Vec<Disk>> {
    let bytes = DataDir::new(data).bytes_on_disk()?;
    let row = |(kind, bytes): (&str, u64)| Disk {
        kind: kind.to_owned(),
        bytes,
        per_event: round(bytes as f64 / size.events as f64, 10.0),
        per_lot: round(bytes as f64 / size.events as f64 * EVENTS_PER_LOT as f64, 10.0),
    };
    let mut rows: Vec<Disk> =
        bytes.iter().map(|(stored, bytes)| row((kind(*stored), *bytes))).collect();
    rows.push(row(("together", bytes.iter().map(|(_, bytes)| bytes).sum())));
    rows.push(row((DOCUMENTS, documents)));
    Ok(rows)
}

fn kind(stored: Stored) -> &'static str {
    match stored {
        Stored::Segments => SEGMENTS,
        Stored::Tree => TREE,
        Stored::Summaries => SUMMARIES,
        Stored::Index => "index",
        Stored::Kept => KEPT,
        Stored::Other => "all else (keys, head, reserve)",
    }
}
