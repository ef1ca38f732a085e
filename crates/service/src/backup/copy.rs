//! The copying itself: segments, small files, erasures.

use super::manifest::{FileEntry, Manifest, is_secret, segment_name};
use super::target::{Target, directory, replace};
use super::{Backup, UNEXPLAINED_PAUSE, UNEXPLAINED_TRIES_MAX};
use crate::error::Error;
use crate::files::{DataDir, in_file};
use crate::open::refused;
use laiqu_ledger::Piece;
use laiqu_proof::{Hash, SignedCheckpoint};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;

impl Backup {
    /// Forgets segments in the backup that are not what the manifest says, so that they are
    /// copied anew.
    pub(super) fn look_at_held(&mut self) -> Result<(), Error> {
        let mut wrong = BTreeSet::new();
        for (number, file) in self.manifest.files.iter().filter_map(numbered) {
            if file.full && !self.options.check {
                if self.target.length(&file.name) != file.bytes || file.sha256.is_none() {
                    wrong.insert(number);
                }
                continue;
            }
            let hash = self.target.hash(&file.name, file.bytes)?;
            let found = hash.as_ref().map(|hash| hex(hash.clone()));
            if found.is_none() || found != file.sha256 {
                wrong.insert(number);
            } else if let Some(hash) = hash.filter(|_| !file.full) {
                self.growing.insert(number, hash);
            }
        }
        for number in &wrong {
            tracing::warn!(number, "a segment of the backup is not what it was; copying it anew");
        }
        let held = |file: &FileEntry| numbered(file).is_none_or(|(n, _)| !wrong.contains(&n));
        self.manifest.files.retain(held);
        Ok(())
    }

    pub(super) fn copy_segments(&mut self) -> Result<u64, Error> {
        let mut copied = 0;
        for _ in 0..UNEXPLAINED_TRIES_MAX {
            let (manifest, target, growing) = (&mut self.manifest, &self.target, &mut self.growing);
            let held: BTreeMap<u64, u64> =
                manifest.files.iter().filter_map(numbered).map(|(n, f)| (n, f.bytes)).collect();
            let mut hand_on = |piece: Piece<'_>| -> Result<(), Handing> {
                copied += piece.bytes.len() as u64;
                let entry = take(target, growing, piece).map_err(Handing::Target)?;
                manifest.put(entry);
                // A run that is cut off need not begin anew.
                let full = piece.full && !piece.bytes.is_empty();
                if full { manifest.write(&target.path).map_err(Handing::Target) } else { Ok(()) }
            };
            let held = |number: u64| held.get(&number).copied().unwrap_or(0);
            self.durable.advance(&held, &mut hand_on).map_err(Handing::into_error)?;
            if self.durable.unexplained().is_none() {
                return Ok(copied);
            }
            std::thread::sleep(UNEXPLAINED_PAUSE);
        }
        self.durable.unexplained().map_or(Ok(copied), |error| Err(refused(error)))
    }

    /// Descriptor, checkpoint and, if asked for, keys.
    pub(super) fn copy_small(&self, next: &mut Manifest) -> Result<u64, Error> {
        let target = |name: &str| self.target.path.join(name);
        replace(&target("laiqu.json"), next.descriptor.as_bytes(), 0o644)?;
        if let Some(text) = &next.published {
            replace(&target("published"), text.as_bytes(), 0o644)?;
        }
        let mut copied = 0;
        if self.options.with_secrets {
            directory(&target("secrets"))?;
            for name in secret_names(&self.source)? {
                let path = self.source.path().join(&name);
                let key = fs::read(&path).map_err(|e| in_file(&path, &e))?;
                replace(&target(&name), &key, 0o600)?;
                let bytes = key.len() as u64;
                next.put(FileEntry { name, bytes, sha256: None, full: false });
                copied += bytes;
            }
            next.secrets = true;
        }
        Ok(copied)
    }

    /// The checkpoint that the server published last. Whether it holds is for `restore` to prove.
    pub(super) fn published(&self) -> Option<(String, u64)> {
        let text = fs::read_to_string(self.source.published()).ok()?;
        let checkpoint = SignedCheckpoint::parse(&text).ok()?.checkpoint().clone();
        (checkpoint.origin == self.descriptor.origin).then_some((text, checkpoint.size))
    }

    /// Carries out erasures in the backup: first the manifest says that hashes are about to
    /// change, then bytes go, then the new hashes are taken.
    pub(super) fn erase(&mut self, new: &[u64]) -> Result<(), Error> {
        let mut frames = Vec::new();
        for index in new {
            frames.push(self.durable.frame(*index).map_err(refused)?);
        }
        let touched: BTreeSet<u64> = frames.iter().map(|frame| frame.segment).collect();
        self.manifest.erased.extend(new);
        self.manifest.erased.sort_unstable();
        if touched.is_empty() {
            return Ok(());
        }
        for (number, file) in self.manifest.files.iter_mut().filter_map(numbered_mut) {
            if touched.contains(&number) {
                file.sha256 = None;
            }
        }
        self.manifest.write(&self.target.path)?;
        for frame in frames {
            self.target.erase(&segment_name(frame.segment), frame.from, frame.to)?;
        }
        for (number, file) in self.manifest.files.iter_mut().filter_map(numbered_mut) {
            if !touched.contains(&number) {
                continue;
            }
            let hash = self.target.hash(&file.name, file.bytes)?;
            file.sha256 = hash.clone().map(hex);
            if let Some(hash) = hash.filter(|_| !file.full) {
                self.growing.insert(number, hash);
            }
        }
        Ok(())
    }
}

