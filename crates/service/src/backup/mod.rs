//! Copies of a ledger, made beside its running server, brought up to date, and restored.
//!
//! ```text
//! BACKUP/manifest.json   what the backup holds, with the SHA-256 of every segment; replaced last
//! BACKUP/laiqu.json      BACKUP/log/NNNNNNNNNNNN.seg and head: as in a data directory
//! BACKUP/published       the newest published checkpoint that the copy contains, if there was one
//! BACKUP/secrets/        only where it was asked for
//! ```
//! A backup holds what the head file says is durable. What is derived (index, tiles, summaries) is
//! not copied. Bytes are handed on once their checksums and chain held; `restore` proves the rest.
//! Erasures are carried out in the backup too, in place, by every run that follows them.

mod manifest;
mod restore;
mod target;

#[cfg(test)]
mod tests;

use crate::clock::wall_micros;
use crate::error::{Code, Error};
use crate::files::{DataDir, Descriptor, in_file};
use crate::open::refused;
use laiqu_ledger::{Durable, Leaf, Piece, Reader};
use laiqu_proof::{Hash, SignedCheckpoint, leaf_hash};
use sha2::{Digest as _, Sha256};
use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::Path;
use std::time::Duration;

pub use self::manifest::{BACKUP_FORMAT, FileEntry, Manifest};
use self::manifest::{is_secret, segment_name};
pub use self::restore::{Predecessor, Restoring};
pub(crate) use self::target::replace;
use self::target::{Target, directory};

/// How often a frame that nothing explains is looked at again: the head file of a running server
/// covers its erasure within about a second.
const UNEXPLAINED_TRIES_MAX: u32 = 5;
const UNEXPLAINED_PAUSE: Duration = Duration::from_millis(1_000);

/// What a backup does beyond copying.
#[derive(Clone, Copy, Debug, Default)]
pub struct BackupOptions {
    /// Copies the private keys too.
    pub with_secrets: bool,
    /// Hashes every file of the backup again, and copies anew what is not what it was.
    pub check: bool,
}

/// One round of a backup.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Round {
    /// Entries that the backup now holds.
    pub size: u64,
    /// Root of the tree over them, lower-case hex.
    pub root: String,
    /// Entries that this round added.
    pub entries: u64,
    /// Bytes that it copied.
    pub bytes: u64,
    /// Erasures that it carried out in the backup.
    pub erased: u64,
    /// Size of the published checkpoint in the backup.
    pub checkpoint: Option<u64>,
    /// Entries that became durable meanwhile and are not in the backup.
    pub lag_entries: u64,
    /// Longest time from an entry's own to the end of the round that made it safe, in
    /// microseconds; 0 where nothing was new, and in the first round.
    pub lag_micros: u64,
}

/// A backup being brought up to date, once or again and again.
#[derive(Debug)]
pub struct Backup {
    source: DataDir,
    descriptor: Descriptor,
    target: Target,
    manifest: Manifest,
    durable: Durable,
    /// The running hash of each segment that is not full.
    growing: BTreeMap<u64, Sha256>,
    options: BackupOptions,
    /// A round is done, so that the next one follows the ledger.
    followed: bool,
}

impl Backup {
    /// Opens the backup in `target`, or begins one, of the ledger in `data`, which may be served
    /// meanwhile.
    ///
    /// # Errors
    /// Where there is no ledger, or `target` holds something else: other files, another ledger,
    /// or entries that this ledger does not have.
    pub fn open(data: &Path, target: &Path, options: BackupOptions) -> Result<Self, Error> {
        let source = DataDir::new(data);
        let descriptor = source.read_descriptor()?;
        check_apart(data, target)?;
        let reader = Reader::open(&source.log()).map_err(refused)?;
        let (target, manifest) = Target::open(target, &descriptor.origin)?;
        check_follows(&reader, &descriptor, &manifest)?;
        let durable = Durable::open(&source.log()).map_err(refused)?;
        let growing = BTreeMap::new();
        let mut backup = Self {
            source,
            descriptor,
            target,
            manifest,
            durable,
            growing,
            options,
            followed: false,
        };
        backup.look_at_held()?;
        Ok(backup)
    }

    /// What the backup holds.
    #[must_use]
    pub fn manifest(&self) -> &Manifest {
        &self.manifest
    }

