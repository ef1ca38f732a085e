//! Checks answers against the schemas of the description, as far as it uses JSON Schema.

use serde_json::Value;

/// Panics where a value is not as the named schema has it, or has a member that it lacks.
pub(super) fn check(name: &str, value: &Value) {
    let description: Value = serde_json::from_str(&crate::openapi_json()).unwrap();
    let schema = &description["components"]["schemas"][name];
    assert!(schema.is_object(), "no schema {name}");
    walk(&description, schema, value, name);
}

fn walk(all: &Value, schema: &Value, value: &Value, at: &str) {
    if let Some(reference) = schema["$ref"].as_str() {
        let target = all.pointer(reference.strip_prefix('#').unwrap());
        return walk(all, target.unwrap_or_else(|| panic!("{at}: {reference}")), value, at);
    }
    if let Some(choices) = schema["oneOf"].as_array() {
        if value.is_null() {
            assert!(choices.iter().any(|one| one["type"] == "null"), "{at} is null");
            return;
        }
        let choice = choices.iter().find(|one| one["type"] != "null").unwrap();
        return walk(all, choice, value, at);
    }
    let types: Vec<&str> = match &schema["type"] {
        Value::String(one) => vec![one],
        Value::Array(list) => list.iter().map(|one| one.as_str().unwrap()).collect(),
        _ => return, // any value
    };
    let found = match value {
        Value::Null => "null",
        Value::Bool(_) => "boolean",
        Value::Number(number) if number.is_u64() && types.contains(&"integer") => "integer",
        Value::Number(_) => "number",
        Value::String(_) => "string",
        Value::Array(_) => "array",
        Value::Object(_) => "object",
    };
    assert!(types.contains(&found), "{at} is {found}, not {types:?}");
    if let Some(words) = schema["enum"].as_array() {
        assert!(words.contains(value), "{at}: {value} is none of {words:?}");
    }
    for (n, item) in value.as_array().into_iter().flatten().enumerate() {
        walk(all, &schema["items"], item, &format!("{at}/{n}"));
    }
    let Some(members) = value.as_object() else { return };
    for required in schema["required"].as_array().into_iter().flatten() {
        let name = required.as_str().unwrap();
        assert!(members.contains_key(name), "{at} lacks {name}");
    }
    for (name, member) in members {
        let at = format!("{at}/{name}");
        match (&schema["properties"][name], &schema["additionalProperties"]) {
            (Value::Null, Value::Null) if schema["properties"].is_null() => {}
            (Value::Null, Value::Null) => panic!("{at} is not described"),
            (Value::Null, rest) => walk(all, rest, member, &at),
            (known, _) => walk(all, known, member, &at),
        }
    }
}
