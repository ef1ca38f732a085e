//! Erasing a document from the command line.

use crate::ran::laiqu;
use laiqu_tests::{Erasable, PRODUCT_LOT, TestServer, found_below};
use serde_json::Value;

/// Waits until a checkpoint is shown that covers this entry: it follows within about a second.
fn wait_until_shown(server: &TestServer, index: u64) {
    let size = || {
        let shown = server.client().get("/log/checkpoint").text();
        shown.lines().nth(1).and_then(|size| size.parse::<u64>().ok()).unwrap_or(0)
    };
    while size() <= index {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
}

#[test]
fn operator_and_regulator_erase_with_two_commands_each_with_an_own_key() {
    let (erasable, server) = Erasable::start();
    let (url, operator) = (server.url.as_str(), erasable.ledger.operator.as_str());
    let secrets = erasable.secrets();
    let root = erasable.ledger.root.path().to_owned();
    let file = |name: &str, text: &str| {
        let path = root.join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let index = erasable.index.to_string();
    let prepare = ["erase", &index, "--reason", "市监局第12号", "--prepare"];
    let body = file("order.json", &laiqu(&prepare).exits(0).stdout);
    let key = file("bureau.jwk", &erasable.regulator.key.to_json());
    let (party, origin) = (erasable.regulator.id.as_str(), erasable.ledger.origin.as_str());
    let sign = ["keys", "sign", &body, "--key", &key, "--party", party, "--origin", origin];
    let signature = file("order.jws", &laiqu(&sign).exits(0).stdout);
    let erase = ["erase", "--body", &body, "--url", url, "--token", operator];
    laiqu(&erase).exits(4).explains("regulator");
    let done = laiqu(&[&erase[..], &["--signature", &signature]].concat()).exits(0);
    assert!(done.stderr.contains("已删除") && done.stderr.contains("backups"), "{}", done.stderr);
    let leaf = done.json()["receipt"]["leaf"].as_str().unwrap().to_owned();
    let leaf: Value = serde_json::from_str(&leaf).unwrap();
    assert_eq!(leaf["kind"], "erasure");
    let by = leaf["index"].to_string();
    assert_eq!(found_below(&erasable.ledger.data, &secrets), Vec::<String>::new());

    // The trace says what can no longer be shown; a copy of the log holds nothing of it either.
    let trace = ["trace", "both", PRODUCT_LOT, "--url", url, "--token", operator];
    let shown = laiqu(&trace).exits(0).stdout;
    assert!(shown.contains(&format!("was erased by entry {by}")), "{shown}");
    assert!(shown.contains("urn:laiqu:erased:") && !shown.contains("SECRET"), "{shown}");
    let data = erasable.ledger.data.to_str().unwrap();
    let offline = laiqu(&["trace", "both", PRODUCT_LOT, "--data", data]).exits(0).stdout;
    assert_eq!(offline, shown, "an offline answer is the same");
    wait_until_shown(&server, leaf["index"].as_u64().unwrap());
    let copy = root.join("copy");
    let export = ["export", "tiles", copy.to_str().unwrap(), "--url", url];
    laiqu(&[&export[..], &["--vkey", &erasable.ledger.vkey]].concat()).exits(0);
    assert_eq!(found_below(&copy, &secrets), Vec::<String>::new());
    let with = ["--regulator", party, "--regulator-key", &key];
    let again = ["erase", &index, "--reason", "r", "--url", url, "--token", operator];
    laiqu(&[&again[..], &with].concat()).exits(4).explains("erased");
    // Whoever verifies is told, from the server and from its directory.
    let vkey = erasable.ledger.vkey.as_str();
    let served = laiqu(&["verify", url, "--vkey", vkey, "--token", operator]).exits(0).stdout;
    assert!(server.stop().success());
    for report in [served, laiqu(&["verify", data]).exits(0).stdout] {
        assert!(report.contains(&format!("entry {index} was erased by entry {by}")), "{report}");
    }
    let report = erasable.ledger.verify().1;
    assert_eq!(report["erased"][0]["index"].to_string(), index);
}

#[test]
fn a_document_in_its_retention_is_refused_with_the_day() {
    let (erasable, server) = Erasable::start();
    let fresh = laiqu_tests::with_shelf_life("fresh", "2999-01-31");
    let captured = erasable.farm.capture(&server.client(), &fresh).expect(202);
    let key = erasable.ledger.root.path().join("bureau.jwk");
    std::fs::write(&key, erasable.regulator.key.to_json()).unwrap();
    let index = captured["receipt"]["index"].to_string();
    let refused = laiqu(&[
        "erase",
        &index,
        "--reason",
        "r",
        "--url",
        &server.url,
        "--token",
        &erasable.ledger.operator,
        "--regulator",
        &erasable.regulator.id,
        "--regulator-key",
        key.to_str().unwrap(),
    ]);
    refused.exits(4).explains("2999-07-31");
}

#[test]
fn a_backup_that_is_brought_up_to_date_forgets_too() {
    let (erasable, server) = Erasable::start();
    let secrets = erasable.secrets();
    let root = erasable.ledger.root.path();
    let (data, copy) = (erasable.ledger.data.to_str().unwrap(), root.join("backup"));
    wait_until_shown(&server, erasable.index + 1);
    let backup = ["backup", data, copy.to_str().unwrap(), "--json"];
    laiqu(&backup).exits(0);
    assert!(found_below(&copy, &secrets).len() >= 5, "the backup held the document");
    let answer = erasable.erase(&server, &Erasable::order(erasable.index)).unwrap();
    let by = &answer.expect(201)["receipt"]["index"];
    wait_until_shown(&server, by.as_u64().unwrap());
    let again = laiqu(&backup).exits(0).json();
    assert_eq!(again["erasures_applied"], 1, "{again}");
    assert_eq!(found_below(&copy, &secrets), Vec::<String>::new());
    let shown = root.join("checkpoint");
    std::fs::write(&shown, server.client().get("/log/checkpoint").text()).unwrap();
    assert!(server.stop().success());
    let restored = root.join("restored");
    let (from, to) = (copy.to_str().unwrap(), restored.to_str().unwrap());
    let at_least = shown.to_str().unwrap();
    laiqu(&["restore", from, to, "--at-least", at_least]).exits(0);
    let report = laiqu(&["verify", to, "--json"]).exits(0).json();
    assert_eq!(report["erased"][0]["by"], *by, "{report}");
    assert_eq!(found_below(&restored, &secrets), Vec::<String>::new());
}
