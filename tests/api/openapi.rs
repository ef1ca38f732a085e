//! The API description: what is committed is what the program says, and what it says is there.

use crate::{LOT, creation};
use laiqu_tests::{Site, encode, raw, run};
use serde_json::Value;
use std::path::Path;

#[test]
fn the_committed_description_is_the_one_that_the_program_prints() {
    let printed = run(&["openapi"]);
    assert!(printed.status.success());
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("../api-spec/openapi.json");
    let committed = std::fs::read_to_string(&file).unwrap();
    let printed = String::from_utf8(printed.stdout).unwrap();
    assert!(
        committed == printed,
        "api-spec/openapi.json is not what `laiqu openapi` prints; write it anew"
    );
    let served = Site::new("ledger.example/openapi").client().get("/openapi.json");
    let committed: Value = serde_json::from_str(&committed).unwrap();
    assert_eq!(served.expect(200), committed);
    assert!(committed["openapi"].as_str().unwrap().starts_with("3.1."));
}

/// A real value for each parameter in a path.
fn filled(path: &str, capture: u64, kid: &str) -> String {
    path.replace("{key}", &key_of(path))
        .replace("{id}", &encode("urn:uscc:openapi"))
        .replace("{index}", "0")
        .replace("{type}", "Location")
        .replace("{captureID}", &capture.to_string())
        .replace("{eventID}", &encode("urn:uuid:1"))
        .replace("{token}", "abc")
        .replace("{queryName}", "q")
        .replace("{eventType}", "ObjectEvent")
        .replace("{epc}", &encode(LOT))
        .replace("{bizStep}", "commissioning")
        .replace("{disposition}", "active")
        .replace("{bizLocation}", &encode("https://id.gs1.org/414/4012345000115"))
        .replace("{readPoint}", "urn:x:gate")
        .replace("{kid}", kid)
        .replace("{path}", "0/000.p/1")
        .replace("{L}", "0")
        .replace("{level}", "0")
        .replace("{N}", "000.p/1")
        .replace("{tile}", "0/000.p/1")
        .replace("{code}", "not-found")
}

/// A valid value of the GS1 key that a path of the resolver begins with.
fn key_of(path: &str) -> String {
    let digits = match path.split('/').nth(1).unwrap_or_default() {
        "00" | "8006" | "8017" | "8018" => 18,
        "402" => 17,
        "414" | "417" | "253" | "255" => 13,
        _ => 14,
    };
    if path.starts_with("/8006/") {
        return "040123451111180102".to_owned();
    }
    let body = "4".repeat(digits - 1);
    let check = laiqu_epcis::identifier::check_digit(&body).unwrap();
    format!("{body}{check}")
}

/// Values for the parameters in queries that are required or have an example; an event stands first
/// in the entry at `capture`.
fn query(operation: &Value, capture: u64) -> String {
    let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
    let pair = |p: &Value| {
        let example = p["schema"]["examples"][0].as_str();
        let needed = p["in"] == "query" && (p["required"] == true || example.is_some());
        let name = p["name"].as_str().unwrap();
        let value = match name {
            "size" => (capture + 1).to_string(),
            "positions" => format!("{capture}/0"),
            _ => laiqu_tests::encode(example.unwrap_or("urn:x:1")),
        };
        needed.then(|| format!("{name}={value}"))
    };
    let pairs: Vec<String> = parameters.iter().filter_map(pair).collect();
    if pairs.is_empty() { String::new() } else { format!("?{}", pairs.join("&")) }
}

/// Stands for a subscription of the operator.
const SUBSCRIPTION: &str = "SUBSCRIPTION";

#[test]
fn every_documented_operation_answers_as_documented() {
    let site = Site::new("ledger.example/operations");
    let party = site.party("urn:uscc:openapi");
    let capture = site.size();
    let body = creation("urn:uuid:1").replace(
        r#""bizStep":"commissioning","#,
        r#""bizStep":"commissioning","disposition":"active","readPoint":{"id":"urn:x:gate"},"#,
    );
    assert_eq!(party.capture(&site.client(), &body).status, 202);
    let said = laiqu_tests::element("urn:uscc:openapi", &[("name", "地点")], None);
    let said = laiqu_tests::with_locations(&[said], &[]);
    assert_eq!(party.capture(&site.client(), &said).status, 202);
    let description = site.client().get("/openapi.json").expect(200);
    let bearer = format!("Bearer {}", site.ledger.operator);
    let mut operations = 0;
    for (path, item) in description["paths"].as_object().unwrap() {
        let target = filled(path, capture, party.key.public().thumbprint());
        let target = target.replace("{subscriptionID}", SUBSCRIPTION);
        assert!(!target.contains('{'), "{path} has a parameter that is not known here");
        for (method, operation) in item.as_object().unwrap() {
            let Some(responses) = operation["responses"].as_object() else { continue };
            // One operation ends it.
            let named = br#"{"name":"q","query":{"EQ_action":["ADD"]}}"#;
            let json = [("Content-Type", "application/json")];
            let there = site.operator().post("/epcis/queries", &json, named).status;
            assert!(matches!(there, 201 | 409), "{there}");
            // Likewise; it sends nothing before January.
            let once = br#"{"dest":"https://example.com/hook","schedule":{"month":"1"}}"#;
            let subscribed = site.operator().post("/epcis/queries/q/subscriptions", &json, once);
            let subscribed = subscribed.expect(201);
            let id = subscribed["subscriptionID"].as_str().unwrap();
            let target = target.replace(SUBSCRIPTION, id);
            let (method, target) =
                (method.to_uppercase(), format!("{target}{}", query(operation, capture)));
            let headers = [("Authorization", &*bearer), ("Content-Length", "0")];
            let answer = raw(&site.server.url, &format!("{method} {target}"), &headers, &[]);
            let status = answer.status.to_string();
            let documented = responses.contains_key(&status) || responses.contains_key("default");
            assert!(documented, "{method} {target}: {status} is not documented");
            if method == "GET" {
                let wanted = if path.contains("{key}") { "307" } else { "200" };
                assert_eq!(status, wanted, "{method} {target}: {}", answer.text());
            }
            assert_ne!(status, "405", "{method} {target}");
            assert_ne!(status, "500", "{method} {target}");
            let kind = answer.header("content-type").unwrap_or_default();
            let content = responses.get(&status).map(|response| &response["content"]);
            if let Some(content) = content.and_then(Value::as_object) {
                assert!(content.contains_key(kind), "{method} {target}: {kind} is not documented");
            }
            operations += 1;
        }
    }
    assert!(operations >= 15, "{operations} operations");
    // Each is counted under its own path.
    let counted = site.metrics();
    for path in description["paths"].as_object().unwrap().keys() {
        let asked = format!("laiqu_http_request_seconds_count{{route=\"{path}\"}}");
        assert!(counted.of(&asked) > 0.0, "{path}");
    }
}

#[test]
fn references_inside_the_description_lead_somewhere() {
    let text = laiqu_http::openapi_json();
    let description: Value = serde_json::from_str(&text).unwrap();
    let references: Vec<&str> = text
        .split("\"$ref\": \"")
        .skip(1)
        .chain(text.split("\"$ref\":\"").skip(1))
        .map(|rest| rest.split('"').next().unwrap())
        .collect();
    assert!(references.len() > 10, "{}", references.len());
    for reference in references {
        let pointer = reference.strip_prefix('#').unwrap();
        assert!(description.pointer(pointer).is_some(), "{reference}");
    }
}
