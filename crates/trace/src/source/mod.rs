//! Where it came from: stations ranked by how well each explains the cases, by several methods.
//!
//! Every method is a pure function of a flow graph and an overlay whose positive weights are cases
//! and whose negative weights speak against. A candidate is a station that sells on. Methods other
//! than FoodChain-Lab's score use kilograms: of unknown ones the mean of the known is assumed.
//!
//! - [`Method::Fcl`], after FoodChain-Lab: which share of the cases can it have reached?
//! - [`Method::Horn`], after Horn and Friedrich 2019: food walks on from it at random, by
//!   kilograms; how likely does it come to every case?
//! - [`Method::Sales`], after Kaufman et al. 2014: which part of what was bought at the cases had
//!   passed it?
//! - [`Method::Distance`], after Manitz et al. 2014: how far is it from the cases, where a
//!   frequent way is short? Where no relation at all is known, it goes by who sold to whom.
//!
//! [`Graph::source_flow`](crate::Graph::source_flow) asks them of the ledger: cases by lot, or by
//! place and time.
//!
//! Deliberately absent: the backtracking of Manitz et al. 2016, which climbs from every place with
//! cases to the neighbour with the most, until none has more. It needs cases to be counted at every
//! step of the way. Food makes people ill where it is eaten: whoever sold it has no cases, and a
//! climb would end where it began.
//!
//! All are shares and likelihoods, not proofs: what a rank rests on stands beside it.

mod basis;
mod compare;
mod distance;
mod eaten;
mod find;
mod question;
mod rank;
mod sales;
mod solve;
mod walk;

#[cfg(test)]
mod tests;

pub use basis::{Basis, basis};
pub use compare::{Candidate, Comparison, compare};
pub use find::SourceFlow;
pub use question::{
    CaseAt, CaseBasis, MethodRanks, RankLine, SourceAnswer, SourceCandidate, SourceCase,
    SourceQuestion,
};
pub use rank::{Method, Ranked, Ranking, rank};
