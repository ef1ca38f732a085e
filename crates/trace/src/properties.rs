//! What holds for every set of events.

use laiqu_epcis::facts::{Action, Facts, ItemRole};
use proptest::prelude::*;

use crate::fixture::*;
use crate::{Answer, Direction, Graph, Question, Visibility};

/// One random event, by numbers.
type Draw = (u8, u8, u8, u8, i64, i64, u8);

fn draws(most: usize) -> impl Strategy<Value = Vec<Draw>> {
    prop::collection::vec(
        (0..15_u8, 0..5_u8, 0..5_u8, 0..3_u8, 1..5_i64, 0..24_i64, 1..4_u8),
        1..most,
    )
}

/// The event of a draw; `world` keeps the names of two sets of events apart.
fn facts(world: &str, index: usize, draw: Draw) -> Facts {
    let (kind, a, b, place, day, hour, kg) = draw;
    let id = format!("{world}-{index:03}");
    let lot = |n: u8| format!("https://id.gs1.org/01/0690123400001{}/10/{world}{n}", n % 2);
    let (first, second) = (lot(a), lot(b));
    let unit = format!("{world}-crate-{}", b % 2);
    let here = format!("{world}-place-{place}");
    let there = format!("{world}-place-{}", (place + 1 + b % 2) % 3);
    let time = if hour == 0 { on(day) } else { at(day, hour) };
    let kg = f64::from(kg);
    match kind {
        0 => make(&id, time, &here, &first, kg),
        1 => ship(&id, time, &here, &first, kg).to(&there),
        2 => ship(&id, time, &here, &first, kg).document(&format!("{world}-doc-{b}")),
        3 => receive(&id, time, &here, &first, kg),
        4 => receive(&id, time, &here, &first, kg).document(&format!("{world}-doc-{b}")),
        5 => transform(&id, time, &here).takes(&first, kg).gives(&second, kg),
        6 => transform(&id, time, &here)
            .takes(&first, kg)
            .takes(&lot(b + 5), kg)
            .gives(&second, kg)
            .run(&format!("{world}-run-{place}")),
        7 => pack(&id, time, &here, &unit).holds(&first, kg),
        8 => unpack(&id, time, &here, &unit).holds(&first, kg),
        9 => unpack(&id, time, &here, &unit),
        10 => haul(&id, if a % 2 == 0 { "shipping" } else { "receiving" }, time, &here, &unit),
        11 => haul(&id, "receiving", time, &here, &first),
        12 => object(&id, Action::Add, "commissioning", time, &here)
            .unit(ItemRole::Subject, &format!("{unit}/pack"))
            .lot(&first),
        13 => transform(&id, time, &here).unit(ItemRole::Input, &unit).gives(&second, kg),
        _ => object(&id, Action::Delete, "retail_selling", time, &here).class(
            ItemRole::Subject,
            "https://id.gs1.org/01/06901234000011",
            kg,
        ),
    }
}

fn events(world: &str, draws: &[Draw]) -> Vec<Facts> {
    draws.iter().enumerate().map(|(index, draw)| facts(world, index, *draw)).collect()
}

fn issuer(index: usize) -> &'static str {
    if index.is_multiple_of(3) { "urn:p:one" } else { "urn:p:two" }
}

fn questions(graph: &Graph, id: &str) -> Vec<Answer> {
    questions_of(graph, &Question::new(id, Direction::Both))
}

/// Answers to variants of a question.
fn questions_of(graph: &Graph, question: &Question) -> Vec<Answer> {
    let ask = |direction, containers, lots_max| {
        graph.trace(&Question { direction, containers, lots_max, ..question.clone() })
    };
    vec![
        ask(Direction::Back, true, 100),
        ask(Direction::Forward, false, 100),
        ask(Direction::Both, true, 100),
        ask(Direction::Both, false, 3),
    ]
}

/// Identifiers to start from.
fn starts(events: &[Facts]) -> Vec<String> {
    let mut ids: Vec<String> = events
        .iter()
        .flat_map(|facts| facts.items.iter().map(|item| item.id.to_string()))
        .collect();
    ids.sort();
    ids.dedup();
    ids
}

/// An answer without positions, in an order that does not need them.
fn placeless(answer: &Answer) -> (Vec<String>, Vec<String>, Answer) {
    let mut rest = answer.clone();
    let mut events = std::mem::take(&mut rest.events);
    for event in &mut events {
        event.position = crate::PositionLine { index: 0, ordinal: 0 };
    }
    let mut events: Vec<String> = events.iter().map(|event| format!("{event:?}")).collect();
    let links = std::mem::take(&mut rest.links);
    let mut links: Vec<String> = links.iter().map(|link| format!("{link:?}")).collect();
    events.sort();
    links.sort();
    (events, links, rest)
}

