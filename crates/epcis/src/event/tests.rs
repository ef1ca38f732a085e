use crate::facts::*;
use crate::vocabulary::{biz_step, kind, term};
use crate::{Document, FaultCode, Limits};

fn event(kind: &str, rest: &str) -> String {
    format!(
        r#"{{"type":"{kind}","eventTime":"2026-11-23T06:00:00+08:00",
        "eventTimeZoneOffset":"+08:00",{rest}}}"#
    )
}

#[track_caller]
fn facts(text: &str) -> Facts {
    let document = Document::parse(text, &Limits::default()).unwrap();
    document.events[0].facts("id:1")
}

#[track_caller]
fn refuses(text: &str, expected: &[(FaultCode, &str)]) {
    let faults = Document::parse(text, &Limits::default()).unwrap_err();
    let found: Vec<_> = faults.iter().map(|f| (f.code, f.pointer.as_str())).collect();
    assert_eq!(found, expected, "{text}: {faults:?}");
}

#[test]
fn facts_speak_full_uris_and_canonical_identifiers() {
    let facts = facts(&event(
        "TransformationEvent",
        r#""inputQuantityList":[{"epcClass":"urn:epc:class:lgtin:4012345.012345.L1",
        "quantity":12.5,"uom":"KGM"}],
        "outputEPCList":["https://a.example/01/09780345418913/10/L2/21/S?x=1"],
        "transformationID":"urn:t:1","bizStep":"commissioning","disposition":"active",
        "readPoint":{"id":"urn:epc:id:sgln:4012345.00005.7"},
        "bizLocation":{"id":"urn:epc:id:sgln:4012345.00005.0"},
        "sourceList":[{"type":"owning_party","source":"urn:epc:id:pgln:4000001.00000"}],
        "destinationList":[{"destination":"URN:d:1"}],
        "bizTransactionList":[{"type":"po","bizTransaction":"urn:b:1"}],
        "laiqu:startTime":"2026-11-23T05:00:00+08:00","laiqu:hazard":["laiqu:listeria","urn:h:2"]"#,
    ));
    assert_eq!(facts.event_type, EventType::Transformation);
    assert_eq!((&*facts.event_id, facts.action), ("id:1", None));
    assert_eq!(facts.time.offset_minutes, 480);
    assert_eq!(facts.time.micros - facts.start.unwrap().micros, 3_600_000_000);
    assert_eq!(facts.biz_step.as_deref(), Some(biz_step::COMMISSIONING));
    assert_eq!(facts.read_point.as_deref(), Some("https://id.gs1.org/414/4012345000054/254/7"));
    assert_eq!(facts.biz_location.as_deref(), Some("https://id.gs1.org/414/4012345000054"));
    assert_eq!(facts.sources[0].kind.as_ref(), kind::OWNING_PARTY);
    assert_eq!((&*facts.destinations[0].kind, &*facts.destinations[0].id), ("", "urn:d:1"));
    assert_eq!(facts.transactions[0].kind.as_ref(), kind::PURCHASE_ORDER);
    assert_eq!(facts.transformation_id.as_deref(), Some("urn:t:1"));
    assert_eq!(&*facts.hazards[0], "https://laiqu.example/vocab/listeria");
    assert_eq!(&*facts.hazards[1], "urn:h:2");

    let [input, output] = &facts.items[..] else { panic!("two items") };
    assert_eq!((input.role, input.is_class), (ItemRole::Input, true));
    assert_eq!(&*input.id, "https://id.gs1.org/01/04012345123456/10/L1");
    assert_eq!(input.quantity, Some(Quantity { amount: 12.5, unit: Some("KGM".into()) }));
    assert_eq!((output.role, output.is_class), (ItemRole::Output, false));
    assert_eq!(&*output.id, "https://id.gs1.org/01/09780345418913/21/S");
    assert_eq!(output.lot.as_deref(), Some("https://id.gs1.org/01/09780345418913/10/L2"));
}

