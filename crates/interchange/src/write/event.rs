//! Events in XML, their parts in the order of the XSD.

use laiqu_epcis::json::{Json, Node};
use laiqu_epcis::vocabulary::{COMPONENTS, DISPOSITIONS, ERROR_REASONS, Vocabulary};
use laiqu_epcis::{Prefixes, vocabulary};

use super::CbvFormat;
use super::extension::{self, Level};
use super::names::Names;
use super::sink::Sink;
use crate::schema::{Field, HEAD, METADATA, Part, REPORT, SENSOR_NUMBERS, tail_of};

/// Writes the parts of one event.
pub(super) struct Writer<'w> {
    pub(super) names: &'w Names,
    pub(super) cbv: CbvFormat,
    pub(super) out: &'w mut Sink,
}

type Done = Result<(), String>;

impl Writer<'_> {
    /// Everything inside the event's element.
    pub(super) fn event(&mut self, node: &Node<'_>, name: &str) -> Done {
        let tail: &'static [Part] = tail_of(name).unwrap_or_default();
        let parts = || HEAD.iter().chain(tail);
        let mut unusual = Vec::new();
        for (name, field) in parts() {
            let Some(value) = present(node, name) else { continue };
            if is_usual(*field, value) {
                self.field(name, *field, value)?;
            } else {
                unusual.push((*name, value));
            }
        }
        let syntax = ["type", "@type", "@context"];
        self.extensions(node, |name| {
            syntax.contains(&name) || parts().any(|(part, _)| *part == name)
        })?;
        unusual.into_iter().try_for_each(|(name, value)| self.exact(name, value))
    }

    fn field(&mut self, name: &str, field: Field, node: &Node<'_>) -> Done {
        match field {
            Field::Text => self.leaf(name, node),
            Field::Texts => items(node).iter().try_for_each(|item| self.leaf(name, item)),
            Field::Word(words) => self.word(name, words, node),
            Field::Ids(item) => self.wrapped(name, node, |this, id| this.leaf(item, id)),
            Field::Quantities => self.wrapped(name, node, Self::quantity),
            Field::Typed(item, words) => {
                self.wrapped(name, node, |this, node| this.typed(item, words, node))
            }
            Field::Place => self.object(name, node, &["id"], |this| this.leaf_of(node, "id")),
            Field::Persistent => self.object(name, node, &["set", "unset"], |this| {
                for part in ["unset", "set"] {
                    let words = node.get(part).map(Node::elements).unwrap_or_default();
                    for word in words {
                        this.word(part, &DISPOSITIONS, word)?;
                    }
                }
                Ok(())
            }),
            Field::Declaration => self.declaration(name, node),
            Field::Sensors => self.wrapped(name, node, Self::sensor_element),
            Field::Ilmd => self.object(name, node, &[], |_| Ok(())),
        }
    }

    fn declaration(&mut self, name: &str, node: &Node<'_>) -> Done {
        let known = ["declarationTime", "reason", "correctiveEventIDs"];
        self.object(name, node, &known, |this| {
            this.leaf_of(node, "declarationTime")?;
            if let Some(reason) = present(node, "reason") {
                this.word("reason", &ERROR_REASONS, reason)?;
            }
            match present(node, "correctiveEventIDs") {
                Some(ids) => this.wrapped("correctiveEventIDs", ids, |this, id| {
                    this.leaf("correctiveEventID", id)
                }),
                None => Ok(()),
            }
        })
    }

    fn quantity(&mut self, item: &Node<'_>) -> Done {
        let known = ["epcClass", "quantity", "uom"];
        self.object("quantityElement", item, &known, |this| {
            known.iter().try_for_each(|name| this.leaf_of(item, name))
        })
    }

    fn typed(&mut self, name: &str, words: &Vocabulary, item: &Node<'_>) -> Done {
        self.out.start(name);
        if let Some(kind) = text(item, "type") {
            let kind = self.spelt(words, kind);
            self.out.attribute("type", &kind)?;
        }
        self.out.inside();
        self.out.text(text(item, name).unwrap_or_default())?;
        self.out.close(name);
        Ok(())
    }

    fn sensor_element(&mut self, element: &Node<'_>) -> Done {
        let known = ["sensorMetadata", "sensorReport"];
        self.object("sensorElement", element, &known, |this| {
            if let Some(metadata) = present(element, "sensorMetadata") {
                if metadata.is_object() {
                    this.sensor_part("sensorMetadata", metadata)?;
                } else {
                    this.exact("sensorMetadata", metadata)?;
                }
            }
            match present(element, "sensorReport") {
                Some(reports) if !reports.elements().is_empty() => {
                    let mut reports = reports.elements().iter();
                    reports.try_for_each(|report| this.sensor_part("sensorReport", report))
                }
                Some(none) => this.exact("sensorReport", none),
                None => Ok(()),
            }
        })
    }

    /// Attributes first; what cannot be one becomes an element inside.
    fn sensor_part(&mut self, name: &str, node: &Node<'_>) -> Done {
        let standard = |member: &str| match name {
            "sensorMetadata" => METADATA.contains(&member),
            _ => REPORT.contains(&member) || SENSOR_NUMBERS.contains(&member),
        };
        self.out.start(name);
        let mut inside = Vec::new();
        let mut written = Vec::new();
        for (member, value) in node.members() {
            let value_text = match &value.value {
                Json::Null => continue,
                Json::String(text) if !SENSOR_NUMBERS.contains(&member.as_ref()) => text.as_ref(),
                Json::Number(_) if SENSOR_NUMBERS.contains(&member.as_ref()) => value.raw,
                Json::Bool(_) if member == "booleanValue" => value.raw,
                Json::Number(_) | Json::Bool(_) if member.contains(':') => value.raw,
                Json::Bool(_)
                | Json::Number(_)
                | Json::String(_)
                | Json::Array(_)
                | Json::Object(_) => "\0",
            };
            let expanded = member.split_once(':').and_then(|(prefix, local)| {
                Some((self.names.uri(prefix)?.to_owned(), local.to_owned()))
            });
            let qualified = extension::is_qualified(member, self.names)
                && expanded.as_ref().is_some_and(|name| !written.contains(name));
            if value_text == "\0" || !(standard(member) || member == "booleanValue" || qualified) {
                inside.push((member, value));
                continue;
            }
            written.extend(expanded.filter(|_| qualified));
            let spelt = self.sensor_value(member, value_text);
            self.out.attribute(member, &spelt)?;
        }
        if inside.is_empty() {
            self.out.empty();
            return Ok(());
        }
        self.out.inside();
        for (member, value) in inside {
            if member.contains(':') {
                self.extension(member, value)?;
            } else {
                self.exact(member, value)?;
            }
        }
        self.out.close(name);
        Ok(())
    }

    /// Bare words as URIs, which the XSD requires.
    fn sensor_value(&self, name: &str, text: &str) -> String {
        let is_bare =
            !text.is_empty() && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_');
        match name {
            "type" | "exception" if is_bare => [vocabulary::GS1, text].concat(),
            "component" if COMPONENTS.has_word(text) => {
                COMPONENTS.uri(text, &Prefixes::default()).into_owned()
            }
            _ => text.to_owned(),
        }
    }

    /// An element of the standard: its own parts, then extensions.
    fn object(
        &mut self,
        name: &str,
        node: &Node<'_>,
        known: &[&str],
        parts: impl FnOnce(&mut Self) -> Done,
    ) -> Done {
        self.out.open(name);
        parts(self)?;
        self.extensions(node, |name| known.contains(&name))?;
        self.out.close(name);
        Ok(())
    }

    fn wrapped(
        &mut self,
        name: &str,
        node: &Node<'_>,
        write: impl Fn(&mut Self, &Node<'_>) -> Done,
    ) -> Done {
        self.out.open(name);
        node.elements().iter().try_for_each(|item| write(self, item))?;
        self.out.close(name);
        Ok(())
    }

    /// All members but the skipped ones.
    fn extensions(&mut self, node: &Node<'_>, skip: impl Fn(&str) -> bool) -> Done {
        for (name, value) in node.members() {
            if !skip(name) {
                self.extension(name, value)?;
            }
        }
        Ok(())
    }

    fn extension(&mut self, name: &str, value: &Node<'_>) -> Done {
        extension::member(name, value, Level::Standard, self.names, self.out)
    }

    fn exact(&mut self, name: &str, value: &Node<'_>) -> Done {
        extension::exact(name, value, self.names, self.out)
    }

    fn word(&mut self, name: &str, words: &Vocabulary, node: &Node<'_>) -> Done {
        let text = self.spelt(words, node.as_str().unwrap_or_default());
        self.out.leaf(name, &text)
    }

    /// A bare word as the URI that was asked for; any other text as it is.
    fn spelt(&self, words: &Vocabulary, text: &str) -> String {
        let word = text.trim();
        match (words.has_word(word), self.cbv) {
            (false, _) => text.to_owned(),
            (true, CbvFormat::Urn) => words.urn(word).unwrap_or_else(|| text.to_owned()),
            (true, CbvFormat::WebUri) => words.uri(word, &Prefixes::default()).into_owned(),
        }
    }

    fn leaf(&mut self, name: &str, node: &Node<'_>) -> Done {
        self.out.leaf(name, node.as_str().unwrap_or(node.raw))
    }

    fn leaf_of(&mut self, node: &Node<'_>, name: &str) -> Done {
        present(node, name).map_or(Ok(()), |value| self.leaf(name, value))
    }
}

