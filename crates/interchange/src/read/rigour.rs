//! What becomes of a fault in form: the end of reading, a fault of its event, or nothing.
//!
//! What is found wrong goes through [`Reader::wrong`], and reading goes on behind it as if it had
//! been right. So a rule that comes later can refuse new documents, and still leaves what a ledger
//! took before as it was read then.

use laiqu_epcis::EVENT_FAULTS_MAX;

use super::{Reader, child};
use crate::fault::{FaultyXmlEvent, Found, XmlFault};
use crate::place::places_of;
use crate::tree::Element;
use crate::value::{Members, Node};

/// Most faulty events of one document; one more ends the reading.
const FAULTY_EVENTS_MAX: usize = 10_000;

/// How faults of form are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Rigour {
    /// The first one ends the reading.
    First,
    /// Those of an event are named beside it; one around the events ends the reading.
    Each,
    /// None counts.
    Nothing,
}

/// Takes faults, and keeps those of events.
pub(super) struct Judge {
    rigour: Rigour,
    /// Ordinal of the present event; `None` outside of events.
    event: Option<u32>,
    /// Events that were read.
    read: u32,
    /// Faults of events, with their ordinals.
    found: Vec<(u32, Vec<Found>)>,
}

impl Judge {
    pub(super) fn new(rigour: Rigour) -> Self {
        Self { rigour, event: None, read: 0, found: Vec::new() }
    }

    fn take(&mut self, found: Found) -> Result<(), Found> {
        let ordinal = match (self.rigour, self.event) {
            (Rigour::Nothing, _) => return Ok(()),
            (Rigour::Each, Some(ordinal)) => ordinal,
            (Rigour::Each, None) | (Rigour::First, _) => return Err(found),
        };
        let is_full = self.found.len() >= FAULTY_EVENTS_MAX;
        match self.found.last_mut().filter(|(last, _)| *last == ordinal) {
            None if is_full => return Err(found),
            None => self.found.push((ordinal, vec![found])),
            Some((_, faults)) if faults.len() < EVENT_FAULTS_MAX => faults.push(found),
            Some(_) => {}
        }
        Ok(())
    }

    /// The faulty events with the places of their faults.
    pub(super) fn faulty(self, text: &str, tree: &Element<'_>) -> Vec<FaultyXmlEvent> {
        let bytes: Vec<usize> = self.found.iter().flat_map(|(_, f)| f).map(|f| f.at).collect();
        let mut places = places_of(text, &bytes, Some(tree)).into_iter();
        let mut placed = |Found { code, detail, .. }| XmlFault {
            code,
            place: places.next().unwrap_or_default(),
            detail,
        };
        let faulty = self.found.into_iter().map(|(ordinal, faults)| FaultyXmlEvent {
            ordinal,
            faults: faults.into_iter().map(&mut placed).collect(),
        });
        faulty.collect()
    }
}

impl<'a> Reader<'a> {
    /// Something is wrong in form. Where the reading goes on, what is wrong is left out.
    pub(super) fn wrong(&mut self, found: Found) -> Result<(), Found> {
        self.judge.take(found)
    }

    /// An event. Of one that cannot be read on, what names it stands there.
    pub(super) fn judged_event(
        &mut self,
        element: &'a Element<'a>,
        context: Option<&str>,
    ) -> Result<Node, Found> {
        let (outside, ordered) = (self.names.depth(), self.ordered);
        self.judge.event = Some(self.judge.read);
        self.judge.read = self.judge.read.saturating_add(1);
        let read = self.event(element, context).or_else(|found| {
            self.names.leave(outside);
            self.ordered = ordered;
            self.judge.take(found)?;
            Ok(name_of(element))
        });
        self.judge.event = None;
        read
    }
}

/// The type and the identifier of an event.
fn name_of(element: &Element<'_>) -> Node {
    let at = element.range.start;
    let mut members = Members::default();
    members.push("type".to_owned(), Node::text(at, element.local));
    let id = child(element, "eventID")
        .or_else(|| child(element, "baseExtension").and_then(|inner| child(inner, "eventID")));
    if let Some(id) = id {
        members.push("eventID".to_owned(), Node::text(id.range.start, id.text.trim()));
    }
    members.into_node(at)
}
