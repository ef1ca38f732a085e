//! The public leaf of an entry: one ASCII line whose stored bytes are the hashed bytes.

use data_encoding::HEXLOWER;
use laiqu_proof::{Hash, leaf_hash};

use crate::kind::Kind;
use crate::time::{TIME_TEXT_BYTES, format_time, parse_time};

/// Most bytes of an encoded leaf.
pub const LEAF_BYTES_MAX: usize = 65_535;

/// Bytes that a leaf with few keys and short numbers has at most.
const LINE_BYTES_USUAL: usize = 512;

/// Why bytes are no leaf, or a leaf cannot be written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum LeafError {
    /// The line would be longer than [`LEAF_BYTES_MAX`].
    #[error("leaf has {bytes} bytes, more than {LEAF_BYTES_MAX}")]
    TooLong {
        /// Bytes of the line.
        bytes: usize,
    },
    /// The time lies beyond [`crate::TIME_MICROS_MAX`].
    #[error("time of {time_micros} microseconds lies behind the year 9999")]
    Time {
        /// Microseconds since 1970-01-01T00:00:00Z.
        time_micros: u64,
    },
    /// The bytes do not have the form of a leaf.
    #[error("leaf is malformed at its byte {at}")]
    Malformed {
        /// Offset within the leaf.
        at: usize,
    },
    /// The bytes mean a leaf, but are not how that leaf is written.
    #[error("leaf is not in its canonical form")]
    NotCanonical,
}

/// The public part of an entry.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Leaf {
    /// Position in the ledger, from 0.
    pub index: u64,
    /// Server time in microseconds since 1970-01-01T00:00:00Z; strictly increasing.
    pub time_micros: u64,
    /// Leaf hash of the entry before, [`Hash::ZERO`] for entry 0.
    pub prev: Hash,
    /// What the entry records.
    pub kind: Kind,
    /// Index of the entry that registered the issuer.
    pub issuer: u64,
    /// Position among this issuer's entries, from 0.
    pub issuer_seq: u64,
    /// Leaf hash of this issuer's entry before, [`Hash::ZERO`] for its first.
    pub issuer_prev: Hash,
    /// Indexes of the entries that registered the keys that signed.
    pub keys: Vec<u64>,
    /// RFC 6962 root over the salted events ([`crate::events_root`]).
    pub events_root: Hash,
    /// Salted commitment to the private frame ([`crate::commitment`]).
    pub commitment: Hash,
}

impl Leaf {
    /// Writes the one line, without a newline; these bytes are what the tree hashes.
    pub fn encode(&self) -> Result<Vec<u8>, LeafError> {
        let time = format_time(self.time_micros)
            .ok_or(LeafError::Time { time_micros: self.time_micros })?;
        let mut line = Vec::with_capacity(LINE_BYTES_USUAL);
        push(&mut line, "{\"entry\":\"laiqu/1\",\"index\":");
        push_number(&mut line, self.index);
        push(&mut line, ",\"time\":\"");
        push(&mut line, &time);
        push(&mut line, "\",\"prev\":\"");
        push_hash(&mut line, &self.prev);
        push(&mut line, "\",\"kind\":\"");
        push(&mut line, self.kind.as_str());
        push(&mut line, "\",\"issuer\":");
        push_number(&mut line, self.issuer);
        push(&mut line, ",\"issuer_seq\":");
        push_number(&mut line, self.issuer_seq);
        push(&mut line, ",\"issuer_prev\":\"");
        push_hash(&mut line, &self.issuer_prev);
        push(&mut line, "\",\"keys\":[");
        for (at, key) in self.keys.iter().enumerate() {
            push(&mut line, if at == 0 { "" } else { "," });
            push_number(&mut line, *key);
        }
        push(&mut line, "],\"events_root\":\"");
        push_hash(&mut line, &self.events_root);
        push(&mut line, "\",\"commitment\":\"");
        push_hash(&mut line, &self.commitment);
        push(&mut line, "\"}");
        if line.len() > LEAF_BYTES_MAX {
            return Err(LeafError::TooLong { bytes: line.len() });
        }
        Ok(line)
    }

