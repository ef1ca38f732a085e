//! Verification of everything that is stored: every byte of every segment file, all chains, the
//! tree, the commitments and the signatures of issuers. Nothing is written.

mod audit;
mod authority;
mod chains;
mod cut;
mod ends;
mod entry;
mod erased;
mod examine;
mod heads;
mod keys;
mod leaves;
mod outbox;
mod parties;
mod pass;
mod places;
mod pool;
mod roots;
mod signatures;

pub use audit::{FrameAudit, FrameVerdict};

use std::collections::BTreeMap;
use std::fmt;
use std::num::NonZeroUsize;
use std::ops::Range;
use std::path::Path;
use std::thread;

use laiqu_proof::Hash;

use crate::chain::IssuerHead;
use crate::error::Error;
use crate::frame_view::FrameView;
use crate::leaf::Leaf;
use crate::storage::{DirectoryStorage, Storage};

/// Most findings that a report lists; further ones are counted.
pub const FINDINGS_MAX: usize = 1_000;

/// Tells where the events of an entry stand in its payload, in order; `None` where this verifier
/// cannot tell. Entries that hold one record and no events are one range over all of it, or
/// whatever their `events_root` was made from.
///
/// Threads call it at the same time.
pub type SplitEvents<'a> = &'a (dyn Fn(&FrameView<'_>, &Leaf) -> Option<Vec<Range<usize>>> + Sync);

/// What to verify beyond bytes, chains and commitments.
#[derive(Clone)]
pub struct VerifyOptions<'a> {
    /// Finds the events in payloads, so that `events_root` can be checked.
    pub split_events: SplitEvents<'a>,
    /// Whether to check issuer signatures, by far the largest cost.
    pub check_signatures: bool,
    /// Sizes and roots, for example of signed checkpoints, that this ledger must contain.
    pub roots: Vec<(u64, Hash)>,
    /// Entries at the front of which only the leaves are read again, with the frames that later
    /// entries are judged by; for example because an earlier verification found them whole. The
    /// root of this size should be among `roots`.
    pub since: u64,
    /// Threads that work; `None` for as many as the machine runs at once.
    pub threads: Option<NonZeroUsize>,
}

impl<'a> VerifyOptions<'a> {
    /// Everything, on all cores, against no checkpoint.
    pub fn new(split_events: SplitEvents<'a>) -> Self {
        VerifyOptions {
            split_events,
            check_signatures: true,
            roots: Vec::new(),
            since: 0,
            threads: None,
        }
    }

    fn threads(&self) -> NonZeroUsize {
        let all = || thread::available_parallelism().unwrap_or(NonZeroUsize::MIN);
        self.threads.unwrap_or_else(all)
    }
}

impl fmt::Debug for VerifyOptions<'_> {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("VerifyOptions")
            .field("check_signatures", &self.check_signatures)
            .field("roots", &self.roots)
            .field("since", &self.since)
            .field("threads", &self.threads)
            .finish_non_exhaustive()
    }
}

/// How far a verification has come.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Progress {
    /// Segments done.
    pub segments: u64,
    /// Segments in all.
    pub segments_all: u64,
    /// Bytes read.
    pub bytes: u64,
    /// Bytes in all.
    pub bytes_all: u64,
    /// Entries seen.
    pub entries: u64,
}

/// How much a finding matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// A write that was cut off while the log was open. Nothing acknowledged is in it; the next
    /// start wipes it.
    Torn,
    /// Stored bytes are not what was written, or say what must not be said.
    Damage,
}

/// One thing that does not hold.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// How much it matters.
    pub severity: Severity,
    /// The entry concerned, where there is one.
    pub entry: Option<u64>,
    /// The file, within the log's directory.
    pub file: String,
    /// First byte in question, from the start of the file.
    pub from: u64,
    /// The byte behind the last one in question.
    pub to: u64,
    /// What does not hold.
    pub what: String,
}

/// A key of the log, as an entry states it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct LogKey {
    /// Index of that entry.
    pub by: u64,
    /// The key as a C2SP verifier key.
    pub vkey: String,
}

/// What a verification found.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Report {
    /// Entries that were read.
    pub size: u64,
    /// Root of the tree over all leaves, `None` where a leaf could not be read.
    pub root: Option<Hash>,
    /// Leaf hash of the last entry.
    pub last_leaf_hash: Hash,
    /// Time of the last entry in microseconds since 1970, `None` while there is none.
    pub last_time_micros: Option<u64>,
    /// Where the chain of each issuer ends.
    pub issuers: BTreeMap<u64, IssuerHead>,
    /// Origin that entry 0 states.
    pub origin: Option<String>,
    /// Keys of the log that `ledger.init` and each `ledger.key` state, oldest first.
    pub log_keys: Vec<LogKey>,
    /// Segment files that were read.
    pub segments: u64,
    /// Bytes of them.
    pub bytes: u64,
    /// Issuer signatures that were checked and hold.
    pub signatures: u64,
    /// Entries whose private frame is erased, and the entry that says so. Of these only the leaf
    /// was checked.
    pub erased: Vec<(u64, u64)>,
    /// What does not hold, in the order of the files; at most [`FINDINGS_MAX`].
    pub findings: Vec<Finding>,
    /// Findings beyond that.
    pub findings_left_out: u64,
    /// What this verification did not look at.
    pub not_checked: Vec<String>,
}

impl Report {
    fn new() -> Self {
        Report {
            size: 0,
            root: None,
            last_leaf_hash: Hash::ZERO,
            last_time_micros: None,
            issuers: BTreeMap::new(),
            origin: None,
            log_keys: Vec::new(),
            segments: 0,
            bytes: 0,
            signatures: 0,
            erased: Vec::new(),
            findings: Vec::new(),
            findings_left_out: 0,
            not_checked: Vec::new(),
        }
    }

    /// Whether no damage was found. A cut-off write is none.
    pub fn is_whole(&self) -> bool {
        self.findings_left_out == 0
            && self.findings.iter().all(|finding| finding.severity == Severity::Torn)
    }

    fn add(&mut self, finding: Finding) {
        if self.findings.len() < FINDINGS_MAX {
            self.findings.push(finding);
        } else {
            self.findings_left_out += 1;
        }
    }
}

/// Verifies the log in `directory`, also beside a running writer.
///
/// An error means that nothing could be judged, for example that there is no log; all damage is
/// in the report.
pub fn verify_dir(
    directory: &Path,
    options: &VerifyOptions<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Error> {
    let storage = DirectoryStorage::open(directory).map_err(|_| Error::Missing)?;
    verify(&storage, options, progress)
}

/// [`verify_dir`] on any storage.
pub fn verify(
    storage: &dyn Storage,
    options: &VerifyOptions<'_>,
    progress: &mut dyn FnMut(Progress),
) -> Result<Report, Error> {
    pass::Pass::run(storage, options, progress)
}
