//! `laiqu monitor`: what it alerts on, against real servers, honest and not.

use crate::proxy::Proxy;
use crate::ran::{FARM, LOT, Ran, Running, laiqu};
use laiqu_proof::{CosignatureSigner, SignedCheckpoint};
use laiqu_tests::{LedgerDir, TestParty, TestServer, commissioned, document, under_test};
use serde_json::Value;
use std::io::{BufRead as _, BufReader};
use std::path::{Path, PathBuf};
use std::process::Stdio;
use std::time::{Duration, SystemTime, UNIX_EPOCH};

/// Posts one document; answers the size once it is published.
fn post(server: &TestServer, farm: &TestParty, id: &str) -> u64 {
    let event = commissioned(&format!("urn:example:{id}"), LOT, 1);
    assert_eq!(farm.capture(&server.client(), &document(&[event])).status, 202);
    published(server)
}

/// The size of the ledger once its checkpoint covers it.
fn published(server: &TestServer) -> u64 {
    let ledger = server.client().get("/v1/ledger").expect(200)["ledger"].take();
    let size = ledger["size"].as_u64().unwrap();
    for _ in 0..200 {
        let shown = server.client().get("/log/checkpoint").text();
        if shown.lines().nth(1) == Some(&size.to_string()) {
            return size;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no checkpoint of size {size}");
}

struct Watch {
    vkey: String,
    state: PathBuf,
}

impl Watch {
    fn of(ledger: &LedgerDir) -> Self {
        Self { vkey: ledger.vkey.clone(), state: ledger.root.path().join("state/trust.json") }
    }

    fn look(&self, url: &str, flags: &[&str], code: i32) -> Vec<Value> {
        self.ran(url, flags).exits(code).stdout.lines().map(json).collect()
    }

    fn ran(&self, url: &str, flags: &[&str]) -> Ran {
        std::fs::create_dir_all(self.state.parent().unwrap()).unwrap();
        let state = self.state.to_str().unwrap();
        let asked = ["monitor", url, "--vkey", &self.vkey, "--state", state, "--once", "--json"];
        laiqu(&[&asked, flags].concat())
    }

    fn remembered(&self) -> u64 {
        let state = json(&std::fs::read_to_string(&self.state).unwrap());
        state["ledgers"][0]["size"].as_u64().unwrap()
    }
}

fn json(line: &str) -> Value {
    serde_json::from_str(line).unwrap_or_else(|error| panic!("{error}: {line}"))
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let entry = entry.unwrap();
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target);
        } else {
            std::fs::copy(entry.path(), target).unwrap();
        }
    }
}

#[test]
fn entries_in_ones_own_name_are_told_and_nothing_else_is() {
    let running = Running::with_events(&[]);
    let watch = Watch::of(&running.ledger);
    let size = published(&running.server);
    let by_party = ["--party", FARM, "--token", &running.ledger.operator];
    // What was there before is no news.
    assert_eq!(watch.look(running.url(), &by_party, 0), Vec::<Value>::new());
    assert_eq!(watch.remembered(), size);
    assert_eq!(post(&running.server, &running.farm, "own"), size + 1);
    let other = TestParty::new(&running.ledger.origin, "urn:example:other", 2);
    let other = other.register(&running.server, &running.ledger.operator, "gateway");
    let newest = post(&running.server, &other, "others");
    let alerts = watch.look(running.url(), &by_party, 1);
    assert_eq!(alerts.len(), 1, "{alerts:?}");
    assert_eq!(
        (&alerts[0]["alert"], &alerts[0]["entry"]["index"]),
        (&"own-entry".into(), &size.into())
    );
    assert_eq!(alerts[0]["entry"]["kind"], "epcis.capture");
    assert!(alerts[0]["time"].as_str().unwrap().ends_with('Z'), "{alerts:?}");
    assert!(alerts[0]["entry"]["keys"][0].is_u64() && alerts[0]["entry"]["time"].is_string());
    // Told once; then the log goes on.
    assert_eq!(watch.look(running.url(), &by_party, 0), Vec::<Value>::new());
    assert_eq!(watch.remembered(), newest);
    let shown = running.server.client_with(&running.ledger.operator);
    let alias = shown.get("/v1/parties").expect(200)["parties"][0]["alias"].to_string();
    post(&running.server, &running.farm, "again");
    assert_eq!(watch.look(running.url(), &["--alias", &alias], 1).len(), 1);
    // People read it in both languages.
    post(&running.server, &running.farm, "more");
    let state = watch.state.to_str().unwrap();
    let asked = ["monitor", running.url(), "--vkey", &watch.vkey, "--state", state, "--once"];
    let text = laiqu(&[&asked[..], &["--alias", &alias]].concat()).exits(1).stdout;
    assert!(text.contains("以您名义的新条目") && text.contains("own-entry"), "{text}");
    // The same state serves verify, which goes on from there.
    let verified = ["verify", running.url(), "--vkey", &watch.vkey, "--state", state, "--json"];
    assert!(laiqu(&verified).exits(0).json()["not_checked"].to_string().contains("entries before"));
}

