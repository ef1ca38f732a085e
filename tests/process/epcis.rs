//! `laiqu epcis`: hashes of events, one line for each, and the way between JSON and XML.

use crate::ran::{LOT, laiqu};
use laiqu_tests::{commissioned, document};

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

#[test]
fn a_document_goes_to_xml_and_back_with_its_hashes() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let (json, xml) = (path("events.jsonld"), path("events.xml"));
    std::fs::write(&json, document(&[commissioned("urn:uuid:1", LOT, 5)])).unwrap();
    let hash = |file: &str| laiqu(&["epcis", "hash", file]).exits(0).stdout;
    let convert = |file: &str, to: &str| laiqu(&["epcis", "convert", file, "--to", to]);
    let written = convert(&json, "xml").exits(0).stdout;
    assert!(written.contains("<bizStep>https://ref.gs1.org/cbv/BizStep-"), "{written}");
    std::fs::write(&xml, &written).unwrap();
    assert_eq!(hash(&xml), hash(&json));
    let urn = laiqu(&["epcis", "convert", &json, "--to", "xml", "--urn"]).exits(0).stdout;
    assert!(urn.contains("<bizStep>urn:epcglobal:cbv:bizstep:"), "{urn}");
    let again = path("again.json");
    std::fs::write(&again, convert(&xml, "json").exits(0).stdout).unwrap();
    assert_eq!(hash(&again), hash(&json));
    std::fs::write(&xml, written.replace("<action>ADD", "<action>\nADDED")).unwrap();
    let ran = laiqu(&["epcis", "hash", &xml]).exits(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("/ObjectEvent/action"), "{ran:?}");
    std::fs::write(&xml, "<!DOCTYPE x><x/>").unwrap();
    let ran = convert(&xml, "json").exits(1);
    assert!(ran.stdout.is_empty() && ran.stderr.contains("document type"), "{ran:?}");
}

#[test]
fn the_reference_form_of_xml_is_told_apart_from_that_of_json() {
    let root = tempfile::tempdir().unwrap();
    let path = |name: &str| root.path().join(name).to_str().unwrap().to_owned();
    let (xml, json) = (path("events.xml"), path("events.json"));
    let text = r#"<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:2" xmlns:ex="https://ns.example/"
 xmlns:r="https://repository-x.example.com/" schemaVersion="2.0" creationDate="2026-11-01T09:00:00Z">
<r:ignoreFields><ex:seen/></r:ignoreFields><EPCISBody><EventList><ObjectEvent>
<eventTime>2026-11-01T06:00:00Z</eventTime><eventTimeZoneOffset>+00:00</eventTimeZoneOffset>
<epcList><epc>urn:x:1</epc></epcList><action>OBSERVE</action><sensorElementList><sensorElement>
<sensorReport type="ex:Colour" component="ex:red" booleanValue="true"/>
</sensorElement></sensorElementList><ex:seen>1</ex:seen><ex:kept>ex:2</ex:kept>
</ObjectEvent></EventList></EPCISBody></e:EPCISDocument>"#;
    std::fs::write(&xml, text).unwrap();
    let converted = laiqu(&["epcis", "convert", &xml, "--to", "json"]).exits(0).stdout;
    std::fs::write(&json, converted).unwrap();
    let prehash = |file: &str, more: &[&str]| {
        let arguments = [&["epcis", "hash", file, "--prehash"], more].concat();
        laiqu(&arguments).exits(0).stdout
    };
    let own = prehash(&xml, &[]);
    assert_eq!(own, prehash(&json, &[]), "one event has one hash of ours");
    assert!(own.contains("type=https://ns.example/Colour") && own.contains("seen=1"), "{own}");
    let of_xml = prehash(&xml, &["--reference"]);
    let report = "sensorReporttype=ex:Colourcomponent=ex:redbooleanValue=true";
    assert!(of_xml.contains(report) && !of_xml.contains("seen"), "{of_xml}");
    assert!(of_xml.contains("kept=https://ns.example/2"), "{of_xml}");
    let of_json = prehash(&json, &["--reference"]);
    assert!(of_json.contains("type=https://ns.example/Colour"), "{of_json}");
    assert!(of_json.contains("booleanValue=True") && of_json.contains("seen=1"), "{of_json}");
}
