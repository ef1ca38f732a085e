//! A third party follows the log while it grows, with nothing but the specifications.

use crate::LOT_URN;
use laiqu_tests::{Client, Follower, Seen, Site, commissioned, document, mth, raw, read_all};
use proptest::prelude::*;
use proptest::test_runner::{Config, TestRunner};
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

/// Published sizes that are walked, and entries at the end: more than one full tile.
const SIZES: usize = 5;
const ENTRIES: usize = 300;

fn file(client: &Client, path: &str) -> Option<Vec<u8>> {
    let answer = client.get(&format!("/log/{path}"));
    let kept = if path == "checkpoint" { "no-store" } else { "public, max-age=604800, immutable" };
    match answer.status {
        200 => assert_eq!(answer.header("cache-control"), Some(kept), "{path}"),
        _ => assert_eq!(answer.problem(404), "not-found", "{path}"),
    }
    (answer.status == 200).then_some(answer.body)
}

#[test]
fn a_follower_walks_from_size_to_size_while_others_write() {
    let site = Site::new("ledger.example/followed");
    let follower = Follower::new(&site.ledger.vkey);
    let party = site.party("urn:uscc:writer");
    let done = AtomicBool::new(false);
    let mut walked: Vec<Seen> = Vec::new();
    std::thread::scope(|scope| {
        for writer in 0..2 {
            let (party, client, done) = (&party, site.client(), &done);
            scope.spawn(move || {
                for n in 0.. {
                    if done.load(Ordering::SeqCst) {
                        break;
                    }
                    let event = commissioned(&format!("urn:uuid:{writer}:{n}"), LOT_URN, n);
                    assert_eq!(party.capture(&client, &document(&[event])).status, 202);
                    std::thread::sleep(Duration::from_millis(10));
                }
            });
        }
        // A failed check must end the writers, too.
        let walk = std::panic::AssertUnwindSafe(|| walk(&site, &follower, &mut walked));
        let result = std::panic::catch_unwind(walk);
        done.store(true, Ordering::SeqCst);
        result.unwrap();
    });
    let sizes: Vec<usize> = walked.iter().map(|seen| seen.size).collect();
    println!("walked {sizes:?}");
    assert!(sizes.iter().any(|size| *size > 256), "{sizes:?}");
    // Every size that was ever published still has its partial tiles.
    let client = site.client();
    for seen in &walked {
        assert_eq!(mth(&read_all(seen.size, &|path| file(&client, path))), seen.root);
    }
}

fn walk(site: &Site, follower: &Follower, walked: &mut Vec<Seen>) {
    let client = site.client();
    let fetch = |path: &str| file(&client, path);
    let began = Instant::now();
    while walked.len() < SIZES || walked.last().is_some_and(|seen| seen.size < ENTRIES) {
        assert!(began.elapsed() < Duration::from_secs(300), "{walked:?}");
        let seen = follower.checkpoint(&fetch);
        if walked.last() == Some(&seen) {
            std::thread::sleep(Duration::from_millis(20));
            continue;
        }
        let leaves = read_all(seen.size, &fetch);
        assert_eq!(mth(&leaves), seen.root, "size {}", seen.size);
        // What was seen before is a prefix of what is seen now.
        for earlier in walked.iter() {
            assert!(earlier.size < seen.size, "{walked:?} then {seen:?}");
            assert_eq!(mth(&leaves[..earlier.size]), earlier.root, "size {}", earlier.size);
        }
        walked.push(seen);
    }
}

