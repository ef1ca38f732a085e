//! The flow graph of small ledgers, and what holds for every one.

use proptest::prelude::*;

use crate::fixture::*;
use crate::flow::Days;
use crate::scope::properties::{
    all, draws, events, graph_in, issuer, lot as drawn_lot, pack_of, place as drawn_place, shuffled,
};
use crate::source::{CaseAt, SourceCase, SourceQuestion};
use crate::{Direction, Graph, Interval, LedgerFlow, Question, ScopeReason, Visibility};

const FARM: &str = "https://id.gs1.org/414/0860009999992";
const PLANT: &str = "https://id.gs1.org/414/0860009999985";
const SHOP: &str = "https://id.gs1.org/414/0860009999978";
const OTHER: &str = "https://id.gs1.org/414/0860009999961";

fn lot(name: &str) -> String {
    format!("https://id.gs1.org/01/06901234000011/10/{name}")
}

/// A farm's lot goes to a plant, into a product, and of that half to each of two shops.
fn chain() -> Vec<laiqu_epcis::facts::Facts> {
    let (raw, made) = (lot("A"), lot("B"));
    vec![
        make("e1", at(1, 6), FARM, &raw, 100.0),
        ship("e2", at(1, 8), FARM, &raw, 100.0).to(PLANT),
        receive("e3", at(2, 9), PLANT, &raw, 98.0).from(FARM),
        transform("e4", at(2, 12), PLANT).takes(&raw, 98.0).gives(&made, 90.0),
        ship("e5", at(3, 8), PLANT, &made, 45.0).to(SHOP),
        receive("e6", at(3, 10), SHOP, &made, 45.0).from(PLANT),
        ship("e7", at(3, 9), PLANT, &made, 45.0).to(OTHER),
    ]
}

fn flow(graph: &Graph, id: &str, direction: Direction) -> LedgerFlow {
    graph.flow_of_trace(&Question::new(id, direction), &())
}

/// Deliveries as lot, from, to and kilograms.
fn shown(flow: &LedgerFlow) -> Vec<(String, &str, &str, Option<f64>)> {
    let id = |station: u32| flow.stations[station as usize].id.as_str();
    let deliveries = flow.graph.deliveries().iter().zip(&flow.deliveries);
    deliveries
        .map(|(one, of)| {
            let lot = of.lot.rsplit('/').next().unwrap().to_owned();
            (lot, id(one.from), id(one.to), one.kilograms)
        })
        .collect()
}

#[test]
fn movements_are_deliveries_and_runs_relate_them() {
    let found = flow(&graph(&chain()), &lot("A"), Direction::Forward);
    assert_eq!(
        shown(&found),
        [
            ("A".to_owned(), FARM, PLANT, Some(98.0)),
            ("B".to_owned(), PLANT, SHOP, Some(45.0)),
            ("B".to_owned(), PLANT, OTHER, Some(45.0)),
        ]
    );
    assert_eq!(found.graph.next().of(0), [1, 2]);
    let days: Vec<Days> =
        found.graph.deliveries()[..1].iter().flat_map(|one| [one.departure, one.arrival]).collect();
    assert_eq!(days, [Days { min: 1, max: 1 }, Days { min: 2, max: 2 }]);
    assert_eq!(found.deliveries[0].event, "e2");
    assert!(found.deliveries[0].reasons.is_empty());
    // Nobody recorded that the other shop received it.
    assert_eq!(found.deliveries[2].reasons, [ScopeReason::OneSided]);
    assert!(!found.truncated);
}

#[test]
fn a_selection_is_as_large_as_its_trace() {
    let graph = graph(&chain());
    assert_eq!(shown(&flow(&graph, &lot("A"), Direction::Back)).len(), 1);
    assert_eq!(shown(&flow(&graph, &lot("B"), Direction::Back)).len(), 3);
    assert!(shown(&flow(&graph, "urn:x:none", Direction::Both)).is_empty());
}

