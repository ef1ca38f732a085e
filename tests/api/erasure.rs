//! Erasing a document: who may, when, and what is left.

use laiqu_tests::{
    Erasable, PRODUCT_LOT, SECRET_LOT, SHARED_LOT, TestParty, TestServer, commissioned, document,
    found_below, jws, with_shelf_life,
};
use serde_json::{Value, json};

fn trace(server: &TestServer, operator: &str, id: &str) -> Value {
    let path = format!("/v1/trace?id={id}&direction=both");
    server.client_with(operator).get(&path).expect(200)
}

/// All answers that may show something of the document.
fn answers(server: &TestServer, erasable: &Erasable) -> Vec<Value> {
    let operator = &erasable.ledger.operator;
    let ids = [PRODUCT_LOT, SHARED_LOT, SECRET_LOT];
    let mut answers: Vec<Value> = ids.iter().map(|id| trace(server, operator, id)).collect();
    let entry = format!("/v1/entries/{}", erasable.index);
    let job = format!("/epcis/capture/{}", erasable.index);
    let epcs = format!("/epcis/events?MATCH_anyEPCClass={PRODUCT_LOT}");
    let event = "/epcis/events/urn:example:event:secret";
    for path in [&entry, &job, &epcs, event, "/v1/ledger", "/v1/find?q=MADE"] {
        let answer = server.client_with(operator).get(path);
        let mut body = answer.json();
        for changing in ["creationDate", "createdAt", "recent", "examples", "request_id"] {
            body.as_object_mut().unwrap().remove(changing);
        }
        answers.push(json!([path, answer.status, body]));
    }
    answers
}

#[test]
fn an_erased_document_is_gone_from_answers_files_and_restarts() {
    let (erasable, server) = Erasable::start();
    let (index, data) = (erasable.index, erasable.ledger.data.clone());
    let secrets = erasable.secrets();
    assert!(found_below(&data, &secrets).len() >= 5, "they are all there before");
    let before = trace(&server, &erasable.ledger.operator, PRODUCT_LOT);
    let found = |number: &str| {
        let client = server.client_with(&erasable.ledger.operator);
        client.get(&format!("/v1/find?q={number}")).expect(200)["found"].take()
    };
    assert_eq!(found("MADE")[0]["lots"][0]["expires"], json!(["2024-05-31"]));
    assert_eq!(found("SECRETLOT").as_array().unwrap().len(), 1);
    let answer = erasable.erase(&server, &Erasable::order(index)).unwrap().expect(201);
    let by = answer["receipt"]["index"].as_u64().unwrap();
    assert_eq!(found_below(&data, &secrets), Vec::<String>::new(), "at once");

    let operator = &erasable.ledger.operator;
    let entry = server.client_with(operator).get(&format!("/v1/entries/{index}")).expect(200);
    assert_eq!((&entry["erased_by"], &entry["document"]), (&json!(by), &Value::Null));
    assert!(entry["receipt"]["opening"].is_null() && entry["receipt"]["leaf"].is_string());
    let job = server.client_with(operator).get(&format!("/epcis/capture/{index}"));
    assert_eq!(job.problem(410), "erased");
    assert!(job.text().contains(&format!("by entry {by}")), "{}", job.text());
    let gone = server.client_with(operator).get("/epcis/events/urn:example:event:secret");
    assert_eq!(gone.problem(404), "not-found");
    let again = erasable.farm.capture(&server.client(), &erasable.body);
    assert_eq!(again.problem(410), "erased");
    let twice = erasable.erase(&server, &Erasable::order(index)).unwrap();
    assert_eq!(twice.problem(410), "erased");

    // The lots that other documents name are still joined as before; the other one is a hash.
    let after = trace(&server, operator, PRODUCT_LOT);
    assert_eq!(after["erased"], json!([{ "index": index, "by": by }]));
    for list in ["lots", "links", "events"] {
        let count = |answer: &Value| answer[list].as_array().unwrap().len();
        assert_eq!(count(&after), count(&before), "{list}: {after}");
    }
    let text = after.to_string();
    assert!(text.contains("10/SHARED") && text.contains("urn:laiqu:erased:"), "{text}");
    assert!(!text.contains("SECRET"), "{text}");

    let page = server.client_with(operator).get(&format!("/trace?id={PRODUCT_LOT}")).text();
    assert!(page.contains("原文已删除") && page.contains(&format!("{index} ← {by}")), "{page}");
    assert!(!page.contains("SECRET"));

    assert_eq!(found("MADE")[0]["lots"][0]["expires"], json!([]), "only the document said so");
    assert_eq!(found("SECRETLOT"), json!([]));

    let live = answers(&server, &erasable);
    assert!(server.stop().success());
    assert_eq!(erasable.ledger.verify().0, 0);
    let server = TestServer::start(&data, &[]);
    assert_eq!(answers(&server, &erasable), live, "after a restart");
    assert_eq!(erasable.farm.capture(&server.client(), &erasable.body).problem(410), "erased");
    assert!(server.stop().success());
    std::fs::remove_dir_all(data.join("index")).unwrap();
    let server = TestServer::start(&data, &[]);
    assert_eq!(answers(&server, &erasable), live, "after the index was lost");
    // Others may say what the document said, and the ledger goes on.
    let other = document(&[commissioned("urn:example:event:secret", SECRET_LOT, 5)]);
    assert_eq!(erasable.farm.capture(&server.client(), &other).status, 202);
    assert!(server.stop().success());
    assert_eq!(erasable.ledger.verify().0, 0);
}

