//! Who subscribed, and whose turn it is. Nothing here waits or reads more than a file for each new
//! subscription.

use super::Progress;
use super::controls::schedule_of;
use super::delivery::{Course, Turn};
use super::timetable::Timetable;
use crate::clock::wall_micros;
use crate::limits::{DELIVERIES_FAILING_MAX, DELIVERIES_MAX, DELIVERIES_OF_OWNER_MAX};
use crate::service::Service;
use laiqu_supervision::{Registry, Subscription};
use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, Weak};
use std::time::{Duration, Instant};

/// Wait after a failure, doubled each time.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// Longest such wait.
const RETRY_MAX: Duration = Duration::from_secs(300);
/// Longest sleep where nothing is due.
const SLEEP_MAX: Duration = Duration::from_secs(60);

/// Everyone who subscribed.
#[derive(Debug, Default)]
pub(super) struct Recipients {
    all: BTreeMap<u64, Recipient>,
    /// What `all` was made from; weak, so that the publisher can go on from it without a copy.
    seen: Weak<Registry>,
    /// Turns that were begun.
    turns: u64,
}

#[derive(Debug)]
struct Recipient {
    subscription: Arc<Subscription>,
    timetable: Option<Timetable>,
    course: Course,
    /// Size of the ledger up to which a streamed one was served.
    served: u64,
    /// Number of its last turn: who waited longest comes first.
    turn: u64,
    is_busy: bool,
    /// It was deleted.
    is_over: bool,
    /// Failures in a row.
    failures: u32,
    next_try: Instant,
}

/// What became of a turn.
#[derive(Debug)]
pub(super) struct Report {
    pub(super) turn: Turn,
    pub(super) course: Course,
    pub(super) result: Result<bool, String>,
}

impl Recipients {
    /// Takes note of who subscribed and who left.
    pub(super) fn follow(&mut self, service: &Service) {
        let registry = service.registry();
        let seen = Arc::downgrade(&registry);
        if self.seen.ptr_eq(&seen) {
            return;
        }
        let standing: HashMap<u64, &Arc<Subscription>> =
            registry.subscriptions().map(|one| (one.created_by, one)).collect();
        self.all.retain(|created_by, known| {
            known.is_over = !standing.contains_key(created_by);
            known.stays(service)
        });
        for (created_by, subscription) in standing {
            let new = || Recipient::of(service, subscription);
            self.all.entry(created_by).or_insert_with(new);
        }
        self.seen = seen;
    }

    /// Draws the consequence of a turn.
    pub(super) fn take(&mut self, service: &Service, report: Report) {
        let Report { turn, course, result } = report;
        let Turn { subscription, size, run, .. } = turn;
        let Some(known) = self.all.get_mut(&subscription.created_by) else { return };
        (known.is_busy, known.course) = (false, course);
        match result {
            Ok(true) => {
                (known.failures, known.served) = (0, size);
                if let (Some(timetable), Some(run)) = (&mut known.timetable, run) {
                    timetable.ran(run);
                }
            }
            Ok(false) => known.failures = 0,
            Err(cause) => {
                let id = &subscription.record.id;
                tracing::warn!(subscription = %id, %cause, "results not taken, tried again later");
                let wait = RETRY_FIRST * 2_u32.saturating_pow(known.failures.min(20));
                known.next_try = Instant::now() + wait.min(RETRY_MAX);
                known.failures = known.failures.saturating_add(1);
            }
        }
        if !known.stays(service) {
            self.all.remove(&subscription.created_by);
        }
    }

    /// The turns that begin now, and how long nothing else is due unless something happens.
    pub(super) fn begin(&mut self, size: u64) -> (Vec<(Turn, Course)>, Duration) {
        let (now, wall) = (Instant::now(), wall_micros());
        let mut due = Vec::new();
        let mut wait = SLEEP_MAX;
        let mut places = Places::default();
        for (created_by, known) in &mut self.all {
            if known.is_busy {
                places.take(known);
            } else if known.next_try > now {
                wait = wait.min(known.next_try - now);
            } else if known.is_due(size, wall / 1_000_000) {
                due.push((known.turn, *created_by));
            } else if let Some(timetable) = &known.timetable {
                wait = wait.min(timetable.wait(wall));
            }
        }
        due.sort_unstable();
        let mut begun = Vec::new();
        for (_, created_by) in due {
            let Some(known) = self.all.get_mut(&created_by) else { continue };
            if places.take(known) {
                self.turns += 1;
                (known.turn, known.is_busy) = (self.turns, true);
                begun.push((known.next_turn(size, wall / 1_000_000), known.course.clone()));
            }
        }
        (begun, wait)
    }
}

impl Recipient {
    fn of(service: &Service, subscription: &Arc<Subscription>) -> Self {
        let course = Course::of(service, &subscription.record.id);
        // Only what can be read was recorded.
        let schedule = subscription.record.schedule.as_ref().and_then(|s| schedule_of(s).ok());
        let now = wall_micros() / 1_000_000;
        let since = || course.progress.run_seconds.or_else(|| created(service, subscription));
        let timetable =
            schedule.map(|schedule| Timetable::new(schedule, since().unwrap_or(now), now));
        let subscription = Arc::clone(subscription);
        let (served, turn, is_busy, is_over) = (0, 0, false, false);
        let (failures, next_try) = (0, Instant::now());
        Self { subscription, timetable, course, served, turn, is_busy, is_over, failures, next_try }
    }

    /// Whether there is still something to do for it; if not, what was kept of it is forgotten.
    fn stays(&self, service: &Service) -> bool {
        let stays = self.is_busy || !self.is_over;
        if !stays {
            let id = &self.subscription.record.id;
            Progress::drop_of(service.data(), id);
            service.data().drop_subscription_secret(id);
        }
        stays
    }

    fn is_due(&mut self, size: u64, now: i64) -> bool {
        match &mut self.timetable {
            Some(timetable) => timetable.is_due(now),
            None => self.served < size,
        }
    }

    fn next_turn(&self, size: u64, now: i64) -> Turn {
        let run = self.timetable.as_ref().map(|_| now);
        let notes_run = self.timetable.as_ref().is_some_and(|table| !table.is_frequent(now));
        Turn { subscription: Arc::clone(&self.subscription), size, run, notes_run }
    }
}

fn created(service: &Service, subscription: &Subscription) -> Option<i64> {
    let entry = service.entry(subscription.created_by).ok()?;
    i64::try_from(entry.leaf.time_micros / 1_000_000).ok()
}

/// Who is being served: no owner and no failing reader keeps others from it.
#[derive(Debug, Default)]
struct Places {
    all: usize,
    failing: usize,
    of_owner: HashMap<Option<u64>, usize>,
}

impl Places {
    /// Whether there is a place for this one, which it then has.
    fn take(&mut self, recipient: &Recipient) -> bool {
        let is_failing = recipient.failures > 0;
        let of_owner = self.of_owner.entry(recipient.subscription.owner).or_default();
        let is_free = self.all < DELIVERIES_MAX
            && *of_owner < DELIVERIES_OF_OWNER_MAX
            && (!is_failing || self.failing < DELIVERIES_FAILING_MAX);
        if is_free || recipient.is_busy {
            self.all += 1;
            self.failing += usize::from(is_failing);
            *of_owner += 1;
        }
        is_free
    }
}
