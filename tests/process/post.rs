//! `laiqu post`: signs, posts, and believes nothing that it did not check.

use crate::proxy::Proxy;
use crate::ran::{FARM, LOT, Ran, Running, laiqu};
use laiqu_proof::{NoteSigner, TlogProof, leaf_hash};
use laiqu_tests::{commissioned, document};

/// Key and two documents of the farm as files.
fn files(running: &Running) -> (String, [String; 2]) {
    let key = running.file("farm.jwk", &running.farm.key.to_json());
    let body = |n: u64| document(&[commissioned(&format!("urn:example:post:{n}"), LOT, n)]);
    (key, [running.file("a.json", &body(1)), running.file("b.jsonld", &body(2))])
}

fn post(running: &Running, url: &str, files: &[&str], flags: &[&str]) -> Ran {
    let mut arguments = vec!["post"];
    arguments.extend(files);
    arguments.extend(["--url", url, "--vkey", &running.ledger.vkey]);
    arguments.extend(flags);
    laiqu(&arguments)
}

#[test]
fn it_signs_posts_checks_and_prints_the_receipt() {
    let running = Running::new(&[]);
    let (key, [a, b]) = files(&running);
    let flags = ["--key", &key, "--party", FARM];
    let people = post(&running, running.url(), &[&a], &flags).exits(0);
    // The proof at the end of the output can be cut out and kept.
    let at = people.stdout.find("c2sp.org/tlog-proof@v1\n").expect("a proof");
    let proof: TlogProof = people.stdout[at..].parse().unwrap();
    let entry = running.server.client().get(&format!("/v1/entries/{}", proof.index)).expect(200);
    let leaf = leaf_hash(entry["receipt"]["leaf"].as_str().unwrap().as_bytes());
    let verifier = laiqu_proof::NoteVerifier::parse(&running.ledger.vkey).unwrap();
    proof.verify(&leaf, &verifier, &running.ledger.origin).unwrap();
    assert!(people.stdout.contains("已入账") && people.stdout.contains("recorded"), "{people:?}");

    let json = post(&running, running.url(), &[&a, &b], &[&flags[..], &["--json"]].concat());
    let json = json.exits(0);
    let lines: Vec<serde_json::Value> =
        json.stdout.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!(lines.len(), 2, "a line for each file");
    assert_eq!((&lines[0]["replayed"], &lines[1]["replayed"]), (&true.into(), &false.into()));
    assert_eq!(lines[0]["receipt"]["index"], proof.index);
    assert_eq!(lines[1]["checked"]["vkey_configured"], true);
    assert_eq!(lines[1]["checked"]["not_checked"].as_array().unwrap().len(), 0);
}

#[test]
fn xml_is_posted_and_verified_offline_and_at_its_address() {
    let running = Running::new(&[]);
    let (key, [a, _]) = files(&running);
    let xml = laiqu(&["epcis", "convert", &a, "--to", "xml"]).exits(0).stdout;
    let file = running.file("a.xml", &xml);
    let flags = ["--key", &key, "--party", FARM, "--json"];
    let ran = post(&running, running.url(), &[&file], &flags).exits(0);
    let said = ran.json();
    assert_eq!(said["checked"]["not_checked"].as_array().unwrap().len(), 0, "{said}");
    let index = said["receipt"]["index"].as_u64().unwrap();
    running.wait_for_checkpoint(index + 1);
    let (vkey, operator) = (&running.ledger.vkey, &running.ledger.operator);
    let url = running.url();
    laiqu(&["verify", running.data(), "--json"]).exits(0);
    let report = laiqu(&["verify", url, "--vkey", vkey, "--token", operator, "--json"]).exits(0);
    let unchecked = report.json()["not_checked"].to_string();
    assert!(!unchecked.contains("private frames"), "{unchecked}");
}

#[test]
fn a_token_posts_where_the_gateway_may_sign() {
    let running = Running::new(&[]);
    let (_, [a, _]) = files(&running);
    let url = running.url();
    let made = laiqu(&["party", "token", FARM, "--url", url, "--token", &running.ledger.operator]);
    let made = made.exits(0).json();
    let token = made["token"].as_str().unwrap();
    let ran = post(&running, url, &[&a], &["--token", token, "--json"]).exits(0);
    let said = ran.json()["checked"]["not_checked"].to_string();
    assert!(said.contains("gateway"), "what it could not check is said: {said}");
    post(&running, url, &[&a], &["--token", "laiqu_wrong"]).exits(4).explains("HTTP 401");
    post(&running, url, &[&a], &[]).exits(2).explains("--key");
}

