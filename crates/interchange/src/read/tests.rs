use laiqu_epcis::{Document, Limits};

use super::*;

const HEAD: &str = "<eventTime>2026-11-23T06:00:00Z</eventTime>\
    <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>";

fn document(event: &str) -> String {
    format!(
        r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0"
 xmlns:ex="https://ns.example/"><EPCISBody><EventList>{event}</EventList></EPCISBody>
</epcis:EPCISDocument>"#
    )
}

fn object(rest: &str) -> String {
    document(&format!(
        "<ObjectEvent>{HEAD}<epcList><epc>urn:x:1</epc></epcList><action>ADD</action>{rest}\
         </ObjectEvent>"
    ))
}

#[track_caller]
fn refused(xml: &str) -> (&'static str, String) {
    let fault = read_xml(xml).unwrap_err();
    (fault.code.as_str(), fault.to_string())
}

#[test]
fn nothing_external_and_nothing_expandable_is_read() {
    let entity = "<!DOCTYPE d [<!ENTITY a \"b\"><!ENTITY c SYSTEM \"file:///etc/hosts\">]>";
    for xml in [
        format!("{entity}{}", object("")),
        format!("<?xml version=\"1.0\"?><!DOCTYPE d SYSTEM \"http://x.example/\">{}", object("")),
    ] {
        assert_eq!(refused(&xml).0, "doctype-refused");
    }
    assert_eq!(refused(&object("<ex:a>&c;</ex:a>")).0, "entity-refused");
    assert_eq!(refused(&object("<ex:a b='&c;'/>")).0, "entity-refused");
    let view = read_xml(&object("<ex:a>&lt;&#x41;<![CDATA[&]]></ex:a>")).unwrap();
    assert!(view.json.contains(r#""ex:a":"<A&""#), "{}", view.json);
}

#[test]
fn texts_that_are_no_xml_say_where() {
    for (xml, code, place) in [
        ("", "not-xml", "line 1, column 1"),
        ("<a>\n<b></a>", "not-xml", "line 2"),
        ("<a/>\n<b/>", "not-xml", "line 2, column 1"),
        ("<a x='1' x='2'/>", "not-xml", "line 1, column 1"),
        ("<a>\u{1}</a>", "not-xml", "line 1, column 4"),
        ("<a>&#1;</a>", "entity-refused", "line 1, column 4"),
        ("<p:a/>", "unknown-namespace", "line 1, column 1"),
        ("<?xml version='1.0' encoding='GBK'?><a/>", "not-xml", "line 1"),
        ("<1/>", "not-xml", "line 1"),
    ] {
        let (found, text) = refused(xml);
        assert_eq!(found, code, "{xml}: {text}");
        assert!(text.contains(place), "{xml}: {text}");
    }
    let deep = "<a>".repeat(100_000);
    assert_eq!(refused(&deep).0, "too-deep");
    let wide: String = (0..300).map(|at| format!(" xmlns:p{at}='urn:p'")).collect();
    assert_eq!(refused(&format!("<a{wide}/>")).0, "over-limit");
}

#[test]
fn elements_out_of_place_are_refused_with_their_path() {
    for (event, code, path) in [
        ("<QuantityEvent/>", "unknown-element", "/EventList/QuantityEvent"),
        ("<ex:ObjectEvent/>", "unknown-element", "/EventList/ex:ObjectEvent"),
        ("<ObjectEvent><bizstep/></ObjectEvent>", "unknown-element", "/ObjectEvent/bizstep"),
        ("<ObjectEvent><action>ADD</action><eventTime/></ObjectEvent>", "wrong-order", {
            "/ObjectEvent/eventTime"
        }),
        ("<ObjectEvent/><ObjectEvent><epcList><x/></epcList></ObjectEvent>", "unknown-element", {
            "/ObjectEvent[2]/epcList/x"
        }),
        ("<ObjectEvent><action><b/></action></ObjectEvent>", "unknown-element", "/action/b"),
        ("<ObjectEvent>text</ObjectEvent>", "unknown-element", "/ObjectEvent"),
    ] {
        let (found, text) = refused(&document(event));
        assert_eq!(found, code, "{text}");
        assert!(text.contains(path), "{text}");
    }
    let strange = "<epcis:EPCISDocument xmlns:epcis='urn:epcglobal:epcis:xsd:3'/>";
    assert_eq!(refused(strange).0, "not-a-document");
    assert_eq!(refused("<html/>").0, "not-a-document");
}

#[test]
fn faults_of_the_content_are_placed_in_the_xml() {
    let xml = object("<ex:a/>").replace("<epc>urn:x:1</epc>", "<epc>1</epc>\n<epc/>");
    let view = read_xml(&xml).unwrap();
    let faults = Document::parse(&view.json, &Limits::default()).unwrap_err();
    let places = view.places(&xml, faults.iter().map(|fault| fault.pointer.as_str()));
    let shown: Vec<_> = places.iter().map(ToString::to_string).collect();
    assert_eq!(shown.len(), 2);
    assert!(shown[0].ends_with("/ObjectEvent/epcList/epc[1]"), "{shown:?}");
    assert_eq!((places[1].line, places[1].column), (3, 1), "{shown:?}");
}

#[test]
fn many_places_are_found_in_one_walk() {
    let event = "<ObjectEvent><epcList><epc>x</epc></epcList></ObjectEvent>";
    let xml = document(&event.repeat(20_000));
    let view = read_xml(&xml).unwrap();
    // As many as a document may have refused, with all their faults; the last ones first.
    let pointers: Vec<String> = (0..20_000)
        .rev()
        .flat_map(|at| {
            ["/epcList/0", "/action"].map(|end| format!("/epcisBody/eventList/{at}{end}"))
        })
        .collect();
    let places = view.places(&xml, pointers.iter().map(String::as_str));
    assert_eq!(places.len(), pointers.len());
    let last = &places[0];
    assert!(last.path.ends_with("/ObjectEvent[20000]/epcList/epc"), "{last}");
    let line = xml.lines().nth(last.line - 1).unwrap();
    assert!(line[last.column - 1..].starts_with("<epc>x</epc>"), "{last}");
    assert_eq!(places[1].path, "/epcis:EPCISDocument/EPCISBody/EventList/ObjectEvent[20000]");
}

#[test]
fn a_prefix_of_two_meanings_gets_two_names() {
    let xml =
        object("<ex:a>ex:v</ex:a><ex:b xmlns:ex='urn:other:'>ex:v</ex:b><c xmlns='urn:third:'/>");
    let view = read_xml(&xml).unwrap();
    let document = Document::parse(&view.json, &Limits::default()).unwrap();
    let prehash = document.events[0].prehash();
    for text in ["{https://ns.example/}a=https://ns.example/v", "{urn:other:}b=urn:other:v"] {
        assert!(prehash.contains(text), "{prehash}");
    }
    assert!(view.json.contains(r#""ns":"urn:third:""#), "{}", view.json);
}

/// The prehashes of all events.
fn prehashes(xml: &str) -> Vec<String> {
    let view = read_xml(xml).unwrap();
    let document = Document::parse(&view.json, &Limits::default()).unwrap();
    document.events.iter().map(laiqu_epcis::Event::prehash).collect()
}

#[test]
fn a_second_name_holds_for_its_event_alone() {
    let event = |declared: &str| {
        format!(
            "<ObjectEvent{declared} xmlns:ex='urn:other:'>{HEAD}\
             <epcList><epc>urn:x:1</epc></epcList><action>ADD</action>\
             <ex:a>ex:v</ex:a></ObjectEvent>"
        )
    };
    let both = document(&[event(""), event(" xmlns:ex2='urn:third:'")].concat());
    for prehash in prehashes(&both) {
        assert!(prehash.contains("{urn:other:}a=urn:other:v"), "{prehash}");
    }
}

#[test]
fn a_second_name_is_given_once_in_an_event() {
    let many = "<ex:b xmlns:ex='urn:other:'>ex:v</ex:b>".repeat(300);
    let prehash = prehashes(&object(&many)).concat();
    assert!(prehash.contains("{urn:other:}b=urn:other:v"), "{prehash}");
}

#[test]
fn prefixes_of_master_data_do_not_reach_the_events() {
    let header = "<EPCISHeader><extension><EPCISMasterData>\
        <VocabularyList xmlns:ex='urn:other:'/></EPCISMasterData></extension></EPCISHeader>";
    let xml = object("<ex:a>ex:v</ex:a>").replace("<EPCISBody>", &format!("{header}<EPCISBody>"));
    let prehash = prehashes(&xml).concat();
    assert!(prehash.contains("{https://ns.example/}a=https://ns.example/v"), "{prehash}");
}

#[test]
fn lists_of_prefixes_are_bounded() {
    let words = "p ".repeat(300);
    let xml = document(&format!(
        "<ObjectEvent xmlns:form='{}' form:undeclared='{words}'/>",
        crate::schema::FORM_NS
    ));
    assert_eq!(refused(&xml).0, "over-limit");
}

#[test]
fn wrappers_of_1_x_are_dropped() {
    let xml = format!(
        r#"<e:EPCISDocument xmlns:e="urn:epcglobal:epcis:xsd:1" schemaVersion="1.2"><EPCISBody>
        <EventList><extension><TransformationEvent>{HEAD}
        <baseExtension><eventID>urn:uuid:1</eventID></baseExtension>
        <inputEPCList><epc>urn:x:0</epc></inputEPCList>
        <outputEPCList><epc>urn:x:1</epc></outputEPCList>
        <readPoint><id>urn:x:2</id><extension><f xmlns="urn:f:">1</f></extension></readPoint>
        </TransformationEvent></extension></EventList></EPCISBody></e:EPCISDocument>"#
    );
    let view = read_xml(&xml).unwrap();
    let document = Document::parse(&view.json, &Limits::default()).unwrap();
    assert_eq!(document.events[0].event_id(), Some("urn:uuid:1"));
    assert_eq!(view.events.len(), 1);
    let slice = &xml[view.events[0].clone()];
    assert!(slice.starts_with("<TransformationEvent>") && slice.ends_with("Event>"));
    assert_eq!(event_ranges(&xml).unwrap(), view.events);
}

#[test]
fn numbers_and_truths_are_those_of_json() {
    for (text, value) in [
        ("+05.50", "5.50"),
        (".5", "0.5"),
        ("5.", "5"),
        ("-0", "-0"),
        ("1.0E+3", "1.0e+3"),
        ("INF", "\"INF\""),
    ] {
        let xml = object(&format!(
            "<quantityList><quantityElement><epcClass>urn:c:1</epcClass><quantity>{text}\
             </quantity></quantityElement></quantityList>"
        ));
        let json = read_xml(&xml).unwrap().json;
        assert!(json.contains(&format!(r#""quantity":{value}"#)), "{json}");
    }
}

#[test]
fn one_event_that_is_wrong_in_form_leaves_the_others_alone() {
    let event = |id: u8, rest: &str| {
        format!(
            "<ObjectEvent>{HEAD}<eventID>urn:x:{id}</eventID><epcList><epc>urn:x:1</epc></epcList>\
             <action>ADD</action>{rest}</ObjectEvent>"
        )
    };
    let many: String = (0..300).map(|n| format!("<p{n}:a xmlns:p{n}='urn:n:{n}'/>")).collect();
    let right = event(1, "<ex:a xmlns:ex='urn:other:'>ex:b</ex:a>");
    let list = [
        event(2, &format!("<ex:a xmlns:ex='urn:third:'>{many}</ex:a>")),
        right.clone(),
        event(3, "<colour/>stray").replace("<epc>", "<epc of='1'>"),
        "<FooEvent><baseExtension><eventID>urn:x:4</eventID></baseExtension></FooEvent>".to_owned(),
        right.clone(),
    ];
    let xml = document(&list.concat());
    assert!(read_xml(&xml).is_err());
    let view = read_xml_each(&xml).unwrap();
    let told = view.faulty.iter().map(|event| {
        let codes = event.faults.iter().map(|fault| fault.code.as_str());
        (event.ordinal, codes.collect::<Vec<_>>())
    });
    let element = "unknown-element";
    let expected = [(0, vec!["over-limit"]), (2, vec![element; 3]), (3, vec![element])];
    assert_eq!(told.collect::<Vec<_>>(), expected);
    assert_eq!(view.faulty[1].faults[1].place.path.rsplit('/').next(), Some("epc"));
    assert_eq!(view.events, event_ranges(&xml).unwrap());
    let (document, faulty) = Document::parse_each(&view.json, &Limits::default()).unwrap();
    // What could be read is there, at least the identifier.
    let ids: Vec<_> = document.events.iter().map(|event| event.event_id().unwrap()).collect();
    assert_eq!(ids, ["urn:x:2", "urn:x:1", "urn:x:3", "urn:x:4", "urn:x:1"]);
    assert_eq!(faulty.iter().map(|event| event.ordinal).collect::<Vec<_>>(), [0, 3]);
    let alone = read_xml(&self::document(&right)).unwrap();
    let alone = Document::parse(&alone.json, &Limits::default()).unwrap();
    for at in [1, 4] {
        assert_eq!(document.events[at].prehash(), alone.events[0].prehash());
    }
    let stored = read_xml_stored(&xml).unwrap();
    assert_eq!((stored.json, stored.faulty), (view.json, vec![]));
    // Around the events nothing is passed over, unless it was stored.
    let around =
        xml.replace("<EventList>", "<EventList/><VocabularyList><x/></VocabularyList><EventList>");
    assert!(read_xml_each(&around).is_err() && read_xml_stored(&around).is_ok());
}
