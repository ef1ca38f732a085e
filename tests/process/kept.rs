//! Projections that are kept between two starts: they change no answer, hold nothing that was
//! erased, and are found out where they are damaged.

use crate::ran::{Running, laiqu};
use laiqu_tests::{
    Client, Erasable, LedgerDir, Samples, TestParty, TestServer, commissioned, document,
    everything, found_below, transformed,
};
use serde_json::Value;
use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::time::Duration;

const PAUSE: Duration = Duration::from_millis(20);

fn lot(number: usize) -> String {
    format!("urn:epc:class:lgtin:4012345.055555.{number}")
}

/// A document with two events: a lot that is made, and one that is made of it and the one before.
fn made(number: usize) -> String {
    let (own, before) = (lot(number * 2), lot((number * 2).saturating_sub(1)));
    let id = |event: &str| format!("urn:example:kept:{event}:{number}");
    document(&[
        commissioned(&id("made"), &own, 10),
        transformed(&id("mixed"), &[&own, &before], &lot(number * 2 + 1)),
    ])
}

/// The sizes that are kept now.
fn kept(data: &Path) -> Vec<(u64, PathBuf)> {
    let files = std::fs::read_dir(data.join("kept")).into_iter().flatten().flatten();
    let sizes = files.filter_map(|file| {
        let name = file.file_name().into_string().unwrap();
        Some((name.strip_suffix(".columns")?.parse().unwrap(), file.path()))
    });
    sizes.collect()
}

/// Where a section of a kept file begins.
pub(crate) fn section(file: &[u8], name: &str) -> usize {
    let (rest, trailer) = file.split_last_chunk::<16>().unwrap();
    let bytes = u64::from_le_bytes(trailer[..8].try_into().unwrap());
    let table = &rest[rest.len() - usize::try_from(bytes).unwrap()..];
    let table: Value = serde_json::from_slice(table).unwrap();
    let sections = table["sections"].as_array().unwrap();
    let section = sections.iter().find(|section| section["name"] == name).unwrap();
    usize::try_from(section["blocks"][0][1].as_u64().unwrap()).unwrap()
}

/// What the operator is told of everything.
fn told(client: &Client) -> BTreeMap<String, Value> {
    let mut told = everything(client);
    for path in [
        format!("/v1/trace?id={}&direction=both", lot(0)),
        format!("/v1/trace?id={}&direction=back&as_of=12", lot(9)),
        "/v1/find?q=55".to_owned(),
        "/v1/quality?party=urn:example:farm".to_owned(),
        "/v1/balance?party=urn:example:farm".to_owned(),
    ] {
        let answer = client.get(&path).expect(200);
        told.insert(path, answer);
    }
    told
}

/// Does the server read what is kept?
fn reads_kept(server: &TestServer) -> bool {
    let maps = std::fs::read_to_string(format!("/proc/{}/maps", server.id())).unwrap();
    maps.contains(".columns")
}

fn start(ledger: &LedgerDir, flags: &[&str]) -> (TestServer, Client) {
    let server = TestServer::start(&ledger.data, flags);
    let client = server.client_with(&ledger.operator);
    (server, client)
}

#[test]
fn a_start_on_what_is_kept_gives_the_answers_of_a_start_without_it() {
    let Running { server, ledger, farm } = Running::new(&["--keep-events", "20"]);
    let client = server.client();
    for number in 0..30 {
        assert_eq!(farm.capture(&client, &made(number)).status, 202);
    }
    // Meanwhile what is shown was folded anew and put in the place of what was there.
    while kept(&ledger.data).is_empty() {
        std::thread::sleep(PAUSE);
    }
    for number in 30..40 {
        assert_eq!(farm.capture(&client, &made(number)).status, 202);
    }
    let before = told(&server.client_with(&ledger.operator));
    server.kill();
    let newest = || kept(&ledger.data).into_iter().map(|(size, _)| size).max().unwrap();
    let size = newest();
    let (server, client) = start(&ledger, &[]);
    assert!(reads_kept(&server));
    assert_eq!(told(&client), before, "what was kept at {size}, and what came since");
    assert_eq!(farm.capture(&server.client(), &made(7)).expect(202)["replayed"], true);
    let entries = Samples::read(&client.get("/metrics").text()).of("laiqu_ledger_entries");
    assert!(server.stop().success());
    assert!(newest() as f64 == entries, "a stop keeps all");
    let (server, client) = start(&ledger, &[]);
    assert_eq!(told(&client), before);
    assert!(server.stop().success());
    let (server, client) = start(&ledger, &["--full-check"]);
    assert!(!reads_kept(&server));
    assert_eq!(told(&client), before, "every entry folded");
    server.kill();
    // A fold of more than a few times as much is kept on its way, and goes on from the file.
    let (server, client) = start(&ledger, &["--full-check", "--keep-events", "10"]);
    assert!(reads_kept(&server));
    assert_eq!(told(&client), before, "every entry folded in stages");
    assert_eq!(farm.capture(&server.client(), &made(50)).status, 202);
    assert!(server.stop().success());
    // From the directory alone, as from the server.
    let trace = |more: &[&str]| {
        let data = ledger.data.to_str().unwrap();
        let trace = ["trace", "both", &lot(101), "--json", "--data", data];
        laiqu(&[&trace[..], more].concat()).exits(0).json()
    };
    let (with, _) = (trace(&[]), std::fs::remove_dir_all(ledger.data.join("kept")).unwrap());
    assert_eq!(with, trace(&[]));
    assert_eq!(ledger.verify().0, 0);
}

