//! Capture jobs: what became of each event of a document, also where only some were taken.

use crate::{JSON, LOT, LOT_URN, MADE, creation};
use laiqu_tests::{
    Answer, Site, TestParty, TestServer, check_opening, check_receipt, commissioned, document,
    transformed,
};
use serde_json::Value;

fn post(site: &Site, party: &TestParty, body: &str, behaviour: &str) -> Answer {
    let jws = party.signature(JSON, body.as_bytes());
    let headers = [
        ("Content-Type", JSON),
        ("Submission-Signature", &*jws),
        ("GS1-Capture-Error-Behaviour", behaviour),
    ];
    site.client().post("/epcis/capture", &headers, body.as_bytes())
}

fn outcomes(job: &Value) -> Vec<&str> {
    let events = job["events"].as_array().unwrap().iter();
    events.map(|event| event["outcome"].as_str().unwrap()).collect()
}

/// A good event, one with two faults, one without an identifier, one whose identifier is taken,
/// the good one again, and something that is no event at all.
fn mixed() -> String {
    let good = commissioned("urn:uuid:good", LOT_URN, 5);
    let faulty = commissioned("urn:uuid:faulty", LOT_URN, 6)
        .replace("\"ADD\"", "\"PUT\"")
        .replace("2026-11-01T08:00:00+08:00", "yesterday");
    let unnamed = transformed("x", &[LOT], MADE).replace("\"eventID\":\"x\",", "");
    let taken = commissioned("urn:uuid:taken", LOT_URN, 7);
    document(&[good.clone(), faulty, unnamed, taken, good, "7".to_owned()])
}

#[test]
fn a_document_may_proceed_without_the_events_that_are_refused() {
    let mut site = Site::new("ledger.example/proceed");
    let party = site.party("urn:uscc:proceed");
    assert_eq!(party.capture(&site.client(), &creation("urn:uuid:taken")).status, 202);
    let before = site.state();
    let body = mixed();
    let whole = post(&site, &party, &body, "rollback");
    let _problem = site.refused(&before, &whole, 400, "invalid-document");

    let answer = post(&site, &party, &body, "proceed");
    let job = answer.expect(202);
    let index = before["size"].as_u64().unwrap();
    assert_eq!(answer.header("location"), Some(&*format!("/epcis/capture/{index}")));
    let expected = ["captured", "refused", "captured", "refused", "duplicate", "refused"];
    assert_eq!(outcomes(&job), expected);
    assert_eq!((&job["running"], &job["success"]), (&false.into(), &false.into()));
    assert_eq!(job["captureErrorBehaviour"], "proceed");
    let errors = job["errors"].as_array().unwrap();
    let codes: Vec<&str> = errors.iter().map(|e| e["code"].as_str().unwrap()).collect();
    assert_eq!(codes, ["invalid-document", "event-id-conflict", "invalid-document"]);
    assert_eq!(errors[0]["type"], "epcisException:ValidationException");
    assert_eq!(errors[1]["type"], "epcisException:ResourceAlreadyExistsException");
    let pointers = |error: &Value| -> Vec<String> {
        let faults = error["errors"].as_array().unwrap().iter();
        faults.map(|fault| fault["pointer"].as_str().unwrap().to_owned()).collect()
    };
    let at = |end: &str| format!("/epcisBody/eventList/{end}");
    assert_eq!(pointers(&errors[0]), [at("1/eventTime"), at("1/action")]);
    assert_eq!(pointers(&errors[1]), [at("3/eventID")]);
    assert_eq!(pointers(&errors[2]), [at("5")]);
    assert!(job["events"][1].get("position").is_none());
    assert_eq!(job["events"][4]["position"], serde_json::json!({"index": index, "ordinal": 0}));
    // The receipt is for the document as it was sent, refused events and all.
    let leaf = check_receipt(&site.ledger, &job["receipt"]);
    let _signatures = check_opening(&leaf, &job["receipt"], body.as_bytes());

    // The job says the same later, after a start that folds the entries anew, and on replay.
    let path = format!("/epcis/capture/{index}");
    let same = |site: &Site| {
        let shown = site.operator().get(&path).expect(200);
        for member in ["events", "errors", "success", "captureErrorBehaviour", "createdAt"] {
            if member == "errors" {
                // An instance is the request that is answered.
                let details = |job: &Value| -> Vec<Value> {
                    let errors = job["errors"].as_array().unwrap().iter();
                    errors
                        .map(|e| serde_json::json!([e["type"], e["detail"], e["errors"]]))
                        .collect()
                };
                assert_eq!(details(&shown), details(&job));
            } else {
                assert_eq!(shown[member], job[member], "{member}");
            }
        }
    };
    same(&site);
    let found = |site: &Site, id: &str| site.operator().get(&format!("/epcis/events/{id}")).status;
    assert_eq!((found(&site, "urn:uuid:good"), found(&site, "urn:uuid:faulty")), (200, 404));
    let replayed = post(&site, &party, &body, "rollback").expect(202);
    assert_eq!((&replayed["replayed"], outcomes(&replayed)), (&true.into(), expected.to_vec()));

    assert!(site.server.stop().success());
    std::fs::remove_dir_all(site.ledger.data.join("index")).unwrap();
    let (code, report) = site.ledger.verify();
    assert_eq!(code, 0, "{report}");
    site.server = TestServer::start(&site.ledger.data, &[]);
    same(&site);
    assert_eq!((found(&site, "urn:uuid:good"), found(&site, "urn:uuid:faulty")), (200, 404));
}

