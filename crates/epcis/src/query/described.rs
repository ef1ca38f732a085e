//! Events by what master data says of the identifiers in them.
//!
//! Master data may come before the events or after them, so that neither side can hold the other's
//! digests. An event says which identifiers it names in which field, master data says which
//! attributes an identifier has, and an index that knows both joins them into terms.

use super::field::{Field, digest, text_digest};
use crate::master_data::{attribute_texts, attribute_uri};

/// Fields whose values master data may describe, for `HASATTR_` and `EQ_ATTR_`.
pub(super) const DESCRIBED: [&str; 7] =
    ["bizLocation", "readPoint", "bizStep", "disposition", "epcClass", "anyEPCClass", "anyEPC"];

/// An identifier that an event names in a field which master data may describe.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct NamedId {
    /// The field, as its place among those.
    field: u8,
    /// Digest of the identifier: see [`described_id`].
    pub id: u64,
}

impl NamedId {
    /// A text with this digest that an event says in a field, where it is such an identifier.
    pub(super) fn of(field: &Field<'_>, text: u64) -> Option<Self> {
        Some(Self { field: place(field)?, id: text })
    }

    /// An identifier in each field, with each term of the events that name it there.
    pub fn everywhere(id: &str) -> impl Iterator<Item = (Self, u64)> {
        let (digest, text) = (described_id(id), text_digest(id));
        (0u8..).zip(DESCRIBED).flat_map(move |(field, name)| {
            let named = Self { field, id: digest };
            let parts = Field::Standard(name).parts().into_iter();
            parts.map(move |part| (named, part.term_of(text)))
        })
    }

    /// The term of events in which something with this attribute stands in the field.
    #[must_use]
    pub fn term(self, attribute: u64) -> u64 {
        term(self.field, attribute)
    }
}

/// Digest of a canonical identifier, under which an index keeps its attributes.
#[must_use]
pub fn described_id(canonical: &str) -> u64 {
    text_digest(canonical)
}

/// Digests of an attribute: that it is there, and each of its texts; `value` is JSON.
#[must_use]
pub fn attribute_digests(attribute: &str, value: &str) -> Vec<u64> {
    let name = attribute_uri(attribute);
    let with = attribute_texts(value).into_iter().map(|text| valued(&name, Some(&text)));
    std::iter::once(valued(&name, None)).chain(with).collect()
}

/// Whether terms of attributes are kept of a field.
pub(super) fn is_kept(field: &Field<'_>) -> bool {
    place(field).is_some()
}

/// The terms of events in whose field something with an attribute stands; with one of these
/// values, if any are given. None where terms of the field are not kept.
pub(super) fn terms(field: &Field<'_>, attribute: &str, values: Option<&[String]>) -> Vec<u64> {
    let (Some(place), name) = (place(field), attribute_uri(attribute)) else { return Vec::new() };
    match values {
        None => vec![term(place, valued(&name, None))],
        Some(values) => values.iter().map(|text| term(place, valued(&name, Some(text)))).collect(),
    }
}

fn place(field: &Field<'_>) -> Option<u8> {
    let Field::Standard(name) = field else { return None };
    let at = DESCRIBED.iter().position(|known| known == name)?;
    u8::try_from(at).ok()
}

fn valued(name: &str, text: Option<&str>) -> u64 {
    digest(&("attribute", name, text))
}

fn term(field: u8, attribute: u64) -> u64 {
    digest(&("described", field, attribute))
}
