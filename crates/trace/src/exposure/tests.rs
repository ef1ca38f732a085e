//! The rules of an excursion, each at its edge.

use laiqu_epcis::facts::{Action, Facts, TemperatureFact};

use super::{ExposureKind, ExposureQuestion, PlaceExposure, TemperatureLimits};
use crate::fixture::{Build as _, DAY, HOUR, at, graph_by, object, position, reopened};
use crate::question::Visibility;
use crate::{Graph, Issuer};

const ROOM: &str = "https://id.gs1.org/414/0860009999992/254/R1";
const SITE: &str = "https://id.gs1.org/414/0860009999992";
const OFFICE: &str = "urn:p:store";

fn reading(id: &str, hour: i64, device: &str, celsius: f64) -> Facts {
    let micros = 10 * DAY + hour * HOUR;
    let mut facts = object(id, Action::Observe, "sensor_reporting", at(10, hour), "");
    facts.read_point = Some(ROOM.into());
    facts.biz_location = Some(SITE.into());
    facts.temperatures.push(TemperatureFact {
        device: (!device.is_empty()).then(|| device.into()),
        from: micros,
        until: micros,
        min: celsius,
        max: celsius,
    });
    facts
}

fn question(from_hour: i64, until_hour: i64) -> ExposureQuestion {
    ExposureQuestion {
        place: ROOM.into(),
        from: 10 * DAY + from_hour * HOUR,
        until: 10 * DAY + until_hour * HOUR,
        limits: TemperatureLimits {
            min: None,
            max: Some(-18.0),
            tolerance_micros: HOUR / 2,
            log_interval_micros: HOUR,
        },
        visible_to: None,
        as_of: None,
    }
}

fn graph(readings: &[(i64, &str, f64)]) -> Graph {
    let named = |n: usize| format!("e{n}");
    let facts: Vec<(&str, Facts)> = readings
        .iter()
        .enumerate()
        .map(|(n, (hour, device, celsius))| (OFFICE, reading(&named(n), *hour, device, *celsius)))
        .collect();
    reopened(&graph_by(&facts))
}

fn only(graph: &Graph, question: &ExposureQuestion) -> PlaceExposure {
    let mut places = graph.exposure(question).places;
    assert_eq!(places.len(), 1, "{places:?}");
    places.remove(0)
}

/// Kind and hours of each interval; -1 where open.
fn hours(place: &PlaceExposure) -> Vec<(ExposureKind, i64, i64)> {
    let hour = |time: &Option<String>| {
        let Some(time) = time else { return -1 };
        let day: i64 = time[8..10].parse().unwrap();
        (day - 11) * 24 + time[11..13].parse::<i64>().unwrap()
    };
    place.intervals.iter().map(|i| (i.kind, hour(&i.from), hour(&i.until))).collect()
}

#[test]
fn an_excursion_spans_the_last_good_to_the_first_good_reading() {
    let graph = graph(&[
        (0, "p", -20.0),
        (1, "p", -19.0),
        (2, "p", -17.0),
        (3, "p", -12.5),
        (4, "p", -18.0),
        (5, "p", -20.0),
    ]);
    let place = only(&graph, &question(0, 5));
    assert_eq!(hours(&place), [(ExposureKind::Excursion, 1, 4)]);
    let excursion = &place.intervals[0];
    assert_eq!((excursion.lowest, excursion.highest), (Some(-17.0), Some(-12.5)));
    assert_eq!(excursion.events, ["e2", "e3"]);
    assert!(!excursion.tolerated);
    assert_eq!((place.readings, place.devices.as_slice()), (6, &["p".to_owned()][..]));
    // Asked about a time in it alone, it is told whole.
    assert_eq!(hours(&only(&graph, &question(2, 3))), [(ExposureKind::Excursion, 1, 4)]);
    // Asked about a time within limits, nothing is said.
    assert_eq!(hours(&only(&graph, &question(5, 6))), []);
}

#[test]
fn without_a_good_reading_it_is_open() {
    let graph = graph(&[(1, "p", -3.0), (2, "p", -2.0)]);
    assert_eq!(hours(&only(&graph, &question(1, 2))), [(ExposureKind::Excursion, -1, -1)]);
}

