//! What is taken over from summaries, and what is read all the same.

use laiqu_proof::leaf_hash;

use super::{Depth, NOT_THE_HEAD, Pass};
use crate::access::segment_length;
use crate::bytes::{SECTOR_BYTES, at};
use crate::chain::Head;
use crate::error::Error;
use crate::judge::unit_of;
use crate::records::records;
use crate::segment::{self, SegmentHeader};
use crate::storage::{Storage, StorageFile};
use crate::summary::Summary;
use crate::unit::Place;
use crate::unit_head::{UnitHead, damage_of, read_failed};

impl Pass<'_> {
    /// Takes over what the summary of a full segment states, if that is enough and fits between
    /// the segments before and behind.
    pub(super) fn skip(
        &mut self,
        storage: &dyn Storage,
        number: u64,
        file: &dyn StorageFile,
    ) -> bool {
        let full = number + 1 < self.segments;
        if !full || !matches!(self.depth, Depth::Ends) {
            return false;
        }
        let Some(summary) = Summary::read(storage, number) else { return false };
        let header = self.expected_header(number);
        let next = storage.open(&segment::name(number + 1), false).ok();
        let next = next.and_then(|next| read_header(next.as_ref()));
        let Head { size, last_leaf_hash, .. } = summary.head;
        let follows = SegmentHeader { number: number + 1, first_index: size, prev: last_leaf_hash };
        let long_enough =
            segment_length(file, number).is_ok_and(|length| length >= u64::from(summary.end));
        if summary.header != header
            || read_header(file) != Some(header)
            || next != Some(follows)
            || !long_enough
        {
            return false;
        }
        self.chain.skip_to(summary.head, &summary.issuers);
        self.tail = summary.tail();
        self.frontier = summary.frontier;
        self.published.units.extend(summary.units);
        self.published.erased.extend(summary.erasures);
        self.published.size = size;
        true
    }

    /// Notes the summary of a full segment that was read, if the one beside it is another.
    pub(super) fn summarise(&mut self, storage: &dyn Storage, number: u64) {
        if number + 1 == self.segments {
            return;
        }
        let (end, published) = (self.tail.offset, &self.published);
        let summary = self.filling.full(end, published, &self.chain, &self.frontier);
        if Summary::read(storage, number).as_ref() != Some(&summary) {
            self.summaries.push(summary);
        }
    }

    pub(super) fn expected_header(&self, number: u64) -> SegmentHeader {
        let head = self.chain.head();
        SegmentHeader { number, first_index: head.size, prev: head.last_leaf_hash }
    }

    /// The entry that the head file names, where it stands in a segment that was not read.
    pub(super) fn check_head(&self) -> Result<(), Error> {
        let Some(index) = self.head.size.checked_sub(1).filter(|_| !self.head_seen) else {
            return Ok(());
        };
        let (unit, file) = self.published.locate(index)?;
        let head = UnitHead::read(unit, file.as_ref())?;
        let (list, _) = records(&head.header, head.meta());
        let record = list.get(at(index - unit.first_index));
        let hash = record.map(|record| leaf_hash(record.leaf));
        if hash == Some(self.head.last_leaf_hash) {
            return Ok(());
        }
        Err(head.damage(NOT_THE_HEAD).into())
    }

    /// The last unit of the log with its bytes.
    pub(super) fn last_unit(&mut self) -> Result<Option<(Place, Vec<u8>)>, Error> {
        let Some(unit) = self.published.units.last().copied() else { return Ok(None) };
        let place = Place { segment: u64::from(unit.segment), offset: unit.offset };
        if let Some(read) = self.last_unit.take().filter(|(read, _)| *read == place) {
            return Ok(Some(read));
        }
        let (_, file) = self.published.locate(unit.first_index)?;
        let length = UnitHead::read(unit, file.as_ref())?.header.length;
        let mut bytes = vec![0; at(length)];
        let from = u64::from(unit.offset);
        file.read_exact_at(&mut bytes, from).map_err(read_failed(unit.segment))?;
        if unit_of(&bytes, place, unit.first_index).is_none() {
            let what = "a checksum of its frames does not hold";
            return Err(damage_of(unit, bytes.len() as u64, what).into());
        }
        Ok(Some((place, bytes)))
    }
}

fn read_header(file: &dyn StorageFile) -> Option<SegmentHeader> {
    let mut sector = vec![0; SECTOR_BYTES];
    file.read_exact_at(&mut sector, 0).ok()?;
    SegmentHeader::parse(&sector)
}
