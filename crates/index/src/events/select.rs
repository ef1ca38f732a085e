//! Which events meet conditions.

use super::{EventIndex, EventSet, narrow};
use roaring::{MultiOps as _, RoaringBitmap};
use std::borrow::Cow;
use std::ops::Range;

/// One thing that an event must have.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Condition {
    /// The term with this digest.
    Term(u64),
    /// A key on an axis, both ends included.
    Range {
        /// The axis.
        axis: u64,
        /// Least key.
        low: u64,
        /// Greatest key.
        high: u64,
    },
    /// A time of record, both ends included, in the unit that events were inserted with.
    Recorded {
        /// Earliest.
        low: u64,
        /// Latest.
        high: u64,
    },
}

impl EventIndex {
    /// Whether one of these events meets one of these conditions.
    #[must_use]
    pub fn meets(&self, conditions: &[Condition], among: &EventSet) -> bool {
        let mut parts = conditions.iter().flat_map(|condition| self.among(condition, among));
        parts.any(|part| !part.is_empty())
    }

    /// Events before the sequence number `end` that meet every clause: at least one condition of
    /// each. No clause asks for all.
    #[must_use]
    pub fn select(&self, clauses: &[Vec<Condition>], end: u32) -> RoaringBitmap {
        let end = end.min(narrow(self.len()));
        // What is small comes first: of what follows only that is read which may still count.
        let cost = |clause: &&Vec<Condition>| clause.iter().map(|one| self.cost(one)).sum::<u64>();
        let mut clauses: Vec<&Vec<Condition>> = clauses.iter().collect();
        clauses.sort_by_cached_key(cost);
        let mut clauses = clauses.into_iter();
        let mut selected = match clauses.next() {
            Some(first) => self.either(first),
            None => whole(0..end),
        };
        for clause in clauses {
            let parts = clause.iter().flat_map(|condition| self.among(condition, &selected));
            selected = parts.union();
        }
        selected.remove_range(end..);
        selected
    }

    /// Events that meet one of these conditions.
    fn either(&self, conditions: &[Condition]) -> RoaringBitmap {
        let parts: Vec<_> = conditions.iter().filter_map(|one| self.having(one)).collect();
        parts.iter().map(|part| &**part).union()
    }

    /// Events that meet a condition, where there are any.
    fn having(&self, condition: &Condition) -> Option<Cow<'_, RoaringBitmap>> {
        match condition {
            Condition::Term(term) => self.postings.find(*term),
            Condition::Range { axis, low, high } => Some(self.axes.range(*axis, *low, *high)),
            Condition::Recorded { low, high } => {
                Some(Cow::Owned(whole(self.recorded_in(*low, *high))))
            }
        }
    }

    /// Those of some events that meet a condition, in parts.
    fn among<'a>(
        &'a self,
        condition: &'a Condition,
        events: &'a RoaringBitmap,
    ) -> impl Iterator<Item = RoaringBitmap> + 'a {
        let (term, other) = match condition {
            Condition::Term(term) => (Some(*term), None),
            other => (None, self.having(other).map(|found| &*found & events)),
        };
        let of_term = term.into_iter().flat_map(|term| self.postings.among(term, events));
        of_term.chain(other)
    }

    /// About how many events there are to read for a condition.
    fn cost(&self, condition: &Condition) -> u64 {
        match condition {
            Condition::Term(term) => self.postings.cost(*term),
            Condition::Range { axis, low, high } => self.axes.cost(*axis, *low, *high),
            Condition::Recorded { low, high } => self.recorded_in(*low, *high).len() as u64,
        }
    }

    /// Events of a time of record.
    fn recorded_in(&self, low: u64, high: u64) -> Range<u32> {
        let begin = self.recorded.partition_point(|time| *time < low);
        let end = self.recorded.partition_point(|time| *time <= high);
        narrow(begin)..narrow(end)
    }
}

/// All of a range as a set.
fn whole(range: Range<u32>) -> RoaringBitmap {
    let mut all = RoaringBitmap::new();
    all.insert_range(range);
    all
}
