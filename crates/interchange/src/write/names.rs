//! Which prefixes an event needs in XML.

use std::collections::{BTreeMap, HashSet};

use laiqu_epcis::json::{Json, Node};
use laiqu_epcis::{Event, Prefixes};

use super::sink::Sink;
use crate::schema::{EPCIS_NS, XML_NS, XMLNS_NS, epcis_version, is_name, is_syntax};

/// Prefixes that the root of a document binds for us.
static TAKEN: [&str; 3] = ["xsi", "xsd", "form"];

/// The prefixes of one event.
#[derive(Default)]
pub(super) struct Names {
    /// Those that the JSON declares and the event uses.
    declared: BTreeMap<String, String>,
    /// Those that its names use and that go without saying in JSON.
    implied: BTreeMap<String, String>,
}

impl Names {
    pub(super) fn of(event: &Event<'_>) -> Result<Self, String> {
        let mut used = Used::default();
        used.collect(event.node());
        let mut names = Self::default();
        for (prefix, uri) in event.prefixes().declared() {
            if used.all.remove(prefix) {
                names.declared.insert(prefix.to_owned(), uri.to_owned());
            }
        }
        for (prefix, uri) in &names.declared {
            check(prefix, uri, used.in_names.contains(prefix.as_str()))?;
        }
        for prefix in used.in_names.intersection(&used.all) {
            let known = Prefixes::default().namespace(prefix).map(str::to_owned);
            if let Some(uri) = known.filter(|_| !TAKEN.contains(prefix)) {
                names.implied.insert((*prefix).to_owned(), uri);
            }
        }
        Ok(names)
    }

    /// Whether an element or attribute may have this prefix.
    pub(super) fn has(&self, prefix: &str) -> bool {
        self.declared.contains_key(prefix) || self.implied.contains_key(prefix)
    }

    /// The namespace of a prefix that the event uses.
    pub(super) fn uri(&self, prefix: &str) -> Option<&str> {
        self.declared.get(prefix).or_else(|| self.implied.get(prefix)).map(String::as_str)
    }

    /// Whether the event itself declares this prefix.
    pub(super) fn declares(&self, prefix: &str) -> bool {
        self.declared.contains_key(prefix)
    }

    /// Writes the declarations as attributes.
    pub(super) fn write(&self, out: &mut Sink) -> Result<(), String> {
        for (prefix, uri) in self.declared.iter().chain(&self.implied) {
            out.attribute(&format!("xmlns:{prefix}"), uri)?;
        }
        let join = |names: Vec<&str>| (!names.is_empty()).then(|| names.join(" "));
        if let Some(list) = join(self.implied.keys().map(String::as_str).collect()) {
            out.attribute("form:undeclared", &list)?;
        }
        let syntax = self.declared.iter().filter(|(_, uri)| is_syntax(uri));
        if let Some(list) = join(syntax.map(|(prefix, _)| prefix.as_str()).collect()) {
            out.attribute("form:declared", &list)?;
        }
        Ok(())
    }
}

/// Whether XML lets a prefix stand for this, and our own prefixes keep their meaning. An element in
/// a namespace of EPCIS, of whatever version, would be read as one of the standard's own.
fn check(prefix: &str, uri: &str, in_names: bool) -> Result<(), String> {
    let reserved = matches!(prefix, "xml" | "xmlns") || [XML_NS, XMLNS_NS].contains(&uri);
    let ours = TAKEN.contains(&prefix) && !(is_syntax(uri) && prefix != "form");
    let standard = uri == EPCIS_NS || in_names && epcis_version(uri).is_some();
    if is_name(prefix) && !uri.is_empty() && !reserved && !ours && !standard {
        return Ok(());
    }
    Err(format!("the prefix {prefix:?} for {uri:?} cannot be declared in XML"))
}

/// Prefixes that names and texts of an event start with, and terms.
#[derive(Default)]
struct Used<'n> {
    all: HashSet<&'n str>,
    in_names: HashSet<&'n str>,
}

impl<'n> Used<'n> {
    fn collect(&mut self, node: &'n Node<'_>) {
        match &node.value {
            Json::Null | Json::Bool(_) | Json::Number(_) => {}
            Json::String(text) => {
                let text = text.trim();
                self.all.extend(text.split_once(':').map(|(prefix, _)| prefix));
            }
            Json::Array(list) => list.iter().for_each(|item| self.collect(item)),
            Json::Object(members) => {
                for (name, value) in members.iter().filter(|(name, _)| name != "@context") {
                    let prefix = name.split_once(':').map_or(name.as_ref(), |(prefix, _)| prefix);
                    self.all.insert(prefix);
                    if prefix.len() < name.len() {
                        self.in_names.insert(prefix);
                    }
                    self.collect(value);
                }
            }
        }
    }
}
