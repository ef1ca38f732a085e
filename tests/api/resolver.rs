//! The resolver of GS1 Digital Links: it leads to where answers are.

use laiqu_tests::{Site, commissioned, encode};
use serde_json::Value;

const LOT: &str = "/01/04012345111118/10/A1";
const ID: &str = "https://id.gs1.org/01/04012345111118/10/A1";

#[test]
fn a_link_leads_to_the_page_the_events_and_the_link_set() {
    let site = Site::with("ledger.example/resolver", &["--public-read"]);
    let farm = site.party("urn:example:farm");
    let http = site.client();
    let event = commissioned("urn:example:event:1", crate::LOT_URN, 5);
    assert_eq!(farm.capture(&http, &laiqu_tests::document(&[event])).status, 202);
    let location = |path: &str| {
        let answer = http.get(path);
        assert_eq!(answer.status, 307, "{path}: {}", answer.text());
        let link = answer.header("link").unwrap();
        assert!(link.contains(&format!("<{LOT}?linkType=linkset>; rel=\"linkset\"")), "{link}");
        answer.header("location").unwrap().to_owned()
    };
    assert_eq!(location(LOT), format!("/trace?id={}", encode(ID)));
    // Short names of qualifiers and any number of digits of a GTIN are other spellings of it.
    assert_eq!(location("/01/4012345111118/lot/A1"), location(LOT));
    for spelling in ["gs1:epcis", "epcis", "https://gs1.org/voc/epcis"] {
        let events = location(&format!("{LOT}?linkType={}", encode(spelling)));
        let found = http.get(&events).expect(200);
        let list = &found["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        assert_eq!(list.as_array().unwrap().len(), 1, "{events}");
    }
    let set = http.get(&format!("{LOT}?linkType=all"));
    assert_eq!(set.header("content-type"), Some("application/linkset+json"));
    assert_eq!(set.header("access-control-allow-origin"), Some("*"));
    let accept = http.get_with(LOT, &[("Accept", "application/linkset+json")]).expect(200);
    let set = set.expect(200);
    assert_eq!(accept, set);
    let links = set["linkset"][0].as_object().unwrap();
    assert_eq!(links["anchor"], ID);
    for (relation, targets) in links.iter().filter(|(name, _)| *name != "anchor") {
        assert!(relation.starts_with("https://gs1.org/voc/"), "{relation}");
        let href = targets[0]["href"].as_str().unwrap();
        let path = href.strip_prefix(&site.server.url).unwrap_or_else(|| panic!("{href}"));
        let status = http.get(path).status;
        let known = if relation.ends_with("masterData") { 404 } else { 200 };
        assert_eq!(status, known, "{relation} {path}");
        assert_eq!(targets[0]["title*"][0]["language"], "zh");
    }
    assert_eq!(links.len(), 5, "{links:?}");
}

#[test]
fn every_kind_of_key_leads_to_what_it_can_be_asked_about() {
    let site = Site::with("ledger.example/resolver-keys", &["--public-read"]);
    let http = site.client();
    let relations = |path: &str| {
        let set = http.get(&format!("{path}?linkType=linkset")).expect(200);
        let links = set["linkset"][0].as_object().unwrap().clone();
        let epcis = links.get("https://gs1.org/voc/epcis").map(|links| links[0]["href"].clone());
        epcis.as_ref().and_then(Value::as_str).unwrap_or_default().to_owned()
    };
    assert!(relations("/00/340123450000000017").contains("MATCH_anyEPC="));
    assert!(relations("/01/04012345111118/21/7").contains("MATCH_anyEPC="));
    assert!(relations("/01/04012345111118").contains("MATCH_anyEPCClass="));
    assert!(relations("/414/4012345000115").contains("EQ_bizLocation="));
    assert_eq!(relations("/417/4012345000115"), "");
    let about = http.get("/.well-known/gs1resolver").expect(200);
    assert_eq!(about["resolverRoot"], site.server.url);
    for key in about["supportedPrimaryKeys"].as_array().unwrap() {
        let wrong = http.get(&format!("/{}/x", key.as_str().unwrap()));
        assert_eq!(wrong.problem(400), "invalid-parameter", "{key}");
    }
}

#[test]
fn what_is_no_key_and_what_is_no_link_is_said() {
    let site = Site::new("ledger.example/resolver-wrong");
    let http = site.client();
    let digit = http.get("/01/04012345111119/10/A1");
    assert_eq!(digit.problem(400), "invalid-parameter");
    assert!(digit.text().contains("check digit"), "{}", digit.text());
    let unknown = http.get(&format!("{LOT}?linkType=gs1:pip"));
    assert_eq!(unknown.problem(404), "not-found");
    assert!(unknown.text().contains("gs1:epcis"), "{}", unknown.text());
    assert_eq!(http.get("/01").problem(404), "not-found");
    assert_eq!(http.get("/99/04012345111118").problem(404), "not-found");
    // Nothing is told about who is known: that is decided where the links lead.
    assert_eq!(http.get(LOT).status, 307);
    let events = http.get(&format!("/epcis/events?MATCH_anyEPCClass={}", encode(ID)));
    assert_eq!(events.problem(401), "credentials-missing");
}