#[test]
fn silence_is_unknown_and_not_fine() {
    let graph = graph(&[(1, "p", -20.0), (2, "p", -20.0), (5, "p", -20.0), (6, "p", -20.0)]);
    let place = only(&graph, &question(1, 6));
    assert_eq!(hours(&place), [(ExposureKind::UnknownTemperature, 2, 5)]);
    assert!(place.intervals[0].events.is_empty() && place.intervals[0].device.is_none());
    // Two intervals without a reading are not yet longer than twice one.
    let mut patient = question(1, 6);
    patient.limits.log_interval_micros = 3 * HOUR / 2;
    assert_eq!(hours(&only(&graph, &patient)), []);
    // Before the first and after the last reading it is as unknown, and where there is none at all.
    let unknown = ExposureKind::UnknownTemperature;
    assert_eq!(hours(&only(&graph, &question(8, 12))), [(unknown, 8, 12)]);
    let elsewhere = ExposureQuestion { place: "urn:x:room".into(), ..question(0, 9) };
    assert_eq!(hours(&only(&graph, &elsewhere)), [(unknown, 0, 9)]);
}

#[test]
fn each_sensor_is_judged_by_itself_and_one_is_enough_to_know() {
    let graph = graph(&[
        (1, "a", -20.0),
        (1, "b", -20.0),
        (2, "a", -10.0),
        (2, "b", -20.0),
        (3, "b", -20.0),
        (4, "b", -20.0),
        (5, "b", -20.0),
        (5, "a", -20.0),
    ]);
    // Sensor a is silent from 2 to 5 and was too warm when it spoke last; b keeps on speaking.
    let place = only(&graph, &question(1, 5));
    assert_eq!(hours(&place), [(ExposureKind::Excursion, 1, 5)]);
    assert_eq!(place.intervals[0].device.as_deref(), Some("a"));
}

#[test]
fn too_cold_counts_and_a_short_one_is_tolerated() {
    let graph = graph(&[(1, "p", 4.0), (2, "p", -0.5), (3, "p", 3.0), (4, "p", 11.0)]);
    let mut chilled = question(1, 4);
    chilled.limits.min = Some(0.0);
    chilled.limits.max = Some(10.0);
    chilled.limits.tolerance_micros = 2 * HOUR;
    let place = only(&graph, &chilled);
    assert_eq!(hours(&place), [(ExposureKind::Excursion, 1, 3), (ExposureKind::Excursion, 3, -1)]);
    let tolerated: Vec<bool> = place.intervals.iter().map(|interval| interval.tolerated).collect();
    assert_eq!(tolerated, [true, false], "an open end is not known to be short");
}

#[test]
fn a_site_is_asked_room_by_room_and_declared_readings_do_not_count() {
    let warm = reading("e1", 2, "p", -1.0);
    let mut graph = graph_by(&[
        (OFFICE, reading("e0", 1, "p", -20.0)),
        (OFFICE, warm.clone()),
        (OFFICE, reading("e2", 3, "p", -20.0)),
    ]);
    let site = ExposureQuestion { place: SITE.into(), ..question(1, 3) };
    let place = only(&graph, &site);
    assert_eq!(place.place, ROOM);
    assert_eq!(hours(&place), [(ExposureKind::Excursion, 1, 3)]);
    let hidden = Some(Visibility { party: "urn:p:other".into() });
    let blind = only(&graph, &ExposureQuestion { visible_to: hidden, ..question(1, 5) });
    assert_eq!((blind.readings, hours(&blind)[0].0), (0, ExposureKind::UnknownTemperature));
    let declared = warm.error("did_not_occur", &[]);
    graph.add(position(9), Issuer { id: OFFICE, is_regulator: false }, &declared);
    assert_eq!(hours(&only(&graph, &site)), []);
}

#[test]
fn the_order_of_arrival_changes_nothing() {
    let readings = [(1, "p", -20.0), (2, "p", -10.0), (3, "q", -9.0), (4, "p", -20.0)];
    let expected = only(&graph(&readings), &question(0, 6));
    for shift in 1..4 {
        let mut turned = readings;
        turned.rotate_left(shift);
        let place = only(&graph(&turned), &question(0, 6));
        assert_eq!(hours(&place), hours(&expected));
        assert_eq!((place.readings, &place.devices), (expected.readings, &expected.devices));
    }
}

#[test]
fn as_of_an_earlier_size_it_is_what_it_was() {
    let readings = [
        (1, "p", -20.0),
        (2, "p", -10.0),
        (3, "q", -9.0),
        (4, "p", -20.0),
        (5, "q", -20.0),
        (9, "p", -20.0),
    ];
    let whole = graph(&readings);
    for size in 0..=readings.len() / 3 {
        // Three readings stand in each entry.
        let then = graph(&readings[..size * 3]);
        for place in [ROOM, SITE] {
            let now = ExposureQuestion { place: place.into(), ..question(0, 9) };
            let asked = ExposureQuestion { as_of: u64::try_from(size).ok(), ..now.clone() };
            assert_eq!(whole.exposure(&asked), then.exposure(&now), "{size}: {place}");
        }
    }
}
