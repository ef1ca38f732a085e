//! Parameters of event queries, held against the two lists that GS1 publishes: what stands in one
//! is read, what is one letter off is refused by name.

use laiqu_epcis::Prefixes;
use laiqu_epcis::query::{EventQuery, QueryFaultCode};
use laiqu_tests::read_data;
use serde_json::Value;
use std::collections::BTreeSet;

/// Parameters that say how an answer is cut into pages, not which events are in it.
const OF_PAGES: [&str; 2] = ["perPage", "nextPageToken"];

/// A value that this parameter can have.
fn value_of(name: &str) -> &'static str {
    let (operator, rest) = name.split_once('_').unwrap_or(("", name));
    match (operator, rest) {
        ("", "eventType") => "ObjectEvent",
        ("", "orderBy") => "eventTime",
        ("", "orderDirection") => "ASC",
        ("", "eventCountLimit" | "maxEventCount") => "5",
        ("EQ", "action") => "ADD",
        ("EQ", "booleanValue") => "true",
        ("GE" | "LT", rest) if rest.ends_with("Time") || rest == "time" => "2026-11-01T06:00:00Z",
        ("EXISTS", _) => "",
        _ => "12",
    }
}

fn read(name: &str) -> Result<EventQuery, laiqu_epcis::query::QueryFault> {
    let one = |name: &str| (name.to_owned(), vec![value_of(name).to_owned()]);
    let mut parameters = vec![one(name)];
    if name == "eventCountLimit" {
        parameters.push(one("orderBy"));
    }
    EventQuery::of_parameters(&parameters, &Prefixes::default())
}

/// Reads each name, and refuses each with one letter too many.
fn check(names: &BTreeSet<String>) {
    for name in names {
        let query = read(name).unwrap_or_else(|fault| panic!("{name}: {fault}"));
        let shapes = ["orderBy", "orderDirection", "eventCountLimit", "maxEventCount"];
        assert_eq!(query.is_unconditional(), shapes.contains(&name.as_str()), "{name}");
        let of_extension = name.contains(':') || name.starts_with("EQ_ATTR_");
        let of_type = ["EQ_bizTransaction_", "EQ_source_", "EQ_destination_"];
        for wrong in [format!("X{name}"), format!("{name}_xxxxx")] {
            // Names of extensions and types are free.
            let ends_free = of_extension || of_type.iter().any(|start| wrong.starts_with(start));
            if ends_free && !wrong.starts_with('X') {
                continue;
            }
            let fault = read(&wrong).expect_err(&wrong);
            let named = (fault.code, fault.parameter.as_str());
            assert_eq!(named, (QueryFaultCode::Unknown, wrong.as_str()), "{fault}");
        }
    }
}

#[test]
fn every_parameter_of_gs1_s_api_is_read() {
    let Some(text) = read_data("epcis/gs1/openapi/openapi.json") else { return };
    let api: Value = serde_json::from_str(&text).unwrap();
    let resolved = |parameter: &Value| match parameter["$ref"].as_str() {
        Some(reference) => api.pointer(reference.trim_start_matches('#')).unwrap().clone(),
        None => parameter.clone(),
    };
    let mut names = BTreeSet::new();
    for path in ["/events", "/epcs/{epc}/events", "/bizSteps/{bizStep}/events"] {
        let whole = &api["paths"][path];
        let lists = [&whole["parameters"], &whole["get"]["parameters"]];
        for parameter in lists.into_iter().filter_map(Value::as_array).flatten().map(resolved) {
            if parameter["in"] == "query" {
                names.insert(parameter["name"].as_str().unwrap().to_owned());
            }
        }
    }
    for name in OF_PAGES {
        assert!(names.remove(name), "{name}");
    }
    assert!(names.len() >= 50, "{names:?}");
    check(&names);
}

/// A name that a pattern of the schema describes.
fn named_by(pattern: &str) -> String {
    // The schema escapes every backslash once more than JSON needs.
    pattern
        .trim_matches(['^', '$'])
        .replace(r"\\", r"\")
        .replace(r"\:", ":")
        .replace("[a-z][a-zA-Z0-9_]+", "owning_party")
        .replace("[a-z][a-zA-Z0-9]*", "ex1")
        .replace("[A-Z0-9]{2,4}", "KGM")
        .replace(r"ATTR_\w+_\w+", "ATTR_bizLocation_cold_store")
        .replace(r"\w+", "my_Field2")
}

#[test]
fn every_name_of_gs1_s_query_schema_is_read() {
    let Some(text) = read_data("epcis/gs1/schema/query-schema.json") else { return };
    let schema: Value = serde_json::from_str(&text).unwrap();
    let query = &schema["definitions"]["EPCIS-Query"];
    let keys = |member: &str| query[member].as_object().unwrap().keys().cloned();
    let fixed: BTreeSet<String> = keys("properties").filter(|name| name != "@context").collect();
    assert!(fixed.len() >= 60, "{fixed:?}");
    check(&fixed);
    let patterns: BTreeSet<String> =
        keys("patternProperties").map(|pattern| named_by(&pattern)).collect();
    let plain = |name: &String| !name.contains(['\\', '[', '^', '$', '+', '*']);
    assert!(patterns.len() >= 90 && patterns.iter().all(plain), "{patterns:?}");
    check(&patterns);
}

#[test]
fn names_that_stand_in_no_list_are_refused() {
    for name in [
        "",
        "_",
        "EQ_",
        "EQ_:",
        "EQ_ex:",
        "EQ_ILMDS_ex:a",
        "EQ_sensorReport_ex:a",
        "MATCH_",
        "MATCH_any",
        "WD_epc",
        "WD_bizStep",
        "LT_action",
        "GT_eventTime",
        "LE_recordTime",
        "EXISTS_action",
        "EXISTS_",
        "HASATTR_",
        "EQ_ATTR_",
        "EQ_ATTR_nothing_x",
        "EQ_value",
        "EQ_value_",
        "EQ_value_KILOGRAM",
        "EQ_value_K",
        "EQ_INNER_",
        "EQ_SENSORREPORT_x",
        "EQ_grade",
        "eq_action",
        "EQ_ACTION",
        "eventtype",
        "perPage",
        "nextPageToken",
        "EQ_bizTransaction",
        "EQ_bizTransaction_",
        "EQ_source_",
    ] {
        let fault = read(name).expect_err(name);
        assert_eq!((fault.code, &*fault.parameter), (QueryFaultCode::Unknown, name), "{fault}");
    }
}
