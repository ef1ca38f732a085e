//! Where the events of a document stand, found without reading what is in them.
//!
//! A verifier hashes the exact bytes of every event that was ever captured, and a full
//! [`crate::Document::parse`] costs it several times what the hashing does. What
//! [`event_ranges`] answers is what the full reader would; where it cannot be certain of that,
//! it answers nothing.

mod nested;

use std::ops::Range;

use crate::document::Limits;
use nested::nested_end;

/// The byte ranges of the events in an `EPCISDocument`, in document order.
///
/// `None` where only [`crate::Document::parse`] can tell: other sorts of documents, escapes in the
/// names that lead to the events, repeated names, a text that is no document, or more than the
/// limits allow. Of a document that the full reader accepts, the ranges are those of its events;
/// whether it accepts the document, or what is in an event, is not judged.
#[must_use]
pub fn event_ranges(text: &[u8], limits: &Limits) -> Option<Vec<Range<usize>>> {
    parts(text, limits).map(|parts| parts.events)
}

/// Where the events of a document stand, and what they are read with.
#[derive(Debug, PartialEq, Eq)]
pub(crate) struct Parts {
    /// Its `@context`.
    pub(crate) context: Option<Range<usize>>,
    /// Its events, as [`event_ranges`] gives them.
    pub(crate) events: Vec<Range<usize>>,
}

/// [`event_ranges`] with the document's context.
pub(crate) fn parts(text: &[u8], limits: &Limits) -> Option<Parts> {
    if text.len() > limits.bytes_max {
        return None;
    }
    let mut scanner = Scanner { text, at: 0 };
    let (mut is_document, mut context, mut events) = (false, None, None);
    scanner.space();
    scanner.object(|scanner, name| match name {
        b"type" if !is_document => {
            is_document = scanner.string()? == b"EPCISDocument";
            is_document.then_some(())
        }
        b"epcisBody" if events.is_none() => {
            events = Some(scanner.body(limits.events_max)?);
            Some(())
        }
        b"@context" if context.is_none() => {
            let from = scanner.at;
            scanner.value()?;
            context = Some(from..scanner.at);
            Some(())
        }
        b"type" | b"@type" | b"@context" | b"epcisBody" => None,
        _ => scanner.value(),
    })?;
    scanner.space();
    let ended = scanner.at == text.len();
    events.filter(|_| is_document && ended).map(|events| Parts { context, events })
}

struct Scanner<'t> {
    text: &'t [u8],
    at: usize,
}

impl<'t> Scanner<'t> {
    /// Walks the members of an object; `member` must move behind the value.
    fn object(&mut self, mut member: impl FnMut(&mut Self, &'t [u8]) -> Option<()>) -> Option<()> {
        self.expect(b'{')?;
        self.space();
        if self.eat(b'}') {
            return Some(());
        }
        loop {
            self.space();
            let name = self.string()?;
            self.space();
            self.expect(b':')?;
            self.space();
            member(self, name)?;
            self.space();
            if self.eat(b'}') {
                return Some(());
            }
            self.expect(b',')?;
        }
    }

    /// The `epcisBody`: its one `eventList`.
    fn body(&mut self, events_max: usize) -> Option<Vec<Range<usize>>> {
        let mut events = None;
        self.object(|scanner, name| match name {
            b"eventList" if events.is_none() => {
                events = Some(scanner.events(events_max)?);
                Some(())
            }
            b"eventList" => None,
            _ => scanner.value(),
        })?;
        events
    }

    fn events(&mut self, events_max: usize) -> Option<Vec<Range<usize>>> {
        let mut events = Vec::new();
        self.expect(b'[')?;
        self.space();
        if self.eat(b']') {
            return Some(events);
        }
        while events.len() < events_max {
            self.space();
            let from = self.at;
            (self.peek() == Some(b'{')).then(|| self.value())??;
            events.push(from..self.at);
            self.space();
            if self.eat(b']') {
                return Some(events);
            }
            self.expect(b',')?;
        }
        None
    }

    /// Moves behind any value.
    fn value(&mut self) -> Option<()> {
        match self.peek()? {
            b'{' | b'[' => self.at = nested_end(self.text, self.at)?,
            b'"' => {
                self.text_end()?;
            }
            _ => {
                let rest = self.text.get(self.at..)?;
                let plain = |byte: &u8| byte.is_ascii_alphanumeric() || b"+-.".contains(byte);
                let length = rest.iter().take_while(|byte| plain(byte)).count();
                self.at += length;
                return (length > 0).then_some(());
            }
        }
        Some(())
    }

    /// A string without escapes, between its quotes.
    fn string(&mut self) -> Option<&'t [u8]> {
        let from = self.at + 1;
        let to = self.text_end()?;
        self.text.get(from..to).filter(|text| !text.contains(&b'\\'))
    }

    /// Moves behind a string; answers where its closing quote stands.
    fn text_end(&mut self) -> Option<usize> {
        self.expect(b'"')?;
        loop {
            let rest = self.text.get(self.at..)?;
            let stop = rest.iter().position(|byte| matches!(byte, b'"' | b'\\'))?;
            let found = self.at + stop;
            if rest.get(stop) == Some(&b'"') {
                self.at = found + 1;
                return Some(found);
            }
            self.at = found + 2;
        }
    }

    fn space(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.at += 1;
        }
    }

    fn peek(&self) -> Option<u8> {
        self.text.get(self.at).copied()
    }

    fn eat(&mut self, byte: u8) -> bool {
        let here = self.peek() == Some(byte);
        self.at += usize::from(here);
        here
    }

    fn expect(&mut self, byte: u8) -> Option<()> {
        self.eat(byte).then_some(())
    }
}

#[cfg(test)]
mod tests;