/// A permutation from random numbers.
fn shuffled(count: usize, keys: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| {
        keys.get(*index % keys.len()).map(|key| key.rotate_left(u32::try_from(*index).unwrap()))
    });
    order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 100, ..ProptestConfig::default() })]

    #[test]
    fn what_comes_while_an_answer_is_told_changes_nothing_of_it(
        draws in draws(24),
        size in 1..8_u64,
        containers: bool,
    ) {
        let events = events("w", &draws);
        let is_early = |index: &usize| position(*index).index < size;
        let (early, late): (Vec<usize>, Vec<usize>) = (0..events.len()).partition(is_early);
        let add = |graph: &mut Graph, index: usize| {
            graph.add(position(index), issuer(index), &events[index]);
        };
        for start in starts(&events) {
            let as_of = Some(size);
            let question = Question { as_of, containers, ..Question::new(start, Direction::Both) };
            let mut graph = Graph::new();
            early.iter().for_each(|index| add(&mut graph, *index));
            let before = graph.trace(&question);
            let mut telling = graph.tell(&question);
            let mut answer = Answer { unknown: telling.unknown().to_vec(), ..Answer::default() };
            let mut late = late.iter();
            while telling.turn() {
                late.by_ref().take(2).for_each(|index| add(&mut graph, *index));
                telling.go_on(&graph, &mut answer);
            }
            prop_assert_eq!(answer, before);
        }
    }

    #[test]
    fn the_order_of_arrival_changes_nothing(
        draws in draws(24),
        declared in prop::collection::vec((0..24_usize, any::<bool>()), 0..3),
        keys in prop::collection::vec(any::<u64>(), 24),
    ) {
        let mut events = events("w", &draws);
        for (index, wrong) in declared {
            if let Some(facts) = events.get(index).cloned() {
                let reason = if wrong { "incorrect_data" } else { "did_not_occur" };
                events.push(facts.error(reason, &[]));
            }
        }
        let (mut straight, mut mixed) = (Graph::new(), Graph::new());
        for (index, facts) in events.iter().enumerate() {
            straight.add(position(index), issuer(index), facts);
        }
        for index in shuffled(events.len(), &keys) {
            mixed.add(position(index), issuer(index), &events[index]);
        }
        for start in starts(&events) {
            prop_assert_eq!(straight.events_of(&start), mixed.events_of(&start));
            prop_assert_eq!(questions(&straight, &start), questions(&mixed, &start));
        }
    }

    #[test]
    fn positions_change_nothing_but_positions(
        draws in draws(24),
        keys in prop::collection::vec(any::<u64>(), 24),
    ) {
        let events = events("w", &draws);
        let (mut straight, mut mixed) = (Graph::new(), Graph::new());
        let order = shuffled(events.len(), &keys);
        for (place, index) in order.into_iter().enumerate() {
            straight.add(position(index), issuer(index), &events[index]);
            mixed.add(position(place), issuer(index), &events[index]);
        }
        for start in starts(&events) {
            let (a, b) = (questions(&straight, &start), questions(&mixed, &start));
            for (a, b) in a.iter().zip(&b) {
                prop_assert_eq!(placeless(a), placeless(b));
            }
        }
    }

    #[test]
    fn an_earlier_size_is_answered_as_it_was(
        draws in draws(24),
        declared in prop::collection::vec((0..24_usize, 0..24_usize, 0..3_u8), 0..4),
        keys in prop::collection::vec(any::<u64>(), 24),
        size in 0..10_u64,
        visible_to in prop::option::of(Just(Visibility { party: "urn:p:two".to_owned() })),
        is_reopened: bool,
    ) {
        let mut events = events("w", &draws);
        for (index, corrective, kind) in declared {
            let Some(facts) = events.get(index).cloned() else { continue };
            let corrective = format!("w-{corrective:03}");
            events.insert(draws.len().min(index * 2), match kind {
                0 => facts.error("incorrect_data", &[]),
                1 => facts.error("incorrect_data", &[&corrective]),
                _ => facts.error("did_not_occur", &[]),
            });
        }
        let (mut then, mut now) = (Graph::new(), Graph::new());
        for index in shuffled(events.len(), &keys) {
            if position(index).index < size {
                then.add(position(index), issuer(index), &events[index]);
            }
            now.add(position(index), issuer(index), &events[index]);
            if keys[index % keys.len()] % 4 == 0 {
                now.settle(2);
            }
        }
        if is_reopened {
            now = reopened(&now);
        }
        for start in starts(&events) {
            let question = Question { visible_to: visible_to.clone(),
                ..Question::new(start, Direction::Both) };
            let as_of = Question { as_of: Some(size), ..question.clone() };
            prop_assert_eq!(questions_of(&then, &question), questions_of(&now, &as_of));
        }
    }

    /// What is kept about items is given up by every event that may change it, and a graph that was
    /// put into a file and opened again goes on as if nothing had been.
    #[test]
    fn what_was_asked_or_stored_before_changes_no_answer(
        draws in draws(24),
        declared in prop::collection::vec((0..24_usize, 0..24_usize, 0..3_u8, 0..24_usize), 0..4),
        asked in prop::collection::vec(0..6_u8, 28),
        keys in prop::collection::vec(any::<u64>(), 24),
    ) {
        let mut events = events("w", &draws);
        for (index, corrective, kind, at) in declared {
            let facts = events.get(index).filter(|facts| facts.error.is_none());
            let Some(facts) = facts else { continue };
            let corrective = format!("w-{corrective:03}");
            let declared = match kind {
                0 => facts.clone().error("incorrect_data", &[]),
                1 => facts.clone().error("incorrect_data", &[&corrective]),
                _ => facts.clone().error("did_not_occur", &[]),
            };
            events.insert(events.len().min(at), declared);
        }
        let (mut fresh, mut asked_before) = (Graph::new(), Graph::new());
        for (index, asked) in shuffled(events.len(), &keys).into_iter().zip(asked) {
            fresh.add(position(index), issuer(index), &events[index]);
            asked_before.add(position(index), issuer(index), &events[index]);
            if asked == 0 {
                asked_before = reopened(&asked_before);
            }
            if asked < 3 {
                let known = asked_before.settle(3);
                prop_assert!(known <= 3);
                for start in starts(&events) {
                    drop(questions(&asked_before, &start));
                }
            }
        }
        // An event elsewhere at a higher position makes every question one as of an earlier size,
        // which reads no list of an item about which more is known.
        let size = events.len() as u64;
        let mut unlisted = Graph::new();
        for (index, facts) in events.iter().enumerate() {
            unlisted.add(position(index), issuer(index), facts);
        }
        unlisted.add(position(usize::try_from(size).unwrap() * 9), "urn:p:x",
            &make("x", at(1, 1), "x-place", "x-lot", 1.0));
        unlisted.links.changed.change_all();
        for start in starts(&events) {
            let question = Question::new(start, Direction::Both);
            let answers = questions_of(&fresh, &question);
            prop_assert_eq!(&answers, &questions_of(&asked_before, &question));
            let as_of = Question { as_of: Some(size * 3), ..question };
            prop_assert_eq!(answers, questions_of(&unlisted, &as_of));
        }
    }

    #[test]
    fn back_is_the_inverse_of_forward(edges in prop::collection::vec((0..8_u8, 0..8_u8), 1..20)) {
        let events: Vec<Facts> = edges
            .iter()
            .enumerate()
            .map(|(index, (a, b))| {
                let id = format!("e{index}");
                let (from, to) = (format!("l{a}"), format!("l{b}"));
                transform(&id, at(1, 1), "mill").takes(&from, 1.0).gives(&to, 1.0)
            })
            .collect();
        let graph = graph(&events);
        let lots = starts(&events);
        for from in &lots {
            let ahead = forward(&graph, from);
            for to in &lots {
                let there = ahead.lots.iter().find(|lot| lot.id == *to);
                let behind = back(&graph, to);
                let and_back = behind.lots.iter().find(|lot| lot.id == *from);
                prop_assert_eq!(there.map(|lot| lot.depth), and_back.map(|lot| lot.depth));
                prop_assert_eq!(there.map(|lot| lot.grade), and_back.map(|lot| lot.grade));
            }
        }
    }

    #[test]
    fn unrelated_events_change_nothing(ours in draws(16), others in draws(16)) {
        let own: Vec<Facts> = events("w", &ours)
            .into_iter()
            .filter(|facts| facts.items.iter().all(|item| item.id.len() > 36 || !item.is_class))
            .collect();
        let alone = graph(&own);
        let mut all = own.clone();
        all.extend(events("x", &others));
        let among = graph(&all);
        for start in starts(&own) {
            prop_assert_eq!(questions(&alone, &start), questions(&among, &start).into_iter()
                .map(without_foreign_mentions).collect::<Vec<_>>());
        }
    }
}