#[test]
fn the_lot_of_instances_comes_from_ilmd_where_it_is_clear() {
    let ilmd = |ids: &str, ilmd: &str| {
        facts(&event(
            "ObjectEvent",
            &format!(
                r#""@context":{{"mda":"urn:epcglobal:cbv:mda"}},"action":"ADD","epcList":
                [{ids}],"ilmd":{{{ilmd}}}"#
            ),
        ))
    };
    let (one, two) =
        (r#""urn:epc:id:sgtin:4012345.012345.1""#, r#""urn:epc:id:sgtin:4012345.012345.2""#);
    let other = r#""urn:epc:id:sgtin:4012345.011111.1""#;
    let expected = Some("https://id.gs1.org/01/04012345123456/10/L7");
    for name in ["cbvmda:lotNumber", "mda:lotNumber", "urn:epcglobal:cbv:mda#lotNumber"] {
        let facts = ilmd(&format!("{one},{two}"), &format!(r#""{name}":" L7""#));
        assert!(facts.items.iter().all(|item| item.lot.as_deref() == expected), "{name}");
    }
    for (ids, lot) in [
        (format!("{one},{other}"), r#""cbvmda:lotNumber":"L7""#),
        (one.to_owned(), r#""cbvmda:lotNumber":"""#),
        (one.to_owned(), r#""mda:netWeight":"L7""#),
        (r#""urn:epc:id:sscc:4012345.0000000333""#.to_owned(), r#""cbvmda:lotNumber":"L7""#),
    ] {
        assert!(ilmd(&ids, lot).items.iter().all(|item| item.lot.is_none()), "{ids} {lot}");
    }
}

#[test]
fn error_declarations_are_read() {
    let facts = facts(&event(
        "ObjectEvent",
        r#""action":"DELETE","epcList":["urn:x:1"],
        "errorDeclaration":{"declarationTime":"2026-11-24T00:00:00Z",
        "reason":"did_not_occur","correctiveEventIDs":["urn:e:2"]}"#,
    ));
    let error = facts.error.unwrap();
    assert_eq!(error.reason.as_deref(), Some(kind::DID_NOT_OCCUR));
    assert_eq!(error.corrective_ids, ["urn:e:2".into()]);
    assert_eq!(facts.action, Some(Action::Delete));
}

#[test]
fn hazards_may_stand_in_ilmd_too() {
    let facts = facts(&event(
        "ObjectEvent",
        &format!(r#""action":"ADD","epcList":["urn:x:1"],"ilmd":{{"{}":"urn:h:1"}}"#, term::HAZARD),
    ));
    assert_eq!(facts.hazards, ["urn:h:1".into()]);
}

#[test]
fn times_and_actions_are_needed_and_checked() {
    use FaultCode::*;
    refuses(
        r#"{"type":"ObjectEvent","epcList":["urn:x:1"]}"#,
        &[(Missing, ""), (Missing, ""), (Missing, "")],
    );
    refuses(
        r#"{"type":"ObjectEvent","epcList":["urn:x:1"],"action":"CREATE",
        "eventTime":"2026-11-23T06:00:00",
        "eventTimeZoneOffset":"+15:00"}"#,
        &[(Time, "/eventTime"), (Time, "/eventTimeZoneOffset"), (Vocabulary, "/action")],
    );
    refuses(
        r#"{"type":"ObjectEvent","epcList":["urn:x:1"],"action":"ADD","eventTime":1,
        "eventTimeZoneOffset":8}"#,
        &[(Time, "/eventTime"), (Time, "/eventTimeZoneOffset")],
    );
}

#[test]
fn every_type_must_name_something() {
    use FaultCode::Identifiers;
    let nothing: &[(FaultCode, &str)] = &[(Identifiers, "")];
    for (kind, rest) in [
        ("ObjectEvent", r#""action":"ADD""#),
        ("ObjectEvent", r#""action":"ADD","epcList":[],"quantityList":[]"#),
        ("AggregationEvent", r#""action":"ADD","childEPCs":["urn:c:1"]"#),
        ("AggregationEvent", r#""action":"ADD","parentID":"urn:p:1""#),
        ("AggregationEvent", r#""action":"OBSERVE","parentID":"urn:p:1""#),
        ("AggregationEvent", r#""action":"DELETE","childEPCs":["urn:c:1"]"#),
        ("AssociationEvent", r#""action":"ADD","parentID":"urn:p:1""#),
        ("AssociationEvent", r#""action":"DELETE","childEPCs":["urn:c:1"]"#),
        ("TransactionEvent", r#""action":"ADD","epcList":["urn:x:1"]"#),
        (
            "TransactionEvent",
            r#""action":"ADD","bizTransactionList":[{"bizTransaction":"urn:b:1"}]"#,
        ),
        ("TransformationEvent", r#""bizStep":"killing""#),
        ("TransformationEvent", r#""inputEPCList":["urn:x:1"]"#),
        ("TransformationEvent", r#""outputEPCList":["urn:x:1"],"inputQuantityList":[]"#),
        (
            "ObjectEvent",
            r#""action":"OBSERVE","sensorElementList":[{"sensorReport":[{"type":"Temperature",
            "value":4}]}]"#,
        ),
    ] {
        refuses(&event(kind, rest), nothing);
    }
    for (kind, rest) in [
        (
            "ObjectEvent",
            r#""action":"OBSERVE","sensorElementList":[{"sensorReport":[{"type":"Temperature",
            "value":4}]}],"readPoint":{"id":"urn:x:1"}"#,
        ),
        ("AggregationEvent", r#""action":"DELETE","parentID":"urn:p:1""#),
        ("AggregationEvent", r#""action":"OBSERVE","childEPCs":["urn:c:1"]"#),
        ("AssociationEvent", r#""action":"DELETE","parentID":"urn:p:1""#),
        ("TransformationEvent", r#""transformationID":"urn:t:1""#),
        ("TransformationEvent", r#""inputEPCList":["urn:x:1"],"transformationID":"urn:t:1""#),
        (
            "TransactionEvent",
            r#""action":"ADD","parentID":"urn:p:1","bizTransactionList":
            [{"bizTransaction":"urn:b:1"}]"#,
        ),
    ] {
        facts(&event(kind, rest));
    }
}

#[test]
fn quantities_are_checked() {
    use FaultCode::*;
    let text = event(
        "ObjectEvent",
        r#""action":"ADD","quantityList":[{"epcClass":"urn:c:1","quantity":"12"},
        {"epcClass":"urn:c:1","quantity":-1},{"epcClass":"urn:c:1","weight":5},{"quantity":1},
        {"epcClass":"urn:c:1","uom":5},{"epcClass":"urn:c:1","quantity":0,"uom":"KGM",
        "ex:note":"x"},"urn:c:1"]"#,
    );
    refuses(
        &text,
        &[
            (Quantity, "/quantityList/0/quantity"),
            (Quantity, "/quantityList/1/quantity"),
            (Quantity, "/quantityList/2/weight"),
            (Missing, "/quantityList/3"),
            (Shape, "/quantityList/4/uom"),
            (Missing, "/quantityList/6"),
        ],
    );
}

#[test]
fn shapes_are_checked() {
    use FaultCode::*;
    let text = event(
        "ObjectEvent",
        r#""action":"ADD","epcList":["urn:x:1","L-2024-1",7],"eventID":"","readPoint":"urn:p:1",
        "bizLocation":{"id":5},"bizStep":"transforming","disposition":3,
        "sourceList":[{"type":"place","source":"urn:s:1"}],"destinationList":[{"source":"urn:s:1"}],
        "bizTransactionList":{},"certificationInfo":[{}],"ilmd":{"soil":"x"},
        "persistentDisposition":{"set":"active"},"errorDeclaration":{"reason":"oops"},
        "sensorElementList":[{"sensorMetadata":{"time":"yesterday"},"sensorReport":
        [{"value":"4"},{"minValue":true}]},{}]"#,
    );
    refuses(
        &text,
        &[
            (Shape, "/epcList/1"),
            (Shape, "/epcList/2"),
            (Shape, "/eventID"),
            (Shape, "/readPoint"),
            (Shape, "/bizLocation/id"),
            (Vocabulary, "/bizStep"),
            (Vocabulary, "/disposition"),
            (Vocabulary, "/sourceList/0/type"),
            (Shape, "/destinationList/0"),
            (Shape, "/bizTransactionList"),
            (Shape, "/certificationInfo/0"),
            (Vocabulary, "/ilmd/soil"),
            (Shape, "/persistentDisposition/set"),
            (Missing, "/errorDeclaration"),
            (Vocabulary, "/errorDeclaration/reason"),
            (Time, "/sensorElementList/0/sensorMetadata/time"),
            (Shape, "/sensorElementList/0/sensorReport/0/value"),
            (Shape, "/sensorElementList/0/sensorReport/1/minValue"),
            (Missing, "/sensorElementList/1"),
        ],
    );
}

#[test]
fn what_the_standard_does_not_know_needs_a_namespace() {
    use FaultCode::Vocabulary;
    let object = |rest: &str| event("ObjectEvent", &format!(r#""epcList":["urn:x:1"],{rest}"#));
    let text = object(
        r#""action":"ADD","bizstep":"shipping","parentID":"urn:x:2","ex:more":{"any":1},
        "readPoint":{"id":"urn:p:1","door":1},"sourceList":[{"type":"location","source":"urn:x:3",
        "name":"x"}],"errorDeclaration":{"declarationTime":"2026-11-24T00:00:00Z","note":1},
        "persistentDisposition":{"set":["active"],"put":[]},"sensorElementList":[{"sensor":1,
        "sensorMetadata":{"device":1},"sensorReport":[{"type":"Speed","values":1}]}]"#,
    );
    refuses(
        &text,
        &[
            (Vocabulary, "/bizstep"),
            (Vocabulary, "/parentID"),
            (Vocabulary, "/readPoint/door"),
            (Vocabulary, "/sourceList/0/name"),
            (Vocabulary, "/errorDeclaration/note"),
            (Vocabulary, "/persistentDisposition/put"),
            (Vocabulary, "/sensorElementList/0/sensor"),
            (Vocabulary, "/sensorElementList/0/sensorMetadata/device"),
            (Vocabulary, "/sensorElementList/0/sensorReport/0/values"),
        ],
    );
    refuses(
        &event("TransformationEvent", r#""action":"ADD","transformationID":"urn:t:1""#),
        &[(Vocabulary, "/action")],
    );
    // A context that is not fetched may define it.
    facts(&object(r#""@context":"https://vocab.example/c.jsonld","action":"ADD","bizstep":1"#));
    facts(&object(r#""@context":{"bizstep":"urn:x:step"},"action":"ADD","bizstep":1"#));
}

#[test]
fn ilmd_certificates_and_dispositions_are_checked() {
    use FaultCode::*;
    let text = event(
        "ObjectEvent",
        r#""action":"OBSERVE","epcList":["urn:x:1"],"ilmd":{"ex:a":1},"certificationInfo":
        ["urn:c:1","CERT 7"],"persistentDisposition":{"set":["active"],"unset":["active"]},
        "quantityList":[{"epcClass":"urn:c:1","uom":"KGM"}]"#,
    );
    refuses(
        &text,
        &[
            (Shape, "/ilmd"),
            (Shape, "/certificationInfo/1"),
            (Vocabulary, "/persistentDisposition"),
            (Quantity, "/quantityList/0/uom"),
        ],
    );
    let text = event(
        "TransactionEvent",
        r#""action":"DELETE","bizTransactionList":[{"bizTransaction":"urn:b:1"}],
        "certificationInfo":"CERT 7","persistentDisposition":{"set":[]}"#,
    );
    refuses(&text, &[(Shape, "/certificationInfo"), (Missing, "/persistentDisposition")]);
}

#[test]
fn sensor_values_have_their_types() {
    use FaultCode::*;
    let text = event(
        "ObjectEvent",
        r#""action":"OBSERVE","bizLocation":{"id":"urn:p:1"},"sensorElementList":[
        {"sensorMetadata":{"startTime":"2026-11-23T06:00:00+08:00",
        "endTime":"2026-11-22T21:59:59Z","deviceID":"probe 7"},"sensorReport":[
        {"value":4},{"exception":"ALARM_CONDITION"},{"type":"Speed","booleanValue":"true",
        "hexBinaryValue":"0x1","stringValue":5,"component":"up","rawData":7}]},
        {"sensorReport":[]}]"#,
    );
    let at = |rest: &str| format!("/sensorElementList/0{rest}");
    refuses(
        &text,
        &[
            (Shape, &at("/sensorMetadata/deviceID")),
            (Time, &at("/sensorMetadata/endTime")),
            (Missing, &at("/sensorReport/0")),
            (Shape, &at("/sensorReport/2/rawData")),
            (Shape, &at("/sensorReport/2/stringValue")),
            (Vocabulary, &at("/sensorReport/2/component")),
            (Shape, &at("/sensorReport/2/booleanValue")),
            (Shape, &at("/sensorReport/2/hexBinaryValue")),
            (Missing, "/sensorElementList/1/sensorReport"),
        ],
    );
}

#[test]
fn what_an_earlier_version_took_is_read_as_it_was() {
    let text = event(
        "TransformationEvent",
        r#""inputEPCList":["urn:x:1"],"bizstep":"x","bizStep":"killing""#,
    );
    assert!(Document::parse(&text, &Limits::default()).is_err());
    let stored = Document::parse_stored(&text, &Limits::default()).unwrap();
    let event = &stored.events[0];
    assert!(!event.is_sound() && event.is_readable());
    let facts = event.facts("id:1");
    assert_eq!(facts.event_type, EventType::Transformation);
    assert_eq!((facts.time.micros, facts.time.offset_minutes), (1_795_384_800_000_000, 480));
    assert_eq!(&*facts.items[0].id, "urn:x:1");
}

#[test]
fn the_latest_stated_end_of_shelf_life_counts() {
    let shelf_life = |ilmd: &str| {
        let rest = format!(
            r#""@context":{{"x":"urn:epcglobal:cbv:mda:"}},"action":"ADD","epcList":["urn:e:1"],
            "ilmd":{ilmd}"#
        );
        let text = event("ObjectEvent", &rest);
        let document = Document::parse(&text, &Limits::default()).unwrap();
        document.events[0].lot_dates().expires.map(crate::time::date_text)
    };
    let stated = r#"{"cbvmda:itemExpirationDate":"2026-03-01","x:sellByDate":"2026-05-31",
        "cbvmda:bestBeforeDate":"2026-04-01T10:00:00+08:00","cbvmda:lotNumber":"2029-01-01"}"#;
    assert_eq!(shelf_life(stated).as_deref(), Some("2026-05-31"));
    assert_eq!(shelf_life(r#"{"cbvmda:lotNumber":"7"}"#), None);
    assert_eq!(shelf_life(r#"{"cbvmda:sellByDate":"next spring"}"#), None);
}

#[test]
fn temperatures_are_read_in_celsius_with_the_time_they_speak_for() {
    let facts = facts(&event(
        "ObjectEvent",
        r#""action":"OBSERVE","readPoint":{"id":"urn:x:room"},"sensorElementList":[
            {"sensorMetadata":{"startTime":"2026-11-23T05:00:00Z","endTime":"2026-11-23T06:00:00Z",
              "deviceID":"https://id.gs1.org/8004/86000999P1"},
             "sensorReport":[
              {"type":"Temperature","minValue":-20,"maxValue":-17.5,"uom":"CEL"},
              {"type":"gs1:Temperature","value":50,"uom":"FAH","time":"2026-11-23T05:30:00Z",
               "deviceID":"urn:x:p2"},
              {"type":"Temperature","value":1,"uom":"CEL","exception":"ERROR_CONDITION"},
              {"type":"Temperature","value":1},
              {"type":"Humidity","value":80,"uom":"P1"}]},
            {"sensorReport":[{"type":"Temperature","meanValue":263.15,"uom":"KEL",
              "exception":"ALARM_CONDITION"}]}]"#,
    ));
    let found = &facts.temperatures;
    assert_eq!(found.len(), 3, "{found:?}");
    let hour = 3_600_000_000;
    assert_eq!(found[0].until - found[0].from, hour);
    assert_eq!((found[0].min, found[0].max), (-20.0, -17.5));
    assert_eq!(found[0].device.as_deref(), Some("https://id.gs1.org/8004/86000999P1"));
    assert_eq!((found[1].from, found[1].until), (found[0].from + hour / 2, found[1].from));
    assert!((found[1].max - 10.0).abs() < 1e-9);
    assert_eq!(found[1].device.as_deref(), Some("urn:x:p2"));
    assert!((found[2].min + 10.0).abs() < 1e-9);
    assert_eq!((found[2].from, found[2].device.as_deref()), (facts.time.micros, None));
}
