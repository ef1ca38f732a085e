//! `laiqu receipt get` and `verify`: a receipt is fetched and checked, or checked offline.

use super::answer::VerifyAnswer;
use super::held::{Held, wrong};
use super::upgrade::Upgrade;
use super::{ReceiptFault, document};
use crate::client::{Client, bearer};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::trust::{Trust, parse_vkey, policy_for, read_policy};
use clap::{Args, Subcommand};
use laiqu_ledger::{Leaf, format_time};
use laiqu_proof::{
    CheckpointError, NoteVerifier, OpenedCheckpoint, Policy, ReceiptError, SignedCheckpoint,
    TlogProof, leaf_hash, verify_inclusion,
};
use laiqu_service::Receipt;
use serde_json::json;
use std::path::PathBuf;

/// Works with receipts.
#[derive(Debug, Subcommand)]
pub(crate) enum Receipts {
    /// 向账本取得某条目的回执 / Get the receipt of an entry
    Get(Get),
    /// 离线核对回执，证明某份文件确已入账 / Verify a receipt offline: this very document stands there
    Verify(Verify),
    /// 离线核对追溯结果所据事件的证明 / Verify offline the events that an answer rests on
    VerifyAnswer(VerifyAnswer),
    /// 换成最新（经见证）检查点下的回执 / Lead a receipt on to the newest (cosigned) checkpoint
    Upgrade(Upgrade),
}

#[derive(Debug, Args)]
pub(crate) struct Get {
    /// 账本服务地址 / Address of the ledger
    url: String,
    /// 条目序号 / Index of the entry
    index: u64,
    /// 以这么多条目时的账本为准，缺省为最新 / Size of the tree; by default the newest
    #[arg(long)]
    size: Option<u64>,
    /// 令牌（或 LAIQU_TOKEN），用于取得开启叶所需的内容 / Token (or LAIQU_TOKEN), for what opens the leaf
    #[arg(long)]
    token: Option<String>,
    /// 账本公钥 / Verifier key of the ledger
    #[arg(long)]
    vkey: Option<String>,
    /// 输出 c2sp.org/tlog-proof 文本 / Print the text of c2sp.org/tlog-proof
    #[arg(long)]
    text: bool,
}

/// Whose checkpoints are believed.
#[derive(Debug, Args)]
pub(crate) struct Believed {
    /// 账本公钥；账本换过密钥时可给出多把 / Verifier key of the ledger; several where it changed its own
    #[arg(long, required_unless_present = "policy")]
    vkey: Vec<String>,
    /// 策略文件：哪些见证人须已联署 / Policy file: which witnesses must have cosigned
    #[arg(long)]
    policy: Option<PathBuf>,
}

#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// 回执文件：JSON 或 .tlog-proof 文本 / Receipt: JSON or the text of a .tlog-proof
    file: PathBuf,
    #[command(flatten)]
    believed: Believed,
    /// 原始文件，证明它确已入账 / The document, to prove that it stands in the ledger
    #[arg(long)]
    document: Option<PathBuf>,
    /// 含条目叶的文件，用于不带叶的文本 / File with the leaf, for a text that does not carry it
    #[arg(long)]
    leaf: Option<PathBuf>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Receipts {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Get(command) => command.run(),
            Self::Verify(command) => command.run(),
            Self::VerifyAnswer(command) => command.run(),
            Self::Upgrade(command) => command.run(),
        }
    }
}

impl Believed {
    /// Keys and policy.
    pub(super) fn read(&self) -> Result<(Vec<NoteVerifier>, Option<Policy>), Failure> {
        let keys = self.vkey.iter().map(|vkey| parse_vkey(vkey)).collect::<Result<Vec<_>, _>>()?;
        Ok((keys, self.policy.as_deref().map(read_policy).transpose()?))
    }

    /// The policy that a checkpoint is opened with.
    pub(super) fn policy(&self) -> Result<Policy, Failure> {
        let (keys, policy) = self.read()?;
        match policy {
            Some(policy) if keys.is_empty() => Ok(policy),
            policy => Ok(policy_for(policy.as_ref(), &keys)),
        }
    }
}

impl Get {
    fn run(self) -> Result<Exit, Failure> {
        let token = bearer(self.token.as_deref());
        let client = Client::new(&self.url, token.as_deref())?;
        let trust = Trust::of(&client, self.vkey.as_deref())?;
        trust.say();
        let receipt = fetch(&client, self.index, self.size)?;
        let policy = policy_for(None, std::slice::from_ref(&trust.verifier));
        let proof = super::proof_of(&receipt).map_err(|fault| wrong(&fault))?;
        let held = (receipt.leaf.as_str(), &proof);
        let (leaf, _) = stands(held, |text| policy.open(text)).map_err(|fault| wrong(&fault))?;
        if leaf.index != self.index {
            return Err(wrong(&ReceiptFault::Index(self.index)));
        }
        if self.text {
            out::exact(&receipt.to_text()?)?
        } else {
            out::json(&receipt)?
        }
        Ok(Exit::Done)
    }
}

/// The receipt of an entry, as the server gives it.
pub(super) fn fetch(client: &Client, index: u64, size: Option<u64>) -> Result<Receipt, Failure> {
    let size = size.map_or_else(String::new, |size| format!("?size={size}"));
    client.get(&format!("/v1/entries/{index}/receipt{size}"))?.json()
}

