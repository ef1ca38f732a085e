//! Checks a unit whose header holds against every checksum in it.

use crate::bytes::{SECTOR_BYTES, at, span, zero_sectors};
use crate::erasure::is_erased;
use crate::records::{Record, records};
use crate::unit::{HEADER_BYTES, Header, PADDING, Place, TRAILER_BYTES, Trailer};

/// A range of the segment that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Fault {
    pub(crate) from: u64,
    pub(crate) to: u64,
    pub(crate) entry: Option<u64>,
    pub(crate) what: String,
}

/// A unit whose bytes were looked at; `faults` is empty if all of them hold.
#[derive(Debug)]
pub(crate) struct Unit<'a> {
    pub(crate) header: Header,
    pub(crate) bytes: &'a [u8],
    pub(crate) records: Vec<Record<'a>>,
    pub(crate) faults: Vec<Fault>,
    /// Entries whose frame is overwritten from its first byte to its last.
    pub(crate) erased: Vec<u64>,
    /// Entries whose frame does not hold; each has a fault too.
    pub(crate) broken: Vec<u64>,
}

impl<'a> Unit<'a> {
    pub(crate) fn frame(&self, record: &Record<'_>) -> &'a [u8] {
        span(self.bytes, record.frame_from, record.frame_to)
    }

    /// Whether all else holds, so that an erasure that was cut off explains every fault.
    pub(crate) fn only_frames_fail(&self) -> bool {
        self.faults.len() == self.broken.len()
    }

    /// The fault of a frame that does not hold.
    pub(crate) fn frame_fault(&self, index: u64) -> Option<&Fault> {
        let record = self.records.iter().find(|record| record.index == index)?;
        let from = u64::from(self.header.place.offset) + record.frame_from as u64;
        self.faults.iter().find(|fault| fault.entry == Some(index) && fault.from == from)
    }
}

pub(crate) fn fault(place: Place, from: usize, to: usize, entry: Option<u64>, what: &str) -> Fault {
    let base = u64::from(place.offset);
    Fault { from: base + from as u64, to: base + to as u64, entry, what: what.to_owned() }
}

/// The trailer that these bytes should have.
pub(crate) fn expected_trailer(header: &Header, bytes: &[u8]) -> Trailer {
    let head = span(bytes, 0, HEADER_BYTES + at(header.meta_bytes));
    // The trailer's sector is never zero, so it does not count, whatever stands there now.
    let before = bytes.len() - SECTOR_BYTES;
    Trailer {
        unit: Header { meta_bytes: 0, ..*header },
        zero_sectors: zero_sectors(span(bytes, 0, before)),
        head_crc: crc32c::crc32c(head),
    }
}

/// Checks every byte of a unit whose header holds against the checksums in it.
pub(crate) fn inspect<'a>(
    header: Header,
    bytes: &'a [u8],
    trailer: Option<&Trailer>,
    expected: &Trailer,
) -> Unit<'a> {
    let meta_end = HEADER_BYTES + at(header.meta_bytes);
    let (mut records, mut all) = records(&header, span(bytes, HEADER_BYTES, meta_end));
    let place = header.place;
    let (mut faults, mut erased, mut broken) = (Vec::new(), Vec::new(), Vec::new());
    let mut frames_end = meta_end;
    let mut readable = 0;
    for record in &records {
        let frame = span(bytes, record.frame_from, record.frame_to);
        let frame_holds = crc32c::crc32c(frame) == record.frame_crc;
        if !(record.holds || frame_holds && all) {
            // Its lengths cannot be trusted, nor where anything behind it stands.
            all = false;
            break;
        }
        if !record.holds {
            let what = "the checksum of a leaf and its frame's length does not hold";
            faults.push(fault(place, record.from, record.to, Some(record.index), what));
        }
        if !frame_holds && is_erased(frame) {
            erased.push(record.index);
        } else if !frame_holds {
            broken.push(record.index);
            let what = "the checksum of a private frame does not hold";
            let (from, to) = (record.frame_from, record.frame_to);
            faults.push(fault(place, from, to, Some(record.index), what));
        }
        frames_end = record.frame_to;
        readable += 1;
    }
    records.truncate(readable);
    if !all {
        let from = records.last().map_or(HEADER_BYTES, |record| record.to);
        let entry = header.first_index.saturating_add(readable as u64).min(header.last_index());
        let what = "the records of a commit unit cannot be read on";
        faults.push(fault(place, from, meta_end, Some(entry), what));
    }
    inspect_padding(&header, bytes, all.then_some(frames_end), &mut faults);
    // Sectors of zeros may have gone with a frame.
    let rewritten = !(erased.is_empty() && broken.is_empty());
    let trailer_fits = trailer.is_none_or(|trailer| {
        let zero_sectors = if rewritten { trailer.zero_sectors } else { expected.zero_sectors };
        *trailer == Trailer { zero_sectors, ..*expected }
    });
    if faults.len() == broken.len() && !trailer_fits {
        let what = "header, leaves and trailer of a commit unit do not fit each other";
        faults.push(fault(place, 0, at(header.length), Some(header.first_index), what));
    }
    Unit { header, bytes, records, faults, erased, broken }
}

/// Checks the bytes between the last frame and the trailer, which belong to no entry.
fn inspect_padding(
    header: &Header,
    bytes: &[u8],
    frames_end: Option<usize>,
    faults: &mut Vec<Fault>,
) {
    let trailer_from = at(header.length) - TRAILER_BYTES;
    let padding_from = frames_end.unwrap_or(trailer_from);
    if span(bytes, padding_from, trailer_from).iter().any(|byte| *byte != PADDING) {
        let what = "the padding of a commit unit does not hold";
        faults.push(fault(header.place, padding_from, trailer_from, None, what));
    }
}
