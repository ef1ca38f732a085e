//! `laiqu receipt`: what a business keeps, and checks years later without the ledger.

use crate::proxy::Proxy;
use crate::ran::{FARM, LOT, Ran, Running, laiqu};
use laiqu_proof::{NoteSigner, TlogProof};
use laiqu_tests::{LedgerDir, TestParty, TestServer, commissioned, document};
use serde_json::Value;

fn body(n: u64) -> String {
    document(&[commissioned(&format!("urn:example:receipt:{n}"), LOT, n)])
}

/// A posted document and the answer, both in files.
fn posted(running: &Running, n: u64) -> (String, String, Value) {
    let text = body(n);
    let answer = running.farm.capture(&running.server.client(), &text).expect(202);
    let file = running.file(&format!("{n}.json"), &text);
    let kept = running.file(&format!("{n}.receipt"), &answer.to_string());
    (file, kept, answer)
}

fn verify(file: &str, vkey: &str, more: &[&str]) -> Ran {
    laiqu(&[&["receipt", "verify", file, "--vkey", vkey], more].concat())
}

#[test]
fn a_receipt_proves_offline_that_this_very_document_stands_in_the_ledger() {
    let running = Running::new(&[]);
    let (file, kept, answer) = posted(&running, 1);
    let index = answer["receipt"]["index"].as_u64().unwrap();
    let (vkey, operator) = (running.ledger.vkey.clone(), running.ledger.operator.clone());
    let (url, at) = (running.url().to_owned(), index.to_string());
    let get = |more: &[&str]| {
        let flags = ["receipt", "get", &url, &at, "--vkey", &vkey];
        laiqu(&[&flags, more].concat()).exits(0).stdout
    };
    let json = running.file("got.json", &get(&["--token", &operator]));
    let text = running.file("got.tlog-proof", &get(&["--token", &operator, "--text"]));
    let plain = running.file("plain.tlog-proof", answer["receipt"]["proof"].as_str().unwrap());
    let leaf = running.file("leaf", &format!("{}\n", answer["receipt"]["leaf"].as_str().unwrap()));
    let closed = running.file("closed.json", &get(&[]));
    // From here on there is no server.
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    for held in [&kept, &json, &text] {
        let ran = verify(held, &vkey, &["--document", &file, "--json"]).exits(0).json();
        assert_eq!((&ran["index"], &ran["document_proved"]), (&index.into(), &true.into()));
        assert_eq!((&ran["witnessed"], &ran["quorum_met"]), (&false.into(), &true.into()));
        let people = verify(held, &vkey, &["--document", &file]).exits(0).stdout;
        for part in ["这份文件确已入账", "this very document", "not yet witnessed", "not checked"]
        {
            assert!(people.contains(part), "{part}: {people}");
        }
        let other = ledger.root.path().join("other.json");
        std::fs::write(&other, body(2)).unwrap();
        verify(held, &vkey, &["--document", other.to_str().unwrap()]).exits(1).explains("receipt");
        // One space more is another document.
        std::fs::write(&other, format!("{} ", body(1))).unwrap();
        verify(held, &vkey, &["--document", other.to_str().unwrap()]).exits(1);
    }
    // Without what opens it, only the entry is proved, and that is said.
    verify(&closed, &vkey, &["--document", &file]).exits(1).explains("does not open");
    let said = verify(&closed, &vkey, &[]).exits(0).stdout;
    assert!(said.contains("--document") && !said.contains("this very document"), "{said}");
    verify(&plain, &vkey, &[]).exits(2).explains("--leaf");
    verify(&plain, &vkey, &["--leaf", &leaf]).exits(0);
    verify(&plain, &vkey, &["--leaf", &file]).exits(1);
}

