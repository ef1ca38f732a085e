//! What is wrong with a document, and where.

use std::fmt;

/// Most faults that one document reports; checking stops behind the last one.
pub const FAULTS_MAX: usize = 100;

/// The sort of a fault: stable words for programs, see [`FaultCode::as_str`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FaultCode {
    /// The text is not JSON (RFC 8259), or holds a lone surrogate.
    Json,
    /// Deeper nesting than the limit.
    Depth,
    /// One object has two members of one name.
    DuplicateKey,
    /// A number whose decimal value does not survive IEEE 754 double precision.
    Number,
    /// More bytes or events than the limit.
    Limit,
    /// Not a kind of document that EPCIS 2.0 knows, or not built like one.
    Document,
    /// An event type that EPCIS 2.0 does not know.
    EventType,
    /// A required member is absent.
    Missing,
    /// A member has a value of the wrong JSON type or shape.
    Shape,
    /// A time or a time zone offset that is none.
    Time,
    /// A word that is neither in the vocabulary nor a URI.
    Vocabulary,
    /// No object, class, parent or transformation is named where one must be.
    Identifiers,
    /// A quantity that is no amount.
    Quantity,
}

impl FaultCode {
    /// The stable name for programs.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Json => "not-json",
            Self::Depth => "too-deep",
            Self::DuplicateKey => "duplicate-key",
            Self::Number => "number-not-exact",
            Self::Limit => "over-limit",
            Self::Document => "not-a-document",
            Self::EventType => "unknown-event-type",
            Self::Missing => "missing-member",
            Self::Shape => "wrong-shape",
            Self::Time => "bad-time",
            Self::Vocabulary => "unknown-word",
            Self::Identifiers => "no-identifier",
            Self::Quantity => "bad-quantity",
        }
    }
}

impl FaultCode {
    /// Whether the text could not be read as JSON at all, whatever it means: every fault of the
    /// reader, in contrast to those of the document's content.
    #[must_use]
    pub fn is_of_reader(self) -> bool {
        matches!(self, Self::Json | Self::Depth | Self::DuplicateKey | Self::Number)
    }
}

impl fmt::Display for FaultCode {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.as_str())
    }
}

/// One thing that is wrong.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{detail} (at {})", if .pointer.is_empty() { "the document" } else { .pointer })]
pub struct Fault {
    /// Its sort.
    pub code: FaultCode,
    /// Where: a JSON pointer (RFC 6901); empty for the whole text.
    pub pointer: String,
    /// What, for a person: lower case, no full stop.
    pub detail: String,
}

/// Faults found so far, at most [`FAULTS_MAX`].
#[derive(Debug, Default)]
pub(crate) struct Faults {
    list: Vec<Fault>,
}

impl Faults {
    pub(crate) fn push(&mut self, code: FaultCode, at: &Pointer<'_>, detail: impl Into<String>) {
        if !self.is_full() {
            self.list.push(Fault { code, pointer: at.to_string(), detail: detail.into() });
        }
    }

    pub(crate) fn is_full(&self) -> bool {
        self.list.len() >= FAULTS_MAX
    }

    pub(crate) fn len(&self) -> usize {
        self.list.len()
    }

    pub(crate) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    pub(crate) fn into_vec(self) -> Vec<Fault> {
        self.list
    }
}

/// A place in a document as a chain on the stack: written out only when something is wrong there.
#[derive(Clone, Copy)]
pub(crate) enum Pointer<'p> {
    /// The whole document.
    Root,
    /// A member of an object.
    Member(&'p Pointer<'p>, &'p str),
    /// An element of an array.
    Element(&'p Pointer<'p>, usize),
}

impl<'p> Pointer<'p> {
    pub(crate) fn member(&'p self, name: &'p str) -> Pointer<'p> {
        Pointer::Member(self, name)
    }

    pub(crate) fn element(&'p self, index: usize) -> Pointer<'p> {
        Pointer::Element(self, index)
    }
}

impl fmt::Display for Pointer<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Root => Ok(()),
            Self::Member(parent, name) => {
                write!(f, "{parent}/{}", escape_token(name))
            }
            Self::Element(parent, index) => write!(f, "{parent}/{index}"),
        }
    }
}

/// One token of a JSON pointer (RFC 6901, section 3).
pub(crate) fn escape_token(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}
