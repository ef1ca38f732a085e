//! Names of requests: in the header of every answer and in every refusal.

use laiqu_tests::{Answer, Site, raw};
use std::collections::HashSet;

fn id(answer: &Answer) -> String {
    answer.header("x-request-id").expect("every answer has one").to_owned()
}

#[test]
fn a_given_name_comes_back_and_every_other_request_gets_its_own() {
    let site = Site::new("ledger.example/ids");
    let mut made = HashSet::new();
    for path in ["/livez", "/v1/ledger", "/", "/nowhere", "/v1/entries/x", "/epcis/events?x=1"] {
        let named = site.client().get_with(path, &[("X-Request-Id", "abc-1:2.3_4")]);
        assert_eq!(id(&named), "abc-1:2.3_4", "{path}");
        assert!(made.insert(id(&site.client().get(path))), "{path}");
        for bad in ["", "a b", "<script>", &"x".repeat(65)] {
            let answer = site.client().get_with(path, &[("X-Request-Id", bad)]);
            assert!(made.insert(id(&answer)), "{path} {bad}");
            assert_ne!(id(&answer), bad, "{path}");
        }
    }
    let twice = [("X-Request-Id", "a"), ("X-Request-Id", "b")];
    let answer = raw(&site.server.url, "GET /livez", &twice, &[]);
    assert!(made.insert(id(&answer)) && id(&answer).len() > 1);
}

#[test]
fn refusals_tell_it() {
    let site = Site::new("ledger.example/named");
    for path in ["/nowhere", "/v1/entries/x", "/epcis/events?x=1", "/v1/trace?id=a"] {
        let refused = site.client().get_with(path, &[("X-Request-Id", "r1")]);
        assert_eq!(refused.json()["request_id"], "r1", "{path}");
        let refused = site.client().get(path);
        assert_eq!(refused.json()["request_id"], id(&refused), "{path}");
    }
    let xml = [("Accept", "application/xml"), ("X-Request-Id", "r2")];
    let refused = site.client().get_with("/epcis/events?x=1", &xml);
    assert!(refused.text().contains("<laiqu:requestId>r2</laiqu:requestId>"), "{}", refused.text());
    // One that never reaches a handler.
    let headers = [("GS1-EPCIS-Min", "3.0"), ("X-Request-Id", "r3")];
    let refused = site.client().get_with("/epcis/events", &headers);
    assert_eq!((refused.status / 100, &refused.json()["request_id"]), (4, &"r3".into()));
}
