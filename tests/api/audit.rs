//! What auditors read: receipts under any published size, chains of parties, proofs between sizes,
//! the history of keys, private frames.

use crate::{JSON, JWK, creation};
use laiqu_ledger::{Kind, Leaf};
use laiqu_proof::{
    Checkpoint, Hash, NoteVerifier, TlogProof, leaf_hash, verify_consistency, verify_inclusion,
};
use laiqu_tests::{Change, Site, TestParty, check_opening, check_receipt, encode};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

const ID: &str = "urn:uscc:audited";

fn with_documents(name: &str, count: u32) -> (Site, TestParty) {
    let site = Site::new(&format!("ledger.example/{name}"));
    let (party, other) = (site.party(ID), site.party("urn:uscc:other"));
    for n in 0..count {
        for by in [&party, &other] {
            let document = creation(&format!("urn:uuid:{}:{n}", by.id));
            assert_eq!(by.capture(&site.client(), &document).status, 202);
        }
    }
    (site, party)
}

/// Waits until the shown checkpoint covers the ledger: it follows within about a second.
fn published(site: &Site) -> u64 {
    let (size, asked) = (site.size(), Instant::now());
    loop {
        let shown = site.client().get("/log/checkpoint").text();
        if shown.lines().nth(1) == Some(&*size.to_string()) {
            return size;
        }
        assert!(asked.elapsed() < Duration::from_secs(10), "size {size} is not shown");
        std::thread::sleep(Duration::from_millis(50));
    }
}

fn hashes(list: &Value) -> Vec<Hash> {
    let text = |hash: &Value| Hash::from_base64(hash.as_str().unwrap()).unwrap();
    list.as_array().unwrap().iter().map(text).collect()
}

fn checkpoint(site: &Site, text: &Value) -> Checkpoint {
    let verifier = NoteVerifier::parse(&site.ledger.vkey).unwrap();
    Checkpoint::open(text.as_str().unwrap(), &verifier).expect("signed by the log")
}

#[test]
fn a_receipt_is_had_under_every_published_size() {
    let (site, party) = with_documents("receipts", 3);
    let size = published(&site);
    let document = creation("urn:uuid:kept");
    let posted = party.capture(&site.client(), &document).expect(202)["receipt"].take();
    let index = posted["index"].as_u64().unwrap();
    for entry in [0, 3, size - 1] {
        for tree in (entry + 1..=size).rev().take(3) {
            let path = format!("/v1/entries/{entry}/receipt?size={tree}");
            let answer = site.client().get(&path);
            let receipt = answer.expect(200);
            assert_eq!(receipt["size"], tree);
            assert_eq!(check_receipt(&site.ledger, &receipt).index, entry);
            assert_eq!(site.client().get(&path).body, answer.body, "the same bytes each time");
        }
    }
    // The checkpoint of the published size is the very one that everyone sees.
    let shown = site.client().get("/log/checkpoint");
    let receipt = site.client().get(&format!("/v1/entries/0/receipt?size={size}")).expect(200);
    if shown.text().lines().nth(1) == Some(&*size.to_string()) {
        assert_eq!(receipt["checkpoint"], shown.text());
    }
    // Without a size it is the newest one, and what opens it is for who may read.
    let path = format!("/v1/entries/{index}/receipt");
    let receipt = site.client().get(&path).expect(200);
    assert_eq!(receipt["opening"], Value::Null);
    let receipt = site.operator().get(&path).expect(200);
    assert_eq!(receipt, posted);
    let leaf = check_receipt(&site.ledger, &receipt);
    let _signatures = check_opening(&leaf, &receipt, document.as_bytes());
}

