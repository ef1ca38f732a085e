//! What a verification found, for people and as JSON.

use super::party::PartyReport;
use crate::exit::Failure;
use crate::out;
use crate::state::{KnownKey, Resume};
use laiqu_ledger::format_time;
use serde::Serialize;

/// One thing that does not hold.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Finding {
    /// `damage`, or `torn` for a write that was cut off, which is none.
    pub(crate) severity: &'static str,
    /// The entry concerned, where there is one.
    pub(crate) entry: Option<u64>,
    /// The file or tile.
    pub(crate) file: String,
    /// First byte in question, where bytes can be named.
    pub(crate) from: Option<u64>,
    /// The byte behind the last one.
    pub(crate) to: Option<u64>,
    /// What does not hold.
    pub(crate) what: String,
}

/// A witness whose cosignature holds.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Cosigner {
    /// What the policy calls it.
    pub(crate) name: String,
    /// When it cosigned, in seconds since 1970.
    pub(crate) time: u64,
}

/// An entry whose document was erased, as a later entry says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
pub(crate) struct Erased {
    /// The entry.
    pub(crate) index: u64,
    /// The entry that erased it.
    pub(crate) by: u64,
}

/// The result of a verification.
#[derive(Debug, Default, Serialize)]
pub(crate) struct Report {
    /// What was verified.
    pub(crate) target: String,
    /// No damage was found.
    pub(crate) whole: bool,
    /// Name of the ledger.
    pub(crate) origin: Option<String>,
    /// Key that checkpoints are checked with.
    pub(crate) vkey: Option<String>,
    /// The user gave the key.
    pub(crate) vkey_configured: bool,
    /// Entries.
    pub(crate) size: u64,
    /// Root of the tree, lower-case hex; none where a leaf is missing.
    pub(crate) root: Option<String>,
    /// The signed checkpoint that was checked, where the ledger shows one.
    #[serde(skip)]
    pub(crate) checkpoint: Option<String>,
    /// Where the chains end: what a next check may go on from.
    #[serde(skip)]
    pub(crate) resume: Option<Resume>,
    /// Keys of the log from the configured one on, where there is more than that to remember.
    #[serde(skip)]
    pub(crate) log_keys: Vec<KnownKey>,
    /// Witnesses of the policy that cosigned the checkpoint.
    pub(crate) cosigned_by: Vec<Cosigner>,
    /// Whether they are enough; none without a policy or a checkpoint.
    pub(crate) policy_met: Option<bool>,
    /// Bytes that were read.
    pub(crate) bytes: u64,
    /// Issuer signatures that hold.
    pub(crate) signatures: u64,
    /// Entries whose document was erased; only their leaves could be checked.
    pub(crate) erased: Vec<Erased>,
    /// What was found of the party that was asked for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub(crate) party: Option<PartyReport>,
    /// What does not hold.
    pub(crate) findings: Vec<Finding>,
    /// Findings beyond those listed.
    pub(crate) findings_left_out: u64,
    /// What this verification did not look at.
    pub(crate) not_checked: Vec<String>,
}

impl Report {
    /// Adds damage that concerns a file or tile as a whole.
    pub(crate) fn damage(&mut self, file: &str, entry: Option<u64>, what: impl Into<String>) {
        let (file, what) = (file.to_owned(), what.into());
        let finding = Finding { severity: "damage", entry, file, from: None, to: None, what };
        self.findings.push(finding);
        self.whole = false;
    }

    /// Writes it to stdout.
    pub(crate) fn print(&self, json: bool) -> Result<(), Failure> {
        if json { out::json(self) } else { out::line(&self.text()) }
    }

    /// The report as people read it.
    pub(crate) fn text(&self) -> String {
        let origin = self.origin.as_deref().unwrap_or("?");
        let root = self.root.as_deref().unwrap_or("?");
        let mut text = format!(
            "账本 ledger {origin}（{}）\n  条目 entries {}，字节 bytes {}，签名 signatures {}\n  根 root {root}\n",
            self.target, self.size, self.bytes, self.signatures
        );
        for by in &self.cosigned_by {
            let name = out::clean(&by.name);
            let micros = by.time.saturating_mul(1_000_000);
            let time = format_time(micros).unwrap_or_else(|| by.time.to_string());
            text.push_str(&format!("  见证 cosigned by {name}，{time}\n"));
        }
        for Erased { index, by } in &self.erased {
            text.push_str(&format!(
                "  条目 {index} 的原文已由条目 {by} 删除，仅核对叶子 / entry {index} was erased by entry {by}, \
                 its leaf was checked\n"
            ));
        }
        if let Some(party) = &self.party {
            text.push_str(&party.text());
        }
        for finding in &self.findings {
            text.push_str(&finding.text());
        }
        if self.findings_left_out > 0 {
            let more = self.findings_left_out;
            text.push_str(&format!("✗ 另有 {more} 处 / {more} more\n"));
        }
        for what in &self.not_checked {
            text.push_str(&format!("- 未核对 not checked: {}\n", out::clean(what)));
        }
        if self.policy_met == Some(false) {
            text.push_str(
                "✗ 见证不足：未达到策略要求 / below the policy: too few witnesses cosigned this \
                 checkpoint\n",
            );
        }
        text.push_str(if self.whole {
            "✓ 完整：以上范围内未发现损坏 / whole: no damage in what was checked\n"
        } else {
            "✗ 已损坏 / damaged\nhint: 停止使用此副本，用备份或其他副本对照上面的位置 / \
             stop using this copy, compare the places above with a backup or another copy\n"
        });
        text
    }
}

impl Finding {
    fn text(&self) -> String {
        let entry = self.entry.map_or_else(String::new, |entry| format!("条目 entry {entry}，"));
        let bytes = match (self.from, self.to) {
            (Some(from), Some(to)) => format!(" 字节 bytes {from}..{to}"),
            _ => String::new(),
        };
        let (mark, word) = if self.severity == "torn" {
            ("-", "未写完 cut off")
        } else {
            ("✗", "损坏 damage")
        };
        let what = out::clean(&self.what);
        format!("{mark} {word}: {entry}{}{bytes}: {what}\n", out::clean(&self.file))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_ledger_names_the_place() {
        let mut report = Report { whole: true, size: 3, ..Report::default() };
        assert!(report.text().contains("whole: no damage"));
        report.findings.push(Finding {
            severity: "damage",
            entry: Some(2),
            file: "000000000000.seg".to_owned(),
            from: Some(512),
            to: Some(1024),
            what: "a checksum does not hold".to_owned(),
        });
        report.damage("laiqu.json", None, "it is missing");
        report.not_checked.push("the index".to_owned());
        let text = report.text();
        assert!(!report.whole);
        for part in [
            "条目 entry 2，000000000000.seg 字节 bytes 512..1024: a checksum does not hold",
            "laiqu.json: it is missing",
            "not checked: the index",
            "✗ 已损坏 / damaged\nhint: ",
        ] {
            assert!(text.contains(part), "{part} is missing in\n{text}");
        }
    }
}
