//! Reading entries, beside a writer or alone.

use std::collections::BTreeMap;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};

use laiqu_proof::Hash;

use crate::access::Access;
use crate::bytes::at;
use crate::error::{Damage, Error};
use crate::frame::Frame;
use crate::leaf::Leaf;
use crate::records::{Record, records};
use crate::recover::{self, Depth};
use crate::scan::Scan;
use crate::storage::{DirectoryStorage, Storage, StorageFile};
use crate::unit::Place;
use crate::unit_head::{UnitHead, read_failed};

/// An entry as it is stored.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Entry {
    /// The leaf, decoded.
    pub leaf: Leaf,
    /// The leaf as it is stored and hashed.
    pub leaf_bytes: Vec<u8>,
    /// The private frame; `None` once it was erased, and [`Reader::erased_by`] tells by which
    /// entry.
    pub frame: Option<Frame>,
    /// How many events the entry holds.
    pub events: u32,
    /// Number of the segment file that holds the entry.
    pub segment: u64,
    /// First byte of the encoded frame in that file.
    pub frame_from: u64,
    /// The byte behind the encoded frame.
    pub frame_to: u64,
}

impl Entry {
    /// RFC 6962 hash of the leaf.
    pub fn leaf_hash(&self) -> Hash {
        laiqu_proof::leaf_hash(&self.leaf_bytes)
    }

    /// Reads an entry from a unit whose checksums hold; without a frame where that is erased.
    pub(crate) fn of(
        place: Place,
        record: &Record<'_>,
        frame: Option<&[u8]>,
    ) -> Result<Entry, Error> {
        let base = u64::from(place.offset);
        let damage = |what: String| Damage {
            segment: place.segment,
            from: base + record.from as u64,
            to: base + record.to as u64,
            entry: Some(record.index),
            what,
        };
        let leaf = Leaf::decode(record.leaf).map_err(|error| damage(error.to_string()))?;
        let frame = frame.map(Frame::decode).transpose();
        let frame = frame.map_err(|error| damage(error.to_string()))?;
        Ok(Entry {
            leaf,
            leaf_bytes: record.leaf.to_vec(),
            frame,
            events: record.events,
            segment: place.segment,
            frame_from: base + record.frame_from as u64,
            frame_to: base + record.frame_to as u64,
        })
    }
}

/// Where a unit begins; 16 bytes for each unit of the log stay in memory.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct UnitRef {
    pub(crate) first_index: u64,
    pub(crate) segment: u32,
    pub(crate) offset: u32,
}

/// A unit and its file.
pub(crate) type Located = (UnitRef, Arc<dyn StorageFile>);

/// What is durable and may be read; the writer adds to it after each sync.
#[derive(Debug, Default)]
pub(crate) struct Published {
    pub(crate) files: Vec<Arc<dyn StorageFile>>,
    pub(crate) units: Vec<UnitRef>,
    pub(crate) size: u64,
    /// Entries whose frame is erased or about to be, and the entry that says so.
    pub(crate) erased: BTreeMap<u64, u64>,
}

impl Published {
    /// The unit that holds an entry, and its file.
    pub(crate) fn locate(&self, index: u64) -> Result<Located, Error> {
        let missing = Error::NoEntry { index, size: self.size };
        if index >= self.size {
            return Err(missing);
        }
        let behind = self.units.partition_point(|unit| unit.first_index <= index);
        let found = behind.checked_sub(1).and_then(|position| self.units.get(position));
        let file = found.and_then(|unit| self.files.get(at(unit.segment)));
        found.copied().zip(file.cloned()).ok_or(missing)
    }
}

/// Reads durable entries. Clones share the same log and see what its writer adds.
#[derive(Debug, Clone)]
pub struct Reader {
    published: Arc<RwLock<Published>>,
}

impl Reader {
    /// Opens the log in `directory` for reading alone, also beside a running writer, up to its
    /// last whole unit. Nothing is written or repaired, and later entries are not seen.
    ///
    /// It reads as little as [`crate::Log::open`] does; what an entry holds is checked when it is
    /// read.
    pub fn open(directory: &Path) -> Result<Reader, Error> {
        let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
        Reader::open_on(&storage)
    }

    /// [`Reader::open`] on any storage.
    pub fn open_on(storage: &dyn Storage) -> Result<Reader, Error> {
        let scanned = recover::scan(storage, Access::of_reader(storage)?, Depth::Ends)?;
        Ok(Reader::new(scanned.published))
    }

    /// Opens the log as [`Reader::open`] does, but reads all of it, checks every byte and chain,
    /// and shows every entry in order to `visit`, as [`crate::Log::open_with`] does.
    pub fn open_with(directory: &Path, visit: &mut dyn FnMut(Entry)) -> Result<Reader, Error> {
        let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
        Reader::open_on_with(&storage, visit)
    }

    /// [`Reader::open_with`] on any storage.
    pub fn open_on_with(
        storage: &dyn Storage,
        visit: &mut dyn FnMut(Entry),
    ) -> Result<Reader, Error> {
        let access = Access::of_reader(storage)?;
        let scanned = recover::scan(storage, access, Depth::Everything(visit))?;
        Ok(Reader::new(scanned.published))
    }

