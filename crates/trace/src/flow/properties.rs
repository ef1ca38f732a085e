//! The engine against the oracle, on random graphs with cycles, missing dates and merges.

#![allow(clippy::cast_possible_truncation)] // tiny graphs

use super::oracle::{DESKTOP, Oracle, web};
use super::{
    DateMode, Days, Delivery, Engine, FlowGraph, Network, Observed, Overlay, Setting, Start, score,
};
use proptest::prelude::*;

const STATIONS: u32 = 6;

#[derive(Clone, Debug)]
struct Question {
    graph: FlowGraph,
    overlay: Overlay,
}

fn days() -> impl Strategy<Value = Days> {
    prop_oneof![
        Just(Days::UNKNOWN),
        (0..9_i32).prop_map(|day| Days { min: day, max: day }),
        (0..5_i32).prop_map(|day| Days { min: day, max: day + 3 }),
    ]
}

fn delivery() -> impl Strategy<Value = Delivery> {
    let lot = proptest::option::of(0..5_u32);
    (0..STATIONS, 0..STATIONS, lot, days(), days()).prop_map(
        |(from, to, lot, departure, arrival)| Delivery {
            from,
            to,
            lot,
            departure,
            arrival,
            kilograms: None,
        },
    )
}

fn setting() -> impl Strategy<Value = Setting> {
    let observed = prop_oneof![
        4 => Just(Observed::No), 1 => Just(Observed::Full),
        1 => Just(Observed::Forward), 1 => Just(Observed::Backward),
    ];
    let flags = (prop::bool::weighted(0.3), prop::bool::weighted(0.15), prop::bool::weighted(0.1));
    let weight = prop_oneof![3 => Just(0_i8), 2 => -2..4_i8];
    (weight, flags, observed).prop_map(|(weight, (cross, kill, hidden), observed)| Setting {
        weight: f64::from(weight),
        cross,
        kill,
        observed,
        hidden,
    })
}

fn question() -> impl Strategy<Value = Question> {
    let deliveries = prop::collection::vec(delivery(), 1..14);
    let stations = prop::collection::vec(setting(), STATIONS as usize);
    let dates = prop_oneof![Just(DateMode::Ignore), Just(DateMode::Explicit)];
    let merged = proptest::option::of((1..STATIONS, 0..STATIONS));
    (deliveries, stations, dates, merged).prop_flat_map(|(deliveries, stations, dates, merged)| {
        let count = deliveries.len();
        let one = 0..count as u32;
        let relations = prop::collection::vec((one.clone(), one), 0..2 * count);
        let settings = prop::collection::vec(setting(), count);
        (relations, settings).prop_map(move |(relations, settings)| {
            let graph = FlowGraph::new(STATIONS, deliveries.clone(), relations).unwrap();
            let mut overlay = Overlay::of(&graph);
            overlay.stations.clone_from(&stations);
            overlay.deliveries = settings;
            overlay.dates = dates;
            if let Some((from, into)) = merged {
                overlay.merged[from as usize] = into;
            }
            Question { graph, overlay }
        })
    })
}

/// Flags as the positions that are set.
fn positions(flags: &[bool]) -> super::oracle::Set {
    (0..flags.len()).filter(|at| flags[*at]).collect()
}

