//! EPCIS XML that others published: read, hashed, refused, and written again.

use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

use crate::epcis_documents::{epcis_dir, files};
use laiqu_epcis::{Document, Limits, XmlForm, hash_of};
use laiqu_interchange::{CbvFormat, read_xml, read_xml_stored, write_xml};

/// Documents that are refused, and why. All but the last group are no valid EPCIS documents.
const REFUSED: &[(&str, &str)] = &[
    ("event-hash-vectors/examples/SensorDataExamples.xml", "wrong-order"),
    ("gs1/xml/CaptureJob/", "not-a-document"),
    ("1.2/EPCIS/XML/Capture/Documents/TransactionEvent_all_possible_fields.xml", "bad-time"),
    // Has ILMD of what was only observed, and a certificate that is no URI.
    ("1.2/EPCIS/XML/Capture/Documents/ObjectEvent_all_possible_fields.xml", "wrong-shape"),
    ("XML/Capture/Invalid/ObjectEvent_with_invalid_eventTime_format.xml", "bad-time"),
    ("XML/Capture/Invalid/ObjectEvent_with_near_miss_action.xml", "unknown-word"),
    ("XML/Capture/Invalid/ObjectEvent_with_wrong_element_order.xml", "wrong-order"),
    ("XML/Query/Invalid/QueryDocument_with_invalid_action.xml", "unknown-word"),
    ("XML/Query/ObjectEventWithAllPossibleFields.xml", "bad-time"),
    ("XML/Query/TransformationEvent_with_error_declaration.xml", "bad-time"),
    ("XML/Query/Queries/SimpleEventQuery.xml", "not-a-document"),
    // Two examples of GS1 start with a document type, which is never read.
    ("gs1/xml/WithFullCombinationOfFields/object_event_all_possible_fields.xml", {
        "doctype-refused"
    }),
    ("gs1/xml/WithFullCombinationOfFields/transaction_event_all_possible_fields.xml", {
        "doctype-refused"
    }),
];

/// The JSON of a document that can be read, or the code of its first fault.
fn view(xml: &str) -> Result<String, String> {
    let view = read_xml(xml).map_err(|fault| fault.code.as_str().to_owned())?;
    match Document::parse(&view.json, &Limits::default()) {
        Ok(document) => {
            assert_eq!(document.events.len(), view.events.len());
            Ok(view.json)
        }
        Err(faults) => Err(faults[0].code.as_str().to_owned()),
    }
}

fn shown<'p>(path: &'p Path, dir: &Path) -> &'p str {
    path.strip_prefix(dir).unwrap().to_str().unwrap()
}

#[test]
fn xml_documents_get_the_verdict_they_should() {
    let Some(dir) = epcis_dir() else { return };
    let (mut read, mut refused) = (0, 0);
    for path in files(&dir, &["xml"]) {
        let name = shown(&path, &dir);
        let expected = REFUSED.iter().find(|(part, _)| name.contains(part));
        match (view(&fs::read_to_string(&path).unwrap()), expected) {
            (Ok(_), None) => read += 1,
            (Err(code), Some((_, why))) => {
                assert_eq!(code, *why, "{name}");
                refused += 1;
            }
            (Ok(_), Some(_)) => panic!("{name} was read"),
            (Err(code), None) => {
                assert!(name.contains("/invalid/"), "{name}: {code}");
                refused += 1;
            }
        }
    }
    assert_eq!((read, refused), (READ, files(&dir, &["xml"]).len() - READ));
}

/// How many of the published XML documents are read.
const READ: usize = 76;

/// Which form of the event hash is held against the manifest.
#[derive(Clone, Copy, PartialEq)]
enum Form {
    /// Our own, of documents that are captured.
    Own,
    /// That of the reference program, of whatever it read: not all of it would be captured.
    Reference,
}

