//! Profiles: what a law or a programme wants in events beyond EPCIS itself.
//!
//! A profile is a table of rules ([`Rule`]); this module holds them against a document. What EPCIS
//! itself demands was checked when the document was read.

mod cold_chain;
mod fsma204;
mod gdst;
mod need;
mod rule;

use crate::document::{Document, DocumentKind};
use crate::event::Event;
use need::unmet;
pub use rule::Rule;

/// A set of rules beyond EPCIS.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Profile {
    /// EPCIS 2.0 alone: no rule beyond what every document must keep.
    Epcis,
    /// FDA Food Traceability Rule, 21 CFR part 1 subpart S, as GS1 US maps it to EPCIS.
    Fsma204,
    /// GDST 1.2, seafood.
    Gdst,
    /// Cold chain in China: GB 31605-2020 and the registration of imported cold-chain food.
    ColdChain,
}

impl Profile {
    /// Every profile.
    pub const ALL: [Self; 4] = [Self::Epcis, Self::Fsma204, Self::Gdst, Self::ColdChain];

    /// The name that commands and records use.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Epcis => "epcis",
            Self::Fsma204 => "fsma204",
            Self::Gdst => "gdst",
            Self::ColdChain => "cold-chain",
        }
    }

    /// The profile of this name.
    #[must_use]
    pub fn of_name(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|profile| profile.name() == name)
    }

    /// Its rules, in the order in which they are reported.
    #[must_use]
    pub fn rules(self) -> &'static [Rule] {
        match self {
            Self::Epcis => &[],
            Self::Fsma204 => fsma204::RULES,
            Self::Gdst => gdst::RULES,
            Self::ColdChain => cold_chain::RULES,
        }
    }
}

/// A rule that an event does not keep.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// The rule.
    pub rule: &'static Rule,
    /// Ordinal of the event (0-based).
    pub ordinal: u32,
    /// JSON pointer (RFC 6901) to what is wrong, or to where something is missing.
    pub pointer: String,
}

/// What this document lacks for the profile, event by event.
#[must_use]
pub fn check(document: &Document<'_>, profile: Profile) -> Vec<Finding> {
    let base = match document.kind {
        DocumentKind::Capture => "/epcisBody/eventList/",
        DocumentKind::Query => "/epcisBody/queryResults/resultsBody/eventList/",
        DocumentKind::BareEvent => "",
    };
    let mut findings = Vec::new();
    for (ordinal, event) in (0u32..).zip(&document.events) {
        let at = match document.kind {
            DocumentKind::BareEvent => String::new(),
            DocumentKind::Capture | DocumentKind::Query => format!("{base}{ordinal}"),
        };
        check_event(event, profile, |rule, within| {
            findings.push(Finding { rule, ordinal, pointer: format!("{at}{within}") });
        });
    }
    findings
}

/// Calls `found` with each rule that the event does not keep and the place inside the event.
fn check_event(event: &Event<'_>, profile: Profile, mut found: impl FnMut(&'static Rule, String)) {
    // A declaration repeats the event that it declares wrong, whatever that lacked.
    if event.is_error_declaration() || profile == Profile::Epcis {
        return;
    }
    let facts = event.facts("");
    for rule in profile.rules() {
        if rule.applies(event, &facts) {
            unmet(event, &facts, &rule.need).into_iter().for_each(|within| found(rule, within));
        }
    }
}

#[cfg(test)]
mod tests;
