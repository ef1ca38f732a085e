//! The life of a key from the command line, and the chain that a key makes by itself.

use crate::ran::{FARM, LOT, Ran, Running, laiqu};
use laiqu_proof::{Hash, PrivateJwk};
use laiqu_tests::{commissioned, document};
use serde_json::Value;

struct Keys {
    running: Running,
    /// The farm's registered key, and two that are not.
    old: String,
    new: String,
    third: String,
}

impl Keys {
    fn new() -> Self {
        let running = Running::new(&[]);
        let file = |name: &str, key: &PrivateJwk| running.file(name, &key.to_json());
        let old = file("old.jwk", &running.farm.key);
        let new = file("new.jwk", &PrivateJwk::from_seed(&[60; 32]));
        let third = file("third.jwk", &PrivateJwk::from_seed(&[61; 32]));
        Self { old, new, third, running }
    }

    fn party(&self, arguments: &[&str]) -> Ran {
        let url = ["--url", self.running.url()];
        laiqu(&[&["party"], arguments, &url].concat())
    }

    fn post(&self, n: u64, key: &str, more: &[&str]) -> Ran {
        let text = document(&[commissioned(&format!("urn:example:life:{n}"), LOT, n)]);
        let file = self.running.file(&format!("{n}.json"), &text);
        let vkey = &self.running.ledger.vkey;
        let url = self.running.url();
        let flags = ["post", &file, "--url", url, "--vkey", vkey, "--key", key, "--json"];
        laiqu(&[&flags[..], more].concat())
    }

    fn operator(&self) -> &str {
        &self.running.ledger.operator
    }
}

fn kind(ran: &Ran) -> String {
    let leaf: Value =
        serde_json::from_str(ran.json()["receipt"]["leaf"].as_str().unwrap()).unwrap();
    leaf["kind"].as_str().unwrap().to_owned()
}

#[test]
fn keys_are_added_rotated_and_revoked() {
    let keys = Keys::new();
    let added = keys.party(&["add-key", FARM, "--new-key", &keys.new, "--key", &keys.old]);
    assert_eq!(kind(&added.exits(0)), "key.add");
    keys.post(1, &keys.new, &[]).exits(0);
    let rotate = ["rotate", FARM, "--key", &keys.new, "--new-key", &keys.third];
    assert_eq!(kind(&keys.party(&rotate).exits(0)), "key.rotate");
    keys.post(2, &keys.new, &[]).exits(4).explains("key-not-effective");
    keys.post(2, &keys.third, &[]).exits(0);
    keys.party(&rotate).exits(4).explains("key-exists");
    let kid = keys.running.farm.key.public().thumbprint().to_owned();
    let revoke = ["revoke", FARM, &kid, "--reason", "停用", "--key", &keys.third];
    assert_eq!(kind(&keys.party(&revoke).exits(0)), "key.revoke");
    keys.post(3, &keys.old, &[]).exits(4).explains("key-not-effective");
    keys.party(&["add-key", FARM, "--new-key", "/nowhere", "--key", &keys.old]).exits(2);
    let operator = keys.operator().to_owned();
    let fourth = keys.running.file("fourth.jwk", &PrivateJwk::from_seed(&[62; 32]).to_json());
    let alone = ["add-key", FARM, "--new-key", &fourth, "--token", &operator];
    keys.party(&alone).exits(4).explains("forbidden");
}

