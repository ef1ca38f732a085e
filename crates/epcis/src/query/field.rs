//! Names of what events say, and the digests that an index keeps of them.

use foldhash::quality::FixedState;
use std::borrow::Cow;
use std::hash::{BuildHasher as _, Hash};

/// Where in an event an extension stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Scope {
    /// Beside the standard's own members.
    Event,
    /// In `ilmd`.
    Ilmd,
    /// In `errorDeclaration`.
    ErrorDeclaration,
    /// In `readPoint`.
    ReadPoint,
    /// In `bizLocation`.
    BizLocation,
    /// In an element of `sensorElementList`.
    SensorElement,
    /// In `sensorMetadata`.
    SensorMetadata,
    /// In an element of `sensorReport`.
    SensorReport,
}

/// One thing that an event may say, and a query may ask for.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum Field<'a> {
    /// A member that the standard names.
    Standard(&'static str),
    /// One with a type or a unit: sources by kind, amounts by unit.
    Typed(&'static str, Cow<'a, str>),
    /// An extension by its name, with its namespace.
    Extension {
        /// Where it stands.
        scope: Scope,
        /// Anywhere inside such a member, and not the member itself.
        inner: bool,
        /// Full name, or as it was sent where its prefix is not known.
        name: Cow<'a, str>,
    },
}

/// What an event says of a field.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Value<'a> {
    /// Canonical identifier, full vocabulary URI, or plain text.
    Text(&'a str),
    /// A number.
    Number(f64),
    /// Microseconds since 1970.
    Time(i64),
    /// That it is there.
    Present,
}

impl<'a> Field<'a> {
    /// Fields that a name stands for, which an index keeps instead of it; else the field itself.
    pub(super) fn parts(&self) -> Vec<Field<'a>> {
        let names = match self {
            Self::Standard(name) | Self::Typed(name, _) => parts_of(name),
            Self::Extension { .. } => None,
        };
        let Some(names) = names else { return vec![self.clone()] };
        let part = |name: &&'static str| match self {
            Self::Typed(_, kind) => Field::Typed(name, kind.clone()),
            _ => Field::Standard(name),
        };
        names.iter().map(part).collect()
    }

    /// Whether an index keeps others in its place.
    pub(super) fn has_parts(&self) -> bool {
        matches!(self, Self::Standard(name) | Self::Typed(name, _) if parts_of(name).is_some())
    }

    /// Digest of the field with this text.
    pub(super) fn term(&self, text: &str) -> u64 {
        self.term_of(text_digest(text))
    }

    /// The same from the digest of the text.
    pub(super) fn term_of(&self, text: u64) -> u64 {
        digest(&(self.digest(0), text))
    }

    /// Digest of the field's being there.
    pub(super) fn present(&self) -> u64 {
        self.digest(1)
    }

    /// Digest under which the field's numbers are kept.
    pub(super) fn numbers(&self) -> u64 {
        self.digest(2)
    }

    /// Digest under which the field's times are kept.
    pub(super) fn times(&self) -> u64 {
        self.digest(3)
    }

    fn digest(&self, sort: u8) -> u64 {
        digest(&(sort, self))
    }
}

/// What `MATCH_anyEPC` and `MATCH_anyEPCClass` look at (EPCIS 2.0, section 8.2.7.1).
fn parts_of(name: &str) -> Option<&'static [&'static str]> {
    match name {
        "anyEPC" => Some(&["epc", "parentID", "inputEPC", "outputEPC"]),
        "anyEPCClass" => Some(&["epcClass", "inputEPCClass", "outputEPCClass"]),
        _ => None,
    }
}

/// Digest of a text, in whichever field it stands.
pub(super) fn text_digest(text: &str) -> u64 {
    digest(&("text", text))
}

/// A digest in memory: it only finds candidates, which are then compared themselves.
pub(super) fn digest(value: &impl Hash) -> u64 {
    FixedState::default().hash_one(value)
}

/// A number so that the order of the results is the order of the numbers.
pub(super) fn ordered_number(number: f64) -> u64 {
    // Both zeros are one number.
    let bits = (number + 0.0).to_bits();
    if bits >> 63 == 0 { bits | 1 << 63 } else { !bits }
}

/// A time (microseconds since 1970) likewise.
#[must_use]
pub fn ordered_time(micros: i64) -> u64 {
    micros.cast_unsigned() ^ 1 << 63
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn order_is_kept() {
        let numbers = [f64::MIN, -2.5, -1e-300, 0.0, 1e-300, 0.1, 2.5, f64::MAX];
        assert!(numbers.windows(2).all(|two| ordered_number(two[0]) < ordered_number(two[1])));
        assert_eq!(ordered_number(-0.0), ordered_number(0.0));
        let times = [i64::MIN, -1, 0, 1, i64::MAX];
        assert!(times.windows(2).all(|two| ordered_time(two[0]) < ordered_time(two[1])));
    }
}