    /// Reads a line strictly: what it means is written again and must be the same bytes.
    pub fn decode(bytes: &[u8]) -> Result<Leaf, LeafError> {
        if bytes.len() > LEAF_BYTES_MAX {
            return Err(LeafError::TooLong { bytes: bytes.len() });
        }
        let mut line = Line { bytes, at: 0 };
        let leaf = line.leaf().ok_or(LeafError::Malformed { at: line.at })?;
        if line.at != bytes.len() {
            return Err(LeafError::Malformed { at: line.at });
        }
        if leaf.encode()? != bytes {
            return Err(LeafError::NotCanonical);
        }
        Ok(leaf)
    }

    /// The leaf hash of the encoded line (RFC 6962 section 2.1).
    pub fn hash(&self) -> Result<Hash, LeafError> {
        Ok(leaf_hash(&self.encode()?))
    }
}

fn push(line: &mut Vec<u8>, text: &str) {
    line.extend_from_slice(text.as_bytes());
}

fn push_hash(line: &mut Vec<u8>, hash: &Hash) {
    let mut digits = [0; 64];
    data_encoding::HEXLOWER.encode_mut(&hash.0, &mut digits);
    line.extend_from_slice(&digits);
}

/// Decimal, without leading zeros.
fn push_number(line: &mut Vec<u8>, number: u64) {
    let from = line.len();
    let mut rest = number;
    loop {
        // The remainder of a division by ten is a digit.
        line.push(b'0' + u8::try_from(rest % 10).unwrap_or_default());
        rest /= 10;
        if rest == 0 {
            break;
        }
    }
    if let Some(digits) = line.get_mut(from..) {
        digits.reverse();
    }
}

/// Walks along a line; `at` stays where it could not go on.
struct Line<'a> {
    bytes: &'a [u8],
    at: usize,
}

impl Line<'_> {
    fn leaf(&mut self) -> Option<Leaf> {
        self.literal("{\"entry\":\"laiqu/1\",\"index\":")?;
        let index = self.number()?;
        self.literal(",\"time\":\"")?;
        let time_micros = parse_time(self.peek(TIME_TEXT_BYTES)?)?;
        self.at += TIME_TEXT_BYTES;
        self.literal("\",\"prev\":\"")?;
        let prev = self.hash()?;
        self.literal("\",\"kind\":\"")?;
        let kind = self.kind()?;
        self.literal("\",\"issuer\":")?;
        let issuer = self.number()?;
        self.literal(",\"issuer_seq\":")?;
        let issuer_seq = self.number()?;
        self.literal(",\"issuer_prev\":\"")?;
        let issuer_prev = self.hash()?;
        self.literal("\",\"keys\":[")?;
        let keys = self.keys()?;
        self.literal(",\"events_root\":\"")?;
        let events_root = self.hash()?;
        self.literal("\",\"commitment\":\"")?;
        let commitment = self.hash()?;
        self.literal("\"}")?;
        Some(Leaf {
            index,
            time_micros,
            prev,
            kind,
            issuer,
            issuer_seq,
            issuer_prev,
            keys,
            events_root,
            commitment,
        })
    }

    fn rest(&self) -> &[u8] {
        self.bytes.get(self.at..).unwrap_or_default()
    }

    fn peek(&self, count: usize) -> Option<&str> {
        str::from_utf8(self.rest().get(..count)?).ok()
    }

    fn literal(&mut self, text: &str) -> Option<()> {
        let found = self.rest().starts_with(text.as_bytes());
        found.then(|| self.at += text.len())
    }

    fn number(&mut self) -> Option<u64> {
        let digits = self.rest().iter().take_while(|byte| byte.is_ascii_digit()).count();
        let value = self.peek(digits)?.parse().ok()?;
        self.at += digits;
        Some(value)
    }

    fn hash(&mut self) -> Option<Hash> {
        let bytes = HEXLOWER.decode(self.rest().get(..64)?).ok()?;
        self.at += 64;
        Some(Hash(bytes.try_into().ok()?))
    }

    fn kind(&mut self) -> Option<Kind> {
        let length = self.rest().iter().position(|byte| *byte == b'"')?;
        let kind = Kind::parse(self.peek(length)?)?;
        self.at += length;
        Some(kind)
    }

    /// The numbers up to and with the closing bracket.
    fn keys(&mut self) -> Option<Vec<u64>> {
        let mut keys = Vec::new();
        if self.literal("]").is_some() {
            return Some(keys);
        }
        loop {
            keys.push(self.number()?);
            if self.literal("]").is_some() {
                return Some(keys);
            }
            self.literal(",")?;
        }
    }
}

#[cfg(test)]
#[path = "leaf_tests.rs"]
mod tests;
