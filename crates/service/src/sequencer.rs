//! The one task that owns the log: it makes a batch durable.
//!
//! It takes whatever waits, checks again what may have changed since the request looked, gives each
//! entry its place, and writes one commit unit with one fdatasync. While that runs the next batch
//! gathers; there is no timer.

use crate::clock::Clock;
use crate::draft::{Alias, Refusal, Submission, Unit, Waiter, Work};
use crate::error::{Code, Error};
use crate::init::{GATEWAY, LEDGER};
use crate::limits::{COMMIT_FRAME_BYTES_MAX, COMMIT_SUBMISSIONS_MAX};
use crate::place::{Head, Placer};
use laiqu_ledger::{Error as LogError, Kind, Log};
use std::sync::mpsc::SyncSender;
use tokio::sync::mpsc::Receiver;
use tokio::sync::oneshot;

/// How often a batch gives way to requests that are about to join it.
const YIELDS_MAX: u32 = 2;

/// Owned by its thread; nothing else writes to the log.
#[derive(Debug)]
pub(crate) struct Sequencer {
    log: Log,
    placer: Placer,
    publish: SyncSender<Unit>,
}

impl Sequencer {
    pub(crate) fn new(log: Log, head: Head, clock: Clock, publish: SyncSender<Unit>) -> Self {
        Self { log, placer: Placer::new(head, clock), publish }
    }

    /// Runs until every sender is gone, then hands the log back for a clean stop.
    pub(crate) fn run(mut self, mut queue: Receiver<Work>) -> Log {
        while let Some(first) = queue.blocking_recv() {
            let (batch, head_waiters) = gather(first, &mut queue);
            self.commit(batch);
            if !head_waiters.is_empty() {
                let written = self.log.write_head().map_err(|error| error.to_string());
                for waiter in head_waiters {
                    // The one who asked may be gone.
                    drop(waiter.send(written.clone()));
                }
            }
            if queue.is_empty()
                && let Err(error) = self.log.prepare()
            {
                tracing::warn!(%error, "no space zeroed ahead; the next commit tries again");
            }
        }
        self.log
    }

    fn commit(&mut self, batch: Vec<Submission>) {
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
            unit.waiters.push(Waiter { reply: submission.reply, first_index, leaves });
        }
        if unit.waiters.is_empty() {
            return;
        }
        let mut append = || {
            let log = &mut self.log;
            if of_operator { log.append_with_reserve(&prepared) } else { log.append(&prepared) }
        };
        let written = failed.map_or_else(|| append().map(|_| ()), Err);
        match written {
            Ok(()) => {
                erasures.carry_out(&mut self.log, &mut unit);
                // The publisher only goes away when the server stops.
                drop(self.publish.send(unit));
            }
            Err(error) => {
                self.placer.take_back(undo);
                refuse_all(unit, &error);
            }
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
fn gather(
    first: Work,
    queue: &mut Receiver<Work>,
) -> (Vec<Submission>, Vec<oneshot::Sender<Result<(), String>>>) {
    let (mut batch, mut head_waiters) = (Vec::new(), Vec::new());
    let mut bytes = 0;
    let mut yields = 0;
    let mut next = Some(first);
    while let Some(work) = next {
        match work {
            Work::WriteHead(waiter) => head_waiters.push(waiter),
            Work::Submit(submission) => {
                bytes += frame_bytes(&submission);
                batch.push(submission);
            }
        }
        let full = batch.len() >= COMMIT_SUBMISSIONS_MAX || bytes >= COMMIT_FRAME_BYTES_MAX;
        next = if full { None } else { waiting(queue, &mut yields) };
    }
    (batch, head_waiters)
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
        Submission { drafts: vec![draft], checks: Vec::new(), seen_size: 0, reply }
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
