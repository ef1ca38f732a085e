//! A synthetic city from a seed: its material flow, written down first as the truth, then its
//! parties and the EPCIS 2.0 documents that they would post, recorded errors included.
//!
//! It must never contain a clock, randomness of the machine, files, network, or knowledge of how a
//! ledger or a trace works: it is what these are checked against.
//!
//! ```
//! use laiqu_city::{City, CityConfig};
//! let city = City::build(&CityConfig { events: 2_000, ..CityConfig::default() });
//! assert!(city.truth.balance().is_empty());
//! let pack = city.truth.sample_pack().unwrap();
//! assert!(city.truth.sources_of(pack, true).len() >= 2);
//! ```
#![allow(clippy::indexing_slicing, clippy::cast_possible_truncation)]
// Reason for the line above: the crate takes no input but numbers of its own; every index is one
// that the simulation handed out itself, and every count stays far below 2^32.

mod acts;
mod balance;
mod batch;
mod city;
mod clock;
mod contents;
mod context;
mod describe;
mod dice;
mod farm;
mod flow;
mod goods;
mod header;
mod identifiers;
mod incidents;
mod json;
mod mistakes;
mod names;
mod places;
mod planted;
mod plants;
mod process;
mod production;
mod question;
mod record;
mod render;
mod retail;
mod script;
mod simulate;
#[cfg(test)]
mod tests;
mod trade;
mod transport;
mod truth;

pub use city::{City, CityConfig, CityDocument, EVENTS_MIN};
pub use describe::Description;
pub use incidents::{
    Cleaning, Contaminated, DirtyLine, Excursion, Incidents, Overused, Relabelled,
};
pub use mistakes::Mistake;
pub use places::{CityParty, Signing};
pub use truth::{
    Creation, Flow, ItemIndex, ItemKind, Move, Portion, SiteIndex, Truth, TruthItem, TruthSite,
    Unrecorded,
};
