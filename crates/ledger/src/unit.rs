//! The commit unit: the entries of one append as they stand in a segment file.
//!
//! All numbers are big-endian. A unit starts on a sector of 512 bytes and its length is a
//! multiple of 512.
//! ```text
//! header, 44 bytes                            trailer, the last 64 bytes
//!   0  magic "LQUNIT01"                         0  magic "LQUEND01"
//!   8  segment number        u64                8  segment number          u64
//!  16  offset of the unit    u32               16  offset of the unit      u32
//!  20  first index           u64               20  first index             u64
//!  28  length of the unit    u32               28  length of the unit      u32
//!  32  entries               u32               32  entries                 u32
//!  36  bytes of the meta     u32               36  all-zero sectors inside u32
//!  40  CRC32C of bytes 0..40 u32               40  CRC32C of header + meta u32
//! meta, behind the header; per entry           44  zeros
//!   0  bytes of the leaf     u16               60  CRC32C of bytes 0..60   u32
//!   2  events                u32
//!   6  bytes of the frame    u32
//!  10  CRC32C of the frame   u32
//!  14  CRC32C of bytes 0..14 and the leaf
//!  18  the leaf
//! frames, one behind the other, behind the meta
//! padding, bytes 0xA5 up to the trailer
//! ```
//! Leaves and frame lengths are under the unit's checksum, each frame under its own; the checksum
//! of a record only serves to name the damaged entry. Padding is
//! not zero, so that every sector which reached the disk differs from one that did not, unless a
//! payload itself holds a sector of zeros: the trailer counts those.

use crate::bytes::{Cursor, round_up};
use crate::frame::FRAME_BYTES_MAX;
use crate::leaf::LEAF_BYTES_MAX;

/// Most bytes of one commit unit; any single entry within its own limits fits.
pub const UNIT_BYTES_MAX: u64 = 24 * 1024 * 1024;
/// Most entries of one commit unit.
pub const UNIT_ENTRIES_MAX: usize = 4_096;

pub(crate) const HEADER_BYTES: usize = 44;
pub(crate) const TRAILER_BYTES: usize = 64;
pub(crate) const RECORD_BYTES: usize = 18;
/// Bytes of a record in front of its own checksum.
pub(crate) const RECORD_FIELDS_BYTES: usize = 14;
pub(crate) const PADDING: u8 = 0xA5;

const HEADER_MAGIC: &[u8; 8] = b"LQUNIT01";
const TRAILER_MAGIC: &[u8; 8] = b"LQUEND01";
/// Bytes of the trailer in front of its reserved zeros.
pub(crate) const TRAILER_FIELDS_BYTES: usize = 44;
/// Offset of the trailer's own checksum.
pub(crate) const TRAILER_CRC_AT: usize = 60;

/// Where a unit stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Place {
    pub(crate) segment: u64,
    pub(crate) offset: u32,
}

/// The fields that header and trailer share.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Header {
    pub(crate) place: Place,
    pub(crate) first_index: u64,
    pub(crate) length: u32,
    pub(crate) entries: u32,
    pub(crate) meta_bytes: u32,
}

impl Header {
    pub(crate) fn encode(&self) -> [u8; HEADER_BYTES] {
        let mut bytes = [0; HEADER_BYTES];
        let fields = [self.meta_bytes.to_be_bytes()];
        fill(&mut bytes, HEADER_MAGIC, self, &fields);
        let crc = crc32c::crc32c(bytes.get(..40).unwrap_or_default());
        write_at(&mut bytes, 40, &crc.to_be_bytes());
        bytes
    }

    /// The header at the start of `bytes`; `None` if its magic, checksum or bounds do not hold.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Header> {
        let bytes = bytes.get(..HEADER_BYTES)?;
        let mut cursor = Cursor::new(bytes);
        let (header, meta_bytes) = shared(&mut cursor, HEADER_MAGIC)?;
        let header = Header { meta_bytes, ..header };
        if cursor.u32()? != crc32c::crc32c(bytes.get(..40)?) {
            return None;
        }
        let length = u64::from(header.length);
        let least = (HEADER_BYTES + TRAILER_BYTES) as u64 + u64::from(meta_bytes);
        let bounded = (least..=UNIT_BYTES_MAX).contains(&length) && round_up(length) == length;
        (bounded && header.entries > 0).then_some(header)
    }

    pub(crate) fn end(&self) -> u64 {
        u64::from(self.place.offset) + u64::from(self.length)
    }

    pub(crate) fn last_index(&self) -> u64 {
        self.first_index.saturating_add(u64::from(self.entries)).saturating_sub(1)
    }
}

/// What the last 64 bytes of a unit state.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Trailer {
    /// The header's fields; `meta_bytes` is 0, the trailer does not repeat it.
    pub(crate) unit: Header,
    pub(crate) zero_sectors: u32,
    pub(crate) head_crc: u32,
}

impl Trailer {
    pub(crate) fn encode(&self) -> [u8; TRAILER_BYTES] {
        let mut bytes = [0; TRAILER_BYTES];
        let fields = [self.zero_sectors.to_be_bytes(), self.head_crc.to_be_bytes()];
        fill(&mut bytes, TRAILER_MAGIC, &self.unit, &fields);
        let crc = crc32c::crc32c(bytes.get(..TRAILER_CRC_AT).unwrap_or_default());
        write_at(&mut bytes, TRAILER_CRC_AT, &crc.to_be_bytes());
        bytes
    }

    /// The trailer in exactly these 64 bytes; `None` if its magic or checksum does not hold.
    pub(crate) fn parse(bytes: &[u8]) -> Option<Trailer> {
        let mut cursor = Cursor::new(bytes);
        let (unit, zero_sectors) = shared(&mut cursor, TRAILER_MAGIC)?;
        let trailer = Trailer { unit, zero_sectors, head_crc: cursor.u32()? };
        // Writing it back covers the reserved bytes and the checksum.
        (trailer.encode() == bytes).then_some(trailer)
    }
}

fn fill(bytes: &mut [u8], magic: &[u8; 8], unit: &Header, rest: &[[u8; 4]]) {
    write_at(bytes, 0, magic);
    write_at(bytes, 8, &unit.place.segment.to_be_bytes());
    write_at(bytes, 16, &unit.place.offset.to_be_bytes());
    write_at(bytes, 20, &unit.first_index.to_be_bytes());
    write_at(bytes, 28, &unit.length.to_be_bytes());
    write_at(bytes, 32, &unit.entries.to_be_bytes());
    write_at(bytes, 36, rest.as_flattened());
}

/// The shared fields and the u32 behind them.
fn shared(cursor: &mut Cursor<'_>, magic: &[u8; 8]) -> Option<(Header, u32)> {
    if cursor.take(8)? != magic {
        return None;
    }
    let place = Place { segment: cursor.u64()?, offset: cursor.u32()? };
    let header = Header {
        place,
        first_index: cursor.u64()?,
        length: cursor.u32()?,
        entries: cursor.u32()?,
        meta_bytes: 0,
    };
    Some((header, cursor.u32()?))
}

fn write_at(bytes: &mut [u8], from: usize, part: &[u8]) {
    if let Some(target) = bytes.get_mut(from..from + part.len()) {
        target.copy_from_slice(part);
    }
}

const _: () = {
    let entry = RECORD_BYTES + LEAF_BYTES_MAX + FRAME_BYTES_MAX;
    assert!((HEADER_BYTES + entry + TRAILER_BYTES + 512) as u64 <= UNIT_BYTES_MAX);
};
