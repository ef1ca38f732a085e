//! Why a submission's signature is refused.

use thiserror::Error;

use crate::hash::Hash;
use crate::jws::{JWS_BYTES_MAX, SUBMISSION_TYP};

/// Why a submission's signature is refused.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[non_exhaustive]
pub enum JwsError {
    /// Longer than [`JWS_BYTES_MAX`].
    #[error("a signature of {bytes} bytes is above the limit of {JWS_BYTES_MAX}")]
    TooLong {
        /// Length of the JWS.
        bytes: usize,
    },
    /// Not three parts of unpadded base64url with UTF-8 inside and 64 bytes of signature.
    #[error("not a compact JWS: three parts of base64url without padding, joined by dots")]
    Format,
    /// The protected header is no JSON object with the strings `alg`, `kid` and `typ`.
    #[error("the protected header is not as required: {detail}")]
    Header {
        /// What is wrong.
        detail: String,
    },
    /// The claims are no JSON object with the members that a submission needs.
    #[error("the claims are not as required: {detail}")]
    Claims {
        /// What is wrong.
        detail: String,
    },
    /// An object in header or claims names a key twice.
    #[error("the {part} names the key {key:?} twice")]
    DuplicateKey {
        /// `protected header` or `claims`.
        part: &'static str,
        /// The repeated key.
        key: String,
    },
    /// Any `alg` but `EdDSA`.
    #[error("the algorithm {alg:?} is not EdDSA")]
    Algorithm {
        /// Algorithm named by the header.
        alg: String,
    },
    /// A `crit` member: no extension is understood (RFC 7515 section 4.1.11).
    #[error("the protected header names critical extensions, and none is understood")]
    Critical,
    /// Any `typ` but [`SUBMISSION_TYP`].
    #[error("the type {typ:?} is not {SUBMISSION_TYP}")]
    Type {
        /// Type named by the header.
        typ: String,
    },
    /// The `kid` is not the thumbprint of the key given.
    #[error("the signature names another key: {kid:?}")]
    OtherKey {
        /// Key named by the header.
        kid: String,
    },
    /// The signature is not the key's over these bytes.
    #[error("the signature does not verify")]
    BadSignature,
    /// Signed by another party than the one expected.
    #[error("the signature is by another party: {iss:?}")]
    OtherIssuer {
        /// Party named by the claims.
        iss: String,
    },
    /// Signed for another ledger.
    #[error("the signature is for another ledger: {aud:?}")]
    OtherLedger {
        /// Ledger origin named by the claims.
        aud: String,
    },
    /// Signed over another body.
    #[error("the signature is over another body, with SHA-256 {sha256}")]
    OtherBody {
        /// Digest named by the claims.
        sha256: Hash,
    },
    /// Signed for another media type.
    #[error("the signature is for another media type: {cty:?}")]
    OtherMediaType {
        /// Media type named by the claims.
        cty: String,
    },
}
