//! Events: the elements of the standard in their order, extensions behind them.

use laiqu_epcis::vocabulary::{ERROR_REASONS, Vocabulary};

use super::extension::number;
use super::{Reader, is_epcis, unknown};
use crate::fault::{Found, XmlFaultCode as Code};
use crate::schema::{Field, HEAD, Part, tail_of};
use crate::tree::Element;
use crate::value::{Members, Node, Value};

/// What an object of the standard may hold besides extensions.
type Inner = &'static [(&'static str, Field)];

static PLACE: [Part; 1] = [("id", Field::Text)];
static PERSISTENT: [Part; 2] = [
    ("unset", Field::Word(&laiqu_epcis::vocabulary::DISPOSITIONS)),
    ("set", Field::Word(&laiqu_epcis::vocabulary::DISPOSITIONS)),
];
static DECLARATION: [Part; 3] = [
    ("declarationTime", Field::Text),
    ("reason", Field::Word(&ERROR_REASONS)),
    ("correctiveEventIDs", Field::Ids("correctiveEventID")),
];
static QUANTITY: [Part; 3] =
    [("epcClass", Field::Text), ("quantity", Field::Text), ("uom", Field::Text)];

impl<'a> Reader<'a> {
    /// An event. `context` goes before what the event declares, where no document holds it.
    pub(super) fn event(
        &mut self,
        element: &'a Element<'a>,
        context: Option<&str>,
    ) -> Result<Node, Found> {
        let at = element.range.start;
        let Some(tail) = tail_of(element.local).filter(|_| is_epcis(element)) else {
            let detail = format!("<{}> is no event type of EPCIS 2.0", element.name);
            return Err(Found::new(Code::Element, at, detail));
        };
        let outside = self.names.start_event(element)?;
        let mut members = Members::default();
        members.push("type".to_owned(), Node::text(at, element.local));
        self.attributes(element, &[], &mut members)?;
        self.parts(element, tail, &mut members, &mut 0)?;
        self.names.leave(outside);
        let own = self.names.own_context(at);
        let context = match context {
            Some(url) => {
                let parts = std::iter::once(Node::text(at, url)).chain(own);
                Some(Node::new(at, Value::List(parts.collect())))
            }
            None => own,
        };
        if let Some(context) = context {
            members.push("@context".to_owned(), context);
        }
        Ok(members.into_node(at))
    }

    /// The parts of an event; `last` is the place of the last one in the order of the XSD.
    fn parts(
        &mut self,
        element: &'a Element<'a>,
        tail: &'static [Part],
        members: &mut Members,
        last: &mut usize,
    ) -> Result<(), Found> {
        self.no_text(element)?;
        for child in &element.children {
            if Self::is_extension(child) {
                self.extension(child, members)?;
                continue;
            }
            if matches!(child.local, "extension" | "baseExtension") {
                // EPCIS 1.x: what came after 1.0 stands in wrappers, in an order of its own.
                *last = 0;
                let ordered = std::mem::replace(&mut self.ordered, false);
                self.parts(child, tail, members, last)?;
                self.ordered = ordered;
                *last = 0;
                continue;
            }
            let mut known = HEAD.iter().chain(tail).enumerate();
            let Some((order, (name, field))) = known.find(|(_, (name, _))| *name == child.local)
            else {
                self.wrong(unknown(child, "such an event; extensions need a namespace"))?;
                continue;
            };
            if self.ordered && order < *last {
                let before = HEAD.iter().chain(tail).nth(*last).map_or("", |(name, _)| name);
                let detail = format!("<{}> must stand before {before}", child.name);
                self.wrong(Found::new(Code::Order, child.range.start, detail))?;
            }
            *last = order;
            self.field(name, *field, child, members)?;
        }
        Ok(())
    }

