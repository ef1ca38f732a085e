//! What one event says, field by field, in canonical form: what queries are held against, and what
//! an index keeps digests of.

use super::extensions::{extension, extensions};
use super::field::{Field, Scope, Value};
use crate::cut::cut;
use crate::event::{Event, member, type_name};
use crate::facts::{Action, Facts, ItemFact, ItemRole};
use crate::identifier::canonical;
use crate::json::Node;
use crate::time::DateTime;
use crate::vocabulary::{DISPOSITIONS, ERROR_REASONS, MEASUREMENTS};
use std::borrow::Cow;
use std::ops::RangeInclusive;

/// What the ledger knows of an event beside what was sent.
#[derive(Clone, Copy, Debug)]
pub struct Recorded<'a> {
    /// Its identifier, as sent or as given.
    pub event_id: &'a str,
    /// `recordTime` in microseconds since 1970.
    pub record_time: i64,
}

/// Takes what an event says.
pub(super) type Visit<'v> = dyn FnMut(Field<'_>, Value<'_>) + 'v;

/// Shows everything that the event says; `facts` are the event's own.
pub(super) fn attributes(
    event: &Event<'_>,
    facts: &Facts,
    recorded: Recorded<'_>,
    visit: &mut Visit<'_>,
) {
    let mut text = |name, text: &str| visit(Field::Standard(name), Value::Text(text));
    text("eventType", type_name(facts.event_type));
    text("eventID", recorded.event_id);
    if let Some(action) = facts.action {
        text("action", action_name(action));
    }
    let words = [("bizStep", &facts.biz_step), ("disposition", &facts.disposition)];
    let places = [("readPoint", &facts.read_point), ("bizLocation", &facts.biz_location)];
    for (name, value) in words.into_iter().chain(places) {
        if let Some(value) = value {
            text(name, value);
        }
    }
    if let Some(id) = &facts.transformation_id {
        text("transformationID", id);
    }
    visit(Field::Standard("eventTime"), Value::Time(facts.time.micros));
    visit(Field::Standard("recordTime"), Value::Time(recorded.record_time));
    facts.items.iter().for_each(|it| item(it, visit));
    typed_ids(facts, visit);
    persistent_dispositions(event, visit);
    if let Some(declaration) = event.member("errorDeclaration") {
        error(event, facts, declaration, visit);
    }
    if let Some(list) = event.member("sensorElementList") {
        visit(Field::Standard("sensorElementList"), Value::Present);
        list.elements().iter().for_each(|element| sensor_element(event, element, visit));
    }
    extensions(event, event.node(), Scope::Event, visit);
    let inside = [
        ("ilmd", Scope::Ilmd),
        ("readPoint", Scope::ReadPoint),
        ("bizLocation", Scope::BizLocation),
    ];
    for (name, scope) in inside {
        let Some(node) = event.member(name) else { continue };
        if scope == Scope::Ilmd {
            // Everything in ILMD is an attribute of the goods, also without a namespace.
            for (name, value) in node.members().iter().filter(|(name, _)| *name != "@context") {
                extension(event, name, value, (scope, false), visit);
            }
        } else {
            extensions(event, node, scope, visit);
        }
    }
}

fn action_name(action: Action) -> &'static str {
    match action {
        Action::Add => "ADD",
        Action::Observe => "OBSERVE",
        Action::Delete => "DELETE",
    }
}

/// The part of an item, by the names of the parameters that look at it (EPCIS 2.0, section
/// 8.2.7.1).
fn item(item: &ItemFact, visit: &mut Visit<'_>) {
    let names: &[&'static str] = match (item.role, item.is_class) {
        (ItemRole::Subject | ItemRole::Child, false) => &["epc", "anyEPC"],
        (ItemRole::Parent, _) => &["parentID", "anyEPC"],
        (ItemRole::Input, false) => &["inputEPC", "anyEPC"],
        (ItemRole::Output, false) => &["outputEPC", "anyEPC"],
        (ItemRole::Subject | ItemRole::Child, true) => &["epcClass", "anyEPCClass"],
        (ItemRole::Input, true) => &["inputEPCClass", "anyEPCClass"],
        (ItemRole::Output, true) => &["outputEPCClass", "anyEPCClass"],
    };
    names.iter().for_each(|name| visit(Field::Standard(name), Value::Text(&item.id)));
    // A pattern or link of a class finds the lots and instances of that class.
    for wider in classes_of(&item.id).chain(item.lot.as_deref()) {
        for name in names {
            visit(Field::Typed(name, "class".into()), Value::Text(wider));
        }
    }
    if let Some((ai, digits)) = company_digits(&item.id) {
        let number = in_order(digits);
        for name in names {
            visit(Field::Typed(name, ai.into()), Value::Number(number));
        }
    }
    if let Some(quantity) = &item.quantity {
        visit(Field::Standard("quantity"), Value::Number(quantity.amount));
        if let Some(unit) = &quantity.unit {
            visit(Field::Typed("quantity", (&**unit).into()), Value::Number(quantity.amount));
        }
    }
}

