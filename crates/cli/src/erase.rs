//! `laiqu erase`: erasing a document once it need not be kept any more.

use crate::chain::sign;
use crate::client::Answer;
use crate::exit::{Exit, Failure};
use crate::keys;
use crate::out;
use crate::party::{JSON, operator, origin_of};
use clap::Args;
use serde_json::json;
use std::path::PathBuf;

/// Erases the document of an entry.
#[derive(Debug, Args)]
pub(crate) struct Erase {
    /// 条目编号 / Index of the entry
    #[arg(required_unless_present = "body")]
    index: Option<u64>,
    /// 原因 / Why
    #[arg(long, required_unless_present = "body")]
    reason: Option<String>,
    /// 替代它的条目编号 / Index of the entry that stands in its place
    #[arg(long)]
    replacement: Option<u64>,
    /// 只输出待监管部门签名的内容 / Only print what the regulator is to sign
    #[arg(long, conflicts_with_all = ["url", "body"])]
    prepare: bool,
    /// 先前用 --prepare 输出的内容 / What --prepare printed before
    #[arg(long, conflicts_with_all = ["index", "reason", "replacement"])]
    body: Option<PathBuf>,
    /// 监管部门用 `laiqu keys sign` 生成的签名文件 / Signature that the regulator made with `laiqu keys sign`
    #[arg(long, conflicts_with = "regulator")]
    signature: Option<PathBuf>,
    /// 监管部门的标识 / Identifier of the regulator
    #[arg(long, requires = "regulator_key")]
    regulator: Option<String>,
    /// 监管部门的私钥文件 / Private key file of the regulator
    #[arg(long, requires = "regulator")]
    regulator_key: Option<PathBuf>,
    /// 账本服务地址 / Address of the ledger
    #[arg(long, required_unless_present = "prepare")]
    url: Option<String>,
    /// 运营者令牌（或 LAIQU_TOKEN）/ Operator token (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 账本名称，缺省取自服务器 / Name of the ledger; by default the server's
    #[arg(long)]
    origin: Option<String>,
}

impl Erase {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let body = self.body()?;
        if self.prepare {
            // Without a newline: it is signed to the last byte.
            out::exact(&body)?;
            return Ok(Exit::Done);
        }
        let client = operator(self.url.as_deref().unwrap_or_default(), self.token.as_deref())?;
        let mut signatures = Vec::new();
        if let Some((file, regulator)) =
            self.regulator_key.as_deref().zip(self.regulator.as_deref())
        {
            let origin = origin_of(&client, self.origin.clone())?;
            let key = keys::load(file)?;
            signatures.push(sign(&key, (regulator, &origin), JSON, body.as_bytes(), None));
        }
        if let Some(file) = &self.signature {
            let text = std::fs::read_to_string(file);
            let text = text.map_err(|error| Failure::file(file, &error))?;
            signatures.push(text.trim().to_owned());
        }
        let answer: Answer = client.post("/v1/erasures", JSON, &signatures, body.as_bytes())?;
        out::line(&answer.text()?)?;
        out::note("已删除：原文、盐和签名已覆盖，叶子和证明仍然有效");
        out::note(
            "erased: document, salt and signature are overwritten; leaf and proofs stay valid",
        );
        out::note(
            "备份和磁盘快照中的旧副本不受影响 / older copies in backups and disk snapshots are not reached",
        );
        Ok(Exit::Done)
    }

    fn body(&self) -> Result<String, Failure> {
        if let Some(file) = &self.body {
            return std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error));
        }
        let mut body = json!({ "index": self.index, "reason": self.reason });
        if let (Some(replacement), Some(object)) = (self.replacement, body.as_object_mut()) {
            object.insert("replacement".to_owned(), replacement.into());
        }
        Ok(body.to_string())
    }
}
