//! `laiqu verify URL`: against an honest server, and against one that shows something else.

use crate::proxy::Proxy;
use crate::ran::{Running, laiqu};
use laiqu_tests::{commissioned, document};
use serde_json::Value;

/// A ledger whose shown checkpoint has caught up.
fn settled() -> (Running, u64) {
    let running = Running::with_events(&[]);
    let report = laiqu(&["verify", running.data(), "--json"]).exits(0).json();
    let size = report["size"].as_u64().unwrap();
    running.wait_for_checkpoint(size);
    (running, size)
}

fn verify(running: &Running, url: &str, code: i32) -> Value {
    laiqu(&["verify", url, "--vkey", &running.ledger.vkey, "--json"]).exits(code).json()
}

#[test]
fn an_honest_server_is_whole_and_what_was_not_checked_is_said() {
    let (running, size) = settled();
    let report = verify(&running, running.url(), 0);
    assert_eq!((&report["whole"], &report["size"]), (&true.into(), &size.into()));
    let offline = laiqu(&["verify", running.data(), "--json"]).exits(0).json();
    assert_eq!(report["root"], offline["root"]);
    assert!(report["not_checked"].to_string().contains("frames"), "{report}");
    let trusting = laiqu(&["verify", running.url(), "--json"]).exits(0);
    assert_eq!(trusting.json()["vkey_configured"], false);
    assert!(trusting.stderr.contains("--vkey"), "{trusting:?}");
    let faithful = Proxy::start(running.url(), |_, body| body);
    assert_eq!(verify(&running, &faithful.url, 0)["root"], report["root"]);
}

/// Changes bytes in the answers whose path holds `part`.
fn altering(
    running: &Running,
    part: &'static str,
    change: impl Fn(&mut Vec<u8>) + Send + Sync + 'static,
) -> Proxy {
    Proxy::start(running.url(), move |path, mut body| {
        if path.contains(part) {
            change(&mut body);
        }
        body
    })
}

#[test]
fn a_changed_leaf_tile_or_checkpoint_is_found() {
    let (running, _) = settled();
    let replace = |body: &mut Vec<u8>, from: &str, to: &str| {
        let text = String::from_utf8_lossy(body).into_owned();
        assert!(text.contains(from), "{from}: {text}");
        let at = text.as_bytes().windows(from.len()).position(|w| w == from.as_bytes()).unwrap();
        body.splice(at..at + from.len(), to.bytes());
    };
    let issuer = altering(&running, "tile/entries", move |body| {
        replace(body, "\"kind\":\"party.register\"", "\"kind\":\"party.registex\"");
    });
    let leaf = verify(&running, &issuer.url, 1);
    assert_eq!(leaf["whole"], false);
    let named = leaf["findings"].as_array().unwrap().iter().any(|f| f["entry"].is_u64());
    assert!(named, "the entry is named: {leaf}");
    for (part, change) in [
        ("tile/entries", (|body| body.truncate(body.len() - 1)) as fn(&mut Vec<u8>)),
        ("tile/entries", |body| body.clear()),
        ("tile/entries", |body| body[40] ^= 1),
        ("tile/0/", |body| body[33] ^= 1),
        ("tile/0/", |body| body.truncate(32)),
        ("log/checkpoint", |body| body[30] ^= 1),
        ("log/checkpoint", |body| body.truncate(60)),
        ("log/checkpoint", |body| body.clear()),
    ] {
        let proxy = altering(&running, part, change);
        let report = verify(&running, &proxy.url, 1);
        let file = report["findings"][0]["file"].as_str().unwrap();
        assert!(file.contains(part.trim_start_matches("log/").trim_end_matches('/')), "{report}");
    }
}

#[test]
fn another_ledger_of_the_same_name_is_found() {
    let (running, _) = settled();
    let other = Running::with_events(&[]);
    assert_eq!(running.ledger.origin, other.ledger.origin);
    assert_eq!(verify(&running, other.url(), 1)["whole"], false);
    // Its checkpoint, with our leaves: a split view shown by mistake.
    let theirs = other.server.client().get("/log/checkpoint").body;
    let mixed =
        Proxy::start(
            running.url(),
            move |path, body| {
                if path == "/log/checkpoint" { theirs.clone() } else { body }
            },
        );
    let vkey = &other.ledger.vkey;
    laiqu(&["verify", &mixed.url, "--vkey", vkey, "--json"]).exits(1);
}

