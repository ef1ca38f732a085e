//! EPCIS XML to JSON-LD.

mod event;
mod extension;
mod master_data;
mod names;
mod rigour;
mod sensor;

use std::ops::Range;

use crate::fault::{FaultyXmlEvent, Found, XmlFault, XmlFaultCode as Code};
use crate::place::{Place, places_of};
use crate::schema::epcis_version;
use crate::tree::{self, Element};
use crate::value::{Members, Node, Value};
use names::Names;
use rigour::{Judge, Rigour};

/// The JSON-LD context of the standard.
const GS1_CONTEXT: &str = "https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld";

/// Where the reference program of the event hash looks for what it is to leave out.
const IGNORE_NS: &str = "https://repository-x.example.com/";

/// What an XML document says, as a JSON-LD document.
#[derive(Debug)]
pub struct JsonView {
    /// The JSON-LD document, an `EPCISDocument`, an `EPCISQueryDocument` or a bare event.
    pub json: String,
    /// The bytes of each event in the XML, in the order of the JSON.
    pub events: Vec<Range<usize>>,
    /// The XML is a document of EPCIS 1.x.
    pub is_epcis_1: bool,
    /// Members that the document asks the reference program of the event hash to leave out, by
    /// namespace and local name. The ledger's own form of the hash leaves out nothing.
    pub ignored: Vec<(String, String)>,
    /// Events that are wrong in form, where events are judged one by one; in order.
    pub faulty: Vec<FaultyXmlEvent>,
    root: Node,
}

impl JsonView {
    /// The places in `xml`, from which this view was read, of values at JSON pointers (RFC 6901).
    /// Of a value that is absent, that of the innermost one that should have held it.
    #[must_use]
    pub fn places<'p>(&self, xml: &str, pointers: impl IntoIterator<Item = &'p str>) -> Vec<Place> {
        let tree = tree::parse(xml).ok();
        let bytes: Vec<usize> =
            pointers.into_iter().map(|pointer| self.root.place(pointer)).collect();
        places_of(xml, &bytes, tree.as_ref())
    }
}

/// Reads an EPCIS XML document: EPCIS 2.0, or 1.x, whose `extension` wrappers are dropped.
///
/// What it says is for [`laiqu_epcis::Document::parse`] to check; here only the form is judged.
///
/// # Errors
/// The first fault, with its place. Document types, entities and anything external are refused.
pub fn read_xml(text: &str) -> Result<JsonView, XmlFault> {
    read(text, Rigour::First)
}

/// Likewise, but judges events one by one: those that are wrong in form keep their place, as what
/// could be read of them, and are named beside it.
///
/// # Errors
/// The first fault of the document around the events.
pub fn read_xml_each(text: &str) -> Result<JsonView, XmlFault> {
    read(text, Rigour::Each)
}

/// Reads a document that a ledger took, without judging its form: what came after it was taken can
/// forbid it nothing.
///
/// # Errors
/// Where it is no EPCIS document at all.
pub fn read_xml_stored(text: &str) -> Result<JsonView, XmlFault> {
    read(text, Rigour::Nothing)
}

fn read(text: &str, rigour: Rigour) -> Result<JsonView, XmlFault> {
    let tree = tree::parse(text).map_err(|found| placed(text, found, None))?;
    let mut reader = Reader { names: Names::default(), ordered: true, judge: Judge::new(rigour) };
    let read = read_document(&mut reader, &tree);
    let (root, events) = read.map_err(|found| placed(text, found, Some(&tree)))?;
    let mut json = String::with_capacity(text.len());
    root.write(&mut json);
    let faulty = reader.judge.faulty(text, &tree);
    let (is_epcis_1, ignored) = (is_of_version(&tree, "1"), ignored(&tree));
    Ok(JsonView { json, events, is_epcis_1, ignored, faulty, root })
}

/// The byte ranges of the events of an EPCIS XML document, in document order, whatever is in
/// them; none where it holds master data only. `None` where it is no such document.
#[must_use]
pub fn event_ranges(text: &str) -> Option<Vec<Range<usize>>> {
    let tree = tree::parse(text).ok()?;
    if is_event(&tree) {
        return Some(vec![tree.range]);
    }
    let shape = Shape::of(&tree).ok()?;
    let mut ranges = Vec::new();
    if let Some(list) = shape.events {
        let each = &mut |event: &Element<'_>| {
            ranges.push(event.range.clone());
            Ok(())
        };
        for_events(list, each).ok()?;
    }
    Some(ranges)
}