#[test]
fn lost_keys_are_reset_by_three_who_each_keep_their_key() {
    let keys = Keys::new();
    let (bureau, operator) = ("urn:example:bureau", keys.operator());
    let regulator = keys.running.file("bureau.jwk", &PrivateJwk::from_seed(&[70; 32]).to_json());
    let record =
        r#"{"id":"urn:example:bureau","name":"市监局","kinds":["regulator"],"signing":"required"}"#;
    let record = keys.running.file("bureau.json", record);
    keys.party(&["register", &record, "--key", &regulator, "--token", operator]).exits(0);
    // The party prepares and signs, the regulator signs, the operator posts.
    let prepare = ["party", "reset", FARM, "--new-key", &keys.new, "--reason", "遗失", "--prepare"];
    let body = keys.running.file("reset.json", &laiqu(&prepare).exits(0).stdout);
    let origin = &keys.running.ledger.origin;
    let sign = |name: &str, key: &str, party: &str| {
        let flags = ["keys", "sign", &body, "--key", key, "--party", party, "--origin", origin];
        keys.running.file(name, &laiqu(&flags).exits(0).stdout)
    };
    let own = sign("own.jws", &keys.new, FARM);
    let other = sign("bureau.jws", &regulator, bureau);
    let post = |signatures: &[&str]| {
        let mut flags = vec!["reset", FARM, "--body", &body, "--token", operator];
        signatures.iter().for_each(|file| flags.extend(["--signature", file]));
        keys.party(&flags)
    };
    post(&[&own]).exits(4).explains("regulator");
    let stranger = sign("stranger.jws", &keys.old, FARM);
    post(&[&own, &stranger]).exits(4).explains("regulator");
    assert_eq!(kind(&post(&[&own, &other]).exits(0)), "key.reset");
    keys.post(1, &keys.old, &[]).exits(4).explains("key-not-effective");
    keys.post(1, &keys.new, &[]).exits(0);
    // Where one hand holds them all, one command does it.
    let once =
        ["reset", FARM, "--new-key", &keys.third, "--reason", "再次遗失", "--token", operator];
    let with = ["--regulator", bureau, "--regulator-key", &regulator];
    assert_eq!(kind(&keys.party(&[&once[..], &with].concat()).exits(0)), "key.reset");
}

#[test]
fn the_signing_rule_changes_by_key_or_token() {
    let keys = Keys::new();
    let operator = keys.operator();
    let token = keys.party(&["token", FARM, "--token", operator]).exits(0).json();
    let token = token["token"].as_str().unwrap();
    let post = |n: u64| {
        let text = document(&[commissioned(&format!("urn:example:life:{n}"), LOT, n)]);
        let file = keys.running.file(&format!("{n}.json"), &text);
        laiqu(&["post", &file, "--url", keys.running.url(), "--token", token, "--json"])
    };
    post(1).exits(0);
    assert_eq!(
        kind(&keys.party(&["signing", FARM, "required", "--token", operator]).exits(0)),
        "party.signing"
    );
    post(2).exits(4).explains("signature-required");
    keys.party(&["signing", FARM, "gateway", "--token", operator]).exits(4).explains("forbidden");
    keys.party(&["signing", FARM, "gateway", "--key", &keys.old]).exits(0);
    post(2).exits(0);
    let again = keys.party(&["signing", FARM, "gateway", "--key", &keys.old]);
    again.exits(4).explains("registry-conflict");
    // A chain file serves documents and records alike.
    keys.party(&["signing", FARM, "required", "--key", &keys.old]).exits(0);
    let chain = keys.running.file("c.json", "");
    std::fs::remove_file(&chain).unwrap();
    let ran = keys.party(&["signing", FARM, "gateway", "--key", &keys.old, "--chain", &chain]);
    ran.exits(4).explains("key-chain-conflict");
    assert!(!std::path::Path::new(&chain).exists());
}

#[test]
fn a_key_chains_what_it_posts() {
    let keys = Keys::new();
    let chain = keys.running.ledger.root.path().join("farm.chain");
    let chain = chain.to_str().unwrap();
    let memory =
        || -> Value { serde_json::from_str(&std::fs::read_to_string(chain).unwrap()).unwrap() };
    let mut prev = Hash::ZERO.to_string();
    for n in 0..3 {
        let posted = keys.post(n, &keys.old, &["--chain", chain]).exits(0).json();
        let jws = posted["receipt"]["opening"]["signatures"][0].as_str().unwrap();
        let claims = laiqu_proof::SubmissionJws::parse(jws).unwrap().claims().clone();
        assert_eq!((claims.seq, claims.prev.unwrap().to_string()), (Some(n), prev));
        prev = Hash::digest(jws.as_bytes()).to_string();
        assert_eq!((&memory()["seq"], &memory()["prev"]), (&(n + 1).into(), &Value::from(&*prev)));
    }
    // What stands already, under whatever signature, does not move the chain.
    keys.post(1, &keys.old, &["--chain", chain]).exits(0);
    keys.post(9, &keys.old, &[]).exits(0);
    keys.post(9, &keys.old, &["--chain", chain]).exits(0);
    assert_eq!(memory()["seq"], 3);
    // A wrong link is refused with the right one; nothing is posted, the memory stays.
    let right = memory();
    let mut wrong = right.clone();
    wrong["prev"] = Hash::ZERO.to_string().into();
    std::fs::write(chain, wrong.to_string()).unwrap();
    let ran = keys.post(4, &keys.old, &["--chain", chain]).exits(4);
    assert!(ran.stderr.contains(&prev) && ran.stderr.contains("seq 3"), "{}", ran.stderr);
    ran.explains("key-chain-conflict");
    assert_eq!(memory(), wrong);
    std::fs::write(chain, right.to_string()).unwrap();
    keys.post(4, &keys.old, &["--chain", chain]).exits(0);
    // An answer that got lost: the same document signed the same way gets its receipt.
    let after = memory();
    std::fs::write(chain, right.to_string()).unwrap();
    keys.post(4, &keys.old, &["--chain", chain]).exits(0);
    assert_eq!(memory(), after);
    // A chain file is of one key.
    keys.post(5, &keys.new, &["--chain", chain, "--party", FARM]).exits(2).explains("another key");
}

