//! Documents that are refused: each with a problem that says what is wrong and where.

use crate::{LOT_URN, creation};
use laiqu_tests::{Site, TestParty, commissioned, document};
use serde_json::Value;

const EVENT: &str = "/epcisBody/eventList/0";

/// An event that would be accepted.
fn event() -> String {
    commissioned("urn:uuid:bad", LOT_URN, 5)
}

/// A document whose one event has `part` replaced.
fn with(part: &str, replacement: &str) -> String {
    let event = event();
    assert!(event.contains(part), "{part}");
    document(&[event.replacen(part, replacement, 1)])
}

struct Bench {
    site: Site,
    party: TestParty,
    before: Value,
}

impl Bench {
    fn new() -> Self {
        let site = Site::new("ledger.example/bad");
        let party = site.party("urn:uscc:bad");
        let before = site.state();
        Self { site, party, before }
    }

    /// Posts with a good signature; the problem must have this code, and a fault of this kind at
    /// this place.
    #[track_caller]
    fn refuses(&self, body: &str, code: &str, fault: &str, pointer: &str) {
        let answer = self.party.capture(&self.site.client(), body);
        let shown: String = body.chars().take(300).collect();
        assert_eq!(answer.status, 400, "{shown}\n{}", answer.text());
        let problem = self.site.refused(&self.before, &answer, 400, code);
        let errors = problem["errors"].as_array().cloned().unwrap_or_default();
        let found = errors.iter().any(|e| e["code"] == fault && e["pointer"] == pointer);
        assert!(found, "{fault} at {pointer:?} is not named for {shown}\n{problem}");
        assert!(errors.iter().all(|e| !e["detail"].as_str().unwrap().is_empty()));
    }
}

