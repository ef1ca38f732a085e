//! Terms to the events that have them.

use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::collections::HashMap;

/// Events of one term, in order. Most terms (an item, an event's identifier) stand in few events,
/// so that 16 bytes hold them; a set of its own comes with the fourth.
#[derive(Debug)]
enum Posting {
    One([u32; 1]),
    Two([u32; 2]),
    Three([u32; 3]),
    Many(Box<RoaringBitmap>),
}

/// Values by digest. Anyone can work out digests of their own, so the map's seed must be secret:
/// else chosen ones could all fall into one place of it.
pub(super) type ByDigest<V> = HashMap<u64, V, foldhash::fast::RandomState>;

/// Events of all terms.
#[derive(Debug, Default)]
pub(super) struct Postings {
    by_term: ByDigest<Posting>,
}

impl Postings {
    /// Notes that the event `seq`, the newest so far, has a term.
    pub(super) fn insert(&mut self, term: u64, seq: u32) {
        match self.by_term.entry(term) {
            std::collections::hash_map::Entry::Vacant(entry) => {
                entry.insert(Posting::One([seq]));
            }
            std::collections::hash_map::Entry::Occupied(mut entry) => entry.get_mut().push(seq),
        }
    }

    /// Notes that all of these events have a term.
    pub(super) fn extend(&mut self, term: u64, events: &RoaringBitmap) {
        let posting = self.by_term.entry(term).or_insert_with(|| Posting::Many(Box::default()));
        if let Posting::Many(many) = posting {
            **many |= events;
        } else {
            *posting = Posting::Many(Box::new(posting.events().into_owned() | events));
        }
        posting.shrink();
    }

    /// The events that have a term, where there are any.
    pub(super) fn find(&self, term: u64) -> Option<Cow<'_, RoaringBitmap>> {
        self.by_term.get(&term).map(Posting::events)
    }
}

impl Posting {
    fn events(&self) -> Cow<'_, RoaringBitmap> {
        match self {
            Self::One(few) => Cow::Owned(few.iter().collect()),
            Self::Two(few) => Cow::Owned(few.iter().collect()),
            Self::Three(few) => Cow::Owned(few.iter().collect()),
            Self::Many(many) => Cow::Borrowed(&**many),
        }
    }

    /// Few events need no set.
    fn shrink(&mut self) {
        let Self::Many(many) = self else { return };
        if many.len() > 3 {
            return;
        }
        let mut few = many.iter();
        *self = match (few.next(), few.next(), few.next()) {
            (Some(a), None, _) => Self::One([a]),
            (Some(a), Some(b), None) => Self::Two([a, b]),
            (Some(a), Some(b), Some(c)) => Self::Three([a, b, c]),
            _ => return,
        };
    }

    /// An event that repeats a term counts once.
    fn push(&mut self, seq: u32) {
        *self = match self {
            Self::One([a]) if *a == seq => return,
            Self::Two([_, b]) if *b == seq => return,
            Self::Three([_, _, c]) if *c == seq => return,
            Self::One([a]) => Self::Two([*a, seq]),
            Self::Two([a, b]) => Self::Three([*a, *b, seq]),
            Self::Three(few) => {
                let many = few.iter().copied().chain([seq]).collect::<RoaringBitmap>();
                Self::Many(Box::new(many))
            }
            Self::Many(many) => {
                many.insert(seq);
                return;
            }
        };
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_posting_of_few_events_takes_16_bytes() {
        assert_eq!(size_of::<Posting>(), 16);
    }

    #[test]
    fn events_are_found_at_every_count_and_count_once() {
        let mut postings = Postings::default();
        for count in 1..=6 {
            postings.insert(7, count * 10);
            postings.insert(7, count * 10);
            let expected: Vec<u32> = (1..=count).map(|n| n * 10).collect();
            let found: Vec<u32> = postings.find(7).unwrap().iter().collect();
            assert_eq!(found, expected);
        }
        assert!(postings.find(8).is_none());
    }

    #[test]
    fn older_events_may_get_a_term_later() {
        for before in 0..6 {
            for added in 1..6 {
                let mut postings = Postings::default();
                (0..before).for_each(|seq| postings.insert(7, seq * 2));
                let more: RoaringBitmap = (0..added).map(|seq| seq * 3).collect();
                postings.extend(7, &more);
                postings.insert(7, 99);
                let mut expected: Vec<u32> = (0..before).map(|seq| seq * 2).collect();
                expected.extend(&more);
                expected.push(99);
                expected.sort_unstable();
                expected.dedup();
                assert_eq!(postings.find(7).unwrap().iter().collect::<Vec<_>>(), expected);
            }
        }
    }
}
