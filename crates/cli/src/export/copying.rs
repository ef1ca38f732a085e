//! The files of a copy: what it lacks is fetched and kept, what it has stays as it is.

use crate::durable::{put, replace, sync_parent};
use crate::exit::{Exit, Failure};
use crate::follow::Fault;
use crate::key_entries::KeyEntries;
use crate::log_keys::LogKeys;
use crate::private::Page;
use crate::source::{Contained, KEYS, LocalCopy, Source, TileHashes};
use laiqu_proof::{Checkpoint, Hash};
use std::collections::BTreeSet;
use std::fs::{self, File, TryLockError};
use std::path::{Path, PathBuf};
use std::sync::{Mutex, PoisonError};

/// Name of the file that everything hangs on.
pub(super) const CHECKPOINT: &str = "checkpoint";
/// Held while a copy is written; hidden, and empty.
const LOCK: &str = ".export.lock";
/// Most faults that are listed.
const FAULTS_MAX: usize = 20;

/// Keeps other runs away from a copy.
pub(super) fn lock(directory: &Path) -> Result<File, Failure> {
    let path = directory.join(LOCK);
    let file = File::create(&path).map_err(|error| Failure::file(&path, &error))?;
    match file.try_lock() {
        Ok(()) => Ok(file),
        Err(TryLockError::Error(error)) => Err(Failure::file(&path, &error)),
        Err(TryLockError::WouldBlock) => {
            let shown = directory.display();
            let zh = format!("{shown}：另一个 export 正在写入");
            let en = format!("{shown}: another export is writing it");
            Err(Failure::new(Exit::Refused, zh, en).hint("等它结束", "wait until it has ended"))
        }
    }
}

/// A log as it is copied: what the copy lacks is fetched and kept.
pub(super) struct Copying<'a> {
    source: &'a dyn Source,
    copy: LocalCopy,
    directory: &'a Path,
    /// Files of this run.
    written: Mutex<Vec<PathBuf>>,
}

impl<'a> Copying<'a> {
    pub(super) fn new(source: &'a dyn Source, directory: &'a Path) -> Self {
        let copy = LocalCopy::new(directory);
        Self { source, copy, directory, written: Mutex::default() }
    }

    /// The entry from which on something may be missing: the size of the copied checkpoint, which
    /// the log must still contain.
    pub(super) fn begin_at(&self, newest: &Checkpoint, keys: &LogKeys) -> Result<u64, Failure> {
        let Some(text) = self.copy.fetch(CHECKPOINT)? else { return Ok(0) };
        let shown = self.directory.display();
        let copied = keys.open_known(&String::from_utf8_lossy(&text));
        let copied = copied.map_err(|error| {
            let zh = format!("{shown}：不是此账本的副本");
            Failure::usage(zh, format!("{shown}: no copy of this log: {error}"))
                .hint("选择另一个目录", "choose another directory")
        })?;
        let copied = copied.checkpoint;
        let hashes = TileHashes::new(self.source, newest.size);
        let why = match hashes.contain(&newest.root, (copied.size, copied.root))? {
            Contained::Yes => return Ok(copied.size),
            Contained::No { .. } => "its root at that size is another one".to_owned(),
            Contained::Unproven(what) => what,
        };
        let zh = format!("账本不包含已复制的 {} 条：它被改写或回退了，副本保持原样", copied.size);
        let en = format!(
            "the log of {} entries does not contain the {} that were copied: it was changed or set \
             back ({why}); the copy is left as it is",
            newest.size, copied.size
        );
        Err(Failure::new(Exit::CheckFailed, zh, en).hint(
            "保留副本中的 checkpoint：它与新的检查点一起是证据",
            "keep the checkpoint in the copy: together with the new one it is evidence",
        ))
    }

    fn written(&self) -> Vec<PathBuf> {
        std::mem::take(&mut *self.written.lock().unwrap_or_else(PoisonError::into_inner))
    }

    /// Takes away what this run has written: nothing shows which of it is wrong.
    pub(super) fn undo(&self, faults: Vec<Fault>) -> Failure {
        for file in self.written() {
            // What stays is compared again by the next run.
            drop(fs::remove_file(file));
        }
        let listed = faults.iter().take(FAULTS_MAX);
        let details = listed.map(|fault| format!("{}: {}", fault.file, fault.what)).collect();
        let en = "tiles and leaves do not lead to the signed root; nothing is copied";
        Failure::new(Exit::CheckFailed, "各文件与已签名的根不符，未复制", en).details(details).hint(
            "用 `laiqu verify` 核对来源与副本；副本中损坏的文件删去后可重新复制",
            "check source and copy with `laiqu verify`; a damaged file of the copy is fetched again \
             once it and the copy's checkpoint are removed",
        )
    }

    /// Makes the new files durable, then shows them.
    pub(super) fn finish(&self, checkpoint: &str, keys: Option<&Page>) -> Result<usize, Failure> {
        let written = self.written();
        let inside = |path: &&Path| path.starts_with(self.directory) && *path != self.directory;
        let named: BTreeSet<&Path> =
            written.iter().flat_map(|file| file.ancestors().take_while(inside)).collect();
        for path in named {
            sync_parent(path).map_err(|error| Failure::file(path, &error))?;
        }
        keys.map_or(Ok(()), |keys| self.put_keys(keys))?;
        let file = self.copy.file(CHECKPOINT);
        replace(&file, checkpoint.as_bytes()).map_err(|error| Failure::file(&file, &error))?;
        Ok(written.len())
    }
}

impl Copying<'_> {
    /// The public frames of the entries that change keys, as one page; what does not hold of them
    /// instead. `None` where the log shows none.
    pub(super) fn key_entries(
        &self,
        (size, root): (u64, Hash),
        expected: BTreeSet<u64>,
    ) -> Result<Result<Option<Page>, Vec<Fault>>, Failure> {
        let mut shown = KeyEntries::new(self, (size, root), expected);
        let mut page = Page::default();
        let any = shown.read(self.source, (0, size), &mut |opened| page.entries.push(opened))?;
        let fault = |(entry, what): (u64, String)| Fault::new(KEYS, Some(entry), what);
        let faults: Vec<Fault> = shown.faults.into_iter().map(fault).collect();
        Ok(if faults.is_empty() { Ok(any.then_some(page)) } else { Err(faults) })
    }

    fn put_keys(&self, page: &Page) -> Result<(), Failure> {
        let file = self.copy.file(KEYS);
        let written = serde_json::to_vec(page).map_err(std::io::Error::other);
        let written = written.and_then(|bytes| match fs::read(&file) {
            Ok(known) if known == bytes => Ok(()),
            _ => replace(&file, &bytes),
        });
        written.map_err(|error| Failure::file(&file, &error))
    }
}

impl Source for Copying<'_> {
    fn fetch(&self, path: &str) -> Result<Option<Vec<u8>>, Failure> {
        if let Some(bytes) = self.copy.fetch(path)? {
            return Ok(Some(bytes));
        }
        let Some(bytes) = self.source.fetch(path)? else { return Ok(None) };
        let file = self.copy.file(path);
        let made = file.parent().map_or(Ok(()), fs::create_dir_all);
        made.and_then(|()| put(&file, &bytes)).map_err(|error| Failure::file(&file, &error))?;
        self.written.lock().unwrap_or_else(PoisonError::into_inner).push(file);
        Ok(Some(bytes))
    }
}
