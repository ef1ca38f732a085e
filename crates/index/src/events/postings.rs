//! Terms to the events that have them.

use super::saved_posting::{parts, read, write};
use hashbrown::hash_table::Entry;
use laiqu_columns::{Dictionary, Error, Opened, Parted, Saving};
use roaring::RoaringBitmap;
use std::borrow::Cow;
use std::hash::BuildHasher as _;

/// Events of one term, in order. Most terms (an item, an event's identifier) stand in few events,
/// so that 16 bytes hold them; a set of its own comes with the fourth.
#[derive(Debug)]
enum Posting {
    One([u32; 1]),
    Two([u32; 2]),
    Three([u32; 3]),
    Many(Box<Many>),
}

/// Events of a term that has more than a few.
#[derive(Debug, Default)]
struct Many {
    set: RoaringBitmap,
    /// Those that came last, in order, all behind the set: it takes many at once for a fraction of
    /// what they cost one by one.
    recent: Vec<u32>,
}

/// Most events that wait for their set.
const RECENT_MAX: usize = if cfg!(test) { 3 } else { 64 };

/// Events of all terms: those of the file, and those that came since.
#[derive(Debug, Default)]
pub(crate) struct Postings {
    saved: Dictionary,
    added: Parted<(u64, Posting)>,
    /// Anyone can work out terms of their own, so where they lie must be secret: else chosen ones
    /// could all lie in one place.
    seed: foldhash::fast::RandomState,
}

impl Postings {
    /// The postings that a file holds under this name.
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self { saved: Dictionary::open(opened, name)?, ..Self::default() })
    }

    /// Writes all postings under a name.
    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let added = self.added.iter().map(|(term, posting)| (*term, posting));
        self.saved.save(saving, name, added, |new: Option<&Posting>, olds, bytes| {
            if let ([], Some(few)) = (olds, new.and_then(Posting::few)) {
                return write(Ok(few), bytes);
            }
            let mut all = new.map(Posting::events).unwrap_or_default();
            for old in olds {
                *all.to_mut() |= read(old)?;
            }
            write(Err(&all), bytes)
        })
    }

    /// What came since the file was written.
    fn added(&self, term: u64) -> Option<&Posting> {
        let digest = self.seed.hash_one(term);
        let found = self.added.part(digest)?.find(digest, |(known, _)| *known == term);
        found.map(|(_, posting)| posting)
    }

    /// Likewise, to be changed; `first` is put there where there is nothing.
    fn added_mut(&mut self, term: u64, first: impl FnOnce() -> Posting) -> (&mut Posting, bool) {
        let (digest, seed) = (self.seed.hash_one(term), &self.seed);
        let of = |(term, _): &(u64, Posting)| seed.hash_one(term);
        match self.added.part_mut(digest).entry(digest, |(known, _)| *known == term, of) {
            Entry::Occupied(known) => (&mut known.into_mut().1, false),
            Entry::Vacant(free) => (&mut free.insert((term, first())).into_mut().1, true),
        }
    }

    /// Notes that the event `seq`, the newest so far, has a term.
    pub(crate) fn insert(&mut self, term: u64, seq: u32) {
        if let (posting, false) = self.added_mut(term, || Posting::One([seq])) {
            posting.push(seq);
        }
    }

    /// Notes that these events, in order and newer than all that have the term so far, have it.
    pub(crate) fn insert_all(&mut self, term: u64, seqs: &[u32]) {
        let Some((first, rest)) = seqs.split_first() else { return };
        let (posting, is_new) = self.added_mut(term, || Posting::One([*first]));
        let rest = if is_new { rest } else { seqs };
        rest.iter().for_each(|seq| posting.push(*seq));
    }

    /// Notes that all of these events have a term.
    pub(super) fn extend(&mut self, term: u64, events: &RoaringBitmap) {
        let (posting, is_new) = self.added_mut(term, || Posting::of(events.clone()));
        if !is_new {
            *posting = Posting::of(&*posting.events() | events);
        }
    }

    /// The events that have a term, where there are any.
    pub(crate) fn find(&self, term: u64) -> Option<Cow<'_, RoaringBitmap>> {
        let new = self.added(term).map(Posting::events);
        self.saved.get(term).fold(new, |found, saved| {
            let saved = read(saved).unwrap_or_else(|| unreadable(term));
            Some(Cow::Owned(match found {
                Some(found) => saved | &*found,
                None => saved,
            }))
        })
    }

    /// Those of some events that have a term, in parts; costs what these events are, and not what
    /// all events with the term are.
    pub(crate) fn among<'p>(
        &'p self,
        term: u64,
        events: &'p RoaringBitmap,
    ) -> impl Iterator<Item = RoaringBitmap> + 'p {
        let new = self.added(term).map(|posting| posting.among(events));
        let saved = self.saved.get(term).flat_map(parts);
        let touched = saved.filter(|part| part.touches(events));
        new.into_iter().chain(touched.map(move |part| {
            let part = part.read().unwrap_or_else(|| unreadable(term));
            part & events
        }))
    }

    /// About how much there is to read of a term, for an order of several.
    pub(crate) fn cost(&self, term: u64) -> u64 {
        let new = self.added(term).map_or(0, Posting::len);
        new + self.saved.get(term).map(|saved| saved.len() as u64 / 4).sum::<u64>()
    }
}