/// The classes that an instance or a lot belongs to, as the beginnings of its canonical form: a
/// link without what tells it apart, or a URN up to one of its dots.
pub(super) fn classes_of(canonical: &str) -> impl Iterator<Item = &str> {
    let path = canonical.strip_prefix(crate::identifier::CANONICAL_ROOT);
    let link = path.and_then(|path| cut(path, b'/')).and_then(|(ai, value)| {
        let length = match ai {
            // Key and serial number stand in one segment.
            "8003" => 14,
            "253" | "255" => 13,
            _ => cut(value, b'/')?.0.len(),
        };
        let end = canonical.len() - value.len() + length;
        canonical.get(..end).filter(|class| class.len() < canonical.len())
    });
    let dots = canonical.strip_prefix("urn:epc:id:").map(|urn| {
        let ends = urn.match_indices('.').take(EPC_PARTS_MAX);
        ends.filter_map(move |(at, _)| canonical.get(..canonical.len() - urn.len() + at + 1))
    });
    link.into_iter().chain(dots.into_iter().flatten())
}

/// Dots of an EPC URN that may end a pattern; schemes without Digital Link have two at most.
const EPC_PARTS_MAX: usize = 3;

/// Digits that the prefix of a company may have (GS1 General Specifications, section 1.4.2).
pub(super) const COMPANY_DIGITS: RangeInclusive<usize> = 6..=12;

/// The application identifier of a key, and the digits that its company prefix is the beginning
/// of: where that ends, the key does not say.
fn company_digits(canonical: &str) -> Option<(&str, &str)> {
    let path = canonical.strip_prefix(crate::identifier::CANONICAL_ROOT)?;
    let (ai, value) = cut(path, b'/')?;
    let skipped = usize::from(matches!(ai, "01" | "00" | "8003" | "8006"));
    let key = value.get(skipped..)?;
    let digits = key.bytes().take_while(u8::is_ascii_digit).count();
    let is_long_enough = digits >= *COMPANY_DIGITS.start();
    key.get(..digits.min(*COMPANY_DIGITS.end())).filter(|_| is_long_enough).map(|key| (ai, key))
}

/// Digits as a number, so that all texts with the same beginning lie together: the order of the
/// numbers is that of the texts.
pub(super) fn in_order(digits: &str) -> f64 {
    filled(digits, 0)
}

/// The last of the texts that begin with these digits, likewise.
pub(super) fn last_in_order(digits: &str) -> f64 {
    filled(digits, MARKS - 1)
}

/// A digit, or that there is none.
const MARKS: u8 = 11;

/// Below 2^42, so that a number holds it exactly.
fn filled(digits: &str, filler: u8) -> f64 {
    let marks = digits.bytes().map(|digit| digit.wrapping_sub(b'0').saturating_add(1));
    let marks = marks.chain(std::iter::repeat(filler)).take(*COMPANY_DIGITS.end());
    marks.fold(0.0, |number, mark| number * f64::from(MARKS) + f64::from(mark))
}

fn typed_ids(facts: &Facts, visit: &mut Visit<'_>) {
    let lists = [
        ("source", &facts.sources),
        ("destination", &facts.destinations),
        ("bizTransaction", &facts.transactions),
    ];
    for (name, list) in lists {
        for named in list {
            visit(Field::Typed(name, (&*named.kind).into()), Value::Text(&named.id));
            if name != "bizTransaction" {
                visit(Field::Standard(CONCERNS), Value::Text(&named.id));
            }
        }
    }
}

/// The parties and places that an event was sent from or to, of whatever type.
pub const CONCERNS: &str = "concerns";

