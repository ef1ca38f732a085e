//! What the sequencer remembers of the newest entries, to catch what a request could not yet see.

use crate::limits::{RECENT_ENTRIES_MAX, RECENT_ENTRIES_MIN, RECENT_TRACES_MAX};
use foldhash::fast::RandomState;
use laiqu_proof::Hash;
use std::collections::{HashMap, HashSet, VecDeque};

/// An event identifier or a body, with its issuer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(crate) enum Trace {
    Event(u64, u128),
    Body(u64, Hash),
}

/// A trace with the index that it stood for before.
type Replaced = (Trace, Option<u64>);

/// Identifiers and bodies of the newest entries.
#[derive(Debug, Default)]
pub(crate) struct Recent {
    newest: HashMap<Trace, u64, RandomState>,
    /// Each entry's traces, with what they replaced.
    order: VecDeque<(u64, Vec<Replaced>)>,
    /// Traces of all of them.
    traces: usize,
    /// Everything from this index on is remembered.
    from: u64,
}

impl Recent {
    /// Remembers nothing before `size`.
    pub(crate) fn starting_at(size: u64) -> Self {
        Self { from: size, ..Self::default() }
    }

    /// The ledger size at which a request that saw `seen_size` must look again, if it must.
    pub(crate) fn conflict(
        &self,
        seen_size: u64,
        traces: impl Iterator<Item = Trace>,
    ) -> Option<u64> {
        if seen_size < self.from {
            return Some(self.from);
        }
        let hits = traces.filter_map(|trace| self.newest.get(&trace).copied());
        hits.filter(|index| *index >= seen_size).max().map(|index| index + 1)
    }

    /// Likewise where events with one of these identifiers count, whoever issued them. Looks at
    /// every entry that the request had not seen, so it is for what is rare: error declarations,
    /// which stand otherwise beside an event of someone else.
    pub(crate) fn brought(
        &self,
        seen_size: u64,
        id_digests: impl Iterator<Item = u128>,
    ) -> Option<u64> {
        let wanted: HashSet<u128> = id_digests.collect();
        if wanted.is_empty() {
            return None;
        }
        let unseen = self.order.iter().rev().take_while(|(index, _)| *index >= seen_size);
        let is_wanted = |trace: &Trace| match trace {
            Trace::Event(_, id) => wanted.contains(id),
            Trace::Body(..) => false,
        };
        let hit = |traces: &[Replaced]| traces.iter().any(|(trace, _)| is_wanted(trace));
        unseen.into_iter().find(|(_, traces)| hit(traces)).map(|(index, _)| index + 1)
    }

    /// Remembers the traces of the entry at `index`.
    pub(crate) fn insert(&mut self, index: u64, traces: Vec<Trace>) {
        let replaced = traces.into_iter().map(|trace| (trace, self.newest.insert(trace, index)));
        let replaced: Vec<Replaced> = replaced.collect();
        self.traces += replaced.len();
        self.order.push_back((index, replaced));
        while self.is_full() {
            let Some((old, traces)) = self.order.pop_front() else { break };
            self.from = old + 1;
            self.traces -= traces.len();
            for (trace, _) in traces {
                if self.newest.get(&trace) == Some(&old) {
                    self.newest.remove(&trace);
                }
            }
        }
    }

    fn is_full(&self) -> bool {
        let entries = self.order.len();
        let by_traces = self.traces > RECENT_TRACES_MAX && entries > RECENT_ENTRIES_MIN;
        by_traces || entries > RECENT_ENTRIES_MAX
    }

    /// Forgets the entries from `index` on: they were not written.
    pub(crate) fn forget_from(&mut self, index: u64) {
        while self.order.back().is_some_and(|(at, _)| *at >= index) {
            let Some((_, traces)) = self.order.pop_back() else { break };
            self.traces -= traces.len();
            for (trace, replaced) in traces.into_iter().rev() {
                match replaced {
                    Some(older) => self.newest.insert(trace, older),
                    None => self.newest.remove(&trace),
                };
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_the_request_had_not_seen_makes_it_look_again() {
        let mut recent = Recent::starting_at(5);
        recent.insert(5, vec![Trace::Event(1, 7)]);
        let hit = |size, trace| recent.conflict(size, std::iter::once(trace));
        assert_eq!(hit(5, Trace::Event(1, 7)), Some(6));
        assert_eq!(hit(6, Trace::Event(1, 7)), None);
        assert_eq!(hit(5, Trace::Event(2, 7)), None);
        assert_eq!(hit(5, Trace::Body(1, Hash([0; 32]))), None);
        assert_eq!(hit(4, Trace::Event(2, 7)), Some(5), "older than what is remembered");
    }

    #[test]
    fn an_identifier_counts_for_declarations_whoever_used_it() {
        let mut recent = Recent::starting_at(5);
        recent.insert(5, vec![Trace::Event(1, 7)]);
        recent.insert(6, vec![Trace::Event(2, 8), Trace::Event(3, 7)]);
        recent.insert(7, vec![Trace::Body(1, Hash([0; 32]))]);
        let brought = |size, ids: &[u128]| recent.brought(size, ids.iter().copied());
        assert_eq!(brought(5, &[7]), Some(7));
        assert_eq!(brought(6, &[7, 1]), Some(7));
        assert_eq!(brought(7, &[7, 8]), None);
        assert_eq!((brought(5, &[9]), brought(0, &[])), (None, None));
    }

    #[test]
    fn what_was_not_written_is_forgotten() {
        let mut recent = Recent::starting_at(0);
        recent.insert(0, vec![Trace::Body(1, Hash([1; 32]))]);
        recent.insert(1, vec![Trace::Body(1, Hash([2; 32]))]);
        recent.insert(2, vec![Trace::Body(1, Hash([1; 32]))]);
        recent.forget_from(1);
        assert_eq!(recent.conflict(0, std::iter::once(Trace::Body(1, Hash([2; 32])))), None);
        assert_eq!(recent.conflict(0, std::iter::once(Trace::Body(1, Hash([1; 32])))), Some(1));
    }

    #[test]
    fn memory_is_bounded() {
        let mut recent = Recent::starting_at(0);
        for index in 0..(RECENT_ENTRIES_MAX as u64 + 10) {
            recent.insert(index, vec![Trace::Event(0, u128::from(index))]);
        }
        assert_eq!(recent.order.len(), RECENT_ENTRIES_MAX);
        assert_eq!(recent.newest.len(), RECENT_ENTRIES_MAX);
        assert_eq!(recent.from, 10);
    }

    #[test]
    fn of_entries_that_bring_more_fewer_are_remembered() {
        let (wide, mut recent) = (RECENT_TRACES_MAX / 1_000, Recent::starting_at(0));
        for index in 0..3_000 {
            let events = (0..wide as u128).map(|event| Trace::Event(index, event));
            recent.insert(index, events.collect());
        }
        assert_eq!((recent.order.len(), recent.traces), (1_000 + 8, 1_008 * wide));
        let much = 10 * RECENT_TRACES_MAX / RECENT_ENTRIES_MIN;
        for index in 3_000..3_000 + 2 * RECENT_ENTRIES_MIN as u64 {
            recent.insert(index, vec![Trace::Event(1, 1); much]);
        }
        assert_eq!(recent.order.len(), RECENT_ENTRIES_MIN, "so many requests are in work");
        recent.forget_from(0);
        assert_eq!((recent.traces, recent.order.len()), (0, 0));
    }
}
