//! What is wrong with an XML document, and where.

use crate::place::Place;

/// The sort of a fault: stable words for programs, see [`XmlFaultCode::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum XmlFaultCode {
    /// The text is not well-formed XML 1.0, or not UTF-8 by its own declaration.
    Xml,
    /// A document type declaration; none is read, so that nothing can be expanded or fetched.
    Doctype,
    /// An entity other than the five that XML itself has.
    Entity,
    /// Deeper nesting than the limit.
    Depth,
    /// More declarations, attributes or bytes than the limit.
    Limit,
    /// A prefix without a namespace.
    Namespace,
    /// Not a kind of document that EPCIS knows.
    Document,
    /// An element that cannot stand there.
    Element,
    /// An element that must stand before the one that it follows.
    Order,
}

impl XmlFaultCode {
    /// The stable name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Xml => "not-xml",
            Self::Doctype => "doctype-refused",
            Self::Entity => "entity-refused",
            Self::Depth => "too-deep",
            Self::Limit => "over-limit",
            Self::Namespace => "unknown-namespace",
            Self::Document => "not-a-document",
            Self::Element => "unknown-element",
            Self::Order => "wrong-order",
        }
    }

    /// Whether the text could not be read as XML at all, whatever it means.
    #[must_use]
    pub fn is_of_reader(self) -> bool {
        !matches!(self, Self::Document | Self::Element | Self::Order)
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail} ({place})")]
pub struct XmlFault {
    /// Its sort.
    pub code: XmlFaultCode,
    /// Where in the XML.
    pub place: Place,
    /// What, for a person: lower case, no full stop.
    pub detail: String,
}

/// An event that is wrong in form, in a document whose events are judged one by one.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FaultyXmlEvent {
    /// Its place in the document (0-based).
    pub ordinal: u32,
    /// What is wrong with it, at most [`laiqu_epcis::EVENT_FAULTS_MAX`].
    pub faults: Vec<XmlFault>,
}

/// A fault before its byte offset is turned into a place.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) code: XmlFaultCode,
    pub(crate) at: usize,
    pub(crate) detail: String,
}

impl Found {
    pub(crate) fn new(code: XmlFaultCode, at: usize, detail: impl Into<String>) -> Self {
        Self { code, at, detail: detail.into() }
    }
}