fn placed(text: &str, found: Found, tree: Option<&Element<'_>>) -> XmlFault {
    let place = places_of(text, &[found.at], tree).into_iter().next().unwrap_or_default();
    XmlFault { code: found.code, place, detail: found.detail }
}

/// What stands in `ignoreFields` right in the document.
fn ignored(root: &Element<'_>) -> Vec<(String, String)> {
    let list = root
        .children
        .iter()
        .find(|part| part.local == "ignoreFields" && part.namespace.as_deref() == Some(IGNORE_NS));
    let fields = list.map(|list| list.children.as_slice()).unwrap_or_default().iter();
    let named = fields.map(|field| {
        (field.namespace.as_deref().unwrap_or_default().to_owned(), field.local.to_owned())
    });
    named.collect()
}

/// Whether a document's namespace is of this major version of EPCIS.
fn is_of_version(root: &Element<'_>, version: &str) -> bool {
    root.namespace.as_deref().and_then(epcis_version) == Some(version)
}

fn is_epcis(element: &Element<'_>) -> bool {
    element.namespace.as_deref().is_none_or(|uri| epcis_version(uri).is_some())
}

fn is_event(element: &Element<'_>) -> bool {
    is_epcis(element) && element.local.ends_with("Event")
}

fn child<'e, 'a>(element: &'e Element<'a>, local: &str) -> Option<&'e Element<'a>> {
    element.children.iter().find(|child| is_epcis(child) && child.local == local)
}

fn unknown(element: &Element<'_>, inside: &str) -> Found {
    let detail = format!("<{}> cannot stand in {inside}", element.name);
    Found::new(Code::Element, element.range.start, detail)
}

/// The parts of a document around its events.
struct Shape<'e, 'a> {
    kind: &'static str,
    /// Elements from the root to what holds the events: their prefixes are the document's.
    around: Vec<&'e Element<'a>>,
    events: Option<&'e Element<'a>>,
    /// `VocabularyList`s, of the header and of the results.
    master_data: Vec<&'e Element<'a>>,
    /// `QueryResults`
    results: Option<&'e Element<'a>>,
}

impl<'e, 'a> Shape<'e, 'a> {
    fn of(root: &'e Element<'a>) -> Result<Self, Found> {
        let at = root.range.start;
        let version = root.namespace.as_deref().and_then(epcis_version).unwrap_or_default();
        let kind = match root.local {
            "EPCISDocument" | "EPCISMasterDataDocument" => "EPCISDocument",
            "EPCISQueryDocument" => "EPCISQueryDocument",
            _ => {
                let detail = format!("<{}> is neither an EPCIS document nor an event", root.name);
                return Err(Found::new(Code::Document, at, detail));
            }
        };
        let stated = root.attribute(None, "schemaVersion").unwrap_or(version);
        // The namespace decides; documents of 1.x are about that state another version.
        let known = matches!(stated.trim().split('.').next(), Some("0" | "1" | "2"));
        if !matches!(version, "1" | "2") || !known {
            let uri = root.namespace.as_deref().unwrap_or_default();
            let detail = format!("namespace {uri:?} with schemaVersion {stated:?} is no EPCIS");
            return Err(Found::new(Code::Document, at, detail));
        }
        for part in &root.children {
            if is_epcis(part) && !matches!(part.local, "EPCISHeader" | "EPCISBody" | "extension") {
                return Err(unknown(part, "a document"));
            }
        }
        let Some(body) = child(root, "EPCISBody") else {
            return Err(Found::new(Code::Document, at, "a document needs an EPCISBody"));
        };
        let header = child(root, "EPCISHeader").map(|header| {
            let header = child(header, "extension").unwrap_or(header);
            child(header, "EPCISMasterData").unwrap_or(header)
        });
        let mut shape = Self {
            kind,
            around: vec![root, body],
            events: None,
            master_data: Vec::new(),
            results: None,
        };
        shape.master_data.extend(header.and_then(|header| child(header, "VocabularyList")));
        let mut holder = body;
        if kind == "EPCISQueryDocument" {
            let Some(results) = child(body, "QueryResults") else {
                let detail = "an EPCISQueryDocument needs QueryResults; it asks or answers else";
                return Err(Found::new(Code::Document, body.range.start, detail));
            };
            let Some(inner) = child(results, "resultsBody") else {
                let detail = "QueryResults need a resultsBody";
                return Err(Found::new(Code::Document, results.range.start, detail));
            };
            shape.around.extend([results, inner]);
            shape.results = Some(results);
            holder = inner;
        }
        shape.events = child(holder, "EventList");
        shape.around.extend(shape.events);
        shape.master_data.extend(child(holder, "VocabularyList"));
        if shape.events.is_none() && shape.master_data.is_empty() {
            let detail = "no EventList";
            return Err(Found::new(Code::Document, holder.range.start, detail));
        }
        Ok(shape)
    }
}

