//! Which crate may know which, and what each may name.

use crate::tree::{files_below, root, shown};
use cargo_metadata::{DependencyKind, MetadataCommand};
use std::collections::{BTreeMap, BTreeSet};

/// What each crate may depend on inside the workspace.
const MAY_DEPEND: &[(&str, &[&str])] = &[
    ("proof", &[]),
    ("epcis", &[]),
    ("columns", &[]),
    ("trace", &["epcis", "columns"]),
    ("interchange", &["epcis", "trace"]),
    ("supervision", &[]),
    ("ledger", &["proof"]),
    ("index", &["epcis", "columns"]),
    ("city", &[]),
    (
        "service",
        &["proof", "epcis", "columns", "interchange", "trace", "supervision", "ledger", "index"],
    ),
    ("console", &[]),
    ("http", &["service", "console", "proof", "epcis", "interchange", "trace"]),
    (
        "cli",
        &[
            "proof",
            "epcis",
            "interchange",
            "trace",
            "supervision",
            "ledger",
            "index",
            "city",
            "service",
            "http",
        ],
    ),
];

/// Crates that are arguments in, values out.
const PURE: &[&str] = &["proof", "epcis", "interchange", "trace", "supervision", "city", "console"];

/// What pure code never names: files, threads of a runtime, clocks, randomness of the machine.
const IMPURE: &[&str] = &[
    "std::fs",
    "std::net",
    "std::env",
    "std::process",
    "std::thread",
    "SystemTime",
    "Instant::now",
    "tokio::",
    "actix",
    "sled::",
    "getrandom",
    "thread_rng",
    "OsRng",
];

/// Packages from outside that only one crate names.
const ONLY_IN: &[(&str, &[&str])] = &[
    ("sled", &["index"]),
    ("memmap2", &["columns"]),
    ("quick-xml", &["interchange"]),
    ("calamine", &["interchange"]),
    ("csv", &["interchange", "tests"]),
    ("rust_xlsxwriter", &["interchange", "tests"]),
    ("actix-web", &["http"]),
    ("ureq", &["cli", "tests", "benches"]),
    ("postgres", &["benches"]),
];

fn dependencies() -> BTreeMap<String, BTreeSet<String>> {
    let mut command = MetadataCommand::new();
    command.current_dir(root()).no_deps().other_options(vec!["--offline".into()]);
    let metadata = command.exec().unwrap();
    let edges = metadata.packages.iter().map(|package| {
        let used = package.dependencies.iter().filter(|d| d.kind != DependencyKind::Development);
        let names = used.map(|dependency| short(&dependency.name)).collect();
        (short(&package.name), names)
    });
    edges.collect()
}

fn short(name: &str) -> String {
    name.strip_prefix("laiqu-").unwrap_or(name).to_owned()
}

#[test]
fn crates_depend_only_downwards() {
    let edges = dependencies();
    let ours: BTreeSet<&String> = edges.keys().collect();
    for (name, used) in &edges {
        let inside: BTreeSet<&str> =
            used.iter().filter(|d| ours.contains(d)).map(String::as_str).collect();
        match MAY_DEPEND.iter().find(|(layer, _)| layer == name) {
            Some((_, allowed)) => {
                let wrong: Vec<_> = inside.iter().filter(|d| !allowed.contains(d)).collect();
                assert!(wrong.is_empty(), "{name} depends on {wrong:?}");
            }
            None => assert!(["tests", "benches"].contains(&name.as_str()), "{name}: no layer"),
        }
        assert!(!inside.contains("tests"), "{name} depends on tests");
        let runs_it = name == "tests";
        assert!(runs_it || !inside.contains("benches"), "{name} depends on benches");
    }
    for (layer, _) in MAY_DEPEND {
        assert!(edges.contains_key(*layer), "layer {layer} has no crate");
    }
}

#[test]
fn each_engine_has_one_crate_that_names_it() {
    for (name, used) in dependencies() {
        for (engine, homes) in ONLY_IN {
            let wrong = used.contains(*engine) && !homes.contains(&name.as_str());
            assert!(!wrong, "{name} depends on {engine}, which belongs to {homes:?}");
        }
    }
}

#[test]
fn pure_crates_name_nothing_impure() {
    for name in PURE {
        for path in files_below(&root().join("crates").join(name).join("src")) {
            let text = std::fs::read_to_string(&path).unwrap();
            let mut code = text.lines().filter(|line| !line.trim_start().starts_with("//"));
            let named = code.find_map(|line| IMPURE.iter().find(|word| line.contains(**word)));
            assert!(named.is_none(), "{} names {}", shown(&path), named.unwrap());
        }
    }
}

/// Fuzz targets have a workspace and a lock file of their own, which no other build looks at.
#[test]
fn the_lock_file_of_the_fuzz_targets_knows_every_dependency() {
    let lock = std::fs::read_to_string(root().join("tests/fuzz/Cargo.lock")).unwrap();
    let locked: BTreeMap<&str, BTreeSet<&str>> = lock
        .split("[[package]]")
        .filter_map(|package| {
            let name = package.lines().find_map(|line| line.strip_prefix("name = \""))?;
            let listed = package.lines().filter_map(|line| line.trim().strip_prefix('"'));
            // Where there are several versions, the number stands behind the name.
            let listed = listed.filter_map(|line| line.split([' ', '"']).next());
            Some((name.trim_end_matches('"'), listed.collect()))
        })
        .collect();
    let mut command = MetadataCommand::new();
    command.current_dir(root()).no_deps().other_options(vec!["--offline".into()]);
    let mut missing = Vec::new();
    for package in command.exec().unwrap().packages {
        let Some(known) = locked.get(package.name.as_str()) else { continue };
        let used = package.dependencies.iter();
        let used = used.filter(|d| d.kind == DependencyKind::Normal && !d.optional);
        let unknown = used.filter(|dependency| !known.contains(dependency.name.as_str()));
        missing.extend(unknown.map(|dependency| format!("{}: {}", package.name, dependency.name)));
    }
    assert!(locked.contains_key("laiqu-epcis"), "the file was read");
    assert!(missing.is_empty(), "cd tests/fuzz && cargo metadata: {missing:?}");
}
