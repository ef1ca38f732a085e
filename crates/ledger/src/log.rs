//! The log as its one writer holds it.

mod erase;
mod reserve;
mod space;

use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use laiqu_proof::{Frontier, Hash};

pub(crate) use self::reserve::RESERVE_NAME;
use self::space::create_segment;
use crate::access::{Access, LOCK_NAME, lock};
use crate::chain::{Chain, Head, IssuerHead};
use crate::error::Error;
use crate::head::HeadFile;
use crate::options::{Appended, LogOptions};
use crate::prepared::{self, PreparedEntry};
use crate::reader::{Entry, Published, Reader, UnitRef};
use crate::recover::{self, Depth, Recovery, Scanned};
use crate::segment::{self, FIRST_UNIT_AT, SegmentHeader};
use crate::settle::settle;
use crate::storage::{DirectoryStorage, Storage, StorageFile, StorageLock};
use crate::summary::Filling;
use crate::tree::LogTree;
use crate::unit::Place;

/// The append-only log of one ledger, open for writing under an exclusive lock.
///
/// Dropping it leaves the head file in the state `open`; [`Log::close`] stops cleanly.
#[derive(Debug)]
pub struct Log {
    storage: Arc<dyn Storage>,
    options: LogOptions,
    reader: Reader,
    chain: Chain,
    /// The tree over all leaves.
    frontier: Frontier,
    /// The last segment's summary to be.
    filling: Filling,
    /// The last segment.
    file: Arc<dyn StorageFile>,
    /// The first byte behind the last unit.
    tail: Place,
    /// Up to where the last segment holds synced zeros.
    zeroed_to: u64,
    /// Holds the unit being written; reused.
    buffer: Vec<u8>,
    poisoned: bool,
    /// Space is kept for a full disk.
    has_reserve: bool,
    /// That space is being used, or free for nobody but the operator.
    gave_up_reserve: bool,
    /// No space is taken ahead: what is kept for a full disk is being used.
    sparing: bool,
    _lock: Box<dyn StorageLock>,
}

impl Log {
    /// Creates an empty log in `directory`, which is made if it is missing.
    pub fn create(directory: &Path, options: LogOptions) -> Result<Log, Error> {
        let storage = DirectoryStorage::create(directory);
        Log::create_on(Arc::new(storage.map_err(Error::io("create", "the directory"))?), options)
    }

    /// [`Log::create`] on any storage.
    pub fn create_on(storage: Arc<dyn Storage>, options: LogOptions) -> Result<Log, Error> {
        let lock = lock(storage.as_ref())?;
        let names = storage.list().map_err(Error::io("list", "the log"))?;
        if names.iter().any(|name| name != LOCK_NAME) {
            return Err(Error::Exists);
        }
        let header = SegmentHeader { number: 0, first_index: 0, prev: Hash::ZERO };
        let (file, zeroed_to) = create_segment(storage.as_ref(), options, &header, 1)?;
        let files = vec![Arc::clone(&file)];
        let mut log = Log {
            storage,
            options,
            reader: Reader::new(Published { files, ..Published::default() }),
            chain: Chain::new(),
            frontier: Frontier::new(),
            filling: Filling::new(header),
            file,
            tail: Place { segment: 0, offset: FIRST_UNIT_AT },
            zeroed_to,
            buffer: Vec::new(),
            poisoned: false,
            has_reserve: false,
            gave_up_reserve: false,
            sparing: false,
            _lock: lock,
        };
        log.head_file(false).write(log.storage.as_ref())?;
        log.keep_reserve();
        Ok(log)
    }

    /// Opens the log in `directory` for writing, fast: wipes a cut-off tail, refuses damage in what
    /// it reads, which is
    /// - the head file, and the entry that it names;
    /// - the last segment, to the last byte;
    /// - of every full segment its header and its summary, which must fit to the segments before
    ///   and behind. A full segment without a summary that fits is read to the last byte, and the
    ///   summary written anew.
    ///
    /// It does not see bytes changed in full segments, apart from their headers; reading an entry
    /// there does. [`Log::open_with`] reads everything.
    pub fn open(directory: &Path, options: LogOptions) -> Result<(Log, Recovery), Error> {
        let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
        Log::open_to(Arc::new(storage), options, Depth::Ends)
    }

