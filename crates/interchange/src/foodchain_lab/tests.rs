//! Small cases: what is read, what is refused, and what is hardly true.

use super::*;
use laiqu_trace::flow::{DateMode, Engine, Observed, score};

const STATIONS: &str = "ID,Name\nF,Farm\nT,Trader\nS,Shop\n";
const DELIVERIES: &str = "ID,from,to,Name,Lot Number,Date Delivery,Date Delivery Arrival,Amount [kg]\n\
    1,F,T,Milk,A,2016-01-01,2016-01-02,100\n2,T,S,Cheese,B,2016-01-05,2016-01,60\n";
const RELATIONS: &str = "ID,Next\n1,2\n";

fn tables(stations: &str, deliveries: &str, relations: &str) -> Tables {
    let table = |file: &str, text: &str| read_table(file, text.as_bytes()).unwrap();
    Tables {
        stations: table("stations.csv", stations),
        deliveries: table("deliveries.csv", deliveries),
        relations: table("relations.csv", relations),
    }
}

fn parameters(json: &str) -> Parameters {
    read_parameters("parameters.json", json.as_bytes()).unwrap()
}

fn case(deliveries: &str, relations: &str) -> Case {
    Case::new(tables(STATIONS, deliveries, relations), &Parameters::default(), false).unwrap()
}

/// The codes of a case's findings.
fn codes(case: &Case) -> Vec<&'static str> {
    case.findings.iter().map(|finding| finding.kind.code()).collect()
}

/// What a case is refused for.
fn faults(stations: &str, deliveries: &str, relations: &str) -> Vec<String> {
    let tables = tables(stations, deliveries, relations);
    let faults = Case::new(tables, &Parameters::default(), false).unwrap_err();
    faults.iter().map(ToString::to_string).collect()
}

#[test]
fn a_case_becomes_a_graph_and_an_overlay() {
    let parameters = parameters(
        r#"{"station_weights": {"S": 2.5}, "delivery_kill": {"2": true},
            "observed_stations": {"T": true}, "observed_deliveries": {"1": "backward"},
            "enforce_temporal_order": true}"#,
    );
    let case = Case::new(tables(STATIONS, DELIVERIES, RELATIONS), &parameters, false).unwrap();
    assert_eq!(case.stations[2].name, "Shop");
    assert_eq!(case.deliveries[1].product, "Cheese");
    let [milk, cheese] = [0, 1].map(|at| case.graph.deliveries()[at]);
    assert_eq!((milk.kilograms, milk.lot, cheese.lot), (Some(100.0), Some(0), Some(1)));
    assert_eq!(cheese.arrival.max - cheese.arrival.min, 30);
    assert_eq!(case.graph.next().of(0), [1]);
    assert!((case.overlay.stations[2].weight - 2.5).abs() < 1e-9);
    assert!(case.overlay.deliveries[1].kill);
    assert_eq!(case.overlay.stations[1].observed, Observed::Full);
    assert_eq!(case.overlay.deliveries[0].observed, Observed::Backward);
    assert_eq!(case.overlay.dates, DateMode::Explicit);
    assert!(case.findings.is_empty(), "{:?}", case.findings);
}

#[test]
fn merged_stations_are_written_as_one() {
    let parameters = parameters(
        r#"{"merged_stations": {"G": ["F", "T"]}, "station_weights": {"G": 1, "F": 3}}"#,
    );
    let case = Case::new(tables(STATIONS, DELIVERIES, RELATIONS), &parameters, false).unwrap();
    assert_eq!(codes(&case), ["merged_setting"]);
    let scores = score(&case.graph, &case.overlay, Engine::Desktop);
    let stations = scored_stations(&case, &scores);
    let ids: Vec<&str> = stations.lines().filter_map(|line| line.split(',').next()).collect();
    assert_eq!(ids, ["ID", "S", "G"]);
    let deliveries = scored_deliveries(&case, &scores);
    assert_eq!(deliveries.lines().count(), 2, "one delivery stays inside: {deliveries}");
    assert!(deliveries.contains("\n2,G,S,Cheese,"), "{deliveries}");
}

#[test]
fn scored_tables_can_be_scored_again() {
    let case = case(DELIVERIES, RELATIONS);
    let scores = score(&case.graph, &case.overlay, Engine::Desktop);
    let once = [scored_stations(&case, &scores), scored_deliveries(&case, &scores)];
    let tables = tables(&once[0], &once[1], RELATIONS);
    let again = Case::new(tables, &Parameters::default(), false).unwrap();
    assert_eq!([scored_stations(&again, &scores), scored_deliveries(&again, &scores)], once);
}