/// A member that is there and not `null`.
fn present<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    node.get(name).filter(|value| value.value != Json::Null)
}

fn text<'n>(node: &'n Node<'_>, name: &str) -> Option<&'n str> {
    node.get(name).and_then(Node::as_str)
}

/// A value, or the values of a list.
fn items<'n, 'a>(node: &'n Node<'a>) -> &'n [Node<'a>] {
    if node.is_array() { node.elements() } else { std::slice::from_ref(node) }
}

/// Whether a member has the shape that the XSD has a place for.
fn is_usual(field: Field, node: &Node<'_>) -> bool {
    let is_text = |node: &Node<'_>| node.as_str().is_some();
    match field {
        Field::Text | Field::Word(_) => is_text(node),
        Field::Texts => {
            !(node.is_array() && node.elements().is_empty()) && items(node).iter().all(is_text)
        }
        Field::Typed(name, _) => node.elements().iter().all(|item| {
            let mut members = item.members().iter();
            text(item, name).is_some()
                && members
                    .all(|(member, value)| (member == name || member == "type") && is_text(value))
        }),
        Field::Place => text(node, "id").is_some(),
        Field::Quantities => node.elements().iter().all(|item| {
            let uom = present(item, "uom");
            text(item, "epcClass").is_some() && uom.is_none_or(is_text)
        }),
        Field::Ids(_) | Field::Sensors => node.is_array(),
        Field::Persistent | Field::Declaration | Field::Ilmd => node.is_object(),
    }
}