#[test]
fn tiles_can_be_asked_for_by_head_by_tag_and_compressed() {
    let site = Site::new("ledger.example/tags");
    for path in ["/log/tile/0/000.p/3", "/log/tile/entries/000.p/3"] {
        let ask = |method: &str, headers: &[(&str, &str)]| {
            raw(&site.server.url, &format!("{method} {path}"), headers, &[])
        };
        let plain = ask("GET", &[]);
        assert_eq!((plain.status, plain.header("content-encoding")), (200, None));
        let head = ask("HEAD", &[]);
        assert_eq!((head.status, head.body.len()), (200, 0));
        for name in ["content-type", "cache-control", "etag", "content-length", "vary"] {
            assert_eq!(head.header(name), plain.header(name), "{path} {name}");
        }
        let tag = plain.header("etag").unwrap();
        for known in [tag, "*", &format!("\"x\", W/{tag}")] {
            let same = ask("GET", &[("If-None-Match", known)]);
            assert_eq!((same.status, same.body.len()), (304, 0), "{known}");
            assert_eq!(same.header("etag"), Some(tag));
        }
        assert_eq!(ask("GET", &[("If-None-Match", "\"other\"")]).body, plain.body);
        let packed = ask("GET", &[("Accept-Encoding", "gzip")]);
        let entries = path.contains("entries");
        assert_eq!(packed.header("content-encoding"), entries.then_some("gzip"), "{path}");
        assert_eq!(packed.header("vary"), entries.then_some("Accept-Encoding"), "{path}");
        if entries {
            assert!(packed.body.len() < plain.body.len() && packed.header("etag") != Some(tag));
            // This client unpacks.
            assert_eq!(site.client().get(path).body, plain.body);
        }
        // Leaves only: nothing of what parties posted or who they are.
        assert!(!plain.text().contains("urn:"), "{}", plain.text());
    }
    for path in ["/log/checkpoint", "/livez", "/v1/ledger", "/", "/v1/entries/0"] {
        let head = raw(&site.server.url, &format!("HEAD {path}"), &[], &[]);
        assert_eq!((head.status, head.body.len()), (200, 0), "{path}");
    }
    let missing = raw(&site.server.url, "HEAD /log/tile/0/001", &[], &[]);
    assert_eq!((missing.status, missing.body.len()), (404, 0));
    assert_eq!(missing.header("content-type"), Some("application/problem+json"));
}

/// Texts that look like tiles, climb directories, or are noise; all of them are paths in the sense
/// of RFC 3986.
fn hostile() -> impl Strategy<Value = String> {
    let piece = prop_oneof![
        "[0-9]{1,4}",
        "x[0-9]{3}",
        "(000|001)\\.p/[0-9]{1,6}",
        Just("entries".to_owned()),
        Just("..".to_owned()),
        Just("%2e%2e".to_owned()),
        Just("%2f".to_owned()),
        Just("%00".to_owned()),
        Just("%ff".to_owned()),
        Just("checkpoint".to_owned()),
        Just("laiqu.json".to_owned()),
        Just("secrets/log.jwk".to_owned()),
        "[A-Za-z0-9._~!$&'()*+,;=:@-]{0,12}",
    ];
    let joined = proptest::collection::vec(piece, 0..8).prop_map(|pieces| pieces.join("/"));
    (prop_oneof![Just("tile/"), Just("tile/0/"), Just("tile/entries/"), Just("")], joined)
        .prop_map(|(front, rest)| format!("{front}{rest}"))
}

#[test]
fn no_path_below_log_panics_or_leaves_it() {
    let site = Site::new("ledger.example/noise");
    let size: u64 = site.size();
    let mut runner =
        TestRunner::new(Config { cases: 600, failure_persistence: None, ..Config::default() });
    let checked = runner.run(&hostile(), |path| {
        for method in ["GET", "HEAD", "POST"] {
            let line = format!("{method} /log/{path}");
            let answer = raw(&site.server.url, &line, &[], &[]);
            let shown = answer.text();
            prop_assert!(!shown.contains("\"d\"") && !shown.contains("laiqu-data"), "{}", shown);
            if answer.status == 200 {
                // A tile of the few leaves there are, or the checkpoint.
                let real = path == "checkpoint" || is_tile(&path, size);
                prop_assert!(real && method != "POST", "{} is served", line);
                continue;
            }
            prop_assert!((400..500).contains(&answer.status), "{}: {}", line, answer.status);
            let kind = answer.header("content-type");
            prop_assert_eq!(kind, Some("application/problem+json"), "{}", line);
        }
        Ok(())
    });
    checked.unwrap();
    // What is no path at all is no request either, and is answered before any route is looked for.
    for noise in ["`", "<>", "\\..\\..", "\u{7f}", "\u{1}", "{}", "^|", "章/節"] {
        let answer = raw(&site.server.url, &format!("GET /log/tile/{noise}"), &[], &[]);
        assert!((400..500).contains(&answer.status), "{noise:?}: {}", answer.status);
    }
    assert_eq!(site.client().get("/livez").status, 200);
}

fn is_tile(path: &str, size: u64) -> bool {
    let width = ["tile/0/000.p/", "tile/entries/000.p/"].iter().find_map(|p| path.strip_prefix(p));
    width.and_then(|width| width.parse().ok()).is_some_and(|width: u64| (1..=size).contains(&width))
}
