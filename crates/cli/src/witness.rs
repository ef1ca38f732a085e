//! `laiqu witness`: cosigns the checkpoints of other ledgers.

use crate::exit::{Exit, Failure};
use crate::out;
use crate::serve::{LogFormat, log_to_stderr};
use crate::serving;
use crate::trust::read_policy;
use clap::{Args, Subcommand};
use laiqu_proof::{NoteVerifier, Policy};
use laiqu_service::{Code, Error, init_witness};
use std::path::PathBuf;

/// Makes or serves a witness.
#[derive(Debug, Subcommand)]
pub(crate) enum Witness {
    /// 建立见证方及其密钥（权限 0600）/ Make a witness and its key (0600)
    Init(Init),
    /// 运行见证服务（C2SP tlog-witness）/ Serve a witness (C2SP tlog-witness)
    Serve(Serve),
}

/// Makes a witness in a directory that is missing or empty.
#[derive(Debug, Args)]
pub(crate) struct Init {
    /// 目录，须不存在或为空 / Directory, missing or empty
    dir: PathBuf,
    /// 见证方名称，如 witness.example.cn / Name of the witness in its cosignatures
    #[arg(long)]
    name: String,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// Serves a witness until it is asked to stop.
#[derive(Debug, Args)]
pub(crate) struct Serve {
    /// 目录，由 `laiqu witness init` 建立 / Directory made by `laiqu witness init`
    dir: PathBuf,
    /// 监听地址，端口 0 表示自动选择 / Address to listen on; port 0 chooses a free one
    #[arg(long, default_value = "127.0.0.1:7801")]
    listen: String,
    /// 策略文件（C2SP tlog-policy）：为其中的 log 见证 / Policy file; its logs are cosigned
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// 账本公钥，可重复 / Verifier key of a log that is cosigned, may be repeated
    #[arg(long, value_name = "VKEY", required_unless_present = "policy")]
    log: Vec<String>,
    /// 就绪后第一行输出 {"url":…} / Print {"url":…} as the first line once ready
    #[arg(long)]
    json: bool,
}

impl Witness {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        match self {
            Self::Init(command) => command.run(),
            Self::Serve(command) => command.run(),
        }
    }
}

impl Init {
    fn run(self) -> Result<Exit, Failure> {
        let made = init_witness(&self.dir, &self.name).map_err(refused)?;
        if self.json {
            out::json(&made)?;
            return Ok(Exit::Done);
        }
        out::line(&format!("名称 name   {}\n公钥 vkey   {}", made.name, made.vkey))?;
        let dir = self.dir.display();
        out::note(&format!(
            "下一步 next: laiqu witness serve {dir} --log VKEY\n策略文件中的一行 line of a policy: \
             witness NAME {} URL",
            made.vkey
        ));
        Ok(Exit::Done)
    }
}

impl Serve {
    fn run(self) -> Result<Exit, Failure> {
        log_to_stderr("info", LogFormat::Text);
        let trusted = self.trusted()?;
        let witness = laiqu_service::Witness::open(&self.dir, trusted).map_err(refused)?;
        let vkey = witness.vkey();
        let running = serving::start_witness(witness, &self.listen)?;
        if self.json {
            out::json(&serde_json::json!({ "url": running.url }))?;
        } else {
            let url = &running.url;
            out::line(&format!("就绪 ready  {url}\n公钥 vkey   {vkey}"))?;
            out::note("按 Ctrl-C 停止 / Ctrl-C stops it");
        }
        running.wait()?;
        out::note("已停止，状态已落盘 / stopped, the state is on disk");
        Ok(Exit::Done)
    }

    /// The logs of the policy and those given by key.
    fn trusted(&self) -> Result<Policy, Failure> {
        let mut keys: Vec<NoteVerifier> = Vec::new();
        if let Some(file) = &self.policy {
            let policy = read_policy(file)?;
            keys.extend(policy.logs().iter().filter_map(|log| log.key.verifier()).cloned());
            if keys.is_empty() {
                let zh = format!("{}：策略中没有可用的 log", file.display());
                let en =
                    format!("{}: the policy names no log that can be verified", file.display());
                return Err(
                    Failure::usage(zh, en).hint("加上一行 log VKEY", "add a line: log VKEY")
                );
            }
        }
        for vkey in &self.log {
            keys.push(NoteVerifier::parse(vkey).map_err(|error| {
                Failure::usage("--log 不是账本公钥", format!("--log: {error}")).hint(
                    "形如 NAME+HASH+KEY，由 `laiqu init` 输出",
                    "it looks like NAME+HASH+KEY and is printed by `laiqu init`",
                )
            })?);
        }
        Ok(Policy::of_log_keys(&keys))
    }
}

/// A refusal in the words of a witness.
fn refused(error: Error) -> Failure {
    let (exit, zh, hint_zh, hint_en) = match error.code {
        Code::Locked => (
            Exit::Refused,
            "见证方目录已被另一个进程打开",
            "先停止正在使用它的进程",
            "stop the process that uses it first",
        ),
        Code::NotFound => (
            Exit::Usage,
            "这里没有见证方",
            "用 `laiqu witness init DIR --name NAME` 建立",
            "`laiqu witness init DIR --name NAME` makes one",
        ),
        Code::InvalidParameter | Code::Forbidden => (
            Exit::Usage,
            "无法建立见证方",
            "请给出空目录，以及不含空格和“+”的名称",
            "give an empty directory and a name without spaces or `+`",
        ),
        _ => (
            Exit::Damaged,
            "见证方数据无法读取或已损坏",
            "见证状态不得从备份恢复；请查明原因，必要时用新名称和新密钥另建",
            "never restore its state from a backup: find the cause, or make another witness with \
             another name and key",
        ),
    };
    Failure::new(exit, zh, error.detail).hint(hint_zh, hint_en)
}
