//! Lines, tanks and rooms that pass it on, and when they had it.

use super::*;
use crate::ResourceKind;

/// Runs on the line of the chain: two hours each, from these hours of the second day on.
fn later_runs(starts: &[(i64, i64, &str)]) -> Vec<Facts> {
    let run = |(day, hour, name): &(i64, i64, &str)| {
        let id = format!("r{name}");
        let run = transform(&id, at(*day, hour + 2), PLANT);
        begun(on_line(run), at(*day, *hour)).takes(&lot("clean"), 5.0).gives(&lot(name), 5.0)
    };
    starts.iter().map(run).collect()
}

#[test]
fn a_line_is_dirty_until_its_next_recorded_cleaning() {
    let mut events = chain();
    events.extend(later_runs(&[
        (1, 8, "before"),
        (2, 9, "beside"),
        (2, 11, "after"),
        (2, 16, "clean2"),
    ]));
    events.push(cleaning("w", at(2, 14), LINE));
    for hazard in [Hazard::Microbial, Hazard::Chemical, Hazard::Allergen] {
        let answer = ask(&events, hazard);
        for (name, grade) in [
            ("before", None),
            ("beside", Some(ScopeGrade::Suspected)),
            ("after", Some(ScopeGrade::Suspected)),
            ("clean2", None),
        ] {
            assert_eq!(answer.grade(name), grade, "{name}");
        }
        assert_eq!(answer.why("after"), [ScopeReason::SharedResource]);
        assert_eq!(answer.resources[0].cleaned_by.as_deref(), Some("w"));
        assert!(answer.rules.windows.is_empty());
        // Possible mixing adds to the worst case alone.
        let suspected = answer.kilograms.suspected.in_stock;
        assert_eq!((suspected.worst.max, suspected.expected.max), (Some(10.0), Some(0.0)));
    }
    for hazard in [Hazard::Temperature, Hazard::Label] {
        assert_eq!(ask(&events, hazard).grade("after"), None);
    }
}

#[test]
fn without_a_cleaning_record_suspicion_ends_after_a_dated_default() {
    let mut events = chain();
    // The run of the chain ends at ten on the second day; the window of a line is a day.
    events.extend(later_runs(&[(3, 9, "within"), (3, 11, "beyond")]));
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.grade("within"), Some(ScopeGrade::Suspected));
    assert!(answer.why("within").contains(&ScopeReason::NoCleaningRecord));
    assert_eq!(answer.grade("beyond"), None, "carried-over suspicion makes no line dirty again");
    let rule = answer.rules.windows[0];
    assert_eq!((rule.resource, rule.hours, rule.unconfirmed), (ResourceKind::Line, 24, true));
    assert_eq!(answer.resources[0].window_hours, Some(24));
    assert!(answer.resources[0].kind_inferred);
    assert!(answer.demands.iter().any(|demand| demand.kind == DemandKind::Cleaning));
    // As a tank it is suspected for longer.
    let resources = vec![(LINE.to_owned(), ResourceKind::Tank)];
    let asked = ScopeQuestion { resources, ..items(Hazard::Microbial, &["A"]) };
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.grade("beyond"), Some(ScopeGrade::Suspected));
    // A cleaning declared to be in error ends nothing.
    let wash = cleaning("w", at(2, 20), LINE);
    events.extend([wash.clone(), wash.error("did_not_occur", &[])]);
    assert_eq!(ask(&events, Hazard::Microbial).grade("within"), Some(ScopeGrade::Suspected));
}

fn in_room(facts: Facts) -> Facts {
    Facts { biz_location: Some(ROOM.into()), ..facts }
}

#[test]
fn a_room_passes_it_on_between_open_food_only() {
    let mut cases = receive("c", at(1, 12), PLANT, &lot("cases"), 9.0);
    cases.items[0].quantity = Some(Quantity { amount: 9.0, unit: Some("CS".into()) });
    let events = [
        in_room(receive("a", at(1, 10), PLANT, &lot("A"), 100.0)),
        ship("a2", at(1, 20), PLANT, &lot("A"), 100.0).to(SHOP),
        in_room(receive("b", at(1, 12), PLANT, &lot("open"), 10.0)),
        in_room(cases),
        in_room(receive("d", at(20, 1), PLANT, &lot("late"), 10.0)),
        receive("f", at(1, 12), PLANT, &lot("hall"), 10.0),
    ];
    let answer = ask(&events, Hazard::Microbial);
    assert_eq!(answer.grade("open"), Some(ScopeGrade::Suspected));
    for name in ["cases", "late", "hall"] {
        assert_eq!(answer.grade(name), None, "{name}");
    }
    assert_eq!(answer.resources[0].kind, ResourceKind::Room);
    assert_eq!(ask(&events, Hazard::Temperature).grade("open"), None);
}

