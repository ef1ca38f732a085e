//! Known results on a network of our own: three farms, two producers, a trader, three markets.

#![allow(clippy::cast_possible_truncation)] // tiny graphs

use super::{
    DateMode, Days, Delivery, Engine, FlowGraph, Network, Observed, Overlay, Scores, Start, score,
};

const STATIONS: [&str; 9] = ["F1", "F2", "F3", "P1", "P2", "T", "M1", "M2", "M3"];

/// Name, from, to, departure, arrival.
const DELIVERIES: [(&str, &str, &str, &str, &str); 13] = [
    ("F1P1.1", "F1", "P1", "2016-01-01", "2016-01-01"),
    ("F1P1.2", "F1", "P1", "2016-01-01", "2016-01-03"),
    ("F2P1", "F2", "P1", "2016-01-01", "2016-01-01"),
    ("F2P2", "F2", "P2", "2016-01-05", "2016-01-05"),
    ("F3P2", "F3", "P2", "2016-01-05", "2016-01-05"),
    ("P1T.1", "P1", "T", "2016-01-02", "2016-01-02"),
    ("P1T.2", "P1", "T", "2016-01-04", "2016-01-04"),
    ("P2T.1", "P2", "T", "2016-01-06", "2016-01-06"),
    ("P2T.2", "P2", "T", "2016-01-06", "2016-01-06"),
    ("TM1", "T", "M1", "2016-01-05", "2016-01-05"),
    ("TM2.1", "T", "M2", "2016-01", "2016-01"),
    ("TM2.2", "T", "M2", "2016-01-07", "2016-01-07"),
    ("TM3", "T", "M3", "2016-01-07", "2016-01-07"),
];

const RELATIONS: [(&str, &str); 10] = [
    ("F1P1.1", "P1T.1"),
    ("F2P1", "P1T.1"),
    ("P1T.1", "TM1"),
    ("F1P1.2", "P1T.2"),
    ("P1T.2", "TM2.1"),
    ("F2P2", "P2T.1"),
    ("F3P2", "P2T.1"),
    ("P2T.1", "TM2.2"),
    ("F3P2", "P2T.2"),
    ("P2T.2", "TM3"),
];

fn station(name: &str) -> u32 {
    STATIONS.iter().position(|known| *known == name).unwrap() as u32
}

fn delivery(name: &str) -> u32 {
    DELIVERIES.iter().position(|known| known.0 == name).unwrap() as u32
}

/// A question on the network.
struct Case {
    graph: FlowGraph,
    overlay: Overlay,
}

impl Case {
    fn new() -> Self {
        let deliveries = DELIVERIES.map(|(_, from, to, departure, arrival)| Delivery {
            departure: Days::parse(departure).unwrap(),
            arrival: Days::parse(arrival).unwrap(),
            ..Delivery::new(station(from), station(to))
        });
        let relations = RELATIONS.map(|(from, to)| (delivery(from), delivery(to)));
        let graph = FlowGraph::new(9, deliveries.to_vec(), relations.to_vec()).unwrap();
        let overlay = Overlay::of(&graph);
        Self { graph, overlay }
    }

    fn at_station(&mut self, name: &str) -> &mut super::Setting {
        &mut self.overlay.stations[station(name) as usize]
    }

    fn at_delivery(&mut self, name: &str) -> &mut super::Setting {
        &mut self.overlay.deliveries[delivery(name) as usize]
    }

    /// Names of deliveries and stations on the way from a start.
    fn reached(&self, start: Start, against: bool) -> (String, String) {
        let network = Network::new(&self.graph, &self.overlay, Engine::Desktop);
        let reached = network.reached(&[start], against);
        let names = |flags: &[bool], names: Vec<&'static str>| {
            let on = flags.iter().zip(names).filter(|(flag, _)| **flag);
            on.map(|(_, name)| name).collect::<Vec<_>>().join(" ")
        };
        let deliveries = DELIVERIES.iter().map(|delivery| delivery.0).collect();
        (names(&reached.deliveries, deliveries), names(&reached.stations, STATIONS.to_vec()))
    }

    fn forward_of(&self, name: &str) -> String {
        self.reached(Start::Delivery(delivery(name)), false).0
    }

    fn backward_of(&self, name: &str) -> String {
        self.reached(Start::Delivery(delivery(name)), true).0
    }

    fn scores(&self) -> Scores {
        score(&self.graph, &self.overlay, Engine::Desktop)
    }
}

