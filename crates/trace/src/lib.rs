//! The lot graph: where food came from, where it went, and how sure that is.
//!
//! It must never contain files, clocks, randomness or HTTP: events come in as [`Facts`] with their
//! ledger position, and everything else is derived when a question is asked, so that the order of
//! arrival changes no answer.
//!
//! [`Facts`]: laiqu_epcis::facts::Facts

mod answer;
mod attribution;
mod balance;
mod batch;
mod belonging;
mod closure;
mod containment;
mod cycle;
mod declaration;
mod detail;
mod event_ids;
mod expand;
mod exposure;
mod few;
mod filling;
pub mod flow;
mod gathering;
mod grade;
mod graph;
mod grouping;
mod holding;
mod intern;
mod issues;
mod journey;
mod last_change;
mod layout;
mod ledger_flow;
mod links;
mod moves;
mod ordering;
mod pairing;
mod pool;
mod product_lots;
mod quality;
mod quantity;
mod question;
mod reach;
mod records;
mod scope;
mod seen;
mod selection;
mod settled;
pub mod source;
mod starts;
mod store;
mod telling;
mod time;
mod timeline;
mod told_by;
mod vertex;
mod view;
mod walk;
#[cfg(test)]
mod walk_rules;

#[cfg(test)]
mod cases;
#[cfg(test)]
mod fixture;
#[cfg(test)]
mod move_rules;
#[cfg(test)]
mod pairing_rules;
#[cfg(test)]
mod path_rules;
#[cfg(test)]
mod properties;
#[cfg(test)]
mod rules;
#[cfg(test)]
mod start_rules;

pub use answer::{
    Answer, Cut, EventLine, Issue, IssueKind, Kilograms, Limit, Link, LinkKind, Lot, LotKind,
    PairedBy, PositionLine, StatedQuantity,
};
pub use balance::{
    BALANCE_ROWS_MAX, Balance, BalanceQuestion, BalanceRow, Came, CertificateRow, RunRow, Verdict,
    Went,
};
pub use detail::{Amounts, Detail};
pub use exposure::{
    Exposure, ExposureInterval, ExposureKind, ExposureQuestion, PlaceExposure, TemperatureLimits,
};
pub use grade::{Grade, Reason};
pub use graph::{Graph, Issuer};
pub use layout::{
    BoxKind, Drawable, DrawnEdge, DrawnNode, Layout, MEMBERS_NAMED_MAX, NODES_DRAWN_MAX, Point,
};
pub use ledger_flow::{FLOW_DELIVERIES_MAX, FlowDelivery, FlowStation, LedgerFlow};
pub use product_lots::{LotsAsked, ProductLot};
pub use quality::{FLAWS_MAX, Flaw, FlawKind, Quality, QualityQuestion};
pub use question::{Direction, Interval, LINKS_MAX, LOTS_MAX, Question, Start, Visibility};
pub use reach::Reached;
pub use scope::{
    Area, AskWhom, Border, Borders, Crossing, Demand, DemandKind, Expectation, HOLDING_LINKS_MAX,
    HOLDINGS_MAX, Hazard, HoldingLink, HoldingLinkKind, LATE_POSTINGS, LatePosting, LateRecord,
    MasterFacts, PathExit, ResourceKind, SUSPICION_WINDOWS, ScopeAnswer, ScopeGrade, ScopeHolding,
    ScopeIssue, ScopeIssueKind, ScopeKilograms, ScopeLot, ScopeQuestion, ScopeReason,
    ScopeResource, ScopeRules, StockLine, SuspicionWindow, Transfer, UnlottedSales, Way,
    Whereabouts,
};
pub use selection::Selection;
pub use telling::{Lines, Telling};
pub use time::{CLOCK_TOLERANCE_MICROS, rfc3339};
pub use told_by::{Told, ToldAt};
