//! Whether an event has what a rule needs.

use super::rule::{Form, Need, by_local_name};
use crate::event::Event;
use crate::event::temperatures::is_temperature;
use crate::facts::{Facts, ItemRole};
use crate::identifier::{IdentifierKind, kind};
use crate::json::{Json, Node};
use crate::time::{DateTime, date_days};
use crate::vocabulary::{BIZ_TRANSACTION_TYPES, SOURCE_DESTINATION_TYPES, Vocabulary};

/// The lists that may name things, with what each element is called.
const LISTS: [(&str, ItemRole, Option<&str>); 9] = [
    ("epcList", ItemRole::Subject, None),
    ("quantityList", ItemRole::Subject, Some("epcClass")),
    ("childEPCs", ItemRole::Child, None),
    ("childQuantityList", ItemRole::Child, Some("epcClass")),
    ("inputEPCList", ItemRole::Input, None),
    ("inputQuantityList", ItemRole::Input, Some("epcClass")),
    ("outputEPCList", ItemRole::Output, None),
    ("outputQuantityList", ItemRole::Output, Some("epcClass")),
    ("parentID", ItemRole::Parent, None),
];

/// Where the event lacks it: JSON pointers inside the event.
pub(super) fn unmet(event: &Event<'_>, facts: &Facts, need: &Need) -> Vec<String> {
    match need {
        Need::Member(names) => {
            let there = |name: &&&str| event.member(name).is_some_and(is_filled);
            one(names.iter().find(there).is_some(), names.first())
        }
        Need::Lots(roles) => lots(event, facts, roles),
        Need::Amounts => amounts(event),
        Need::End(list, types) => {
            let member = list.trim_end_matches("List");
            one(has_typed(event, list, member, &SOURCE_DESTINATION_TYPES, types), Some(list))
        }
        Need::Document(types) => {
            let (list, member) = ("bizTransactionList", "bizTransaction");
            one(has_typed(event, list, member, &BIZ_TRANSACTION_TYPES, types), Some(&list))
        }
        Need::Field { path, form, required } => {
            let mut found = Vec::new();
            field(event, event.node(), path, String::new(), (form, *required), &mut found);
            found
        }
        Need::Stated(names) => {
            let ilmd = event.member("ilmd");
            let stated =
                |name: &&&str| ilmd.is_some_and(|ilmd| by_local_name(ilmd, event, name).is_some());
            one(names.iter().find(stated).is_some(), Some(&"ilmd"))
        }
        Need::Temperature => one(
            reports(event).iter().any(|(_, report)| states_temperature(event, report)),
            Some(&"sensorElementList"),
        ),
        Need::Device => devices(event),
    }
}

fn one(holds: bool, place: Option<&&str>) -> Vec<String> {
    if holds { Vec::new() } else { vec![place.map(|name| format!("/{name}")).unwrap_or_default()] }
}

fn is_filled(node: &Node<'_>) -> bool {
    match &node.value {
        Json::Null => false,
        Json::String(text) => !text.trim().is_empty(),
        Json::Array(list) => !list.is_empty(),
        Json::Object(members) => !members.is_empty(),
        Json::Bool(_) | Json::Number(_) => true,
    }
}

/// Things that are named by their product alone, or by nothing that a trace can follow.
fn lots(event: &Event<'_>, facts: &Facts, roles: &[ItemRole]) -> Vec<String> {
    let mut items = facts.items.iter();
    let mut found = Vec::new();
    // Facts list the identifiers as the event does, so both are walked side by side.
    for (name, value) in event.node().members() {
        let Some((list, role, member)) = LISTS.iter().find(|(list, ..)| list == name) else {
            continue;
        };
        let wanted = roles.contains(role);
        let single = (*list == "parentID").then_some(value);
        for (at, element) in single.into_iter().chain(value.elements()).enumerate() {
            let named = match member {
                Some(member) => element.get(member).and_then(Node::as_str).is_some(),
                None => element.as_str().is_some(),
            };
            let Some(item) = (if named { items.next() } else { None }) else { continue };
            let traceable = match kind(&item.id) {
                IdentifierKind::Lot | IdentifierKind::Instance | IdentifierKind::Container => true,
                // Nothing says that it is a product only.
                IdentifierKind::Other => true,
                IdentifierKind::Product
                | IdentifierKind::Place
                | IdentifierKind::Party
                | IdentifierKind::Document => item.lot.is_some(),
            };
            if wanted && !traceable {
                found.push(match (single, member) {
                    (Some(_), _) => format!("/{list}"),
                    (None, Some(member)) => format!("/{list}/{at}/{member}"),
                    (None, None) => format!("/{list}/{at}"),
                });
            }
        }
    }
    found
}

