//! Namespaces of XML as prefixes of a JSON-LD context.
//!
//! A JSON document has one table, and each event may add to it; XML binds prefixes anywhere. A
//! prefix that means two things in one place of the JSON gets a second name.

use std::borrow::Cow;
use std::sync::Arc;

use laiqu_epcis::Prefixes;

use crate::fault::{Found, XmlFaultCode as Code};
use crate::schema::{FORM_NS, is_syntax};
use crate::tree::Element;
use crate::value::{Node, Value};

/// Most prefixes that one event adds.
const OWN_MAX: usize = 256;
/// Most prefixes that `form:declared` or `form:undeclared` names.
const WORDS_MAX: usize = 256;

type Binding = (String, Arc<str>);

/// The tables in force.
#[derive(Default)]
pub(super) struct Names<'a> {
    /// Those of the document.
    outer: Vec<Binding>,
    /// Those of the present event.
    own: Vec<Binding>,
    /// Prefixes of the XML that have another name in the JSON.
    renamed: Vec<(&'a str, Arc<str>, String)>,
    /// How many of these are the document's; the others are the present event's.
    renamed_outer: usize,
    /// What the XML has in force at this place.
    scope: Vec<(&'a str, Arc<str>)>,
    /// Prefixes of the present event that its JSON did not declare.
    undeclared: Vec<&'a str>,
    /// Prefixes of syntax that its JSON did declare.
    declared: Vec<&'a str>,
}

impl<'a> Names<'a> {
    /// Takes the declarations around the events into the document's table.
    pub(super) fn of_document(&mut self, element: &Element<'a>) -> Result<(), Found> {
        self.enter(element)?;
        self.keep();
        Ok(())
    }

    /// Makes what was declared since the last event the document's.
    pub(super) fn keep(&mut self) {
        self.outer.append(&mut self.own);
        self.renamed_outer = self.renamed.len();
    }

    /// Starts an event: what it declares is its own. Returns what [`Self::leave`] needs.
    pub(super) fn start_event(&mut self, event: &'a Element<'a>) -> Result<usize, Found> {
        self.own.clear();
        self.renamed.truncate(self.renamed_outer);
        self.undeclared = words(event, "undeclared")?;
        self.declared = words(event, "declared")?;
        for prefix in &self.undeclared {
            let bound = event.declared.iter().find(|(name, _)| name == prefix);
            let known = Prefixes::default();
            let built_in = bound.is_none_or(|(_, uri)| {
                is_syntax(uri) || known.namespace(prefix) == Some(uri.as_ref())
            });
            if !built_in {
                let detail = format!("the prefix {prefix} is not one that goes without saying");
                return Err(Found::new(Code::Namespace, event.range.start, detail));
            }
        }
        self.enter(event)
    }

    /// Enters an element. Returns what [`Self::leave`] needs.
    pub(super) fn enter(&mut self, element: &Element<'a>) -> Result<usize, Found> {
        let outside = self.scope.len();
        for (prefix, uri) in &element.declared {
            self.scope.push((prefix, uri.clone()));
            let counts = if is_syntax(uri) {
                self.declared.contains(prefix)
            } else {
                !self.undeclared.contains(prefix)
            };
            let is_renamed =
                || self.renamed.iter().any(|(name, other, _)| name == prefix && other == uri);
            if !counts || self.find(prefix, uri).is_some() || is_renamed() {
                continue;
            }
            let name = self.register(prefix, uri, element.range.start)?;
            if name != **prefix {
                self.renamed.push((prefix, uri.clone(), name));
            }
        }
        Ok(outside)
    }

    /// How much is in force here, for [`Self::leave`].
    pub(super) fn depth(&self) -> usize {
        self.scope.len()
    }

    /// Leaves the element.
    pub(super) fn leave(&mut self, outside: usize) {
        self.scope.truncate(outside);
    }

    /// The JSON name of an element or attribute that has a namespace.
    pub(super) fn name(
        &mut self,
        (prefix, uri, local): (&str, &Arc<str>, &str),
        at: usize,
    ) -> Result<String, Found> {
        let implied = self.undeclared.contains(&prefix)
            && Prefixes::default().namespace(prefix) == Some(uri.as_ref());
        if implied || self.find(prefix, uri).is_some() {
            return Ok(format!("{prefix}:{local}"));
        }
        let known = self.own.iter().chain(&self.outer).find(|(_, other)| other == uri);
        let name = match known {
            Some((name, _)) => name.clone(),
            None => self.register(prefix, uri, at)?,
        };
        Ok(format!("{name}:{local}"))
    }

    /// What a prefix stands for at this place of the XML.
    pub(super) fn in_force(&self, prefix: &str) -> Option<&str> {
        let bound = self.scope.iter().rev().find(|(name, _)| *name == prefix);
        bound.map(|(_, uri)| uri.as_ref())
    }

    /// A text that may be a compact URI, with the prefix as the JSON has it.
    pub(super) fn value<'t>(&self, text: &'t str) -> Cow<'t, str> {
        if self.renamed.is_empty() {
            return Cow::Borrowed(text);
        }
        let Some((prefix, local)) = text.split_once(':') else { return Cow::Borrowed(text) };
        let Some(uri) = self.in_force(prefix) else { return Cow::Borrowed(text) };
        let renamed =
            self.renamed.iter().find(|(name, other, _)| *name == prefix && **other == *uri);
        match renamed {
            Some((_, _, name)) => Cow::Owned(format!("{name}:{local}")),
            None => Cow::Borrowed(text),
        }
    }

    /// The context that the present event adds; `None` where it adds nothing.
    pub(super) fn own_context(&self, at: usize) -> Option<Node> {
        (!self.own.is_empty()).then(|| context(&self.own, at))
    }

    /// The document's own prefixes; `None` where it has none.
    pub(super) fn outer_context(&self, at: usize) -> Option<Node> {
        (!self.outer.is_empty()).then(|| context(&self.outer, at))
    }

    fn find(&self, prefix: &str, uri: &Arc<str>) -> Option<&Binding> {
        let mut all = self.own.iter().chain(&self.outer);
        all.find(|(name, other)| name == prefix && other == uri)
    }

    /// Gives a namespace a prefix, its own if that is free.
    fn register(&mut self, prefix: &str, uri: &Arc<str>, at: usize) -> Result<String, Found> {
        if self.own.len() >= OWN_MAX {
            let detail = format!("more than {OWN_MAX} namespaces in one event");
            return Err(Found::new(Code::Limit, at, detail));
        }
        let taken = |name: &str| self.own.iter().chain(&self.outer).any(|(other, _)| other == name);
        let mut name = if prefix.is_empty() { "ns".to_owned() } else { prefix.to_owned() };
        let mut count = 1;
        while taken(&name) {
            count += 1;
            name = format!("{}{count}", if prefix.is_empty() { "ns" } else { prefix });
        }
        self.own.push((name.clone(), uri.clone()));
        Ok(name)
    }
}

/// The prefixes that an attribute of ours lists.
fn words<'a>(event: &'a Element<'a>, name: &str) -> Result<Vec<&'a str>, Found> {
    let listed = event.attribute(Some(FORM_NS), name).unwrap_or_default();
    let words: Vec<&str> = listed.split_ascii_whitespace().take(WORDS_MAX + 1).collect();
    if words.len() <= WORDS_MAX {
        return Ok(words);
    }
    let detail = format!("{name} lists more than {WORDS_MAX} prefixes");
    Err(Found::new(Code::Limit, event.range.start, detail))
}

fn context(bindings: &[Binding], at: usize) -> Node {
    let members = bindings.iter().map(|(name, uri)| (name.clone(), Node::text(at, uri)));
    Node::new(at, Value::Object(members.collect()))
}
