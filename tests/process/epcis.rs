//! `laiqu epcis hash`: one line for each event.

use crate::ran::laiqu;
use laiqu_tests::document;

#[test]
fn hashes_and_what_is_hashed_have_a_line_for_each_event() {
    let event = |step: &str| {
        format!(
            r#"{{"type": "TransactionEvent", "action": "ADD", "bizStep": "{step}",
                "eventTime": "2026-11-01T06:00:00Z", "eventTimeZoneOffset": "+00:00",
                "parentID": "urn:x:p", "epcList": ["urn:x:1"],
                "bizTransactionList": [{{"type": "po", "bizTransaction": "urn:x:po"}}]}}"#
        )
    };
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("events.jsonld");
    std::fs::write(&file, document(&[event("shipping"), event("receiving")])).unwrap();
    let path = file.to_str().unwrap();
    let lines = |more: &[&str]| -> Vec<String> {
        let arguments: Vec<&str> = ["epcis", "hash", path].iter().chain(more).copied().collect();
        laiqu(&arguments).exits(0).stdout.lines().map(str::to_owned).collect()
    };
    let hashes = lines(&[]);
    assert_eq!(hashes.len(), 2);
    assert!(hashes.iter().all(|line| line.starts_with("ni:///sha-256;")), "{hashes:?}");
    let prehashes = lines(&["--prehash"]);
    assert!(prehashes[0].contains("epcListepc=urn:x:1parentID=urn:x:p"), "{prehashes:?}");
    let reference = lines(&["--prehash", "--reference"]);
    assert!(reference[0].contains("parentID=urn:x:pepcListepc=urn:x:1"), "{reference:?}");
    assert_ne!(lines(&["--reference"])[0], hashes[0]);
    std::fs::write(&file, "{}").unwrap();
    let ran = laiqu(&["epcis", "hash", path]).exits(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("no valid EPCIS"), "{ran:?}");
}
