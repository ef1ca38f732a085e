//! `laiqu serve`: serves a ledger until it is asked to stop.

use crate::exit::{Exit, Failure};
use crate::out;
use crate::serving;
use clap::Args;
use laiqu_service::ServiceOptions;
use std::io;
use std::path::PathBuf;
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
    /// 就绪后第一行输出 {"url":…} / Print {"url":…} as the first line once ready
    #[arg(long)]
    json: bool,
}

/// Sends logs to stderr; `LAIQU_LOG` says which, as in `LAIQU_LOG=laiqu_service=debug`.
pub(crate) fn log_to_stderr(usual: &str) {
    let filter = EnvFilter::try_from_env("LAIQU_LOG").unwrap_or_else(|_| EnvFilter::new(usual));
    let subscriber = tracing_subscriber::fmt().with_env_filter(filter).with_writer(io::stderr);
    // Only the first call in a process counts.
    drop(subscriber.try_init());
}

impl Serve {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        log_to_stderr("info");
        let (public_read, clock_confirmed) = (self.public_read, self.clock_confirmed);
        let options = ServiceOptions { public_read, clock_confirmed };
        let running = serving::start(&self.data, &self.listen, options)?;
        if self.json {
            out::json(&serde_json::json!({ "url": running.url }))?;
        } else {
            let (url, data) = (&running.url, self.data.display());
            out::line(&format!(
                "就绪 ready   {url}\n接口 api     {url}/v1/ledger\n检查点 log   {url}/log/checkpoint\n\
                 数据 data    {data}"
            ))?;
            if public_read {
                out::note("注意：任何人都可以读取 / note: anyone may read (--public-read)");
            }
            out::note("按 Ctrl-C 停止 / Ctrl-C stops it");
        }
        running.wait()?;
        out::note("已停止，数据已落盘 / stopped, everything is on disk");
        Ok(Exit::Done)
    }
}