#[test]
fn a_ledger_whose_keys_lived_is_whole_to_every_verifier() {
    let keys = Keys::new();
    let operator = keys.operator();
    let party = |arguments: &[&str]| drop(keys.party(arguments).exits(0));
    // A shop that gets its first key from the operator, and two regulators.
    let shop = r#"{"id":"urn:example:shop","name":"小店","kinds":["seller"],"signing":"gateway"}"#;
    let shop = keys.running.file("shop.json", shop);
    party(&["register", &shop, "--token", operator]);
    let first = keys.running.file("first.jwk", &PrivateJwk::from_seed(&[80; 32]).to_json());
    party(&["add-key", "urn:example:shop", "--new-key", &first, "--token", operator]);
    let bureau = keys.running.file("bureau.jwk", &PrivateJwk::from_seed(&[70; 32]).to_json());
    let record =
        r#"{"id":"urn:example:bureau","name":"市监局","kinds":["regulator"],"signing":"required"}"#;
    let record = keys.running.file("bureau.json", record);
    party(&["register", &record, "--key", &bureau, "--token", operator]);
    party(&["add-key", FARM, "--new-key", &keys.new, "--key", &keys.old]);
    keys.post(1, &keys.new, &[]).exits(0);
    party(&["rotate", FARM, "--key", &keys.new, "--new-key", &keys.third]);
    keys.post(2, &keys.third, &[]).exits(0);
    party(&["signing", FARM, "required", "--token", operator]);
    party(&["signing", FARM, "gateway", "--key", &keys.third]);
    let token = keys.party(&["token", FARM, "--token", operator]).exits(0).json();
    let text = document(&[commissioned("urn:example:life:3", LOT, 3)]);
    let file = keys.running.file("3.json", &text);
    let token = token["token"].as_str().unwrap();
    laiqu(&["post", &file, "--url", keys.running.url(), "--token", token]).exits(0);
    let fresh = keys.running.file("fresh.jwk", &PrivateJwk::from_seed(&[81; 32]).to_json());
    let reset = ["reset", FARM, "--new-key", &fresh, "--reason", "遗失", "--token", operator];
    let with = ["--regulator", "urn:example:bureau", "--regulator-key", &bureau];
    party(&[&reset[..], &with].concat());
    keys.post(4, &fresh, &[]).exits(0);
    let kid = PrivateJwk::from_seed(&[80; 32]).public().thumbprint().to_owned();
    party(&["revoke", "urn:example:shop", &kid, "--reason", "停用", "--key", &first]);
    let size = keys.running.server.client().get("/v1/ledger").expect(200)["ledger"]["size"].take();
    keys.running.wait_for_checkpoint(size.as_u64().unwrap());
    let vkey = &keys.running.ledger.vkey;
    for (target, more) in
        [(keys.running.data(), &[][..]), (keys.running.url(), &["--token", operator])]
    {
        let flags = ["verify", target, "--vkey", vkey, "--party", FARM, "--json"];
        let report = laiqu(&[&flags[..], more].concat()).exits(0).json();
        assert_eq!((&report["whole"], &report["size"]), (&true.into(), &size), "{report}");
        assert!(report["signatures"].as_u64().unwrap() > 20, "{report}");
        let unchecked = report["not_checked"].to_string();
        assert!(
            !unchecked.contains("signers depend") && !unchecked.contains("unreadable"),
            "{unchecked}"
        );
    }
}
