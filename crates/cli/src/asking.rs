//! Whom a question goes to: a server, or a ledger directory that is only read.

use crate::client::{Client, bearer, encode};
use crate::exit::{Exit, Failure};
use clap::Args;
use laiqu_service::{Error, Snapshot};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;

/// The ledger that is asked.
#[derive(Debug, Args)]
pub(crate) struct Asking {
    /// 账本服务地址 / Address of the ledger
    #[arg(long, conflicts_with = "data", required_unless_present = "data")]
    url: Option<String>,
    /// 令牌（或 LAIQU_TOKEN）/ Token (or LAIQU_TOKEN)
    #[arg(long, requires = "url")]
    token: Option<String>,
    /// 数据目录，可与运行中的服务并用 / Data directory, also beside a running server
    #[arg(long)]
    data: Option<PathBuf>,
    /// 账本有这么多条目时的答案 / Answer as of this size of the ledger
    #[arg(long)]
    pub(crate) as_of: Option<u64>,
}

impl Asking {
    /// The size of the ledger that is asked about, as a parameter.
    pub(crate) fn as_of(&self) -> (&'static str, Option<String>) {
        ("as_of", self.as_of.map(|size| size.to_string()))
    }

    /// The server, where one is asked.
    pub(crate) fn client(&self) -> Result<Option<Client>, Failure> {
        let client = |url: &String| Client::new(url, bearer(self.token.as_deref()).as_deref());
        self.url.as_ref().map(client).transpose()
    }

    /// The answer as JSON text: from the server at `path`, or as `read` finds it.
    pub(crate) fn ask<T: Serialize>(
        &self,
        path: &str,
        read: impl FnOnce(Snapshot) -> Result<T, Error>,
    ) -> Result<String, Failure> {
        self.ask_with(|client| client.get(path)?.text(), |data| Ok(read(data)?))
    }

    /// Likewise, where a path alone does not say what is asked.
    pub(crate) fn ask_with<T: Serialize>(
        &self,
        request: impl FnOnce(Client) -> Result<String, Failure>,
        read: impl FnOnce(Snapshot) -> Result<T, Failure>,
    ) -> Result<String, Failure> {
        if let Some(client) = self.client()? {
            return request(client);
        }
        let Some(data) = &self.data else {
            return Err(Failure::usage("缺少 --url 或 --data", "give --url or --data"));
        };
        serde_json::to_string(&read(Snapshot::load(data)?)?).map_err(unwritten)
    }
}

/// A question that cannot be asked, with each fault.
pub(crate) fn wrong(error: Error, command: &str) -> Failure {
    let faults = error.details.iter().map(|fault| format!("{}: {}", fault.pointer, fault.detail));
    let faults = faults.collect();
    let failure = Failure::usage("问题不正确", error.detail).details(faults);
    failure.hint(&format!("见 `laiqu {command} --help`"), &format!("see `laiqu {command} --help`"))
}

/// What could not be written as JSON.
pub(crate) fn unwritten(error: serde_json::Error) -> Failure {
    Failure::new(Exit::Damaged, "无法写成 JSON", error.to_string())
}

/// A path with those parameters that have a value.
pub(crate) fn with_query(path: &str, parameters: &[(&str, Option<String>)]) -> String {
    let given = parameters.iter().filter_map(|(name, value)| Some((name, value.as_deref()?)));
    let pairs: Vec<String> =
        given.map(|(name, value)| format!("{name}={}", encode(value))).collect();
    if pairs.is_empty() { path.to_owned() } else { format!("{path}?{}", pairs.join("&")) }
}

/// An answer, read as far as it is shown.
pub(crate) fn parsed<T: for<'a> Deserialize<'a>>(text: &str) -> Result<T, Failure> {
    serde_json::from_str(text).map_err(|error| {
        Failure::new(Exit::Unreachable, "应答不是来去账本的格式", error.to_string())
    })
}
