//! What a running ledger counts.
//!
//! Plain atomics, added to on the way and read by whoever shows them: nothing here waits, and
//! nothing here is named after an issuer, a document or a question's text.

mod histogram;

pub use histogram::{BATCHES, BYTES, Counter, Histogram, ITEMS, MICROS};

use crate::captured::Captured;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Instant;

/// Questions whose time is counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum QuestionKind {
    /// Where something came from.
    TraceBack,
    /// Where something went.
    TraceForward,
    /// Both ways.
    TraceBoth,
    /// How far a recall must reach.
    RecallScope,
    /// Where cases of illness may come from.
    Source,
    /// What came in against what went out.
    Balance,
    /// When a place was too warm.
    Exposure,
    /// What records lack.
    Quality,
    /// Things by their names.
    Find,
    /// Events by the parameters of EPCIS.
    Events,
}

impl QuestionKind {
    /// Every one.
    pub const ALL: [Self; 10] = [
        Self::TraceBack,
        Self::TraceForward,
        Self::TraceBoth,
        Self::RecallScope,
        Self::Source,
        Self::Balance,
        Self::Exposure,
        Self::Quality,
        Self::Find,
        Self::Events,
    ];

    /// Its name where it is shown.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::TraceBack => "trace-back",
            Self::TraceForward => "trace-forward",
            Self::TraceBoth => "trace-both",
            Self::RecallScope => "recall-scope",
            Self::Source => "source",
            Self::Balance => "balance",
            Self::Exposure => "exposure",
            Self::Quality => "quality",
            Self::Find => "find",
            Self::Events => "events",
        }
    }
}

/// What was asked of one kind.
#[derive(Debug)]
pub struct Asked {
    /// How long answers took.
    pub time: Histogram,
    /// Size of the answers: lots of a trace or scope, candidates of a source, rows, places, flaws,
    /// things or events of the others.
    pub items: Histogram,
}

/// The counts of one running ledger, from its start.
#[derive(Debug)]
pub struct Metrics {
    /// Documents that became entries.
    pub submissions_accepted: Counter,
    /// Documents in which nothing was new.
    pub submissions_duplicate: Counter,
    /// Events that were recorded.
    pub events_accepted: Counter,
    /// Events that stood already.
    pub events_duplicate: Counter,
    /// Events that were left out of a document that proceeded without them.
    pub events_refused: Counter,
    /// Submissions in one commit unit.
    pub commit_submissions: Histogram,
    /// Entries in one commit unit.
    pub commit_entries: Histogram,
    /// Bytes of one commit unit.
    pub commit_bytes: Histogram,
    /// From the first look at a batch to its being durable.
    pub commit_time: Histogram,
    /// Its one write with its one sync.
    pub sync_time: Histogram,
    /// From a durable batch to its being visible and answered.
    pub publish_time: Histogram,
    /// Messages that a subscriber took.
    pub deliveries_taken: Counter,
    /// Messages that a subscriber did not take.
    pub deliveries_failed: Counter,
    /// Commit units handed to the publisher, and those that it took.
    pub(crate) units_sent: Counter,
    pub(crate) units_taken: Counter,
    /// Entries that the index on disk shows.
    pub(crate) indexed: AtomicU64,
    /// Answers that are told piece by piece and not at their end.
    pub(crate) answers_told: AtomicU64,
    asked: Vec<Asked>,
}

impl Default for Metrics {
    fn default() -> Self {
        let asked = |_| Asked { time: Histogram::new(MICROS), items: Histogram::new(ITEMS) };
        Self {
            submissions_accepted: Counter::default(),
            submissions_duplicate: Counter::default(),
            events_accepted: Counter::default(),
            events_duplicate: Counter::default(),
            events_refused: Counter::default(),
            commit_submissions: Histogram::new(BATCHES),
            commit_entries: Histogram::new(BATCHES),
            commit_bytes: Histogram::new(BYTES),
            commit_time: Histogram::new(MICROS),
            sync_time: Histogram::new(MICROS),
            publish_time: Histogram::new(MICROS),
            deliveries_taken: Counter::default(),
            deliveries_failed: Counter::default(),
            units_sent: Counter::default(),
            units_taken: Counter::default(),
            indexed: AtomicU64::new(0),
            answers_told: AtomicU64::new(0),
            asked: QuestionKind::ALL.iter().map(asked).collect(),
        }
    }
}

impl Metrics {
    /// What was asked, by kind.
    pub fn asked(&self) -> impl Iterator<Item = (QuestionKind, &Asked)> {
        QuestionKind::ALL.into_iter().zip(&self.asked)
    }

    /// Counts what became of a document.
    pub(crate) fn captured(&self, captured: &Captured) {
        let whole = if captured.replayed {
            &self.submissions_duplicate
        } else {
            &self.submissions_accepted
        };
        whole.add_one();
        for event in &captured.events {
            let each = match (event.refused.is_empty(), event.duplicate || captured.replayed) {
                (false, _) => &self.events_refused,
                (true, true) => &self.events_duplicate,
                (true, false) => &self.events_accepted,
            };
            each.add_one();
        }
    }

    pub(crate) fn set_indexed(&self, size: u64) {
        self.indexed.store(size, Ordering::Relaxed);
    }

    fn of(&self, question: QuestionKind) -> Option<&Asked> {
        self.asked().find_map(|(kind, asked)| (kind == question).then_some(asked))
    }
}

/// Takes the time of one question until it is dropped.
#[derive(Debug)]
pub(crate) struct Asking {
    metrics: Arc<Metrics>,
    question: QuestionKind,
    began: Instant,
}

impl Asking {
    pub(crate) fn begin(metrics: &Arc<Metrics>, question: QuestionKind) -> Self {
        Self { metrics: Arc::clone(metrics), question, began: Instant::now() }
    }

    pub(crate) fn metrics(&self) -> &Arc<Metrics> {
        &self.metrics
    }

    /// Counts the size of the answer.
    pub(crate) fn found(&self, items: usize) {
        if let Some(asked) = self.metrics.of(self.question) {
            asked.items.observe(items as u64);
        }
    }
}

impl Drop for Asking {
    fn drop(&mut self) {
        if let Some(asked) = self.metrics.of(self.question) {
            asked.time.observe_time(self.began.elapsed());
        }
    }
}

/// What is waiting and how large everything is, at one moment.
#[derive(Clone, Copy, Debug)]
pub struct Readings {
    /// Entries that are durable.
    pub entries: u64,
    /// Those of them that questions do not show yet.
    pub entries_unapplied: u64,
    /// Those that the index on disk does not show yet.
    pub entries_unindexed: u64,
    /// Submissions that wait for the sequencer.
    pub submissions_waiting: u64,
    /// Commit units that wait for the publisher.
    pub units_waiting: u64,
    /// Answers that are told piece by piece and not at their end.
    pub answers_told: u64,
    /// Events that questions show.
    pub events: u64,
    /// Those that came since projections were last put in place from a file, and lie in memory.
    pub events_unkept: u64,
    /// With so many of them captures are refused until projections are kept.
    pub events_unkept_max: u64,
}
