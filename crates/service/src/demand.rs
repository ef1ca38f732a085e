//! Whether more comes than can be done, or what is in work only waits for something that is soon
//! over, such as one slow sync of a disk.
//!
//! At such a pause more is in work than usual, though no more comes than ever. So what comes is
//! held against what was done lately: where it comes no faster, it is taken, though as many are in
//! work as may be else; for a moment, and not where others were refused just before: they will come
//! again.

use crate::limits::{DEMAND_BURST, DEMAND_PATIENCE};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

const SECOND: Duration = Duration::from_secs(1);
/// What came faster than it can be done counts no longer than so, once less comes.
const BURST_MAX: Duration = Duration::from_millis(100);

/// How much is in work of what may be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Fill {
    /// Up to half of it.
    Half,
    More,
    All,
}

impl Fill {
    /// That of so many where `most` may be in work.
    pub(crate) fn of(in_work: usize, most: usize) -> Self {
        match in_work {
            _ if in_work >= most => Self::All,
            _ if in_work > most / 2 => Self::More,
            _ => Self::Half,
        }
    }
}

/// What comes, and what is done.
#[derive(Debug)]
pub(crate) struct Demand {
    state: Mutex<State>,
}

#[derive(Debug)]
struct State {
    /// Most that was done in a second, lately.
    able: u64,
    /// What was done since.
    done: u64,
    since: Instant,
    /// When what came would have come, had it come as fast as it can be done.
    due: Instant,
    /// Since when all is in work that may be, or was and half of it still is.
    full: Option<Instant>,
    /// When one was refused last.
    refused: Option<Instant>,
}

impl Default for Demand {
    fn default() -> Self {
        let now = Instant::now();
        let state = State { able: 0, done: 0, since: now, due: now, full: None, refused: None };
        Self { state: Mutex::new(state) }
    }
}

impl Demand {
    /// One more came, be it taken or not, while so much was in work.
    pub(crate) fn came(&self, now: Instant, fill: Fill) {
        let mut state = self.lock();
        // A fourth more than what was done: nothing comes evenly.
        let each = SECOND * 4 / 5;
        let each = u32::try_from(state.able).map_or(Duration::ZERO, |able| each / able.max(1));
        state.due = (state.due.max(now) + each).min(now + BURST_MAX);
        match fill {
            Fill::Half => state.full = None,
            Fill::More => {}
            Fill::All => drop(state.full.get_or_insert(now)),
        }
    }

    /// One was refused, because as many are in work as may be.
    pub(crate) fn refused(&self, now: Instant) {
        self.lock().refused = Some(now);
    }

    /// One was done.
    pub(crate) fn done(&self, now: Instant) {
        let mut state = self.lock();
        state.done += 1;
        let passed = now.saturating_duration_since(state.since);
        if passed >= SECOND {
            let done = u128::from(state.done) * 1_000 / passed.as_millis();
            // What was done longer ago says less about what can be done now.
            let seconds = i32::try_from(passed.as_secs()).unwrap_or(i32::MAX);
            let before = state.able as f64 * (15.0_f64 / 16.0).powi(seconds);
            #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "less")]
            let before = before as u64;
            state.able = before.max(u64::try_from(done).unwrap_or(u64::MAX));
            (state.done, state.since) = (0, now);
        }
    }

    /// Comes no more than was done lately, and has what is in work been too much for a moment only?
    pub(crate) fn is_usual(&self, now: Instant) -> bool {
        let state = self.lock();
        let is_over = |since| now.saturating_duration_since(since) >= DEMAND_PATIENCE;
        state.due <= now + DEMAND_BURST
            && !state.full.is_some_and(is_over)
            && state.refused.is_none_or(is_over)
    }

    /// What was done lately.
    #[cfg(test)]
    pub(crate) fn set_able(&self, per_second: u64) {
        self.lock().able = per_second;
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const MILLI: Duration = Duration::from_millis(1);

    /// In each of so many milliseconds so many come and so many are done. When it is over.
    fn pass(demand: &Demand, from: Instant, millis: u32, (come, done): (u32, u32)) -> Instant {
        for milli in 0..millis {
            let now = from + MILLI * milli;
            (0..come).for_each(|_| demand.came(now, Fill::Half));
            (0..done).for_each(|_| demand.done(now));
        }
        from + MILLI * millis
    }

    /// All is in work while so many come in each of so many milliseconds: how many came before it
    /// was not the usual any more.
    fn taken(demand: &Demand, from: Instant, (each, millis): (u32, u32)) -> u32 {
        let mut taken = 0;
        for milli in 0..millis {
            let now = from + MILLI * milli;
            for _ in 0..each {
                demand.came(now, Fill::All);
                if demand.is_usual(now) {
                    taken += 1;
                } else {
                    demand.refused(now);
                }
            }
        }
        taken
    }

    #[test]
    fn at_a_pause_as_much_is_taken_as_usually_comes_and_of_a_flood_little() {
        let demand = Demand::default();
        let begun = Instant::now();
        assert_eq!(taken(&demand, begun, (1, 10)), 0, "nobody knows what it can do");
        let now = pass(&demand, begun + SECOND, 3_100, (4, 4));
        assert_eq!(taken(&demand, now, (4, 200)), 800, "as much as ever");
        let now = pass(&demand, now + MILLI * 200, 2_000, (4, 4));
        let flood = taken(&demand, now, (40, 900));
        let burst = u32::try_from(DEMAND_BURST.as_millis()).unwrap() * 5;
        assert!((burst..burst + burst / 4).contains(&flood), "{flood}");
        // Which is over when nobody was refused for a while.
        let now = pass(&demand, now + MILLI * 900, 900, (4, 4));
        assert!(!demand.is_usual(now));
        let now = pass(&demand, now, 100, (4, 4));
        assert_eq!(taken(&demand, now, (4, 50)), 200);
    }

    #[test]
    fn what_lasts_is_no_pause_until_half_is_done() {
        let demand = Demand::default();
        let now = pass(&demand, Instant::now(), 2_100, (4, 4));
        let patience = u32::try_from(DEMAND_PATIENCE.as_millis()).unwrap();
        assert_eq!(taken(&demand, now, (4, 3 * patience)), 4 * patience);
        let later = now + DEMAND_PATIENCE * 4;
        demand.came(later, Fill::of(5, 8));
        assert!(!demand.is_usual(later));
        demand.came(later, Fill::of(4, 8));
        assert!(demand.is_usual(later));
    }

    #[test]
    fn what_could_be_done_once_is_forgotten() {
        let demand = Demand::default();
        let is_able_to_do = |able: std::ops::RangeInclusive<u64>| {
            let now = demand.lock().able;
            assert!(able.contains(&now), "{now}, not {able:?}");
        };
        let now = pass(&demand, Instant::now(), 2_100, (40, 40));
        is_able_to_do(39_900..=40_000);
        let now = pass(&demand, now, 11_000, (1, 1));
        is_able_to_do(19_000..=21_500);
        demand.done(now + SECOND * 600);
        is_able_to_do(0..=1);
    }
}
