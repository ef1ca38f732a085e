//! `laiqu verify`: checks a ledger directory, or a published ledger over HTTP, to the last byte
//! that is at hand, and says what it could not look at.

mod directory;
mod remote;
mod report;

use crate::exit::{Exit, Failure};
use clap::Args;
use std::path::{Path, PathBuf};

pub(crate) use directory::verify as directory;
pub(crate) use report::Report;

/// Verifies a ledger.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// 数据目录或账本服务地址 / Data directory, or address of a ledger
    target: String,
    /// 账本公钥；核对他人账本时必须给出 / Verifier key; give it to check a ledger of others
    #[arg(long)]
    vkey: Option<String>,
    /// 此前保存的检查点文件，账本必须包含它，可重复 / Saved checkpoint that must be contained
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let checkpoints = self
            .checkpoint
            .iter()
            .map(|file| std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error)));
        let checkpoints = checkpoints.collect::<Result<Vec<String>, Failure>>()?;
        let vkey = self.vkey.as_deref();
        let over_http = ["http://", "https://"].iter().any(|web| self.target.starts_with(web));
        let report = if over_http {
            remote::verify(&self.target, vkey, &checkpoints)?
        } else {
            directory(Path::new(&self.target), vkey, &checkpoints)?
        };
        report.print(self.json)?;
        Ok(if report.whole { Exit::Done } else { Exit::CheckFailed })
    }
}
