//! More submissions at once than a server takes: the rest is told to come back, and nothing of what
//! was acknowledged is lost.

use crate::{JSON_LD, creation};
use laiqu_http::limits::REFUSAL_HELD_MILLIS;
use laiqu_tests::{Answer, RawRequest, Site, TestParty};
use std::time::{Duration, Instant};

/// Documents that are sent at once, and their size: twice as many bytes as may be in work.
const DOCUMENTS: usize = 64;
const BYTES: usize = 1 << 20;

/// An event in as many bytes as a large document has.
fn large(number: usize) -> String {
    let mut body = creation(&format!("urn:uuid:large-{number}"));
    let padding = BYTES - body.len();
    body.push_str(&" ".repeat(padding));
    body
}

/// Sends all of a document but its last byte.
fn begun(site: &Site, party: &TestParty, body: &str) -> RawRequest {
    let signature = party.signature(JSON_LD, body.as_bytes());
    let length = body.len().to_string();
    let headers = [
        ("Content-Type", JSON_LD),
        ("Content-Length", length.as_str()),
        ("Submission-Signature", signature.as_str()),
    ];
    let mut request = RawRequest::begin(&site.server.url, "POST /epcis/capture", &headers);
    request.send(&body.as_bytes()[..body.len() - 1]);
    request
}

/// Posts all documents at the same moment, and how long each answer took from there.
fn at_once(site: &Site, party: &TestParty, bodies: &[String]) -> Vec<(Answer, Duration)> {
    let mut requests: Vec<_> = bodies.iter().map(|body| begun(site, party, body)).collect();
    let held = bodies.iter().map(|body| body.len() - 1).sum::<usize>() as f64;
    while site.metrics().of("laiqu_bodies_bytes") < held {
        std::thread::yield_now();
    }
    // Whoever takes long to send holds memory and no place.
    assert_eq!(site.metrics().of("laiqu_submissions_in_work"), 0.0);
    let small = creation("urn:uuid:small");
    assert_eq!(party.capture(&site.client(), &small).status, 202);
    let posted = Instant::now();
    for (request, body) in requests.iter_mut().zip(bodies) {
        request.send(&body.as_bytes()[body.len() - 1..]);
    }
    requests.into_iter().map(|request| (request.answer(), posted.elapsed())).collect()
}

#[test]
fn what_cannot_be_taken_is_told_to_come_back_and_nothing_is_lost() {
    let site = Site::new("ledger.example/overload");
    let party = site.party("urn:uscc:busy");
    let bodies: Vec<String> = (0..DOCUMENTS).map(large).collect();
    let before = site.size();
    let answers = at_once(&site, &party, &bodies);
    let (taken, refused): (Vec<usize>, Vec<usize>) =
        (0..DOCUMENTS).partition(|number| answers[*number].0.status == 202);
    assert!(!taken.is_empty() && !refused.is_empty(), "{} taken", taken.len());
    for number in &refused {
        let (answer, took) = &answers[*number];
        assert_eq!(answer.problem(503), "overloaded");
        // Whoever comes again at once has waited, and took nobody's time meanwhile.
        assert!(*took >= Duration::from_millis(REFUSAL_HELD_MILLIS), "{number}: {took:?}");
        let seconds: u64 = answer.header("retry-after").unwrap().parse().unwrap();
        assert!(seconds > 0);
    }
    assert_eq!(site.size(), before + 1 + taken.len() as u64, "refused ones left nothing");
    let there = |number: usize| {
        let path = format!("/epcis/events/urn:uuid:large-{number}");
        site.operator().get(&path).status
    };
    for number in 0..DOCUMENTS {
        let expected = if taken.contains(&number) { 200 } else { 404 };
        assert_eq!(there(number), expected, "{number}");
    }
    let counted = site.metrics();
    let overloaded = "laiqu_submissions_refused_total{problem=\"overloaded\"}";
    assert_eq!(counted.of(overloaded), refused.len() as f64);
    assert_eq!(counted.of("laiqu_submissions_in_work"), 0.0);
    assert_eq!(counted.of("laiqu_bodies_bytes"), 0.0, "what was refused is given back");
    // The same documents again, one after the other; what stands already is no second entry.
    for (number, body) in bodies.iter().enumerate() {
        let again = party.capture(&site.client(), body).expect(202);
        assert_eq!(again["replayed"] == true, taken.contains(&number), "{number}");
    }
    assert_eq!(site.size(), before + 1 + DOCUMENTS as u64);
    assert_eq!(site.client().get("/readyz").status, 200);
}
