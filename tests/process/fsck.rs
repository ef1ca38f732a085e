//! `laiqu fsck`: what is derived is found wrong and written anew; the ledger itself never is.

use crate::kept::section;
use crate::ran::{FARM, Running, files_below, laiqu};
use laiqu_tests::{LedgerDir, TestServer, commissioned, document};
use serde_json::Value;
use std::path::Path;

/// A stopped ledger with a full tile.
fn stopped() -> LedgerDir {
    let running = Running::new(&[]);
    let client = running.server.client();
    for number in 0..270 {
        let lot = format!("urn:epc:class:lgtin:4012345.011111.F{number}");
        let body = document(&[commissioned(&format!("urn:example:fsck:{number}"), &lot, 1)]);
        assert_eq!(running.farm.capture(&client, &body).status, 202);
    }
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    ledger
}

fn files(data: &Path) -> Vec<(std::path::PathBuf, Vec<u8>)> {
    let log = files_below(&data.join("log")).into_iter();
    log.filter(|path| path.extension().is_some_and(|end| end == "seg"))
        .map(|path| (path.clone(), std::fs::read(path).unwrap()))
        .collect()
}

fn derived(found: &Value) -> Vec<String> {
    let list = found["derived"].as_array().unwrap();
    list.iter().map(|wrong| wrong["file"].as_str().unwrap().to_owned()).collect()
}

#[test]
fn what_is_derived_is_mended_and_the_segments_stay() {
    let ledger = stopped();
    let data = ledger.data.to_str().unwrap();
    let whole = files(&ledger.data);
    let fsck = |exit, more: &[&str]| {
        let ran = laiqu(&[&["fsck", data, "--vkey", &ledger.vkey, "--json"], more].concat());
        ran.exits(exit).json()
    };
    let found = fsck(0, &[]);
    assert_eq!((&found["whole"], &found["repaired"]), (&true.into(), &false.into()));
    assert_eq!(found["ledger"]["size"], 275);
    let disk = found["disk"].as_array().unwrap();
    for kind in ["segments", "tree", "index", "kept", "other"] {
        let row = disk.iter().find(|row| row["kind"] == kind).expect(kind);
        let bytes = row["bytes"].as_u64().unwrap();
        assert!(bytes > 0, "{found}");
        assert_eq!(row["bytes_per_entry"], bytes / 275, "{found}");
    }
    let told = laiqu(&["fsck", data, "--vkey", &ledger.vkey]).exits(0).stdout;
    assert!(told.contains("已存的推导数据 kept") && told.contains("bytes on disk"), "{told}");
    assert!(!found["ledger"]["not_checked"].to_string().contains("written anew"));
    let tiles = ledger.data.join("log/tree-0");
    let (index, descriptor) = (ledger.data.join("index"), ledger.data.join("laiqu.json"));
    let stated = std::fs::read_to_string(&descriptor).unwrap();
    let right = std::fs::read(&tiles).unwrap();

    let kept = files_below(&ledger.data.join("kept")).remove(0);
    let name = format!("kept/{}", kept.file_name().unwrap().to_str().unwrap());
    let not_checked = || fsck(0, &[])["ledger"]["not_checked"].to_string();
    assert!(not_checked().contains(&format!("whether {name} says")), "{}", not_checked());
    let bytes = std::fs::read(&kept).unwrap();
    let mut changed = bytes.clone();
    changed[section(&bytes, "graph.events")] ^= 1;
    std::fs::write(&kept, &changed).unwrap();
    assert_eq!(derived(&fsck(1, &[])), [&*name]);
    assert!(std::fs::read(&kept).unwrap() == changed, "it only looks");
    fsck(0, &["--repair"]);
    assert!(!kept.exists());
    // A whole one that is of a ledger with more entries.
    let longer = kept.with_file_name("276.columns");
    std::fs::write(&longer, &bytes).unwrap();
    assert!(not_checked().contains("the ledger is shorter"), "{}", not_checked());
    std::fs::remove_file(&longer).unwrap();

    let mut changed = right.clone();
    changed[77] ^= 1;
    std::fs::write(&tiles, &changed).unwrap();
    std::fs::remove_dir_all(&index).unwrap();
    let found = fsck(1, &[]);
    assert_eq!(derived(&found), ["tile/0/000", "index"]);
    assert!(std::fs::read(&tiles).unwrap() == changed && !index.exists(), "it only looks");
    let found = fsck(0, &["--repair"]);
    assert_eq!((derived(&found).len(), &found["repaired"]), (2, &true.into()));
    assert!(std::fs::read(&tiles).unwrap() == right);
    fsck(0, &[]);

    for path in files_below(&index) {
        let mut bytes = std::fs::read(&path).unwrap();
        bytes.iter_mut().for_each(|byte| *byte = !*byte);
        std::fs::write(&path, bytes).unwrap();
    }
    assert_eq!(derived(&fsck(1, &[])), ["index"]);
    fsck(0, &["--repair"]);

    for text in [None, Some("nonsense"), Some(&*stated.replace("process", "another"))] {
        match text {
            None => std::fs::remove_file(&descriptor).unwrap(),
            Some(text) => std::fs::write(&descriptor, text).unwrap(),
        }
        assert_eq!(fsck(1, &[])["whole"], false);
        fsck(0, &["--repair"]);
        let mended: Value = serde_json::from_slice(&std::fs::read(&descriptor).unwrap()).unwrap();
        assert_eq!(mended, serde_json::from_str::<Value>(&stated).unwrap());
    }
    assert!(files(&ledger.data) == whole, "no segment was touched");
    let server = TestServer::start(&ledger.data, &[]);
    let parties = server.client_with(&ledger.operator).get("/v1/parties").text();
    assert!(parties.contains(FARM));
}

