//! The rules of EPCIS 2.0, section 7, that a JSON Schema cannot or does not hold.
//!
//! Later rules are in [`super::strict`]: these here have been held against every event that a
//! ledger holds.

use super::lists::{TypedList, check_ids, check_quantities, check_typed};
use super::{member, sensor, shown};
use crate::context::Prefixes;
use crate::cut::cut;
use crate::facts::{Action, EventTime, EventType};
use crate::fault::{FaultCode, Faults, Pointer};
use crate::json::{Json, Node};
use crate::time::{DateTime, offset_minutes};
use crate::vocabulary::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, DISPOSITIONS, ERROR_REASONS, SOURCE_DESTINATION_TYPES,
    Vocabulary,
};

/// What checking has already read.
pub(super) struct Checked {
    pub(super) time: EventTime,
    pub(super) action: Option<Action>,
}

/// What an event names; counts of non-empty lists.
#[derive(Default)]
struct Named {
    parent: bool,
    subjects: bool,
    children: bool,
    inputs: bool,
    outputs: bool,
    transformation: bool,
    transactions: bool,
    sensors: bool,
}

pub(super) fn check(
    node: &Node<'_>,
    event_type: EventType,
    prefixes: &Prefixes<'_>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) -> Option<Checked> {
    let mut named = Named::default();
    let sound_before = faults.len();
    for (name, value) in node.members() {
        if value.value != Json::Null {
            check_member(name, value, prefixes, &at.member(name), &mut named, faults);
        }
    }
    let time = check_time(node, at, faults);
    let action = check_action(node, event_type, at, faults);
    check_named(&named, event_type, action, at, faults);
    let time = time.filter(|_| faults.len() == sound_before)?;
    Some(Checked { time, action })
}

fn check_member(
    name: &str,
    value: &Node<'_>,
    prefixes: &Prefixes<'_>,
    at: &Pointer<'_>,
    named: &mut Named,
    faults: &mut Faults,
) {
    match name {
        "eventID" => check_text(value, at, faults),
        "parentID" => named.parent |= check_id(value, at, faults),
        "transformationID" => named.transformation |= check_id(value, at, faults),
        "epcList" => named.subjects |= check_ids(value, at, faults),
        "quantityList" => named.subjects |= check_quantities(value, at, faults),
        "childEPCs" => named.children |= check_ids(value, at, faults),
        "childQuantityList" => named.children |= check_quantities(value, at, faults),
        "inputEPCList" => named.inputs |= check_ids(value, at, faults),
        "inputQuantityList" => named.inputs |= check_quantities(value, at, faults),
        "outputEPCList" => named.outputs |= check_ids(value, at, faults),
        "outputQuantityList" => named.outputs |= check_quantities(value, at, faults),
        "bizTransactionList" => {
            named.transactions |= check_typed(value, &TypedList::TRANSACTIONS, at, faults);
        }
        "sourceList" => _ = check_typed(value, &TypedList::SOURCES, at, faults),
        "destinationList" => _ = check_typed(value, &TypedList::DESTINATIONS, at, faults),
        "bizStep" => check_word(value, &BIZ_STEPS, at, faults),
        "disposition" => check_word(value, &DISPOSITIONS, at, faults),
        "persistentDisposition" => check_persistent(value, at, faults),
        "readPoint" | "bizLocation" => check_place(value, at, faults),
        "sensorElementList" => named.sensors |= sensor::check(value, at, faults),
        "errorDeclaration" => check_declaration(value, at, faults),
        "certificationInfo" => check_certification(value, at, faults),
        "ilmd" => check_ilmd(value, prefixes, at, faults),
        _ => {}
    }
}

