//! A receipt as somebody kept it: JSON, alone or inside an answer of the ledger, or the text of
//! c2sp.org/tlog-proof.
//!
//! In a text the leaf, and what opens it, ride in the `extra` line as JSON (`{"leaf":…,"opening":…}`);
//! a text without them is checked with the leaf from a file of its own. Nothing authenticates
//! `extra`: the proof does that to the leaf, and the leaf's commitment to what opens it.

use super::{ReceiptFault, proof_of};
use crate::exit::{Exit, Failure};
use laiqu_proof::{RECEIPT_BYTES_MAX, TlogProof};
use laiqu_service::{Opening, Receipt, ReceiptExtra};
use serde_json::Value;
use std::io::Read as _;
use std::path::Path;

/// Largest file that is read, in bytes: a JSON receipt may hold a large outcome.
const FILE_BYTES_MAX: u64 = 64 << 20;
/// How a text begins.
const TEXT: &str = "c2sp.org/tlog-proof@";

/// How a receipt was kept, and so how an upgraded one is written.
#[derive(Debug)]
enum Form {
    Text,
    Json,
    /// A member of this answer.
    Within(Value),
}

/// A receipt with all that it carries.
#[derive(Debug)]
pub(crate) struct Held {
    form: Form,
    /// The leaf, one line.
    pub(crate) leaf: String,
    pub(crate) proof: TlogProof,
    pub(super) opening: Option<Opening>,
}

impl Held {
    /// Reads a receipt; `leaf` is a file with the leaf, for a text without one.
    ///
    /// # Errors
    /// Where a file cannot be read, or is no receipt.
    pub(crate) fn read(file: &Path, leaf: Option<&Path>) -> Result<Self, Failure> {
        let text = read(file)?;
        let leaf = leaf.map(read).transpose()?;
        let held =
            if text.starts_with(TEXT) { Self::of_text(&text, leaf) } else { Self::of_json(&text) };
        held.map_err(|failure| failure.about(&file.display().to_string()))
    }

    fn of_text(text: &str, leaf: Option<String>) -> Result<Self, Failure> {
        let mut proof: TlogProof =
            text.parse().map_err(|error| wrong(&ReceiptFault::Proof(error)))?;
        let extra = proof.extra.take();
        let extra = extra.and_then(|extra| serde_json::from_slice::<ReceiptExtra>(&extra).ok());
        let (carried, opening) =
            extra.map_or((None, None), |extra| (Some(extra.leaf), extra.opening));
        let leaf = leaf.map(|leaf| leaf.trim_end_matches('\n').to_owned()).or(carried);
        let Some(leaf) = leaf else {
            let failure = Failure::usage(
                "回执文本中没有条目的叶",
                "the text of the receipt does not carry the leaf of its entry",
            );
            return Err(failure.hint("用 --leaf 给出叶文件", "give the leaf in a file with --leaf"));
        };
        Ok(Self { form: Form::Text, leaf, proof, opening })
    }

    fn of_json(text: &str) -> Result<Self, Failure> {
        let unreadable = |error: serde_json::Error| {
            Failure::usage("不是回执", format!("no receipt: {error}")).hint(
                "应为账本给出的 JSON，或 c2sp.org/tlog-proof 文本",
                "it is the JSON that the ledger gave, or the text of c2sp.org/tlog-proof",
            )
        };
        let value: Value = serde_json::from_str(text).map_err(unreadable)?;
        let (form, receipt) = match value.get("receipt") {
            Some(receipt) => (Form::Within(value.clone()), receipt.clone()),
            None => (Form::Json, value),
        };
        let receipt: Receipt = serde_json::from_value(receipt).map_err(unreadable)?;
        let proof = proof_of(&receipt).map_err(|fault| wrong(&fault))?;
        Ok(Self { form, leaf: receipt.leaf, proof, opening: receipt.opening })
    }

    /// The same receipt in the form in which it was kept, led on by a newer one.
    ///
    /// # Errors
    /// Where the newer one cannot be written in that form.
    pub(super) fn rewritten(&self, newer: Receipt) -> Result<String, Failure> {
        let (leaf, opening) = (self.leaf.clone(), self.opening.clone());
        let newer = Receipt { leaf, opening, ..newer };
        let json = |value: &Value| format!("{value}\n");
        match &self.form {
            Form::Text => Ok(newer.to_text()?),
            form => {
                let receipt = serde_json::to_value(&newer).map_err(|error| {
                    Failure::new(Exit::CheckFailed, "回执无法写出", error.to_string())
                })?;
                let Form::Within(answer) = form else { return Ok(json(&receipt)) };
                let mut answer = answer.clone();
                if let Some(object) = answer.as_object_mut() {
                    object.insert("receipt".to_owned(), receipt);
                }
                Ok(json(&answer))
            }
        }
    }
}

/// A check that failed.
pub(super) fn wrong(fault: &ReceiptFault) -> Failure {
    let en = format!("the receipt is wrong: {fault}");
    Failure::new(Exit::CheckFailed, "回执核对未通过", en)
        .hint("不要采信；请联系监管部门", "do not rely on it; tell the regulator")
}

fn read(file: &Path) -> Result<String, Failure> {
    let open = std::fs::File::open(file).map_err(|error| Failure::file(file, &error))?;
    let limit = FILE_BYTES_MAX.max(RECEIPT_BYTES_MAX as u64);
    let mut text = String::new();
    let length = open
        .take(limit + 1)
        .read_to_string(&mut text)
        .map_err(|error| Failure::file(file, &error))?;
    if length as u64 > limit {
        let path = file.display();
        return Err(Failure::usage(
            format!("{path}：文件过大"),
            format!("{path}: longer than {limit} bytes"),
        ));
    }
    Ok(text)
}
