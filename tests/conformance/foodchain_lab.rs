//! FoodChain-Lab's own test flows: every row of the tables that it expects.

use laiqu_tests::{data_dir, run};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::Path;

/// Scores may differ by this much.
const TOLERANCE: f64 = 1e-9;

type Row = BTreeMap<String, String>;

/// Rows by identifier.
fn table(path: &Path) -> BTreeMap<String, Row> {
    let mut reader = csv::Reader::from_path(path).unwrap();
    let head = reader.headers().unwrap().clone();
    let rows = reader.records().map(|record| {
        let record = record.unwrap();
        let row: Row =
            head.iter().map(str::to_owned).zip(record.iter().map(str::to_owned)).collect();
        (row["ID"].clone(), row)
    });
    rows.collect()
}

/// Compares a written table with the expected one, column by column; the number of rows.
fn compare(written: &Path, expected: &Path) -> usize {
    let (written, expected) = (table(written), table(expected));
    assert_eq!(written.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
    for (id, expected) in &expected {
        let row = &written[id];
        assert_eq!(row.keys().collect::<Vec<_>>(), expected.keys().collect::<Vec<_>>());
        for (column, expected) in expected {
            let found = &row[column];
            let is_score = column.ends_with("Score") && !expected.is_empty();
            let same = if is_score {
                let [found, expected] = [found, expected].map(|text| text.parse::<f64>().unwrap());
                (found - expected).abs() <= TOLERANCE
            } else {
                found == expected
            };
            assert!(same, "{id}, {column}: {found}, expected {expected}");
        }
    }
    expected.len()
}

/// Scores a test flow; the rows of its tables.
fn check(flow: &str) -> Option<[usize; 2]> {
    let case = data_dir()?.join("tracing/bfropenlab-testflows").join(flow);
    let root = tempfile::tempdir().unwrap();
    let out = root.path().join("scored");
    let paths = [&case, &out].map(|path| path.to_str().unwrap());
    printed(&["score", "--case", paths[0], "--out", paths[1]]);
    Some(
        ["stations.csv", "deliveries.csv"]
            .map(|name| compare(&out.join(name), &case.join(format!("expected_{name}")))),
    )
}

#[test]
fn scores_without_temporal_order() {
    let Some(rows) = check("Tracing_Test_without_Temporal_Order") else { return };
    assert_eq!(rows, [381, 648]);
}

#[test]
fn scores_with_temporal_order() {
    let Some(rows) = check("Tracing_Test_with_Temporal_Order") else { return };
    assert_eq!(rows, [381, 648]);
}

#[test]
fn scores_and_traces_of_merged_stations_with_different_weights() {
    let Some(rows) = check("Tracing_Test_with_Collapse_and_Different_Weights") else { return };
    assert_eq!(rows, [371, 635]);
}

/// What a run that ends well prints.
fn printed(arguments: &[&str]) -> String {
    let output = run(arguments);
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.success(), "{arguments:?}: {stderr}");
    String::from_utf8(output.stdout).unwrap()
}

/// The score of a station in the JSON of a run.
fn station(json: &Value, id: &str) -> f64 {
    let stations = json["stations"].as_array().unwrap();
    stations.iter().find(|row| row["id"] == id).unwrap()["score"].as_f64().unwrap()
}

#[test]
fn the_two_flows_differ_by_the_rule_of_dates_alone() {
    let Some(data) = data_dir() else { return };
    let case = data.join("tracing/bfropenlab-testflows/Tracing_Test_without_Temporal_Order");
    let case = case.to_str().unwrap();
    for (flags, score) in [(&["--json"][..], 0.75), (&["--json", "--temporal"], 0.5)] {
        let text = printed(&[&["score", "--case", case], flags].concat());
        let json = serde_json::from_str(&text).unwrap();
        assert!((station(&json, "1112007951") - score).abs() < TOLERANCE, "{flags:?}");
    }
}

