//! Which Ed25519 public keys are taken, for notes and for issuers alike.

use ed25519_dalek::VerifyingKey;
use thiserror::Error;

/// Why 32 bytes are no acceptable Ed25519 public key.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum PublicKeyError {
    /// No point of the curve, or a second spelling of one (RFC 8032 section 5.1.3).
    #[error("the bytes are not the encoding of a point of the curve")]
    Point,
    /// A point of small order: signatures under it prove nothing.
    #[error("the key is weak: its point has small order")]
    Weak,
}

/// Decompresses a public key.
///
/// The library takes y coordinates that are not reduced modulo p. They are refused here: one key
/// must have one encoding, because its thumbprint or key id is its name.
pub(crate) fn public_key(bytes: &[u8; 32]) -> Result<VerifyingKey, PublicKeyError> {
    let [low, middle @ .., high] = bytes;
    let reduced = *low < 0xed || high & 0x7f != 0x7f || middle.iter().any(|byte| *byte != 0xff);
    if !reduced {
        return Err(PublicKeyError::Point);
    }
    let key = VerifyingKey::from_bytes(bytes).map_err(|_| PublicKeyError::Point)?;
    if key.is_weak() { Err(PublicKeyError::Weak) } else { Ok(key) }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weak_and_doubly_spelled_keys_are_refused() {
        // y = 0, 1 and -1: points of order 4, 1 and 2.
        let mut minus_one = [0xff; 32];
        (minus_one[0], minus_one[31]) = (0xec, 0x7f);
        let mut one = [0; 32];
        one[0] = 1;
        for weak in [[0; 32], one, minus_one] {
            assert_eq!(public_key(&weak), Err(PublicKeyError::Weak));
        }
        // y = p + 3 spells y = 3, which is a point of large order.
        let mut three = [0; 32];
        three[0] = 3;
        assert!(public_key(&three).is_ok());
        let mut unreduced = [0xff; 32];
        (unreduced[0], unreduced[31]) = (0xf0, 0x7f);
        assert!(VerifyingKey::from_bytes(&unreduced).is_ok());
        assert_eq!(public_key(&unreduced), Err(PublicKeyError::Point));
        // y = 2 is on no point.
        let mut two = [0; 32];
        two[0] = 2;
        assert_eq!(public_key(&two), Err(PublicKeyError::Point));
    }
}