#[test]
fn a_ledger_set_back_to_an_old_copy_is_found_and_what_it_then_signs_is_evidence() {
    let Running { server, ledger, farm } = Running::with_events(&[]);
    let watch = Watch::of(&ledger);
    assert!(server.stop().success());
    let old = ledger.root.path().join("old");
    copy(&ledger.data, &old);
    let server = TestServer::start(&ledger.data, &[]);
    post(&server, &farm, "a");
    let size = post(&server, &farm, "b");
    watch.look(&server.url, &[], 0);
    assert!(server.stop().success());
    let rewound = TestServer::start(&old, &[]);
    let shown = published(&rewound);
    assert!(shown < size);
    let alerts = watch.look(&rewound.url, &[], 1);
    assert_eq!((&alerts[0]["alert"], &alerts[0]["size"]), (&"rollback".into(), &shown.into()));
    assert_eq!(watch.remembered(), size, "what was seen is not forgotten");
    // It catches up with another history: the same size, then a larger one.
    let mut newest = shown;
    while newest <= size {
        newest = post(&rewound, &farm, &format!("other:{newest}"));
        let alerts = watch.look(&rewound.url, &[], 1);
        if newest < size {
            assert_eq!(alerts[0]["alert"], "rollback", "{alerts:?}");
            continue;
        }
        assert_eq!(alerts[0]["alert"], "inconsistent", "{alerts:?}");
        let evidence = alerts[0]["evidence"].as_str().unwrap();
        let check = ["evidence", "check", evidence, "--vkey", &watch.vkey, "--json"];
        let split = laiqu(&check).exits(0).json();
        assert_eq!((&split["split"], &split["older"]["size"]), (&true.into(), &size.into()));
        assert_eq!(split["newer"]["size"], newest);
        for one in ["older", "newer"] {
            assert_eq!(split[one]["signed_by"], serde_json::json!([watch.vkey]));
        }
    }
    assert_eq!(watch.remembered(), size);
    let state = watch.state.to_str().unwrap();
    let dir = ledger.root.path().to_str().unwrap();
    let verify = ["verify", &rewound.url, "--vkey", &watch.vkey, "--state", state, "--json"];
    let report = laiqu(&[&verify[..], &["--evidence", dir]].concat()).exits(1).json();
    assert_eq!(report["whole"], false);
    let evidence = report["findings"][0]["what"].as_str().unwrap();
    let evidence = evidence.split("evidence: ").nth(1).expect("a file");
    laiqu(&["evidence", "check", evidence, "--vkey", &watch.vkey]).exits(0);
}