    /// Opens the log for writing as [`Log::open`] does, but reads all of it, checks every byte and
    /// chain, and shows every entry in order to `visit`, so that a fold needs no second pass. If
    /// the open fails, what was shown counts for nothing. An entry whose erasure had been cut off
    /// is shown with its frame, because the entry that says so comes later: see [`Reader::erased`].
    pub fn open_with(
        directory: &Path,
        options: LogOptions,
        visit: &mut dyn FnMut(Entry),
    ) -> Result<(Log, Recovery), Error> {
        let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
        Log::open_on(Arc::new(storage), options, visit)
    }

    /// [`Log::open_with`] on any storage.
    pub fn open_on(
        storage: Arc<dyn Storage>,
        options: LogOptions,
        visit: &mut dyn FnMut(Entry),
    ) -> Result<(Log, Recovery), Error> {
        Log::open_to(storage, options, Depth::Everything(visit))
    }

    pub(crate) fn open_to(
        storage: Arc<dyn Storage>,
        options: LogOptions,
        depth: Depth<'_>,
    ) -> Result<(Log, Recovery), Error> {
        let lock = lock(storage.as_ref())?;
        let scanned = recover::scan(storage.as_ref(), Access::Writer, depth)?;
        let zeroed_to = settle(storage.as_ref(), &scanned)?;
        for summary in &scanned.summaries {
            space::write_summary(storage.as_ref(), summary);
        }
        let Scanned { published, chain, frontier, filling, tail, recovery, .. } = scanned;
        for entry in &recovery.erased {
            tracing::warn!(entry, "erasure finished that had been cut off");
        }
        let file = published.files.last().cloned().ok_or(Error::Missing)?;
        if let Some((segment, from, to)) = recovery.torn {
            let completed = recovery.completed;
            tracing::warn!(segment, from, to, completed, "cut-off write found and settled");
        }
        let mut log = Log {
            storage,
            options,
            reader: Reader::new(published),
            chain,
            frontier,
            filling,
            file,
            tail,
            zeroed_to,
            buffer: Vec::new(),
            poisoned: false,
            has_reserve: false,
            gave_up_reserve: false,
            sparing: false,
            _lock: lock,
        };
        // From now on the head may lag: the next start must not take this one for clean.
        log.head_file(false).write(log.storage.as_ref())?;
        log.keep_reserve();
        Ok((log, recovery))
    }

    /// Where the next entry has to follow.
    pub fn head(&self) -> Head {
        self.chain.head()
    }

    /// Where this issuer's next entry has to follow.
    pub fn issuer_head(&self, issuer: u64) -> IssuerHead {
        self.chain.issuer(issuer)
    }

    /// A reader that sees each entry once it is durable.
    pub fn reader(&self) -> Reader {
        self.reader.clone()
    }

    /// The tree over all leaves, with its tiles in files beside the segments. The owner pushes
    /// what it appends.
    pub fn tree(&self) -> Result<LogTree, Error> {
        LogTree::over(Arc::clone(&self.storage), self.reader(), self.frontier.clone(), true)
    }

    /// Whether an earlier write failed, so that nothing is written until a restart.
    pub fn is_poisoned(&self) -> bool {
        self.poisoned
    }