#[test]
fn a_receipt_as_text_is_a_tlog_proof_that_carries_its_leaf() {
    let (site, _) = with_documents("receipt-text", 1);
    let index = site.size() - 1;
    let path = format!("/v1/entries/{index}/receipt");
    let answer = site.operator().get_with(&path, &[("Accept", "text/plain")]);
    assert_eq!(answer.status, 200, "{}", answer.text());
    assert_eq!(answer.header("content-type"), Some("text/plain; charset=utf-8"));
    let proof: TlogProof = answer.text().parse().unwrap();
    let extra: Value = serde_json::from_slice(proof.extra.as_ref().unwrap()).unwrap();
    let verifier = NoteVerifier::parse(&site.ledger.vkey).unwrap();
    let leaf = leaf_hash(extra["leaf"].as_str().unwrap().as_bytes());
    proof.verify(&leaf, &verifier, &site.ledger.origin).unwrap();
    let json = site.operator().get(&path).expect(200);
    assert_eq!((&extra["leaf"], &extra["opening"]), (&json["leaf"], &json["opening"]));
    let public = site.client().get_with(&path, &[("Accept", "text/plain")]).text();
    let public: TlogProof = public.parse().unwrap();
    let extra: Value = serde_json::from_slice(public.extra.as_ref().unwrap()).unwrap();
    assert!(extra.get("opening").is_none(), "{extra}");
    let neither = site.client().get_with(&path, &[("Accept", "image/png")]);
    assert_eq!(neither.problem(406), "not-acceptable");
}

#[test]
fn sizes_that_were_never_published_are_not_signed() {
    let (site, _) = with_documents("unpublished", 1);
    let size = published(&site);
    for (path, status, code) in [
        (format!("/v1/entries/0/receipt?size={}", size + 1), 404, "not-found"),
        (format!("/v1/entries/0/receipt?size={}", u64::MAX), 404, "not-found"),
        ("/v1/entries/0/receipt?size=0".to_owned(), 404, "not-found"),
        ("/v1/entries/3/receipt?size=3".to_owned(), 404, "not-found"),
        (format!("/v1/entries/{size}/receipt"), 404, "not-found"),
        (format!("/v1/entries/{}/receipt", u64::MAX), 404, "not-found"),
        ("/v1/entries/0/receipt?size=x".to_owned(), 400, "invalid-parameter"),
        ("/v1/entries/0/receipt?size=".to_owned(), 400, "invalid-parameter"),
        ("/v1/entries/0/receipt?size=-1".to_owned(), 400, "invalid-parameter"),
        ("/v1/entries/0/receipt?sizes=1".to_owned(), 400, "invalid-parameter"),
        ("/v1/entries/x/receipt".to_owned(), 400, "invalid-parameter"),
        ("/v1/entries/0x1/receipt".to_owned(), 400, "invalid-parameter"),
        (format!("/v1/entries/{}0/receipt", u64::MAX), 400, "invalid-parameter"),
    ] {
        assert_eq!(site.client().get(&path).problem(status), code, "{path}");
    }
}

/// Follows the chain page by page; answers the leaves.
fn chain(site: &Site, limit: u64) -> Vec<Leaf> {
    let (mut leaves, mut from, mut size) = (Vec::new(), 0, None::<u64>);
    loop {
        let pinned = size.map_or_else(String::new, |size| format!("&size={size}"));
        let path = format!("/v1/parties/{}/chain?from={from}&limit={limit}{pinned}", encode(ID));
        let page = site.operator().get(&path).expect(200);
        let head = checkpoint(site, &page["checkpoint"]);
        assert_eq!(
            (page["size"].as_u64(), &page["root"]),
            (Some(head.size), &head.root.to_string().into())
        );
        assert!(size.is_none_or(|size| size == head.size));
        size = Some(head.size);
        for entry in page["entries"].as_array().unwrap() {
            let line = entry["leaf"].as_str().unwrap().as_bytes();
            let (leaf, path) = (Leaf::decode(line).unwrap(), hashes(&entry["inclusion"]));
            assert_eq!(entry["index"], leaf.index);
            verify_inclusion(&leaf_hash(line), leaf.index, head.size, &path, &head.root).unwrap();
            leaves.push(leaf);
        }
        assert_eq!(page["party"], ID);
        match page["next"].as_u64() {
            Some(next) => from = next,
            None => {
                assert_eq!(page["entries_all"], leaves.len());
                return leaves;
            }
        }
    }
}

