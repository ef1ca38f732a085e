//! A market lot with very many successors: its answer is told piece by piece, and nobody waits for
//! who reads it.

use crate::{LOT, LOT_URN};
use laiqu_tests::{
    Erasable, SHARED_LOT, Site, TestParty, TestServer, check_receipt, commissioned, document,
    encode, transformed,
};
use serde_json::Value;
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::{Duration, Instant};

/// Successors, and how long the identifiers of the events are that made them: an answer far larger
/// than what lies between two programs on its way.
const SUCCESSORS: usize = 8_000;
const OTHER_URN: &str = "urn:epc:class:lgtin:4012345.033333.OTHER";
const EVENT_ID_BYTES: usize = 600;
/// Projections are kept once there are so many events, or from half as many on where they come
/// fast: not before the answer is read.
const KEPT_EVENTS: usize = 2 * (SUCCESSORS + 2);
/// Most events in one document.
const EVENTS: usize = 2_500;

fn successor(number: usize) -> String {
    format!("urn:epc:class:lgtin:4012345.022222.S{number}")
}

/// Posts what was made of a lot, which is shared by all.
fn make(server: &TestServer, party: &TestParty, hub: &str, numbers: std::ops::Range<usize>) {
    let numbers: Vec<usize> = numbers.collect();
    for numbers in numbers.chunks(EVENTS) {
        let made = |number: &usize| {
            let id = format!("urn:example:hub:{number:0EVENT_ID_BYTES$}");
            transformed(&id, &[hub], &successor(*number))
        };
        let body = document(&numbers.iter().map(made).collect::<Vec<_>>());
        assert_eq!(party.capture(&server.client(), &body).status, 202);
    }
}

/// So much is taken at once, and then nothing for so long: the whole takes minutes, and nobody is
/// cut off for taking nothing.
const SIP_BYTES: usize = 128 << 10;
const SIP_PAUSE: Duration = Duration::from_secs(2);

/// Someone who asks and reads slowly.
struct Reader {
    stream: TcpStream,
    /// What was read of the answer, and when.
    taken: Vec<u8>,
    since: Instant,
}

impl Reader {
    /// Asks, and reads no more than the beginning of the head.
    fn begin(server: &TestServer, token: &str, path: &str) -> Self {
        let address = server.url.strip_prefix("http://").unwrap();
        let mut stream = TcpStream::connect(address).unwrap();
        let head = format!("GET {path} HTTP/1.1\r\nHost: a\r\nAuthorization: Bearer {token}");
        stream.write_all(format!("{head}\r\nConnection: close\r\n\r\n").as_bytes()).unwrap();
        let mut first = [0; 12];
        stream.read_exact(&mut first).unwrap();
        assert_eq!(&first, b"HTTP/1.1 200");
        Self { stream, taken: Vec::new(), since: Instant::now() }
    }

    /// Reads a little, where it is time.
    fn sip(&mut self) {
        if self.since.elapsed() >= SIP_PAUSE {
            let mut sip = vec![0; SIP_BYTES];
            self.stream.read_exact(&mut sip).unwrap();
            self.taken.append(&mut sip);
            self.since = Instant::now();
        }
    }

    /// Reads the rest: the body, and whether it has its end (RFC 9112, section 7.1).
    fn end(mut self) -> (Vec<u8>, bool) {
        let mut rest = self.taken;
        // Where the connection breaks, what came before it is there.
        drop(self.stream.read_to_end(&mut rest));
        let head = rest.windows(4).position(|four| four == b"\r\n\r\n").unwrap();
        assert!(String::from_utf8_lossy(&rest[..head]).contains("chunked"));
        let (mut body, mut rest) = (Vec::new(), &rest[head + 4..]);
        while let Some(line) = rest.windows(2).position(|two| two == b"\r\n") {
            let size = usize::from_str_radix(str::from_utf8(&rest[..line]).unwrap(), 16).unwrap();
            let Some(chunk) = rest.get(line + 2..line + 2 + size) else { break };
            if size == 0 {
                return (body, true);
            }
            body.extend_from_slice(chunk);
            rest = rest.get(line + 4 + size..).unwrap_or_default();
        }
        (body, false)
    }
}

/// The size of the ledger whose projections were kept last.
fn kept_size(site: &Site) -> u64 {
    let files = std::fs::read_dir(site.ledger.data.join("kept")).into_iter().flatten().flatten();
    let names = files.map(|file| file.file_name().into_string().unwrap());
    let sizes = names.filter_map(|name| name.strip_suffix(".columns")?.parse().ok());
    sizes.max().unwrap_or(0)
}

/// Answers that are being told.
fn told(server: &TestServer, operator: &str) -> f64 {
    let metrics = server.client_with(operator).get("/metrics").text();
    laiqu_tests::Samples::read(&metrics).of("laiqu_answers_told")
}

