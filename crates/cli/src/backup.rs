//! `laiqu backup`: copies a ledger while it is served, and keeps the copy close behind it.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;
use laiqu_service::{Backup as Copy, BackupOptions, Code, Round};
use serde::Serialize;
use std::path::PathBuf;
use std::time::Duration;

const MICROS_PER_S: f64 = 1e6;

/// Makes a backup, or brings one up to date.
#[derive(Debug, Args)]
pub(crate) struct Backup {
    /// 数据目录；服务可以同时运行 / Data directory; its server may run meanwhile
    data: PathBuf,
    /// 备份目录：不存在、为空，或此账本的备份 / Backup: missing, empty, or one of this ledger
    target: PathBuf,
    /// 同时备份私钥（请加密保管）/ Copy the private keys too (keep such a backup encrypted)
    #[arg(long)]
    with_secrets: bool,
    /// 重新计算备份中每个文件的哈希值，不符者重新复制 / Hash the whole backup, and mend it
    #[arg(long)]
    check: bool,
    /// 持续复制新条目，直到被停止 / Go on copying what is new until stopped
    #[arg(long)]
    follow: bool,
    /// 两次查看之间的秒数 / Seconds between two looks
    #[arg(long, default_value_t = 1, requires = "follow",
        value_parser = clap::value_parser!(u64).range(1..=3_600))]
    every: u64,
    /// 每轮输出一个 JSON 对象 / Print one JSON object a round
    #[arg(long)]
    json: bool,
}

/// A refusal with what to do now.
fn explained(error: laiqu_service::Error) -> Failure {
    match error.code {
        Code::Forbidden => Failure::from(error).hint(
            "给出空目录，或此账本自己的备份目录",
            "give a directory that is empty or holds the backup of this ledger",
        ),
        _ => Failure::from(error),
    }
}

/// One round, as JSON.
#[derive(Debug, Serialize)]
struct Shown<'a> {
    target: String,
    origin: &'a str,
    size: u64,
    root: &'a str,
    entries_copied: u64,
    bytes_copied: u64,
    erasures_applied: u64,
    checkpoint_size: Option<u64>,
    secrets: bool,
    lag_entries: u64,
    lag_seconds: f64,
}

impl Backup {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let options = BackupOptions { with_secrets: self.with_secrets, check: self.check };
        let mut copy = Copy::open(&self.data, &self.target, options).map_err(explained)?;
        let mut first = true;
        loop {
            let round = copy.round()?;
            if first || round.entries > 0 || round.erased > 0 || round.lag_entries > 0 {
                self.show(&copy, &round)?;
            }
            if first && !self.json {
                self.explain(&copy);
            }
            first = false;
            if !self.follow {
                return Ok(Exit::Done);
            }
            std::thread::sleep(Duration::from_secs(self.every));
        }
    }

    fn show(&self, copy: &Copy, round: &Round) -> Result<(), Failure> {
        let manifest = copy.manifest();
        let lag_seconds = round.lag_micros as f64 / MICROS_PER_S;
        if self.json {
            return out::json(&Shown {
                target: self.target.display().to_string(),
                origin: &manifest.origin,
                size: round.size,
                root: &round.root,
                entries_copied: round.entries,
                bytes_copied: round.bytes,
                erasures_applied: round.erased,
                checkpoint_size: round.checkpoint,
                secrets: manifest.secrets,
                lag_entries: round.lag_entries,
                lag_seconds,
            });
        }
        let Round { size, entries, bytes, erased, lag_entries, .. } = round;
        out::line(&format!(
            "✓ 已备份 {size} 条 entries（新增 new {entries}，{bytes} B，删除 erased {erased}）；\
             滞后 lag {lag_entries} 条 entries，{lag_seconds:.1} s"
        ))
    }

    /// What the backup is worth, and what it lacks.
    fn explain(&self, copy: &Copy) {
        let manifest = copy.manifest();
        out::note(&format!("根 root {}", manifest.root));
        if manifest.secrets {
            out::note(
                "注意：备份中含有私钥，谁拿到它就能以账本的名义签名 / note: the backup holds the private \
                 keys; who has it can sign as this ledger",
            );
        } else {
            out::note(
                "备份中没有私钥：请另行妥善保管 secrets 目录 / the private keys are not in the backup: \
                 keep the directory `secrets` safe elsewhere (or --with-secrets)",
            );
        }
    }
}
