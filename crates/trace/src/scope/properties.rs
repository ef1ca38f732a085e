//! What holds for every recall scope, and a naive oracle that walks through time step by step.

use std::collections::{BTreeMap, BTreeSet};

use laiqu_epcis::facts::{Action, EventTime, Facts, ItemRole};
use laiqu_epcis::vocabulary::biz_step;
use proptest::prelude::*;

use crate::fixture::*;
use crate::{Graph, Hazard, Interval, ScopeAnswer, ScopeGrade, ScopeQuestion, Start};

/// One random event, by numbers.
pub(crate) type Draw = (u8, u8, u8, u8, i64, i64, u8);

pub(crate) fn draws(most: usize) -> impl Strategy<Value = Vec<Draw>> {
    draws_of(16, most)
}

/// Draws in which every lot that is named was itself somewhere.
fn draws_without_packs(most: usize) -> impl Strategy<Value = Vec<Draw>> {
    draws_of(14, most)
}

fn draws_of(kinds: u8, most: usize) -> impl Strategy<Value = Vec<Draw>> {
    prop::collection::vec(
        (0..kinds, 0..5_u8, 0..5_u8, 0..3_u8, 1..5_i64, 0..24_i64, 1..4_u8),
        1..most,
    )
}

pub(crate) fn place(world: &str, number: u8) -> String {
    format!("https://id.gs1.org/414/08600099999{number}0/{world}")
}

fn line(world: &str, number: u8) -> String {
    format!("https://id.gs1.org/414/08600099999{number}0/254/{world}")
}

pub(crate) fn lot(world: &str, n: u8) -> String {
    format!("https://id.gs1.org/01/0690123400001{}/10/{world}{n}", n % 2)
}

/// A pack that records may say to be of a lot, or of another.
pub(crate) fn pack_of(world: &str, n: u8) -> String {
    format!("{world}-pack-{n}")
}

fn with_step(facts: Facts, step: &str) -> Facts {
    Facts { biz_step: Some(step.into()), ..facts }
}

/// The event of a draw; `world` keeps the names of two sets of events apart.
fn facts(world: &str, index: usize, draw: Draw) -> Facts {
    let (kind, a, b, site, day, hour, kg) = draw;
    let id = format!("{world}-{index:03}");
    let (first, second) = (lot(world, a), lot(world, b));
    let unit = format!("{world}-crate-{}", b % 2);
    let here = place(world, site);
    let there = place(world, (site + 1 + b % 2) % 3);
    let time = if hour == 0 { on(day) } else { at(day, hour) };
    let kg = f64::from(kg);
    let on_line = |facts| Facts { read_point: Some(line(world, site).into()), ..facts };
    match kind {
        0 => make(&id, time, &here, &first, kg),
        1 => ship(&id, time, &here, &first, kg).to(&there),
        2 => ship(&id, time, &here, &first, kg).document(&format!("{world}-doc-{b}")),
        3 => receive(&id, time, &here, &first, kg),
        4 => receive(&id, time, &here, &first, kg).document(&format!("{world}-doc-{b}")),
        5 => on_line(transform(&id, time, &here)).takes(&first, kg).gives(&second, kg),
        6 => transform(&id, time, &here)
            .takes(&first, kg)
            .takes(&lot(world, b + 5), kg)
            .gives(&second, kg)
            .run(&format!("{world}-run-{site}")),
        7 => pack(&id, time, &here, &unit).holds(&first, kg),
        8 => unpack(&id, time, &here, &unit).holds(&first, kg),
        9 => haul(&id, if a % 2 == 0 { "shipping" } else { "receiving" }, time, &here, &unit),
        10 => {
            let resource = line(world, site);
            let clean = object(&id, Action::Observe, "x", time, &resource);
            with_step(clean.unit(ItemRole::Subject, &resource), biz_step::CLEANING)
        }
        11 => Facts {
            biz_location: Some(line(world, site).into()),
            ..receive(&id, time, &here, &first, kg)
        },
        12 => sell(&id, time, &here, &first, kg),
        13 => object(&id, Action::Delete, "retail_selling", time, &here).class(
            ItemRole::Subject,
            "https://id.gs1.org/01/06901234000011",
            kg,
        ),
        14 => object(&id, Action::Add, "commissioning", time, &here)
            .unit(ItemRole::Subject, &pack_of(world, a % 2))
            .lot(&second),
        _ => haul(&id, "receiving", time, &here, &pack_of(world, a % 2)),
    }
}

pub(crate) fn events(world: &str, draws: &[Draw]) -> Vec<Facts> {
    draws.iter().enumerate().map(|(index, draw)| facts(world, index, *draw)).collect()
}

