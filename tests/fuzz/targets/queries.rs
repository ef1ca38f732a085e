//! Event queries, in an address and as a JSON object, held against an event of the same input: what
//! matches is always among what the plan finds.

#![no_main]

use laiqu_epcis::query::{Atom, EventQuery, NoMasterData, Recorded, ordered_time, terms};
use laiqu_epcis::{Document, Limits, Prefixes, json};
use libfuzzer_sys::fuzz_target;

const RECORDED: Recorded<'_> = Recorded { event_id: "urn:x:1", record_time: 0 };

fuzz_target!(|data: &[u8]| {
    let Ok(text) = std::str::from_utf8(data) else { return };
    let mut parts = text.splitn(2, '\n');
    let (asked, event) = (parts.next().unwrap_or_default(), parts.next().unwrap_or_default());
    let queries = [of_address(asked), json::parse(asked).ok().and_then(|n| of_json(&n))];
    let Ok(document) = Document::parse(event, &Limits::default()) else { return };
    for query in queries.into_iter().flatten() {
        for event in &document.events {
            let facts = event.facts(RECORDED.event_id);
            let terms = terms(event, &facts, RECORDED);
            let held = |atom: &Atom| match *atom {
                Atom::Term(term) => terms.terms.binary_search(&term).is_ok(),
                Atom::Range { key, from, to } => {
                    terms.ranges.iter().any(|(k, value)| *k == key && (from..=to).contains(value))
                }
                Atom::Recorded { from, to } => (from..=to).contains(&ordered_time(0)),
            };
            let planned = query.plan(&NoMasterData).all.iter().all(|any| any.iter().any(held));
            assert!(planned || !query.matches(event, &facts, RECORDED, &NoMasterData));
            assert_eq!(query.sort_key(event), query.sort_key(event));
        }
    }
});

fn of_address(text: &str) -> Option<EventQuery> {
    let pairs = text.split('&').map(|pair| pair.split_once('=').unwrap_or((pair, "")));
    let split = |value: &str| value.split('|').map(str::to_owned).collect();
    let list: Vec<_> = pairs.map(|(name, value)| (name.to_owned(), split(value))).collect();
    let prefixes = Prefixes::declaring([("ex", "https://ns.example/")]);
    EventQuery::of_parameters(&list, &prefixes).ok()
}

fn of_json(object: &json::Node<'_>) -> Option<EventQuery> {
    EventQuery::of_json(object).ok()
}
