//! How far a hazard spreads: first when it can have come where, then how surely. Both are least
//! fixed points of rules that only add, so that no order of work or of arrival changes them.

use std::collections::VecDeque;
use std::rc::Rc;

use crate::intern::{IdMap, id32};
use crate::quantity::SHARE_TOLERANCE;
use crate::records::EventRecord;
use crate::scope::index::MarkKind;
use crate::scope::network::{Edge, HoldingLinkKind, Key, Network, Slot};
use crate::scope::puts::{Fate, Put, Scale, fate};
use crate::scope::question::HOLDING_LINKS_MAX;
use crate::scope::reason::{ScopeGrade, ScopeReason, Why};
use crate::scope::start::Seed;
use crate::time::possible;

/// Microseconds in an hour.
const HOUR_MICROS: i64 = 3_600_000_000;

/// A hazard at a vertex, as one grade sees it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct State {
    /// First moment at which it can be there.
    pub(crate) since: i64,
    pub(crate) why: Why,
}

/// A vertex that was reached.
#[derive(Debug)]
pub(crate) struct Node {
    pub(crate) key: Key,
    pub(crate) put: Option<Put>,
    /// First moment at which the hazard can be there, whatever clears it.
    since: i64,
    /// Last moment at which it can have come there, and into the item.
    arrived: i64,
    infected: i64,
    /// It came there by another way than through a resource.
    direct: bool,
    pub(crate) edges: Rc<[Edge]>,
    expanded: bool,
    /// Kill steps there that end what came before: first and last moment, and event.
    pub(crate) kills: Vec<(i64, i64, u32)>,
    /// A regulator's decision that clears the item, as its event.
    pub(crate) decision: Option<u32>,
    /// For a resource: the last moment at which suspicion lasts.
    pub(crate) limit: i64,
    states: [Option<State>; 3],
    pub(crate) grade: ScopeGrade,
}

/// Everything that a question reaches.
pub(crate) struct Spread<'n, 'v, 'g> {
    pub(crate) network: &'n mut Network<'v, 'g>,
    pub(crate) nodes: Vec<Node>,
    known: IdMap<Key, u32>,
    links: usize,
    pub(crate) truncated: bool,
}

/// A link that carried the hazard, between nodes.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Followed {
    pub(crate) from: u32,
    pub(crate) to: u32,
    pub(crate) edge: Edge,
    pub(crate) grade: ScopeGrade,
    pub(crate) why: Why,
}

fn place_of(grade: ScopeGrade) -> usize {
    match grade {
        ScopeGrade::Definite => 0,
        ScopeGrade::Suspected => 1,
        ScopeGrade::Cleared => 2,
    }
}

impl Node {
    pub(crate) fn state(&self, grade: ScopeGrade) -> Option<State> {
        self.states.get(place_of(grade)).copied().flatten()
    }

    /// First moment at which the worst of it can be there.
    pub(crate) fn since(&self) -> i64 {
        self.state(self.grade)
            .or_else(|| self.states.iter().flatten().next().copied())
            .map_or(i64::MIN, |state| state.since)
    }

    pub(crate) fn why(&self) -> Why {
        let cleared = self.grade == ScopeGrade::Cleared;
        let own = match (cleared, self.decision, self.kills.is_empty()) {
            (true, Some(_), _) => Why::of(ScopeReason::Clearance),
            (true, None, false) => Why::of(ScopeReason::KillStep),
            _ => Why::NONE,
        };
        own.and(self.state(self.grade).map_or(Why::NONE, |state| state.why))
    }

    /// What speaks against the order of time where something left; `None` where the hazard came
    /// too late for it.
    fn order(&self, since: i64, edge: &Edge) -> Option<Why> {
        if matches!(self.key.slot, Slot::Resource(_)) {
            let fits = edge.leaves.1 >= since && edge.leaves.0 <= self.limit;
            return fits.then_some(Why::NONE);
        }
        if possible(since, edge.leaves.1) {
            return Some(Why::NONE);
        }
        // What left before anything had come was there all the same.
        let first = self.put.as_ref().map_or(i64::MIN, |put| put.comings.0);
        let too_early = first != i64::MAX && !possible(first, edge.leaves.1);
        too_early.then_some(Why::of(ScopeReason::OutOfOrder))
    }