/// Both worlds share two products, and loose sales of them elsewhere name no lot of ours.
fn without_foreign_mentions(answer: Answer) -> Answer {
    assert!(answer.events.iter().all(|event| event.event_id.starts_with("w-")));
    answer
}

#[test]
fn a_lot_that_is_named_as_one_there_only_later_is_behind_no_sale_before() {
    const PRODUCT: &str = "https://id.gs1.org/01/06901234000011";
    let lot = format!("{PRODUCT}/10/A");
    let sale = object("e2", Action::Delete, "retail_selling", at(2, 1), "shop");
    let events = [
        haul("e0", "receiving", at(1, 1), "shop", &lot),
        make("e1", at(1, 2), "farm", &lot, 1.0),
        sale.class(ItemRole::Subject, PRODUCT, 1.0),
        receive("e3", at(1, 3), "shop", &lot, 1.0),
    ];
    let graph_of = |events: &[Facts]| {
        let mut graph = Graph::new();
        for (index, facts) in (0..).zip(events) {
            graph.add(laiqu_epcis::facts::Position { index, ordinal: 0 }, "urn:p:one", facts);
        }
        graph
    };
    let question = Question::new(PRODUCT, Direction::Back);
    let as_of = Question { as_of: Some(3), ..question.clone() };
    let then = graph_of(&events[..3]).trace(&question);
    assert_eq!(graph_of(&events).trace(&as_of), then);
    assert_eq!(graph_of(&events).trace(&question).lots.len(), 2, "now it is");
}

