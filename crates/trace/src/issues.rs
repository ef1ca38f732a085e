//! What the records of an item lack or contradict.

use smallvec::SmallVec;

use crate::answer::IssueKind;
use crate::detail::{Amounts, Detail};
use crate::grouping::Group;
use crate::intern::NONE;
use crate::moves::Moves;
use crate::pairing::Pair;
use crate::quantity::{agree, total};
use crate::view::View;

/// An issue of one item, in ids.
#[derive(Clone, Debug)]
pub(crate) struct Finding {
    pub(crate) kind: IssueKind,
    pub(crate) from_place: u32,
    pub(crate) to_place: u32,
    pub(crate) events: Vec<u32>,
    pub(crate) detail: Detail,
    /// Events whose amount cannot be right.
    pub(crate) doubtful: Vec<u32>,
}

impl Finding {
    /// A finding at one place that makes no amount doubtful.
    pub(crate) fn at(kind: IssueKind, place: u32, events: Vec<u32>, detail: Detail) -> Finding {
        Finding { kind, from_place: place, to_place: NONE, events, detail, doubtful: Vec::new() }
    }

    /// The same between two places.
    #[must_use]
    pub(crate) fn towards(mut self, place: u32) -> Finding {
        self.to_place = place;
        self
    }
}

impl Moves {
    /// Compares what was sent with what was received in each group of paired movements.
    pub(crate) fn compare_amounts(&mut self, view: &View<'_>, groups: &[Group], pairs: &[Pair]) {
        let joined = joined(groups.len(), pairs);
        for pairs in joined.chunk_by(|a, b| a.0 == b.0) {
            let sent = side(groups, pairs.iter().map(|(_, pair)| pair.departure));
            let received = side(groups, pairs.iter().map(|(_, pair)| pair.arrival));
            let sums = total(sent.iter().map(|group| group.amount))
                .zip(total(received.iter().map(|group| group.amount)));
            let Some(((out, unit), (back, other))) = sums else { continue };
            if unit != other || agree(out, back) {
                continue;
            }
            let place = |side: &[&Group]| side.first().map_or(NONE, |group| group.place);
            let events = sent.iter().chain(&received).flat_map(|group| group.events.clone());
            let unit = view.text(unit).into();
            let detail = Detail::SentAndReceivedDiffer(Amounts { out, come: back, unit });
            let kind = IssueKind::QuantityMismatch;
            let finding = Finding::at(kind, place(&sent), events.collect(), detail);
            self.findings.push(finding.towards(place(&received)));
        }
    }
}

/// Groups on one side of some pairs, each once, in their order.
fn side(groups: &[Group], indexes: impl Iterator<Item = usize>) -> SmallVec<[&Group; 4]> {
    let mut indexes: SmallVec<[usize; 4]> = indexes.collect();
    indexes.sort_unstable();
    indexes.dedup();
    indexes.into_iter().filter_map(|index| groups.get(index)).collect()
}

/// Pairs with the first group among those that pairs connect, in its order.
fn joined(count: usize, pairs: &[Pair]) -> SmallVec<[(usize, Pair); 4]> {
    let mut above: SmallVec<[usize; 16]> = (0..count).collect();
    for pair in pairs {
        let (a, b) = (first(&mut above, pair.departure), first(&mut above, pair.arrival));
        if let Some(slot) = above.get_mut(a.max(b)) {
            *slot = a.min(b);
        }
    }
    let pairs = pairs.iter().map(|pair| (first(&mut above, pair.departure), *pair));
    let mut joined: SmallVec<[(usize, Pair); 4]> = pairs.collect();
    joined.sort_by_key(|(first, _)| *first);
    joined
}

/// The first group that one is connected with; shortens the way there.
fn first(above: &mut [usize], mut group: usize) -> usize {
    while let Some(up) = above.get(group).copied().filter(|up| *up != group) {
        let next = above.get(up).copied().unwrap_or(up);
        if let Some(slot) = above.get_mut(group) {
            *slot = next;
        }
        group = next;
    }
    group
}
