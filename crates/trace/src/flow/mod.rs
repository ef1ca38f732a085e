//! The abstract flow graph: deliveries, what went into what, and scores of who can explain cases.
//!
//! A vertex is a delivery: from a station, to a station, within two intervals of days, with
//! kilograms. Which delivery went into which other is said explicitly. Lots group vertices. What
//! an investigator assumes (weights, cross-contamination, kill steps, merged stations) belongs to
//! a question and lies over the graph as an [`Overlay`]; the graph itself never changes.
//!
//! The rules are FoodChain-Lab's, in both of its forms (see [`Engine`]). Where its results depend
//! on the order in which it visits a cycle, sets are computed here on strongly connected parts, so
//! that each weighted element counts once and no order shows.
//!
//! ```
//! use laiqu_trace::flow::{Delivery, Engine, FlowGraph, Overlay, score};
//!
//! // A farm sells to a shop, and the shop to a customer who fell ill.
//! let deliveries = vec![Delivery::new(0, 1), Delivery::new(1, 2)];
//! let graph = FlowGraph::new(3, deliveries, vec![(0, 1)]).unwrap();
//! let mut question = Overlay::of(&graph);
//! question.stations[2].weight = 1.0;
//! let scores = score(&graph, &question, Engine::Desktop);
//! assert_eq!(scores.stations[0].score, 1.0);
//! ```

mod arrays;
mod csr;
mod dates;
mod days;
mod graph;
mod groups;
mod network;
mod overlay;
mod parts;
mod reach;
mod score;
mod steps;

#[cfg(test)]
mod facts;
#[cfg(test)]
mod oracle;
#[cfg(test)]
mod properties;

pub use csr::Csr;
pub use dates::DateMode;
pub use days::Days;
pub use graph::{Delivery, FlowGraph, NotInGraph};
pub use groups::{Group, GroupBy, GroupKind, groups};
pub use network::Network;
pub use overlay::{Engine, Observed, Overlay, Setting};
pub use reach::{Reached, Start};
pub use score::{Score, Scores, score};

pub(crate) use arrays::{at, set};
pub(crate) use parts::Parts;