/// A file holds what was there when its writing began, and those who read it what came since, too.
#[test]
fn what_comes_while_a_file_is_written_counts_as_not_kept() {
    let Running { server, ledger, farm } = Running::new(&["--keep-events", "20"]);
    let (client, operator) = (server.client(), server.client_with(&ledger.operator));
    let counted = || Samples::read(&operator.get("/metrics").text());
    let (events, unkept) = ("laiqu_ledger_events", "laiqu_events_unkept");
    // Entries without events come first; each of the others has two.
    let without = counted().of("laiqu_ledger_entries");
    let mut number = 0;
    let is_shown_from_a_file = |counted: &Samples| counted.of(unkept) <= counted.of(events) - 20.0;
    while !is_shown_from_a_file(&counted()) {
        assert_eq!(farm.capture(&client, &made(number)).status, 202);
        number += 1;
    }
    // What is counted follows right behind an answer.
    let is_counted = |()| {
        std::thread::sleep(PAUSE);
        let counted = counted();
        let newest = kept(&ledger.data).into_iter().map(|(size, _)| size).max().unwrap();
        counted.of(unkept) >= counted.of(events) - (newest as f64 - without) * 2.0
    };
    assert!(std::iter::repeat_n((), 50).any(is_counted), "{number} documents came");
    server.kill();
}

#[test]
fn what_was_erased_is_in_nothing_that_is_kept() {
    let (erasable, server) = Erasable::start();
    let (data, secrets) = (&erasable.ledger.data, erasable.secrets());
    for number in 0..40 {
        assert_eq!(erasable.farm.capture(&server.client(), &made(number)).status, 202);
    }
    assert!(server.stop().success());
    let stands = |in_kept: Vec<String>| in_kept.iter().any(|found| found.contains("kept"));
    assert!(stands(found_below(data, &secrets)), "a stop keeps what is there");
    // The fold that forgets is kept after each 20 events of it, so that it takes little memory.
    let (server, _) = start(&erasable.ledger, &["--keep-events", "5"]);
    assert!(reads_kept(&server));
    let order = Erasable::order(erasable.index);
    assert_eq!(erasable.erase(&server, &order).unwrap().status, 201);
    assert_eq!(found_below(data, &secrets), Vec::<String>::new());
    assert!(reads_kept(&server), "the projections that forgot are kept");
    let after = told(&server.client_with(&erasable.ledger.operator));
    server.kill();
    let (server, client) = start(&erasable.ledger, &[]);
    assert!(reads_kept(&server), "what was kept since the erasure counts");
    assert_eq!(told(&client), after);
    server.kill();
    let (server, client) = start(&erasable.ledger, &["--full-check"]);
    assert_eq!(told(&client), after);
    assert!(server.stop().success());
    assert_eq!(kept(data).len(), 1);
    assert_eq!(found_below(data, &secrets), Vec::<String>::new());
}