fn check_time(node: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<EventTime> {
    let micros = match member(node, "eventTime") {
        None => {
            faults.push(FaultCode::Missing, at, "an event needs an eventTime");
            None
        }
        Some(value) => read_time(value, &at.member("eventTime"), faults),
    };
    let offset = match member(node, "eventTimeZoneOffset") {
        None => {
            faults.push(FaultCode::Missing, at, "an event needs an eventTimeZoneOffset");
            None
        }
        Some(value) => {
            let offset = value.as_str().and_then(offset_minutes);
            if offset.is_none() {
                let detail = format!("{} is no offset from -14:00 to +14:00", shown(value));
                faults.push(FaultCode::Time, &at.member("eventTimeZoneOffset"), detail);
            }
            offset
        }
    };
    Some(EventTime { micros: micros?, offset_minutes: offset? })
}

/// Reads a date-time with offset, in microseconds; reports anything else.
pub(super) fn read_time(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<i64> {
    let time = value.as_str().and_then(DateTime::parse).map(|time| time.micros());
    if time.is_none() {
        let detail = format!("{} is no date-time with an offset (RFC 3339)", shown(value));
        faults.push(FaultCode::Time, at, detail);
    }
    time
}

fn check_action(
    node: &Node<'_>,
    event_type: EventType,
    at: &Pointer<'_>,
    faults: &mut Faults,
) -> Option<Action> {
    if event_type == EventType::Transformation {
        return None;
    }
    let Some(value) = member(node, "action") else {
        faults.push(FaultCode::Missing, at, "an event needs an action (ADD, OBSERVE or DELETE)");
        return None;
    };
    let action = match value.as_str() {
        Some("ADD") => Some(Action::Add),
        Some("OBSERVE") => Some(Action::Observe),
        Some("DELETE") => Some(Action::Delete),
        _ => None,
    };
    if action.is_none() {
        let detail = format!("{} is none of ADD, OBSERVE, DELETE", shown(value));
        faults.push(FaultCode::Vocabulary, &at.member("action"), detail);
    }
    action
}

/// What each type must name (EPCIS 2.0, sections 7.4.2 to 7.4.6).
fn check_named(
    named: &Named,
    event_type: EventType,
    action: Option<Action>,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    let mut need = |holds: bool, detail: &str| {
        if !holds {
            faults.push(FaultCode::Identifiers, at, detail);
        }
    };
    match event_type {
        EventType::Object => {
            need(
                named.subjects || named.sensors,
                "an ObjectEvent needs an epcList or quantityList",
            );
        }
        EventType::Aggregation | EventType::Association => {
            let parent = named.parent || !matches!(action, Some(Action::Add | Action::Delete));
            need(parent, "ADD and DELETE need a parentID");
            // DELETE without children means all of them.
            let children = named.children || !matches!(action, Some(Action::Add | Action::Observe));
            need(children, "ADD and OBSERVE need childEPCs or a childQuantityList");
        }
        EventType::Transaction => {
            need(named.transactions, "a TransactionEvent needs a bizTransactionList");
            let any = named.subjects || named.parent || action == Some(Action::Delete);
            need(any, "a TransactionEvent needs a parentID, epcList or quantityList");
        }
        EventType::Transformation => {
            let any = named.inputs || named.outputs || named.transformation;
            need(any, "a TransformationEvent needs inputs, outputs or a transformationID");
        }
    }
}

/// A text that is not empty.
pub(super) fn check_text(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if value.as_str().is_none_or(|text| text.trim().is_empty()) {
        faults.push(FaultCode::Shape, at, format!("{} is no text", shown(value)));
    }
}

/// An identifier: a URI of any scheme. A bare number or name is nobody's identity.
pub(super) fn check_id(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> bool {
    let is_uri = value.as_str().is_some_and(|text| {
        cut(text.trim(), b':').is_some_and(|(scheme, rest)| {
            !rest.is_empty() && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
        })
    });
    if !is_uri {
        faults.push(FaultCode::Shape, at, format!("{} is no URI", shown(value)));
    }
    is_uri
}

pub(super) fn check_word(
    value: &Node<'_>,
    words: &Vocabulary,
    at: &Pointer<'_>,
    faults: &mut Faults,
) {
    if !value.as_str().is_some_and(|text| words.accepts(text.trim())) {
        let detail = format!("{} is neither a CBV 2.0 word of this list nor a URI", shown(value));
        faults.push(FaultCode::Vocabulary, at, detail);
    }
}

fn check_persistent(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if !value.is_object() {
        faults.push(FaultCode::Shape, at, "persistentDisposition must be an object");
    }
    for part in ["set", "unset"] {
        let Some(list) = member(value, part) else { continue };
        let at = at.member(part);
        if !list.is_array() {
            faults.push(FaultCode::Shape, &at, format!("{part} must be an array"));
        }
        for (index, word) in list.elements().iter().enumerate() {
            check_word(word, &DISPOSITIONS, &at.element(index), faults);
        }
    }
}

fn check_place(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    match member(value, "id") {
        Some(id) => _ = check_id(id, &at.member("id"), faults),
        None => faults.push(FaultCode::Shape, at, "a place must be an object with an id"),
    }
}

fn check_declaration(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    match member(value, "declarationTime") {
        Some(time) => _ = read_time(time, &at.member("declarationTime"), faults),
        None => faults.push(FaultCode::Missing, at, "an errorDeclaration needs a declarationTime"),
    }
    if let Some(reason) = member(value, "reason") {
        check_word(reason, &ERROR_REASONS, &at.member("reason"), faults);
    }
    if let Some(list) = member(value, "correctiveEventIDs") {
        _ = check_ids(list, &at.member("correctiveEventIDs"), faults);
    }
}

fn check_certification(value: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if value.is_array() {
        for (index, item) in value.elements().iter().enumerate() {
            check_text(item, &at.element(index), faults);
        }
    } else {
        check_text(value, at, faults);
    }
}

/// ILMD holds extensions only, so each member needs a namespace (EPCIS 2.0, section 7.3.8), unless
/// a context that we do not fetch may give it one.
fn check_ilmd(value: &Node<'_>, prefixes: &Prefixes<'_>, at: &Pointer<'_>, faults: &mut Faults) {
    if !value.is_object() {
        faults.push(FaultCode::Shape, at, "ilmd must be an object");
    }
    for (name, _) in value.members() {
        let named = name.as_bytes().contains(&b':')
            || name.starts_with(['@', '_'])
            || prefixes.may_define(name);
        if !named {
            let detail = "a member of ilmd needs a namespace";
            faults.push(FaultCode::Vocabulary, &at.member(name), detail);
        }
    }
}

impl TypedList {
    const TRANSACTIONS: Self = Self { member: "bizTransaction", types: &BIZ_TRANSACTION_TYPES };
    const SOURCES: Self = Self { member: "source", types: &SOURCE_DESTINATION_TYPES };
    const DESTINATIONS: Self = Self { member: "destination", types: &SOURCE_DESTINATION_TYPES };
}
