//! The places where segments and units should stand, and what stands there instead.

use std::collections::HashSet;

use super::entry::Frames;
use super::examine::{SeenPlace, examine};
use super::pass::Pass;
use super::{Finding, Severity};
use crate::access::Access;
use crate::bytes::{SECTOR_BYTES, last_nonzero, span};
use crate::error::Error;
use crate::inspect::Fault;
use crate::judge::{Judged, judge_rest};
use crate::segment::{self, FIRST_UNIT_AT, SEGMENT_BYTES_MAX, SegmentHeader};
use crate::unit::{Header, Place};

impl Pass<'_> {
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
        self.outbox.finding(Finding { severity, entry, file, from, to, what });
    }

    /// From here on an unknown number of leaves is missing.
    pub(super) fn gap(&mut self) {
        self.roots.gap();
        self.unlinked = true;
        self.rejoined = Some(HashSet::new());
    }

    /// A segment begins.
    pub(super) fn begin(
        &mut self,
        number: u64,
        length: u64,
        header: Result<SegmentHeader, String>,
    ) {
        let read = length.min(u64::from(SEGMENT_BYTES_MAX));
        self.bytes_before = self.report.bytes;
        self.report.bytes += read;
        if let Some(what) = segment::too_long(number, length) {
            let what = format!("{what} (what lies behind was not read)");
            self.note(&segment::name(number), Severity::Damage, None, read, length, what);
        }
        self.tail = Place { segment: number, offset: FIRST_UNIT_AT };
        if number != self.expected_segment {
            let what = "segment files are missing before this one".to_owned();
            self.note(&segment::name(number), Severity::Damage, None, 0, 0, what);
            self.gap();
        }
        self.expected_segment = number.saturating_add(1);
        let head = self.chain.head();
        let what = match header {
            Err(what) => what,
            Ok(header) => {
                let follows = header.first_index == head.size && header.prev == head.last_leaf_hash;
                if header.number == number && (follows || self.unlinked) {
                    return;
                }
                "the segment does not follow on the one before".to_owned()
            }
        };
        let to = SECTOR_BYTES as u64;
        self.outbox.damage(number, Fault { from: 0, to, entry: None, what });
    }

    /// Takes what was examined at a place. `false` where all that was read ahead is void.
    pub(super) fn place(&mut self, seen: SeenPlace, frames: &Frames<'_>) -> Result<bool, Error> {
        let place = seen.place;
        self.tail = place;
        let next_index = self.chain.head().size;
        let belongs = |first_index| self.unlinked || first_index == next_index;
        let Some(unit) = seen.unit.filter(|unit| belongs(unit.header.first_index)) else {
            let rest = self.cutter.rest(place)?;
            self.rest(place, &rest, frames)?;
            return Ok(false);
        };
        if unit.damaged && self.is_last(place) && self.being_written() {
            self.end(place);
            return Ok(false);
        }
        self.unit(unit);
        Ok(true)
    }

    /// Judges what stands from `place` to the end of the segment, and goes on behind it.
    pub(super) fn rest(
        &mut self,
        place: Place,
        rest: &[u8],
        frames: &Frames<'_>,
    ) -> Result<(), Error> {
        self.tail = place;
        match self.next_unit(place, rest, frames) {
            Some(end) if end > place.offset => {
                self.forget_ahead();
                self.cutter.go_on(Place { offset: end, ..place })
            }
            Some(_) | None => {
                self.end(place);
                Ok(())
            }
        }
    }

    /// Nothing more is read of this segment.
    fn end(&mut self, place: Place) {
        self.forget_ahead();
        self.report.segments += 1;
        self.cutter.leave(place.segment);
    }

    fn is_last(&self, place: Place) -> bool {
        self.cutter.numbers().last() == Some(&place.segment)
    }

    /// Judges what stands at `place`. Answers where the next unit begins, `None` at the tail.
    fn next_unit(&mut self, place: Place, rest: &[u8], frames: &Frames<'_>) -> Option<u32> {
        let next_index = if self.unlinked {
            // Only the unit itself says now how many entries are missing before it.
            Header::parse(rest).map_or(self.chain.head().size, |header| header.first_index)
        } else {
            self.chain.head().size
        };
        let last = self.is_last(place);
        match judge_rest(rest, place, next_index) {
            Judged::Empty => None,
            Judged::Whole(unit) => {
                self.unit(examine(&unit, frames));
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
                    self.unit(examine(&unit, frames));
                    return u32::try_from(unit.header.end()).ok();
                }
                self.skip(place, rest, faults)
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
    fn skip(&mut self, place: Place, rest: &[u8], faults: Vec<Fault>) -> Option<u32> {
        self.gap();
        let base = u64::from(place.offset);
        let found = (SECTOR_BYTES..rest.len()).step_by(SECTOR_BYTES).find(|from| {
            let header = Header::parse(span(rest, *from, rest.len()));
            header.is_some_and(|header| {
                let offset = u64::from(header.place.offset);
                header.place.segment == place.segment && offset == base + *from as u64
            })
        });
        let end = found.or(last_nonzero(rest).map(|last| last + 1)).unwrap_or(SECTOR_BYTES);
        for mut fault in faults {
            if fault.entry.is_some() {
                fault.to = fault.to.max(base + end as u64);
            }
            self.outbox.damage(place.segment, fault);
        }
        u32::try_from(base + found? as u64).ok()
    }
}
