//! The documents that are posted: one template, in which only digits change.
//!
//! Filling it in costs a copy of its bytes, so a run needs no memory for bodies and the window no
//! time for writing JSON.

/// Media type of every document.
pub(crate) const MEDIA_TYPE: &str = "application/ld+json";

/// What stands before and behind the events of a document.
pub(crate) const HEAD: &str = concat!(
    r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"#,
    r#""type":"EPCISDocument","schemaVersion":"2.0","creationDate":"2026-11-01T20:00:00Z","#,
    r#""epcisBody":{"eventList":["#
);
pub(crate) const TAIL: &str = "]}}";

/// Three lots arrive at a plant. `PPPP` is the party, `NNNNNNNNNN` the number of the pair of
/// events, `HH:MM:SS` a time of day.
const ARRIVAL: &str = concat!(
    r#"{"type":"ObjectEvent","eventID":"urn:uuid:00000000-PPPP-4001-8000-00NNNNNNNNNN","#,
    r#""eventTime":"2026-11-01THH:MM:SS.000+08:00","eventTimeZoneOffset":"+08:00","action":"ADD","#,
    r#""epcList":[],"quantityList":["#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.012345.PPPPNNNNNNNNNNA","quantity":120.5,"uom":"KGM"},"#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.012346.PPPPNNNNNNNNNNB","quantity":80,"uom":"KGM"},"#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.012347.PPPPNNNNNNNNNNC","quantity":15.25,"uom":"KGM"}],"#,
    r#""bizStep":"commissioning","disposition":"active","#,
    r#""readPoint":{"id":"urn:epc:id:sgln:6901234.0PPPP.1"},"#,
    r#""bizLocation":{"id":"urn:epc:id:sgln:6901234.0PPPP.0"},"#,
    r#""bizTransactionList":[{"type":"po","#,
    r#""bizTransaction":"urn:epc:id:gdti:6901234.00002.NNNNNNNNNN"}],"#,
    r#""sourceList":[{"type":"owning_party","source":"urn:epc:id:pgln:6901234.0PPPP"}],"#,
    r#""ilmd":{"cbvmda:harvestStartDate":"2026-10-31","cbvmda:countryOfOrigin":"CN"}}"#
);
/// The same three lots become two.
const MAKING: &str = concat!(
    r#"{"type":"TransformationEvent","eventID":"urn:uuid:00000000-PPPP-4002-8000-00NNNNNNNNNN","#,
    r#""eventTime":"2026-11-02THH:MM:SS.000+08:00","eventTimeZoneOffset":"+08:00","#,
    r#""inputQuantityList":["#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.012345.PPPPNNNNNNNNNNA","quantity":120.5,"uom":"KGM"},"#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.012346.PPPPNNNNNNNNNNB","quantity":80,"uom":"KGM"},"#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.012347.PPPPNNNNNNNNNNC","quantity":15.25,"uom":"KGM"}],"#,
    r#""outputQuantityList":["#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.054321.PPPPNNNNNNNNNND","quantity":160,"uom":"KGM"},"#,
    r#"{"epcClass":"urn:epc:class:lgtin:6901234.054322.PPPPNNNNNNNNNNE","quantity":50,"uom":"KGM"}],"#,
    r#""bizStep":"commissioning","disposition":"active","#,
    r#""readPoint":{"id":"urn:epc:id:sgln:6901234.0PPPP.2"},"#,
    r#""bizLocation":{"id":"urn:epc:id:sgln:6901234.0PPPP.0"},"#,
    r#""bizTransactionList":[{"type":"prodorder","#,
    r#""bizTransaction":"urn:epc:id:gdti:6901234.00003.NNNNNNNNNN"}]}"#
);

/// The first lot that arrives in a pair of events.
pub(crate) fn arrived(party: u64, pair: u64) -> String {
    format!("urn:epc:class:lgtin:6901234.012345.{}A", serial(party, pair))
}

/// How the lots of a pair of events are numbered; a letter follows for each: `A`, `B` and `C`
/// arrive and become `D` and `E`.
pub(crate) fn serial(party: u64, pair: u64) -> String {
    format!("{party:04}{pair:010}")
}

/// What stands at a place of the template.
#[derive(Clone, Copy, Debug)]
enum Field {
    Party,
    Pair,
    Clock,
}

