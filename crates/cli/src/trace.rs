//! `laiqu trace`: asks a server or reads a ledger directory, and shows the answer.

mod text;
mod view;

use crate::client::{Client, bearer, encode};
use crate::durable::replace;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::receipt::fetch_proofs;
use clap::{Args, ValueEnum};
use laiqu_service::{Snapshot, TraceQuestion};
use std::path::PathBuf;

pub(crate) use view::{View, digits};

/// Traces an item.
#[derive(Debug, Args)]
pub(crate) struct Trace {
    /// 方向：来源、去向、两者 / Which way
    #[arg(value_enum)]
    direction: Way,
    /// 批次、单品、产品或容器的标识（URN 或 GS1 Digital Link）/ Identifier, URN or Digital Link
    id: String,
    /// 账本服务地址 / Address of the ledger
    #[arg(long, conflicts_with = "data", required_unless_present = "data")]
    url: Option<String>,
    /// 令牌（或 LAIQU_TOKEN）/ Token (or LAIQU_TOKEN)
    #[arg(long, requires = "url")]
    token: Option<String>,
    /// 数据目录，可与运行中的服务并用 / Data directory, also beside a running server
    #[arg(long)]
    data: Option<PathBuf>,
    /// 最多步数 / Most steps from the start
    #[arg(long)]
    depth: Option<u32>,
    /// 也追溯装载过它的容器 / Also climb from contents to their containers
    #[arg(long)]
    containers: bool,
    /// 账本有这么多条目时的答案 / Answer as of this size of the ledger
    #[arg(long)]
    as_of: Option<u64>,
    /// 把所据每个事件的证明写入文件 / Write the proofs of every event used to this file
    #[arg(long, value_name = "FILE", requires = "url")]
    proofs: Option<PathBuf>,
    /// 输出 JSON，与接口一致 / Print the JSON of the HTTP interface
    #[arg(long)]
    json: bool,
}

/// Which way to walk.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum Way {
    /// 来源 / To the sources
    Back,
    /// 去向 / To the sales
    Forward,
    /// 来源与去向 / Both
    Both,
}

impl Way {
    /// The word in URLs.
    pub(crate) fn as_str(self) -> &'static str {
        match self {
            Self::Back => "back",
            Self::Forward => "forward",
            Self::Both => "both",
        }
    }
}

/// A question without limits as the HTTP interface takes it.
pub(crate) fn trace_path(way: Way, id: &str) -> String {
    format!("/v1/trace?id={}&direction={}", encode(id), way.as_str())
}

impl Trace {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let answer = match (&self.url, &self.data) {
            (Some(url), _) => {
                let client = Client::new(url, bearer(self.token.as_deref()).as_deref())?;
                let answer = client.get(&self.path())?.text()?;
                if let Some(path) = &self.proofs {
                    let proofs = fetch_proofs(&client, &answer)?;
                    let text = serde_json::to_string(&proofs).map_err(|error| {
                        Failure::new(Exit::Damaged, "无法写成 JSON", error.to_string())
                    })?;
                    replace(path, text.as_bytes()).map_err(|error| {
                        Failure::usage("无法写入文件", format!("cannot write the file: {error}"))
                            .about(&path.display().to_string())
                    })?;
                }
                answer
            }
            (None, Some(data)) => self.read(data)?,
            (None, None) => {
                return Err(Failure::usage("缺少 --url 或 --data", "give --url or --data"));
            }
        };
        let view = View::parse(&answer)?;
        if self.json {
            out::line(&answer)?;
        } else if !view.events.is_empty() {
            out::line(&text::shown(&view, self.direction))?;
        }
        if view.events.is_empty() {
            out::note(&format!(
                "账本中没有关于它的事件：{0}\nno event in the ledger names it: {0}\n\
                 hint: 核对标识；批次须连同产品一起给出 / check the identifier; a lot needs its product",
                out::clean(&self.id)
            ));
            return Ok(Exit::CheckFailed);
        }
        Ok(Exit::Done)
    }

    /// The question as the HTTP interface takes it.
    fn path(&self) -> String {
        let mut path = trace_path(self.direction, &self.id);
        if let Some(depth) = self.depth {
            path.push_str(&format!("&depth={depth}"));
        }
        if self.containers {
            path.push_str("&containers=true");
        }
        if let Some(size) = self.as_of {
            path.push_str(&format!("&as_of={size}"));
        }
        path
    }

    fn read(&self, data: &std::path::Path) -> Result<String, Failure> {
        let direction = laiqu_service::parse_direction(self.direction.as_str())?;
        let question = TraceQuestion {
            id: self.id.clone(),
            direction,
            depth: self.depth,
            containers: self.containers,
            as_of: self.as_of,
        };
        let answer = Snapshot::load(data)?.trace(&question)?;
        serde_json::to_string(&answer)
            .map_err(|error| Failure::new(Exit::Damaged, "无法写成 JSON", error.to_string()))
    }
}
