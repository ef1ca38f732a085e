//! The durable part of a log, followed beside its writer: what a backup copies.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;

use laiqu_proof::Hash;

use super::{Depth, Pass, damage};
use crate::access::{Access, segment_length};
use crate::bytes::{SECTOR_BYTES, all_zero, at, span};
use crate::error::Error;
use crate::head::HeadFile;
use crate::judge::unit_of;
use crate::records::records;
use crate::segment::{self, FIRST_UNIT_AT, SegmentHeader};
use crate::storage::{DirectoryStorage, Storage};
use crate::unit::{Header, Place};
use crate::unit_head::{UnitHead, read_failed};

/// Bytes of a segment that were read and checked.
#[derive(Debug, Clone, Copy)]
pub struct Piece<'a> {
    /// Number of the segment.
    pub segment: u64,
    /// First byte in the segment's file.
    pub from: u64,
    /// The bytes.
    pub bytes: &'a [u8],
    /// Whether the segment is full, so that these are its last.
    pub full: bool,
}

/// Where the private frame of an entry stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FrameRange {
    /// Number of the segment.
    pub segment: u64,
    /// First byte in the segment's file.
    pub from: u64,
    /// The byte behind the last one.
    pub to: u64,
}

/// The part of a log that its head file says is durable, beside a writer or alone.
///
/// Nothing is written. Every byte that is handed on was checked before: checksums and chains,
/// not commitments and signatures.
pub struct Durable {
    storage: Arc<dyn Storage>,
    pass: Pass<'static>,
}

impl std::fmt::Debug for Durable {
    fn fmt(&self, out: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        out.debug_struct("Durable").field("size", &self.size()).finish_non_exhaustive()
    }
}

impl Durable {
    /// Finds the log in `directory`; [`Durable::advance`] reads it.
    pub fn open(directory: &Path) -> Result<Durable, Error> {
        let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
        Durable::open_on(Arc::new(storage))
    }

    /// [`Durable::open`] on any storage.
    pub fn open_on(storage: Arc<dyn Storage>) -> Result<Durable, Error> {
        let head = HeadFile::read(storage.as_ref())?;
        let segments = head.tail.segment + 1;
        let pass = Pass::new(head, Access::BesideWriter, segments, Depth::Ends);
        Ok(Durable { storage, pass })
    }

    /// Reads what became durable since the last time, and hands on the bytes that the other side
    /// does not hold: of each segment it holds `held` bytes. A full segment that it holds whole is
    /// not read, if its summary fits.
    pub fn advance<E: From<Error>>(
        &mut self,
        held: &dyn Fn(u64) -> u64,
        hand_on: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let head = HeadFile::read(self.storage.as_ref())?;
        if head.size < self.size() {
            let expected = self.size();
            return Err(Error::LostTail { found: head.size, expected }.into());
        }
        self.pass.head = head;
        self.pass.segments = head.tail.segment + 1;
        for number in self.pass.tail.segment..=head.tail.segment {
            self.segment(number, held, hand_on)?;
        }
        let found = self.pass.chain.head();
        if (found.size, found.last_leaf_hash) != (head.size, head.last_leaf_hash) {
            let (segment, from) = (head.tail.segment, u64::from(head.tail.offset));
            let what = "the entries before it are not those that the head file names";
            return Err(Error::from(damage(segment, from, from, None, what)).into());
        }
        Ok(())
    }

