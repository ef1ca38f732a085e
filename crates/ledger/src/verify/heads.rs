//! Units that were found whole before: of these only leaves are read again, and the private frames
//! of registry entries, which later ones are judged by.

use std::sync::Arc;

use laiqu_proof::leaf_hash;

use super::entry::Frames;
use super::examine::{FrameState, SeenContent, SeenEntry, SeenPlace, SeenUnit};
use crate::bytes::at;
use crate::leaf::Leaf;
use crate::reader::UnitRef;
use crate::records::{Record, records};
use crate::storage::StorageFile;
use crate::unit::Header;
use crate::unit_head::UnitHead;

/// Units whose heads are handed to a thread at a time.
pub(super) const HEADS_MAX: usize = 64;

/// Units that follow on each other.
#[derive(Debug)]
pub(super) struct Heads {
    pub(super) file: Arc<dyn StorageFile>,
    pub(super) units: Vec<Header>,
}

/// Reads and examines these heads, `None` where a unit must be read as a whole.
pub(super) fn examine_heads(heads: Heads, frames: &Frames<'_>) -> Vec<SeenPlace> {
    let file = heads.file.as_ref();
    let seen = |header: Header| SeenPlace {
        place: header.place,
        unit: examine_head(file, header, frames),
    };
    heads.units.into_iter().map(seen).collect()
}

fn examine_head(file: &dyn StorageFile, header: Header, frames: &Frames<'_>) -> Option<SeenUnit> {
    let segment = u32::try_from(header.place.segment).ok()?;
    let (first_index, offset) = (header.first_index, header.place.offset);
    let head = UnitHead::read(UnitRef { first_index, segment, offset }, file).ok()?;
    let (records, all) = records(&head.header, head.meta());
    let entries = records.iter().map(|record| entry(file, &head.header, record, frames));
    let entries = entries.collect::<Option<Vec<SeenEntry>>>().filter(|_| all)?;
    Some(SeenUnit { header: head.header, damaged: false, faults: Vec::new(), entries })
}

fn entry(
    file: &dyn StorageFile,
    header: &Header,
    record: &Record<'_>,
    frames: &Frames<'_>,
) -> Option<SeenEntry> {
    let base = u64::from(header.place.offset);
    let leaf = Leaf::decode(record.leaf).ok()?;
    let frame = if leaf.kind.is_erasable() {
        FrameState::Skipped
    } else {
        let mut frame = vec![0; record.frame_to - record.frame_from];
        file.read_exact_at(&mut frame, base + record.frame_from as u64).ok()?;
        (crc32c::crc32c(&frame) == record.frame_crc).then_some(())?;
        FrameState::Holds(frames.see(&leaf, Some(record.events), &frame))
    };
    let hash = leaf_hash(record.leaf);
    Some(SeenEntry {
        index: record.index,
        record: (base + record.from as u64, base + record.to as u64),
        frame: (base + record.frame_from as u64, base + record.frame_to as u64),
        content: SeenContent::Leaf { leaf: Box::new(leaf), hash, frame },
    })
}

/// Bytes that reading this head costs at least.
pub(super) fn head_bytes(header: &Header) -> usize {
    at(header.meta_bytes) + crate::bytes::SECTOR_BYTES
}
