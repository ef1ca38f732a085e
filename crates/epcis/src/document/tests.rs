use super::*;

const HEAD: &str = r#""@context":["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"],
    "type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-23T06:00:00Z""#;

const EVENT: &str = r#"{"type":"ObjectEvent","eventTime":"2026-11-23T06:00:00+08:00",
    "eventTimeZoneOffset":"+08:00","action":"ADD","epcList":["urn:x:1"]}"#;

fn parse(text: &str) -> Result<Document<'_>, Vec<Fault>> {
    Document::parse(text, &Limits::default())
}

#[track_caller]
fn refuses(text: &str, expected: &[(FaultCode, &str)]) {
    let faults = parse(text).unwrap_err();
    let found: Vec<_> = faults.iter().map(|f| (f.code, f.pointer.as_str())).collect();
    assert_eq!(found, expected, "{faults:?}");
    assert!(faults.iter().all(|f| !f.detail.ends_with('.') && !f.detail.is_empty()));
}

#[test]
fn capture_documents_query_documents_and_bare_events() {
    let text = format!("{{{HEAD},\"epcisBody\":{{\"eventList\":[{EVENT},{EVENT}]}}}}");
    let document = parse(&text).unwrap();
    assert_eq!((document.kind, document.events.len()), (DocumentKind::Capture, 2));
    assert_eq!(document.events[1].raw(), EVENT);
    let context = r#"["https://ref.gs1.org/standards/epcis/epcis-context.jsonld"]"#;
    assert_eq!(document.context_raw(), Some(context));
    assert_eq!(document.creation_date.as_deref(), Some("2026-11-23T06:00:00Z"));

    for body in [
        format!(
            r#"{{"queryResults":{{"queryName":"Q","resultsBody":{{"eventList":[{EVENT}]}}}}}}"#
        ),
        format!(r#"{{"eventList":[{EVENT}]}}"#),
    ] {
        let text = format!(r#"{{"type":"EPCISQueryDocument","epcisBody":{body}}}"#);
        let document = parse(&text).unwrap();
        assert_eq!((document.kind, document.events.len()), (DocumentKind::Query, 1));
    }

    let document = parse(EVENT).unwrap();
    assert_eq!((document.kind, document.events[0].raw()), (DocumentKind::BareEvent, EVENT));
}

#[test]
fn unknown_members_and_comments_are_kept() {
    let text = format!(
        r#"{{{HEAD},"_comment":["a"],"x":{{}},"epcisHeader":{{}},"epcisBody":{{"eventList":[
        {{"type":"ObjectEvent","eventTime":"2022-09-05T19:04:37.5450000+00:00",
        "eventTimeZoneOffset":"+00:00","action":"OBSERVE","epcList":["urn:x:1"],"quantityList":[],
        "bizStep":"urn:gdst:bizStep:fishingEvent","gdst:productOwner":"urn:p:1","_comment_x":1,
        "bizTransactionList":[],"sourceList":[],"eventID":null}}]}}}}"#
    );
    let document = parse(&text).unwrap();
    assert_eq!(document.events[0].text("gdst:productOwner"), Some("urn:p:1"));
    assert_eq!(document.events[0].event_id(), None);
    assert_eq!(document.events[0].time().micros, 1_662_404_677_545_000);
}

#[test]
fn an_event_can_bring_its_own_context() {
    let text = format!(
        r#"{{{HEAD},"epcisBody":{{"eventList":[{{"@context":{{"cbvmda":"urn:mine:"}},
        "type":"ObjectEvent","eventTime":"2026-11-23T06:00:00Z","eventTimeZoneOffset":"+08:00",
        "action":"ADD","epcList":["urn:x:1"]}},{EVENT}]}}}}"#
    );
    let document = parse(&text).unwrap();
    let namespace =
        |at: usize| document.events[at].prefixes().namespace("cbvmda").map(str::to_owned);
    assert_eq!(namespace(0).as_deref(), Some("urn:mine:"));
    assert_eq!(namespace(1).as_deref(), Some("urn:epcglobal:cbv:mda:"));
}

#[test]
fn master_data_comes_with_the_header() {
    let text = format!(
        r##"{{{HEAD},"epcisHeader":{{"epcisMasterData":{{"vocabularyList":[{{"type":"urn:t",
        "vocabularyElementList":[{{"id":"urn:x:1","attributes":[
        {{"id":"urn:epcglobal:cbv:mda#name","attribute":"闽侯屠宰场"}}]}}]}}]}}}},
        "epcisBody":{{"eventList":[]}}}}"##
    );
    let document = parse(&text).unwrap();
    assert_eq!(document.master_data[0].display_name(), Some("闽侯屠宰场"));
    assert!(document.events.is_empty());
}

