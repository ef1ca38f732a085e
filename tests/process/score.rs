//! `laiqu score`: cases on disk, how faults are named, and what is written.

use crate::ran::laiqu;
use std::path::{Path, PathBuf};

/// A case on disk; the directory lives as long as it.
struct Files {
    root: tempfile::TempDir,
}

const DELIVERIES: &str = "ID,from,to,Name,Lot Number,Date Delivery,Amount [kg]\n\
    1,F,T,Milk,A,2016-01-01,100\n2,G,T,Milk,B,2016-01-09,100\n3,T,S,Cheese,C,2016-01-05,60\n";

impl Files {
    fn new() -> Self {
        let files = Self { root: tempfile::tempdir().unwrap() };
        std::fs::create_dir(files.folder()).unwrap();
        files.put("stations.csv", "ID,Name\nF,North farm\nG,South farm\nT,Trader\nS,Shop\n");
        files.put("deliveries.csv", DELIVERIES);
        files.put("relations.csv", "ID,Next\n1,3\n");
        files.put(
            "parameters.json",
            r#"{"station_weights": {"S": 1}, "station_cross_contamination": {"T": true}}"#,
        );
        files
    }

    fn folder(&self) -> PathBuf {
        self.root.path().join("case")
    }

    fn put(&self, name: &str, text: &str) {
        std::fs::write(self.folder().join(name), text).unwrap();
    }
}

fn text(path: &Path) -> &str {
    path.to_str().unwrap()
}

#[test]
fn a_case_is_scored_for_people_and_programs() {
    let files = Files::new();
    let folder = files.folder();
    let case = ["score", "--case", text(&folder)];
    let ran = laiqu(&case).exits(0);
    for words in ["企业 stations 4/4", "deliveries 3/3", "Normalized Score", "South farm", "F → T"]
    {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    assert!(ran.stderr.is_empty(), "{}", ran.stderr);
    let scores = |flags: &[&str]| {
        let json = laiqu(&[&case[..], &["--json"], flags].concat()).exits(0).json();
        let rows = json["stations"].as_array().unwrap().clone();
        rows.iter().map(|row| row["score"].as_f64().unwrap()).collect::<Vec<_>>()
    };
    assert_eq!(scores(&[]), [1.0, 1.0, 1.0, 1.0]);
    assert_eq!(scores(&["--temporal"]), [1.0, 0.0, 1.0, 1.0], "it came too late");
    assert_eq!(scores(&["--dates", "inferred", "--web"]), [1.0, 0.0, 1.0, 1.0]);
    let few = laiqu(&[&case[..], &["--limit", "1"]].concat()).exits(0);
    assert!(few.stdout.contains("企业 stations 1/4"), "{}", few.stdout);
}

#[test]
fn scored_tables_are_written_beside_the_case_never_over_it() {
    let files = Files::new();
    let folder = files.folder();
    let out = files.root.path().join("a/b");
    laiqu(&["score", "--case", text(&folder), "--out", text(&out)]).exits(0);
    let stations = std::fs::read_to_string(out.join("stations.csv")).unwrap();
    let head = "ID,Name,Weight,CrossContamination,Kill Contamination,Observed,Score,Max Lot Score,\
                Normalized Score,Positive Score,Negative Score,Backward,Forward";
    assert_eq!(stations.lines().next(), Some(head));
    assert!(stations.contains("\nT,Trader,0.0,true,false,false,1.0,1.0,1.0,1.0,0.0,false,false\n"));
    let deliveries = std::fs::read_to_string(out.join("deliveries.csv")).unwrap();
    assert!(deliveries.starts_with("ID,from,to,") && deliveries.contains(",Lot Score,"));
    let twisted = folder.join("../case");
    laiqu(&["score", "--case", text(&folder), "--out", text(&twisted)])
        .exits(2)
        .explains("the directory to write to is that of the case");
    assert_eq!(std::fs::read_to_string(folder.join("deliveries.csv")).unwrap(), DELIVERIES);
}

#[test]
fn faults_name_file_line_column_and_what_to_do() {
    let files = Files::new();
    let folder = files.folder();
    let out = folder.join("out");
    let case = ["score", "--case", text(&folder), "--out", text(&out)];
    files.put("deliveries.csv", &DELIVERIES.replace("2,G,T", "2,X,T").replace("60", "many"));
    let ran = laiqu(&case).exits(2);
    ran.explains("deliveries.csv, line 3, column from: no such station: X");
    ran.explains("deliveries.csv, line 4, column Amount [kg]: is no number: many");
    ran.explains("deliveries.csv 第 3 行 from 列：没有这个企业：X");
    ran.explains("--skip-bad-rows");
    assert!(!out.exists(), "nothing is written");
    let wrong = DELIVERIES.replace("2,G,T", "2,X,T").replace('\n', "\r\n");
    files.put("deliveries.csv", &wrong);
    laiqu(&case).exits(2).explains("deliveries.csv, line 3, column from: no such station: X");
    files.put("deliveries.csv", &wrong.replace("2,X,T", "\r\n2,X,T,9"));
    laiqu(&case).exits(2).explains("deliveries.csv, line 4: cannot be read");
    files.put("deliveries.csv", &DELIVERIES.replace("2,G,T", "2,X,T").replace("60", "many"));
    let ran = laiqu(&[&case[..2], &[case[2], "--skip-bad-rows", "--json"]].concat()).exits(0);
    let json = ran.json();
    assert_eq!(json["deliveries"].as_array().unwrap().len(), 1);
    let findings = json["findings"].as_array().unwrap();
    let codes: Vec<&str> = findings.iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["unknown_station", "not_a_number", "unknown_delivery"]);
    assert!(ran.stderr.contains("已略过"), "{}", ran.stderr);
}

#[test]
fn what_is_no_case_is_refused() {
    let files = Files::new();
    let folder = files.folder();
    let case = ["score", "--case", text(&folder)];
    laiqu(&["score", "--case", text(&folder.join("none"))]).exits(2).explains("case/none");
    files.put("deliveries.csv", &DELIVERIES.replace("60", "60,7"));
    laiqu(&case).exits(2).explains("deliveries.csv, line 4: cannot be read");
    files.put("deliveries.csv", &DELIVERIES.replace("from", "source"));
    laiqu(&case).exits(2).explains("deliveries.csv: has no column: from");
    files.put("deliveries.csv", DELIVERIES);
    files.put("parameters.json", "{\"station_weights\": {\"S\": true}}");
    laiqu(&case).exits(2).explains("parameters.json, line 1: cannot be read");
    std::fs::remove_file(folder.join("parameters.json")).unwrap();
    laiqu(&case).exits(0);
    std::fs::remove_file(folder.join("relations.csv")).unwrap();
    laiqu(&case).exits(2).explains("relations.csv");
}

#[test]
fn what_is_hardly_true_is_named_and_changes_nothing() {
    let files = Files::new();
    files.put("relations.csv", "ID,Next\n1,3\n1,1\n");
    let folder = files.folder();
    let ran = laiqu(&["score", "--case", text(&folder)]).exits(0);
    for words in ["自己是自己的原料", "line 3: is an ingredient of itself: 1 → 1", "删去或改正"]
    {
        assert!(ran.stderr.contains(words), "{words}: {}", ran.stderr);
    }
}
