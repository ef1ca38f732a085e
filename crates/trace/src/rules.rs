//! One test for each rule of what belongs to an answer and how sure it is.

use laiqu_epcis::facts::{Action, ItemRole};

use crate::fixture::*;
use crate::{Answer, Direction, Grade, IssueKind, LinkKind, Question, Reason, Visibility};

const DEFINITE: (Grade, Vec<Reason>) = (Grade::Definite, Vec::new());

fn suspected(reasons: &[Reason]) -> (Grade, Vec<Reason>) {
    (Grade::Suspected, reasons.to_vec())
}

/// Milk of two farms becomes cheese, which is sold.
fn dairy() -> Vec<laiqu_epcis::facts::Facts> {
    vec![
        make("e0", at(1, 1), "farm-a", "milk-a", 100.0),
        make("e1", at(1, 1), "farm-b", "milk-b", 50.0),
        ship("e2", at(1, 2), "farm-a", "milk-a", 100.0).to("dairy"),
        ship("e3", at(1, 2), "farm-b", "milk-b", 50.0).to("dairy"),
        receive("e4", at(1, 5), "dairy", "milk-a", 100.0),
        receive("e5", at(1, 6), "dairy", "milk-b", 50.0),
        transform("e6", at(2, 1), "dairy")
            .takes("milk-a", 100.0)
            .takes("milk-b", 50.0)
            .gives("cheese", 15.0),
        ship("e7", at(3, 1), "dairy", "cheese", 15.0).to("shop"),
        receive("e8", at(3, 4), "shop", "cheese", 15.0),
        sell("e9", at(4, 1), "shop", "cheese", 15.0),
    ]
}

#[test]
fn what_is_recorded_in_order_is_definite_both_ways() {
    let graph = graph(&dairy());
    let answer = back(&graph, "cheese");
    assert_eq!(answer.ids(), ["cheese", "milk-a", "milk-b"]);
    assert_eq!(answer.events.len(), 10);
    assert!(answer.issues.is_empty(), "{:?}", answer.issues);
    assert!(answer.lots.iter().all(|lot| lot.grade == Grade::Definite));
    assert!(answer.events.iter().all(|event| event.grade == Grade::Definite));
    assert_eq!(answer.places, ["dairy", "farm-a", "farm-b", "shop"]);
    assert_eq!(answer.moved().len(), 3);
    let answer = forward(&graph, "milk-a");
    assert_eq!(answer.ids(), ["cheese", "milk-a"]);
    assert_eq!(answer.event_ids(), ["e0", "e2", "e4", "e6", "e7", "e8", "e9"]);
}

#[test]
fn both_ways_is_no_zigzag() {
    let answer = graph(&dairy()).trace(&Question::new("milk-a", Direction::Both));
    assert_eq!(answer.ids(), ["cheese", "milk-a"]);
}

#[test]
fn the_graph_finds_events_and_counts() {
    let graph = graph(&dairy());
    assert_eq!(graph.events_of("milk-b"), [1, 3, 5, 6].map(position));
    assert!(graph.contains("cheese") && !graph.contains("dairy"));
    assert_eq!((graph.events_count(), graph.items_count()), (10, 3));
    for unknown in ["nothing", "dairy"] {
        let nothing = Answer { unknown: vec![unknown.into()], ..Answer::default() };
        assert_eq!(back(&graph, unknown), nothing);
    }
}

#[test]
fn depth_and_lots_max_say_that_they_cut() {
    let graph = graph(&dairy());
    let ask = |depth, lots_max| {
        graph.trace(&Question { depth, lots_max, ..Question::new("cheese", Direction::Back) })
    };
    let cut = ask(Some(0), 10);
    assert!(cut.truncated && cut.ids() == ["cheese"] && cut.links.len() == 1);
    assert!(!ask(Some(1), 10).truncated);
    let cut = ask(None, 2);
    assert!(cut.truncated);
    assert_eq!(cut.ids(), ["cheese", "milk-a"]);
    assert!(ask(None, 0).truncated);
}

