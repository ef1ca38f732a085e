//! `laiqu evidence`: whether a file proves that a log told two stories.

use crate::durable::replace;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::trust::parse_vkey;
use clap::{Args, Subcommand};
use laiqu_proof::{EVIDENCE_BYTES_MAX, Evidence, EvidenceError, Hash, NoteVerifier, Policy, Split};
use serde_json::json;
use std::io::Read as _;
use std::path::{Path, PathBuf};

/// Digits of its digest in the name of a file of evidence.
const NAME_DIGITS: usize = 16;

/// Evidence of a split view.
#[derive(Debug, Subcommand)]
pub(crate) enum EvidenceCommand {
    /// 核对证据：退出码 0 表示账本确已分叉 / Check a file: exit 0 means the log is proven to have split
    Check(Check),
}

/// Checks a file of evidence, offline.
#[derive(Debug, Args)]
pub(crate) struct Check {
    /// 证据文件 / File of evidence
    file: PathBuf,
    /// 账本公钥；换过密钥的账本可重复 / The log's verifier key; repeat it for a log that changed keys
    #[arg(long, required = true)]
    vkey: Vec<String>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

impl EvidenceCommand {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Check(command) => command.run(),
        }
    }
}

impl Check {
    fn run(self) -> Result<Exit, Failure> {
        let keys = self.vkey.iter().map(|vkey| parse_vkey(vkey));
        let keys = keys.collect::<Result<Vec<NoteVerifier>, Failure>>()?;
        let text = read(&self.file)?;
        let checked = text
            .parse::<Evidence>()
            .and_then(|evidence| evidence.check(&Policy::of_log_keys(&keys)));
        match checked {
            Ok(split) => {
                self.say_split(&split)?;
                Ok(Exit::Done)
            }
            Err(error) => {
                self.say_nothing_proven(&error)?;
                Ok(Exit::CheckFailed)
            }
        }
    }

    fn say_split(&self, split: &Split) -> Result<(), Failure> {
        let (older, newer) = (&split.older.checkpoint, &split.newer.checkpoint);
        // A log that changed its key is not to blame for what an old one signs in other hands.
        let keys = (&split.older.log_keys, &split.newer.log_keys);
        if self.json {
            return out::json(&json!({
                "split": true, "origin": older.origin,
                "older": { "size": older.size, "root": older.root.to_hex(), "signed_by": keys.0 },
                "newer": { "size": newer.size, "root": newer.root.to_hex(), "signed_by": keys.1 },
                "newer_root_at_older_size": split.old_root.to_hex(),
            }));
        }
        out::line(&format!(
            "已证明：账本 {0} 分叉。它签署了两个互相矛盾的检查点。\n\
             PROVEN: the log {0} split. It signed two checkpoints that contradict each other.\n\
             大小 size {1}  根 root {2}  签名 signed by {6}\n\
             大小 size {3}  根 root {4}  签名 signed by {7}\n\
             后者在大小 {1} 处的根 the latter's root at size {1}: {5}",
            out::clean(&older.origin),
            older.size,
            older.root,
            newer.size,
            newer.root,
            split.old_root,
            keys.0.join(", "),
            keys.1.join(", ")
        ))
    }

    fn say_nothing_proven(&self, error: &EvidenceError) -> Result<(), Failure> {
        if self.json {
            return out::json(&json!({ "split": false, "reason": error.to_string() }));
        }
        out::line(&format!(
            "什么也没有证明：此文件不能说明账本分叉。\n\
             Nothing is proven: this file does not show that the log split.\n\
             原因 reason: {}",
            out::clean(&error.to_string())
        ))
    }
}

/// Keeps evidence in a file of its own in this directory; answers its path.
pub(crate) fn keep(directory: &Path, evidence: &Evidence) -> Result<String, Failure> {
    let text = evidence.to_string();
    let digest: String = Hash::digest(text.as_bytes()).to_hex().chars().take(NAME_DIGITS).collect();
    let file = directory.join(format!("laiqu-evidence-{digest}.txt"));
    replace(&file, text.as_bytes()).map_err(|error| Failure::file(&file, &error))?;
    Ok(file.display().to_string())
}

/// Reads the file up to the limit; what is longer is told as such by the parser.
fn read(file: &Path) -> Result<String, Failure> {
    let open = std::fs::File::open(file).map_err(|error| Failure::file(file, &error))?;
    let mut bytes = Vec::new();
    let limit = EVIDENCE_BYTES_MAX as u64 + 1;
    open.take(limit).read_to_end(&mut bytes).map_err(|error| Failure::file(file, &error))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