    /// Was it cleared before it left at `from`?
    fn is_cleared_by(&self, from: i64) -> Option<ScopeReason> {
        if self.decision.is_some() {
            return Some(ScopeReason::Clearance);
        }
        self.kills.iter().any(|kill| kill.1 <= from).then_some(ScopeReason::KillStep)
    }
}

impl<'n, 'v, 'g> Spread<'n, 'v, 'g> {
    pub(crate) fn run(network: &'n mut Network<'v, 'g>, seeds: &[Seed]) -> Self {
        let mut spread = Spread {
            network,
            nodes: Vec::new(),
            known: IdMap::default(),
            links: 0,
            truncated: false,
        };
        spread.reach(seeds);
        spread.find_clearings();
        spread.grade(seeds);
        spread
    }

    pub(crate) fn node(&self, key: Key) -> Option<u32> {
        self.known.get(&key).copied()
    }

    fn enter(&mut self, key: Key) -> Option<u32> {
        if let Some(known) = self.known.get(&key) {
            return Some(*known);
        }
        if self.nodes.len() >= self.network.question.holdings_max {
            self.truncated = true;
            return None;
        }
        let id = id32(self.nodes.len());
        self.known.insert(key, id);
        let put = self.network.put(key);
        self.nodes.push(Node {
            key,
            put,
            since: i64::MAX,
            arrived: i64::MIN,
            infected: i64::MIN,
            direct: false,
            edges: Rc::new([]),
            expanded: false,
            kills: Vec::new(),
            decision: None,
            limit: i64::MIN,
            states: [None; 3],
            grade: ScopeGrade::Cleared,
        });
        Some(id)
    }

    /// When the hazard can have come where.
    fn reach(&mut self, seeds: &[Seed]) {
        let mut open: VecDeque<u32> = VecDeque::new();
        for seed in seeds {
            let times = (seed.since, seed.arrived, seed.infected);
            open.extend(self.widen(seed.key, times, true));
        }
        while let Some(id) = open.pop_front() {
            let edges = self.edges(id);
            for edge in edges.iter() {
                let Some(node) = self.nodes.get(id as usize) else { continue };
                if (edge.needs_direct && !node.direct) || node.order(node.since, edge).is_none() {
                    continue;
                }
                let same = edge.to.item == node.key.item || edge.kind == HoldingLinkKind::MemberOf;
                let since = since_at(node.since, edge);
                let infected = if same { node.infected } else { edge.enters.1 };
                // A resource is as dirty as what was last on it.
                let direct = edge.kind != HoldingLinkKind::Mixed;
                open.extend(self.widen(edge.to, (since, edge.enters.1, infected), direct));
            }
        }
    }

    /// Widens the times of a vertex; gives it where that changed anything.
    fn widen(&mut self, key: Key, times: (i64, i64, i64), direct: bool) -> Option<u32> {
        let is_new = !self.known.contains_key(&key);
        let id = self.enter(key)?;
        let limit = self.limit(key, times.1);
        let node = self.nodes.get_mut(id as usize)?;
        let before = (node.since, node.arrived, node.infected, node.direct, node.limit);
        node.since = node.since.min(times.0);
        node.arrived = node.arrived.max(times.1);
        node.infected = node.infected.max(times.2);
        node.direct |= direct;
        node.limit = node.limit.max(limit);
        let after = (node.since, node.arrived, node.infected, node.direct, node.limit);
        (is_new || before != after).then_some(id)
    }

    /// Until when a resource that was last affected at `last` is suspected.
    fn limit(&mut self, key: Key, last: i64) -> i64 {
        let Slot::Resource(period) = key.slot else { return i64::MIN };
        let resource = self.network.resource(key.item);
        if resource.ended_by(period).is_some() {
            return i64::MAX;
        }
        // Where no row holds, nothing says that the suspicion ends.
        let Some(window) = self.network.question.window(resource.kind, last) else {
            return i64::MAX;
        };
        last.saturating_add(i64::from(window.hours) * HOUR_MICROS)
    }

