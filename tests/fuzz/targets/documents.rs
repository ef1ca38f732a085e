//! EPCIS documents as businesses post them.

#![no_main]

use laiqu_epcis::{Document, Limits};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let Ok(document) = Document::parse(text, &Limits::default()) else { return };
    for event in &document.events {
        assert!(text.contains(event.raw()), "an event stands in its document as it was sent");
        assert_eq!(event.hash(), event.hash());
        drop(event.facts(event.event_id().unwrap_or_default()));
    }
});
