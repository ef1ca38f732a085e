//! A private frame read in place, without copies.

use laiqu_proof::Hash;

use crate::bytes::{Cursor, at};
use crate::frame::{
    Frame, FrameError, MEDIA_TYPE_BYTES_MAX, MEDIA_TYPES, OUTCOME_BYTES_MAX, PAYLOAD_BYTES_MAX,
    SALT_BYTES, SIGNATURE_BYTES_MAX, SIGNATURES_MAX, VERSION, VERSION_WITH_LENGTHS, commitment,
    push_length, within,
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
    /// Reads exactly what [`Frame::encode`] writes, or wrote in version 1.
    pub fn decode(bytes: &'a [u8]) -> Result<FrameView<'a>, FrameError> {
        let mut cursor = Cursor::new(bytes);
        let version = cursor.take(1);
        let version_1 = version == Some(&[VERSION_WITH_LENGTHS]);
        if !version_1 && version != Some(&[VERSION]) {
            return Err(FrameError::Malformed { part: "version" });
        }
        let salt = cursor.array().ok_or(FrameError::Malformed { part: "salt" })?;
        let read = if version_1 { with_lengths } else { compact };
        let (signatures, media_type, outcome, payload) = read(&mut cursor)?;
        Ok(FrameView { salt, signatures, media_type, outcome, payload })
    }

    /// Writes the frame in the layout of this module.
    pub fn encode(&self) -> Result<Vec<u8>, FrameError> {
        self.check_limits()?;
        let signatures: usize = self.signatures.iter().map(|jws| 4 + jws.len()).sum();
        let parts = self.media_type.len() + self.outcome.len() + self.payload.len();
        let mut bytes = Vec::with_capacity(1 + SALT_BYTES + 16 + signatures + parts);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.salt);
        let malformed = |part| move |_| FrameError::Malformed { part };
        bytes.push(u8::try_from(self.signatures.len()).map_err(malformed("signatures"))?);
        for jws in &self.signatures {
            let length = u16::try_from(jws.len()).map_err(malformed("signature"))?;
            bytes.extend_from_slice(&length.to_be_bytes());
            bytes.extend_from_slice(jws.as_bytes());
        }
        match (1..).zip(MEDIA_TYPES).find(|(_, known)| *known == self.media_type) {
            Some((number, _)) => bytes.push(number),
            None => {
                let length =
                    u8::try_from(self.media_type.len()).map_err(malformed("media type"))?;
                bytes.extend_from_slice(&[0, length]);
                bytes.extend_from_slice(self.media_type.as_bytes());
            }
        }
        push_length(&mut bytes, self.outcome.len());
        bytes.extend_from_slice(self.outcome);
        bytes.extend_from_slice(self.payload);
        Ok(bytes)
    }

    fn check_limits(&self) -> Result<(), FrameError> {
        within("signatures", self.signatures.len(), SIGNATURES_MAX)?;
        for jws in &self.signatures {
            within("signature", jws.len(), SIGNATURE_BYTES_MAX)?;
        }
        within("media type", self.media_type.len(), MEDIA_TYPE_BYTES_MAX)?;
        within("outcome", self.outcome.len(), OUTCOME_BYTES_MAX)?;
        within("payload", self.payload.len(), PAYLOAD_BYTES_MAX)
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

/// Signatures, media type, outcome and payload.
type Parts<'a> = (Vec<&'a str>, &'a str, &'a [u8], &'a [u8]);

/// What follows the salt.
fn compact<'a>(cursor: &mut Cursor<'a>) -> Result<Parts<'a>, FrameError> {
    let malformed = |part| FrameError::Malformed { part };
    let [count] = cursor.array().ok_or(malformed("signatures"))?;
    within("signatures", usize::from(count), SIGNATURES_MAX)?;
    let mut signatures = Vec::new();
    for _ in 0..count {
        let size = usize::from(cursor.u16().ok_or(malformed("signature"))?);
        signatures.push(text(cursor, "signature", size, SIGNATURE_BYTES_MAX)?);
    }
    let [number] = cursor.array().ok_or(malformed("media type"))?;
    let media_type = match usize::from(number).checked_sub(1) {
        Some(known) => *MEDIA_TYPES.get(known).ok_or(malformed("media type"))?,
        None => {
            let [size] = cursor.array().ok_or(malformed("media type"))?;
            let named = text(cursor, "media type", usize::from(size), MEDIA_TYPE_BYTES_MAX)?;
            // A known one has a number, so that each frame has one form.
            Some(named)
                .filter(|named| !MEDIA_TYPES.contains(named))
                .ok_or(malformed("media type"))?
        }
    };
    let size = length(cursor).ok_or(malformed("outcome"))?;
    let outcome = part(cursor, "outcome", size, OUTCOME_BYTES_MAX)?;
    let payload = part(cursor, "payload", cursor.left(), PAYLOAD_BYTES_MAX)?;
    Ok((signatures, media_type, outcome, payload))
}

/// What follows the salt in version 1.
fn with_lengths<'a>(cursor: &mut Cursor<'a>) -> Result<Parts<'a>, FrameError> {
    let size =
        |cursor: &mut Cursor<'a>, part| cursor.u32().map(at).ok_or(FrameError::Malformed { part });
    let count = size(cursor, "signatures")?;
    within("signatures", count, SIGNATURES_MAX)?;
    let mut signatures = Vec::new();
    for _ in 0..count {
        let bytes = size(cursor, "signature")?;
        signatures.push(text(cursor, "signature", bytes, SIGNATURE_BYTES_MAX)?);
    }
    let bytes = size(cursor, "media type")?;
    let media_type = text(cursor, "media type", bytes, MEDIA_TYPE_BYTES_MAX)?;
    let bytes = size(cursor, "outcome")?;
    let outcome = part(cursor, "outcome", bytes, OUTCOME_BYTES_MAX)?;
    let bytes = size(cursor, "payload")?;
    let payload = part(cursor, "payload", bytes, PAYLOAD_BYTES_MAX)?;
    if !cursor.is_empty() {
        return Err(FrameError::Malformed { part: "end" });
    }
    Ok((signatures, media_type, outcome, payload))
}

/// A length of seven bits a byte, at most four bytes and none that adds nothing.
fn length(cursor: &mut Cursor<'_>) -> Option<usize> {
    let mut length = 0;
    for shift in [0, 7, 14, 21] {
        let [byte] = cursor.array()?;
        length |= usize::from(byte & 0x7F) << shift;
        if byte & 0x80 == 0 {
            return (byte != 0 || shift == 0).then_some(length);
        }
    }
    None
}

fn part<'a>(
    cursor: &mut Cursor<'a>,
    name: &'static str,
    size: usize,
    max: usize,
) -> Result<&'a [u8], FrameError> {
    within(name, size, max)?;
    cursor.take(size).ok_or(FrameError::Malformed { part: name })
}

fn text<'a>(
    cursor: &mut Cursor<'a>,
    name: &'static str,
    size: usize,
    max: usize,
) -> Result<&'a str, FrameError> {
    let bytes = part(cursor, name, size, max)?;
    str::from_utf8(bytes).map_err(|_| FrameError::Malformed { part: name })
}
