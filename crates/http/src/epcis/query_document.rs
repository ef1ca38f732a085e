//! Makes an `EPCISQueryDocument` of stored events without changing what they mean.

use crate::dto::{QueryBody, QueryDocument, QueryResults, ResultsBody};
use laiqu_epcis::facts::EventTime;
use laiqu_service::StoredEvent;
use serde::de::{Deserializer, MapAccess, Visitor};
use serde::ser::{SerializeMap, Serializer};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use serde_json::value::{RawValue, to_raw_value};

/// The JSON-LD context of the standard.
pub(crate) const GS1_CONTEXT: &str =
    "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// The answer to the query of this name that holds these events, made at `now_micros` (since
/// 1970).
pub(crate) fn query_document(
    found: &[StoredEvent],
    query_name: &str,
    now_micros: i64,
) -> serde_json::Result<QueryDocument> {
    let mut contexts = Contexts::default();
    let mut events = Vec::with_capacity(found.len());
    for event in found {
        let own = contexts.merge(event.context.as_deref())?;
        events.push(shown(event, own)?);
    }
    let mut context = vec![Value::from(GS1_CONTEXT)];
    context.extend(contexts.parts);
    let now = EventTime { micros: now_micros, offset_minutes: 0 };
    Ok(QueryDocument {
        context,
        kind: "EPCISQueryDocument",
        schema_version: "2.0",
        creation_date: laiqu_trace::rfc3339(now),
        body: QueryBody {
            results: QueryResults {
                query_name: query_name.to_owned(),
                subscription_id: None,
                results: ResultsBody { events },
            },
        },
    })
}

/// The contexts of several documents as one.
#[derive(Default)]
struct Contexts {
    parts: Vec<Value>,
}

impl Contexts {
    /// Adds a document's context. Where it says something else than an earlier one, it is given
    /// back: its events then carry it themselves, for a prefix must not change its meaning.
    fn merge(&mut self, context: Option<&str>) -> serde_json::Result<Vec<Value>> {
        let Some(context) = context else { return Ok(Vec::new()) };
        let own: Vec<Value> = match serde_json::from_str(context)? {
            Value::Array(parts) => parts,
            Value::Null => Vec::new(),
            one => vec![one],
        };
        let is_new = |part: &Value| {
            let is_gs1 =
                part.as_str().is_some_and(|url| url.contains("ref.gs1.org/standards/epcis"));
            !is_gs1 && part.as_object().is_none_or(|terms| !terms.is_empty())
        };
        let own: Vec<Value> = own.into_iter().filter(is_new).collect();
        if own.iter().any(|part| self.contradicts(part)) {
            return Ok(own);
        }
        for part in own {
            if !self.parts.contains(&part) {
                self.parts.push(part);
            }
        }
        Ok(Vec::new())
    }

    fn contradicts(&self, part: &Value) -> bool {
        let Some(terms) = part.as_object() else { return false };
        let earlier = self.parts.iter().filter_map(Value::as_object);
        earlier.flatten().any(|(term, value)| terms.get(term).is_some_and(|other| other != value))
    }
}

/// The text of one event outside of a document.
pub(crate) fn event_text(event: &StoredEvent) -> serde_json::Result<String> {
    Ok(shown(event, Vec::new())?.get().to_owned())
}

/// An event as it was sent, with what the ledger knows better.
fn shown(event: &StoredEvent, context: Vec<Value>) -> serde_json::Result<Box<RawValue>> {
    let Members(mut members) = serde_json::from_str(&event.raw)?;
    let set_by_ledger = |name: &str| name == "recordTime" || (name == "eventID" && event.assigned);
    members.retain(|(name, _)| !set_by_ledger(name));
    if event.assigned {
        members.push(("eventID".to_owned(), to_raw_value(&event.event_id)?));
    }
    members.push(("recordTime".to_owned(), to_raw_value(&event.record_time)?));
    if !context.is_empty() {
        let at = members.iter().position(|(name, _)| name == "@context");
        let inner = at.map(|at| members.remove(at).1);
        let inner = inner.map(|raw| serde_json::from_str::<Value>(raw.get())).transpose()?;
        let inner = match inner {
            Some(Value::Array(parts)) => parts,
            Some(one) => vec![one],
            None => Vec::new(),
        };
        let both: Vec<Value> = context.into_iter().chain(inner).collect();
        members.insert(0, ("@context".to_owned(), to_raw_value(&both)?));
    }
    to_raw_value(&Members(members))
}

