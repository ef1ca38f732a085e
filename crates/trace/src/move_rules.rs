//! One test for each rule of movement: pairing, gaps, order and amounts.

use laiqu_epcis::facts::Action;

use crate::fixture::*;
use crate::{Answer, Grade, IssueKind, Reason};

fn check(answer: &Answer, kinds: &[IssueKind]) {
    assert_eq!(answer.kinds(), kinds, "{:#?}", answer.issues);
}

fn used(time: i64, place: &str, kg: f64) -> laiqu_epcis::facts::Facts {
    transform("use", at(time, 1), place).takes("lot", kg).gives("out", kg)
}

#[test]
fn a_jump_without_records_is_one_gap() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        object("e1", Action::Observe, "inspecting", at(2, 1), "plant").class(
            laiqu_epcis::facts::ItemRole::Subject,
            "lot",
            5.0,
        ),
        used(3, "plant", 5.0),
    ]);
    let answer = back(&graph, "out");
    check(&answer, &[IssueKind::Gap]);
    assert_eq!(answer.issues_of(IssueKind::Gap), [["e0", "e1"]]);
    assert_eq!(answer.lot("lot"), (Grade::Suspected, vec![Reason::UnrecordedMove]));
    assert_eq!(answer.moved(), [("farm", "plant", Grade::Suspected)]);
}

#[test]
fn a_lost_shipment_and_the_next_sighting_are_one_gap() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("depot"),
        used(3, "plant", 5.0),
    ]);
    let answer = back(&graph, "out");
    check(&answer, &[IssueKind::Gap]);
    assert_eq!(answer.issues_of(IssueKind::Gap), [["e1", "use"]]);
}

#[test]
fn a_shipment_to_where_it_is_seen_next_is_one_sided() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("plant"),
        used(3, "plant", 5.0),
    ]);
    let answer = back(&graph, "out");
    check(&answer, &[IssueKind::Gap]);
    assert_eq!(answer.lot("lot"), (Grade::Suspected, vec![Reason::OneSided]));
}

#[test]
fn a_shipment_without_a_later_sighting_is_not_received() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("plant"),
    ]);
    check(&back(&graph, "lot"), &[IssueKind::NotReceived]);
}

#[test]
fn use_without_an_origin_is_no_gap() {
    let answer = back(&graph(&[used(3, "plant", 5.0)]), "out");
    check(&answer, &[IssueKind::NoOrigin]);
    assert_eq!(answer.lot("lot").0, Grade::Definite);
}

#[test]
fn receipts_dated_after_the_use_are_suspected_and_kept() {
    let graph = graph(&[
        make("e0", at(1, 1), "mill", "lot", 5.0),
        used(3, "plant", 5.0),
        ship("e2", at(20, 1), "mill", "lot", 5.0),
        receive("e3", at(20, 4), "plant", "lot", 5.0),
    ]);
    let answer = back(&graph, "out");
    check(&answer, &[IssueKind::OutOfOrder]);
    for event in ["e0", "e2", "e3"] {
        assert_eq!(answer.event(event), (Grade::Suspected, vec![Reason::OutOfOrder]));
    }
    assert_eq!(answer.event("use").0, Grade::Definite);
}

#[test]
fn clocks_may_differ_by_the_tolerance_and_dates_mean_whole_days() {
    let mut late = receive("e1", at(2, 1), "plant", "lot", 5.0);
    late.time.micros += 14 * 60_000_000;
    let sent = ship("e2", at(1, 1), "farm", "lot", 5.0).to("plant");
    let origin = make("e0", on(1), "farm", "lot", 5.0);
    let events = [origin.clone(), sent.clone(), late.clone(), used(2, "plant", 5.0)];
    check(&back(&graph(&events), "out"), &[]);
    late.time.micros += 2 * 60_000_000;
    let events = [origin.clone(), sent.clone(), late, used(2, "plant", 5.0)];
    check(&back(&graph(&events), "out"), &[IssueKind::OutOfOrder]);
    let dated = receive("e1", at(2, 20), "plant", "lot", 5.0);
    let used = transform("use", on(2), "plant").takes("lot", 5.0).gives("out", 5.0);
    check(&back(&graph(&[origin, sent, dated, used]), "out"), &[]);
}

#[test]
fn two_trucks_and_one_receipt_pair() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 9.0),
        ship("e1", at(1, 2), "farm", "lot", 4.0).to("plant").document("d1"),
        ship("e2", at(1, 3), "farm", "lot", 5.0).to("plant").document("d2"),
        receive("e3", at(1, 8), "plant", "lot", 9.0),
        used(2, "plant", 9.0),
    ]);
    let answer = back(&graph, "out");
    check(&answer, &[]);
    assert_eq!(answer.moved().len(), 2);
}

#[test]
fn one_truck_and_two_receipts_pair() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 9.0),
        ship("e1", at(1, 2), "farm", "lot", 9.0).to("plant"),
        receive("e2", at(1, 8), "plant", "lot", 4.0),
        receive("e3", at(1, 9), "plant", "lot", 5.0),
        used(2, "plant", 9.0),
    ]);
    check(&back(&graph, "out"), &[]);
}

