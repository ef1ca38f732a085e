//! EPCIS XML as businesses post it: whatever is read can be written and read again as the same
//! events, and JSON keeps its events on the way through XML.

#![no_main]

use laiqu_epcis::{Document, Limits};
use laiqu_interchange::{CbvFormat, event_ranges, read_xml, write_xml};
use libfuzzer_sys::fuzz_target;

const LIMITS: Limits = Limits { bytes_max: usize::MAX, events_max: 10_000 };

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    if text.starts_with('{') {
        through_xml(text, false);
        return;
    }
    let view = match read_xml(text) {
        Ok(view) => view,
        Err(fault) => {
            assert!(fault.place.line > 0 && !fault.to_string().is_empty());
            return;
        }
    };
    assert_eq!(event_ranges(text).as_ref(), Some(&view.events));
    match Document::parse(&view.json, &LIMITS) {
        Ok(document) => {
            assert_eq!(document.events.len(), view.events.len());
            through_xml(&view.json, true);
        }
        Err(faults) => {
            let places = view.places(text, faults.iter().map(|fault| fault.pointer.as_str()));
            assert_eq!(places.len(), faults.len());
        }
    }
});

/// The same events behind the way through XML. A context of someone else, which JSON may name,
/// cannot be told in XML; what needs it is then refused.
fn through_xml(json: &str, from_xml: bool) {
    let Ok(document) = Document::parse(json, &LIMITS) else { return };
    let Ok(xml) = write_xml(json, CbvFormat::Urn) else { return };
    let view = read_xml(&xml).unwrap_or_else(|fault| panic!("{fault}\n{xml}"));
    let again = match Document::parse(&view.json, &LIMITS) {
        Ok(again) => again,
        Err(faults) => return assert!(!from_xml, "{faults:?}\n{xml}"),
    };
    for (one, two) in document.events.iter().zip(&again.events) {
        assert_eq!(one.prehash(), two.prehash(), "{xml}");
    }
    assert_eq!(document.events.len(), again.events.len());
}
