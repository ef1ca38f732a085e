//! Extensions: any element of another namespace, and texts.

use super::{Reader, is_epcis};
use crate::fault::{Found, XmlFaultCode as Code};
use crate::schema::{FORM_NS, XSI_NS};
use crate::tree::{Attribute, Element};
use crate::value::{Members, Node, Value};

impl<'a> Reader<'a> {
    /// Adds an element that the standard does not name.
    pub(super) fn extension(
        &mut self,
        element: &'a Element<'a>,
        members: &mut Members,
    ) -> Result<(), Found> {
        let at = element.range.start;
        if element.namespace.as_deref() == Some(FORM_NS) {
            return self.form_member(element, members);
        }
        let outside = self.names.enter(element)?;
        let name = match &element.namespace {
            Some(uri) => self.names.name((element.prefix(), uri, element.local), at)?,
            None => element.local.to_owned(),
        };
        let value = self.extension_value(element, &[])?;
        self.names.leave(outside);
        members.push(name, value);
        Ok(())
    }

    /// `form:member`: a member whose name or shape XML has no other way to say.
    fn form_member(
        &mut self,
        element: &'a Element<'a>,
        members: &mut Members,
    ) -> Result<(), Found> {
        let at = element.range.start;
        let name = element.attribute(None, "name").filter(|_| element.local == "member");
        let Some(name) = name else {
            let detail = format!("<{}> needs a name", element.name);
            return self.wrong(Found::new(Code::Element, at, detail));
        };
        let outside = self.names.enter(element)?;
        let value = self.extension_value(element, &["name", "list"])?;
        self.names.leave(outside);
        match element.attribute(None, "list") {
            Some("empty") if !members.has(name) => {
                members.push(name.to_owned(), Node::new(at, Value::List(Vec::new())));
            }
            Some("true") => members.push_to_list(name, value),
            _ => members.push(name.to_owned(), value),
        }
        Ok(())
    }

    /// The value of an element that may hold anything; `known` attributes are read elsewhere.
    pub(super) fn extension_value(
        &mut self,
        element: &'a Element<'a>,
        known: &[&str],
    ) -> Result<Node, Found> {
        let at = element.range.start;
        if is_nil(element) {
            return Ok(Node::new(at, Value::Null));
        }
        let mut members = Members::default();
        self.attributes(element, known, &mut members)?;
        for child in &element.children {
            self.extension(child, &mut members)?;
        }
        let text = element.text.trim();
        let kind = element.attribute(Some(XSI_NS), "type");
        let scalar = |text: &str| scalar(text, kind.unwrap_or_default());
        if members.is_empty() && (!text.is_empty() || kind.is_some()) {
            return Ok(Node::new(at, scalar(&self.names.value(text))));
        }
        if !text.is_empty() {
            let value = scalar(&self.names.value(text));
            members.push("@value".to_owned(), Node::new(at, value));
        }
        Ok(members.into_node(at))
    }

    /// Adds all attributes but those of XML Schema, ours, and the `known` ones.
    pub(super) fn attributes(
        &mut self,
        element: &'a Element<'a>,
        known: &[&str],
        members: &mut Members,
    ) -> Result<(), Found> {
        let at = element.range.start;
        for Attribute { prefix, local, namespace, value } in &element.attributes {
            let name = match namespace {
                Some(uri) if [XSI_NS, FORM_NS].contains(&uri.as_ref()) => continue,
                Some(uri) => self.names.name((prefix, uri, local), at)?,
                None if known.contains(local) => continue,
                None => (*local).to_owned(),
            };
            members.push(name, Node::text(at, &self.names.value(value.trim())));
        }
        Ok(())
    }