    fn edges(&mut self, id: u32) -> Rc<[Edge]> {
        let Some(node) = self.nodes.get(id as usize) else { return Rc::new([]) };
        if node.expanded {
            return Rc::clone(&node.edges);
        }
        let key = node.key;
        let mut edges = self.network.expand(key);
        let room = HOLDING_LINKS_MAX.saturating_sub(self.links);
        if edges.len() > room {
            edges.truncate(room);
            self.truncated = true;
        }
        self.links += edges.len();
        let edges: Rc<[Edge]> = edges.into();
        if let Some(node) = self.nodes.get_mut(id as usize) {
            node.expanded = true;
            node.edges = Rc::clone(&edges);
        }
        edges
    }

    fn find_clearings(&mut self) {
        for id in 0..self.nodes.len() {
            let Some(node) = self.nodes.get(id) else { continue };
            let (key, arrived, infected) = (node.key, node.arrived, node.infected);
            let kills = self.kills_at(key, arrived);
            let decision = self.decision_on(key.item, infected);
            if let Some(node) = self.nodes.get_mut(id) {
                (node.kills, node.decision) = (kills, decision);
            }
        }
    }

    /// Kill steps at a holding, after everything came there, that took in all that was left.
    fn kills_at(&mut self, key: Key, arrived: i64) -> Vec<(i64, i64, u32)> {
        let Slot::Put(index) = key.slot else { return Vec::new() };
        let puts = self.network.puts(key.item);
        let view = self.network.view;
        let scale = Scale::of(view, key.item, self.network.facts);
        let mut found = Vec::new();
        let mut left = puts.puts.get(index as usize).map_or(0.0, |put| put.came.min);
        for (_, group) in puts.groups_of(index as usize) {
            if fate(view, key.item, group).is_some() {
                left -= scale.weigh(group).max.unwrap_or(left);
            }
            let Some(event) = group.events.iter().find(|e| self.network.kills(**e)) else {
                continue;
            };
            let is_whole = group.amount.is_none()
                || scale.weigh(group).min >= left * (1.0 - SHARE_TOLERANCE) - 1e-9;
            if is_whole && group.earliest >= arrived {
                found.push((group.earliest, group.latest, *event));
            }
        }
        found
    }

    /// The decision of a regulator that an item, or the lot it belongs to, is free of the agent.
    fn decision_on(&self, item: u32, infected: i64) -> Option<u32> {
        let view = self.network.view;
        let lots = view.lots_of(item).into_iter().map(|[lot, _]| lot);
        let mut found: Vec<u32> = Vec::new();
        for item in std::iter::once(item).chain(lots) {
            let events = view.events(item);
            let fitting = events.filter(|(event, record)| {
                record.time().earliest() >= infected && self.is_decision(*event, record)
            });
            found.extend(fitting.map(|(event, _)| event));
        }
        found.sort_by(|a, b| crate::ordering::compare(view.graph, *a, *b));
        found.first().copied()
    }

    fn is_decision(&self, event: u32, record: &EventRecord) -> bool {
        let graph = self.network.view.graph;
        let standing = self.network.view.standing(record);
        let mark = graph.scope.mark(event).filter(|mark| mark.kind == MarkKind::Clearance);
        mark.is_some_and(|mark| {
            mark.by_regulator
                && mark.has_result
                && !standing.in_error
                && !standing.disputed
                && self.network.names_agent(mark.names)
        })
    }

    /// How surely it came where.
    fn grade(&mut self, seeds: &[Seed]) {
        let mut open: VecDeque<u32> = VecDeque::new();
        for seed in seeds {
            let state = State { since: seed.since, why: seed.why };
            open.extend(self.deepen(seed.key, seed.grade, state));
        }
        while let Some(id) = open.pop_front() {
            let edges = self.edges(id);
            for edge in edges.iter() {
                for (grade, state) in self.outcomes(id, edge) {
                    open.extend(self.deepen(edge.to, grade, state));
                }
            }
        }
        for id in 0..self.nodes.len() {
            let grade = self.own_grade(id);
            if let Some(node) = self.nodes.get_mut(id) {
                node.grade = grade;
            }
        }
    }

