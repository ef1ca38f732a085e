//! How a command ends: exit codes, and failures that say what, where and what to do now.

use crate::out;
use std::fmt::Write as _;
use std::process::ExitCode;

/// The exit codes, the same for every command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Exit {
    /// Done, and whole where something was checked.
    Done = 0,
    /// A check failed, or what was asked for is not there.
    CheckFailed = 1,
    /// The command line or a given file is wrong.
    Usage = 2,
    /// A server or file cannot be reached.
    Unreachable = 3,
    /// The ledger refuses this.
    Refused = 4,
    /// Stored bytes are damaged.
    Damaged = 5,
}

impl From<Exit> for ExitCode {
    fn from(exit: Exit) -> Self {
        ExitCode::from(exit as u8)
    }
}

/// Why a command ended early, in both languages.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Failure {
    /// The exit code that it leads to.
    pub(crate) exit: Exit,
    zh: String,
    en: String,
    details: Vec<String>,
    hint: Option<String>,
}

impl Failure {
    /// A failure; both texts say what went wrong and where.
    pub(crate) fn new(exit: Exit, zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self { exit, zh: zh.into(), en: en.into(), details: Vec::new(), hint: None }
    }

    /// A wrong command line or input file.
    pub(crate) fn usage(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::new(Exit::Usage, zh, en)
    }

    /// A file that cannot be read or written.
    pub(crate) fn file(path: &std::path::Path, error: &std::io::Error) -> Self {
        let path = path.display();
        Self::usage(format!("{path}：无法读写文件"), format!("{path}: {error}"))
    }

    /// What to do now.
    pub(crate) fn hint(mut self, zh: &str, en: &str) -> Self {
        self.hint = Some(format!("{zh} / {en}"));
        self
    }

    /// Each single fault.
    pub(crate) fn details(mut self, details: Vec<String>) -> Self {
        self.details = details;
        self
    }

    /// The same with what it concerns in front.
    pub(crate) fn about(mut self, what: &str) -> Self {
        self.zh = format!("{what}：{}", self.zh);
        self.en = format!("{what}: {}", self.en);
        self
    }

    /// The English text.
    pub(crate) fn english(&self) -> &str {
        &self.en
    }

    /// The failure as people read it.
    pub(crate) fn text(&self) -> String {
        let mut text = format!("错误：{}\nerror: {}\n", self.zh, self.en);
        for detail in &self.details {
            // Writing to a String cannot fail.
            writeln!(text, "  - {detail}").unwrap_or_default();
        }
        if let Some(hint) = &self.hint {
            writeln!(text, "hint: {hint}").unwrap_or_default();
        }
        text
    }

    /// Writes it to stderr.
    pub(crate) fn report(&self) -> Exit {
        out::note(self.text().trim_end());
        self.exit
    }
}

impl From<laiqu_service::Error> for Failure {
    fn from(error: laiqu_service::Error) -> Self {
        use laiqu_service::Code;
        let details = error.details.iter().map(|d| format!("{}: {}", d.pointer, d.detail));
        let details = details.collect();
        let (exit, zh) = match error.code {
            Code::Locked => (Exit::Refused, "账本已被另一个进程打开"),
            Code::NotFound => (Exit::Usage, "这里没有账本"),
            Code::Damaged => (Exit::Damaged, "账本数据无法读取或已损坏"),
            Code::InvalidParameter => (Exit::Usage, "参数不正确"),
            Code::HistoryContradicted => {
                (Exit::Refused, "见证方持有本副本所没有的记录，账本不再签署")
            }
            Code::WitnessesUnreachable => (Exit::Unreachable, "确认这是最新副本的见证方不足法定数"),
            Code::DiskFull => (Exit::Refused, "磁盘已满"),
            Code::Forbidden => (Exit::Refused, "不允许这样做"),
            Code::Internal => (Exit::Damaged, "内部错误"),
            _ => (Exit::Refused, "被拒绝"),
        };
        let failure = Self::new(exit, zh, error.detail).details(details);
        match exit {
            Exit::Usage => failure.hint(
                "用 `laiqu init DIR --origin NAME` 建立账本",
                "`laiqu init DIR --origin NAME` makes a ledger",
            ),
            Exit::Damaged => failure.hint(
                "运行 `laiqu verify DIR` 查看损坏的位置",
                "run `laiqu verify DIR` to see what is damaged",
            ),
            _ if error.code == Code::HistoryContradicted => failure.hint(
                "这是较旧或另一份副本：恢复最新的副本；旧副本不得以原名称继续签署",
                "this is an older or another copy: bring back the newest one; an older copy must \
                 never sign under this name again",
            ),
            _ if error.code == Code::WitnessesUnreachable => failure.hint(
                "检查见证方的网址；确认这是最新副本时可加 --witnesses-unreachable",
                "check the witnesses' URLs; where this is surely the newest copy, add \
                 --witnesses-unreachable",
            ),
            _ if error.code == Code::Locked => {
                failure.hint("先停止正在使用它的服务", "stop the server that uses it first")
            }
            _ => failure,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_failure_says_what_where_and_what_now() {
        let failure = Failure::usage("缺少参数", "an argument is missing")
            .details(vec!["/keys/0: no signature".to_owned()])
            .hint("加上 --party", "add --party")
            .about("a.json");
        let text = "错误：a.json：缺少参数\nerror: a.json: an argument is missing\n  \
                    - /keys/0: no signature\nhint: 加上 --party / add --party\n";
        assert_eq!(failure.text(), text);
        assert_eq!(failure.exit, Exit::Usage);
    }

    #[test]
    fn refusals_of_the_service_get_their_exit_code() {
        use laiqu_service::{Code, Error};
        let exit = |code, detail: &str| Failure::from(Error::new(code, detail)).exit;
        assert_eq!(exit(Code::Damaged, "unit"), Exit::Damaged);
        assert_eq!(exit(Code::NotFound, "laiqu.json"), Exit::Usage);
        assert_eq!(exit(Code::Forbidden, "not empty"), Exit::Refused);
        assert_eq!(exit(Code::Locked, ""), Exit::Refused);
    }
}
