//! Bodies that are too large, of another kind, or never whole.

use crate::{JSON, JSON_LD, LOT_URN, creation};
use laiqu_tests::{Site, chunk, commissioned, document, raw};

/// Most bytes of a capture's body, as `GS1-EPCIS-Capture-File-Size-Limit` says.
const BYTES_MAX: usize = 4 << 20;

/// A document of exactly this many bytes.
fn padded(bytes: usize) -> Vec<u8> {
    let mut body = creation("urn:uuid:large").into_bytes();
    assert!(body.len() <= bytes);
    body.resize(bytes, b' ');
    body
}

#[test]
fn a_body_over_the_limit_with_its_length_said() {
    let site = Site::new("ledger.example/large");
    let party = site.party("urn:uscc:large");
    let before = site.state();
    for bytes in [BYTES_MAX + 1, 3 * BYTES_MAX] {
        let body = String::from_utf8(padded(bytes)).unwrap();
        let answer = party.capture(&site.client(), &body);
        let problem = site.refused(&before, &answer, 413, "body-too-large");
        assert!(problem["detail"].as_str().unwrap().contains("4194304"), "{problem}");
    }
    let body = String::from_utf8(padded(BYTES_MAX)).unwrap();
    assert_eq!(party.capture(&site.client(), &body).status, 202, "the limit itself fits");
}

#[test]
fn a_body_over_the_limit_without_a_length() {
    let site = Site::new("ledger.example/chunked");
    let party = site.party("urn:uscc:chunked");
    let before = site.state();
    let post = |body: &[u8]| {
        let signature = party.signature(JSON_LD, body);
        let headers = [
            ("Content-Type", JSON_LD),
            ("Transfer-Encoding", "chunked"),
            ("Submission-Signature", signature.as_str()),
        ];
        let chunks: Vec<Vec<u8>> = body.chunks(1 << 16).map(chunk).collect();
        let end = chunk(b"");
        let mut pieces: Vec<&[u8]> = chunks.iter().map(Vec::as_slice).collect();
        pieces.push(&end);
        raw(&site.server.url, "POST /epcis/capture", &headers, &pieces)
    };
    site.refused(&before, &post(&padded(BYTES_MAX + 1)), 413, "body-too-large");
    assert_eq!(post(&padded(10_000)).status, 202, "chunks as such are fine");
}

#[test]
fn a_body_that_never_ends_is_not_read_for_ever() {
    let site = Site::new("ledger.example/endless");
    let party = site.party("urn:uscc:endless");
    let before = site.state();
    let signature = party.signature(JSON_LD, b"");
    let headers = [
        ("Content-Type", JSON_LD),
        ("Content-Length", "1099511627776"),
        ("Submission-Signature", signature.as_str()),
    ];
    let megabyte = vec![b' '; 1 << 20];
    // As much as the server reads beyond its limit, and more than socket buffers hold.
    let pieces = vec![megabyte.as_slice(); 64];
    let answer = raw(&site.server.url, "POST /epcis/capture", &headers, &pieces);
    site.refused(&before, &answer, 413, "body-too-large");
}

#[test]
fn a_connection_that_breaks_off_leaves_nothing() {
    use std::io::Write as _;
    let site = Site::new("ledger.example/broken");
    let party = site.party("urn:uscc:broken");
    let before = site.state();
    let body = creation("urn:uuid:1");
    let signature = party.signature(JSON_LD, body.as_bytes());
    let address = site.server.url.strip_prefix("http://").unwrap();
    for part in [0, 1, body.len() / 2, body.len() - 1] {
        let mut stream = std::net::TcpStream::connect(address).unwrap();
        let head = format!(
            "POST /epcis/capture HTTP/1.1\r\nHost: {address}\r\nContent-Type: {JSON_LD}\r\n\
             Submission-Signature: {signature}\r\nContent-Length: {}\r\n\r\n",
            body.len()
        );
        stream.write_all(head.as_bytes()).unwrap();
        stream.write_all(&body.as_bytes()[..part]).unwrap();
    }
    assert_eq!(site.state(), before);
    assert_eq!(party.capture(&site.client(), &body).status, 202);
}

#[test]
fn too_many_events() {
    let site = Site::new("ledger.example/many");
    let party = site.party("urn:uscc:many");
    let before = site.state();
    let events: Vec<String> =
        (0..5_001).map(|n| commissioned(&format!("urn:uuid:{n}"), LOT_URN, 5)).collect();
    let answer = party.capture(&site.client(), &document(&events));
    site.refused(&before, &answer, 413, "too-many-events");
    let answer = party.capture(&site.client(), &document(&events[..5_000]));
    assert_eq!(answer.expect(202)["events"].as_array().unwrap().len(), 5_000);
}

#[test]
fn a_registration_over_the_limit() {
    let site = Site::new("ledger.example/registration");
    let party = site.stranger("urn:uscc:large");
    let before = site.state();
    let mut body = party.registration("required");
    body.resize((64 << 10) + 1, b' ');
    let signature = party.signature(JSON, &body);
    let headers = [("Content-Type", JSON), ("Submission-Signature", signature.as_str())];
    let answer = site.operator().post("/v1/parties", &headers, &body);
    site.refused(&before, &answer, 413, "body-too-large");
}

#[test]
fn media_types_and_encodings_that_are_not_read() {
    let site = Site::new("ledger.example/media");
    let party = site.party("urn:uscc:media");
    let before = site.state();
    let body = creation("urn:uuid:1");
    let long = "x".repeat(300);
    for media_type in ["text/html", "application/soap+xml", "text/plain", "json", "", "*/*", &long]
    {
        let signature = party.signature(media_type, body.as_bytes());
        let headers = [("Content-Type", media_type), ("Submission-Signature", &*signature)];
        let answer = site.client().post("/epcis/capture", &headers, body.as_bytes());
        let problem = site.refused(&before, &answer, 415, "unsupported-media-type");
        assert!(problem["detail"].as_str().unwrap().contains(JSON_LD), "{problem}");
    }
    let signature = party.signature(JSON_LD, body.as_bytes());
    for encoding in ["gzip", "br", "deflate, identity"] {
        let headers = [
            ("Content-Type", JSON_LD),
            ("Content-Encoding", encoding),
            ("Submission-Signature", &*signature),
        ];
        let answer = site.client().post("/epcis/capture", &headers, body.as_bytes());
        site.refused(&before, &answer, 415, "unsupported-media-type");
    }
    let headers = [
        ("Content-Type", JSON_LD),
        ("GS1-Capture-Error-Behaviour", "greedy"),
        ("Submission-Signature", &*signature),
    ];
    let answer = site.client().post("/epcis/capture", &headers, body.as_bytes());
    site.refused(&before, &answer, 400, "invalid-parameter");
    let operator = site.operator();
    let answer = operator.post("/v1/parties", &[("Content-Type", "text/plain")], b"{}");
    site.refused(&before, &answer, 415, "unsupported-media-type");
}
