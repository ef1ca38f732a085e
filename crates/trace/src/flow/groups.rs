//! Stations that a drawing may show as one, so that a large case stays readable.

use super::{Csr, Engine, FlowGraph, Network, Overlay, Start, at, set};
use std::collections::BTreeMap;

/// Why stations form a group.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum GroupKind {
    /// They got nothing, and sold to one station only, which is the same for all.
    Sources,
    /// They sold nothing, and got from one station only, which is the same for all.
    Targets,
    /// Each passed on to the next and to no other, and got from the one before only.
    Chain,
    /// From none of them is there a way to a case.
    Isolated,
}

/// What sources, or targets, must have in common beside their weight.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum GroupBy {
    /// Nothing.
    #[default]
    Weight,
    /// The products of their deliveries.
    Product,
    /// The lots of their deliveries.
    Lot,
}

/// Stations that can be shown as one: two at least.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Group {
    /// Why.
    pub kind: GroupKind,
    /// Which: a chain along the flow, others in the order of their numbers.
    pub stations: Vec<u32>,
}

/// All groups of a case. Hidden elements do not count. `products` has a number for each delivery,
/// the same for the same product.
#[must_use]
pub fn groups(graph: &FlowGraph, overlay: &Overlay, by: GroupBy, products: &[u32]) -> Vec<Group> {
    let shown = Shown::new(graph, overlay);
    let common = |delivery: u32| match by {
        GroupBy::Weight => None,
        GroupBy::Product => Some(at(products, delivery)),
        GroupBy::Lot => graph.deliveries().get(delivery as usize).and_then(|one| one.lot),
    };
    let mut groups = shown.ends(overlay, &shown.before, &shown.after, GroupKind::Sources, &common);
    groups.extend(shown.ends(overlay, &shown.after, &shown.before, GroupKind::Targets, &common));
    groups.extend(shown.chains());
    groups.extend(shown.isolated(graph, overlay));
    groups
}

/// What is drawn: stations and the deliveries between them.
struct Shown {
    stations: Vec<u32>,
    /// For each station its neighbours and the deliveries to them, or from them.
    after: Side,
    before: Side,
}

/// What the stations of a group share: the partner, the weight, and what deliveries have in common.
type Key = (u32, u64, Vec<Option<u32>>);

struct Side {
    neighbours: Csr,
    deliveries: Csr,
}

impl Shown {
    fn new(graph: &FlowGraph, overlay: &Overlay) -> Self {
        let visible = |station: u32| {
            overlay.station(station) == station && !overlay.of_station(station).hidden
        };
        let mut ends = Vec::new();
        for (delivery, one) in (0_u32..).zip(graph.deliveries()) {
            let [from, to] = [one.from, one.to].map(|station| overlay.station(station));
            let drawn = !overlay.of_delivery(delivery).hidden && visible(from) && visible(to);
            if drawn && from != to {
                ends.push((from, to, delivery));
            }
        }
        let count = graph.stations() as usize;
        let side = |key: fn(&(u32, u32, u32)) -> u32, other: fn(&(u32, u32, u32)) -> u32| Side {
            neighbours: Csr::new(count, ends.iter().map(|end| (key(end), other(end))).collect()),
            deliveries: Csr::new(count, ends.iter().map(|end| (key(end), end.2)).collect()),
        };
        Self {
            stations: (0..graph.stations()).filter(|station| visible(*station)).collect(),
            after: side(|end| end.0, |end| end.1),
            before: side(|end| end.1, |end| end.0),
        }
    }

    /// Stations with nothing on one side and one neighbour on the other.
    fn ends(
        &self,
        overlay: &Overlay,
        empty: &Side,
        used: &Side,
        kind: GroupKind,
        common: &impl Fn(u32) -> Option<u32>,
    ) -> Vec<Group> {
        let mut found: BTreeMap<Key, Vec<u32>> = BTreeMap::new();
        for station in &self.stations {
            let ([], [neighbour]) = (empty.neighbours.of(*station), used.neighbours.of(*station))
            else {
                continue;
            };
            let deliveries = used.deliveries.of(*station).iter();
            let mut in_common: Vec<Option<u32>> = deliveries.map(|d| common(*d)).collect();
            in_common.sort_unstable();
            in_common.dedup();
            let weight = overlay.of_station(*station).weight.to_bits();
            found.entry((*neighbour, weight, in_common)).or_default().push(*station);
        }
        let several = found.into_values().filter(|stations| stations.len() > 1);
        let mut groups: Vec<Group> = several.map(|stations| Group { kind, stations }).collect();
        groups.sort_by(|one, two| one.stations.cmp(&two.stations));
        groups
    }

