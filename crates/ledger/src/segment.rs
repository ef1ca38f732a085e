//! Segment files: names and the header sector.
//!
//! ```text
//!  0  magic "LQSEGM01"
//!  8  format version                         u32, 1
//! 12  segment number                         u64
//! 20  index of the first entry               u64
//! 28  leaf hash of the entry before it       32 bytes
//! 60  CRC32C of bytes 0..60                  u32
//! 64  zeros up to byte 512
//! ```
//! Every version keeps the place of magic, version and checksum, so that a program which does not
//! know it says so instead of speaking of damage.
//!
//! Units follow from byte 512 on without gaps. Behind the last one stand only zeros.

use laiqu_proof::Hash;

use crate::bytes::{Cursor, SECTOR_BYTES, all_zero};
use crate::unit::UNIT_BYTES_MAX;

/// Bytes at which a segment is full and the next one begins.
pub const SEGMENT_BYTES_MAX: u32 = 64 * 1024 * 1024;
/// Bytes that are zeroed and synced at a time, ahead of the units.
pub const ZERO_PIECE_BYTES: u32 = 1024 * 1024;
/// Most segments of a log; readers keep the number in 32 bits.
pub(crate) const SEGMENTS_MAX: u64 = u32::MAX as u64;

const MAGIC: &[u8; 8] = b"LQSEGM01";
/// The format that this program writes and reads.
pub(crate) const VERSION: u32 = 1;
const FIELDS_BYTES: usize = 60;

/// Where the first unit of a segment stands.
pub(crate) const FIRST_UNIT_AT: u32 = 512;

const _: () = assert!(UNIT_BYTES_MAX + FIRST_UNIT_AT as u64 <= SEGMENT_BYTES_MAX as u64);

/// What the header sector of a segment states.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct SegmentHeader {
    pub(crate) number: u64,
    pub(crate) first_index: u64,
    /// Leaf hash of the entry before the first one, [`Hash::ZERO`] in segment 0.
    pub(crate) prev: Hash,
}

impl SegmentHeader {
    pub(crate) fn encode(&self) -> Vec<u8> {
        let mut sector = Vec::with_capacity(SECTOR_BYTES);
        sector.extend_from_slice(MAGIC);
        sector.extend_from_slice(&VERSION.to_be_bytes());
        sector.extend_from_slice(&self.number.to_be_bytes());
        sector.extend_from_slice(&self.first_index.to_be_bytes());
        sector.extend_from_slice(&self.prev.0);
        let crc = crc32c::crc32c(&sector);
        sector.extend_from_slice(&crc.to_be_bytes());
        sector.resize(SECTOR_BYTES, 0);
        sector
    }

    /// The format version that a first sector states, if it holds but for being of a version that
    /// this program does not read.
    pub(crate) fn unknown_version(sector: &[u8]) -> Option<u32> {
        let mut cursor = Cursor::new(sector.get(..SECTOR_BYTES)?);
        let magic = cursor.take(8)?;
        let version = cursor.u32().filter(|version| *version != VERSION)?;
        let crc = sector.get(FIELDS_BYTES..)?.first_chunk().map(|crc| u32::from_be_bytes(*crc));
        let holds = crc == Some(crc32c::crc32c(sector.get(..FIELDS_BYTES)?));
        (magic == MAGIC && holds).then_some(version)
    }

    /// The header of a whole first sector, `None` if any of its bytes does not hold.
    pub(crate) fn parse(sector: &[u8]) -> Option<SegmentHeader> {
        let mut cursor = Cursor::new(sector.get(..SECTOR_BYTES)?);
        if cursor.take(8)? != MAGIC || cursor.u32()? != VERSION {
            return None;
        }
        let (number, first_index) = (cursor.u64()?, cursor.u64()?);
        let header = SegmentHeader { number, first_index, prev: Hash(cursor.array()?) };
        if cursor.u32()? != crc32c::crc32c(sector.get(..FIELDS_BYTES)?) {
            return None;
        }
        all_zero(sector.get(FIELDS_BYTES + 4..SECTOR_BYTES)?).then_some(header)
    }
}

/// What to say of a segment's file of this length, where that is more than a segment can have.
pub(crate) fn too_long(number: u64, length: u64) -> Option<String> {
    (length > u64::from(SEGMENT_BYTES_MAX)).then(|| {
        let name = name(number);
        format!(
            "{name} has {length} bytes, and a segment at most {SEGMENT_BYTES_MAX}; put the file \
             back from a backup"
        )
    })
}

/// The file name of a segment.
pub(crate) fn name(number: u64) -> String {
    format!("{number:012}.seg")
}

/// The name under which a segment is prepared before it counts.
pub(crate) fn temporary_name(number: u64) -> String {
    format!("{number:012}.seg.tmp")
}

/// The number of a segment file, `None` for every other name.
pub(crate) fn parse_name(file: &str) -> Option<u64> {
    let digits = file.strip_suffix(".seg")?;
    let number = digits.parse().ok()?;
    (name(number) == file).then_some(number)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_flipped_byte_of_the_header_sector_is_seen() {
        let header = SegmentHeader { number: 3, first_index: 77, prev: Hash([5; 32]) };
        let sector = header.encode();
        assert_eq!(SegmentHeader::parse(&sector), Some(header));
        for at in 0..SECTOR_BYTES {
            let mut other = sector.clone();
            other[at] ^= 0x40;
            assert_eq!(SegmentHeader::parse(&other), None, "byte {at}");
        }
        assert_eq!(SegmentHeader::parse(&sector[..511]), None);
    }

    #[test]
    fn a_later_version_is_told_from_damage() {
        let mut sector = SegmentHeader { number: 3, first_index: 77, prev: Hash([5; 32]) }.encode();
        assert_eq!(SegmentHeader::unknown_version(&sector), None, "it is known");
        sector[11] = 2;
        assert_eq!(SegmentHeader::unknown_version(&sector), None, "the checksum does not hold");
        let crc = crc32c::crc32c(&sector[..FIELDS_BYTES]);
        sector[FIELDS_BYTES..FIELDS_BYTES + 4].copy_from_slice(&crc.to_be_bytes());
        assert_eq!(SegmentHeader::parse(&sector), None);
        assert_eq!(SegmentHeader::unknown_version(&sector), Some(2));
    }

    #[test]
    fn names_are_strict() {
        assert_eq!(parse_name("000000000012.seg"), Some(12));
        for other in ["12.seg", "000000000012.seg.tmp", "+00000000012.seg", "head", ".seg"] {
            assert_eq!(parse_name(other), None, "{other}");
        }
    }
}
