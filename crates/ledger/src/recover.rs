//! Opening a log: what is read is judged to the last byte, a cut-off tail is wiped, damage refuses
//! the start.

mod durable;
mod ends;
mod erasing;

use std::collections::BTreeMap;
use std::sync::Arc;

use laiqu_proof::{Frontier, Hash, leaf_hash};

pub use self::durable::{Durable, FrameRange, Piece};
use self::erasing::{readable, to_erase};
use crate::access::{Access, read_image, segment_numbers};
use crate::bytes::{SECTOR_BYTES, at, span};
use crate::chain::Chain;
use crate::error::{Damage, Error};
use crate::frame_place::FramePlace;
use crate::head::HeadFile;
use crate::inspect::Unit;
use crate::judge::{Judged, judge};
use crate::kind::Kind;
use crate::leaf::Leaf;
use crate::reader::{Entry, Published, UnitRef};
use crate::segment::{self, FIRST_UNIT_AT, SegmentHeader};
use crate::storage::Storage;
use crate::summary::{Filling, Summary};
use crate::unit::{Place, TRAILER_BYTES};

const NOT_THE_HEAD: &str = "it is not the entry that the head file names";

/// What opening a log for writing found and did.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Recovery {
    /// Entries in the log.
    pub size: u64,
    /// Whether the log had been stopped cleanly.
    pub was_clean: bool,
    /// A cut-off write: segment, first byte and the byte behind it. Its entries were never
    /// acknowledged.
    pub torn: Option<(u64, u64, u64)>,
    /// Whether that write lacked only bytes of its trailer and was completed, not wiped.
    pub completed: bool,
    /// Entries whose erasure had not been carried out, or only in part; it now is.
    pub erased: Vec<u64>,
}

/// What is read when a log is opened.
pub(crate) enum Depth<'v> {
    /// Of full segments their summaries, where these fit; the last segment to the last byte.
    Ends,
    /// Every byte; each entry is shown in order.
    Everything(&'v mut dyn FnMut(Entry)),
}

/// A log that was opened.
#[derive(Debug)]
pub(crate) struct Scanned {
    pub(crate) published: Published,
    pub(crate) chain: Chain,
    /// The tree over all leaves.
    pub(crate) frontier: Frontier,
    /// The last segment's summary to be.
    pub(crate) filling: Filling,
    /// Summaries of full segments that are missing, do not hold or do not fit.
    pub(crate) summaries: Vec<Summary>,
    pub(crate) tail: Place,
    pub(crate) recovery: Recovery,
    /// The last whole unit with its bytes.
    pub(crate) last_unit: Option<(Place, Vec<u8>)>,
    /// Frames that entries say are erased, and that may not be.
    pub(crate) to_erase: Vec<FramePlace>,
}

/// Reads the log as deep as asked, checks bytes and chains of what it reads.
pub(crate) fn scan(
    storage: &dyn Storage,
    access: Access,
    depth: Depth<'_>,
) -> Result<Scanned, Error> {
    // The head file first: beside a writer it must not be newer than the segments.
    let head = HeadFile::read(storage);
    let numbers = segment_numbers(storage)?;
    if numbers.is_empty() {
        head.map_err(|_| Error::Missing)?;
        return Err(damage(0, 0, 0, None, "the segment file is missing").into());
    }
    let head = head?;
    let count = numbers.len() as u64;
    let mut pass = Pass::new(head, access, count, depth);
    for (expected, number) in (0..).zip(&numbers) {
        if *number != expected {
            return Err(damage(expected, 0, 0, None, "the segment file is missing").into());
        }
        let name = segment::name(*number);
        let file =
            storage.open(&name, access == Access::Writer).map_err(Error::io("open", &name))?;
        pass.published.files.push(Arc::clone(&file));
        if pass.skip(storage, *number, file.as_ref()) {
            continue;
        }
        let mut image = read_image(file.as_ref(), *number)?;
        pass.segment(*number, &mut image)?;
        pass.summarise(storage, *number);
    }
    pass.finish()
}

