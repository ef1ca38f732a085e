//! Some events of a stored document, read without the others.

use super::{Document, Limits};
use crate::context::Prefixes;
use crate::event::Event;
use crate::fault::{Fault, Faults, Pointer};
use crate::json;
use crate::split::{Parts, parts};
use std::collections::{BTreeMap, BTreeSet};

/// Some events of a document that was captured, by their ordinals; borrows from its text.
///
/// They are what [`Document::parse_stored`] gives. The others are stepped over, so that it takes
/// far less than reading them all.
#[derive(Clone, Debug)]
pub struct ChosenEvents<'a> {
    context: Option<&'a str>,
    events: BTreeMap<u32, Event<'a>>,
}

impl<'a> ChosenEvents<'a> {
    /// Reads the events with these ordinals, where the document has them.
    ///
    /// # Errors
    /// Faults of the document around the events, where it has to be read whole to find them, or a
    /// chosen event that is no JSON.
    pub fn parse(text: &'a str, limits: &Limits, ordinals: &[u32]) -> Result<Self, Vec<Fault>> {
        let Some(Parts { context, events: ranges }) = parts(text.as_bytes(), limits) else {
            return Self::of_whole(text, limits, ordinals);
        };
        let context = context.and_then(|range| text.get(range));
        let mut prefixes = Prefixes::default();
        if let Some(context) = context {
            prefixes = prefixes.extended(&json::parse(context).map_err(|fault| vec![fault])?);
        }
        let mut events = BTreeMap::new();
        for ordinal in ordinals {
            let range = ranges.get(*ordinal as usize).cloned();
            let Some(raw) = range.and_then(|range| text.get(range)) else { continue };
            let node = json::parse(raw).map_err(|fault| vec![fault])?;
            // What was accepted is read whatever is said of it today.
            let event = Event::read(node, &prefixes, &Pointer::Root, &mut Faults::default());
            events.insert(*ordinal, event);
        }
        Ok(Self { context, events })
    }

    fn of_whole(text: &'a str, limits: &Limits, ordinals: &[u32]) -> Result<Self, Vec<Fault>> {
        let document = Document::parse_stored(text, limits)?;
        let context = document.context_raw();
        let events = (0u32..).zip(document.events);
        let chosen: BTreeSet<u32> = ordinals.iter().copied().collect();
        let events = events.filter(|(ordinal, _)| chosen.contains(ordinal)).collect();
        Ok(Self { context, events })
    }

    /// A chosen event.
    #[must_use]
    pub fn get(&self, ordinal: u32) -> Option<&Event<'a>> {
        self.events.get(&ordinal)
    }

    /// The exact text of the document's `@context`, as [`Document::context_raw`].
    #[must_use]
    pub fn context_raw(&self) -> Option<&'a str> {
        self.context
    }
}
