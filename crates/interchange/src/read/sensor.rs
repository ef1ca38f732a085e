//! Sensor elements (EPCIS 2.0, section 7.3.9): attributes in XML, members in JSON.

use laiqu_epcis::vocabulary::{COMPONENTS, GS1};

use super::extension::{number, truth};
use super::{Reader, is_epcis, unknown};
use crate::fault::Found;
use crate::schema::{FORM_NS, SENSOR_NUMBERS, XSI_NS};
use crate::tree::{Attribute, Element};
use crate::value::{Members, Node, Value};

/// The GS1 web vocabulary; the second is how documents name it that are older than its home.
static GS1_SPELT: [&str; 2] = [GS1, "https://ref.gs1.org/voc/"];

impl<'a> Reader<'a> {
    /// A `sensorElementList`.
    pub(super) fn sensors(&mut self, list: &'a Element<'a>) -> Result<Node, Found> {
        let mut elements = Vec::with_capacity(list.children.len());
        for element in &list.children {
            if !is_epcis(element) || element.local != "sensorElement" {
                self.wrong(unknown(element, "a sensorElementList"))?;
                continue;
            }
            elements.push(self.sensor_element(element)?);
        }
        Ok(Node::new(list.range.start, Value::List(elements)))
    }

    fn sensor_element(&mut self, element: &'a Element<'a>) -> Result<Node, Found> {
        self.no_text(element)?;
        let outside = self.names.enter(element)?;
        let mut members = Members::default();
        self.sensor_parts(element, &mut members)?;
        self.names.leave(outside);
        Ok(members.into_node(element.range.start))
    }

    fn sensor_parts(
        &mut self,
        element: &'a Element<'a>,
        members: &mut Members,
    ) -> Result<(), Found> {
        self.attributes(element, &[], members)?;
        for part in &element.children {
            match part.local {
                _ if Self::is_extension(part) => self.extension(part, members)?,
                "sensorMetadata" if !members.has("sensorMetadata") => {
                    let metadata = self.sensor_attributes(part)?;
                    members.push("sensorMetadata".to_owned(), metadata);
                }
                "sensorReport" => {
                    let report = self.sensor_attributes(part)?;
                    members.push_to_list("sensorReport", report);
                }
                "extension" => self.sensor_parts(part, members)?,
                _ => self.wrong(unknown(part, "a sensorElement"))?,
            }
        }
        Ok(())
    }

    fn sensor_attributes(&mut self, element: &'a Element<'a>) -> Result<Node, Found> {
        self.no_text(element)?;
        let outside = self.names.enter(element)?;
        let at = element.range.start;
        let mut members = Members::default();
        for Attribute { prefix, local, namespace, value } in &element.attributes {
            let name = match namespace {
                Some(uri) if [XSI_NS, FORM_NS].contains(&uri.as_ref()) => continue,
                Some(uri) => self.names.name((prefix, uri, local), at)?,
                None => (*local).to_owned(),
            };
            let text = self.names.value(self.measurement(local, value.trim()));
            let value = if namespace.is_some() {
                Value::Text(text.into_owned())
            } else {
                attribute(local, &text)
            };
            members.push(name, Node::new(at, value));
        }
        for child in &element.children {
            if !Self::is_extension(child) {
                self.wrong(unknown(child, element.local))?;
                continue;
            }
            self.extension(child, &mut members)?;
        }
        self.names.leave(outside);
        Ok(members.into_node(at))
    }
}

impl Reader<'_> {
    /// The bare word of a term of the GS1 web vocabulary, as JSON has it; any other text as it is.
    fn measurement<'t>(&self, name: &str, text: &'t str) -> &'t str {
        if !matches!(name, "type" | "exception") {
            return text;
        }
        let in_gs1 = || self.names.in_force("gs1").is_none_or(|uri| GS1_SPELT.contains(&uri));
        let word = text.strip_prefix("gs1:").filter(|_| in_gs1());
        let is_word = |word: &&str| {
            !word.is_empty() && word.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_')
        };
        word.or_else(|| text.strip_prefix(GS1)).filter(is_word).unwrap_or(text)
    }
}

/// The value of an attribute that the standard names.
fn attribute(name: &str, text: &str) -> Value {
    match name {
        "booleanValue" => truth(text),
        "component" => Value::Text(COMPONENTS.word(text).unwrap_or(text).to_owned()),
        _ if SENSOR_NUMBERS.contains(&name) => number(text),
        _ => Value::Text(text.to_owned()),
    }
}