#[test]
fn the_chain_of_a_party_is_whole_and_in_order() {
    let (site, party) = with_documents("chain", 5);
    published(&site);
    for limit in [1, 2, 100, 100_000] {
        let leaves = chain(&site, limit);
        let kinds: Vec<Kind> = leaves.iter().map(|leaf| leaf.kind).collect();
        assert_eq!(kinds[0], Kind::KeyAdd);
        assert_eq!(kinds[1..], [Kind::EpcisCapture; 5]);
        let mut prev = Hash::ZERO;
        for (seq, leaf) in (0..).zip(&leaves) {
            assert_eq!((leaf.issuer_seq, leaf.issuer_prev), (seq, prev));
            prev = leaf.hash().unwrap();
        }
    }
    // Under an earlier size it is shorter, and that tree's proofs hold, too.
    let path = format!("/v1/parties/{}/chain?size=8", encode(ID));
    let page = site.operator().get(&path).expect(200);
    assert_eq!(page["entries_all"], page["entries"].as_array().unwrap().len());
    assert!(page["entries_all"].as_u64().unwrap() < 6);
    // It is the party's own to see, and not its neighbour's.
    let path = format!("/v1/parties/{}/chain", encode(ID));
    let own = site.server.client_with(&site.token(&party));
    assert_eq!(own.get(&path).expect(200)["entries_all"], 6);
    let other = site.stranger("urn:uscc:other");
    let neighbour = site.server.client_with(&site.token(&other));
    assert_eq!(neighbour.get(&path).problem(404), "not-found");
    assert_eq!(site.client().get(&path).problem(401), "credentials-missing");
    for bad in ["from=-1", "limit=x", "size=", "from=1&from=2", "to=3"] {
        let path = format!("{path}?{bad}");
        assert_eq!(site.operator().get(&path).problem(400), "invalid-parameter", "{path}");
    }
    let path = format!("/v1/parties/{}/chain?from={}", encode(ID), u64::MAX);
    assert_eq!(site.operator().get(&path).expect(200)["entries"], json!([]));
    let path = format!("/v1/parties/{}/chain?size={}", encode(ID), u64::MAX);
    assert_eq!(site.operator().get(&path).problem(404), "not-found");
    assert_eq!(site.operator().get("/v1/parties/urn:x:no/chain").problem(404), "not-found");
}

#[test]
fn every_size_leads_to_every_later_one() {
    let (site, _) = with_documents("consistency", 2);
    let size = published(&site);
    for from in 0..=size {
        for to in from.max(1)..=size {
            let path = format!("/log/proof/consistency?from={from}&to={to}");
            let proof = site.client().get(&path).expect(200);
            let hash = |name: &str| Hash::from_hex(proof[name].as_str().unwrap()).unwrap();
            let (old, new) = (hash("from_root"), hash("to_root"));
            let list = hashes(&proof["consistency"]);
            if from == 0 {
                assert!(list.is_empty());
            } else {
                verify_consistency(from, to, &list, &old, &new).unwrap();
            }
            let head = checkpoint(&site, &proof["checkpoint"]);
            assert_eq!((head.size, head.root), (to, new));
        }
    }
    let newest = site.client().get("/log/proof/consistency").expect(200);
    assert_eq!((&newest["from"], &newest["to"]), (&0.into(), &size.into()));
    let text = ("Accept", "text/plain");
    let path = format!("/log/proof/consistency?from=3&to={size}");
    let answer = site.client().get_with(&path, &[text]).text();
    let (proof, note) = answer.split_once("\n\n").unwrap();
    let mut lines = proof.lines();
    assert_eq!(lines.next(), Some("old 3"));
    let list: Vec<Hash> = lines.map(|line| Hash::from_base64(line).unwrap()).collect();
    let json = site.client().get(&path).expect(200);
    assert_eq!((list, json["checkpoint"].as_str()), (hashes(&json["consistency"]), Some(note)));
    for (query, status, code) in [
        ("from=5&to=3".to_owned(), 400, "invalid-parameter"),
        (format!("from=1&to={}", size + 1), 404, "not-found"),
        ("from=0&to=0".to_owned(), 404, "not-found"),
        (format!("from={0}&to={0}", u64::MAX), 404, "not-found"),
        ("from=a".to_owned(), 400, "invalid-parameter"),
        ("size=3".to_owned(), 400, "invalid-parameter"),
    ] {
        let path = format!("/log/proof/consistency?{query}");
        assert_eq!(site.client().get(&path).problem(status), code, "{path}");
    }
}

/// Leaf, opening and document of a private entry fit together; answers the leaf.
fn opens(entry: &Value) -> Leaf {
    let leaf = Leaf::decode(entry["leaf"].as_str().unwrap().as_bytes()).unwrap();
    assert_eq!(entry["index"], leaf.index);
    let _signatures = check_opening(&leaf, entry, entry["document"].as_str().unwrap().as_bytes());
    leaf
}

