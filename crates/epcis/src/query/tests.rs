use super::*;
use crate::context::Prefixes;
use crate::document::{Document, Limits};
use proptest::prelude::*;

mod planned;

const EVENT: &str = r#"{
    "@context": {"ex": "https://ns.example/epcis/"},
    "type": "ObjectEvent", "eventID": "urn:x:e1", "action": "OBSERVE",
    "eventTime": "2026-11-01T14:00:00.5+08:00", "eventTimeZoneOffset": "+08:00",
    "bizStep": "shipping", "disposition": "urn:epcglobal:cbv:disp:in_transit",
    "persistentDisposition": {"set": ["completeness_verified"]},
    "readPoint": {"id": "urn:epc:id:sgln:4012345.00011.987", "ex:door": "north"},
    "bizLocation": {"id": "https://id.gs1.org/414/4012345000115"},
    "epcList": ["urn:epc:id:sgtin:4012345.012345.7", "https://id.gs1.org/00/340123450000000018"],
    "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 12.5,
        "uom": "KGM"}],
    "bizTransactionList": [{"type": "po", "bizTransaction": "urn:x:po:1"}],
    "sourceList": [{"type": "owning_party", "source": "urn:x:farm"}],
    "sensorElementList": [{"sensorMetadata": {"deviceID": "urn:x:probe", "ex:fitted": 3,
            "startTime": "2026-11-01T05:00:00Z"},
        "sensorReport": [{"type": "Temperature", "value": -18.5, "uom": "CEL",
            "hexBinaryValue": "f00d", "booleanValue": true, "percRank": 50}]}],
    "ilmd": {"ex:grade": "A", "ex:size": 30, "cbvmda:lotNumber": "L1"},
    "ex:price": 12, "ex:when": "2026-11-05T00:00:00Z",
    "ex:box": {"ex:colour": ["red", "blue"]},
    "errorDeclaration": {"declarationTime": "2026-11-02T00:00:00Z", "reason": "incorrect_data",
        "correctiveEventIDs": ["urn:x:e2"]}}"#;

fn prefixes() -> Prefixes<'static> {
    Prefixes::declaring([("ex", "https://ns.example/epcis/")])
}

fn query(parameters: &[(&str, &str)]) -> Result<EventQuery, QueryFault> {
    let split = |value: &str| value.split('|').map(str::to_owned).collect();
    let list: Vec<(String, Vec<String>)> =
        parameters.iter().map(|(name, value)| ((*name).to_owned(), split(value))).collect();
    EventQuery::of_parameters(&list, &prefixes())
}

/// What has the attribute `urn:x:mda:cold`, with the value `yes`.
const COLD: &str = "https://id.gs1.org/414/4012345000115";

/// Sites of one place, and what is cold.
struct Master;

impl MasterDataSource for Master {
    fn within(&self, id: &str) -> Vec<String> {
        let inside = "https://id.gs1.org/414/4012345000115/254/987".to_owned();
        if id == "urn:x:city" { vec![inside] } else { Vec::new() }
    }

    fn with_attribute(&self, attribute: &str, values: Option<&[String]>) -> Vec<String> {
        let is =
            attribute == "urn:x:mda:cold" && values.is_none_or(|v| v.iter().any(|v| v == "yes"));
        is.then(|| COLD.to_owned()).into_iter().collect()
    }

    fn has_attribute(&self, id: &str, attribute: &str, values: Option<&[String]>) -> bool {
        self.with_attribute(attribute, values).iter().any(|known| known == id)
    }
}

