//! `POST /v1/source` and `GET /v1/trace/fcl`: where food came from, and its movements.

use crate::{LOT, LOT_URN};
use laiqu_tests::{Answer, Client, Site, commissioned, document, encode};
use serde_json::{Value, json};

const PATH: &str = "/v1/source";
const FARM: &str = "https://id.gs1.org/414/4012345000115";
const SHOP: &str = "https://id.gs1.org/414/4012345000139";

fn ask(client: &Client, question: &Value) -> Answer {
    let json = [("Content-Type", "application/json")];
    client.post(PATH, &json, question.to_string().as_bytes())
}

fn moved(event_id: &str, step: &str, hour: u8, place: &str, ends: &str) -> String {
    format!(
        r#"{{"type":"ObjectEvent","eventID":"{event_id}","eventTime":"2026-11-02T{hour:02}:30:00+08:00",
"eventTimeZoneOffset":"+08:00","action":"OBSERVE","bizStep":"{step}","readPoint":{{"id":"{place}"}},
{ends},"quantityList":[{{"epcClass":"{LOT_URN}","quantity":5,"uom":"KGM"}}]}}"#
    )
}

/// A farm's lot at a shop: made, sent and received.
fn site_with_a_shop(origin: &str) -> Site {
    let site = Site::new(origin);
    let (farm, shop) = (site.party("urn:uscc:farm"), site.small_shop("urn:uscc:shop"));
    let to = format!(r#""destinationList":[{{"type":"location","destination":"{SHOP}"}}]"#);
    let from = format!(r#""sourceList":[{{"type":"location","source":"{FARM}"}}]"#);
    for event in
        [commissioned("urn:uuid:1", LOT_URN, 5), moved("urn:uuid:2", "shipping", 8, FARM, &to)]
    {
        assert_eq!(farm.capture(&site.client(), &document(&[event])).status, 202);
    }
    let received = document(&[moved("urn:uuid:3", "receiving", 9, SHOP, &from)]);
    let client = site.server.client_with(&site.token(&shop));
    let json = [("Content-Type", "application/ld+json")];
    assert_eq!(client.post("/epcis/capture", &json, received.as_bytes()).status, 202);
    site
}

fn day() -> Value {
    json!({"place": SHOP, "from": "2026-11-02T12:00:00+08:00", "until": "2026-11-03T12:00:00+08:00"})
}

#[test]
fn cases_lead_to_candidates_with_the_state_of_the_ledger() {
    let site = site_with_a_shop("ledger.example/source");
    let mut question = json!({"cases": [{"lot": LOT_URN, "id": "p1"}, day(), day()]});
    question["cases"][2]["weight"] = (-0.5).into();
    let answer = ask(&site.operator(), &question).expect(200);
    assert_eq!(answer["ledger"], site.trace("back", LOT, "")["ledger"]);
    assert_eq!(answer["question"], question);
    for case in answer["cases"].as_array().unwrap() {
        assert_eq!(case, &json!({"lots": [LOT], "sites": [SHOP]}));
    }
    let farm = answer["candidates"].as_array().unwrap().iter().find(|one| one["site"] == FARM);
    let farm = farm.unwrap();
    assert_eq!((&farm["party"], &farm["explains"]), (&json!("urn:uscc:farm"), &json!([0, 1])));
    // Two speak for it and a half against it.
    assert_eq!((&farm["score"], &farm["negative_score"]), (&json!(0.75), &json!(1.0)));
    for method in ["fcl", "horn", "sales", "distance"] {
        assert_eq!(farm["methods"][method]["cases"], 2, "{method}: {farm}");
    }
    assert_eq!((&farm["lots"], &farm["deliveries"]), (&json!([LOT]), &json!(1)));
    assert_eq!((&answer["deliveries"], &answer["truncated"]), (&json!(1), &json!(false)));
    // Nothing was written by asking; and before the shop had it there was nothing to find.
    let size = site.size();
    let mut before = question.clone();
    before["as_of"] = (size - 1).into();
    let before = ask(&site.operator(), &before).expect(200);
    assert_eq!(before["cases"][1], json!({"lots": [], "sites": []}));
    assert_eq!(site.size(), size);
    let beyond = json!({"cases": [day()], "as_of": size + 1});
    assert_eq!(ask(&site.operator(), &beyond).problem(400), "invalid-parameter");
}

#[test]
fn an_answer_says_where_the_events_stand_that_it_rests_on() {
    let site = site_with_a_shop("ledger.example/source-rests-on");
    let size = site.size();
    let question = json!({"cases": [day()], "rests_on": true});
    let answer = ask(&site.operator(), &question).expect(200);
    assert_eq!(answer["question"], question);
    let indexes = |answer: &Value| -> Vec<u64> {
        let positions = answer["rests_on"].as_array().unwrap().iter();
        positions.map(|position| position["index"].as_u64().unwrap()).collect()
    };
    // Made, sent and received: the shop was registered between the second and the third.
    let all = indexes(&answer);
    assert_eq!((all.len(), all.last()), (3, Some(&(size - 1))), "{answer}");
    let places = all.iter().map(|index| format!("{index}/0")).collect::<Vec<_>>().join(",");
    let proofs = site.operator().get(&format!("/v1/proofs?size={size}&positions={places}"));
    let proofs = proofs.expect(200);
    assert_eq!(proofs["ledger"], answer["ledger"]);
    assert_eq!(proofs["entries"].as_array().unwrap().len(), 3);
    // Of an earlier size only what was there; to a business only what it may see; unasked nothing.
    let lot = json!({"cases": [{"lot": LOT_URN}], "as_of": size - 1, "rests_on": true});
    assert_eq!(indexes(&ask(&site.operator(), &lot).expect(200)), all[..2]);
    let other = site.small_shop("urn:uscc:other");
    let token = site.token(&other);
    let seen = ask(&site.server.client_with(&token), &question).expect(200);
    assert_eq!(seen["rests_on"], Value::Null);
    let plain = ask(&site.operator(), &json!({"cases": [day()]})).expect(200);
    assert_eq!(plain["rests_on"], Value::Null);
}

#[test]
fn assumptions_are_an_investigators_own() {
    let site = site_with_a_shop("ledger.example/source-assumed");
    let candidates = |more: Value| {
        let mut question = json!({"cases": [day()]});
        question.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        let answer = ask(&site.operator(), &question).expect(200);
        let sites = answer["candidates"].as_array().unwrap().iter();
        let sites: Vec<String> =
            sites.map(|one| one["site"].as_str().unwrap().to_owned()).collect();
        (sites, answer)
    };
    let farm_is_in = |sites: &[String]| sites.iter().any(|site| site == FARM);
    assert!(farm_is_in(&candidates(json!({})).0));
    let killed = json!({"stations": [{"id": SHOP, "kill_contamination": true}]});
    assert!(!farm_is_in(&candidates(killed).0));
    let killed = json!({"lots": [{"id": LOT_URN, "kill_contamination": true}]});
    assert!(!farm_is_in(&candidates(killed).0));
    let (sites, merged) = candidates(json!({"merge": [[FARM, SHOP]]}));
    assert_eq!(sites, [FARM]);
    assert_eq!(merged["candidates"][0]["merged"], json!([SHOP]));
    let observed =
        json!({"stations": [{"id": SHOP, "observed": "backward"}, {"id": "urn:x:none"}]});
    let (_, answer) = candidates(observed);
    let farm = answer["candidates"].as_array().unwrap().iter().find(|one| one["site"] == FARM);
    assert_eq!(farm.map(|farm| &farm["backward"]), Some(&json!(true)));
    assert_eq!(answer["unused"], json!(["urn:x:none"]));
    assert_eq!(candidates(json!({"limit": 1})).0.len(), 1);
}

#[test]
fn a_business_asks_the_records_that_concern_it() {
    let site = site_with_a_shop("ledger.example/source-who");
    let other = site.small_shop("urn:uscc:other");
    let token = site.token(&other);
    let seen = ask(&site.server.client_with(&token), &json!({"cases": [day()]})).expect(200);
    assert_eq!(seen["cases"][0]["lots"], json!([]));
    assert_eq!(ask(&site.client(), &json!({"cases": [day()]})).status, 401);
    let path = format!("/v1/trace/fcl?id={}", encode(LOT));
    let model = site.server.client_with(&token).get(&path).expect(200);
    assert_eq!(model["data"]["stations"]["data"], json!([]));
}

#[test]
fn a_question_that_cannot_be_asked_is_told_where_it_is_wrong() {
    let site = Site::new("ledger.example/source-bad");
    let lot = json!({"lot": LOT});
    for (question, pointer) in [
        (json!({"cases": []}), "/cases"),
        (json!({"cases": vec![lot.clone(); 1_001]}), "/cases"),
        (json!({"cases": [lot, {}]}), "/cases/1"),
        (json!({"cases": [{"place": SHOP, "from": "now", "until": "then"}]}), "/cases/0/from"),
        (json!({"cases": [{"lot": LOT, "weight": 1e300}]}), "/cases/0/weight"),
        (json!({"cases": [lot], "dates": "today"}), "/dates"),
        (json!({"cases": [lot], "merge": [[FARM]]}), "/merge/0"),
    ] {
        let answer = ask(&site.operator(), &question);
        assert_eq!(answer.status, 400, "{question}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], "invalid-document");
        let faults = problem["errors"].as_array().unwrap();
        assert!(faults.iter().any(|fault| fault["pointer"] == pointer), "{question}: {problem}");
    }
    let json = [("Content-Type", "application/json")];
    assert_eq!(site.operator().post(PATH, &json, b"{").problem(400), "invalid-json");
    assert_eq!(site.operator().post(PATH, &[("Content-Type", "text/plain")], b"{}").status, 415);
    let long = format!(r#"{{"dates":"{}"}}"#, "a".repeat(2 << 20));
    assert_eq!(site.operator().post(PATH, &json, long.as_bytes()).status, 413);
}

#[test]
fn the_movements_of_a_trace_are_a_case_of_foodchain_lab() {
    let site = site_with_a_shop("ledger.example/fcl");
    let path = format!("/v1/trace/fcl?id={}&direction=forward", encode(LOT));
    let model = site.operator().get(&path).expect(200);
    assert_eq!(model["ledger"], site.trace("forward", LOT, "")["ledger"]);
    let rows = |table: &str| model["data"][table]["data"].as_array().unwrap().clone();
    assert_eq!((rows("stations").len(), rows("deliveryRelations").len()), (2, 0));
    let [delivery] = rows("deliveries").try_into().unwrap();
    let cell = |id: &str| {
        let cells = delivery.as_array().unwrap().iter();
        cells.clone().find(|cell| cell["id"] == id).map(|cell| cell["value"].clone())
    };
    for (id, value) in [
        ("from", json!(FARM)),
        ("to", json!(SHOP)),
        ("lot", json!(LOT)),
        ("Lot Number", json!("A1")),
        ("Date Delivery", json!("2026-11-02")),
        ("Date Delivery Arrival", json!("2026-11-02")),
        ("_Lieferungen.Delivery_Amount", json!(5.0)),
        ("_Lieferungen.Delivery_Unit", json!("kg")),
        ("eventID", json!("urn:uuid:2")),
    ] {
        assert_eq!(cell(id), Some(value), "{id}: {delivery}");
    }
    assert_eq!(cell("reasons"), None);
    let nothing = site.operator().get("/v1/trace/fcl?id=urn:x:none").expect(200);
    assert_eq!(nothing["data"]["deliveries"]["data"], json!([]));
    assert_eq!(site.operator().get("/v1/trace/fcl").problem(400), "invalid-parameter");
}
