use super::*;
use crate::json::parse;

const EVENT: &str = r#"{"type":"AggregationEvent", "ex:note": "urn:epc:id:sscc:4012345.0000000333",
  "parentID": "https:\/\/a.example/00/040123450000003338?x=1",
  "childEPCs": ["urn:epc:id:sgtin:4012345.012345.A%2FB", "https://a.example/01/04012345123456/21/7",
    "https://a.example/01/04012345123456/10/L/21/8", "urn:x:1", 7],
  "childQuantityList": [{"quantity": 1.50, "epcClass": "urn:epc:class:lgtin:4012345.012345.L"}],
  "readPoint": {"id": "https://id.gs1.org/414/9521321000018"},
  "sensorElementList": [{"sensorReport": [{"deviceID": "urn:epc:id:giai:4012345.D1"}]}],
  "eventID": "urn:uuid:1"}"#;

fn written(format: EpcFormat) -> String {
    let node = parse(EVENT).unwrap();
    let text = format.event(&node, &CompanyPrefixes::default()).into_owned();
    assert!(parse(&text).is_ok(), "{text}");
    text
}

#[test]
fn what_was_sent_comes_back_unless_another_form_is_asked_for() {
    assert_eq!(written(EpcFormat::NeverTranslates), EVENT);
    assert_eq!(written(EpcFormat::NoPreference), EVENT);
}

#[test]
fn urns_become_links_and_all_else_stays() {
    let expected = EVENT
        .replace(
            "urn:epc:id:sgtin:4012345.012345.A%2FB",
            "https://id.gs1.org/01/04012345123456/21/A%2FB",
        )
        .replace(
            "urn:epc:class:lgtin:4012345.012345.L",
            "https://id.gs1.org/01/04012345123456/10/L",
        )
        .replace("urn:epc:id:giai:4012345.D1", "https://id.gs1.org/8004/4012345D1");
    assert_eq!(written(EpcFormat::AlwaysDigitalLink), expected);
}

#[test]
fn links_become_urns_where_the_company_is_known_and_nothing_is_lost() {
    let expected = EVENT
        .replace(
            r"https:\/\/a.example/00/040123450000003338?x=1",
            "urn:epc:id:sscc:4012345.0000000333",
        )
        .replace("https://a.example/01/04012345123456/21/7", "urn:epc:id:sgtin:4012345.012345.7");
    assert_eq!(written(EpcFormat::AlwaysUrn), expected);
    let mut known = CompanyPrefixes::default();
    assert!(known.learn("urn:epc:id:sgln:9521321.00001.0"));
    let node = parse(EVENT).unwrap();
    let text = EpcFormat::AlwaysUrn.event(&node, &known);
    assert!(text.contains(r#""readPoint": {"id": "urn:epc:id:sgln:9521321.00001.0"}"#), "{text}");
}

#[test]
fn the_header_reads_back() {
    for format in EpcFormat::ALL {
        assert_eq!(EpcFormat::parse(&format.name().to_uppercase()), Some(format));
    }
    assert_eq!(EpcFormat::parse("ALWAYS_EPC"), None);
    assert_eq!(EpcFormat::default(), EpcFormat::AlwaysDigitalLink);
}