/// Whether the event matches; the plan over its terms must say so, too.
fn found(parameters: &[(&str, &str)]) -> bool {
    let query = query(parameters).unwrap_or_else(|fault| panic!("{fault}"));
    let document = Document::parse_stored(EVENT, &Limits::default()).unwrap();
    let event = &document.events[0];
    let recorded = Recorded { event_id: "urn:x:e1", record_time: 1_793_600_000_000_000 };
    let facts = event.facts("urn:x:e1");
    let matches = query.matches(event, &facts, recorded, &Master);
    let mut terms = terms(event, &facts, recorded);
    for named in terms.named.iter().filter(|named| named.id == described_id(COLD)) {
        let attributes = attribute_digests("urn:x:mda:cold", "\"yes\"");
        terms.terms.extend(attributes.into_iter().map(|attribute| named.term(attribute)));
    }
    let planned = is_planned(&query, &terms, recorded);
    assert!(planned || !matches, "the plan misses it: {parameters:?}");
    assert!(matches || !planned, "the plan is too wide: {parameters:?}");
    matches
}

/// Whether an index that holds these terms would show the event as a candidate.
fn is_planned(query: &EventQuery, terms: &EventTerms, recorded: Recorded<'_>) -> bool {
    let held = |atom: &Atom| match *atom {
        Atom::Term(term) => terms.terms.contains(&term),
        Atom::Range { key, from, to } => {
            terms.ranges.iter().any(|(k, value)| *k == key && (from..=to).contains(value))
        }
        Atom::Recorded { from, to } => {
            (from..=to).contains(&field::ordered_time(recorded.record_time))
        }
    };
    query.plan(&Master).all.iter().all(|any| any.iter().any(held))
}

#[test]
fn every_sort_of_parameter_finds_and_does_not_find() {
    for (name, yes, no) in [
        ("eventType", "AggregationEvent|ObjectEvent", "TransformationEvent"),
        ("GE_eventTime", "2026-11-01T06:00:00.5Z", "2026-11-01T06:00:00.6Z"),
        ("LT_eventTime", "2026-11-01T06:00:01Z", "2026-11-01T06:00:00.5Z"),
        ("GE_recordTime", "2026-11-01T00:00:00Z", "2027-01-01T00:00:00Z"),
        ("LT_recordTime", "2027-01-01T00:00:00Z", "2026-11-01T00:00:00Z"),
        ("EQ_action", "OBSERVE", "ADD|DELETE"),
        ("EQ_bizStep", "urn:epcglobal:cbv:bizstep:shipping", "receiving"),
        ("EQ_bizStep", "https://ref.gs1.org/cbv/BizStep-shipping", "cbv:BizStep-receiving"),
        ("EQ_disposition", "in_transit", "active"),
        ("EQ_persistentDisposition_set", "completeness_verified", "completeness_inferred"),
        ("EQ_readPoint", "https://example.com/414/4012345000115/254/987", "urn:x:city"),
        ("WD_readPoint", "urn:x:city", "urn:x:village"),
        ("EQ_bizLocation", "urn:epc:id:sgln:4012345.00011.0", "urn:x:1"),
        ("MATCH_epc", "https://id.gs1.org/01/04012345123456/21/7", "urn:x:1"),
        (
            "MATCH_epc",
            "urn:epc:idpat:sgtin:4012345.012345.*",
            "urn:epc:idpat:sgtin:4012345.012346.*",
        ),
        ("MATCH_anyEPC", "urn:epc:idpat:sscc:4012345.*", "urn:epc:idpat:sscc:4012346.*"),
        ("MATCH_epcClass", "https://id.gs1.org/01/04012345123456/10/L1", "urn:x:1"),
        (
            "MATCH_anyEPCClass",
            "https://id.gs1.org/01/04012345123456",
            "https://id.gs1.org/01/04012345123463",
        ),
        (
            "MATCH_epcClass",
            "urn:epc:class:lgtin:4012345.012345.L1",
            "urn:epc:class:lgtin:4012345.012345.L2",
        ),
        ("EQ_quantity", "12.50", "12"),
        ("GT_quantity_KGM", "12", "12.5"),
        ("LE_quantity_KGM", "12.5", "12.4"),
        ("EQ_bizTransaction_po", "urn:x:po:1", "urn:x:po:2"),
        ("EQ_source_owning_party", "urn:x:farm", "urn:x:shop"),
        ("EQ_eventID", "urn:x:e1|urn:x:e9", "urn:x:e2"),
        ("EQ_errorReason", "incorrect_data", "did_not_occur"),
        ("GE_errorDeclarationTime", "2026-11-02T00:00:00Z", "2026-11-02T00:00:01Z"),
        ("LT_errorDeclaration_Time", "2026-11-02T00:00:01Z", "2026-11-02T00:00:00Z"),
        ("EQ_correctiveEventID", "urn:x:e2", "urn:x:e1"),
        ("EQ_type", "gs1:Temperature", "gs1:Humidity"),
        ("EQ_deviceID", "urn:x:probe", "urn:x:other"),
        ("LT_value_CEL", "-18", "-18.5"),
        ("GE_percRank", "50", "51"),
        ("GE_startTime", "2026-11-01T05:00:00Z", "2026-11-01T05:00:01Z"),
        ("EQ_hexBinaryValue", "F00D", "BEEF"),
        ("EQ_booleanValue", "true", "false"),
        ("EQ_ex:price", "12.0", "13"),
        ("EQ_ex:price", "12", "120"),
        ("GE_ex:when", "2026-11-05T00:00:00Z", "2026-11-06T00:00:00Z"),
        ("EQ_INNER_ex:colour", "blue", "green"),
        ("EQ_ILMD_ex:grade", "A", "B"),
        ("LT_ILMD_ex:size", "31", "30"),
        ("EQ_ILMD_cbvmda:lotNumber", "L1", "L2"),
        ("EQ_readPoint_ex:door", "north", "south"),
        ("GT_SENSORMETADATA_ex:fitted", "2", "3"),
        ("HASATTR_bizLocation", "urn:x:mda:cold", "urn:x:mda:warm"),
        ("EQ_ATTR_bizLocation_urn:x:mda:cold", "yes", "no"),
    ] {
        assert!(found(&[(name, yes)]), "{name}={yes}");
        assert!(!found(&[(name, no)]), "{name}={no}");
    }
    for (name, there) in [
        ("EXISTS_errorDeclaration", true),
        ("EXISTS_sensorElementList", true),
        ("EXISTS_ex:box", true),
        ("EXISTS_INNER_ex:colour", true),
        ("EXISTS_ex:colour", false),
        ("EXISTS_ILMD_ex:price", false),
    ] {
        for value in ["", "true"] {
            assert_eq!(found(&[(name, value)]), there, "{name}");
        }
        assert!(found(&[(name, "false")]), "{name} asks for nothing");
    }
}

