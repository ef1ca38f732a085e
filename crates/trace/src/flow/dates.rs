//! Which days limit cross-contamination: what came in on some day can be in what left on that day
//! or later.

use super::{Days, Engine, FlowGraph, Parts, at, set};
use crate::intern::id32;

/// How dates are used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DateMode {
    /// Not at all: everything is possible.
    #[default]
    Ignore,
    /// As they are stated; what is not stated is possible.
    Explicit,
    /// With limits that relations imply: what went into a delivery had arrived before that left.
    Inferred,
}

/// The days of a delivery that decide what it can have met.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Window {
    /// The first day on which it can have arrived.
    pub(crate) arrival_min: i32,
    /// The last day on which it can have left.
    pub(crate) departure_max: i32,
}

impl Default for Window {
    fn default() -> Self {
        Self { arrival_min: Days::UNKNOWN.min, departure_max: Days::UNKNOWN.max }
    }
}

/// The windows of all deliveries.
pub(crate) fn windows(graph: &FlowGraph, mode: DateMode, engine: Engine) -> Vec<Window> {
    match mode {
        DateMode::Ignore => vec![Window::default(); graph.deliveries().len()],
        DateMode::Explicit => explicit(graph, engine),
        DateMode::Inferred => inferred(graph),
    }
}

fn explicit(graph: &FlowGraph, engine: Engine) -> Vec<Window> {
    let of = |departure: Days, arrival: Days| {
        let fills = engine == Engine::Desktop;
        let arrived = if fills && arrival.is_unknown() { departure } else { arrival };
        let left = if fills && departure.is_unknown() { arrival } else { departure };
        Window { arrival_min: arrived.min, departure_max: left.max }
    };
    graph.deliveries().iter().map(|one| of(one.departure, one.arrival)).collect()
}

/// A delivery's two dates, as far as they are not contradicted.
#[derive(Clone, Copy)]
struct Dates {
    departure: Days,
    arrival: Days,
}

/// Limits as FoodChain-Lab's web application infers them: earliest arrivals along the flow, latest
/// departures against it. Dates that contradict the limits are dropped, and limits inferred once
/// more without them.
fn inferred(graph: &FlowGraph) -> Vec<Window> {
    let plausible = |one: &super::Delivery| {
        let contradicts = one.departure.min > one.arrival.max;
        let or_unknown = |days| if contradicts { Days::UNKNOWN } else { days };
        Dates { departure: or_unknown(one.departure), arrival: or_unknown(one.arrival) }
    };
    let mut dates: Vec<Dates> = graph.deliveries().iter().map(plausible).collect();
    let parts = Parts::of(graph.next());
    let limits = propagate(graph, &parts, &dates);
    let mut contradicted = false;
    for (stated, limit) in dates.iter_mut().zip(&limits) {
        for (stated, limit) in
            [(&mut stated.departure, limit.departure), (&mut stated.arrival, limit.arrival)]
        {
            if stated.min > limit.max || stated.max < limit.min {
                *stated = Days::UNKNOWN;
                contradicted = true;
            }
        }
    }
    let limits = if contradicted { propagate(graph, &parts, &dates) } else { limits };
    let window = |limit: &Dates| Window {
        arrival_min: limit.arrival.min,
        departure_max: limit.departure.max,
    };
    limits.iter().map(window).collect()
}

/// Each delivery's limits from its own dates and those of all that it came from or went into.
fn propagate(graph: &FlowGraph, parts: &Parts, dates: &[Dates]) -> Vec<Dates> {
    let next = graph.next();
    let count = graph.deliveries().len();
    let mut departure_min: Vec<i32> = dates.iter().map(|d| d.departure.min).collect();
    let mut arrival_min: Vec<i32> =
        dates.iter().map(|d| d.departure.min.max(d.arrival.min)).collect();
    for part in parts.reached_first(true) {
        if parts.is_cyclic(part, next) {
            let latest = part.iter().map(|d| at(&arrival_min, *d)).max().unwrap_or(i32::MIN);
            for member in part {
                set(&mut arrival_min, *member, latest);
            }
        }
        for member in part {
            let arrived = at(&arrival_min, *member);
            for into in next.of(*member) {
                raise(&mut departure_min, *into, arrived);
                raise(&mut arrival_min, *into, arrived);
            }
        }
    }
    let mut arrival_max: Vec<i32> = dates.iter().map(|d| d.arrival.max).collect();
    let mut departure_max: Vec<i32> =
        dates.iter().map(|d| d.departure.max.min(d.arrival.max)).collect();
    let previous = next.reversed(count);
    for part in parts.reached_first(false) {
        if parts.is_cyclic(part, next) {
            let earliest = part.iter().map(|d| at(&departure_max, *d)).min().unwrap_or(i32::MAX);
            for member in part {
                set(&mut departure_max, *member, earliest);
            }
        }
        for member in part {
            let left = at(&departure_max, *member);
            for from in previous.of(*member) {
                lower(&mut arrival_max, *from, left);
                lower(&mut departure_max, *from, left);
            }
        }
    }
    let of = |d: u32| Dates {
        departure: Days { min: at(&departure_min, d), max: at(&departure_max, d) },
        arrival: Days { min: at(&arrival_min, d), max: at(&arrival_max, d) },
    };
    (0..id32(count)).map(of).collect()
}

fn raise(list: &mut [i32], id: u32, to: i32) {
    let so_far = at(list, id);
    set(list, id, so_far.max(to));
}

fn lower(list: &mut [i32], id: u32, to: i32) {
    let so_far = at(list, id);
    set(list, id, so_far.min(to));
}