    pub(crate) fn new(published: Published) -> Self {
        Reader { published: Arc::new(RwLock::new(published)) }
    }

    /// Entries that can be read.
    pub fn size(&self) -> u64 {
        self.read().size
    }

    /// Reads one entry and checks it against the checksums beside it.
    pub fn entry(&self, index: u64) -> Result<Entry, Error> {
        let (unit, file) = self.locate(index)?;
        let head = UnitHead::read(unit, file.as_ref())?;
        let (list, _) = records(&head.header, head.meta());
        let position = at(index.saturating_sub(unit.first_index));
        let record = list.get(position).ok_or_else(|| head.damage("it misses an entry"))?;
        let mut frame = vec![0; record.frame_to - record.frame_from];
        let from = u64::from(unit.offset) + record.frame_from as u64;
        file.read_exact_at(&mut frame, from).map_err(read_failed(unit.segment))?;
        let holds = crc32c::crc32c(&frame) == record.frame_crc;
        // Asked only now: an erasure is known before its first byte is written.
        if self.erased_by(index).is_some() {
            return Entry::of(head.header.place, record, None);
        }
        if !holds {
            return Err(Error::Damaged(Damage {
                segment: u64::from(unit.segment),
                from,
                to: from + frame.len() as u64,
                entry: Some(index),
                what: "the checksum of a private frame does not hold".to_owned(),
            }));
        }
        Entry::of(head.header.place, record, Some(&frame))
    }

    /// The `erasure` entry that took this entry's frame, if one did.
    pub fn erased_by(&self, index: u64) -> Option<u64> {
        self.read().erased.get(&index).copied()
    }

    /// Every entry whose frame an `erasure` entry took.
    pub fn erased(&self) -> Vec<u64> {
        self.read().erased.keys().copied().collect()
    }

    /// Did an `erasure` entry take a frame that has this index or a later one?
    pub fn has_erased_since(&self, index: u64) -> bool {
        self.read().erased.values().any(|by| *by >= index)
    }

    /// Those of some entries whose frame an `erasure` entry took, in order.
    pub(crate) fn erased_in(&self, entries: RangeInclusive<u64>) -> Vec<u64> {
        self.read().erased.range(entries).map(|(index, _)| *index).collect()
    }

    /// The entry whose frame the `erasure` entry `by` took.
    pub(crate) fn erasure_of(&self, by: u64) -> Option<u64> {
        let published = self.read();
        published.erased.iter().find(|(_, erasure)| **erasure == by).map(|(index, _)| *index)
    }

    /// The stored leaves from one index to another (exclusive), without their frames.
    pub fn leaves(&self, from: u64, to: u64) -> Result<Vec<Vec<u8>>, Error> {
        let mut leaves = Vec::with_capacity(at(to.saturating_sub(from)).min(4_096));
        let mut next = from;
        while next < to {
            let (unit, file) = self.locate(next)?;
            let head = UnitHead::read(unit, file.as_ref())?;
            let (list, _) = records(&head.header, head.meta());
            let wanted = list.iter().filter(|record| (next..to).contains(&record.index));
            let before = leaves.len();
            leaves.extend(wanted.map(|record| record.leaf.to_vec()));
            if leaves.len() == before {
                return Err(head.damage("it misses an entry").into());
            }
            next += (leaves.len() - before) as u64;
        }
        Ok(leaves)
    }

    /// All entries from `index` on, in order, up to what is durable when each unit is reached.
    pub fn scan(&self, index: u64) -> Scan {
        Scan::new(self.clone(), index)
    }

    /// Adds what the writer has synced. `erased` names pairs of an entry and its erasure.
    pub(crate) fn publish(&self, unit: UnitRef, size: u64, erased: Vec<(u64, u64)>) {
        let mut published = self.write();
        published.units.push(unit);
        published.size = size;
        published.erased.extend(erased);
    }

    pub(crate) fn add_file(&self, file: Arc<dyn StorageFile>) {
        self.write().files.push(file);
    }

    pub(crate) fn locate(&self, index: u64) -> Result<Located, Error> {
        self.read().locate(index)
    }

    /// The unit that holds an entry and those behind it, at `most` so many, each with its file;
    /// none behind the last entry.
    pub(crate) fn units_from(&self, index: u64, most: usize) -> Result<Vec<Located>, Error> {
        let published = self.read();
        if index >= published.size {
            return Ok(Vec::new());
        }
        let behind = published.units.partition_point(|unit| unit.first_index <= index);
        let units = published.units.iter().skip(behind.saturating_sub(1)).take(most);
        let file_of = |unit: &UnitRef| published.files.get(at(unit.segment)).cloned();
        let units: Option<Vec<_>> = units.map(|unit| Some((*unit, file_of(unit)?))).collect();
        units.filter(|_| behind > 0).ok_or(Error::NoEntry { index, size: published.size })
    }

    /// Calls `look` with all that is durable.
    pub(crate) fn with_published<T>(&self, look: impl FnOnce(&Published) -> T) -> T {
        look(&self.read())
    }

    fn read(&self) -> RwLockReadGuard<'_, Published> {
        self.published.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Published> {
        self.published.write().unwrap_or_else(PoisonError::into_inner)
    }
}