#[test]
fn relations_are_followed_both_ways() {
    let case = Case::new();
    assert_eq!(case.forward_of("F1P1.1"), "P1T.1 TM1");
    assert_eq!(case.backward_of("TM2.2"), "F2P2 F3P2 P2T.1");
    let (deliveries, stations) = case.reached(Start::Station(station("F2")), false);
    assert_eq!(deliveries, "F2P1 F2P2 P1T.1 P2T.1 TM1 TM2.2");
    assert_eq!(stations, "P1 P2 T M1 M2");
    let (deliveries, stations) = case.reached(Start::Station(station("M3")), true);
    assert_eq!((deliveries.as_str(), stations.as_str()), ("F3P2 P2T.2 TM3", "F3 P2 T"));
}

#[test]
fn scores_are_shares_of_the_weight_that_is_reached() {
    let mut case = Case::new();
    case.at_station("M2").weight = 1.0;
    case.at_station("M3").weight = 2.0;
    let scores = case.scores();
    let thirds = [1.0, 1.0, 3.0, 1.0, 3.0, 3.0, 0.0, 1.0, 2.0];
    for ((name, score), thirds) in STATIONS.iter().zip(&scores.stations).zip(thirds) {
        assert!((score.score * 3.0 - thirds).abs() < 1e-9, "{name}: {score:?}");
        assert_eq!(score.positive.to_bits(), score.score.to_bits(), "{name}");
    }
    let milk = scores.deliveries[delivery("F3P2") as usize];
    assert!((milk.score - 1.0).abs() < 1e-9 && (milk.normalized - 1.0).abs() < 1e-9);
}

#[test]
fn negative_weight_counts_against() {
    let mut case = Case::new();
    case.at_station("M2").weight = -1.0;
    case.at_delivery("TM3").weight = 4.0;
    let scores = case.scores();
    let farm = scores.stations[station("F3") as usize];
    assert!((farm.score - 0.75).abs() < 1e-9, "{farm:?}");
    assert!((farm.positive - 1.0).abs() < 1e-9 && (farm.negative - 1.0).abs() < 1e-9);
    let other = scores.stations[station("F1") as usize];
    assert!((other.score + 0.25).abs() < 1e-9, "{other:?}");
    let most = scores.stations.iter().map(|score| score.normalized).fold(0.0, f64::max);
    assert!((most - 0.75).abs() < 1e-9, "the delivery itself explains all of its weight");
}

#[test]
fn cross_contamination_follows_dates() {
    let mut case = Case::new();
    case.at_station("P1").cross = true;
    assert_eq!(case.forward_of("F1P1.2"), "P1T.1 P1T.2 TM1 TM2.1", "without dates");
    case.overlay.dates = DateMode::Explicit;
    assert_eq!(case.forward_of("F1P1.1"), "P1T.1 P1T.2 TM1 TM2.1");
    assert_eq!(case.forward_of("F1P1.2"), "P1T.2 TM2.1", "it came after the first had left");
    assert_eq!(case.backward_of("P1T.2"), "F1P1.1 F1P1.2 F2P1");
}

#[test]
fn a_missing_day_is_possible() {
    let mut case = Case::new();
    case.overlay.dates = DateMode::Explicit;
    case.at_station("T").cross = true;
    assert!(case.forward_of("P2T.1").contains("TM2.1"), "some day of January");
    assert!(!case.forward_of("P2T.1").contains("TM1"), "that left the day before");
}

