//! Bearer tokens: made here, shown once, stored only as a hash.

use crate::error::Error;
use data_encoding::{BASE64URL_NOPAD, HEXLOWER};
use laiqu_proof::Hash;
use sha2::{Digest, Sha256};

/// Random bytes in a token.
const TOKEN_RANDOM_BYTES: usize = 32;

/// A new token: its text and the lower-case hex SHA-256 that is stored.
///
/// # Errors
/// Where the operating system gives no random bytes.
pub(crate) fn new_token() -> Result<(String, String), Error> {
    let text = format!("laiqu_{}", BASE64URL_NOPAD.encode(&random::<TOKEN_RANDOM_BYTES>()?));
    let digest = token_digest(&text);
    Ok((text, digest))
}

/// What is stored of a token.
pub(crate) fn token_digest(text: &str) -> String {
    HEXLOWER.encode(&Sha256::digest(text.as_bytes()))
}

/// SHA-256.
pub(crate) fn sha256(bytes: &[u8]) -> Hash {
    Hash(Sha256::digest(bytes).into())
}

/// Random bytes from the operating system.
pub(crate) fn random<const N: usize>() -> Result<[u8; N], Error> {
    let mut bytes = [0; N];
    getrandom::fill(&mut bytes).map_err(|e| Error::internal("no random bytes", e))?;
    Ok(bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn tokens_differ_and_only_the_hash_is_kept() {
        let (one, digest) = new_token().unwrap();
        let (other, _) = new_token().unwrap();
        assert_ne!(one, other);
        assert_eq!(digest, token_digest(&one));
        assert_eq!(digest.len(), 64);
        assert!(!digest.contains(&one));
    }
}
