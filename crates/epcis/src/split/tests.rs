//! Ranges against those of the full reader.

use proptest::prelude::*;

use super::*;
use crate::{ChosenEvents, Document};

const EVENT: &str = r#"{"type":"ObjectEvent","action":"OBSERVE",
    "eventTime":"2026-11-23T06:00:00+08:00","eventTimeZoneOffset":"+08:00",
    "epcList":["urn:epc:id:sgtin:4012345.012345.1"],"bizStep":"shipping"}"#;

/// What the full reader answers, `None` where it refuses the text.
fn parsed(text: &str) -> Option<Vec<Range<usize>>> {
    let document = Document::parse(text, &Limits::default()).ok()?;
    let base = text.as_ptr() as usize;
    let range = |raw: &str| {
        let from = raw.as_ptr() as usize - base;
        from..from + raw.len()
    };
    Some(document.events.iter().map(|event| range(event.raw())).collect())
}

fn split(text: &str) -> Option<Vec<Range<usize>>> {
    event_ranges(text.as_bytes(), &Limits::default())
}

fn document(head: &str, events: &[String]) -> String {
    let list = events.join(" ,\n");
    format!(
        r#"{{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],
        "type":"EPCISDocument"{head},"epcisBody":{{ "eventList" : [{list}] }}}}"#
    )
}