#[test]
fn where_nothing_can_be_taken_nothing_is_written() {
    let site = Site::new("ledger.example/nothing");
    let party = site.party("urn:uscc:nothing");
    assert_eq!(party.capture(&site.client(), &creation("urn:uuid:taken")).status, 202);
    let before = site.state();
    let bad = commissioned("urn:uuid:1", LOT_URN, 5).replace("\"ADD\"", "\"PUT\"");
    let taken = commissioned("urn:uuid:taken", LOT_URN, 9);
    let answer = post(&site, &party, &document(&[bad.clone(), taken.clone()]), "proceed");
    let problem = site.refused(&before, &answer, 400, "invalid-document");
    assert_eq!(problem["errors"].as_array().unwrap().len(), 2);
    let answer = post(&site, &party, &document(&[taken]), "proceed");
    let _problem = site.refused(&before, &answer, 409, "event-id-conflict");
    // The document around the events must be whole, and the header must be a known word.
    let headless = document(&[bad]).replace("\"2.0\"", "\"1.2\"");
    let answer = post(&site, &party, &headless, "proceed");
    let _problem = site.refused(&before, &answer, 400, "invalid-document");
    let answer = post(&site, &party, &creation("urn:uuid:2"), "all");
    let _problem = site.refused(&before, &answer, 400, "invalid-parameter");
    // All well: the job still says how it was asked.
    let job = post(&site, &party, &creation("urn:uuid:2"), "proceed").expect(202);
    assert_eq!((&job["success"], &job["errors"]), (&true.into(), &serde_json::json!([])));
    assert_eq!(job["captureErrorBehaviour"], "proceed");
}

