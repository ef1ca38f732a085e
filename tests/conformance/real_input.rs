//! Every example document over HTTP: what is captured comes back as it was sent, what is invalid
//! is refused and leaves the ledger as it was.

use jsonschema::Validator;
use laiqu_epcis::{Document, Limits};
use laiqu_tests::{Site, TestParty, data_dir, encode, read_data};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

/// Documents of the event hash, of the FDA's rule and of the GDST.
const DOCUMENTS_OF_PROGRAMMES: usize = 25;
/// What the schema refuses and we take: reports with an alert in place of a type, and comments,
/// whose names begin with a low line.
const LOOSER: [&str; 2] = ["SensorData_with_combined_events.json", "-cte.jsonld"];

fn epcis(folder: &str) -> Option<PathBuf> {
    data_dir().map(|data| data.join("epcis").join(folder))
}

/// All JSON files below a folder, sorted.
fn json_files(dir: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in fs::read_dir(dir).unwrap_or_else(|error| panic!("{}: {error}", dir.display())) {
        let path = entry.unwrap().path();
        let extension = path.extension().map(|extension| extension.to_string_lossy().into_owned());
        match extension.as_deref() {
            _ if path.is_dir() => found.extend(json_files(&path)),
            Some("json" | "jsonld") => found.push(path),
            _ => {}
        }
    }
    found.sort();
    found
}

/// The event as JSON, without what the ledger sets itself.
fn sent(event: &Value, assigned: bool) -> Value {
    let mut event = event.clone();
    let members = event.as_object_mut().unwrap();
    members.remove("recordTime");
    if assigned {
        members.remove("eventID");
    }
    event
}

/// GS1's JSON schema of EPCIS documents, formats asserted.
fn schema() -> Validator {
    let text = read_data("epcis/gs1/schema/EPCIS-JSON-Schema.json").unwrap();
    let schema: Value = serde_json::from_str(&text).unwrap();
    jsonschema::options().should_validate_formats(true).build(&schema).unwrap()
}

/// An answer is a valid EPCIS document, whatever contexts and events came together in it.
fn follows_schema(schema: &Validator, name: &str, answer: &Value) {
    let faults: Vec<String> = schema
        .iter_errors(answer)
        .map(|fault| format!("{}: {fault}", fault.instance_path()))
        .take(5)
        .collect();
    assert!(faults.is_empty(), "{name}: {faults:#?}");
}

