//! An index that keeps the terms of events finds every event that matches, and no other; spelling
//! does not matter to either.

use super::*;
use crate::identifier::canonical;

/// One thing in all its spellings; others of the same sort stand beside it.
type Spellings = &'static [&'static str];

const STEPS: [Spellings; 2] = [
    &["shipping", "urn:epcglobal:cbv:bizstep:shipping", "https://ref.gs1.org/cbv/BizStep-shipping"],
    &["receiving", "cbv:BizStep-receiving"],
];
const THINGS: [Spellings; 7] = [
    &[
        "urn:epc:id:sgtin:4012345.012345.7",
        "https://id.gs1.org/01/04012345123456/21/7",
        "http://shop.example/x/gtin/4012345123456/ser/7",
    ],
    // Beside its serial number it names its lot.
    &["https://id.gs1.org/01/04012345123456/10/L1/21/8"],
    &["urn:epc:id:grai:4012345.12345.7", "https://id.gs1.org/8003/040123451234567"],
    &["urn:epc:id:gid:95100000.12.7"],
    // A company prefix, and then no digit.
    &["urn:epc:id:giai:401234.A7"],
    &["urn:epc:id:giai:401234.07"],
    &["urn:x:thing"],
];
const CLASSES: [Spellings; 3] = [
    &["urn:epc:class:lgtin:4012345.012345.L1", "https://id.gs1.org/01/04012345123456/10/L1"],
    &["urn:epc:class:lgtin:4012345.012345.L2"],
    &["urn:epc:idpat:sgtin:4012345.012345.*", "https://example.com/01/04012345123456"],
];
const PATTERNS: [&str; 9] = [
    "urn:epc:idpat:sgtin:4012345.*.*",
    "urn:epc:idpat:sgtin:401234501234.*.*",
    "urn:epc:idpat:sgln:4012345.*.*",
    "urn:epc:idpat:sgtin:4012346.*.*",
    "urn:epc:idpat:grai:4012345.12345.*",
    "urn:epc:idpat:giai:401234.*",
    "urn:epc:idpat:giai:4012340.*",
    "urn:epc:idpat:gid:95100000.*.*",
    "urn:epc:idpat:gid:95100000.13.*",
];
const MATCHED: [&str; 9] = [
    "epc",
    "parentID",
    "inputEPC",
    "outputEPC",
    "anyEPC",
    "epcClass",
    "inputEPCClass",
    "outputEPCClass",
    "anyEPCClass",
];

