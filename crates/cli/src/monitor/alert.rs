//! What a monitor raises an alarm about.

use crate::exit::Failure;
use crate::out;
use laiqu_ledger::{Leaf, format_time};
use serde::Serialize;

/// Why there is an alarm.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub(super) enum Cause {
    /// The log signed two states that no single history can explain.
    Inconsistent,
    /// The log shows fewer entries than it did.
    Rollback,
    /// Leaves, tiles or chains do not hold.
    Damaged,
    /// The checkpoint is not signed as it must be.
    CheckpointRefused,
    /// Too few witnesses cosigned.
    BelowPolicy,
    /// Nothing was entered or cosigned for too long.
    Stale,
    /// The newest entry or cosignature is later than the clock of this machine.
    Future,
    /// A new entry in the name of the party that is watched.
    OwnEntry,
    /// Nobody answers.
    Unreachable,
}

impl Cause {
    fn zh(self) -> &'static str {
        match self {
            Self::Inconsistent => "账本前后矛盾",
            Self::Rollback => "账本回退",
            Self::Damaged => "账本有损坏",
            Self::CheckpointRefused => "检查点无效",
            Self::BelowPolicy => "见证不足",
            Self::Stale => "账本停滞",
            Self::Future => "时间超前",
            Self::OwnEntry => "以您名义的新条目",
            Self::Unreachable => "无法连接",
        }
    }

    fn name(self) -> String {
        serde_json::to_value(self)
            .ok()
            .and_then(|value| value.as_str().map(str::to_owned))
            .unwrap_or_default()
    }
}

/// One alarm.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct Alert {
    /// Why.
    #[serde(rename = "alert")]
    pub(super) cause: Cause,
    /// Name of the ledger.
    pub(super) origin: String,
    /// What exactly.
    pub(super) detail: String,
    /// Size of the checkpoint that is shown, where one could be read.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) size: Option<u64>,
    /// File that shows it to a third person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) evidence: Option<String>,
    /// The entry, for one in the party's name.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(super) entry: Option<OwnEntry>,
}

/// An entry in the name of the party that is watched.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(super) struct OwnEntry {
    index: u64,
    kind: &'static str,
    time: String,
    /// Its number among the party's entries, from 0.
    issuer_seq: u64,
    /// Aliases of the keys that signed: indexes of their registration entries.
    keys: Vec<u64>,
}

/// An alarm and when it was raised.
#[derive(Serialize)]
struct Line<'a> {
    time: String,
    #[serde(flatten)]
    alert: &'a Alert,
}

impl Alert {
    pub(super) fn new(origin: &str, cause: Cause, detail: impl Into<String>) -> Self {
        let (origin, detail) = (origin.to_owned(), detail.into());
        Self { cause, origin, detail, size: None, evidence: None, entry: None }
    }

    pub(super) fn of_entry(origin: &str, leaf: &Leaf) -> Self {
        let time = format_time(leaf.time_micros).unwrap_or_default();
        let (index, kind) = (leaf.index, leaf.kind.as_str());
        let detail = format!(
            "entry {index} ({kind}) of {time}, signed by the keys {:?}; if it is not yours, a key \
             of yours is misused: revoke it",
            leaf.keys
        );
        let (issuer_seq, keys) = (leaf.issuer_seq, leaf.keys.clone());
        let entry = OwnEntry { index, kind, time, issuer_seq, keys };
        Self { entry: Some(entry), ..Self::new(origin, Cause::OwnEntry, detail) }
    }

    /// Writes it to stdout, with the time of this machine.
    pub(super) fn print(&self, json: bool, now_seconds: u64) -> Result<(), Failure> {
        if json {
            let time = format_time(now_seconds.saturating_mul(1_000_000)).unwrap_or_default();
            return out::json(&Line { time, alert: self });
        }
        let Self { cause, origin, detail, .. } = self;
        let mut text = format!(
            "✗ 警报 alert {}（{}）{}: {}",
            cause.zh(),
            cause.name(),
            out::clean(origin),
            out::clean(detail)
        );
        if let Some(file) = &self.evidence {
            text.push_str(&format!(
                "\n  证据 evidence: {file}（`laiqu evidence check` 可核对 / checks it）"
            ));
        }
        out::line(&text)
    }
}