#[test]
fn a_transformation_id_joins_events_of_one_issuer() {
    let part = |id: &str| transform(id, at(1, 1), "mill").run("run-1");
    let graph = graph_by(&[
        ("urn:p:a", part("e0").takes("in-1", 1.0)),
        ("urn:p:a", part("e1").takes("in-2", 1.0).gives("out-1", 1.0)),
        ("urn:p:a", part("e2").gives("out-2", 1.0)),
        ("urn:p:b", part("e3").takes("in-3", 1.0).gives("out-3", 1.0)),
    ]);
    assert_eq!(back(&graph, "out-1").ids(), ["in-1", "in-2", "out-1"]);
    assert_eq!(forward(&graph, "in-1").ids(), ["in-1", "out-1", "out-2"]);
    assert_eq!(back(&graph, "out-3").ids(), ["in-3", "out-3"]);
}

#[test]
fn a_packed_unit_is_made_of_its_contents_and_keeps_them_apart() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot-1", 10.0),
        make("e1", at(1, 1), "farm", "lot-2", 10.0),
        pack("e2", at(1, 2), "farm", "pallet").holds("lot-1", 10.0).holds("lot-2", 10.0),
        haul("e3", "shipping", at(1, 3), "farm", "pallet").to("shop"),
        haul("e4", "receiving", at(1, 4), "shop", "pallet"),
        sell("e5", at(1, 5), "shop", "lot-1", 10.0),
    ]);
    let start = back(&graph, "pallet");
    assert_eq!(start.ids(), ["lot-1", "lot-2", "pallet"]);
    assert_eq!(start.ids(), forward(&graph, "pallet").ids());
    let lot = forward(&graph, "lot-1");
    assert_eq!(lot.ids(), ["lot-1"]);
    assert_eq!(lot.event_ids(), ["e0", "e2", "e5"]);
    assert_eq!(lot.moved(), [("farm", "shop", Grade::Definite)]);
    assert!(lot.issues.is_empty(), "{:?}", lot.issues);
    let climbed = with_containers(&graph, "lot-1", Direction::Forward);
    assert_eq!(climbed.ids(), ["lot-1", "pallet"]);
    assert_eq!(climbed.event_ids(), ["e0", "e2", "e3", "e4", "e5"]);
}

#[test]
fn a_crate_that_is_used_again_mixes_nothing() {
    let graph = graph(&[
        pack("e0", at(1, 1), "farm", "crate").holds("old", 5.0),
        haul("e1", "shipping", at(1, 2), "farm", "crate").to("shop"),
        haul("e2", "receiving", at(1, 3), "shop", "crate"),
        unpack("e3", on(1), "shop", "crate"),
        pack("e4", at(2, 1), "shop", "crate").holds("new", 5.0),
        haul("e5", "shipping", at(2, 2), "shop", "crate").to("canteen"),
        transform("e6", at(2, 6), "canteen").unit(ItemRole::Input, "crate").gives("soup", 9.0),
    ]);
    let new = with_containers(&graph, "new", Direction::Forward);
    assert_eq!(new.ids(), ["crate", "new", "soup"]);
    assert_eq!(new.event_ids(), ["e4", "e5", "e6"]);
    let old = with_containers(&graph, "old", Direction::Forward);
    assert_eq!(old.event_ids(), ["e0", "e1", "e2", "e3"]);
    assert_eq!(back(&graph, "soup").ids(), ["crate", "new", "soup"]);
    assert_eq!(back(&graph, "crate").ids(), ["crate", "new", "old"]);
}

#[test]
fn unpacking_in_part_leaves_the_rest_inside() {
    let graph = graph(&[
        pack("e0", at(1, 1), "farm", "pallet").holds("a", 5.0).holds("b", 5.0),
        haul("e1", "shipping", at(1, 2), "farm", "pallet").to("depot"),
        haul("e2", "receiving", at(1, 4), "depot", "pallet"),
        unpack("e3", at(1, 5), "depot", "pallet").holds("a", 5.0).holds("b", 2.0),
        haul("e4", "shipping", at(1, 6), "depot", "pallet").to("shop"),
        haul("e5", "receiving", at(1, 8), "shop", "pallet"),
    ]);
    let a = with_containers(&graph, "a", Direction::Forward);
    assert_eq!(a.event_ids(), ["e0", "e1", "e2", "e3"]);
    let b = with_containers(&graph, "b", Direction::Forward);
    assert_eq!(b.event_ids(), ["e0", "e1", "e2", "e3", "e4", "e5"]);
}

