//! Checking a receipt without believing the server: leaf, tree, checkpoint, commitment, events and
//! the issuer's signature; and `laiqu receipt`, which does so long after, offline.

mod answer;
mod command;
mod document;
mod held;
mod upgrade;

pub(crate) use answer::fetch as fetch_proofs;
pub(crate) use command::Receipts;
pub(crate) use held::Held;

use data_encoding::HEXLOWER;
use laiqu_ledger::{Kind, Leaf, LeafError, commitment, events_root};
use laiqu_proof::{
    Checkpoint, CheckpointError, Hash, HashError, JwsError, NoteVerifier, PublicJwk, ReceiptError,
    SignedCheckpoint, SubmissionJws, TlogProof, leaf_hash,
};
use laiqu_service::{Opening, Receipt, event_pieces};
use thiserror::Error;

/// What the receipt must be about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Expected<'a> {
    /// The log's key; its name is the ledger's origin.
    pub(crate) verifier: &'a NoteVerifier,
    /// The document exactly as posted.
    pub(crate) body: &'a str,
    /// Its media type as posted.
    pub(crate) media_type: &'a str,
    /// The party, where the poster knows it.
    pub(crate) issuer: Option<&'a str>,
    /// The key that signed; none where the gateway signed for a token.
    pub(crate) key: Option<&'a PublicJwk>,
    /// The server says that this stood in the ledger before.
    pub(crate) replayed: bool,
}

