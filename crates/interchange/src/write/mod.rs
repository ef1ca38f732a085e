//! EPCIS JSON-LD to EPCIS XML 2.0.
//!
//! What the XSD has a place for goes there. A member that XML cannot name, or a standard member of
//! an unusual shape, becomes a `form:member`, so that reading the XML gives the same event.

mod event;
mod extension;
mod names;
mod sink;

use laiqu_epcis::json::{self, Node};
use laiqu_epcis::{Document, DocumentKind, Event, Fault, Limits, MasterData, type_name};

use crate::schema::{EPCIS_NS, FORM_NS, QUERY_NS, XSD_NS, XSI_NS};
use names::Names;
use sink::Sink;

/// How words of the Core Business Vocabulary are written (`GS1-CBV-XML-Format`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CbvFormat {
    /// `https://ref.gs1.org/cbv/BizStep-shipping`
    #[default]
    WebUri,
    /// `urn:epcglobal:cbv:bizstep:shipping`, where there is such a URN.
    Urn,
}

/// Why a document was not written as XML.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum WriteFault {
    /// The JSON is no EPCIS document; at least one fault.
    #[error("{}", .0.first().map_or_else(String::new, ToString::to_string))]
    Document(Vec<Fault>),
    /// XML 1.0 cannot say it: a control character, or a prefix that is no XML name.
    #[error("{detail} (in event {event} of the document)")]
    NotInXml {
        /// Which event, from 0.
        event: usize,
        /// What, for a person.
        detail: String,
    },
}

/// Writes a JSON or JSON-LD document as EPCIS XML 2.0, each event with its event hash.
///
/// # Errors
/// Where the text is no EPCIS document, or says what no XML can.
pub fn write_xml(text: &str, cbv: CbvFormat) -> Result<String, WriteFault> {
    let limits = Limits { bytes_max: usize::MAX, events_max: usize::MAX };
    // What a ledger once took is written, whatever is asked of new events.
    let (document, faulty) = Document::parse_each(text, &limits).map_err(WriteFault::Document)?;
    if !document.events.iter().all(Event::is_readable) {
        let faults = faulty.into_iter().flat_map(|event| event.faults).collect();
        return Err(WriteFault::Document(faults));
    }
    let root = json::parse(text).map_err(|fault| WriteFault::Document(vec![fault]))?;
    let mut out = Sink::new(text.len() * 2);
    let write = write_document(&document, &root, cbv, &mut out);
    write.map_err(|(event, detail)| WriteFault::NotInXml { event, detail })?;
    Ok(out.into_text())
}

type Failed = (usize, String);

fn write_document(
    document: &Document<'_>,
    root: &Node<'_>,
    cbv: CbvFormat,
    out: &mut Sink,
) -> Result<(), Failed> {
    let head = |detail| (0, detail);
    match document.kind {
        DocumentKind::BareEvent => return events(document, cbv, out, true),
        DocumentKind::Capture => {
            open_root(document, "epcis:EPCISDocument", ("xmlns:epcis", EPCIS_NS), out)
                .map_err(head)?;
            header(document, out).map_err(head)?;
            out.open("EPCISBody");
            event_list(document, cbv, out)?;
            out.close("EPCISBody");
            out.close("epcis:EPCISDocument");
        }
        DocumentKind::Query => {
            open_root(document, "epcisq:EPCISQueryDocument", ("xmlns:epcisq", QUERY_NS), out)
                .map_err(head)?;
            header(document, out).map_err(head)?;
            out.open("EPCISBody");
            out.open("epcisq:QueryResults");
            let results = root.get("epcisBody").and_then(|body| body.get("queryResults"));
            for name in ["queryName", "subscriptionID"] {
                let text = results.and_then(|results| results.get(name)).and_then(Node::as_str);
                if let Some(text) = text {
                    out.leaf(name, text).map_err(head)?;
                }
            }
            out.open("resultsBody");
            event_list(document, cbv, out)?;
            out.close("resultsBody");
            out.close("epcisq:QueryResults");
            out.close("EPCISBody");
            out.close("epcisq:EPCISQueryDocument");
        }
    }
    Ok(())
}

