//! What limits of a walk leave out, and that the answer says so.

use std::collections::BTreeSet;

use laiqu_epcis::facts::{Action, Facts, ItemRole};
use proptest::prelude::*;

use crate::fixture::*;
use crate::{Answer, Cut, Direction, Graph, Interval, Limit, Question, Visibility};

fn ask(graph: &Graph, start: &str, direction: Direction, from: i64, until: i64) -> Answer {
    let within = Some(Interval { from: from * DAY, until: until * DAY });
    graph.trace(&Question { within, ..Question::new(start, direction) })
}

fn limits(answer: &Answer) -> Vec<Limit> {
    assert_eq!(answer.truncated, !answer.cut.is_empty());
    answer.cut.iter().map(|cut| cut.limit).collect()
}

fn cut_by_time(answer: &Answer, ids: &[&str]) {
    assert_eq!((answer.ids().as_slice(), limits(answer).as_slice()), (ids, &[Limit::Time][..]));
}

/// `a` becomes `b` on day 2, `b` becomes `c` on day 4, `c` becomes `d` on day 6.
fn chain() -> Vec<Facts> {
    vec![
        make("e0", at(1, 1), "farm", "a", 9.0),
        transform("e1", at(2, 1), "mill").takes("a", 4.0).gives("b", 4.0),
        transform("e2", at(4, 1), "mill").takes("b", 4.0).gives("c", 4.0),
        transform("e3", at(6, 1), "mill").takes("c", 4.0).gives("d", 4.0),
        sell("e4", at(9, 1), "shop", "d", 4.0),
    ]
}

#[test]
fn only_events_that_may_have_happened_then_are_followed() {
    let graph = graph(&chain());
    let forward = ask(&graph, "a", Direction::Forward, 1, 5);
    cut_by_time(&forward, &["a", "b", "c"]);
    let back = ask(&graph, "d", Direction::Back, 3, 9);
    cut_by_time(&back, &["b", "c", "d"]);
    assert_eq!(back.event_ids(), ["e1", "e2", "e3", "e4"], "all of the life of what was reached");
    let whole = ask(&graph, "a", Direction::Forward, 2, 7);
    assert_eq!(whole, graph.trace(&Question::new("a", Direction::Forward)));
    assert!(!whole.truncated, "events that nothing is followed by cut nothing");
    let none = ask(&graph, "b", Direction::Both, 20, 30);
    cut_by_time(&none, &["b"]);
}

#[test]
fn a_day_without_an_hour_may_be_any_moment_of_it() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "a", 9.0),
        transform("e1", on(3), "mill").takes("a", 4.0).gives("b", 4.0),
    ]);
    let evening = |day: i64| Interval { from: day * DAY + 20 * HOUR, until: day * DAY + 21 * HOUR };
    let ask = |within| {
        graph.trace(&Question { within: Some(within), ..Question::new("a", Direction::Forward) })
    };
    assert_eq!(ask(evening(3)).ids(), ["a", "b"]);
    assert_eq!(ask(evening(2)).ids(), ["a"]);
}

#[test]
fn both_ends_of_a_run_lie_in_the_time() {
    let graph = graph(&[
        make("e0", at(1, 1), "farm", "a", 9.0),
        transform("e1", at(2, 1), "mill").takes("a", 4.0).run("run"),
        transform("e2", at(5, 1), "mill").gives("b", 4.0).run("run"),
    ]);
    for (start, direction) in [("a", Direction::Forward), ("b", Direction::Back)] {
        assert_eq!(ask(&graph, start, direction, 2, 6).ids(), ["a", "b"]);
        for (from, until) in [(1, 4), (3, 9)] {
            let cut = ask(&graph, start, direction, from, until);
            cut_by_time(&cut, &[start]);
        }
    }
}

#[test]
fn packing_mentions_and_packs_of_a_lot_are_followed_in_their_time() {
    const PRODUCT: &str = "https://id.gs1.org/01/06901234000016";
    let lot = format!("{PRODUCT}/10/A");
    let pack_of_it = "https://id.gs1.org/01/06901234000016/21/1";
    let graph = graph(&[
        make("e0", at(1, 1), "farm", &lot, 9.0),
        pack("e1", at(2, 1), "farm", "crate").holds(&lot, 2.0),
        object("e2", Action::Add, "commissioning", at(4, 1), "farm")
            .unit(ItemRole::Subject, pack_of_it)
            .lot(&lot),
        object("e3", Action::Delete, "retail_selling", at(6, 1), "farm").class(
            ItemRole::Subject,
            PRODUCT,
            1.0,
        ),
    ]);
    let back = |from, until| ask(&graph, "crate", Direction::Back, from, until);
    assert_eq!(back(2, 3).ids(), ["crate", lot.as_str()]);
    cut_by_time(&back(3, 9), &["crate"]);
    let forward = |from, until| ask(&graph, &lot, Direction::Forward, from, until);
    assert_eq!(forward(1, 3).ids(), [lot.as_str()]);
    assert_eq!(forward(4, 5).ids(), [lot.as_str(), pack_of_it]);
    assert_eq!(forward(6, 7).ids(), [PRODUCT, lot.as_str()]);
    let loose = |from, until| ask(&graph, PRODUCT, Direction::Back, from, until);
    assert_eq!(loose(6, 7).ids(), [PRODUCT, lot.as_str()]);
    let none = loose(1, 3);
    assert!(none.lots.is_empty() && limits(&none) == [Limit::Time] && none.unknown.is_empty());
    let within = Some(Interval { from: 3 * DAY, until: 9 * DAY });
    let climbed = Question { within, containers: true, ..Question::new(&lot, Direction::Forward) };
    let climbed = graph.trace(&climbed);
    assert!(!climbed.ids().contains(&"crate") && limits(&climbed) == [Limit::Time]);
}

