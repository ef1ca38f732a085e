//! Candidates in order, by each method.

use super::{distance, sales, walk};
use crate::flow::{DateMode, Engine, FlowGraph, Network, Overlay, Setting, Start, score};

/// Ways to rank candidates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Method {
    /// FoodChain-Lab's score: the share of the cases' weight that it reaches.
    Fcl,
    /// The absorbing random walk.
    Horn,
    /// The likelihood from sales.
    Sales,
    /// The effective distance.
    Distance,
}

/// One candidate.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Ranked {
    /// The station.
    pub station: u32,
    /// Its rank from 1; candidates that cannot be told apart share the best of theirs.
    pub rank: u32,
    /// The score; the logarithm of the likelihood of the cases that it reaches, counted by their
    /// weight; or the mean distance to these.
    pub value: f64,
    /// Its share of the likelihood of all candidates that reach as much. Of the score the
    /// normalised one; a distance has none.
    pub share: Option<f64>,
    /// Weight of the cases that it reaches.
    pub reached: f64,
    /// How many these are.
    pub cases: u32,
}

/// Candidates from the best to the worst. Those that reach no case are left out.
#[derive(Clone, Debug, PartialEq)]
pub struct Ranking {
    /// How they were ranked.
    pub method: Method,
    /// The candidates.
    pub candidates: Vec<Ranked>,
    /// Deliveries of which kilograms were assumed.
    pub assumed: u32,
}

/// Where a case is, and its weight.
#[derive(Clone, Copy, Debug)]
pub(super) struct Case {
    pub(super) at: Start,
    pub(super) weight: f64,
}

/// All cases of an overlay, and what speaks against.
pub(super) fn cases(network: &Network, overlay: &Overlay) -> Vec<Case> {
    let case = |at, setting: Setting| Case { at, weight: setting.weight };
    let stations = (0..network.stations).map(|s| case(Start::Station(s), overlay.of_station(s)));
    let deliveries =
        (0..network.deliveries).map(|d| case(Start::Delivery(d), overlay.of_delivery(d)));
    let counts = |case: &Case| case.weight != 0.0 && case.weight.is_finite();
    stations.chain(deliveries).filter(counts).collect()
}

/// What the chances of single cases add up to, by station.
pub(super) struct Evidence {
    sums: Vec<Sum>,
}

#[derive(Clone, Copy, Default)]
struct Sum {
    reached: f64,
    cases: u32,
    log: f64,
}

/// A chance is taken to be at most this far from certain, so that one contradiction does not
/// outweigh everything.
const CHANCE_MIN: f64 = 1e-12;

impl Evidence {
    fn new(network: &Network) -> Self {
        Self { sums: vec![Sum::default(); network.stations as usize] }
    }

    /// Counts one case, given for each station the chance that it explains it.
    pub(super) fn add(&mut self, case: &Case, chance: impl Fn(u32) -> f64) {
        for (station, sum) in (0..).zip(&mut self.sums) {
            let chance = chance(station).clamp(0.0, 1.0);
            if case.weight < 0.0 {
                sum.log -= case.weight * (1.0 - chance).max(CHANCE_MIN).ln();
            } else if chance > 0.0 {
                sum.reached += case.weight;
                sum.cases += 1;
                sum.log += case.weight * chance.ln();
            }
        }
    }
}

/// Ranks all candidates.
#[must_use]
pub fn rank(graph: &FlowGraph, overlay: &Overlay, method: Method) -> Ranking {
    let network = Network::new(graph, overlay, Engine::Desktop);
    let cases = cases(&network, overlay);
    let found = match method {
        Method::Fcl => by_score(graph, overlay, &network, &cases),
        Method::Horn | Method::Sales => by_evidence(&network, &cases, method),
        Method::Distance if graph.next().entries() == 0 => {
            by_distance(&Network::new(graph, &mixed(overlay), Engine::Desktop), &cases)
        }
        Method::Distance => by_distance(&network, &cases),
    };
    let sells = |station: u32| {
        overlay.station(station) == station && !network.along.starts.of(station).is_empty()
    };
    let mut candidates = found;
    candidates.retain(|one| one.cases > 0 && sells(one.station));
    order(&mut candidates, method);
    if matches!(method, Method::Horn | Method::Sales) {
        likelihood_shares(&mut candidates);
    }
    Ranking { method, candidates, assumed: network.assumed }
}

