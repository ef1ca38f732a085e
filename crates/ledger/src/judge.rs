//! Judges the bytes behind the last good unit: another whole unit, the empty tail, a write that
//! was cut off, or damage.
//!
//! A cut-off ("torn") write is one whose unit is zero from some offset to its end, or has more
//! all-zero sectors than its trailer states. Everything else that does not hold is damage:
//!
//! | header | trailer | judged |
//! |---|---|---|
//! | whole | whole | by checksums; torn if more zero sectors than stated |
//! | whole | zeros | torn |
//! | whole | the right bytes, zeros from some byte on | torn |
//! | zero sector | whole, names this offset and index | torn |
//! | zero sector | none, all surviving sectors full and within one unit's reach | torn |
//! | the right bytes, zeros from there to the end of the file | – | torn |
//!
//! If only the end of the trailer's own checksum is missing and all else holds, nothing of the
//! unit is lost: it is completed instead of wiped, so that no single changed byte can cost an
//! acknowledged unit.

use crate::bytes::{SECTOR_BYTES, all_zero, at, first_nonzero, last_nonzero, span, zero_sectors};
use crate::inspect::{Fault, Unit, expected_trailer, fault, inspect};
use crate::unit::{
    HEADER_BYTES, Header, Place, TRAILER_BYTES, TRAILER_CRC_AT, TRAILER_FIELDS_BYTES, Trailer,
    UNIT_BYTES_MAX,
};

/// Fewest bytes other than zero in a sector that a cut-off write left behind. Text and padding
/// fill a sector, while a flipped byte in the empty tail stands alone.
const TORN_SECTOR_NONZERO_MIN: usize = 16;

#[derive(Debug)]
pub(crate) enum Judged<'a> {
    /// A unit that holds; of erased frames nothing is left to check.
    Whole(Unit<'a>),
    /// Zeros to the end of the file.
    Empty,
    /// A cut-off write from here to `to`, zeros behind; `repair` completes its trailer.
    Torn { to: u64, repair: Option<[u8; TRAILER_BYTES]> },
    /// Bytes that were changed after they were written. The unit comes along if its header
    /// holds.
    Damaged { faults: Vec<Fault>, unit: Option<Unit<'a>> },
}

/// Judges what stands at `place`, where the unit of entry `next_index` begins or the tail.
pub(crate) fn judge(image: &[u8], place: Place, next_index: u64) -> Judged<'_> {
    judge_rest(span(image, at(place.offset), image.len()), place, next_index)
}

/// [`judge`], given all bytes from `place` to the end of the file.
pub(crate) fn judge_rest(rest: &[u8], place: Place, next_index: u64) -> Judged<'_> {
    if let Some(header) = Header::parse(rest) {
        return only_zeros_behind(rest, place, with_header(rest, place, next_index, header));
    }
    let Some(last) = last_nonzero(rest) else { return Judged::Empty };
    let judged = if all_zero(span(rest, 0, SECTOR_BYTES)) {
        without_header(rest, place, next_index, last)
    } else if header_cut_off(rest, place, next_index, last) {
        Judged::Torn { to: u64::from(place.offset) + SECTOR_BYTES as u64, repair: None }
    } else {
        let what = "the header of a commit unit does not hold";
        damaged(place, 0, SECTOR_BYTES, Some(next_index), what)
    };
    only_zeros_behind(rest, place, judged)
}

/// Judges the bytes of one unit, whose header this is, without those behind it.
pub(crate) fn judge_unit(bytes: &[u8], header: Header) -> Judged<'_> {
    with_header(bytes, header.place, header.first_index, header)
}

/// The unit in exactly these bytes, if all of them hold, apart from frames that may be about to
/// be erased.
pub(crate) fn unit_of(bytes: &[u8], place: Place, first_index: u64) -> Option<Unit<'_>> {
    let unit = match with_header(bytes, place, first_index, Header::parse(bytes)?) {
        Judged::Whole(unit) => unit,
        Judged::Damaged { unit: Some(unit), .. } if unit.only_frames_fail() => unit,
        Judged::Damaged { .. } | Judged::Empty | Judged::Torn { .. } => return None,
    };
    (unit.bytes.len() == bytes.len()).then_some(unit)
}

fn damaged<'a>(place: Place, from: usize, to: usize, entry: Option<u64>, what: &str) -> Judged<'a> {
    Judged::Damaged { faults: vec![fault(place, from, to, entry, what)], unit: None }
}

/// Behind a cut-off write nothing can have been written.
fn only_zeros_behind<'a>(rest: &[u8], place: Place, judged: Judged<'a>) -> Judged<'a> {
    let Judged::Torn { to, .. } = judged else { return judged };
    let behind = span(rest, at(to.saturating_sub(u64::from(place.offset))), rest.len());
    let (Some(first), Some(last)) = (first_nonzero(behind), last_nonzero(behind)) else {
        return judged;
    };
    let what = "bytes other than zero behind a cut-off write".to_owned();
    let (from, to) = (to + first as u64, to + last as u64 + 1);
    Judged::Damaged { faults: vec![Fault { from, to, entry: None, what }], unit: None }
}

