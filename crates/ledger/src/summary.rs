//! Summaries of full segments: what a fast opening needs to know of a segment without reading it.
//!
//! `NNNNNNNNNNNN.sum` lies beside the segment, is written once when the segment is full, and says
//! nothing that the segment does not say. All numbers are big-endian.
//! ```text
//!   0  magic "LQSUMM01"
//!   8  format version                                u32, 1
//!  12  segment number                                u64
//!  20  index of the first entry                      u64
//!  28  entries behind the last one                   u64, the log's size at the segment's end
//!  36  leaf hash of the entry before the first       32 bytes
//!  68  leaf hash of the last entry                   32 bytes
//! 100  time of the last entry                        u64, microseconds since 1970
//! 108  the byte behind the last unit                 u32
//! 112  units, issuers, erasures, peaks               4 x u32
//! 128  per unit: first byte, entries                 2 x u32
//!      per issuer that has an entry in the segment, by alias:
//!      alias, next sequence number, last leaf hash   u64, u64, 32 bytes
//!      per erasure: the erased entry, the entry that says so   2 x u64
//!      per peak: RFC 6962 hashes of the largest complete subtrees over all leaves up to the
//!      segment's end, the largest first              32 bytes
//!      CRC32C of all bytes before                    u32
//! ```
//! It is never synced: one that is missing or does not hold is written anew from its segment.

use std::collections::BTreeSet;

use laiqu_proof::{Frontier, Hash};

use crate::bytes::{Cursor, at};
use crate::chain::{Chain, Head, IssuerHead};
use crate::error::Error;
use crate::reader::{Published, UnitRef};
use crate::segment::{FIRST_UNIT_AT, SegmentHeader};
use crate::storage::Storage;
use crate::unit::Place;

const MAGIC: &[u8; 8] = b"LQSUMM01";
const VERSION: u32 = 1;
/// Most bytes that are read as a summary; a segment of the largest size and units of one sector
/// each stays below.
const SUMMARY_BYTES_MAX: u64 = 64 * 1024 * 1024;

/// What the summary of a full segment states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct Summary {
    pub(crate) header: SegmentHeader,
    /// The log's head behind the segment's last unit.
    pub(crate) head: Head,
    /// The byte behind the last unit.
    pub(crate) end: u32,
    pub(crate) units: Vec<UnitRef>,
    /// Issuers with an entry in the segment, by alias, and where their chains stand behind it.
    pub(crate) issuers: Vec<(u64, IssuerHead)>,
    /// By entries of the segment: an entry whose frame is erased, and the entry that says so.
    pub(crate) erasures: Vec<(u64, u64)>,
    /// The tree over all leaves up to the segment's end.
    pub(crate) frontier: Frontier,
}

/// What becomes the summary of a segment while it fills.
#[derive(Debug, Clone)]
pub(crate) struct Filling {
    pub(crate) header: SegmentHeader,
    /// Issuers with an entry in the segment.
    pub(crate) issuers: BTreeSet<u64>,
}

impl Filling {
    pub(crate) fn new(header: SegmentHeader) -> Self {
        Filling { header, issuers: BTreeSet::new() }
    }

    /// The summary once the segment is full: where all stands now.
    pub(crate) fn full(
        &self,
        end: u32,
        all: &Published,
        chain: &Chain,
        tree: &Frontier,
    ) -> Summary {
        let segment = u32::try_from(self.header.number).unwrap_or(u32::MAX);
        let from = all.units.partition_point(|unit| unit.segment < segment);
        let here = self.header.first_index..chain.head().size;
        let erasures = all.erased.iter().map(|(index, by)| (*index, *by));
        Summary {
            header: self.header,
            head: chain.head(),
            end,
            units: all.units.get(from..).unwrap_or_default().to_vec(),
            erasures: erasures.filter(|(_, by)| here.contains(by)).collect(),
            issuers: self.issuers.iter().map(|alias| (*alias, chain.issuer(*alias))).collect(),
            frontier: tree.clone(),
        }
    }
}

