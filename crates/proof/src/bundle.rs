//! Content of tiles and entry bundles of a static log (c2sp.org/tlog-tiles).

use crate::hash::Hash;
use crate::tile::{TILE_WIDTH, TileError};

/// Longest entry of a bundle, in bytes: its length is a u16.
pub const ENTRY_BYTES_MAX: usize = 65_535;

/// Appends one entry to a bundle: its length as a big-endian u16, then its bytes.
///
/// # Errors
/// [`TileError::EntryTooLong`] above [`ENTRY_BYTES_MAX`]; the bundle is then unchanged.
pub fn push_entry(bundle: &mut Vec<u8>, entry: &[u8]) -> Result<(), TileError> {
    let length =
        u16::try_from(entry.len()).map_err(|_| TileError::EntryTooLong { bytes: entry.len() })?;
    bundle.extend_from_slice(&length.to_be_bytes());
    bundle.extend_from_slice(entry);
    Ok(())
}

/// Takes an entry bundle apart into exactly `width` entries.
///
/// # Errors
/// [`TileError::Content`] where bytes are missing or left over.
pub fn decode_bundle(bundle: &[u8], width: u16) -> Result<Vec<&[u8]>, TileError> {
    let wrong = TileError::Content { width };
    let mut entries = Vec::with_capacity(usize::from(width.min(TILE_WIDTH)));
    let mut rest = bundle;
    for _ in 0..width {
        let (length, tail) = rest.split_first_chunk::<2>().ok_or(wrong)?;
        let length = usize::from(u16::from_be_bytes(*length));
        let (entry, tail) = tail.split_at_checked(length).ok_or(wrong)?;
        entries.push(entry);
        rest = tail;
    }
    if rest.is_empty() { Ok(entries) } else { Err(wrong) }
}

/// Takes a hash tile apart into exactly `width` hashes.
///
/// # Errors
/// [`TileError::Content`] where bytes are missing or left over.
pub fn decode_hashes(tile: &[u8], width: u16) -> Result<Vec<Hash>, TileError> {
    let (hashes, rest) = tile.as_chunks::<32>();
    if hashes.len() != usize::from(width) || !rest.is_empty() {
        return Err(TileError::Content { width });
    }
    Ok(hashes.iter().copied().map(Hash).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bundles_round_trip_and_are_read_exactly() {
        let entries: [&[u8]; 3] = [b"one", b"", &[7; ENTRY_BYTES_MAX]];
        let mut bundle = Vec::new();
        entries.iter().for_each(|entry| push_entry(&mut bundle, entry).unwrap());
        assert_eq!(bundle[..5], *b"\0\x03one");
        assert_eq!(decode_bundle(&bundle, 3).unwrap(), entries);
        for (bytes, width) in [(&bundle[..], 2), (&bundle[..], 4), (&bundle[1..], 3), (&[], 1)] {
            assert_eq!(decode_bundle(bytes, width), Err(TileError::Content { width }));
        }
        let before = bundle.clone();
        let bytes = ENTRY_BYTES_MAX + 1;
        let refused = push_entry(&mut bundle, &vec![0; bytes]);
        assert_eq!((refused, bundle), (Err(TileError::EntryTooLong { bytes }), before));
    }

    #[test]
    fn hash_tiles_are_read_exactly() {
        assert_eq!(decode_hashes(&[9; 64], 2).unwrap(), [Hash([9; 32]); 2]);
        for bytes in [0, 32, 63, 65, 96] {
            assert!(decode_hashes(&vec![0; bytes], 2).is_err());
        }
    }
}
