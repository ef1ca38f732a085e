//! Clients that never finish what they began: nobody else notices, and their places come back.

use crate::{LOT_URN, creation};
use laiqu_tests::{Site, TestParty, check_receipt, commissioned, document};
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

#[test]
fn slow_readers_stop_nobody_and_get_their_answers() {
    let site = Site::new("ledger.example/slow-readers");
    let party = site.party("urn:uscc:quick");
    for number in 0..DOCUMENTS {
        let event = commissioned(&format!("urn:uuid:large-{number}"), LOT_URN, 5);
        let text = format!(r#""example:note":"{}","action""#, "x".repeat(BYTES));
        let body = document(&[event.replacen(r#""action""#, &text, 1)]);
        assert_eq!(party.capture(&site.client(), &body).status, 202);
    }
    let path = "/epcis/events?EQ_bizStep=commissioning&orderBy=eventTime";
    let whole = site.operator().get(path);
    assert!(whole.expect(200).to_string().len() > DOCUMENTS * BYTES);
    let readers: Vec<_> = (0..READERS)
        .map(|_| {
            let mut stream = connected(&site);
            let token = &site.ledger.operator;
            let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}");
            stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
            let mut first = [0; 12];
            stream.read_exact(&mut first).unwrap();
            assert_eq!(&first, b"HTTP/1.1 200");
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
