//! Who may do what with a log's files, and how they are found.

use std::collections::BTreeSet;
use std::path::Path;
use std::thread;
use std::time::Duration;

use crate::bytes::at;
use crate::error::{Damage, Error};
use crate::segment::{self, SEGMENT_BYTES_MAX};
use crate::storage::{DirectoryStorage, Storage, StorageFile, StorageLock};
use crate::{summary, tree};

pub(crate) const LOCK_NAME: &str = "lock";
/// How often a writer tries for the lock, which a reader may hold for a moment.
const LOCK_TRIES_MAX: u32 = 10;
const LOCK_PAUSE_MILLIS: u64 = 20;

/// Who looks at the log, which decides what an unfinished tail means.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Access {
    /// The one writer, holding the lock: a cut-off tail is repaired.
    Writer,
    /// A reader while nobody writes: a cut-off tail is left out, damage is damage.
    Alone,
    /// A reader beside a writer: what is not whole at the end is being written.
    BesideWriter,
}

impl Access {
    pub(crate) fn of_reader(storage: &dyn Storage) -> Result<Access, Error> {
        match storage.try_lock(LOCK_NAME, false) {
            Ok(Some(_)) => Ok(Access::Alone),
            Ok(None) => Ok(Access::BesideWriter),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(Access::Alone),
            Err(source) => Err(Error::io("lock", LOCK_NAME)(source)),
        }
    }
}

/// Whether a file holds nothing that the segments do not say, and is written anew from them.
pub(crate) fn is_derived(name: &str) -> bool {
    summary::parse_name(name).is_some() || tree::is_name(name)
}

/// Whether a process has the log in `directory` open for writing.
pub fn is_being_written(directory: &Path) -> Result<bool, Error> {
    let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
    Ok(Access::of_reader(&storage)? == Access::BesideWriter)
}

/// Takes the lock of the one writer.
pub(crate) fn lock(storage: &dyn Storage) -> Result<Box<dyn StorageLock>, Error> {
    for _ in 0..LOCK_TRIES_MAX {
        let tried = storage.try_lock(LOCK_NAME, true);
        if let Some(lock) = tried.map_err(Error::io("lock", LOCK_NAME))? {
            return Ok(lock);
        }
        thread::sleep(Duration::from_millis(LOCK_PAUSE_MILLIS));
    }
    Err(Error::Locked)
}

/// Numbers of the segments, which must be 0, 1, 2 … without a gap.
pub(crate) fn segment_numbers(storage: &dyn Storage) -> Result<BTreeSet<u64>, Error> {
    let names = storage.list().map_err(Error::io("list", "the log"))?;
    Ok(names.iter().filter_map(|name| segment::parse_name(name)).collect())
}

/// Bytes of a segment file; refused where no segment can be so long, since files are read whole.
pub(crate) fn segment_length(file: &dyn StorageFile, number: u64) -> Result<u64, Error> {
    let length = file.length().map_err(Error::io("read", &segment::name(number)))?;
    let Some(what) = segment::too_long(number, length) else { return Ok(length) };
    let (from, to) = (u64::from(SEGMENT_BYTES_MAX), length);
    Err(Damage { segment: number, from, to, entry: None, what }.into())
}

/// All bytes of a segment file.
pub(crate) fn read_image(file: &dyn StorageFile, number: u64) -> Result<Vec<u8>, Error> {
    let mut image = vec![0; at(segment_length(file, number)?)];
    let failed = Error::io("read", &segment::name(number));
    file.read_exact_at(&mut image, 0).map_err(failed)?;
    Ok(image)
}
