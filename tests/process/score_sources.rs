//! `laiqu score --method`: candidates for the source side by side.

use crate::ran::laiqu;

/// Farm A sells to both traders, farm B to one; a shop of each trader has cases.
const DELIVERIES: &str = "ID,from,to,Amount [kg]\n1,A,T1,10\n2,A,T2,30\n3,B,T1,30\n4,T1,S1,40\n\
                          5,T2,S2,10\n6,T2,S3,\n";

fn case() -> tempfile::TempDir {
    let root = tempfile::tempdir().unwrap();
    for (name, text) in [
        ("stations.csv", "ID,Name\nA,Farm A\nB,Farm B\nT1,One\nT2,Two\nS1,\nS2,\nS3,\n"),
        ("deliveries.csv", DELIVERIES),
        ("relations.csv", "ID,Next\n1,4\n3,4\n2,5\n2,6\n"),
        ("parameters.json", r#"{"station_weights": {"S1": 1, "S2": 1}}"#),
    ] {
        std::fs::write(root.path().join(name), text).unwrap();
    }
    root
}

#[test]
fn four_methods_stand_side_by_side() {
    let root = case();
    let path = root.path().to_str().unwrap();
    let ran = laiqu(&["score", "--case", path, "--method", "all"]).exits(0);
    for words in [
        "可能的来源 candidate sources 4/4",
        "horn 名次 rank",
        "途经交货",
        "A Farm A",
        "1 次交货没有千克数",
    ] {
        assert!(ran.stdout.contains(words), "{words}: {}", ran.stdout);
    }
    let json = laiqu(&["score", "--case", path, "--method", "all", "--json"]).exits(0).json();
    let sources = &json["sources"];
    assert_eq!(
        (&sources["candidates_found"], &sources["kilograms_assumed"]),
        (&4.into(), &1.into())
    );
    let first = &sources["candidates"][0];
    assert_eq!((&first["id"], &first["deliveries"]), (&"A".into(), &4.into()));
    for method in ["fcl", "horn", "sales", "distance"] {
        let of = &first["methods"][method];
        assert_eq!((&of["rank"], &of["cases"]), (&1.into(), &2.into()), "{method}: {of}");
    }
    // Of what comes from farm A, a quarter goes to shop 1; of the rest 10 in 34 kg to shop 2.
    let walk = first["methods"]["horn"]["value"].as_f64().unwrap();
    assert!((walk - (0.25_f64 * 0.75 * 10.0 / 34.0).ln()).abs() < 1e-9, "{walk}");
    let sales = first["methods"]["sales"]["value"].as_f64().unwrap();
    assert!((sales - 0.25_f64.ln()).abs() < 1e-9, "{sales}");
}

#[test]
fn one_method_and_a_limit() {
    let root = case();
    let path = root.path().to_str().unwrap();
    let flags = ["--method", "distance", "--limit", "2"];
    let ran = laiqu(&[&["score", "--case", path], &flags[..]].concat()).exits(0);
    assert!(ran.stdout.contains("candidate sources 2/4"), "{}", ran.stdout);
    assert!(!ran.stdout.contains("horn"), "{}", ran.stdout);
    std::fs::remove_file(root.path().join("parameters.json")).unwrap();
    let none = laiqu(&["score", "--case", path, "--method", "horn"]).exits(0);
    assert!(none.stdout.contains("candidate sources 0/0"), "{}", none.stdout);
}

#[test]
fn stations_that_can_be_shown_as_one_are_listed() {
    let root = case();
    let path = root.path().to_str().unwrap();
    let ran = laiqu(&["score", "--case", path, "--groups", "weight"]).exits(0);
    assert!(ran.stdout.contains("groups 0/0"), "{}", ran.stdout);
    let more = format!("{DELIVERIES}7,T2,S4,\n8,T2,S5,1\n");
    std::fs::write(root.path().join("deliveries.csv"), more).unwrap();
    let stations = "ID\nA\nB\nT1\nT2\nS1\nS2\nS3\nS4\nS5\n";
    std::fs::write(root.path().join("stations.csv"), stations).unwrap();
    let json = laiqu(&["score", "--case", path, "--groups", "product", "--json"]).exits(0).json();
    let groups = serde_json::json!([
        { "kind": "targets", "stations": ["S3", "S4", "S5"] },
        { "kind": "isolated", "stations": ["S3", "S4", "S5"] },
    ]);
    assert_eq!(json["groups"], groups);
    let ran = laiqu(&["score", "--case", path, "--groups", "lot", "--limit", "2"]).exits(0);
    assert!(ran.stdout.contains("去向组 targets (3): S3, S4 …"), "{}", ran.stdout);
}
