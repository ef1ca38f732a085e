//! What can be said about units and entries without knowing those before them; many threads do
//! this at once.

use laiqu_proof::{Hash, leaf_hash};

use super::cut::Run;
use super::entry::{Frames, SeenFrame};
use crate::bytes::{at, span};
use crate::inspect::{Fault, Unit};
use crate::judge::{Judged, judge_unit};
use crate::leaf::Leaf;
use crate::records::Record;
use crate::unit::{Header, Place};

/// A unit whose header holds, with all that its own bytes tell.
#[derive(Debug)]
pub(super) struct SeenUnit {
    pub(super) header: Header,
    /// Something in it does not hold.
    pub(super) damaged: bool,
    /// What does not hold; frames that may be about to be erased stand with their entries.
    pub(super) faults: Vec<Fault>,
    /// Its entries, as far as they could be told apart.
    pub(super) entries: Vec<SeenEntry>,
}

/// One entry of a unit.
#[derive(Debug)]
pub(super) struct SeenEntry {
    pub(super) index: u64,
    /// Bytes of its record, from the start of the segment.
    pub(super) record: (u64, u64),
    /// Bytes of its frame, from the start of the segment.
    pub(super) frame: (u64, u64),
    pub(super) content: SeenContent,
}

#[derive(Debug)]
pub(super) enum SeenContent {
    /// Its record does not hold, which the unit's faults say already.
    Lost,
    /// Its record holds, its leaf is none.
    NoLeaf(String),
    /// A leaf, and what became of its frame.
    Leaf { leaf: Box<Leaf>, hash: Hash, frame: FrameState },
}

/// What stands where an entry's private frame should.
#[derive(Debug)]
pub(super) enum FrameState {
    Holds(SeenFrame),
    /// It is overwritten from its first byte to its last.
    Erased(Fault),
    /// It does not hold, and nothing else in its unit fails: perhaps it is about to be erased.
    Broken(Fault),
    /// It does not hold, which the unit's faults say already.
    Lost,
    /// It was found whole before and was not read.
    Skipped,
}

/// Examines each unit of a run, `None` where the unit alone does not tell what it is. The buffer
/// comes back.
pub(super) fn examine_run(run: Run, frames: &Frames<'_>) -> (Vec<SeenPlace>, Vec<u8>) {
    let mut from = 0;
    let mut seen = Vec::with_capacity(run.units.len());
    for header in run.units {
        let to = from + at(header.length);
        let unit = match judge_unit(span(&run.bytes, from, to), header) {
            Judged::Whole(unit) | Judged::Damaged { unit: Some(unit), .. } => {
                Some(examine(&unit, frames))
            }
            Judged::Empty | Judged::Torn { .. } | Judged::Damaged { unit: None, .. } => None,
        };
        seen.push(SeenPlace { place: header.place, unit });
        from = to;
    }
    (seen, run.bytes)
}

/// A place where a unit should stand.
#[derive(Debug)]
pub(super) struct SeenPlace {
    pub(super) place: Place,
    pub(super) unit: Option<SeenUnit>,
}

pub(super) fn examine(unit: &Unit<'_>, frames: &Frames<'_>) -> SeenUnit {
    let entries = unit.records.iter().map(|record| entry(unit, record, frames)).collect();
    let damaged = !unit.faults.is_empty();
    // A later entry may say that its frames were being erased.
    let faults = if unit.only_frames_fail() { Vec::new() } else { unit.faults.clone() };
    SeenUnit { header: unit.header, damaged, faults, entries }
}

fn entry(unit: &Unit<'_>, record: &Record<'_>, frames: &Frames<'_>) -> SeenEntry {
    let base = u64::from(unit.header.place.offset);
    let seen = SeenEntry {
        index: record.index,
        record: (base + record.from as u64, base + record.to as u64),
        frame: (base + record.frame_from as u64, base + record.frame_to as u64),
        content: SeenContent::Lost,
    };
    let (from, to) = seen.record;
    let lost =
        |fault: &Fault| fault.entry == Some(record.index) && fault.from <= from && to <= fault.to;
    if unit.faults.iter().any(lost) {
        return seen;
    }
    let content = match Leaf::decode(record.leaf) {
        Err(error) => SeenContent::NoLeaf(error.to_string()),
        Ok(leaf) => {
            let frame = frame(unit, record, &seen, &leaf, frames);
            SeenContent::Leaf { leaf: Box::new(leaf), hash: leaf_hash(record.leaf), frame }
        }
    };
    SeenEntry { content, ..seen }
}

fn frame(
    unit: &Unit<'_>,
    record: &Record<'_>,
    seen: &SeenEntry,
    leaf: &Leaf,
    frames: &Frames<'_>,
) -> FrameState {
    if unit.erased.contains(&record.index) {
        let (from, to) = seen.frame;
        let what = "erased, but no entry says so".to_owned();
        return FrameState::Erased(Fault { from, to, entry: Some(record.index), what });
    }
    match unit.frame_fault(record.index) {
        None => FrameState::Holds(frames.see(leaf, Some(record.events), unit.frame(record))),
        Some(fault) if unit.only_frames_fail() => FrameState::Broken(fault.clone()),
        Some(_) => FrameState::Lost,
    }
}