fn amounts(event: &Event<'_>) -> Vec<String> {
    let mut found = Vec::new();
    for (list, _, member) in LISTS {
        if member.is_none() {
            continue;
        }
        let elements = event.member(list).map(Node::elements).unwrap_or_default();
        for (at, element) in elements.iter().enumerate() {
            for part in ["quantity", "uom"] {
                if !element.get(part).is_some_and(is_filled) {
                    found.push(format!("/{list}/{at}/{part}"));
                }
            }
        }
    }
    found
}

fn has_typed(
    event: &Event<'_>,
    list: &str,
    member: &str,
    words: &Vocabulary,
    types: &[&str],
) -> bool {
    let elements = event.member(list).map(Node::elements).unwrap_or_default();
    elements.iter().any(|element| {
        let kind = element.get("type").and_then(Node::as_str);
        let kind = kind.map(|kind| words.uri(kind, event.prefixes())).unwrap_or_default();
        element.get(member).is_some_and(is_filled) && (types.is_empty() || types.contains(&&*kind))
    })
}

/// Walks to the field; lists on the way are walked through.
fn field(
    event: &Event<'_>,
    node: &Node<'_>,
    path: &[&str],
    at: String,
    (form, required): (&Form, bool),
    found: &mut Vec<String>,
) {
    if node.is_array() {
        for (index, element) in node.elements().iter().enumerate() {
            field(event, element, path, format!("{at}/{index}"), (form, required), found);
        }
        return;
    }
    let Some((local, rest)) = path.split_first() else {
        if !form.fits(node) {
            found.push(at);
        }
        return;
    };
    match by_local_name(node, event, local).filter(|(_, value)| is_filled(value)) {
        Some((name, value)) => {
            let name = name.replace('~', "~0").replace('/', "~1");
            field(event, value, rest, format!("{at}/{name}"), (form, required), found);
        }
        None if required => found.push(format!("{at}/{local}")),
        None => {}
    }
}

impl Form {
    fn fits(&self, node: &Node<'_>) -> bool {
        let Some(text) = node.as_str().map(str::trim) else {
            return *self == Self::Any && is_filled(node);
        };
        match self {
            Self::Any => !text.is_empty(),
            // Letter case differs between the programme's own examples.
            Self::OneOf(words) => words.iter().any(|word| word.eq_ignore_ascii_case(text)),
            Self::Prefix(prefix) => text.len() > prefix.len() && text.starts_with(prefix),
            Self::Uri => text.split_once(':').is_some_and(|(scheme, rest)| {
                !rest.is_empty() && scheme.starts_with(|c: char| c.is_ascii_alphabetic())
            }),
            Self::Country => text.len() == 2 && text.bytes().all(|b| b.is_ascii_uppercase()),
            Self::Imo => text.strip_prefix("IMO").is_some_and(|digits| {
                matches!(digits.len(), 7 | 8) && digits.bytes().all(|b| b.is_ascii_digit())
            }),
            Self::Time => DateTime::parse(text).is_some() || date_days(text).is_some(),
        }
    }
}

/// Every sensor report, with its place.
fn reports<'n, 'a>(event: &'n Event<'a>) -> Vec<(String, &'n Node<'a>)> {
    let elements = event.member("sensorElementList").map(Node::elements).unwrap_or_default();
    let reports = elements.iter().enumerate().flat_map(|(at, element)| {
        let list = element.get("sensorReport").map(Node::elements).unwrap_or_default();
        list.iter()
            .enumerate()
            .map(move |(n, report)| (format!("/sensorElementList/{at}/sensorReport/{n}"), report))
    });
    reports.collect()
}

/// A report of a temperature with a value and its unit.
fn states_temperature(event: &Event<'_>, report: &Node<'_>) -> bool {
    let values = ["value", "minValue", "maxValue", "meanValue"];
    is_temperature(event, report)
        && values.iter().any(|value| report.get(value).is_some_and(is_filled))
        && report.get("uom").is_some_and(is_filled)
}

fn devices(event: &Event<'_>) -> Vec<String> {
    let elements = event.member("sensorElementList").map(Node::elements).unwrap_or_default();
    let named = |at: &str| {
        let index = at.split('/').nth(2).and_then(|index| index.parse::<usize>().ok());
        let element = index.and_then(|index| elements.get(index));
        let metadata = element.and_then(|element| element.get("sensorMetadata"));
        metadata.and_then(|metadata| metadata.get("deviceID")).is_some_and(is_filled)
    };
    let without = reports(event)
        .into_iter()
        .filter(|(at, report)| !report.get("deviceID").is_some_and(is_filled) && !named(at));
    without.map(|(at, _)| format!("{at}/deviceID")).collect()
}