struct Pass<'v> {
    head: HeadFile,
    access: Access,
    segments: u64,
    depth: Depth<'v>,
    published: Published,
    chain: Chain,
    frontier: Frontier,
    filling: Filling,
    summaries: Vec<Summary>,
    tail: Place,
    torn: Option<(u64, u64, u64)>,
    completed: bool,
    last_unit: Option<(Place, Vec<u8>)>,
    /// Frames that cannot be read, unless a later entry erased them.
    unreadable: BTreeMap<u64, Damage>,
    /// The entry that the head file names was read and is the right one.
    head_seen: bool,
}

impl<'v> Pass<'v> {
    fn new(head: HeadFile, access: Access, segments: u64, depth: Depth<'v>) -> Self {
        let first = SegmentHeader { number: 0, first_index: 0, prev: Hash::ZERO };
        Pass {
            head,
            access,
            segments,
            depth,
            published: Published::default(),
            chain: Chain::new(),
            frontier: Frontier::new(),
            filling: Filling::new(first),
            summaries: Vec::new(),
            tail: Place { segment: 0, offset: FIRST_UNIT_AT },
            torn: None,
            completed: false,
            last_unit: None,
            unreadable: BTreeMap::new(),
            head_seen: false,
        }
    }

    fn segment(&mut self, number: u64, image: &mut [u8]) -> Result<(), Error> {
        let sector = SECTOR_BYTES as u64;
        if let Some(found) = SegmentHeader::unknown_version(image) {
            let (name, known) = (segment::name(number), segment::VERSION);
            return Err(Error::UnknownFormat { name, found, known });
        }
        let header = SegmentHeader::parse(image)
            .ok_or_else(|| damage(number, 0, sector, None, "the segment header does not hold"))?;
        self.filling = Filling::new(header);
        if header != self.expected_header(number) {
            let what = "the segment does not follow on the one before";
            return Err(damage(number, 0, sector, None, what).into());
        }
        let mut offset = FIRST_UNIT_AT;
        let mut last = None;
        loop {
            let place = Place { segment: number, offset };
            self.tail = place;
            let Some((length, unit_end)) = self.next_unit(place, image)? else { break };
            last = Some((place, length));
            offset = unit_end;
        }
        if let Some((place, length)) = last {
            let from = at(place.offset);
            self.last_unit = Some((place, span(image, from, from + at(length)).to_vec()));
        }
        Ok(())
    }

    /// Takes the unit at `place`; `None` at the tail. Answers its length and its end.
    fn next_unit(&mut self, place: Place, image: &mut [u8]) -> Result<Option<(u32, u32)>, Error> {
        let last_segment = place.segment + 1 == self.segments;
        let repair = match judge(image, place, self.chain.head().size) {
            Judged::Empty => return Ok(None),
            Judged::Whole(unit) => return self.take(&unit).map(Some),
            Judged::Torn { to, repair } => {
                if self.access == Access::BesideWriter && last_segment {
                    return Ok(None);
                }
                self.tear(place, to, last_segment)?;
                if self.access != Access::Writer {
                    return Ok(None);
                }
                repair.map(|trailer| (to, trailer))
            }
            Judged::Damaged { faults, unit } => {
                let enough = self.chain.head().size >= self.head.size;
                if self.access == Access::BesideWriter && last_segment && enough {
                    return Ok(None);
                }
                if let Some(unit) = unit.filter(Unit::only_frames_fail) {
                    return self.take(&unit).map(Some);
                }
                let fault = faults.into_iter().next();
                let found = fault.map(|fault| {
                    damage(place.segment, fault.from, fault.to, fault.entry, &fault.what)
                });
                let from = u64::from(place.offset);
                let unnamed = || damage(place.segment, from, from, None, "the unit does not hold");
                return Err(found.unwrap_or_else(unnamed).into());
            }
        };
        let Some((to, trailer)) = repair else { return Ok(None) };
        // Everything but the end of the trailer is there: the repaired unit is judged again.
        let end = at(to);
        if let Some(target) = image.get_mut(end - TRAILER_BYTES..end) {
            target.copy_from_slice(&trailer);
        }
        match judge(image, place, self.chain.head().size) {
            Judged::Whole(unit) => {
                let taken = self.take(&unit)?;
                self.completed = true;
                Ok(Some(taken))
            }
            Judged::Empty | Judged::Torn { .. } | Judged::Damaged { .. } => Ok(None),
        }
    }