/// A header that is right up to some byte, and zeros from there to the end of the file.
fn header_cut_off(rest: &[u8], place: Place, next_index: u64, last: usize) -> bool {
    if last >= HEADER_BYTES {
        return false;
    }
    let expected = Header { place, first_index: next_index, length: 0, entries: 0, meta_bytes: 0 };
    // Up to byte 28 everything is known; of the lengths behind nothing is left to compare with.
    let known = 28.min(last + 1);
    expected.encode().get(..known) == rest.get(..known)
}

fn without_header<'a>(rest: &[u8], place: Place, next_index: u64, last: usize) -> Judged<'a> {
    let first = first_nonzero(rest).unwrap_or(last);
    let nowhere = || {
        let what = "bytes other than zero behind the last commit unit";
        damaged(place, first, last + 1, None, what)
    };
    let reach = last + SECTOR_BYTES - last % SECTOR_BYTES;
    if reach as u64 > UNIT_BYTES_MAX {
        return nowhere();
    }
    for (number, sector) in span(rest, 0, reach).chunks_exact(SECTOR_BYTES).enumerate() {
        let end = (number + 1) * SECTOR_BYTES;
        let bytes = span(sector, SECTOR_BYTES - TRAILER_BYTES, SECTOR_BYTES);
        let Some(trailer) = Trailer::parse(bytes) else { continue };
        let unit = trailer.unit;
        let here = unit.place == place && unit.first_index == next_index;
        if !here || at(unit.length) != end {
            continue;
        }
        if zero_sectors(span(rest, 0, end)) > trailer.zero_sectors {
            return Judged::Torn { to: u64::from(place.offset) + end as u64, repair: None };
        }
        return damaged(place, 0, end, Some(next_index), "the header of a commit unit is missing");
    }
    let full = |sector: &[u8]| {
        let nonzero = sector.iter().filter(|byte| **byte != 0).count();
        nonzero == 0 || nonzero >= TORN_SECTOR_NONZERO_MIN
    };
    if span(rest, 0, reach).chunks(SECTOR_BYTES).all(full) {
        return Judged::Torn { to: u64::from(place.offset) + reach as u64, repair: None };
    }
    nowhere()
}

fn with_header<'a>(rest: &'a [u8], place: Place, next_index: u64, header: Header) -> Judged<'a> {
    let entry = Some(next_index);
    if header.place != place || header.first_index != next_index {
        let what = "a commit unit does not belong where it stands";
        return damaged(place, 0, HEADER_BYTES, entry, what);
    }
    let length = at(header.length);
    let Some(bytes) = rest.get(..length) else {
        return damaged(place, 0, rest.len(), entry, "the file ends within a commit unit");
    };
    let stated = span(bytes, length - TRAILER_BYTES, length);
    if all_zero(stated) {
        return Judged::Torn { to: header.end(), repair: None };
    }
    let expected = expected_trailer(&header, bytes);
    match Trailer::parse(stated) {
        Some(trailer) => {
            if trailer.unit == expected.unit && expected.zero_sectors > trailer.zero_sectors {
                return Judged::Torn { to: header.end(), repair: None };
            }
            let unit = inspect(header, bytes, Some(&trailer), &expected);
            if unit.faults.is_empty() {
                return Judged::Whole(unit);
            }
            Judged::Damaged { faults: unit.faults.clone(), unit: Some(unit) }
        }
        None => cut_trailer(header, bytes, stated, &expected),
    }
}

/// A trailer that is not whole: right up to some byte and zero from there on, or damaged.
fn cut_trailer<'a>(
    header: Header,
    bytes: &'a [u8],
    stated: &[u8],
    expected: &Trailer,
) -> Judged<'a> {
    let right = last_nonzero(stated).map_or(0, |last| last + 1);
    let mut unit = inspect(header, bytes, None, expected);
    let expected = expected.encode();
    if stated.get(..right) == expected.get(..right) {
        let fields_whole = stated.get(..TRAILER_CRC_AT) == expected.get(..TRAILER_CRC_AT);
        if fields_whole && unit.faults.is_empty() {
            return Judged::Torn { to: header.end(), repair: Some(expected) };
        }
        if right < TRAILER_FIELDS_BYTES {
            return Judged::Torn { to: header.end(), repair: None };
        }
    }
    let from = at(header.length) - TRAILER_BYTES;
    let what = "the trailer of a commit unit does not hold";
    let last = Some(header.last_index());
    unit.faults.push(fault(header.place, from, from + TRAILER_BYTES, last, what));
    Judged::Damaged { faults: unit.faults.clone(), unit: Some(unit) }
}