    /// Appends one commit unit with one write and one sync; when it returns `Ok`, the entries
    /// are durable and readable.
    ///
    /// On [`Error::Io`] the outcome is unknown and the log is poisoned; on every other error but
    /// [`Error::Poisoned`] nothing was written.
    pub fn append(&mut self, entries: &[PreparedEntry]) -> Result<Appended, Error> {
        self.check_writable()?;
        let bytes = prepared::encoded_bytes(entries)?;
        let mut step = self.chain.step();
        for entry in entries {
            let pushed = step.push(&entry.leaf, entry.leaf_hash);
            pushed.map_err(|fault| Error::NotAfterHead { index: entry.leaf.index, fault })?;
        }
        let taken = step.finish();
        let erased = self.erasures_in(entries)?;
        let too_large = || Error::UnitTooLarge { bytes, entries: entries.len() };
        let length = u32::try_from(bytes).map_err(|_| too_large())?;
        let segment_max = u64::from(self.options.segment_bytes_max);
        if u64::from(FIRST_UNIT_AT) + bytes > segment_max {
            return Err(too_large());
        }
        if u64::from(self.tail.offset) + bytes > segment_max {
            self.roll()?;
        }
        self.ensure_zeroed(u64::from(self.tail.offset) + bytes)?;
        prepared::encode(&mut self.buffer, self.tail, length, entries).ok_or_else(too_large)?;
        let began = Instant::now();
        let written = self.write_buffer();
        let synced_in = began.elapsed();
        self.poison_on_error(written)?;

        let place = self.tail;
        let first_index = self.chain.head().size;
        self.filling.issuers.extend(taken.issuers());
        self.chain.apply(taken);
        entries.iter().for_each(|entry| self.frontier.push(entry.leaf_hash));
        self.tail.offset = place.offset.saturating_add(length);
        let segment = u32::try_from(place.segment).unwrap_or(u32::MAX);
        let head = self.chain.head();
        self.reader.publish(
            UnitRef { first_index, segment, offset: place.offset },
            head.size,
            erased,
        );
        Ok(Appended {
            first_index,
            size: head.size,
            last_leaf_hash: head.last_leaf_hash,
            segment: place.segment,
            offset: place.offset,
            bytes: length,
            synced_in,
        })
    }

    /// Keeps at least one zeroed piece ahead of the tail, so that the next append need not wait
    /// for it. The owner calls this when entries are acknowledged and before it waits.
    pub fn prepare(&mut self) -> Result<(), Error> {
        self.check_writable()?;
        let ahead = u64::from(self.tail.offset) + u64::from(self.options.zero_piece_bytes);
        self.ensure_zeroed(ahead.min(u64::from(self.options.segment_bytes_max)))
    }

    /// Writes the head file durably. The owner does this before it publishes a checkpoint, so
    /// that a log which lost published entries is never opened.
    pub fn write_head(&mut self) -> Result<(), Error> {
        self.put_head(false)
    }

    /// Stops cleanly: from now on any byte behind the head is damage.
    pub fn close(mut self) -> Result<(), Error> {
        self.put_head(true)
    }

    fn put_head(&mut self, clean: bool) -> Result<(), Error> {
        self.check_writable()?;
        let written = self.head_file(clean).write(self.storage.as_ref());
        // A full disk leaves the old head file as it was.
        self.poison_unless_full(written)
    }

    fn head_file(&self, clean: bool) -> HeadFile {
        let head = self.chain.head();
        let (size, last_leaf_hash) = (head.size, head.last_leaf_hash);
        HeadFile { clean, tail: self.tail, size, last_leaf_hash }
    }

    fn check_writable(&self) -> Result<(), Error> {
        if self.poisoned { Err(Error::Poisoned) } else { Ok(()) }
    }

    /// The one write and the one sync of an append.
    fn write_buffer(&self) -> Result<(), Error> {
        let failed = |action| Error::io(action, &segment::name(self.tail.segment));
        let offset = u64::from(self.tail.offset);
        self.file.write_all_at(&self.buffer, offset).map_err(failed("write"))?;
        self.file.sync_data().map_err(failed("sync"))
    }

    fn poison_on_error<T>(&mut self, result: Result<T, Error>) -> Result<T, Error> {
        if let Err(error) = &result {
            self.poisoned = true;
            tracing::error!(%error, "log poisoned, no more writes until a restart");
        }
        result
    }
}
