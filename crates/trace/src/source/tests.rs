//! Ranks on graphs that can be worked out by hand, and against a matrix on random layered graphs.

#![allow(clippy::cast_possible_truncation)] // tiny graphs

use super::{Method, Ranked, basis, rank};
use crate::flow::{Delivery, FlowGraph, Overlay};
use proptest::prelude::*;

/// Deliveries as (from, to, kilograms); each goes into all that leave where it arrived.
fn graph(stations: u32, flows: &[(u32, u32, f64)]) -> (FlowGraph, Overlay) {
    let deliveries: Vec<Delivery> = flows
        .iter()
        .map(|(from, to, kg)| Delivery { kilograms: Some(*kg), ..Delivery::new(*from, *to) })
        .collect();
    let mut relations = Vec::new();
    for (one, (_, to, _)) in flows.iter().enumerate() {
        for (two, (from, _, _)) in flows.iter().enumerate() {
            if to == from {
                relations.push((one as u32, two as u32));
            }
        }
    }
    let graph = FlowGraph::new(stations, deliveries, relations).unwrap();
    let overlay = Overlay::of(&graph);
    (graph, overlay)
}

fn of(graph: &FlowGraph, overlay: &Overlay, method: Method, station: u32) -> Ranked {
    let ranking = rank(graph, overlay, method);
    *ranking.candidates.iter().find(|one| one.station == station).unwrap()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

/// Farms 0 and 1 sell to trader 2, farm 1 also to trader 3; shops 4 and 5.
const FLOWS: [(u32, u32, f64); 6] =
    [(0, 2, 10.0), (1, 2, 30.0), (1, 3, 10.0), (2, 4, 30.0), (2, 5, 10.0), (3, 5, 10.0)];

#[test]
fn the_walk_multiplies_shares() {
    let (graph, mut overlay) = graph(6, &FLOWS);
    overlay.stations[4].weight = 1.0;
    overlay.stations[5].weight = 1.0;
    // From farm 0 all goes to trader 2, of which three quarters go to shop 4.
    let farm = of(&graph, &overlay, Method::Horn, 0);
    assert!(near(farm.value, (0.75_f64 * 0.25).ln()), "{farm:?}");
    // From farm 1 a quarter goes to trader 3 and shop 5.
    let other = of(&graph, &overlay, Method::Horn, 1);
    assert!(near(other.value, (0.5625_f64 * 0.4375).ln()), "{other:?}");
    assert_eq!((other.rank, farm.rank), (1, 2));
    let ranking = rank(&graph, &overlay, Method::Horn);
    let shares: f64 = ranking.candidates.iter().filter_map(|one| one.share).sum();
    assert!(near(shares, 1.0));
    let trader = of(&graph, &overlay, Method::Horn, 3);
    assert_eq!((trader.cases, trader.rank), (1, 4), "it reaches one case: behind all others");
}

#[test]
fn sales_are_the_part_of_what_was_bought() {
    let (graph, mut overlay) = graph(6, &FLOWS);
    overlay.stations[4].weight = 1.0;
    overlay.stations[5].weight = 2.0;
    // Shop 5 bought half from trader 2, of which a quarter came from farm 0.
    let farm = of(&graph, &overlay, Method::Sales, 0);
    assert!(near(farm.value, 0.25_f64.ln() + 2.0 * 0.125_f64.ln()), "{farm:?}");
    let other = of(&graph, &overlay, Method::Sales, 1);
    assert!(near(other.value, 0.75_f64.ln() + 2.0 * 0.875_f64.ln()), "{other:?}");
}

#[test]
fn distance_is_one_minus_the_logarithm_of_the_share() {
    let (graph, mut overlay) = graph(6, &FLOWS);
    overlay.stations[4].weight = 1.0;
    overlay.stations[5].weight = 3.0;
    let farm = of(&graph, &overlay, Method::Distance, 0);
    let [to_4, to_5] = [0.75_f64, 0.25].map(|share| 1.0 + 1.0 - share.ln());
    assert!(near(farm.value, (to_4 + 3.0 * to_5) / 4.0), "{farm:?}");
    assert_eq!((farm.reached.round(), farm.cases), (4.0, 2));
}

#[test]
fn the_score_ranks_with_ties() {
    let (graph, mut overlay) = graph(6, &FLOWS);
    overlay.stations[5].weight = 1.0;
    let ranking = rank(&graph, &overlay, Method::Fcl);
    assert!(ranking.candidates.iter().all(|one| one.rank == 1 && one.cases == 1));
    assert_eq!(ranking.candidates.len(), 4, "shops sell to nobody");
    overlay.stations[4].weight = 1.0;
    assert_eq!(of(&graph, &overlay, Method::Fcl, 3).rank, 4);
}

#[test]
fn what_speaks_against_lowers_a_likelihood() {
    let (graph, mut overlay) = graph(6, &FLOWS);
    overlay.stations[5].weight = 1.0;
    let before = of(&graph, &overlay, Method::Horn, 0);
    overlay.stations[4].weight = -2.0;
    let after = of(&graph, &overlay, Method::Horn, 0);
    assert!(near(after.value, before.value + 2.0 * 0.25_f64.ln()), "{after:?}");
}

#[test]
fn a_cycle_is_solved() {
    // Of what comes to 1, half goes to 2 and comes back, the rest to shop 3 or 4.
    let flows = [(0, 1, 4.0), (1, 2, 2.0), (2, 1, 2.0), (1, 3, 1.5), (1, 4, 0.5)];
    let (graph, mut overlay) = graph(5, &flows);
    overlay.stations[3].weight = 1.0;
    let source = of(&graph, &overlay, Method::Horn, 0);
    assert!(near(source.value.exp(), 0.75), "{source:?}");
    // What shop 3 bought had all passed 2 with a chance of 2/6, and of those that did again...
    let sales = of(&graph, &overlay, Method::Sales, 0);
    assert!(near(sales.value.exp(), 1.0), "it all came from there at last: {sales:?}");
}

#[test]
fn unknown_kilograms_are_assumed_and_counted() {
    let deliveries =
        vec![Delivery::new(0, 1), Delivery { kilograms: Some(4.0), ..Delivery::new(0, 2) }];
    let graph = FlowGraph::new(3, deliveries, vec![]).unwrap();
    let mut overlay = Overlay::of(&graph);
    overlay.stations[1].weight = 1.0;
    let ranking = rank(&graph, &overlay, Method::Horn);
    assert_eq!(ranking.assumed, 1);
    assert!(near(ranking.candidates[0].value.exp(), 0.5));
}

#[test]
fn a_mixing_station_passes_food_on_by_kilograms() {
    let deliveries = [(0, 1, 1.0), (1, 2, 3.0), (1, 3, 1.0)]
        .map(|(from, to, kg)| Delivery { kilograms: Some(kg), ..Delivery::new(from, to) });
    let graph = FlowGraph::new(4, deliveries.to_vec(), vec![]).unwrap();
    let mut overlay = Overlay::of(&graph);
    overlay.stations[1].cross = true;
    overlay.stations[2].weight = 1.0;
    assert!(near(of(&graph, &overlay, Method::Horn, 0).value.exp(), 0.75));
    assert!(near(of(&graph, &overlay, Method::Sales, 0).value.exp(), 1.0));
}

#[test]
fn a_rank_says_what_it_rests_on() {
    let (graph, mut overlay) = graph(6, &FLOWS);
    overlay.stations[5].weight = 1.0;
    let found = basis(&graph, &overlay, &[0, 1]);
    let counts = |one: &super::Basis| (one.deliveries.len(), one.stations.len(), one.cases.len());
    assert_eq!(found.iter().map(counts).collect::<Vec<_>>(), [(2, 2, 1), (4, 3, 1)]);
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    /// A = P_1 P_2 ... on layered networks, as the method's authors generate them.
    #[test]
    fn the_walk_is_the_product_of_matrices(
        flows in prop::collection::vec(prop::collection::vec(0..4_u8, 9), 3),
    ) {
        let mut list = Vec::new();
        for (layer, flows) in (0_u32..).zip(&flows) {
            for (at, kg) in (0_u32..).zip(flows) {
                if *kg > 0 {
                    list.push((3 * layer + at / 3, 3 * layer + 3 + at % 3, f64::from(*kg)));
                }
            }
        }
        let (graph, mut overlay) = graph(12, &list);
        let mut chance = [[0.0; 3]; 3];
        (0..3).for_each(|at| chance[at][at] = 1.0);
        for flows in &flows {
            let mut next = [[0.0; 3]; 3];
            for from in 0..3 {
                let row = &flows[3 * from..3 * from + 3];
                let sum: f64 = row.iter().map(|kg| f64::from(*kg)).sum();
                for (to, kg) in row.iter().enumerate().filter(|_| sum > 0.0) {
                    for (next, chance) in next.iter_mut().zip(&chance) {
                        next[to] += chance[from] * f64::from(*kg) / sum;
                    }
                }
            }
            chance = next;
        }
        for (source, case) in (0..9).map(|pair| (pair / 3, pair % 3)) {
            overlay.stations.iter_mut().for_each(|setting| setting.weight = 0.0);
            overlay.stations[9 + case].weight = 1.0;
            let ranking = rank(&graph, &overlay, Method::Horn);
            let found = ranking.candidates.iter().find(|one| one.station as usize == source);
            let found = found.map_or(0.0, |one| one.value.exp());
            prop_assert!(near(found, chance[source][case]), "{source} {case}");
        }
    }
}
