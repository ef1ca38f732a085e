//! FoodChain-Lab's own test flows: every row of the tables that it expects.

use laiqu_tests::{data_dir, run};
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
fn station(json: &serde_json::Value, id: &str) -> f64 {
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
