//! EPCIS 2.0 events: reading, checking, identifiers, vocabulary and the event hash.
//!
//! Pure: it must never hold input or output, a clock, randomness, or anything about who may post.
//!
//! ```
//! use laiqu_epcis::{Document, Limits, identifier};
//!
//! let body = r#"{"type": "ObjectEvent", "action": "ADD", "bizStep": "commissioning",
//!     "eventTime": "2026-11-23T06:00:00+08:00", "eventTimeZoneOffset": "+08:00",
//!     "quantityList": [{"epcClass": "urn:epc:class:lgtin:4012345.012345.L1", "quantity": 80,
//!                       "uom": "KGM"}]}"#;
//! let document = Document::parse(body, &Limits::default()).unwrap();
//! let facts = document.events[0].facts("urn:uuid:1");
//! assert_eq!(&*facts.items[0].id, "https://id.gs1.org/01/04012345123456/10/L1");
//! assert_eq!(identifier::kind(&facts.items[0].id), identifier::IdentifierKind::Lot);
//! ```

mod context;
mod cut;
mod document;
mod epc_format;
mod event;
pub mod facts;
mod fault;
mod hash;
pub mod identifier;
pub mod json;
mod label;
mod lot_dates;
mod master_data;
pub mod profile;
pub mod query;
pub mod schedule;
mod split;
pub mod time;
pub mod vocabulary;

pub use context::Prefixes;
pub use document::{ChosenEvents, Document, DocumentKind, EVENT_FAULTS_MAX, FaultyEvent, Limits};
pub use epc_format::EpcFormat;
pub use event::{Event, type_name};
pub use fault::{FAULTS_MAX, Fault, FaultCode};
pub use hash::{HashMode, XmlForm, hash_of};
pub use label::{LABEL_CHARS_MAX, LABELS_MAX};
pub use lot_dates::LotDates;
pub use master_data::{
    MasterData, NAMES, attribute_texts, attribute_uri, pick_name, vocabulary_uri,
};
pub use split::event_ranges;
