//! Reading many entries in order.

use crate::bytes::at;
use crate::error::Error;
use crate::judge::unit_of;
use crate::reader::{Entry, Located, Reader};
use crate::unit_head::{UnitHead, damage_of, read_failed};

/// Units that are looked up at once: the writer waits for whoever looks one up, and that may be a
/// thread which others keep from going on.
const UNITS_AT_ONCE: usize = 64;

/// Yields entries in order, a unit at a time; ends after the last durable one or an error.
#[derive(Debug)]
pub struct Scan {
    reader: Reader,
    next: u64,
    /// Units that come next.
    units: std::vec::IntoIter<Located>,
    ready: std::vec::IntoIter<Entry>,
    failed: bool,
}

impl Scan {
    pub(crate) fn new(reader: Reader, next: u64) -> Self {
        let (units, ready) = (Vec::new().into_iter(), Vec::new().into_iter());
        Scan { reader, next, units, ready, failed: false }
    }

    /// Reads the next unit, where there is one.
    fn load(&mut self) -> Result<(), Error> {
        if self.units.as_slice().is_empty() {
            self.units = self.reader.units_from(self.next, UNITS_AT_ONCE)?.into_iter();
        }
        let Some((unit, file)) = self.units.next() else { return Ok(()) };
        let head = UnitHead::read(unit, file.as_ref())?;
        let mut bytes = vec![0; at(head.header.length)];
        let from = u64::from(unit.offset);
        file.read_exact_at(&mut bytes, from).map_err(read_failed(unit.segment))?;
        let place = head.header.place;
        let broken = || damage_of(unit, bytes.len() as u64, "a checksum of its frames fails");
        let found = unit_of(&bytes, place, unit.first_index).ok_or_else(broken)?;
        // Asked only now: an erasure is known before its first byte is written.
        let erased = self.reader.erased_in(unit.first_index..=found.header.last_index());
        let erased = |index: &u64| erased.contains(index);
        if !found.broken.iter().chain(&found.erased).all(erased) {
            return Err(broken().into());
        }
        let wanted = found.records.iter().filter(|record| record.index >= self.next);
        let entry = |record| {
            let frame = Some(found.frame(record)).filter(|_| !erased(&record.index));
            Entry::of(place, record, frame)
        };
        let entries: Result<Vec<Entry>, Error> = wanted.map(entry).collect();
        self.next = found.header.last_index() + 1;
        self.ready = entries?.into_iter();
        Ok(())
    }
}

impl Iterator for Scan {
    type Item = Result<Entry, Error>;

    fn next(&mut self) -> Option<Self::Item> {
        if let Some(entry) = self.ready.next() {
            return Some(Ok(entry));
        }
        if self.failed {
            return None;
        }
        if let Err(error) = self.load() {
            self.failed = true;
            return Some(Err(error));
        }
        self.ready.next().map(Ok)
    }
}
