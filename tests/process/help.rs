//! Help, versions, and what happens on a wrong command line.

use crate::ran::laiqu;
use serde_json::Value;

/// Every command as its words: the first help names the commands, theirs name those below.
fn commands() -> Vec<Vec<String>> {
    let (mut found, mut at) = (vec![Vec::new()], 0);
    while let Some(command) = found.get(at).cloned() {
        let help = help_of(&command);
        let below = help.split("\nCommands:\n").nth(1).unwrap_or_default();
        let below = below.lines().take_while(|line| line.starts_with("  "));
        // A description that is broken stands further in.
        let named = below.filter(|line| !line.starts_with("   "));
        found.extend(named.map(|line| {
            let name = line.split_whitespace().next().unwrap().to_owned();
            [&command[..], &[name]].concat()
        }));
        at += 1;
    }
    found
}

fn help_of(command: &[String]) -> String {
    let words = command.iter().map(String::as_str).chain(["--help"]);
    let ran = laiqu(&words.collect::<Vec<_>>()).exits(0);
    assert!(ran.stderr.is_empty(), "{command:?}: {}", ran.stderr);
    ran.stdout
}

fn is_chinese(letter: char) -> bool {
    ('\u{4e00}'..='\u{9fff}').contains(&letter)
}

#[test]
fn every_command_has_help_in_both_languages() {
    let commands = commands();
    for known in ["serve", "receipt verify-answer", "party profile", "witness serve", "lint"] {
        assert!(commands.iter().any(|command| command.join(" ") == known), "{known}");
    }
    for command in commands {
        let help = help_of(&command);
        assert!(help.contains("Usage:"), "{command:?}: {help}");
        assert!(help.lines().next().unwrap().chars().any(is_chinese), "{command:?}: {help}");
        // Chinese stands first wherever English stands behind a stroke.
        for line in help.lines().filter(|line| line.contains(" / ")) {
            let chinese = line.split(" / ").next().unwrap().chars().any(is_chinese);
            assert!(chinese, "{command:?}: {line}");
        }
        for line in help.lines().filter(|line| line.trim_start().starts_with("--")) {
            assert!(line.trim().contains("  ") || line.trim().len() < 40, "{command:?}: {line}");
        }
    }
}

#[test]
fn the_first_help_names_the_exit_codes() {
    let ran = laiqu(&["--help"]).exits(0);
    for code in ["0 ", "1 ", "2 ", "3 ", "4 ", "5 "] {
        let codes = ran.stdout.split("exit codes").nth(1).unwrap();
        assert!(codes.contains(code), "{code}: {codes}");
    }
}

#[test]
fn unknown_commands_and_flags_are_usage_errors() {
    laiqu(&[]).exits(2);
    laiqu(&["fly"]).exits(2);
    for command in commands() {
        let words = command.iter().map(String::as_str).chain(["--no-such-flag"]);
        let ran = laiqu(&words.collect::<Vec<_>>()).exits(2);
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
