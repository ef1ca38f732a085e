use laiqu_epcis::{Document, Limits};
use proptest::collection::vec;
use proptest::option;
use proptest::prelude::*;

use super::*;
use crate::read_xml;

/// JSON to XML to JSON: every event has the same text to hash. Returns the XML.
#[track_caller]
fn same(json: &str, cbv: CbvFormat) -> String {
    let limits = Limits::default();
    let document =
        Document::parse_stored(json, &limits).unwrap_or_else(|f| panic!("{json}: {f:?}"));
    let xml = write_xml(json, cbv).unwrap_or_else(|fault| panic!("{json}: {fault}"));
    let view = read_xml(&xml).unwrap_or_else(|fault| panic!("{json}\n{xml}\n{fault}"));
    let again = Document::parse_stored(&view.json, &limits)
        .unwrap_or_else(|faults| panic!("{json}\n{xml}\n{}\n{faults:?}", view.json));
    assert_eq!(document.kind, again.kind);
    assert_eq!(document.events.len(), again.events.len());
    for (one, two) in document.events.iter().zip(&again.events) {
        assert_eq!(one.prehash(), two.prehash(), "{json}\n{xml}\n{}", view.json);
        assert_eq!(one.event_id(), two.event_id());
    }
    let ids = |document: &Document<'_>| -> Vec<(String, usize, Option<usize>)> {
        let of = |m: &MasterData<'_>| {
            (m.id.to_string(), m.attributes.len(), m.children.as_ref().map(Vec::len))
        };
        document.master_data.iter().map(of).collect()
    };
    assert_eq!(ids(&document), ids(&again));
    xml
}

fn event(members: &str) -> String {
    format!(
        r#"{{"type":"EPCISDocument","@context":{{"ex":"https://ns.example/","t":"urn:t:"}},
        "epcisBody":{{"eventList":[{{"type":"ObjectEvent","eventTime":"2026-11-23T06:00:00Z",
        "eventTimeZoneOffset":"+08:00","action":"ADD","epcList":["urn:x:1"]{members}}}]}}}}"#
    )
}

#[test]
fn unusual_members_come_back_as_they_were() {
    for members in [
        r#","ex:a":[1,"1",true,null,[2,[3]],{},[],""," "]"#,
        r#","ex:a":{"b":{"@value":"x","@type":"t:y"},"ex:c":[[]],"t:d":null}"#,
        r#","my field":1,"@id":"urn:i:1","a:b:c":{"<":"&\r\n\t\""}"#,
        r#","gs1:best":"gs1:x","laiqu:note":{"cbvmda:lot":"1"},"unknown:p":"unknown:v""#,
        r#","readPoint":{"id":"urn:p:1","ex:gate":[{"n":1},{"n":2}]}"#,
        r#","quantityList":[{"epcClass":"urn:c:1","quantity":1.50e1,"uom":"KGM","ex:q":1}]"#,
        r#","sourceList":[{"type":"location","source":"urn:s:1","ex:x":1}]"#,
        r#","sourceList":[{"source":"urn:s:1","type":"ex:kind"}],"destinationList":[]"#,
        r#","certificationInfo":["b","a"],"bizTransactionList":[{"bizTransaction":"no uri"}]"#,
        r#","persistentDisposition":{"set":["in_transit","urn:d:1"],"unset":[]}"#,
        r#","ilmd":{"ex:date":"2026-01-01","t":1}"#,
        r#","ilmd":{},"comment":"not hashed","rdfs:comment":["a","b"]"#,
        r#","sensorElementList":[{"type":"epcis:SensorElement","sensorMetadata":
            {"time":"2026-11-23T06:00:00Z","deviceID":["urn:d:2","urn:d:1"],"ex:m":{"n":1}},
            "sensorReport":[{"type":"Temperature","value":-1.5,"uom":"CEL","booleanValue":true,
            "component":"x","stringValue":7,"ex:r":1,"bizRules":"own"},{}],"ex:s":"t:v"},
            {"sensorReport":[]}]"#,
        r#","errorDeclaration":{"declarationTime":"2026-11-23T06:00:00Z","reason":
            "did_not_occur","correctiveEventIDs":["urn:uuid:2"],"ex:why":"because"}"#,
        r#","@context":{"ex":"urn:inner:","xsi":"http://www.w3.org/2001/XMLSchema-instance"},
            "ex:a":"ex:b","xsi:a":"xsi:b""#,
    ] {
        same(&event(members), CbvFormat::WebUri);
        same(&event(members), CbvFormat::Urn);
    }
}

