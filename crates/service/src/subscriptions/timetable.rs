//! When a scheduled subscription runs. Times are seconds since 1970; schedules are in UTC.

use laiqu_epcis::schedule::Schedule;
use std::time::Duration;

/// Longest sleep until a run, in seconds: a wall clock that was set is noticed after it.
const SLEEP_SECONDS_MAX: i64 = 60;

/// A schedule and its next run.
#[derive(Clone, Debug)]
pub(super) struct Timetable {
    schedule: Schedule,
    /// None where no further one comes.
    next: Option<i64>,
    looked: i64,
}

impl Timetable {
    /// The first run is behind `since`. A time that has not come yet was told by a wrong clock.
    pub(super) fn new(schedule: Schedule, since: i64, now: i64) -> Self {
        Self { schedule, next: schedule.next_after(since.min(now), 0), looked: now }
    }

    /// Whether a run is due. Runs that were missed are one.
    pub(super) fn is_due(&mut self, now: i64) -> bool {
        let is_due = |next: Option<i64>| next.is_some_and(|next| next <= now);
        if now < self.looked && !is_due(self.next) {
            // The clock was set back: what was next may be far off now.
            self.next = self.schedule.next_after(now, 0);
        }
        self.looked = now;
        is_due(self.next)
    }

    /// A run that began at this time is over.
    pub(super) fn ran(&mut self, at: i64) {
        self.next = self.schedule.next_after(at, 0);
    }

    /// How long nothing is due; the clock may change meanwhile, so ask again then.
    pub(super) fn wait(&self, now_micros: i64) -> Duration {
        let longest = SLEEP_SECONDS_MAX * 1_000_000;
        let left = self.next.map_or(longest, |next| next.saturating_mul(1_000_000) - now_micros);
        Duration::from_micros(left.clamp(0, longest).unsigned_abs())
    }

    /// Whether a run at this time and the next one are so close that one too many is no harm.
    pub(super) fn is_frequent(&self, at: i64) -> bool {
        let next = self.schedule.next_after(at, 0);
        next.is_some_and(|next| next - at < SLEEP_SECONDS_MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hourly(since: i64, now: i64) -> Timetable {
        Timetable::new(Schedule::of_fields([("minute", "0")]).unwrap(), since, now)
    }

    #[test]
    fn runs_that_were_missed_are_one() {
        let mut table = hourly(0, 10 * 3_600 + 5);
        assert!(table.is_due(10 * 3_600 + 5));
        table.ran(10 * 3_600 + 5);
        assert!(!table.is_due(10 * 3_600 + 6));
        assert!(!table.is_due(11 * 3_600 - 1) && table.is_due(11 * 3_600));
    }

    #[test]
    fn a_clock_that_was_set_delays_no_run_for_longer_than_the_schedule() {
        // The last run was noted while the clock was a year ahead.
        let mut table = hourly(365 * 86_400, 1_000);
        assert!(!table.is_due(3_599) && table.is_due(3_600));
        table.ran(3_600);
        assert!(!table.is_due(7_000));
        assert!(!table.is_due(100), "set back");
        assert!(table.is_due(3_600));
        assert!(table.is_due(900_000_000), "set ahead");
    }

    #[test]
    fn nobody_sleeps_beyond_the_next_run_or_a_minute() {
        let table = hourly(0, 0);
        assert_eq!(table.wait(0), Duration::from_secs(60));
        assert_eq!(table.wait(3_599_500_000), Duration::from_millis(500));
        assert_eq!(table.wait(9_999_000_000), Duration::ZERO);
        assert!(!table.is_frequent(0));
        let often = Schedule::of_fields([("second", "0,30")]).unwrap();
        assert!(Timetable::new(often, 0, 0).is_frequent(0));
    }
}