#[test]
fn all_parameters_must_hold() {
    let (yes, no) = (("EQ_bizStep", "shipping"), ("EQ_action", "ADD"));
    assert!(found(&[]) && found(&[yes, ("EQ_action", "OBSERVE")]));
    assert!(!found(&[yes, no]) && !found(&[no, yes]));
}

#[test]
fn an_extension_is_found_by_the_prefix_that_its_sender_used() {
    let list = [("EQ_ex:price".to_owned(), vec!["12".to_owned()])];
    let query = EventQuery::of_parameters(&list, &Prefixes::default()).unwrap();
    let document = Document::parse_stored(EVENT, &Limits::default()).unwrap();
    let (event, recorded) = (&document.events[0], Recorded { event_id: "e", record_time: 0 });
    assert!(query.matches(event, &event.facts("e"), recorded, &NoMasterData));
}

#[test]
fn what_is_no_parameter_is_refused_by_name() {
    for (name, value, code) in [
        ("EQ_colour", "red", QueryFaultCode::Unknown),
        ("MATCH_everything", "x", QueryFaultCode::Unknown),
        ("GT_eventTime", "2026-11-01T00:00:00Z", QueryFaultCode::Unknown),
        ("bizStep", "shipping", QueryFaultCode::Unknown),
        ("EQ_value", "3", QueryFaultCode::Unknown),
        ("WD_epc", "urn:x:1", QueryFaultCode::Unknown),
        ("GE_eventTime", "yesterday", QueryFaultCode::Value),
        ("GE_eventTime", "2026-11-01T00:00:00", QueryFaultCode::Value),
        ("GE_quantity", "inf", QueryFaultCode::Value),
        ("GE_quantity", "1|2", QueryFaultCode::Value),
        ("EQ_action", "LOOK", QueryFaultCode::Value),
        ("EQ_bizStep", "", QueryFaultCode::Value),
        ("eventType", "PartyEvent", QueryFaultCode::Value),
        ("EXISTS_errorDeclaration", "perhaps", QueryFaultCode::Value),
        ("orderBy", "colour", QueryFaultCode::Value),
        ("orderDirection", "UP", QueryFaultCode::Value),
        ("maxEventCount", "0", QueryFaultCode::Value),
        ("eventCountLimit", "5", QueryFaultCode::Combination),
    ] {
        let fault = query(&[(name, value)]).unwrap_err();
        assert_eq!((fault.code, &*fault.parameter), (code, name), "{fault}");
    }
    let twice = query(&[("EQ_action", "ADD"), ("EQ_action", "DELETE")]).unwrap_err();
    assert_eq!(twice.code, QueryFaultCode::Combination);
}

