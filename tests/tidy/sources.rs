//! How sources are written.

use crate::tree::{files_below, root, rust_files, shown};

/// No file is longer.
const FILE_LINES_MAX: usize = 800;
/// Half of all files are at most this long.
const FILE_LINES_MEDIAN_MAX: usize = 250;
/// Widest line of Rust, in characters.
const LINE_CHARS_MAX: usize = 100;
/// Largest file of the repository, in bytes.
const FILE_BYTES_MAX: u64 = 1 << 20;
/// What may stand at the top.
const TOP: &[&str] = &[
    "Cargo.toml",
    "Cargo.lock",
    "LICENSE",
    "README.md",
    "CHANGELOG.md",
    "api-spec",
    "benches",
    "crates",
    "tests",
    "target",
];

#[test]
fn files_are_short() {
    let mut lengths = Vec::new();
    for path in rust_files() {
        let lines = std::fs::read_to_string(&path).unwrap().lines().count();
        assert!(lines <= FILE_LINES_MAX, "{} has {lines} lines", shown(&path));
        lengths.push(lines);
    }
    lengths.sort_unstable();
    let median = lengths[lengths.len() / 2];
    assert!(median <= FILE_LINES_MEDIAN_MAX, "the median file has {median} lines");
}

#[test]
fn lines_are_narrow() {
    for path in rust_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        for (at, line) in text.lines().enumerate() {
            // A literal that cannot be broken may stick out; so may a fixed vector in a test.
            let literal = line.contains('"') || line.trim_start().starts_with('{');
            let width = line.chars().count();
            assert!(width <= LINE_CHARS_MAX || literal, "{}:{}: {width}", shown(&path), at + 1);
        }
    }
}

#[test]
fn every_crate_says_what_it_is_and_what_it_must_never_contain() {
    for entry in std::fs::read_dir(root().join("crates")).unwrap() {
        let path = entry.unwrap().path().join("src/lib.rs");
        if !path.exists() {
            continue;
        }
        let text = std::fs::read_to_string(&path).unwrap();
        let head: Vec<_> = text.lines().take_while(|line| line.starts_with("//!")).collect();
        let head = head.join(" ").to_lowercase();
        assert!(head.contains("must never"), "{}: says not what it must never be", shown(&path));
    }
}

#[test]
fn every_package_takes_lints_and_versions_from_the_workspace() {
    let manifests = files_below(&root()).into_iter().filter(|path| path.ends_with("Cargo.toml"));
    for path in manifests.filter(|path| path.parent() != Some(&root())) {
        if shown(&path).contains("fuzz") {
            continue; // a workspace of its own, built with flags of its own
        }
        let text = std::fs::read_to_string(&path).unwrap();
        assert!(text.contains("[lints]\nworkspace = true"), "{}: lints", shown(&path));
        let section = text.split("dependencies]").skip(1).flat_map(|part| {
            part.lines().skip(1).take_while(|line| !line.starts_with('[')).collect::<Vec<_>>()
        });
        for line in section.filter(|line| line.contains('=')) {
            assert!(line.contains("workspace = true"), "{}: {line}", shown(&path));
        }
    }
}

#[test]
fn nothing_is_unsafe_but_the_mapping_of_a_file() {
    // Put together here, so that this file does not say it.
    let allowed = ["allow(unsafe", "_code"].concat();
    let says = |path: &std::path::PathBuf| {
        std::fs::read_to_string(path).is_ok_and(|text| text.contains(&allowed))
    };
    let found = files_below(&root()).into_iter().filter(says).map(|path| shown(&path));
    let found: Vec<String> = found.collect();
    assert_eq!(found, ["crates/columns/src/map.rs"]);
}

#[test]
fn the_top_holds_nothing_else() {
    for entry in std::fs::read_dir(root()).unwrap() {
        let name = entry.unwrap().file_name().to_string_lossy().into_owned();
        assert!(name.starts_with('.') || TOP.contains(&name.as_str()), "{name} at the top");
    }
}

#[test]
fn nothing_is_large_and_nothing_names_a_registry_host() {
    // Put together here, so that this file does not name them.
    let hosts = [["crates", ".io"], ["pypi", ".org"], ["npmjs", ".com"], ["proxy.golang", ".org"]];
    for path in files_below(&root()) {
        let size = path.metadata().unwrap().len();
        assert!(size <= FILE_BYTES_MAX, "{} has {size} bytes", shown(&path));
        let left_over =
            path.extension().is_some_and(|e| ["orig", "rej", "bak"].iter().any(|b| e == *b));
        assert!(!left_over, "{} is left over", shown(&path));
        let Ok(text) = std::fs::read_to_string(&path) else { continue };
        if path.ends_with("Cargo.lock") {
            continue; // written by cargo
        }
        for host in &hosts {
            let host = host.concat();
            assert!(!text.contains(&host), "{} names {host}", shown(&path));
        }
    }
}

#[test]
fn no_source_leaves_work_undone() {
    let words = [["TO", "DO"], ["FIX", "ME"], ["XX", "X"], ["unimple", "mented!"]];
    for path in rust_files() {
        let text = std::fs::read_to_string(&path).unwrap();
        for word in &words {
            let word = word.concat();
            let found = text.lines().position(|line| {
                line.split(|c: char| !c.is_alphanumeric() && c != '!').any(|part| part == word)
            });
            assert!(found.is_none(), "{}:{}: {word}", shown(&path), found.unwrap_or(0) + 1);
        }
    }
}
