//! `laiqu verify URL --token`: documents, commitments and signatures of a served ledger.

use crate::proxy::Proxy;
use crate::ran::{LOT, Running, laiqu};
use laiqu_tests::{Change, Erasable, Site, TestParty, TestServer, commissioned, document, encode};
use serde_json::{Value, json};

fn settled() -> (Running, u64) {
    let running = Running::with_events(&[]);
    let ledger = running.server.client().get("/v1/ledger").expect(200)["ledger"].take();
    let size = ledger["size"].as_u64().unwrap();
    running.wait_for_checkpoint(size);
    (running, size)
}

fn verify(running: &Running, url: &str, token: &str, code: i32) -> Value {
    let vkey = &running.ledger.vkey;
    laiqu(&["verify", url, "--vkey", vkey, "--token", token, "--json"]).exits(code).json()
}

#[test]
fn who_may_read_everything_checks_what_a_directory_would_show() {
    let (running, size) = settled();
    let offline = laiqu(&["verify", running.data(), "--json"]).exits(0).json();
    let report = verify(&running, running.url(), &running.ledger.operator, 0);
    assert_eq!((&report["size"], &report["root"]), (&size.into(), &offline["root"]));
    assert_eq!(report["signatures"], offline["signatures"]);
    assert!(report["signatures"].as_u64().unwrap() > 0);
    let not_checked = report["not_checked"].to_string();
    assert!(!not_checked.contains("private frames"), "{not_checked}");
    // The token may come from the environment, but only where it is asked for.
    let public = laiqu(&["verify", running.url(), "--vkey", &running.ledger.vkey, "--json"]);
    assert_eq!(public.exits(0).json()["signatures"], 0);
    laiqu(&["verify", running.url(), "--token", "wrong", "--json"]).exits(4);
    let asked = ["verify", running.url(), "--vkey", &running.ledger.vkey, "--private", "--json"];
    laiqu(&asked).exits(2).explains("LAIQU_TOKEN");
    let mut command = laiqu_tests::under_test();
    let output = command.args(asked).env("LAIQU_TOKEN", &running.ledger.operator).output().unwrap();
    let found: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(found["signatures"], offline["signatures"]);
}

#[test]
fn what_the_token_may_not_read_is_said() {
    let (running, _) = settled();
    let shop = TestParty::new(&running.ledger.origin, "urn:example:shop", 9);
    let shop = shop.register(&running.server, &running.ledger.operator, "gateway");
    let event = commissioned("urn:example:event:shop", LOT, 1);
    assert_eq!(shop.capture(&running.server.client(), &document(&[event])).status, 202);
    let operator = running.server.client_with(&running.ledger.operator);
    let path = format!("/v1/parties/{}/tokens", encode(&shop.id));
    let issued = operator.post(&path, &[], b"").expect(201);
    let ledger = running.server.client().get("/v1/ledger").expect(200)["ledger"].take();
    running.wait_for_checkpoint(ledger["size"].as_u64().unwrap());
    let report = verify(&running, running.url(), issued["token"].as_str().unwrap(), 0);
    let withheld = report["not_checked"].to_string();
    assert!(withheld.contains("private frames, which the token may not read"), "{withheld}");
    assert!(report["signatures"].as_u64().unwrap() > 0, "its own: {report}");
}

#[test]
fn a_changed_document_signature_or_omission_is_found() {
    let (running, _) = settled();
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 5] = [
        ("commitment", |page| {
            let document = page["entries"][6]["document"].as_str().unwrap().to_owned();
            page["entries"][6]["document"] =
                document.replacen("commissioning", "observing", 1).into();
        }),
        ("commitment", |page| page["entries"][6]["opening"]["signatures"] = Value::Array(vec![])),
        ("not shown", |page| {
            page["entries"].as_array_mut().unwrap().remove(6);
        }),
        ("with another leaf", |page| {
            page["entries"][6]["leaf"] = page["entries"][5]["leaf"].clone()
        }),
        ("no entry says so", |page| {
            page["entries"].as_array_mut().unwrap().remove(6);
            page["erased"] = serde_json::json!([{ "index": 6, "by": null }]);
        }),
    ];
    for (what, change) in changes {
        let lying = Proxy::start(running.url(), move |path, body| {
            if !path.starts_with("/v1/entries/private") {
                return body;
            }
            let mut page: Value = serde_json::from_slice(&body).unwrap();
            change(&mut page);
            page.to_string().into_bytes()
        });
        let report = verify(&running, &lying.url, &running.ledger.operator, 1);
        let finding = &report["findings"][0];
        assert_eq!(
            (&finding["entry"], &finding["file"]),
            (&6.into(), &"private".into()),
            "{report}"
        );
        assert!(finding["what"].to_string().contains(what), "{what}: {report}");
    }
}

#[test]
fn nobody_can_hide_that_a_key_changed() {
    let (running, size) = settled();
    type Hide = fn(&mut Value, u64, u64);
    let ways: [(&str, Hide); 2] = [
        ("everyone may see", |page, index, _| page["withheld"] = json!([index])),
        ("entries of its kind stay", |page, index, last| {
            page["erased"] = json!([{ "index": index, "by": last }]);
        }),
    ];
    for (what, hide) in ways {
        let lying = Proxy::start(running.url(), move |path, body| {
            if !path.starts_with("/v1/entries/private") {
                return body;
            }
            let mut page: Value = serde_json::from_slice(&body).unwrap();
            let entries = page["entries"].as_array_mut().unwrap();
            let is_key = |entry: &Value| entry["leaf"].to_string().contains("key.add");
            let at = entries.iter().rposition(is_key).unwrap();
            let index = entries.remove(at)["index"].as_u64().unwrap();
            hide(&mut page, index, size - 1);
            page.to_string().into_bytes()
        });
        let report = verify(&running, &lying.url, &running.ledger.operator, 1);
        assert!(report["findings"].to_string().contains(what), "{what}: {report}");
    }
}