#[test]
fn a_json_object_is_the_same_query() {
    let text = r#"{"@context": {"ex": "https://ns.example/epcis/"}, "eventType": ["ObjectEvent"],
        "GE_quantity": 12, "EXISTS_errorDeclaration": null, "EQ_ex:price": 12,
        "orderBy": "eventTime", "orderDirection": "ASC", "eventCountLimit": 3}"#;
    let query = EventQuery::of_json(&crate::json::parse(text).unwrap()).unwrap();
    assert_eq!((&query.order, query.ascending), (&Order::EventTime, true));
    assert_eq!((query.event_count_limit, query.conditions.len()), (Some(3), 4));
    let document = Document::parse_stored(EVENT, &Limits::default()).unwrap();
    let (event, recorded) = (&document.events[0], Recorded { event_id: "e", record_time: 0 });
    assert!(query.matches(event, &event.facts("e"), recorded, &NoMasterData));
    let nested = crate::json::parse(r#"{"EQ_bizStep": [["a"]]}"#).unwrap();
    assert_eq!(EventQuery::of_json(&nested).unwrap_err().parameter, "EQ_bizStep");
}

#[test]
fn members_of_collections_restrict() {
    let document = Document::parse_stored(EVENT, &Limits::default()).unwrap();
    let (event, recorded) = (&document.events[0], Recorded { event_id: "e", record_time: 0 });
    let holds = |kind, member| {
        let query = EventQuery::default().within_collection(kind, member).unwrap();
        query.matches(event, &event.facts("e"), recorded, &NoMasterData)
    };
    assert!(holds(CollectionKind::Epcs, "urn:epc:class:lgtin:4012345.012345.L1"));
    assert!(holds(CollectionKind::Epcs, "urn:epc:id:sgtin:4012345.012345.7"));
    assert!(!holds(CollectionKind::Epcs, "urn:epc:id:sgtin:4012345.012345.8"));
    assert!(holds(CollectionKind::EventTypes, "ObjectEvent"));
    assert!(holds(CollectionKind::BizSteps, "shipping"));
    assert!(!holds(CollectionKind::ReadPoints, "urn:x:1"));
}

proptest! {
    /// Whatever stands there, a name and a value give a query or a fault.
    #[test]
    fn nothing_that_is_asked_panics(name in "\\PC{0,40}", value in "\\PC{0,40}") {
        if let Ok(query) = query(&[(&name, &value)]) {
            drop(query.plan(&Master));
        }
    }

    #[test]
    fn names_that_look_right_neither(
        op in "EQ|GT|GE|LT|LE|MATCH|WD|EXISTS|HASATTR|EQ_ATTR",
        rest in "(INNER_)?(ILMD_|SENSORREPORT_|readPoint_)?[a-z]{0,3}:?[a-zA-Z_]{0,8}",
        value in "\\PC{0,12}",
    ) {
        if let Ok(query) = query(&[(&format!("{op}_{rest}"), &value)]) {
            drop(query.plan(&Master));
        }
    }
}
