//! Ledgers as earlier versions wrote them, whole and damaged, kept for ever: each is still read as
//! what it was.
//!
//! They lie in `tests/fixtures/laiqu-data-1`: `whole` is a data directory without what is derived,
//! each other directory holds the files in which a case differs from it, and `cases.json` says
//! what must be found. The keys in them are of this test only. Made once, by
//! `LAIQU_WRITE_FIXTURES=1 cargo test -p laiqu-tests --test crash stored`; a change of the format
//! adds a directory beside it and leaves this one alone.

use crate::image::units;
use laiqu_ledger::{Kind, Log, LogOptions, PreparedEntry, Reader};
use laiqu_proof::{NoteVerifier, TlogProof, leaf_hash};
use laiqu_tests::{
    Client, Erasable, PRODUCT_LOT, TestParty, TestServer, commissioned, document, encode, run,
};
use serde_json::{Value, json};
use std::fs;
use std::path::{Path, PathBuf};

/// Small, so that a few entries fill several segments.
const SMALL: LogOptions = LogOptions { segment_bytes_max: 16_384, zero_piece_bytes: 1_024 };
const SECOND: &str = "log/000000000001.seg";
const FILE_BYTES_MAX: u64 = 200_000;
/// The party whose documents it holds.
const FARM: &str = "urn:example:farm";

fn fixtures() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("fixtures/laiqu-data-1")
}

/// Copies the files below a directory over those of another.
pub(crate) fn lay(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() {
            lay(&path, &target);
        } else {
            assert!(path.metadata().unwrap().len() < FILE_BYTES_MAX, "{}", path.display());
            fs::copy(&path, &target).unwrap();
        }
    }
}

#[test]
fn every_kept_ledger_is_read_as_what_it_was() {
    if std::env::var_os("LAIQU_WRITE_FIXTURES").is_some() {
        write();
    }
    let kept = fixtures();
    let cases: Value = serde_json::from_slice(&fs::read(kept.join("cases.json")).unwrap()).unwrap();
    let found =
        fs::read_dir(&kept).unwrap().filter(|entry| entry.as_ref().unwrap().path().is_dir());
    assert_eq!(cases["cases"].as_array().unwrap().len(), found.count());
    for case in cases["cases"].as_array().unwrap() {
        let name = case["name"].as_str().unwrap();
        let root = tempfile::tempdir().unwrap();
        let data = root.path().join("data");
        lay(&kept.join("whole"), &data);
        lay(&kept.join(name), &data);
        if let Some(removed) = case["removed"].as_str() {
            fs::remove_file(data.join(removed)).unwrap();
        }
        check(name, case, &cases, &data);
    }
}

fn check(name: &str, case: &Value, all: &Value, data: &Path) {
    let path = data.to_str().unwrap();
    let output = run(&["verify", path, "--vkey", all["vkey"].as_str().unwrap(), "--json"]);
    let report: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(
        output.status.code(),
        case["exit"].as_i64().map(|exit| exit as i32),
        "{name}: {report}"
    );
    let found = report["findings"].as_array().unwrap();
    match &case["finding"] {
        Value::Null => assert!(found.is_empty(), "{name}: {report}"),
        expected => {
            let same = |finding: &&Value| {
                let part = |member: &str| finding[member] == expected[member];
                part("severity") && part("entry") && part("file")
            };
            assert!(found.iter().any(|finding| same(&finding)), "{name}: {report}");
        }
    }
    let Some(refused) = case["refused"].as_str() else {
        assert_eq!((&report["size"], &report["root"]), (&case["size"], &case["root"]), "{name}");
        return serve(name, all, data);
    };
    let before = fs::read(data.join(SECOND)).ok();
    let (code, said) = TestServer::refusal(data, &[]);
    assert!(code != 0 && said.contains(refused), "{name}: {said}");
    assert_eq!(fs::read(data.join(SECOND)).ok(), before, "{name}: a refusal changes nothing");
}

/// The ledger still answers as it did, and goes on.
fn serve(name: &str, all: &Value, data: &Path) {
    let server = TestServer::start(data, &[]);
    let client = server.client_with(all["operator"].as_str().unwrap());
    let verifier = NoteVerifier::parse(all["vkey"].as_str().unwrap()).unwrap();
    let proof: TlogProof = all["receipt"]["proof"].as_str().unwrap().parse().unwrap();
    let leaf = leaf_hash(all["receipt"]["leaf"].as_str().unwrap().as_bytes());
    proof.verify(&leaf, &verifier, verifier.name()).unwrap();
    let index = all["receipt"]["index"].as_u64().unwrap();
    let entry = client.get(&format!("/v1/entries/{index}")).expect(200);
    assert_eq!(entry["receipt"]["leaf"], all["receipt"]["leaf"], "{name}");
    let trace = client.get(&format!("/v1/trace?id={}&direction=both", encode(PRODUCT_LOT)));
    assert_eq!(ids(&trace.expect(200)["lots"]), all["lots"], "{name}");
    let erased = all["erased"].as_u64().unwrap();
    assert_eq!(client.get(&format!("/v1/entries/{erased}")).expect(200)["index"], erased);
    rules(&client, &server, all);
    assert!(server.stop().success(), "{name}");
    for command in ["verify", "fsck"] {
        let output = run(&[command, data.to_str().unwrap()]);
        assert_eq!(output.status.code(), Some(0), "{name}: {command}");
    }
}

