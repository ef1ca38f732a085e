//! Rules that came after the first version, held against what is captured from now on.
//!
//! An event that an earlier version took is still read as it was: breaking one of these makes a
//! fault, and leaves time, action and facts as they are. They are looked at once the rules of
//! [`super::check`] hold.

use super::check::{check_id, check_text, check_word};
use super::{member, shown, type_name};
use crate::context::Prefixes;
use crate::facts::{Action, EventType};
use crate::fault::{FaultCode, Faults, Pointer};
use crate::json::{Json, Node};
use crate::time::DateTime;
use crate::vocabulary::COMPONENTS;

/// Members of every event (EPCIS 2.0, section 7.4.1), and those that one without a document around
/// it takes from there.
const COMMON: &[&str] = &[
    "type",
    "eventTime",
    "recordTime",
    "eventTimeZoneOffset",
    "eventID",
    "certificationInfo",
    "errorDeclaration",
    "bizStep",
    "disposition",
    "persistentDisposition",
    "readPoint",
    "bizLocation",
    "bizTransactionList",
    "sourceList",
    "destinationList",
    "sensorElementList",
    "schemaVersion",
    "creationDate",
];
const METADATA: &[&str] = &[
    "time",
    "startTime",
    "endTime",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
];
const REPORT: &[&str] = &[
    "type",
    "exception",
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "time",
    "microorganism",
    "chemicalSubstance",
    "coordinateReferenceSystem",
    "value",
    "component",
    "stringValue",
    "booleanValue",
    "hexBinaryValue",
    "uriValue",
    "minValue",
    "maxValue",
    "meanValue",
    "sDev",
    "percRank",
    "percValue",
    "uom",
];
/// Members of metadata and reports that hold URIs.
const SENSOR_URIS: [&str; 9] = [
    "deviceID",
    "deviceMetadata",
    "rawData",
    "dataProcessingMethod",
    "bizRules",
    "microorganism",
    "chemicalSubstance",
    "coordinateReferenceSystem",
    "uriValue",
];

/// Members of one type beside the common ones (EPCIS 2.0, sections 7.4.2 to 7.4.6).
fn members_of(event_type: EventType) -> &'static [&'static str] {
    match event_type {
        EventType::Object => &["action", "epcList", "quantityList", "ilmd"],
        EventType::Aggregation | EventType::Association => {
            &["action", "parentID", "childEPCs", "childQuantityList"]
        }
        EventType::Transaction => &["action", "parentID", "epcList", "quantityList"],
        EventType::Transformation => &[
            "inputEPCList",
            "inputQuantityList",
            "outputEPCList",
            "outputQuantityList",
            "transformationID",
            "ilmd",
        ],
    }
}

/// One event under check.
struct Strict<'p, 'a> {
    prefixes: &'p Prefixes<'a>,
}

pub(super) fn check(
    node: &Node<'_>,
    (event_type, action): (EventType, Option<Action>),
    prefixes: &Prefixes<'_>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let strict = Strict { prefixes };
    let whose = type_name(event_type);
    strict.members(node, whose, &[COMMON, members_of(event_type)], at, faults);
    check_named(node, event_type, at, faults);
    for (name, value) in node.members().iter().filter(|(_, value)| value.value != Json::Null) {
        let at = at.member(name);
        match name.as_ref() {
            "ilmd" if event_type == EventType::Object && action != Some(Action::Add) => {
                check_no_ilmd(value, &at, faults);
            }
            "readPoint" | "bizLocation" => {
                strict.members(value, "a place", &[&["id"]], &at, faults);
            }
            "bizTransactionList" => strict.typed(value, "bizTransaction", &at, faults),
            "sourceList" => strict.typed(value, "source", &at, faults),
            "destinationList" => strict.typed(value, "destination", &at, faults),
            "errorDeclaration" => {
                const NAMES: &[&str] = &["declarationTime", "reason", "correctiveEventIDs"];
                strict.members(value, "an errorDeclaration", &[NAMES], &at, faults);
            }
            "persistentDisposition" => strict.persistent(value, &at, faults),
            "certificationInfo" => check_certification(value, &at, faults),
            "sensorElementList" => {
                for (index, element) in value.elements().iter().enumerate() {
                    strict.sensor(element, &at.element(index), faults);
                }
            }
            "quantityList" | "childQuantityList" | "inputQuantityList" | "outputQuantityList" => {
                for (index, element) in value.elements().iter().enumerate() {
                    check_unit(element, &at.element(index), faults);
                }
            }
            _ => {}
        }
    }
}

/// What must be named together (EPCIS 2.0, sections 7.4.2 and 7.4.6).
fn check_named(node: &Node<'_>, event_type: EventType, at: &Pointer<'_>, faults: &mut Faults) {
    let has = |name: &str| member(node, name).is_some_and(|list| !list.elements().is_empty());
    let detail = match event_type {
        EventType::Transformation if member(node, "transformationID").is_none() => {
            let inputs = has("inputEPCList") || has("inputQuantityList");
            let outputs = has("outputEPCList") || has("outputQuantityList");
            (!inputs || !outputs).then_some(
                "a TransformationEvent without transformationID needs inputs and outputs",
            )
        }
        EventType::Object if !has("epcList") && !has("quantityList") => {
            let place = member(node, "readPoint").or_else(|| member(node, "bizLocation"));
            place.is_none().then_some("an ObjectEvent with sensor data alone needs a readPoint")
        }
        _ => None,
    };
    if let Some(detail) = detail {
        faults.push(FaultCode::Identifiers, at, detail);
    }
}

