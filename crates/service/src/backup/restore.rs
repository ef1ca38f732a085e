//! A ledger from its backup: copied under another name, proved, and only then put in its place.

use super::manifest::{Manifest, is_secret};
use super::replace;
use super::target::{directory, pieces};
use crate::error::{Code, Error};
use crate::files::{in_file, sync_dir};
use crate::init::{Initialised, make};
use laiqu_proof::Hash;
use serde::Serialize;
use sha2::{Digest as _, Sha256};
use std::fs::{self, OpenOptions};
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::{Path, PathBuf};

/// Tells a half-made restore from anything else in its place.
const MARK: &str = "restoring";
/// What is made beside the mark, and then moved to its place.
const CONTENT: &str = "ledger";
/// Where a successor keeps the ledger that it follows on.
const PREDECESSOR: &str = "predecessor";

/// The ledger that a new one follows on, as its entry 0 names it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Predecessor {
    /// Its name in checkpoints.
    pub origin: String,
    /// Entries of it that were restored.
    pub size: u64,
    /// Root of the tree over them, lower-case hex.
    pub root: String,
}

/// A restored ledger that is not in its place yet. Dropping it removes all of it.
#[derive(Debug)]
pub struct Restoring {
    backup: PathBuf,
    manifest: Manifest,
    directory: PathBuf,
    /// Holds the mark and the content; goes with this value.
    temporary: PathBuf,
    content: PathBuf,
    /// Where the restored ledger lies, within the content.
    ledger: PathBuf,
}

impl Restoring {
    /// Copies everything but the keys next to `directory`, which must be missing or empty, and
    /// checks the hash of every file. `successor` where a new ledger is to follow on this one.
    ///
    /// # Errors
    /// Where there is no backup, it is damaged, or `directory` is in use.
    pub fn begin(backup: &Path, directory: &Path, successor: bool) -> Result<Self, Error> {
        let manifest = Manifest::read(backup)?;
        if manifest.size == 0 {
            let detail = format!("{}: the backup was never finished", backup.display());
            return Err(Error::new(Code::Damaged, detail));
        }
        check_free(directory)?;
        let directory = std::path::absolute(directory).map_err(|e| in_file(directory, &e))?;
        let temporary = beside(&directory)?;
        let content = temporary.join(CONTENT);
        let ledger = if successor { content.join(PREDECESSOR) } else { content.clone() };
        let backup = backup.to_owned();
        let restoring = Self { backup, manifest, directory, temporary, content, ledger };
        restoring.copy()?;
        Ok(restoring)
    }

    /// What is restored.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// The restored ledger, to be proved. It has no keys yet, so that nothing can serve it.
    #[must_use]
    pub fn ledger(&self) -> &Path {
        &self.ledger
    }

    /// The published checkpoint that came with the backup.
    #[must_use]
    pub fn checkpoint(&self) -> Option<String> {
        self.manifest.published.clone()
    }

    /// Puts the proved ledger in its place, with its keys where the backup holds them.
    ///
    /// # Errors
    /// Where a file cannot be written, or the place was taken meanwhile.
    pub fn finish(self) -> Result<(), Error> {
        if self.manifest.secrets {
            directory(&self.content.join("secrets"))?;
            for file in self.manifest.files.iter().filter(|file| is_secret(&file.name)) {
                self.copy_file(&file.name, 0o600)?;
            }
        }
        self.put_in_place()
    }

    /// Makes the new ledger `origin` that follows on the restored one, and puts both in their
    /// place; the old one keeps no keys and is never signed again.
    ///
    /// # Errors
    /// As [`Restoring::finish`]; also where `origin` is no key name, or the old one.
    pub fn finish_as_successor(self, origin: &str) -> Result<Initialised, Error> {
        let Manifest { origin: old, size, root, .. } = self.manifest.clone();
        if old == origin {
            let detail = "a successor needs another name than the ledger that it follows on";
            return Err(Error::new(Code::InvalidParameter, detail));
        }
        let predecessor = Predecessor { origin: old, size, root };
        let mut made = make(&self.content, origin, Some(&predecessor))?;
        made.data = self.directory.display().to_string();
        self.put_in_place()?;
        Ok(made)
    }