fn exposure(place: &str, from: EventTime, until: EventTime, hazard: Hazard) -> ScopeQuestion {
    let during = Interval { from: from.micros, until: until.micros };
    ScopeQuestion::new(Start::Place { place: place.into(), during }, hazard)
}

#[test]
fn an_exposure_reaches_only_what_was_there_and_what_came_of_it() {
    let mut events = vec![
        in_room(receive("gone1", at(1, 1), PLANT, &lot("gone"), 10.0)),
        ship("gone2", at(1, 5), PLANT, &lot("gone"), 10.0).to(SHOP),
        in_room(receive("there1", at(1, 1), PLANT, &lot("there"), 10.0)),
        ship("there2", at(2, 5), PLANT, &lot("there"), 10.0).to(SHOP).document("d"),
        receive("there3", at(2, 6), SHOP, &lot("there"), 10.0).document("d"),
        in_room(receive("open1", at(1, 2), PLANT, &lot("open"), 10.0)),
        in_room(receive("new1", at(3, 1), PLANT, &lot("new"), 10.0)),
        receive("hall1", at(1, 1), PLANT, &lot("hall"), 10.0),
    ];
    events.push(sell("there0", at(1, 3), PLANT, &lot("part"), 1.0));
    let asked = exposure(ROOM, at(1, 12), at(1, 20), Hazard::Temperature);
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.grade("there"), Some(ScopeGrade::Definite));
    assert_eq!(answer.at("there", SHOP), Some(ScopeGrade::Definite));
    assert_eq!(answer.grade("open"), Some(ScopeGrade::Suspected), "nobody saw it leave");
    assert_eq!(answer.why("open"), [ScopeReason::Start, ScopeReason::OpenPresence]);
    for name in ["gone", "new", "hall", "part"] {
        assert_eq!(answer.grade(name), None, "{name}");
    }
    // The whole site takes in the hall.
    let whole = exposure(PLANT, at(1, 12), at(1, 20), Hazard::Temperature);
    assert!(ask_with(&graph(&events), &whole).grade("hall").is_some());
}

#[test]
fn what_had_left_before_the_exposure_is_not_reached() {
    let events = [
        receive("a1", at(1, 1), PLANT, &lot("A"), 100.0),
        ship("a2", at(1, 5), PLANT, &lot("A"), 50.0).to(SHOP).document("d1"),
        receive("a3", at(1, 6), SHOP, &lot("A"), 50.0).document("d1"),
        ship("a4", at(2, 5), PLANT, &lot("A"), 50.0).to(FARM).document("d2"),
        receive("a5", at(2, 6), FARM, &lot("A"), 50.0).document("d2"),
    ];
    let asked = exposure(PLANT, at(1, 12), at(1, 20), Hazard::Temperature);
    let answer = ask_with(&graph(&events), &asked);
    assert_eq!(answer.at("A", SHOP), None);
    assert_eq!(answer.at("A", FARM), Some(ScopeGrade::Definite));
    // All of the lot is in question where the lot itself is.
    let answer = ask(&events, Hazard::Temperature);
    assert_eq!(answer.at("A", SHOP), Some(ScopeGrade::Definite));
}

#[test]
fn a_dirty_line_reaches_what_was_made_on_it_and_then_only_suspicion() {
    let runs = later_runs(&[(1, 8, "early"), (2, 8, "in"), (2, 14, "next"), (4, 8, "far")]);
    let asked = exposure(LINE, at(2, 6), at(2, 12), Hazard::Microbial);
    let answer = ask_with(&graph(&runs), &asked);
    assert_eq!(answer.grade("in"), Some(ScopeGrade::Definite));
    assert_eq!(answer.grade("next"), Some(ScopeGrade::Suspected));
    assert_eq!((answer.grade("early"), answer.grade("far")), (None, None));
    let mut clean = runs.clone();
    clean.push(cleaning("w", at(2, 12), LINE));
    assert_eq!(ask_with(&graph(&clean), &asked).grade("next"), None);
}
