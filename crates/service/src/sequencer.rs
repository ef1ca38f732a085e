//! The one task that owns the log: it makes a batch durable.
//!
//! It takes whatever waits, checks again what may have changed since the request looked, gives each
//! entry its place, and writes one commit unit with one fdatasync. While that runs the next batch
//! gathers; there is no timer.

use crate::draft::{Alias, Refusal, Submission, Unit, Waiter, Work};
use crate::error::{Code, Error};
use crate::health::Health;
use crate::init::{GATEWAY, LEDGER};
use crate::limits::{COMMIT_FRAME_BYTES_MAX, COMMIT_SUBMISSIONS_MAX};
use crate::metrics::Metrics;
use crate::place::Placer;
use laiqu_ledger::{Appended, Error as LogError, Kind, Log, PreparedEntry};
use std::sync::Arc;
use std::sync::mpsc::SyncSender;
use std::time::Instant;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

/// How often a batch gives way to requests that are about to join it.
const YIELDS_MAX: u32 = 2;

/// Owned by its thread; nothing else writes to the log.
#[derive(Debug)]
pub(crate) struct Sequencer {
    pub(crate) log: Log,
    pub(crate) placer: Placer,
    pub(crate) publish: SyncSender<Unit>,
    pub(crate) health: Arc<Health>,
    pub(crate) metrics: Arc<Metrics>,
}

/// What is taken from the queue at once.
#[derive(Default)]
struct Batch {
    submissions: Vec<Submission>,
    bytes: usize,
    head_waiters: Vec<oneshot::Sender<Result<(), String>>>,
    finds_room: bool,
}

impl Sequencer {
    /// Runs until every sender is gone, then hands the log back for a clean stop.
    pub(crate) fn run(mut self, mut queue: Receiver<Work>) -> Log {
        while let Some(first) = queue.blocking_recv() {
            let Batch { submissions, head_waiters, finds_room, .. } = gather(first, &mut queue);
            self.commit(submissions);
            if !head_waiters.is_empty() {
                let written = self.log.write_head().map_err(|error| error.to_string());
                for waiter in head_waiters {
                    // The one who asked may be gone.
                    drop(waiter.send(written.clone()));
                }
            }
            if finds_room || queue.is_empty() {
                self.prepare(finds_room);
            }
            self.health.note_log(&self.log, self.placer.last_time());
        }
        self.log
    }

    /// Takes space for what comes, while nobody waits for it.
    fn prepare(&mut self, finds_room: bool) {
        let log = &mut self.log;
        let prepared = if finds_room { log.find_room() } else { log.prepare() };
        self.health.note_room(matches!(prepared, Err(LogError::DiskFull)));
        if let Err(error) = prepared {
            tracing::warn!(%error, "no space zeroed ahead; the next commit tries again");
        }
    }

    fn commit(&mut self, batch: Vec<Submission>) {
        let began = Instant::now();
        let mut undo = self.placer.undo_point();
        let of_operator = is_of_operator(&batch);
        let mut unit = Unit { entries: Vec::new(), waiters: Vec::new() };
        let mut prepared = Vec::new();
        let mut failed = None;
        let mut erasures = Erasures::default();
        for submission in batch {
            let checked = self.placer.check(&submission);
            if let Err(refusal) = checked.and_then(|()| erasures.check(&self.log, &submission)) {
                // The one who asked may be gone.
                drop(submission.reply.send(Err(refusal)));
                continue;
            }
            let first_index = self.placer.next_index();
            let group = prepared.len();
            let (entries, written) = (&mut unit.entries, &mut prepared);
            let placed = submission.drafts.into_iter().try_for_each(|draft| {
                erasures.add(self.placer.next_index(), draft.erases);
                self.placer.place(draft, first_index, &mut undo, written, entries)
            });
            failed = failed.or(placed.err());
            let leaves = prepared.iter().skip(group).map(|entry| entry.leaf_bytes().to_vec());
            let leaves = leaves.collect();
            unit.waiters.push(Waiter {
                reply: submission.reply,
                first_index,
                leaves,
                frame: Vec::new(),
                span: submission.span,
            });
        }
        if unit.waiters.is_empty() {
            return;
        }
        let mut append = || {
            let log = &mut self.log;
            if of_operator { log.append_with_reserve(&prepared) } else { log.append(&prepared) }
        };
        let written = failed.map_or_else(&mut append, Err);
        self.health.note_room(matches!(written, Err(LogError::DiskFull)));
        match written {
            Ok(appended) => {
                self.count(&unit, &appended, began);
                let mut written = prepared.into_iter();
                for waiter in &mut unit.waiters {
                    let first = written.find(|entry| entry.leaf().index == waiter.first_index);
                    waiter.frame = first.map(PreparedEntry::into_frame).unwrap_or_default();
                }
                erasures.carry_out(&mut self.log, &mut unit);
                // The publisher only goes away when the server stops.
                drop(self.publish.send(unit));
                self.metrics.units_sent.add_one();
            }
            Err(error) => {
                self.placer.take_back(undo);
                refuse_all(unit, &error);
            }
        }
    }
}

impl Sequencer {
    fn count(&self, unit: &Unit, appended: &Appended, began: Instant) {
        let metrics = &self.metrics;
        metrics.commit_submissions.observe(unit.waiters.len() as u64);
        metrics.commit_entries.observe(unit.entries.len() as u64);
        metrics.commit_bytes.observe(u64::from(appended.bytes));
        metrics.sync_time.observe_time(appended.synced_in);
        metrics.commit_time.observe_time(began.elapsed());
        if metrics.units_sent.get() == metrics.units_taken.get() {
            self.health.note_move();
        }
        for waiter in &unit.waiters {
            let (index, span) = (waiter.first_index, &waiter.span);
            // Entered, not only named as the parent: a log in JSON lists no others.
            span.in_scope(|| tracing::debug!(index, "durable"));
        }
    }
}