    /// One element of the standard.
    fn field(
        &mut self,
        name: &str,
        field: Field,
        element: &'a Element<'a>,
        members: &mut Members,
    ) -> Result<(), Found> {
        if members.has(name) && !matches!(field, Field::Texts) {
            let detail = format!("<{}> stands twice", element.name);
            return self.wrong(Found::new(Code::Element, element.range.start, detail));
        }
        let node = match field {
            Field::Text | Field::Texts => self.leaf(element, &[])?,
            Field::Word(words) => self.word(element, words)?,
            Field::Place => self.object(element, &PLACE)?,
            Field::Persistent => self.object(element, &PERSISTENT)?,
            Field::Declaration => self.object(element, &DECLARATION)?,
            Field::Ilmd => {
                let mut inner = Members::default();
                self.ilmd(element, &mut inner)?;
                inner.into_node(element.range.start)
            }
            Field::Sensors => self.sensors(element)?,
            Field::Ids(local) => self.list(element, local, |this, item| this.leaf(item, &[]))?,
            Field::Quantities => {
                self.list(element, "quantityElement", |this, item| this.object(item, &QUANTITY))?
            }
            Field::Typed(local, words) => {
                self.list(element, local, |this, item| this.typed(item, words))?
            }
        };
        // `xsi:nil` says that there is no value, which JSON says by leaving the member out.
        if !matches!(node.value, Value::Null) {
            members.push(name.to_owned(), node);
        }
        Ok(())
    }

    fn list(
        &mut self,
        element: &'a Element<'a>,
        local: &str,
        read: impl Fn(&mut Self, &'a Element<'a>) -> Result<Node, Found>,
    ) -> Result<Node, Found> {
        self.only_attributes(element, &[])?;
        self.no_text(element)?;
        let mut list = Vec::with_capacity(element.children.len());
        for child in &element.children {
            if !is_epcis(child) || child.local != local {
                self.wrong(unknown(child, element.local))?;
                continue;
            }
            list.push(read(self, child)?);
        }
        Ok(Node::new(element.range.start, Value::List(list)))
    }

    /// A word of a vocabulary, bare as JSON has it; other words stay as they are.
    fn word(&mut self, element: &'a Element<'a>, words: &Vocabulary) -> Result<Node, Found> {
        let node = self.leaf(element, &[])?;
        Ok(Node::new(node.at, bare(node.value, words)))
    }

    fn typed(&mut self, element: &'a Element<'a>, words: &Vocabulary) -> Result<Node, Found> {
        let at = element.range.start;
        let outside = self.names.enter(element)?;
        let mut members = Members::default();
        if let Some(kind) = element.attribute(None, "type") {
            let kind = Value::Text(self.names.value(kind.trim()).into_owned());
            members.push("type".to_owned(), Node::new(at, bare(kind, words)));
        }
        let reference = self.leaf(element, &["type"])?;
        self.names.leave(outside);
        members.push(element.local.to_owned(), reference);
        Ok(members.into_node(at))
    }

    /// An object of the standard that may hold extensions too.
    fn object(&mut self, element: &'a Element<'a>, inner: Inner) -> Result<Node, Found> {
        let outside = self.names.enter(element)?;
        let mut members = Members::default();
        self.attributes(element, &[], &mut members)?;
        self.object_parts(element, inner, &mut members)?;
        self.names.leave(outside);
        Ok(members.into_node(element.range.start))
    }

    fn object_parts(
        &mut self,
        element: &'a Element<'a>,
        inner: Inner,
        members: &mut Members,
    ) -> Result<(), Found> {
        self.no_text(element)?;
        for child in &element.children {
            if Self::is_extension(child) {
                self.extension(child, members)?;
                continue;
            }
            match inner.iter().find(|(name, _)| *name == child.local) {
                Some((name @ ("set" | "unset"), Field::Word(words))) => {
                    let word = self.word(child, words)?;
                    members.push_to_list(name, word);
                }
                Some(("quantity", _)) if !members.has("quantity") => {
                    let amount = self.leaf(child, &[])?;
                    if let Value::Text(text) = amount.value {
                        members.push("quantity".to_owned(), Node::new(amount.at, number(&text)));
                    }
                }
                Some((name, field)) => self.field(name, *field, child, members)?,
                None if child.local == "extension" => self.object_parts(child, inner, members)?,
                None => self.wrong(unknown(child, element.local))?,
            }
        }
        Ok(())
    }

    /// ILMD holds extensions only; an element of EPCIS in it is no extension.
    fn ilmd(&mut self, element: &'a Element<'a>, members: &mut Members) -> Result<(), Found> {
        self.no_text(element)?;
        let outside = self.names.enter(element)?;
        for child in &element.children {
            if is_epcis(child) && child.local == "extension" {
                self.ilmd(child, members)?;
            } else {
                self.extension(child, members)?;
            }
        }
        self.names.leave(outside);
        Ok(())
    }
}

fn bare(value: Value, words: &Vocabulary) -> Value {
    match value {
        Value::Text(text) => {
            let word = words.word(&text).map(str::to_owned);
            Value::Text(word.unwrap_or(text))
        }
        other => other,
    }
}