/// Checks that the leaf stands in a tree whose checkpoint opens.
pub(super) fn stands(
    (line, proof): (&str, &TlogProof),
    open: impl FnOnce(&str) -> Result<OpenedCheckpoint, CheckpointError>,
) -> Result<(Leaf, OpenedCheckpoint), ReceiptFault> {
    let leaf = Leaf::decode(line.as_bytes())?;
    if leaf.index != proof.index {
        return Err(ReceiptFault::Index(proof.index));
    }
    let opened = open(&proof.checkpoint).map_err(ReceiptError::from)?;
    let (size, root) = (opened.checkpoint.size, opened.checkpoint.root);
    verify_inclusion(&leaf_hash(line.as_bytes()), leaf.index, size, &proof.path, &root)
        .map_err(ReceiptError::from)?;
    Ok((leaf, opened))
}

impl Verify {
    fn run(self) -> Result<Exit, Failure> {
        let held = Held::read(&self.file, self.leaf.as_deref())?;
        let policy = self.believed.policy()?;
        let fault = |fault: ReceiptFault| wrong(&fault).about(&self.file.display().to_string());
        let (leaf, opened) =
            stands((&held.leaf, &held.proof), |text| policy.open(text)).map_err(fault)?;
        let mut not_checked = Vec::new();
        match &self.document {
            Some(file) => {
                let bytes = std::fs::read(file).map_err(|error| Failure::file(file, &error))?;
                let origin = &opened.checkpoint.origin;
                let opening = held.opening.as_ref();
                not_checked.extend(document::check(&leaf, opening, &bytes, origin).map_err(fault)?);
            }
            None => not_checked.push([
                "它是哪份文件的回执（用 --document 给出文件）",
                "which document it is for (give it with --document)",
            ]),
        }
        if policy.log_keys(&opened.checkpoint.origin).len() > 1 {
            // An old key may be in other hands by now, and sign any size.
            not_checked.push([
                "签署检查点的密钥当时是否有效（见 GET /log/keys）",
                "whether the log key that signed was in force at this size (see GET /log/keys)",
            ]);
        }
        let further = unread_signatures(&held.proof.checkpoint, &opened);
        if further > 0 {
            not_checked.push([
                "检查点上其他签名（策略中没有这些见证人）",
                "further signatures on the checkpoint, by witnesses that no policy names",
            ]);
        }
        let seen = Seen { leaf, opened, document: self.document.is_some(), further, not_checked };
        if self.json {
            seen.print_json()?
        } else {
            out::line(&seen.text())?
        }
        Ok(if seen.opened.quorum_met { Exit::Done } else { Exit::Refused })
    }
}

/// Signature lines that are neither the log's nor of a witness of the policy.
pub(super) fn unread_signatures(note: &str, opened: &OpenedCheckpoint) -> usize {
    let lines = SignedCheckpoint::parse(note).map_or(0, |signed| {
        let text = signed.to_string();
        text.get(signed.text().len()..).unwrap_or_default().lines().count().saturating_sub(1)
    });
    lines.saturating_sub(opened.log_keys.len() + opened.cosigned_by.len())
}

/// What a verification found to hold.
struct Seen {
    leaf: Leaf,
    opened: OpenedCheckpoint,
    document: bool,
    further: usize,
    not_checked: Vec<[&'static str; 2]>,
}

impl Seen {
    fn witnesses(&self) -> String {
        let names: Vec<String> =
            self.opened.cosigned_by.iter().map(|by| out::clean(&by.name)).collect();
        let enough = if self.opened.quorum_met { "" } else { "，不足策略所需 not enough" };
        if names.is_empty() && self.further == 0 {
            return format!("尚未见证 not yet witnessed{enough}");
        }
        if names.is_empty() {
            return format!("未核对见证 witnesses not checked{enough}");
        }
        format!("见证人 witnessed by: {}{enough}", names.join("、"))
    }

    fn text(&self) -> String {
        let Leaf { index, kind, time_micros, issuer, .. } = &self.leaf;
        let checkpoint = &self.opened.checkpoint;
        let document = if self.document {
            "这份文件确已入账 this very document stands in the ledger"
        } else {
            "该条目确已入账 the entry stands in the ledger"
        };
        let mut text = format!(
            "✓ {document}\n  条目 entry {index}，{} ，时间 time {}，发出者 issuer {issuer}\n  \
             账本 ledger {}，条目数 size {}，根 root {}\n  {}",
            kind.as_str(),
            format_time(*time_micros).unwrap_or_default(),
            out::clean(&checkpoint.origin),
            checkpoint.size,
            checkpoint.root,
            self.witnesses(),
        );
        for [zh, en] in &self.not_checked {
            text.push_str(&format!("\n  未核对 not checked: {zh} / {en}"));
        }
        text
    }

    fn print_json(&self) -> Result<(), Failure> {
        let checkpoint = &self.opened.checkpoint;
        let cosigned = self.opened.cosigned_by.iter();
        let cosigned: Vec<_> =
            cosigned.map(|by| json!({ "name": by.name, "time": by.time })).collect();
        out::json(&json!({
            "index": self.leaf.index,
            "kind": self.leaf.kind.as_str(),
            "time": format_time(self.leaf.time_micros),
            "issuer": self.leaf.issuer,
            "origin": checkpoint.origin,
            "size": checkpoint.size,
            "root": checkpoint.root.to_hex(),
            "document_proved": self.document,
            "witnessed": !self.opened.cosigned_by.is_empty(),
            "cosigned_by": cosigned,
            "quorum_met": self.opened.quorum_met,
            "not_checked": self.not_checked.iter().map(|[_, en]| *en).collect::<Vec<_>>(),
        }))
    }
}
