//! One test for each rule of receipts that cover several shipments.

use laiqu_epcis::facts::{Facts, ItemRole};

use crate::fixture::*;
use crate::{Answer, Grade, IssueKind, LinkKind, PairedBy};

/// Two farms send a lot each to the dairy, on papers of their own.
fn two_farms() -> Vec<Facts> {
    vec![
        make("e0", at(1, 1), "north", "A", 5.0),
        make("e1", at(1, 1), "south", "B", 7.0),
        ship("e2", at(1, 2), "north", "A", 5.0).to("dairy").document("dA"),
        ship("e3", at(1, 3), "south", "B", 7.0).to("dairy").document("dB"),
    ]
}

fn both(facts: Facts) -> Facts {
    facts.class(ItemRole::Subject, "B", 7.0)
}

fn asked(events: &[Facts], id: &str) -> Answer {
    back(&graph(events), id)
}

/// Movements: from, to, what paired them.
fn paired(answer: &Answer) -> Vec<(&str, &str, Option<PairedBy>, Grade)> {
    let moves = answer.links.iter().filter(|link| link.kind == LinkKind::Moved);
    let line = |link: &'_ crate::Link| (link.paired_by, link.grade);
    let found = answer.moved().into_iter().zip(moves.map(line));
    found.map(|((from, to, _), (by, grade))| (from, to, by, grade)).collect()
}

#[test]
fn the_sender_and_paper_of_one_lot_say_nothing_about_the_other() {
    for document in ["dA", "lost"] {
        let mut events = two_farms();
        let received = receive("e4", at(1, 5), "dairy", "A", 5.0).from("north");
        events.push(both(received).document(document));
        for (lot, from) in [("A", "north"), ("B", "south")] {
            let answer = asked(&events, lot);
            assert_eq!(answer.kinds(), [], "{lot}: {:#?}", answer.issues);
            let moved = paired(&answer);
            assert_eq!((moved[0].0, moved[0].1, moved[0].3), (from, "dairy", Grade::Definite));
            assert_eq!(moved.len(), 1, "{moved:?}");
        }
    }
}

#[test]
fn a_receipt_of_one_lot_means_what_it_names() {
    let mut events = two_farms();
    events.push(receive("e4", at(1, 5), "dairy", "B", 7.0).from("north").document("dA"));
    let answer = asked(&events, "B");
    assert_eq!(answer.kinds(), [IssueKind::Gap], "{:#?}", answer.issues);
    assert_eq!(paired(&answer)[0].3, Grade::Suspected);
}

#[test]
fn a_shipment_to_elsewhere_is_not_taken_for_what_came() {
    let mut events = two_farms();
    events[3] = ship("e3", at(1, 3), "south", "B", 7.0).to("shop").document("dB");
    events.push(both(receive("e4", at(1, 5), "dairy", "A", 5.0).from("north")).document("dA"));
    assert_eq!(asked(&events, "B").kinds(), [IssueKind::Gap]);
}

#[test]
fn of_two_trucks_under_one_paper_each_receipt_means_the_one_with_its_amount() {
    let sent = |id: &str, kg: f64| ship(id, on(1), "farm", "A", kg).to("hub").document("d1");
    let came =
        |id: &str, hour: i64, kg: f64| receive(id, at(1, hour), "hub", "A", kg).document("d1");
    for (first, second) in [(6.0, 4.0), (4.0, 6.0)] {
        let graph = graph(&[
            make("e0", on(1), "farm", "A", 10.0),
            sent("e1", 4.0),
            sent("e2", 6.0),
            came("e3", 5, first),
            came("e4", 6, second),
        ]);
        let answer = back(&graph, "A");
        assert_eq!(answer.kinds(), [], "{:#?}", answer.issues);
        assert_eq!(answer.moved().len(), 2, "{first}");
    }
}

