//! `laiqu receipt upgrade`: the same entry under the newest checkpoint that the log shows, which
//! witnesses may have cosigned since.

use super::command::{Believed, fetch, stands, unread_signatures};
use super::held::{Held, wrong};
use super::{ReceiptFault, proof_of};
use crate::client::Client;
use crate::durable::replace;
use crate::exit::{Exit, Failure};
use crate::log_keys::LogKeys;
use crate::out;
use crate::source::Web;
use clap::Args;
use laiqu_proof::{
    Checkpoint, CheckpointError, Hash, NoteVerifier, OpenedCheckpoint, SignedCheckpoint, TlogProof,
    verify_consistency,
};
use laiqu_service::{Consistency, Receipt};
use std::path::PathBuf;

#[derive(Debug, Args)]
pub(crate) struct Upgrade {
    /// 回执文件：JSON 或 .tlog-proof 文本 / Receipt: JSON or the text of a .tlog-proof
    file: PathBuf,
    /// 账本服务地址 / Address of the ledger
    #[arg(long)]
    url: String,
    #[command(flatten)]
    believed: Believed,
    /// 含条目叶的文件，用于不带叶的文本 / File with the leaf, for a text that does not carry it
    #[arg(long)]
    leaf: Option<PathBuf>,
    /// 写入此文件，缺省为原文件 / Write to this file; by default to the receipt itself
    #[arg(long)]
    out: Option<PathBuf>,
}

impl Upgrade {
    pub(super) fn run(self) -> Result<Exit, Failure> {
        let held = Held::read(&self.file, self.leaf.as_deref())?;
        let fault = |fault: ReceiptFault| wrong(&fault).about(&self.file.display().to_string());
        let client = Client::new(&self.url, None)?;
        let offline = self.believed.policy()?;
        let (leaf, old) =
            stands((&held.leaf, &held.proof), |text| offline.open(text)).map_err(fault)?;
        let shown = client.get("/log/checkpoint")?.text()?;
        let opened = self.opened(&client, &shown, &old)?.map_err(|error| fault(error.into()))?;
        let size = opened.checkpoint.size;
        if size >= old.checkpoint.size {
            contains(&client, &old.checkpoint, &opened.checkpoint)?;
        }
        if !opened.quorum_met || size <= leaf.index || size < old.checkpoint.size {
            out::note(
                "还没有覆盖该条目且符合策略的检查点，回执保持不变 / no checkpoint over this entry meets \
                 the policy yet; the receipt stays as it is",
            );
            return Ok(Exit::Refused);
        }
        let newer = fetch(&client, leaf.index, Some(size))?;
        let mut newer = under(newer, &shown).map_err(fault)?;
        let proof = proof_of(&newer).map_err(fault)?;
        let (_, new) = stands((&held.leaf, &proof), |_| Ok(opened)).map_err(fault)?;
        let (by, further) = (new.cosigned_by.len(), unread_signatures(&shown, &new));
        newer.witnessed = by + further > 0;
        let file = self.out.as_ref().unwrap_or(&self.file);
        replace(file, held.rewritten(newer)?.as_bytes())
            .map_err(|error| Failure::file(file, &error))?;
        let witnesses = if by + further == 0 {
            "尚未见证 not yet witnessed".to_owned()
        } else {
            format!("见证人 witnesses: {by}，未核对 not checked: {further}")
        };
        out::note(&format!("已更新 upgraded: 条目数 size {size}，{witnesses}"));
        Ok(Exit::Done)
    }

    /// Opens the newer checkpoint, also where the log changed its key since.
    fn opened(
        &self,
        client: &Client,
        text: &str,
        old: &OpenedCheckpoint,
    ) -> Result<Result<OpenedCheckpoint, CheckpointError>, Failure> {
        let (keys, policy) = self.believed.read()?;
        let signed_old = || NoteVerifier::parse(old.log_keys.last()?).ok();
        let Some(known) = keys.last().cloned().or_else(signed_old) else {
            return Ok(self.believed.policy()?.open(text));
        };
        let source = Web::open(client)?;
        let mut log_keys = LogKeys::new(&known, None);
        let opened = match log_keys.open(&source, policy.as_ref(), text)? {
            Ok(opened) => opened,
            Err(error) => return Ok(Err(error)),
        };
        match log_keys.judge(&source, &opened, &[])?.first() {
            None => Ok(Ok(opened)),
            Some(what) => {
                let failure = Failure::new(Exit::CheckFailed, "新检查点核对未通过", what.clone());
                Err(failure
                    .hint("不要采信；请联系监管部门", "do not rely on it; tell the regulator"))
            }
        }
    }
}

/// The receipt with the checkpoint that the log shows to everyone, cosignatures and all, in the
/// place of the same one without them.
fn under(receipt: Receipt, shown: &str) -> Result<Receipt, ReceiptFault> {
    let TlogProof { index, path, .. } = proof_of(&receipt)?;
    let proof = TlogProof { index, path, checkpoint: shown.to_owned(), extra: None };
    let signed = SignedCheckpoint::parse(shown)?;
    if signed.checkpoint() != SignedCheckpoint::parse(&receipt.checkpoint)?.checkpoint() {
        return Err(ReceiptFault::State);
    }
    let (checkpoint, proof) = (shown.to_owned(), proof.to_string());
    Ok(Receipt { checkpoint, proof, ..receipt })
}

/// The newer tree must be the older one gone on, or the ledger shows two histories.
fn contains(client: &Client, from: &Checkpoint, to: &Checkpoint) -> Result<(), Failure> {
    let split = |why: String| {
        let en = format!("the ledger shows two histories: {why}");
        Failure::new(Exit::CheckFailed, "账本前后不一致", en)
            .hint("保留两份检查点，请联系监管部门", "keep both checkpoints, tell the regulator")
    };
    if from.size == to.size {
        let same = from.root == to.root;
        return if same { Ok(()) } else { Err(split("one size, two roots".to_owned())) };
    }
    let path = format!("/log/proof/consistency?from={}&to={}", from.size, to.size);
    let proof: Consistency = client.get(&path)?.json()?;
    let hashes = proof.consistency.iter().map(|text| Hash::from_base64(text));
    let hashes = hashes.collect::<Result<Vec<_>, _>>().map_err(|error| split(error.to_string()))?;
    verify_consistency(from.size, to.size, &hashes, &from.root, &to.root)
        .map_err(|error| split(error.to_string()))
}
