//! The form of a file of columns.
//!
//! ```text
//! "laiqu columns 2\n"
//! blocks of sections, each at a multiple of 64 KiB, full ones at a multiple of 2 MiB
//! table (JSON)
//! length of the table (8 bytes, little endian), its CRC-32C (4 bytes), "end\n"
//! ```
//!
//! A section is cut into blocks of 2 MiB. A file need not hold all blocks of its sections: those
//! that are as they were lie in files beside it that were written earlier.

use serde::{Deserialize, Serialize};

/// What a file of this form begins with; the number counts changes of the form.
pub(crate) const MAGIC: &[u8] = b"laiqu columns 2\n";
pub(crate) const END: &[u8] = b"end\n";
/// Bytes behind the table.
pub(crate) const TRAILER_BYTES: usize = 16;
/// Most bytes that a table may have.
pub(crate) const TABLE_BYTES_MAX: u64 = 64 << 20;
/// Bytes of a block but for the last of a section: what a large page of the machine holds.
pub(crate) const BLOCK_BYTES: usize = 2 << 20;
/// Where a block may begin: no page of any system is larger.
pub(crate) const ALIGNMENT_BYTES: u64 = 64 << 10;

/// Most other files that hold blocks of one.
pub(crate) const OTHERS_MAX: usize = 12;

/// What a file tells of itself at its end.
#[derive(Debug, Default, Serialize, Deserialize)]
pub(crate) struct Table {
    /// The files beside it that hold some of its blocks.
    pub(crate) others: Vec<Other>,
    pub(crate) sections: Vec<Section>,
}

/// Another file, by what tells it from all others.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Other {
    /// Its name in the directory of both.
    pub(crate) name: String,
    /// Its length.
    pub(crate) bytes: u64,
    /// Bytes of values in it.
    pub(crate) held: u64,
    /// The checksum of its table.
    pub(crate) crc32c: u32,
}

/// Values under a name.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub(crate) struct Section {
    pub(crate) name: String,
    pub(crate) bytes: u64,
    /// Bytes of one value.
    pub(crate) width: u64,
    pub(crate) blocks: Vec<Block>,
}

/// A block of a section: in which file it lies, this one (0) or one of the others (from 1), where
/// in that, and its CRC-32C.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub(crate) struct Block(pub(crate) usize, pub(crate) u64, pub(crate) u32);

impl Section {
    /// Its blocks, and how many bytes of each are its own.
    pub(crate) fn blocks(&self) -> impl Iterator<Item = (Block, u64)> {
        let bytes = (0..).map(|at| self.bytes.saturating_sub(at * BLOCK_BYTES as u64));
        self.blocks.iter().copied().zip(bytes.map(|left| left.min(BLOCK_BYTES as u64)))
    }

    /// Bytes of it that lie in a file of this number.
    pub(crate) fn bytes_in(&self, number: usize) -> u64 {
        let blocks = self.blocks().filter(|(Block(file, ..), _)| *file == number);
        blocks.map(|(_, bytes)| bytes).sum()
    }

    /// Does it lie inside of files of these lengths, the one that names it first?
    pub(crate) fn fits(&self, lengths: &[u64]) -> bool {
        let is_inside = |(Block(file, offset, _), bytes): (Block, u64)| {
            let end = offset.checked_add(bytes);
            let length = lengths.get(file).copied().unwrap_or(0);
            end.is_some_and(|end| end <= length) && offset.is_multiple_of(ALIGNMENT_BYTES)
        };
        self.bytes.div_ceil(BLOCK_BYTES as u64) == self.blocks.len() as u64
            && self.bytes.checked_rem(self.width) == Some(0)
            && self.blocks().all(is_inside)
    }
}

/// The table of a file of this length, of which this is the end, and its checksum.
pub(crate) fn table_of(end: &[u8]) -> Result<(Table, u32), &'static str> {
    let (rest, bytes, crc32c) = trailer_of(end)?;
    let bytes = usize::try_from(bytes).map_err(|_| CUT)?;
    let from = rest.len().checked_sub(bytes).ok_or("its table is too long")?;
    let table = rest.get(from..).unwrap_or(&[]);
    if crc32c::crc32c(table) != crc32c {
        return Err("its table is not what was saved");
    }
    let table = serde_json::from_slice(table).map_err(|_| "its table cannot be read")?;
    Ok((table, crc32c))
}

const CUT: &str = "its end is missing";

/// What lies before the last bytes of a file, and what they say of its table: length and checksum.
pub(crate) fn trailer_of(end: &[u8]) -> Result<(&[u8], u64, u32), &'static str> {
    let (rest, trailer) = end.split_last_chunk::<TRAILER_BYTES>().ok_or(CUT)?;
    let (bytes, trailer) = trailer.split_first_chunk::<8>().ok_or(CUT)?;
    let (crc32c, end) = trailer.split_first_chunk::<4>().ok_or(CUT)?;
    if end != END {
        return Err(CUT);
    }
    Ok((rest, u64::from_le_bytes(*bytes), u32::from_le_bytes(*crc32c)))
}