/// Whatever came to a station may be in all that left it: for a graph of which nobody knows what
/// went into what.
fn mixed(overlay: &Overlay) -> Overlay {
    let mut overlay = Overlay { dates: DateMode::Ignore, ..overlay.clone() };
    for setting in &mut overlay.stations {
        setting.cross = true;
    }
    overlay
}

fn by_score(
    graph: &FlowGraph,
    overlay: &Overlay,
    network: &Network,
    cases: &[Case],
) -> Vec<Ranked> {
    // How many cases stand behind a score, and their weight.
    let mut positive = overlay.clone();
    for setting in positive.stations.iter_mut().chain(&mut positive.deliveries) {
        setting.weight = f64::from(u8::from(setting.weight > 0.0));
    }
    let counted = score(graph, &positive, Engine::Desktop);
    let count = cases.iter().filter(|case| case.weight > 0.0).count();
    let weight: f64 = cases.iter().map(|case| case.weight.max(0.0)).sum();
    let scores = score(graph, overlay, Engine::Desktop);
    let stations = (0..network.stations).zip(scores.stations.iter().zip(&counted.stations));
    let ranked = |(station, (score, counted)): (u32, (&crate::flow::Score, _))| {
        let counted: &crate::flow::Score = counted;
        Ranked {
            station,
            rank: 0,
            value: score.score,
            share: Some(score.normalized),
            reached: score.positive * weight,
            cases: whole(counted.positive, count),
        }
    };
    stations.map(ranked).collect()
}

/// A share of a count, which is a whole number but for rounding.
fn whole(share: f64, count: usize) -> u32 {
    let nearest = (0..=count).min_by(|one, two| {
        let off = |n: &usize| (*n as f64 - share * count as f64).abs();
        off(one).total_cmp(&off(two))
    });
    nearest.and_then(|nearest| u32::try_from(nearest).ok()).unwrap_or(u32::MAX)
}

fn by_evidence(network: &Network, cases: &[Case], method: Method) -> Vec<Ranked> {
    let mut evidence = Evidence::new(network);
    match method {
        Method::Sales => sales::evidence(network, cases, &mut evidence),
        Method::Horn | Method::Fcl | Method::Distance => {
            walk::evidence(network, cases, &mut evidence);
        }
    }
    let ranked = |(station, sum): (u32, &Sum)| Ranked {
        station,
        rank: 0,
        value: sum.log,
        share: None,
        reached: sum.reached,
        cases: sum.cases,
    };
    (0..).zip(&evidence.sums).map(ranked).collect()
}

fn by_distance(network: &Network, cases: &[Case]) -> Vec<Ranked> {
    let ranked = |(station, far): (u32, distance::Far)| Ranked {
        station,
        rank: 0,
        value: far.sum / far.reached,
        share: None,
        reached: far.reached,
        cases: far.cases,
    };
    (0..).zip(distance::distances(network, cases)).map(ranked).collect()
}

/// Values that differ by no more than this are equal.
const EQUAL: f64 = 1e-9;

/// Puts candidates in order: by score; else first by the weight that they reach, then by
/// likelihood or distance. Ranks follow.
fn order(candidates: &mut [Ranked], method: Method) {
    let rounded = |value: f64| (value / EQUAL).round();
    let key = |one: &Ranked| match method {
        Method::Fcl => [-rounded(one.value), 0.0],
        Method::Horn | Method::Sales => [-rounded(one.reached), -rounded(one.value)],
        Method::Distance => [-rounded(one.reached), rounded(one.value)],
    };
    candidates.sort_by(|one, two| {
        let [one_key, two_key] = [key(one), key(two)];
        let compared = one_key.iter().zip(&two_key).map(|(one, two)| one.total_cmp(two));
        compared
            .fold(std::cmp::Ordering::Equal, std::cmp::Ordering::then)
            .then(one.station.cmp(&two.station))
    });
    let mut last = None;
    let mut rank = 0;
    for (position, candidate) in (1..).zip(candidates) {
        let key = key(candidate);
        if last != Some(key) {
            rank = position;
        }
        last = Some(key);
        candidate.rank = rank;
    }
}

/// Shares of the likelihood among the candidates that reach as much as the first.
fn likelihood_shares(candidates: &mut [Ranked]) {
    let Some(first) = candidates.first().copied() else { return };
    let chance = |one: &Ranked| match one.reached + EQUAL >= first.reached {
        true => (one.value - first.value).exp(),
        false => 0.0,
    };
    let sum: f64 = candidates.iter().map(chance).sum();
    for candidate in candidates {
        candidate.share = Some(chance(candidate) / sum);
    }
}