#[test]
fn what_left_before_it_came_has_none_of_it() {
    let raw = lot("A");
    let events = [
        make("e0", at(1, 1), OTHER, &lot("A"), 10.0),
        ship("e1", at(1, 2), OTHER, &raw, 10.0).to(PLANT),
        receive("e2", at(1, 3), PLANT, &raw, 10.0).from(OTHER),
        ship("e3", at(2, 2), PLANT, &raw, 5.0).to(SHOP),
        receive("e4", at(2, 3), SHOP, &raw, 5.0).from(PLANT),
        make("e5", at(3, 1), FARM, &lot("A"), 10.0),
        ship("e6", at(3, 2), FARM, &raw, 10.0).to(PLANT),
        receive("e7", at(3, 3), PLANT, &raw, 10.0).from(FARM),
    ];
    let found = flow(&graph(&events), &raw, Direction::Forward);
    let relations: Vec<(u32, u32)> = found.graph.next().pairs().collect();
    // Of two deliveries of one lot to the plant, only the first can have gone to the shop.
    assert_eq!(relations, [(0, 1)]);
    assert_eq!(shown(&found)[0].1, OTHER);
}

#[test]
fn packs_of_a_lot_are_one_delivery_of_it() {
    let made = lot("B");
    let crate_id = "https://id.gs1.org/00/008600099999850000";
    let mut commissioning = object("e1", laiqu_epcis::facts::Action::Add, "x", at(1, 1), PLANT);
    let mut packing = pack("e2", at(1, 2), PLANT, crate_id);
    for serial in ["1", "2", "3"] {
        let id = format!("https://id.gs1.org/01/06901234000011/21/{serial}");
        let role = laiqu_epcis::facts::ItemRole::Subject;
        commissioning = commissioning.unit(role, &id).lot(&made);
        packing = packing.unit(laiqu_epcis::facts::ItemRole::Child, &id);
    }
    let events = [
        make("e0", at(1, 0), PLANT, &made, 3.0),
        commissioning,
        packing,
        haul("e3", "shipping", at(2, 1), PLANT, crate_id).to(SHOP),
        haul("e4", "receiving", at(2, 5), SHOP, crate_id).from(PLANT),
    ];
    let found = flow(&graph(&events), &made, Direction::Forward);
    assert_eq!(shown(&found), [("B".to_owned(), PLANT, SHOP, None)]);
}

#[test]
fn a_party_sees_the_movements_that_concern_it() {
    let events: Vec<_> = chain()
        .into_iter()
        .map(|facts| {
            (if facts.event_id.as_ref() < "e3" { "urn:p:farm" } else { "urn:p:plant" }, facts)
        })
        .collect();
    let graph = graph_by(&events);
    let of = |party: &str| {
        let visible_to = Some(Visibility { party: party.into() });
        let question = Question { visible_to, ..Question::new(lot("A"), Direction::Forward) };
        shown(&graph.flow_of_trace(&question, &())).len()
    };
    assert_eq!((of("urn:p:farm"), of("urn:p:plant"), of("urn:p:nobody")), (1, 3, 0));
}

fn source(cases: Vec<SourceCase>) -> SourceQuestion {
    SourceQuestion { cases, limit: 100, ..SourceQuestion::default() }
}

fn find_source(graph: &Graph, question: &SourceQuestion) -> crate::source::SourceAnswer {
    graph.source_flow(question, &()).answer(question)
}

fn at_place(place: &str, from: i64, until: i64) -> SourceCase {
    let during = Interval { from, until };
    SourceCase { at: CaseAt::Place { place: place.into(), during, product: None }, weight: 1.0 }
}

#[test]
fn cases_lead_back_to_the_farm_and_say_what_they_rest_on() {
    let graph = &graph(&chain());
    let by_lot = SourceCase { at: CaseAt::Lot { id: lot("B"), place: None }, weight: 2.0 };
    let shop = at_place(SHOP, at(4, 1).micros, at(4, 9).micros);
    let before = at_place(SHOP, at(1, 1).micros, at(1, 9).micros);
    let answer = find_source(graph, &source(vec![by_lot, shop, before]));
    let lots: Vec<usize> = answer.cases.iter().map(|case| case.lots.len()).collect();
    assert_eq!(lots, [1, 1, 0], "nothing was there yet: {:?}", answer.cases);
    assert_eq!((answer.sites, answer.deliveries), (4, 3));
    let farm = answer.candidates.iter().find(|one| one.site == FARM).unwrap();
    assert_eq!((farm.explains.as_slice(), farm.score), (&[0, 1][..], 1.0));
    assert_eq!((farm.lots.as_slice(), farm.deliveries), (&[lot("A")][..], 2));
    assert_eq!(farm.methods.fcl.map(|line| line.rank), Some(1));
    let rests_on = |answer: &crate::source::SourceAnswer| -> Vec<u64> {
        answer.rests_on.iter().map(|at| at.index * 3 + u64::from(at.ordinal) + 1).collect()
    };
    assert_eq!(rests_on(&answer), [1, 2, 3, 4, 5, 6, 7], "each moved, made or held some of it");
    // Of what was never there yet, nothing that came later counts.
    let early = SourceCase { at: CaseAt::Lot { id: lot("A"), place: None }, weight: 1.0 };
    let answer = find_source(graph, &SourceQuestion { as_of: Some(1), ..source(vec![early]) });
    assert_eq!(rests_on(&answer), [1, 2, 3]);
}

