//! `laiqu export tiles`: copies that a plain web server serves, and what they never become.

use crate::proxy::Proxy;
use crate::ran::{LOT, Running, files_below, laiqu};
use laiqu_tests::{Follower, StaticFiles, commissioned, document, mth, read_all, under_test};
use serde_json::Value;
use std::collections::BTreeMap;
use std::os::unix::fs::MetadataExt as _;
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::Duration;

/// Posts so many events; answers the size once it is published.
fn grow(running: &Running, events: std::ops::Range<u64>) -> u64 {
    for n in events {
        let event = commissioned(&format!("urn:example:more:{n}"), LOT, n);
        let answer = running.farm.capture(&running.server.client(), &document(&[event]));
        assert_eq!(answer.status, 202);
    }
    let ledger = running.server.client().get("/v1/ledger").expect(200)["ledger"].take();
    let size = ledger["size"].as_u64().unwrap();
    running.wait_for_checkpoint(size);
    size
}

fn export(running: &Running, directory: &Path, url: &str, code: i32) -> crate::ran::Ran {
    let directory = directory.to_str().unwrap();
    let vkey = &running.ledger.vkey;
    laiqu(&["export", "tiles", directory, "--url", url, "--vkey", vkey, "--json"]).exits(code)
}

/// Which file has which bytes and is the same file (inode) as before.
fn tiles(directory: &Path) -> BTreeMap<PathBuf, (u64, Vec<u8>)> {
    let files = files_below(&directory.join("tile")).into_iter();
    files.map(|f| (f.clone(), (f.metadata().unwrap().ino(), std::fs::read(f).unwrap()))).collect()
}

fn verify(running: &Running, target: &str, code: i32) -> Value {
    laiqu(&["verify", target, "--vkey", &running.ledger.vkey, "--json"]).exits(code).json()
}

/// What a third party reads from a copy is the log that was signed.
fn read_as_third_party(running: &Running, directory: &Path) -> usize {
    let fetch = |path: &str| std::fs::read(directory.join(path)).ok();
    let seen = Follower::new(&running.ledger.vkey).checkpoint(&fetch);
    assert_eq!(mth(&read_all(seen.size, &fetch)), seen.root);
    seen.size
}

#[test]
fn a_copy_grows_is_served_by_any_web_server_and_verifies() {
    let running = Running::with_events(&[]);
    let copy = running.ledger.root.path().join("copy");
    let web = StaticFiles::start(&copy);
    let mut before = BTreeMap::new();
    let mut size = 0;
    for events in [0..3, 3..40, 40..270] {
        size = grow(&running, events);
        let exported = export(&running, &copy, running.url(), 0).json();
        assert_eq!(exported["size"], size);
        let after = tiles(&copy);
        let new = after.keys().filter(|file| !before.contains_key(*file)).count();
        assert_eq!(exported["files_written"], new);
        // What was there stays the very file that it was.
        assert!(before.iter().all(|(file, bytes)| after.get(file) == Some(bytes)));
        before = after;
        assert_eq!(read_as_third_party(&running, &copy) as u64, size);
        for target in [web.url.as_str(), copy.to_str().unwrap()] {
            let report = verify(&running, target, 0);
            assert_eq!((&report["size"], &report["root"]), (&size.into(), &exported["root"]));
            assert_eq!(report["vkey_configured"], true);
        }
    }
    assert!(size > 256);
    let again = export(&running, &copy, running.url(), 0).json();
    assert_eq!(again["files_written"], 0);
    // A copy of the copy is the same copy.
    let second = running.ledger.root.path().join("second");
    assert_eq!(export(&running, &second, &web.url, 0).json()["size"], size);
    assert_eq!(read_as_third_party(&running, &second) as u64, size);
    // From the directory of a stopped server, and only then.
    let data = running.data().to_owned();
    let third = running.ledger.root.path().join("third");
    let of_data = ["export", "tiles", third.to_str().unwrap(), "--data", &data, "--json"];
    laiqu(&of_data).exits(4).explains("another process");
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    assert_eq!(laiqu(&of_data).exits(0).json()["size"], size);
    let names = |dir: &Path| {
        files_below(dir)
            .into_iter()
            .map(|f| f.strip_prefix(dir).unwrap().to_owned())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&second), names(&third));
    // No tile names a party or holds what one posted.
    for file in files_below(&copy.join("tile")) {
        let text = String::from_utf8_lossy(&std::fs::read(&file).unwrap()).into_owned();
        assert!(!text.contains("urn:"), "{}", file.display());
    }
    drop(ledger);
}

#[test]
fn a_run_that_was_cut_off_is_taken_up_again() {
    let running = Running::with_events(&[]);
    let size = grow(&running, 0..3);
    let copy = running.ledger.root.path().join("copy");
    export(&running, &copy, running.url(), 0);
    let whole = tiles(&copy);
    // As a crash leaves it: no checkpoint, some tiles, a half-written file beside.
    std::fs::remove_file(copy.join("checkpoint")).unwrap();
    let lost = whole.keys().next().unwrap();
    std::fs::remove_file(lost).unwrap();
    std::fs::write(lost.with_extension("new"), b"half").unwrap();
    let exported = export(&running, &copy, running.url(), 0).json();
    assert_eq!((&exported["size"], &exported["files_written"]), (&size.into(), &1.into()));
    verify(&running, copy.to_str().unwrap(), 0);
}