/// Writes a piece, and answers what the manifest says of its segment from now on.
fn take(
    target: &Target,
    growing: &mut BTreeMap<u64, Sha256>,
    piece: Piece<'_>,
) -> Result<FileEntry, Error> {
    let Piece { segment, from, bytes, full } = piece;
    let name = segment_name(segment);
    let mut hash = growing.remove(&segment).filter(|_| from > 0).unwrap_or_default();
    target.add(&name, from, bytes)?;
    hash.update(bytes);
    let sha256 = Some(hex(hash.clone()));
    if !full {
        growing.insert(segment, hash);
    }
    Ok(FileEntry { name, bytes: from + bytes.len() as u64, sha256, full })
}

/// Which side failed while bytes were handed on.
enum Handing {
    Source(laiqu_ledger::Error),
    Target(Error),
}

impl From<laiqu_ledger::Error> for Handing {
    fn from(error: laiqu_ledger::Error) -> Self {
        Self::Source(error)
    }
}

impl Handing {
    fn into_error(self) -> Error {
        match self {
            Self::Source(error) => refused(error),
            Self::Target(error) => error,
        }
    }
}

/// Names of the private keys.
fn secret_names(source: &DataDir) -> Result<Vec<String>, Error> {
    let path = source.secrets();
    let failed = |error: std::io::Error| in_file(&path, &error);
    let mut names = Vec::new();
    for entry in fs::read_dir(&path).map_err(failed)? {
        let name = format!("secrets/{}", entry.map_err(failed)?.file_name().to_string_lossy());
        if is_secret(&name) {
            names.push(name);
        }
    }
    Ok(names)
}

fn number_of(name: &str) -> Option<u64> {
    name.strip_prefix("log/")?.strip_suffix(".seg")?.parse().ok()
}

fn numbered(file: &FileEntry) -> Option<(u64, &FileEntry)> {
    number_of(&file.name).map(|number| (number, file))
}

fn numbered_mut(file: &mut FileEntry) -> Option<(u64, &mut FileEntry)> {
    number_of(&file.name).map(|number| (number, file))
}

fn hex(hash: Sha256) -> String {
    Hash(hash.finalize().into()).to_hex()
}
