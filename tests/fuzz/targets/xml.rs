//! EPCIS XML as businesses post it: whatever is read can be written and read again as the same
//! events, and JSON keeps its events on the way through XML.

#![no_main]

use laiqu_epcis::{Document, Limits};
use laiqu_interchange::{
    CbvFormat, JsonView, event_ranges, read_xml, read_xml_each, read_xml_stored, write_xml,
};
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
            return one_by_one(text, None);
        }
    };
    one_by_one(text, Some(&view));
    match Document::parse(&view.json, &LIMITS) {
        Ok(document) => assert_eq!(document.events.len(), view.events.len()),
        Err(faults) => {
            let places = view.places(text, faults.iter().map(|fault| fault.pointer.as_str()));
            assert_eq!(places.len(), faults.len());
        }
    }
    through_xml(&view.json, true);
});

/// A document whose events are judged one by one, and one that was stored: the same where nothing
/// is wrong, and the same events in the same places where something is.
fn one_by_one(text: &str, right: Option<&JsonView>) {
    let stored = read_xml_stored(text);
    let Ok(view) = read_xml_each(text) else { return assert!(right.is_none()) };
    let stored = stored.expect("what is judged less is read too");
    assert_eq!((&stored.json, &stored.events), (&view.json, &view.events));
    assert_eq!(event_ranges(text).as_ref(), Some(&view.events));
    assert_eq!(view.faulty.is_empty(), right.is_some());
    if let Some(right) = right {
        assert_eq!((&right.json, &right.events), (&view.json, &view.events));
    }
    let ordinals: Vec<usize> = view.faulty.iter().map(|event| event.ordinal as usize).collect();
    assert!(ordinals.is_sorted_by(|a, b| a < b));
    assert!(ordinals.last().is_none_or(|last| *last < view.events.len()));
    assert!(view.faulty.iter().all(|event| !event.faults.is_empty()));
    if let Ok((document, _)) = Document::parse_each(&view.json, &LIMITS) {
        assert_eq!(document.events.len(), view.events.len());
    }
}

/// The same events behind the way through XML, those too that an earlier version took. A context of
/// someone else, which JSON may name, cannot be told in XML; what needs it is then refused.
fn through_xml(json: &str, from_xml: bool) {
    let Ok(document) = Document::parse_stored(json, &LIMITS) else { return };
    let Ok(xml) = write_xml(json, CbvFormat::Urn) else { return };
    let view = read_xml(&xml).unwrap_or_else(|fault| panic!("{fault}\n{xml}"));
    let again = Document::parse_stored(&view.json, &LIMITS);
    let again = again.unwrap_or_else(|faults| panic!("{faults:?}\n{xml}"));
    assert_eq!(document.events.len(), again.events.len());
    for (one, two) in document.events.iter().zip(&again.events) {
        if two.is_readable() || from_xml {
            assert_eq!(one.prehash(), two.prehash(), "{xml}");
        }
    }
}
