//! Each check at its edge, and whom to ask.

use laiqu_epcis::facts::{Action, Facts, ItemRole};

use super::{FlawKind, Quality, QualityQuestion};
use crate::fixture::{
    Build as _, DAY, HOUR, at, graph, graph_by, haul, make, object, on, pack, position, receive,
    sell, ship, transform,
};
use crate::selection::Selection;
use crate::{Graph, Issuer};

const LOT: &str = "https://id.gs1.org/01/04012345123456/10/L1";
const PRODUCT: &str = "https://id.gs1.org/01/04012345123456";

fn question(of: Selection) -> QualityQuestion {
    let (from, until) = (i64::MIN, i64::MAX);
    QualityQuestion { of, from, until, late_micros: DAY, visible_to: None, as_of: None }
}

fn lot(graph: &Graph) -> Quality {
    graph.quality(&question(Selection::Lot(LOT.into())), &())
}

fn list(texts: &[String]) -> Vec<&str> {
    texts.iter().map(String::as_str).collect()
}

/// Kind, events and whom to ask.
fn flaws(quality: &Quality) -> Vec<(FlawKind, Vec<&str>, Vec<&str>)> {
    quality.flaws.iter().map(|flaw| (flaw.kind, list(&flaw.events), list(&flaw.ask))).collect()
}

fn sent(id: &str, hour: i64) -> Facts {
    ship(id, at(1, hour), "farm", LOT, 80.0).to("shop")
}

#[test]
fn whole_records_have_no_flaw() {
    let graph = graph(&[
        make("e1", at(1, 1), "farm", LOT, 100.0),
        sent("e2", 5),
        receive("e3", at(1, 9), "shop", LOT, 80.0).from("farm"),
        sell("e4", at(2, 9), "shop", LOT, 30.0),
    ]);
    let quality = lot(&graph);
    assert_eq!((quality.flaws, quality.events, quality.counts.len()), (vec![], 4, 0));
}

#[test]
fn the_side_that_did_not_record_is_asked() {
    let made = ("urn:p:farm", make("e1", at(1, 1), "farm", LOT, 100.0));
    let known = ("urn:p:shop", sell("e9", at(9, 1), "shop", "urn:x:other", 1.0));
    let never_received = graph_by(&[made.clone(), ("urn:p:farm", sent("e2", 5)), known.clone()]);
    assert_eq!(
        flaws(&lot(&never_received)),
        [(FlawKind::NotReceived, vec!["e2"], vec!["urn:p:shop"])]
    );
    let got = receive("e3", at(1, 9), "shop", LOT, 80.0).from("farm");
    let never_sent = graph_by(&[made, ("urn:p:shop", got)]);
    assert_eq!(
        flaws(&lot(&never_sent)),
        [(FlawKind::NotShipped, vec!["e1", "e3"], vec!["urn:p:farm"])]
    );
}

#[test]
fn records_are_checked_one_by_one() {
    let lonely = ship("e2", at(1, 5), "farm", LOT, 80.0);
    let unlotted = object("e3", Action::Delete, "retail_selling", at(2, 1), "farm")
        .class(ItemRole::Subject, PRODUCT, 1.0)
        .class(ItemRole::Subject, LOT, 1.0);
    let own = transform("e4", at(3, 1), "farm").class(ItemRole::Input, LOT, 10.0).class(
        ItemRole::Output,
        LOT,
        10.0,
    );
    let graph = graph(&[make("e1", at(1, 1), "farm", LOT, 100.0), lonely, unlotted, own]);
    let quality = lot(&graph);
    for (kind, event) in [
        (FlawKind::NoCounterparty, "e2"),
        (FlawKind::Unlotted, "e3"),
        (FlawKind::OwnIngredient, "e4"),
    ] {
        let found = quality.flaws.iter().find(|flaw| flaw.kind == kind);
        let found = found.unwrap_or_else(|| panic!("{kind:?}: {:?}", flaws(&quality)));
        assert_eq!((found.events[0].as_str(), found.ask[0].as_str()), (event, "urn:p:one"));
        assert_eq!(quality.counts[&kind], 1);
    }
}

