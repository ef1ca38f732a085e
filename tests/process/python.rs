//! Programs in Python that a user may have: the example of README.md, and a tester of HTTP APIs
//! that goes by their description. `.ci/run` installs them; without them nothing is checked.

use crate::ran::laiqu;
use laiqu_tests::{LedgerDir, TestServer, commissioned, document};
use std::path::{Path, PathBuf};
use std::process::{Command, Output};

/// Folder of programs (`bin` of a virtual environment) that has what the tests need.
fn tools() -> Option<PathBuf> {
    let found = std::env::var_os("LAIQU_TEST_PYTHON").map(PathBuf::from);
    if found.is_none() {
        println!("skipped: LAIQU_TEST_PYTHON names no environment");
    }
    found
}

/// The end of what a program said, with lines of a bearable length.
fn said(output: &Output) -> String {
    let all = [&output.stdout[..], &output.stderr[..]].concat();
    let all = String::from_utf8_lossy(&all).into_owned();
    let short = |line: &str| line.chars().take(300).collect::<String>();
    let lines: Vec<String> = all.lines().map(short).collect();
    lines[lines.len().saturating_sub(120)..].join("\n")
}

/// The first block of Python in README.md.
fn example() -> String {
    let readme = Path::new(env!("CARGO_MANIFEST_DIR")).join("../README.md");
    let readme = std::fs::read_to_string(readme).unwrap();
    let block = readme.split("```python\n").nth(1).and_then(|rest| rest.split("```").next());
    block.expect("README.md shows a block of Python").to_owned()
}

#[test]
fn the_example_of_the_readme_posts_a_signed_document() {
    let example = example();
    assert!(example.lines().count() <= 16, "a dozen lines");
    let Some(tools) = tools() else { return };
    let ledger = LedgerDir::new("ledger.example/luzhou");
    let server = TestServer::start(&ledger.data, &[]);
    let at = |name: &str| ledger.root.path().join(name).to_str().unwrap().to_owned();
    let party = "urn:uscc:91510500MA6XXXXXXX";
    laiqu(&["keys", "new", &at("plant.jwk")]).exits(0);
    let registration = format!(
        r#"{{"id": "{party}", "name": "示例加工厂", "kinds": ["processor"], "signing": "required"}}"#
    );
    std::fs::write(at("plant.json"), registration).unwrap();
    let token = ["--token", &ledger.operator, "--url", &server.url];
    let register = ["party", "register", &at("plant.json"), "--key", &at("plant.jwk")];
    laiqu(&[&register[..], &token].concat()).exits(0);
    let lot = "urn:epc:class:lgtin:4012345.011111.A1";
    let body = document(&[commissioned("urn:uuid:5f9a6d0e-0000-4000-8000-000000000001", lot, 80)]);
    std::fs::write(at("events.jsonld"), body).unwrap();
    assert!(example.contains("http://127.0.0.1:7800") && example.contains(party));
    let program = example.replace("http://127.0.0.1:7800", &server.url);
    std::fs::write(at("post.py"), program).unwrap();
    let run = Command::new(tools.join("python"))
        .arg("post.py")
        .current_dir(ledger.root.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", said(&run));
    let entries = server.client_with(&ledger.operator).get("/v1/ledger").expect(200);
    assert_eq!(entries["events"], 1);
    assert_eq!(ledger.verify().0, 0);
}

/// Longer request lines and headers the HTTP library refuses by itself, without a body; that is not
/// checked.
const HOOKS: &str = "import schemathesis


@schemathesis.hook
def filter_case(context, case):
    parts = [case.path_parameters, case.query, case.headers, case.cookies]
    return sum(len(str(part)) for part in parts) < 4_000
";

/// No server error, no status and no content type that the description lacks.
#[test]
fn the_server_answers_as_its_description_says() {
    let Some(tools) = tools() else { return };
    let ledger = LedgerDir::new("ledger.example/described");
    let server = TestServer::start(&ledger.data, &[]);
    let checks = "not_a_server_error,status_code_conformance,content_type_conformance,\
                  response_headers_conformance,response_schema_conformance";
    std::fs::write(ledger.root.path().join("hooks.py"), HOOKS).unwrap();
    let run = Command::new(tools.join("schemathesis"))
        .env("SCHEMATHESIS_HOOKS", "hooks")
        .env("PYTHONPATH", ledger.root.path())
        .args(["run", &format!("{}/openapi.json", server.url), "--checks", checks])
        .args(["--header", &format!("Authorization: Bearer {}", ledger.operator)])
        // The same cases each time: a run that fails by chance helps nobody.
        .args(["--phases", "coverage,fuzzing", "--max-examples", "25", "--seed", "20261125"])
        .args(["--no-shrink", "--continue-on-failure"])
        .current_dir(ledger.root.path())
        .output()
        .unwrap();
    assert!(run.status.success(), "{}", said(&run));
    assert_eq!(ledger.verify().0, 0);
}