fn spelling(things: &'static [Spellings]) -> impl Strategy<Value = &'static str> {
    let all: Vec<&str> = things.iter().flat_map(|spellings| spellings.iter().copied()).collect();
    proptest::sample::select(all)
}

/// The members of an event: some of each sort.
fn event() -> impl Strategy<Value = String> {
    let things = || proptest::collection::vec(spelling(&THINGS), 1..3);
    (
        (things(), things(), spelling(&THINGS), spelling(&CLASSES), 0..5u8),
        (spelling(&STEPS), 0..5u8, 0..5u8, 0..3u8, any::<bool>()),
    )
        .prop_map(
            |((epcs, outputs, parent, class, amount), (step, hour, degree, grade, sensor))| {
                let list = |ids: &[&str]| format!("[\"{}\"]", ids.join("\",\""));
                let body = match hour % 3 {
                    0 => format!(
                        r#""type": "ObjectEvent", "action": "OBSERVE", "epcList": {},
                    "ilmd": {{"ex:grade": "{grade}"}}"#,
                        list(&epcs)
                    ),
                    1 => format!(
                        r#""type": "AggregationEvent", "action": "ADD", "parentID": "{parent}",
                    "childEPCs": {}"#,
                        list(&epcs)
                    ),
                    _ => format!(
                        r#""type": "TransformationEvent", "inputEPCList": {},
                    "outputEPCList": {}, "outputQuantityList": [{{"epcClass": "{class}",
                    "quantity": {amount}, "uom": "KGM"}}]"#,
                        list(&epcs),
                        list(&outputs)
                    ),
                };
                let report =
                    format!(r#"{{"type": "Temperature", "value": -{degree}, "uom": "CEL"}}"#);
                let sensors = format!(r#", "sensorElementList": [{{"sensorReport": [{report}]}}]"#);
                format!(
                    r#"{{"@context": {{"ex": "https://ns.example/epcis/"}}, {body},
                "eventTime": "2026-11-01T0{hour}:00:00Z", "eventTimeZoneOffset": "+00:00",
                "bizStep": "{step}", "ex:grade": {grade}, "ex:in": {{"ex:deep": {amount}}}{}}}"#,
                    if sensor { &sensors } else { "" }
                )
            },
        )
}

fn parameter() -> impl Strategy<Value = (String, Vec<String>)> {
    let matching = prop_oneof![
        3 => spelling(&THINGS),
        3 => spelling(&CLASSES),
        1 => proptest::sample::select(PATTERNS.to_vec()),
    ];
    let several = |one: BoxedStrategy<&'static str>| proptest::collection::vec(one, 1..3);
    let compare = proptest::sample::select(vec!["GE", "GT", "LE", "LT", "EQ"]);
    let numbers = proptest::sample::select(vec![
        "quantity",
        "quantity_KGM",
        "value_CEL",
        "ex:grade",
        "ILMD_ex:grade",
        "INNER_ex:deep",
    ]);
    let exists = vec!["sensorElementList", "ILMD_ex:grade", "INNER_ex:deep", "ex:none"];
    let texts = |list: Vec<&str>| list.into_iter().map(str::to_owned).collect::<Vec<String>>();
    prop_oneof![
        4 => (proptest::sample::select(MATCHED.to_vec()), several(matching.boxed()))
            .prop_map(move |(name, ids)| (format!("MATCH_{name}"), texts(ids))),
        2 => several(spelling(&STEPS).boxed())
            .prop_map(move |steps| ("EQ_bizStep".to_owned(), texts(steps))),
        1 => (any::<bool>(), 0..6u8).prop_map(|(from, hour)| {
            let name = if from { "GE_eventTime" } else { "LT_eventTime" };
            (name.to_owned(), vec![format!("2026-11-01T0{hour}:00:00Z")])
        }),
        3 => (compare, numbers, -5..5i8).prop_map(|(operator, name, number)| {
            (format!("{operator}_{name}"), vec![number.to_string()])
        }),
        1 => proptest::sample::select(exists)
            .prop_map(|name| (format!("EXISTS_{name}"), Vec::new())),
    ]
}

/// Whether the event matches, and whether its terms are among those of the plan.
fn asked(event: &str, parameters: &[(String, Vec<String>)]) -> (bool, bool) {
    let query = EventQuery::of_parameters(parameters, &prefixes()).unwrap();
    let document =
        Document::parse_stored(event, &Limits::default()).unwrap_or_else(|f| panic!("{f:?}"));
    let event = &document.events[0];
    let (facts, recorded) =
        (event.facts("urn:x:e"), Recorded { event_id: "urn:x:e", record_time: 7 });
    let terms = terms(event, &facts, recorded);
    (query.matches(event, &facts, recorded, &Master), is_planned(&query, &terms, recorded))
}

fn matches(event: &str, parameter: &(String, Vec<String>)) -> bool {
    asked(event, std::slice::from_ref(parameter)).0
}

/// The last spelling of the same.
fn respelled(text: &str) -> &str {
    let all = STEPS.iter().chain(&THINGS).chain(&CLASSES);
    let same = all.into_iter().find(|spellings| spellings.contains(&text));
    same.and_then(|spellings| spellings.last().copied()).unwrap_or(text)
}

proptest! {
    #[test]
    fn the_plan_finds_what_matches(event in event(), parameter in parameter()) {
        let (matches, planned) = asked(&event, &[parameter]);
        prop_assert_eq!(matches, planned);
    }

    #[test]
    fn conditions_narrow_and_values_widen(
        event in event(),
        first in parameter(),
        second in parameter(),
    ) {
        let one = |parameter| matches(&event, parameter);
        if first.0 != second.0 {
            let both = asked(&event, &[first.clone(), second.clone()]).0;
            prop_assert_eq!(both, one(&first) && one(&second));
        } else if first.1.len() + second.1.len() > 1 && first.0.starts_with("MATCH") {
            let values = [first.1.clone(), second.1.clone()].concat();
            let wider = (first.0.clone(), values);
            prop_assert_eq!(one(&wider), one(&first) || one(&second));
        }
    }

    #[test]
    fn spelling_does_not_matter(event in event(), parameter in parameter()) {
        let values = parameter.1.iter().map(|value| respelled(value).to_owned()).collect();
        let respelled = (parameter.0.clone(), values);
        let texts = event.split('"').map(self::respelled).collect::<Vec<_>>();
        let said = texts.join("\"").replace(":00:00Z", ":00:00.000+00:00");
        let one = matches(&event, &parameter);
        prop_assert_eq!(one, matches(&event, &respelled));
        prop_assert_eq!(one, matches(&said, &parameter));
    }
}

#[test]
fn spellings_of_one_thing_are_one() {
    for spellings in THINGS.iter().chain(&CLASSES) {
        for text in *spellings {
            assert_eq!(canonical(text), canonical(spellings[0]), "{text}");
        }
    }
}
