//! `laiqu demo`: a synthetic city on a real server. Its parties register and post over HTTP, two
//! questions are asked and compared with the truth, and the whole ledger is verified.

mod compare;
mod people;
mod posting;
mod summary;

use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::out;
use crate::serve::{LogFormat, log_to_stderr};
use crate::serving::{self, Running};
use crate::subscriber::HttpSubscriber;
use crate::trust::parse_vkey;
use crate::verify::{self, Wanted};
use clap::Args;
use compare::{backward, forward};
use laiqu_city::{City, CityConfig, EVENTS_MIN};
use laiqu_service::{Initialised, ServiceOptions};
use std::path::{Path, PathBuf};
use std::time::Instant;
use summary::Summary;

/// Runs the demonstration.
#[derive(Debug, Args)]
pub(crate) struct Demo {
    /// 事件数量，至少 1500 / Events to post, at least 1,500
    #[arg(long, default_value_t = 20_000)]
    events: usize,
    /// 随机种子，相同种子得到相同城市 / The same seed makes the same city
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// 不含记录错误（预埋的情形仍在）/ Leave the errors of recording out
    #[arg(long)]
    clean: bool,
    /// 结束后退出：0，或漏查时 1 / End with 0, or 1 where something true was missed
    #[arg(long)]
    once: bool,
    /// 使用此目录并保留（须为空）/ Use this directory, which must be empty, and keep it
    #[arg(long)]
    dir: Option<PathBuf>,
    /// 监听地址 / Address to listen on
    #[arg(long, default_value = "127.0.0.1:7800")]
    listen: String,
    /// 以 JSON 输出结果 / Print the summary as JSON
    #[arg(long)]
    json: bool,
}

impl Demo {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        log_to_stderr("warn", LogFormat::Text);
        let started = Instant::now();
        out::note(&format!(
            "来去演示：生成一座虚拟城市（{} 个事件，种子 {}）…\n\
             Laiqu demo: making a synthetic city ({} events, seed {}) …",
            self.events.max(EVENTS_MIN),
            self.seed,
            self.events.max(EVENTS_MIN),
            self.seed
        ));
        let config = CityConfig {
            seed: self.seed,
            events: self.events,
            clean: self.clean,
            ..CityConfig::default()
        };
        let city = City::build(&config);
        // Dropped, and so removed, when the command ends.
        let (data, _temporary) = self.directory()?;
        let origin = format!("demo.laiqu.example/city-{}", self.seed);
        let made = laiqu_service::init(&data, &origin)?;
        let options = ServiceOptions { public_read: true, ..ServiceOptions::default() };
        let listen = serving::Listen { all: &self.listen, metrics: None };
        let running = serving::start(&data, listen, options, None, HttpSubscriber::new(&[]))?;
        let outcome = self.play(&city, &made, &data, &running, started);
        let stop = running.stop.clone();
        if self.once || outcome.is_err() {
            stop.ask();
        }
        running.wait()?;
        let complete = outcome?;
        Ok(if complete { Exit::Done } else { Exit::CheckFailed })
    }

    fn directory(&self) -> Result<(PathBuf, Option<tempfile::TempDir>), Failure> {
        if let Some(dir) = &self.dir {
            return Ok((dir.clone(), None));
        }
        let made = tempfile::Builder::new().prefix("laiqu-demo-").tempdir();
        let made = made.map_err(|error| Failure::file(&std::env::temp_dir(), &error))?;
        Ok((made.path().join("data"), Some(made)))
    }

    /// Everything that is done to the running server; whether all that is true was found.
    fn play(
        &self,
        city: &City,
        made: &Initialised,
        data: &Path,
        running: &Running,
        started: Instant,
    ) -> Result<bool, Failure> {
        let verifier = parse_vkey(&made.vkey)?;
        out::note(&format!("服务已启动 server: {}", running.url));
        let operator = Client::new(&running.url, Some(&made.operator_token))?;
        let members = people::register(city, &operator, &made.origin, &running.stop)?;
        let posted = posting::post_all(city, &members, &running.url, &verifier, &running.stop)?;
        out::note("追溯并与真实流向对照… / tracing and comparing with the truth …");
        let reader = Client::new(&running.url, None)?;
        let back = backward(&city.truth, &reader)?;
        let ahead = forward(&city.truth, &reader)?;
        out::note("核对整本账… / verifying the whole ledger …");
        let checkpoint = reader.get("/log/checkpoint")?.text()?;
        let verifying = Instant::now();
        let report = {
            let (vkey, checkpoints) = (Some(made.vkey.as_str()), &[checkpoint]);
            verify::directory(data, &Wanted { vkey, checkpoints, ..Wanted::default() })?
        };
        let summary = Summary {
            city,
            url: &running.url,
            data,
            kept: self.dir.is_some(),
            vkey: &made.vkey,
            operator_token: &made.operator_token,
            posted: &posted,
            back: back.as_ref(),
            ahead: &ahead,
            verified: &report,
            verify_seconds: verifying.elapsed().as_secs_f64(),
            seconds: started.elapsed().as_secs_f64(),
            goes_on: !self.once,
        };
        if self.json {
            out::json(&summary.json())?
        } else {
            out::line(&summary.text())?
        }
        Ok(summary.is_complete())
    }
}
