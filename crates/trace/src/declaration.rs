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
    by_regulator: bool,
    did_not_occur: bool,
    pub(crate) corrective: Vec<u32>,
}

impl Declaration {
    pub(crate) fn new(
        position: Position,
        (issuer, by_regulator): (u32, bool),
        error: &ErrorFact,
        texts: &mut Dictionary,
    ) -> Declaration {
        let reason = error.reason.as_deref().map_or("", term);
        Declaration {
            position,
            issuer,
            by_regulator,
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
    /// Its issuer, or a regulator, declared it to be in error.
    pub(crate) in_error: bool,
    /// Somebody else declared it to be in error.
    pub(crate) disputed: bool,
}

impl Graph {
    /// The standing of an event after all declarations at later positions, in entries below
    /// `until`.
    pub(crate) fn standing(&self, event: &EventRecord, until: u64) -> Standing {
        let mut standing = Standing::default();
        let Some(declarations) = self.declarations.get(&event.declared_as) else { return standing };
        let later = |d: &&Declaration| d.position > event.position && d.position.index < until;
        for declaration in declarations.iter().filter(later) {
            if declaration.issuer != event.issuer && !declaration.by_regulator {
                standing.disputed = true;
                continue;
            }
            standing.in_error = true;
            standing.retracted |=
                declaration.did_not_occur || self.corrected(declaration, event, until);
        }
        standing
    }

    /// Is a corrective event there, of who declared the error or of who made it?
    fn corrected(&self, declaration: &Declaration, declared: &EventRecord, until: u64) -> bool {
        let issuers = [declaration.issuer, declared.issuer];
        declaration.corrective.iter().any(|id| {
            self.events_with_id(*id)
                .into_iter()
                .filter_map(|event| self.event(event))
                .filter(|event| event.position.index < until)
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
