//! Every example document over HTTP: what is captured comes back as it was sent, what is invalid
//! is refused and leaves the ledger as it was.

use laiqu_epcis::{Document, Limits};
use laiqu_tests::{Site, TestParty, data_dir, encode};
use serde_json::Value;
use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

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

/// Captures a document for a party of its own and reads each of its events back.
fn round_trip(site: &Site, number: usize, path: &Path) -> usize {
    let name = path.file_name().unwrap().to_string_lossy();
    let text = fs::read_to_string(path).unwrap();
    let party = site.party(&format!("urn:uscc:example-{number}"));
    let job = party.capture(&site.client(), &text);
    assert_eq!(job.status, 202, "{name}: {}", job.text());
    let job = job.expect(202);
    let reader = site.server.client_with(&site.token(&party));
    let document = Document::parse(&text, &Limits::default()).unwrap();
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
    let mut events = 0;
    for (number, path) in files.iter().enumerate() {
        if path.ends_with("AssociationEvent/AssociationEvent-h.jsonld") {
            refuse_repeated_key(&site, path);
        } else {
            events += round_trip(&site, number, path);
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
    for (number, path) in valid.iter().enumerate() {
        assert!(round_trip(&site, number, path) > 0, "{}", path.display());
    }
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
