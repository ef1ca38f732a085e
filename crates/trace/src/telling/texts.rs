//! The order of texts, for what is told in it.

use crate::graph::Graph;

/// Texts that are read at once.
const TEXTS_AT_ONCE: usize = 4_096;

/// Some texts in their order. They are copied piece by piece, so that nobody waits while they are
/// sorted; afterwards only the order is left.
#[derive(Debug, Default)]
pub(super) struct TextOrder {
    /// Ids, each once, in their own order.
    ids: Vec<u32>,
    copied: String,
    ends: Vec<usize>,
    /// By the place in `ids`.
    ranks: Vec<u32>,
    /// Ids in the order of their texts.
    ranked: Vec<u32>,
}

impl TextOrder {
    pub(super) fn of(mut ids: Vec<u32>) -> TextOrder {
        ids.sort_unstable();
        ids.dedup();
        TextOrder { ids, ..TextOrder::default() }
    }

    /// Copies some more texts; says whether there are none left.
    pub(super) fn read(&mut self, graph: &Graph) -> bool {
        for id in self.ids.iter().skip(self.ends.len()).take(TEXTS_AT_ONCE) {
            self.copied.push_str(graph.texts.text(*id));
            self.ends.push(self.copied.len());
        }
        self.ends.len() >= self.ids.len()
    }

    /// Sorts what was read.
    pub(super) fn sort(&mut self) {
        let starts = std::iter::once(&0).chain(&self.ends);
        let texts = starts.zip(&self.ends).map(|(from, until)| self.copied.get(*from..*until));
        let mut order: Vec<(&str, u32)> =
            texts.zip(0..).map(|(text, at)| (text.unwrap_or_default(), at)).collect();
        order.sort_unstable();
        self.ranks = vec![0; order.len()];
        for (rank, (_, at)) in (0..).zip(&order) {
            if let Some(slot) = self.ranks.get_mut(*at as usize) {
                *slot = rank;
            }
        }
        let id = |at: u32| self.ids.get(at as usize).copied().unwrap_or_default();
        self.ranked = order.iter().map(|(_, at)| id(*at)).collect();
        (self.copied, self.ends) = (String::new(), Vec::new());
    }

    /// Where the text of an id stands; only of those that were given.
    pub(super) fn rank(&self, id: u32) -> u32 {
        let at = self.ids.binary_search(&id).ok();
        at.and_then(|at| self.ranks.get(at)).copied().unwrap_or(u32::MAX)
    }

    /// The id whose text stands there.
    pub(super) fn id(&self, rank: u32) -> u32 {
        self.ranked.get(rank as usize).copied().unwrap_or(u32::MAX)
    }

    /// All ids in the order of their texts.
    pub(super) fn in_order(&self) -> &[u32] {
        &self.ranked
    }
}
