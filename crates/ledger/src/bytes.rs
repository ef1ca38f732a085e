//! Byte helpers of the binary formats: a reading cursor, zero runs, sectors.

/// Bytes of a sector: the piece of a disk that is written whole or not at all.
pub(crate) const SECTOR_BYTES: usize = 512;

static ZEROS: [u8; 4096] = [0; 4096];

/// Reads big-endian fields from the front of a slice; `None` where the slice ends too early.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Cursor<'a> {
    rest: &'a [u8],
}

impl<'a> Cursor<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Self {
        Cursor { rest: bytes }
    }

    pub(crate) fn take(&mut self, count: usize) -> Option<&'a [u8]> {
        let (head, rest) = self.rest.split_at_checked(count)?;
        self.rest = rest;
        Some(head)
    }

    pub(crate) fn peek(&self, count: usize) -> Option<&'a [u8]> {
        self.rest.get(..count)
    }

    pub(crate) fn array<const N: usize>(&mut self) -> Option<[u8; N]> {
        let (head, rest) = self.rest.split_first_chunk::<N>()?;
        self.rest = rest;
        Some(*head)
    }

    pub(crate) fn u16(&mut self) -> Option<u16> {
        self.array().map(u16::from_be_bytes)
    }

    pub(crate) fn u32(&mut self) -> Option<u32> {
        self.array().map(u32::from_be_bytes)
    }

    pub(crate) fn u64(&mut self) -> Option<u64> {
        self.array().map(u64::from_be_bytes)
    }

    pub(crate) fn left(&self) -> usize {
        self.rest.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }
}

/// An offset as an index into memory; one that memory cannot address is past every slice.
pub(crate) fn at(offset: impl Into<u64>) -> usize {
    usize::try_from(offset.into()).unwrap_or(usize::MAX)
}

/// The bytes from `from` to `to` (exclusive), or fewer where the image ends earlier.
pub(crate) fn span(image: &[u8], from: usize, to: usize) -> &[u8] {
    let to = to.min(image.len());
    image.get(from.min(to)..to).unwrap_or_default()
}

pub(crate) fn all_zero(bytes: &[u8]) -> bool {
    bytes.chunks(ZEROS.len()).all(|chunk| ZEROS.starts_with(chunk))
}

/// Offset of the first byte that is not zero.
pub(crate) fn first_nonzero(bytes: &[u8]) -> Option<usize> {
    let mut before = 0;
    for chunk in bytes.chunks(ZEROS.len()) {
        if !ZEROS.starts_with(chunk) {
            return chunk.iter().position(|byte| *byte != 0).map(|found| before + found);
        }
        before += chunk.len();
    }
    None
}

/// Offset of the last byte that is not zero.
pub(crate) fn last_nonzero(bytes: &[u8]) -> Option<usize> {
    let mut behind = bytes.len();
    for chunk in bytes.rchunks(ZEROS.len()) {
        behind -= chunk.len();
        if !ZEROS.starts_with(chunk) {
            return chunk.iter().rposition(|byte| *byte != 0).map(|found| behind + found);
        }
    }
    None
}

/// How many whole sectors of a unit hold nothing but zeros.
pub(crate) fn zero_sectors(unit: &[u8]) -> u32 {
    let count = unit.chunks_exact(SECTOR_BYTES).filter(|sector| all_zero(sector)).count();
    u32::try_from(count).unwrap_or(u32::MAX)
}

/// Rounds up to a multiple of the sector.
pub(crate) fn round_up(bytes: u64) -> u64 {
    bytes.next_multiple_of(SECTOR_BYTES as u64)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn finds_the_ends_of_what_is_not_zero() {
        let mut bytes = vec![0; 10_000];
        assert!(all_zero(&bytes));
        assert_eq!((first_nonzero(&bytes), last_nonzero(&bytes)), (None, None));
        bytes[4_100] = 1;
        bytes[9_999] = 1;
        assert!(!all_zero(&bytes));
        assert_eq!((first_nonzero(&bytes), last_nonzero(&bytes)), (Some(4_100), Some(9_999)));
        assert_eq!(zero_sectors(&bytes), 18, "19 whole sectors, one of them not zero");
    }

    #[test]
    fn a_cursor_never_reads_past_the_end() {
        let mut cursor = Cursor::new(&[0, 0, 0, 7, 9]);
        assert_eq!(cursor.u32(), Some(7));
        assert_eq!(cursor.u16(), None);
        assert_eq!(cursor.take(2), None);
        assert_eq!(cursor.take(1), Some(&[9][..]));
        assert!(cursor.is_empty());
    }
}