#[test]
fn the_same_record_under_two_names_is_found_and_another_amount_is_not() {
    let sold = |id, kg| sell(id, at(2, 1), "farm", LOT, kg);
    let made = make("e1", at(1, 1), "farm", LOT, 100.0);
    let twice = graph(&[made.clone(), sold("e2", 5.0), sold("e3", 5.0)]);
    assert_eq!(
        flaws(&lot(&twice)),
        [(FlawKind::RecordedTwice, vec!["e2", "e3"], vec!["urn:p:one"])]
    );
    let other = graph(&[made, sold("e2", 5.0), sold("e3", 6.0)]);
    assert_eq!(flaws(&lot(&other)), []);
}

#[test]
fn two_sales_that_state_only_their_day_are_two_sales() {
    let sold = |id: &str| sell(id, on(2), "shop", LOT, 30.0);
    let events = [make("e1", at(1, 1), "shop", LOT, 100.0), sold("e2"), sold("e3")];
    assert_eq!(flaws(&lot(&graph(&events))), []);
}

#[test]
fn late_and_impossible_times_are_told_from_the_time_of_the_entry() {
    let posted = |micros: i64| {
        let mut graph = Graph::new();
        let issuer = Issuer { id: "urn:p:farm", is_regulator: false };
        graph.posted(0, micros);
        graph.add(position(0), issuer, &make("e1", at(10, 6), "farm", LOT, 1.0));
        lot(&graph)
    };
    let took_place = 10 * DAY + 6 * HOUR;
    assert_eq!(flaws(&posted(took_place + HOUR)), []);
    assert_eq!(flaws(&posted(took_place + DAY)), []);
    let late = posted(took_place + 2 * DAY);
    assert_eq!(flaws(&late), [(FlawKind::PostedLate, vec!["e1"], vec!["urn:p:farm"])]);
    assert!(late.flaws[0].detail.contains("47 hours"), "{late:?}");
    let early = posted(took_place - HOUR);
    assert_eq!(flaws(&early), [(FlawKind::ImpossibleTime, vec!["e1"], vec!["urn:p:farm"])]);
}

#[test]
fn a_doubtful_run_and_wrong_amounts_are_found() {
    let graph = graph(&[
        make("e1", at(1, 1), "farm", LOT, 100.0),
        transform("e2", at(2, 1), "farm").class(ItemRole::Input, LOT, 50.0).class(
            ItemRole::Output,
            "urn:x:out",
            500.0,
        ),
        sell("e3", at(3, 1), "farm", LOT, 90.0),
    ]);
    let quality = lot(&graph);
    let kinds: Vec<FlawKind> = quality.flaws.iter().map(|flaw| flaw.kind).collect();
    assert_eq!(kinds, [FlawKind::QuantityMismatch, FlawKind::DoubtfulYield]);
}

#[test]
fn an_amount_out_of_all_scale_is_found_by_what_the_party_states_otherwise() {
    let lot = |n: i64| format!("{PRODUCT}/10/L{n}");
    let got = |n: i64, kg: f64| receive(&format!("e{n}"), at(n, 9), "shop", &lot(n), kg);
    let quality = |kg: f64| {
        let few = [got(1, 80.0), got(2, 120.0), got(3, kg), got(4, 95.0)].map(|e| e.from("farm"));
        let question = question(Selection::Place("shop".into()));
        graph(&few).quality(&question, &())
    };
    let out_of_scale = |quality: &Quality| -> Vec<String> {
        let flaws = quality.flaws.iter().filter(|flaw| flaw.kind == FlawKind::OutOfScale);
        flaws.flat_map(|flaw| flaw.events.clone()).collect()
    };
    assert_eq!(out_of_scale(&quality(9_000.0)), Vec::<String>::new());
    let wrong = quality(95_000.0);
    assert_eq!(out_of_scale(&wrong), ["e3"]);
    let flaw = wrong.flaws.iter().find(|flaw| flaw.kind == FlawKind::OutOfScale).unwrap();
    assert_eq!(flaw.detail, "out of scale: 95000 where 95 is usual");
    assert_eq!(list(&flaw.ask), ["urn:p:one"]);
}