    fn chains(&self) -> Vec<Group> {
        let single = |side: &Side, station| match side.neighbours.of(station) {
            [one] => Some(*one),
            _ => None,
        };
        let is_link = |station| {
            single(&self.before, station).is_some() && single(&self.after, station).is_some()
        };
        let mut seen = vec![false; self.after.neighbours.count()];
        let mut groups = Vec::new();
        let links = || self.stations.iter().copied().filter(|station| is_link(*station));
        let heads = links()
            .filter(|station| single(&self.before, *station).is_none_or(|before| !is_link(before)));
        // What is left after the heads are rings; they start anywhere.
        for head in heads.chain(links()) {
            let mut stations = Vec::new();
            let mut next = Some(head);
            while let Some(station) = next.filter(|one| is_link(*one) && !at(&seen, *one)) {
                set(&mut seen, station, true);
                stations.push(station);
                next = single(&self.after, station);
            }
            if stations.len() > 1 {
                groups.push(Group { kind: GroupKind::Chain, stations });
            }
        }
        groups
    }

    /// Stations from which no case is reached; none where there is no case.
    fn isolated(&self, graph: &FlowGraph, overlay: &Overlay) -> Option<Group> {
        let stations = (0..graph.stations()).filter(|s| overlay.of_station(*s).weight > 0.0);
        let deliveries = (0_u32..).zip(graph.deliveries()).map(|(delivery, _)| delivery);
        let deliveries = deliveries.filter(|d| overlay.of_delivery(*d).weight > 0.0);
        let cases: Vec<Start> =
            stations.map(Start::Station).chain(deliveries.map(Start::Delivery)).collect();
        if cases.is_empty() {
            return None;
        }
        let network = Network::new(graph, overlay, Engine::Desktop);
        let mut reached = network.reached(&cases, true).stations;
        for case in cases {
            if let Start::Station(station) = case {
                set(&mut reached, station, true);
            }
        }
        let isolated = self.stations.iter().copied().filter(|station| !at(&reached, *station));
        let stations: Vec<u32> = isolated.collect();
        (stations.len() > 1).then_some(Group { kind: GroupKind::Isolated, stations })
    }
}

#[cfg(test)]
mod tests {
    use super::super::Delivery;
    use super::*;

    fn found(flows: &[(u32, u32)], change: impl Fn(&mut Overlay), by: GroupBy) -> Vec<String> {
        let last = flows.iter().map(|(from, to)| from.max(to) + 1).max().unwrap();
        let deliveries = flows.iter().zip(0..);
        let deliveries = deliveries
            .map(|((from, to), lot)| Delivery { lot: Some(lot / 2), ..Delivery::new(*from, *to) });
        let graph = FlowGraph::new(last, deliveries.collect(), vec![]).unwrap();
        let mut overlay = Overlay::of(&graph);
        change(&mut overlay);
        let products: Vec<u32> = (0..flows.len()).map(|at| u32::from(at > 1)).collect();
        let groups = groups(&graph, &overlay, by, &products);
        groups.iter().map(|group| format!("{:?} {:?}", group.kind, group.stations)).collect()
    }

    #[test]
    fn sources_and_targets_share_their_only_partner() {
        let flows = [(0, 4), (1, 4), (2, 4), (2, 5), (3, 4), (4, 6), (4, 7), (5, 7)];
        let all = found(&flows, |_| (), GroupBy::Weight);
        assert_eq!(all, ["Sources [0, 1, 3]"], "7 has two suppliers");
        let weighted = found(&flows, |overlay| overlay.stations[0].weight = 1.0, GroupBy::Weight);
        assert_eq!(weighted[0], "Sources [1, 3]");
        assert_eq!(found(&flows, |_| (), GroupBy::Product), ["Sources [0, 1]"]);
        assert_eq!(found(&flows, |_| (), GroupBy::Lot), ["Sources [0, 1]"]);
        let back: Vec<(u32, u32)> = flows.iter().map(|(from, to)| (*to, *from)).collect();
        assert_eq!(found(&back, |_| (), GroupBy::Weight), ["Targets [0, 1, 3]"]);
    }

    #[test]
    fn hidden_stations_do_not_count() {
        let flows = [(0, 4), (1, 4), (2, 4), (2, 5)];
        let hide = |overlay: &mut Overlay| overlay.stations[5].hidden = true;
        assert_eq!(found(&flows, hide, GroupBy::Weight), ["Sources [0, 1, 2]"]);
    }

    #[test]
    fn chains_are_maximal_and_rings_end() {
        let flows = [(0, 1), (1, 2), (2, 3), (3, 4), (3, 5), (6, 7), (7, 8), (8, 6)];
        assert_eq!(
            found(&flows, |_| (), GroupBy::Weight),
            ["Targets [4, 5]", "Chain [1, 2]", "Chain [6, 7, 8]"]
        );
    }

    #[test]
    fn what_reaches_no_case_is_isolated() {
        let flows = [(0, 1), (1, 2), (3, 4), (5, 4)];
        let case = |overlay: &mut Overlay| {
            overlay.stations[2].weight = 1.0;
            overlay.stations[1].cross = true;
        };
        let all = found(&flows, case, GroupBy::Weight);
        assert_eq!(all, ["Sources [3, 5]", "Isolated [3, 4, 5]"]);
    }
}