/// An object whose members keep their order, and their values their exact text.
struct Members(Vec<(String, Box<RawValue>)>);

impl<'de> Deserialize<'de> for Members {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader;
        impl<'de> Visitor<'de> for Reader {
            type Value = Members;
            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("an event")
            }
            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Members, A::Error> {
                let mut members = Vec::new();
                while let Some(member) = map.next_entry()? {
                    members.push(member);
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Reader)
    }
}

impl Serialize for Members {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(self.0.len()))?;
        for (name, value) in &self.0 {
            map.serialize_entry(name, value)?;
        }
        map.end()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_epcis::facts::Position;

    fn stored(raw: &str, assigned: bool, context: Option<&str>) -> StoredEvent {
        StoredEvent {
            position: Position { index: 3, ordinal: 0 },
            event_id: "ni:///sha-256;x?ver=CBV2.0".to_owned(),
            assigned,
            record_time: "2026-11-23T06:00:00.123456Z".to_owned(),
            issuer: "urn:x:1".to_owned(),
            raw: raw.to_owned(),
            context: context.map(str::to_owned),
        }
    }

    #[test]
    fn events_keep_their_exact_values() {
        let raw = r#"{"type":"ObjectEvent", "recordTime":"1999-01-01T00:00:00Z","ex:n": 1.50e1 }"#;
        let event = shown(&stored(raw, true, None), Vec::new()).unwrap();
        assert_eq!(
            event.get(),
            r#"{"type":"ObjectEvent","ex:n":1.50e1,"eventID":"ni:///sha-256;x?ver=CBV2.0","recordTime":"2026-11-23T06:00:00.123456Z"}"#
        );
        let raw = r#"{"eventID":"urn:uuid:1","type":"ObjectEvent"}"#;
        let event = shown(&stored(raw, false, None), Vec::new()).unwrap();
        assert!(event.get().starts_with(r#"{"eventID":"urn:uuid:1","type":"ObjectEvent","#));
    }

    #[test]
    fn contexts_are_merged_and_contradictions_stay_with_their_events() {
        let one = format!(r#"["{GS1_CONTEXT}",{{"ex":"https://a.example/"}},{{}}]"#);
        let two = r#"[{"ex":"https://a.example/","y":"urn:y:"},"https://b.example/ctx.jsonld"]"#;
        let other = r#"{"ex":"https://other.example/"}"#;
        let events = [
            stored("{}", false, Some(&one)),
            stored("{}", false, Some(two)),
            stored(r#"{"@context":{"z":"urn:z:"}}"#, false, Some(other)),
            stored("{}", false, None),
        ];
        let document = serde_json::to_value(query_document(&events, "q", 0).unwrap()).unwrap();
        assert_eq!(
            document["@context"],
            serde_json::json!([
                GS1_CONTEXT,
                {"ex": "https://a.example/"},
                {"ex": "https://a.example/", "y": "urn:y:"},
                "https://b.example/ctx.jsonld"
            ])
        );
        let list = &document["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        let expected = serde_json::json!([{"ex": "https://other.example/"}, {"z": "urn:z:"}]);
        assert_eq!(list[2]["@context"], expected);
        assert!(list[0].get("@context").is_none());
        assert_eq!(document["creationDate"], "1970-01-01T00:00:00+00:00");
    }
}
