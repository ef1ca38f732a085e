//! The task that sends results to those who subscribed.
//!
//! One thread watches the ledger's size and the schedules; each subscription that is due is served
//! by a thread of its own, so that a slow reader delays nobody. A result counts as taken once its
//! reader answered with success; how far each came is on disk before the next one is sent. After a
//! crash the last result may come twice, and none is lost.

use super::Progress;
use crate::events::StoredEvent;
use crate::named_query::of_definition;
use crate::principal::Principal;
use crate::publisher::read;
use crate::service::Service;
use laiqu_epcis::facts::Position;
use laiqu_epcis::query::EventQuery;
use laiqu_epcis::schedule::Schedule;
use laiqu_epcis::time::DateTime;
use laiqu_supervision::Subscription;
use std::collections::HashMap;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Condvar, Mutex, MutexGuard, PoisonError};
use std::time::{Duration, Instant};

/// How often the ledger and the schedules are looked at.
const LOOK_INTERVAL: Duration = Duration::from_millis(200);
/// Wait after a failure, doubled each time.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// Longest such wait.
const RETRY_MAX: Duration = Duration::from_secs(300);
/// Most events in one message; a reader for whom that is too much gets fewer.
const EVENTS_MAX: usize = 100;
/// Most subscriptions that are served at once.
const AT_ONCE_MAX: usize = 16;

/// Results on their way to a subscriber.
#[derive(Clone, Debug)]
pub struct Notification {
    /// Where to.
    pub dest: String,
    /// Identifier of the subscription.
    pub subscription_id: String,
    /// Name of the query.
    pub query_name: String,
    /// The events, in the order in which they were recorded.
    pub events: Vec<StoredEvent>,
    /// What the message is signed with.
    pub secret: Option<String>,
}

/// Who sends messages.
pub trait Subscriber: Send + Sync + std::fmt::Debug {
    /// Whether messages may go to this address.
    ///
    /// # Errors
    /// Why not, for a person.
    fn check(&self, dest: &str) -> Result<(), String>;

    /// Sends one message; answers the reader's HTTP status.
    ///
    /// # Errors
    /// Why no answer came.
    fn notify(&self, notification: &Notification) -> Result<u16, String>;
}

/// The running deliveries of a ledger.
#[derive(Debug)]
pub(crate) struct Deliveries {
    subscriber: Arc<dyn Subscriber>,
    stopping: AtomicBool,
    asleep: Mutex<()>,
    wake: Condvar,
}

/// What is known of a subscription while the server runs.
#[derive(Debug)]
struct Watched {
    busy: Arc<AtomicBool>,
    /// Whether the last attempt failed, by the thread that made it.
    failed: Arc<AtomicBool>,
    wait: Duration,
    next_try: Instant,
    /// Size of the ledger up to which a streamed one was served.
    served: u64,
}

impl Deliveries {
    pub(crate) fn start(service: &Service, subscriber: Arc<dyn Subscriber>) -> Arc<Self> {
        let (asleep, wake) = (Mutex::new(()), Condvar::new());
        let stopping = AtomicBool::new(false);
        let deliveries = Arc::new(Self { subscriber, stopping, asleep, wake });
        let (mine, service) = (Arc::clone(&deliveries), service.clone());
        let spawned = crate::service::spawn("subscriptions", move || mine.run(&service));
        if let Err(error) = spawned {
            tracing::error!(%error, "no results are sent");
        }
        deliveries
    }

    /// Whether messages may go to this address.
    pub(crate) fn check(&self, dest: &str) -> Result<(), String> {
        self.subscriber.check(dest)
    }

    /// Looks at once.
    pub(crate) fn wake(&self) {
        self.wake.notify_all();
    }

