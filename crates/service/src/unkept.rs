//! How much the events take that lie in memory, since projections that hold them were not kept yet.

use crate::limits::{
    KEEPING_OVERDUE, KEEPING_TIME, UNKEPT_EVENTS_MIN, UNKEPT_MAX, UNKEPT_REST, UNKEPT_REST_MAX,
};
use std::time::{Duration, Instant};

/// How long a rate is measured.
const RATE_TIME: Duration = Duration::from_secs(1);

/// What that calls for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Memory {
    Fair,
    /// The more they are, the slower come others.
    Overdue,
    /// No more are taken until they are kept.
    Full,
}

impl Memory {
    /// With so many `events`, where so many are kept at once.
    pub(crate) fn of(events: u64, keep_events: u64) -> Self {
        match events {
            _ if events >= unkept_events_max(keep_events) => Self::Full,
            _ if events >= overdue(keep_events) => Self::Overdue,
            _ => Self::Fair,
        }
    }
}

/// Events in memory with which no more are taken, by the operator's number.
pub(crate) fn unkept_events_max(keep_events: u64) -> u64 {
    in_stages(keep_events).max(UNKEPT_EVENTS_MIN)
}

/// Events after which a fold of many is kept on its way.
pub(crate) fn in_stages(keep_events: u64) -> u64 {
    keep_events.saturating_mul(UNKEPT_MAX)
}

/// Events in memory that were to be kept long ago.
fn overdue(keep_events: u64) -> u64 {
    keep_events.saturating_mul(KEEPING_OVERDUE)
}

/// How fast events come.
#[derive(Debug)]
pub(crate) struct Rate {
    since: Instant,
    events: u64,
    per_second: u64,
}

impl Rate {
    /// That of now, before which there were so many.
    pub(crate) fn of(events: u64) -> Self {
        Self { since: Instant::now(), events, per_second: 0 }
    }

    /// Notes how many there are. Gives how many came in a second, lately.
    pub(crate) fn note(&mut self, events: u64) -> u64 {
        let passed = self.since.elapsed();
        if passed >= RATE_TIME {
            let came = u128::from(events.saturating_sub(self.events)) * 1_000;
            let per_second = u64::try_from(came / passed.as_millis()).unwrap_or(u64::MAX);
            *self = Self { per_second, ..Self::of(events) };
        }
        self.per_second
    }
}

/// Events not kept with which keeping begins where others come at some rate: soon enough that it
/// can be done, at leisure, once there are as many as the operator says.
pub(crate) fn begins(per_second: u64, keep_events: u64) -> u64 {
    let meanwhile = per_second.saturating_mul(KEEPING_TIME.as_secs());
    keep_events.saturating_sub(meanwhile).max(keep_events / 2)
}

/// The course of a fold that is to be done before more than so many events lie in memory.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Course {
    /// Events that it begins with.
    folded: u64,
    /// Events in memory with which it began, and is to be done.
    began: u64,
    until: u64,
}

impl Course {
    pub(crate) fn new(folded: u64, in_memory: u64, until: u64) -> Self {
        Self { folded, began: in_memory, until }
    }

    /// Must it hurry, with so many events folded of those that are shown and so many in memory? It
    /// must where a smaller part of its work is done than of what may come meanwhile came.
    pub(crate) fn hurries(self, folded: u64, shown: u64, in_memory: u64) -> bool {
        let room = u128::from(self.until.saturating_sub(self.began));
        let came = u128::from(in_memory.saturating_sub(self.began));
        let done = u128::from(folded.saturating_sub(self.folded));
        let all = u128::from(shown.saturating_sub(self.folded));
        in_memory >= self.until || came * all > done * room
    }
}

/// How long to rest behind `new` events where so many are in memory: none before they are overdue,
/// and from there on more with each. So what keeps them comes to its end, and what comes meanwhile
/// is taken at the pace that leaves it time, and not refused for minutes.
pub(crate) fn rest(new: usize, events: u64, keep_events: u64) -> Duration {
    let overdue = overdue(keep_events);
    let room = unkept_events_max(keep_events).saturating_sub(overdue).max(1);
    let over = events.saturating_sub(overdue).min(room);
    let nanos = UNKEPT_REST.as_nanos().saturating_mul(new as u128).saturating_mul(over.into());
    let nanos = u64::try_from(nanos / u128::from(room)).unwrap_or(u64::MAX);
    Duration::from_nanos(nanos).min(UNKEPT_REST_MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::limits::KEEP_EVENTS;

    #[test]
    fn memory_is_full_at_a_named_number_of_events_or_at_what_the_operator_asks_for() {
        let usual = |events| Memory::of(events, KEEP_EVENTS);
        assert_eq!((usual(749_999), usual(750_000)), (Memory::Fair, Memory::Overdue));
        assert_eq!((usual(999_999), usual(1_000_000)), (Memory::Overdue, Memory::Full));
        let small = |events| Memory::of(events, 1);
        assert_eq!((small(3), small(99_999)), (Memory::Overdue, Memory::Overdue));
        assert_eq!(small(100_000), Memory::Full);
        assert_eq!(Memory::of(200_000, 50_000), Memory::Full);
        assert_eq!(Memory::of(u64::MAX - 1, u64::MAX), Memory::Fair);
        assert_eq!(Memory::of(3_999_999, 1_000_000), Memory::Overdue);
    }

    #[test]
    fn the_more_is_overdue_the_longer_it_rests() {
        let usual = |new, events| rest(new, events, KEEP_EVENTS);
        assert_eq!(usual(60, 750_000), Duration::ZERO);
        assert_eq!(usual(60, 875_000), UNKEPT_REST * 30);
        assert_eq!(usual(60, 1_000_000), UNKEPT_REST * 60);
        assert_eq!(usual(60, 5_000_000), UNKEPT_REST * 60);
        assert_eq!(usual(0, 5_000_000), Duration::ZERO);
        assert_eq!(usual(100_000, 5_000_000), UNKEPT_REST_MAX);
        assert_eq!(rest(1_000_000, u64::MAX, u64::MAX), Duration::ZERO);
    }

    #[test]
    fn keeping_begins_early_where_much_comes() {
        assert_eq!(begins(0, KEEP_EVENTS), KEEP_EVENTS);
        assert_eq!(begins(1_000, KEEP_EVENTS), KEEP_EVENTS - 30_000);
        assert_eq!(begins(1_000_000, KEEP_EVENTS), KEEP_EVENTS / 2);
        assert_eq!(begins(u64::MAX, 1), 0);
        let mut rate = Rate::of(7);
        assert_eq!(rate.note(1_000_000), 0);
        rate.since -= RATE_TIME * 2;
        let per_second = rate.note(2_007);
        assert!((990..=1_000).contains(&per_second), "{per_second}");
        assert_eq!(rate.note(9_999), per_second);
    }

    #[test]
    fn a_fold_hurries_where_less_of_it_is_done_than_came_of_what_may() {
        let course = Course::new(1_000, 100, 500);
        assert!(!course.hurries(1_000, 1_100, 100));
        // A fourth of the room is taken, and a fourth of the work done, or less.
        assert!(!course.hurries(1_050, 1_200, 200));
        assert!(course.hurries(1_049, 1_200, 200));
        // There is no room any more.
        assert!(course.hurries(1_500, 1_500, 500));
        assert!(Course::new(0, 500, 500).hurries(0, 0, 500));
        assert!(!Course::new(0, 0, u64::MAX).hurries(u64::MAX, u64::MAX, u64::MAX - 1));
    }
}