impl Strict<'_, '_> {
    /// A name that the standard does not know needs a namespace, unless a context that we do not
    /// fetch may give it one: a misspelt member would be lost in silence (EPCIS 2.0, section 9.1).
    fn members(
        &self,
        node: &Node<'_>,
        whose: &str,
        known: &[&[&str]],
        at: &Pointer<'_>,
        faults: &mut Faults,
    ) {
        for (name, _) in node.members() {
            let is_known = known.iter().any(|names| names.contains(&name.as_ref()));
            let is_named = || name.contains(':') || name.starts_with(['@', '_']);
            if !is_known && !is_named() && !self.prefixes.may_define(name) {
                let detail =
                    format!("{whose} has no such member, and an extension needs a namespace");
                faults.push(FaultCode::Vocabulary, &at.member(name), detail);
            }
        }
    }

    fn typed(&self, list: &Node<'_>, reference: &str, at: &Pointer<'_>, faults: &mut Faults) {
        for (index, item) in list.elements().iter().enumerate() {
            let names: &[&str] = &["type", reference];
            self.members(item, "an element of this list", &[names], &at.element(index), faults);
        }
    }

    fn persistent(&self, value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
        let whose = "persistentDisposition";
        self.members(value, whose, &[&["set", "unset"]], at, faults);
        let words = |part: &str| -> Vec<&str> {
            let list = member(value, part).map(Node::elements).unwrap_or_default();
            list.iter().filter_map(Node::as_str).map(str::trim).collect()
        };
        let (set, unset) = (words("set"), words("unset"));
        if set.is_empty() && unset.is_empty() {
            faults.push(FaultCode::Missing, at, "persistentDisposition sets or unsets something");
        }
        if set.iter().any(|word| unset.contains(word)) {
            let detail = "one disposition cannot be set and unset at once";
            faults.push(FaultCode::Vocabulary, at, detail);
        }
    }

    fn sensor(&self, element: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
        const NAMES: &[&str] = &["sensorMetadata", "sensorReport"];
        self.members(element, "a sensor element", &[NAMES], at, faults);
        if let Some(metadata) = member(element, "sensorMetadata") {
            let at = at.member("sensorMetadata");
            self.members(metadata, "sensorMetadata", &[METADATA], &at, faults);
            check_uris(metadata, &at, faults);
            check_interval(metadata, &at, faults);
        }
        let reports = member(element, "sensorReport").map(Node::elements).unwrap_or_default();
        if reports.is_empty() {
            faults.push(
                FaultCode::Missing,
                &at.member("sensorReport"),
                "a sensor reports something",
            );
        }
        let at = at.member("sensorReport");
        for (index, report) in reports.iter().enumerate() {
            let at = at.element(index);
            self.members(report, "a sensor report", &[REPORT], &at, faults);
            check_report(report, &at, faults);
        }
    }
}

/// Values of a report (EPCIS 2.0, section 7.3.9.3).
fn check_report(report: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if member(report, "type").or_else(|| member(report, "exception")).is_none() {
        faults.push(FaultCode::Missing, at, "a sensor report needs a type");
    }
    check_uris(report, at, faults);
    for name in ["type", "exception", "stringValue", "uom"] {
        if let Some(value) = member(report, name) {
            check_text(value, &at.member(name), faults);
        }
    }
    if let Some(word) = member(report, "component") {
        check_word(word, &COMPONENTS, &at.member("component"), faults);
    }
    let mut expect = |name: &str, what: &str, fits: fn(&Node<'_>) -> bool| {
        if let Some(value) = member(report, name).filter(|value| !fits(value)) {
            faults.push(FaultCode::Shape, &at.member(name), format!("{} is {what}", shown(value)));
        }
    };
    expect("booleanValue", "neither true nor false", |value| matches!(value.value, Json::Bool(_)));
    expect("hexBinaryValue", "no hexadecimal text", |value| {
        let is_hex = |text: &str| text.bytes().all(|b| b.is_ascii_hexdigit());
        value.as_str().is_some_and(|text| !text.is_empty() && is_hex(text))
    });
}

fn check_uris(node: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    for name in SENSOR_URIS {
        if let Some(value) = member(node, name) {
            check_id(value, &at.member(name), faults);
        }
    }
}

fn check_interval(metadata: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    let time = |name: &str| {
        let text = member(metadata, name).and_then(Node::as_str);
        text.and_then(DateTime::parse).map(|time| time.micros())
    };
    if let (Some(start), Some(end)) = (time("startTime"), time("endTime"))
        && start > end
    {
        faults.push(FaultCode::Time, &at.member("endTime"), "endTime is before startTime");
    }
}

/// Certificates are named by URI (EPCIS 2.0, section 7.4.1).
fn check_certification(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if !value.is_array() {
        check_id(value, at, faults);
    }
    for (index, item) in value.elements().iter().enumerate() {
        check_id(item, &at.element(index), faults);
    }
}

/// Events that create nothing have no ILMD (EPCIS 2.0, section 7.4.2).
fn check_no_ilmd(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if !value.members().is_empty() {
        let detail = "only events that create something have ilmd: the action is no ADD";
        faults.push(FaultCode::Shape, at, detail);
    }
}

/// A unit without an amount says nothing (EPCIS 2.0, section 7.3.3.3).
fn check_unit(element: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if member(element, "uom").is_some() && member(element, "quantity").is_none() {
        faults.push(FaultCode::Quantity, &at.member("uom"), "a unit without a quantity");
    }
}
