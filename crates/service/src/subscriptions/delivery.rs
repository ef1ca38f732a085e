//! Serving one subscription: its results are sent, and how far they came is noted.

use super::Progress;
use super::reading::{Reading, behind};
use crate::clock::wall_micros;
use crate::events::StoredEvent;
use crate::limits::MESSAGE_EVENTS_MAX;
use crate::principal::Principal;
use crate::service::Service;
use laiqu_supervision::Subscription;
use std::sync::Arc;

/// Most messages of one turn; then others have theirs.
const MESSAGES_MAX: usize = 32;

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

/// How far a subscription came.
#[derive(Clone, Debug)]
pub(super) struct Course {
    pub(super) progress: Progress,
    /// Most events that its reader takes at once.
    most: usize,
    /// Something was sent in this run, which has not ended yet.
    sent: bool,
}

/// One turn of serving a subscription.
#[derive(Clone, Debug)]
pub(super) struct Turn {
    pub(super) subscription: Arc<Subscription>,
    /// Results are sent up to this size of the ledger.
    pub(super) size: u64,
    /// For a scheduled one, the time of its run in seconds since 1970.
    pub(super) run: Option<i64>,
    /// The run is noted although nothing is sent.
    pub(super) notes_run: bool,
}

impl Course {
    /// Where a subscription was left.
    pub(super) fn of(service: &Service, id: &str) -> Self {
        let progress = Progress::read(service.data(), id).unwrap_or_default();
        Self { progress, most: MESSAGE_EVENTS_MAX, sent: false }
    }

    /// Sends what was recorded and not yet taken. Answers whether all of it was; else another turn
    /// goes on.
    pub(super) fn serve(
        &mut self,
        service: &Service,
        subscriber: &dyn Subscriber,
        turn: &Turn,
        is_stopping: &dyn Fn() -> bool,
    ) -> Result<bool, String> {
        let Turn { subscription, size, run, .. } = turn;
        let record = &subscription.record;
        let registry = service.registry();
        let named = registry.query(&record.query);
        let named = named.filter(|named| named.created_by == subscription.query_by);
        let Some(named) = named else { return Ok(true) };
        let who =
            subscription.owner.map_or(Principal::Operator, |party| Principal::Business { party });
        let initial = record.initial_record_time.as_deref();
        let reading = Reading::new(named, who, initial).and_then(|all| all.at(service, *size));
        let reading = reading.map_err(|error| error.to_string())?;
        let secret = service.data().subscription_secret(&record.id)?;
        let begin = behind(if initial.is_some() { 0 } else { subscription.created_by });
        let mut last = self.progress.position().unwrap_or(begin);
        for _ in 0..MESSAGES_MAX {
            if is_stopping() || service.registry().subscription(&record.id).is_none() {
                return Ok(true);
            }
            let found = reading.next(service, (last, *size), self.most);
            let (events, next) = found.map_err(|error| error.to_string())?;
            let is_over = next.is_none();
            let is_report = is_over && !self.sent && record.report_if_empty && run.is_some();
            let has_message = !events.is_empty() || is_report;
            let told = events.last().map(|event| event.position);
            if has_message {
                let (count, dest) = (events.len(), record.dest.clone());
                let (subscription_id, query_name) = (record.id.clone(), named.name.clone());
                let secret = secret.clone();
                let message = Notification { dest, subscription_id, query_name, events, secret };
                let answered = subscriber.notify(&message);
                let (metrics, taken) = (service.metrics(), matches!(answered, Ok(200..=299)));
                if taken { &metrics.deliveries_taken } else { &metrics.deliveries_failed }
                    .add_one();
                match answered? {
                    200..=299 => {}
                    // The reader wants less at a time.
                    413 if count > 1 => {
                        self.most = count / 2;
                        continue;
                    }
                    status => return Err(format!("status {status}")),
                }
                self.sent = true;
                self.progress.notified_micros = Some(wall_micros());
            }
            last = next.or(told).unwrap_or(last);
            self.progress.last = Some((last.index, last.ordinal));
            if is_over {
                self.progress.run_seconds = run.or(self.progress.run_seconds);
                self.sent = false;
            }
            // Where nothing was sent, what is not noted is only looked through again.
            if has_message || !is_over || turn.notes_run {
                self.progress.keep(service.data(), &record.id)?;
            }
            if is_over {
                return Ok(true);
            }
        }
        Ok(false)
    }
}
