//! The server's log: each line of a request stands under the request's name.

use laiqu_tests::{LedgerDir, TestParty, TestServer, commissioned, document, jws};
use std::process::Command;

const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";

#[test]
fn every_step_of_a_submission_is_logged_under_the_name_of_its_request() {
    let ledger = LedgerDir::new("log.example/names");
    let file = ledger.root.path().join("stderr");
    let mut command = Command::new("sh");
    command.args(["-c", r#"exec "$0" "$@" 2> "$FILE""#]).env("FILE", &file);
    command.env("LAIQU_LOG", "laiqu_service=debug,laiqu_http=debug");
    let server = TestServer::try_start_under(command, &ledger.data).unwrap();
    let farm = TestParty::new(&ledger.origin, "urn:example:farm", 1);
    let farm = farm.register(&server, &ledger.operator, "required");
    let body = document(&[commissioned("urn:uuid:1", LOT, 5)]);
    let media_type = "application/ld+json";
    let signature = jws(&farm.key, &farm.id, &farm.origin, media_type, body.as_bytes());
    let post = |id: &str| {
        let headers = [
            ("Content-Type", media_type),
            ("Submission-Signature", signature.as_str()),
            ("X-Request-Id", id),
        ];
        server.client().post("/epcis/capture", &headers, body.as_bytes())
    };
    assert_eq!(post("named-1").status, 202);
    assert_eq!(post("named-2").expect(202)["replayed"], true);
    assert_eq!(post("forged id=named-1").status, 202);
    assert!(server.stop().success());
    let log = std::fs::read_to_string(&file).unwrap();
    let lines = |id: &str, word: &str| {
        let span = format!("id={id}");
        log.lines().filter(|line| line.contains(&span) && line.contains(word)).count()
    };
    for step in ["durable", "published", "answered"] {
        assert_eq!(lines("named-1", step), 1, "{step}\n{log}");
    }
    assert_eq!((lines("named-2", "durable"), lines("named-2", "answered")), (0, 1), "{log}");
    assert!(!log.contains("forged"), "{log}");
    for secret in [ledger.operator.as_str(), LOT, "4012345", "urn:example:farm"] {
        assert!(!log.contains(secret), "{secret}\n{log}");
    }
}
