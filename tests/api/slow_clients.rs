//! Clients that never finish what they began: nobody else notices, and their places come back.

use crate::{JSON_LD, LOT_URN, creation};
use laiqu_http::limits::ANSWERS_BYTES_MAX;
use laiqu_service::limits::{BODIES_BYTES_MAX, BODIES_OF_ANYONE_BYTES_MAX, CAPTURE_BODY_BYTES_MAX};
use laiqu_tests::{RawRequest, Site, TestParty, check_receipt, commissioned, document};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;

/// Connections that are begun and held.
const HELD: usize = 600;
/// What is sent on them: as the first request, or behind one that was answered.
const BEGUN: [(bool, &str); 4] = [
    (false, ""),
    (false, "POST /epcis/capture HTTP/1.1\r\nHost: a\r\nContent-Ty"),
    (true, "G"),
    (true, "POST /epcis/capture HTTP/1.1\r\nHost: a\r\nContent-Length: 9\r\n"),
];
/// Clients that ask for a large answer, the documents in it, and the bytes of each.
const READERS: usize = 16;
const DOCUMENTS: usize = 3;
const BYTES: usize = 3 << 20;
/// Longer than a connection may have no request in hand, in seconds.
const UNUSED_SECONDS: u64 = 17;

fn connected(site: &Site) -> TcpStream {
    TcpStream::connect(site.server.url.strip_prefix("http://").unwrap()).unwrap()
}

