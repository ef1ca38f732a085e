//! `@context`: which prefix stands for which namespace. No context is ever fetched.

use std::borrow::Cow;
use std::sync::Arc;

use crate::cut::cut;
use crate::json::{Json, Node};
use crate::vocabulary::{CBV, GS1, LAIQU};

/// Prefixes that need no declaration (the EPCIS 2.0 context, and ours).
static BUILT_IN: [(&str, &str); 9] = [
    ("cbv", CBV),
    ("cbvmda", "urn:epcglobal:cbv:mda:"),
    ("dcterms", "http://purl.org/dc/terms/"),
    ("epcis", "https://ref.gs1.org/epcis/"),
    ("gs1", GS1),
    ("laiqu", LAIQU),
    ("owl", "http://www.w3.org/2002/07/owl#"),
    ("rdfs", "http://www.w3.org/2000/01/rdf-schema#"),
    ("xsd", "http://www.w3.org/2001/XMLSchema#"),
];

/// The prefix table in force at some place of a document.
///
/// What a document declares wins over what is built in, the inner over the outer.
#[derive(Clone, Debug, Default)]
pub struct Prefixes<'a> {
    /// Prefix or term, and its namespace or URI, innermost last.
    declared: Arc<[(Cow<'a, str>, Cow<'a, str>)]>,
    /// A term may be defined where we cannot see it: `@vocab`, or a context of someone else.
    opaque: bool,
}

impl<'a> Prefixes<'a> {
    /// The table inside an object that has this `@context`.
    pub(crate) fn extended(&self, context: &Node<'a>) -> Self {
        let mut declared = self.declared.to_vec();
        let mut opaque = self.opaque;
        match &context.value {
            Json::Array(list) => {
                list.iter().for_each(|part| opaque |= declare(part, &mut declared));
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => {
                opaque |= declare(context, &mut declared);
            }
        }
        Self { declared: declared.into(), opaque }
    }

    /// The table that declares these prefixes.
    pub fn declaring<'p>(pairs: impl IntoIterator<Item = (&'p str, &'p str)>) -> Prefixes<'static> {
        let owned = |text: &str| Cow::Owned(text.to_owned());
        let declared = pairs.into_iter().map(|(name, uri)| (owned(name), owned(uri)));
        Prefixes { declared: declared.collect(), opaque: false }
    }

    /// Every declared prefix or term with what it stands for, innermost first. One that is declared
    /// again further inside comes more than once: the first counts.
    pub fn declared(&self) -> impl Iterator<Item = (&str, &str)> {
        self.declared.iter().rev().map(|(name, uri)| (name.as_ref(), uri.as_ref()))
    }

    /// The namespace of a prefix.
    #[must_use]
    pub fn namespace(&self, prefix: &str) -> Option<&str> {
        let declared = self.declared.iter().rev().find(|(name, _)| name == prefix);
        declared.map(|(_, namespace)| namespace.as_ref()).or_else(|| {
            BUILT_IN.iter().find(|(name, _)| *name == prefix).map(|(_, namespace)| *namespace)
        })
    }

    /// Expands a compact URI (`cbv:BizStep-shipping`); anything else is borrowed unchanged.
    #[must_use]
    pub fn expand<'t>(&self, term: &'t str) -> Cow<'t, str> {
        match self.split(term) {
            Some((namespace, local)) => Cow::Owned([namespace, local].concat()),
            None => Cow::Borrowed(term),
        }
    }

    /// Namespace and local part of a compact URI with a known prefix.
    pub(crate) fn split<'t>(&self, term: &'t str) -> Option<(&str, &'t str)> {
        let (prefix, local) = cut(term, b':')?;
        if local.starts_with("//") {
            return None;
        }
        Some((self.namespace(prefix)?, local))
    }

    /// As [`Self::split`], but only with prefixes that the document itself declares. The event hash
    /// reads extensions so: it takes no prefix for granted there, not even `gs1` or `cbvmda`.
    pub(crate) fn split_declared<'t>(&self, term: &'t str) -> Option<(&str, &'t str)> {
        let (prefix, local) = cut(term, b':')?;
        if local.starts_with("//") {
            return None;
        }
        let declared = self.declared.iter().rev().find(|(name, _)| name == prefix);
        declared.map(|(_, namespace)| (namespace.as_ref(), local))
    }

    /// Whether a member name without a namespace may have been defined by a context.
    pub(crate) fn may_define(&self, term: &str) -> bool {
        self.opaque || self.declared.iter().any(|(name, _)| name == term)
    }
}

/// Adds what one part of a context declares; says whether it may define terms unseen.
fn declare<'a>(part: &Node<'a>, declared: &mut Vec<(Cow<'a, str>, Cow<'a, str>)>) -> bool {
    if let Some(url) = part.as_str() {
        let known = url.contains("ref.gs1.org/") || url.contains("gs1.github.io/");
        return !known;
    }
    let mut opaque = false;
    for (name, value) in part.members() {
        opaque |= name == "@vocab";
        let uri = value.as_cow().or_else(|| value.get("@id").and_then(Node::as_cow));
        if let Some(uri) = uri.filter(|_| !name.starts_with('@')) {
            declared.push((name.clone(), uri));
        }
    }
    opaque
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::json::parse;

    #[test]
    fn contexts_of_all_shapes_nest() {
        let outer = parse(
            r#"["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld",
                {"ex": "https://ns.example/a/"}, {}, {"t": {"@id": "https://ns.example/t"}}]"#,
        )
        .unwrap();
        let outer = Prefixes::default().extended(&outer);
        assert_eq!(outer.expand("ex:one"), "https://ns.example/a/one");
        assert_eq!(outer.expand("gs1:Temperature"), "https://gs1.org/voc/Temperature");
        assert_eq!(outer.expand("laiqu:hazard"), "https://laiqu.example/vocab/hazard");
        assert_eq!(outer.expand("https://x.example/y"), "https://x.example/y");
        assert_eq!(outer.expand("urn:x:y"), "urn:x:y");
        assert!(outer.may_define("t") && !outer.may_define("other"));
        let inner = parse(r#"{"ex": "urn:other:", "cbvmda": "urn:epcglobal:cbv:mda"}"#).unwrap();
        let inner = outer.extended(&inner);
        assert_eq!(inner.expand("ex:one"), "urn:other:one");
        assert_eq!(inner.namespace("cbvmda"), Some("urn:epcglobal:cbv:mda"));
        assert_eq!(outer.expand("ex:one"), "https://ns.example/a/one");
    }

    #[test]
    fn unknown_contexts_are_not_fetched_but_may_define_terms() {
        let context = parse(r#""https://vocab.example/context.jsonld""#).unwrap();
        assert!(Prefixes::default().extended(&context).may_define("anything"));
    }
}