#[test]
fn jobs_are_listed_page_by_page_for_who_may_see_them() {
    let site = Site::new("ledger.example/jobs");
    let (one, other) = (site.party("urn:uscc:one"), site.party("urn:uscc:other"));
    let mut captured = Vec::new();
    for n in 0..5 {
        let party = if n == 2 { &other } else { &one };
        let job = party.capture(&site.client(), &creation(&format!("urn:uuid:{n}"))).expect(202);
        captured.push(job["captureID"].as_str().unwrap().to_owned());
    }
    captured.reverse();
    let operator = site.operator();
    let ids = |answer: &Answer| -> Vec<String> {
        let jobs = answer.expect(200);
        let jobs = jobs.as_array().unwrap().iter();
        jobs.map(|job| job["captureID"].as_str().unwrap().to_owned()).collect()
    };
    let all = operator.get("/epcis/capture");
    assert_eq!((ids(&all), all.header("link")), (captured.clone(), None));
    let job = &all.json()[0];
    assert_eq!((&job["success"], &job["errors"]), (&true.into(), &serde_json::json!([])));
    assert!(job.get("events").is_none() && job["createdAt"] == job["finishedAt"]);

    // New captures between two pages neither move nor repeat a job.
    let mut path = "/epcis/capture?perPage=2".to_owned();
    let mut pages = Vec::new();
    loop {
        let page = operator.get(&path);
        pages.push(ids(&page));
        let late = creation(&format!("urn:uuid:late:{}", pages.len()));
        assert_eq!(one.capture(&site.client(), &late).status, 202);
        let Some(link) = page.header("link") else { break };
        assert!(page.header("gs1-next-page-token-expires").is_some());
        let (target, rel) = link.split_once('>').unwrap();
        assert_eq!(rel, "; rel=\"next\"");
        path = target.trim_start_matches('<').to_owned();
    }
    assert_eq!(pages.concat(), captured);
    assert_eq!(pages.iter().map(Vec::len).collect::<Vec<_>>(), [2, 2, 1]);

    let own = site.server.client_with(&site.token(&other));
    assert_eq!(ids(&own.get("/epcis/capture")), [captured[2].clone()]);
    assert_eq!(site.client().get("/epcis/capture").problem(401), "credentials-missing");
    for bad in ["perPage=0", "perPage=x", "nextPageToken=none", "state=running"] {
        let answer = operator.get(&format!("/epcis/capture?{bad}"));
        assert_eq!(answer.problem(400), "invalid-parameter", "{bad}");
    }
    // A token is for its list and its reader only.
    let token = path.split("nextPageToken=").nth(1).unwrap();
    for stolen in ["/epcis/events", "/epcis/capture"] {
        let answer = own.get(&format!("{stolen}?nextPageToken={token}"));
        assert_eq!(answer.problem(400), "invalid-parameter", "{stolen}");
    }
}

#[test]
fn an_event_that_repeats_a_refused_one_is_refused_like_it() {
    let site = Site::new("ledger.example/repeats");
    let party = site.party("urn:example:repeats");
    let body = serde_json::json!({ "party": "urn:example:repeats", "profile": "fsma204" });
    let profile = format!("/v1/parties/{}/profile", laiqu_tests::encode("urn:example:repeats"));
    let headers = [("content-type", JSON)];
    let set = site.operator().post(&profile, &headers, body.to_string().as_bytes());
    assert_eq!(set.status, 201, "{}", set.text());
    // Harvesting wants more than this says, creating nothing but what is there.
    let poor = commissioned("urn:uuid:poor", LOT_URN, 5).replace("commissioning", "receiving");
    let poor = poor.replace("\"ADD\"", "\"OBSERVE\"");
    let good = commissioned("urn:uuid:good", LOT_URN, 5).replace("commissioning", "inspecting");
    let good = good.replace("\"ADD\"", "\"OBSERVE\"");
    let whole = document(&[poor.clone(), good.clone(), poor.clone(), good]);
    let job = post(&site, &party, &whole, "proceed").expect(202);
    assert_eq!(outcomes(&job), ["refused", "captured", "refused", "duplicate"], "{job}");
    assert_eq!(job["errors"].as_array().unwrap().len(), 2);
    let later = site
        .operator()
        .get(&format!("/epcis/capture/{}", job["captureID"]).replace('"', ""))
        .expect(200);
    assert_eq!((&later["events"], &later["success"]), (&job["events"], &false.into()));
    // With nothing else in the document nothing is written.
    let before = site.state();
    let answer = post(&site, &party, &document(&[poor.clone(), poor]), "proceed");
    let _problem = site.refused(&before, &answer, 400, "invalid-document");
}

