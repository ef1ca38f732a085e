//! A static copy of a published log, in the layout of c2sp.org/tlog-tiles:
//! ```text
//! DIR/checkpoint                 the newest copied checkpoint; replaced last, as a whole
//! DIR/tile/<L>/<N>[.p/<W>]       hashes; never written again
//! DIR/tile/entries/<N>[.p/<W>]   entries, leaves only; never written again
//! DIR/keys                       public frames of entries that change keys; replaced as a whole
//! ```
//! Any web server can serve it: DIR is the log's prefix. `checkpoint` and `keys` should not be
//! cached for more than seconds, everything else may be kept for ever. A later run adds what is
//! new; a run that was cut off is taken up again. Nothing is copied that the log's signed root does
//! not cover.

use super::copying::{CHECKPOINT, Copying, lock};
use crate::client::Client;
use crate::exit::{Exit, Failure};
use crate::follow::{Fault, Visited, Visitor, walk};
use crate::key_entries::is_public;
use crate::log_keys::LogKeys;
use crate::out;
use crate::progress::Progress;
use crate::source::{Source, Web};
use crate::trust::{Trust, parse_vkey};
use clap::Args;
use laiqu_ledger::Kind;
use laiqu_proof::{NoteVerifier, TilePath};
use laiqu_service::{Code, Service, ServiceOptions};
use serde::Serialize;
use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

/// Writes or brings up to date a static copy.
#[derive(Debug, Args)]
pub(crate) struct Tiles {
    /// 副本目录 / Directory of the copy
    directory: PathBuf,
    /// 账本服务或另一静态副本的地址 / Address of a ledger, or of another static copy
    #[arg(long, required_unless_present = "data", conflicts_with = "data")]
    url: Option<String>,
    /// 数据目录，服务须已停止 / Data directory; its server must be stopped
    #[arg(long)]
    data: Option<PathBuf>,
    /// 账本公钥；复制他人账本时必须给出 / Verifier key; give it to copy a ledger of others
    #[arg(long)]
    vkey: Option<String>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

/// What a run came to.
#[derive(Debug, Serialize)]
struct Exported {
    origin: String,
    size: u64,
    root: String,
    files_written: usize,
}

impl Tiles {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let exported = match (&self.url, &self.data) {
            (Some(url), _) => {
                let client = Client::new(url, None)?;
                let source = Web::open(&client)?;
                let trust = Trust::of(&client, self.vkey.as_deref())?;
                trust.say();
                export(&source, &trust.verifier, &self.directory)?
            }
            (None, Some(data)) => self.of_data(data)?,
            (None, None) => return Err(Failure::usage("须给出 --url 或 --data", "no source")),
        };
        if self.json {
            out::json(&exported)?;
        } else {
            let Exported { origin, size, root, files_written } = exported;
            out::line(&format!(
                "✓ 副本已更新 copied {origin}\n  条目 entries {size}，新文件 new files {files_written}\n  根 root {root}"
            ))?;
        }
        Ok(Exit::Done)
    }

    fn of_data(&self, data: &Path) -> Result<Exported, Failure> {
        let service = Service::open(data, ServiceOptions::default())?;
        let own = || parse_vkey(service.vkey());
        let verifier = self.vkey.as_deref().map_or_else(own, parse_vkey)?;
        let exported = export(&Stopped(&service), &verifier, &self.directory);
        let stopped = service.stop();
        let exported = exported?;
        stopped?;
        Ok(exported)
    }
}

/// The files of a ledger that nobody serves.
struct Stopped<'a>(&'a Service);

impl Source for Stopped<'_> {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        if path == CHECKPOINT {
            return Ok(Some(self.0.checkpoint()?.into_bytes()));
        }
        if let Some(from) = path.strip_prefix("keys?from=").and_then(|from| from.parse().ok()) {
            let page = serde_json::to_vec(&self.0.key_entries(from, None)?);
            return Ok(page.ok());
        }
        let Ok(path) = path.parse::<TilePath>() else { return Ok(None) };
        match self.0.tile(&path) {
            Ok(bytes) => Ok(Some(bytes)),
            Err(error) if error.code == Code::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }
}

fn export(
    source: &dyn Source,
    verifier: &NoteVerifier,
    directory: &Path,
) -> Result<Exported, Failure> {
    fs::create_dir_all(directory).map_err(|error| Failure::file(directory, &error))?;
    let held = lock(directory)?;
    let text = source.fetch(CHECKPOINT)?.unwrap_or_default();
    let text = String::from_utf8_lossy(&text).into_owned();
    let mut keys = LogKeys::new(verifier, None);
    let opened = keys.open(source, None, &text)?.map_err(|error| {
        let zh = "检查点不是此账本所签，未复制";
        Failure::new(Exit::CheckFailed, zh, format!("checkpoint: {error}; nothing is copied"))
            .hint("检查地址与 --vkey", "check the address and --vkey")
    })?;
    let newest = &opened.checkpoint;
    let copy = Copying::new(source, directory);
    let from = copy.begin_at(newest, &keys)?;
    let progress = Progress::new("复制 copy", newest.size, false);
    let (faults, changes, public) = (Vec::new(), Vec::new(), BTreeSet::new());
    let mut seen = Seen { faults, progress, size: newest.size, changes, public };
    let walked = walk(&copy, (from, newest.size), &mut seen)?;
    let Seen { mut faults, progress, changes, public, .. } = seen;
    progress.finish();
    let judged = keys.judge(source, &opened, &changes)?;
    faults.extend(judged.into_iter().map(|what| Fault::new(CHECKPOINT, None, what)));
    if walked.root != Some(newest.root) || !faults.is_empty() {
        return Err(copy.undo(faults));
    }
    let page = copy.key_entries((newest.size, newest.root), public)?;
    let page = page.map_err(|faults| copy.undo(faults))?;
    let files_written = copy.finish(&text, page.as_ref())?;
    drop(held);
    let (origin, size) = (newest.origin.clone(), newest.size);
    Ok(Exported { origin, size, root: newest.root.to_hex(), files_written })
}

struct Seen {
    faults: Vec<Fault>,
    progress: Progress,
    size: u64,
    /// Entries that change the log's key.
    changes: Vec<u64>,
    /// Entries whose frames everyone may see.
    public: BTreeSet<u64>,
}

impl Visitor for Seen {
    /// The signed root says which leaves there are; whether they make sense is for `verify`.
    fn entry(&mut self, entry: &Visited<'_>) -> Result<(), Failure> {
        match entry.leaf.as_ref().map(|leaf| leaf.kind) {
            Ok(kind) if is_public(kind) => {
                self.public.insert(entry.index);
                self.changes.extend((kind == Kind::LedgerKey).then_some(entry.index));
            }
            _ => {}
        }
        Ok(())
    }

    fn fault(&mut self, fault: Fault) {
        self.faults.push(fault);
    }

    fn progress(&mut self, done: u64) {
        self.progress.set(done, self.size);
    }
}