#[test]
fn changed_receipts_prove_nothing() {
    let running = Running::new(&[]);
    let (file, kept, answer) = posted(&running, 1);
    let vkey = running.ledger.vkey.clone();
    let other = NoteSigner::from_seed(&running.ledger.origin, &[9; 32]).unwrap().vkey();
    verify(&kept, &other, &[]).exits(1).explains("receipt");
    verify(&kept, "no key", &[]).exits(2);
    let receipt = &answer["receipt"];
    let changed = |name: &str, from: &str, to: &str| {
        let mut changed = receipt.clone();
        let text = changed[name].as_str().unwrap().replacen(from, to, 1);
        assert_ne!(text, receipt[name].as_str().unwrap(), "{name}: {from}");
        changed[name] = text.into();
        changed
    };
    let mut wrong_index = receipt.clone();
    wrong_index["index"] = 3.into();
    let mut no_path = receipt.clone();
    no_path["inclusion"] = Value::Array(vec![]);
    let mut wrong_salt = receipt.clone();
    wrong_salt["opening"]["salt"] = "00".repeat(32).into();
    for (at, wrong) in [
        changed("leaf", "\"issuer_seq\":", "\"issuer_seq\":1"),
        changed("checkpoint", "process.example", "progress.example"),
        changed("root", &receipt["root"].as_str().unwrap()[..2], "zz"),
        changed("proof", "index ", "index 1"),
        wrong_index,
        no_path,
        wrong_salt,
    ]
    .iter()
    .enumerate()
    {
        let held = running.file(&format!("wrong-{at}.json"), &wrong.to_string());
        let ran = verify(&held, &vkey, &["--document", &file]).exits(1);
        assert!(ran.stdout.is_empty(), "{at}: {ran:?}");
    }
    for (at, text) in ["", "{}", "[]", "nonsense", "c2sp.org/tlog-proof@v1\n"].iter().enumerate() {
        let held = running.file(&format!("none-{at}"), text);
        let code = verify(&held, &vkey, &[]).code;
        assert!(code == 1 || code == 2, "{text:?}: {code}");
    }
    verify("/nowhere/receipt", &vkey, &[]).exits(2);
    let nothing = ["receipt", "get", running.url(), "99999", "--vkey", &vkey];
    laiqu(&nothing).exits(1).explains("not-found");
    let early = ["receipt", "get", running.url(), "5", "--size", "3", "--vkey", &vkey];
    laiqu(&early).exits(1).explains("not-found");
}

#[test]
fn an_upgraded_receipt_stands_in_the_ledger_as_it_went_on() {
    let running = Running::new(&[]);
    let (file, kept, _) = posted(&running, 1);
    let vkey = running.ledger.vkey.clone();
    let operator = &running.ledger.operator;
    let got =
        ["receipt", "get", running.url(), "6", "--vkey", &vkey, "--token", operator, "--text"];
    let index = running.server.client().get("/v1/ledger").expect(200)["ledger"]["size"].as_u64();
    let at = (index.unwrap() - 1).to_string();
    let got: Vec<&str> = got.iter().map(|word| if *word == "6" { &*at } else { word }).collect();
    let text = running.file("r.tlog-proof", &laiqu(&got).exits(0).stdout);
    for n in 2..5 {
        posted(&running, n);
    }
    let size = running.server.client().get("/v1/ledger").expect(200)["ledger"]["size"].take();
    running.wait_for_checkpoint(size.as_u64().unwrap());
    let url = running.url();
    let upgrade = |file: &str, url: &str, more: &[&str]| {
        laiqu(&[&["receipt", "upgrade", file, "--url", url, "--vkey", &vkey], more].concat())
    };
    let before = std::fs::read_to_string(&kept).unwrap();
    let fresh = running.file("fresh.json", "");
    upgrade(&kept, url, &["--out", &fresh]).exits(0);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), before, "--out leaves it alone");
    upgrade(&kept, url, &[]).exits(0);
    upgrade(&text, url, &[]).exits(0);
    for held in [&kept, &fresh, &text] {
        let ran = verify(held, &vkey, &["--document", &file, "--json"]).exits(0).json();
        assert_eq!(ran["size"], size, "{held}");
    }
    let proof: TlogProof = std::fs::read_to_string(&text).unwrap().parse().unwrap();
    assert!(proof.extra.is_some(), "a text stays a text and keeps its leaf");
    let answer: Value = serde_json::from_str(&std::fs::read_to_string(&kept).unwrap()).unwrap();
    assert!(answer["events"].is_array(), "an answer stays an answer");
    // Twice is once; and a ledger that forgot or forged is found out.
    upgrade(&kept, url, &[]).exits(0);
    let other = Running::new(&[]);
    let kept_now = std::fs::read_to_string(&kept).unwrap();
    upgrade(&kept, other.url(), &[]).exits(1);
    let forged = Proxy::start(url, |path, body| {
        let text = String::from_utf8_lossy(&body).into_owned();
        if path.starts_with("/v1/entries/") {
            text.replacen("[\"", "[\"AAAA", 1).into_bytes()
        } else {
            body
        }
    });
    upgrade(&kept, &forged.url, &[]).exits(1);
    assert_eq!(std::fs::read_to_string(&kept).unwrap(), kept_now, "a failure changes nothing");
    upgrade(&kept, "http://127.0.0.1:9", &[]).exits(3);
}

