//! Which lots of a drawing share one box.

use std::collections::{BTreeSet, HashMap, HashSet};

use crate::answer::{Answer, LotKind};

/// Fewest packs that share one box.
const GROUP_MIN: usize = 4;

/// Packs at the end of the flow that come from the same lots and differ only by their serial.
pub(crate) struct Groups {
    /// The lot whose box each grouped lot shares.
    shared: HashMap<usize, usize>,
    members: HashMap<usize, usize>,
}

impl Groups {
    pub(crate) fn of(answer: &Answer, edges: &BTreeSet<(usize, usize)>) -> Groups {
        let uses: HashSet<usize> = edges.iter().map(|(from, _)| *from).collect();
        let mut sources: HashMap<usize, Vec<usize>> = HashMap::new();
        for (from, to) in edges {
            sources.entry(*to).or_default().push(*from);
        }
        let mut alike: HashMap<_, Vec<usize>> = HashMap::new();
        for (at, lot) in answer.lots.iter().enumerate() {
            let is_end = lot.kind == LotKind::Instance && lot.depth > 0 && !uses.contains(&at);
            if let (true, Some(from)) = (is_end, sources.get(&at)) {
                alike.entry((from.clone(), &lot.product, lot.grade)).or_default().push(at);
            }
        }
        let (mut shared, mut members) = (HashMap::new(), HashMap::new());
        for group in alike.into_values().filter(|group| group.len() >= GROUP_MIN) {
            let Some(first) = group.first().copied() else { continue };
            members.insert(first, group.len());
            shared.extend(group.into_iter().map(|lot| (lot, first)));
        }
        Groups { shared, members }
    }

    /// The lot whose box this lot is drawn in.
    pub(crate) fn box_of(&self, lot: usize) -> usize {
        self.shared.get(&lot).copied().unwrap_or(lot)
    }

    /// How many lots the box of this lot stands for.
    pub(crate) fn members(&self, lot: usize) -> usize {
        self.members.get(&lot).copied().unwrap_or(1)
    }
}