fn persistent_dispositions(event: &Event<'_>, visit: &mut Visit<'_>) {
    let Some(stated) = event.member("persistentDisposition") else { return };
    let parts = [("set", "persistentDisposition_set"), ("unset", "persistentDisposition_unset")];
    for (part, name) in parts {
        let words = member(stated, part).map(Node::elements).unwrap_or_default();
        for word in words.iter().filter_map(Node::as_str) {
            let uri = DISPOSITIONS.uri(word, event.prefixes());
            visit(Field::Standard(name), Value::Text(&uri));
        }
    }
}

fn error(event: &Event<'_>, facts: &Facts, node: &Node<'_>, visit: &mut Visit<'_>) {
    visit(Field::Standard("errorDeclaration"), Value::Present);
    let time = member(node, "declarationTime").and_then(Node::as_str).and_then(DateTime::parse);
    if let Some(time) = time {
        visit(Field::Standard("errorDeclarationTime"), Value::Time(time.micros()));
    }
    if let Some(reason) = member(node, "reason").and_then(Node::as_str) {
        let uri = ERROR_REASONS.uri(reason, event.prefixes());
        visit(Field::Standard("errorReason"), Value::Text(&uri));
    }
    for id in facts.error.iter().flat_map(|error| &error.corrective_ids) {
        visit(Field::Standard("correctiveEventID"), Value::Text(id));
    }
    extensions(event, node, Scope::ErrorDeclaration, visit);
}

/// Numbers of a report that are asked for by unit.
const MEASURES: [&str; 6] = ["value", "minValue", "maxValue", "meanValue", "sDev", "percValue"];

fn sensor_element(event: &Event<'_>, element: &Node<'_>, visit: &mut Visit<'_>) {
    if let Some(metadata) = member(element, "sensorMetadata") {
        shared(event, metadata, visit);
        extensions(event, metadata, Scope::SensorMetadata, visit);
    }
    let reports = member(element, "sensorReport").map(Node::elements).unwrap_or_default();
    reports.iter().for_each(|report| sensor_report(event, report, visit));
    extensions(event, element, Scope::SensorElement, visit);
}

/// What metadata and reports may both say.
fn shared(event: &Event<'_>, node: &Node<'_>, visit: &mut Visit<'_>) {
    for name in ["time", "startTime", "endTime"] {
        let time = member(node, name).and_then(Node::as_str).and_then(DateTime::parse);
        if let Some(time) = time {
            visit(Field::Standard(name), Value::Time(time.micros()));
        }
    }
    for name in ["deviceID", "dataProcessingMethod", "bizRules"] {
        if let Some(id) = member(node, name).and_then(Node::as_str) {
            let id = event.prefixes().expand(id.trim());
            visit(Field::Standard(name), Value::Text(&canonical(&id)));
        }
    }
}

fn sensor_report(event: &Event<'_>, report: &Node<'_>, visit: &mut Visit<'_>) {
    shared(event, report, visit);
    let text = |name: &str| member(report, name).and_then(Node::as_str);
    if let Some(kind) = text("type") {
        let uri = MEASUREMENTS.uri(kind, event.prefixes());
        visit(Field::Standard("type"), Value::Text(&uri));
    }
    for name in ["microorganism", "chemicalSubstance", "uriValue"] {
        if let Some(id) = text(name) {
            let id = event.prefixes().expand(id.trim());
            visit(Field::Standard(name), Value::Text(&canonical(&id)));
        }
    }
    if let Some(value) = text("stringValue") {
        visit(Field::Standard("stringValue"), Value::Text(value));
    }
    if let Some(value) = text("hexBinaryValue") {
        visit(Field::Standard("hexBinaryValue"), Value::Text(&hexadecimal(value)));
    }
    if let Some(value) = member(report, "booleanValue") {
        visit(Field::Standard("booleanValue"), Value::Text(value.raw.trim_matches('"')));
    }
    let number = |name| member(report, name).and_then(Node::as_f64);
    if let Some(rank) = number("percRank") {
        visit(Field::Standard("percRank"), Value::Number(rank));
    }
    for name in MEASURES {
        if let Some((number, unit)) = number(name).zip(text("uom")) {
            visit(Field::Typed(name, unit.trim().into()), Value::Number(number));
        }
    }
    extensions(event, report, Scope::SensorReport, visit);
}

/// Hexadecimal digits are one value in either letter case.
pub(super) fn hexadecimal(text: &str) -> Cow<'_, str> {
    let text = text.trim();
    if text.bytes().any(|b| b.is_ascii_lowercase()) {
        text.to_ascii_uppercase().into()
    } else {
        text.into()
    }
}