/// What was decided keeps the name of the rules of its time; what comes now is decided by today's.
fn rules(operator: &Client, server: &TestServer, all: &Value) {
    let rules = |receipt: &Value| -> Value {
        let outcome = receipt["opening"]["outcome"].as_str().unwrap();
        serde_json::from_str::<Value>(outcome).unwrap()["rules"].take()
    };
    let then = &all["receipt"];
    assert_eq!(rules(then), "laiqu/1");
    let entry = operator.get(&format!("/v1/entries/{}", then["index"])).expect(200);
    assert_eq!(entry["receipt"]["opening"]["outcome"], then["opening"]["outcome"]);
    let farm = TestParty::new(all["vkey"].as_str().unwrap().split('+').next().unwrap(), FARM, 1);
    let kept = entry["document"].as_str().unwrap();
    let again = farm.capture(&server.client(), kept).expect(202);
    assert_eq!((&again["replayed"], rules(&again["receipt"])), (&true.into(), "laiqu/1".into()));
    let new = farm.capture(&server.client(), &kept.replace("urn:example:kept:", "urn:new:"));
    assert_eq!(rules(&new.expect(202)["receipt"]), laiqu_service::RULES);
    let strange = kept.replace("\"action\"", "\"colour\":\"red\",\"action\"");
    assert_eq!(farm.capture(&server.client(), &strange).problem(400), "invalid-document");
}

/// Writes all of it anew.
fn write() {
    let kept = fixtures();
    drop(fs::remove_dir_all(&kept));
    let (erasable, server) = Erasable::start();
    let client = server.client();
    let mut receipt = Value::Null;
    for number in 0..12 {
        let lot = format!("urn:epc:class:lgtin:4012345.055555.K{number}");
        let body = document(&[commissioned(&format!("urn:example:kept:{number}"), &lot, 4)]);
        receipt = erasable.farm.capture(&client, &body).expect(202)["receipt"].clone();
    }
    assert!(server.stop().success());
    let data = &erasable.ledger.data;
    pack(data);
    let server = TestServer::start(data, &[]);
    let order = Erasable::order(erasable.index);
    assert!(erasable.erase(&server, &order).is_some_and(|answer| answer.status < 300));
    let operator = &erasable.ledger.operator;
    let path = format!("/v1/trace?id={}&direction=both", encode(PRODUCT_LOT));
    let lots = ids(&server.client_with(operator).get(&path).expect(200)["lots"]);
    assert!(server.stop().success());
    trim(data);
    keep(data, &kept.join("whole"));
    let state = |data: &Path| {
        let output = run(&["verify", data.to_str().unwrap(), "--json"]);
        let report: Value = serde_json::from_slice(&output.stdout).unwrap();
        (report["size"].clone(), report["root"].clone())
    };
    let (size, root) = state(data);
    let mut cases = vec![json!({ "name": "whole", "exit": 0, "size": size, "root": root })];

    // A server that was killed, and the sectors of its last write that never came to the disk.
    let server = TestServer::start(data, &[]);
    let body = document(&[commissioned("urn:example:kept:torn", PRODUCT_LOT, 4)]);
    assert_eq!(erasable.farm.capture(&server.client(), &body).status, 202);
    server.kill();
    trim(data);
    let number = (0..).take_while(|n| data.join(segment(*n)).exists()).last().unwrap();
    let path = data.join(segment(number));
    let mut bytes = fs::read(&path).unwrap();
    let last = units(&bytes).pop().unwrap().all;
    bytes[last.start + 1_024..].fill(0);
    let torn = kept.join("torn/log");
    fs::create_dir_all(&torn).unwrap();
    fs::write(kept.join("torn").join(segment(number)), bytes).unwrap();
    fs::copy(data.join("log/head"), torn.join("head")).unwrap();
    let file = format!("{number:012}.seg");
    let finding = json!({ "severity": "torn", "entry": size, "file": file });
    cases
        .push(json!({ "name": "torn", "exit": 0, "size": size, "root": root, "finding": finding }));
    damaged(&kept, &mut cases);
    let cases = json!({
        "vkey": erasable.ledger.vkey, "operator": operator, "receipt": receipt, "lots": lots,
        "erased": erasable.index, "cases": cases,
    });
    let text = serde_json::to_string_pretty(&cases).unwrap();
    fs::write(kept.join("cases.json"), format!("{text}\n")).unwrap();
}