    fn segment<E: From<Error>>(
        &mut self,
        number: u64,
        held: &dyn Fn(u64) -> u64,
        hand_on: &mut dyn FnMut(Piece<'_>) -> Result<(), E>,
    ) -> Result<(), E> {
        let (name, tail) = (segment::name(number), self.pass.head.tail);
        let full = number < tail.segment;
        let known = at(number) < self.pass.published.files.len();
        let file = self.storage.open(&name, false).map_err(Error::io("open", &name))?;
        let length = segment_length(file.as_ref(), number)?;
        let end = if full { length } else { u64::from(tail.offset) };
        let held = held(number).min(end);
        if !known {
            self.pass.published.files.push(Arc::clone(&file));
            if held == length && self.pass.skip(self.storage.as_ref(), number, file.as_ref()) {
                self.pass.tail = Place { segment: number + 1, offset: FIRST_UNIT_AT };
                return Ok(());
            }
            self.pass.tail = Place { segment: number, offset: FIRST_UNIT_AT };
        }
        // Units that are known are not read again, but perhaps handed on.
        let from = if known { held.min(u64::from(self.pass.tail.offset)) } else { 0 };
        let mut bytes = vec![0; at(end.saturating_sub(from))];
        let number32 = u32::try_from(number).unwrap_or(u32::MAX);
        file.read_exact_at(&mut bytes, from).map_err(read_failed(number32))?;
        if !known {
            self.header(number, &bytes)?;
        }
        self.units(from, &bytes, full)?;
        let new = span(&bytes, at(held.saturating_sub(from)), bytes.len());
        let from = held.max(from);
        hand_on(Piece { segment: number, from, bytes: new, full })?;
        if full {
            self.pass.tail = Place { segment: number + 1, offset: FIRST_UNIT_AT };
        }
        Ok(())
    }

    fn header(&self, number: u64, bytes: &[u8]) -> Result<(), Error> {
        if let Some(found) = SegmentHeader::unknown_version(bytes) {
            let (name, known) = (segment::name(number), segment::VERSION);
            return Err(Error::UnknownFormat { name, found, known });
        }
        if SegmentHeader::parse(bytes) == Some(self.pass.expected_header(number)) {
            return Ok(());
        }
        let what = "the segment header does not hold, or does not follow on the one before";
        Err(damage(number, 0, SECTOR_BYTES as u64, None, what).into())
    }

    /// Takes the units from the tail to the end of these bytes of the tail's segment.
    fn units(&mut self, base: u64, bytes: &[u8], full: bool) -> Result<(), Error> {
        loop {
            let place = self.pass.tail;
            let rest = span(bytes, at(u64::from(place.offset) - base), bytes.len());
            if rest.is_empty() || (full && all_zero(rest)) {
                return Ok(());
            }
            let size = self.pass.chain.head().size;
            let length = Header::parse(rest).map_or(0, |header| at(header.length));
            let Some(unit) = unit_of(span(rest, 0, length), place, size) else {
                let (from, to) = (u64::from(place.offset), u64::from(place.offset) + 1);
                let to = to.max(from + length as u64);
                let what = "a commit unit does not hold";
                return Err(damage(place.segment, from, to, Some(size), what).into());
            };
            self.pass.tail.offset = self.pass.take(&unit)?.1;
        }
    }

    /// Entries that the head file stated when it was read last.
    pub fn head_size(&self) -> u64 {
        self.pass.head.size
    }

    /// Entries that were read or passed over.
    pub fn size(&self) -> u64 {
        self.pass.chain.head().size
    }

    /// Leaf hash of the last of them.
    pub fn last_leaf_hash(&self) -> Hash {
        self.pass.chain.head().last_leaf_hash
    }

    /// Time of the last of them, in microseconds since 1970.
    pub fn last_time_micros(&self) -> Option<u64> {
        self.pass.chain.head().last_time_micros
    }

    /// Root of the tree over them (RFC 6962 section 2.1).
    pub fn root(&self) -> Hash {
        self.pass.frontier.root()
    }

    /// The head file of exactly this part. Open, so that bytes behind it count as a cut-off write.
    pub fn head_file(&self) -> String {
        HeadFile { clean: false, ..self.pass.head }.encode()
    }

    /// Entries whose frame is erased, and the entry that says so.
    pub fn erased(&self) -> &BTreeMap<u64, u64> {
        &self.pass.published.erased
    }

    /// A frame that does not hold although no entry says that it was erased, if there is one. An
    /// erasure that is just being carried out looks so until the head file covers its entry.
    pub fn unexplained(&self) -> Option<Error> {
        let erased = self.erased();
        let found = self.pass.unreadable.iter().find(|(index, _)| !erased.contains_key(index));
        found.map(|(_, damage)| damage.clone().into())
    }

    /// Where the frame of an entry stands.
    pub fn frame(&self, index: u64) -> Result<FrameRange, Error> {
        let (head, position) = self.unit_head(index)?;
        let (list, _) = records(&head.header, head.meta());
        let record = list.get(position).ok_or_else(|| head.damage("it misses an entry"))?;
        let (segment, base) = (head.header.place.segment, u64::from(head.header.place.offset));
        let (from, to) = (base + record.frame_from as u64, base + record.frame_to as u64);
        Ok(FrameRange { segment, from, to })
    }

    /// The leaf of an entry as it is stored.
    pub fn leaf(&self, index: u64) -> Result<Vec<u8>, Error> {
        let (head, position) = self.unit_head(index)?;
        let (list, _) = records(&head.header, head.meta());
        let record = list.get(position).ok_or_else(|| head.damage("it misses an entry"))?;
        Ok(record.leaf.to_vec())
    }

    fn unit_head(&self, index: u64) -> Result<(UnitHead, usize), Error> {
        let (unit, file) = self.pass.published.locate(index)?;
        Ok((UnitHead::read(unit, file.as_ref())?, at(index - unit.first_index)))
    }
}