#[test]
fn a_saved_checkpoint_must_be_contained() {
    let (running, size) = settled();
    let kept = running.file("kept", &running.server.client().get("/log/checkpoint").text());
    let vkey = running.ledger.vkey.clone();
    let whole = ["verify", running.url(), "--vkey", &vkey, "--checkpoint", &kept, "--json"];
    assert_eq!(laiqu(&whole).exits(0).json()["size"], size);
    // A server with the same key that knows less: the ledger was rolled back behind its key.
    let signer = std::fs::read_to_string(running.ledger.data.join("secrets/log.jwk")).unwrap();
    let signer = laiqu_proof::PrivateJwk::parse(&signer).unwrap();
    let signer = signer.note_signer(&running.ledger.origin).unwrap();
    let entries = running.server.client().get("/log/tile/entries/000.p/3").body;
    let leaves = laiqu_proof::decode_bundle(&entries, 3).unwrap();
    let mut tree = laiqu_proof::Tree::new();
    leaves.iter().for_each(|leaf| tree.push(laiqu_proof::leaf_hash(leaf)));
    let (origin, root) = (running.ledger.origin.clone(), tree.root_at(3).unwrap());
    let shorter = laiqu_proof::Checkpoint { origin, size: 3, root }.sign(&signer);
    let rolled = Proxy::start(running.url(), move |path, body| {
        if path == "/log/checkpoint" { shorter.clone().into_bytes() } else { body }
    });
    assert_eq!(verify(&running, &rolled.url, 0)["size"], 3);
    laiqu(&["verify", &rolled.url, "--vkey", &vkey, "--checkpoint", &kept, "--json"]).exits(1);
}

#[test]
fn nobody_there_and_no_ledger_there_are_said() {
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    let url = format!("http://{gone}");
    laiqu(&["verify", &url, "--json"]).exits(3).explains("cannot be reached");
    let (running, _) = settled();
    let empty = Proxy::start(running.url(), |_, _| b"<html>".to_vec());
    let ran = laiqu(&["verify", &empty.url, "--json"]);
    assert!(ran.code != 0 && ran.stdout.is_empty(), "{ran:?}");
}

#[test]
fn what_was_remembered_must_be_contained() {
    let (running, size) = settled();
    let vkey = running.ledger.vkey.clone();
    let state = running.ledger.root.path().join("trust.json");
    let state = state.to_str().unwrap();
    let with_state =
        |target: &str| laiqu(&["verify", target, "--vkey", &vkey, "--state", state, "--json"]);
    with_state(running.url()).exits(0);
    let kept = std::fs::read_to_string(state).unwrap();
    let remembered: Value = serde_json::from_str(&kept).unwrap();
    assert_eq!(remembered["ledgers"][0]["size"], size);
    // The same memory holds for the directory, and for the ledger once it has grown.
    with_state(running.data()).exits(0);
    let event = commissioned("urn:example:event:3", crate::ran::LOT, 1);
    let answer = running.farm.capture(&running.server.client(), &document(&[event]));
    assert_eq!(answer.status, 202);
    running.wait_for_checkpoint(size + 1);
    assert_eq!(with_state(running.url()).exits(0).json()["size"], size + 1);
    let kept = std::fs::read_to_string(state).unwrap();
    // Whoever remembers another root is told, and keeps that memory.
    let remembered: Value = serde_json::from_str(&kept).unwrap();
    let root = remembered["ledgers"][0]["root"].as_str().unwrap();
    let other = kept.replace(root, &laiqu_proof::Hash::ZERO.to_hex());
    std::fs::write(state, &other).unwrap();
    for target in [running.url(), running.data()] {
        assert_eq!(with_state(target).exits(1).json()["whole"], false);
    }
    assert_eq!(std::fs::read_to_string(state).unwrap(), other);
    std::fs::write(state, "{").unwrap();
    with_state(running.url()).exits(2).explains("not a trust state");
}

/// Adds the cosignature of a witness to the shown checkpoint.
fn cosigned(running: &Running, witness: &laiqu_proof::CosignatureSigner, wrong: bool) -> Proxy {
    let witness = witness.clone();
    Proxy::start(running.url(), move |path, body| {
        if path != "/log/checkpoint" {
            return body;
        }
        let text = String::from_utf8(body).unwrap();
        let mut signed = laiqu_proof::SignedCheckpoint::parse(&text).unwrap();
        let over = if wrong { "another text\n" } else { signed.text() };
        let line = witness.cosignature_line(over, 1_700_000_000);
        signed.add(&line).unwrap();
        signed.to_string().into_bytes()
    })
}