    /// Forgets segments in the backup that are not what the manifest says, so that they are
    /// copied anew.
    fn look_at_held(&mut self) -> Result<(), Error> {
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

    /// Copies what became durable since the last round, and carries out erasures.
    ///
    /// # Errors
    /// Where the source is damaged, or a file cannot be read or written. What an earlier round
    /// finished stays as it is.
    pub fn round(&mut self) -> Result<Round, Error> {
        // First: what is copied afterwards then contains it.
        let (published, checkpoint) = self.published().unzip();
        let before = self.manifest.size;
        let mut bytes = self.copy_segments()?;
        let mut next = self.manifest.clone();
        next.size = self.durable.size();
        next.root = self.durable.root().to_hex();
        next.last_leaf = self.durable.last_leaf_hash().to_hex();
        next.head = self.durable.head_file();
        next.descriptor = self.source.descriptor_text()?;
        next.published = published.or(next.published);
        let erased: BTreeSet<u64> = next.erased.iter().copied().collect();
        let new: Vec<u64> =
            self.durable.erased().keys().copied().filter(|index| !erased.contains(index)).collect();
        let keys = self.options.with_secrets && !next.secrets;
        if next == self.manifest && new.is_empty() && bytes == 0 && before > 0 && !keys {
            return self.done(before, 0, 0, checkpoint);
        }
        bytes += self.copy_small(&mut next)?;
        replace(&self.target.path.join("log/head"), next.head.as_bytes(), 0o600)?;
        self.manifest = next;
        self.erase(&new)?;
        self.manifest.write(&self.target.path)?;
        self.done(before, bytes, new.len() as u64, checkpoint)
    }

    fn copy_segments(&mut self) -> Result<u64, Error> {
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
    fn copy_small(&self, next: &mut Manifest) -> Result<u64, Error> {
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
    fn published(&self) -> Option<(String, u64)> {
        let text = fs::read_to_string(self.source.published()).ok()?;
        let checkpoint = SignedCheckpoint::parse(&text).ok()?.checkpoint().clone();
        (checkpoint.origin == self.descriptor.origin).then_some((text, checkpoint.size))
    }

    /// Carries out erasures in the backup: first the manifest says that hashes are about to
    /// change, then bytes go, then the new hashes are taken.
    fn erase(&mut self, new: &[u64]) -> Result<(), Error> {
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

    fn done(
        &mut self,
        before: u64,
        bytes: u64,
        erased: u64,
        checkpoint: Option<u64>,
    ) -> Result<Round, Error> {
        let size = self.manifest.size;
        let now = u64::try_from(wall_micros()).unwrap_or(0);
        let mut lag_micros = 0;
        if std::mem::replace(&mut self.followed, true) && size > before {
            let leaf = self.durable.leaf(before).map_err(refused)?;
            let time = Leaf::decode(&leaf).map_or(now, |leaf| leaf.time_micros);
            lag_micros = now.saturating_sub(time);
        }
        let behind = Durable::open(&self.source.log()).map_err(refused)?.head_size();
        Ok(Round {
            size,
            root: self.manifest.root.clone(),
            entries: size - before,
            bytes,
            erased,
            checkpoint,
            lag_entries: behind.saturating_sub(size),
            lag_micros,
        })
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

/// A backup inside the ledger's own directory would be lost with it.
fn check_apart(data: &Path, target: &Path) -> Result<(), Error> {
    let data = data.canonicalize().map_err(|e| in_file(data, &e))?;
    let absolute = std::path::absolute(target).map_err(|e| in_file(target, &e))?;
    let nearest = absolute.ancestors().find_map(|path| path.canonicalize().ok());
    if nearest.is_some_and(|path| path.starts_with(&data)) {
        let detail = format!("{} lies inside the data directory", target.display());
        return Err(Error::new(Code::Forbidden, detail));
    }
    Ok(())
}

/// A backup only grows by what follows on it.
fn check_follows(
    reader: &Reader,
    descriptor: &Descriptor,
    manifest: &Manifest,
) -> Result<(), Error> {
    let refuse = |detail: String| Err(Error::new(Code::Forbidden, detail));
    if manifest.origin != descriptor.origin {
        return refuse(format!(
            "the backup is of {}, the ledger is {}",
            manifest.origin, descriptor.origin
        ));
    }
    let Some(last) = manifest.size.checked_sub(1) else { return Ok(()) };
    if reader.size() < manifest.size {
        let (backup, ledger) = (manifest.size, reader.size());
        return refuse(format!("the backup holds {backup} entries, the ledger only {ledger}"));
    }
    let leaves = reader.leaves(last, manifest.size).map_err(refused)?;
    if leaves.first().is_none_or(|leaf| leaf_hash(leaf).to_hex() != manifest.last_leaf) {
        return refuse(format!("entry {last} of the ledger is not the one in the backup"));
    }
    Ok(())
}
