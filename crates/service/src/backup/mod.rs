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

mod copy;
mod manifest;
mod restore;
mod target;

#[cfg(test)]
mod tests;

use crate::clock::wall_micros;
use crate::error::{Code, Error};
use crate::files::{DataDir, Descriptor, in_file};
use crate::open::refused;
use laiqu_ledger::{Durable, Leaf, Reader};
use laiqu_proof::leaf_hash;
use sha2::Sha256;
use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;
use std::time::Duration;

pub use self::manifest::{BACKUP_FORMAT, FileEntry, Manifest};
pub use self::restore::{Predecessor, Restoring};
use self::target::Target;
pub(crate) use self::target::replace;

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