#[test]
fn a_damaged_tile_or_an_unsigned_checkpoint_is_told_and_not_remembered() {
    let running = Running::with_events(&[]);
    let watch = Watch::of(&running.ledger);
    let size = published(&running.server);
    watch.look(running.url(), &[], 0);
    post(&running.server, &running.farm, "next");
    for (part, cause) in [
        ("tile/0/", "damaged"),
        ("tile/entries", "damaged"),
        ("log/checkpoint", "checkpoint-refused"),
    ] {
        let lying = Proxy::start(running.url(), move |path, mut body| {
            if path.contains(part) {
                let at = body.len() - 40;
                body[at] ^= 1;
            }
            body
        });
        let alerts = watch.look(&lying.url, &[], 1);
        assert_eq!(alerts[0]["alert"], cause, "{part}: {alerts:?}");
        assert_eq!(watch.remembered(), size, "{part}");
    }
    watch.look(running.url(), &[], 0);
    assert_eq!(watch.remembered(), size + 1);
    let gone = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
    watch.ran(&format!("http://{gone}"), &[]).exits(3).explains("cannot be reached");
}

fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

#[test]
fn an_idle_log_is_stale_unless_witnesses_cosign_it() {
    let running = Running::with_events(&[]);
    let watch = Watch::of(&running.ledger);
    published(&running.server);
    watch.look(running.url(), &["--max-age", "600"], 0);
    std::thread::sleep(Duration::from_millis(2_100));
    let alerts = watch.look(running.url(), &["--max-age", "1"], 1);
    assert_eq!(alerts[0]["alert"], "stale", "{alerts:?}");
    let bureau = CosignatureSigner::from_seed("bureau.example", &[7; 32]).unwrap();
    let witness = format!("witness bureau {}\nquorum bureau\n", bureau.vkey());
    let policy = running.file("policy.txt", &format!("log {}\n{witness}", watch.vkey));
    let flags = ["--policy", &policy, "--max-age", "600"];
    let alerts = watch.look(running.url(), &flags, 4);
    assert_eq!(alerts[0]["alert"], "below-policy", "{alerts:?}");
    let cosigned = |age: u64, ahead: u64| {
        let bureau = bureau.clone();
        Proxy::start(running.url(), move |path, body| {
            if path != "/log/checkpoint" {
                return body;
            }
            let text = String::from_utf8(body).unwrap();
            let mut signed = SignedCheckpoint::parse(&text).unwrap();
            let line = bureau.cosignature_line(signed.text(), now() - age + ahead);
            signed.add(&line).unwrap();
            signed.to_string().into_bytes()
        })
    };
    let flags = ["--policy", &policy, "--max-age", "60"];
    std::thread::sleep(Duration::from_millis(100));
    assert_eq!(watch.look(&cosigned(0, 0).url, &flags, 0), Vec::<Value>::new());
    let alerts = watch.look(&cosigned(0, 3_600).url, &flags, 1);
    assert_eq!(alerts[0]["alert"], "future", "{alerts:?}");
}

#[test]
fn it_follows_until_it_is_ended_and_says_each_thing_once() {
    let Running { server, ledger, farm } = Running::with_events(&[]);
    let watch = Watch::of(&ledger);
    published(&server);
    std::fs::create_dir_all(watch.state.parent().unwrap()).unwrap();
    let alias = server.client_with(&ledger.operator).get("/v1/parties").expect(200);
    let alias = alias["parties"][0]["alias"].to_string();
    let mut child = under_test()
        .args(["monitor", &server.url, "--vkey", &watch.vkey, "--interval", "1", "--json"])
        .args(["--alias", &alias, "--state"])
        .arg(&watch.state)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || json(&lines.next().unwrap().unwrap());
    while !watch.state.exists() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let size = post(&server, &farm, "one");
    let first = next();
    assert_eq!(
        (&first["alert"], &first["entry"]["index"]),
        (&"own-entry".into(), &(size - 1).into())
    );
    post(&server, &farm, "two");
    let second = next();
    assert_eq!(second["entry"]["index"], size, "the first is not said again: {second}");
    assert!(server.stop().success());
    assert_eq!(next()["alert"], "unreachable");
    child.kill().unwrap();
    child.wait().unwrap();
    assert!(watch.remembered() >= size);
}