#[cfg(test)]
mod tests {
    use super::super::Delivery;
    use super::*;
    use proptest::prelude::*;

    fn on(departure: &str, arrival: &str) -> Delivery {
        let [departure, arrival] = [departure, arrival].map(|text| Days::parse(text).unwrap());
        Delivery { departure, arrival, ..Delivery::new(0, 0) }
    }

    fn graph(deliveries: &[Delivery], relations: &[(u32, u32)]) -> FlowGraph {
        FlowGraph::new(1, deliveries.to_vec(), relations.to_vec()).unwrap()
    }

    fn day(text: &str) -> i32 {
        Days::parse(text).unwrap().min
    }

    #[test]
    fn a_known_date_stands_for_the_other_at_the_desktop_only() {
        let graph = graph(&[on("2016-01-02", ""), on("", "2016-01-03")], &[]);
        let desktop = windows(&graph, DateMode::Explicit, Engine::Desktop);
        assert_eq!(desktop[0].arrival_min, day("2016-01-02"));
        assert_eq!(desktop[1].departure_max, day("2016-01-03"));
        let web = windows(&graph, DateMode::Explicit, Engine::Web);
        assert_eq!((web[0].arrival_min, web[1].departure_max), (i32::MIN, i32::MAX));
        assert_eq!(windows(&graph, DateMode::Ignore, Engine::Web)[0], Window::default());
    }

    #[test]
    fn limits_follow_relations() {
        let deliveries = [on("", "2016-01-05"), on("", ""), on("2016-01-09", "")];
        let graph = graph(&deliveries, &[(0, 1), (1, 2)]);
        let limits = windows(&graph, DateMode::Inferred, Engine::Web);
        let unknown = limits[1];
        assert_eq!(unknown.arrival_min, day("2016-01-05"));
        assert_eq!(unknown.departure_max, day("2016-01-09"));
        assert_eq!(limits[0].departure_max, day("2016-01-05"), "it left before it arrived");
    }

    #[test]
    fn contradicting_dates_are_dropped() {
        // The first arrives after what it went into had left; a third is contradictory in itself.
        let deliveries =
            [on("2016-01-08", ""), on("2016-01-02", ""), on("2016-01-09", "2016-01-01")];
        let graph = graph(&deliveries, &[(0, 1)]);
        let limits = windows(&graph, DateMode::Inferred, Engine::Web);
        assert_eq!(limits, [Window::default(); 3]);
    }

    #[test]
    fn limits_on_a_cycle_end() {
        let deliveries = [on("2016-01-01", ""), on("", ""), on("", "2016-01-04")];
        let graph = graph(&deliveries, &[(0, 1), (1, 2), (2, 0)]);
        let limits = windows(&graph, DateMode::Inferred, Engine::Web);
        assert_eq!(limits.len(), 3);
    }

    /// Limits by going over all relations until nothing changes.
    fn by_repetition(graph: &FlowGraph, dates: &[[Days; 2]]) -> Vec<[Days; 2]> {
        let mut limits = dates.to_vec();
        for [departure, arrival] in &mut limits {
            arrival.min = arrival.min.max(departure.min);
            departure.max = departure.max.min(arrival.max);
        }
        loop {
            let before = limits.clone();
            for (from, into) in graph.next().pairs() {
                let [from, into] = [from as usize, into as usize];
                let arrived = limits[from][1].min;
                limits[into].iter_mut().for_each(|days| days.min = days.min.max(arrived));
                let left = limits[into][0].max;
                limits[from].iter_mut().for_each(|days| days.max = days.max.min(left));
            }
            if limits == before {
                return limits;
            }
        }
    }

    fn days() -> impl Strategy<Value = Days> {
        prop_oneof![
            Just(Days::UNKNOWN),
            (0..9_i32).prop_map(|day| Days { min: day, max: day }),
            (0..5_i32).prop_map(|day| Days { min: day, max: day + 4 }),
        ]
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(600))]

        #[test]
        fn limits_are_those_of_endless_repetition(
            dates in prop::collection::vec((days(), days()), 1..9),
            relations in prop::collection::vec((0..8_u32, 0..8_u32), 0..14),
        ) {
            let of = |(departure, arrival): &(Days, Days)| {
                Delivery { departure: *departure, arrival: *arrival, ..Delivery::new(0, 0) }
            };
            let deliveries: Vec<Delivery> = dates.iter().map(of).collect();
            let count = u32::try_from(deliveries.len()).unwrap();
            let relations: Vec<(u32, u32)> =
                relations.iter().map(|(from, into)| (from % count, into % count)).collect();
            let graph = graph(&deliveries, &relations);
            let mut stated: Vec<[Days; 2]> = deliveries
                .iter()
                .map(|one| match one.departure.min > one.arrival.max {
                    true => [Days::UNKNOWN; 2],
                    false => [one.departure, one.arrival],
                })
                .collect();
            let first = by_repetition(&graph, &stated);
            for (stated, limits) in stated.iter_mut().zip(&first) {
                for (stated, limit) in stated.iter_mut().zip(limits) {
                    if stated.min > limit.max || stated.max < limit.min {
                        *stated = Days::UNKNOWN;
                    }
                }
            }
            let expected = by_repetition(&graph, &stated);
            let found = windows(&graph, DateMode::Inferred, Engine::Web);
            for (found, [departure, arrival]) in found.iter().zip(&expected) {
                prop_assert_eq!(found.arrival_min, arrival.min);
                prop_assert_eq!(found.departure_max, departure.max);
            }
        }
    }
}
