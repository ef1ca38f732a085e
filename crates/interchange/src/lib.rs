//! EPCIS XML and EPCIS JSON-LD, each read into the other without a change of meaning.
//!
//! Pure: it must never hold input or output, a clock, or anything about who may post. What XML is
//! read (EPCIS 2.0, and 1.x read-only) becomes a JSON document that [`laiqu_epcis`] then checks;
//! JSON becomes EPCIS XML 2.0. Either way every event keeps its event hash.
//!
//! ```
//! let xml = r#"<epcis:EPCISDocument xmlns:epcis="urn:epcglobal:epcis:xsd:2" schemaVersion="2.0">
//!   <EPCISBody><EventList><ObjectEvent>
//!     <eventTime>2026-11-23T06:00:00+08:00</eventTime>
//!     <eventTimeZoneOffset>+08:00</eventTimeZoneOffset>
//!     <epcList><epc>urn:epc:id:sgtin:4012345.011111.9876</epc></epcList>
//!     <action>OBSERVE</action>
//!     <bizStep>urn:epcglobal:cbv:bizstep:shipping</bizStep>
//!   </ObjectEvent></EventList></EPCISBody>
//! </epcis:EPCISDocument>"#;
//! let view = laiqu_interchange::read_xml(xml).unwrap();
//! assert!(view.json.contains(r#""bizStep":"shipping""#));
//! let again = laiqu_interchange::write_xml(&view.json, Default::default()).unwrap();
//! assert!(again.contains("<bizStep>https://ref.gs1.org/cbv/BizStep-shipping</bizStep>"));
//! ```

mod fault;
pub mod foodchain_lab;
mod place;
mod read;
mod schema;
mod tree;
mod value;
mod write;

pub use fault::{FaultyXmlEvent, XmlFault, XmlFaultCode};
pub use place::Place;
pub use read::{JsonView, event_ranges, read_xml, read_xml_each, read_xml_stored};
pub use write::{CbvFormat, WriteFault, write_xml};