    /// Nothing more is begun.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.wake();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    fn run(self: Arc<Self>, service: &Service) {
        let mut watched: HashMap<String, Watched> = HashMap::new();
        while !self.is_stopping() {
            let registry = service.registry();
            watched.retain(|id, known| {
                let stands = registry.subscription(id).is_some();
                if !stands && !known.busy.load(Ordering::SeqCst) {
                    Progress::drop_of(service.data(), id);
                }
                stands
            });
            for subscription in registry.subscriptions() {
                let known = watched.entry(subscription.record.id.clone()).or_default();
                self.look(service, subscription, known);
            }
            let asleep: MutexGuard<'_, ()> =
                self.asleep.lock().unwrap_or_else(PoisonError::into_inner);
            drop(self.wake.wait_timeout(asleep, LOOK_INTERVAL));
        }
    }

    /// Serves a subscription that is due, unless it is being served.
    fn look(
        self: &Arc<Self>,
        service: &Service,
        subscription: &Arc<Subscription>,
        known: &mut Watched,
    ) {
        if known.busy.load(Ordering::SeqCst) {
            return;
        }
        known.settle();
        let size = read(&service.shared().views).size;
        let at_once = Arc::strong_count(self).saturating_sub(2);
        if Instant::now() < known.next_try || at_once >= AT_ONCE_MAX {
            return;
        }
        let run = match due(service, subscription, known, size) {
            Some(run) => run,
            None => return,
        };
        known.served = size;
        known.busy.store(true, Ordering::SeqCst);
        let (busy, failed) = (Arc::clone(&known.busy), Arc::clone(&known.failed));
        let (mine, service) = (Arc::clone(self), service.clone());
        let subscription = Arc::clone(subscription);
        let serve = move || {
            let served = mine.serve(&service, &subscription, size, run);
            if let Err(cause) = &served {
                let id = &subscription.record.id;
                tracing::warn!(subscription = %id, %cause, "results not taken, tried again later");
            }
            failed.store(served.is_err(), Ordering::SeqCst);
            busy.store(false, Ordering::SeqCst);
        };
        if crate::service::spawn("subscription", serve).is_err() {
            known.failed.store(true, Ordering::SeqCst);
            known.busy.store(false, Ordering::SeqCst);
        }
    }

    /// Sends everything that was recorded below `size` and not yet taken.
    fn serve(
        &self,
        service: &Service,
        subscription: &Subscription,
        size: u64,
        run: Option<i64>,
    ) -> Result<(), String> {
        let record = &subscription.record;
        let who =
            subscription.owner.map_or(Principal::Operator, |party| Principal::Business { party });
        let (query, name) = query_of(service, subscription)?;
        let secret = service.data().subscription_secret(&record.id)?;
        let mut progress = Progress::read(service.data(), &record.id).unwrap_or_default();
        let mut last = match progress.position() {
            Some(position) => position,
            None => begin(service, subscription)?,
        };
        let mut most = EVENTS_MAX;
        let mut sent = false;
        loop {
            if self.is_stopping() {
                return Ok(());
            }
            let (events, next) = service
                .events_between(&query, last, size, most, &who)
                .map_err(|error| error.to_string())?;
            let is_empty = events.is_empty();
            if !is_empty || (!sent && record.report_if_empty && run.is_some() && next.is_none()) {
                let told = events.last().map(|event| event.position);
                let status = self.subscriber.notify(&Notification {
                    dest: record.dest.clone(),
                    subscription_id: record.id.clone(),
                    query_name: name.clone(),
                    events,
                    secret: secret.clone(),
                })?;
                match status {
                    200..=299 => sent = true,
                    // The reader wants less at a time.
                    413 if most > 1 => {
                        most = (most / 4).max(1);
                        continue;
                    }
                    status => return Err(format!("status {status}")),
                }
                last = told.unwrap_or(last);
                progress.notified_micros = Some(crate::clock::wall_micros());
            }
            last = next.unwrap_or(last);
            progress.last = Some((last.index, last.ordinal));
            if next.is_none() {
                progress.run_seconds = run.or(progress.run_seconds);
            }
            progress.keep(service.data(), &record.id)?;
            if next.is_none() {
                return Ok(());
            }
        }
    }
}

/// Whether a subscription is due now: a streamed one where the ledger grew, a scheduled one at its
/// time, which is answered.
fn due(
    service: &Service,
    subscription: &Subscription,
    known: &Watched,
    size: u64,
) -> Option<Option<i64>> {
    let Some(fields) = &subscription.record.schedule else {
        return (known.served < size).then_some(None);
    };
    let fields = fields.iter().map(|(name, text)| (name.as_str(), text.as_str()));
    let schedule = Schedule::of_fields(fields).ok()?;
    let now = crate::clock::wall_micros() / 1_000_000;
    let since = Progress::read(service.data(), &subscription.record.id)
        .and_then(|progress| progress.run_seconds)
        .or_else(|| created_seconds(service, subscription))?;
    // Runs that were missed while the server stood still are one.
    schedule.next_after(since, 0).filter(|run| *run <= now).map(|_| Some(now))
}

fn created_seconds(service: &Service, subscription: &Subscription) -> Option<i64> {
    let entry = service.entry(subscription.created_by).ok()?;
    i64::try_from(entry.leaf.time_micros / 1_000_000).ok()
}

fn query_of(
    service: &Service,
    subscription: &Subscription,
) -> Result<(EventQuery, String), String> {
    let registry = service.registry();
    let named = registry.query(&subscription.record.query).ok_or("its query is gone")?;
    let mut query = of_definition(&named.query).map_err(|error| error.to_string())?;
    // Everything in the order of the ledger, so that a place in it says what was taken.
    query.order = laiqu_epcis::query::Order::Recorded;
    (query.ascending, query.event_count_limit, query.max_event_count) = (true, None, None);
    Ok((query, named.name.clone()))
}

/// Behind which position the first events are.
fn begin(service: &Service, subscription: &Subscription) -> Result<Position, String> {
    let whole = |index: u64| Position { index, ordinal: u32::MAX };
    let Some(time) = &subscription.record.initial_record_time else {
        return Ok(whole(subscription.created_by));
    };
    let time = DateTime::parse(time).map(|time| time.micros()).unwrap_or(i64::MAX);
    let (mut low, mut high) = (0, read(&service.shared().views).size);
    while low < high {
        let middle = low + (high - low) / 2;
        let entry = service.entry(middle).map_err(|error| error.to_string())?;
        let recorded = i64::try_from(entry.leaf.time_micros).unwrap_or(i64::MAX);
        if recorded < time { low = middle + 1 } else { high = middle }
    }
    // Entry 0 holds no events, so nothing is left out behind it.
    Ok(whole(low.saturating_sub(1)))
}

impl Default for Watched {
    fn default() -> Self {
        let (busy, failed) = (Arc::default(), Arc::default());
        Self { busy, failed, wait: RETRY_FIRST, next_try: Instant::now(), served: 0 }
    }
}

impl Watched {
    /// Draws the consequence of the last attempt.
    fn settle(&mut self) {
        if self.failed.swap(false, Ordering::SeqCst) {
            self.next_try = Instant::now() + self.wait;
            self.wait = (self.wait * 2).min(RETRY_MAX);
            self.served = 0;
        } else if Instant::now() >= self.next_try {
            self.wait = RETRY_FIRST;
        }
    }
}