#[test]
fn deliveries_that_mix_share_what_they_went_into() {
    let mut case = Case::new();
    for name in ["F1P1.1", "F1P1.2"] {
        case.at_delivery(name).cross = true;
    }
    assert_eq!(case.forward_of("F1P1.2"), "P1T.1 P1T.2 TM1 TM2.1");
    assert_eq!(case.forward_of("F2P1"), "P1T.1 TM1", "it is not marked");
    case.overlay.dates = DateMode::Explicit;
    assert_eq!(case.forward_of("F1P1.2"), "P1T.2 TM2.1");
    assert_eq!(case.forward_of("F1P1.1"), "P1T.1 P1T.2 TM1 TM2.1");
}

#[test]
fn a_station_that_kills_ends_the_way_through_it() {
    let mut case = Case::new();
    case.at_station("P2").kill = true;
    for name in ["F2P2", "F3P2"] {
        assert_eq!(case.forward_of(name), "", "{name}");
    }
    assert_eq!(case.reached(Start::Station(station("P2")), false).0, "");
    let (deliveries, stations) = case.reached(Start::Station(station("P2")), true);
    assert_eq!((deliveries.as_str(), stations.as_str()), ("F2P2 F3P2", "F2 F3"));
    let (deliveries, stations) = case.reached(Start::Station(station("M3")), true);
    assert_eq!((deliveries.as_str(), stations.as_str()), ("P2T.2 TM3", "T"));
}

#[test]
fn a_delivery_that_kills_ends_the_way_behind_it() {
    let mut case = Case::new();
    case.at_delivery("P2T.2").kill = true;
    assert_eq!(case.forward_of("P2T.2"), "");
    assert_eq!(case.backward_of("P2T.2"), "F3P2");
    let from_producer = case.reached(Start::Station(station("P2")), false).0;
    assert_eq!(from_producer, "P2T.1 P2T.2 TM2.2");
    let to_trader = case.reached(Start::Station(station("T")), true).0;
    assert!(to_trader.contains("P2T.1") && !to_trader.contains("P2T.2"), "{to_trader}");
}

#[test]
fn merged_stations_are_one() {
    let mut case = Case::new();
    case.overlay.merged[station("P2") as usize] = station("P1");
    case.at_station("P1").cross = true;
    assert_eq!(case.reached(Start::Station(station("P1")), true).1, "F1 F2 F3");
    assert!(case.forward_of("F1P1.1").contains("TM3"));
    case.at_station("P2").weight = 1.0;
    assert_eq!(case.scores().stations[station("F1") as usize].score, 0.0, "it counts as P1");
}

#[test]
fn the_observed_element_itself_is_not_marked() {
    let mut case = Case::new();
    case.at_station("P2").observed = Observed::Full;
    case.at_delivery("TM3").observed = Observed::Backward;
    let scores = case.scores();
    let of = |name: &str| scores.stations[station(name) as usize];
    assert!(!of("P2").forward && of("P2").backward, "it lies before the observed delivery");
    assert!(of("T").forward && of("F3").backward && !of("F1").backward);
    let observed = scores.deliveries[delivery("TM3") as usize];
    assert!(observed.forward && !observed.backward);
}

#[test]
fn lots_leave_out_their_own_deliveries() {
    let mut case = Case::new();
    let mut deliveries = case.graph.deliveries().to_vec();
    for name in ["P2T.1", "P2T.2"] {
        deliveries[delivery(name) as usize].lot = Some(0);
    }
    deliveries[delivery("F3P2") as usize].lot = Some(1);
    let relations = case.graph.next().pairs().collect();
    case.graph = FlowGraph::new(9, deliveries, relations).unwrap();
    case.at_delivery("P2T.1").weight = 1.0;
    case.at_station("M3").weight = 3.0;
    let scores = case.scores();
    assert_eq!(scores.lots, [0.75, 1.0]);
    assert_eq!(scores.stations[station("P2") as usize].lot_score, Some(0.75));
    assert_eq!(scores.stations[station("P2") as usize].score, 1.0);
    assert_eq!(scores.deliveries[delivery("P2T.2") as usize].lot_score, Some(0.75));
    assert_eq!(scores.stations[station("T") as usize].lot_score, None);
}
