//! What can go wrong with a log, and what the caller then knows.

use std::io;

use crate::chain::ChainFault;
use crate::frame::FrameError;
use crate::leaf::LeafError;

/// A place in the segment files whose bytes are not what was written.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("segment {segment} is damaged from byte {from} to {to}: {what}")]
pub struct Damage {
    /// Number of the segment file.
    pub segment: u64,
    /// First byte in question, from the start of the file.
    pub from: u64,
    /// The byte behind the last one in question.
    pub to: u64,
    /// The entry that the bytes belong to, where there is one.
    pub entry: Option<u64>,
    /// What does not fit.
    pub what: String,
}

/// Why an operation on a log failed.
#[derive(Debug, thiserror::Error)]
#[non_exhaustive]
pub enum Error {
    /// The storage refused an operation; after a failed write or sync the log is poisoned.
    #[error("could not {action} {name}")]
    Io {
        /// What was tried.
        action: &'static str,
        /// The file, within the log's directory.
        name: String,
        /// The storage's answer.
        source: io::Error,
    },
    /// Another process has this ledger open for writing.
    #[error("another process has this ledger open")]
    Locked,
    /// A log is there already, and `create` never writes over one.
    #[error("a log is already there")]
    Exists,
    /// There is no log to open.
    #[error("there is no log here")]
    Missing,
    /// An earlier write or sync failed; nothing is written until the log is opened again.
    #[error("an earlier write failed, no more writes until a restart")]
    Poisoned,
    /// No space is left; nothing of the unit was written and reads go on.
    #[error("the disk is full")]
    DiskFull,
    /// Stored bytes are not what was written.
    #[error(transparent)]
    Damaged(#[from] Damage),
    /// A segment is of a format that this program does not know; nothing was changed.
    #[error("{name} has format version {found}, this program reads version {known}")]
    UnknownFormat {
        /// The file, within the log's directory.
        name: String,
        /// Version that its header states.
        found: u32,
        /// Version that this program reads.
        known: u32,
    },
    /// The head file cannot be trusted.
    #[error("the head file is damaged: {what}")]
    HeadDamaged {
        /// What does not fit.
        what: &'static str,
    },
    /// The log holds fewer whole entries than were known to be durable.
    #[error("the log holds {found} entries, but {expected} were durable")]
    LostTail {
        /// Whole entries found.
        found: u64,
        /// Entries that the head file states.
        expected: u64,
    },
    /// A unit without entries was to be appended.
    #[error("a commit unit needs at least one entry")]
    EmptyUnit,
    /// The entries do not fit into one unit.
    #[error("a commit unit of {bytes} bytes and {entries} entries is over the limit")]
    UnitTooLarge {
        /// Bytes that the unit would have.
        bytes: u64,
        /// Entries that it would have.
        entries: usize,
    },
    /// The entries do not follow on the head of the log; nothing was written.
    #[error("entry {index} does not follow on the log: {fault}")]
    NotAfterHead {
        /// Index that the entry claims.
        index: u64,
        /// The link that does not fit.
        fault: ChainFault,
    },
    /// An `erasure` entry names no entry whose frame may go; nothing was written.
    #[error("entry {index} cannot be erased: {what}")]
    NotErasable {
        /// The entry that is named.
        index: u64,
        /// What forbids it.
        what: &'static str,
    },
    /// An `erasure` entry whose payload does not say what to erase.
    #[error("the payload of entry {index} is no erasure")]
    NoErasure {
        /// The `erasure` entry.
        index: u64,
    },
    /// A leaf could not be written or read.
    #[error(transparent)]
    Leaf(#[from] LeafError),
    /// A frame could not be written or read.
    #[error(transparent)]
    Frame(#[from] FrameError),
    /// The asked entry is not there.
    #[error("there is no entry {index}, the log holds {size}")]
    NoEntry {
        /// The asked index.
        index: u64,
        /// Entries in the log.
        size: u64,
    },
}

impl Error {
    /// Whether an append that failed so may nevertheless be found stored after a restart.
    pub fn is_outcome_unknown(&self) -> bool {
        matches!(self, Error::Io { .. } | Error::Poisoned)
    }

    pub(crate) fn io(action: &'static str, name: &str) -> impl FnOnce(io::Error) -> Error + use<> {
        let name = name.to_owned();
        move |source| Error::Io { action, name, source }
    }
}
