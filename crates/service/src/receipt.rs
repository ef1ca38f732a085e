//! The receipt of a write: everything that proves, without the server, that a document stands in
//! the ledger.

use crate::draft::SignedCheckpoint;
use crate::error::{Code, Error};
use crate::publisher::{Shared, read};
use data_encoding::HEXLOWER;
use laiqu_ledger::{Frame, FrameView};
use laiqu_proof::{Hash, RECEIPT_EXTRA_BYTES_MAX, TlogProof, leaf_hash, verify_inclusion};
use serde::{Deserialize, Serialize};

/// Proof that an entry stands in the ledger, as JSON and as `c2sp.org/tlog-proof@v1` text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Receipt {
    /// Index of the entry.
    pub index: u64,
    /// The public leaf, one line of ASCII; its RFC 6962 leaf hash stands in the tree.
    pub leaf: String,
    /// Size of the tree that the proof is for.
    pub size: u64,
    /// Root of that tree, lower-case hex.
    pub root: String,
    /// RFC 6962 inclusion path, leaf sibling first, base64.
    pub inclusion: Vec<String>,
    /// The checkpoint that the log signed: a C2SP signed note.
    pub checkpoint: String,
    /// The same proof as `c2sp.org/tlog-proof@v1` text.
    pub proof: String,
    /// Whether the checkpoint carries the cosignatures of a quorum of witnesses.
    pub witnessed: bool,
    /// What opens the commitment; only for the issuer.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opening: Option<Opening>,
}

/// What, together with the document, gives the leaf's commitment.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opening {
    /// 32 random bytes, lower-case hex.
    pub salt: String,
    /// Signatures (compact JWS) in order.
    pub signatures: Vec<String>,
    /// Media type of the document.
    pub media_type: String,
    /// What the ledger decided about it, exactly as committed to.
    pub outcome: String,
}

impl Opening {
    /// The opening of this frame.
    pub(crate) fn of(frame: &Frame) -> Self {
        Self::of_view(&frame.view())
    }

    /// The same for a frame whose parts stand elsewhere.
    pub(crate) fn of_view(frame: &FrameView<'_>) -> Self {
        Self {
            salt: HEXLOWER.encode(&frame.salt),
            signatures: frame.signatures.iter().map(|jws| (*jws).to_owned()).collect(),
            media_type: frame.media_type.to_owned(),
            outcome: String::from_utf8_lossy(frame.outcome).into_owned(),
        }
    }
}

/// What a receipt's text carries beside the proof, in its unauthenticated `extra` line, as JSON:
/// the leaf, which the proof then authenticates, and what opens it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ReceiptExtra {
    /// The public leaf.
    pub leaf: String,
    /// What opens the commitment; only for who may read the document.
    #[serde(skip_serializing_if = "Option::is_none", default)]
    pub opening: Option<Opening>,
}

impl Receipt {
    /// The whole receipt as one `c2sp.org/tlog-proof@v1` text, with a [`ReceiptExtra`]. An opening
    /// that is too large for it is left out.
    ///
    /// # Errors
    /// Where the proof is no such text.
    pub fn to_text(&self) -> Result<String, Error> {
        let mut proof: TlogProof =
            self.proof.parse().map_err(|e| Error::internal("text of a receipt", e))?;
        let extra = |opening| {
            let extra = ReceiptExtra { leaf: self.leaf.clone(), opening };
            serde_json::to_vec(&extra).map_err(|e| Error::internal("text of a receipt", e))
        };
        let whole = extra(self.opening.clone())?;
        let fits = whole.len() <= RECEIPT_EXTRA_BYTES_MAX;
        proof.extra = Some(if fits { whole } else { extra(None)? });
        Ok(proof.to_string())
    }
}

/// Makes the receipt of the entry at `index` under this checkpoint.
pub(crate) fn receipt(
    shared: &Shared,
    checkpoint: &SignedCheckpoint,
    index: u64,
    leaf: &[u8],
    opening: Option<Opening>,
) -> Result<Receipt, Error> {
    let path = read(&shared.tree).inclusion(index, checkpoint.size).map_err(damaged)?;
    let path = path.ok_or_else(|| {
        Error::new(
            Code::NotFound,
            format!("the tree of size {} has no entry {index}", checkpoint.size),
        )
    })?;
    // Nobody is handed a proof that does not hold, whatever became of leaf, tiles or memory.
    verify_inclusion(&leaf_hash(leaf), index, checkpoint.size, &path, &checkpoint.root).map_err(
        |fault| Error::new(Code::Damaged, format!("the proof of entry {index} fails: {fault}")),
    )?;
    let inclusion = path.iter().map(|hash| hash.to_base64()).collect();
    let proof = TlogProof { index, path, checkpoint: checkpoint.text.clone(), extra: None };
    Ok(Receipt {
        index,
        leaf: String::from_utf8_lossy(leaf).into_owned(),
        size: checkpoint.size,
        root: checkpoint.root.to_string(),
        inclusion,
        checkpoint: checkpoint.text.clone(),
        proof: proof.to_string(),
        witnessed: checkpoint.witnessed,
        opening,
    })
}

/// The root that an answer was computed on.
pub(crate) fn root_at(shared: &Shared, size: u64) -> Result<Hash, Error> {
    let root = read(&shared.tree).root_at(size).map_err(damaged)?;
    root.ok_or_else(|| Error::new(Code::NotFound, format!("there is no tree of size {size}")))
}

/// Neither the tree's files nor the leaves give what the tree's head holds them to.
pub(crate) fn damaged(error: laiqu_ledger::Error) -> Error {
    tracing::error!(%error, "the tree cannot answer");
    Error::new(Code::Damaged, error.to_string())
}
