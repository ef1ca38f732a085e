//! Master data: captured with events or alone, shown as known at any size, gone when erased.

use laiqu_tests::{Erasable, Site, commissioned, element, encode, with_locations, with_shelf_life};
use serde_json::{Value, json};

const SITE_GLN: &str = "https://id.gs1.org/414/4012345000115";
const SITE_URN: &str = "urn:epc:id:sgln:4012345.00011.0";
const COLD: &str = "https://id.gs1.org/414/4012345000115/254/cold";
const RACK: &str = "https://id.gs1.org/414/4012345000115/254/rack";

fn path(id: &str, more: &str) -> String {
    format!("/v1/masterdata/Location/{}{more}", encode(id))
}

/// A transfer of a lot from one party to another.
fn sent(id: &str, to: &str) -> String {
    let event = commissioned(id, crate::LOT_URN, 5);
    let to = format!(
        r#""action":"OBSERVE","destinationList":[{{"type":"possessing_party","destination":"{to}"}}]"#
    );
    event.replace("\"action\":\"ADD\"", &to).replace("commissioning", "shipping")
}

#[test]
fn each_size_of_the_ledger_shows_what_was_said_by_then() {
    let site = Site::new("ledger.example/master");
    let (farm, other) = (site.party("urn:example:farm"), site.party("urn:example:other"));
    let (http, operator) = (site.client(), site.operator());
    let capture = |party: &laiqu_tests::TestParty, elements: &[Value]| {
        let answer = party.capture(&http, &with_locations(elements, &[])).expect(202);
        assert_eq!(
            (&answer["success"], answer["events"].as_array().unwrap().len()),
            (&true.into(), 0)
        );
        answer["receipt"]["index"].as_u64().unwrap()
    };
    let place = element(SITE_URN, &[("name", "一号冷库"), ("city", "福州")], Some(&[COLD]));
    let first = capture(&farm, &[place.clone(), element(COLD, &[], Some(&[RACK]))]);
    let second = capture(&other, &[element(SITE_GLN, &[("name", "Cold store")], None)]);
    let third = capture(&farm, &[element(SITE_GLN, &[("city", "厦门")], None)]);

    // In any spelling, of the whole ledger.
    let now = operator.get(&path(SITE_URN, "")).expect(200);
    assert_eq!((&now["id"], &now["name"]), (&SITE_GLN.into(), &"一号冷库".into()));
    assert_eq!(now["type"], "urn:epcglobal:epcis:vtype:Location");
    assert_eq!((&now["children"], &now["descendants"]), (&json!([COLD]), &json!([COLD, RACK])));
    assert_eq!(now["ledger"]["size"], third + 1);
    assert_eq!(now["ledger"]["root"], site.state()["root"]);
    let says = now["statements"].as_array().unwrap();
    assert_eq!(says.len(), 2, "{now}");
    assert_eq!(
        (&says[0]["party"], &says[1]["party"]),
        (&json!("urn:example:farm"), &json!("urn:example:other"))
    );
    let city = &says[0]["attributes"][1];
    assert_eq!((&city["attribute"], &city["entry"]), (&"厦门".into(), &third.into()));

    // As it was.
    let then = operator.get(&path(SITE_GLN, &format!("?as_of={}", second))).expect(200);
    assert_eq!(then["statements"].as_array().unwrap().len(), 1);
    assert_eq!(then["statements"][0]["attributes"][1]["attribute"], "福州");
    let before = operator.get(&path(SITE_GLN, &format!("?as_of={first}")));
    assert_eq!(before.problem(404), "not-found");
    let beyond = operator.get(&path(SITE_GLN, &format!("?as_of={}", third + 2)));
    assert_eq!(beyond.problem(400), "invalid-parameter");
    assert_eq!(operator.get(&path("urn:x:none", "")).problem(404), "not-found");

    // The list, page by page.
    let page = operator.get("/v1/masterdata/Location?limit=1").expect(200);
    assert_eq!(page["elements"], json!([{ "id": SITE_GLN, "name": "一号冷库" }]));
    let rest = operator.get(&format!("/v1/masterdata/Location?after={}", encode(SITE_GLN)));
    let rest = rest.expect(200);
    assert_eq!((&rest["elements"][0]["id"], &rest["next"]), (&COLD.into(), &Value::Null));
    let none = operator.get(&format!("/v1/masterdata/{}", encode("urn:x:v"))).expect(200);
    assert_eq!(none["elements"], json!([]));

    // The same document again is answered with its first receipt; a restart shows the same.
    let body = with_locations(&[place, element(COLD, &[], Some(&[RACK]))], &[]);
    let again = farm.capture(&http, &body).expect(202);
    assert_eq!(again["receipt"]["index"], first);
    let Site { server, ledger } = site;
    assert!(server.stop().success());
    assert_eq!(ledger.verify().0, 0);
    let server = laiqu_tests::TestServer::start(&ledger.data, &[]);
    let after = server.client_with(&ledger.operator).get(&path(SITE_GLN, "")).expect(200);
    assert_eq!(after, now);
    assert!(server.stop().success());
}