#[test]
fn contents_seen_without_a_packing_are_inferred() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "lot", 5.0),
        haul("e1", "shipping", at(1, 2), "farm", "pallet").to("shop"),
        look("e2", "receiving", at(1, 4), "shop", "pallet").holds("lot", 5.0),
    ]);
    let answer = back(&graph, "pallet");
    assert_eq!(answer.lot("lot"), suspected(&[Reason::InferredContainment]));
    assert_eq!(answer.moved().len(), 2);
    assert!(answer.issues.is_empty(), "{:?}", answer.issues);
}

#[test]
fn instances_and_their_lot_find_each_other() {
    let pack = |n: i32| format!("https://id.gs1.org/01/06901234000016/21/{n}");
    let lot = "https://id.gs1.org/01/06901234000016/10/L1";
    let sold = |id: &str, n: i32| {
        object(id, Action::Delete, "retail_selling", at(3, 1), "plant")
            .unit(ItemRole::Subject, &pack(n))
            .lot(lot)
    };
    let graph = graph(&[
        transform("e0", at(1, 1), "plant").takes("raw", 5.0).gives(lot, 4.0),
        sold("e1", 1),
        sold("e2", 2),
    ]);
    assert_eq!(back(&graph, &pack(1)).ids(), [lot, &pack(1), "raw"]);
    assert_eq!(forward(&graph, "raw").ids(), [lot, &pack(1), &pack(2), "raw"]);
    let links = forward(&graph, "raw").links;
    assert_eq!(links.iter().filter(|link| link.kind == LinkKind::MemberOf).count(), 2);
}

#[test]
fn unlotted_food_is_attributed_to_what_was_on_hand() {
    let product = "https://id.gs1.org/01/06901234000016";
    let (used, left) = (format!("{product}/10/USED"), format!("{product}/10/LEFT"));
    let elsewhere = format!("{product}/10/ELSEWHERE");
    let graph = graph(&[
        receive("e0", at(1, 1), "shop", &used, 5.0),
        sell("e1", at(2, 1), "shop", &used, 5.0),
        receive("e2", at(1, 1), "shop", &left, 5.0),
        receive("e3", at(1, 1), "other", &elsewhere, 5.0),
        object("e4", Action::Delete, "retail_selling", at(5, 1), "shop").class(
            ItemRole::Subject,
            product,
            1.0,
        ),
        object("e5", Action::Delete, "retail_selling", at(5, 1), "other").class(
            ItemRole::Subject,
            product,
            1.0,
        ),
    ]);
    let answer = forward(&graph, &left);
    assert_eq!(answer.event_ids(), ["e2", "e4"]);
    assert_eq!(answer.lot(product), suspected(&[Reason::Unlotted]));
    assert_eq!(forward(&graph, &used).event_ids(), ["e0", "e1"]);
    let answer = back(&graph, product);
    assert_eq!(answer.ids(), [product, elsewhere.as_str(), left.as_str()]);
    assert_eq!(answer.lot(&left), suspected(&[Reason::Unlotted]));
}

#[test]
fn an_event_that_did_not_occur_links_nothing_from_then_on() {
    let mut events = dairy();
    let mut declared = events.get(6).unwrap().clone();
    declared = declared.error("did_not_occur", &[]);
    events.push(declared);
    let answer = back(&graph(&events), "cheese");
    assert_eq!(answer.ids(), ["cheese"]);
    assert_eq!(answer.event("e6"), suspected(&[Reason::ErrorDeclared]));
    assert_eq!(answer.issues_of(IssueKind::ErrorDeclared), [["e6"]]);
    let last = events.pop().unwrap();
    events.insert(0, last);
    assert_eq!(back(&graph(&events), "cheese").ids().len(), 3, "only earlier positions");
}