#[test]
fn what_is_no_document_is_refused() {
    refuses("[]", &[(FaultCode::Document, "")]);
    refuses("{}", &[(FaultCode::Document, "")]);
    refuses(r#"{"type":"Invoice"}"#, &[(FaultCode::Document, "/type")]);
    refuses(r#"{"type":"QuantityEvent"}"#, &[(FaultCode::EventType, "/type")]);
    refuses(r#"{"type":"EPCISDocument"}"#, &[(FaultCode::Missing, "")]);
    refuses(r#"{"type":"EPCISDocument","epcisBody":{}}"#, &[(FaultCode::Missing, "/epcisBody")]);
    refuses(
        r#"{"type":"EPCISDocument","epcisBody":{"eventList":{}}}"#,
        &[(FaultCode::Shape, "/epcisBody/eventList")],
    );
    refuses(
        r#"{"type":"EPCISDocument","schemaVersion":"1.2","creationDate":"2026-11-23",
        "epcisBody":{"eventList":[1,{}]}}"#,
        &[
            (FaultCode::Document, "/schemaVersion"),
            (FaultCode::Time, "/creationDate"),
            (FaultCode::Shape, "/epcisBody/eventList/0"),
            (FaultCode::Missing, "/epcisBody/eventList/1"),
        ],
    );
    refuses("{\"type\":\"EPCISDocument\",", &[(FaultCode::Json, "")]);
    let deepest = "/0".repeat(crate::json::DEPTH_MAX);
    let nested = format!("{}{}", "[".repeat(10_000), "]".repeat(10_000));
    refuses(&nested, &[(FaultCode::Depth, &deepest)]);
}

#[test]
fn limits_hold() {
    let limits = Limits { bytes_max: 10, events_max: 1 };
    let faults = Document::parse(EVENT, &limits).unwrap_err();
    assert_eq!(faults[0].code, FaultCode::Limit);
    let text = format!("{{{HEAD},\"epcisBody\":{{\"eventList\":[{EVENT},{EVENT}]}}}}");
    let faults = Document::parse(&text, &Limits { bytes_max: 10_000, events_max: 1 }).unwrap_err();
    let found = (faults[0].code, faults[0].pointer.as_str());
    assert_eq!(found, (FaultCode::Limit, "/epcisBody/eventList"));
    assert!(Document::parse(&text, &Limits { bytes_max: 10_000, events_max: 2 }).is_ok());
}

#[test]
fn faults_are_capped() {
    let list = vec!["{}"; 5_000].join(",");
    let text = format!("{{{HEAD},\"epcisBody\":{{\"eventList\":[{list}]}}}}");
    assert_eq!(parse(&text).unwrap_err().len(), crate::FAULTS_MAX);
}

#[test]
fn events_may_be_judged_one_by_one() {
    let bad = EVENT.replacen("ADD", "ADDED", 1);
    let text = format!("{{{HEAD},\"epcisBody\":{{\"eventList\":[{bad},{EVENT},7,{{}}]}}}}");
    assert!(parse(&text).is_err());
    let (document, faulty) = Document::parse_each(&text, &Limits::default()).unwrap();
    let sound: Vec<bool> = document.events.iter().map(Event::is_sound).collect();
    assert_eq!(sound, [false, true, false, false]);
    let raws: Vec<&str> = document.events.iter().map(|event| event.raw()).collect();
    assert_eq!(raws, [&*bad, EVENT, "7", "{}"]);
    let told = |event: &FaultyEvent| (event.ordinal, event.faults[0].pointer.clone());
    let told: Vec<(u32, String)> = faulty.iter().map(told).collect();
    let at = |ordinal, end: &str| (ordinal, format!("/epcisBody/eventList/{ordinal}{end}"));
    assert_eq!(told, [at(0, "/action"), at(2, ""), at(3, "")]);
    // The document around them must be whole.
    let headless = text.replace("2.0", "1.2");
    assert!(Document::parse_each(&headless, &Limits::default()).is_err());
}

proptest::proptest! {
    #[test]
    fn damaged_documents_never_panic(
        at in proptest::prelude::any::<proptest::sample::Index>(),
        length in 0..40_usize,
        with in r#"([\[\]{}",:a1]|null|"[+-]14:00"|"urn:epc:id:sgtin:1234567.*.*"){0,4}"#,
    ) {
        let text = format!(r#"{{{HEAD},"epcisHeader":{{"epcisMasterData":{{"vocabularyList":[
            {{"type":"t","vocabularyElementList":[{{"id":"urn:x:1","attributes":[]}}]}}]}}}},
            "epcisBody":{{"eventList":[{EVENT},{{"type":"AggregationEvent","action":"DELETE",
            "eventTime":"2026-11-23T06:00:00Z","eventTimeZoneOffset":"+00:00",
            "parentID":"urn:epc:id:sscc:4012345.0000000333","readPoint":{{"id":"urn:x:1"}},
            "childQuantityList":[{{"epcClass":"urn:x:2","quantity":1,"uom":"KGM"}}],
            "ilmd":{{"cbvmda:lotNumber":"1"}},"bizStep":"packing"}}]}}}}"#);
        let start = at.index(text.len());
        let end = (start + length).min(text.len());
        let damaged = format!("{}{with}{}", &text[..start], &text[end..]);
        let each = Document::parse_each(&damaged, &Limits::default());
        if let Ok((document, faulty)) = &each {
            proptest::prop_assert_eq!(parse(&damaged).is_ok(), faulty.is_empty());
            let sound = document.events.iter().filter(|event| event.is_sound()).count();
            proptest::prop_assert_eq!(sound + faulty.len(), document.events.len());
        } else {
            proptest::prop_assert!(parse(&damaged).is_err());
        }
        if let Ok(document) = parse(&damaged) {
            for event in &document.events {
                let facts = event.facts("urn:x:1");
                proptest::prop_assert_eq!(facts.time, event.time());
                proptest::prop_assert!(event.hash().starts_with("ni:///sha-256;"));
            }
        }
    }
}
