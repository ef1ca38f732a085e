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

/// What an `erasure` entry states.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Erasure {
    /// The entry whose private frame goes.
    pub index: u64,
    /// Why.
    pub reason: String,
    /// The entry that takes its place, where there is one.
    pub replacement: Option<u64>,
}

impl Erasure {
    /// Reads the payload of an `erasure` entry; `None` where it is none or says more.
    pub fn parse(payload: &[u8]) -> Option<Erasure> {
        let value: Value = serde_json::from_slice(payload).ok()?;
        let members = value.as_object()?;
        let known = |name: &String| ["index", "reason", "replacement"].contains(&name.as_str());
        if !members.keys().all(known) {
            return None;
        }
        let replacement = match members.get("replacement") {
            None => None,
            Some(number) => Some(number.as_u64()?),
        };
        let reason = members.get("reason")?.as_str()?.to_owned();
        Some(Erasure { index: members.get("index")?.as_u64()?, reason, replacement })
    }

    /// The erasure in the encoded frame of an `erasure` entry.
    pub(crate) fn in_frame(frame: &[u8]) -> Option<Erasure> {
        Erasure::parse(&Frame::decode(frame).ok()?.payload)
    }
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
    fn a_payload_says_what_it_must_and_no_more() {
        let whole = br#"{"index":7,"reason":"order 12","replacement":9}"#;
        let erasure = Erasure { index: 7, reason: "order 12".to_owned(), replacement: Some(9) };
        assert_eq!(Erasure::parse(whole), Some(erasure));
        let short = Erasure::parse(br#"{"index":7,"reason":""}"#);
        assert_eq!(short.map(|erasure| erasure.replacement), Some(None));
        for other in [
            r#"{"index":7}"#,
            r#"{"index":-7,"reason":"x"}"#,
            r#"{"index":"7","reason":"x"}"#,
            r#"{"index":7,"reason":"x","replacement":null}"#,
            r#"{"index":7,"reason":"x","more":1}"#,
            "[7]",
            "",
        ] {
            assert_eq!(Erasure::parse(other.as_bytes()), None, "{other}");
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
