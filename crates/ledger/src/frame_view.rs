//! A private frame read in place, without copies.

use laiqu_proof::Hash;

use crate::bytes::{Cursor, at};
use crate::frame::{
    Frame, FrameError, MEDIA_TYPE_BYTES_MAX, OUTCOME_BYTES_MAX, PAYLOAD_BYTES_MAX, SALT_BYTES,
    SIGNATURE_BYTES_MAX, SIGNATURES_MAX, VERSION, commitment, within,
};

/// The parts of an encoded frame, borrowed from its bytes; [`Frame`] owns them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FrameView<'a> {
    /// Random bytes that keep the commitment from being guessed.
    pub salt: [u8; SALT_BYTES],
    /// Compact JWS of the submission, in the order of the leaf's keys.
    pub signatures: Vec<&'a str>,
    /// Media type of the payload.
    pub media_type: &'a str,
    /// JSON text with what the service decided; opaque to this crate.
    pub outcome: &'a [u8],
    /// The submitted document exactly as received.
    pub payload: &'a [u8],
}

impl<'a> FrameView<'a> {
    /// Reads exactly what [`Frame::encode`] writes.
    pub fn decode(bytes: &'a [u8]) -> Result<FrameView<'a>, FrameError> {
        let mut cursor = Cursor::new(bytes);
        if cursor.take(1) != Some(&[VERSION]) {
            return Err(FrameError::Malformed { part: "version" });
        }
        let salt = cursor.array().ok_or(FrameError::Malformed { part: "salt" })?;
        let count = cursor.u32().ok_or(FrameError::Malformed { part: "signatures" })?;
        within("signatures", at(count), SIGNATURES_MAX)?;
        let mut signatures = Vec::new();
        for _ in 0..count {
            signatures.push(text(&mut cursor, "signature", SIGNATURE_BYTES_MAX)?);
        }
        let media_type = text(&mut cursor, "media type", MEDIA_TYPE_BYTES_MAX)?;
        let outcome = part(&mut cursor, "outcome", OUTCOME_BYTES_MAX)?;
        let payload = part(&mut cursor, "payload", PAYLOAD_BYTES_MAX)?;
        if !cursor.is_empty() {
            return Err(FrameError::Malformed { part: "end" });
        }
        Ok(FrameView { salt, signatures, media_type, outcome, payload })
    }

    /// The commitment to this frame, given the SHA-256 of its payload.
    pub fn commitment(&self, payload_sha256: &Hash) -> Hash {
        commitment(&self.salt, &self.signatures, self.media_type, payload_sha256, self.outcome)
    }

    /// The same with its parts copied.
    pub fn to_frame(&self) -> Frame {
        Frame {
            salt: self.salt,
            signatures: self.signatures.iter().map(|jws| (*jws).to_owned()).collect(),
            media_type: self.media_type.to_owned(),
            outcome: self.outcome.to_vec(),
            payload: self.payload.to_vec(),
        }
    }
}

fn part<'a>(
    cursor: &mut Cursor<'a>,
    name: &'static str,
    max: usize,
) -> Result<&'a [u8], FrameError> {
    let size = at(cursor.u32().ok_or(FrameError::Malformed { part: name })?);
    within(name, size, max)?;
    cursor.take(size).ok_or(FrameError::Malformed { part: name })
}

fn text<'a>(
    cursor: &mut Cursor<'a>,
    name: &'static str,
    max: usize,
) -> Result<&'a str, FrameError> {
    let bytes = part(cursor, name, max)?;
    str::from_utf8(bytes).map_err(|_| FrameError::Malformed { part: name })
}