#[test]
fn words_are_written_as_asked() {
    let json = event(r#","bizStep":"shipping","disposition":"ex:own""#);
    let uri = same(&json, CbvFormat::WebUri);
    assert!(uri.contains("<bizStep>https://ref.gs1.org/cbv/BizStep-shipping</bizStep>"));
    assert!(uri.contains("<disposition>ex:own</disposition>"));
    let urn = same(&json, CbvFormat::Urn);
    assert!(urn.contains("<bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>"));
}

#[test]
fn what_no_xml_can_say_is_refused() {
    for members in [r#","ex:a":"\u0001""#, r#","@context":{"xsi":"urn:x:"},"xsi:a":1"#] {
        let fault = write_xml(&event(members), CbvFormat::WebUri).unwrap_err();
        assert!(matches!(fault, WriteFault::NotInXml { event: 0, .. }), "{fault}");
    }
    let fault = write_xml("{}", CbvFormat::WebUri).unwrap_err();
    assert!(matches!(fault, WriteFault::Document(_)));
}

#[test]
fn a_name_in_a_namespace_of_epcis_is_refused_and_a_text_is_not() {
    let of_version = |version: &str, members: &str| {
        let uri = format!("urn:epcglobal:epcis-masterdata:xsd:{version}");
        event(members).replace("https://ns.example/", &uri)
    };
    for version in ["1", "2", "x"] {
        same(&of_version(version, r#","my field":"ex:a""#), CbvFormat::Urn);
        let named = of_version(version, r#","ex:a":1"#);
        let refused = write_xml(&named, CbvFormat::Urn).unwrap_err().to_string();
        assert!(refused.contains("prefix \"ex\""), "{refused}");
    }
}

#[test]
fn every_kind_of_document_comes_back() {
    let one = r#"{"type":"ObjectEvent","eventTime":"2026-11-23T06:00:00Z","action":"DELETE",
        "eventTimeZoneOffset":"+08:00","epcList":["urn:x:1"],"gs1:a":1,"ex:n":1,
        "@context":{"ex":"urn:e:"}}"#;
    same(one, CbvFormat::WebUri);
    same(
        &format!(
            r#"{{"type":"EPCISQueryDocument","creationDate":"2026-11-23T06:00:00Z","epcisBody":
            {{"queryResults":{{"queryName":"q<1>","resultsBody":{{"eventList":[{one}]}}}}}}}}"#
        ),
        CbvFormat::WebUri,
    );
    let master = r#""epcisHeader":{"epcisMasterData":{"vocabularyList":[
        {"type":"urn:epcglobal:epcis:vtype:Location","vocabularyElementList":[
        {"id":"urn:l:1","attributes":[{"id":"urn:a:name","attribute":"一号冷库"},
        {"id":"urn:a:n","attribute":{"@value":"x","@language":"en"}}],
        "children":["urn:l:2","urn:l:3"]},{"id":"urn:l:2"}]}]}}"#;
    let xml = same(
        &format!(r#"{{"type":"EPCISDocument",{master},"epcisBody":{{"eventList":[]}}}}"#),
        CbvFormat::WebUri,
    );
    assert!(xml.contains(r#"<attribute id="urn:a:name">一号冷库</attribute>"#), "{xml}");
}

/// A text with what is special in XML, JSON or hashes.
fn text() -> impl Strategy<Value = String> {
    let special = ["ex:v", "gs1:v", "t:v", "007", "1e3", "true", "", " x ", "<&>\"'", "中\n文"];
    prop_oneof![proptest::sample::select(special.to_vec()).prop_map(str::to_owned), "[ -~]{0,8}",]
}

fn quoted(text: &str) -> String {
    format!("\"{}\"", text.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n"))
}

fn name() -> impl Strategy<Value = String> {
    prop_oneof![
        "(ex|t|gs1|un):[a-z]{1,3}",
        "(ex|t):[ -!#-\\[\\]-~]{1,4}",
        Just("ex:@id".to_owned()),
    ]
}

/// Any JSON value, to some depth.
fn value() -> impl Strategy<Value = String> {
    let leaf = prop_oneof![
        Just("null".to_owned()),
        any::<bool>().prop_map(|truth| truth.to_string()),
        (-1000..1000i32).prop_map(|n| (f64::from(n) / 8.0).to_string()),
        text().prop_map(|text| quoted(&text)),
    ];
    leaf.prop_recursive(3, 12, 3, |inner| {
        prop_oneof![
            vec(inner.clone(), 0..3).prop_map(|list| format!("[{}]", list.join(","))),
            members(inner).prop_map(|members| format!("{{{}}}", members.join(","))),
        ]
    })
}

fn members(inner: impl Strategy<Value = String>) -> impl Strategy<Value = Vec<String>> {
    proptest::collection::btree_map(name(), inner, 0..4).prop_map(|map| {
        map.into_iter().map(|(name, value)| format!("{}:{value}", quoted(&name))).collect()
    })
}

fn sensors() -> impl Strategy<Value = String> {
    (members(value()), members(value()), vec(members(value()), 0..3)).prop_map(
        |(element, metadata, reports)| {
            let reports: Vec<_> =
                reports.iter().map(|report| format!("{{{}}}", report.join(","))).collect();
            let reports = reports.join(",");
            let metadata = metadata.join(",");
            let mut parts =
                vec![format!("\"sensorMetadata\":{{{metadata}}},\"sensorReport\":[{reports}]")];
            parts.extend(element);
            format!("[{{{}}}]", parts.join(","))
        },
    )
}

proptest! {
    #[test]
    fn any_event_keeps_its_hash(
        extensions in members(value()),
        place in members(value()),
        ilmd in option::of(members(value())),
        sensors in option::of(sensors()),
        urn in any::<bool>(),
    ) {
        let mut all = vec![String::new()];
        all.extend(extensions);
        let mut read_point = vec![r#""id":"urn:p:1""#.to_owned()];
        read_point.extend(place);
        all.push(format!("\"readPoint\":{{{}}}", read_point.join(",")));
        all.extend(ilmd.map(|ilmd| format!("\"ilmd\":{{{}}}", ilmd.join(","))));
        all.extend(sensors.map(|sensors| format!("\"sensorElementList\":{sensors}")));
        let cbv = if urn { CbvFormat::Urn } else { CbvFormat::WebUri };
        same(&event(&all.join(",")), cbv);
    }
}

#[test]
fn the_deepest_json_comes_back() {
    let nested = |levels: usize| format!("{}1{}", "{\"ex:a\":".repeat(levels), "}".repeat(levels));
    let deepest = laiqu_epcis::json::DEPTH_MAX - 4;
    same(&event(&format!(",\"ex:a\":{}", nested(deepest))), CbvFormat::WebUri);
}
