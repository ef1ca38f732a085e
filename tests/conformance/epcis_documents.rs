//! Documents that others published: what must be read is read, what must be refused is refused, and
//! the event hashes are those of the reference implementation.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use laiqu_epcis::{Document, Fault, FaultCode, HashMode, Limits};

pub(crate) fn epcis_dir() -> Option<PathBuf> {
    let dir = laiqu_tests::data_dir().map(|dir| dir.join("epcis")).filter(|dir| dir.is_dir());
    if dir.is_none() {
        println!("skipped: no test data");
    }
    dir
}

/// All files below a folder that end in one of these, sorted.
pub(crate) fn files(dir: &Path, extensions: &[&str]) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        if path.is_dir() {
            found.extend(files(&path, extensions));
        } else if path.extension().is_some_and(|end| extensions.iter().any(|e| end == *e)) {
            found.push(path);
        }
    }
    found.sort();
    found
}

fn json_files(dir: &Path) -> Vec<PathBuf> {
    files(dir, &["json", "jsonld"])
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Events of a document that must be read, all of them with facts.
#[track_caller]
fn accept(path: &Path) -> usize {
    let text = read(path);
    let document = Document::parse(&text, &Limits::default())
        .unwrap_or_else(|faults| panic!("{}: {faults:?}", path.display()));
    for event in &document.events {
        let facts = event.facts("urn:test:1");
        assert_eq!(facts.time, event.time());
        assert!(text.contains(event.raw()));
    }
    document.events.len()
}

#[track_caller]
fn refuse(path: &Path) -> Vec<Fault> {
    match Document::parse(&read(path), &Limits::default()) {
        Ok(_) => panic!("{} was read", path.display()),
        Err(faults) => faults,
    }
}

#[test]
fn gs1_examples_are_read() {
    let Some(dir) = epcis_dir() else { return };
    let files = json_files(&dir.join("gs1/json"));
    assert!(files.len() >= 33, "{} files", files.len());
    for path in files {
        // GS1's example h states its eventID twice, with two values: no reader can know which.
        if path.ends_with("AssociationEvent/AssociationEvent-h.jsonld") {
            let faults = refuse(&path);
            assert_eq!(faults.len(), 1);
            assert_eq!(faults[0].code, FaultCode::DuplicateKey);
            assert_eq!(faults[0].pointer, "/epcisBody/eventList/0/eventID");
        } else {
            assert!(accept(&path) > 0, "{}", path.display());
        }
    }
}

#[test]
fn gdst_documents_are_read_unchanged() {
    let Some(dir) = epcis_dir() else { return };
    let dir = dir.join("gdst-opentraceability/valid");
    for (name, events) in [
        ("cap_tool_events.jsonld", 18),
        ("traceback_tests.jsonld", 21),
        ("gdst_data_withmasterdata.jsonld", 17),
        ("testserver_advancedfilters.jsonld", 17),
        ("wholechainbug01.jsonld", 18),
    ] {
        assert_eq!(accept(&dir.join(name)), events, "{name}");
    }
    let text = read(&dir.join("traceback_tests.jsonld"));
    let document = Document::parse(&text, &Limits::default()).unwrap();
    let named = document.master_data.iter().filter(|data| data.display_name().is_some());
    assert!(!document.master_data.is_empty() && named.count() > 0);
}

#[test]
fn fsma_204_documents_are_read() {
    let Some(dir) = epcis_dir() else { return };
    for name in ["harvest", "initial-packing", "receiving", "shipping", "transformation"] {
        assert!(accept(&dir.join(format!("fsma204/{name}-cte.jsonld"))) > 0);
    }
}

#[test]
fn openepcis_documents_are_read_and_invalid_ones_refused() {
    let Some(dir) = epcis_dir() else { return };
    let dir = dir.join("openepcis-test-resources/2.0/EPCIS/JSON");
    let (mut read, mut refused) = (0, 0);
    for path in json_files(&dir) {
        let name = path.strip_prefix(&dir).unwrap().to_string_lossy().into_owned();
        if name.starts_with("Query/Queries") {
            let faults = refuse(&path);
            assert_eq!(faults[0].code, FaultCode::Document, "a query is no document: {name}");
        } else if name.contains("Invalid") {
            assert!(!refuse(&path).is_empty());
            refused += 1;
        } else {
            assert!(accept(&path) > 0, "{name}");
            read += 1;
        }
    }
    assert_eq!((read, refused), (28, 12));
}

#[test]
fn invalid_documents_say_what_is_wrong_and_where() {
    let Some(dir) = epcis_dir() else { return };
    let dir = dir.join("openepcis-test-resources/2.0/EPCIS/JSON/Capture/Invalid");
    for (name, code, pointer) in [
        ("ObjectEvent_with_quantity_as_text", FaultCode::Quantity, "/quantityList/0/quantity"),
        ("ObjectEvent_with_unknown_field_in_quantityList", FaultCode::Quantity, {
            "/quantityList/0/weight"
        }),
        ("ObjectEvent_with_invalid_eventTime_format", FaultCode::Time, "/eventTime"),
        ("ObjectEvent_without_identifier_list", FaultCode::Identifiers, ""),
        ("ObjectEvent_with_ilmd_field_without_namespace", FaultCode::Vocabulary, {
            "/ilmd/materialType"
        }),
    ] {
        let faults = refuse(&dir.join(format!("{name}.json")));
        let found: Vec<_> = faults.iter().map(|f| (f.code, f.pointer.clone())).collect();
        assert_eq!(found, [(code, format!("/epcisBody/eventList/0{pointer}"))], "{name}");
    }
}

/// How many events of each tier of the manifest have the expected hash, of how many.
fn hash_verdicts(dir: &Path, mode: HashMode) -> (BTreeMap<String, (usize, usize)>, Vec<String>) {
    let manifest: serde_json::Value =
        serde_json::from_str(&read(&dir.join("event-hash-manifest.json"))).unwrap();
    let mut verdicts = BTreeMap::<String, (usize, usize)>::new();
    let mut misses = Vec::new();
    for (file, entry) in manifest["files"].as_object().unwrap() {
        let is_json = file.ends_with(".json") || file.ends_with(".jsonld");
        let Some(expected) = entry["events"].as_array().filter(|_| is_json) else { continue };
        let text = read(&dir.join(file));
        let Ok(document) = Document::parse(&text, &Limits::default()) else { continue };
        for expected in expected {
            let at = usize::try_from(expected["i"].as_u64().unwrap()).unwrap();
            let names = match mode {
                HashMode::Reference => ["hash_ref", "hash_ref"],
                HashMode::Table | HashMode::TableWithReferenceValues => ["hash_spec", "hash_ref"],
            };
            let hash = names.iter().find_map(|name| expected[*name].as_str()).unwrap();
            let tier = expected["tier"].as_str().unwrap();
            let verdict = verdicts.entry(tier.to_owned()).or_default();
            verdict.1 += 1;
            if document.events[at].hash_in(mode) == hash {
                verdict.0 += 1;
            } else {
                let prehash = document.events[at].prehash_in(mode);
                misses.push(format!("{tier} {file} {at}: {prehash}"));
            }
        }
    }
    (verdicts, misses)
}

#[test]
fn event_hashes_are_those_of_the_reference() {
    let Some(dir) = epcis_dir() else { return };
    let (verdicts, misses) = hash_verdicts(&dir, HashMode::Table);
    let of = |tier: &str| verdicts.get(tier).copied().unwrap_or_default();
    let misses_a: Vec<_> = misses.iter().filter(|miss| miss.starts_with("A ")).collect();
    assert!(misses_a.is_empty(), "{misses_a:#?}");
    assert_eq!(of("A"), (87, 87));
    // The rest differ where we chose otherwise: booleans as JSON writes them, texts of digits not
    // turned into floats, unknown measurement words expanded, extensions kept in their place.
    assert_eq!(of("B"), (16, 22), "{misses:#?}");
    assert_eq!(of("C"), (16, 29), "{misses:#?}");
}

#[test]
fn the_other_form_is_what_the_reference_program_prints() {
    let Some(dir) = epcis_dir() else { return };
    let (verdicts, misses) = hash_verdicts(&dir, HashMode::Reference);
    let of = |tier: &str| verdicts.get(tier).copied().unwrap_or_default();
    assert_eq!(of("A"), (87, 87), "{misses:#?}");
    assert_eq!(of("B"), (22, 22), "{misses:#?}");
    // The others have namespaces without a slash, whose members the program repeats at the end.
    assert_eq!(of("C"), (18, 29), "{misses:#?}");
}

#[test]
fn in_the_order_of_the_table_only_values_are_ours() {
    let Some(dir) = epcis_dir() else { return };
    let (verdicts, misses) = hash_verdicts(&dir, HashMode::TableWithReferenceValues);
    // Four events of one document, which is there twice, have a namespace without a slash.
    for (tier, right, count) in [("A", 87, 87), ("B", 22, 22), ("C", 21, 29)] {
        assert_eq!(verdicts.get(tier), Some(&(right, count)), "{misses:#?}");
    }
    assert!(misses.iter().all(|miss| miss.contains("SensorData_with_combined_events")));
}

#[test]
fn the_published_vector_hashes_as_published() {
    let Some(dir) = epcis_dir() else { return };
    let text = read(&dir.join("event-hash-vectors/examples/ReferenceEventHashAlgorithm.jsonld"));
    let document = Document::parse(&text, &Limits::default()).unwrap();
    assert_eq!(
        document.events[0].hash(),
        "ni:///sha-256;6ae96341e0acc6d7a261364751f60e68278a81cdf51da0abb6b4e617014e39d7?ver=CBV2.0"
    );
}