impl Summary {
    pub(crate) fn encode(&self) -> Option<Vec<u8>> {
        let mut out = Vec::with_capacity(128 + self.units.len() * 8 + self.issuers.len() * 48);
        out.extend_from_slice(MAGIC);
        out.extend_from_slice(&VERSION.to_be_bytes());
        out.extend_from_slice(&self.header.number.to_be_bytes());
        out.extend_from_slice(&self.header.first_index.to_be_bytes());
        out.extend_from_slice(&self.head.size.to_be_bytes());
        out.extend_from_slice(&self.header.prev.0);
        out.extend_from_slice(&self.head.last_leaf_hash.0);
        out.extend_from_slice(&self.head.last_time_micros?.to_be_bytes());
        out.extend_from_slice(&self.end.to_be_bytes());
        let peaks = self.frontier.peaks();
        for count in [self.units.len(), self.issuers.len(), self.erasures.len(), peaks.len()] {
            out.extend_from_slice(&u32::try_from(count).ok()?.to_be_bytes());
        }
        let next = self.units.iter().skip(1).map(|unit| unit.first_index);
        for (unit, next) in self.units.iter().zip(next.chain([self.head.size])) {
            let entries = u32::try_from(next.checked_sub(unit.first_index)?).ok()?;
            out.extend_from_slice(&unit.offset.to_be_bytes());
            out.extend_from_slice(&entries.to_be_bytes());
        }
        for (alias, issuer) in &self.issuers {
            out.extend_from_slice(&alias.to_be_bytes());
            out.extend_from_slice(&issuer.next_seq.to_be_bytes());
            out.extend_from_slice(&issuer.last_leaf_hash.0);
        }
        for (index, by) in &self.erasures {
            out.extend_from_slice(&index.to_be_bytes());
            out.extend_from_slice(&by.to_be_bytes());
        }
        peaks.iter().for_each(|peak| out.extend_from_slice(&peak.0));
        let crc = crc32c::crc32c(&out);
        out.extend_from_slice(&crc.to_be_bytes());
        Some(out)
    }

    /// The summary in exactly these bytes; `None` if any of them does not hold.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Summary> {
        let (content, crc) = bytes.split_last_chunk::<4>()?;
        if u32::from_be_bytes(*crc) != crc32c::crc32c(content) {
            return None;
        }
        let mut cursor = Cursor::new(content);
        if cursor.take(8)? != MAGIC || cursor.u32()? != VERSION {
            return None;
        }
        let (number, first_index, size) = (cursor.u64()?, cursor.u64()?, cursor.u64()?);
        let header = SegmentHeader { number, first_index, prev: Hash(cursor.array()?) };
        let last_leaf_hash = Hash(cursor.array()?);
        let last_time_micros = Some(cursor.u64()?);
        let head = Head { size, last_leaf_hash, last_time_micros };
        let (end, units) = (cursor.u32()?, cursor.u32()?);
        let (issuers, erasures, peaks) = (cursor.u32()?, cursor.u32()?, cursor.u32()?);
        let units = read_units(&mut cursor, &header, units, size, end)?;
        let issuers = (0..issuers).map(|_| {
            let (alias, next_seq) = (cursor.u64()?, cursor.u64()?);
            Some((alias, IssuerHead { next_seq, last_leaf_hash: Hash(cursor.array()?) }))
        });
        let issuers = issuers.collect::<Option<Vec<_>>>()?;
        let erasures = (0..erasures).map(|_| Some((cursor.u64()?, cursor.u64()?)));
        let erasures = erasures.collect::<Option<Vec<_>>>()?;
        let peaks: Option<_> = (0..peaks).map(|_| Some(Hash(cursor.array()?))).collect();
        let frontier = Frontier::with_peaks(size, peaks?)?;
        let summary = Summary { header, head, end, units, issuers, erasures, frontier };
        cursor.is_empty().then_some(summary)
    }

    /// Reads the summary of a segment; `None` where it is missing or does not hold.
    pub(crate) fn read(storage: &dyn Storage, number: u64) -> Option<Summary> {
        let file = storage.open(&name(number), false).ok()?;
        let length = file.length().ok().filter(|length| *length <= SUMMARY_BYTES_MAX)?;
        let mut bytes = vec![0; at(length)];
        file.read_exact_at(&mut bytes, 0).ok()?;
        Summary::parse(&bytes).filter(|summary| summary.header.number == number)
    }

    /// Puts it in its place, unsynced. The log does not depend on it.
    pub(crate) fn write(&self, storage: &dyn Storage) -> Result<(), Error> {
        let number = self.header.number;
        let (name, temporary) = (name(number), temporary_name(number));
        let Some(bytes) = self.encode() else { return Ok(()) };
        let file = storage.create(&temporary).map_err(Error::io("create", &temporary))?;
        file.write_all_at(&bytes, 0).map_err(Error::io("write", &temporary))?;
        storage.rename(&temporary, &name).map_err(Error::io("rename", &temporary))
    }

    /// Where the segment ends.
    pub(crate) fn tail(&self) -> Place {
        Place { segment: self.header.number, offset: self.end }
    }
}

