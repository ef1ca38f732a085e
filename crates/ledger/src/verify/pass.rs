//! One pass over the segment files in order, going on behind damage. Threads examine the units
//! ahead of it; here is what needs the entries before: chains, key history, head file.

use std::collections::{HashSet, VecDeque};
use std::thread;

use super::cut::{Cutter, Piece};
use super::entry::Frames;
use super::erased::Erasures;
use super::examine::{SeenPlace, examine_run};
use super::heads::{examine_heads, head_bytes};
use super::keys::Keys;
use super::outbox::Outbox;
use super::pool::{Pool, Promised};
use super::roots::Roots;
use super::{Progress, Report, Severity, VerifyOptions};
use crate::access::Access;
use crate::chain::Chain;
use crate::error::Error;
use crate::head::{HEAD_NAME, HeadFile};
use crate::segment::{FIRST_UNIT_AT, SegmentHeader};
use crate::storage::Storage;
use crate::unit::Place;

/// Most bytes of segments that are read ahead; one unit or one rest of a segment may come on top.
const BYTES_AHEAD_MAX: usize = 32 << 20;

/// What was read ahead, in order.
#[derive(Debug)]
enum Ahead {
    Segment { number: u64, length: u64, header: Result<SegmentHeader, String> },
    Run { bytes: usize, seen: Promised<(Vec<SeenPlace>, Vec<u8>)> },
    Zeros { place: Place },
    Rest { place: Place, bytes: Vec<u8> },
}

pub(super) struct Pass<'a> {
    pub(super) options: &'a VerifyOptions<'a>,
    pub(super) access: Access,
    pub(super) head: Option<HeadFile>,
    pub(super) cutter: Cutter<'a>,
    ahead: VecDeque<Ahead>,
    bytes_ahead: usize,
    /// Bytes of the segments before the one that is read.
    pub(super) bytes_before: u64,
    bytes_all: u64,
    /// Number of the segment that should begin next.
    pub(super) expected_segment: u64,
    pub(super) report: Report,
    pub(super) outbox: Outbox,
    pub(super) chain: Chain,
    pub(super) roots: Roots,
    pub(super) keys: Keys,
    pub(super) erasures: Erasures,
    /// The entry before could not be read, so that nothing can be said about the next link.
    pub(super) unlinked: bool,
    /// Behind a gap: issuers whose chain was met again since.
    pub(super) rejoined: Option<HashSet<u64>>,
    pub(super) tail: Place,
    /// Entries whose events were not told apart.
    pub(super) unsplit: u64,
    /// Entries whose leaf or frame cannot be read.
    pub(super) unreadable: u64,
    /// Entries whose frame was found whole before and not read.
    pub(super) skipped: u64,
    /// All of these are before this entry.
    pub(super) skipped_before: u64,
}

impl<'a> Pass<'a> {
    pub(super) fn run(
        storage: &'a dyn Storage,
        options: &'a VerifyOptions<'a>,
        progress: &mut dyn FnMut(Progress),
    ) -> Result<Report, Error> {
        let access = Access::of_reader(storage)?;
        let head = HeadFile::read(storage);
        let cutter = Cutter::new(storage, options.since)?;
        if cutter.numbers().is_empty() && head.is_err() {
            return Err(Error::Missing);
        }
        let bytes_all = cutter.bytes_all()?;
        let mut pass = Pass { bytes_all, ..Pass::new(options, access, cutter) };
        match head {
            Ok(head) => pass.head = Some(head),
            Err(error) => pass.note(HEAD_NAME, Severity::Damage, None, 0, 0, error.to_string()),
        }
        let (frames, threads) = (Frames::new(options), options.threads());
        thread::scope(|scope| {
            let pool = Pool::start(scope, threads);
            pass.read_ahead(&pool, frames)?;
            while let Some(next) = pass.ahead.pop_front() {
                pass.take(next, &frames)?;
                pass.outbox.send(&pool, &mut pass.report);
                progress(pass.progress());
                pass.read_ahead(&pool, frames)?;
            }
            pass.finish(storage, &pool)
        })
    }

    fn new(options: &'a VerifyOptions<'a>, access: Access, cutter: Cutter<'a>) -> Self {
        Pass {
            options,
            access,
            head: None,
            cutter,
            ahead: VecDeque::new(),
            bytes_ahead: 0,
            bytes_before: 0,
            bytes_all: 0,
            expected_segment: 0,
            report: Report::new(),
            outbox: Outbox::default(),
            chain: Chain::new(),
            roots: Roots::new(options.roots.iter().map(|(size, _)| *size)),
            keys: Keys::new(options.check_signatures),
            erasures: Erasures::default(),
            unlinked: false,
            rejoined: None,
            tail: Place { segment: 0, offset: FIRST_UNIT_AT },
            unsplit: 0,
            unreadable: 0,
            skipped: 0,
            skipped_before: 0,
        }
    }

    /// What was read ahead is void: the pass goes on elsewhere.
    pub(super) fn forget_ahead(&mut self) {
        self.ahead.clear();
        self.bytes_ahead = 0;
    }

    fn progress(&self) -> Progress {
        Progress {
            segments: self.report.segments,
            segments_all: self.cutter.numbers().len() as u64,
            bytes: self.bytes_before + u64::from(self.tail.offset),
            bytes_all: self.bytes_all,
            entries: self.chain.head().size,
        }
    }

    /// Lets the threads examine what comes next, as far as the limit allows.
    fn read_ahead<'s>(&mut self, pool: &Pool<'s>, frames: Frames<'a>) -> Result<(), Error>
    where
        'a: 's,
    {
        while self.bytes_ahead < BYTES_AHEAD_MAX {
            let Some(piece) = self.cutter.next()? else { break };
            self.ahead.push_back(match piece {
                Piece::Segment { number, length, header } => {
                    Ahead::Segment { number, length, header }
                }
                Piece::Heads(heads) => {
                    let bytes = heads.units.iter().map(head_bytes).sum();
                    self.bytes_ahead += bytes;
                    let examine = move || (examine_heads(heads, &frames), Vec::new());
                    Ahead::Run { bytes, seen: pool.submit(examine) }
                }
                Piece::Zeros { place } => Ahead::Zeros { place },
                Piece::Rest { place, bytes } => Ahead::Rest { place, bytes },
                Piece::Run(run) => {
                    let bytes = run.bytes.len();
                    self.bytes_ahead += bytes;
                    Ahead::Run { bytes, seen: pool.submit(move || examine_run(run, &frames)) }
                }
            });
        }
        Ok(())
    }

    fn take(&mut self, next: Ahead, frames: &Frames<'_>) -> Result<(), Error> {
        match next {
            Ahead::Segment { number, length, header } => self.begin(number, length, header),
            Ahead::Zeros { place } => {
                self.tail = place;
                self.report.segments += 1;
            }
            Ahead::Rest { place, bytes } => self.rest(place, &bytes, frames)?,
            Ahead::Run { bytes, seen } => {
                self.bytes_ahead = self.bytes_ahead.saturating_sub(bytes);
                let Some((seen, buffer)) = seen.wait() else { return Ok(()) };
                self.cutter.recycle(buffer);
                for seen in seen {
                    if !self.place(seen, frames)? {
                        break;
                    }
                }
            }
        }
        Ok(())
    }
}
