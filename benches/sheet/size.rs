//! One ledger that grows, and everything that is measured at one size of it.

use crate::load::overload;
use crate::queries::query::Tokens;
use crate::sheet::figures::{How, Sheet, Size};
use crate::sheet::trade::{Chapter, Group};
use crate::sheet::windows::EVENTS;
use crate::sheet::{Args, Part, disk, machine, reads, starts, verifying, windows};
use crate::verify::ledger::Ledger;
use anyhow::{Context, Result};
use laiqu_proof::NoteVerifier;
use std::path::{Path, PathBuf};
use std::time::Instant;

/// Bytes on disk that an event needs, until a size was measured: in the log, and among the kept
/// projections, which are there twice while they are written anew.
const LOG_BYTES: f64 = 1_200.0;
const KEPT_BYTES: f64 = 1_700.0;
/// What else may be needed, as a part of that.
const SPARE: f64 = 1.1;
/// Numbers of parties of the windows, beyond those that the log writes for.
const FIRST_PARTY: u64 = 100;

/// The ledger, and what is known about it.
pub(crate) struct Grown {
    root: PathBuf,
    pub(crate) ledger: Ledger,
    pub(crate) verifier: NoteVerifier,
    /// All events, those of windows included.
    pub(crate) events: u64,
    /// Events when it was grown last, and lots of the trade then.
    pub(crate) written: u64,
    lots: usize,
    /// Captures, which are signed each.
    pub(crate) submissions: u64,
    /// Bytes of all documents.
    pub(crate) document_bytes: u64,
    pub(crate) groups: Vec<Group>,
    pub(crate) next_party: u64,
}

impl Grown {
    pub(crate) fn new(root: &Path) -> Result<Self> {
        let ledger = Ledger::create(&root.join("data"));
        Ok(Self {
            root: root.to_owned(),
            verifier: NoteVerifier::parse(&ledger.made.vkey)?,
            ledger,
            events: 0,
            written: 0,
            lots: 0,
            submissions: 0,
            document_bytes: 0,
            groups: Vec::new(),
            next_party: FIRST_PARTY,
        })
    }

    pub(crate) fn root(&self) -> &Path {
        &self.root
    }

    pub(crate) fn data(&self) -> PathBuf {
        self.root.join("data")
    }

    pub(crate) fn operator_token(&self) -> &str {
        &self.ledger.made.operator_token
    }

    pub(crate) fn tokens(&self) -> Tokens {
        let operator = self.operator_token().to_owned();
        Tokens { operator, business: String::new(), stranger: String::new() }
    }

    /// Entries of the log.
    pub(crate) fn entries(&self) -> u64 {
        self.ledger.made.entries
    }

    /// Writes what is missing to so many events, with the log itself.
    fn grow(&mut self, events: u64) {
        let mut chapter = Chapter::new(self.lots, events.saturating_sub(self.events));
        let (mut bytes, mut documents) = (0, 0);
        self.ledger.write(&mut |body, _, _| {
            let is_more = chapter.document(body);
            bytes += body.len() as u64;
            documents += u64::from(is_more);
            is_more
        });
        // Only who verifies by hand needs these.
        self.ledger.made.messages = Vec::new();
        self.ledger.made.signed = Vec::new();
        let written = chapter.events();
        self.groups.extend(chapter.groups());
        self.lots += chapter.lots();
        self.submissions += documents;
        self.events += written;
        self.written = self.events;
        self.document_bytes += bytes;
    }
}

/// Grows the ledger to so many events and measures everything; what was measured stands in the
/// sheet even where something fails.
pub(crate) fn measure(
    args: &Args,
    grown: &mut Grown,
    events: u64,
    sheet: &mut Sheet,
) -> Result<()> {
    let mut size = Size::default();
    let mut faults = Vec::new();
    let measured = fill(args, grown, (events, sheet.sizes.last()), &mut size, &mut faults);
    size.events_at_end = grown.events;
    size.load_average[1] = machine::load_average();
    sheet.sizes.push(size);
    sheet.wrong.extend(faults.into_iter().map(|fault| format!("at {events} events: {fault}")));
    measured
}