    fn copy(&self) -> Result<(), Error> {
        directory(&self.temporary)?;
        let mark = self.temporary.join(MARK);
        fs::File::create(&mark).map_err(|e| in_file(&mark, &e))?;
        directory(&self.ledger.join("log"))?;
        for file in &self.manifest.files {
            if !is_secret(&file.name) {
                self.copy_file(&file.name, 0o644)?;
            }
        }
        let put = |name: &str, text: &str| replace(&self.ledger.join(name), text.as_bytes(), 0o644);
        if let Some(text) = &self.manifest.published {
            put("published", text)?;
        }
        put("laiqu.json", &self.manifest.descriptor)?;
        put("log/head", &self.manifest.head)
    }

    fn copy_file(&self, name: &str, mode: u32) -> Result<(), Error> {
        let (from, to) = (self.backup.join(name), self.ledger.join(name));
        let broken = |what: &str| {
            let detail = format!("{}: {what}; bring the backup up to date", from.display());
            Error::new(Code::Damaged, detail)
        };
        let entry = self.manifest.file(name).ok_or_else(|| broken("it is not in the manifest"))?;
        let failed = |error: std::io::Error| in_file(&to, &error);
        let mut options = OpenOptions::new();
        let mut file = options.write(true).create_new(true).mode(mode).open(&to).map_err(failed)?;
        let mut hash = Sha256::new();
        let copied = pieces(&from, entry.bytes, &mut |piece| {
            hash.update(piece);
            file.write_all(piece).map_err(failed)
        })?;
        file.sync_all().map_err(failed)?;
        if copied != entry.bytes {
            return Err(broken("it is missing or too short"));
        }
        let found = Hash(hash.finalize().into()).to_hex();
        // Without a hash an erasure was being carried out; the proof afterwards tells.
        if entry.sha256.as_ref().is_some_and(|expected| *expected != found) {
            return Err(broken("its SHA-256 is not the one in the manifest"));
        }
        to.parent().map_or(Ok(()), sync_dir)
    }

    fn put_in_place(&self) -> Result<(), Error> {
        check_free(&self.directory)?;
        if self.directory.exists() {
            fs::remove_dir(&self.directory).map_err(|e| in_file(&self.directory, &e))?;
        }
        sync_dir(&self.content)?;
        fs::rename(&self.content, &self.directory).map_err(|e| in_file(&self.directory, &e))?;
        self.directory.parent().map_or(Ok(()), sync_dir)
    }
}

impl Drop for Restoring {
    fn drop(&mut self) {
        if let Err(error) = clear(&self.temporary) {
            let path = self.temporary.display();
            tracing::warn!(%path, %error, "what was restored in part could not be removed");
        }
    }
}

/// Removes what a restore left: the mark last, so that this can be cut off too.
fn clear(temporary: &Path) -> std::io::Result<()> {
    match fs::remove_dir_all(temporary.join(CONTENT)) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => Err(error),
        _ => fs::remove_dir_all(temporary),
    }
}

fn check_free(directory: &Path) -> Result<(), Error> {
    let used = match fs::read_dir(directory) {
        Ok(mut names) => names.next().is_some(),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => false,
        Err(error) => return Err(in_file(directory, &error)),
    };
    if used {
        let detail = format!("{} is not empty; nothing is written over", directory.display());
        return Err(Error::new(Code::Forbidden, detail));
    }
    Ok(())
}

/// The name under which a restore is prepared; what an interrupted one left there goes.
fn beside(directory: &Path) -> Result<PathBuf, Error> {
    let mut name = std::ffi::OsString::from(".");
    name.push(directory.file_name().unwrap_or_default());
    name.push(".restoring");
    let temporary = directory.with_file_name(name);
    if temporary.join(MARK).exists() {
        clear(&temporary).map_err(|e| in_file(&temporary, &e))?;
    }
    check_free(&temporary)?;
    Ok(temporary)
}
