//! Erasure: which frame an entry of kind `erasure` names, and how its bytes go.
//!
//! The payload of such an entry is `{"index":N,"reason":TEXT,"replacement":M?}`. The frame of
//! entry N is overwritten in place with [`ERASED`] from its first byte to its last; leaf, chain
//! and proofs stay as they are. Not zeros: a sector of zeros means a write that was cut off.

use std::io;

use serde_json::Value;

use crate::bytes::at;
use crate::frame::Frame;
use crate::storage::StorageFile;

/// Every byte of an erased frame.
pub(crate) const ERASED: u8 = 0xE5;

/// Bytes written by one call.
const PIECE_BYTES: usize = 64 * 1024;
static PIECE: [u8; PIECE_BYTES] = [ERASED; PIECE_BYTES];

/// The entry that the payload of an `erasure` entry names; `None` where it is no such payload.
pub(crate) fn named_in(payload: &[u8]) -> Option<u64> {
    let value: Value = serde_json::from_slice(payload).ok()?;
    value.get("index")?.as_u64()
}

/// The entry that the encoded frame of an `erasure` entry names.
pub(crate) fn named_in_frame(frame: &[u8]) -> Option<u64> {
    named_in(&Frame::decode(frame).ok()?.payload)
}

/// What an erasure that was carried out took.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Erased {
    /// The entry whose frame is gone.
    pub index: u64,
    /// The `erasure` entry that says so.
    pub by: u64,
    /// Bytes that were overwritten.
    pub bytes: u64,
}

pub(crate) fn is_erased(frame: &[u8]) -> bool {
    frame.chunks(PIECE_BYTES).all(|chunk| PIECE.starts_with(chunk))
}

/// Overwrites the bytes from `from` to `to` (exclusive) and makes that durable.
pub(crate) fn overwrite(file: &dyn StorageFile, from: u64, to: u64) -> io::Result<()> {
    let mut offset = from;
    while offset < to {
        let piece = PIECE.get(..at(to - offset)).unwrap_or(&PIECE);
        file.write_all_at(piece, offset)?;
        offset += piece.len() as u64;
    }
    file.sync_data()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_payload_names_an_entry() {
        let named = |text: &str| named_in(text.as_bytes());
        assert_eq!(named(r#"{"index":7,"reason":"order 12","replacement":9}"#), Some(7));
        for other in [r#"{"reason":"x"}"#, r#"{"index":-7}"#, r#"{"index":"7"}"#, "[7]", ""] {
            assert_eq!(named(other), None, "{other}");
        }
    }

    #[test]
    fn only_the_erased_byte_throughout_is_erased() {
        let mut frame = vec![ERASED; PIECE_BYTES + 40];
        assert!(is_erased(&frame));
        for changed in [0, PIECE_BYTES - 1, PIECE_BYTES, PIECE_BYTES + 39] {
            frame[changed] ^= 1;
            assert!(!is_erased(&frame), "byte {changed}");
            frame[changed] ^= 1;
        }
    }
}
