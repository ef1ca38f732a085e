//! What one value of a parameter tests.

use super::MasterDataSource;
use super::attributes::{in_order, last_in_order};
use super::described;
use super::field::{Field, Value, ordered_number, ordered_time};
use super::pattern::Pattern;
use super::plan::Atom;
use std::collections::HashSet;

/// An end of a range.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(super) enum Range {
    /// From this value on.
    From(u64),
    /// Beyond this value.
    Above(u64),
    /// Up to this value.
    UpTo(u64),
    /// Before this value.
    Below(u64),
    /// Exactly this value.
    Exactly(u64),
}

impl Range {
    /// The smallest and the largest value; none where nothing is in it.
    fn ends(self) -> Option<(u64, u64)> {
        match self {
            Self::From(value) => Some((value, u64::MAX)),
            Self::Above(value) => Some((value.checked_add(1)?, u64::MAX)),
            Self::UpTo(value) => Some((0, value)),
            Self::Below(value) => Some((0, value.checked_sub(1)?)),
            Self::Exactly(value) => Some((value, value)),
        }
    }

    fn holds(self, value: u64) -> bool {
        self.ends().is_some_and(|(from, to)| (from..=to).contains(&value))
    }
}

/// A test that an event may pass.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Test {
    /// The field has this text.
    Text(Field<'static>, String),
    /// The field has one of these texts: what master data came to.
    Among(Field<'static>, HashSet<String>),
    /// One of the field's numbers is in the range.
    Number(Field<'static>, Range),
    /// One of the field's times is in the range.
    Time(Field<'static>, Range),
    /// The field is there.
    Present(Field<'static>),
    /// The field names what the pattern stands for.
    Pattern(Field<'static>, Pattern),
    /// The field names this place or one inside it.
    Within(&'static str, String),
    /// The field names something that has this attribute.
    Attribute { field: Field<'static>, attribute: String, values: Option<Vec<String>> },
}

impl Test {
    /// Whether [`Self::resolved`] leaves it as it is.
    pub(super) fn is_settled(&self) -> bool {
        match self {
            Self::Within(..) => false,
            Self::Attribute { field, .. } => described::is_kept(field),
            _ => true,
        }
    }

    /// The test with what master data knows, as texts, where no terms are kept of it.
    pub(super) fn resolved(&self, master: &dyn MasterDataSource) -> Test {
        match self {
            Self::Within(name, id) => {
                let inside = master.within(id).into_iter();
                let all = std::iter::once(id.clone()).chain(inside).collect();
                Test::Among(Field::Standard(name), all)
            }
            Self::Attribute { field, attribute, values } if !described::is_kept(field) => {
                let ids = master.with_attribute(attribute, values.as_deref());
                Test::Among(field.clone(), ids.into_iter().collect())
            }
            other => other.clone(),
        }
    }

    pub(super) fn passes(
        &self,
        field: &Field<'_>,
        value: Value<'_>,
        master: &dyn MasterDataSource,
    ) -> bool {
        match (self, value) {
            (Self::Text(wanted, text), Value::Text(found)) => wanted == field && text == found,
            (Self::Among(wanted, texts), Value::Text(found)) => {
                wanted == field && texts.contains(found)
            }
            (Self::Attribute { field: wanted, attribute, values }, Value::Text(found)) => {
                wanted == field && master.has_attribute(found, attribute, values.as_deref())
            }
            (Self::Number(wanted, range), Value::Number(number)) => {
                wanted == field && range.holds(ordered_number(number))
            }
            (Self::Time(wanted, range), Value::Time(micros)) => {
                wanted == field && range.holds(ordered_time(micros))
            }
            (Self::Present(wanted), Value::Present) => wanted == field,
            (Self::Pattern(wanted, pattern), Value::Text(found)) => match (wanted, field) {
                (Field::Standard(wanted), Field::Standard(name)) => {
                    wanted == name && pattern.fits(found)
                }
                (Field::Standard(wanted), Field::Typed(name, kind)) => {
                    wanted == name && kind == "class" && pattern.is_class(found)
                }
                _ => false,
            },
            _ => false,
        }
    }

    /// The digests that an event has at least one of if it passes.
    pub(super) fn atoms(&self) -> Vec<Atom> {
        match self {
            Self::Among(field, texts) if !texts.is_empty() => {
                let mut terms: Vec<u64> = texts.iter().map(|text| field.term(text)).collect();
                terms.sort_unstable();
                terms.into_iter().map(Atom::Term).collect()
            }
            Self::Attribute { field, attribute, values } => {
                let terms = described::terms(field, attribute, values.as_deref());
                terms.into_iter().map(Atom::Term).collect()
            }
            other => vec![other.atom()],
        }
    }

    fn atom(&self) -> Atom {
        let range = |key, range: Range| match range.ends() {
            Some((from, to)) => Atom::Range { key, from, to },
            None => Atom::Never,
        };
        match self {
            Self::Text(field, text) => Atom::Term(field.term(text)),
            Self::Number(field, ends) => range(field.numbers(), *ends),
            Self::Time(Field::Standard("recordTime"), ends) => match ends.ends() {
                Some((from, to)) => Atom::Recorded { from, to },
                None => Atom::Never,
            },
            Self::Time(field, ends) => range(field.times(), *ends),
            Self::Present(field) => Atom::Term(field.present()),
            Self::Pattern(Field::Standard(name), Pattern::Class(class)) => {
                let field = Field::Typed(name, "class".into());
                Atom::Either(Field::Standard(name).term(class), field.term(class))
            }
            Self::Pattern(Field::Standard(name), Pattern::Company { ai, prefix, .. }) => {
                let key = Field::Typed(name, (*ai).into()).numbers();
                let ends = [in_order(prefix), last_in_order(prefix)];
                let [from, to] = ends.map(ordered_number);
                Atom::Range { key, from, to }
            }
            // Only standard fields have patterns, the others are resolved before or have terms of
            // their own, and no text is among none.
            Self::Pattern(..) | Self::Within(..) | Self::Attribute { .. } | Self::Among(..) => {
                Atom::Never
            }
        }
    }
}
