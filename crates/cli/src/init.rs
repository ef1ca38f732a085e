//! `laiqu init`: makes a ledger.

use crate::exit::{Exit, Failure};
use crate::out;
use clap::Args;
use std::path::PathBuf;

/// Makes a ledger in a directory that is missing or empty.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// 数据目录，须不存在或为空 / Data directory, missing or empty
    dir: PathBuf,
    /// 账本名称，如 ledger.example.cn/2026 / Name of the ledger in its checkpoints
    #[arg(long)]
    origin: String,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Init {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let made = laiqu_service::init(&self.dir, &self.origin).map_err(|error| {
            Failure::from(error).hint(
                "请给出空目录，以及不含空格和“+”的名称",
                "give an empty directory and a name without spaces or `+`",
            )
        })?;
        if self.json {
            out::json(&made)?;
            return Ok(Exit::Done);
        }
        out::note(
            "账本已建立。下面的运营者令牌只显示这一次，账本只保存它的哈希值：请立即妥善保管。",
        );
        out::note(
            "the ledger is made; the operator token below is shown only this once (the ledger keeps \
             its hash): store it safely now",
        );
        out::line(&format!(
            "数据 data            {}\n名称 origin          {}\n公钥 vkey            {}\n令牌 operator token  {}",
            made.data, made.origin, made.vkey, made.operator_token
        ))?;
        let next = format!("laiqu serve --data {}", made.data);
        out::note(&format!("下一步 next: {next}"));
        Ok(Exit::Done)
    }
}
