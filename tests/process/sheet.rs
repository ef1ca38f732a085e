//! `sheet` of `benches/`, on a few events: every figure is there, and nothing is left behind.

use serde_json::Value;
use std::path::Path;
use std::process::{Command, Output};

const PLOTS: [&str; 12] = [
    "ingest",
    "latency",
    "latency-closed",
    "disk",
    "disk-lots",
    "memory",
    "memory-lots",
    "start",
    "verify",
    "passes",
    "traces",
    "queries",
];

fn sheet(dir: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_sheet-under-test"));
    command.args(["--seconds", "1", "--rounds", "2", "--json", "--dir"]).arg(dir);
    command.arg("--out").arg(dir.join("out")).args(arguments).output().unwrap()
}

#[test]
fn a_ledger_that_grows_is_measured_at_each_size() {
    let dir = tempfile::tempdir().unwrap();
    let output = sheet(dir.path(), &["--sizes", "2000,8000"]);
    let stdout = String::from_utf8(output.stdout).unwrap();
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    let sheet: Value = serde_json::from_str(&stdout).unwrap();
    assert_eq!(sheet["wrong"], Value::Array(vec![]));
    // How fast it is says nothing here, but the exit code must say what the figures do.
    let is_slow = !sheet["too_slow"].as_array().unwrap().is_empty();
    assert_eq!(output.status.code(), Some(i32::from(is_slow)), "{}", sheet["too_slow"]);
    let sizes = sheet["sizes"].as_array().unwrap();
    for (size, events) in sizes.iter().zip([2_000, 8_000]) {
        measured(size, events);
    }
    assert_eq!((sizes.len(), sheet["rate_left"].as_array().unwrap().len()), (2, 2));
    let city = &sheet["needs"][0];
    assert_eq!(city["peak_events_per_s"], 38.0, "{city}");
    assert!(city["cores_many"].as_f64().is_some() && city["log_tb_per_year"].is_f64(), "{city}");

    let out = dir.path().join("out");
    let kept: Value =
        serde_json::from_slice(&std::fs::read(out.join("sheet.json")).unwrap()).unwrap();
    assert_eq!(kept, sheet);
    for plot in PLOTS {
        let svg = std::fs::read_to_string(out.join(format!("{plot}.svg"))).unwrap();
        assert!(svg.matches("<circle").count() >= 2, "{plot}: {svg}");
    }
    let table = std::fs::read_to_string(out.join("sheet.md")).unwrap();
    assert!(table.contains("trace of 100 lots") && table.contains("a city"), "{table}");
    let left = std::fs::read_dir(dir.path()).unwrap().map(|entry| entry.unwrap().file_name());
    assert_eq!(left.collect::<Vec<_>>(), ["out"], "the ledger is removed");
    is_drawn_again(&out);
}

/// Tables and plots follow from the figures alone.
fn is_drawn_again(out: &Path) {
    let again = tempfile::tempdir().unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_sheet-under-test"));
    command.arg("--redraw").arg(out.join("sheet.json")).arg("--out").arg(again.path());
    command.output().unwrap();
    for name in PLOTS.map(|plot| format!("{plot}.svg")).into_iter().chain(["sheet.md".to_owned()]) {
        let [before, after] = [out, again.path()].map(|dir| std::fs::read(dir.join(&name)));
        assert!(before.unwrap() == after.unwrap(), "{name}");
    }
}

/// Every part of one size has its figures.
fn measured(size: &Value, events: u64) {
    let count = |part: &str| size[part].as_array().unwrap().len();
    assert!(size["events"].as_u64().unwrap().abs_diff(events) < 6, "{size}");
    assert!(size["events_at_end"].as_u64() > size["events"].as_u64());
    assert_eq!((count("starts"), count("windows"), count("verify")), (5, 5, 2));
    assert!(count("reads") >= 10, "{size}");
    for read in size["reads"].as_array().unwrap() {
        assert!(read["alone"]["p50_ms"].as_f64().unwrap() > 0.0, "{read}");
    }
    for window in size["windows"].as_array().unwrap() {
        let load = &window["load"];
        let verified = load["receipts_verified"].as_u64().unwrap();
        assert!(verified > 0 && load["receipts_failed"] == 0, "{window}");
    }
    let killed =
        size["starts"].as_array().unwrap().iter().find(|start| start["how"] == "killed_many");
    assert!(killed.unwrap()["folded_entries"].as_u64().unwrap() > 0, "{size}");
    for disk in size["disk"].as_array().unwrap() {
        let needed = ["together", "kept projections"].contains(&disk["kind"].as_str().unwrap());
        assert!(!needed || disk["per_event"].as_f64().unwrap() > 300.0, "{disk}");
    }
}

#[test]
fn a_ledger_that_was_left_takes_a_load() {
    let dir = tempfile::tempdir().unwrap();
    let without = ["--sizes", "2000", "--without", "cold,reads,windows,verify", "--keep"];
    let grown = sheet(dir.path(), &without);
    let said = String::from_utf8(grown.stderr).unwrap();
    let (_, place) = said.split_once("the ledger is kept in ").unwrap();
    let ledger = place.lines().next().unwrap();
    let load = |ledger: &str, first: &str| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_load-under-test"));
        command.args(["--ledger", ledger, "--first-party", first, "--clients", "2"]);
        command.args(["--events-per-submission", "4", "--seconds", "1", "--json"]);
        command.output().unwrap()
    };
    for first in ["1000", "2000"] {
        let output = load(ledger, first);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(output.status.success(), "{text}");
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        assert!(report["receipts_verified"].as_u64().unwrap() > 0, "{report}");
    }
    // Another place holds no ledger, and documents have no room for longer numbers, which is said
    // before anything runs.
    let elsewhere = dir.path().to_str().unwrap();
    for (ledger, first, fault) in
        [(elsewhere, "3000", "operator-token"), (ledger, "9999", "--first-party")]
    {
        let output = load(ledger, first);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains(fault), "{text}");
    }
}

#[test]
fn sizes_that_leave_no_room_for_the_windows_are_refused() {
    let dir = tempfile::tempdir().unwrap();
    for sizes in ["1000", "2000,4000", "8000,2000"] {
        let output = sheet(dir.path(), &["--sizes", sizes]);
        let text = String::from_utf8_lossy(&output.stderr);
        assert!(!output.status.success() && text.contains("--sizes"), "{sizes}: {text}");
    }
    assert_eq!(std::fs::read_dir(dir.path()).unwrap().count(), 0, "nothing is made");
}
