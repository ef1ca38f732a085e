//! One event over the tree it was read into.

mod check;
mod gather;
mod lists;
mod sensor;
mod strict;
pub(crate) mod temperatures;

use crate::context::Prefixes;
use crate::facts::{Action, EventTime, EventType, Facts};
use crate::fault::{FaultCode, Faults, Pointer};
use crate::hash::{self, HashMode, XmlForm};
use crate::json::{Json, Node};
use crate::label::labels;
use crate::lot_dates::LotDates;

/// An event of a document that was read.
#[derive(Clone, Debug)]
pub struct Event<'a> {
    node: Node<'a>,
    prefixes: Prefixes<'a>,
    event_type: EventType,
    time: EventTime,
    action: Option<Action>,
    /// The rules of the first version hold.
    readable: bool,
    sound: bool,
}

impl<'a> Event<'a> {
    /// Checks one event; its faults are pushed.
    pub(crate) fn read(
        node: Node<'a>,
        outer: &Prefixes<'a>,
        at: &Pointer<'_>,
        faults: &mut Faults,
    ) -> Self {
        let prefixes = match node.get("@context") {
            Some(context) => outer.extended(context),
            None => outer.clone(),
        };
        let faults_before = faults.len();
        let event_type = read_type(&node, at, faults);
        let checked = event_type.and_then(|kind| check::check(&node, kind, &prefixes, at, faults));
        if let (Some(kind), Some(checked)) = (event_type, &checked) {
            strict::check(&node, (kind, checked.action), &prefixes, at, faults);
        }
        let readable = checked.is_some();
        let sound = readable && faults.len() == faults_before;
        let (time, action) = checked.map_or_else(
            || (EventTime { micros: 0, offset_minutes: 0 }, None),
            |checked| (checked.time, checked.action),
        );
        let event_type = event_type.unwrap_or(EventType::Object);
        Self { node, prefixes, event_type, time, action, readable, sound }
    }

    /// Whether it was found without fault: always, unless it comes out of
    /// [`crate::Document::parse_each`].
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.sound
    }

    /// Whether it says what an event must: of one that does not, only the text means something.
    /// One that a ledger took is readable, even where a later rule would refuse it.
    #[must_use]
    pub fn is_readable(&self) -> bool {
        self.readable
    }

    /// The exact text of the event in its document.
    #[must_use]
    pub fn raw(&self) -> &'a str {
        self.node.raw
    }

    /// The event's type.
    #[must_use]
    pub fn event_type(&self) -> EventType {
        self.event_type
    }

    /// `eventID` as sent.
    #[must_use]
    pub fn event_id(&self) -> Option<&str> {
        self.text("eventID")
    }

    /// `eventTime`, with `eventTimeZoneOffset`.
    #[must_use]
    pub fn time(&self) -> EventTime {
        self.time
    }

    /// `action`; transformations have none.
    #[must_use]
    pub fn action(&self) -> Option<Action> {
        self.action
    }

    /// Whether the event declares an earlier one of the same `eventID` wrong (EPCIS 2.0, 7.4.1.4).
    #[must_use]
    pub fn is_error_declaration(&self) -> bool {
        self.member("errorDeclaration").is_some()
    }

    /// A member's value; `null` counts as absent, as in JSON-LD.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&Node<'a>> {
        member(&self.node, name)
    }

    /// A member's value where that is a text.
    #[must_use]
    pub fn text(&self, name: &str) -> Option<&str> {
        self.member(name).and_then(Node::as_str)
    }

    /// The whole event as a tree.
    #[must_use]
    pub fn node(&self) -> &Node<'a> {
        &self.node
    }

    /// The prefixes in force inside the event.
    #[must_use]
    pub fn prefixes(&self) -> &Prefixes<'a> {
        &self.prefixes
    }

    /// The text that [`Event::hash`] hashes: CBV 2.0, section 8.9, in table order.
    #[must_use]
    pub fn prehash(&self) -> String {
        hash::prehash(self, HashMode::Table, None)
    }

    /// [`Event::prehash`] in another form.
    #[must_use]
    pub fn prehash_in(&self, mode: HashMode) -> String {
        hash::prehash(self, mode, None)
    }

    /// [`Event::prehash_in`] of [`HashMode::Reference`] for an event that came from XML.
    #[must_use]
    pub fn prehash_of_xml(&self, xml: &XmlForm) -> String {
        hash::prehash(self, HashMode::Reference, Some(xml))
    }

    /// The CBV 2.0 event hash, `ni:///sha-256;…?ver=CBV2.0`: an event id and a duplicate key.
    /// Implementations disagree and different events can share one, so it proves nothing.
    #[must_use]
    pub fn hash(&self) -> String {
        self.hash_in(HashMode::Table)
    }

    /// [`Event::hash`] in another form.
    #[must_use]
    pub fn hash_in(&self, mode: HashMode) -> String {
        hash::hash_of(&self.prehash_in(mode))
    }

    /// What its error declaration says, in one text whatever the spelling and the order of its
    /// members; `None` where it has none. [`Event::prehash`] says the rest of the event.
    #[must_use]
    pub fn declared(&self) -> Option<String> {
        hash::declared(self)
    }

    /// All texts of its ILMD by which people may look for what it makes: names, brand, what stands
    /// on a label; the first [`crate::LABELS_MAX`].
    #[must_use]
    pub fn labels(&self) -> Vec<&str> {
        let members = self.member("ilmd").map(Node::members).unwrap_or_default();
        labels(members.iter().map(|(name, value)| (&**name, value)))
    }

    /// When its ILMD says that what it makes was made, and up to when that may be sold or eaten.
    #[must_use]
    pub fn lot_dates(&self) -> LotDates {
        let members = self.member("ilmd").map(Node::members).unwrap_or_default();
        LotDates::of(members.iter().map(|(name, value)| (self.prefixes().expand(name), value)))
    }

    /// What the event says, in canonical identifiers; `event_id` is what it goes by here.
    #[must_use]
    pub fn facts(&self, event_id: &str) -> Facts {
        gather::facts(self, event_id)
    }
}

