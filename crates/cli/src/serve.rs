//! `laiqu serve`: serves a ledger until it is asked to stop.

use crate::exit::{Exit, Failure};
use crate::out;
use crate::serving::{self, Listen, Running};
use crate::subscriber::HttpSubscriber;
use crate::trust::read_policy;
use crate::witness_client::HttpWitness;
use clap::{Args, ValueEnum};
use laiqu_service::limits::KEEP_EVENTS;
use laiqu_service::{ServiceOptions, StartCheck, Witnessing};
use serde::Serialize;
use std::io;
use std::path::PathBuf;
use std::sync::Arc;
use tracing_subscriber::EnvFilter;

/// Serves a ledger.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// 数据目录，由 `laiqu init` 建立 / Data directory made by `laiqu init`
    #[arg(long)]
    data: PathBuf,
    /// 监听地址，端口 0 表示自动选择 / Address to listen on; port 0 chooses a free one
    #[arg(long, default_value = "127.0.0.1:7800")]
    listen: String,
    /// 读取无需令牌（仅用于演示和公开数据）/ Reads need no token (demonstrations, public data)
    #[arg(long)]
    public_read: bool,
    /// 已确认系统时钟正确，尽管它早于账本 / The clock is right although behind the ledger
    #[arg(long)]
    clock_confirmed: bool,
    /// 启动前逐字节检查整个账本（否则启动后在后台检查）/ Check every byte of the ledger before serving
    /// it, not beside it
    #[arg(long)]
    full_check: bool,
    /// 每新增这么多事件，就把推导出的数据重新存入文件；存入前内存中最多有其四倍（每百万约 5
    /// GB，含存入所需），超过三倍即放慢接收，再多则以 503 拒绝 / New events after which what is
    /// derived is kept in a file anew; four times as many may lie in memory until then (5 GB a
    /// million, with what keeping takes): from three times as many on they are taken slower, more
    /// than four times as many are refused with 503
    #[arg(long, value_name = "N", default_value_t = KEEP_EVENTS,
        value_parser = clap::value_parser!(u64).range(1..))]
    keep_events: u64,
    /// 见证策略文件（C2SP tlog-policy）：向其中有网址的见证方请求共同签名 / Policy file; its witnesses
    /// with a URL are asked to cosign
    #[arg(long, value_name = "FILE")]
    witness_policy: Option<PathBuf>,
    /// 见证方无法连接也启动；运营方确认这是账本的最新副本 / Start although too few witnesses can be
    /// asked; you confirm that this is the newest copy of the ledger
    #[arg(long, requires = "witness_policy")]
    witnesses_unreachable: bool,
    /// 允许向此主机发送订阅结果，即使它在内网（HOST 或 HOST:PORT），可重复 / Send subscribed results to
    /// this host although it is inside the network, repeatable
    #[arg(long, value_name = "HOST")]
    subscription_destination: Vec<String>,
    /// 另在此本机地址提供 /metrics，无需令牌 / Also show /metrics at this address of this machine,
    /// without a token
    #[arg(long, value_name = "ADDRESS")]
    metrics_listen: Option<String>,
    /// 日志格式（写到标准错误；详略由 LAIQU_LOG 决定，如 debug）/ Format of the log on stderr
    /// (LAIQU_LOG says how much, as in debug)
    #[arg(long, value_enum, default_value_t = LogFormat::Text)]
    log_format: LogFormat,
    /// 就绪后第一行输出 {"url":…} / Print {"url":…} as the first line once ready
    #[arg(long)]
    json: bool,
}

/// The first line for programs.
#[derive(Serialize)]
struct Ready<'a> {
    url: &'a str,
    #[serde(skip_serializing_if = "Option::is_none")]
    metrics: Option<&'a str>,
}

/// How a line of the log looks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(crate) enum LogFormat {
    /// 供人阅读 / For people
    Text,
    /// 每行一个 JSON 对象 / One JSON object a line
    Json,
}

/// Sends logs to stderr; `LAIQU_LOG` says which, as in `LAIQU_LOG=laiqu_service=debug`.
pub(crate) fn log_to_stderr(usual: &str, format: LogFormat) {
    let filter = EnvFilter::try_from_env("LAIQU_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Only the first call in a process counts.
    drop(match format {
        LogFormat::Text => subscriber.try_init(),
        // The list of spans ends in the current one.
        LogFormat::Json => subscriber.json().with_current_span(false).try_init(),
    });
}

impl Serve {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        log_to_stderr("info", self.log_format);
        let (public_read, clock_confirmed) = (self.public_read, self.clock_confirmed);
        let check = if self.full_check { StartCheck::Everything } else { StartCheck::New };
        let keep_events = self.keep_events;
        let options = ServiceOptions { public_read, clock_confirmed, check, keep_events };
        let witnessing = self.witnessing()?;
        let subscriber = HttpSubscriber::new(&self.subscription_destination);
        let listen = Listen { all: &self.listen, metrics: self.metrics_listen.as_deref() };
        let running = serving::start(&self.data, listen, options, witnessing, subscriber)?;
        self.show(&running)?;
        running.wait()?;
        self.note("已停止，数据已落盘 / stopped, everything is on disk");
        Ok(Exit::Done)
    }

    /// Says that the server is ready, and where.
    fn show(&self, running: &Running) -> Result<(), Failure> {
        let (url, data) = (&running.url, self.data.display());
        if self.json {
            return out::json(&Ready { url, metrics: running.metrics.as_deref() });
        }
        let metrics = running.metrics.iter().map(|url| format!("指标 metrics {url}\n"));
        out::line(&format!(
            "就绪 ready   {url}\n接口 api     {url}/v1/ledger\n检查点 log   {url}/log/checkpoint\n\
             {}数据 data    {data}",
            metrics.collect::<String>()
        ))?;
        if self.public_read {
            self.note("注意：任何人都可以读取 / note: anyone may read (--public-read)");
        }
        self.note("按 Ctrl-C 停止 / Ctrl-C stops it");
        Ok(())
    }

    /// A line for people, where people read the log.
    fn note(&self, text: &str) {
        if self.log_format == LogFormat::Text {
            out::note(text);
        }
    }

    /// The witnesses to ask, where a policy names some.
    fn witnessing(&self) -> Result<Option<Witnessing>, Failure> {
        let Some(file) = &self.witness_policy else { return Ok(None) };
        let policy = read_policy(file)?;
        let witnessing = Witnessing::new(policy, |url| Arc::new(HttpWitness::new(url)));
        let witnessing = witnessing.map_err(|error| {
            let zh = format!("{}：有网址的见证方达不到法定数", file.display());
            Failure::usage(zh, format!("{}: {}", file.display(), error.detail)).hint(
                "在 witness 行末写上见证方的网址",
                "give the witness's URL at the end of its line",
            )
        })?;
        Ok(Some(witnessing.unreachable_confirmed(self.witnesses_unreachable)))
    }
}
