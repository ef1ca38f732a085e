//! What a trace from a place or a supplier starts at.

use laiqu_epcis::facts::{Action, Facts, ItemRole};

use crate::fixture::*;
use crate::{Answer, Direction, Graph, Interval, Question, Start, Visibility};

const PRODUCT: &str = "https://id.gs1.org/01/06901234000016";

fn days(from: i64, until: i64) -> Interval {
    Interval { from: from * DAY, until: until * DAY }
}

fn trace(graph: &Graph, start: Start, direction: Direction) -> Answer {
    graph.trace(&Question { start, ..Question::new("", direction) })
}

fn starts(answer: &Answer) -> Vec<&str> {
    answer.lots.iter().filter(|lot| lot.depth == 0).map(|lot| lot.id.as_str()).collect()
}

fn at_store(graph: &Graph, from: i64, until: i64) -> Answer {
    let start = Start::Place { place: "store".into(), during: days(from, until) };
    trace(graph, start, Direction::Forward)
}

/// Lot `early` leaves the store before `late` comes; `stays` is never seen again; a crate brings
/// `inside`.
fn store() -> Vec<Facts> {
    vec![
        make("e0", at(1, 1), "farm", "early", 5.0),
        receive("e1", at(2, 1), "store", "early", 5.0),
        ship("e2", at(4, 1), "store", "early", 5.0).to("shop"),
        receive("e3", at(5, 1), "shop", "early", 5.0),
        receive("e4", at(2, 1), "store", "stays", 1.0),
        receive("e5", at(6, 1), "store", "late", 1.0),
        pack("e6", at(1, 1), "farm", "crate").holds("inside", 2.0),
        haul("e7", "receiving", at(7, 1), "store", "crate"),
        make("e8", at(2, 1), "elsewhere", "never", 1.0),
    ]
}

#[test]
fn a_place_stands_for_what_was_or_may_have_been_there_meanwhile() {
    let graph = graph(&store());
    assert_eq!(starts(&at_store(&graph, 3, 4)), ["early", "stays"], "there all the time");
    assert_eq!(starts(&at_store(&graph, 5, 6)), ["stays"], "early has left, late is not there");
    assert_eq!(starts(&at_store(&graph, 6, 7)), ["late", "stays"]);
    assert_eq!(starts(&at_store(&graph, 7, 9)), ["crate", "inside", "late", "stays"]);
    assert_eq!(starts(&at_store(&graph, 0, 1)), Vec::<&str>::new());
    let events = at_store(&graph, 3, 4).event_ids().join(" ");
    assert_eq!(events, "e0 e1 e2 e3 e4", "the whole life of what was there");
}

#[test]
fn a_supplier_stands_for_what_it_made_or_shipped_meanwhile() {
    let graph = graph_by(&[
        ("urn:p:one", make("e0", at(1, 1), "farm", "a", 1.0)),
        ("urn:p:one", make("e1", at(5, 1), "farm", "b", 1.0)),
        (
            "urn:p:two",
            transform("e2", at(6, 1), "mill").takes("a", 1.0).takes("b", 1.0).gives("c", 2.0),
        ),
    ]);
    let supplied = |party: &str, from, until| {
        let start = Start::Supplier { party: party.into(), during: days(from, until) };
        trace(&graph, start, Direction::Forward)
    };
    assert_eq!(supplied("urn:p:one", 0, 3).ids(), ["a", "c"]);
    assert_eq!(starts(&supplied("urn:p:one", 0, 9)), ["a", "b"]);
    assert_eq!(starts(&supplied("urn:p:two", 0, 9)), ["c"], "what it took in is not its own");
    assert!(supplied("urn:p:none", 0, 9).lots.is_empty());
    let start = Start::Supplier { party: "urn:p:one".into(), during: days(0, 9) };
    let visible_to = Some(Visibility { party: "urn:p:two".into() });
    let seen = Question { start, visible_to, ..Question::new("", Direction::Forward) };
    assert!(graph.trace(&seen).lots.is_empty(), "only records that concern who asks");
}

#[test]
fn food_without_a_lot_starts_from_the_records_of_that_place_alone() {
    let sold = |id: &str, day, place: &str| {
        object(id, Action::Delete, "retail_selling", at(day, 1), place).class(
            ItemRole::Subject,
            PRODUCT,
            1.0,
        )
    };
    let graph = graph(&[sold("e0", 2, "store"), sold("e1", 2, "other"), sold("e2", 5, "store")]);
    assert_eq!(at_store(&graph, 1, 3).event_ids(), ["e0"]);
}

#[test]
fn several_items_give_what_each_of_them_gives() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "a", 1.0),
        make("e1", at(1, 2), "farm", "b", 1.0),
        transform("e2", at(2, 1), "mill").takes("a", 1.0).gives("c", 1.0),
        transform("e3", at(3, 1), "mill").takes("b", 1.0).gives("d", 1.0),
    ]);
    let both = Start::Items(vec!["a".into(), "b".into(), "a".into(), "unknown".into()]);
    let answer = trace(&graph, both, Direction::Forward);
    assert_eq!(starts(&answer), ["a", "b"]);
    assert_eq!(answer.ids(), ["a", "b", "c", "d"]);
    assert_eq!(answer.unknown, ["unknown"]);
}
