//! The ledger's clock: strictly increasing, and silent where the wall clock cannot be trusted.

use crate::limits::CLOCK_STEP_MICROS_MAX;
use std::sync::{Mutex, PoisonError};
use std::time::{Instant, SystemTime, UNIX_EPOCH};

/// Microseconds since 1970 of the wall clock. The only place that reads it.
#[must_use]
pub fn wall_micros() -> i64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .ok()
        .and_then(|since| i64::try_from(since.as_micros()).ok())
        .unwrap_or(0)
}

/// Why the clock gives no time.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the server's clock is off by about {} s; the operator sets it and restarts",
    .off_by_micros / 1_000_000)]
pub(crate) struct ClockUncertain {
    /// How far the wall clock is from where it should be, in microseconds.
    pub(crate) off_by_micros: i64,
}

/// Gives each entry its time, and tells anyone whether it would.
#[derive(Debug)]
pub(crate) struct Clock {
    /// Wall and monotonic time of the last look, in microseconds.
    seen: Mutex<Option<(i64, i64)>>,
    /// The operator confirmed the wall clock: it may be behind the last entry.
    confirmed: bool,
    started: Instant,
}

impl Clock {
    /// A clock; `confirmed` where the operator vouches for the wall clock.
    #[must_use]
    pub(crate) fn new(confirmed: bool) -> Self {
        Self { seen: Mutex::default(), confirmed, started: Instant::now() }
    }

    /// The time of the next entry, after `last`.
    ///
    /// # Errors
    /// Where the wall clock is far behind the last entry or jumped against the monotonic clock.
    pub(crate) fn next(&self, last: i64) -> Result<i64, ClockUncertain> {
        self.next_at(wall_micros(), self.monotonic(), last)
    }

    /// Whether there would be one. It changes nothing.
    ///
    /// # Errors
    /// As [`Clock::next`].
    pub(crate) fn look(&self, last: i64) -> Result<(), ClockUncertain> {
        self.check(wall_micros(), self.monotonic(), last)
    }

    fn monotonic(&self) -> i64 {
        i64::try_from(self.started.elapsed().as_micros()).unwrap_or(i64::MAX)
    }

    fn next_at(&self, wall: i64, monotonic: i64, last: i64) -> Result<i64, ClockUncertain> {
        self.check(wall, monotonic, last)?;
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = Some((wall, monotonic));
        Ok(wall.max(last + 1))
    }

    fn check(&self, wall: i64, monotonic: i64, last: i64) -> Result<(), ClockUncertain> {
        let behind = last - wall;
        if behind > CLOCK_STEP_MICROS_MAX && !self.confirmed {
            return Err(ClockUncertain { off_by_micros: -behind });
        }
        let seen = *self.seen.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some((seen_wall, seen_monotonic)) = seen {
            let jump = (wall - seen_wall) - (monotonic - seen_monotonic);
            if jump.abs() > CLOCK_STEP_MICROS_MAX {
                return Err(ClockUncertain { off_by_micros: jump });
            }
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    const SECOND: i64 = 1_000_000;

    #[test]
    fn time_strictly_increases_through_small_steps_back() {
        let clock = Clock::new(false);
        assert_eq!(clock.next_at(100 * SECOND, 0, 0), Ok(100 * SECOND));
        assert_eq!(clock.next_at(100 * SECOND, 1, 100 * SECOND), Ok(100 * SECOND + 1));
        assert_eq!(clock.next_at(98 * SECOND, 2, 100 * SECOND + 1), Ok(100 * SECOND + 2));
    }

    #[test]
    fn a_clock_far_behind_the_ledger_gives_no_time_until_confirmed() {
        let far = ClockUncertain { off_by_micros: -6 * SECOND };
        assert_eq!(Clock::new(false).next_at(94 * SECOND, 0, 100 * SECOND), Err(far));
        assert_eq!(Clock::new(true).next_at(94 * SECOND, 0, 100 * SECOND), Ok(100 * SECOND + 1));
    }

    #[test]
    fn a_jump_against_the_monotonic_clock_stops_writes_both_ways() {
        for (wall, off) in [(200 * SECOND, 99 * SECOND), (10 * SECOND, -91 * SECOND)] {
            let clock = Clock::new(true);
            assert!(clock.next_at(100 * SECOND, 0, 0).is_ok());
            let jumped = clock.next_at(wall, SECOND, 0);
            assert_eq!(jumped, Err(ClockUncertain { off_by_micros: off }));
        }
    }
}