const MARKS: [(&str, Field); 3] =
    [("PPPP", Field::Party), ("NNNNNNNNNN", Field::Pair), ("HH:MM:SS", Field::Clock)];

/// A document of so many events, to be filled in.
#[derive(Clone, Debug)]
pub(crate) struct Template {
    events: u64,
    /// Documents that begin with an arrival and with a making. Where the number of events is
    /// even, all begin with an arrival.
    begins: [Text; 2],
}

#[derive(Clone, Debug)]
struct Text {
    bytes: Vec<u8>,
    /// Where which field stands, and in the how manyth pair of events after the document's first.
    fields: Vec<(usize, Field, u64)>,
}

impl Template {
    pub(crate) fn new(events: u64) -> Self {
        Self { events, begins: [Text::new(events, 0), Text::new(events, 1)] }
    }

    /// Appends the `number`th document of a party.
    pub(crate) fn fill(&self, out: &mut Vec<u8>, party: u64, number: u64) {
        let first_event = number * self.events;
        let [even, odd] = &self.begins;
        let text = if first_event.is_multiple_of(2) { even } else { odd };
        let from = out.len();
        out.extend_from_slice(&text.bytes);
        for &(at, field, pair) in &text.fields {
            let pair = first_event / 2 + pair;
            let Some(place) = out.get_mut(from + at..) else { return };
            match field {
                Field::Party => digits(place, 4, party),
                Field::Pair => digits(place, 10, pair),
                Field::Clock => {
                    digits(place, 2, pair / 3_600 % 24);
                    digits(place.get_mut(3..).unwrap_or_default(), 2, pair / 60 % 60);
                    digits(place.get_mut(6..).unwrap_or_default(), 2, pair % 60);
                }
            }
        }
    }
}

impl Text {
    fn new(events: u64, first: u64) -> Self {
        let (mut bytes, mut fields) = (HEAD.as_bytes().to_vec(), Vec::new());
        for at in first..first + events {
            if at > first {
                bytes.push(b',');
            }
            let event = if at % 2 == 0 { ARRIVAL } else { MAKING };
            for (mark, field) in MARKS {
                let found = event.match_indices(mark);
                fields.extend(found.map(|(place, _)| (bytes.len() + place, field, at / 2)));
            }
            bytes.extend_from_slice(event.as_bytes());
        }
        bytes.extend_from_slice(TAIL.as_bytes());
        Self { bytes, fields }
    }
}

/// Writes a number with leading zeros.
fn digits(place: &mut [u8], count: usize, mut number: u64) {
    for byte in place.iter_mut().take(count).rev() {
        let digit = u8::try_from(number % 10).unwrap_or_default();
        *byte = b'0' + digit;
        number /= 10;
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use laiqu_epcis::{Document, Limits};
    use std::collections::HashSet;

    #[test]
    fn every_document_is_sound_and_no_event_comes_twice() {
        for events in [1, 2, 15, 60] {
            let template = Template::new(events);
            let (mut ids, mut bodies) = (HashSet::new(), HashSet::new());
            for (party, number) in (0..3).flat_map(|party| (0..40).map(move |n| (party, n))) {
                let mut body = Vec::new();
                template.fill(&mut body, party, number);
                let body = String::from_utf8(body).unwrap();
                let document = Document::parse(&body, &Limits::default()).unwrap();
                assert_eq!(document.events.len() as u64, events);
                for event in &document.events {
                    assert!(ids.insert(event.event_id().unwrap().to_owned()), "{body}");
                    let length = event.raw().len();
                    assert!((850..1_000).contains(&length), "{length} bytes");
                }
                bodies.insert(body);
            }
            assert_eq!(bodies.len(), 120);
        }
    }

    #[test]
    fn what_arrives_is_what_is_made_into_something() {
        let template = Template::new(1);
        let text = |number| {
            let mut body = Vec::new();
            template.fill(&mut body, 7, number);
            String::from_utf8(body).unwrap()
        };
        let (arrival, making) = (text(246), text(247));
        for lot in ["A", "B", "C"] {
            let lot = format!("00070000000123{lot}\"");
            assert!(arrival.contains(&lot) && making.contains(&lot), "{lot}\n{arrival}\n{making}");
        }
        assert!(making.contains("T00:02:03.000+08:00"), "{making}");
        let named = format!("\"{}\"", arrived(7, 123));
        assert!(arrival.contains(&named) && making.contains(&named), "{named}");
    }
}
