//! How many submissions may be in work, by how long they take: whoever is taken waits for all that
//! were taken before, so that the number alone says nothing about the time.
//!
//! Rounds of answers are looked at. Where the medians of two in a row took longer than they should,
//! fewer are taken in proportion, for one alone may have waited for something that is over; where
//! they did not, some more. What it should take is a few times the least that a round
//! took lately, so that a slow disk, on which many share each sync, still finds full batches.

use crate::limits::{
    IN_WORK_MICROS_MAX, IN_WORK_MICROS_MIN, SUBMISSIONS_MAX, SUBMISSIONS_MIN, USUAL_FORGOTTEN,
    USUAL_TIMES,
};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

/// Fewest answers in a round: the median of a few says little.
const ROUND_MIN: usize = 32;

/// How many submissions may be in work now.
#[derive(Debug)]
pub(crate) struct Pace {
    most: AtomicUsize,
    round: Mutex<Round>,
}

/// Answers since the number was last decided.
#[derive(Debug, Default)]
struct Round {
    /// Microseconds from when each was taken until it was answered.
    took: Vec<u64>,
    /// The least median, and when it was told.
    usual: Option<(u64, Instant)>,
    /// The one before took too long.
    was_slow: bool,
}

impl Default for Pace {
    fn default() -> Self {
        Pace { most: AtomicUsize::new(SUBMISSIONS_MAX), round: Mutex::default() }
    }
}

impl Pace {
    /// Most submissions in work.
    pub(crate) fn most(&self) -> usize {
        self.most.load(Ordering::Relaxed)
    }

    /// One that was written was answered, after so long.
    pub(crate) fn answered(&self, took: Duration, now: Instant) {
        let mut round = self.round.lock().unwrap_or_else(PoisonError::into_inner);
        round.took.push(micros(took));
        let most = self.most();
        if round.took.len() >= most.max(ROUND_MIN) {
            let (median, wanted) = round.end(now);
            let was_slow = std::mem::replace(&mut round.was_slow, median > wanted);
            if was_slow || median <= wanted {
                self.most.store(next(most, median, wanted), Ordering::Relaxed);
            }
        }
    }
}

impl Round {
    /// Its median, and what that should be at most.
    fn end(&mut self, now: Instant) -> (u64, u64) {
        let middle = self.took.len() / 2;
        let (_, median, _) = self.took.select_nth_unstable(middle);
        let median = *median;
        self.took.clear();
        let usual = self.usual.map_or(median, |(least, told)| {
            let forgotten = now.saturating_duration_since(told).div_duration_f64(USUAL_FORGOTTEN);
            let least = Duration::from_micros(least).as_secs_f64() * forgotten.exp2();
            median.min(Duration::try_from_secs_f64(least).map_or(u64::MAX, micros))
        });
        self.usual = Some((usual, now));
        (median, usual.saturating_mul(USUAL_TIMES).clamp(IN_WORK_MICROS_MIN, IN_WORK_MICROS_MAX))
    }
}

fn micros(time: Duration) -> u64 {
    u64::try_from(time.as_micros()).unwrap_or(u64::MAX)
}

