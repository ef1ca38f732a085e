use super::*;
use crate::document::Limits;

fn findings(profile: Profile, event: &str) -> Vec<(&'static str, String)> {
    let text = format!(
        r#"{{"@context": ["https://ref.gs1.org/standards/epcis/epcis-context.jsonld",
            {{"gdst": "https://traceability-dialogue.org/epcis"}}],
            "type": "EPCISDocument", "schemaVersion": "2.0",
            "creationDate": "2026-11-01T00:00:00Z", "epcisBody": {{"eventList": [{event}]}}}}"#
    );
    let document = Document::parse(&text, &Limits::default()).unwrap();
    check(&document, profile).into_iter().map(|found| (found.rule.id, found.pointer)).collect()
}

fn shipping(members: &str) -> String {
    format!(
        r#"{{"type": "ObjectEvent", "action": "OBSERVE", "bizStep": "shipping",
            "eventTime": "2026-11-01T06:00:00Z", "eventTimeZoneOffset": "+00:00", {members}}}"#
    )
}

#[test]
fn each_missing_element_is_named_with_its_place() {
    let bare = shipping(
        r#""quantityList": [{"epcClass": "https://id.gs1.org/01/04012345123456", "quantity": 2}]"#,
    );
    let at = |rest: &str| format!("/epcisBody/eventList/0{rest}");
    assert_eq!(
        findings(Profile::Fsma204, &bare),
        [
            ("fsma204.traceability-lot-code", at("/quantityList/0/epcClass")),
            ("fsma204.quantity-and-unit", at("/quantityList/0/uom")),
            ("fsma204.location", at("/readPoint")),
            ("fsma204.shipping.from", at("/sourceList")),
            ("fsma204.shipping.recipient", at("/destinationList")),
            ("fsma204.shipping.reference-document", at("/bizTransactionList")),
        ]
    );
    assert_eq!(findings(Profile::Epcis, &bare), []);
    let whole = shipping(
        r#""quantityList": [{"epcClass": "https://id.gs1.org/01/04012345123456/10/A", "quantity": 2,
            "uom": "KGM"}], "readPoint": {"id": "https://id.gs1.org/414/4012345000115"},
            "sourceList": [{"type": "location", "source": "https://id.gs1.org/414/4012345000115"}],
            "destinationList": [{"type": "https://ref.gs1.org/cbv/SDT-location",
                "destination": "https://id.gs1.org/414/4012345000115"}],
            "bizTransactionList": [{"bizTransaction": "urn:x:1"}]"#,
    );
    assert_eq!(findings(Profile::Fsma204, &whole), []);
    assert_eq!(findings(Profile::ColdChain, &whole), []);
}

#[test]
fn imported_food_needs_its_certificate_and_a_receipt_its_temperature() {
    let received = |members: &str| {
        format!(
            r#"{{"type": "ObjectEvent", "action": "ADD", "bizStep": "receiving",
                "eventTime": "2026-11-01T06:00:00Z", "eventTimeZoneOffset": "+00:00",
                "epcList": ["https://id.gs1.org/00/340123450000000018"],
                "readPoint": {{"id": "urn:x:room"}},
                "bizTransactionList": [{{"type": "desadv", "bizTransaction": "urn:x:1"}}],
                "sourceList": [{{"type": "possessing_party", "source": "urn:x:p"}}] {members}}}"#
        )
    };
    let lacking = |members: &str| -> Vec<&str> {
        findings(Profile::ColdChain, &received(members)).into_iter().map(|(id, _)| id).collect()
    };
    assert_eq!(lacking(""), ["cold-chain.receiving-temperature"]);
    let measured = r#", "sensorElementList": [{"sensorReport":
        [{"type": "gs1:Temperature", "value": -18.5, "uom": "CEL"}]}]"#;
    assert_eq!(lacking(measured), [""; 0]);
    let without_unit = measured.replace(r#", "uom": "CEL""#, "");
    assert_eq!(lacking(&without_unit), ["cold-chain.receiving-temperature"]);
    let foreign = format!(r#"{measured}, "ilmd": {{"cbvmda:countryOfOrigin": "NO"}}"#);
    assert_eq!(lacking(&foreign), ["cold-chain.import-certificate"]);
}

#[test]
fn an_error_declaration_repeats_what_was_wrong() {
    let declared = shipping(
        r#""epcList": ["urn:x:1"], "eventID": "urn:x:e",
            "errorDeclaration": {"declarationTime": "2026-11-02T06:00:00Z"}"#,
    );
    assert_eq!(findings(Profile::Fsma204, &declared), []);
}

#[test]
fn rules_have_names_of_their_own_and_both_languages() {
    let mut ids = std::collections::BTreeSet::new();
    for profile in Profile::ALL {
        assert_eq!(Profile::of_name(profile.name()), Some(profile));
        for rule in profile.rules() {
            assert!(rule.id.starts_with(&format!("{}.", profile.name())), "{}", rule.id);
            assert!(ids.insert(rule.id), "{} twice", rule.id);
            assert!(rule.zh.chars().any(|c| c > '\u{2e80}'), "{}", rule.id);
            assert!(!rule.en.is_empty() && !rule.source.is_empty());
        }
    }
    assert_eq!(Profile::of_name("gs1"), None);
}