#[test]
fn documents_decide_between_shipments() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 10.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).document("d1"),
        ship("e2", at(1, 3), "farm", "lot", 5.0).document("d2"),
        receive("e3", at(1, 8), "shop", "lot", 5.0).document("d2"),
    ]);
    let answer = back(&graph, "lot");
    check(&answer, &[IssueKind::NotReceived]);
    assert_eq!(answer.issues_of(IssueKind::NotReceived), [["e1"]]);
}

#[test]
fn stages_and_witnesses_of_one_shipment_are_one() {
    let graph = graph_by(&[
        ("urn:p:farm", make("e0", at(1, 1), "farm", "lot", 5.0)),
        ("urn:p:farm", ship("e1", at(1, 2), "farm", "lot", 5.0).to("plant")),
        ("urn:p:truck", ship("e2", at(1, 2), "farm", "lot", 4.0).to("plant")),
        (
            "urn:p:truck",
            object("e3", Action::Observe, "departing", at(1, 3), "farm").class(
                laiqu_epcis::facts::ItemRole::Subject,
                "lot",
                5.0,
            ),
        ),
        ("urn:p:plant", receive("e4", at(1, 9), "plant", "lot", 5.0)),
    ]);
    let answer = back(&graph, "lot");
    check(&answer, &[IssueKind::ConflictingWitness]);
    assert_eq!(answer.moved().len(), 1);
}

#[test]
fn two_days_of_one_lot_are_two_movements_where_amounts_cannot_be_compared() {
    let cases = |facts: laiqu_epcis::facts::Facts, cases: f64| {
        let mut facts =
            facts.class(laiqu_epcis::facts::ItemRole::Subject, "lot", cases).document("d2");
        if let Some(quantity) = facts.items.last_mut().and_then(|item| item.quantity.as_mut()) {
            quantity.unit = Some("CS".into());
        }
        facts
    };
    let sent = object("e4", Action::Observe, "departing", at(2, 2), "farm").to("plant");
    let came = object("e5", Action::Observe, "arriving", at(2, 4), "plant");
    let graph = graph_by(&[
        ("urn:p:farm", make("e0", at(1, 1), "farm", "lot", 90.0)),
        ("urn:p:farm", ship("e1", at(1, 4), "farm", "lot", 70.0).to("plant").document("d1")),
        // The paper of the first delivery is lost.
        ("urn:p:plant", receive("e2", at(1, 6), "plant", "lot", 70.0)),
        ("urn:p:farm", ship("e3", at(2, 2), "farm", "lot", 5.0).to("plant").document("d2")),
        ("urn:p:truck", cases(sent, 1.0)),
        ("urn:p:truck", cases(came, 1.0)),
        ("urn:p:plant", receive("e6", at(2, 4), "plant", "lot", 5.0).document("d2")),
    ]);
    let answer = back(&graph, "lot");
    check(&answer, &[]);
    assert_eq!(answer.moved().len(), 2);
}

#[test]
fn a_voided_shipping_is_no_shipping() {
    let lot = |facts: laiqu_epcis::facts::Facts| {
        facts.class(laiqu_epcis::facts::ItemRole::Subject, "lot", 5.0)
    };
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("plant"),
        lot(object("e2", Action::Observe, "void_shipping", at(1, 3), "farm")),
        used(2, "farm", 5.0),
    ]);
    check(&back(&graph, "out"), &[]);
}

#[test]
fn a_return_is_a_new_arrival() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("shop"),
        receive("e2", at(1, 4), "shop", "lot", 5.0),
        ship("e3", at(2, 1), "shop", "lot", 5.0).to("farm"),
        receive("e4", at(2, 4), "farm", "lot", 5.0),
        used(3, "farm", 5.0),
    ]);
    let answer = back(&graph, "out");
    check(&answer, &[]);
    assert_eq!(answer.moved().len(), 2);
}

#[test]
fn rooms_of_one_site_are_one_place() {
    let dock = "https://id.gs1.org/414/6901234000016/254/dock";
    let room = "https://id.gs1.org/414/6901234000016/254/room";
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("https://id.gs1.org/414/6901234000016"),
        receive("e2", at(1, 4), dock, "lot", 5.0),
        used(3, room, 5.0),
    ]);
    check(&back(&graph, "out"), &[]);
}

#[test]
fn amounts_that_differ_are_issues() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("e1", at(1, 2), "farm", "lot", 5.0).to("plant"),
        receive("e2", at(1, 4), "plant", "lot", 5000.0),
    ]);
    let answer = back(&graph, "lot");
    check(&answer, &[IssueKind::QuantityMismatch]);
    assert!(answer.issues.first().unwrap().detail.to_string().contains("about 1000"));
}

#[test]
fn using_more_than_was_there_is_suspected() {
    let graph = graph(&[make("e0", at(1, 1), "farm", "lot", 9876.0), used(2, "farm", 10_000.0)]);
    let answer = back(&graph, "out");
    check(&answer, &[IssueKind::QuantityMismatch]);
    assert_eq!(answer.lot("lot"), (Grade::Suspected, vec![Reason::QuantityExceeds]));
}

#[test]
fn an_entry_from_outside_is_no_gap() {
    let graph = graph(&[
        receive("e0", at(1, 1), "north", "lot", 5.0).from("abroad"),
        receive("e1", at(1, 2), "south", "lot", 5.0).from("abroad"),
    ]);
    check(&back(&graph, "lot"), &[IssueKind::NoOrigin, IssueKind::NoOrigin]);
}