#[test]
fn keys_that_were_rotated_and_reset_are_judged_as_far_as_registrations_are_shown() {
    let site = Site::new("private.example/log");
    let (farm, regulator) = (site.party("urn:example:farm"), site.regulator("urn:example:bureau"));
    let (second, third) = (farm.with_key(2), farm.with_key(3));
    let jwk =
        |of: &TestParty| -> Value { serde_json::from_str(&of.key.public().to_json()).unwrap() };
    let change = |what: &str, body: Value, signers: [&TestParty; 2]| {
        let body = body.to_string();
        let sign = |by: &TestParty| by.signature("application/json", body.as_bytes());
        let (body, signatures) = (body.as_bytes(), signers.map(sign));
        let change = Change { media_type: "application/json", body, signatures: &signatures };
        let answer = site.change(&site.operator(), &farm.id, what, &change);
        assert_eq!(answer.status, 201, "{}", answer.text());
    };
    let event = |n: u64| document(&[commissioned(&format!("urn:example:event:{n}"), LOT, n)]);
    assert_eq!(farm.capture(&site.client(), &event(1)).status, 202);
    let kid = farm.key.public().thumbprint();
    change("rotations", json!({ "kid": kid, "jwk": jwk(&second) }), [&second, &farm]);
    assert_eq!(second.capture(&site.client(), &event(2)).status, 202);
    let reset = json!({ "party": farm.id, "jwk": jwk(&third), "reason": "lost" });
    change("resets", reset, [&third, &regulator]);
    assert_eq!(third.capture(&site.client(), &event(3)).status, 202);
    let (shop, token) = (site.party("urn:example:shop"), |party| site.token(party));
    let (of_farm, of_shop) = (token(&farm), token(&shop));
    published(&site.server);
    for token in [&site.ledger.operator, &of_farm, &of_shop] {
        let vkey = &site.ledger.vkey;
        let asked = ["verify", &site.server.url, "--vkey", vkey, "--token", token, "--json"];
        let report = laiqu(&asked).exits(0).json();
        let said = report["not_checked"].to_string();
        // Whether the bureau is a regulator only who sees its registration can tell.
        let all = *token == site.ledger.operator;
        assert_eq!(said.contains("who had to sign them"), !all, "{report}");
    }
}

/// Waits until the shown checkpoint covers the ledger.
fn published(server: &TestServer) {
    let ledger = server.client().get("/v1/ledger").expect(200)["ledger"].take();
    let size = ledger["size"].to_string();
    while server.client().get("/log/checkpoint").text().lines().nth(1) != Some(&size) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn what_was_erased_is_said_and_must_be_gone() {
    let (erasable, server) = Erasable::start();
    let index = erasable.index;
    let operator = &erasable.ledger.operator;
    let path = format!("/v1/entries/private?from={index}&to={}", index + 1);
    let before = server.client_with(operator).get(&path).expect(200)["entries"][0].clone();
    let erased = erasable.erase(&server, &Erasable::order(index)).unwrap().expect(201);
    let by = erased["receipt"]["index"].as_u64().unwrap();
    published(&server);
    let verify = |url: &str, code| {
        let vkey = &erasable.ledger.vkey;
        let asked = ["verify", url, "--vkey", vkey, "--token", operator, "--json"];
        laiqu(&asked).exits(code).json()
    };
    let report = verify(&server.url, 0);
    assert_eq!(report["erased"], serde_json::json!([{ "index": index, "by": by }]));
    // Who issued it learns that it is gone, but may not read why.
    let path = format!("/v1/parties/{}/tokens", encode(&erasable.farm.id));
    let issued = server.client_with(operator).post(&path, &[], b"").expect(201);
    let own = issued["token"].as_str().unwrap();
    published(&server);
    let asked = ["verify", &server.url, "--vkey", &erasable.ledger.vkey, "--token", own, "--json"];
    let said = laiqu(&asked).exits(0).json()["not_checked"].to_string();
    assert!(said.contains("1 erasures, by entries that the token may not read"), "{said}");
    // A server that shows what it must not have any more, or names another entry, is found.
    type Change = Box<dyn Fn(&mut Value) + Send + Sync>;
    let changes: [(&str, Change); 2] = [
        (
            "still shown",
            Box::new(move |page| {
                page["erased"] = Value::Array(vec![]);
                page["entries"].as_array_mut().unwrap().push(before.clone());
            }),
        ),
        ("does not", Box::new(move |page| page["erased"][0]["by"] = (by - 1).into())),
    ];
    for (what, change) in changes {
        let lying = Proxy::start(&server.url, move |path, body| {
            if !path.starts_with("/v1/entries/private") {
                return body;
            }
            let mut page: Value = serde_json::from_slice(&body).unwrap();
            change(&mut page);
            page.to_string().into_bytes()
        });
        let findings = verify(&lying.url, 1)["findings"].to_string();
        assert!(findings.contains(what), "{what}: {findings}");
    }
}