fn open_root(
    document: &Document<'_>,
    name: &str,
    (xmlns, namespace): (&str, &str),
    out: &mut Sink,
) -> Result<(), String> {
    out.start(name);
    out.attribute(xmlns, namespace)?;
    out.attribute("xmlns:xsi", XSI_NS)?;
    out.attribute("xmlns:xsd", XSD_NS)?;
    out.attribute("xmlns:form", FORM_NS)?;
    out.attribute("schemaVersion", "2.0")?;
    if let Some(date) = &document.creation_date {
        out.attribute("creationDate", date)?;
    }
    out.inside();
    Ok(())
}

/// The header, where there is master data.
fn header(document: &Document<'_>, out: &mut Sink) -> Result<(), String> {
    if document.master_data.is_empty() {
        return Ok(());
    }
    let around = ["EPCISHeader", "extension", "EPCISMasterData"];
    around.iter().for_each(|name| out.open(name));
    vocabularies(&document.master_data, out)?;
    around.iter().rev().for_each(|name| out.close(name));
    Ok(())
}

fn event_list(document: &Document<'_>, cbv: CbvFormat, out: &mut Sink) -> Result<(), Failed> {
    out.open("EventList");
    events(document, cbv, out, false)?;
    out.close("EventList");
    Ok(())
}

fn events(
    document: &Document<'_>,
    cbv: CbvFormat,
    out: &mut Sink,
    bare: bool,
) -> Result<(), Failed> {
    for (at, event) in document.events.iter().enumerate() {
        let failed = |detail| (at, detail);
        let names = Names::of(event).map_err(failed)?;
        let name = type_name(event.event_type());
        out.start(name);
        if bare {
            for (xmlns, uri) in [("xsi", XSI_NS), ("xsd", XSD_NS), ("form", FORM_NS)] {
                if !names.declares(xmlns) {
                    out.attribute(&format!("xmlns:{xmlns}"), uri).map_err(failed)?;
                }
            }
        }
        names.write(out).map_err(failed)?;
        out.inside();
        let mut writer = event::Writer { names: &names, cbv, out };
        writer.event(event.node(), name).map_err(failed)?;
        out.close(name);
    }
    Ok(())
}

/// A `VocabularyList`; elements of one vocabulary that follow each other stand together.
fn vocabularies(list: &[MasterData<'_>], out: &mut Sink) -> Result<(), String> {
    out.open("VocabularyList");
    for group in list.chunk_by(|a, b| a.vocabulary == b.vocabulary) {
        out.start("Vocabulary");
        if let Some(first) = group.first() {
            out.attribute("type", &first.vocabulary)?;
        }
        out.inside();
        out.open("VocabularyElementList");
        for element in group {
            vocabulary_element(element, out)?;
        }
        out.close("VocabularyElementList");
        out.close("Vocabulary");
    }
    out.close("VocabularyList");
    Ok(())
}

fn vocabulary_element(element: &MasterData<'_>, out: &mut Sink) -> Result<(), String> {
    out.start("VocabularyElement");
    out.attribute("id", &element.id)?;
    out.inside();
    for (id, value) in &element.attributes {
        let values = if value.is_array() { value.elements() } else { std::slice::from_ref(value) };
        for value in values {
            out.start("attribute");
            out.attribute("id", id)?;
            extension::value(value, &Names::default(), out)?;
            out.close("attribute");
        }
    }
    if let Some(children) = &element.children {
        out.open("children");
        for child in children {
            out.leaf("id", child)?;
        }
        out.close("children");
    }
    out.close("VocabularyElement");
    Ok(())
}

#[cfg(test)]
mod tests;