#[test]
fn anyone_can_check_who_may_sign_what() {
    let (site, party) = with_documents("keys", 1);
    let new = party.with_key(5);
    let body = new.key.public().to_json();
    let signatures = [&new, &party].map(|by| by.signature(JWK, body.as_bytes()));
    let change = Change { media_type: JWK, body: body.as_bytes(), signatures: &signatures };
    assert_eq!(site.change(&site.client(), ID, "keys", &change).status, 201);
    assert_eq!(site.revoke(&party, "停用").status, 201);
    let all = site.client().get("/log/keys").expect(200);
    let kinds: Vec<Kind> =
        all["entries"].as_array().unwrap().iter().map(|entry| opens(entry).kind).collect();
    let adds = [Kind::KeyAdd; 3];
    assert_eq!(kinds, [&[Kind::LedgerInit][..], &adds, &[Kind::KeyAdd, Kind::KeyRevoke]].concat());
    assert_eq!((&all["next"], &all["withheld"]), (&Value::Null, &json!([])));
    // Page by page it is the same.
    let (mut pages, mut from) = (Vec::new(), Some(0));
    while let Some(at) = from {
        let page = site.client().get(&format!("/log/keys?from={at}&limit=2")).expect(200);
        assert!(page["entries"].as_array().unwrap().len() <= 2);
        pages.extend(page["entries"].as_array().unwrap().clone());
        from = page["next"].as_u64();
    }
    assert_eq!(Value::Array(pages), all["entries"]);
    let end = site.client().get(&format!("/log/keys?from={}", u64::MAX)).expect(200);
    assert_eq!(end["entries"], json!([]));
    for bad in ["from=x", "limit=-1", "to=3"] {
        let path = format!("/log/keys?{bad}");
        assert_eq!(site.client().get(&path).problem(400), "invalid-parameter", "{path}");
    }
}

#[test]
fn private_frames_are_for_who_may_read_them() {
    let (site, party) = with_documents("private", 2);
    let size = site.size();
    let own = site.server.client_with(&site.token(&party));
    let (mine, theirs) = (size - 4, size - 3);
    let path = |index: u64| format!("/v1/entries/{index}/private");
    for client in [&site.operator(), &own] {
        let entry = client.get(&path(mine)).expect(200);
        assert_eq!(opens(&entry).kind, Kind::EpcisCapture);
        assert_eq!(entry["document"], creation("urn:uuid:urn:uscc:audited:0"));
    }
    assert_eq!(own.get(&path(theirs)).problem(403), "forbidden");
    assert_eq!(own.get(&path(0)).expect(200)["index"], 0, "key history is public");
    assert_eq!(own.get(&path(2)).problem(403), "forbidden", "a token's record is not");
    assert_eq!(site.client().get(&path(mine)).problem(401), "credentials-missing");
    assert_eq!(own.get(&path(u64::MAX)).problem(404), "not-found");
    assert_eq!(own.get("/v1/entries/x/private").problem(400), "invalid-parameter");

    let all = site.operator().get("/v1/entries/private").expect(200);
    let entries = all["entries"].as_array().unwrap();
    assert_eq!(entries.len() as u64, site.size(), "{all}");
    entries.iter().for_each(|entry| drop(opens(entry)));
    let seen = own.get(&format!("/v1/entries/private?from={mine}&to={size}")).expect(200);
    let indexes: Vec<u64> =
        seen["entries"].as_array().unwrap().iter().map(|e| e["index"].as_u64().unwrap()).collect();
    assert_eq!(indexes, [mine, mine + 2]);
    assert_eq!(seen["withheld"], json!([theirs, theirs + 2]));
    assert_eq!(seen["next"], size, "the token came behind");
    for bad in ["from=3&to=2", "from=0&to=257", "from=x", "limit=3"] {
        let path = format!("/v1/entries/private?{bad}");
        assert_eq!(site.operator().get(&path).problem(400), "invalid-parameter", "{path}");
    }
    let beyond = format!("/v1/entries/private?from={}", u64::MAX);
    assert_eq!(site.operator().get(&beyond).expect(200)["entries"], json!([]));
    let none = site.client().get("/v1/entries/private");
    assert_eq!(none.problem(401), "credentials-missing");
    let posted = site.client().post("/v1/entries/private", &[("Content-Type", JSON)], b"{}");
    assert_eq!(posted.problem(405), "method-not-allowed");
}