    /// An element of the standard that holds a text and nothing else.
    pub(super) fn leaf(&mut self, element: &'a Element<'a>, known: &[&str]) -> Result<Node, Found> {
        let at = element.range.start;
        self.only_attributes(element, known)?;
        if let Some(child) = element.children.first() {
            let detail = format!("<{}> holds a text, no elements", element.name);
            self.wrong(Found::new(Code::Element, child.range.start, detail))?;
        }
        if is_nil(element) {
            return Ok(Node::new(at, Value::Null));
        }
        let outside = self.names.enter(element)?;
        let node = Node::text(at, &self.names.value(element.text.trim()));
        self.names.leave(outside);
        Ok(node)
    }

    /// Refuses attributes that the standard does not name.
    pub(super) fn only_attributes(
        &mut self,
        element: &Element<'_>,
        known: &[&str],
    ) -> Result<(), Found> {
        let strange = element.attributes.iter().find(|attribute| match &attribute.namespace {
            Some(uri) => ![XSI_NS, FORM_NS].contains(&uri.as_ref()),
            None => !known.contains(&attribute.local),
        });
        let Some(attribute) = strange else { return Ok(()) };
        let detail = format!("<{}> has no attribute {}", element.name, attribute.local);
        self.wrong(Found::new(Code::Element, element.range.start, detail))
    }

    /// Refuses text between elements of the standard.
    pub(super) fn no_text(&mut self, element: &Element<'_>) -> Result<(), Found> {
        if element.text.trim().is_empty() {
            return Ok(());
        }
        let detail = format!("<{}> holds elements, no text of its own", element.name);
        self.wrong(Found::new(Code::Element, element.range.start, detail))
    }

    /// Whether an element is an extension, here in an element of the standard.
    pub(super) fn is_extension(element: &Element<'_>) -> bool {
        !is_epcis(element)
    }
}

fn is_nil(element: &Element<'_>) -> bool {
    let nil = element.attribute(Some(XSI_NS), "nil");
    nil.is_some_and(|nil| matches!(nil.trim(), "true" | "1"))
}

/// A text as the JSON value that its `xsi:type` says.
fn scalar(text: &str, kind: &str) -> Value {
    match kind.rsplit(':').next().unwrap_or_default() {
        "boolean" => truth(text),
        "integer" | "int" | "long" | "short" | "byte" | "decimal" | "double" | "float"
        | "nonNegativeInteger" | "positiveInteger" | "unsignedInt" | "unsignedLong" => number(text),
        _ => Value::Text(text.to_owned()),
    }
}

/// `true` or `false`; another text stays one.
pub(super) fn truth(text: &str) -> Value {
    match text {
        "true" | "1" => Value::Bool(true),
        "false" | "0" => Value::Bool(false),
        _ => Value::Text(text.to_owned()),
    }
}

/// A number of XML Schema as JSON writes it; what JSON has no number for stays a text.
pub(super) fn number(text: &str) -> Value {
    json_number(text).map_or_else(|| Value::Text(text.to_owned()), Value::Number)
}

fn json_number(text: &str) -> Option<String> {
    let (sign, rest) = match text.strip_prefix('-') {
        Some(rest) => ("-", rest),
        None => ("", text.strip_prefix('+').unwrap_or(text)),
    };
    let (mantissa, exponent) = match rest.split_once(['e', 'E']) {
        Some((mantissa, exponent)) => (mantissa, Some(exponent)),
        None => (rest, None),
    };
    let (whole, fraction) = mantissa.split_once('.').unwrap_or((mantissa, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if !digits(whole) || !digits(fraction) || (whole.is_empty() && fraction.is_empty()) {
        return None;
    }
    let whole = whole.trim_start_matches('0');
    let mut out = [sign, if whole.is_empty() { "0" } else { whole }].concat();
    if !fraction.is_empty() {
        out.push('.');
        out.push_str(fraction);
    }
    if let Some(exponent) = exponent {
        let plain = exponent.strip_prefix(['+', '-']).unwrap_or(exponent);
        if plain.is_empty() || !digits(plain) {
            return None;
        }
        out.push('e');
        out.push_str(exponent);
    }
    Some(out)
}