fn looked_at(time: EventTime, place: &str, lot: &str) -> Facts {
    let look = object("look", Action::Observe, "x", time, place);
    look.item(ItemRole::Subject, lot, true, None)
}

fn kill(time: EventTime, place: &str, lot: &str) -> Facts {
    let hazards = vec!["microbial".into()];
    Facts { hazards, ..with_step(looked_at(time, place, lot), biz_step::KILL_STEP) }
}

fn questions(world: &str) -> Vec<ScopeQuestion> {
    let during = Interval { from: at(1, 6).micros, until: at(2, 6).micros };
    let exposure = |place: String| Start::Place { place, during };
    vec![
        ScopeQuestion::new(Start::Items(vec![lot(world, 0)]), Hazard::Microbial),
        ScopeQuestion::new(Start::Items(vec![lot(world, 1)]), Hazard::Label),
        ScopeQuestion::new(Start::Items(vec![pack_of(world, 0)]), Hazard::Label),
        ScopeQuestion::new(exposure(place(world, 0)), Hazard::Temperature),
        ScopeQuestion::new(exposure(line(world, 1)), Hazard::Chemical),
        ScopeQuestion::new(Start::Supplier { party: "urn:p:two".into(), during }, Hazard::Allergen),
    ]
}

pub(crate) fn issuer(index: usize) -> &'static str {
    if index.is_multiple_of(3) { "urn:p:one" } else { "urn:p:two" }
}

pub(crate) fn graph_in(events: &[Facts], order: &[usize]) -> Graph {
    let mut graph = Graph::new();
    for (at, index) in order.iter().enumerate() {
        graph.add(position(at), issuer(*index), &events[*index]);
    }
    graph
}

pub(crate) fn all(events: &[Facts]) -> Graph {
    graph_in(events, &(0..events.len()).collect::<Vec<_>>())
}

fn answers(graph: &Graph, world: &str) -> Vec<ScopeAnswer> {
    questions(world).iter().map(|question| graph.recall_scope(question, &())).collect()
}

fn named(answer: &ScopeAnswer) -> BTreeSet<(&str, &str)> {
    let holdings = answer.holdings.iter();
    holdings.map(|holding| (holding.lot.as_str(), holding.event.as_str())).collect()
}