/// A connection on which a request was answered, or none, and another one begun.
fn begun(site: &Site, (answered, head): (bool, &str)) -> TcpStream {
    let mut stream = connected(site);
    if answered {
        stream.write_all(b"GET /livez HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
        let mut answer = Vec::new();
        while !answer.ends_with(b"}") {
            let mut byte = [0];
            stream.read_exact(&mut byte).unwrap();
            answer.push(byte[0]);
        }
        assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
    }
    stream.write_all(head.as_bytes()).unwrap();
    stream
}

fn connections(site: &Site) -> f64 {
    site.metrics().of("laiqu_http_connections")
}

/// Captures with new clients, each with a receipt that proves it, and reads what was captured.
fn works(site: &Site, party: &TestParty, name: &str) {
    for number in 0..10 {
        let id = format!("urn:uuid:{name}-{number}");
        let answer = party.capture(&site.client(), &creation(&id)).expect(202);
        let leaf = check_receipt(&site.ledger, &answer["receipt"]);
        let path = format!("/v1/entries/{}/receipt", leaf.index);
        let again = check_receipt(&site.ledger, &site.operator().get(&path).expect(200));
        assert_eq!(again.index, leaf.index);
        assert_eq!(site.operator().get(&format!("/epcis/events/{id}")).status, 200);
    }
    assert_eq!(site.client().get("/readyz").status, 200);
}

#[test]
fn half_open_connections_stop_nobody_and_are_closed() {
    let site = Site::new("ledger.example/half-open");
    let party = site.party("urn:uscc:patient");
    let held: Vec<_> = (0..HELD).map(|n| (n, begun(&site, BEGUN[n % BEGUN.len()]))).collect();
    while connections(&site) < HELD as f64 {
        std::thread::yield_now();
    }
    works(&site, &party, "beside");
    for (number, mut stream) in held {
        let (answered, head) = BEGUN[number % BEGUN.len()];
        let mut rest = Vec::new();
        stream.read_to_end(&mut rest).unwrap();
        let said = String::from_utf8_lossy(&rest);
        let told = if answered { said.is_empty() } else { said.starts_with("HTTP/1.1 408") };
        assert!(told, "{head:?}: {said}");
    }
    while connections(&site) > 10.0 {
        std::thread::yield_now();
    }
    works(&site, &party, "after");
}

/// Sends the head of a capture, signed by a key that nobody registered, and of its body so many
/// bytes of the largest one.
fn begun_body(site: &Site, bytes: usize) -> RawRequest {
    let length = CAPTURE_BODY_BYTES_MAX.to_string();
    let signature = site.stranger("urn:uscc:stranger").signature(JSON_LD, b"");
    let headers = [
        ("Content-Type", JSON_LD),
        ("Content-Length", length.as_str()),
        ("Submission-Signature", signature.as_str()),
    ];
    let mut request = RawRequest::begin(&site.server.url, "POST /epcis/capture", &headers);
    request.send(&vec![b' '; bytes]);
    request
}

/// Whether bytes wait in the system between the server and its clients.
fn is_on_its_way(site: &Site) -> bool {
    let (_, port) = site.server.url.rsplit_once(':').unwrap();
    let port = format!(":{:04X}", port.parse::<u16>().unwrap());
    let sockets = std::fs::read_to_string("/proc/net/tcp").unwrap();
    sockets.lines().any(|line| {
        let fields: Vec<&str> = line.split_whitespace().collect();
        let is_of_server = fields[1].ends_with(&port) || fields[2].ends_with(&port);
        is_of_server && fields[4] != "00000000:00000000"
    })
}

#[test]
fn bodies_of_strangers_that_never_end_stop_nobody_and_are_refused() {
    let site = Site::new("ledger.example/strangers");
    let party = site.party("urn:uscc:patient");
    let few: Vec<_> = (0..HELD / 10).map(|_| begun_body(&site, 100)).collect();
    works(&site, &party, "few");
    // More than all bodies together may have, and smaller and smaller ones until nothing fits.
    let count = BODIES_BYTES_MAX / CAPTURE_BODY_BYTES_MAX + 2;
    let mut held: Vec<_> =
        (0..count).map(|_| begun_body(&site, CAPTURE_BODY_BYTES_MAX - 1)).collect();
    for bytes in (0..20).rev().map(|power| 1 << power) {
        while is_on_its_way(&site) {
            std::thread::yield_now();
        }
        held.extend([begun_body(&site, bytes), begun_body(&site, bytes)]);
    }
    let in_memory = || site.metrics().of("laiqu_bodies_bytes");
    while is_on_its_way(&site) {
        std::thread::yield_now();
    }
    works(&site, &party, "beside");
    let shop = site.server.client_with(&site.token(&site.small_shop("urn:uscc:shop")));
    let json = [("Content-Type", JSON_LD)];
    let by_token = shop.post("/epcis/capture", &json, creation("urn:uuid:token").as_bytes());
    assert_eq!(by_token.status, 202, "{}", by_token.text());
    let half = BODIES_OF_ANYONE_BYTES_MAX as f64;
    assert!((half / 2.0..=half).contains(&in_memory()), "{}", in_memory());
    for request in few.into_iter().chain(held) {
        assert_eq!(request.answer().problem(408), "request-timeout");
    }
    while in_memory() > 0.0 {
        std::thread::yield_now();
    }
    works(&site, &party, "after");
}

/// Captures what makes a large answer, and the question for it.
fn large_answer(site: &Site, party: &TestParty) -> &'static str {
    for number in 0..DOCUMENTS {
        let event = commissioned(&format!("urn:uuid:large-{number}"), LOT_URN, 5);
        let text = format!(r#""example:note":"{}","action""#, "x".repeat(BYTES));
        let body = document(&[event.replacen(r#""action""#, &text, 1)]);
        assert_eq!(party.capture(&site.client(), &body).status, 202);
    }
    "/epcis/events?EQ_bizStep=commissioning&orderBy=eventTime"
}

/// Asks for it, and reads no more than the beginning of the head.
fn asked(site: &Site, path: &str) -> (TcpStream, String) {
    let mut stream = connected(site);
    let token = &site.ledger.operator;
    let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}");
    stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
    let mut first = [0; 12];
    stream.read_exact(&mut first).unwrap();
    (stream, String::from_utf8(first.to_vec()).unwrap())
}

#[test]
fn who_reads_nothing_holds_a_bounded_part_of_the_memory_and_is_cut_off() {
    let site = Site::new("ledger.example/never-read");
    let party = site.party("urn:uscc:quick");
    let path = large_answer(&site, &party);
    let count = ANSWERS_BYTES_MAX / (DOCUMENTS * BYTES) + 4;
    let asked: Vec<_> = (0..count).map(|_| asked(&site, path)).collect();
    let refused = asked.iter().filter(|(_, status)| status.ends_with("503")).count();
    let answered = asked.iter().filter(|(_, status)| status.ends_with("200")).count();
    assert!(refused > 0 && answered + refused == count, "{answered} answered of {count}");
    let untaken = || site.metrics().of("laiqu_answers_bytes");
    let most = ANSWERS_BYTES_MAX + (DOCUMENTS + 1) * BYTES;
    assert!((1.0..most as f64).contains(&untaken()), "{}", untaken());
    let again = site.operator().get(path);
    assert_eq!(again.problem(503), "overloaded");
    assert!(again.header("retry-after").is_some());
    works(&site, &party, "beside");
    while untaken() > 0.0 {
        std::thread::yield_now();
    }
    assert_eq!(site.operator().get(path).status, 200, "they are cut off");
    drop(asked);
}

#[test]
fn slow_readers_stop_nobody_and_get_their_answers() {
    let site = Site::new("ledger.example/slow-readers");
    let party = site.party("urn:uscc:quick");
    let path = large_answer(&site, &party);
    let whole = site.operator().get(path);
    assert!(whole.expect(200).to_string().len() > DOCUMENTS * BYTES);
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let (stream, status) = asked(&site, path);
            assert_eq!(status, "HTTP/1.1 200");
            stream
        })
        .collect();
    works(&site, &party, "beside");
    // They are slow, and not gone.
    std::thread::sleep(Duration::from_secs(UNUSED_SECONDS));
    for mut stream in readers {
        let mut answer = Vec::new();
        stream.read_to_end(&mut answer).unwrap();
        let body = answer.windows(4).position(|four| four == b"\r\n\r\n").unwrap() + 4;
        assert_eq!(answer.len() - body, whole.body.len());
        let json: serde_json::Value = serde_json::from_slice(&answer[body..]).unwrap();
        let events = |answer: &serde_json::Value| answer["epcisBody"].clone();
        assert!(events(&json) == events(&whole.json()), "another answer");
    }
}