    /// Accepts a cut-off write, or names it as damage where none can have been.
    fn tear(&mut self, place: Place, to: u64, last_segment: bool) -> Result<(), Error> {
        let (segment, from) = (place.segment, u64::from(place.offset));
        let what = if !last_segment {
            "a cut-off write in a segment that is followed by another"
        } else if self.head.clean {
            "bytes other than zero behind a clean stop"
        } else {
            self.torn = Some((segment, from, to));
            return Ok(());
        };
        Err(damage(segment, from, to, Some(self.chain.head().size), what).into())
    }

    fn take(&mut self, unit: &Unit<'_>) -> Result<(u32, u32), Error> {
        let place = unit.header.place;
        let mut step = self.chain.step();
        for record in &unit.records {
            let base = u64::from(place.offset);
            let (from, to) = (base + record.from as u64, base + record.to as u64);
            let broken = |what: &str| damage(place.segment, from, to, Some(record.index), what);
            let leaf = Leaf::decode(record.leaf).map_err(|error| broken(&error.to_string()))?;
            let hash = leaf_hash(record.leaf);
            step.push(&leaf, hash).map_err(|fault| broken(&fault.to_string()))?;
            if record.index + 1 == self.head.size {
                if hash != self.head.last_leaf_hash {
                    return Err(broken(NOT_THE_HEAD).into());
                }
                self.head_seen = true;
            }
            let frame = match readable(unit, record) {
                Ok(frame) => Some(frame),
                Err(damage) => {
                    self.unreadable.insert(record.index, damage);
                    None
                }
            };
            if leaf.kind == Kind::Erasure {
                let named = self.published.erased_in(frame, unit.header.first_index);
                let index = named.ok_or_else(|| broken("it names no entry that it can erase"))?;
                self.published.erased.insert(index, record.index);
            }
            self.frontier.push(hash);
            if let Depth::Everything(visit) = &mut self.depth {
                visit(Entry::of(place, record, frame)?);
            }
        }
        let taken = step.finish();
        self.filling.issuers.extend(taken.issuers());
        self.chain.apply(taken);
        let segment = u32::try_from(place.segment).unwrap_or(u32::MAX);
        let first_index = unit.header.first_index;
        self.published.units.push(UnitRef { first_index, segment, offset: place.offset });
        self.published.size = self.chain.head().size;
        Ok((unit.header.length, place.offset.saturating_add(unit.header.length)))
    }

    fn finish(mut self) -> Result<Scanned, Error> {
        let unreadable = std::mem::take(&mut self.unreadable);
        let (to_erase, erased) = to_erase(&self.published, unreadable, self.head.clean)?;
        let size = self.chain.head().size;
        if size < self.head.size {
            return Err(Error::LostTail { found: size, expected: self.head.size });
        }
        let exact = size == self.head.size && self.tail == self.head.tail;
        if self.head.clean && !exact && self.access != Access::BesideWriter {
            let from = self.head.tail;
            let to = u64::from(self.tail.offset);
            let what = "entries behind a clean stop";
            let from_offset = u64::from(from.offset);
            return Err(damage(from.segment, from_offset, to, Some(self.head.size), what).into());
        }
        if self.head.size == 0 && self.head.last_leaf_hash != Hash::ZERO {
            return Err(Error::HeadDamaged { what: "it names a leaf of an empty log" });
        }
        self.check_head()?;
        let last_unit = self.last_unit()?;
        let recovery = Recovery {
            size,
            was_clean: self.head.clean,
            torn: self.torn,
            completed: self.completed,
            erased,
        };
        Ok(Scanned {
            published: self.published,
            chain: self.chain,
            frontier: self.frontier,
            filling: self.filling,
            summaries: self.summaries,
            tail: self.tail,
            recovery,
            last_unit,
            to_erase,
        })
    }
}

fn damage(segment: u64, from: u64, to: u64, entry: Option<u64>, what: &str) -> Damage {
    Damage { segment, from, to, entry, what: what.to_owned() }
}
