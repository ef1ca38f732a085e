//! SHA-256 values and the two hashes of RFC 6962 section 2.1.

use std::fmt;
use std::str::FromStr;

use data_encoding::{BASE64, HEXLOWER};
use sha2::{Digest, Sha256};
use thiserror::Error;

/// A SHA-256 value: a leaf hash, a tree node, a root or a digest of bytes.
///
/// `Display` and `FromStr` use 64 lower-case hexadecimal digits.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Hash(pub [u8; 32]);

/// Root of the tree without leaves: SHA-256 of the empty string (RFC 6962 section 2.1).
pub const EMPTY_ROOT: Hash = Hash([
    0xe3, 0xb0, 0xc4, 0x42, 0x98, 0xfc, 0x1c, 0x14, 0x9a, 0xfb, 0xf4, 0xc8, 0x99, 0x6f, 0xb9, 0x24,
    0x27, 0xae, 0x41, 0xe4, 0x64, 0x9b, 0x93, 0x4c, 0xa4, 0x95, 0x99, 0x1b, 0x78, 0x52, 0xb8, 0x55,
]);

/// Why a text is no hash.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum HashError {
    /// Not exactly 64 digits of `0-9a-f`.
    #[error("a hash in hexadecimal is 64 lower-case digits")]
    Hex,
    /// Not the padded standard base64 of 32 bytes.
    #[error("a hash in base64 is 44 characters of the standard alphabet")]
    Base64,
}

impl Hash {
    /// Thirty-two zero bytes: what a first link points to.
    pub const ZERO: Self = Self([0; 32]);

    /// Plain SHA-256 of `bytes`, without an RFC 6962 prefix.
    #[must_use]
    pub fn digest(bytes: &[u8]) -> Self {
        Self(Sha256::digest(bytes).into())
    }

    /// The bytes of the hash.
    #[must_use]
    pub const fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }

    /// 64 lower-case hexadecimal digits.
    #[must_use]
    pub fn to_hex(&self) -> String {
        HEXLOWER.encode(&self.0)
    }

    /// Reads exactly 64 lower-case hexadecimal digits.
    ///
    /// # Errors
    /// [`HashError::Hex`] for anything else, upper case included.
    pub fn from_hex(text: &str) -> Result<Self, HashError> {
        let mut bytes = [0; 32];
        // The length comes first: `decode_mut` panics on a buffer that does not fit.
        if text.len() != 64 {
            return Err(HashError::Hex);
        }
        HEXLOWER.decode_mut(text.as_bytes(), &mut bytes).map_err(|_| HashError::Hex)?;
        Ok(Self(bytes))
    }

    /// Standard base64 with padding, as checkpoints and proofs write hashes.
    #[must_use]
    pub fn to_base64(&self) -> String {
        BASE64.encode(&self.0)
    }

    /// Reads standard base64 with padding.
    ///
    /// # Errors
    /// [`HashError::Base64`] for another alphabet, another length or set trailing bits.
    pub fn from_base64(text: &str) -> Result<Self, HashError> {
        if text.len() != 44 {
            return Err(HashError::Base64);
        }
        let bytes = BASE64.decode(text.as_bytes()).map_err(|_| HashError::Base64)?;
        Ok(Self(bytes.try_into().map_err(|_| HashError::Base64)?))
    }
}

impl fmt::Display for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        HEXLOWER.encode_display(&self.0).fmt(out)
    }
}

impl fmt::Debug for Hash {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "Hash({self})")
    }
}

impl FromStr for Hash {
    type Err = HashError;

    fn from_str(text: &str) -> Result<Self, HashError> {
        Self::from_hex(text)
    }
}

/// Hash of one entry: SHA-256(0x00 ‖ entry) (RFC 6962 section 2.1).
#[must_use]
pub fn leaf_hash(entry: &[u8]) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0x00]);
    sha.update(entry);
    Hash(sha.finalize().into())
}

/// Hash of an inner node: SHA-256(0x01 ‖ left ‖ right) (RFC 6962 section 2.1).
#[must_use]
pub fn node_hash(left: &Hash, right: &Hash) -> Hash {
    let mut sha = Sha256::new();
    sha.update([0x01]);
    sha.update(left.0);
    sha.update(right.0);
    Hash(sha.finalize().into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_hashes() {
        assert_eq!(Hash::digest(b""), EMPTY_ROOT);
        assert_eq!(
            leaf_hash(b"").to_hex(),
            "6e340b9cffb37a989ca544e6bb780a2c78901d3fb33738768511a30617afa01d"
        );
        assert_eq!(
            node_hash(&leaf_hash(b""), &leaf_hash(b"\0")).to_string(),
            "fac54203e7cc696cf0dfcb42c92a1d9dbaf70ad9e621f4bd8d98662f00e3c125"
        );
    }

    #[test]
    fn texts_are_read_strictly() {
        let hash = leaf_hash(b"x");
        assert_eq!(hash.to_string().parse(), Ok(hash));
        assert_eq!(Hash::from_base64(&hash.to_base64()), Ok(hash));
        let hex = hash.to_hex();
        for bad in [hex.to_uppercase(), format!("{hex}0"), hex[..62].to_owned(), "é".repeat(32)] {
            assert_eq!(Hash::from_hex(&bad), Err(HashError::Hex), "{bad}");
        }
        let zero = Hash::ZERO.to_base64();
        assert_eq!(zero.len(), 44);
        // The last digit before the padding carries two bits that must be zero.
        let trailing_bits = format!("{}B=", &zero[..42]);
        for bad in [trailing_bits, zero.replace('=', ""), zero.replace('A', "-"), "é".repeat(22)] {
            assert_eq!(Hash::from_base64(&bad), Err(HashError::Base64), "{bad}");
        }
    }
}