/// Calls `each` for every element of an `EventList`, those in `extension` wrappers too: each stands
/// for an event, whether or not it is one.
fn for_events<'e, 'a>(
    list: &'e Element<'a>,
    each: &mut impl FnMut(&'e Element<'a>) -> Result<(), Found>,
) -> Result<(), Found> {
    for child in &list.children {
        if is_epcis(child) && child.local == "extension" {
            for_events(child, each)?;
        } else {
            each(child)?;
        }
    }
    Ok(())
}

/// Reads with the names of one document.
struct Reader<'a> {
    names: Names<'a>,
    /// The order of EPCIS 2.0 is required.
    ordered: bool,
    judge: Judge,
}

fn read_document<'a>(
    reader: &mut Reader<'a>,
    root: &'a Element<'a>,
) -> Result<(Node, Vec<Range<usize>>), Found> {
    if is_event(root) {
        let event = reader.judged_event(root, Some(GS1_CONTEXT))?;
        return Ok((event, vec![root.range.clone()]));
    }
    let shape = Shape::of(root)?;
    reader.ordered = is_of_version(root, "2");
    for element in &shape.around {
        reader.names.of_document(element)?;
    }
    let mut vocabularies = Vec::new();
    for list in &shape.master_data {
        reader.vocabulary_list(list, &mut vocabularies)?;
    }
    let mut ranges = Vec::new();
    let mut events = Vec::new();
    if let Some(list) = shape.events {
        for_events(list, &mut |event| {
            ranges.push(event.range.clone());
            events.push(reader.judged_event(event, None)?);
            Ok(())
        })?;
    }
    let at = root.range.start;
    let list_at = shape.events.map_or(at, |list| list.range.start);
    let mut body = Members::default();
    let mut list = Members::default();
    list.push("eventList".to_owned(), Node::new(list_at, Value::List(events)));
    match shape.results {
        None => body = list,
        Some(results) => body.push("queryResults".to_owned(), reader.results(results, list)?),
    }
    let mut members = Members::default();
    let mut context = vec![Node::text(at, GS1_CONTEXT)];
    context.extend(reader.names.outer_context(at));
    members.push("@context".to_owned(), Node::new(at, Value::List(context)));
    members.push("type".to_owned(), Node::text(at, shape.kind));
    members.push("schemaVersion".to_owned(), Node::text(at, "2.0"));
    if let Some(date) = root.attribute(None, "creationDate") {
        members.push("creationDate".to_owned(), Node::text(at, date.trim()));
    }
    if !vocabularies.is_empty() {
        let list = Node::new(at, Value::List(vocabularies));
        members.push("epcisHeader".to_owned(), master_data::header(list));
    }
    members.push("epcisBody".to_owned(), body.into_node(list_at));
    Ok((members.into_node(at), ranges))
}

impl<'a> Reader<'a> {
    /// `queryResults`, with the events in their `resultsBody`.
    fn results(&mut self, results: &'a Element<'a>, list: Members) -> Result<Node, Found> {
        let mut members = Members::default();
        for name in ["queryName", "subscriptionID"] {
            if let Some(element) = child(results, name) {
                members.push(name.to_owned(), self.leaf(element, &[])?);
            }
        }
        members.push("resultsBody".to_owned(), list.into_node(results.range.start));
        Ok(members.into_node(results.range.start))
    }
}

#[cfg(test)]
mod tests;
