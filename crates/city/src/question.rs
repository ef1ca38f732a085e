//! Questions to the truth: where from, where to, sold where.

use std::collections::BTreeSet;

use crate::truth::{ItemIndex, ItemKind, Truth};

/// Look-ups over the finished flow.
#[derive(Clone, Debug, Default)]
pub(crate) struct Index {
    by_id: Vec<u32>,
    ahead: Adjacency,
    behind: Adjacency,
    sellers: Adjacency,
}

/// Neighbours in flat arrays: those of `n` are `list[start[n]..start[n + 1]]`.
#[derive(Clone, Debug, Default)]
struct Adjacency {
    start: Vec<u32>,
    list: Vec<(u32, bool)>,
}

impl Adjacency {
    fn new(nodes: usize, edges: impl Iterator<Item = (u32, u32, bool)> + Clone) -> Self {
        let mut start = vec![0_u32; nodes + 1];
        for (from, _, _) in edges.clone() {
            start[from as usize + 1] += 1;
        }
        for n in 0..nodes {
            start[n + 1] += start[n];
        }
        let mut fill = start.clone();
        let mut list = vec![(0, false); start[nodes] as usize];
        for (from, to, recorded) in edges {
            list[fill[from as usize] as usize] = (to, recorded);
            fill[from as usize] += 1;
        }
        Self { start, list }
    }

    fn of(&self, node: u32) -> &[(u32, bool)] {
        let node = node as usize;
        &self.list[self.start[node] as usize..self.start[node + 1] as usize]
    }
}

impl Truth {
    /// Builds the look-ups, once the flow is complete.
    pub(crate) fn seal(&mut self) {
        let nodes = self.items.len();
        let mut by_id: Vec<u32> = (0..nodes as u32).collect();
        by_id.sort_by(|a, b| self.items[*a as usize].id.cmp(&self.items[*b as usize].id));
        let flows = self.flows.iter();
        self.index = Index {
            by_id,
            ahead: Adjacency::new(nodes, flows.clone().map(|f| (f.from, f.to, f.recorded))),
            behind: Adjacency::new(nodes, flows.map(|f| (f.to, f.from, f.recorded))),
            sellers: Adjacency::new(nodes, self.sales.iter().map(|s| (s.item, s.site, true))),
        };
    }

    /// The item with this canonical identifier.
    #[must_use]
    pub fn find(&self, id: &str) -> Option<ItemIndex> {
        let by_id = &self.index.by_id;
        let at = by_id.binary_search_by(|i| (*self.items[*i as usize].id).cmp(id)).ok()?;
        Some(by_id[at])
    }

    fn reach(&self, start: ItemIndex, along: &Adjacency, recorded_only: bool) -> BTreeSet<u32> {
        let mut seen = BTreeSet::from([start]);
        let mut open = vec![start];
        while let Some(at) = open.pop() {
            for (next, recorded) in along.of(at) {
                if (*recorded || !recorded_only) && seen.insert(*next) {
                    open.push(*next);
                }
            }
        }
        seen
    }

    fn ids(&self, items: impl IntoIterator<Item = u32>) -> BTreeSet<String> {
        items.into_iter().map(|i| self.items[i as usize].id.to_string()).collect()
    }

    /// All items that went into this one, itself left out. With `recorded_only`, only over
    /// relations that some record states.
    #[must_use]
    pub fn back_of(&self, id: &str, recorded_only: bool) -> BTreeSet<String> {
        let Some(start) = self.find(id) else { return BTreeSet::new() };
        let mut all = self.reach(start, &self.index.behind, recorded_only);
        all.remove(&start);
        self.ids(all)
    }

    /// The lots without a predecessor that this item goes back to: farm lots, and lots from
    /// outside the city.
    #[must_use]
    pub fn sources_of(&self, id: &str, recorded_only: bool) -> BTreeSet<String> {
        let Some(start) = self.find(id) else { return BTreeSet::new() };
        let behind = &self.index.behind;
        let first = |i: &u32| !behind.of(*i).iter().any(|(_, r)| *r || !recorded_only);
        let all = self.reach(start, behind, recorded_only);
        self.ids(all.into_iter().filter(first))
    }

    /// All items that this one went into, itself left out.
    #[must_use]
    pub fn forward_of(&self, id: &str, recorded_only: bool) -> BTreeSet<String> {
        let Some(start) = self.find(id) else { return BTreeSet::new() };
        let mut all = self.reach(start, &self.index.ahead, recorded_only);
        all.remove(&start);
        self.ids(all)
    }

    /// The places where this item, or anything it went into, was sold or served.
    #[must_use]
    pub fn sellers_of(&self, id: &str, recorded_only: bool) -> BTreeSet<String> {
        let Some(start) = self.find(id) else { return BTreeSet::new() };
        let mut sites = BTreeSet::new();
        for item in self.reach(start, &self.index.ahead, recorded_only) {
            sites.extend(self.index.sellers.of(item).iter().map(|(site, _)| *site));
        }
        sites.into_iter().map(|s| self.sites[s as usize].id.clone()).collect()
    }

    /// The places where this very item was sold or served.
    #[must_use]
    pub fn sold_at(&self, id: &str) -> BTreeSet<String> {
        let Some(item) = self.find(id) else { return BTreeSet::new() };
        let sites = self.index.sellers.of(item);
        sites.iter().map(|(s, _)| self.sites[*s as usize].id.clone()).collect()
    }

    /// Longest way back from an item, in relations.
    #[must_use]
    pub fn depth_of(&self, id: &str) -> usize {
        let Some(start) = self.find(id) else { return 0 };
        let mut best = 0;
        let mut open = vec![(start, 0)];
        while let Some((at, depth)) = open.pop() {
            best = best.max(depth);
            // Ways back are short; the cut is for rework, which could go on for weeks.
            if depth < 12 {
                let edges = self.index.behind.of(at).iter().filter(|(_, recorded)| *recorded);
                open.extend(edges.map(|(next, _)| (*next, depth + 1)));
            }
        }
        best
    }

    /// Is this the lot of a farm of the city?
    #[must_use]
    pub fn is_farm_lot(&self, id: &str) -> bool {
        self.find(id).is_some_and(|i| self.items[i as usize].kind == ItemKind::FarmLot)
    }

    /// The contaminated farm lot.
    #[must_use]
    pub fn contaminated_lot(&self) -> &str {
        &self.incidents.contaminated.lot
    }

    /// A serialised pack that was sold, whose recorded chain goes back at least four relations to
    /// at least two farm lots; one that holds the contaminated lot where there is one.
    #[must_use]
    pub fn sample_pack(&self) -> Option<&str> {
        let bad = self.contaminated_lot();
        let mut second = None;
        for sale in &self.sales {
            let item = &self.items[sale.item as usize];
            if item.kind != ItemKind::Pack || self.depth_of(&item.id) < 4 {
                continue;
            }
            let sources = self.sources_of(&item.id, true);
            if sources.iter().filter(|s| self.is_farm_lot(s)).count() < 2 {
                continue;
            }
            if sources.contains(bad) {
                return Some(&item.id);
            }
            second.get_or_insert(&*item.id);
            if sale.micros > self.incidents.contaminated.micros + 5 * 86_400_000_000 {
                break;
            }
        }
        second
    }
}
