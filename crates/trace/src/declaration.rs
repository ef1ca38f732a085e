//! Error declarations (EPCIS 2.0, section 7.4.1.3) and what they do to the declared event.

use laiqu_epcis::facts::{ErrorFact, Position};

use crate::graph::Graph;
use crate::intern::{Dictionary, term};
use crate::records::EventRecord;

/// One error declaration, kept under the eventID that it names.
#[derive(Clone, Debug)]
pub(crate) struct Declaration {
    position: Position,
    pub(crate) issuer: u32,
    did_not_occur: bool,
    corrective: Vec<u32>,
}

impl Declaration {
    pub(crate) fn new(
        position: Position,
        issuer: u32,
        error: &ErrorFact,
        texts: &mut Dictionary,
    ) -> Declaration {
        let reason = error.reason.as_deref().map_or("", term);
        Declaration {
            position,
            issuer,
            did_not_occur: reason == "did_not_occur",
            corrective: error.corrective_ids.iter().map(|id| texts.intern(id)).collect(),
        }
    }
}

/// What declarations leave of an event.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) struct Standing {
    /// It says nothing any more: it did not occur, or another event replaces it.
    pub(crate) retracted: bool,
    /// Its issuer declared it to be in error.
    pub(crate) in_error: bool,
    /// Somebody else declared it to be in error.
    pub(crate) disputed: bool,
}

impl Graph {
    /// The standing of an event after all declarations at later positions.
    pub(crate) fn standing(&self, event: &EventRecord) -> Standing {
        let mut standing = Standing::default();
        let Some(declarations) = self.declarations.get(&event.event_id) else { return standing };
        for declaration in declarations.iter().filter(|d| d.position > event.position) {
            if declaration.issuer != event.issuer {
                standing.disputed = true;
                continue;
            }
            standing.in_error = true;
            standing.retracted |= declaration.did_not_occur || self.corrected(declaration);
        }
        standing
    }

    /// Is a corrective event of the same issuer there?
    fn corrected(&self, declaration: &Declaration) -> bool {
        declaration.corrective.iter().any(|id| {
            self.events_with_id(*id)
                .iter()
                .filter_map(|event| self.event(*event))
                .any(|event| event.issuer == declaration.issuer)
        })
    }
}