/// Scores a file of test data; the JSON of the run.
fn scored(file: &str, flags: &[&str]) -> Option<Value> {
    let path = data_dir()?.join("tracing").join(file);
    let text = printed(&[&["score", "--json", "--case", path.to_str().unwrap()], flags].concat());
    Some(serde_json::from_str(&text).unwrap())
}

#[test]
fn models_of_every_age_are_read_whole() {
    for (file, stations, deliveries) in [
        ("fcl-client/ExampleData.json", 24, 29),
        ("fcl-client/Scenario_1_Outbreak-Baby-Tea.json", 9, 16),
        ("fcl-client/Scenario_2_LaSource.json", 16, 110),
        ("fcl-client/bbk.json", 24, 29),
        ("fcl-client/small_network.json", 21, 25),
        ("fcl-client/split_network.json", 21, 21),
        ("fcl-client/large_network.json", 476, 2126),
        ("fcl-test/example-data.json", 16, 110),
        ("fcl-test/OneDeliveryModel.json", 5, 1),
    ] {
        let Some(json) = scored(file, &[]) else { return };
        let counts = ["stations", "deliveries"].map(|list| json[list].as_array().unwrap().len());
        assert_eq!(counts, [stations, deliveries], "{file}");
        for finding in json["findings"].as_array().unwrap() {
            assert_eq!(finding["left_out"], false, "{file}: {finding}");
        }
    }
}

/// What the web application shows after stations were marked as outbreaks.
#[test]
fn the_web_engine_scores_as_the_web_application_does() {
    let Some(data) = data_dir() else { return };
    let folder = data.join("tracing/fcl-test");
    let read = |name: &str| -> Value {
        serde_json::from_str(&std::fs::read_to_string(folder.join(name)).unwrap()).unwrap()
    };
    let root = tempfile::tempdir().unwrap();
    for (marked, step) in [
        (&["Target"][..], "mark-outbreak-target"),
        (&["Target", "Source"], "mark-outbreaks-target-source"),
        (&["Source"], "unmark-outbreak-target"),
        (&[], "unmark-outbreaks"),
        (&[], "clear-outbreaks"),
    ] {
        let mut model = read("OneDeliveryModel.json");
        let nodes: Vec<Value> = marked
            .iter()
            .map(|id| serde_json::json!({ "id": id, "weight": 1, "observed": "NONE" }))
            .collect();
        model["tracing"] = serde_json::json!({ "nodes": nodes, "deliveries": [] });
        let file = root.path().join("model.json");
        std::fs::write(&file, model.to_string()).unwrap();
        let text = printed(&["score", "--web", "--json", "--case", file.to_str().unwrap()]);
        let json: Value = serde_json::from_str(&text).unwrap();
        for (list, table) in [("stations", "station"), ("deliveries", "delivery")] {
            let shown = read(&format!("expected/{step}_{table}-table.json"));
            let shown = shown.as_array().unwrap();
            let found = json[list].as_array().unwrap();
            assert_eq!(shown.len(), found.len(), "{step}");
            for (shown, found) in shown.iter().zip(found) {
                assert_eq!(shown["ID"], found["id"], "{step}");
                let expected: f64 = shown["Score"].as_str().unwrap().parse().unwrap();
                let score = found["score"].as_f64().unwrap();
                assert!((score - expected).abs() < TOLERANCE, "{step}: {shown} {found}");
                if let Some(common) = shown["Common Link"].as_str() {
                    assert_eq!(common == "true", (score - 1.0).abs() < TOLERANCE, "{step}");
                }
            }
        }
    }
}

#[test]
fn the_empty_list_of_deliveries_is_a_workbook_without_rows() {
    let file = "bfropenlab-templates/FCL_AiO_Master_de.xlsx";
    let Some(json) = scored(file, &[]) else { return };
    assert_eq!(json["stations"], serde_json::json!([]));
    assert_eq!(json["findings"], serde_json::json!([]));
}