#[test]
fn one_receipt_is_told_for_all_events_that_stood_in_an_entry() {
    let site = Site::new("ledger.example/one-receipt");
    let party = site.party("urn:example:one-receipt");
    // Without identifiers, so that the outcome, which each receipt opens, names all of them.
    let event = |n: u64| {
        let id = "\"eventID\":\"x\",";
        commissioned("x", LOT_URN, n + 1).replace(id, "")
    };
    let events: Vec<String> = (0..400).map(event).collect();
    let first = party.capture(&site.client(), &document(&events)).expect(202);
    let body = document(&events).replace("\"2.0\"", " \"2.0\"");
    for mut body in [body.clone(), document(&[events, vec![event(1_000)]].concat())] {
        body.push(' ');
        let answer = party.capture(&site.client(), &body);
        let size = answer.text().len();
        let job = answer.expect(202);
        let lines = job["events"].as_array().unwrap();
        assert!(lines[..400].iter().all(|line| line["duplicate"] == true));
        let at = |n: usize| (&lines[n]["position"]["index"], &lines[n]["position"]["ordinal"]);
        assert_eq!(at(399), (&first["receipt"]["index"], &399.into()));
        let told = lines.iter().filter(|line| line.get("first_receipt").is_some()).count();
        assert_eq!(
            (told, lines[0]["first_receipt"]["index"] == first["receipt"]["index"]),
            (1, true)
        );
        assert!(size < 500_000, "{size} bytes");
        let path = format!("/epcis/capture/{}", job["captureID"].as_str().unwrap());
        assert_eq!(
            site.operator().get(&path).expect(200)["events"].as_array().unwrap().len(),
            lines.len()
        );
    }
}

#[test]
fn a_page_of_jobs_of_large_documents_ends_early_and_leads_on() {
    let site = Site::new("ledger.example/large-jobs");
    let party = site.party("urn:uscc:large");
    let long = "x".repeat(4_000_000);
    for n in 0..6 {
        let event = commissioned(&format!("urn:uuid:{n}"), LOT_URN, 5);
        let event = event.replace("\"action\"", &format!("\"x:long\":\"{long}\",\"action\""));
        assert_eq!(party.capture(&site.client(), &document(&[event])).status, 202);
    }
    let client = site.server.client_with(&site.token(&party));
    let pages = laiqu_tests::pages(&client, "/epcis/capture?perPage=100");
    let counts: Vec<usize> = pages.iter().map(|page| page.as_array().unwrap().len()).collect();
    assert_eq!((counts.iter().sum::<usize>(), counts[0]), (6, 5), "{counts:?}");
}

#[test]
fn a_job_is_shown_as_xml_for_who_asks_for_it() {
    let site = Site::new("ledger.example/job-xml");
    let party = site.party("urn:uscc:xml");
    let index = site.size();
    let good = commissioned("urn:uuid:1", LOT_URN, 5);
    let body = document(&[good.clone(), good.replace("\"ADD\"", "\"P<T\"")]);
    assert_eq!(post(&site, &party, &body, "proceed").status, 202);
    let path = format!("/epcis/capture/{index}");
    let answer = site.operator().get_with(&path, &[("Accept", "application/xml")]);
    assert_eq!((answer.status, answer.header("content-type")), (200, Some("application/xml")));
    let text = answer.text();
    for part in [
        "<epcis:EPCISCaptureJob xmlns:epcis=\"urn:epcglobal:epcis:xsd:2\"",
        &format!("running=\"false\" success=\"false\" captureID=\"{index}\""),
        "<captureErrorBehaviour>proceed</captureErrorBehaviour><createdAt>",
        "<errors><error><type>epcisException:ValidationException</type>",
        "P&lt;T",
    ] {
        assert!(text.contains(part), "{part}: {text}");
    }
    let refused = site.operator().get_with(&path, &[("Accept", "text/csv")]);
    assert_eq!(refused.problem(406), "not-acceptable");
}