#[test]
fn faults_name_file_line_column_and_value() {
    let unknown = DELIVERIES.replace("1,F,T", "1,F,X");
    assert_eq!(
        faults(STATIONS, &unknown, "ID,Next\n"),
        ["deliveries.csv, line 2, column to: no such station: X"]
    );
    let twice = format!("{STATIONS}F,Farm\n");
    let found = faults(&twice, DELIVERIES, RELATIONS);
    assert_eq!(
        found[0],
        "stations.csv, line 5, column ID: this identifier stands in an earlier row: F"
    );
    let found = faults(STATIONS, DELIVERIES, "ID,Next\n1,2\n\"1\n\",7\n");
    assert_eq!(found, ["relations.csv, line 3, column Next: no such delivery: 7"]);
    for (from, to, code) in [
        ("2016-01-05", "5 Jan", "is no date: 5 Jan"),
        (",100", ",heavy", "is no number: heavy"),
        ("\n1,F", "\n,F", "must not be empty"),
    ] {
        let found = faults(STATIONS, &DELIVERIES.replace(from, to), "ID,Next\n");
        assert!(found[0].contains(code), "{found:?}");
    }
    let no_column = faults("Id\nF\n", DELIVERIES, RELATIONS);
    assert!(no_column[0].starts_with("stations.csv: has no column: ID"), "{no_column:?}");
}

#[test]
fn every_fault_has_both_languages_and_a_way_out() {
    let mut codes = std::collections::BTreeSet::new();
    for kind in FindingKind::ALL {
        let (zh, en) = kind.hint();
        assert!(codes.insert(kind.code()) && !zh.is_ascii() && en.is_ascii());
    }
    let place = Where { row: Some(3), ..Where::file("a.csv") };
    let finding = Finding { place, kind: FindingKind::NotADate, about: "x".to_owned() };
    assert_eq!(finding.zh(), "a.csv 第 3 行：不是日期：x");
}

#[test]
fn rows_with_faults_are_left_out_on_request() {
    let more = format!("{DELIVERIES}3,F,X,Milk,C,,,\n4,T,S,Butter,D,,,90\n4,T,S,Butter,E,,,90\n");
    let relations = format!("{RELATIONS}3,2\n1,4\n");
    let case =
        Case::new(tables(STATIONS, &more, &relations), &Parameters::default(), true).unwrap();
    assert_eq!(codes(&case), ["duplicate_id", "unknown_station", "unknown_delivery"]);
    let ids: Vec<&str> = case.deliveries.iter().map(|delivery| delivery.id.as_str()).collect();
    assert_eq!(ids, ["1", "2", "4"]);
    assert_eq!(case.graph.next().of(0), [1, 2]);
}

#[test]
fn broken_tables_name_the_line() {
    let ragged = read_table("d.csv", b"ID,from\n1,F\n2\n").unwrap_err();
    assert_eq!(ragged.kind, FindingKind::Unreadable);
    assert!(ragged.to_string().starts_with("d.csv, line 3: cannot be read: "), "{ragged}");
    let bytes = read_table("d.csv", b"ID,from\n1,\xff\n").unwrap_err();
    assert!(bytes.to_string().contains("line 2") && bytes.about.contains("UTF-8"), "{bytes}");
    let marked = read_table("d.csv", "\u{feff}ID,from\n1,F\n".as_bytes()).unwrap();
    assert_eq!(marked.column("ID"), Some(0));
    let wrong = read_parameters("p.json", b"{\n\"station_weight\": {}}").unwrap_err();
    assert!(wrong.to_string().starts_with("p.json, line 2: cannot be read"), "{wrong}");
}

#[test]
fn what_is_hardly_true_is_found() {
    let head = "ID,from,to,Name,Lot Number,Date Delivery,Date Delivery Arrival,Amount [kg]\n";
    let milk = "1,F,T,Milk,A,2016-01-01,2016-01-02,100\n";
    for (code, rows, relations) in [
        ("arrival_before_departure", "1,F,T,Milk,A,2016-01-02,2016-01-01,100\n", ""),
        ("similar_row", &format!("{milk}{}", milk.replace("1,F", "2,F")), ""),
        ("lot_without_number", "1,F,T,Milk,,,,\n", ""),
        ("lot_differs", &format!("{milk}2,F,T,Meat,A,,,\n"), ""),
        ("ingredient_of_itself", milk, "1,1\n"),
        ("relation_between_stations", &format!("{milk}2,F,S,Milk,B,,,\n"), "1,2\n"),
        ("kilograms_differ", &format!("{milk}2,T,S,Cheese,B,,,201\n"), "1,2\n"),
        ("cycle", &format!("{milk}2,T,F,Whey,B,,,100\n"), "1,2\n2,1\n"),
    ] {
        let case = case(&format!("{head}{rows}"), &format!("ID,Next\n{relations}"));
        assert_eq!(codes(&case), [code], "{:?}", case.findings);
    }
}

#[test]
fn two_statements_of_an_amount_are_compared() {
    let head = "ID,from,to,Lot ID,_Lieferungen.Delivery_Amount,_Lieferungen.Delivery_Unit,Amount\n";
    let found = |row: &str| codes(&case(&format!("{head}{row}\n"), "ID,Next\n"));
    assert!(found("1,F,T,A,36.8,kg,2.0 pallets 18.4kg").is_empty());
    assert!(found("1,F,T,A,36.8,kg,36.8 kg").is_empty());
    assert_eq!(found("1,F,T,A,36.8,kg,30 kg"), ["amounts_differ"]);
}

#[test]
fn settings_of_nothing_are_named() {
    let parameters =
        parameters(r#"{"station_weights": {"X": 1}, "merged_stations": {"G": ["Y", "F"]}}"#);
    let case = Case::new(tables(STATIONS, DELIVERIES, RELATIONS), &parameters, false).unwrap();
    assert_eq!(codes(&case), ["unknown_setting", "unknown_setting"]);
}
