//! From cases to candidates: what the cases may have eaten, traced back, as a flow graph in which
//! each case is a station that bought of it.

use super::eaten::eaten;
use super::{
    Candidate, CaseBasis, Comparison, Method, MethodRanks, RankLine, Ranked, SourceAnswer,
    SourceCandidate, SourceQuestion, compare,
};
use crate::answer::PositionLine;
use crate::flow::{Engine, Overlay, Score, Scores, Setting, Start as FlowStart, at, score};
use crate::graph::Graph;
use crate::intern::{IdMap, NONE, id32};
use crate::ledger_flow::{Builder, LedgerFlow, Reach, events_of, neutral};
use crate::question::{Direction, Question};
use crate::scope::{Key, MasterFacts, Network, Slot};
use crate::vertex::{Part, Reach as WalkReach, Vertex};
use crate::view::View;
use crate::walk::walk;
use std::collections::BTreeSet;

/// What the cases may have eaten, and all that it was made of: the ledger's part of an answer. It
/// needs the ledger no more.
#[derive(Clone, Debug)]
pub struct SourceFlow {
    flow: LedgerFlow,
    cases: Vec<CaseBasis>,
    rests_on: Vec<PositionLine>,
}

impl Graph {
    /// Traces the food of the cases back. `facts` is what master data says about units; `()` for
    /// nothing.
    #[must_use]
    pub fn source_flow(&self, question: &SourceQuestion, facts: &dyn MasterFacts) -> SourceFlow {
        let seen = Question {
            visible_to: question.visible_to.clone(),
            as_of: question.as_of,
            lots_max: question.lots_max(),
            ..Question::new("", Direction::Back)
        };
        let view = View::new(self, &seen);
        let neutral = neutral();
        let mut network = Network::recorded(&view, &neutral, facts);
        let mut keys_of_cases: Vec<Vec<Key>> = Vec::new();
        for case in &question.cases {
            keys_of_cases.push(eaten(&mut network, &case.at));
        }
        let cases = keys_of_cases.iter().map(|keys| basis_of(&mut network, keys)).collect();
        for key in keys_of_cases.iter().flatten() {
            view.rest_on(events_of(&mut network, *key));
        }
        let closure = walk(&view, &seen, &vertices(&keys_of_cases), Direction::Back);
        view.rest_on(closure.flows.iter().map(|flow| flow.event));
        let mut builder = Builder::new(&mut network, Reach::Siblings);
        builder.truncated = !closure.cut.is_empty();
        for (number, keys) in (0..).zip(&keys_of_cases) {
            for key in keys {
                builder.eaten.entry(*key).or_default().push(number);
            }
        }
        builder.select(&closure.nodes);
        let flow = builder.build();
        SourceFlow { flow, cases, rests_on: view.rests_on() }
    }
}

impl SourceFlow {
    /// Ranks the sites that it may have come from; of the question only its weights, assumptions
    /// and limit count.
    #[must_use]
    pub fn answer(&self, question: &SourceQuestion) -> SourceAnswer {
        let flow = &self.flow;
        let (overlay, unused) = overlay(question, flow);
        let Comparison { rankings, candidates, count } =
            compare(&flow.graph, &overlay, &Method::ALL, question.limit);
        let scores = score(&flow.graph, &overlay, Engine::Desktop);
        let to_cases = flow.graph.deliveries().iter().filter(|one| case_of(flow, one.to).is_some());
        let row = |candidate: &Candidate| line(flow, &overlay, &scores, candidate);
        SourceAnswer {
            cases: self.cases.clone(),
            candidates: candidates.iter().map(row).collect(),
            candidates_found: count,
            sites: flow.stations.iter().filter(|station| station.case.is_none()).count(),
            deliveries: flow.deliveries.len() - to_cases.count(),
            relations: flow.graph.next().entries(),
            kilograms_assumed: rankings.first().map_or(0, |ranking| ranking.assumed),
            unused,
            truncated: flow.truncated,
            rests_on: self.rests_on.clone(),
        }
    }
}

/// Where to trace back from: the items, and single mentions of food without a lot.
fn vertices(cases: &[Vec<Key>]) -> Vec<Vertex> {
    let mut found: Vec<Vertex> = Vec::new();
    let mut seen: IdMap<Vertex, ()> = IdMap::default();
    for key in cases.iter().flatten() {
        let part = match key.slot {
            Slot::Mention(event) => Part::Mention(event),
            Slot::Put(_) | Slot::Elsewhere | Slot::Resource(_) => Part::Whole,
        };
        let vertex = Vertex { item: key.item, part, reach: WalkReach::Full };
        if seen.insert(vertex, ()).is_none() {
            found.push(vertex);
        }
    }
    found
}

