//! Findings on their way into the report, in order, while signatures are still being checked.

use std::collections::VecDeque;

use super::keys::Note;
use super::pool::{Pool, Promised};
use super::signatures::Signatures;
use super::{Finding, Report, Severity};
use crate::inspect::Fault;
use crate::segment;

/// Most batches that wait for their signatures.
const BATCHES_MAX: usize = 64;

#[derive(Debug)]
enum Item {
    Finding(Finding),
    /// Problems of these signatures, at the place of this finding.
    Signatures(Finding, Signatures),
}

/// What a batch of items came to.
#[derive(Debug, Default)]
struct Settled {
    findings: Vec<Finding>,
    hold: u64,
    unknown: u64,
}

#[derive(Debug, Default)]
pub(super) struct Outbox {
    items: Vec<Item>,
    batches: VecDeque<Promised<Settled>>,
    /// Signatures whose key is not known.
    pub(super) unknown: u64,
}

impl Outbox {
    pub(super) fn finding(&mut self, finding: Finding) {
        self.items.push(Item::Finding(finding));
    }

    pub(super) fn damage(&mut self, number: u64, fault: Fault) {
        let finding = damage(number, fault);
        self.finding(finding);
    }

    /// What is to be said about an entry whose frame stands at `from..to`.
    pub(super) fn notes(
        &mut self,
        number: u64,
        entry: u64,
        (from, to): (u64, u64),
        notes: Vec<Note>,
    ) {
        for note in notes {
            let at = |what| damage(number, Fault { from, to, entry: Some(entry), what });
            self.items.push(match note {
                Note::Problem(what) => Item::Finding(at(what)),
                Note::Signatures(signatures) => Item::Signatures(at(String::new()), signatures),
            });
        }
    }

    /// Hands over what was collected; its signatures are checked meanwhile.
    pub(super) fn send<'s>(&mut self, pool: &Pool<'s>, report: &mut Report) {
        if self.items.is_empty() {
            return;
        }
        let items = std::mem::take(&mut self.items);
        self.batches.push_back(pool.submit(move || settle(items)));
        while self.batches.len() > BATCHES_MAX {
            self.take(report);
        }
    }

    /// Waits for everything that was handed over.
    pub(super) fn finish(&mut self, pool: &Pool<'_>, report: &mut Report) {
        self.send(pool, report);
        while !self.batches.is_empty() {
            self.take(report);
        }
    }

    fn take(&mut self, report: &mut Report) {
        let Some(settled) = self.batches.pop_front().and_then(Promised::wait) else { return };
        settled.findings.into_iter().for_each(|finding| report.add(finding));
        report.signatures += settled.hold;
        self.unknown += settled.unknown;
    }
}

fn damage(number: u64, fault: Fault) -> Finding {
    let Fault { from, to, entry, what } = fault;
    Finding { severity: Severity::Damage, entry, file: segment::name(number), from, to, what }
}

fn settle(items: Vec<Item>) -> Settled {
    let mut settled = Settled::default();
    for item in items {
        match item {
            Item::Finding(finding) => settled.findings.push(finding),
            Item::Signatures(at, signatures) => {
                let checked = signatures.check();
                let problems = checked.problems.into_iter();
                settled.findings.extend(problems.map(|what| Finding { what, ..at.clone() }));
                settled.hold += checked.hold;
                settled.unknown += checked.unknown;
            }
        }
    }
    settled
}