/// A permutation from random numbers.
pub(crate) fn shuffled(count: usize, keys: &[u64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..count).collect();
    order.sort_by_key(|index| {
        keys.get(*index % keys.len()).map(|key| key.rotate_left(u32::try_from(*index).unwrap()))
    });
    order
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 150, ..ProptestConfig::default() })]

    #[test]
    fn the_order_of_arrival_changes_nothing(
        draws in draws(30),
        keys in prop::collection::vec(any::<u64>(), 24),
    ) {
        let events = events("w", &draws);
        let order = shuffled(events.len(), &keys);
        let shuffled = graph_in(&events, &order);
        // Positions are all that it may change.
        let placeless = |mut answer: ScopeAnswer| {
            let rests_on = std::mem::take(&mut answer.rests_on).len();
            (answer, rests_on)
        };
        let straight = answers(&all(&events), "w");
        for (one, other) in straight.into_iter().zip(answers(&shuffled, "w")) {
            prop_assert_eq!(placeless(one), placeless(other));
        }
    }

    #[test]
    fn a_graph_that_was_stored_goes_on_as_if_it_had_not_been(
        draws in draws(30),
        declared in prop::collection::vec(0..30_usize, 0..4),
        stored in prop::collection::vec(0..8_u8, 34),
    ) {
        let mut events = events("w", &draws);
        for index in declared {
            let Some(facts) = events.get(index).cloned() else { continue };
            events.push(facts.error("did_not_occur", &[]));
        }
        let (mut never, mut graph) = (Graph::new(), Graph::new());
        for ((index, event), stored) in events.iter().enumerate().zip(stored) {
            never.add(position(index), issuer(index), event);
            graph.add(position(index), issuer(index), event);
            if stored == 0 {
                graph = reopened(&graph);
            }
        }
        prop_assert_eq!(answers(&never, "w"), answers(&graph, "w"));
    }

    #[test]
    fn an_earlier_size_is_answered_as_it_was(
        draws in draws(30),
        declared in prop::collection::vec(0..30_usize, 0..4),
        keys in prop::collection::vec(any::<u64>(), 24),
        size in 0..12_u64,
    ) {
        let mut events = events("w", &draws);
        for index in declared {
            let Some(facts) = events.get(index).cloned() else { continue };
            events.push(facts.error("did_not_occur", &[]));
        }
        let (mut then, mut now) = (Graph::new(), Graph::new());
        for index in shuffled(events.len(), &keys) {
            if position(index).index < size {
                then.add(position(index), issuer(index), &events[index]);
            }
            now.add(position(index), issuer(index), &events[index]);
        }
        for question in questions("w") {
            let as_of = ScopeQuestion { as_of: Some(size), ..question.clone() };
            prop_assert_eq!(then.recall_scope(&question, &()), now.recall_scope(&as_of, &()));
        }
    }

    #[test]
    fn unrelated_events_change_nothing(ours in draws(20), others in draws(20)) {
        let mut events = events("w", &ours);
        // The last question is about a supplier, whose events the others are too.
        let before = answers(&all(&events), "w");
        events.extend(self::events("v", &others));
        let after = answers(&all(&events), "w");
        for (before, after) in before.iter().zip(&after).take(5) {
            prop_assert_eq!(before, after);
        }
    }

    #[test]
    fn a_kill_step_never_makes_anything_definite(
        draws in draws(24),
        at_event in any::<prop::sample::Index>(),
        hours in 0..24_i64,
    ) {
        let events = events("w", &draws);
        // A kill step of something where it is known to be.
        let known = at_event.get(&events).clone();
        let place = known.biz_location.clone();
        let item = known.items.iter().find(|item| item.is_class).map(|item| item.id.clone());
        let Some((place, item)) = place.zip(item) else { return Ok(()) };
        let time = EventTime { micros: known.time.micros + hours * HOUR + 1, offset_minutes: 0 };
        // That it was there is known either way, and may put records in their order.
        let with = |record: Facts| all(&[events.clone(), vec![record]].concat());
        let (before, after) =
            (with(looked_at(time, &place, &item)), with(kill(time, &place, &item)));
        let definite = |graph: &Graph| -> BTreeSet<String> {
            let start = Start::Items(vec![lot("w", 0)]);
            let question = ScopeQuestion::new(start, Hazard::Microbial);
            let answer = graph.recall_scope(&question, &());
            let lots = answer.lots.iter().filter(|lot| lot.grade == ScopeGrade::Definite);
            lots.map(|lot| lot.id.clone()).collect()
        };
        let more = &definite(&after) - &definite(&before);
        prop_assert!(more.is_empty(), "{:?}", more);
    }

    #[test]
    fn a_recall_by_lot_is_within_the_exposures_of_all_its_places(
        draws in draws_without_packs(24),
    ) {
        let events = events("w", &draws);
        let graph = all(&events);
        let start = Start::Items(vec![lot("w", 0)]);
        let by_lot = graph.recall_scope(&ScopeQuestion::new(start, Hazard::Chemical), &());
        let during = Interval { from: i64::MIN / 4, until: i64::MAX / 4 };
        let mut by_places: BTreeSet<(String, String)> = BTreeSet::new();
        let sites = by_lot.holdings.iter().filter(|holding| holding.lot == lot("w", 0));
        for site in sites.filter_map(|holding| holding.site.clone()).collect::<BTreeSet<_>>() {
            let start = Start::Place { place: site, during };
            let answer = graph.recall_scope(&ScopeQuestion::new(start, Hazard::Chemical), &());
            by_places.extend(named(&answer).into_iter().map(|(a, b)| (a.to_owned(), b.to_owned())));
        }
        for (lot, event) in named(&by_lot) {
            prop_assert!(by_places.contains(&(lot.to_owned(), event.to_owned())), "{lot} {event}");
        }
    }
}

/// A step of a city in which everything is recorded.
#[derive(Clone, Copy, Debug)]
enum Step {
    Make { lot: u8 },
    Move { lot: u8, from: u8, to: u8 },
    Run { input: u8, output: u8, site: u8 },
    Clean { site: u8 },
    Kill { lot: u8, site: u8 },
}

fn step() -> impl Strategy<Value = Step> {
    // Lots begin at site 0 only, and are processed at the others.
    prop_oneof![
        1 => (0..4_u8).prop_map(|lot| Step::Make { lot }),
        3 => (0..8_u8, 0..3_u8, 1..3_u8).prop_map(|(lot, from, to)| Step::Move { lot, from, to }),
        3 => (0..8_u8, 4..8_u8, 1..3_u8)
            .prop_map(|(input, output, site)| Step::Run { input, output, site }),
        1 => (1..3_u8).prop_map(|site| Step::Clean { site }),
        1 => (0..8_u8, 1..3_u8).prop_map(|(lot, site)| Step::Kill { lot, site }),
    ]
}

/// What the walk through time knows.
#[derive(Default)]
struct Oracle {
    /// Which lots are where, and whether affected food of them is: surely or perhaps.
    there: BTreeMap<(u8, u8), Option<ScopeGrade>>,
    dirty: BTreeSet<u8>,
    events: Vec<Facts>,
}

