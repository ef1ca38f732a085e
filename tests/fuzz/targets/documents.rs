//! EPCIS documents as businesses post them, and the scanner that finds events without reading them.

#![no_main]

use laiqu_epcis::{Document, DocumentKind, Limits, event_ranges};
use libfuzzer_sys::fuzz_target;

fuzz_target!(|data: &[u8]| {
    let limits = Limits::default();
    let ranges = event_ranges(data, &limits);
    let Ok(text) = std::str::from_utf8(data) else { return };
    let parsed = Document::parse(text, &limits);
    let each = Document::parse_each(text, &limits);
    let Ok((document, faulty)) = each else { return assert!(parsed.is_err()) };
    assert_eq!(parsed.is_ok(), faulty.is_empty());
    if document.kind == DocumentKind::Capture
        && let Some(ranges) = ranges
    {
        let found: Vec<&str> = ranges.into_iter().map(|range| &text[range]).collect();
        let read: Vec<&str> = document.events.iter().map(|event| event.raw()).collect();
        assert!(found.iter().zip(&read).all(|(a, b)| std::ptr::eq(*a, *b)), "{found:?} {read:?}");
        assert_eq!(found.len(), read.len());
    }
    for event in document.events.iter().filter(|event| event.is_sound()) {
        assert_eq!(event.hash(), event.hash());
        drop(event.facts(event.event_id().unwrap_or_default()));
        let dates = event.lot_dates();
        assert!(dates.made.is_none_or(|(first, last)| first <= last));
        let mut days = dates.made.into_iter().flat_map(<[i64; 2]>::from).chain(dates.expires);
        assert!(days.all(|days| days.abs() < 3_700_000));
    }
});