/// A unit that held more than is followed: what was in it is worked out whenever it is asked.
#[test]
fn a_late_move_of_a_crate_with_much_in_it_is_seen_by_all_of_that() {
    let lots = ["a", "b", "c", "d", "e"];
    let mut events = Vec::new();
    for lot in lots {
        events.push(make(&format!("m-{lot}"), at(1, 1), "farm", lot, 5.0));
        events.push(pack(&format!("p-{lot}"), at(1, 2), "farm", "crate").holds(lot, 5.0));
    }
    for lot in lots {
        let used = transform(&format!("t-{lot}"), at(3, 1), "mill").takes(lot, 5.0);
        events.push(used.gives(&format!("flour-{lot}"), 4.0));
    }
    let before = events.len();
    events.push(haul("s", "shipping", at(1, 9), "farm", "crate").to("mill"));
    events.push(haul("r", "receiving", at(2, 1), "mill", "crate"));
    let mut graph = Graph::new();
    let reasons = |graph: &Graph| {
        lots.map(|lot| forward(graph, lot).links.into_iter().map(|link| link.reasons).collect())
    };
    let mut then: [Vec<_>; 5] = Default::default();
    for (index, facts) in events.iter().enumerate() {
        if index == before {
            then = reasons(&graph);
        }
        graph.add(position(index), "urn:p:one", facts);
        while graph.settle(9) > 0 {}
        drop(reasons(&graph));
    }
    let now: [Vec<_>; 5] = reasons(&graph);
    assert_eq!(now, reasons(&crate::fixture::graph(&events)));
    assert!(then.iter().zip(&now).all(|(then, now)| then != now), "{then:?} {now:?}");
}

#[test]
fn a_correction_that_comes_later_is_seen_by_what_was_settled() {
    let sent = receive("e1", at(2, 1), "mill", "lot", 5.0);
    let events = [
        make("e0", at(1, 1), "farm", "lot", 5.0),
        ship("s", at(1, 9), "farm", "lot", 5.0).to("mill"),
        sent.clone(),
        transform("e2", at(3, 1), "mill").takes("lot", 5.0).gives("flour", 4.0),
        sent.error("incorrect_data", &["e9"]),
        receive("e9", at(2, 1), "mill", "other", 5.0),
    ];
    let mut graph = Graph::new();
    let mut reasons = Vec::new();
    for (index, facts) in events.iter().enumerate() {
        graph.add(position(index), "urn:p:one", facts);
        let links = forward(&graph, "lot").links;
        reasons.push(links.into_iter().map(|link| link.reasons).collect::<Vec<_>>());
    }
    assert_eq!(forward(&graph, "lot"), forward(&crate::fixture::graph(&events), "lot"));
    assert_ne!(reasons.get(4), reasons.get(5));
}

#[test]
fn a_hub_with_ten_thousand_successors_is_answered_whole() {
    let mut graph = Graph::new();
    graph.add(position(0), "urn:p:mill", &make("e0", at(1, 1), "mill", "flour", 10_000.0));
    for n in 0..10_000_usize {
        let day = 2 + i64::try_from(n / 100).unwrap();
        let out = format!("lot-{n}");
        let run = transform(&format!("t{n}"), at(day, 1), "mill").takes("flour", 1.0);
        graph.add(position(2 * n + 1), "urn:p:mill", &run.gives(&out, 1.0));
        let sent =
            ship(&format!("s{n}"), at(day, 3), "mill", &out, 1.0).to(&format!("shop-{}", n % 97));
        graph.add(position(2 * n + 2), "urn:p:mill", &sent);
    }
    let answer = forward(&graph, "flour");
    assert_eq!((answer.lots.len(), answer.events.len()), (10_001, 20_001));
}
