//! `laiqu restore`: a ledger from its backup, usable only once it has proved itself.

use crate::exit::{Exit, Failure};
use crate::out;
use crate::verify::{self, Wanted};
use clap::Args;
use laiqu_proof::SignedCheckpoint;
use laiqu_service::{Initialised, Manifest, Restoring};
use serde::Serialize;
use std::path::PathBuf;

/// Restores a ledger.
#[derive(Debug, Args)]
pub(crate) struct Restore {
    /// 备份目录 / Backup
    backup: PathBuf,
    /// 新的数据目录，须不存在或为空 / Data directory to make, missing or empty
    directory: PathBuf,
    /// 已知的最新检查点文件；备份必须包含它 / Newest checkpoint known: it must be contained
    #[arg(long, required_unless_present = "new_origin")]
    at_least: Option<PathBuf>,
    /// 账本公钥，默认取自备份 / Verifier key; by default the one that the backup states
    #[arg(long)]
    vkey: Option<String>,
    /// 备份过旧时：以新名称开始后继账本 / Start a successor ledger under this name instead
    #[arg(long)]
    new_origin: Option<String>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What was restored, as JSON.
#[derive(Debug, Serialize)]
struct Restored<'a> {
    data: String,
    origin: &'a str,
    size: u64,
    root: &'a str,
    secrets: bool,
    #[serde(skip_serializing_if = "Option::is_none")]
    successor: Option<Initialised>,
}

impl Restore {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let at_least = self
            .at_least
            .as_ref()
            .map(|file| std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error)));
        let at_least = at_least.transpose()?;
        let successor = self.new_origin.is_some();
        let restoring = Restoring::begin(&self.backup, &self.directory, successor)
            .map_err(|error| from_backup(error, &self.backup))?;
        if let Some(text) = &at_least {
            check_age(restoring.manifest(), text)?;
        }
        self.prove(&restoring, at_least)?;
        let manifest = restoring.manifest().clone();
        let made = match &self.new_origin {
            Some(origin) => Some(restoring.finish_as_successor(origin)?),
            None => {
                restoring.finish()?;
                None
            }
        };
        self.show(&manifest, made)?;
        Ok(Exit::Done)
    }

    /// Verifies every byte of what was copied, and that it contains what is known of the ledger.
    fn prove(&self, restoring: &Restoring, at_least: Option<String>) -> Result<(), Failure> {
        let (ledger, manifest) = (restoring.ledger(), restoring.manifest());
        let mut checkpoints: Vec<String> = at_least.into_iter().collect();
        checkpoints.extend(restoring.checkpoint());
        let report = {
            let (vkey, checkpoints) = (self.vkey.as_deref(), checkpoints.as_slice());
            verify::directory(ledger, &Wanted { vkey, checkpoints, ..Wanted::default() })?
        };
        let stated = (manifest.size, Some(&manifest.root));
        if report.whole && (report.size, report.root.as_ref()) == stated {
            return Ok(());
        }
        let details = report.findings.iter().map(|finding| {
            let entry = finding.entry.map_or_else(String::new, |entry| format!("entry {entry}: "));
            format!("{entry}{}: {}", finding.file, finding.what)
        });
        let mut details: Vec<String> = details.take(20).collect();
        if report.whole {
            details.push("the manifest states another size or root".to_owned());
        }
        let zh = "备份没有通过核对，未恢复任何内容";
        let en = "the backup does not prove itself; nothing was restored";
        let failure = Failure::new(Exit::CheckFailed, zh, en).details(details);
        Err(failure.hint(
            "换用另一份备份，或检查 --at-least 与 --vkey",
            "use another backup, or check --at-least and --vkey",
        ))
    }

    fn show(&self, manifest: &Manifest, successor: Option<Initialised>) -> Result<(), Failure> {
        let data = self.directory.display().to_string();
        let Manifest { origin, size, root, secrets, .. } = manifest;
        let secrets = *secrets && successor.is_none();
        if self.json {
            let size = *size;
            return out::json(&Restored { data, origin, size, root, secrets, successor });
        }
        out::line(&format!(
            "✓ 已恢复并核对 restored {origin}\n  条目 entries {size}\n  根 root {root}"
        ))?;
        let Some(made) = successor else {
            if !secrets {
                out::note(&format!(
                    "备份中没有私钥：把 secrets 目录放回 {data} 后才能启动服务 / the backup holds no \
                     private keys: put the directory `secrets` into {data} before you serve it"
                ));
            }
            return Ok(());
        };
        out::note(&format!(
            "原账本在 {data}/predecessor，只供核对，不得再以其名义签名 / the old ledger is in \
             {data}/predecessor for verification; nothing is signed under its name again"
        ));
        out::line(&format!(
            "后继账本 successor   {}\n公钥 vkey            {}\n令牌 operator token  {}",
            made.origin, made.vkey, made.operator_token
        ))
    }
}

/// A backup behind a known checkpoint must never be served under the old name: its next entries
/// would contradict those that others have seen.
fn check_age(manifest: &Manifest, text: &str) -> Result<(), Failure> {
    let signed = SignedCheckpoint::parse(text).map_err(|error| {
        Failure::usage("--at-least：不是检查点", format!("--at-least: no checkpoint: {error}"))
            .hint("保存 /log/checkpoint 的内容", "save what /log/checkpoint answers")
    })?;
    let known = signed.checkpoint();
    if known.origin != manifest.origin {
        let (zh, en) = ("--at-least：属于另一个账本", "--at-least: it is of another ledger");
        return Err(Failure::usage(zh, format!("{en}: {}", known.origin))
            .hint("给出此账本的检查点", "give a checkpoint of this ledger"));
    }
    if known.size <= manifest.size {
        return Ok(());
    }
    let (held, needed) = (manifest.size, known.size);
    Err(Failure::new(
        Exit::Refused,
        format!("备份过旧：只有 {held} 条，已知检查点有 {needed} 条"),
        format!("the backup is too old: it holds {held} entries, a known checkpoint {needed}"),
    )
    .hint(
        "换用更新的备份，或用 --new-origin NAME 开始后继账本",
        "use a newer backup, or start a successor with --new-origin NAME",
    ))
}

/// A backup is judged like a check: what does not hold there is no damage of a store in use.
fn from_backup(error: laiqu_service::Error, backup: &std::path::Path) -> Failure {
    use laiqu_service::Code;
    let shown = backup.display();
    match error.code {
        Code::NotFound => Failure::usage(format!("{shown}：这里没有备份"), error.detail)
            .hint("给出 `laiqu backup` 建立的目录", "give a directory made by `laiqu backup`"),
        Code::Damaged => {
            let zh = "备份已损坏，未恢复任何内容";
            let en = format!("the backup is damaged, nothing was restored: {}", error.detail);
            Failure::new(Exit::CheckFailed, zh, en).hint(
                "用 `laiqu backup DATA BACKUP --check` 修补，或换用另一份备份",
                "mend it with `laiqu backup DATA BACKUP --check`, or use another backup",
            )
        }
        _ => Failure::from(error).hint("给出空目录", "give a directory that is missing or empty"),
    }
}