#[test]
fn a_log_is_walked_and_verified_while_eight_clients_write() {
    const CLIENTS: usize = 8;
    const SECONDS: u64 = 5;
    let Running { server, ledger, farm } = Running::with_events(&[]);
    let watch = Watch::of(&ledger);
    std::fs::create_dir_all(watch.state.parent().unwrap()).unwrap();
    let mut child = under_test()
        .args(["monitor", &server.url, "--vkey", &watch.vkey, "--interval", "1", "--json"])
        .args(["--max-age", "60", "--state"])
        .arg(&watch.state)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let until = std::time::Instant::now() + Duration::from_secs(SECONDS);
    let verified = std::thread::scope(|scope| {
        for number in 0..CLIENTS {
            let (farm, client) = (&farm, server.client());
            scope.spawn(move || {
                for n in 0.. {
                    if std::time::Instant::now() > until {
                        break;
                    }
                    let id = format!("urn:example:load:{number}:{n}");
                    let body = document(&[commissioned(&id, LOT, n)]);
                    assert_eq!(farm.capture(&client, &body).status, 202);
                }
            });
        }
        // A reader that starts anew each time, beside the one that goes on.
        let mut sizes = Vec::new();
        while std::time::Instant::now() < until {
            let asked = ["verify", &server.url, "--vkey", &watch.vkey, "--json"];
            sizes.push(laiqu(&asked).exits(0).json()["size"].as_u64().unwrap());
        }
        sizes
    });
    let size = published(&server);
    // One more look sees the end.
    while watch.remembered() < size {
        std::thread::sleep(Duration::from_millis(100));
    }
    child.kill().unwrap();
    let said = child.wait_with_output().unwrap().stdout;
    assert!(said.is_empty(), "{}", String::from_utf8_lossy(&said));
    assert!(verified.is_sorted() && verified.last() > verified.first(), "{verified:?}");
    println!("{size} entries; verified meanwhile at {verified:?}");
    assert_eq!(watch.look(&server.url, &[], 0), Vec::<Value>::new());
}

#[test]
fn a_monitor_that_is_killed_keeps_its_state_and_tells_what_it_had_not_told() {
    const KILLS: u64 = 12;
    let Running { server, ledger, farm } = Running::with_events(&[]);
    let watch = Watch::of(&ledger);
    published(&server);
    watch.look(&server.url, &[], 0);
    let alias = server.client_with(&ledger.operator).get("/v1/parties").expect(200);
    let alias = alias["parties"][0]["alias"].to_string();
    let (mut told, mut expected) = (std::collections::BTreeSet::new(), Vec::new());
    let index = |line: &Value| line["entry"]["index"].as_u64().unwrap();
    for kill in 0..KILLS {
        expected.push(post(&server, &farm, &format!("kill:{kill}")) - 1);
        let mut child = under_test()
            .args(["monitor", &server.url, "--vkey", &watch.vkey, "--json", "--once"])
            .args(["--alias", &alias, "--state"])
            .arg(&watch.state)
            .stdout(Stdio::piped())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        std::thread::sleep(Duration::from_millis(15 * kill));
        child.kill().unwrap();
        let said = String::from_utf8(child.wait_with_output().unwrap().stdout).unwrap();
        told.extend(said.lines().filter(|line| line.ends_with('}')).map(|line| index(&json(line))));
        assert!(watch.remembered() > 0);
    }
    told.extend(
        watch.ran(&server.url, &["--alias", &alias]).stdout.lines().map(|l| index(&json(l))),
    );
    assert_eq!(told.into_iter().collect::<Vec<_>>(), expected);
    assert_eq!(watch.look(&server.url, &["--alias", &alias], 0), Vec::<Value>::new());
}
