//! Cuts segment files into runs of commit units, without judging more than their headers.

use std::collections::BTreeSet;
use std::sync::Arc;

use super::heads::{HEADS_MAX, Heads};
use crate::access::segment_numbers;
use crate::bytes::{SECTOR_BYTES, all_zero, at, span};
use crate::error::Error;
use crate::segment::{self, FIRST_UNIT_AT, SEGMENT_BYTES_MAX, SegmentHeader};
use crate::storage::{Storage, StorageFile};
use crate::unit::{Header, Place};

/// Bytes that are read and handed to a thread at a time; a longer unit is handed over whole.
const RUN_BYTES: usize = 1 << 20;

/// A unit from this length on is a run by itself: what is read behind it would be copied.
const LONG_UNIT_BYTES: usize = RUN_BYTES / 8;

/// The next piece of the segment files.
#[derive(Debug)]
pub(super) enum Piece {
    /// A segment begins.
    Segment {
        number: u64,
        /// Bytes of its file.
        length: u64,
        /// What its first sector states, or why that does not hold.
        header: Result<SegmentHeader, String>,
    },
    /// Units whose headers hold.
    Run(Run),
    /// Units of entries before those that are to be read again.
    Heads(Heads),
    /// From `place` to the end of the segment stand only zeros.
    Zeros { place: Place },
    /// All bytes from `place` to the end of the segment: no unit could be cut there. What follows
    /// is only read once the caller has said where to go on.
    Rest { place: Place, bytes: Vec<u8> },
}

/// Whole units that follow on each other.
#[derive(Debug)]
pub(super) struct Run {
    /// Their bytes; others may follow.
    pub(super) bytes: Vec<u8>,
    pub(super) units: Vec<Header>,
}

#[derive(Debug)]
struct Open {
    number: u64,
    file: Arc<dyn StorageFile>,
    /// Bytes that are read: of a file that is longer than a segment can be only so many.
    length: u64,
    /// Bytes of the file.
    file_length: u64,
    /// Where the next unit should stand.
    offset: u64,
    /// Bytes from `offset` on that were read already.
    ahead: Vec<u8>,
}

#[derive(Debug)]
pub(super) struct Cutter<'a> {
    storage: &'a dyn Storage,
    /// Of units that end before this entry only the heads are handed out.
    since: u64,
    numbers: BTreeSet<u64>,
    /// The segment to open next.
    next: u64,
    open: Option<Open>,
    /// A rest was handed out: the caller decides.
    waits: bool,
    /// Buffers to use again.
    spare: Vec<Vec<u8>>,
}

impl<'a> Cutter<'a> {
    pub(super) fn new(storage: &'a dyn Storage, since: u64) -> Result<Self, Error> {
        let numbers = segment_numbers(storage)?;
        let spare = Vec::new();
        Ok(Cutter { storage, since, numbers, next: 0, open: None, waits: false, spare })
    }

    /// Bytes of all segments.
    pub(super) fn bytes_all(&self) -> Result<u64, Error> {
        self.numbers.iter().map(|number| Ok(self.opened(*number)?.length)).sum()
    }

    pub(super) fn numbers(&self) -> &BTreeSet<u64> {
        &self.numbers
    }

    /// The next piece; `None` behind the last one, and while it waits behind a rest.
    pub(super) fn next(&mut self) -> Result<Option<Piece>, Error> {
        if self.waits {
            return Ok(None);
        }
        match self.open.take() {
            Some(open) => self.piece(open).map(Some),
            None => self.begin(),
        }
    }

    /// Goes on at `place`, whatever was cut since.
    pub(super) fn go_on(&mut self, place: Place) -> Result<(), Error> {
        (self.open, self.waits) = (Some(self.opened(place.segment)?), false);
        self.next = place.segment.saturating_add(1);
        if let Some(open) = &mut self.open {
            open.offset = u64::from(place.offset);
        }
        Ok(())
    }

    /// Goes on with the segment behind this one.
    pub(super) fn leave(&mut self, number: u64) {
        (self.open, self.waits) = (None, false);
        self.next = number.saturating_add(1);
    }

    /// All bytes from `place` to the end of its segment.
    pub(super) fn rest(&self, place: Place) -> Result<Vec<u8>, Error> {
        let open = self.opened(place.segment)?;
        let mut bytes = vec![0; at(open.length.saturating_sub(u64::from(place.offset)))];
        open.read(&mut bytes, u64::from(place.offset))?;
        Ok(bytes)
    }

    /// Takes back the buffer of a run.
    pub(super) fn recycle(&mut self, buffer: Vec<u8>) {
        if buffer.len() == RUN_BYTES {
            self.spare.push(buffer);
        }
    }

    fn opened(&self, number: u64) -> Result<Open, Error> {
        let name = segment::name(number);
        let file = self.storage.open(&name, false).map_err(Error::io("open", &name))?;
        let file_length = file.length().map_err(Error::io("read", &name))?;
        let length = file_length.min(u64::from(SEGMENT_BYTES_MAX));
        let (offset, ahead) = (u64::from(FIRST_UNIT_AT), Vec::new());
        Ok(Open { number, file, length, file_length, offset, ahead })
    }