#[test]
fn assumptions_lie_over_the_graph() {
    let graph = &graph(&chain());
    let mut question = source(vec![at_place(SHOP, at(4, 1).micros, at(4, 9).micros)]);
    let kill = crate::flow::Setting { kill: true, ..crate::flow::Setting::default() };
    question.stations = vec![(PLANT.to_owned(), kill), ("urn:x:none".to_owned(), kill)];
    let answer = find_source(graph, &question);
    assert!(answer.candidates.iter().all(|one| one.site != FARM), "{answer:?}");
    assert_eq!(answer.unused, ["urn:x:none"]);
    question.stations.clear();
    question.merged = vec![vec![FARM.to_owned(), PLANT.to_owned()]];
    let answer = find_source(graph, &question);
    let sites: Vec<&str> = answer.candidates.iter().map(|one| one.site.as_str()).collect();
    assert!(sites.contains(&FARM) && !sites.contains(&PLANT), "{sites:?}");
    assert_eq!(answer.candidates.iter().find(|one| one.site == FARM).unwrap().merged, [PLANT]);
}

/// Everything about a graph, for comparison.
fn whole(graph: &Graph, world: &str, as_of: Option<u64>) -> Vec<String> {
    let mut all = Vec::new();
    for id in [drawn_lot(world, 0), drawn_lot(world, 1), pack_of(world, 0)] {
        for direction in [Direction::Back, Direction::Both] {
            let question = Question { as_of, ..Question::new(id.clone(), direction) };
            all.push(format!("{:?}", graph.flow_of_trace(&question, &())));
        }
    }
    let mut question = source(vec![
        at_place(&drawn_place(world, 1), at(2, 0).micros, at(3, 0).micros),
        SourceCase { at: CaseAt::Lot { id: drawn_lot(world, 2), place: None }, weight: 1.5 },
        SourceCase { at: CaseAt::Lot { id: drawn_lot(world, 3), place: None }, weight: -1.0 },
    ]);
    question.as_of = as_of;
    let mut answer = find_source(graph, &question);
    // Where its events stand is all that the order of arrival may change.
    let rests_on = std::mem::take(&mut answer.rests_on).len();
    all.push(format!("{answer:?} {rests_on}"));
    all
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_changes_nothing(
        draws in draws(30),
        keys in prop::collection::vec(any::<u64>(), 24),
    ) {
        let events = events("w", &draws);
        let shuffled = graph_in(&events, &shuffled(events.len(), &keys));
        for (one, other) in whole(&all(&events), "w", None).iter().zip(whole(&shuffled, "w", None)) {
            prop_assert_eq!(one, &other);
        }
    }

    #[test]
    fn an_earlier_size_is_answered_as_it_was(
        draws in draws(30),
        keys in prop::collection::vec(any::<u64>(), 24),
        size in 0..12_u64,
    ) {
        let events = events("w", &draws);
        let (mut then, mut now) = (Graph::new(), Graph::new());
        for index in shuffled(events.len(), &keys) {
            if position(index).index < size {
                then.add(position(index), issuer(index), &events[index]);
            }
            now.add(position(index), issuer(index), &events[index]);
        }
        prop_assert_eq!(whole(&then, "w", None), whole(&now, "w", Some(size)));
    }

    #[test]
    fn unrelated_events_change_nothing(ours in draws(20), others in draws(20)) {
        let mut events = events("w", &ours);
        let before = whole(&all(&events), "w", None);
        events.extend(crate::scope::properties::events("v", &others));
        prop_assert_eq!(before, whole(&all(&events), "w", None));
    }

    /// A relation joins what came to a site with what left it.
    #[test]
    fn relations_stay_at_a_site(draws in draws(30)) {
        let graph = all(&events("w", &draws));
        let found = flow(&graph, &drawn_lot("w", 0), Direction::Both);
        for (from, into) in found.graph.next().pairs() {
            let [from, into] = [from, into].map(|at| found.graph.deliveries()[at as usize]);
            prop_assert_eq!(from.to, into.from);
        }
    }
}