fn basis_of(network: &mut Network<'_, '_>, keys: &[Key]) -> CaseBasis {
    let view = network.view;
    let mut lots = BTreeSet::new();
    let mut sites = BTreeSet::new();
    for key in keys {
        lots.insert(view.text(key.item).to_owned());
        let site = match key.slot {
            Slot::Mention(event) => {
                let record = view.graph.event(event);
                record.map_or(NONE, |record| view.site(view.place(event, record)))
            }
            _ => network.put(*key).map_or(NONE, |put| put.site),
        };
        sites.extend((site != NONE).then(|| view.text(site).to_owned()));
    }
    CaseBasis { lots: lots.into_iter().collect(), sites: sites.into_iter().collect() }
}

fn case_of(flow: &LedgerFlow, station: u32) -> Option<u32> {
    flow.stations.get(station as usize).and_then(|station| station.case)
}

/// The question's weights and assumptions, and those that the graph has no place for.
fn overlay(question: &SourceQuestion, flow: &LedgerFlow) -> (Overlay, Vec<String>) {
    let mut overlay = Overlay { dates: question.dates, ..Overlay::of(&flow.graph) };
    for (station, slot) in flow.stations.iter().zip(&mut overlay.stations) {
        let case = station.case.and_then(|case| question.cases.get(case as usize));
        slot.weight = case.map_or(0.0, |case| case.weight);
    }
    let mut unused = BTreeSet::new();
    let site = |id: &str| {
        let found = flow.stations.iter().position(|one| one.case.is_none() && one.id == id);
        found.map(id32)
    };
    let mut find = |id: &String| {
        let found = site(id);
        if found.is_none() {
            unused.insert(id.clone());
        }
        found
    };
    for (id, setting) in &question.stations {
        if let Some(slot) = find(id).and_then(|at| overlay.stations.get_mut(at as usize)) {
            *slot = Setting { weight: 0.0, ..*setting };
        }
    }
    for group in &question.merged {
        let members: Vec<u32> = group.iter().filter_map(&mut find).collect();
        let Some(first) = members.first() else { continue };
        for member in &members {
            crate::flow::set(&mut overlay.merged, *member, *first);
        }
    }
    for (id, setting) in &question.lots {
        let mut is_there = false;
        let of_lot = flow.deliveries.iter().zip(&mut overlay.deliveries);
        for (_, slot) in of_lot.filter(|(delivery, _)| delivery.lot == *id) {
            *slot = Setting { weight: 0.0, ..*setting };
            is_there = true;
        }
        if !is_there {
            unused.insert(id.clone());
        }
    }
    (overlay, unused.into_iter().collect())
}

fn line(
    flow: &LedgerFlow,
    overlay: &Overlay,
    scores: &Scores,
    candidate: &Candidate,
) -> SourceCandidate {
    let Candidate { station, basis, ranks } = candidate;
    let site = flow.stations.get(*station as usize);
    let others = (0..)
        .zip(&flow.stations)
        .filter(|(other, _)| other != station && overlay.station(*other) == *station);
    let sent = basis.deliveries.iter().filter(|delivery| {
        let delivery = flow.graph.deliveries().get(**delivery as usize);
        delivery.is_some_and(|delivery| overlay.station(delivery.from) == *station)
    });
    let lots: BTreeSet<&String> =
        sent.filter_map(|id| Some(&flow.deliveries.get(*id as usize)?.lot)).collect();
    let is_site = |station: &&u32| case_of(flow, **station).is_none();
    let is_between = |delivery: &&u32| {
        let to = flow.graph.deliveries().get(**delivery as usize).map_or(NONE, |one| one.to);
        case_of(flow, to).is_none()
    };
    let explains = basis.cases.iter().filter_map(|start| match start {
        FlowStart::Station(station) => case_of(flow, *station),
        FlowStart::Delivery(_) => None,
    });
    let Score { score, lot_score, positive, negative, backward, forward, .. } =
        at(&scores.stations, *station);
    SourceCandidate {
        site: site.map_or_else(String::new, |site| site.id.clone()),
        party: site.and_then(|site| site.party.clone()),
        merged: others.map(|(_, other)| other.id.clone()).collect(),
        score,
        positive_score: positive,
        negative_score: negative,
        max_lot_score: lot_score,
        backward,
        forward,
        methods: methods(ranks),
        explains: explains.collect(),
        lots: lots.into_iter().cloned().collect(),
        deliveries: basis.deliveries.iter().filter(is_between).count(),
        sites: basis.stations.iter().filter(is_site).count(),
    }
}

/// Ranks in the order of [`Method::ALL`].
fn methods(ranks: &[Option<Ranked>]) -> MethodRanks {
    let line = |one: Ranked| RankLine {
        rank: one.rank,
        value: one.value,
        share: one.share,
        cases: one.cases,
        weight: one.reached,
    };
    let mut found = MethodRanks::default();
    for (method, rank) in Method::ALL.into_iter().zip(ranks) {
        let slot = match method {
            Method::Fcl => &mut found.fcl,
            Method::Horn => &mut found.horn,
            Method::Sales => &mut found.sales,
            Method::Distance => &mut found.distance,
        };
        *slot = rank.map(line);
    }
    found
}
