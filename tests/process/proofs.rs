//! `laiqu trace --proofs` and `laiqu receipt verify-answer`: what an answer rests on, proved
//! offline.

use crate::ran::{LOT, PRODUCT, Running, laiqu};
use laiqu_tests::{Erasable, PRODUCT_LOT, TestParty, commissioned, document, transformed};
use serde_json::Value;

/// A farm and a mill, with several events in one document, and a few entries behind them.
fn running() -> Running {
    let running = Running::with_events(&[]);
    let mill = TestParty::new(&running.ledger.origin, "urn:example:mill", 2);
    let mill = mill.register(&running.server, &running.ledger.operator, "gateway");
    let more: Vec<String> = (0..5)
        .map(|n| {
            let id = format!("urn:example:event:more:{n}");
            transformed(&id, &[PRODUCT], &format!("urn:epc:class:lgtin:4012345.033333.C{n}"))
        })
        .collect();
    assert_eq!(mill.capture(&running.server.client(), &document(&more)).status, 202);
    running
}

#[test]
fn every_event_of_an_answer_is_proved_and_a_changed_byte_is_caught() {
    let running = running();
    let (token, vkey) = (running.ledger.operator.clone(), running.ledger.vkey.clone());
    let file = running.file("proofs.json", "");
    let way = ["trace", "forward", LOT, "--url", running.url(), "--token", &token, "--json"];
    let ran = laiqu(&[&way[..], &["--proofs", &file]].concat()).exits(0);
    let answer = running.file("answer.json", &ran.stdout);
    // The ledger goes on; what was proved stays proved, and the server is not asked.
    let later = document(&[commissioned("urn:example:event:later", LOT, 1)]);
    assert_eq!(running.farm.capture(&running.server.client(), &later).status, 202);
    let as_of = ran.json()["ledger"]["size"].to_string();
    let proved = running.file("later.json", "");
    let then = laiqu(&[&way[..], &["--as-of", &as_of, "--proofs", &proved]].concat()).exits(0);
    assert_eq!(then.stdout, ran.stdout);
    // A directory is read without a server, which alone hands out proofs.
    let none = ["trace", "forward", LOT, "--data", running.data(), "--proofs", &proved];
    assert!(laiqu(&none).exits(2).stderr.contains("--proofs"));
    assert!(running.server.stop().success());

    let verify = |file: &str, answer: &str| {
        laiqu(&["receipt", "verify-answer", file, "--vkey", &vkey, "--answer", answer, "--json"])
    };
    for file in [&file, &proved] {
        let shown = verify(file, &answer).exits(0).json();
        assert_eq!(shown["ledger"], ran.json()["ledger"]);
        assert_eq!(shown["proved"]["events"], 7, "{shown}");
        assert_eq!(shown["proved"]["entries"], 3, "one proof for each document");
        assert_eq!(shown["proved"]["missing"], serde_json::json!([]));
    }
    let people = ["receipt", "verify-answer", &file, "--vkey", &vkey];
    assert!(laiqu(&people).exits(0).stdout.contains("7 个事件"));

    let text = std::fs::read_to_string(&file).unwrap();
    let changes = [
        ("\\\"quantity\\\":5", "\\\"quantity\\\":6"),
        ("\\\"index\\\":", "\\\"index\\\":1"),
        ("\"salt\":\"", "\"salt\":\"0"),
        ("\"size\":", "\"size\":1"),
        ("\"inclusion\":[\"", "\"inclusion\":[\"A"),
        ("\"ordinal\":1", "\"ordinal\":2"),
        ("process.example/log", "process.example/lug"),
    ];
    for (old, new) in changes {
        assert!(text.contains(old), "{old}");
        let changed = running.ledger.root.path().join("changed.json");
        std::fs::write(&changed, text.replacen(old, new, 1)).unwrap();
        let ran = verify(changed.to_str().unwrap(), &answer);
        assert_eq!(ran.code, 1, "{old} changed: {} {}", ran.stdout, ran.stderr);
    }
    let other = verify(&file, &file);
    assert_ne!(other.code, 0, "that is no answer");
    let mut less: Value = serde_json::from_str(&text).unwrap();
    less["pages"][0]["entries"][0]["events"].as_array_mut().unwrap().clear();
    let path = running.ledger.root.path().join("less.json");
    std::fs::write(&path, less.to_string()).unwrap();
    let shown = verify(path.to_str().unwrap(), &answer).exits(1).json();
    assert_eq!(shown["proved"]["missing"].as_array().unwrap().len(), 1, "{shown}");
}

#[test]
fn what_may_not_be_read_or_is_erased_is_said() {
    let running = running();
    let client = running.server.client_with(&running.ledger.operator);
    let path = format!("/v1/parties/{}/tokens", laiqu_tests::encode("urn:example:mill"));
    let issued = client.post(&path, &[], b"").expect(201);
    let mill = running.server.client_with(issued["token"].as_str().unwrap());
    let trace = format!("/v1/trace?direction=both&id={}", laiqu_tests::encode(LOT));
    let answer = client.get(&trace).expect(200);
    let size = answer["ledger"]["size"].as_u64().unwrap();
    let index = |n: usize| answer["events"][n]["position"]["index"].as_u64().unwrap();
    let (first, last) = (index(0), index(6));
    let asked = format!("/v1/proofs?size={size}&positions={first}/0,{last}/3,{first}/0");
    let whole = client.get(&asked).expect(200);
    assert_eq!(whole["ledger"], answer["ledger"]);
    assert_eq!(whole["entries"].as_array().unwrap().len(), 2);
    let own = mill.get(&asked).expect(200);
    let withheld: Vec<&Value> =
        own["entries"].as_array().unwrap().iter().map(|entry| &entry["withheld"]).collect();
    assert_eq!(withheld, [&serde_json::json!([0]), &serde_json::json!([])], "{own}");
    assert!(!own.to_string().contains("urn:example:event:1"), "{own}");
    assert_eq!(own["inclusion"], whole["inclusion"], "the entries are proved to everyone");

    assert_eq!(running.server.client().get(&asked).problem(401), "credentials-missing");
    for wrong in [
        "positions=4/0".to_owned(),
        format!("size={}&positions=4/0", size + 1),
        format!("size={size}&positions={size}/0"),
        format!("size={size}&positions={last}/5"),
        format!("size={size}&positions=0/0"),
        format!("size={size}&positions=4"),
        format!("size={size}&positions="),
    ] {
        let refused = client.get(&format!("/v1/proofs?{wrong}"));
        assert_eq!(refused.problem(400), "invalid-parameter", "{wrong}");
    }

    let (erasable, server) = Erasable::start();
    let client = server.client_with(&erasable.ledger.operator);
    let order = Erasable::order(erasable.index);
    let erased = erasable.erase(&server, &order).unwrap().expect(201);
    let trace = format!("/v1/trace?direction=both&id={}", laiqu_tests::encode(PRODUCT_LOT));
    let size = client.get(&trace).expect(200)["ledger"]["size"].as_u64().unwrap();
    let asked = format!("/v1/proofs?size={size}&positions={}/0", erasable.index);
    let proofs = client.get(&asked).expect(200);
    assert_eq!(proofs["entries"][0]["erased_by"], erased["receipt"]["index"], "{proofs}");
    assert_eq!(proofs["entries"][0]["events"], serde_json::json!([]));
}
