//! Extensions in XML: elements of their namespaces, anything else as `form:member`.

use std::borrow::Cow;

use laiqu_epcis::json::{Json, Node};

use super::names::Names;
use super::sink::Sink;
use crate::schema::is_name;

/// Where an extension stands: what it may be called depends on it.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// In an element of the standard: its name must have a namespace.
    Standard,
    /// In another extension.
    Nested,
}

/// Writes a member; a list gives one element for each of its values.
pub(super) fn member(
    name: &str,
    node: &Node<'_>,
    level: Level,
    names: &Names,
    out: &mut Sink,
) -> Result<(), String> {
    match &node.value {
        Json::Array(list) if !list.is_empty() => {
            list.iter().try_for_each(|item| member(name, item, level, names, out))
        }
        Json::Null
        | Json::Bool(_)
        | Json::Number(_)
        | Json::String(_)
        | Json::Object(_)
        | Json::Array(_) => {
            let tag = open(name, level, names, out)?;
            value(node, names, out)?;
            out.close(&tag);
            Ok(())
        }
    }
}

/// Writes a member of the standard that has no usual shape, so that it comes back as it is.
pub(super) fn exact(
    name: &str,
    node: &Node<'_>,
    names: &Names,
    out: &mut Sink,
) -> Result<(), String> {
    let Json::Array(list) = &node.value else {
        form_member(name, None, out)?;
        value(node, names, out)?;
        out.close("form:member");
        return Ok(());
    };
    if list.is_empty() {
        form_member(name, Some("empty"), out)?;
        out.empty();
    }
    for item in list {
        if item.is_array() {
            exact(name, item, names, out)?;
            continue;
        }
        form_member(name, Some("true"), out)?;
        value(item, names, out)?;
        out.close("form:member");
    }
    Ok(())
}

/// The rest of a start tag and what is inside; the caller closes.
pub(super) fn value(node: &Node<'_>, names: &Names, out: &mut Sink) -> Result<(), String> {
    match &node.value {
        Json::Null => nil(out),
        Json::Array(list) if list.is_empty() => nil(out),
        Json::Bool(truth) => {
            out.attribute("xsi:type", "xsd:boolean")?;
            out.inside();
            out.text(if *truth { "true" } else { "false" })
        }
        Json::Number(text) => {
            let kind = if text.contains(['e', 'E']) { "xsd:double" } else { "xsd:decimal" };
            out.attribute("xsi:type", kind)?;
            out.inside();
            out.text(text)
        }
        Json::String(text) => {
            if text.trim().is_empty() {
                out.attribute("xsi:type", "xsd:string")?;
            }
            out.inside();
            out.text(text)
        }
        // Only where a list cannot be told by repeating its name.
        Json::Array(list) => {
            out.inside();
            let inner = |item| member("@list", item, Level::Nested, names, out);
            list.iter().try_for_each(inner)
        }
        Json::Object(members) => {
            out.inside();
            let inner = |(name, node): &(Cow<'_, str>, Node<'_>)| {
                member(name, node, Level::Nested, names, out)
            };
            members.iter().try_for_each(inner)
        }
    }
}

fn nil(out: &mut Sink) -> Result<(), String> {
    out.attribute("xsi:nil", "true")?;
    out.inside();
    Ok(())
}

/// Whether a member of this name can be an element or attribute with a namespace.
pub(super) fn is_qualified(name: &str, names: &Names) -> bool {
    name.split_once(':').is_some_and(|(prefix, local)| names.has(prefix) && is_name(local))
}

fn open(name: &str, level: Level, names: &Names, out: &mut Sink) -> Result<String, String> {
    if is_qualified(name, names) || (level == Level::Nested && is_name(name)) {
        out.start(name);
        return Ok(name.to_owned());
    }
    form_member(name, None, out)?;
    Ok("form:member".to_owned())
}

fn form_member(name: &str, list: Option<&str>, out: &mut Sink) -> Result<(), String> {
    out.start("form:member");
    out.attribute("name", name)?;
    list.map_or(Ok(()), |list| out.attribute("list", list))
}