    fn begin(&mut self) -> Result<Option<Piece>, Error> {
        let Some(number) = self.numbers.range(self.next..).next().copied() else { return Ok(None) };
        let open = self.opened(number)?;
        let mut sector = vec![0; SECTOR_BYTES.min(at(open.length))];
        open.read(&mut sector, 0)?;
        let header = SegmentHeader::parse(&sector).ok_or_else(|| not_a_header(&sector));
        let length = open.file_length;
        (self.open, self.next) = (Some(open), number.saturating_add(1));
        Ok(Some(Piece::Segment { number, length, header }))
    }

    /// The units from the open segment's offset on, as many as a run may hold, or its end.
    fn piece(&mut self, mut open: Open) -> Result<Piece, Error> {
        let units = open.heads(self.since)?;
        if !units.is_empty() {
            let file = Arc::clone(&open.file);
            self.open = Some(open);
            return Ok(Piece::Heads(Heads { file, units }));
        }
        let left = at(open.length.saturating_sub(open.offset));
        let mut buffer = self.spare.pop().unwrap_or_else(|| vec![0; RUN_BYTES]);
        let mut filled = open.fill(&mut buffer, 0, SECTOR_BYTES.min(left))?;
        if let Some(first) = open.header(span(&buffer, 0, filled), 0) {
            let length = at(first.length);
            let wanted = if length < LONG_UNIT_BYTES { RUN_BYTES } else { length };
            filled = open.fill(&mut buffer, filled, wanted.min(left).max(filled))?;
        }
        let (units, end) = open.units(span(&buffer, 0, filled));
        if !units.is_empty() {
            open.ahead = span(&buffer, end, filled).to_vec();
            open.offset += end as u64;
            self.open = Some(open);
            return Ok(Piece::Run(Run { bytes: buffer, units }));
        }
        let place = open.place(0);
        open.fill(&mut buffer, filled, left)?;
        buffer.truncate(left);
        if all_zero(&buffer) {
            return Ok(Piece::Zeros { place });
        }
        self.waits = true;
        Ok(Piece::Rest { place, bytes: buffer })
    }
}

/// Why a first sector is none that this program reads.
fn not_a_header(sector: &[u8]) -> String {
    match SegmentHeader::unknown_version(sector) {
        None => "the segment header does not hold".to_owned(),
        Some(found) => {
            let known = segment::VERSION;
            format!("the segment has format version {found}, and this program reads {known}")
        }
    }
}

impl Open {
    fn read(&self, buffer: &mut [u8], offset: u64) -> Result<(), Error> {
        if buffer.is_empty() {
            return Ok(());
        }
        let failed = Error::io("read", &segment::name(self.number));
        self.file.read_exact_at(buffer, offset).map_err(failed)
    }

    /// Fills the buffer, which holds `filled` bytes, up to `wanted`; it grows as needed.
    fn fill(&self, buffer: &mut Vec<u8>, filled: usize, wanted: usize) -> Result<usize, Error> {
        if buffer.len() < wanted {
            buffer.resize(wanted, 0);
        }
        let ahead = span(&self.ahead, filled, wanted);
        let known = filled + ahead.len();
        if let Some(target) = buffer.get_mut(filled..known) {
            target.copy_from_slice(ahead);
        }
        if let Some(target) = buffer.get_mut(known..wanted) {
            self.read(target, self.offset + known as u64)?;
        }
        Ok(wanted)
    }

    fn place(&self, from: usize) -> Place {
        let offset = u32::try_from(self.offset + from as u64).unwrap_or(u32::MAX);
        Place { segment: self.number, offset }
    }

    /// The header of the unit that stands `from` bytes behind the offset, if it belongs there.
    fn header(&self, bytes: &[u8], from: usize) -> Option<Header> {
        let header = Header::parse(span(bytes, from, bytes.len()))?;
        (header.place == self.place(from)).then_some(header)
    }

    /// Headers of the units from here on that end before this entry, without what is in them.
    fn heads(&mut self, since: u64) -> Result<Vec<Header>, Error> {
        let mut units = Vec::new();
        let mut sector = [0; SECTOR_BYTES];
        while since > 0 && units.len() < HEADS_MAX {
            if self.offset + sector.len() as u64 > self.length {
                break;
            }
            self.read(&mut sector, self.offset)?;
            let found = self
                .header(&sector, 0)
                .filter(|header| header.last_index() < since && header.end() <= self.length);
            let Some(header) = found else { break };
            self.ahead.clear();
            self.offset = header.end();
            units.push(header);
        }
        Ok(units)
    }

    /// The units that lie in these bytes as a whole, and where the last one ends.
    fn units(&self, bytes: &[u8]) -> (Vec<Header>, usize) {
        let (mut units, mut end) = (Vec::new(), 0);
        while let Some(header) = self.header(bytes, end) {
            let behind = end + at(header.length);
            if behind > bytes.len() {
                break;
            }
            units.push(header);
            end = behind;
        }
        (units, end)
    }
}