/// The name of an event type in a document.
#[must_use]
pub fn type_name(event_type: EventType) -> &'static str {
    match event_type {
        EventType::Object => "ObjectEvent",
        EventType::Aggregation => "AggregationEvent",
        EventType::Transaction => "TransactionEvent",
        EventType::Transformation => "TransformationEvent",
        EventType::Association => "AssociationEvent",
    }
}

/// The event type of a name.
pub(crate) fn type_of(name: &str) -> Option<EventType> {
    Some(match name.strip_prefix("epcis:").unwrap_or(name) {
        "ObjectEvent" => EventType::Object,
        "AggregationEvent" => EventType::Aggregation,
        "TransactionEvent" => EventType::Transaction,
        "TransformationEvent" => EventType::Transformation,
        "AssociationEvent" => EventType::Association,
        _ => return None,
    })
}

fn read_type(node: &Node<'_>, at: &Pointer<'_>, faults: &mut Faults) -> Option<EventType> {
    if !node.is_object() {
        faults.push(FaultCode::Shape, at, "an event must be an object");
        return None;
    }
    let Some(value) = member(node, "type").or_else(|| member(node, "@type")) else {
        faults.push(FaultCode::Missing, at, "an event needs a type");
        return None;
    };
    let event_type = value.as_str().and_then(type_of);
    if event_type.is_none() {
        let detail = format!("{} is no event type of EPCIS 2.0", shown(value));
        faults.push(FaultCode::EventType, &at.member("type"), detail);
    }
    event_type
}

pub(crate) fn member<'n, 'a>(node: &'n Node<'a>, name: &str) -> Option<&'n Node<'a>> {
    node.get(name).filter(|value| value.value != Json::Null)
}

/// A value in few words, for messages.
fn shown<'n>(node: &'n Node<'_>) -> &'n str {
    match node.value {
        Json::Object(_) => "an object",
        Json::Array(_) => "a list",
        Json::Null | Json::Bool(_) | Json::Number(_) | Json::String(_) => {
            let end = node.raw.char_indices().nth(60).map_or(node.raw.len(), |(at, _)| at);
            node.raw.get(..end).unwrap_or(node.raw)
        }
    }
}

#[cfg(test)]
mod tests;
