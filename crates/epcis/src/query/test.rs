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
            Self::Text(field, text) => terms([text], field),
            Self::Among(field, texts) => terms(texts, field),
            Self::Number(field, ends) => range(field.numbers(), *ends),
            Self::Time(Field::Standard("recordTime"), ends) => {
                ends.ends().map(|(from, to)| Atom::Recorded { from, to }).into_iter().collect()
            }
            Self::Time(field, ends) => range(field.times(), *ends),
            Self::Present(field) => vec![Atom::Term(field.present())],
            Self::Pattern(field, pattern) => {
                field.parts().iter().flat_map(|part| of_pattern(part, pattern)).collect()
            }
            Self::Attribute { field, attribute, values } => {
                let terms = described::terms(field, attribute, values.as_deref());
                terms.into_iter().map(Atom::Term).collect()
            }
            // It is among texts by now.
            Self::Within(..) => Vec::new(),
        }
    }
}

/// Events that say one of these texts in a field.
fn terms<'t>(texts: impl IntoIterator<Item = &'t String> + Clone, field: &Field<'_>) -> Vec<Atom> {
    let mut terms = Vec::new();
    for part in field.parts() {
        terms.extend(texts.clone().into_iter().map(|text| part.term(text)));
    }
    terms.sort_unstable();
    terms.into_iter().map(Atom::Term).collect()
}

fn range(key: u64, range: Range) -> Vec<Atom> {
    range.ends().map(|(from, to)| Atom::Range { key, from, to }).into_iter().collect()
}

fn of_pattern(field: &Field<'_>, pattern: &Pattern) -> Vec<Atom> {
    // Only standard fields have patterns.
    let Field::Standard(name) = field else { return Vec::new() };
    match pattern {
        Pattern::Class(class) => {
            let inside = Field::Typed(name, "class".into());
            [field, &inside].map(|field| Atom::Term(field.term(class))).into()
        }
        Pattern::Company { ai, prefix, .. } => {
            let key = Field::Typed(name, (*ai).into()).numbers();
            let [from, to] = [in_order(prefix), last_in_order(prefix)].map(ordered_number);
            vec![Atom::Range { key, from, to }]
        }
    }
}