#[test]
fn queries_follow_master_data_down_to_what_is_inside() {
    let site = Site::new("ledger.example/master-within");
    let farm = site.party("urn:example:farm");
    let (http, operator) = (site.client(), site.operator());
    let event = commissioned("urn:example:event:cold", crate::LOT_URN, 5).replace(SITE_GLN, RACK);
    assert_eq!(farm.capture(&http, &laiqu_tests::document(&[event])).status, 202);
    let count = |query: &str| {
        let answer = operator.get(&format!("/epcis/events?{query}")).expect(200);
        answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().unwrap().len()
    };
    let within = format!("WD_bizLocation={}", encode(SITE_URN));
    assert_eq!(count(&within), 0);
    let rack = element(RACK, &[("city", "福州")], None);
    let place = element(SITE_GLN, &[], Some(&[COLD]));
    let cold = element(COLD, &[], Some(&[RACK]));
    assert_eq!(farm.capture(&http, &with_locations(&[place, cold, rack], &[])).status, 202);
    assert_eq!(count(&within), 1);
    assert_eq!(count(&format!("EQ_bizLocation={}", encode(SITE_GLN))), 0);
    assert_eq!(count("HASATTR_bizLocation=cbvmda%3Acity"), 1);
    let city = encode("福州");
    assert_eq!(count(&format!("EQ_ATTR_bizLocation_cbvmda%3Acity={city}")), 1);
    assert_eq!(count("EQ_ATTR_bizLocation_cbvmda%3Acity=Paris"), 0);
}

#[test]
fn attributes_are_those_that_the_reader_sees_at_the_size_of_the_first_page() {
    let site = Site::new("ledger.example/master-attributes");
    let (farm, shop) = (site.party("urn:example:farm"), site.party("urn:example:shop"));
    let (http, operator) = (site.client(), site.operator());
    let event =
        |number: u32| commissioned(&format!("urn:example:event:{number}"), crate::LOT_URN, 5);
    let city = |name: &str| {
        let elements = [element(SITE_GLN, &[("city", name)], None)];
        assert_eq!(farm.capture(&http, &with_locations(&elements, &[])).status, 202);
    };
    let first: Vec<String> = (0..3).map(event).collect();
    assert_eq!(farm.capture(&http, &laiqu_tests::document(&first)).status, 202);
    // Said after the events, and then of others that come later.
    city("福州");
    assert_eq!(farm.capture(&http, &laiqu_tests::document(&[event(3)])).status, 202);
    let asked = |name: &str| format!("EQ_ATTR_bizLocation_cbvmda%3Acity={}", encode(name));
    let ids = |client: &laiqu_tests::Client, query: &str| -> Vec<String> {
        let answer = client.get(&format!("/epcis/events?{query}")).expect(200);
        let list = answer["epcisBody"]["queryResults"]["resultsBody"]["eventList"].clone();
        let events = list.as_array().unwrap().iter();
        events.map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
    };
    assert_eq!(ids(&operator, &asked("福州")).len(), 4);
    let page = operator.get(&format!("/epcis/events?perPage=3&{}", asked("福州")));
    let link = page.header("link").unwrap();
    let token = link.split("nextPageToken=").nth(1).unwrap().split('>').next().unwrap().to_owned();

    // A newer value takes the place of the older one, but not for an answer that began before.
    city("厦门");
    assert!(ids(&operator, &asked("福州")).is_empty());
    assert_eq!(ids(&operator, &asked("厦门")).len(), 4);
    assert_eq!(ids(&operator, "HASATTR_bizLocation=cbvmda%3Acity").len(), 4);
    let rest = format!("perPage=3&{}&nextPageToken={token}", asked("福州"));
    assert_eq!(ids(&operator, &rest), ["urn:example:event:3"]);

    // What a stranger says counts for itself, and for who deals with it.
    let said = [element(SITE_GLN, &[("city", "泉州")], None)];
    assert_eq!(shop.capture(&http, &with_locations(&said, &[])).status, 202);
    let own = site.server.client_with(&site.token(&farm));
    assert_eq!(ids(&operator, &asked("泉州")).len(), 4);
    assert!(ids(&own, &asked("泉州")).is_empty());
    assert_eq!(ids(&own, &asked("厦门")).len(), 4);
}