/// Captures a document for a party of its own and reads each of its events back. What comes back
/// follows the schema where what was sent did.
fn round_trip(site: &Site, schema: &Validator, number: usize, path: &Path) -> usize {
    let name = path.file_name().unwrap().to_string_lossy();
    let text = fs::read_to_string(path).unwrap();
    let party = site.party(&format!("urn:uscc:example-{number}"));
    let job = party.capture(&site.client(), &text);
    assert_eq!(job.status, 202, "{name}: {}", job.text());
    let job = job.expect(202);
    let reader = site.server.client_with(&site.token(&party));
    let document = Document::parse(&text, &Limits::default()).unwrap();
    let is_valid = schema.is_valid(&serde_json::from_str(&text).unwrap());
    let mut wanted: BTreeMap<&str, Vec<Value>> = BTreeMap::new();
    for (event, line) in document.events.iter().zip(job["events"].as_array().unwrap()) {
        assert_eq!(line["duplicate"], false, "{name}");
        let raw: Value = serde_json::from_str(event.raw()).unwrap();
        let id = line["event_id"].as_str().unwrap();
        assert!(raw.get("eventID").is_none_or(|given| given == id), "{name}");
        wanted.entry(id).or_default().push(sent(&raw, event.event_id().is_none()));
    }
    for (id, expected) in &wanted {
        let answer = reader.get(&format!("/epcis/events/{}", encode(id)));
        assert_eq!(answer.status, 200, "{name} {id}: {}", answer.text());
        let found = answer.json();
        if is_valid {
            follows_schema(schema, &name, &found);
        }
        let list = found["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array();
        let returned: Vec<Value> = list
            .unwrap()
            .iter()
            .map(|event| {
                assert_eq!(event["eventID"], *id, "{name}");
                assert_eq!(event["recordTime"], job["createdAt"], "{name}");
                sent(event, expected[0].get("eventID").is_none())
            })
            .collect();
        assert_eq!(&returned, expected, "{name} {id}");
    }
    document.events.len()
}

#[test]
fn gs1_examples_come_back_as_they_were_sent() {
    let Some(dir) = epcis("gs1/json") else { return };
    let site = Site::new("ledger.example/gs1");
    let files = json_files(&dir);
    assert!(files.len() >= 33, "{} files", files.len());
    let (mut events, schema) = (0, schema());
    for (number, path) in files.iter().enumerate() {
        if path.ends_with("AssociationEvent/AssociationEvent-h.jsonld") {
            refuse_repeated_key(&site, path);
        } else {
            events += round_trip(&site, &schema, number, path);
        }
    }
    assert!(events >= files.len(), "{events} events");
    assert_eq!(site.client().get("/v1/ledger").expect(200)["events"], events);
}

/// GS1's example h states its eventID twice, with two values.
fn refuse_repeated_key(site: &Site, path: &Path) {
    let party = site.party("urn:uscc:example-h");
    let before = site.state();
    let answer = party.capture(&site.client(), &fs::read_to_string(path).unwrap());
    assert_eq!(answer.status, 400, "{}", answer.text());
    let code = answer.problem(400);
    let problem = site.refused(&before, &answer, 400, &code);
    assert_eq!(problem["errors"][0]["code"], "duplicate-key");
    assert_eq!(problem["errors"][0]["pointer"], "/epcisBody/eventList/0/eventID");
}

#[test]
fn openepcis_documents_come_back_as_they_were_sent() {
    let Some(dir) = epcis("openepcis-test-resources/2.0/EPCIS/JSON") else { return };
    let site = Site::new("ledger.example/openepcis");
    let valid: Vec<PathBuf> = json_files(&dir)
        .into_iter()
        .filter(|path| {
            let name = path.to_string_lossy();
            !name.contains("Invalid") && !name.contains("Query/Queries")
        })
        .collect();
    assert_eq!(valid.len(), 28);
    let schema = schema();
    for (number, path) in valid.iter().enumerate() {
        assert!(round_trip(&site, &schema, number, path) > 0, "{}", path.display());
    }
}

#[test]
fn documents_of_other_programmes_come_back_as_they_were_sent() {
    let Some(vectors) = epcis("event-hash-vectors/examples") else { return };
    let schema = schema();
    let (fsma, gdst) = (epcis("fsma204").unwrap(), epcis("gdst-opentraceability/valid").unwrap());
    let mut files = json_files(&vectors);
    let vocabulary = fsma.join("vocab");
    files.extend(json_files(&fsma).into_iter().filter(|path| !path.starts_with(&vocabulary)));
    // Of the files of the GDST, those of vocabularies and identifiers are no documents.
    let is_document = |path: &PathBuf| path.extension().is_some_and(|end| end == "jsonld");
    let gdst: Vec<PathBuf> = json_files(&gdst).into_iter().filter(is_document).collect();
    assert_eq!(files.len() + gdst.len(), DOCUMENTS_OF_PROGRAMMES);
    let site = Site::new("ledger.example/programmes");
    for (number, path) in files.iter().enumerate() {
        assert!(round_trip(&site, &schema, number, path) > 0, "{}", path.display());
    }
    // Theirs use the same identifiers for different events.
    for path in gdst {
        let site = Site::new("ledger.example/gdst");
        // One of them gives three identifiers to two events each.
        if path.ends_with("traceback_tests.jsonld") {
            let text = fs::read_to_string(&path).unwrap();
            let answer = site.party("urn:uscc:example-0").capture(&site.client(), &text);
            let problem = answer.expect(409);
            assert_eq!(problem["code"], "event-id-conflict");
            assert_eq!(problem["errors"][0]["pointer"], "/epcisBody/eventList/9/eventID");
        } else {
            assert!(round_trip(&site, &schema, 0, &path) > 0, "{}", path.display());
        }
    }
}

/// Every refusal by GS1's schema is one of ours: whatever it finds in a document, it is not taken.
#[test]
fn what_the_schema_refuses_is_refused() {
    let Some(dir) = epcis("") else { return };
    let schema = schema();
    let (mut agreed, mut looser) = (0, Vec::new());
    for folder in ["gs1/json", "openepcis-test-resources", "event-hash-vectors", "fsma204"] {
        for path in json_files(&dir.join(folder)) {
            let text = fs::read_to_string(&path).unwrap();
            let Ok(sent) = serde_json::from_str::<Value>(&text) else { continue };
            if !sent.is_object() || schema.is_valid(&sent) {
                continue;
            }
            match Document::parse(&text, &Limits::default()) {
                Ok(_) => looser.push(path.strip_prefix(&dir).unwrap().to_path_buf()),
                Err(_) => agreed += 1,
            }
        }
    }
    println!("{agreed} refused by both");
    let known = |path: &PathBuf| LOOSER.iter().any(|name| path.to_string_lossy().ends_with(name));
    assert!(looser.iter().all(known), "{looser:#?}");
    assert!(agreed >= 10, "{agreed}");
}

/// Posts what the parser refuses; each must be refused with a place for every fault. Answers how
/// many were.
fn refuse_all(site: &Site, party: &TestParty, files: &[PathBuf]) -> usize {
    let before = site.state();
    let mut refused = 0;
    for path in files {
        let name = path.display();
        let text = fs::read_to_string(path).unwrap();
        let Err(faults) = Document::parse(&text, &Limits::default()) else { continue };
        let answer = party.capture(&site.client(), &text);
        assert_eq!(answer.status, 400, "{name}: {}", answer.text());
        let code = answer.problem(400);
        assert!(["invalid-json", "invalid-document"].contains(&&*code), "{name}: {code}");
        let problem = site.refused(&before, &answer, 400, &code);
        let errors = problem["errors"].as_array().unwrap();
        assert_eq!(errors.len(), faults.len(), "{name}");
        for (error, fault) in errors.iter().zip(&faults) {
            assert_eq!(error["code"], fault.code.as_str(), "{name}");
            let pointer = error["pointer"].as_str().unwrap();
            assert_eq!(pointer, fault.pointer, "{name}");
            // What is missing has the pointer of the object that lacks it.
            if let Ok(parsed) = serde_json::from_str::<Value>(&text) {
                assert!(parsed.pointer(pointer).is_some(), "{name}: nothing is at {pointer:?}");
            }
        }
        refused += 1;
    }
    refused
}

#[test]
fn invalid_openepcis_documents_are_refused_with_the_place() {
    let Some(dir) = epcis("openepcis-test-resources/2.0/EPCIS/JSON") else { return };
    let site = Site::new("ledger.example/invalid-openepcis");
    let party = site.party("urn:uscc:invalid");
    let files = json_files(&dir);
    let invalid: Vec<PathBuf> = files
        .into_iter()
        .filter(|path| {
            let name = path.to_string_lossy();
            name.contains("Invalid") || name.contains("Query/Queries")
        })
        .collect();
    assert_eq!(refuse_all(&site, &party, &invalid), invalid.len(), "all of them");
    assert!(invalid.len() >= 12, "{}", invalid.len());
}

#[test]
fn invalid_gdst_documents_are_refused_with_the_place() {
    let Some(dir) = epcis("gdst-opentraceability/invalid") else { return };
    let site = Site::new("ledger.example/invalid-gdst");
    let party = site.party("urn:uscc:invalid");
    // Most of them are sound EPCIS that lacks data elements of the GDST, which nobody judges here.
    assert!(refuse_all(&site, &party, &json_files(&dir)) >= 1);
}
