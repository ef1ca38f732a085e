//! How much of each holding is expected to be affected: by input share after loss, from the start
//! of the flow to its end; what flows in a circle is taken together, at worst.

use laiqu_epcis::facts::ItemRole;

use crate::cycle::strong_parts;
use crate::intern::{IdMap, IdSet, NONE};
use crate::scope::network::{HoldingLinkKind, Network, Slot};
use crate::scope::puts::Scale;
use crate::scope::reason::ScopeGrade;
use crate::scope::spread::{Followed, Node};

/// Expected shares by node, and the circles as nodes and the events that close them.
pub(crate) struct Shares {
    pub(crate) of: Vec<f64>,
    pub(crate) circles: Vec<(Vec<u32>, Vec<u32>)>,
}

/// A sum that does not depend on the order in which its parts are found.
#[derive(Default)]
struct Sum(Vec<f64>);

impl Sum {
    fn add(&mut self, part: f64) {
        self.0.push(part);
    }

    fn total(mut self) -> f64 {
        self.0.sort_by(f64::total_cmp);
        self.0.iter().sum()
    }
}

struct Flow<'f> {
    into: Vec<Vec<&'f Followed>>,
    seeds: IdSet<u32>,
}

/// Does this link bring kilograms with it?
fn carries(link: &Followed) -> bool {
    link.grade != ScopeGrade::Cleared
        && !matches!(link.edge.kind, HoldingLinkKind::Mixed | HoldingLinkKind::Appeared)
}

impl Shares {
    pub(crate) fn of(
        network: &mut Network<'_, '_>,
        nodes: &[Node],
        followed: &[Followed],
        seeds: IdSet<u32>,
    ) -> Shares {
        let mut next: Vec<Vec<u32>> = vec![Vec::new(); nodes.len()];
        let mut flow = Flow { into: vec![Vec::new(); nodes.len()], seeds };
        for link in followed.iter().filter(|link| carries(link) && link.from != link.to) {
            if let Some(list) = next.get_mut(link.from as usize) {
                list.push(link.to);
            }
            if let Some(list) = flow.into.get_mut(link.to as usize) {
                list.push(link);
            }
        }
        let after = |node: u32| next.get(node as usize).map_or(&[][..], Vec::as_slice);
        let parts = strong_parts(nodes.len(), after);
        let mut members: IdMap<u32, Vec<u32>> = IdMap::default();
        let count = parts.iter().map(|part| part + 1).max().unwrap_or(0);
        for (node, part) in (0_u32..).zip(&parts) {
            members.entry(*part).or_default().push(node);
        }
        let mut shares = Shares { of: vec![0.0; nodes.len()], circles: Vec::new() };
        // Parts are numbered from the end of the flow.
        for part in (0..count).rev() {
            let list = members.remove(&part).unwrap_or_default();
            match list.as_slice() {
                [one] => {
                    let share = shares.share(network, nodes, &flow, *one);
                    shares.set(*one, share);
                }
                many => shares.together(nodes, &flow, many, &parts, part),
            }
        }
        shares
    }

    fn get(&self, node: u32) -> f64 {
        self.of.get(node as usize).copied().unwrap_or(1.0)
    }

    fn set(&mut self, node: u32, share: f64) {
        if let Some(slot) = self.of.get_mut(node as usize) {
            *slot = share.clamp(0.0, 1.0);
        }
    }

    /// Holdings in a circle: one lot that came back to its rest is as its sources are at worst;
    /// different lots made from each other are a fault of the records, and all affected.
    fn together(
        &mut self,
        nodes: &[Node],
        flow: &Flow<'_>,
        list: &[u32],
        parts: &[u32],
        part: u32,
    ) {
        let items: IdSet<u32> = list
            .iter()
            .filter_map(|node| nodes.get(*node as usize))
            .map(|node| node.key.item)
            .collect();
        let is_inside = |node: u32| parts.get(node as usize) == Some(&part);
        let links = list.iter().filter_map(|node| flow.into.get(*node as usize)).flatten();
        let mut share: f64 = 0.0;
        let mut events = Vec::new();
        for link in links {
            if is_inside(link.from) {
                events.push(link.edge.event);
            } else {
                share = share.max(self.get(link.from));
            }
        }
        let starts = list.iter().any(|node| flow.seeds.contains(node));
        let is_circle = items.len() > 1;
        if is_circle || starts {
            share = 1.0;
        }
        for node in list {
            self.set(*node, share);
        }
        if is_circle {
            self.circles.push((list.to_vec(), events));
        }
    }