#[test]
fn a_business_sees_its_own_master_data_and_that_of_who_deals_with_it() {
    let site = Site::new("ledger.example/master-seen");
    let (farm, shop) = (site.party("urn:example:farm"), site.party("urn:example:shop"));
    let http = site.client();
    let body = with_locations(&[element(SITE_GLN, &[("name", "农场")], None)], &[]);
    assert_eq!(farm.capture(&http, &body).status, 202);
    let own = site.server.client_with(&site.token(&farm));
    let partner = site.server.client_with(&site.token(&shop));
    assert_eq!(http.get(&path(SITE_GLN, "")).problem(401), "credentials-missing");
    assert_eq!(own.get(&path(SITE_GLN, "")).expect(200)["name"], "农场");
    assert_eq!(partner.get(&path(SITE_GLN, "")).problem(404), "not-found");
    assert_eq!(partner.get("/v1/masterdata/Location").expect(200)["elements"], json!([]));
    let event = sent("urn:example:event:sent", "urn:example:shop");
    assert_eq!(farm.capture(&http, &laiqu_tests::document(&[event])).status, 202);
    assert_eq!(partner.get(&path(SITE_GLN, "")).expect(200)["name"], "农场");
}

#[test]
fn a_document_with_nothing_in_it_is_refused() {
    let site = Site::new("ledger.example/master-empty");
    let farm = site.party("urn:example:farm");
    let before = site.state();
    let answer = farm.capture(&site.client(), &laiqu_tests::document(&[]));
    let problem = site.refused(&before, &answer, 400, "invalid-document");
    assert!(problem["detail"].as_str().unwrap().contains("master data"), "{problem}");
}

#[test]
fn what_an_erased_document_said_is_gone_and_that_is_told() {
    let (erasable, server) = Erasable::start();
    let operator = server.client_with(&erasable.ledger.operator);
    let event: Value = serde_json::from_str(&with_shelf_life("described", "2024-05-31")).unwrap();
    let event = event["epcisBody"]["eventList"][0].to_string();
    let said = |name: &str| element(SITE_GLN, &[("name", name)], Some(&[COLD]));
    let capture = |body: &str| {
        let answer = erasable.farm.capture(&server.client(), body).expect(202);
        answer["receipt"]["index"].as_u64().unwrap()
    };
    let secret = element(RACK, &[("name", "SECRETLOT rack")], None);
    let index = capture(&with_locations(&[said("SECRETLOT"), secret], &[event]));
    capture(&with_locations(&[said("公开")], &[]));
    assert_eq!(operator.get(&path(RACK, "")).expect(200)["name"], "SECRETLOT rack");
    assert_eq!(erasable.erase(&server, &Erasable::order(index)).unwrap().status, 201);
    assert_eq!(operator.get(&path(RACK, "")).problem(404), "not-found");
    let left = operator.get(&path(SITE_GLN, "")).expect(200);
    assert!(!left.to_string().contains("SECRET"), "{left}");
    assert_eq!((&left["name"], &left["erased"]), (&"公开".into(), &1.into()));
    assert_eq!(left["descendants"], json!([COLD]), "which the later document says, too");
    let then = operator.get(&path(SITE_GLN, &format!("?as_of={}", index + 1)));
    assert_eq!(then.problem(404), "not-found");
    assert!(server.stop().success());
    assert_eq!(erasable.ledger.verify().0, 0);
}

#[test]
fn master_data_beside_events_that_stand_already_is_taken() {
    let site = Site::new("ledger.example/master-beside");
    let farm = site.party("urn:example:farm");
    let event = commissioned("urn:uuid:1", crate::LOT_URN, 5);
    let http = site.client();
    let post = |elements: &[Value]| {
        let body = with_locations(elements, std::slice::from_ref(&event));
        farm.capture(&http, &body).expect(202)
    };
    let city = |city: &str| element(SITE_URN, &[("city", city)], None);
    let first = post(&[city("福州")]);
    let second = post(&[city("厦门")]);
    assert_eq!((&first["replayed"], &second["replayed"]), (&false.into(), &false.into()));
    assert_eq!(second["events"][0]["position"]["index"], first["receipt"]["index"]);
    let shown = site.operator().get(&path(SITE_URN, "")).expect(200);
    assert_eq!(shown["statements"][0]["attributes"][0]["attribute"], "厦门");
    // Nothing new in another document: nothing is written.
    let before = site.state();
    let mut body = with_locations(&[city("厦门")], std::slice::from_ref(&event));
    body.push(' ');
    let again = farm.capture(&http, &body).expect(202);
    assert_eq!((&again["replayed"], site.state()), (&true.into(), before));
}