#[test]
fn incorrect_data_is_suspected_until_it_is_corrected() {
    let mut events = dairy();
    let wrong = events.get(6).unwrap().clone();
    events.push(wrong.error("incorrect_data", &["fix"]));
    let answer = back(&graph(&events), "cheese");
    assert_eq!(answer.lot("milk-a"), suspected(&[Reason::ErrorDeclared]));
    events.push(transform("fix", at(2, 1), "dairy").takes("milk-b", 50.0).gives("cheese", 5.0));
    let answer = back(&graph(&events), "cheese");
    assert_eq!(answer.ids(), ["cheese", "milk-b"]);
    assert_eq!(answer.lot("milk-b"), DEFINITE);
}

#[test]
fn a_declaration_by_somebody_else_is_a_dispute() {
    let events = dairy();
    let declared = events.get(6).unwrap().clone().error("did_not_occur", &[]);
    let mut by: Vec<_> = events.into_iter().map(|facts| ("urn:p:one", facts)).collect();
    by.push(("urn:p:two", declared));
    let answer = back(&graph_by(&by), "cheese");
    assert_eq!(answer.lot("milk-a"), DEFINITE);
    assert_eq!(answer.event("e6"), (Grade::Definite, vec![Reason::Disputed]));
    assert_eq!(answer.issues_of(IssueKind::Disputed), [["e6"]]);
}

#[test]
fn lots_made_from_each_other_are_a_cycle() {
    let graph = graph(&[
        transform("e0", at(1, 1), "mill").takes("a", 1.0).gives("b", 1.0),
        transform("e1", at(1, 2), "mill").takes("b", 1.0).gives("a", 1.0),
        transform("e2", at(1, 3), "mill").takes("b", 1.0).gives("c", 1.0),
    ]);
    let answer = back(&graph, "c");
    assert_eq!(answer.ids(), ["a", "b", "c"]);
    assert_eq!(answer.issues_of(IssueKind::Cycle), [["e0", "e1"]]);
}

#[test]
fn a_party_sees_what_it_issued_and_what_names_it() {
    let events = dairy().into_iter().enumerate().map(|(index, facts)| match index {
        2 => ("urn:p:farm", facts.owner_to("urn:p:dairy")),
        0 | 1 | 3 => ("urn:p:farm", facts),
        _ => ("urn:p:dairy", facts),
    });
    let graph = graph_by(&events.collect::<Vec<_>>());
    let ask = |party: &str| {
        let visible_to = Some(Visibility { party: party.to_owned() });
        graph.trace(&Question { visible_to, ..Question::new("cheese", Direction::Back) })
    };
    assert_eq!(ask("urn:p:dairy").event_ids(), ["e2", "e4", "e5", "e6", "e7", "e8", "e9"]);
    assert!(ask("urn:p:farm").lots.is_empty());
    assert!(ask("urn:p:unknown").lots.is_empty());
}

#[test]
fn the_json_shape_is_stable() {
    let answer = back(&graph(&dairy()), "cheese");
    let json = serde_json::to_value(&answer).unwrap();
    let lot = &json["lots"][0];
    assert_eq!(lot["id"], "cheese");
    assert_eq!((&lot["kind"], &lot["grade"]), (&"lot".into(), &"definite".into()));
    assert_eq!(lot["quantity_kg"], serde_json::json!({"min": 15.0, "max": 15.0}));
    let event = &json["events"][0];
    assert_eq!(event["position"], serde_json::json!({"index": 0, "ordinal": 0}));
    assert_eq!(event["type"], "ObjectEvent");
    let transformed = |link: &&serde_json::Value| link["kind"] == "transformed";
    let link = json["links"].as_array().unwrap().iter().find(transformed).unwrap();
    assert_eq!(link["quantity"], serde_json::json!({"amount": 100.0, "unit": "KGM"}));
    assert_eq!(link["event"], "e6");
    assert_eq!(json["truncated"], false);
}
