//! The records of a unit's meta: where each entry's leaf and frame stand.

use crate::bytes::{Cursor, at, round_up};
use crate::unit::{
    HEADER_BYTES, Header, RECORD_BYTES, RECORD_FIELDS_BYTES, TRAILER_BYTES, UNIT_ENTRIES_MAX,
};

pub(crate) fn record_crc(fields: &[u8], leaf: &[u8]) -> u32 {
    crc32c::crc32c_append(crc32c::crc32c(fields), leaf)
}

/// One entry's place in a unit, as the meta states it.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Record<'a> {
    pub(crate) index: u64,
    pub(crate) leaf: &'a [u8],
    pub(crate) events: u32,
    pub(crate) frame_crc: u32,
    /// Whether the record's own checksum holds.
    pub(crate) holds: bool,
    /// Offsets of the frame within the unit.
    pub(crate) frame_from: usize,
    pub(crate) frame_to: usize,
    /// Offsets of the record within the unit.
    pub(crate) from: usize,
    pub(crate) to: usize,
}

/// Reads the meta behind a header. What could be read comes back, and whether that was all.
pub(crate) fn records<'a>(header: &Header, meta: &'a [u8]) -> (Vec<Record<'a>>, bool) {
    let mut cursor = Cursor::new(meta);
    let mut list = Vec::with_capacity(at(header.entries).min(UNIT_ENTRIES_MAX));
    let mut from = HEADER_BYTES;
    let mut frame_from = HEADER_BYTES + at(header.meta_bytes);
    let end = at(header.length) - TRAILER_BYTES;
    let mut index = header.first_index;
    for _ in 0..header.entries {
        let mut next = || {
            let fields = cursor.peek(RECORD_FIELDS_BYTES)?;
            let (leaf, events) = (usize::from(cursor.u16()?), cursor.u32()?);
            let (frame, frame_crc) = (at(cursor.u32()?), cursor.u32()?);
            let crc = cursor.u32()?;
            let to = from + RECORD_BYTES + leaf;
            let leaf = cursor.take(leaf)?;
            let holds = crc == record_crc(fields, leaf);
            let frame_to = frame_from.checked_add(frame).filter(|to| *to <= end)?;
            Some(Record { index, leaf, events, frame_crc, holds, frame_from, frame_to, from, to })
        };
        let Some(record) = next() else { return (list, false) };
        (from, frame_from) = (record.to, record.frame_to);
        index = index.saturating_add(1);
        list.push(record);
    }
    let padded = round_up((frame_from + TRAILER_BYTES) as u64) == u64::from(header.length);
    (list, cursor.is_empty() && padded)
}