fn fill(
    args: &Args,
    grown: &mut Grown,
    (events, before): (u64, Option<&Size>),
    size: &mut Size,
    faults: &mut Vec<String>,
) -> Result<()> {
    size.load_average[0] = machine::load_average();
    machine::ensure_room(&grown.root, needed(args, grown, events, before), events)?;
    size.yardsticks = machine::yardsticks(&grown.root)?;
    let started = Instant::now();
    grown.grow(events);
    size.grown_s = started.elapsed().as_secs_f64();
    (size.events, size.lots) = (grown.events, grown.lots as u64);
    size.entries = grown.entries();
    step("grown");

    keep(args, grown, size)?;
    size.disk = disk::by_kind(&grown.data(), size, grown.document_bytes)?;
    let first = reads::first(grown);
    if args.has(Part::Cold) {
        machine::forget_pages(&grown.data())?;
        let (server, start) = starts::start(grown, How::KeptCold, &first)?;
        size.starts.push(start);
        server.stop()?;
    }
    let (server, start) = starts::start(grown, How::Kept, &first)?;
    size.starts.push(start);
    step("started on what was kept");
    let asked = if args.has(Part::Reads) { reads::all(grown) } else { Vec::new() };
    let (found, wrong) = reads::alone(server.address(), &asked, args.rounds)?;
    size.reads = found;
    faults.extend(wrong);
    step("asked");
    if args.has(Part::Windows) {
        let mut server = server;
        let (none, killed) = ([].as_slice(), [How::KilledSingle, How::KilledMany]);
        for ((events, how), asked) in EVENTS.into_iter().zip(killed).zip([&asked, none]) {
            faults.extend(windows::measure(args, grown, &server, (events, asked), size)?);
            step("written to");
            grown.ledger.made.entries = entries(server.address())?;
            server.kill()?;
            let (started, start) = starts::start(grown, how, &first)?;
            size.starts.push(start);
            server = started;
            step("killed and started");
        }
        // What it folded need not be kept: the next size folds all.
        server.kill()?;
    } else {
        server.stop()?;
    }
    if args.has(Part::Verify) {
        size.verify = verifying::both(grown)?;
        step("verified");
    }
    Ok(())
}

/// Bytes of disk that are needed beyond what is taken, to reach so many events and measure there.
fn needed(args: &Args, grown: &Grown, events: u64, before: Option<&Size>) -> u64 {
    let each = |kind: &str, otherwise: f64| {
        before.and_then(|size| size.disk(kind)).map_or(otherwise, |disk| disk.per_event)
    };
    let (log, kept) = (each(disk::SEGMENTS, LOG_BYTES), each(disk::KEPT, KEPT_BYTES));
    let windows = if args.has(Part::Windows) { windows::events_max(args, events) } else { 0 };
    let more = events.saturating_sub(grown.events) + windows;
    let taken = kept * grown.written as f64;
    let bytes = log * more as f64 + 2.0 * kept * (events + windows) as f64 - taken;
    crate::whole(bytes.max(0.0) * SPARE)
}

/// Has a server fold what was written and keep it.
fn keep(args: &Args, grown: &Grown, size: &mut Size) -> Result<()> {
    let folds = args.has(Part::Fold);
    if folds {
        starts::forget_kept(grown)?;
    }
    let (server, start) = starts::start(grown, How::Folded, &reads::first(grown))?;
    step("folded");
    let stopping = Instant::now();
    server.stop()?;
    if folds {
        size.starts.push(start);
        size.kept_in_s = Some(stopping.elapsed().as_secs_f64());
    }
    Ok(())
}

fn entries(address: &str) -> Result<u64> {
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    runtime.block_on(overload::entries(address)).context("size of the ledger")
}

/// Tells who waits how far it is.
fn step(done: &str) {
    eprintln!("  {done}");
}