#[test]
fn what_did_not_change_stays_in_an_earlier_file_and_no_erased_word_does() {
    let (erasable, server) = Erasable::start();
    let (data, farm) = (&erasable.ledger.data, &erasable.farm);
    let secrets = erasable.secrets();
    for number in 0..40 {
        assert_eq!(farm.capture(&server.client(), &made(number)).status, 202);
    }
    let names = || {
        let mut kept = kept(data);
        kept.sort_unstable();
        kept.into_iter().map(|(_, path)| path).collect::<Vec<_>>()
    };
    assert!(server.stop().success());
    let [first] = &names()[..] else { panic!("{:?}", names()) };
    let (server, _) = start(&erasable.ledger, &[]);
    // A stop writes what came since the one before: a party, and no event.
    let late = TestParty::new(&erasable.ledger.origin, "urn:example:late", 7);
    drop(late.register(&server, &erasable.ledger.operator, "required"));
    let before = told(&server.client_with(&erasable.ledger.operator));
    assert!(server.stop().success());
    let [same, second] = &names()[..] else { panic!("{:?}", names()) };
    assert_eq!(same, first);
    let (server, client) = start(&erasable.ledger, &[]);
    assert!(reads_kept(&server));
    assert_eq!(told(&client), before);
    // Damage in the earlier file is found as that of the later one, which needs it.
    let data_path = data.to_str().unwrap();
    server.kill();
    let whole = std::fs::read(first).unwrap();
    let mut changed = whole.clone();
    changed[section(&whole, "graph.events")] ^= 1;
    std::fs::write(first, &changed).unwrap();
    let found = laiqu(&["fsck", data_path, "--vkey", &erasable.ledger.vkey, "--json"]);
    let found = found.exits(1).json();
    let name = second.file_name().unwrap().to_str().unwrap();
    assert_eq!(found["derived"][0]["file"], format!("kept/{name}"), "{found}");
    std::fs::write(first, &whole).unwrap();
    // Without it, all is folded from the log.
    let aside = data.join("aside");
    std::fs::rename(first, &aside).unwrap();
    let (server, client) = start(&erasable.ledger, &[]);
    assert!(!reads_kept(&server));
    assert_eq!(told(&client), before);
    server.kill();
    std::fs::rename(&aside, first).unwrap();
    let (server, _) = start(&erasable.ledger, &[]);
    assert!(reads_kept(&server));
    let order = Erasable::order(erasable.index);
    assert_eq!(erasable.erase(&server, &order).unwrap().status, 201);
    assert_eq!(found_below(data, &secrets), Vec::<String>::new());
    assert!(server.stop().success());
    assert_eq!((kept(data).len(), first.exists()), (1, false));
    assert_eq!(found_below(data, &secrets), Vec::<String>::new());
    assert_eq!(erasable.ledger.verify().0, 0);
}

#[test]
fn what_is_kept_and_damaged_is_found_and_derived_anew() {
    let Running { server, ledger, farm } = Running::new(&[]);
    for number in 0..30 {
        assert_eq!(farm.capture(&server.client(), &made(number)).status, 202);
    }
    let before = told(&server.client_with(&ledger.operator));
    assert!(server.stop().success());
    let [(_, path)] = &kept(&ledger.data)[..] else { panic!("{:?}", kept(&ledger.data)) };
    let whole = std::fs::read(path).unwrap();
    // A changed value is found while the server runs; until a restart nothing is written.
    let mut changed = whole.clone();
    changed[section(&whole, "graph.events")] ^= 1;
    std::fs::write(path, &changed).unwrap();
    let (server, client) = start(&ledger, &[]);
    assert!(reads_kept(&server));
    while client.get("/readyz").status == 200 {
        std::thread::sleep(PAUSE);
    }
    let unready = client.get("/readyz");
    assert_eq!(unready.json()["errors"][0]["pointer"], "log", "{}", unready.text());
    assert!(unready.text().contains("a restart derives everything"), "{}", unready.text());
    assert_eq!(farm.capture(&server.client(), &made(99)).problem(500), "damaged");
    assert!(server.stop().success());
    let (server, client) = start(&ledger, &[]);
    assert_eq!(told(&client), before);
    assert!(server.stop().success());
    // A file that is cut off, or of another ledger, does not count.
    let other = Running::new(&[]);
    assert!(other.server.stop().success());
    let foreign = std::fs::read(&kept(&other.ledger.data)[0].1).unwrap();
    for bytes in [&whole[..whole.len() / 2], b"", &foreign[..]] {
        let [(_, path)] = &kept(&ledger.data)[..] else { panic!("{:?}", kept(&ledger.data)) };
        std::fs::write(path, bytes).unwrap();
        let (server, client) = start(&ledger, &[]);
        assert!(!reads_kept(&server));
        assert_eq!(told(&client), before);
        assert!(server.stop().success());
    }
}
