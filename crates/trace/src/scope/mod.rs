//! The scope of a recall, on holdings: which food can carry a hazard, how surely, how much, where
//! it is now, and which records are missing to know it better.
//!
//! A holding is one item put at one place by one event. A hazard spreads from holding to holding
//! along recorded links, and where the hazard does so, through lines, tanks and rooms between two
//! cleanings; a kill step or a regulator's decision ends it. The worst path that is not cleared
//! decides.

mod amounts;
mod answer;
mod area;
mod belonging;
mod borders;
mod checks;
mod demands;
mod index;
mod kilos;
mod movements;
mod network;
mod presence;
mod puts;
mod question;
mod reason;
mod report;
mod resources;
mod share;
mod spread;
mod start;
mod transfers;
mod unlotted;
mod whereabouts;

#[cfg(test)]
pub(crate) mod properties;
#[cfg(test)]
mod rules;

use crate::graph::Graph;
use crate::intern::IdSet;
use crate::question::{Direction, Question};
use crate::view::View;

pub use amounts::{Expectation, ScopeKilograms, StockLine, UnlottedSales, Whereabouts};
pub use answer::{
    Demand, DemandKind, HoldingLink, LateRecord, ScopeAnswer, ScopeHolding, ScopeIssue,
    ScopeIssueKind, ScopeLot, ScopeResource, ScopeRules,
};
pub use area::{Area, Border, Way};
pub(crate) use index::ScopeIndex;
pub use kilos::MasterFacts;
pub(crate) use kilos::ZERO;
pub use movements::{AskWhom, Borders, Crossing, PathExit, Transfer};
pub use network::HoldingLinkKind;
pub(crate) use network::{Edge, Key, Network, Slot, slot};
pub(crate) use presence::was_held;
pub(crate) use puts::{Fate, Put, Puts, Scale, fate, issuer};
pub use question::{
    HOLDING_LINKS_MAX, HOLDINGS_MAX, Hazard, LATE_POSTINGS, LatePosting, ResourceKind,
    SUSPICION_WINDOWS, ScopeQuestion, SuspicionWindow,
};
pub(crate) use reason::Why;
pub use reason::{ScopeGrade, ScopeReason};
pub(crate) use resources::items_at;

use report::Report;
use spread::Spread;

impl Graph {
    /// The scope of a recall. `facts` is what master data says about units and places; `()` for
    /// nothing.
    #[must_use]
    pub fn recall_scope(&self, question: &ScopeQuestion, facts: &dyn MasterFacts) -> ScopeAnswer {
        let seen = Question { as_of: question.as_of, ..Question::new("", Direction::Forward) };
        let view = View::new(self, &seen);
        let mut network = Network::new(&view, question, facts);
        let seeds = network.seeds();
        let mut spread = Spread::run(&mut network, &seeds);
        let starts: IdSet<u32> = seeds.iter().filter_map(|seed| spread.node(seed.key)).collect();
        Report::new(&mut spread, starts).finish()
    }
}
