//! XML text to a tree of elements with their namespaces.
//!
//! The tokenizer is quick-xml; what it leaves open is decided here: no document type, no entity
//! but XML's own five, every prefix declared, one root, limits on all that nests or repeats.

use std::borrow::Cow;
use std::ops::Range;
use std::sync::Arc;

use quick_xml::XmlVersion;
use quick_xml::events::attributes::Attributes;
use quick_xml::events::{BytesDecl, BytesRef, BytesStart, Event};
use quick_xml::reader::Reader;

use crate::fault::{Found, XmlFaultCode as Code};
use crate::schema::{XML_NS, XMLNS_NS, is_name, is_xml_char};

/// Deepest nesting of elements: that of JSON, and one more, for a text is an element here.
pub(crate) const DEPTH_MAX: usize = laiqu_epcis::json::DEPTH_MAX + 1;
/// Most attributes and declarations on one element.
const ATTRIBUTES_MAX: usize = 256;
/// Most namespace declarations in force at one place.
const SCOPE_MAX: usize = 256;

/// One element.
#[derive(Debug)]
pub(crate) struct Element<'a> {
    /// As written, with its prefix.
    pub(crate) name: &'a str,
    /// Behind the prefix.
    pub(crate) local: &'a str,
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) attributes: Vec<Attribute<'a>>,
    /// Prefixes that it declares, without the default namespace.
    pub(crate) declared: Vec<(&'a str, Arc<str>)>,
    pub(crate) children: Vec<Element<'a>>,
    /// Its own text, references resolved.
    pub(crate) text: String,
    /// Its bytes, from `<` to behind the closing `>`.
    pub(crate) range: Range<usize>,
}

/// One attribute that declares nothing.
#[derive(Debug)]
pub(crate) struct Attribute<'a> {
    pub(crate) prefix: &'a str,
    pub(crate) local: &'a str,
    pub(crate) namespace: Option<Arc<str>>,
    pub(crate) value: Cow<'a, str>,
}

impl<'a> Element<'a> {
    /// The prefix of its name; empty where it has none.
    pub(crate) fn prefix(&self) -> &'a str {
        self.name.split_once(':').map_or("", |(prefix, _)| prefix)
    }

    /// The value of an attribute of a namespace.
    pub(crate) fn attribute(&self, namespace: Option<&str>, local: &str) -> Option<&str> {
        let wanted = |a: &&Attribute<'_>| a.local == local && a.namespace.as_deref() == namespace;
        self.attributes.iter().find(wanted).map(|attribute| attribute.value.as_ref())
    }
}

/// Reads a document.
pub(crate) fn parse(text: &str) -> Result<Element<'_>, Found> {
    check_chars(text)?;
    let body = text.strip_prefix('\u{feff}').unwrap_or(text);
    let mut reader = Reader::from_str(body);
    reader.config_mut().enable_all_checks(true);
    let mut builder = Builder {
        open: Vec::new(),
        scope: Vec::new(),
        root: None,
        base: text.len() - body.len(),
        at: 0,
    };
    loop {
        builder.at = builder.base + position(reader.buffer_position());
        let event = reader.read_event().map_err(|error| {
            let at = builder.base + position(reader.error_position());
            Found::new(Code::Xml, at, error.to_string())
        })?;
        let end = builder.base + position(reader.buffer_position());
        match event {
            Event::Start(start) => builder.start(&start, body)?,
            Event::Empty(start) => {
                builder.start(&start, body)?;
                builder.end(end)?;
            }
            Event::End(_) => builder.end(end)?,
            Event::Text(text) => builder.text(&text.xml10_content())?,
            Event::CData(text) => builder.text(&text.xml10_content())?,
            Event::GeneralRef(reference) => builder.reference(&reference)?,
            Event::DocType(_) => {
                let detail = "a document type declaration (<!DOCTYPE) is never read";
                return Err(Found::new(Code::Doctype, builder.at, detail));
            }
            Event::Decl(declaration) => builder.declaration(&declaration)?,
            Event::Comment(_) | Event::PI(_) => {}
            Event::Eof => break,
        }
    }
    if let Some(open) = builder.open.last() {
        let detail = format!("<{}> is never closed", open.element.name);
        return Err(Found::new(Code::Xml, open.element.range.start, detail));
    }
    builder.root.ok_or_else(|| Found::new(Code::Xml, 0, "there is no element"))
}