fn near(one: f64, other: f64) -> bool {
    (one - other).abs() < 1e-9
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    #[test]
    fn scores_are_the_oracles(Question { graph, overlay } in question()) {
        let oracle = Oracle::new(&graph, &overlay);
        let scores = score(&graph, &overlay, DESKTOP);
        for (delivery, found) in scores.deliveries.iter().enumerate() {
            prop_assert!(near(found.score, oracle.delivery_score(delivery)), "delivery {delivery}");
        }
        for (station, found) in scores.stations.iter().enumerate() {
            prop_assert!(near(found.score, oracle.station_score(station)), "station {station}");
        }
    }

    #[test]
    fn sets_are_the_oracles(Question { graph, overlay } in question()) {
        let oracle = Oracle::new(&graph, &overlay);
        let network = Network::new(&graph, &overlay, DESKTOP);
        for delivery in 0..graph.deliveries().len() {
            let found = network.reached(&[Start::Delivery(delivery as u32)], false);
            let sets = (positions(&found.deliveries), positions(&found.stations));
            prop_assert_eq!(sets, oracle.after_delivery(delivery));
        }
        for station in 0..STATIONS {
            let found = network.reached(&[Start::Station(station)], false);
            let sets = (positions(&found.deliveries), positions(&found.stations));
            prop_assert_eq!(sets, oracle.after_station(station as usize));
        }
    }

    #[test]
    fn back_is_the_inverse_of_forward(Question { graph, overlay } in question()) {
        let network = Network::new(&graph, &overlay, DESKTOP);
        let count = graph.deliveries().len() as u32;
        let starts: Vec<Start> =
            (0..STATIONS).map(Start::Station).chain((0..count).map(Start::Delivery)).collect();
        let reaches = |from: Start, to: Start, against| {
            let reached = network.reached(&[from], against);
            match to {
                Start::Station(station) => reached.stations[station as usize],
                Start::Delivery(delivery) => reached.deliveries[delivery as usize],
            }
        };
        for one in &starts {
            for two in &starts {
                let both = (reaches(*one, *two, false), reaches(*two, *one, true));
                prop_assert_eq!(both.0, both.1, "{:?} {:?}", one, two);
            }
        }
    }

    #[test]
    fn several_starts_reach_what_each_reaches(Question { graph, overlay } in question()) {
        let network = Network::new(&graph, &overlay, DESKTOP);
        let scores = score(&graph, &overlay, DESKTOP);
        let mut forward = vec![false; scores.stations.len() + scores.deliveries.len()];
        let observed = |setting: Setting| setting.observed.shows(false);
        let stations = (0..STATIONS).filter(|s| observed(overlay.of_station(*s)));
        let deliveries = 0..graph.deliveries().len() as u32;
        let deliveries = deliveries.filter(|d| observed(overlay.of_delivery(*d)));
        for start in stations.map(Start::Station).chain(deliveries.map(Start::Delivery)) {
            let reached = network.reached(&[start], false);
            let flags = reached.stations.into_iter().chain(reached.deliveries);
            forward.iter_mut().zip(flags).for_each(|(all, one)| *all |= one);
        }
        let found = scores.stations.iter().chain(&scores.deliveries).map(|score| score.forward);
        prop_assert_eq!(found.collect::<Vec<_>>(), forward);
    }

    #[test]
    fn the_web_engine_walks_back_from_outbreaks(Question { graph, mut overlay } in question()) {
        overlay.dates = DateMode::Ignore;
        let scores = score(&graph, &overlay, Engine::Web);
        let found = scores.stations.iter().chain(&scores.deliveries).map(|score| score.score);
        for (at, (found, expected)) in found.zip(web(&graph, &overlay)).enumerate() {
            prop_assert!(near(found, expected), "{at}: {found} {expected}");
        }
    }

    #[test]
    fn the_order_of_the_input_changes_nothing(
        Question { graph, overlay } in question(), turn in 0..13_usize, engine in any::<bool>(),
    ) {
        let engine = if engine { Engine::Desktop } else { Engine::Web };
        let count = graph.deliveries().len();
        let moved = |at: usize| (at + turn) % count;
        let mut deliveries = graph.deliveries().to_vec();
        let mut turned = overlay.clone();
        for at in 0..count {
            deliveries[moved(at)] = graph.deliveries()[at];
            turned.deliveries[moved(at)] = overlay.deliveries[at];
        }
        let relations = graph.next().pairs();
        let relation = |(a, b): (u32, u32)| [a, b].map(|end| moved(end as usize) as u32).into();
        let relations = relations.map(relation);
        let mut relations: Vec<_> = relations.collect();
        relations.reverse();
        let other = FlowGraph::new(STATIONS, deliveries, relations).unwrap();
        let (one, two) = (score(&graph, &overlay, engine), score(&other, &turned, engine));
        for at in 0..count {
            prop_assert_eq!(one.deliveries[at], two.deliveries[moved(at)]);
        }
        prop_assert_eq!(one.stations, two.stations);
        prop_assert_eq!(one.lots, two.lots);
    }

    #[test]
    fn unrelated_deliveries_change_nothing(
        Question { graph, overlay } in question(), others in 1..5_u32, engine in any::<bool>(),
    ) {
        let engine = if engine { Engine::Desktop } else { Engine::Web };
        let mut deliveries = graph.deliveries().to_vec();
        let added = (0..others).map(|n| Delivery::new(STATIONS + n, STATIONS + n + 1));
        deliveries.extend(added);
        let relations = graph.next().pairs().collect();
        let other = FlowGraph::new(STATIONS + others + 1, deliveries, relations).unwrap();
        let mut wider = Overlay::of(&other);
        wider.dates = overlay.dates;
        for (at, setting) in overlay.stations.iter().enumerate() {
            wider.stations[at] = *setting;
            wider.merged[at] = overlay.merged[at];
        }
        for (at, setting) in overlay.deliveries.iter().enumerate() {
            wider.deliveries[at] = *setting;
        }
        let (one, two) = (score(&graph, &overlay, engine), score(&other, &wider, engine));
        prop_assert_eq!(&one.stations[..], &two.stations[..STATIONS as usize]);
        prop_assert_eq!(&one.deliveries[..], &two.deliveries[..one.deliveries.len()]);
    }
}

#[test]
fn more_cases_than_a_word_has_bits_are_all_counted() {
    let deliveries = (1..=200).map(|shop| Delivery::new(0, shop)).collect();
    let graph = FlowGraph::new(201, deliveries, vec![]).unwrap();
    let mut overlay = Overlay::of(&graph);
    for shop in &mut overlay.stations[1..] {
        shop.weight = 1.0;
    }
    let scores = score(&graph, &overlay, Engine::Desktop);
    assert!(near(scores.stations[0].score, 1.0) && near(scores.stations[200].score, 0.005));
}

#[test]
fn a_hub_that_mixes_everything_needs_no_edge_for_each_pair() {
    let many = 20_000;
    let ins =
        (0..many).map(|n| Delivery { arrival: Days { min: n, max: n }, ..Delivery::new(1, 0) });
    let outs =
        (0..many).map(|n| Delivery { departure: Days { min: n, max: n }, ..Delivery::new(0, 2) });
    let graph = FlowGraph::new(3, ins.chain(outs).collect(), vec![]).unwrap();
    let mut overlay = Overlay::of(&graph);
    overlay.stations[0].cross = true;
    overlay.dates = DateMode::Explicit;
    let network = Network::new(&graph, &overlay, Engine::Desktop);
    assert!(network.along.next.entries() < 4 * many as usize);
    let middle = network.reached(&[Start::Delivery(15_000)], false);
    assert_eq!(middle.deliveries.iter().filter(|reached| **reached).count(), 5_000);
}