    fn share(
        &self,
        network: &mut Network<'_, '_>,
        nodes: &[Node],
        flow: &Flow<'_>,
        id: u32,
    ) -> f64 {
        if flow.seeds.contains(&id) {
            return 1.0;
        }
        let Some(node) = nodes.get(id as usize) else { return 1.0 };
        let Some(links) = flow.into.get(id as usize).filter(|links| !links.is_empty()) else {
            return 0.0;
        };
        let worst = links.iter().map(|link| self.get(link.from)).fold(0.0, f64::max);
        let mut affected = Sum::default();
        let mut runs: IdMap<u32, Vec<&Followed>> = IdMap::default();
        for link in links {
            match link.edge.kind {
                HoldingLinkKind::Transformed => {
                    runs.entry(link.edge.event).or_default().push(link);
                }
                // What is attributed or belongs to a lot is as that lot is.
                HoldingLinkKind::Attributed | HoldingLinkKind::MemberOf => return worst,
                HoldingLinkKind::Moved | HoldingLinkKind::Mixed | HoldingLinkKind::Appeared => {
                    let Some(max) = link.edge.weight.max else { return worst };
                    affected.add(max * self.get(link.from));
                }
            }
        }
        let (mut made, mut shares) = (Sum::default(), Vec::new());
        for (event, links) in runs {
            let share = self.run_share(network, &links, event).unwrap_or(worst);
            let weight = output_weight(network, node, event);
            shares.push((share, weight));
            made.add(weight.unwrap_or(0.0));
        }
        let made = made.total();
        if let [(share, _)] = shares.as_slice()
            && links.iter().all(|link| link.edge.kind == HoldingLinkKind::Transformed)
            && node
                .put
                .as_ref()
                .is_none_or(|put| put.came.max.is_none_or(|came| came <= made * 1.005))
        {
            return *share;
        }
        for (share, weight) in shares {
            let Some(weight) = weight else { return worst };
            affected.add(share * weight);
        }
        let affected = affected.total();
        let came = node.put.as_ref().and_then(|put| put.came.max).filter(|came| *came > 0.0);
        came.map_or(worst, |came| affected / came)
    }

    /// Affected input of a run by all its input; `None` where a weight is unknown.
    fn run_share(
        &self,
        network: &mut Network<'_, '_>,
        links: &[&Followed],
        event: u32,
    ) -> Option<f64> {
        let view = network.view;
        let record = view.graph.event(event)?;
        let mut sum = Sum::default();
        let mut known = true;
        let facts = network.facts;
        view.partners(event, record, ItemRole::Input, |input, _, record| {
            let items = view.graph.items(record).iter();
            let scale = Scale::of(view, input, facts);
            for mention in items.filter(|i| i.id == input && i.role() == ItemRole::Input) {
                match scale.amount(mention.amount()).max {
                    Some(max) => sum.add(max),
                    None => known = false,
                }
            }
        });
        let total = sum.total();
        let mut affected = Sum::default();
        for link in links {
            affected.add(link.edge.weight.max? * self.get(link.from));
        }
        let affected = affected.total();
        (known && total > 0.0).then(|| (affected / total).min(1.0))
    }
}

/// What an event says it made of the item of a node.
fn output_weight(network: &Network<'_, '_>, node: &Node, event: u32) -> Option<f64> {
    let view = network.view;
    let item = node.key.item;
    if item == NONE || matches!(node.key.slot, Slot::Resource(_)) {
        return None;
    }
    let record = view.graph.event(event)?;
    let items = view.graph.items(record).iter();
    let scale = Scale::of(view, item, network.facts);
    let mut sum = 0.0;
    for mention in items.filter(|i| i.id == item && i.role() == ItemRole::Output) {
        sum += scale.amount(mention.amount()).max?;
    }
    Some(sum)
}
