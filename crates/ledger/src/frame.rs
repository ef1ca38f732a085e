//! The private frame of an entry: salt, signatures, media type, outcome, payload.
//!
//! ```text
//! version   u8, 2
//! salt      32 bytes
//! count     u8, then for each signature: length u16 BE, bytes of the compact JWS
//! media     u8, the number of a known media type from 1 on; or 0, then length u8 and bytes
//! outcome   length (7 bits a byte, the lowest first, the top bit set in all but the last byte, at
//!           most 4 bytes, no byte more than needed), bytes (JSON text, opaque here)
//! payload   all that follows, exactly as received
//! ```
//! Version 1, which is read and no longer written, has u32 BE for the count and each length, the
//! media type as text, and a length before the payload.

use laiqu_proof::{Frontier, Hash};
use sha2::{Digest, Sha256};

use crate::frame_view::FrameView;

/// Bytes of a salt.
pub const SALT_BYTES: usize = 32;
/// Most signatures of a frame.
pub const SIGNATURES_MAX: usize = 8;
/// Most bytes of one signature (a compact JWS).
pub const SIGNATURE_BYTES_MAX: usize = 4_096;
/// Most bytes of a media type.
pub const MEDIA_TYPE_BYTES_MAX: usize = 255;
/// Most bytes of an outcome.
pub const OUTCOME_BYTES_MAX: usize = 4 * 1024 * 1024;
/// Most bytes of a payload.
pub const PAYLOAD_BYTES_MAX: usize = 16 * 1024 * 1024;
/// Most bytes of an encoded frame, from the limits of its parts.
pub const FRAME_BYTES_MAX: usize = 1
    + SALT_BYTES
    + 4 * 4
    + SIGNATURES_MAX * (4 + SIGNATURE_BYTES_MAX)
    + MEDIA_TYPE_BYTES_MAX
    + OUTCOME_BYTES_MAX
    + PAYLOAD_BYTES_MAX;

pub(crate) const VERSION: u8 = 2;
pub(crate) const VERSION_WITH_LENGTHS: u8 = 1;
/// Media types that a frame names by number, the first as 1. Numbers are never given anew.
pub(crate) const MEDIA_TYPES: [&str; 4] =
    ["application/json", "application/ld+json", "application/jwk+json", "application/xml"];
const COMMITMENT_DOMAIN: &[u8] = b"laiqu/1 commitment\n";
const EVENT_SALT_DOMAIN: &[u8] = b"laiqu/1 event salt\n";

/// Why bytes are no frame, or a frame cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum FrameError {
    /// A part is over its limit.
    #[error("{part} of the frame has {size}, more than {max}")]
    TooLarge {
        /// The part: signatures, signature, media type, outcome or payload.
        part: &'static str,
        /// Its size: bytes, or a count for signatures.
        size: usize,
        /// The limit in the same unit.
        max: usize,
    },
    /// The bytes end early, go on too long or hold text that is not UTF-8.
    #[error("frame is malformed in its {part}")]
    Malformed {
        /// The part that could not be read.
        part: &'static str,
    },
}

/// The private part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Frame {
    /// Random bytes that keep the commitment from being guessed.
    pub salt: [u8; SALT_BYTES],
    /// Compact JWS of the submission, in the order of the leaf's keys.
    pub signatures: Vec<String>,
    /// Media type of the payload.
    pub media_type: String,
    /// JSON text with what the service decided; opaque to this crate.
    pub outcome: Vec<u8>,
    /// The submitted document exactly as received.
    pub payload: Vec<u8>,
}

impl Frame {
    /// Writes the frame in the layout of this module.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        self.view().encode()
    }

    /// The frame with its parts borrowed.
    pub fn view(&self) -> FrameView<'_> {
        FrameView {
            salt: self.salt,
            signatures: self.signatures.iter().map(String::as_str).collect(),
            media_type: &self.media_type,
            outcome: &self.outcome,
            payload: &self.payload,
        }
    }

    /// Reads exactly what [`Frame::encode`] writes, or wrote in version 1.
    pub fn decode(bytes: &[u8]) -> Result<Frame, FrameError> {
        FrameView::decode(bytes).map(|view| view.to_frame())
    }

    /// The commitment that the leaf of this frame states.
    pub fn commitment(&self) -> Hash {
        let payload_sha256 = Hash::digest(&self.payload);
        commitment(&self.salt, &self.signatures, &self.media_type, &payload_sha256, &self.outcome)
    }
}

/// SHA-256 of `laiqu/1 commitment\n` and then, each behind its u32 big-endian length, the salt,
/// each signature, the media type, the SHA-256 of the payload and the outcome.
///
/// Every part must be shorter than 4 GiB, which the limits of a frame ensure.
pub fn commitment(
    salt: &[u8; SALT_BYTES],
    signatures: &[impl AsRef<[u8]>],
    media_type: &str,
    payload_sha256: &Hash,
    outcome: &[u8],
) -> Hash {
    let mut sha = Sha256::new();
    sha.update(COMMITMENT_DOMAIN);
    let mut add = |part: &[u8]| {
        sha.update(length(part.len()));
        sha.update(part);
    };
    add(salt);
    for jws in signatures {
        add(jws.as_ref());
    }
    add(media_type.as_bytes());
    add(&payload_sha256.0);
    add(outcome);
    Hash(sha.finalize().into())
}

/// The salt of one event: SHA-256 of `laiqu/1 event salt\n`, the frame's salt and the u32
/// big-endian ordinal.
pub fn event_salt(salt: &[u8; SALT_BYTES], ordinal: u32) -> [u8; 32] {
    let mut sha = Sha256::new();
    sha.update(EVENT_SALT_DOMAIN);
    sha.update(salt);
    sha.update(ordinal.to_be_bytes());
    sha.finalize().into()
}

/// The hash of one event in the tree of [`events_root`]: the RFC 6962 leaf hash of its salt and
/// its exact bytes.
pub fn event_hash(salt: &[u8; SALT_BYTES], ordinal: u32, event: &[u8]) -> Hash {
    // In place rather than by `leaf_hash`, which would need salt and event in one piece.
    let mut sha = Sha256::new();
    sha.update([0x00]);
    sha.update(event_salt(salt, ordinal));
    sha.update(event);
    Hash(sha.finalize().into())
}

/// RFC 6962 root over the [`event_hash`] of each part; the empty root where there is none.
pub fn events_root(salt: &[u8; SALT_BYTES], parts: &[&[u8]]) -> Hash {
    let mut tree = Frontier::new();
    for (ordinal, part) in (0_u32..).zip(parts) {
        tree.push(event_hash(salt, ordinal, part));
    }
    tree.root()
}

pub(crate) fn within(part: &'static str, size: usize, max: usize) -> Result<(), FrameError> {
    if size > max { Err(FrameError::TooLarge { part, size, max }) } else { Ok(()) }
}

/// A length in what is hashed; frames are limited far below what it can say.
fn length(bytes: usize) -> [u8; 4] {
    u32::try_from(bytes).unwrap_or(u32::MAX).to_be_bytes()
}

/// Appends a length, seven bits a byte; an outcome's takes at most four bytes.
pub(crate) fn push_length(bytes: &mut Vec<u8>, length: usize) {
    let mut rest = length;
    while rest > 0x7F {
        bytes.push(0x80 | u8::try_from(rest & 0x7F).unwrap_or(0));
        rest >>= 7;
    }
    bytes.push(u8::try_from(rest).unwrap_or(0));
}

#[cfg(test)]
#[path = "frame_tests.rs"]
mod tests;
