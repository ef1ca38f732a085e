//! Entries ready to be appended, and how a unit of them is written.

use laiqu_proof::{Hash, leaf_hash};

use crate::bytes::{at, round_up, zero_sectors};
use crate::erasure::named_in_frame;
use crate::error::Error;
use crate::kind::Kind;
use crate::leaf::Leaf;
use crate::records::record_crc;
use crate::unit::{
    HEADER_BYTES, Header, PADDING, Place, RECORD_BYTES, TRAILER_BYTES, Trailer, UNIT_BYTES_MAX,
    UNIT_ENTRIES_MAX,
};

/// An entry ready to be appended: its leaf written and hashed, its frame written and summed.
#[derive(Debug, Clone)]
pub struct PreparedEntry {
    pub(crate) leaf: Leaf,
    pub(crate) leaf_bytes: Vec<u8>,
    pub(crate) leaf_hash: Hash,
    pub(crate) frame: Vec<u8>,
    pub(crate) frame_crc: u32,
    pub(crate) events: u32,
    /// The entry whose frame goes, if this is an `erasure` entry.
    pub(crate) erases: Option<u64>,
}

impl PreparedEntry {
    /// Takes a leaf and its encoded frame ([`crate::Frame::encode`]) with the number of events in
    /// it.
    pub fn new(leaf: Leaf, frame: Vec<u8>, events: u32) -> Result<Self, Error> {
        let leaf_bytes = leaf.encode()?;
        let mut erases = None;
        if leaf.kind == Kind::Erasure {
            let named = named_in_frame(&frame);
            erases = Some(named.ok_or(Error::NoErasure { index: leaf.index })?);
        }
        let leaf_hash = leaf_hash(&leaf_bytes);
        let frame_crc = crc32c::crc32c(&frame);
        Ok(PreparedEntry { leaf, leaf_bytes, leaf_hash, frame, frame_crc, events, erases })
    }

    /// The leaf.
    pub fn leaf(&self) -> &Leaf {
        &self.leaf
    }

    /// The leaf as it is stored and hashed.
    pub fn leaf_bytes(&self) -> &[u8] {
        &self.leaf_bytes
    }

    /// RFC 6962 hash of the leaf, which the next entry names as `prev`.
    pub fn leaf_hash(&self) -> Hash {
        self.leaf_hash
    }

    /// Its encoded frame, back from where it was written.
    pub fn into_frame(self) -> Vec<u8> {
        self.frame
    }

    /// Bytes that this entry adds to a unit.
    pub fn unit_bytes(&self) -> u64 {
        (RECORD_BYTES + self.leaf_bytes.len() + self.frame.len()) as u64
    }
}

/// Bytes of the unit that holds these entries.
pub(crate) fn encoded_bytes(entries: &[PreparedEntry]) -> Result<u64, Error> {
    if entries.is_empty() {
        return Err(Error::EmptyUnit);
    }
    let content: u64 = entries.iter().map(PreparedEntry::unit_bytes).sum();
    let bytes = round_up(content + (HEADER_BYTES + TRAILER_BYTES) as u64);
    if bytes > UNIT_BYTES_MAX || entries.len() > UNIT_ENTRIES_MAX {
        return Err(Error::UnitTooLarge { bytes, entries: entries.len() });
    }
    Ok(bytes)
}

/// Writes a unit of [`encoded_bytes`] into the emptied buffer.
pub(crate) fn encode(
    buffer: &mut Vec<u8>,
    place: Place,
    length: u32,
    entries: &[PreparedEntry],
) -> Option<()> {
    buffer.clear();
    buffer.reserve(at(length));
    let meta: usize = entries.iter().map(|entry| RECORD_BYTES + entry.leaf_bytes.len()).sum();
    let header = Header {
        place,
        first_index: entries.first()?.leaf.index,
        length,
        entries: u32::try_from(entries.len()).ok()?,
        meta_bytes: u32::try_from(meta).ok()?,
    };
    buffer.extend_from_slice(&header.encode());
    for entry in entries {
        let from = buffer.len();
        buffer.extend_from_slice(&u16::try_from(entry.leaf_bytes.len()).ok()?.to_be_bytes());
        buffer.extend_from_slice(&entry.events.to_be_bytes());
        buffer.extend_from_slice(&u32::try_from(entry.frame.len()).ok()?.to_be_bytes());
        buffer.extend_from_slice(&entry.frame_crc.to_be_bytes());
        let crc = record_crc(buffer.get(from..)?, &entry.leaf_bytes);
        buffer.extend_from_slice(&crc.to_be_bytes());
        buffer.extend_from_slice(&entry.leaf_bytes);
    }
    let head_crc = crc32c::crc32c(buffer);
    for entry in entries {
        buffer.extend_from_slice(&entry.frame);
    }
    buffer.resize(at(length).checked_sub(TRAILER_BYTES)?, PADDING);
    // The last sector holds the trailer and is never zero, so counting before it is complete
    // is exact.
    let zero_sectors = zero_sectors(buffer);
    let unit = Header { meta_bytes: 0, ..header };
    buffer.extend_from_slice(&Trailer { unit, zero_sectors, head_crc }.encode());
    (buffer.len() == at(length)).then_some(())
}