/// Events of all XML documents by tier: as expected, of all; and those that are not.
fn verdicts(dir: &Path, form: Form) -> (BTreeMap<String, (usize, usize)>, Vec<String>) {
    let manifest = fs::read_to_string(dir.join("event-hash-manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let (mut verdicts, mut misses) = (BTreeMap::<String, (usize, usize)>::new(), Vec::new());
    for path in files(dir, &["xml"]) {
        let name = shown(&path, dir);
        let Some(expected) = manifest["files"][name]["events"].as_array() else { continue };
        let xml = fs::read_to_string(&path).unwrap();
        let Ok(read) = read_xml_stored(&xml) else { continue };
        if form == Form::Own && view(&xml).is_err() {
            continue;
        }
        let document = Document::parse_stored(&read.json, &Limits::default()).unwrap();
        for expected in expected {
            let at = usize::try_from(expected["i"].as_u64().unwrap()).unwrap();
            let of_reference = expected["hash_ref"].as_str();
            let own = expected["hash_spec"].as_str().filter(|_| form == Form::Own);
            let expected_hash = own.or(of_reference).unwrap();
            let tier = expected["tier"].as_str().unwrap();
            let verdict = verdicts.entry(tier.to_owned()).or_default();
            verdict.1 += 1;
            let prehash = match form {
                Form::Own => document.events[at].prehash(),
                Form::Reference => {
                    let ignored = read.ignored.clone();
                    document.events[at].prehash_of_xml(&XmlForm { ignored })
                }
            };
            if hash_of(&prehash) == expected_hash {
                verdict.0 += 1;
            } else {
                misses.push(format!("{tier} {name} {at}: {prehash}"));
            }
        }
    }
    (verdicts, misses)
}

#[test]
fn event_hashes_of_xml_are_those_of_the_reference() {
    let Some(dir) = epcis_dir() else { return };
    let (verdicts, misses) = verdicts(&dir, Form::Own);
    // A compact URI in an attribute means the same in XML and JSON here, so that both forms of an
    // event have one hash; the reference expands it in JSON only. And nothing is left out of our
    // own form because a document asks for it (`ignoreFields`).
    let differs = |miss: &&String| !miss.contains("IgnoreFields") && !miss.contains("SensorData");
    let others: Vec<_> = misses.iter().filter(|m| m.starts_with("A ")).filter(differs).collect();
    assert!(others.is_empty(), "{others:#?}");
    let of = |tier: &str| verdicts.get(tier).copied().unwrap_or_default();
    assert_eq!(of("A"), (89, 95));
    assert_eq!((of("B"), of("C")), ((16, 24), (19, 29)), "{misses:#?}");
}

#[test]
fn the_other_form_of_xml_is_what_the_reference_program_prints() {
    let Some(dir) = epcis_dir() else { return };
    let (verdicts, misses) = verdicts(&dir, Form::Reference);
    let of = |tier: &str| verdicts.get(tier).copied().unwrap_or_default();
    assert_eq!(of("A"), (104, 104), "{misses:#?}");
    // The others have namespaces without a slash, whose members the program repeats at the end,
    // members that it does not know where they stand, which it repeats too, and an event with a
    // prefix of EPCIS itself.
    assert_eq!((of("B"), of("C")), ((23, 27), (18, 32)), "{misses:#?}");
}

#[test]
fn documents_that_are_equal_in_json_and_xml_hash_equal() {
    let Some(dir) = epcis_dir() else { return };
    let manifest = fs::read_to_string(dir.join("event-hash-manifest.json")).unwrap();
    let manifest: serde_json::Value = serde_json::from_str(&manifest).unwrap();
    let hashes = |name: &str| -> Option<Vec<String>> {
        let events = manifest["files"][name]["events"].as_array()?;
        events.iter().map(|event| event["hash_ref"].as_str().map(str::to_owned)).collect()
    };
    let mut pairs = 0;
    for path in files(&dir, &["xml"]) {
        let name = shown(&path, &dir);
        let stem = name.strip_suffix(".xml").unwrap();
        for twin in [".json", ".jsonld"].map(|end| stem.to_owned() + end) {
            let twin = twin.replace("/XML/", "/JSON/").replace("gs1/xml/", "gs1/json/");
            let (Some(one), Some(two)) = (hashes(name), hashes(&twin)) else { continue };
            let Ok(xml) = view(&fs::read_to_string(&path).unwrap()) else { continue };
            let json = fs::read_to_string(dir.join(&twin)).unwrap();
            let xml = Document::parse(&xml, &Limits::default()).unwrap();
            let json = Document::parse(&json, &Limits::default()).unwrap();
            for (at, (one, two)) in one.iter().zip(&two).enumerate() {
                if one == two {
                    let (xml, json) = (&xml.events[at], &json.events[at]);
                    assert_eq!(xml.prehash(), json.prehash(), "{name} {at}");
                    pairs += 1;
                }
            }
        }
    }
    assert_eq!(pairs, 51);
}

/// Writes a document as XML and reads it again: the same events by their hash.
fn round(name: &str, json: &str, cbv: CbvFormat) -> usize {
    let document = Document::parse(json, &Limits::default()).unwrap();
    let xml = write_xml(json, cbv).unwrap_or_else(|fault| panic!("{name}: {fault}"));
    let again = view(&xml).unwrap_or_else(|code| panic!("{name}: {code}\n{xml}"));
    let again = Document::parse(&again, &Limits::default()).unwrap();
    assert_eq!(document.events.len(), again.events.len(), "{name}");
    assert_eq!(document.master_data.len(), again.master_data.len(), "{name}");
    for (one, two) in document.events.iter().zip(&again.events) {
        assert_eq!(one.prehash(), two.prehash(), "{name}");
        assert_eq!(one.hash(), two.hash(), "{name}");
    }
    document.events.len()
}

#[test]
fn every_document_survives_the_way_through_xml() {
    let Some(dir) = epcis_dir() else { return };
    let mut events = 0;
    for path in files(&dir, &["xml", "json", "jsonld"]) {
        let name = shown(&path, &dir);
        let text = fs::read_to_string(&path).unwrap();
        let json = if name.ends_with(".xml") { view(&text).ok() } else { Some(text) };
        let Some(json) = json.filter(|j| Document::parse(j, &Limits::default()).is_ok()) else {
            continue;
        };
        events += round(name, &json, CbvFormat::WebUri);
        round(name, &json, CbvFormat::Urn);
    }
    assert!(events > 300, "{events} events");
}
