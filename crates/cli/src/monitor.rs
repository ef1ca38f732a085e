//! `laiqu monitor`: follows a published log and raises an alarm where it does not keep its word.
//!
//! Each look goes on from what the state file remembers: the newest checkpoint must contain the
//! remembered one, every new leaf and tile must lead to its root, the chains must go on. The state
//! is written durably after the alerts were printed, so that none is lost. What is refused is never
//! remembered, so that an alert stays until someone deals with it.
//!
//! An idle log is not stale by itself: `--max-age` looks at the newest of two times, that of the
//! newest entry and that of the newest cosignature by a witness of the policy. Without a policy
//! only entries tell that a log is alive.

mod alert;
mod look;

use crate::client::{Client, bearer, encode};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::source::Web;
use crate::state::StateFile;
use crate::trust::read_policy;
use crate::verify::{configured_key, no_choice};
use alert::{Alert, Cause};
use clap::Args;
use look::{Look, Monitor};
use serde::Deserialize;
use std::path::{Path, PathBuf};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Follows a log.
#[derive(Debug, Args)]
pub(crate) struct Command {
    /// 账本服务或静态副本的地址 / Address of a ledger or of a static copy
    url: String,
    /// 账本公钥；策略文件只列一个账本时可省略 / Verifier key, unless the policy names one log
    #[arg(long, required_unless_present = "policy")]
    vkey: Option<String>,
    /// 状态文件，与 `verify --state` 通用 / State, shared with `verify --state`
    #[arg(long, value_name = "FILE")]
    state: PathBuf,
    /// 本单位标识：以其名义的新条目都会报警 / Alert on new entries in the name of this party
    #[arg(long, value_name = "ID")]
    party: Option<String>,
    /// 本单位在账本中的别名（登记条目的序号），代替 --party / Its alias, instead of --party
    #[arg(long, value_name = "N", conflicts_with = "party")]
    alias: Option<u64>,
    /// 查询 --party 用的令牌（或 LAIQU_TOKEN）/ Token to look --party up with (or LAIQU_TOKEN)
    #[arg(long)]
    token: Option<String>,
    /// 策略文件（C2SP tlog-policy）/ Policy file: which witnesses must have cosigned
    #[arg(long, value_name = "FILE")]
    policy: Option<PathBuf>,
    /// 最长无动静时间（秒）/ Alert where nothing was entered or cosigned for so many seconds
    #[arg(long, value_name = "SECONDS")]
    max_age: Option<u64>,
    /// 两次查看之间的秒数 / Seconds between two looks
    #[arg(long, value_name = "SECONDS", default_value_t = 30)]
    interval: u64,
    /// 证据文件的目录，默认与状态文件相同 / Directory for evidence; that of the state unless given
    #[arg(long, value_name = "DIR")]
    evidence: Option<PathBuf>,
    /// 只看一次：有警报时退出码为 1 / Look once; exit code 1 where there are alerts
    #[arg(long)]
    once: bool,
    /// 每个警报输出一行 JSON / Print each alert as a line of JSON
    #[arg(long)]
    json: bool,
}

impl Command {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let policy = self.policy.as_deref().map(read_policy).transpose()?;
        let key = configured_key(self.vkey.as_deref(), policy.as_ref())?.ok_or_else(no_choice)?;
        let client = Client::new(&self.url, None)?;
        let monitor = Monitor {
            key,
            policy,
            file: StateFile::new(&self.state),
            alias: self.alias_of_party(&client)?,
            max_age_seconds: self.max_age,
            evidence: self.evidence.clone().unwrap_or_else(|| beside(&self.state)),
        };
        if self.once {
            let look = monitor.look(&Web::open(&client)?, now_seconds())?;
            return self.say(&look, &[]);
        }
        self.follow(&monitor, &client)
    }

    /// Looks again and again. What was said at the last look is not said again at this one.
    fn follow(&self, monitor: &Monitor, client: &Client) -> Result<Exit, Failure> {
        let mut said = Vec::new();
        loop {
            let look = Web::open(client).and_then(|web| monitor.look(&web, now_seconds()));
            let look = match look {
                Ok(look) => look,
                // Whatever a server answers, the watch goes on.
                Err(failure) => {
                    let cause = match failure.exit {
                        Exit::Unreachable => Cause::Unreachable,
                        Exit::CheckFailed => Cause::Damaged,
                        _ => return Err(failure),
                    };
                    Look::only(Alert::new(monitor.key.name(), cause, failure.english()))
                }
            };
            // A state that cannot be written now is written at the next look, or said again.
            if let Err(failure) = self.say(&look, &said) {
                failure.report();
            }
            said = look.alerts;
            std::thread::sleep(Duration::from_secs(self.interval.max(1)));
        }
    }

    fn say(&self, look: &Look, said: &[Alert]) -> Result<Exit, Failure> {
        for alert in look.alerts.iter().filter(|alert| !said.contains(alert)) {
            alert.print(self.json, now_seconds())?;
        }
        if let Some(summary) = look.summary().filter(|_| !self.json) {
            out::note(&summary);
        }
        look.remember()?;
        Ok(match look.alerts.as_slice() {
            [] => Exit::Done,
            alerts if alerts.iter().all(|alert| alert.cause == Cause::BelowPolicy) => Exit::Refused,
            _ => Exit::CheckFailed,
        })
    }

    /// The alias whose entries are watched. A server that names a wrong one hides them: who was
    /// told the alias at registration gives it with `--alias`.
    fn alias_of_party(&self, client: &Client) -> Result<Option<u64>, Failure> {
        #[derive(Deserialize)]
        struct Party {
            alias: u64,
        }
        let Some(party) = &self.party else { return Ok(self.alias) };
        let token = bearer(self.token.as_deref());
        let client = token.map_or_else(|| client.clone(), |token| client.with_bearer(&token));
        let found = client.get(&format!("/v1/parties/{}", encode(party)))?.json::<Party>();
        let found = found.map_err(|failure| failure.about("--party"))?;
        out::note(&format!(
            "{party}：别名 alias {}（由服务器告知；可用 --alias 指定 / named by the server; --alias \
             says it yourself）",
            found.alias
        ));
        Ok(Some(found.alias))
    }
}

/// The directory that a file lies in.
fn beside(file: &Path) -> PathBuf {
    let parent = file.parent().filter(|parent| !parent.as_os_str().is_empty());
    parent.map_or_else(|| PathBuf::from("."), Path::to_owned)
}

fn now_seconds() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |since| since.as_secs())
}
