//! What lies between two items.

use std::collections::{BTreeMap, BTreeSet};

use laiqu_epcis::facts::Facts;
use proptest::prelude::*;

use crate::fixture::*;
use crate::{Answer, Direction, Graph, Question};

fn between(graph: &Graph, start: &str, to: &str, direction: Direction) -> Answer {
    graph.trace(&Question { to: Some(to.into()), ..Question::new(start, direction) })
}

/// `a` becomes `b` and `c`, both become `d`; `c` alone becomes `e`; `x` is also in `d`.
fn diamond() -> Graph {
    graph(&[
        make("e0", at(1, 1), "farm", "a", 9.0),
        make("e1", at(1, 2), "farm", "x", 1.0),
        transform("e2", at(2, 1), "mill").takes("a", 4.0).gives("b", 4.0),
        transform("e3", at(2, 2), "mill").takes("a", 4.0).gives("c", 4.0),
        transform("e4", at(3, 1), "mill")
            .takes("b", 1.0)
            .takes("c", 1.0)
            .takes("x", 1.0)
            .gives("d", 3.0),
        transform("e5", at(3, 2), "mill").takes("c", 1.0).gives("e", 1.0),
    ])
}

#[test]
fn every_path_between_two_lots_is_shown_and_nothing_beside_them() {
    let graph = diamond();
    let forward = between(&graph, "a", "d", Direction::Forward);
    assert_eq!(forward.ids(), ["a", "b", "c", "d"]);
    let ends = |answer: &Answer| -> BTreeSet<(String, String)> {
        let joining = answer.links.iter().filter(|link| link.from != link.to);
        joining.map(|link| (link.from.clone(), link.to.clone())).collect()
    };
    let pairs = [("a", "b"), ("a", "c"), ("b", "d"), ("c", "d")];
    let pairs: BTreeSet<_> = pairs.map(|(a, b)| (a.to_owned(), b.to_owned())).into();
    assert_eq!(ends(&forward), pairs);
    let back = between(&graph, "d", "a", Direction::Back);
    assert_eq!((ends(&back), back.ids()), (pairs, forward.ids()));
    // Either way, where nobody knows which is the source.
    assert_eq!(between(&graph, "d", "a", Direction::Both), back);
    assert_eq!(between(&graph, "d", "d", Direction::Both).ids(), ["d"]);
}

#[test]
fn where_no_path_leads_the_answer_is_empty() {
    let graph = diamond();
    let unknown = || vec!["unknown".to_owned()];
    for (start, to, direction, unknown) in [
        ("d", "a", Direction::Forward, Vec::new()),
        ("x", "e", Direction::Both, Vec::new()),
        ("a", "unknown", Direction::Both, unknown()),
        ("unknown", "a", Direction::Both, unknown()),
    ] {
        let answer = between(&graph, start, to, direction);
        assert_eq!(answer, Answer { unknown, ..Answer::default() }, "{start} {to}");
    }
}

#[test]
fn a_crate_that_is_used_again_is_no_path() {
    let graph = graph(&[
        pack("e0", at(1, 1), "farm", "crate").holds("first", 1.0),
        haul("e1", "receiving", at(2, 1), "mill", "crate"),
        unpack("e2", at(2, 2), "mill", "crate"),
        pack("e3", at(3, 1), "mill", "crate").holds("second", 1.0),
    ]);
    assert!(between(&graph, "first", "second", Direction::Both).lots.is_empty());
    assert_eq!(between(&graph, "crate", "first", Direction::Back).ids(), ["crate", "first"]);
}

#[test]
fn a_limit_that_hides_a_path_is_told() {
    let cut =
        Question { depth: Some(1), to: Some("d".into()), ..Question::new("a", Direction::Forward) };
    let answer = diamond().trace(&cut);
    assert!(answer.lots.is_empty() && answer.truncated);
}

proptest! {
    #[test]
    fn it_is_what_both_ways_have_in_common(
        edges in prop::collection::vec((0..8_u8, 0..8_u8), 1..20),
    ) {
        let (edges, events) = runs(&edges);
        let graph = graph(&events);
        for start in 0..8_u8 {
            let forward = reach(&edges, start);
            for end in 0..8_u8 {
                let ends = [start, end].map(|lot| lot.to_string());
                let answer = between(&graph, &ends[0], &ends[1], Direction::Forward);
                let mut expected: Vec<String> = (0..8_u8)
                    .filter(|one| forward.contains(one) && reach(&edges, *one).contains(&end))
                    .map(|one| one.to_string())
                    .collect();
                expected.retain(|_| forward.contains(&end));
                prop_assert_eq!(answer.ids(), expected, "{} to {}", start, end);
            }
        }
    }
}

/// Runs at one time each, from a lower to a higher lot.
fn runs(edges: &[(u8, u8)]) -> (BTreeMap<u8, BTreeSet<u8>>, Vec<Facts>) {
    let mut known: BTreeMap<u8, BTreeSet<u8>> = BTreeMap::new();
    let lots = 0..8_u8;
    let mut events: Vec<Facts> = lots
        .map(|lot| make(&format!("m{lot}"), at(1, 1), "mill", &lot.to_string(), 100.0))
        .collect();
    for (index, (a, b)) in edges.iter().enumerate().filter(|(_, (a, b))| a != b) {
        let (from, to) = (*a.min(b), *a.max(b));
        known.entry(from).or_default().insert(to);
        let run = transform(&format!("e{index}"), at(2 + i64::from(from), 1), "mill");
        events.push(run.takes(&from.to_string(), 1.0).gives(&to.to_string(), 1.0));
    }
    (known, events)
}

fn reach(edges: &BTreeMap<u8, BTreeSet<u8>>, start: u8) -> BTreeSet<u8> {
    let mut found = BTreeSet::from([start]);
    let mut open = vec![start];
    while let Some(one) = open.pop() {
        for next in edges.get(&one).into_iter().flatten() {
            if found.insert(*next) {
                open.push(*next);
            }
        }
    }
    found
}
