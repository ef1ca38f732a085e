//! One pass over the segment files, going on behind damage.

use std::collections::HashSet;

use laiqu_proof::Hash;

use super::entry::Deep;
use super::erased::Erasures;
use super::{Finding, Progress, Report, Severity, VerifyOptions};
use crate::access::{Access, read_image, segment_numbers};
use crate::bytes::{SECTOR_BYTES, at, last_nonzero, span};
use crate::chain::Chain;
use crate::error::Error;
use crate::head::{HEAD_NAME, HeadFile};
use crate::inspect::Fault;
use crate::judge::{Judged, judge};
use crate::segment::{self, FIRST_UNIT_AT, SegmentHeader};
use crate::storage::Storage;
use crate::unit::{Header, Place};

pub(super) struct Pass<'a> {
    pub(super) options: &'a VerifyOptions<'a>,
    pub(super) access: Access,
    pub(super) head: Option<HeadFile>,
    pub(super) last_segment: u64,
    pub(super) report: Report,
    pub(super) chain: Chain,
    /// Leaf hashes from entry 0 on, as long as none is missing.
    pub(super) hashes: Vec<Hash>,
    pub(super) complete: bool,
    /// The entry before could not be read, so that nothing can be said about the next link.
    pub(super) unlinked: bool,
    /// Behind a gap: issuers whose chain was met again since.
    pub(super) rejoined: Option<HashSet<u64>>,
    pub(super) tail: Place,
    pub(super) deep: Deep,
    pub(super) erasures: Erasures,
}

