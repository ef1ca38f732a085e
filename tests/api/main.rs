//! The HTTP interface of a real server: what it does, what it refuses, and that a refusal leaves
//! the ledger as it was.

// A test stops where it cannot go on; unwrapping says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod as_of;
mod audit;
mod bad_input;
mod capture_jobs;
mod captures;
mod collections;
mod conflicts;
mod discovery;
mod erasure;
mod find;
mod following;
mod hub;
mod key_life;
mod layout;
mod limits;
mod local_metrics;
mod master_data;
mod metrics;
mod named_queries;
mod openapi;
mod overload;
mod pages;
mod parties;
mod profile;
mod queries;
mod races;
mod reads;
mod request_ids;
mod resolver;
mod routes;
mod scope;
mod signatures;
mod signing;
mod single_events;
mod slow_clients;
mod sockets;
mod source;
mod tiles;
mod xml;

/// A lot as a URN and as a Digital Link.
const LOT_URN: &str = "urn:epc:class:lgtin:4012345.011111.A1";
const LOT: &str = "https://id.gs1.org/01/04012345111118/10/A1";
/// Another lot, made from it.
const MADE: &str = "https://id.gs1.org/01/04012345222226/10/B1";

/// Media types that a document may have.
const JSON: &str = "application/json";
const JSON_LD: &str = "application/ld+json";
const JWK: &str = "application/jwk+json";

/// A document that creates the lot.
fn creation(event_id: &str) -> String {
    laiqu_tests::document(&[laiqu_tests::commissioned(event_id, LOT_URN, 5)])
}
