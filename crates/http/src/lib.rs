//! The ledger over HTTP: routes, JSON, problems, pages, and the description of it all.
//!
//! It must never contain a rule of the ledger or reach storage: it reads requests, asks the
//! service, and writes answers.

mod asked;
mod audit;
mod balance;
mod body;
mod catalogue;
mod connections;
mod credentials;
mod descriptors;
pub mod dto;
mod epcis;
mod exposure;
mod find;
mod finish;
mod holding;
mod key_life;
mod large;
pub mod limits;
mod log;
mod master_data;
mod metrics;
mod openapi;
mod pages;
mod path;
mod problem;
mod proofs;
mod quality;
mod query;
mod reads;
mod registry;
mod request_id;
mod resolver;
mod routes;
mod scope;
mod selection;
mod server;
mod source;
mod state;
mod streamed;
mod traffic;
mod witness;
mod xml;

#[cfg(test)]
mod tests;

pub use catalogue::{PROBLEMS, ProblemKind, problem_kind};
pub use epcis::notification_document;
pub use openapi::{openapi, openapi_json};
pub use server::{Server, ServerError};