#[test]
fn what_is_not_json() {
    let bench = Bench::new();
    let whole = creation("urn:uuid:bad");
    for body in ["", " ", "{", "}", "nonsense", "<EPCISDocument/>", &whole[..whole.len() - 1]] {
        bench.refuses(body, "invalid-json", "not-json", "");
    }
    bench.refuses(r#"{"type":}"#, "invalid-json", "not-json", "/type");
    bench.refuses(&format!("{whole}{whole}"), "invalid-json", "not-json", "");
    bench.refuses(&format!("\u{feff}{whole}"), "invalid-json", "not-json", "");
    let client = bench.site.client();
    let mut bytes = whole.into_bytes();
    let at = bytes.len() / 2;
    bytes[at] = 0xff;
    let signature = bench.party.signature("application/json", &bytes);
    let headers = [("Content-Type", "application/json"), ("Submission-Signature", &*signature)];
    let answer = client.post("/epcis/capture", &headers, &bytes);
    bench.site.refused(&bench.before, &answer, 400, "invalid-json");
}

#[test]
fn what_no_reader_reads_the_same_way() {
    let bench = Bench::new();
    let twice = with(r#""action":"ADD""#, r#""action":"ADD","action":"OBSERVE""#);
    bench.refuses(&twice, "invalid-json", "duplicate-key", &format!("{EVENT}/action"));
    let escaped = with(r#""action":"ADD""#, r#""action":"ADD","\u0061ction":"ADD""#);
    bench.refuses(&escaped, "invalid-json", "duplicate-key", &format!("{EVENT}/action"));
    let outside = creation("urn:uuid:bad").replacen('{', r#"{"type":"EPCISDocument","#, 1);
    bench.refuses(&outside, "invalid-json", "duplicate-key", "/type");
    let quantity = format!("{EVENT}/quantityList/0/quantity");
    let numbers = ["9007199254740993", "0.10000000000000000001", "1e400", "12345678901234567890.5"];
    for number in numbers {
        let body = with(r#""quantity":5"#, &format!(r#""quantity":{number}"#));
        bench.refuses(&body, "invalid-json", "number-not-exact", &quantity);
    }
    for number in ["+5", "05", ".5", "5.", "0x5", "NaN", "Infinity"] {
        let body = with(r#""quantity":5"#, &format!(r#""quantity":{number}"#));
        let answer = bench.party.capture(&bench.site.client(), &body);
        bench.site.refused(&bench.before, &answer, 400, "invalid-json");
    }
    let surrogate = with("urn:uuid:bad", r"urn:uuid:\ud800");
    let answer = bench.party.capture(&bench.site.client(), &surrogate);
    bench.site.refused(&bench.before, &answer, 400, "invalid-json");
}

#[test]
fn ten_thousand_levels_of_nesting() {
    let bench = Bench::new();
    let levels = 10_000;
    let nested = [
        format!("{}{}", "[".repeat(levels), "]".repeat(levels)),
        format!("{}1{}", r#"{"a":"#.repeat(levels), "}".repeat(levels)),
        "[".repeat(levels),
        r#"[{"a":"#.repeat(levels),
    ];
    for value in nested {
        let bodies =
            [with(r#""action":"ADD""#, &format!(r#""action":"ADD","urn:x:deep":{value}"#)), value];
        for body in bodies {
            let answer = bench.party.capture(&bench.site.client(), &body);
            let problem = bench.site.refused(&bench.before, &answer, 400, "invalid-json");
            assert_eq!(problem["errors"][0]["code"], "too-deep", "{problem}");
        }
    }
}

#[test]
fn what_is_no_document() {
    let bench = Bench::new();
    for body in ["[]", "\"text\"", "7", "null", "true"] {
        bench.refuses(body, "invalid-document", "not-a-document", "");
    }
    for body in ["{}", r#"{"type":"EPCISDocument"}"#, r#"{"type":"Other"}"#] {
        let answer = bench.party.capture(&bench.site.client(), body);
        bench.site.refused(&bench.before, &answer, 400, "invalid-document");
    }
    let answer = bench.party.capture(&bench.site.client(), &document(&[]));
    bench.site.refused(&bench.before, &answer, 400, "invalid-document");
}

#[test]
fn what_is_no_event() {
    let bench = Bench::new();
    let refuses = |body: &str, fault: &str, at: &str| {
        bench.refuses(body, "invalid-document", fault, &format!("{EVENT}{at}"));
    };
    refuses(&with("ObjectEvent", "PurchaseEvent"), "unknown-event-type", "/type");
    refuses(&with(r#""type":"ObjectEvent","#, ""), "missing-member", "");
    let time = r#""eventTime":"2026-11-01T08:00:00+08:00","#;
    refuses(&with(time, ""), "missing-member", "");
    refuses(&with(r#""eventTimeZoneOffset":"+08:00","#, ""), "missing-member", "");
    let times = ["2026-11-01T08:00:00", "2026-11-01", "2026-13-01T08:00:00Z", "yesterday", ""];
    for wrong in times {
        let body = with("2026-11-01T08:00:00+08:00", wrong);
        refuses(&body, "bad-time", "/eventTime");
    }
    for wrong in ["8", "+8:00", "+0800", "+25:00", "UTC", ""] {
        let part = r#""eventTimeZoneOffset":"+08:00""#;
        let body = with(part, &format!(r#""eventTimeZoneOffset":"{wrong}""#));
        refuses(&body, "bad-time", "/eventTimeZoneOffset");
    }
    refuses(&with(r#""action":"ADD","#, ""), "missing-member", "");
    refuses(&with("\"ADD\"", "\"MOVE\""), "unknown-word", "/action");
    refuses(&with("commissioning", "conjuring"), "unknown-word", "/bizStep");
    refuses(&with(r#""quantity":5"#, r#""quantity":"5""#), "bad-quantity", {
        "/quantityList/0/quantity"
    });
    refuses(&with(r#""quantity":5"#, r#""quantity":-5"#), "bad-quantity", {
        "/quantityList/0/quantity"
    });
    refuses(&with("\"urn:uuid:bad\"", "7"), "wrong-shape", "/eventID");
}

#[test]
fn one_bad_event_refuses_all_and_every_fault_is_named() {
    let bench = Bench::new();
    let bad = event().replace("2026-11-01T08", "2026-11-41T08");
    let worse = event().replace("ADD", "MOVE");
    let good = commissioned("urn:uuid:good", LOT_URN, 5);
    let answer = bench.party.capture(&bench.site.client(), &document(&[good, bad, worse]));
    let problem = bench.site.refused(&bench.before, &answer, 400, "invalid-document");
    let pointers: Vec<&str> = problem["errors"]
        .as_array()
        .unwrap()
        .iter()
        .map(|e| e["pointer"].as_str().unwrap())
        .collect();
    assert_eq!(pointers, ["/epcisBody/eventList/1/eventTime", "/epcisBody/eventList/2/action"]);
    let events = bench.site.operator().get("/epcis/events/urn:uuid:good");
    assert_eq!(events.problem(404), "not-found");
}

#[test]
fn what_is_unusual_but_right_is_accepted() {
    let bench = Bench::new();
    let accepts = |body: &str| {
        let answer = bench.party.capture(&bench.site.client(), body);
        assert_eq!(answer.status, 202, "{body}\n{}", answer.text());
    };
    for (n, number) in ["1000.0", "1E3", "0.1", "5e-1", "9007199254740992"].iter().enumerate() {
        let id = format!("urn:uuid:n{n}");
        let event = commissioned(&id, LOT_URN, 5);
        accepts(&document(&[event.replace(r#""quantity":5"#, &format!(r#""quantity":{number}"#))]));
    }
    let deep = format!(r#""urn:x:deep":{}{}"#, "[".repeat(20), "]".repeat(20));
    let event = commissioned("urn:uuid:deep", LOT_URN, 5);
    accepts(&document(&[event.replace(r#""action":"ADD""#, &format!(r#"{deep},"action":"ADD""#))]));
    accepts(&format!(" \r\n\t{} \n", creation("urn:uuid:space")));
    let context =
        r#"{"@context":["https://ref.gs1.org/standards/epcis/2.0.0/epcis-context.jsonld"],"#;
    accepts(&commissioned("urn:uuid:bare", LOT_URN, 5).replacen('{', context, 1));
    assert_eq!(bench.site.size(), bench.before["size"].as_u64().unwrap() + 8);
}