fn position(offset: u64) -> usize {
    usize::try_from(offset).unwrap_or(usize::MAX)
}

fn check_chars(text: &str) -> Result<(), Found> {
    match text.char_indices().find(|(_, c)| !is_xml_char(*c)) {
        None => Ok(()),
        Some((at, c)) => {
            let detail = format!("the character U+{:04X} cannot stand in XML", u32::from(c));
            Err(Found::new(Code::Xml, at, detail))
        }
    }
}

struct Builder<'a> {
    open: Vec<Open<'a>>,
    /// Prefixes in force, innermost last; the empty prefix is the default namespace.
    scope: Vec<(&'a str, Arc<str>)>,
    root: Option<Element<'a>>,
    /// Bytes before what the tokenizer sees.
    base: usize,
    /// Where the present event starts.
    at: usize,
}

struct Open<'a> {
    element: Element<'a>,
    /// Length of the scope outside it.
    scope: usize,
}

impl<'a> Builder<'a> {
    fn fault<T>(&self, code: Code, detail: impl Into<String>) -> Result<T, Found> {
        Err(Found::new(code, self.at, detail))
    }

    fn start(&mut self, start: &BytesStart<'_>, body: &'a str) -> Result<(), Found> {
        if self.root.is_some() {
            return self.fault(Code::Xml, "a document has one root element");
        }
        if self.open.len() >= DEPTH_MAX {
            return self.fault(Code::Depth, format!("more than {DEPTH_MAX} levels of elements"));
        }
        let from = self.at - self.base + 1;
        let content = body.get(from..from + start.len()).unwrap_or_default();
        let name = self.checked(content.get(..start.name().0.len()))?;
        let outside = self.scope.len();
        let Read { attributes, declared } = self.attributes(content, name)?;
        let (prefix, local) = name.split_once(':').unwrap_or(("", name));
        let namespace = self.namespace(prefix)?;
        let attributes = attributes.into_iter().map(|(prefix, local, value)| {
            let namespace = if prefix.is_empty() { None } else { self.namespace(prefix)? };
            Ok(Attribute { prefix, local, namespace, value })
        });
        let attributes: Vec<_> = attributes.collect::<Result<_, Found>>()?;
        self.unique(&attributes)?;
        let element = Element {
            name,
            local,
            namespace,
            attributes,
            declared,
            children: Vec::new(),
            text: String::new(),
            range: self.at..self.at,
        };
        self.open.push(Open { element, scope: outside });
        Ok(())
    }

    fn end(&mut self, end: usize) -> Result<(), Found> {
        let Some(Open { mut element, scope }) = self.open.pop() else {
            return self.fault(Code::Xml, "an end tag closes nothing");
        };
        self.scope.truncate(scope);
        element.range.end = end;
        match self.open.last_mut() {
            Some(parent) => parent.element.children.push(element),
            None => self.root = Some(element),
        }
        Ok(())
    }

    fn text(&mut self, text: &str) -> Result<(), Found> {
        match self.open.last_mut() {
            Some(open) => open.element.text.push_str(text),
            None if text.trim().is_empty() => {}
            None => return self.fault(Code::Xml, "text outside of the root element"),
        }
        Ok(())
    }

    fn reference(&mut self, reference: &BytesRef<'_>) -> Result<(), Found> {
        let name: &str = reference;
        let resolved = match name {
            "amp" => Some('&'),
            "lt" => Some('<'),
            "gt" => Some('>'),
            "apos" => Some('\''),
            "quot" => Some('"'),
            _ => reference.resolve_char_ref().ok().flatten().filter(|c| is_xml_char(*c)),
        };
        match resolved {
            Some(c) => self.text(c.encode_utf8(&mut [0; 4])),
            None => {
                let shown: String = name.chars().take(40).collect();
                self.fault(
                    Code::Entity,
                    format!("&{shown}; is no character; entities are not read"),
                )
            }
        }
    }

    fn declaration(&self, declaration: &BytesDecl<'_>) -> Result<(), Found> {
        if self.at != self.base {
            return self.fault(Code::Xml, "an XML declaration stands first or nowhere");
        }
        if declaration.version().ok().as_deref() != Some("1.0") {
            return self.fault(Code::Xml, "only XML 1.0 is read");
        }
        let encoding = declaration.encoding().transpose().ok().flatten();
        match encoding.as_deref() {
            None => Ok(()),
            Some(name) if ["utf-8", "us-ascii"].iter().any(|n| name.eq_ignore_ascii_case(n)) => {
                Ok(())
            }
            Some(name) => self.fault(Code::Xml, format!("encoding {name:?}; only UTF-8 is read")),
        }
    }