/// How many may be in work after a round in which half took longer than `median`.
fn next(most: usize, median: u64, wanted: u64) -> usize {
    let next = if median > wanted {
        let fewer = (most as u64).saturating_mul(wanted) / median.max(1);
        // What was answered was taken under an earlier number: half at once is enough.
        usize::try_from(fewer).unwrap_or(most).max(most / 2)
    } else {
        // Two steps are gone before the second slow round is seen.
        most + most / 16 + 1
    };
    next.clamp(SUBMISSIONS_MIN, SUBMISSIONS_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::collections::VecDeque;

    /// A server that answers one submission after the other, every `each` microseconds but never
    /// sooner than `least` after it was taken, while far more come than it can take. The median of
    /// what the last thousand of `count` took, and how many might be in work then.
    fn flooded(pace: &Pace, (each, least): (u64, u64), count: usize) -> (u64, usize) {
        let begun = Instant::now();
        let (mut now, mut taken, mut took) = (0, VecDeque::new(), Vec::new());
        for _ in 0..count {
            while taken.len() < pace.most() {
                taken.push_back(now);
            }
            let first = taken.pop_front().unwrap();
            now = (now + each).max(first + least);
            took.push(now - first);
            pace.answered(Duration::from_micros(now - first), begun + Duration::from_micros(now));
        }
        let last = &mut took[count.saturating_sub(1_000)..];
        last.sort_unstable();
        (last[last.len() / 2], pace.most())
    }

    #[test]
    fn what_takes_long_comes_down_to_what_it_should_take() {
        // At 2,000, 600 and 10,000 a second; a calm round told what is usual.
        for (each, calm) in [(500, 2_000), (1_600, 5_000), (100, 1_000)] {
            let pace = Pace::default();
            let now = Instant::now();
            (0..SUBMISSIONS_MAX).for_each(|_| pace.answered(Duration::from_micros(calm), now));
            let (median, most) = flooded(&pace, (each, 0), 20_000);
            let wanted = IN_WORK_MICROS_MIN.max(SUBMISSIONS_MIN as u64 * each);
            let all = SUBMISSIONS_MAX as u64 * each;
            let wanted = wanted.min(all);
            assert!(median <= wanted + wanted / 4, "{each}: {median} for {wanted}");
            assert!(median >= wanted / 2, "{each}: {median} for {wanted}");
            assert!(most >= SUBMISSIONS_MIN);
        }
    }

    #[test]
    fn one_slow_round_changes_nothing() {
        let pace = Pace::default();
        let now = Instant::now();
        let round = |millis| {
            (0..SUBMISSIONS_MAX).for_each(|_| pace.answered(Duration::from_millis(millis), now));
        };
        for millis in [2, 200, 2, 200] {
            round(millis);
            assert_eq!(pace.most(), SUBMISSIONS_MAX);
        }
        round(200);
        assert_eq!(pace.most(), SUBMISSIONS_MAX / 2);
    }

    #[test]
    fn a_slow_disk_keeps_its_full_batches() {
        // Each batch takes 40 ms, alone or with two hundred others.
        let pace = Pace::default();
        let (_, most) = flooded(&pace, (10, 40_000), 20_000);
        assert_eq!(most, SUBMISSIONS_MAX);
    }

    #[test]
    fn once_it_is_calm_again_as_many_as_ever_are_taken() {
        let pace = Pace::default();
        let now = Instant::now();
        for _ in 0..1_000 {
            pace.answered(Duration::from_millis(5), now);
        }
        for _ in 0..1_000 {
            pace.answered(Duration::from_secs(2), now);
        }
        assert_eq!(pace.most(), SUBMISSIONS_MIN);
        for _ in 0..4_000 {
            pace.answered(Duration::from_millis(5), now);
        }
        assert_eq!(pace.most(), SUBMISSIONS_MAX);
    }

    #[test]
    fn what_was_usual_is_forgotten_slowly() {
        let mut round = Round::default();
        let begun = Instant::now();
        let mut told = |millis: u64, at: Duration| {
            round.took = vec![millis * 1_000];
            round.end(begun + at).1
        };
        let thrice = |millis: u64| USUAL_TIMES * millis * 1_000;
        assert_eq!(told(100, Duration::ZERO), thrice(100));
        assert_eq!(told(200, Duration::from_secs(1)).div_euclid(10_000), thrice(100) / 10_000);
        let later = told(400, Duration::from_secs(1) + USUAL_FORGOTTEN);
        assert!(later.abs_diff(thrice(200)) < thrice(200) / 50, "{later}");
        assert_eq!(told(1, 2 * USUAL_FORGOTTEN), IN_WORK_MICROS_MIN);
        assert_eq!(told(5_000, 20 * USUAL_FORGOTTEN), IN_WORK_MICROS_MAX);
    }
}
