//! Whether a receipt is for this very document: what opens the leaf must, with the document, give
//! the commitment that the leaf states.

use super::{ReceiptFault, check_events, salt_of};
use laiqu_ledger::{Kind, Leaf, commitment};
use laiqu_proof::{Hash, JwsError, SubmissionJws};
use laiqu_service::Opening;

/// What a receipt cannot show by itself, in Chinese and English.
type NotChecked = [&'static str; 2];

const KEYS: NotChecked = [
    "签名本身，以及密钥当时是否属于该单位（见 GET /log/keys）",
    "the signatures, and whether their keys were the party's own then (see GET /log/keys)",
];

/// Proves that the document is the one that the leaf commits to, and compares what was signed.
pub(super) fn check(
    leaf: &Leaf,
    opening: Option<&Opening>,
    document: &[u8],
    origin: &str,
) -> Result<Vec<NotChecked>, ReceiptFault> {
    let opening = opening.ok_or(ReceiptFault::NoOpening)?;
    let salt = salt_of(opening)?;
    let digest = Hash::digest(document);
    let (media_type, outcome) = (&opening.media_type, opening.outcome.as_bytes());
    if commitment(&salt, &opening.signatures, media_type, &digest, outcome) != leaf.commitment {
        return Err(ReceiptFault::OtherDocument);
    }
    if leaf.kind == Kind::EpcisCapture {
        check_events(leaf, &salt, media_type, document)?;
    }
    for text in &opening.signatures {
        let jws = SubmissionJws::parse(text)?;
        match jws.claims().check(None, origin, &digest, media_type) {
            // A key that its party's registration lists is proved by a signature over that.
            Err(JwsError::OtherBody { .. }) if leaf.kind == Kind::KeyAdd => {}
            other => other?,
        }
    }
    Ok(vec![KEYS])
}