/// An event with a text in an extension, so that any character can stand anywhere.
fn event(text: &str) -> String {
    let text = serde_json::Value::from(text).to_string();
    let extension = format!(r#""ex:note":[{{"x":{{"y":[{text}]}}}},[]],"ex:{}":"#, text.len());
    EVENT.replacen(
        '{',
        &format!(r#"{{"@context":{{"ex":"https://e.example/"}},{extension}{text},"#),
        1,
    )
}

#[test]
fn documents_are_split_as_the_full_reader_does() {
    for count in [0, 1, 2, 60] {
        let text = document("", &vec![EVENT.to_owned(); count]);
        let ranges = split(&text).unwrap();
        assert_eq!(ranges.len(), count);
        assert!(ranges.iter().all(|range| text[range.clone()] == *EVENT));
        assert_eq!(Some(ranges), parsed(&text), "{count} events");
    }
}

#[test]
fn what_only_the_full_reader_can_tell_is_left_to_it() {
    let good = document("", &[EVENT.to_owned()]);
    assert!(split(&good).is_some());
    for other in [
        EVENT.to_owned(),
        good.replace("EPCISDocument", "EPCISQueryDocument"),
        good.replace("EPCISDocument", "epcis:EPCISDocument"),
        good.replace("\"type\":\"EPCISDocument\"", "\"x\":1"),
        good.replace("\"type\":\"EPCISDocument\"", "\"@type\":\"EPCISDocument\""),
        good.replacen("{", "{\"epcisBody\":{},", 1),
        good.replacen("{", "{\"epcisBody\":{\"eventList\":[]},", 1),
        good.replacen("{", "{\"type\":\"EPCISDocument\",", 1),
        good.replacen("{", "{\"\\u0065pcisBody\":{},", 1),
        good.replace("eventList", "event\\u004cist"),
        good.replace("{ \"eventList\"", "{\"eventList\":[],\"eventList\""),
        good.replace("[{\"type\"", "[1,{\"type\""),
        good.replace("}] }}", "} {}] }}"),
        good.replace("}] }}", "},] }}"),
        good.replace("}] }}", "}]] }}"),
        good.replace("}] }}", "}] }} x"),
        good.replace("}] }}", "}] }"),
        good.replace("}] }}", "]} }}"),
        good.replace("\"shipping\"", "\\\"shipping\""),
        good.replace("\"shipping\"", "\"shipping"),
        String::new(),
        "[".repeat(100),
        format!("{{\"x\":{}", "[".repeat(100)),
    ] {
        assert_eq!(split(&other), None, "{other}");
    }
    let limits = Limits { events_max: 1, ..Limits::default() };
    let two = document("", &vec![EVENT.to_owned(); 2]);
    assert_eq!(event_ranges(two.as_bytes(), &limits), None);
    assert!(event_ranges(good.as_bytes(), &limits).is_some());
    let limits = Limits { bytes_max: good.len() - 1, ..Limits::default() };
    assert_eq!(event_ranges(good.as_bytes(), &limits), None);
}

#[test]
fn quotes_and_backslashes_may_stand_on_any_byte_of_a_block() {
    for before in 0..140 {
        for text in ["\"", "\\", "\\\"", "\\\\\"}", "]\"}", "\\\\\\\\", "\"\"[{"] {
            let text = format!("{}{text}{}", " ".repeat(before), "\\".repeat(before % 5));
            let text = document("", &[event(&text), EVENT.to_owned(), event("")]);
            let ranges = split(&text);
            assert!(ranges.is_some() && ranges == parsed(&text), "{text}");
        }
    }
}

/// Characters that matter here, more often than others.
fn characters() -> impl Strategy<Value = String> {
    prop::collection::vec(
        prop_oneof![
            3 => prop::sample::select(vec!['"', '\\', '{', '}', '[', ']', ',', ':', 'y', '_', '\u{7f}']),
            1 => any::<char>(),
        ],
        0..90,
    )
    .prop_map(|list| list.into_iter().collect())
}

/// Of an event all that a reader sees.
fn seen(event: &crate::Event<'_>) -> (String, String, String) {
    (event.raw().to_owned(), format!("{:?}", event.facts("")), event.hash())
}

#[test]
fn chosen_events_are_those_of_the_whole_document() {
    let own = event("x").replace("shipping", "ex:step");
    let good = document(r#","epcisHeader":{}"#, &[EVENT.to_owned(), own, event("y")]);
    let twice = good.replacen('{', r#"{"@context":{"ex":"https://other.example/"},"#, 1);
    let object = good.replacen(
        r#"["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"]"#,
        r#"{"bare":"https://bare.example/","ex":"https://doc.example/"}"#,
        1,
    );
    for text in [good.clone(), good.replace("EPCISDocument", "epcis:EPCISDocument"), object] {
        let whole = Document::parse_stored(&text, &Limits::default()).unwrap();
        for ordinals in [&[0, 1, 2][..], &[2], &[1, 0], &[], &[7, 1]] {
            let chosen = ChosenEvents::parse(&text, &Limits::default(), ordinals).unwrap();
            assert_eq!(chosen.context_raw(), whole.context_raw());
            for ordinal in 0..8 {
                let expected = whole.events.get(ordinal as usize).map(seen);
                let expected = expected.filter(|_| ordinals.contains(&ordinal));
                assert_eq!(chosen.get(ordinal).map(seen), expected, "{ordinal} of {text}");
            }
        }
    }
    // What the full reader refuses is left to it.
    let faults = ChosenEvents::parse(&twice, &Limits::default(), &[0]).unwrap_err();
    assert_eq!(Some(faults), Document::parse_stored(&twice, &Limits::default()).err());
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn any_text_in_any_event_changes_nothing(texts in prop::collection::vec(characters(), 0..6)) {
        let events: Vec<String> = texts.iter().map(|text| event(text)).collect();
        let head = format!(r#","ex:h":{}"#, serde_json::Value::from(texts.concat()));
        let text = document(&head, &events);
        let full = parsed(&text);
        prop_assert!(full.is_some(), "{}", text);
        prop_assert_eq!(split(&text), full);
        let whole = Document::parse(&text, &Limits::default()).unwrap();
        let ordinals: Vec<u32> = (0u32..).zip(&events).map(|(at, _)| at).collect();
        let chosen = ChosenEvents::parse(&text, &Limits::default(), &ordinals).unwrap();
        for (ordinal, event) in (0..).zip(&whole.events) {
            prop_assert_eq!(chosen.get(ordinal).map(seen), Some(seen(event)));
        }
    }

    /// A changed document is split like the full reader does, if that still takes it.
    #[test]
    fn where_both_answer_they_agree(
        text in characters(),
        at: prop::sample::Index,
        with in prop::sample::select(b"\"\\{}[],: x0".to_vec()),
        removed in 0_usize..3,
    ) {
        let mut bytes = document("", &[event(&text), EVENT.to_owned()]).into_bytes();
        let at = at.index(bytes.len());
        let to = (at + removed).min(bytes.len());
        bytes.splice(at..to, [with]);
        if let Ok(text) = String::from_utf8(bytes)
            && let (Some(split), Some(full)) = (split(&text), parsed(&text))
        {
            prop_assert_eq!(split, full);
        }
    }

    #[test]
    fn no_bytes_panic(bytes in prop::collection::vec(
        prop_oneof![prop::sample::select(b"\"\\{}[],:".to_vec()), any::<u8>()], 0..300,
    )) {
        let _ranges = event_ranges(&bytes, &Limits::default());
        for from in 0..bytes.len() {
            let end = nested_end(&bytes, from);
            prop_assert!(end.is_none_or(|end| from < end && end <= bytes.len()));
        }
    }

    /// Brackets, quotes and escapes in any order.
    #[test]
    fn an_end_that_is_found_is_the_first(bytes in prop::collection::vec(
        prop::sample::select(b"\"\\{}[],: 0e".to_vec()), 0..300,
    )) {
        for from in 0..bytes.len() {
            if let (b'{' | b'[', Some(end)) = (bytes[from], nested_end(&bytes, from)) {
                prop_assert_eq!(Some(end), plainly(&bytes, from), "from {}", from);
            }
        }
    }
}

/// [`nested_end`] one byte at a time.
fn plainly(bytes: &[u8], from: usize) -> Option<usize> {
    let (mut depth, mut inside, mut escaped) = (0, false, false);
    for (at, byte) in bytes.iter().enumerate().skip(from) {
        match byte {
            _ if escaped => escaped = false,
            b'\\' if inside => escaped = true,
            b'"' => inside = !inside,
            b'{' | b'[' if !inside => depth += 1,
            b'}' | b']' if !inside => {
                depth -= 1;
                if depth == 0 {
                    return Some(at + 1);
                }
            }
            _ => {}
        }
    }
    None
}