/// Whether the operator stands behind a whole batch, or it ends keys: what is left of a full disk
/// is for that. A business alone could use it up by records that it may repeat as it likes.
fn is_of_operator(batch: &[Submission]) -> bool {
    let mut drafts = batch.iter().flat_map(|submission| &submission.drafts);
    drafts.all(|draft| match (draft.kind, draft.issuer) {
        (Kind::EpcisCapture, _) => false,
        (Kind::KeyRevoke, _) | (_, Alias::Group(_) | Alias::Entry(LEDGER)) => true,
        _ => draft.keys.contains(&Alias::Entry(GATEWAY)),
    })
}

/// The erasures of one batch: entries to erase, and the entry that says so.
#[derive(Debug, Default)]
struct Erasures(Vec<(u64, u64)>);

impl Erasures {
    /// Whether what a submission erases may go: one that may not would fail the whole batch.
    fn check(&self, log: &Log, submission: &Submission) -> Result<(), Refusal> {
        for index in submission.drafts.iter().filter_map(|draft| draft.erases) {
            let twice = self.0.iter().any(|(named, _)| *named == index);
            let refused = match log.check_erasable(index) {
                Ok(()) if !twice => continue,
                Ok(()) => Error::new(Code::NotErasable, format!("entry {index} is being erased")),
                Err(error @ LogError::NotErasable { .. }) => {
                    Error::new(Code::NotErasable, error.to_string())
                }
                Err(error) => Error::new(Code::Damaged, error.to_string()),
            };
            return Err(Refusal::Refused(Box::new(refused)));
        }
        Ok(())
    }

    fn add(&mut self, by: u64, erases: Option<u64>) {
        self.0.extend(erases.map(|index| (index, by)));
    }

    /// Overwrites the frames, before anyone is told. Where that fails the entry stands, and the
    /// next start overwrites.
    fn carry_out(&self, log: &mut Log, unit: &mut Unit) {
        for (_, by) in &self.0 {
            let Err(error) = log.erase(*by) else { continue };
            let (failed, rest) = std::mem::take(&mut unit.waiters)
                .into_iter()
                .partition(|waiter| waiter.first_index == *by);
            unit.waiters = rest;
            refuse_all(Unit { entries: Vec::new(), waiters: failed }, &error);
        }
    }
}

/// What waits, up to one commit unit.
fn gather(first: Work, queue: &mut Receiver<Work>) -> Batch {
    let mut batch = Batch::default();
    let mut yields = 0;
    let mut next = Some(first);
    while let Some(work) = next {
        match work {
            Work::WriteHead(waiter) => batch.head_waiters.push(waiter),
            Work::FindRoom => batch.finds_room = true,
            Work::Submit(submission) => {
                batch.bytes += frame_bytes(&submission);
                batch.submissions.push(submission);
            }
        }
        let full = batch.submissions.len() >= COMMIT_SUBMISSIONS_MAX
            || batch.bytes >= COMMIT_FRAME_BYTES_MAX;
        next = if full { None } else { waiting(queue, &mut yields) };
    }
    batch
}

/// The next in the queue. An empty queue is looked at again after giving way to requests that are
/// about to join: on a busy machine that fills the batch, on an idle one it costs nothing.
fn waiting(queue: &mut Receiver<Work>, yields: &mut u32) -> Option<Work> {
    loop {
        if let Ok(work) = queue.try_recv() {
            return Some(work);
        }
        if *yields >= YIELDS_MAX {
            return None;
        }
        *yields += 1;
        std::thread::yield_now();
    }
}

fn frame_bytes(submission: &Submission) -> usize {
    submission.drafts.iter().map(|draft| draft.frame.len()).sum()
}

/// Nothing was acknowledged: say which of "not written" and "not known" holds.
fn refuse_all(unit: Unit, error: &LogError) {
    tracing::error!(%error, "commit failed");
    let refused = match error {
        LogError::DiskFull => {
            Error::new(Code::DiskFull, "the disk is full; nothing was written, reads go on")
        }
        unknown if unknown.is_outcome_unknown() => {
            let detail = "whether this was written is not known; post it again after a restart";
            Error::new(Code::OutcomeUnknown, detail)
        }
        other => Error::internal("the entry could not be written", other),
    };
    for waiter in unit.waiters {
        drop(waiter.reply.send(Err(Refusal::Refused(Box::new(refused.clone())))));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::init::{JSON, registry_draft};

    fn record(kind: Kind, issuer: u64, key: u64, payload: &str) -> Submission {
        let (issuer, keys) = (Alias::Entry(issuer), vec![Alias::Entry(key)]);
        let (draft, _) =
            registry_draft(kind, issuer, keys, Vec::new(), JSON, payload.to_owned()).unwrap();
        let (reply, _) = oneshot::channel();
        let span = tracing::Span::none();
        Submission { drafts: vec![draft], checks: Vec::new(), seen_size: 0, reply, span }
    }

    #[test]
    fn the_last_space_is_not_for_what_a_business_may_repeat() {
        let signing = |key| record(Kind::PartySigning, 5, key, r#"{"signing":"required"}"#);
        let revoked = || record(Kind::KeyRevoke, 5, 6, r#"{"kid":"a","reason":"stolen"}"#);
        assert!(is_of_operator(&[signing(GATEWAY), revoked()]));
        assert!(!is_of_operator(&[signing(6)]));
        assert!(!is_of_operator(&[revoked(), signing(6)]));
    }
}