#[test]
fn a_unit_that_goes_the_same_way_twice_goes_by_its_papers() {
    let [first, second] = [1, 2].map(|day| {
        let id = |what: &str| format!("{what}{day}");
        [
            pack(&id("pack"), at(day, 1), "store", "crate").holds("A", 5.0 * day as f64),
            haul(&id("ship"), "shipping", at(day, 2), "store", "crate").to("shop"),
            haul(&id("come"), "receiving", at(day, 3), "shop", "crate"),
            unpack(&id("open"), at(day, 4), "shop", "crate").holds("A", 5.0 * day as f64),
        ]
    });
    let mut events = vec![make("e0", at(1, 0), "store", "A", 15.0)];
    for (turn, paper) in [(first, "d1"), (second, "d2")] {
        let [packed, sent, came, opened] = turn;
        events.extend([packed, sent.document(paper), came.document(paper), opened]);
    }
    let answer = asked(&events, "A");
    assert_eq!(answer.kinds(), [], "{:#?}", answer.issues);
    let by: Vec<_> = paired(&answer).into_iter().map(|(_, _, by, _)| by).collect();
    assert_eq!(by, [Some(PairedBy::Unit); 2]);
}

/// One lot that lies in two stores.
fn two_stores() -> Vec<Facts> {
    vec![
        make("e0", at(1, 1), "mill", "A", 9.0),
        ship("e1", at(1, 2), "mill", "A", 5.0).to("north").document("d1"),
        receive("e2", at(1, 3), "north", "A", 5.0).document("d1"),
        ship("e3", at(1, 2), "mill", "A", 4.0).to("south").document("d2"),
        receive("e4", at(1, 3), "south", "A", 4.0).document("d2"),
        ship("e5", at(2, 2), "north", "A", 5.0).to("shop").document("d3"),
        ship("e6", at(2, 3), "south", "A", 4.0).to("shop").document("d4"),
    ]
}

#[test]
fn what_came_beyond_what_is_named_is_the_other_shipment_where_the_amounts_add_up() {
    let mut events = two_stores();
    events.push(receive("e7", at(2, 5), "shop", "A", 9.0).from("north").document("d3"));
    let answer = asked(&events, "A");
    assert_eq!(answer.kinds(), [], "{:#?}", answer.issues);
    let to_shop: Vec<_> = paired(&answer).into_iter().filter(|moved| moved.1 == "shop").collect();
    assert_eq!(
        to_shop,
        [
            ("north", "shop", Some(PairedBy::Document), Grade::Definite),
            ("south", "shop", Some(PairedBy::Place), Grade::Definite)
        ]
    );
}

#[test]
fn what_is_named_explains_its_amount_and_no_other_shipment_joins() {
    for kilograms in [5.0, 5_000.0] {
        let mut events = two_stores();
        let received = receive("e7", at(2, 5), "shop", "A", kilograms).from("north");
        events.push(received.document("d3"));
        let answer = asked(&events, "A");
        assert_eq!(answer.issues_of(IssueKind::NotReceived), [["e6"]], "{:#?}", answer.issues);
    }
}

#[test]
fn what_came_from_outside_was_there_also_where_some_of_it_comes_back() {
    // The shop writes down days only, so that its receipt seems to come first.
    let shop = |id, day, kg| receive(id, on(day), "shop", "A", kg);
    let graph = graph(&[
        receive("e0", at(1, 3), "hub", "A", 9.0).from("abroad"),
        ship("e1", at(1, 5), "hub", "A", 4.0).to("shop").document("d1"),
        shop("e2", 1, 4.0).from("hub").document("d1"),
        ship("e3", at(2, 1), "shop", "A", 1.0).to("hub").document("d2"),
        receive("e4", at(2, 2), "hub", "A", 1.0).from("shop").document("d2"),
    ]);
    let answer = back(&graph, "A");
    assert_eq!(answer.kinds(), [IssueKind::NoOrigin], "{:#?}", answer.issues);
}