/// One case for each way in which a file can be wrong.
fn damaged(kept: &Path, cases: &mut Vec<Value>) {
    let whole = kept.join("whole");
    let reader = Reader::open(&whole.join("log")).unwrap();
    let captured = |entry: &laiqu_ledger::Entry| entry.leaf.kind == Kind::EpcisCapture;
    let entry = reader.scan(0).map(Result::unwrap).find(captured).unwrap();
    let mut change = |name: &str, file: &str, edit: &dyn Fn(&mut Vec<u8>), rest: Value| {
        let mut bytes = fs::read(whole.join(file)).unwrap();
        edit(&mut bytes);
        let to = kept.join(name).join(file);
        fs::create_dir_all(to.parent().unwrap()).unwrap();
        fs::write(to, bytes).unwrap();
        let mut case = json!({ "name": name, "exit": 1 });
        case.as_object_mut().unwrap().extend(rest.as_object().unwrap().clone());
        cases.push(case);
    };
    let damage =
        |entry: Value, file: &str| json!({ "severity": "damage", "entry": entry, "file": file });
    let (at, index) = (usize::try_from(entry.frame_from).unwrap() + 90, entry.leaf.index);
    let file = format!("{:012}.seg", entry.segment);
    change(
        "damaged-frame",
        &format!("log/{file}"),
        &|bytes| bytes[at] ^= 4,
        json!({
            "finding": damage(index.into(), &file), "refused": "damaged from byte",
        }),
    );
    let second = "000000000001.seg";
    change(
        "damaged-header",
        SECOND,
        &|bytes| bytes[30] ^= 1,
        json!({
            "finding": damage(Value::Null, second), "refused": "damaged from byte",
        }),
    );
    let later = |bytes: &mut Vec<u8>| {
        bytes[11] = 2;
        let crc = crc32c::crc32c(&bytes[..60]);
        bytes[60..64].copy_from_slice(&crc.to_be_bytes());
    };
    change(
        "later-format",
        SECOND,
        &later,
        json!({
            "finding": damage(Value::Null, second), "refused": "format version 2",
        }),
    );
    let digit = |bytes: &mut Vec<u8>| bytes[30] ^= 1;
    change(
        "damaged-head",
        "log/head",
        &digit,
        json!({
            "finding": damage(Value::Null, "head"), "refused": "head file is damaged",
        }),
    );
    let nothing = |_: &mut Vec<u8>| {};
    change(
        "lost-segment",
        "laiqu.json",
        &nothing,
        json!({
            "removed": SECOND, "refused": "the segment file is missing",
            "finding": damage(Value::Null, "000000000002.seg"),
        }),
    );
}

/// The identifiers of lots: what else an answer says of them may grow.
fn ids(lots: &Value) -> Value {
    lots.as_array().unwrap().iter().map(|lot| lot["id"].clone()).collect()
}

fn segment(number: u64) -> String {
    format!("log/{number:012}.seg")
}

/// Writes the same entries into small segments.
fn pack(data: &Path) {
    let (old, new) = (data.join("log"), data.join("packed"));
    let mut log = Log::create(&new, SMALL).unwrap();
    for entry in Reader::open(&old).unwrap().scan(0).map(Result::unwrap) {
        let frame = entry.frame.unwrap().encode().unwrap();
        log.append(&[PreparedEntry::new(entry.leaf, frame, entry.events).unwrap()]).unwrap();
    }
    log.close().unwrap();
    fs::remove_dir_all(&old).unwrap();
    fs::rename(&new, &old).unwrap();
}

/// Takes the zeros away behind the last unit of each segment: they hold nothing.
pub(crate) fn trim(data: &Path) {
    for number in (0..).take_while(|n| data.join(segment(*n)).exists()) {
        let path = data.join(segment(number));
        let bytes = fs::read(&path).unwrap();
        let end = units(&bytes).last().map_or(512, |unit| unit.all.end);
        fs::write(&path, &bytes[..end]).unwrap();
    }
}

/// Copies what is not derived.
pub(crate) fn keep(data: &Path, to: &Path) {
    for directory in ["log", "secrets"] {
        fs::create_dir_all(to.join(directory)).unwrap();
        for entry in fs::read_dir(data.join(directory)).unwrap() {
            let path = entry.unwrap().path();
            let name = path.file_name().unwrap().to_str().unwrap();
            if [".seg", ".jwk", "head"].iter().any(|end| name.ends_with(end)) {
                fs::copy(&path, to.join(directory).join(name)).unwrap();
            }
        }
    }
    fs::copy(data.join("laiqu.json"), to.join("laiqu.json")).unwrap();
}