/// Nothing, in place of what is damaged.
fn unreadable(term: u64) -> RoaringBitmap {
    tracing::error!(term, "the saved events of a term cannot be read");
    RoaringBitmap::new()
}

impl Posting {
    /// Few events need no set.
    fn of(events: RoaringBitmap) -> Self {
        let mut few = events.iter();
        match (few.next(), few.next(), few.next(), few.next()) {
            (Some(a), None, ..) => Self::One([a]),
            (Some(a), Some(b), None, _) => Self::Two([a, b]),
            (Some(a), Some(b), Some(c), None) => Self::Three([a, b, c]),
            _ => Self::Many(Box::new(Many { set: events, recent: Vec::new() })),
        }
    }

    fn events(&self) -> Cow<'_, RoaringBitmap> {
        match self {
            Self::Many(many) if many.recent.is_empty() => Cow::Borrowed(&many.set),
            Self::Many(many) => {
                let mut set = many.set.clone();
                append(&mut set, &many.recent);
                Cow::Owned(set)
            }
            few => Cow::Owned(few.few().unwrap_or_default().iter().collect()),
        }
    }

    /// Those of some events that are here.
    fn among(&self, events: &RoaringBitmap) -> RoaringBitmap {
        let (set, rest) = match self {
            Self::Many(many) => (&many.set & events, &many.recent[..]),
            few => (RoaringBitmap::new(), few.few().unwrap_or_default()),
        };
        let rest = rest.iter().copied().filter(|event| events.contains(*event));
        set | rest.collect::<RoaringBitmap>()
    }

    fn len(&self) -> u64 {
        match self {
            Self::Many(many) => many.set.len() + many.recent.len() as u64,
            few => few.few().map_or(0, |few| few.len() as u64),
        }
    }

    /// All of them, where they need no set.
    fn few(&self) -> Option<&[u32]> {
        match self {
            Self::One(few) => Some(few),
            Self::Two(few) => Some(few),
            Self::Three(few) => Some(few),
            Self::Many(_) => None,
        }
    }

    /// An event that repeats a term counts once.
    fn push(&mut self, seq: u32) {
        *self = match self {
            Self::One([a]) if *a == seq => return,
            Self::Two([_, b]) if *b == seq => return,
            Self::Three([_, _, c]) if *c == seq => return,
            Self::One([a]) => Self::Two([*a, seq]),
            Self::Two([a, b]) => Self::Three([*a, *b, seq]),
            Self::Three([a, b, c]) => {
                let recent = vec![*a, *b, *c, seq];
                Self::Many(Box::new(Many { set: RoaringBitmap::new(), recent }))
            }
            Self::Many(many) => return many.push(seq),
        };
    }
}

impl Many {
    fn push(&mut self, seq: u32) {
        let last = self.recent.last().copied().or_else(|| self.set.max());
        if last == Some(seq) {
            return;
        }
        if self.recent.len() >= RECENT_MAX {
            append(&mut self.set, &self.recent);
            self.recent.clear();
        }
        self.recent.push(seq);
    }
}

/// Adds events that are in order, all behind those of a set.
pub(super) fn append(set: &mut RoaringBitmap, events: &[u32]) {
    if set.append(events.iter().copied()).is_err() {
        set.extend(events);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_columns::testing::reopened;

    #[test]
    fn a_posting_of_few_events_takes_16_bytes() {
        assert_eq!(size_of::<Posting>(), 16);
    }

    fn found(postings: &Postings, term: u64) -> Vec<u32> {
        postings.find(term).map(|found| found.iter().collect()).unwrap_or_default()
    }

    fn saved(postings: &Postings) -> Postings {
        reopened(|s| postings.save(s, "p"), |o| Postings::open(o, "p"))
    }

    #[test]
    fn events_are_found_at_every_count_and_count_once() {
        for save_at in 0..=9 {
            let mut postings = Postings::default();
            for count in 1..=9 {
                postings.insert(7, count * 10);
                postings.insert(7, count * 10);
                if count == save_at {
                    postings = saved(&postings);
                }
                let expected: Vec<u32> = (1..=count).map(|n| n * 10).collect();
                assert_eq!(found(&postings, 7), expected);
                let some: RoaringBitmap = [20, 40, 55, 90].into_iter().collect();
                let among: RoaringBitmap = postings.among(7, &some).flatten().collect();
                assert!(among.iter().eq(expected.into_iter().filter(|seq| some.contains(*seq))));
            }
            assert!(postings.find(8).is_none());
        }
    }

    #[test]
    fn older_events_may_get_a_term_later() {
        for (before, added, is_saved) in (0..6)
            .flat_map(|before| (1..6).map(move |added| (before, added)))
            .flat_map(|(before, added)| [false, true].map(|is_saved| (before, added, is_saved)))
        {
            let mut postings = Postings::default();
            (0..before).for_each(|seq| postings.insert(7, seq * 2));
            if is_saved {
                postings = saved(&postings);
            }
            let more: RoaringBitmap = (0..added).map(|seq| seq * 3).collect();
            postings.extend(7, &more);
            postings.insert(7, 99);
            let mut expected: Vec<u32> = (0..before).map(|seq| seq * 2).collect();
            expected.extend(&more);
            expected.push(99);
            expected.sort_unstable();
            expected.dedup();
            assert_eq!(found(&postings, 7), expected);
            if is_saved {
                assert_eq!(found(&saved(&postings), 7), expected);
            }
        }
    }
}