#[test]
fn a_policy_says_whose_cosignatures_are_needed() {
    let (running, size) = settled();
    let signer =
        |name: &str, seed| laiqu_proof::CosignatureSigner::from_seed(name, &[seed; 32]).unwrap();
    let (bureau, stranger) = (signer("bureau.example", 1), signer("stranger.example", 2));
    let vkey = &running.ledger.vkey;
    let text = format!("log {vkey}\nwitness bureau {}\nquorum bureau\n", bureau.vkey());
    let policy = running.file("policy.txt", &text);
    let state = running.ledger.root.path().join("trust.json");
    let state = state.to_str().unwrap();
    let verify = |url: &str, code| {
        let asked = ["verify", url, "--policy", &policy, "--state", state, "--json"];
        laiqu(&asked).exits(code)
    };
    // Whole, but nobody has witnessed it; then it is not remembered either.
    for url in [running.url(), &cosigned(&running, &stranger, false).url] {
        let report = verify(url, 4).json();
        assert_eq!((&report["whole"], &report["policy_met"]), (&true.into(), &false.into()));
        assert!(!std::path::Path::new(state).exists());
    }
    let report = verify(&cosigned(&running, &bureau, false).url, 0).json();
    assert_eq!(report["policy_met"], true);
    assert_eq!(report["cosigned_by"][0]["name"], "bureau");
    assert_eq!(report["vkey_configured"], true, "the policy names the log");
    let kept: Value = serde_json::from_str(&std::fs::read_to_string(state).unwrap()).unwrap();
    assert_eq!(kept["ledgers"][0]["size"], size);
    // A known witness's wrong signature is no missing one.
    assert_eq!(verify(&cosigned(&running, &bureau, true).url, 1).json()["whole"], false);
    let bad = running.file("bad.txt", "witness x\n");
    laiqu(&["verify", running.url(), "--policy", &bad]).exits(2).explains("line 1");
    // Of several logs the server must not choose, or it would be none of them.
    let log = |name, seed| laiqu_proof::NoteSigner::from_seed(name, &[seed; 32]).unwrap().vkey();
    let several =
        format!("log {}\nlog {}\nquorum none\n", log("a.example", 1), log("b.example", 2));
    let several = running.file("several.txt", &several);
    laiqu(&["verify", running.url(), "--policy", &several]).exits(2).explains("--vkey");
    laiqu(&["verify", running.url(), "--state", state]).exits(2).explains("--vkey");
}

#[test]
fn frames_of_key_entries_are_public_and_must_be_what_the_leaves_commit_to() {
    let (running, _) = settled();
    let report = verify(&running, running.url(), 0);
    assert!(report["not_checked"].to_string().contains("but not the"), "{report}");
    type Change = fn(&mut Value);
    let changes: [(&str, Change); 4] = [
        ("commitment", |page| {
            let document = page["entries"][1]["document"].as_str().unwrap();
            page["entries"][1]["document"] = document.replace("OKP", "OKQ").into();
        }),
        ("commitment", |page| page["entries"][1]["opening"]["outcome"] = "{}".into()),
        ("another leaf", |page| {
            // A frame with a leaf of its own, which is in no tree.
            let text = page["entries"][1]["leaf"].as_str().unwrap();
            page["entries"][1]["leaf"] =
                text.replace("\"issuer_seq\":1", "\"issuer_seq\":2").into();
        }),
        ("not shown", |page| {
            page["entries"].as_array_mut().unwrap().remove(1);
        }),
    ];
    for (what, change) in changes {
        let lying = Proxy::start(running.url(), move |path, body| {
            if !path.starts_with("/log/keys") {
                return body;
            }
            let mut page: Value = serde_json::from_slice(&body).unwrap();
            change(&mut page);
            page.to_string().into_bytes()
        });
        let report = verify(&running, &lying.url, 1);
        assert_eq!(report["findings"][0]["file"], "keys", "{what}: {report}");
        assert!(report["findings"][0]["what"].to_string().contains(what), "{what}: {report}");
    }
}

#[test]
fn more_key_entries_than_one_page_holds_are_all_read() {
    const PARTIES: usize = 300;
    let running = Running::new(&[]);
    for number in 0..PARTIES {
        let key =
            laiqu_proof::PrivateJwk::from_seed(&laiqu_proof::Hash::digest(&number.to_be_bytes()).0);
        let (id, origin) = (format!("urn:example:party:{number}"), running.ledger.origin.clone());
        let party = laiqu_tests::TestParty { id, key, origin };
        let _registered = party.register(&running.server, &running.ledger.operator, "gateway");
    }
    let ledger = running.server.client().get("/v1/ledger").expect(200)["ledger"].take();
    running.wait_for_checkpoint(ledger["size"].as_u64().unwrap());
    let copy = running.ledger.root.path().join("copy");
    let copy = copy.to_str().unwrap();
    let vkey = running.ledger.vkey.clone();
    laiqu(&["export", "tiles", copy, "--url", running.url(), "--vkey", &vkey]).exits(0);
    // Entry 0 and the gateway's key, the farm's, and one of each party.
    let held = format!("but not the {} of key entries", PARTIES + 3);
    for target in [running.url(), copy] {
        let report = verify(&running, target, 0);
        assert!(report["not_checked"].to_string().contains(&held), "{report}");
    }
    let token = &running.ledger.operator;
    let asked = ["verify", running.url(), "--vkey", &vkey, "--token", token, "--json"];
    let report = laiqu(&asked).exits(0).json();
    assert!(report["signatures"].as_u64().unwrap() >= PARTIES as u64, "{report}");
}
