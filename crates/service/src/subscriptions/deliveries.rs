//! The task that sends results to those who subscribed.
//!
//! One thread waits for the ledger to grow and for the schedules, and works only then; each
//! subscription whose turn it is is served by a thread of its own, so that a slow reader delays
//! nobody. A result counts as taken once its reader answered with success; how far each came is on
//! disk before the next one is sent. After a crash the last result may come twice, and none is
//! lost.

use super::delivery::{Course, Subscriber, Turn};
use super::recipients::{Recipients, Report};
use super::sweep;
use crate::limits::LOOK_INTERVAL_MILLIS;
use crate::service::{Service, spawn};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, mpsc};
use std::time::Duration;
use tokio::sync::Notify;

/// The running deliveries of a ledger.
#[derive(Debug)]
pub(crate) struct Deliveries {
    subscriber: Arc<dyn Subscriber>,
    stopping: AtomicBool,
    /// A turn ended, or everything does.
    wake: Notify,
}

impl Deliveries {
    pub(crate) fn start(service: &Service, subscriber: Arc<dyn Subscriber>) -> Arc<Self> {
        sweep(service.data(), &service.registry());
        let (stopping, wake) = (AtomicBool::new(false), Notify::new());
        let deliveries = Arc::new(Self { subscriber, stopping, wake });
        let (mine, service) = (Arc::clone(&deliveries), service.clone());
        let spawned = spawn("subscriptions", move || {
            match tokio::runtime::Builder::new_current_thread().enable_time().build() {
                Ok(runtime) => runtime.block_on(mine.run(&service)),
                Err(error) => tracing::error!(%error, "no results are sent"),
            }
        });
        if let Err(error) = spawned {
            tracing::error!(%error, "no results are sent");
        }
        deliveries
    }

    /// Whether messages may go to this address.
    pub(crate) fn check(&self, dest: &str) -> Result<(), String> {
        self.subscriber.check(dest)
    }

    /// Nothing more is begun.
    pub(crate) fn stop(&self) {
        self.stopping.store(true, Ordering::SeqCst);
        self.wake.notify_one();
    }

    fn is_stopping(&self) -> bool {
        self.stopping.load(Ordering::SeqCst)
    }

    async fn run(self: Arc<Self>, service: &Service) {
        let mut growth = service.growth();
        let mut recipients = Recipients::default();
        let (reports_in, reports) = mpsc::channel();
        while !self.is_stopping() {
            let size = *growth.borrow_and_update();
            recipients.follow(service);
            reports.try_iter().for_each(|report| recipients.take(service, report));
            let (begun, wait) = recipients.begin(size);
            for (turn, course) in begun {
                self.begin(service, turn, course, reports_in.clone());
            }
            tokio::select! {
                grown = growth.changed() => if grown.is_err() { return },
                () = self.wake.notified() => {}
                () = tokio::time::sleep(wait) => {}
            }
            tokio::time::sleep(Duration::from_millis(LOOK_INTERVAL_MILLIS)).await;
        }
    }

    /// Begins a turn in a thread of its own, which reports.
    fn begin(
        self: &Arc<Self>,
        service: &Service,
        turn: Turn,
        course: Course,
        reports: mpsc::Sender<Report>,
    ) {
        let (mine, service) = (Arc::clone(self), service.clone());
        let result = Err("the turn broke off".to_owned());
        let report = Some(Report { turn, course, result });
        let mut reporting = Reporting { report, reports, deliveries: mine };
        // Where no thread can be had, the report goes out with the closure.
        drop(spawn("subscription", move || {
            let mine = Arc::clone(&reporting.deliveries);
            let Some(Report { turn, course, result }) = &mut reporting.report else { return };
            *result = course.serve(&service, &*mine.subscriber, turn, &|| mine.is_stopping());
        }));
    }
}

/// Sends a turn's report however the turn ends.
struct Reporting {
    report: Option<Report>,
    reports: mpsc::Sender<Report>,
    deliveries: Arc<Deliveries>,
}

impl Drop for Reporting {
    fn drop(&mut self) {
        if let Some(report) = self.report.take() {
            // Nobody listens where everything ends.
            drop(self.reports.send(report));
            self.deliveries.wake.notify_one();
        }
    }
}