#[test]
fn without_a_configured_key_the_source_of_trust_is_said() {
    let running = Running::new(&[]);
    let (key, [a, _]) = files(&running);
    let url = running.url();
    let ran = laiqu(&["post", &a, "--url", url, "--key", &key, "--party", FARM, "--json"]);
    let ran = ran.exits(0);
    assert!(ran.stderr.contains("--vkey"), "{ran:?}");
    assert_eq!(ran.json()["checked"]["vkey_configured"], false);
}

#[test]
fn another_log_key_fails_the_check() {
    let mut running = Running::new(&[]);
    let (key, [a, _]) = files(&running);
    let other = NoteSigner::from_seed(&running.ledger.origin, &[9; 32]).unwrap();
    running.ledger.vkey = other.vkey();
    let ran = post(&running, running.url(), &[&a], &["--key", &key, "--party", FARM]).exits(1);
    ran.explains("receipt");
    running.ledger.vkey = "no key".to_owned();
    post(&running, running.url(), &[&a], &["--key", &key, "--party", FARM]).exits(2);
}

#[test]
fn a_changed_receipt_fails_the_check() {
    let running = Running::new(&[]);
    let (key, [a, b]) = files(&running);
    let flags = ["--key", &key, "--party", FARM];
    let faithful = Proxy::start(running.url(), |_, body| body);
    post(&running, &faithful.url, &[&a], &flags).exits(0);
    let forged = Proxy::start(running.url(), |_, body| {
        let text = String::from_utf8(body).unwrap();
        text.replacen(r#"\"issuer_seq\":"#, r#"\"issuer_seq\":1"#, 1).into_bytes()
    });
    post(&running, &forged.url, &[&b], &flags).exits(1).explains("receipt");
}

#[test]
fn a_refused_document_prints_the_problem_and_what_to_do() {
    let running = Running::new(&[]);
    let (key, [a, _]) = files(&running);
    let flags = ["--key", &key, "--party", FARM];
    post(&running, running.url(), &[&a], &flags).exits(0);
    let other = document(&[commissioned("urn:example:post:1", LOT, 999)]);
    let conflict = running.file("conflict.json", &other);
    let ran = post(&running, running.url(), &[&conflict], &flags).exits(4);
    for part in ["409", "event-id-conflict", "urn:example:post:1", "/epcisBody/eventList/0/eventID"]
    {
        assert!(ran.stderr.contains(part), "{part}: {}", ran.stderr);
    }
    let broken = running.file("broken.json", r#"{"type":"EPCISDocument","type":1}"#);
    let ran = post(&running, running.url(), &[&broken], &flags).exits(4);
    assert!(ran.stderr.contains("HTTP 4"), "{ran:?}");
    let stranger =
        running.file("stranger.jwk", &laiqu_proof::PrivateJwk::from_seed(&[5; 32]).to_json());
    let ran = post(&running, running.url(), &[&a], &["--key", &stranger, "--party", FARM]).exits(4);
    assert!(ran.stderr.contains("key-unknown"), "{ran:?}");
}

#[test]
fn a_refusal_says_what_to_do_now() {
    let running = Running::new(&[]);
    let (key, [a, _]) = files(&running);
    let flags = ["--key", &key, "--party", FARM];
    post(&running, running.url(), &[&a], &flags).exits(0);
    let other = document(&[commissioned("urn:example:post:1", LOT, 999)]);
    for (name, text) in [("conflict.json", other.as_str()), ("broken.json", "{")] {
        let file = running.file(name, text);
        post(&running, running.url(), &[&file], &flags).exits(4).explains(name);
    }
}

#[test]
fn missing_files_servers_and_arguments_have_their_exit_codes() {
    let running = Running::new(&[]);
    let (key, [a, _]) = files(&running);
    let flags = ["--key", &key, "--party", FARM];
    post(&running, running.url(), &["/nowhere/x.json"], &flags).exits(2);
    post(&running, running.url(), &[&a], &["--key", "/nowhere/k", "--party", FARM]).exits(2);
    // Nobody listens on a port that was just given back.
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    post(&running, &format!("http://{gone}"), &[&a], &flags).exits(3).explains("cannot be reached");
    post(&running, "ftp://x", &[&a], &flags).exits(2).explains("http://");
}