impl<'a> Pass<'a> {
    pub(super) fn run(
        storage: &dyn Storage,
        options: &'a VerifyOptions<'a>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report, Error> {
        let access = Access::of_reader(storage)?;
        let head = HeadFile::read(storage);
        let numbers = segment_numbers(storage)?;
        let last_segment = match numbers.last() {
            Some(last) => *last,
            None if head.is_err() => return Err(Error::Missing),
            None => 0,
        };
        let mut pass = Pass::new(options, access, last_segment);
        match head {
            Ok(head) => pass.head = Some(head),
            Err(error) => pass.note(HEAD_NAME, Severity::Damage, None, 0, 0, error.to_string()),
        }
        let count = numbers.len() as u64;
        let mut expected = 0;
        for (done, number) in (1..).zip(numbers) {
            if number != expected {
                let what = "segment files are missing before this one".to_owned();
                pass.note(&segment::name(number), Severity::Damage, None, 0, 0, what);
                pass.gap();
            }
            expected = number + 1;
            let name = segment::name(number);
            let file = storage.open(&name, false).map_err(Error::io("open", &name))?;
            let image = read_image(file.as_ref(), number)?;
            pass.segment(number, &image);
            pass.report.segments = done;
            pass.report.bytes += image.len() as u64;
            progress(Progress {
                segments: done,
                segments_all: count,
                bytes: pass.report.bytes,
                entries: pass.chain.head().size,
            });
        }
        pass.finish(storage)
    }

    fn new(options: &'a VerifyOptions<'a>, access: Access, last_segment: u64) -> Self {
        let report = Report {
            size: 0,
            root: None,
            last_leaf_hash: Hash::ZERO,
            origin: None,
            log_vkey: None,
            segments: 0,
            bytes: 0,
            signatures: 0,
            findings: Vec::new(),
            findings_left_out: 0,
            not_checked: Vec::new(),
        };
        Pass {
            options,
            access,
            head: None,
            last_segment,
            report,
            chain: Chain::new(),
            hashes: Vec::new(),
            complete: true,
            unlinked: false,
            rejoined: None,
            tail: Place { segment: 0, offset: FIRST_UNIT_AT },
            deep: Deep::new(),
            erasures: Erasures::default(),
        }
    }

    pub(super) fn note(
        &mut self,
        file: &str,
        severity: Severity,
        entry: Option<u64>,
        from: u64,
        to: u64,
        what: String,
    ) {
        let file = file.to_owned();
        self.report.add(Finding { severity, entry, file, from, to, what });
    }

    pub(super) fn damage(&mut self, number: u64, fault: Fault) {
        let Fault { from, to, entry, what } = fault;
        self.note(&segment::name(number), Severity::Damage, entry, from, to, what);
    }

    /// From here on an unknown number of leaves is missing.
    pub(super) fn gap(&mut self) {
        self.complete = false;
        self.unlinked = true;
        self.rejoined = Some(HashSet::new());
    }

    fn segment(&mut self, number: u64, image: &[u8]) {
        self.segment_header(number, image);
        let mut offset = FIRST_UNIT_AT;
        loop {
            let place = Place { segment: number, offset };
            self.tail = place;
            let next = self.next_unit(place, image);
            match next {
                Some(end) if end > offset => offset = end,
                Some(_) | None => return,
            }
        }
    }

    fn segment_header(&mut self, number: u64, image: &[u8]) {
        let sector = |what: &str| {
            let to = SECTOR_BYTES as u64;
            Fault { from: 0, to, entry: None, what: what.to_owned() }
        };
        let Some(header) = SegmentHeader::parse(image) else {
            return self.damage(number, sector("the segment header does not hold"));
        };
        let head = self.chain.head();
        let follows = header.first_index == head.size && header.prev == head.last_leaf_hash;
        if header.number != number || !(follows || self.unlinked) {
            let what = "the segment does not follow on the one before";
            self.damage(number, sector(what));
        }
    }

    /// Judges what stands at `place`. Answers where the next unit begins, `None` at the tail.
    fn next_unit(&mut self, place: Place, image: &[u8]) -> Option<u32> {
        let next_index = if self.unlinked {
            // Only the unit itself says now how many entries are missing before it.
            Header::parse(span(image, at(place.offset), image.len()))
                .map_or(self.chain.head().size, |header| header.first_index)
        } else {
            self.chain.head().size
        };
        let last = place.segment == self.last_segment;
        match judge(image, place, next_index) {
            Judged::Empty => None,
            Judged::Whole(unit) => {
                self.unit(&unit);
                u32::try_from(unit.header.end()).ok()
            }
            Judged::Torn { to, repair } => {
                self.torn(place, to, next_index, last, repair.is_some());
                None
            }
            Judged::Damaged { faults, unit } => {
                if last && self.being_written() {
                    return None;
                }
                if let Some(unit) = unit {
                    // A later entry may say that its frames were being erased.
                    if !unit.only_frames_fail() {
                        faults.into_iter().for_each(|fault| self.damage(place.segment, fault));
                    }
                    self.unit(&unit);
                    return u32::try_from(unit.header.end()).ok();
                }
                self.skip(place, image, faults)
            }
        }
    }

    /// Beside a writer, what is not whole behind the known head is still being written.
    fn being_written(&mut self) -> bool {
        let known = self.head.is_some_and(|head| self.chain.head().size >= head.size);
        let written = self.access == Access::BesideWriter && known;
        if written {
            let size = self.chain.head().size;
            let what = format!("what a running writer adds behind entry {size}");
            self.report.not_checked.push(what);
        }
        written
    }

    fn torn(&mut self, place: Place, to: u64, next_index: u64, last: bool, complete: bool) {
        if last && self.being_written() {
            return;
        }
        let from = u64::from(place.offset);
        let name = segment::name(place.segment);
        let open = self.head.is_none_or(|head| !head.clean);
        let (severity, what) = if last && open && complete {
            // No disk tears within a sector: far likelier these bytes were changed.
            (Severity::Damage, "the end of a trailer is missing; the next start completes it")
        } else if last && open {
            (Severity::Torn, "a cut-off write; the next start wipes it")
        } else if last {
            (Severity::Damage, "bytes other than zero behind a clean stop, or a unit cut off")
        } else {
            self.gap();
            (Severity::Damage, "a cut-off write in a segment that is followed by another")
        };
        self.note(&name, severity, Some(next_index), from, to, what.to_owned());
    }

    /// Goes on at the next header that holds, and names all bytes before it.
    fn skip(&mut self, place: Place, image: &[u8], faults: Vec<Fault>) -> Option<u32> {
        self.gap();
        let first = at(place.offset) + SECTOR_BYTES;
        let found = (first..image.len()).step_by(SECTOR_BYTES).find(|offset| {
            let header = Header::parse(span(image, *offset, image.len()));
            header.is_some_and(|header| {
                header.place.segment == place.segment && at(header.place.offset) == *offset
            })
        });
        let end = found.or(last_nonzero(image).map(|last| last + 1)).unwrap_or(first);
        for mut fault in faults {
            if fault.entry.is_some() {
                fault.to = fault.to.max(end as u64);
            }
            self.damage(place.segment, fault);
        }
        u32::try_from(found?).ok()
    }
}
