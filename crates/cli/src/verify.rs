//! `laiqu verify`: checks a ledger directory, or a published log (served, or copied as tiles), to
//! the last byte that is at hand, and says what it could not look at.

mod directory;
mod remote;
mod report;

use crate::exit::{Exit, Failure};
use crate::source::LocalCopy;
use crate::state::{Remembered, Resume, StateFile};
use crate::trust::parse_vkey;
use clap::Args;
use laiqu_proof::{Hash, NoteVerifier};
use std::path::{Path, PathBuf};

pub(crate) use directory::verify as directory;
use remote::Verified;
pub(crate) use report::Report;

/// Verifies a ledger.
#[derive(Debug, Args)]
pub(crate) struct Verify {
    /// 数据目录、账本服务或静态副本的地址、或静态副本目录 / Data directory, address of a ledger or of a
    /// static copy, or directory with a static copy
    target: String,
    /// 账本公钥；核对他人账本时必须给出 / Verifier key; give it to check a ledger of others
    #[arg(long)]
    vkey: Option<String>,
    /// 此前保存的检查点文件，账本必须包含它，可重复 / Saved checkpoint that must be contained
    #[arg(long)]
    checkpoint: Vec<PathBuf>,
    /// 状态文件：记住核对过的大小与根，以后的账本必须包含它 / Remembers size and root that were
    /// checked; a later ledger must contain them
    #[arg(long, value_name = "FILE", requires = "vkey")]
    state: Option<PathBuf>,
    /// 输出一个 JSON 对象 / Print one JSON object
    #[arg(long)]
    json: bool,
}

impl Verify {
    pub(crate) fn run(self) -> Result<Exit, Failure> {
        let checkpoints = self
            .checkpoint
            .iter()
            .map(|file| std::fs::read_to_string(file).map_err(|error| Failure::file(file, &error)));
        let checkpoints = checkpoints.collect::<Result<Vec<String>, Failure>>()?;
        let vkey = self.vkey.as_deref();
        let memory = self.state.as_deref().zip(vkey).map(|(path, vkey)| Memory::of(path, vkey));
        let memory = memory.transpose()?;
        let remembered = memory.as_ref().and_then(|memory| memory.was.as_ref());
        let against = remote::Against { vkey, saved: &checkpoints, remembered };
        let path = Path::new(&self.target);
        let over_http = ["http://", "https://"].iter().any(|web| self.target.starts_with(web));
        let Verified { report, resume } = if over_http {
            remote::web(&self.target, against)?
        } else if LocalCopy::is_at(path) {
            remote::copy(path, against)?
        } else {
            let root = remembered.map(|known| (known.size, known.root));
            Verified { report: directory(path, vkey, &checkpoints, root)?, resume: None }
        };
        // What was found is said first: a memory that cannot be written changes nothing of it.
        report.print(self.json)?;
        if report.whole {
            memory.map_or(Ok(()), |memory| memory.keep(&report, resume))?;
        }
        Ok(if report.whole { Exit::Done } else { Exit::CheckFailed })
    }
}

/// The trust state of one run: what was remembered of this ledger when it began.
struct Memory {
    file: StateFile,
    key: NoteVerifier,
    was: Option<Remembered>,
}

impl Memory {
    fn of(path: &Path, vkey: &str) -> Result<Self, Failure> {
        let (file, key) = (StateFile::new(path), parse_vkey(vkey)?);
        let was = file.recall(&key)?;
        Ok(Self { file, key, was })
    }

    /// Remembers what is whole now, unless it is an older state than the one remembered.
    fn keep(self, report: &Report, resume: Option<Resume>) -> Result<(), Failure> {
        let Some(root) = report.root.as_ref().and_then(|root| Hash::from_hex(root).ok()) else {
            return Ok(());
        };
        if self.was.as_ref().is_some_and(|was| was.size > report.size) {
            return Ok(());
        }
        let now = Remembered {
            origin: self.key.name().to_owned(),
            vkey: self.key.vkey(),
            log_vkey: None,
            size: report.size,
            root,
            checkpoint: report.checkpoint.clone(),
            resume,
        };
        self.file.remember(self.was.as_ref(), now)
    }
}