#[test]
fn nothing_is_copied_that_the_log_did_not_sign() {
    let running = Running::with_events(&[]);
    grow(&running, 0..3);
    let copy = running.ledger.root.path().join("copy");
    for part in ["tile/0/", "tile/entries", "log/checkpoint"] {
        let lying = Proxy::start(running.url(), move |path, mut body| {
            if path.contains(part) && body.len() > 40 {
                body[40] ^= 1;
            }
            body
        });
        let ran = export(&running, &copy, &lying.url, 1);
        ran.explains("nothing is copied");
        assert!(!copy.join("checkpoint").exists(), "{part}");
        assert_eq!(tiles_or_none(&copy), 0, "{part}");
    }
    export(&running, &copy, running.url(), 0);
    // A damaged copy is found by whoever verifies it, and names the file.
    let file = files_below(&copy.join("tile/entries")).remove(0);
    let mut bytes = std::fs::read(&file).unwrap();
    bytes[100] ^= 1;
    std::fs::write(&file, &bytes).unwrap();
    let report = verify(&running, copy.to_str().unwrap(), 1);
    assert!(report["findings"].to_string().contains("tile/entries"), "{report}");
    // Never written again, also not with the right content: someone may have served the other.
    std::fs::remove_file(copy.join("checkpoint")).unwrap();
    export(&running, &copy, running.url(), 1).explains("nothing is copied");
    assert_eq!(std::fs::read(&file).unwrap(), bytes);
    std::fs::remove_file(&file).unwrap();
    export(&running, &copy, running.url(), 0);
    verify(&running, copy.to_str().unwrap(), 0);
}

fn tiles_or_none(copy: &Path) -> usize {
    if copy.join("tile").exists() { files_below(&copy.join("tile")).len() } else { 0 }
}

#[test]
fn a_copy_stays_that_of_its_log() {
    let running = Running::with_events(&[]);
    grow(&running, 0..2);
    let copy = running.ledger.root.path().join("copy");
    export(&running, &copy, running.url(), 0);
    let before = std::fs::read(copy.join("checkpoint")).unwrap();
    let other = Running::with_events(&[]);
    grow(&other, 0..5);
    export(&other, &copy, other.url(), 2).explains("no copy of this log");
    export(&running, &copy, other.url(), 1).explains("nothing is copied");
    // The same key with less than it once showed.
    let at = |size: u64| {
        let tree = running.server.client().get(&format!("/log/tile/0/000.p/{size}")).body;
        let mut leaves = laiqu_proof::Tree::new();
        let hashes = laiqu_proof::decode_hashes(&tree, u16::try_from(size).unwrap()).unwrap();
        hashes.into_iter().for_each(|hash| leaves.push(hash));
        leaves.root_at(size).unwrap()
    };
    let signer = std::fs::read_to_string(running.ledger.data.join("secrets/log.jwk")).unwrap();
    let signer = laiqu_proof::PrivateJwk::parse(&signer).unwrap();
    let signer = signer.note_signer(&running.ledger.origin).unwrap();
    let origin = running.ledger.origin.clone();
    let shorter = laiqu_proof::Checkpoint { origin, size: 3, root: at(3) }.sign(&signer);
    let set_back = Proxy::start(running.url(), move |path, body| {
        if path == "/log/checkpoint" { shorter.clone().into_bytes() } else { body }
    });
    export(&running, &copy, &set_back.url, 1).explains("set back");
    assert_eq!(std::fs::read(copy.join("checkpoint")).unwrap(), before);
    verify(&running, copy.to_str().unwrap(), 0);
    laiqu(&["verify", copy.to_str().unwrap(), "--json"]).exits(2).explains("--vkey");
}

/// What a copy shows at any moment is whole, also while it is brought up to date and cut off.
#[test]
fn a_copy_that_is_killed_while_it_grows_is_whole_at_every_moment() {
    const KILLS: u64 = 12;
    let running = Running::with_events(&[]);
    let copy = running.ledger.root.path().join("copy");
    let web = StaticFiles::start(&copy);
    let vkey = running.ledger.vkey.clone();
    let done = std::sync::atomic::AtomicBool::new(false);
    let sizes = std::thread::scope(|scope| {
        let reader = scope.spawn(|| {
            let mut sizes = Vec::new();
            while !done.load(std::sync::atomic::Ordering::SeqCst) {
                if !copy.join("checkpoint").exists() {
                    continue;
                }
                let report = laiqu(&["verify", &web.url, "--vkey", &vkey, "--json"]).exits(0);
                sizes.push(report.json()["size"].as_u64().unwrap());
            }
            sizes
        });
        let mut next = 0;
        for kill in 0..KILLS {
            grow(&running, next..next + 30);
            next += 30;
            let mut child = under_test()
                .args(["export", "tiles", copy.to_str().unwrap(), "--vkey", &vkey])
                .args(["--url", running.url()])
                .stdout(Stdio::null())
                .stderr(Stdio::null())
                .spawn()
                .unwrap();
            std::thread::sleep(Duration::from_millis(25 * kill));
            child.kill().unwrap();
            child.wait().unwrap();
        }
        done.store(true, std::sync::atomic::Ordering::SeqCst);
        reader.join().unwrap()
    });
    assert!(sizes.is_sorted(), "{sizes:?}");
    println!("{} readings, the largest of {:?} entries", sizes.len(), sizes.last());
    assert!(!sizes.is_empty());
    let size = grow(&running, 1_000..1_001);
    assert_eq!(export(&running, &copy, running.url(), 0).json()["size"], size);
    assert_eq!(read_as_third_party(&running, &copy) as u64, size);
}