#[test]
fn a_policy_says_how_many_witnesses_a_receipt_needs() {
    let ledger = LedgerDir::new("receipts.example/log");
    let file = |name: &str, text: &str| {
        let path = ledger.root.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let dir = ledger.root.path().join("witness");
    let init = ["witness", "init", dir.to_str().unwrap(), "--name", "bureau.example", "--json"];
    let witness_vkey = laiqu(&init).exits(0).json()["vkey"].as_str().unwrap().to_owned();
    let log = &ledger.vkey;
    let policy =
        |url: &str| format!("log {log}\nwitness bureau {witness_vkey} {url}\nquorum bureau\n");
    let strict = file("strict", &policy(""));
    // Unwitnessed at first: the receipt holds, and is below the policy.
    let server = TestServer::start(&ledger.data, &[]);
    let farm = TestParty::new(&ledger.origin, FARM, 1);
    let farm = farm.register(&server, &ledger.operator, "required");
    let answer = farm.capture(&server.client(), &body(1)).expect(202);
    let (kept, document) = (file("kept", &answer.to_string()), file("document", &body(1)));
    let with_policy = |more: &[&str]| {
        laiqu(
            &[&["receipt", "verify", &kept, "--policy", &strict, "--document", &document], more]
                .concat(),
        )
    };
    let below = with_policy(&["--json"]).exits(4).json();
    assert_eq!((&below["document_proved"], &below["quorum_met"]), (&true.into(), &false.into()));
    let said = with_policy(&[]).exits(4).stdout;
    assert!(said.contains("not yet witnessed") && said.contains("not enough"), "{said}");
    let upgrade =
        |url: &str| laiqu(&["receipt", "upgrade", &kept, "--url", url, "--policy", &strict]);
    let before = std::fs::read(&kept).unwrap();
    upgrade(&server.url).exits(4);
    assert_eq!(std::fs::read(&kept).unwrap(), before, "it stays as it was");
    assert!(server.stop().success());
    // Then the ledger asks a witness, and the receipt is led on.
    let witness = TestServer::witness(&dir, &["--log", &ledger.vkey]);
    let asked = file("asked", &policy(&witness.url));
    let server = TestServer::start(&ledger.data, &["--witness-policy", &asked]);
    let cosigned = (0..400).any(|_| {
        let ran = upgrade(&server.url);
        std::thread::sleep(std::time::Duration::from_millis(50));
        ran.code == 0
    });
    assert!(cosigned, "{}", server.client().get("/log/checkpoint").text());
    let now = with_policy(&["--json"]).exits(0).json();
    assert_eq!(
        (&now["witnessed"], &now["cosigned_by"][0]["name"]),
        (&true.into(), &"bureau".into())
    );
    assert!(with_policy(&[]).exits(0).stdout.contains("witnessed by: bureau"));
    // Without the policy the cosignature is there, and it is said that nobody looked at it.
    let plain = verify(&kept, &ledger.vkey, &[]).exits(0).stdout;
    assert!(plain.contains("witnesses not checked"), "{plain}");
}

#[test]
fn a_receipt_outlives_the_key_that_signed_it() {
    let running = Running::new(&[]);
    let (file, kept, _) = posted(&running, 1);
    let Running { server, ledger, farm } = running;
    assert!(server.stop().success());
    let rotated = laiqu_service::rotate_log_key(&ledger.data, "yearly").unwrap();
    let server = TestServer::start(&ledger.data, &[]);
    assert_eq!(farm.capture(&server.client(), &body(2)).status, 202);
    let running = Running { server, ledger, farm };
    running.wait_for_checkpoint(rotated.entry + 2);
    let old = rotated.old_vkey;
    verify(&kept, &old, &["--document", &file]).exits(0);
    verify(&kept, &rotated.vkey, &[]).exits(1);
    // Whoever knows the old key is led to the new one by the ledger's own entry.
    let upgrade = ["receipt", "upgrade", &kept, "--url", running.url(), "--vkey", &old];
    laiqu(&upgrade).exits(0);
    verify(&kept, &old, &["--document", &file]).exits(1);
    verify(&kept, &rotated.vkey, &["--document", &file]).exits(0);
    let both = verify(&kept, &old, &["--vkey", &rotated.vkey, "--document", &file]).exits(0);
    assert!(both.stdout.contains("was in force at this size"), "{}", both.stdout);
}
