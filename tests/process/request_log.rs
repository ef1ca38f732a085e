//! The server's log: each line of a request stands under the request's name.

use laiqu_tests::{LedgerDir, TestParty, TestServer, commissioned, document, jws};
use serde_json::Value;
use std::process::Command;

const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";

/// A server that writes its log to a file, and a capture under each of these names.
fn logged(format: &str, names: &[&str]) -> (LedgerDir, String) {
    let ledger = LedgerDir::new("log.example/names");
    let file = ledger.root.path().join("stderr");
    let mut command = Command::new("sh");
    let script = r#"exec "$0" "$@" --log-format "$FORMAT" 2> "$FILE""#;
    command.args(["-c", script]).env("FILE", &file).env("FORMAT", format);
    command.env("LAIQU_LOG", "laiqu_service=debug,laiqu_http=debug");
    let server = TestServer::try_start_under(command, &ledger.data).unwrap();
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "required");
    let body = document(&[commissioned("urn:uuid:1", LOT, 5)]);
    let media_type = "application/ld+json";
    let signature = jws(&farm.key, &farm.id, &farm.origin, media_type, body.as_bytes());
    for (number, id) in names.iter().enumerate() {
        let headers = [
            ("Content-Type", media_type),
            ("Submission-Signature", signature.as_str()),
            ("X-Request-Id", id),
        ];
        let answer = server.client().post("/epcis/capture", &headers, body.as_bytes());
        assert_eq!(answer.expect(202)["replayed"], number > 0, "{id}");
    }
    assert!(server.stop().success());
    let log = std::fs::read_to_string(&file).unwrap();
    for secret in [ledger.operator.as_str(), LOT, "4012345", "urn:example:farm"] {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
    (ledger, log)
}

#[test]
fn every_step_of_a_submission_is_logged_under_the_name_of_its_request() {
    let (_ledger, log) = logged("text", &["named-1", "named-2", "forged id=named-1"]);
    let lines = |id: &str, word: &str| {
        let span = format!("id={id}");
        log.lines().filter(|line| line.contains(&span) && line.contains(word)).count()
    };
    for step in ["durable", "published", "answered"] {
        assert_eq!(lines("named-1", step), 1, "{step}\n{log}");
    }
    assert_eq!((lines("named-2", "durable"), lines("named-2", "answered")), (0, 1), "{log}");
    assert!(!log.contains("forged"), "{log}");
}

#[test]
fn each_line_of_a_log_for_programs_is_one_object_with_the_name_of_the_request() {
    let (_ledger, log) = logged("json", &["named-1", "named-2", "forged\",\"id\":\"named-1"]);
    let lines: Vec<Value> = log
        .lines()
        .map(|line| serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}")))
        .collect();
    for line in &lines {
        for member in ["timestamp", "level", "target"] {
            assert!(line[member].is_string(), "{member}: {line}");
        }
        assert!(line["fields"]["message"].is_string(), "{line}");
    }
    let steps = |id: &str| -> Vec<&str> {
        let of =
            |line: &&Value| line["spans"][0]["name"] == "request" && line["spans"][0]["id"] == id;
        let named = lines.iter().filter(of);
        named.filter_map(|line| line["fields"]["message"].as_str()).collect()
    };
    for step in ["durable", "published", "answered"] {
        let count = steps("named-1").iter().filter(|said| said.contains(step)).count();
        assert_eq!(count, 1, "{step}\n{log}");
    }
    assert!(steps("named-2").contains(&"answered"), "{log}");
    assert!(!log.contains("forged"), "{log}");
}