#[test]
fn each_limit_that_cut_is_named_with_what_it_allows() {
    let graph = graph(&chain());
    let cut = |limit, most| vec![Cut { limit, most: Some(most) }];
    let question = Question::new("a", Direction::Forward);
    let near = graph.trace(&Question { depth: Some(2), ..question.clone() });
    assert_eq!(near.cut, cut(Limit::Depth, 2));
    assert_eq!(graph.trace(&Question { depth: Some(3), ..question.clone() }).cut, []);
    let few = graph.trace(&Question { lots_max: 2, ..question.clone() });
    assert_eq!((few.ids(), &few.cut), (vec!["a", "b"], &cut(Limit::Lots, 2)));
    let few = graph.trace(&Question { links_max: 1, ..question.clone() });
    assert_eq!(few.cut, cut(Limit::Links, 1));
    let within = Some(Interval { from: 0, until: 3 * DAY });
    let both = graph.trace(&Question { depth: Some(0), within, ..question.clone() });
    assert_eq!(both.cut, cut(Limit::Depth, 0), "nothing at hand is beyond the time");
    let back = Question { direction: Direction::Both, ..Question::new("b", Direction::Both) };
    let both = graph.trace(&Question { depth: Some(0), within, ..back });
    let time = Cut { limit: Limit::Time, most: None };
    assert_eq!(both.cut, [cut(Limit::Depth, 0), vec![time]].concat());
}

#[test]
fn what_may_not_be_seen_cuts_nothing() {
    let mill = chain().into_iter().map(|facts| {
        let is_late = facts.event_id.as_ref() > "e2";
        (if is_late { "urn:p:other" } else { "urn:p:mill" }, facts)
    });
    let graph = graph_by(&mill.collect::<Vec<_>>());
    let within = Some(Interval { from: 0, until: 5 * DAY });
    let visible_to = |party: &str| Some(Visibility { party: party.into() });
    let question = Question { within, ..Question::new("a", Direction::Forward) };
    assert!(graph.trace(&question).truncated);
    let own = Question { visible_to: visible_to("urn:p:mill"), ..question.clone() };
    assert!(!graph.trace(&own).truncated);
    let before = Question { as_of: Some(position(3).index), ..question };
    assert!(!graph.trace(&before).truncated, "nor what came later");
}

proptest! {
    #[test]
    fn a_window_gives_what_the_links_in_it_reach(
        edges in prop::collection::vec((0..8_u8, 0..8_u8, 1..9_i64), 1..20),
        from in 0..9_i64,
        long in 0..9_i64,
    ) {
        let until = from + long;
        let mut events: Vec<Facts> = (0..8_u8)
            .map(|lot| make(&format!("m{lot}"), at(0, 1), "mill", &lot.to_string(), 100.0))
            .collect();
        for (index, (a, b, day)) in edges.iter().enumerate() {
            let run = transform(&format!("e{index}"), at(*day, 1), "mill");
            events.push(run.takes(&a.to_string(), 1.0).gives(&b.to_string(), 1.0));
        }
        let graph = graph(&events);
        let is_within = |day: i64| from <= day && day < until;
        for start in 0..8_u8 {
            let answer = ask(&graph, &start.to_string(), Direction::Forward, from, until);
            let mut found = BTreeSet::from([start]);
            let mut is_cut = false;
            let mut open = vec![start];
            while let Some(one) = open.pop() {
                for (_, to, day) in edges.iter().filter(|(lot, _, _)| *lot == one) {
                    is_cut |= !is_within(*day);
                    if is_within(*day) && found.insert(*to) {
                        open.push(*to);
                    }
                }
            }
            let expected: Vec<String> = found.iter().map(u8::to_string).collect();
            prop_assert_eq!(answer.ids(), expected);
            prop_assert_eq!(answer.truncated, is_cut);
        }
    }
}
