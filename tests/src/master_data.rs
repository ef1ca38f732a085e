//! Documents that hold master data.

use serde_json::{Value, json};

/// One vocabulary element with names of CBV and, where given, its parts.
#[must_use]
pub fn element(id: &str, attributes: &[(&str, &str)], children: Option<&[&str]>) -> Value {
    let attribute = |(name, value): &(&str, &str)| json!({ "id": format!("urn:epcglobal:cbv:mda#{name}"), "attribute": value });
    let attributes: Vec<Value> = attributes.iter().map(attribute).collect();
    let mut element = json!({ "id": id, "attributes": attributes });
    if let Some(children) = children {
        element["children"] = json!(children);
    }
    element
}

/// A document with these elements of the vocabulary `Location`, and events.
#[must_use]
pub fn with_locations(elements: &[Value], events: &[String]) -> String {
    let events: Vec<Value> =
        events.iter().filter_map(|event| serde_json::from_str(event).ok()).collect();
    json!({
        "@context": "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
        "type": "EPCISDocument", "schemaVersion": "2.0", "creationDate": "2026-11-01T09:00:00Z",
        "epcisHeader": { "epcisMasterData": { "vocabularyList": [{
            "type": "urn:epcglobal:epcis:vtype:Location", "vocabularyElementList": elements,
        }] } },
        "epcisBody": { "eventList": events },
    })
    .to_string()
}
