//! From the tree of an event to [`Facts`].

use std::borrow::Cow;

use super::temperatures::temperatures;
use super::{Event, member};
use crate::context::Prefixes;
use crate::facts::{ErrorFact, EventTime, Facts, ItemFact, ItemRole, Quantity, TypedId};
use crate::identifier::{IdentifierKind, canonical, kind, lot_of, with_lot};
use crate::json::{Json, Node};
use crate::time::DateTime;
use crate::vocabulary::{
    BIZ_STEPS, BIZ_TRANSACTION_TYPES, DISPOSITIONS, ERROR_REASONS, SOURCE_DESTINATION_TYPES,
    Vocabulary, term,
};

pub(super) fn facts(event: &Event<'_>, event_id: &str) -> Facts {
    let prefixes = &event.prefixes;
    let mut facts = Facts {
        event_type: event.event_type,
        event_id: event_id.into(),
        time: event.time,
        start: None,
        action: event.action,
        biz_step: None,
        disposition: None,
        read_point: None,
        biz_location: None,
        items: Vec::new(),
        sources: Vec::new(),
        destinations: Vec::new(),
        transactions: Vec::new(),
        transformation_id: None,
        error: None,
        hazards: Vec::new(),
        temperatures: temperatures(event),
        analytes: Vec::new(),
    };
    for (name, value) in event.node.members() {
        if value.value != Json::Null {
            gather(name, value, prefixes, &mut facts);
        }
    }
    if let Some(lot) = event.member("ilmd").and_then(|ilmd| lot_number(ilmd, prefixes)) {
        assign_lot(&mut facts.items, &lot);
    }
    facts
}

fn gather(name: &str, value: &Node<'_>, prefixes: &Prefixes<'_>, facts: &mut Facts) {
    let word = |words: &Vocabulary| value.as_str().map(|text| words.uri(text, prefixes).into());
    let items = &mut facts.items;
    match name {
        "epcList" => push_ids(items, ItemRole::Subject, value),
        "quantityList" => push_quantities(items, ItemRole::Subject, value),
        "parentID" => items.extend(value.as_str().map(|id| instance(ItemRole::Parent, id))),
        "childEPCs" => push_ids(items, ItemRole::Child, value),
        "childQuantityList" => push_quantities(items, ItemRole::Child, value),
        "inputEPCList" => push_ids(items, ItemRole::Input, value),
        "inputQuantityList" => push_quantities(items, ItemRole::Input, value),
        "outputEPCList" => push_ids(items, ItemRole::Output, value),
        "outputQuantityList" => push_quantities(items, ItemRole::Output, value),
        "bizStep" => facts.biz_step = word(&BIZ_STEPS),
        "disposition" => facts.disposition = word(&DISPOSITIONS),
        "readPoint" => facts.read_point = place(value),
        "bizLocation" => facts.biz_location = place(value),
        "sourceList" => {
            facts.sources = typed(value, "source", &SOURCE_DESTINATION_TYPES, prefixes);
        }
        "destinationList" => {
            facts.destinations = typed(value, "destination", &SOURCE_DESTINATION_TYPES, prefixes);
        }
        "bizTransactionList" => {
            facts.transactions = typed(value, "bizTransaction", &BIZ_TRANSACTION_TYPES, prefixes);
        }
        "transformationID" => {
            facts.transformation_id = value.as_str().map(|id| canonical(id).into());
        }
        "errorDeclaration" => facts.error = Some(error(value, prefixes)),
        "ilmd" => {
            for (name, value) in value.members() {
                if prefixes.expand(name) == term::HAZARD {
                    push_words(&mut facts.hazards, value, prefixes);
                }
            }
        }
        _ => gather_extension(&prefixes.expand(name), value, prefixes, facts),
    }
}

/// What is ours beside the standard's members; `name` is a full URI.
fn gather_extension(name: &str, value: &Node<'_>, prefixes: &Prefixes<'_>, facts: &mut Facts) {
    match name {
        term::HAZARD => push_words(&mut facts.hazards, value, prefixes),
        term::ANALYTE => push_words(&mut facts.analytes, value, prefixes),
        term::START_TIME => {
            let micros = value.as_str().and_then(DateTime::parse).map(|time| time.micros());
            let offset_minutes = facts.time.offset_minutes;
            facts.start = micros.map(|micros| EventTime { micros, offset_minutes });
        }
        _ => {}
    }
}