    /// What an edge makes of each state of its start.
    fn outcomes(&self, id: u32, edge: &Edge) -> Vec<(ScopeGrade, State)> {
        let Some(node) = self.nodes.get(id as usize) else { return Vec::new() };
        if edge.needs_direct && !node.direct {
            return Vec::new();
        }
        let mut found = Vec::new();
        for grade in ScopeGrade::ALL {
            let Some(state) = node.state(grade) else { continue };
            let Some(order) = node.order(state.since, edge) else { continue };
            let since = since_at(state.since, edge);
            let why = edge.why.and(order);
            let killed = edge.kills.then_some(ScopeReason::KillStep);
            let cleared = node.is_cleared_by(edge.leaves.0).or(killed);
            let (next, why) = match (grade, cleared) {
                (ScopeGrade::Cleared, _) => (ScopeGrade::Cleared, state.why),
                (_, Some(reason)) => (ScopeGrade::Cleared, Why::of(reason)),
                (ScopeGrade::Definite, None) if why.is_sure() => {
                    (ScopeGrade::Definite, Why::of(ScopeReason::Recorded))
                }
                (ScopeGrade::Definite, None) => (ScopeGrade::Suspected, why),
                (ScopeGrade::Suspected, None) => {
                    let start = Why::of(ScopeReason::Start);
                    (ScopeGrade::Suspected, state.why.without(start).and(why))
                }
            };
            found.push((next, State { since, why }));
        }
        found
    }

    fn deepen(&mut self, key: Key, grade: ScopeGrade, state: State) -> Option<u32> {
        let id = self.node(key)?;
        let node = self.nodes.get_mut(id as usize)?;
        let slot = node.states.get_mut(place_of(grade))?;
        let next = slot.map_or(state, |known| State {
            since: known.since.min(state.since),
            why: known.why.and(state.why),
        });
        let changed = *slot != Some(next);
        *slot = Some(next);
        changed.then_some(id)
    }

    /// The grade of what is at a vertex, and of what ended there.
    fn own_grade(&mut self, id: usize) -> ScopeGrade {
        let Some(node) = self.nodes.get(id) else { return ScopeGrade::Cleared };
        let worst = ScopeGrade::ALL.into_iter().find(|grade| node.state(*grade).is_some());
        let worst = worst.unwrap_or(ScopeGrade::Cleared);
        if node.decision.is_some() {
            return ScopeGrade::Cleared;
        }
        let since = node.state(worst).map_or(i64::MIN, |state| state.since);
        let (key, killed) = (node.key, node.kills.first().map(|kill| kill.0));
        let Some(killed) = killed.filter(|_| worst != ScopeGrade::Cleared) else { return worst };
        let Slot::Put(index) = key.slot else { return worst };
        let puts = self.network.puts(key.item);
        let view = self.network.view;
        let ended_before = puts.groups_of(index as usize).any(|(_, group)| {
            let ends = fate(view, key.item, group).is_some_and(|fate| fate >= Fate::Sold);
            ends && possible(since, group.latest) && group.earliest < killed
        });
        if ended_before { worst } else { ScopeGrade::Cleared }
    }

    /// Every link that carried the hazard, with what it carried at worst.
    pub(crate) fn followed(&self) -> Vec<Followed> {
        let mut found = Vec::new();
        for (from, node) in self.nodes.iter().enumerate() {
            let from = id32(from);
            for edge in node.edges.iter() {
                let Some(to) = self.node(edge.to) else { continue };
                let worst = self.outcomes(from, edge).into_iter().min_by_key(|(grade, _)| *grade);
                let Some((grade, state)) = worst else { continue };
                found.push(Followed { from, to, edge: *edge, grade, why: state.why });
            }
        }
        found
    }
}

/// First moment at which what left with the hazard is there.
fn since_at(since: i64, edge: &Edge) -> i64 {
    edge.enters.0.max(since.min(edge.enters.1))
}
