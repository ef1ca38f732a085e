//! A log that answers anything at all: whoever follows it says so, and nothing else happens.

use crate::proxy::Proxy;
use crate::ran::{Running, files_below, laiqu};
use laiqu_tests::Dice;
use std::sync::{Arc, Mutex};

/// Changes an answer in one of the ways in which a hostile or broken server might.
fn spoil(dice: &mut Dice, mut body: Vec<u8>) -> Vec<u8> {
    let length = body.len() as u64;
    if length == 0 {
        return vec![0xff; 40];
    }
    let at = usize::try_from(dice.below(length)).unwrap();
    match dice.below(7) {
        0 => body[at] ^= 1 << dice.below(8),
        1 => body.truncate(at),
        2 => body.extend_from_within(at..),
        3 => body = vec![u8::try_from(dice.below(256)).unwrap(); at],
        4 => body.splice(at..at, [0xff, 0xfe, 0x00, 0x0a, 0x0a]).for_each(drop),
        5 => body = b"{\"entries\":[{}],\"withheld\":[-1],\"erased\":null}".to_vec(),
        _ => body.reverse(),
    }
    body
}

#[test]
fn no_answer_of_a_server_makes_a_follower_panic_or_believe_it() {
    const ROUNDS: u64 = 40;
    let mut dice = Dice::printed();
    let running = Running::with_events(&[]);
    let ledger = running.server.client().get("/v1/ledger").expect(200)["ledger"].take();
    running.wait_for_checkpoint(ledger["size"].as_u64().unwrap());
    let vkey = running.ledger.vkey.clone();
    let root = running.ledger.root.path();
    let (state, token) = (root.join("trust.json"), running.ledger.operator.clone());
    let state = state.to_str().unwrap();
    let truth = laiqu(&["verify", running.url(), "--vkey", &vkey, "--json"]).exits(0).json();
    for round in 0..ROUNDS {
        let own = Arc::new(Mutex::new(dice.fork()));
        let part = ["checkpoint", "tile/0", "tile/entries", "log/keys", "private", "/"];
        let part = *dice.pick(&part).unwrap();
        let lying = Proxy::start(running.url(), move |path, body| {
            if path.contains(part) { spoil(&mut own.lock().unwrap(), body) } else { body }
        });
        let copy = root.join(format!("copy-{round}"));
        let copy = copy.to_str().unwrap();
        let verify = ["verify", &lying.url, "--vkey", &vkey, "--token", &token, "--json"];
        let monitor =
            ["monitor", &lying.url, "--vkey", &vkey, "--state", state, "--once", "--json"];
        let export = ["export", "tiles", copy, "--url", &lying.url, "--vkey", &vkey, "--json"];
        for asked in [&verify[..], &monitor, &export] {
            let ran = laiqu(asked);
            assert!(!ran.stderr.contains("panicked"), "{part} {asked:?}: {}", ran.stderr);
            assert!([0, 1, 3].contains(&ran.code), "{part} {asked:?}: {ran:?}");
            if ran.code == 0 && asked[0] != "monitor" {
                // A change that went unseen changed nothing of what was found.
                let found = ran.json();
                assert_eq!((&found["size"], &found["root"]), (&truth["size"], &truth["root"]));
            }
        }
        let copied = std::path::Path::new(copy);
        if copied.join("checkpoint").exists() {
            laiqu(&["verify", copy, "--vkey", &vkey, "--json"]).exits(0);
            assert!(
                files_below(copied).iter().all(|file| file.extension() != Some("new".as_ref()))
            );
        }
    }
    laiqu(&["monitor", running.url(), "--vkey", &vkey, "--state", state, "--once"]).exits(0);
}