fn worse(a: Option<ScopeGrade>, b: Option<ScopeGrade>) -> Option<ScopeGrade> {
    match (a, b) {
        (Some(a), Some(b)) => Some(a.min(b)),
        (a, b) => a.or(b),
    }
}

impl Oracle {
    fn put(&mut self, lot: u8, site: u8, grade: Option<ScopeGrade>) {
        let known = self.there.entry((lot, site)).or_insert(None);
        *known = worse(*known, grade);
    }

    /// Lets one step happen where it can, at its hour.
    fn walk(&mut self, number: usize, step: Step, kills: bool) {
        let hour = i64::try_from(number).unwrap() * 2 + 1;
        let id = format!("e{number:03}");
        let name = |lot: u8| self::lot("o", lot);
        let item = |facts: Facts, role, lot: u8| facts.item(role, &name(lot), true, None);
        match step {
            Step::Make { lot } => {
                let made = object(&id, Action::Add, "commissioning", at(0, hour), &place("o", 0));
                self.events.push(item(made, ItemRole::Subject, lot));
                self.put(lot, 0, (lot == 0).then_some(ScopeGrade::Definite));
            }
            Step::Move { lot, from, to } => {
                let Some(grade) = self.there.get(&(lot, from)).copied() else { return };
                if from == to {
                    return;
                }
                let document = format!("d{number}");
                for (side, step, hour, site) in
                    [("s", "shipping", hour, from), ("r", "receiving", hour + 1, to)]
                {
                    let id = format!("{id}{side}");
                    let here = place("o", site);
                    let moved = object(&id, Action::Observe, step, at(0, hour), &here);
                    self.events.push(item(moved, ItemRole::Subject, lot).document(&document));
                }
                self.put(lot, to, grade);
            }
            Step::Run { input, output, site } => {
                let Some(grade) = self.there.get(&(input, site)).copied() else { return };
                if input == output {
                    return;
                }
                let run = Facts {
                    read_point: Some(line("o", site).into()),
                    ..transform(&id, at(0, hour), &place("o", site))
                };
                let run = item(run, ItemRole::Input, input);
                self.events.push(item(run, ItemRole::Output, output));
                let mixed = self.dirty.contains(&site).then_some(ScopeGrade::Suspected);
                self.put(output, site, worse(grade, mixed));
                if grade.is_some() {
                    self.dirty.insert(site);
                }
            }
            Step::Clean { site } => {
                let resource = line("o", site);
                let clean = object(&id, Action::Observe, "x", at(0, hour), &resource);
                let clean = clean.unit(ItemRole::Subject, &resource);
                self.events.push(with_step(clean, biz_step::CLEANING));
                self.dirty.remove(&site);
            }
            Step::Kill { lot, site } => {
                let Some(state) = self.there.get_mut(&(lot, site)).filter(|_| kills) else {
                    return;
                };
                *state = None;
                let kill = kill(at(0, hour), &place("o", site), &name(lot));
                self.events.push(Facts { event_id: id.into(), ..kill });
            }
        }
    }
}

fn oracle(steps: &[Step], kills: bool) -> Oracle {
    let mut oracle = Oracle::default();
    for (number, step) in steps.iter().enumerate() {
        oracle.walk(number, *step, kills);
    }
    oracle
}

/// Grades of holdings by lot and site, those that are cleared left out.
fn graded(answer: &ScopeAnswer) -> BTreeMap<(String, String), ScopeGrade> {
    let mut found = BTreeMap::new();
    for holding in answer.holdings.iter().filter(|h| h.grade != ScopeGrade::Cleared) {
        let key = (holding.lot.clone(), holding.site.clone().unwrap());
        let grade = found.entry(key).or_insert(holding.grade);
        *grade = holding.grade.min(*grade);
    }
    found
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]

    #[test]
    fn where_all_is_recorded_it_is_what_a_walk_through_time_finds(
        steps in prop::collection::vec(step(), 1..60),
        with_kills in any::<bool>(),
    ) {
        let walked = oracle(&steps, with_kills);
        let graph = all(&walked.events);
        let start = Start::Items(vec![lot("o", 0)]);
        let answer = graph.recall_scope(&ScopeQuestion::new(start, Hazard::Microbial), &());
        let found = graded(&answer);
        let expected: BTreeMap<(String, String), ScopeGrade> = walked.there.iter()
            .filter_map(|((n, site), grade)| Some(((lot("o", *n), place("o", *site)), (*grade)?)))
            .collect();
        if with_kills {
            // What comes again after a kill step keeps all of the holding in question.
            for (holding, grade) in &expected {
                let known = found.get(holding);
                prop_assert!(known.is_some_and(|known| known <= grade), "{holding:?}");
            }
        } else {
            prop_assert_eq!(found, expected);
        }
    }
}
