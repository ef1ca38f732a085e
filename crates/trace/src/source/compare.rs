//! Candidates by several methods, side by side.

use super::{Basis, Method, Ranked, Ranking, basis, rank};
use crate::flow::{FlowGraph, Overlay};
use std::collections::BTreeMap;

impl Method {
    /// All of them, FoodChain-Lab's score first.
    pub const ALL: [Self; 4] = [Self::Fcl, Self::Horn, Self::Sales, Self::Distance];

    /// Its word on the command line and in JSON.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Fcl => "fcl",
            Self::Horn => "horn",
            Self::Sales => "sales",
            Self::Distance => "distance",
        }
    }
}

/// One candidate by all methods.
#[derive(Clone, Debug)]
pub struct Candidate {
    /// The station.
    pub station: u32,
    /// What its ranks rest on.
    pub basis: Basis,
    /// In the order of the rankings; `None` where a method sees no way to a case.
    pub ranks: Vec<Option<Ranked>>,
}

/// Rankings, and the best candidates.
#[derive(Clone, Debug)]
pub struct Comparison {
    /// By each method.
    pub rankings: Vec<Ranking>,
    /// The best ones by the sum of their ranks.
    pub candidates: Vec<Candidate>,
    /// How many some method ranks.
    pub count: usize,
}

/// Ranks by each method; keeps the best `limit` candidates.
#[must_use]
pub fn compare(
    graph: &FlowGraph,
    overlay: &Overlay,
    methods: &[Method],
    limit: usize,
) -> Comparison {
    let rankings: Vec<Ranking> =
        methods.iter().map(|method| rank(graph, overlay, *method)).collect();
    let mut all: BTreeMap<u32, Vec<Option<Ranked>>> = BTreeMap::new();
    for (at, ranking) in rankings.iter().enumerate() {
        for one in &ranking.candidates {
            let ranks = all.entry(one.station).or_insert_with(|| vec![None; rankings.len()]);
            if let Some(slot) = ranks.get_mut(at) {
                *slot = Some(*one);
            }
        }
    }
    let count = all.len();
    let behind_all = u64::try_from(count).unwrap_or(u64::MAX);
    let sum = |ranks: &[Option<Ranked>]| -> u64 {
        ranks.iter().map(|one| one.map_or(behind_all, |one| u64::from(one.rank))).sum()
    };
    let mut order: Vec<(u32, Vec<Option<Ranked>>)> = all.into_iter().collect();
    order.sort_by_key(|(station, ranks)| (sum(ranks), *station));
    order.truncate(limit);
    let stations: Vec<u32> = order.iter().map(|(station, _)| *station).collect();
    let found = basis(graph, overlay, &stations);
    let candidates = order.into_iter().zip(found);
    let candidates =
        candidates.map(|((station, ranks), basis)| Candidate { station, basis, ranks }).collect();
    Comparison { rankings, candidates, count }
}
