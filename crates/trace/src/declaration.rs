//! Error declarations (EPCIS 2.0, section 7.4.1.3) and what they do to the declared event.

use laiqu_columns::{Error, Groups, List, Lists, Opened, Saving};
use laiqu_epcis::facts::{ErrorFact, Position};
use zerocopy::{FromBytes, Immutable, IntoBytes, KnownLayout};

use crate::graph::Graph;
use crate::intern::{Dictionary, NONE, term};
use crate::records::EventRecord;

/// One error declaration.
#[derive(Clone, Copy, Debug, FromBytes, IntoBytes, Immutable, KnownLayout)]
#[repr(C)]
struct Declaration {
    index: u64,
    ordinal: u32,
    issuer: u32,
    /// 1 where a regulator declared it.
    by_regulator: u32,
    /// 1 where the event did not occur, else it is incorrect.
    did_not_occur: u32,
    /// Corrective events that it names.
    corrective: List,
}

impl Declaration {
    fn position(&self) -> Position {
        Position { index: self.index, ordinal: self.ordinal }
    }
}

/// Error declarations by the eventID that they name.
#[derive(Debug, Default)]
pub(crate) struct Declarations {
    of: Groups<u32, Declaration>,
    corrective: Lists<u32>,
    /// Declared events by the events that are named as their correction.
    corrected_by: Groups<u32, u32>,
}

impl Declarations {
    pub(crate) fn open(opened: &Opened, name: &str) -> Result<Self, Error> {
        Ok(Self {
            of: Groups::open(opened, name)?,
            corrective: Lists::open(opened, &format!("{name}.corrective"))?,
            corrected_by: Groups::open(opened, &format!("{name}.corrected_by"))?,
        })
    }

    pub(crate) fn save(&self, saving: &mut Saving, name: &str) -> Result<(), Error> {
        let Self { of, corrective, corrected_by } = self;
        of.save(saving, name)?;
        corrective.save(saving, &format!("{name}.corrective"))?;
        corrected_by.save(saving, &format!("{name}.corrected_by"))
    }

    /// Takes up a declaration about the event with the eventID `declared`.
    pub(crate) fn add(
        &mut self,
        declared: u32,
        position: Position,
        (issuer, by_regulator): (u32, bool),
        error: &ErrorFact,
        texts: &mut Dictionary,
    ) {
        let mut corrective = List::default();
        for id in &error.corrective_ids {
            let id = texts.intern(id);
            self.corrective.push(&mut corrective, id);
            self.corrected_by.push(id, declared);
        }
        let reason = error.reason.as_deref().map_or("", term);
        let declaration = Declaration {
            index: position.index,
            ordinal: position.ordinal,
            issuer,
            by_regulator: by_regulator.into(),
            did_not_occur: (reason == "did_not_occur").into(),
            corrective,
        };
        self.of.push(declared, declaration);
    }

    /// The text of an eventID that a declaration may name; [`NONE`] for all others.
    pub(crate) fn text_of(&self, event_id: &str, texts: &Dictionary) -> u32 {
        // Most ledgers have few, and each event asks.
        if self.of.is_empty() { NONE } else { texts.find(event_id).unwrap_or(NONE) }
    }

    /// Does any declaration name this eventID?
    pub(crate) fn name(&self, event_id: u32) -> bool {
        self.of.contains(event_id)
    }

    /// EventIDs of the events that this one is named as a correction of.
    pub(crate) fn corrected_by(&self, event_id: u32) -> Vec<u32> {
        self.corrected_by.get(event_id).to_vec()
    }
}

/// What declarations leave of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// It says nothing any more: it did not occur, or another event replaces it.
    pub(crate) retracted: bool,
    /// Its issuer, or a regulator, declared it to be in error.
    pub(crate) in_error: bool,
    /// Somebody else declared it to be in error.
    pub(crate) disputed: bool,
}

impl Graph {
    /// The standing of an event after all declarations at later positions, in entries below
    /// `until`.
    #[inline]
    pub(crate) fn standing(&self, event: &EventRecord, until: u64) -> Standing {
        // Most events are never declared.
        if event.declared_as == NONE { Standing::default() } else { self.declared(event, until) }
    }

    fn declared(&self, event: &EventRecord, until: u64) -> Standing {
        let mut standing = Standing::default();
        let declarations = self.declarations.of.get(event.declared_as).iter();
        let later = |d: &&Declaration| d.position() > event.position() && d.index < until;
        for declaration in declarations.filter(later) {
            if declaration.issuer != event.issuer && declaration.by_regulator == 0 {
                standing.disputed = true;
                continue;
            }
            standing.in_error = true;
            standing.retracted |=
                declaration.did_not_occur != 0 || self.corrected(declaration, event, until);
        }
        standing
    }

    /// Is a corrective event there, of who declared the error or of who made it?
    fn corrected(&self, declaration: &Declaration, declared: &EventRecord, until: u64) -> bool {
        let issuers = [declaration.issuer, declared.issuer];
        self.declarations.corrective.get(declaration.corrective).iter().any(|id| {
            self.events_with_id(*id)
                .into_iter()
                .filter_map(|event| self.event(event))
                .filter(|event| event.position().index < until)
                .any(|event| issuers.contains(&event.issuer))
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::fixture::{Build as _, at, graph_by, make, position};
    use crate::graph::Issuer;

    #[test]
    fn only_its_issuer_and_a_regulator_put_an_event_in_error() {
        let event = make("e0", at(1, 1), "farm", "lot", 5.0);
        let declared = event.clone().error("did_not_occur", &[]);
        for (id, is_regulator, expected) in [
            ("urn:p:farm", false, (true, true, false)),
            ("urn:p:other", false, (false, false, true)),
            ("urn:p:office", true, (true, true, false)),
        ] {
            let mut graph = graph_by(&[("urn:p:farm", event.clone())]);
            graph.add(position(1), Issuer { id, is_regulator }, &declared);
            let Standing { retracted, in_error, disputed } =
                graph.standing(graph.event(0).unwrap(), u64::MAX);
            assert_eq!((retracted, in_error, disputed), expected, "{id}");
        }
    }
}
