//! What extensions say.

use super::attributes::Visit;
use super::field::{Field, Scope, Value};
use crate::event::Event;
use crate::json::{Json, Node};
use crate::time::DateTime;
use std::borrow::Cow;

/// Shows the extensions among the members of a node: those whose name has a namespace.
pub(super) fn extensions(event: &Event<'_>, node: &Node<'_>, scope: Scope, visit: &mut Visit<'_>) {
    for (name, value) in node.members() {
        if name.as_bytes().contains(&b':') && !name.starts_with('@') {
            extension(event, name, value, (scope, false), visit);
        }
    }
}

/// Shows one extension and what is inside it.
pub(super) fn extension(
    event: &Event<'_>,
    sent: &str,
    value: &Node<'_>,
    (scope, inner): (Scope, bool),
    visit: &mut Visit<'_>,
) {
    let full = event.prefixes().expand(sent);
    show(&full, value, (scope, inner), visit);
    // Who asks may not know the namespace and name the prefix as the sender did.
    if full != sent {
        show(sent, value, (scope, inner), visit);
    }
    for part in std::iter::once(value).chain(value.elements()) {
        for (name, value) in part.members().iter().filter(|(name, _)| !name.starts_with('@')) {
            extension(event, name, value, (scope, true), visit);
        }
    }
}

fn show(name: &str, value: &Node<'_>, (scope, inner): (Scope, bool), visit: &mut Visit<'_>) {
    let field = || Field::Extension { scope, inner, name: Cow::Borrowed(name) };
    visit(field(), Value::Present);
    for part in std::iter::once(value).chain(value.elements()) {
        let stated = part.get("@value").unwrap_or(part);
        match &stated.value {
            Json::String(text) => {
                visit(field(), Value::Text(text.trim()));
                if let Some(time) = DateTime::parse(text.trim()) {
                    visit(field(), Value::Time(time.micros()));
                } else if let Some(number) = decimal(text) {
                    visit(field(), Value::Number(number));
                }
            }
            Json::Number(text) => {
                visit(field(), Value::Text(text));
                if let Some(number) = decimal(text) {
                    visit(field(), Value::Number(number));
                }
            }
            Json::Bool(truth) => visit(field(), Value::Text(if *truth { "true" } else { "false" })),
            Json::Null | Json::Array(_) | Json::Object(_) => {}
        }
    }
}

/// A finite number in plain or scientific notation; never "inf" or "nan".
pub(super) fn decimal(text: &str) -> Option<f64> {
    let text = text.trim();
    let plain = |b: u8| b.is_ascii_digit() || matches!(b, b'.' | b'-' | b'+' | b'e' | b'E');
    let is_number = !text.is_empty() && text.bytes().all(plain);
    is_number.then(|| text.parse::<f64>().ok()).flatten().filter(|number| number.is_finite())
}