fn read_units(
    cursor: &mut Cursor<'_>,
    header: &SegmentHeader,
    count: u32,
    size: u64,
    end: u32,
) -> Option<Vec<UnitRef>> {
    let segment = u32::try_from(header.number).ok()?;
    let mut units = Vec::with_capacity(at(count).min(cursor.left() / 8));
    let (mut first_index, mut from) = (header.first_index, FIRST_UNIT_AT);
    for _ in 0..count {
        let (offset, entries) = (cursor.u32()?, cursor.u32()?);
        if offset < from || offset >= end || entries == 0 {
            return None;
        }
        units.push(UnitRef { first_index, segment, offset });
        (first_index, from) = (first_index.checked_add(u64::from(entries))?, offset + 1);
    }
    (first_index == size).then_some(units)
}

/// The file name of a segment's summary.
pub(crate) fn name(number: u64) -> String {
    format!("{number:012}.sum")
}

fn temporary_name(number: u64) -> String {
    format!("{number:012}.sum.tmp")
}

/// The number of the segment that a summary belongs to, `None` for every other name.
pub(crate) fn parse_name(file: &str) -> Option<u64> {
    let number = file.strip_suffix(".sum")?.parse().ok()?;
    (name(number) == file).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> Summary {
        let header = SegmentHeader { number: 3, first_index: 77, prev: Hash([5; 32]) };
        let unit = |first_index, offset| UnitRef { first_index, segment: 3, offset };
        let mut frontier = Frontier::new();
        (0..82_u8).for_each(|leaf| frontier.push(Hash([leaf; 32])));
        let issuer = |next_seq| IssuerHead { next_seq, last_leaf_hash: Hash([8; 32]) };
        Summary {
            header,
            head: Head { size: 82, last_leaf_hash: Hash([9; 32]), last_time_micros: Some(7) },
            end: 4_096,
            units: vec![unit(77, 512), unit(78, 1_024), unit(80, 3_584)],
            issuers: vec![(0, issuer(4)), (9, issuer(1))],
            erasures: vec![(3, 80)],
            frontier,
        }
    }

    #[test]
    fn every_flipped_byte_is_seen() {
        let bytes = summary().encode().unwrap();
        assert_eq!(Summary::parse(&bytes), Some(summary()));
        for at in 0..bytes.len() {
            let mut other = bytes.clone();
            other[at] ^= 0x20;
            assert_eq!(Summary::parse(&other), None, "byte {at}");
            assert_eq!(Summary::parse(&bytes[..at]), None, "cut to {at}");
        }
        assert_eq!(Summary::parse(&[bytes.as_slice(), &[0]].concat()), None);
    }

    #[test]
    fn a_right_checksum_over_wrong_fields_is_refused() {
        let sealed = |summary: &Summary| Summary::parse(&summary.encode().unwrap());
        let mut wrong = summary();
        wrong.units[1].offset = 512;
        assert_eq!(sealed(&wrong), None, "units overlap");
        let mut wrong = summary();
        wrong.units[0].first_index = 76;
        assert_eq!(sealed(&wrong), None, "entries do not add up");
        let mut wrong = summary();
        wrong.end = 3_584;
        assert_eq!(sealed(&wrong), None, "a unit behind the end");
        let mut wrong = summary();
        wrong.frontier = Frontier::new();
        assert_eq!(sealed(&wrong), None, "peaks of another size");
    }

    #[test]
    fn names_are_strict() {
        assert_eq!(parse_name("000000000012.sum"), Some(12));
        for other in ["12.sum", "000000000012.sum.tmp", "000000000012.seg", ".sum"] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }
}
