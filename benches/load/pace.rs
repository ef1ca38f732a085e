//! When documents are posted: once the last one was answered, or by the clock.

use std::cell::Cell;
use std::time::{Duration, Instant};

/// From making a schedule to its first arrival: all clients wait by then.
const HEAD_START: Duration = Duration::from_millis(100);

/// When the clients of one window post.
#[derive(Debug)]
pub(crate) enum Pace {
    /// Closed loop: each at once after its last answer, until this moment.
    Closed { until: Instant },
    /// Open loop: arrivals by the clock, each taken by a client that is free.
    Open(Schedule),
}

/// What becomes of an arrival at whose time every client was busy.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Late {
    /// It is posted by the first client that is free.
    Posted,
    /// It is counted and never posted.
    Dropped,
}

/// Arrivals at a constant rate.
#[derive(Debug)]
pub(crate) struct Schedule {
    first: Instant,
    per_s: f64,
    count: u64,
    late: Late,
    next: Cell<u64>,
    late_count: Cell<u64>,
}

impl Schedule {
    /// So many arrivals in a second, for so long, from now on.
    #[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "small, positive")]
    pub(crate) fn new(per_s: f64, time: Duration, late: Late) -> Self {
        let count = (per_s * time.as_secs_f64()) as u64;
        let first = Instant::now() + HEAD_START;
        Self { first, per_s, count, late, next: Cell::new(0), late_count: Cell::new(0) }
    }

    /// The time of the arrival that a client takes which is free now; none where all are over.
    fn take(&self, now: Instant) -> Option<Instant> {
        loop {
            let number = self.next.get();
            if number >= self.count {
                return None;
            }
            self.next.set(number + 1);
            let due = self.due(number);
            if due >= now {
                return Some(due);
            }
            self.late_count.set(self.late_count.get() + 1);
            if self.late == Late::Posted {
                return Some(due);
            }
        }
    }

    fn due(&self, number: u64) -> Instant {
        self.first + Duration::from_secs_f64(number as f64 / self.per_s)
    }
}

impl Pace {
    /// A closed loop from now on, for so long.
    pub(crate) fn closed(time: Duration) -> Self {
        Self::Closed { until: Instant::now() + time }
    }

    /// Arrivals at whose time every client was busy.
    pub(crate) fn late_count(&self) -> u64 {
        match self {
            Self::Open(schedule) => schedule.late_count.get(),
            Self::Closed { .. } => 0,
        }
    }

    /// When the window is over.
    pub(crate) fn end(&self) -> Instant {
        match self {
            Self::Open(schedule) => schedule.due(schedule.count),
            Self::Closed { until } => *until,
        }
    }

    /// Waits until a client that is free now shall post. Answers the time from which its answer is
    /// counted; none where the window is over.
    pub(crate) async fn next(&self) -> Option<Instant> {
        let now = Instant::now();
        match self {
            Self::Closed { until } => (now < *until).then_some(now),
            Self::Open(schedule) => {
                let due = schedule.take(now)?;
                if due > now {
                    tokio::time::sleep_until(due.into()).await;
                }
                Some(due)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Clients that come so often, and how many arrivals they get; time only stands in numbers.
    fn taken(schedule: &Schedule, every: Duration) -> u64 {
        let (mut now, mut taken) = (schedule.first, 0);
        while let Some(due) = schedule.take(now) {
            taken += 1;
            now = now.max(due) + every;
        }
        taken
    }

    #[test]
    fn every_arrival_is_posted_or_counted() {
        let second = Duration::from_secs(1);
        for (every_micros, on_time) in [(0, true), (900, true), (7_000, false), (90_000, false)] {
            let every = Duration::from_micros(every_micros);
            let patient = Schedule::new(1_000.0, second, Late::Posted);
            assert_eq!((taken(&patient, every), patient.count), (1_000, 1_000));
            assert_eq!(patient.late_count.get() == 0, on_time, "{every_micros}");
            let dropping = Schedule::new(1_000.0, second, Late::Dropped);
            assert_eq!(taken(&dropping, every) + dropping.late_count.get(), 1_000);
            assert_eq!(dropping.late_count.get() == 0, on_time, "{every_micros}");
            let first = dropping.first;
            assert_eq!(Pace::Open(dropping).end() - first, second);
        }
    }

    #[tokio::test]
    async fn an_arrival_is_waited_for_and_counted_from_its_own_time() {
        let pace = Pace::Open(Schedule::new(100.0, Duration::from_millis(50), Late::Posted));
        let mut times = Vec::new();
        while let Some(due) = pace.next().await {
            assert!(Instant::now() >= due);
            times.push(due);
        }
        let spaces: Vec<Duration> = times.windows(2).map(|two| two[1] - two[0]).collect();
        assert_eq!(spaces, [Duration::from_millis(10); 4]);
    }
}
