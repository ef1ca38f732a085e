//! Erasing a document from the command line.

use crate::ran::laiqu;
use laiqu_tests::{Erasable, PRODUCT_LOT, found_below};
use serde_json::Value;

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
    let size = (leaf["index"].as_u64().unwrap() + 1).to_string();
    while server.client().get("/log/checkpoint").text().lines().nth(1) != Some(&size) {
        std::thread::sleep(std::time::Duration::from_millis(50));
    }
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
