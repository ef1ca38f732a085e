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

/// Two receipts in XML of this version of EPCIS, the second with more elements.
fn in_xml(version: &str, more: &str) -> String {
    let list = "<quantityList><quantityElement><epcClass>https://id.gs1.org/01/04012345123456/10/A\
        </epcClass><quantity>20</quantity><uom>KGM</uom></quantityElement></quantityList>";
    let list =
        if version == "1" { format!("<extension>{list}</extension>") } else { list.to_owned() };
    let event = |more: &str| {
        format!(
            "<ObjectEvent><eventTime>2026-11-01T06:00:00Z</eventTime><eventTimeZoneOffset>+00:00\
             </eventTimeZoneOffset><epcList/><action>OBSERVE</action>\n\
             <bizStep>urn:epcglobal:cbv:bizstep:receiving</bizStep><readPoint>\
             <id>urn:epc:id:sgln:4012345.00011.0</id></readPoint>{more}{list}</ObjectEvent>"
        )
    };
    format!(
        "<?xml version=\"1.0\"?>\n<e:EPCISDocument xmlns:e=\"urn:epcglobal:epcis:xsd:{version}\" \
         schemaVersion=\"{version}\" creationDate=\"2026-11-01T09:00:00Z\"><EPCISBody><EventList>\n\
         {}\n{}</EventList></EPCISBody></e:EPCISDocument>",
        event(""),
        event(more)
    )
}

#[test]
fn documents_in_xml_are_read_too_and_each_finding_says_where() {
    let root = tempfile::tempdir().unwrap();
    let file = root.path().join("received");
    let path = file.to_str().unwrap();
    let lint = |xml: &str, profile: &str| {
        std::fs::write(&file, xml).unwrap();
        laiqu(&["lint", path, "--profile", profile, "--json"])
    };
    let list = "/e:EPCISDocument/EPCISBody/EventList";
    for version in ["1", "2"] {
        let right = lint(&in_xml(version, ""), "epcis").exits(0).json();
        assert_eq!(right["files"][0]["events"], 2);
        let found = lint(&in_xml(version, ""), "fsma204").exits(1).json();
        let findings = found["files"][0]["findings"].as_array().unwrap();
        assert_eq!(findings.len(), 4, "{found}");
        assert_eq!(findings[2]["rule"], "fsma204.receiving.previous-source");
        assert_eq!(findings[2]["pointer"], format!("{list}/ObjectEvent[2]"));
        assert!(findings[2]["detail"].as_str().unwrap().contains("(line 5, column 1)"), "{found}");
    }
    // What is wrong in form is all told, and what is wrong in content of other events.
    let wrong = in_xml("2", "<colour/><shape/>").replacen("OBSERVE", "LOOK", 1);
    let found = lint(&wrong, "gdst").exits(1).json();
    let findings = found["files"][0]["findings"].as_array().unwrap();
    let told: Vec<_> =
        findings.iter().map(|f| (f["rule"].as_str(), f["pointer"].as_str())).collect();
    let at = |end: &str| format!("{list}/ObjectEvent{end}");
    let (colour, shape, action) = (at("[2]/colour"), at("[2]/shape"), at("[1]/action"));
    assert_eq!(
        told,
        [
            (Some("epcis.unknown-element"), Some(&*colour)),
            (Some("epcis.unknown-element"), Some(&*shape)),
            (Some("epcis.unknown-word"), Some(&*action)),
        ]
    );
    let broken = lint("<a>\n<b></a>", "epcis").exits(1).json();
    let finding = &broken["files"][0]["findings"][0];
    assert_eq!(finding["rule"], "epcis.not-xml");
    assert!(finding["detail"].as_str().unwrap().contains("line 2"), "{finding}");
}