/// What holds.
#[derive(Debug)]
pub(crate) struct Checked {
    /// The checkpoint that the log signed.
    pub(crate) checkpoint: Checkpoint,
    /// What a receipt of this sort cannot prove, in Chinese and English.
    pub(crate) not_checked: Vec<[&'static str; 2]>,
}

/// Why a receipt proves nothing.
#[derive(Debug, Error)]
pub(crate) enum ReceiptFault {
    #[error("leaf: {0}")]
    Leaf(#[from] LeafError),
    #[error("the leaf is not entry {0}")]
    Index(u64),
    #[error("the leaf records {0}, not a captured document")]
    Kind(&'static str),
    #[error("inclusion: {0}")]
    Path(HashError),
    #[error(transparent)]
    Proof(#[from] ReceiptError),
    #[error(transparent)]
    Checkpoint(#[from] CheckpointError),
    #[error("size or root is not that of the signed checkpoint")]
    State,
    #[error("the answer does not say what it rests on; ask it with --proofs")]
    Groundless,
    #[error("the proof text is another proof")]
    ProofText,
    #[error("it does not open the commitment (salt, signatures, outcome)")]
    NoOpening,
    #[error("the salt is not 32 bytes of lower-case hex")]
    Salt,
    #[error("the commitment in the leaf is over something else")]
    Commitment,
    #[error("the events root in the leaf is not that of the document's events")]
    Events,
    #[error("signature: {0}")]
    Signature(#[from] JwsError),
    #[error("nobody signed the document")]
    Unsigned,
    #[error("it is for another document than the one posted")]
    OtherDocument,
    #[error("the signature is not by the key that signed this document")]
    OtherKey,
}

/// Checks every part of a receipt against the document and the log's key.
pub(crate) fn check(receipt: &Receipt, expected: &Expected<'_>) -> Result<Checked, ReceiptFault> {
    let leaf = Leaf::decode(receipt.leaf.as_bytes())?;
    if leaf.index != receipt.index {
        return Err(ReceiptFault::Index(receipt.index));
    }
    if leaf.kind != Kind::EpcisCapture {
        return Err(ReceiptFault::Kind(leaf.kind.as_str()));
    }
    let checkpoint = check_inclusion(receipt, expected.verifier)?;
    let opening = receipt.opening.as_ref().ok_or(ReceiptFault::NoOpening)?;
    let not_checked = check_opening(&leaf, opening, expected)?;
    Ok(Checked { checkpoint, not_checked })
}

fn check_inclusion(receipt: &Receipt, verifier: &NoteVerifier) -> Result<Checkpoint, ReceiptFault> {
    let leaf = leaf_hash(receipt.leaf.as_bytes());
    let proof = proof_of(receipt)?;
    Ok(proof.verify(&leaf, verifier, verifier.name())?)
}

/// The proof in a receipt, whose members must all say the same.
pub(crate) fn proof_of(receipt: &Receipt) -> Result<TlogProof, ReceiptFault> {
    let path = receipt.inclusion.iter().map(|text| Hash::from_base64(text));
    let path = path.collect::<Result<Vec<_>, _>>().map_err(ReceiptFault::Path)?;
    let (index, checkpoint) = (receipt.index, receipt.checkpoint.clone());
    let proof = TlogProof { index, path, checkpoint, extra: None };
    let stated = SignedCheckpoint::parse(&proof.checkpoint).map_err(ReceiptError::from)?;
    let stated = stated.checkpoint();
    if (stated.size, stated.root.to_hex()) != (receipt.size, receipt.root.clone()) {
        return Err(ReceiptFault::State);
    }
    if receipt.proof.parse::<TlogProof>()? != proof {
        return Err(ReceiptFault::ProofText);
    }
    Ok(proof)
}

fn check_opening(
    leaf: &Leaf,
    opening: &Opening,
    expected: &Expected<'_>,
) -> Result<Vec<[&'static str; 2]>, ReceiptFault> {
    let salt = salt_of(opening)?;
    let signatures = opening.signatures.iter().map(|text| SubmissionJws::parse(text));
    let signatures = signatures.collect::<Result<Vec<_>, _>>()?;
    let signed = signatures.first().ok_or(ReceiptFault::Unsigned)?.claims().sha256;
    let (media_type, outcome) = (&opening.media_type, opening.outcome.as_bytes());
    if commitment(&salt, &opening.signatures, media_type, &signed, outcome) != leaf.commitment {
        return Err(ReceiptFault::Commitment);
    }
    let origin = expected.verifier.name();
    for jws in &signatures {
        jws.claims().check(expected.issuer, origin, &signed, media_type)?;
    }
    let mut not_checked = Vec::new();
    let same_body = signed == Hash::digest(expected.body.as_bytes());
    let same_type = media_type == expected.media_type;
    if !(expected.replayed || same_body && same_type) {
        return Err(ReceiptFault::OtherDocument);
    }
    if same_body {
        check_events(leaf, &salt, media_type, expected.body.as_bytes())?;
    } else {
        not_checked.push([
            "更早那份文件的内容（这些事件当时已随它入账）",
            "the content of the earlier document in which the events stand",
        ]);
    }
    not_checked.extend(check_key(&signatures, expected)?);
    Ok(not_checked)
}

fn salt_of(opening: &Opening) -> Result<[u8; 32], ReceiptFault> {
    let salt = HEXLOWER.decode(opening.salt.as_bytes()).map_err(|_| ReceiptFault::Salt)?;
    salt.try_into().map_err(|_| ReceiptFault::Salt)
}

/// The leaf's root must be over the very events of the document.
fn check_events(
    leaf: &Leaf,
    salt: &[u8; 32],
    media_type: &str,
    body: &[u8],
) -> Result<(), ReceiptFault> {
    let pieces = event_pieces(media_type, body).ok_or(ReceiptFault::Events)?;
    let events: Vec<&[u8]> = pieces.into_iter().filter_map(|piece| body.get(piece)).collect();
    if events_root(salt, &events) == leaf.events_root { Ok(()) } else { Err(ReceiptFault::Events) }
}

fn check_key(
    signatures: &[SubmissionJws],
    expected: &Expected<'_>,
) -> Result<Option<[&'static str; 2]>, ReceiptFault> {
    let Some(key) = expected.key else {
        return Ok(Some([
            "网关为令牌所作的签名（其公钥不在此处）",
            "the gateway's signature for the token (its key is not at hand)",
        ]));
    };
    match signatures.iter().find(|jws| jws.kid() == key.thumbprint()) {
        Some(jws) => {
            jws.verify(key)?;
            Ok(None)
        }
        None if expected.replayed => Ok(Some([
            "首次入账的签名（由另一把密钥所签）",
            "the first signature, which is by another key",
        ])),
        None => Err(ReceiptFault::OtherKey),
    }
}

#[cfg(test)]
#[path = "receipt_tests.rs"]
mod tests;
