//! `laiqu lint`: what it finds in files, and how it ends.

use crate::ran::laiqu;
use laiqu_tests::document;

/// A receipt of a lot, with more members.
fn received(members: &str) -> String {
    let event = format!(
        r#"{{"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "receiving",
            "eventTime": "2026-11-01T06:00:00Z", "eventTimeZoneOffset": "+00:00",
            "quantityList": [{{"epcClass": "https://id.gs1.org/01/04012345123456/10/A",
                "quantity": 20, "uom": "KGM"}}],
            "readPoint": {{"id": "https://id.gs1.org/414/4012345000115"}} {members}}}"#
    );
    document(&[event])
}

#[test]
fn each_finding_has_its_rule_its_place_and_both_languages() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("received.jsonld");
    std::fs::write(&file, received("")).unwrap();
    let path = file.to_str().unwrap();
    laiqu(&["lint", path]).exits(0);
    let ran = laiqu(&["lint", path, "--profile", "fsma204", "--json"]).exits(1);
    let found = ran.json();
    assert_eq!((&found["profile"], &found["findings"]), (&"fsma204".into(), &2.into()));
    let first = &found["files"][0]["findings"][0];
    assert_eq!(first["rule"], "fsma204.receiving.previous-source");
    assert_eq!(first["pointer"], "/epcisBody/eventList/0/sourceList");
    assert!(first["detail_zh"].as_str().unwrap().contains("来源"), "{first}");
    let people = laiqu(&["lint", path, "--profile", "cold-chain"]).exits(1);
    assert!(people.stdout.contains("/epcisBody/eventList/0/sensorElementList"), "{people:?}");
    assert!(people.stdout.contains("缺少收货时的温度"), "{people:?}");
}

#[test]
fn what_is_no_epcis_document_has_its_faults_named() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("bad.jsonld");
    std::fs::write(&file, received(r#", "bizLocation": {}"#).replace("2026-11-01T06", "06"))
        .unwrap();
    let path = file.to_str().unwrap();
    let found = laiqu(&["lint", path, "--profile", "gdst", "--json"]).exits(1).json();
    let faults = found["files"][0]["findings"].as_array().unwrap();
    let time = faults.iter().find(|fault| fault["rule"] == "epcis.bad-time").unwrap();
    assert_eq!(time["pointer"], "/epcisBody/eventList/0/eventTime");
    laiqu(&["lint", root.path().join("none").to_str().unwrap()]).exits(2);
    laiqu(&["lint", path, "--profile", "gs1"]).exits(2);
}