fn item(role: ItemRole, sent: &str, is_class: bool) -> ItemFact {
    let lot = lot_of(sent).map(Into::into);
    ItemFact { role, id: canonical(sent).into(), is_class, lot, quantity: None }
}

fn instance(role: ItemRole, sent: &str) -> ItemFact {
    item(role, sent, false)
}

fn push_ids(items: &mut Vec<ItemFact>, role: ItemRole, list: &Node<'_>) {
    items.extend(list.elements().iter().filter_map(Node::as_str).map(|id| instance(role, id)));
}

fn push_quantities(items: &mut Vec<ItemFact>, role: ItemRole, list: &Node<'_>) {
    for element in list.elements() {
        let Some(id) = member(element, "epcClass").and_then(Node::as_str) else { continue };
        let amount = member(element, "quantity").and_then(Node::as_f64);
        let unit = || member(element, "uom").and_then(Node::as_str).map(|unit| unit.trim().into());
        let quantity = amount.map(|amount| Quantity { amount, unit: unit() });
        items.push(ItemFact { quantity, ..item(role, id, true) });
    }
}

fn place(value: &Node<'_>) -> Option<Box<str>> {
    member(value, "id").and_then(Node::as_str).map(|id| canonical(id).into())
}

fn typed(list: &Node<'_>, name: &str, types: &Vocabulary, prefixes: &Prefixes<'_>) -> Vec<TypedId> {
    let read = |element: &Node<'_>| {
        let id = canonical(member(element, name)?.as_str()?).into();
        let kind = member(element, "type").and_then(Node::as_str);
        let kind = kind.map(|kind| types.uri(kind, prefixes)).unwrap_or_default().into();
        Some(TypedId { kind, id })
    };
    list.elements().iter().filter_map(read).collect()
}

fn error(value: &Node<'_>, prefixes: &Prefixes<'_>) -> ErrorFact {
    let reason = member(value, "reason").and_then(Node::as_str);
    let corrective = member(value, "correctiveEventIDs").map(Node::elements).unwrap_or_default();
    ErrorFact {
        reason: reason.map(|reason| ERROR_REASONS.uri(reason, prefixes).into()),
        corrective_ids: corrective.iter().filter_map(Node::as_str).map(Into::into).collect(),
    }
}

/// One text or a list of them, compact URIs expanded.
fn push_words(words: &mut Vec<Box<str>>, value: &Node<'_>, prefixes: &Prefixes<'_>) {
    let texts = value.as_str().into_iter();
    let texts = texts.chain(value.elements().iter().filter_map(Node::as_str));
    words.extend(texts.map(|text| Box::from(prefixes.expand(text.trim()))));
}

/// `cbvmda:lotNumber` of ILMD, whichever spelling its namespace has in the field: `…:mda`,
/// `…:mda:` and `…:mda#` are all in use.
fn lot_number<'n>(ilmd: &'n Node<'_>, prefixes: &Prefixes<'_>) -> Option<Cow<'n, str>> {
    let (_, value) = ilmd.members().iter().find(|(name, _)| {
        let uri = prefixes.expand(name);
        let local = uri.strip_prefix("urn:epcglobal:cbv:mda").unwrap_or_default();
        local.trim_start_matches([':', '#', '/']) == "lotNumber"
    })?;
    match &value.value {
        Json::String(text) => Some(Cow::Borrowed(text.trim())).filter(|text| !text.is_empty()),
        Json::Number(text) => Some(Cow::Borrowed(text)),
        Json::Null | Json::Bool(_) | Json::Array(_) | Json::Object(_) => None,
    }
}

/// ILMD describes what the event creates. Its lot number is the instances' own only where all that
/// is created is of one trade item.
fn assign_lot(items: &mut [ItemFact], number: &str) {
    let created = |item: &ItemFact| matches!(item.role, ItemRole::Subject | ItemRole::Output);
    let mut only: Option<String> = None;
    for item in items.iter().filter(|item| created(item)) {
        match (with_lot(&item.id, number), &only) {
            (Some(lot), None) => only = Some(lot),
            (Some(lot), Some(other)) if lot == *other => {}
            _ => return,
        }
    }
    let Some(lot) = only else { return };
    for item in items.iter_mut().filter(|item| created(item)) {
        if !item.is_class && item.lot.is_none() && kind(&item.id) == IdentifierKind::Instance {
            item.lot = Some(lot.as_str().into());
        }
    }
}
