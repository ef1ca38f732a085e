//! What a rule is.

use crate::event::Event;
use crate::facts::{Action, EventType, Facts, ItemRole};
use crate::json::Node;

/// One rule of a profile.
#[derive(Debug, PartialEq, Eq)]
pub struct Rule {
    /// Stable name, `profile.what`.
    pub id: &'static str,
    /// Which events it is for.
    pub(super) when: When,
    /// What they need.
    pub(super) need: Need,
    /// What is missing, in Chinese.
    pub zh: &'static str,
    /// What is missing, in English.
    pub en: &'static str,
    /// Where it is written.
    pub source: &'static str,
}

/// Which events a rule is for: every condition that is given must hold.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct When {
    /// Any of these business steps, as full URIs; none given, any step and none.
    pub(super) steps: &'static [&'static str],
    /// Any of these types.
    pub(super) types: &'static [EventType],
    /// This action.
    pub(super) action: Option<Action>,
    /// The ILMD says that the goods come from another country than this one.
    pub(super) from_outside: Option<&'static str>,
}

/// An event of any sort.
pub(super) const ANY: When = When { steps: &[], types: &[], action: None, from_outside: None };

/// What an event needs.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Need {
    /// One of these members, and not empty.
    Member(&'static [&'static str]),
    /// Every thing that it names in these parts is a lot, an instance, or a logistic unit.
    Lots(&'static [ItemRole]),
    /// Every class that it names has an amount and a unit.
    Amounts,
    /// A source or destination (`sourceList`, `destinationList`) of one of these types.
    End(&'static str, &'static [&'static str]),
    /// A business transaction, of one of these types if any are given.
    Document(&'static [&'static str]),
    /// A field of the event or, behind `ilmd`, of what it creates, by local names.
    Field {
        path: &'static [&'static str],
        form: Form,
        /// Whether it must be there; else only what is there must have the form.
        required: bool,
    },
    /// One of these fields of the ILMD.
    Stated(&'static [&'static str]),
    /// A sensor report of a temperature, with its unit.
    Temperature,
    /// Every sensor report says which device measured it.
    Device,
}

/// The form of a text.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// Any text, number or truth value, not empty.
    Any,
    /// One of these.
    OneOf(&'static [&'static str]),
    /// Begins so.
    Prefix(&'static str),
    /// A URI.
    Uri,
    /// Two capital letters (ISO 3166-1 alpha-2).
    Country,
    /// A ship's number of the International Maritime Organization.
    Imo,
    /// A date and time, or a date.
    Time,
}

impl Rule {
    pub(super) fn applies(&self, event: &Event<'_>, facts: &Facts) -> bool {
        let When { steps, types, action, from_outside } = self.when;
        let step = || facts.biz_step.as_deref().is_some_and(|step| steps.contains(&step));
        (steps.is_empty() || step())
            && (types.is_empty() || types.contains(&facts.event_type))
            && (action.is_none() || action == facts.action)
            && from_outside.is_none_or(|country| comes_from_outside(event, country))
    }
}

fn comes_from_outside(event: &Event<'_>, country: &str) -> bool {
    let stated =
        event.member("ilmd").and_then(|ilmd| by_local_name(ilmd, event, "countryOfOrigin"));
    let stated = stated.and_then(|(_, value)| value.as_str().map(str::trim));
    stated.is_some_and(|stated| !stated.is_empty() && !stated.eq_ignore_ascii_case(country))
}

/// The member whose name ends so, whatever namespace and spelling it has, with the name as sent.
pub(super) fn by_local_name<'n, 'a>(
    node: &'n Node<'a>,
    event: &Event<'_>,
    local: &str,
) -> Option<(&'n str, &'n Node<'a>)> {
    let is_it = |name: &str| {
        let uri = event.prefixes().expand(name);
        name.rsplit([':', '#', '/']).next() == Some(local)
            || uri.rsplit([':', '#', '/']).next() == Some(local)
    };
    node.members().iter().find(|(name, _)| is_it(name)).map(|(name, value)| (&**name, value))
}
