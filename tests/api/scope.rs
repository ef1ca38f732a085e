//! `POST /v1/recall-scope`: who may ask, what is refused, and what is answered.

use crate::LOT;
use laiqu_tests::{Answer, Client, Site, commissioned, document, transformed};
use serde_json::{Value, json};

const MADE: &str = "urn:epc:class:lgtin:4012345.022222.B1";
const PATH: &str = "/v1/recall-scope";

fn ask(client: &Client, question: &Value) -> Answer {
    let json = [("Content-Type", "application/json")];
    client.post(PATH, &json, question.to_string().as_bytes())
}

fn site_with_a_run(origin: &str) -> Site {
    let site = Site::new(origin);
    let farm = site.party("urn:uscc:farm");
    let lot = commissioned("urn:uuid:1", LOT, 50);
    let made = transformed("urn:uuid:2", &[LOT], MADE);
    for event in [lot, made] {
        assert_eq!(farm.capture(&site.client(), &document(&[event])).status, 202);
    }
    site
}

#[test]
fn what_was_made_of_a_lot_is_in_its_scope_with_the_state_of_the_ledger() {
    let site = site_with_a_run("ledger.example/scope");
    let question = json!({"lots": [LOT], "hazard": "microbial"});
    let answer = ask(&site.operator(), &question).expect(200);
    let lots: Vec<&str> =
        answer["lots"].as_array().unwrap().iter().map(|lot| lot["id"].as_str().unwrap()).collect();
    assert_eq!(lots.len(), 2, "{answer}");
    assert!(answer["lots"].as_array().unwrap().iter().all(|lot| lot["grade"] == "definite"));
    let trace = site.trace("forward", LOT, "");
    assert_eq!(answer["ledger"], trace["ledger"]);
    assert_eq!(answer["question"], question);
    assert_eq!(answer["truncated"], false);
    // A regulator sees the same, wherever it looks from.
    let regulator = site.regulator("urn:uscc:office");
    let token = site.token(&regulator);
    let office = site.server.client_with(&token);
    let seen = ask(&office, &question).expect(200);
    assert_eq!(seen["holdings"], answer["holdings"]);
    // Nothing was written by asking.
    let size = site.size();
    assert_eq!(ask(&office, &question).status, 200);
    assert_eq!(site.size(), size);
}

#[test]
fn a_supplier_and_a_place_are_starts_too() {
    let site = site_with_a_run("ledger.example/starts");
    let day = json!({"from": "2020-01-01T00:00:00Z", "until": "2100-01-01T00:00:00Z"});
    let with = |more: Value| {
        let mut question = day.clone();
        let all = question.as_object_mut().unwrap();
        all.extend(more.as_object().unwrap().clone());
        question
    };
    let supplied = with(json!({"supplier": "urn:uscc:farm", "hazard": "chemical"}));
    let answer = ask(&site.operator(), &supplied).expect(200);
    assert_eq!(answer["lots"].as_array().unwrap().len(), 2, "{answer}");
    let place = answer["holdings"][0]["site"].as_str().unwrap().to_owned();
    let there = with(json!({"place": place, "hazard": "temperature"}));
    let answer = ask(&site.operator(), &there).expect(200);
    assert_eq!(answer["lots"].as_array().unwrap().len(), 2, "{answer}");
    let other = with(json!({"place": "urn:x:elsewhere", "hazard": "temperature"}));
    let answer = ask(&site.operator(), &other).expect(200);
    assert!(answer["lots"].as_array().unwrap().is_empty(), "{answer}");
}

#[test]
fn businesses_and_the_public_are_refused() {
    let site = Site::with("ledger.example/scope-who", &["--public-read"]);
    let shop = site.small_shop("urn:uscc:shop");
    let token = site.token(&shop);
    let question = json!({"lots": [LOT], "hazard": "label"});
    for client in [site.client(), site.server.client_with(&token)] {
        let answer = ask(&client, &question);
        assert_eq!(answer.status, 403, "{}", answer.text());
        assert_eq!(answer.json()["code"], "forbidden");
    }
    let closed = Site::new("ledger.example/scope-closed");
    assert_eq!(ask(&closed.client(), &question).status, 401);
}

