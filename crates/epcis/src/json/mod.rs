//! A strict JSON reader (RFC 8259) that borrows from its text and remembers where all stood.
//!
//! Written here and not taken from a library because the ledger needs in one pass what none gives:
//! the exact slice of every value, numbers as they were written, and a refusal of all that two
//! readers could read differently (duplicate names, numbers beyond double precision, lone
//! surrogates).

mod number;
mod parser;

use std::borrow::Cow;

use crate::fault::Fault;

pub use number::is_exact;
pub(crate) use number::plain;

/// Deepest nesting of arrays and objects that is read.
pub const DEPTH_MAX: usize = 64;

/// A JSON value.
#[derive(Clone, Debug, Default, PartialEq)]
pub enum Json<'a> {
    /// `null`
    #[default]
    Null,
    /// `true` or `false`
    Bool(bool),
    /// A number, as written.
    Number(&'a str),
    /// A string, escapes resolved; borrowed where there were none.
    String(Cow<'a, str>),
    /// An array.
    Array(Vec<Node<'a>>),
    /// An object: its members in document order, names unique.
    Object(Vec<(Cow<'a, str>, Node<'a>)>),
}

/// A value and where it stood.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Node<'a> {
    /// The value.
    pub value: Json<'a>,
    /// Its exact text.
    pub raw: &'a str,
}

/// Reads one JSON text.
///
/// # Errors
/// The first fault, with the place as a JSON pointer and a byte offset in its text.
pub fn parse(text: &str) -> Result<Node<'_>, Fault> {
    parser::parse(text)
}

impl<'a> Node<'a> {
    /// The value of a member; `None` where this is no object or has none of that name.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&Node<'a>> {
        self.members().iter().find(|(key, _)| key == name).map(|(_, node)| node)
    }

    /// The text, if this is a string.
    #[must_use]
    pub fn as_str(&self) -> Option<&str> {
        match &self.value {
            Json::String(text) => Some(text),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// The text, if this is a string, borrowed from the source where possible.
    #[must_use]
    pub fn as_cow(&self) -> Option<Cow<'a, str>> {
        match &self.value {
            Json::String(text) => Some(text.clone()),
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// The number as the nearest double; the reader has made sure that nothing is lost.
    #[must_use]
    pub fn as_f64(&self) -> Option<f64> {
        match &self.value {
            Json::Number(text) => text.parse().ok(),
            Json::Null | Json::Bool(_) | Json::String(_) | Json::Array(_) | Json::Object(_) => None,
        }
    }

    /// The elements; empty where this is no array.
    #[must_use]
    pub fn elements(&self) -> &[Node<'a>] {
        match &self.value {
            Json::Array(list) => list,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Object(_) => &[],
        }
    }

    /// The members; empty where this is no object.
    #[must_use]
    pub fn members(&self) -> &[(Cow<'a, str>, Node<'a>)] {
        match &self.value {
            Json::Object(list) => list,
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => &[],
        }
    }

    /// Whether this is an array.
    #[must_use]
    pub fn is_array(&self) -> bool {
        matches!(self.value, Json::Array(_))
    }

    /// Whether this is an object.
    #[must_use]
    pub fn is_object(&self) -> bool {
        matches!(self.value, Json::Object(_))
    }

    /// Takes a member's value out, leaving `null`.
    pub(crate) fn take(&mut self, name: &str) -> Option<Node<'a>> {
        match &mut self.value {
            Json::Object(list) => {
                list.iter_mut().find(|(key, _)| key == name).map(|(_, node)| std::mem::take(node))
            }
            Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) | Json::Array(_) => None,
        }
    }
}

#[cfg(test)]
mod tests;