#[test]
fn a_damaged_ledger_is_not_repaired() {
    let running = Running::with_events(&[]);
    let Running { server, ledger, .. } = running;
    assert!(server.stop().success());
    let data = ledger.data.to_str().unwrap();
    let (path, whole) = files(&ledger.data).remove(0);
    let mut changed = whole.clone();
    changed[1_500] ^= 1;
    std::fs::write(&path, &changed).unwrap();
    for flags in [&[][..], &["--repair"]] {
        let ran = laiqu(&[&["fsck", data, "--json"], flags].concat()).exits(1);
        let found = ran.json();
        assert_eq!((&found["whole"], &found["repaired"]), (&false.into(), &false.into()));
        let not_checked = found["ledger"]["not_checked"].to_string();
        assert!(not_checked.contains("what is derived"), "{not_checked}");
        assert!(std::fs::read(&path).unwrap() == changed);
    }
    std::fs::write(&path, &whole).unwrap();
    // An older copy of the log beside a checkpoint that was published later.
    let published = ledger.data.join("published");
    let text = std::fs::read_to_string(&published).unwrap();
    let size = format!("\n{}\n", text.lines().nth(1).unwrap());
    std::fs::write(&published, text.replacen(&size, "\n8\n", 1)).unwrap();
    laiqu(&["fsck", data]).exits(1);
    std::fs::write(&published, text).unwrap();
    let people = laiqu(&["fsck", data]).exits(0);
    assert!(people.stdout.contains("推导文件与账本一致"), "{}", people.stdout);
}

#[test]
fn beside_a_server_it_looks_but_does_not_write() {
    let running = Running::with_events(&[]);
    let ran = laiqu(&["fsck", running.data(), "--json"]).exits(0);
    let not_checked = ran.json()["ledger"]["not_checked"].to_string();
    assert!(not_checked.contains("a running server has open"), "{not_checked}");
    let descriptor = running.ledger.data.join("laiqu.json");
    let text = std::fs::read(&descriptor).unwrap();
    std::fs::remove_file(&descriptor).unwrap();
    laiqu(&["fsck", running.data(), "--repair"]).exits(4).explains("another process");
    assert!(!descriptor.exists());
    std::fs::write(&descriptor, text).unwrap();
    laiqu(&["fsck", running.data(), "--repair"]).exits(0);
    laiqu(&["fsck", "/nowhere/at/all"]).exits(2).explains("no ledger");
    let again = running.server.client_with(&running.ledger.operator).get("/v1/parties");
    assert_eq!(again.status, 200, "the server goes on");
}
