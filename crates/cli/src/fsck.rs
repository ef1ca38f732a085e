//! `laiqu fsck`: everything in one's own data directory, down to what is only derived.

use crate::exit::{Exit, Failure};
use crate::out;
use crate::table::table;
use crate::verify::{self, LookAtIndex, Report, Wanted};
use clap::Args;
use laiqu_ledger::check_derived;
use laiqu_service::{
    DataDir, IndexState, KeptFile, KeptState, Stored, check_index, check_kept, repair,
};
use serde::Serialize;
use std::path::{Path, PathBuf};

/// Checks a data directory.
#[derive(Debug, Args)]
pub(crate) struct Fsck {
    /// 数据目录；服务可以同时运行 / Data directory; its server may run meanwhile
    directory: PathBuf,
    /// 账本公钥，默认取自目录 / Verifier key; by default the one that the directory states
    #[arg(long)]
    vkey: Option<String>,
    /// 重写可由账本推导的文件（服务须已停止）/ Write anew what is derived (server stopped)
    #[arg(long)]
    repair: bool,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// A derived file that does not say what the ledger says.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Wrong {
    file: String,
    what: String,
}

/// What files of one kind take on the disk.
#[derive(Debug, Serialize)]
struct OnDisk {
    kind: &'static str,
    #[serde(skip)]
    shown: &'static str,
    bytes: u64,
    bytes_per_entry: u64,
}

/// What was found, as JSON.
#[derive(Debug, Serialize)]
struct Found {
    whole: bool,
    ledger: Report,
    derived: Vec<Wrong>,
    repaired: bool,
    disk: Vec<OnDisk>,
}

impl Fsck {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let mut found = self.look()?;
        if self.repair && !found.whole && only_descriptor(&found.ledger) {
            repair(&self.directory)?;
            let again = self.look()?;
            found = Found { derived: found.derived, repaired: again.whole, ..again };
        }
        self.show(&found)?;
        Ok(if found.whole { Exit::Done } else { Exit::CheckFailed })
    }

    fn look(&self) -> Result<Found, Failure> {
        let data = DataDir::new(&self.directory);
        let wanted =
            Wanted { vkey: self.vkey.as_deref(), index: LookAtIndex::No, ..Wanted::default() };
        let mut ledger = verify::directory(&self.directory, &wanted)?;
        let mut derived = Vec::new();
        match check_derived(&data.log()) {
            Ok(found) => {
                let what = "missing, or not what the segment says".to_owned();
                let wrong = |file: String| Wrong { file, what: what.clone() };
                derived.extend(found.summaries.into_iter().map(wrong));
                let what = "missing, or not what the leaves say".to_owned();
                let tiles = found.tiles.into_iter().map(|tile| tile.to_string());
                derived.extend(tiles.map(|file| Wrong { file, what: what.clone() }));
                index(&self.directory, &mut ledger, &mut derived)?;
                kept(&self.directory, &mut ledger, &mut derived)?;
            }
            Err(error) => {
                let what = format!("what is derived, because the log does not hold: {error}");
                ledger.not_checked.push(what);
            }
        }
        // What is derived was looked at just now.
        ledger.not_checked.retain(|what| !what.contains("written anew"));
        let whole = ledger.whole && derived.is_empty();
        let disk = disk(&data, ledger.size)?;
        Ok(Found { whole, ledger, derived, repaired: false, disk })
    }

    fn show(&self, found: &Found) -> Result<(), Failure> {
        if self.json {
            return out::json(found);
        }
        let mut text = found.ledger.text();
        text.push_str(&disk_table(&found.disk));
        for Wrong { file, what } in &found.derived {
            text.push_str(&format!("✗ 推导文件 derived: {file}: {what}\n"));
        }
        text.push_str(if found.repaired {
            "✓ 已由账本重写 written anew from the ledger\n"
        } else if found.derived.is_empty() {
            "✓ 推导文件与账本一致 what is derived agrees with the ledger\n"
        } else {
            "hint: 停止服务后运行 `laiqu fsck DIR --repair`，或直接启动服务：账本数据没有丢失 / \
             stop the server and run `laiqu fsck DIR --repair`, or start it: no entry is lost\n"
        });
        out::line(&text)
    }
}

/// What the directory takes, by what its files are for.
fn disk(data: &DataDir, entries: u64) -> Result<Vec<OnDisk>, Failure> {
    let row = |(stored, bytes): (Stored, u64)| OnDisk {
        kind: stored.as_str(),
        shown: shown(stored),
        bytes,
        bytes_per_entry: bytes / entries.max(1),
    };
    Ok(data.bytes_on_disk()?.map(row).into())
}

fn disk_table(disk: &[OnDisk]) -> String {
    let row = |row: &OnDisk| {
        vec![row.bytes.to_string(), row.bytes_per_entry.to_string(), row.shown.to_owned()]
    };
    let rows: Vec<_> = disk.iter().map(row).collect();
    table(&["磁盘字节 bytes on disk", "每条目 an entry", "用途 kind"], &rows)
}

fn shown(stored: Stored) -> &'static str {
    match stored {
        Stored::Segments => "条目，即账本本身 segments",
        Stored::Tree => "树 tree",
        Stored::Summaries => "段摘要 summaries",
        Stored::Index => "索引 index",
        Stored::Kept => "已存的推导数据 kept",
        Stored::Other => "密钥、预留空间等 other",
    }
}

/// Whether nothing but the descriptor is damaged, which the entries say too.
fn only_descriptor(report: &Report) -> bool {
    report.findings_left_out == 0
        && report.findings.iter().all(|finding| finding.file == verify::DESCRIPTOR)
}

fn index(path: &Path, ledger: &mut Report, derived: &mut Vec<Wrong>) -> Result<(), Failure> {
    let mut wrong = |what: &str| {
        derived.push(Wrong { file: "index".to_owned(), what: what.to_owned() });
    };
    match check_index(path)? {
        IndexState::Agrees { .. } => {}
        IndexState::Missing => wrong("missing"),
        IndexState::Differs => wrong("unreadable, or not what the entries say"),
        IndexState::InUse => {
            ledger.not_checked.push("the index files, which a running server has open".to_owned());
        }
    }
    Ok(())
}

/// The projections that a start begins with.
fn kept(path: &Path, ledger: &mut Report, derived: &mut Vec<Wrong>) -> Result<(), Failure> {
    for KeptFile { name, state } in check_kept(path)? {
        let file = format!("kept/{name}");
        match state {
            KeptState::Damaged(what) => derived.push(Wrong { file, what }),
            KeptState::Counts => ledger.not_checked.push(format!(
                "whether {file} says what the entries say: its bytes are those that were written"
            )),
            KeptState::DoesNotCount(why) => ledger.not_checked.push(format!(
                "{file}, which counts for nothing: {why}; the next start derives it anew"
            )),
        }
    }
    Ok(())
}
