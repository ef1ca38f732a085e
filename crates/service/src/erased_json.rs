//! An event of an erased document as JSON: hashes, times, amounts and words of the standard
//! vocabularies.

use laiqu_epcis::facts::{
    Action, ErrorFact, EventTime, EventType, Facts, ItemFact, ItemRole, Quantity, TypedId,
};
use laiqu_epcis::type_name;
use serde_json::{Value, json};

/// Vocabulary that is not the sender's own.
const STANDARD_PREFIX: &str = "https://ref.gs1.org/cbv/";
/// Longest code of UN/CEFACT Recommendation 20, in characters.
const UNIT_CHARS_MAX: usize = 3;

const TYPES: [EventType; 5] = [
    EventType::Object,
    EventType::Aggregation,
    EventType::Transaction,
    EventType::Transformation,
    EventType::Association,
];
const ACTIONS: [(Action, &str); 3] =
    [(Action::Add, "ADD"), (Action::Observe, "OBSERVE"), (Action::Delete, "DELETE")];
const ROLES: [(ItemRole, &str); 5] = [
    (ItemRole::Subject, "subject"),
    (ItemRole::Parent, "parent"),
    (ItemRole::Child, "child"),
    (ItemRole::Input, "input"),
    (ItemRole::Output, "output"),
];

pub(crate) fn event_json(ordinal: u32, facts: &Facts) -> Value {
    let action = ACTIONS.iter().find(|(action, _)| Some(*action) == facts.action);
    let typed = |list: &[TypedId]| -> Vec<Value> {
        list.iter().map(|one| json!([standard(&one.kind), one.id])).collect()
    };
    let error = facts
        .error
        .as_ref()
        .map(|error| json!([error.reason.as_deref().and_then(standard), error.corrective_ids]));
    json!({
        "ordinal": ordinal,
        "type": type_name(facts.event_type),
        "event": facts.event_id,
        "time": [facts.time.micros, facts.time.offset_minutes],
        "action": action.map(|(_, word)| word),
        "step": facts.biz_step.as_deref().and_then(standard),
        "read_point": facts.read_point,
        "location": facts.biz_location,
        "items": facts.items.iter().map(item_json).collect::<Vec<_>>(),
        "sources": typed(&facts.sources),
        "destinations": typed(&facts.destinations),
        "transactions": typed(&facts.transactions),
        "run": facts.transformation_id,
        "error": error,
    })
}

fn standard(uri: &str) -> Option<&str> {
    Some(uri).filter(|uri| uri.starts_with(STANDARD_PREFIX))
}

fn item_json(item: &ItemFact) -> Value {
    let role = ROLES.iter().find(|(role, _)| *role == item.role).map(|(_, word)| word);
    let amount = item.quantity.as_ref().filter(|quantity| {
        let code = |unit: &str| {
            unit.len() <= UNIT_CHARS_MAX && unit.bytes().all(|byte| byte.is_ascii_alphanumeric())
        };
        quantity.unit.as_deref().is_none_or(code)
    });
    let amount = amount.map(|quantity| json!([quantity.amount, quantity.unit]));
    json!([role, item.id, item.is_class, item.lot, amount])
}

/// Reads what [`event_json`] wrote.
pub(crate) fn event_of(value: &Value) -> Option<(u32, Facts)> {
    let text = |name: &str| value.get(name).and_then(Value::as_str);
    let list = |name: &str| value.get(name).and_then(Value::as_array);
    let typed = |name: &str| list(name)?.iter().map(typed_of).collect::<Option<Vec<_>>>();
    let [micros, offset] = list("time")?.as_slice() else { return None };
    let time = EventTime {
        micros: micros.as_i64()?,
        offset_minutes: i16::try_from(offset.as_i64()?).ok()?,
    };
    let kind = text("type")?;
    let facts = Facts {
        event_type: TYPES.into_iter().find(|one| type_name(*one) == kind)?,
        event_id: text("event")?.into(),
        time,
        start: None,
        action: ACTIONS.iter().find(|(_, word)| Some(*word) == text("action")).map(|one| one.0),
        biz_step: text("step").map(Into::into),
        disposition: None,
        read_point: text("read_point").map(Into::into),
        biz_location: text("location").map(Into::into),
        items: list("items")?.iter().map(item_of).collect::<Option<_>>()?,
        sources: typed("sources")?,
        destinations: typed("destinations")?,
        transactions: typed("transactions")?,
        transformation_id: text("run").map(Into::into),
        error: list("error").and_then(|error| error_of(error)),
        hazards: Vec::new(),
        temperatures: Vec::new(),
        analytes: Vec::new(),
    };
    Some((u32::try_from(value.get("ordinal")?.as_u64()?).ok()?, facts))
}

fn typed_of(value: &Value) -> Option<TypedId> {
    let [kind, id] = value.as_array()?.as_slice() else { return None };
    Some(TypedId { kind: kind.as_str().unwrap_or_default().into(), id: id.as_str()?.into() })
}

fn error_of(error: &[Value]) -> Option<ErrorFact> {
    let [reason, corrective] = error else { return None };
    let ids = corrective.as_array()?.iter().filter_map(Value::as_str).map(Into::into);
    Some(ErrorFact { reason: reason.as_str().map(Into::into), corrective_ids: ids.collect() })
}

fn item_of(value: &Value) -> Option<ItemFact> {
    let [role, id, is_class, lot, amount] = value.as_array()?.as_slice() else { return None };
    let quantity = match amount.as_array().map(Vec::as_slice) {
        Some([amount, unit]) => {
            Some(Quantity { amount: amount.as_f64()?, unit: unit.as_str().map(Into::into) })
        }
        _ => None,
    };
    Some(ItemFact {
        role: ROLES.iter().find(|(_, word)| Some(*word) == role.as_str())?.0,
        id: id.as_str()?.into(),
        is_class: is_class.as_bool()?,
        lot: lot.as_str().map(Into::into),
        quantity,
    })
}
