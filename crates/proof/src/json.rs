//! JSON objects that name every member once, at every depth (RFC 8259 section 4 leaves it open).

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fmt;

use serde::Deserialize;
use serde::de::{DeserializeSeed, Deserializer, Error, MapAccess, SeqAccess, Visitor};

/// Why a text is refused.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum JsonFault {
    /// Not one JSON object, or nested deeper than serde_json's limit of 128 levels.
    Syntax,
    /// This key stands twice in one object.
    Duplicate(String),
}

/// Checks that `text` is one JSON object, and that it and those within it repeat no key.
///
/// Derived readers of structs also take an array of the members, hence the look at the brace.
pub(crate) fn check_object(text: &str) -> Result<(), JsonFault> {
    if !text.trim_ascii_start().starts_with('{') {
        return Err(JsonFault::Syntax);
    }
    let mut duplicate = None;
    let mut json = serde_json::Deserializer::from_str(text);
    let read = Unique { duplicate: &mut duplicate }.deserialize(&mut json);
    let read = read.and_then(|()| json.end());
    match (read, duplicate) {
        (Ok(()), _) => Ok(()),
        (Err(_), Some(key)) => Err(JsonFault::Duplicate(key)),
        (Err(_), None) => Err(JsonFault::Syntax),
    }
}

/// Key of an object, borrowed where it holds no escape.
#[derive(Deserialize, PartialEq, Eq, PartialOrd, Ord)]
struct Key<'a>(#[serde(borrow)] Cow<'a, str>);

/// Walks any value and stops at the first repeated key.
struct Unique<'d> {
    duplicate: &'d mut Option<String>,
}

impl<'de> DeserializeSeed<'de> for Unique<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, json: D) -> Result<(), D::Error> {
        json.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Unique<'_> {
    type Value = ();

    fn expecting(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str("a JSON value")
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        Ok(())
    }

    fn visit_bool<E>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_i64<E>(self, _: i64) -> Result<(), E> {
        Ok(())
    }

    fn visit_u64<E>(self, _: u64) -> Result<(), E> {
        Ok(())
    }

    fn visit_f64<E>(self, _: f64) -> Result<(), E> {
        Ok(())
    }

    fn visit_str<E>(self, _: &str) -> Result<(), E> {
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut items: A) -> Result<(), A::Error> {
        while items.next_element_seed(Unique { duplicate: self.duplicate })?.is_some() {}
        Ok(())
    }

    fn visit_map<A: MapAccess<'de>>(self, mut members: A) -> Result<(), A::Error> {
        let mut seen = BTreeSet::new();
        while let Some(key) = members.next_key::<Key<'de>>()? {
            if seen.contains(&key) {
                *self.duplicate = Some(key.0.into_owned());
                return Err(A::Error::custom("duplicate key"));
            }
            seen.insert(key);
            members.next_value_seed(Unique { duplicate: self.duplicate })?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn repeated_keys_are_found_at_every_depth() {
        let twice = |key: &str| Err(JsonFault::Duplicate(key.to_owned()));
        assert_eq!(check_object(r#"{"a":1,"b":[{"a":null},{"a":true}],"c":-1.5}"#), Ok(()));
        assert_eq!(check_object(r#"{"a":1,"b":2,"a":1}"#), twice("a"));
        assert_eq!(check_object(r#"{"a":[{"b":{"c":1,"c":"x"}}]}"#), twice("c"));
        // The escape spells the same key.
        assert_eq!(check_object(r#"{"ab":1,"\u0061b":1}"#), twice("ab"));
        let deep = format!("{{\"a\":{}", "[".repeat(10_000));
        for bad in ["", "{", "{} {}", "{\"a\"}", "{\"a\":[1,]}", "[]", "\"{}\"", &deep] {
            assert_eq!(check_object(bad), Err(JsonFault::Syntax));
        }
    }
}
