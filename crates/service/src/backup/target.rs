//! The files of a backup, written so that what a manifest names is durable.

use super::manifest::{MANIFEST, Manifest};
use crate::error::{Code, Error};
use crate::files::{in_file, sync_dir};
use laiqu_ledger::{DirectoryStorage, Storage as _, StorageLock};
use sha2::{Digest as _, Sha256};
use std::fs::{self, DirBuilder, File, OpenOptions};
use std::io::{Read as _, Write as _};
use std::os::unix::fs::{DirBuilderExt as _, FileExt as _, OpenOptionsExt as _};
use std::path::{Path, PathBuf};

const LOCK: &str = "lock";
/// What a backup that was cut off before it wrote its first manifest may have left.
const BEGUN: [&str; 3] = [LOCK, "log", "manifest.json.tmp"];
/// Bytes that are read at a time.
const PIECE_BYTES: usize = 1 << 20;
/// What stands for the bytes of an erased frame.
const ERASED: u8 = 0xE5;

/// A backup's directory, locked.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) path: PathBuf,
    _lock: Box<dyn StorageLock>,
}

impl Target {
    /// Opens the backup in this directory, or begins one in a missing or empty one.
    pub(super) fn open(path: &Path, origin: &str) -> Result<(Self, Manifest), Error> {
        if !path.exists() {
            directory(path)?;
        }
        let used = path.join(MANIFEST).exists();
        if !used && !holds_only(path, &BEGUN)? {
            let detail = format!("{} holds something that is no backup", path.display());
            return Err(Error::new(Code::Forbidden, detail));
        }
        let locked = DirectoryStorage::open(path).and_then(|found| found.try_lock(LOCK, true));
        let lock = locked.map_err(|e| in_file(path, &e))?.ok_or_else(|| {
            let detail = format!("{}: another backup is running", path.display());
            Error::new(Code::Locked, detail)
        })?;
        let target = Self { path: path.to_owned(), _lock: lock };
        if used {
            return Ok((target, Manifest::read(path)?));
        }
        let manifest = Manifest::empty(origin);
        directory(&path.join("log"))?;
        manifest.write(path)?;
        Ok((target, manifest))
    }

    /// Adds bytes to a segment durably.
    pub(super) fn add(&self, name: &str, from: u64, bytes: &[u8]) -> Result<(), Error> {
        let path = self.path.join(name);
        let failed = |error: std::io::Error| in_file(&path, &error);
        let new = !path.exists();
        let mut options = OpenOptions::new();
        let file = options.write(true).create(true).truncate(false).mode(0o600).open(&path);
        let file = file.map_err(failed)?;
        let added = file.set_len(from).and_then(|()| file.write_all_at(bytes, from));
        if let Err(error) = added.and_then(|()| file.sync_all()) {
            // What was there stays usable as it is, on a full disk for example.
            if let Err(error) = file.set_len(from) {
                tracing::warn!(%error, "half a write stays in the backup; the next run drops it");
            }
            return Err(failed(error));
        }
        if new { sync_dir(&self.path.join("log")) } else { Ok(()) }
    }

    /// Overwrites an erased frame durably.
    pub(super) fn erase(&self, name: &str, from: u64, to: u64) -> Result<(), Error> {
        let path = self.path.join(name);
        let failed = |error: std::io::Error| in_file(&path, &error);
        let file = OpenOptions::new().write(true).open(&path).map_err(failed)?;
        let length = usize::try_from(to - from).unwrap_or(0);
        file.write_all_at(&vec![ERASED; length], from).map_err(failed)?;
        file.sync_data().map_err(failed)
    }

    /// Bytes of a file, 0 where there is none.
    pub(super) fn length(&self, name: &str) -> u64 {
        fs::metadata(self.path.join(name)).map_or(0, |found| found.len())
    }

    /// The hash of a file's first bytes; `None` where it is shorter.
    pub(super) fn hash(&self, name: &str, bytes: u64) -> Result<Option<Sha256>, Error> {
        let path = self.path.join(name);
        let mut hasher = Sha256::new();
        let copied = pieces(&path, bytes, &mut |piece| {
            hasher.update(piece);
            Ok(())
        })?;
        Ok((copied == bytes).then_some(hasher))
    }
}

/// Whether a directory holds at most files and directories of these names.
fn holds_only(path: &Path, names: &[&str]) -> Result<bool, Error> {
    for entry in fs::read_dir(path).map_err(|e| in_file(path, &e))? {
        let name = entry.map_err(|e| in_file(path, &e))?.file_name();
        if !names.iter().any(|known| name == *known) {
            return Ok(false);
        }
    }
    Ok(true)
}

/// Makes a directory that only its owner may read, and its name durable.
pub(super) fn directory(path: &Path) -> Result<(), Error> {
    DirBuilder::new().mode(0o700).recursive(true).create(path).map_err(|e| in_file(path, &e))?;
    match std::path::absolute(path).ok().as_deref().and_then(Path::parent) {
        Some(parent) => sync_dir(parent),
        None => Ok(()),
    }
}

/// Replaces a file as a whole, durably.
pub(crate) fn replace(path: &Path, bytes: &[u8], mode: u32) -> Result<(), Error> {
    let mut name = path.file_name().unwrap_or_default().to_owned();
    name.push(".tmp");
    let temporary = path.with_file_name(name);
    let mut options = OpenOptions::new();
    let file = options.write(true).create(true).truncate(true).mode(mode).open(&temporary);
    let mut file = file.map_err(|e| in_file(&temporary, &e))?;
    let written = file.write_all(bytes).and_then(|()| file.sync_all());
    written.map_err(|e| in_file(&temporary, &e))?;
    fs::rename(&temporary, path).map_err(|e| in_file(path, &e))?;
    path.parent().map_or(Ok(()), sync_dir)
}

/// Shows the first `bytes` of a file piece by piece; answers how many there were.
pub(super) fn pieces(
    path: &Path,
    bytes: u64,
    show: &mut dyn FnMut(&[u8]) -> Result<(), Error>,
) -> Result<u64, Error> {
    let failed = |error: std::io::Error| in_file(path, &error);
    let file = match File::open(path) {
        Ok(file) => file,
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => return Ok(0),
        Err(error) => return Err(failed(error)),
    };
    let (mut file, mut buffer) = (file.take(bytes), vec![0; PIECE_BYTES]);
    let mut done = 0;
    loop {
        let read = file.read(&mut buffer).map_err(failed)?;
        if read == 0 {
            return Ok(done);
        }
        show(buffer.get(..read).unwrap_or_default())?;
        done += read as u64;
    }
}