#[test]
fn a_pallet_that_was_never_received_is_found_where_it_was_sent_from() {
    let pallet = "https://id.gs1.org/00/106141412345678908";
    let graph = graph(&[
        make("e1", at(1, 1), "farm", LOT, 100.0),
        pack("e2", at(1, 2), "farm", pallet).class(ItemRole::Child, LOT, 100.0),
        haul("e3", "shipping", at(1, 3), "farm", pallet).to("shop"),
    ]);
    let quality = graph.quality(&question(Selection::Place("farm".into())), &());
    let flaws = quality.flaws.iter().filter(|flaw| flaw.kind == FlawKind::NotReceived);
    let named: Vec<&str> = flaws.flat_map(|flaw| list(&flaw.items)).collect();
    assert!(named.contains(&pallet), "{quality:?}");
}

#[test]
fn declared_events_are_told_and_a_period_and_a_place_limit_what_is_looked_at() {
    let wrong = sell("e2", at(3, 1), "farm", LOT, 5.0);
    let declared = wrong.clone().error("incorrect_data", &[]);
    let events = [make("e1", at(1, 1), "farm", LOT, 100.0), wrong, declared, sent("e4", 9)];
    let graph = graph(&events);
    let all = graph.quality(&question(Selection::Place("farm".into())), &());
    let kinds: Vec<FlawKind> = all.flaws.iter().map(|flaw| flaw.kind).collect();
    assert_eq!(kinds, [FlawKind::NotReceived, FlawKind::ErrorDeclared]);
    let early =
        QualityQuestion { until: 2 * DAY, ..question(Selection::Party("urn:p:one".into())) };
    let early = graph.quality(&early, &());
    assert_eq!((early.flaws.len(), early.events), (1, 2));
    let shop = graph.quality(&question(Selection::Place("shop".into())), &());
    assert_eq!((shop.flaws.len(), shop.events), (0, 0), "nothing is recorded there");
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let events = [
        make("e1", at(1, 1), "farm", LOT, 100.0),
        sent("e2", 5),
        sell("e3", at(2, 1), "shop", LOT, 90.0),
        sell("e4", at(2, 1), "shop", LOT, 90.0),
        ship("e5", at(4, 1), "shop", LOT, 1.0),
    ];
    let asked = |events: &[Facts]| {
        let mut quality = lot(&graph(events));
        // Positions are all that it may change.
        let rests_on = std::mem::take(&mut quality.rests_on).len();
        (quality, rests_on)
    };
    let expected = asked(&events);
    assert!(expected.0.flaws.len() > 2, "{expected:?}");
    for shift in 1..events.len() {
        let mut turned = events.clone();
        turned.rotate_left(shift);
        assert_eq!(asked(&turned), expected);
    }
}

#[test]
fn as_of_an_earlier_size_they_are_what_they_were() {
    let events = [
        make("e1", at(1, 1), "farm", LOT, 100.0),
        sent("e2", 5),
        sell("e3", at(2, 1), "farm", LOT, 5.0),
        sell("e3", at(2, 1), "farm", LOT, 5.0).error("incorrect_data", &["e4"]),
        sell("e4", at(2, 1), "farm", LOT, 6.0),
        receive("e5", at(1, 9), "shop", LOT, 70.0).from("farm"),
        sell("e6", at(3, 1), "shop", LOT, 90.0),
        sell("e7", at(3, 1), "shop", LOT, 90.0),
        ship("e8", at(4, 1), "shop", LOT, 1.0),
    ];
    let whole = graph(&events);
    for size in 0..=events.len() / 3 {
        // Three events stand in each entry.
        let then = graph(&events[..size * 3]);
        for of in [
            Selection::Lot(LOT.into()),
            Selection::Place("shop".into()),
            Selection::Party("urn:p:one".into()),
        ] {
            let now = question(of);
            let asked = QualityQuestion { as_of: u64::try_from(size).ok(), ..now.clone() };
            assert_eq!(whole.quality(&asked, &()), then.quality(&now, &()), "{size}: {asked:?}");
        }
    }
}