#[test]
fn a_slow_reader_of_a_hub_holds_up_no_capture_and_no_trace() {
    let site = Site::with("ledger.example/hub", &["--keep-events", &KEPT_EVENTS.to_string()]);
    let (party, operator) = (site.party("urn:uscc:market"), &site.ledger.operator);
    let hub = document(&[commissioned("urn:example:hub", LOT_URN, 1_000_000)]);
    assert_eq!(party.capture(&site.client(), &hub).status, 202);
    make(&site.server, &party, LOT_URN, 0..SUCCESSORS);
    let size = site.size();
    let path = format!("/v1/trace?direction=forward&id={}", encode(LOT));
    let mut readers = [(); 2].map(|()| Reader::begin(&site.server, operator, &path));
    // The ledger goes on, and other projections, which are kept in a file, take their place.
    for number in 0..KEPT_EVENTS.div_ceil(EVENTS) {
        let others = (0..EVENTS).map(|other| {
            commissioned(&format!("urn:example:other:{number}:{other}"), OTHER_URN, 1)
        });
        let body = document(&others.collect::<Vec<_>>());
        assert_eq!(party.capture(&site.client(), &body).status, 202);
    }
    let mut late = SUCCESSORS;
    let mut after = 0;
    while after < 3 {
        after += u32::from(kept_size(&site) > size);
        let (id, made) = (format!("urn:example:late:{late}"), successor(late));
        let body = document(&[transformed(&id, &[LOT_URN], &made)]);
        let captured = party.capture(&site.client(), &body).expect(202);
        let leaf = check_receipt(&site.ledger, &captured["receipt"]);
        assert!(leaf.index >= size);
        // It is shown at once, unless the life of the hub is being read, which is one piece.
        let shown = || {
            let trace = site.trace("back", &made, "");
            (trace["ledger"]["size"].as_u64().unwrap() > leaf.index).then_some(trace)
        };
        let trace = std::iter::repeat_with(shown).flatten().next().unwrap();
        assert_eq!(trace["lots"].as_array().unwrap().len(), 2);
        late += 1;
        readers.iter_mut().for_each(Reader::sip);
    }
    assert_eq!(told(&site.server, operator), 2.0, "both are at it");
    let [slow, gone] = readers;
    drop(gone);
    while told(&site.server, operator) > 1.0 {
        std::thread::yield_now();
    }
    let (body, is_whole) = slow.end();
    assert!(is_whole);
    let answer: Value = serde_json::from_slice(&body).unwrap();
    assert_eq!(answer["ledger"]["size"].as_u64(), Some(size));
    for lines in ["lots", "events"] {
        assert_eq!(answer[lines].as_array().unwrap().len(), SUCCESSORS + 1, "{lines}");
    }
    // Also how it came to where it was used, which no record says.
    assert_eq!(answer["links"].as_array().unwrap().len(), SUCCESSORS + 1);
    let again = site.operator().get(&format!("{path}&as_of={size}"));
    assert!(again.body == body, "it is the answer of that size");
    let now = site.operator().get(&path).expect(200);
    assert_eq!(now["lots"].as_array().unwrap().len(), late + 1);
    while told(&site.server, operator) > 0.0 {
        std::thread::yield_now();
    }
}

#[test]
fn an_erasure_cuts_an_answer_off_and_that_is_seen() {
    let (erasable, server) = Erasable::start();
    let operator = &erasable.ledger.operator;
    make(&server, &erasable.farm, SHARED_LOT, 0..SUCCESSORS);
    let path = format!("/v1/trace?direction=forward&id={}", encode(SHARED_LOT));
    let slow = Reader::begin(&server, operator, &path);
    let order = Erasable::order(erasable.index);
    assert_eq!(erasable.erase(&server, &order).unwrap().status, 201);
    let (body, is_whole) = slow.end();
    assert!(!is_whole);
    assert!(serde_json::from_slice::<Value>(&body).is_err());
    assert!(body.starts_with(b"{\"ledger\""));
    let whole = server.client_with(operator).get(&path).expect(200);
    assert_eq!(whole["erased"][0]["index"].as_u64(), Some(erasable.index));
    assert_eq!(told(&server, operator), 0.0);
}

#[test]
fn captures_go_on_while_a_recall_of_a_hub_is_worked_out() {
    let site = Site::new("ledger.example/recall");
    let party = site.party("urn:uscc:market");
    let hub = document(&[commissioned("urn:example:hub", LOT_URN, 1_000_000)]);
    assert_eq!(party.capture(&site.client(), &hub).status, 202);
    make(&site.server, &party, LOT_URN, 0..SUCCESSORS);
    let before = site.size();
    std::thread::scope(|scope| {
        let recall = scope.spawn(|| {
            let asked = serde_json::json!({ "lots": [LOT], "hazard": "microbial" });
            let json = [("Content-Type", "application/json")];
            let asked = asked.to_string();
            site.operator().post("/v1/recall-scope", &json, asked.as_bytes()).expect(200)
        });
        // Whoever captures is answered before it is shown what the question keeps from sight.
        let (mut number, mut ahead) = (SUCCESSORS, 0);
        while !recall.is_finished() {
            let (id, made) = (format!("urn:example:late:{number}"), successor(number));
            let body = document(&[transformed(&id, &[LOT_URN], &made)]);
            let captured = party.capture(&site.client(), &body).expect(202);
            let index = check_receipt(&site.ledger, &captured["receipt"]).index;
            let shown = site.trace("back", LOT, "")["ledger"]["size"].as_u64().unwrap();
            ahead += u32::from(!recall.is_finished() && shown <= index);
            number += 1;
        }
        let recall = recall.join().unwrap();
        let size = recall["ledger"]["size"].as_u64().unwrap();
        assert!(before <= size && size < site.size(), "{size}");
        assert!(ahead > 0, "{} captures, and all were shown at once", number - SUCCESSORS);
    });
    // The last that is answered is shown first, where nothing is in the way.
    let last = document(&[commissioned("urn:example:last", LOT_URN, 1)]);
    let index = party.capture(&site.client(), &last).expect(202)["receipt"]["index"].clone();
    let shown = site.trace("back", LOT, "")["ledger"]["size"].as_u64();
    assert_eq!(shown, index.as_u64().map(|index| index + 1));
}
