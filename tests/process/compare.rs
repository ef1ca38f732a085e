//! `compare` of `benches/`, on a few submissions: it gives figures for what is on the machine, and
//! says what is not.

use serde_json::Value;
use std::process::Command;

/// Runs it with two submissions of each client, without the network.
fn compare(arguments: &[&str]) -> Value {
    let mut command = Command::new(env!("CARGO_BIN_EXE_compare-under-test"));
    command.args(["--submissions-per-client", "2", "--traces", "5", "--json"]).args(arguments);
    // Modules of Go that were fetched before are used, and no others.
    let output = command.env("GOPROXY", "off").output().unwrap();
    let text = |bytes: &[u8]| String::from_utf8(bytes.to_vec()).unwrap();
    let (stdout, stderr) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{stderr}");
    assert_eq!(stdout.lines().count(), 1, "{stdout}");
    serde_json::from_str(&stdout).unwrap()
}

#[test]
fn a_machine_without_the_others_measures_laiqu_and_says_what_is_missing() {
    let none = "/nonexistent/programs";
    let compared = compare(&["--postgres", none, "--go", none]);
    let stores = compared["stores"].as_array().unwrap();
    let [laiqu] = stores.as_slice() else { panic!("{compared}") };
    assert_eq!(laiqu["store"], "laiqu");
    assert!(laiqu["submissions"].as_u64().unwrap() >= 2 * 64, "{laiqu}");
    assert_eq!(laiqu["trace"]["asked"], 5, "{laiqu}");
    for figure in ["events_per_s", "p50_ms", "p99_ms", "disk_bytes_per_event"] {
        assert!(laiqu[figure].as_f64().unwrap() > 0.0, "{figure}: {laiqu}");
    }
    assert!(laiqu["verify"]["seconds"].as_f64().unwrap() > 0.0, "{laiqu}");
    assert_eq!(laiqu["attempts"].as_array().unwrap().len(), 3, "{laiqu}");
    let skipped = compared["skipped"].as_array().unwrap();
    let [postgres, tessera] = skipped.as_slice() else { panic!("{compared}") };
    for (skip, store) in [(postgres, "postgres"), (tessera, "tessera")] {
        assert_eq!(skip["store"], store);
        assert!(skip["why"].as_str().unwrap().contains(none), "{skip}");
    }
}

#[test]
fn what_else_is_on_the_machine_keeps_the_same_submissions() {
    let many = ["--events-per-submission", "60", "--stores", "postgres,tessera"];
    let compared = compare(&many);
    let stores = compared["stores"].as_array().unwrap();
    let skipped = compared["skipped"].as_array().unwrap();
    skipped.iter().for_each(|skip| println!("skipped: {}: {}", skip["store"], skip["why"]));
    let of = |name: &str| stores.iter().filter(|row| row["store"] == name).count();
    let missing = |name: &str| skipped.iter().filter(|skip| skip["store"] == name).count();
    for (bare, checked) in
        [("postgres", "postgres, checked"), ("tessera", "tessera, checked, proved")]
    {
        let rows = (of(bare), of(checked), missing(bare));
        assert!([(1, 1, 0), (0, 0, 1)].contains(&rows), "{compared}");
    }
    for row in stores {
        let database = row["store"].as_str().unwrap().starts_with("postgres");
        assert_eq!(row["trace"]["asked"].as_u64(), database.then_some(5), "{row}");
        assert_eq!(row["verify"].is_null(), database, "{row}");
        assert!(row["disk_bytes_per_event"].as_f64().unwrap() > 900.0, "{row}");
    }
}