#[test]
fn what_must_be_kept_is_kept_and_the_day_is_named() {
    let (erasable, server) = Erasable::start();
    let capture = |body: &str| {
        let answer = erasable.farm.capture(&server.client(), body).expect(202);
        answer["receipt"]["index"].as_u64().unwrap()
    };
    let running = capture(&with_shelf_life("fresh", "2999-01-31"));
    let unstated = capture(&document(&[commissioned("urn:example:event:plain", SHARED_LOT, 7)]));
    for (index, day) in [(running, "2999-07-31"), (unstated, "two years")] {
        let refused = erasable.erase(&server, &Erasable::order(index)).unwrap();
        assert_eq!(refused.problem(409), "retention-running");
        assert!(refused.text().contains(day), "{}", refused.text());
        let entry = server.client_with(&erasable.ledger.operator);
        assert!(entry.get(&format!("/v1/entries/{index}")).expect(200)["document"].is_string());
    }
    // Neither do ledger, key, token and party entries go, nor what is not there.
    for index in 0..erasable.index - 1 {
        let refused = erasable.erase(&server, &Erasable::order(index)).unwrap();
        assert_eq!(refused.problem(409), "not-erasable", "entry {index}");
    }
    let missing = erasable.erase(&server, &Erasable::order(900)).unwrap();
    assert_eq!(missing.problem(404), "not-found");
    let erased = erasable.erase(&server, &Erasable::order(erasable.index)).unwrap().expect(201);
    let by = erased["receipt"]["index"].as_u64().unwrap();
    let refused = erasable.erase(&server, &Erasable::order(by)).unwrap();
    assert_eq!(refused.problem(409), "not-erasable", "an erasure stays");
    assert!(server.stop().success());
    assert_eq!(erasable.ledger.verify().0, 0);
}

#[test]
fn operator_and_regulator_must_both_stand_behind_it() {
    let (erasable, server) = Erasable::start();
    let order = Erasable::order(erasable.index);
    let post = |token: Option<&str>, signatures: &[&str], body: &str| {
        let client = token.map_or_else(|| server.client(), |token| server.client_with(token));
        let mut headers = vec![("Content-Type", "application/json")];
        headers.extend(signatures.iter().map(|jws| ("Submission-Signature", *jws)));
        client.post("/v1/erasures", &headers, body.as_bytes())
    };
    let operator = Some(erasable.ledger.operator.as_str());
    let signature = erasable.signature(&order);
    let by = |party: &TestParty, body: &str| {
        jws(&party.key, &party.id, &party.origin, "application/json", body.as_bytes())
    };
    let farm = by(&erasable.farm, &order);
    let other = by(&erasable.regulator, "{}");
    assert_eq!(post(None, &[&signature], &order).problem(401), "credentials-missing");
    assert_eq!(post(operator, &[], &order).problem(401), "signature-invalid");
    assert_eq!(post(operator, &[&farm], &order).problem(403), "forbidden", "no regulator");
    assert_eq!(post(operator, &[&other], &order).problem(401), "signature-other-body");
    let both = post(operator, &[&signature, &farm], &order);
    assert_eq!(both.problem(401), "signature-mismatch");
    for body in
        ["", "[]", r#"{"index":5}"#, r#"{"index":5,"reason":""}"#, r#"{"index":-1,"reason":"x"}"#]
    {
        let refused = post(operator, &[&erasable.signature(body)], body);
        assert!(["invalid-json", "invalid-document"].contains(&refused.problem(400).as_str()));
    }
    let replaced = |index: u64| {
        let body = json!({ "index": erasable.index, "reason": "r", "replacement": index });
        erasable.erase(&server, &body.to_string()).unwrap()
    };
    assert_eq!(replaced(erasable.index).problem(409), "not-erasable", "not by itself");
    assert_eq!(replaced(2).problem(409), "not-erasable", "not by a token");
    assert_eq!(replaced(900).problem(404), "not-found");
    let shown = server.client_with(&erasable.ledger.operator);
    let entry = shown.get(&format!("/v1/entries/{}", erasable.index)).expect(200);
    assert!(entry["document"].is_string() && entry["erased_by"].is_null(), "nothing has changed");
    let corrected = with_shelf_life("corrected", "2024-05-30");
    let corrected = erasable.farm.capture(&server.client(), &corrected).expect(202);
    assert_eq!(replaced(corrected["receipt"]["index"].as_u64().unwrap()).status, 201);
    assert!(server.stop().success());
    assert_eq!(erasable.ledger.verify().0, 0);
}