    /// Reads attributes; declarations go into the scope.
    fn attributes(&mut self, content: &'a str, name: &'a str) -> Result<Read<'a>, Found> {
        let mut read = Read::default();
        for (count, attribute) in Attributes::new(content, name.len()).enumerate() {
            let attribute = attribute.or_else(|e| self.fault(Code::Xml, e.to_string()))?;
            if count >= ATTRIBUTES_MAX {
                let detail = format!("more than {ATTRIBUTES_MAX} attributes on one element");
                return self.fault(Code::Limit, detail);
            }
            if attribute.value.contains('<') {
                return self.fault(Code::Xml, "an attribute value holds a <");
            }
            let key = self.checked(Some(attribute.key.0))?;
            let value = attribute
                .normalized_value(XmlVersion::Explicit1_0)
                .or_else(|e| self.fault(Code::Entity, format!("attribute {key}: {e}")))?;
            if !value.chars().all(is_xml_char) {
                return self.fault(Code::Xml, format!("attribute {key} holds no XML character"));
            }
            match key.split_once(':') {
                Some(("xmlns", prefix)) => self.declare(prefix, &value, &mut read)?,
                None if key == "xmlns" => self.declare("", &value, &mut read)?,
                Some((prefix, local)) => read.attributes.push((prefix, local, value)),
                None => read.attributes.push(("", key, value)),
            }
        }
        Ok(read)
    }

    fn declare(&mut self, prefix: &'a str, uri: &str, read: &mut Read<'a>) -> Result<(), Found> {
        if self.scope.len() >= SCOPE_MAX {
            let detail = format!("more than {SCOPE_MAX} namespace declarations in force");
            return self.fault(Code::Limit, detail);
        }
        let reserved = prefix == "xmlns" || uri == XMLNS_NS || (prefix == "xml") != (uri == XML_NS);
        if reserved || (uri.is_empty() && !prefix.is_empty()) {
            return self.fault(Code::Namespace, format!("xmlns:{prefix} cannot be {uri:?}"));
        }
        let uri: Arc<str> = uri.into();
        self.scope.push((prefix, uri.clone()));
        if !prefix.is_empty() {
            read.declared.push((prefix, uri));
        }
        Ok(())
    }

    /// The namespace that a prefix stands for here.
    fn namespace(&self, prefix: &str) -> Result<Option<Arc<str>>, Found> {
        let found = self.scope.iter().rev().find(|(name, _)| *name == prefix);
        match found {
            Some((_, uri)) => Ok((!uri.is_empty()).then(|| uri.clone())),
            None if prefix.is_empty() => Ok(None),
            None if prefix == "xml" => Ok(Some(XML_NS.into())),
            None => self.fault(Code::Namespace, format!("the prefix {prefix} is not declared")),
        }
    }

    /// Namespaces in XML 1.0, section 6.3: no two attributes of one expanded name.
    fn unique(&self, attributes: &[Attribute<'_>]) -> Result<(), Found> {
        for (at, one) in attributes.iter().enumerate().filter(|(_, a)| a.namespace.is_some()) {
            let twin = |other: &Attribute<'_>| {
                other.local == one.local && other.namespace == one.namespace
            };
            if attributes.iter().take(at).any(twin) {
                let detail = format!("attribute {}:{} stands twice", one.prefix, one.local);
                return self.fault(Code::Xml, detail);
            }
        }
        Ok(())
    }

    /// A name with at most one prefix.
    fn checked(&self, name: Option<&'a str>) -> Result<&'a str, Found> {
        let name = name.unwrap_or_default();
        let sound = match name.split_once(':') {
            Some((prefix, local)) => is_name(prefix) && is_name(local),
            None => is_name(name),
        };
        if sound { Ok(name) } else { self.fault(Code::Xml, format!("{name:?} is no name")) }
    }
}

/// Attributes of one start tag as prefix, local name and value, and what it declares.
#[derive(Default)]
struct Read<'a> {
    attributes: Vec<(&'a str, &'a str, Cow<'a, str>)>,
    declared: Vec<(&'a str, Arc<str>)>,
}
