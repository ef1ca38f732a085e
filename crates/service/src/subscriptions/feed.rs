//! The results of a named query for one connection, for as long as it stays.

use super::controls::SubscriptionControls;
use super::reading::{Reading, behind};
use super::timetable::Timetable;
use crate::clock::wall_micros;
use crate::error::{Code, Error};
use crate::events::StoredEvent;
use crate::limits::{LOOK_INTERVAL_MILLIS, MESSAGE_EVENTS_MAX};
use crate::principal::{Credentials, Principal};
use crate::service::Service;
use laiqu_epcis::facts::Position;
use std::time::Duration;
use tokio::sync::watch;
use tokio::time::Instant;

/// Longest time until it is looked at whether the one who asked still may.
const CHECK_INTERVAL: Duration = Duration::from_secs(60);

/// Results of a named query, read on as the ledger grows or when the schedule says so. Nothing of
/// it is kept: a client that comes back says from when on it wants events.
pub struct Feed {
    service: Service,
    name: String,
    /// Index of the query's entry: under the same name, a later one is another query.
    query_by: u64,
    credentials: Credentials,
    who: Principal,
    reading: Reading,
    timetable: Option<Timetable>,
    report_if_empty: bool,
    /// The last event that was given.
    last: Position,
    /// Size of the ledger up to which a streamed one was read, a scheduled one looked at.
    looked: u64,
    turn: Option<Turn>,
    growth: watch::Receiver<u64>,
    /// When it was looked at last.
    at: Instant,
}

/// Results that are being read.
#[derive(Debug)]
struct Turn {
    /// Up to this size of the ledger.
    size: u64,
    reading: Reading,
    /// When it began, in seconds since 1970.
    began: i64,
    /// Whether any came.
    any: bool,
}

/// Why no further results come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FeedEnd {
    /// The query was deleted.
    QueryGone,
    /// The token counts no more, or no more for this query.
    NotAllowed,
    /// The ledger stops.
    Stopping,
    /// The server failed; its log has the cause.
    Failed,
}

impl Service {
    /// The results of a named query as they come.
    ///
    /// # Errors
    /// Where the query is not the caller's to see, or the controls are not as they must be.
    pub fn feed(
        &self,
        name: &str,
        controls: &SubscriptionControls,
        credentials: Credentials,
    ) -> Result<Feed, Error> {
        let who = self.principal(&credentials)?;
        let named = self.named_query(name, &who)?;
        let schedule = controls.check()?;
        let initial = controls.initial_record_time.as_deref();
        let size = self.shared().views.read().size;
        let begin = if initial.is_some() { 0 } else { size.saturating_sub(1) };
        let now = wall_micros() / 1_000_000;
        Ok(Feed {
            service: self.clone(),
            name: name.to_owned(),
            query_by: named.created_by,
            credentials,
            reading: Reading::new(&named, who.clone(), initial)?,
            who,
            timetable: schedule.map(|schedule| Timetable::new(schedule, now, now)),
            report_if_empty: controls.report_if_empty,
            last: behind(begin),
            looked: if initial.is_some() { 0 } else { size },
            turn: None,
            growth: self.growth(),
            at: Instant::now(),
        })
    }
}

impl Feed {
    /// Name of the query.
    #[must_use]
    pub fn query_name(&self) -> &str {
        &self.name
    }

    /// Waits until [`Feed::take`] may have something to say. Dropping the wait loses nothing.
    pub async fn wait(&mut self) {
        if self.turn.is_some() {
            return;
        }
        let looked = self.looked;
        let grown = self.growth.wait_for(|size| *size > looked);
        let timetable = self.timetable.as_ref();
        let wait = timetable.map_or(CHECK_INTERVAL, |table| table.wait(wall_micros()));
        // Also a scheduled one is looked at where the ledger grew: it may have ended.
        tokio::select! {
            _ = grown => {}
            () = tokio::time::sleep(wait) => return,
        }
        tokio::time::sleep_until(self.at + Duration::from_millis(LOOK_INTERVAL_MILLIS)).await;
    }

    /// The next results, in the order in which they were recorded; an empty list reports that
    /// there are none. Nothing is said where nothing is due. Reads files: call it where that may
    /// take time.
    ///
    /// # Errors
    /// Where no further results come.
    pub fn take(&mut self) -> Result<Option<Vec<StoredEvent>>, FeedEnd> {
        self.at = Instant::now();
        self.check()?;
        let Some(mut turn) =
            self.turn.take().map_or_else(|| self.begin(), |turn| Ok(Some(turn)))?
        else {
            return Ok(None);
        };
        let behind = (self.last, turn.size);
        let found = turn.reading.next(&self.service, behind, MESSAGE_EVENTS_MAX);
        let (events, next) = found.map_err(|error| failed(&error))?;
        turn.any |= !events.is_empty();
        let told = events.last().map(|event| event.position);
        self.last = next.or(told).unwrap_or(self.last);
        if next.is_some() {
            self.turn = Some(turn);
            return Ok(Some(events).filter(|events| !events.is_empty()));
        }
        let is_report = !turn.any && self.report_if_empty && self.timetable.is_some();
        if let Some(timetable) = &mut self.timetable {
            timetable.ran(turn.began);
        }
        Ok(Some(events).filter(|events| !events.is_empty() || is_report))
    }

    /// What is to be read now.
    fn begin(&mut self) -> Result<Option<Turn>, FeedEnd> {
        let (size, now) = (self.service.shared().views.read().size, wall_micros() / 1_000_000);
        let is_due = match &mut self.timetable {
            Some(timetable) => timetable.is_due(now),
            None => size > self.looked,
        };
        self.looked = size;
        if !is_due {
            return Ok(None);
        }
        let reading = self.reading.at(&self.service, size).map_err(|error| failed(&error))?;
        Ok(Some(Turn { size, reading, began: now, any: false }))
    }

    /// Whether the one who asked may still, and the query is still there.
    ///
    /// # Errors
    /// Where that is not so.
    pub fn check(&self) -> Result<(), FeedEnd> {
        // Without its publisher the ledger grows no more.
        self.growth.has_changed().map_err(|_| FeedEnd::Stopping)?;
        if self.service.principal(&self.credentials).as_ref() != Ok(&self.who) {
            return Err(FeedEnd::NotAllowed);
        }
        match self.service.named_query(&self.name, &self.who) {
            Ok(named) if named.created_by == self.query_by => Ok(()),
            Err(error) if error.code != Code::NotFound => Err(failed(&error)),
            _ => Err(FeedEnd::QueryGone),
        }
    }
}

fn failed(error: &Error) -> FeedEnd {
    tracing::error!(%error, "the results of a query cannot be read");
    FeedEnd::Failed
}
