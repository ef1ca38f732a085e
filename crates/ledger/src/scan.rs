//! Reading many entries in order.

use crate::bytes::at;
use crate::error::Error;
use crate::judge::unit_of;
use crate::reader::{Entry, Reader};
use crate::unit_head::{UnitHead, damage_of, read_failed};

/// Yields entries in order, a unit at a time; ends after the last durable one or an error.
#[derive(Debug)]
pub struct Scan {
    reader: Reader,
    next: u64,
    ready: std::vec::IntoIter<Entry>,
    failed: bool,
}

impl Scan {
    pub(crate) fn new(reader: Reader, next: u64) -> Self {
        Scan { reader, next, ready: Vec::new().into_iter(), failed: false }
    }

    fn load(&mut self) -> Result<(), Error> {
        let (unit, file) = self.reader.locate(self.next)?;
        let head = UnitHead::read(unit, file.as_ref())?;
        let mut bytes = vec![0; at(head.header.length)];
        let from = u64::from(unit.offset);
        file.read_exact_at(&mut bytes, from).map_err(read_failed(unit.segment))?;
        let place = head.header.place;
        let broken = || damage_of(unit, bytes.len() as u64, "a checksum of its frames fails");
        let found = unit_of(&bytes, place, unit.first_index).ok_or_else(broken)?;
        // Asked only now: an erasure is known before its first byte is written.
        let erased = |index: &u64| self.reader.erased_by(*index).is_some();
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
        if self.failed || self.next >= self.reader.size() {
            return None;
        }
        if let Err(error) = self.load() {
            self.failed = true;
            return Some(Err(error));
        }
        self.ready.next().map(Ok)
    }
}