#[test]
fn a_question_that_cannot_be_asked_is_told_where_it_is_wrong() {
    let site = Site::new("ledger.example/scope-bad");
    for (question, pointer) in [
        (json!({"hazard": "label"}), ""),
        (json!({"lots": [LOT], "hazard": "fear"}), "/hazard"),
        (json!({"lots": [LOT, ""], "hazard": "label"}), "/lots/1"),
        (json!({"place": "urn:x:1", "from": "now", "until": "then", "hazard": "label"}), "/from"),
        (json!({"lots": vec![LOT; 1_001], "hazard": "label"}), "/lots"),
    ] {
        let answer = ask(&site.operator(), &question);
        assert_eq!(answer.status, 400, "{question}: {}", answer.text());
        let problem = answer.json();
        assert_eq!(problem["code"], "invalid-document");
        let faults = problem["errors"].as_array().unwrap();
        assert!(faults.iter().any(|fault| fault["pointer"] == pointer), "{question}: {problem}");
    }
    let json = [("Content-Type", "application/json")];
    let broken = site.operator().post(PATH, &json, b"{");
    assert_eq!((broken.status, broken.json()["code"].as_str()), (400, Some("invalid-json")));
    let text = site.operator().post(PATH, &[("Content-Type", "text/plain")], b"{}");
    assert_eq!(text.status, 415);
    let long = format!(r#"{{"lots":["{}"]}}"#, "a".repeat(2 << 20));
    assert_eq!(site.operator().post(PATH, &json, long.as_bytes()).status, 413);
}

#[test]
fn what_was_sold_without_a_lot_counts_once_however_many_lots_it_may_be_of() {
    let site = Site::new("ledger.example/scope-unlotted");
    let farm = site.party("urn:uscc:farm");
    let second = LOT.replace("/10/A1", "/10/A2");
    let product = LOT.replace("/10/A1", "");
    let sold = |id: &str, day: u32| {
        let event = commissioned(id, &product, 20).replace("\"ADD\"", "\"DELETE\"");
        let event = event.replace("\"commissioning\"", "\"retail_selling\"");
        event.replace("2026-11-01", &format!("2026-11-0{day}"))
    };
    let lots = [commissioned("urn:uuid:1", LOT, 50), commissioned("urn:uuid:2", &second, 30)];
    let sales = [sold("urn:uuid:3", 2), sold("urn:uuid:4", 3)];
    for event in lots.into_iter().chain(sales) {
        assert_eq!(farm.capture(&site.client(), &document(&[event])).status, 202);
    }
    let ask = |lots: &[&str]| {
        ask(&site.operator(), &json!({"lots": lots, "hazard": "chemical"})).expect(200)
    };
    let both = ask(&[LOT, &second]);
    let line = &both["unlotted"][0];
    assert_eq!(both["unlotted"].as_array().unwrap().len(), 1, "{both}");
    assert_eq!(line["kilograms"], json!({"min": 40.0, "max": 40.0}));
    assert_eq!(line["affected"], json!({"min": 40.0, "max": 40.0}));
    assert_eq!(line["lots"], json!([LOT, second]));
    assert_eq!(line["events"], json!(["urn:uuid:3", "urn:uuid:4"]));
    assert_eq!(both["kilograms"]["unlotted"], line["affected"]);
    let stock = &both["kilograms"]["definite"]["in_stock"]["worst"];
    assert_eq!(stock, &json!({"min": 40.0, "max": 80.0}));
    // Of the first lot alone at least what the second cannot explain was sold.
    let one = ask(&[LOT]);
    assert_eq!(one["unlotted"][0]["affected"], json!({"min": 10.0, "max": 40.0}));
    assert_eq!(one["stock"][0]["kilograms"], json!({"min": 10.0, "max": 50.0}));
}
