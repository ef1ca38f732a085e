//! Help, versions, and what happens on a wrong command line.

use crate::ran::laiqu;
use serde_json::Value;

const COMMANDS: &[&[&str]] = &[
    &[],
    &["init"],
    &["serve"],
    &["keys"],
    &["keys", "new"],
    &["keys", "show"],
    &["keys", "sign"],
    &["keys", "rotate-log"],
    &["post"],
    &["receipt"],
    &["receipt", "get"],
    &["receipt", "verify"],
    &["receipt", "upgrade"],
    &["party"],
    &["party", "register"],
    &["party", "token"],
    &["party", "add-key"],
    &["party", "rotate"],
    &["party", "reset"],
    &["party", "revoke"],
    &["party", "signing"],
    &["trace"],
    &["score"],
    &["query"],
    &["verify"],
    &["monitor"],
    &["export"],
    &["export", "tiles"],
    &["fsck"],
    &["backup"],
    &["restore"],
    &["reindex"],
    &["demo"],
    &["openapi"],
    &["version"],
];

#[test]
fn every_command_has_help_in_both_languages() {
    for command in COMMANDS {
        let ran = laiqu(&[*command, &["--help"]].concat()).exits(0);
        assert!(ran.stderr.is_empty(), "{command:?}: {}", ran.stderr);
        assert!(ran.stdout.contains("Usage:"), "{command:?}: {}", ran.stdout);
        let chinese = ran.stdout.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c));
        assert!(chinese, "{command:?}: {}", ran.stdout);
        for line in ran.stdout.lines().filter(|line| line.trim_start().starts_with("--")) {
            assert!(line.trim().contains("  ") || line.trim().len() < 40, "{command:?}: {line}");
        }
    }
}

#[test]
fn the_first_help_names_every_command_and_the_exit_codes() {
    let ran = laiqu(&["--help"]).exits(0);
    for command in COMMANDS.iter().filter_map(|command| command.first()) {
        assert!(ran.stdout.contains(&format!("  {command} ")), "{command}: {}", ran.stdout);
    }
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 "] {
        let codes = ran.stdout.split("exit codes").nth(1).unwrap();
        assert!(codes.contains(code), "{code}: {codes}");
    }
}

#[test]
fn unknown_commands_and_flags_are_usage_errors() {
    laiqu(&[]).exits(2);
    laiqu(&["fly"]).exits(2);
    for command in COMMANDS {
        let ran = laiqu(&[*command, &["--no-such-flag"]].concat()).exits(2);
        assert!(ran.stdout.is_empty(), "{command:?}: {}", ran.stdout);
        assert!(ran.stderr.contains("--no-such-flag"), "{command:?}: {}", ran.stderr);
    }
    for line in ["demo --events many", "demo --seed -1", "serve", "init", "trace back x --depth x"]
    {
        let words: Vec<&str> = line.split(' ').collect();
        assert!(laiqu(&words).exits(2).stdout.is_empty(), "{line}");
    }
}

#[test]
fn versions_and_the_api_description_are_printed() {
    let version = laiqu(&["version", "--json"]).exits(0).json();
    assert_eq!(version["name"], "laiqu");
    let plain = laiqu(&["--version"]).exits(0).stdout;
    assert_eq!(plain.trim(), format!("laiqu {}", version["version"].as_str().unwrap()));
    assert_eq!(laiqu(&["version"]).exits(0).stdout, plain);
    let api: Value = serde_json::from_str(&laiqu(&["openapi"]).exits(0).stdout).unwrap();
    assert!(api["openapi"].as_str().unwrap().starts_with("3.1"));
}

#[test]
fn a_reader_that_has_seen_enough_is_no_error() {
    // The reading end of stdout is closed before anything is written.
    let mut child = laiqu_tests::under_test()
        .arg("openapi")
        .stdout(std::process::Stdio::piped())
        .stderr(std::process::Stdio::piped())
        .spawn()
        .unwrap();
    drop(child.stdout.take());
    let output = child.wait_with_output().unwrap();
    assert_eq!(output.status.code(), Some(0), "{output:?}");
}
