//! How much the events take that lie in memory, since projections that hold them were not kept yet.

use crate::limits::{KEEPING_OVERDUE, UNKEPT_EVENTS_MIN, UNKEPT_MAX, UNKEPT_REST, UNKEPT_REST_MAX};
use std::time::Duration;

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

/// Must the fold that keeps them hurry, with so many events `behind` it and so many in memory? It
/// is to be done once these are half as many again as are kept at once: so it must where more are
/// behind it than may still come, which is soon so where they come faster than it folds at leisure.
pub(crate) fn hurries(behind: u64, in_memory: u64, keep_events: u64) -> bool {
    behind > (keep_events.saturating_add(keep_events / 2)).saturating_sub(in_memory)
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
    fn a_fold_hurries_where_more_is_behind_it_than_may_still_come() {
        let usual = |behind, in_memory| hurries(behind, in_memory, KEEP_EVENTS);
        assert!(usual(250_000, 250_000));
        assert!(!usual(125_000, 250_000));
        assert!(usual(125_001, 250_000));
        assert!(!usual(0, 2_000_000));
        assert!(usual(1, 375_000));
        assert!(!hurries(u64::MAX, 0, u64::MAX));
    }
}
