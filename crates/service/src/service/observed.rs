//! What a running ledger tells of itself, and how much it takes at once.

use super::{Service, lock};
use crate::admission::{InWork, Receiving};
use crate::draft::Work;
use crate::error::{Code, Error};
use crate::health::Health;
use crate::limits::SIGNATURES_MAX;
use crate::metrics::{Asking, Metrics, QuestionKind, Readings};
use crate::principal::{Credentials, Principal};
use crate::publisher::read;
use crate::signatures::is_made_for;
use crate::unkept::unkept_events_max;
use crate::weight::Stored;
use std::sync::atomic::Ordering;

impl Service {
    /// What was counted since the start.
    #[must_use]
    pub fn metrics(&self) -> &Metrics {
        &self.inner.metrics
    }

    /// Refuses everyone who may not see how the server does.
    ///
    /// # Errors
    /// Where the caller is neither operator nor regulator.
    pub fn may_observe(&self, who: &Principal) -> Result<(), Error> {
        if who.supervises(&self.registry()) {
            return Ok(());
        }
        let detail = "metrics need the token of a regulator or an operator";
        Err(Error::new(Code::Forbidden, detail))
    }

    /// Begins to receive a submission. Keep the answer until the submission is answered.
    ///
    /// # Errors
    /// Where more is in work than may be; nothing of the body need be read then.
    pub fn receive(&self) -> Result<Receiving, Error> {
        self.inner.admission.begin()
    }

    /// Whether who sends a submission is known before its body is there: by a registered token, or
    /// a signature by a registered key over any body.
    #[must_use]
    pub fn is_known(&self, credentials: &Credentials) -> bool {
        let registry = self.registry();
        let bearer = credentials.bearer.as_deref();
        let keys = (&self.inner.known_keys, &*registry);
        bearer.is_some_and(|bearer| Principal::of_bearer(&registry, bearer).is_ok())
            || credentials
                .signatures
                .iter()
                .take(SIGNATURES_MAX)
                .any(|text| is_made_for(&self.inner.origin, text, keys))
    }

    /// Submissions in work.
    #[must_use]
    pub fn in_work(&self) -> InWork {
        self.inner.admission.in_work()
    }

    /// What waits and how large everything is.
    #[must_use]
    pub fn readings(&self) -> Readings {
        let inner = &self.inner;
        // What grows last is read first, so that nothing seems to be ahead of what it follows.
        let indexed = inner.metrics.indexed.load(Ordering::Relaxed);
        let shown = *inner.shown.borrow();
        let entries = inner.reader.size();
        let taken = inner.metrics.units_taken.get();
        let sent = inner.metrics.units_sent.get();
        let queue = lock(&inner.queue);
        let waiting = queue.as_ref().map_or(0, |queue| queue.max_capacity() - queue.capacity());
        Readings {
            entries,
            entries_unapplied: entries.saturating_sub(shown),
            entries_unindexed: entries.saturating_sub(indexed),
            submissions_waiting: waiting as u64,
            units_waiting: sent.saturating_sub(taken),
            answers_told: inner.metrics.answers_told.load(Ordering::Relaxed),
            events: read(&inner.shared.look_ups).events,
            events_unkept: inner.admission.unkept(),
            events_unkept_max: unkept_events_max(inner.options.keep_events),
        }
    }

    /// Bytes of the data directory by what they are for. Reads all directories in it.
    ///
    /// # Errors
    /// Where one cannot be read.
    pub fn bytes_on_disk(&self) -> Result<[(Stored, u64); Stored::ALL.len()], Error> {
        self.data().bytes_on_disk()
    }

    /// Bytes of memory that this process has, where the operating system tells.
    #[must_use]
    pub fn resident_bytes(&self) -> Option<u64> {
        let status = std::fs::read_to_string("/proc/self/status").ok()?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:"))?;
        let kibibytes: u64 = line.trim().strip_suffix("kB")?.trim().parse().ok()?;
        Some(kibibytes << 10)
    }

    /// Counts the time of a question until the answer is dropped.
    pub(crate) fn asking(&self, question: QuestionKind) -> Asking {
        Asking::begin(&self.inner.metrics, question)
    }

    pub(crate) fn health(&self) -> &Health {
        &self.inner.health
    }

    /// Whether the sequencer and the publisher run.
    pub(crate) fn threads_run(&self) -> (bool, bool) {
        let threads = lock(&self.inner.threads);
        threads.as_ref().map_or((false, false), |(sequencer, publisher)| {
            (!sequencer.is_finished(), !publisher.is_finished())
        })
    }

    /// Hands the sequencer something to do when it has time, unless much is waiting.
    pub(crate) fn poke(&self, work: Work) {
        if let Ok(queue) = self.queue() {
            drop(queue.try_send(work));
        }
    }
}
