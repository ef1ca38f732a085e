//! A ledger and its witnesses as processes: cosigned checkpoints, split views, restored backups.

use crate::ran::{Running, laiqu};
use laiqu_proof::{
    AddCheckpoint, OpenedCheckpoint, Policy, SignedCheckpoint, TileLevel, TilePath, Tree,
    decode_bundle, leaf_hash,
};
use laiqu_tests::{Answer, Client, LedgerDir, TestParty, TestServer, commissioned, document, jws};
use std::io::{Read as _, Write as _};
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc::{Sender, TryRecvError, channel};
use std::time::Duration;

const FARM: &str = "urn:example:farm";

/// A ledger that nobody serves yet, and witnesses that know its key.
struct Scene {
    ledger: LedgerDir,
    dirs: Vec<PathBuf>,
    vkeys: Vec<String>,
}

impl Scene {
    fn new(witnesses: usize) -> Self {
        let ledger = LedgerDir::new("cosigned.example/log");
        let (mut dirs, mut vkeys) = (Vec::new(), Vec::new());
        for number in 0..witnesses {
            let dir = ledger.root.path().join(format!("w{number}"));
            let name = format!("w{number}.example");
            let made = laiqu(&["witness", "init", path(&dir), "--name", &name, "--json"]).exits(0);
            vkeys.push(made.json()["vkey"].as_str().unwrap().to_owned());
            dirs.push(dir);
        }
        Self { ledger, dirs, vkeys }
    }

    fn witness(&self, number: usize) -> TestServer {
        TestServer::witness(&self.dirs[number], &["--log", &self.ledger.vkey])
    }

    /// A policy that needs so many of the witnesses, which are at these URLs.
    fn policy(&self, needed: usize, urls: &[&str]) -> String {
        let mut text = format!("# policy\nlog {}\n", self.ledger.vkey);
        for (number, (vkey, url)) in self.vkeys.iter().zip(urls).enumerate() {
            text += &format!("witness w{number} {vkey} {url}\n");
        }
        let members: Vec<String> = (0..urls.len()).map(|number| format!("w{number}")).collect();
        text + &format!("group all-of-us {needed} {}\nquorum all-of-us\n", members.join(" "))
    }

    fn file(&self, name: &str, text: &str) -> String {
        let file = self.ledger.root.path().join(name);
        std::fs::write(&file, text).unwrap();
        path(&file).to_owned()
    }

    fn party(&self, server: &TestServer) -> TestParty {
        let farm = TestParty::new(&self.ledger.origin, FARM, 1);
        farm.register(server, &self.ledger.operator, "gateway")
    }

    /// A copy of the data directory.
    fn copied(&self, name: &str) -> PathBuf {
        let to = self.ledger.root.path().join(name);
        copy(&self.ledger.data, &to);
        to
    }
}

fn path(path: &Path) -> &str {
    path.to_str().unwrap()
}

fn copy(from: &Path, to: &Path) {
    std::fs::create_dir_all(to).unwrap();
    for entry in std::fs::read_dir(from).unwrap() {
        let path = entry.unwrap().path();
        let target = to.join(path.file_name().unwrap());
        if path.is_dir() { copy(&path, &target) } else { drop(std::fs::copy(&path, &target)) }
    }
}

fn capture(party: &TestParty, client: &Client, event: &str) -> Answer {
    let lot = format!("urn:epc:class:lgtin:4012345.011111.{event}");
    let event = commissioned(&format!("urn:example:event:{event}"), &lot, 50);
    let answer = party.capture(client, &document(&[event]));
    assert_eq!(answer.status, 202, "{}", answer.text());
    answer
}

/// Waits until the shown checkpoint covers this size, and opens it.
fn shown(client: &Client, policy: &str, size: u64) -> OpenedCheckpoint {
    let policy = Policy::parse(policy.as_bytes()).unwrap();
    for _ in 0..400 {
        let answer = client.get("/log/checkpoint");
        if answer.status == 200 {
            let opened = policy.open(&answer.text()).unwrap();
            assert!(opened.quorum_met, "a checkpoint below the quorum was shown");
            if opened.checkpoint.size >= size {
                return opened;
            }
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("no cosigned checkpoint of size {size}: {}", client.get("/log/checkpoint").text());
}

#[test]
fn two_of_three_witnesses_are_enough_and_receipts_say_so() {
    let scene = Scene::new(3);
    let witnesses = [scene.witness(0), scene.witness(1)];
    // Nobody listens at the third.
    let urls = [witnesses[0].url.as_str(), witnesses[1].url.as_str(), "http://127.0.0.1:9"];
    let policy = scene.policy(2, &urls);
    let file = scene.file("policy", &policy);
    let flags = ["--witness-policy", file.as_str()];
    let server = TestServer::start(&scene.ledger.data, &flags);
    let client = server.client();
    assert_eq!(shown(&client, &policy, 3).cosigned_by.len(), 2);
    let farm = scene.party(&server);
    let answer = capture(&farm, &client, "A1");
    let receipt = &answer.json()["receipt"];
    assert_eq!(receipt["witnessed"], false, "nobody waits for witnesses");
    let index = receipt["index"].as_u64().unwrap();
    let opened = shown(&client, &policy, index + 1);
    let entry = format!("/v1/entries/{index}");
    let reader = server.client_with(&scene.ledger.operator);
    let later = reader.get(&entry).expect(200);
    assert_eq!(later["receipt"]["witnessed"], true, "{later}");
    let text = later["receipt"]["checkpoint"].as_str().unwrap();
    let under = Policy::parse(policy.as_bytes()).unwrap().open(text).unwrap();
    assert!(under.quorum_met && under.checkpoint.size >= opened.checkpoint.size);
    // The state says who answers; the first page says it in words.
    let state = &client.get("/v1/ledger").expect(200)["witnesses"];
    assert!(state["cosigned_size"].as_u64().unwrap() > index, "{state}");
    assert!(state["halted"].is_null());
    let failing: Vec<_> = (0..3).map(|n| state["witnesses"][n]["failing"].as_bool()).collect();
    assert_eq!(failing, [Some(false), Some(false), Some(true)], "{state}");
    let page = client.get_with("/", &[("Accept", "text/html")]).text();
    assert!(page.contains("已由法定数的见证方共同签名"), "{page}");
    // With one more gone the last one that met the quorum stays; writes go on.
    // Whoever verifies the directory under a policy sees it too.
    let data = path(&scene.ledger.data).to_owned();
    let verified = laiqu(&["verify", &data, "--policy", &file, "--json"]).exits(0).json();
    assert_eq!((&verified["policy_met"], &verified["whole"]), (&true.into(), &true.into()));
    assert_eq!(verified["cosigned_by"].as_array().unwrap().len(), 2, "{verified}");
    let strict = scene.file("strict", &scene.policy(3, &urls));
    let below = laiqu(&["verify", &data, "--policy", &strict, "--json"]).exits(4).json();
    assert_eq!((&below["policy_met"], &below["whole"]), (&false.into(), &true.into()));
    let [first, second] = witnesses;
    second.kill();
    let last = shown(&client, &policy, 0).checkpoint.size;
    capture(&farm, &client, "A2");
    std::thread::sleep(Duration::from_millis(2_500));
    assert_eq!(shown(&client, &policy, 0).checkpoint.size, last);
    assert!(server.stop().success());
    drop(first);
    // A kept checkpoint of another history is a finding.
    let kept = scene.ledger.data.join("cosigned");
    let text = std::fs::read_to_string(&kept).unwrap();
    let size = format!("\n{last}\n");
    assert!(text.contains(&size));
    std::fs::write(&kept, text.replace(&size, &format!("\n{}\n", last - 1))).unwrap();
    let broken = laiqu(&["verify", &data, "--policy", &file, "--json"]).exits(1).json();
    let findings = broken["findings"].as_array().unwrap();
    assert!(findings.iter().any(|finding| finding["file"] == "cosigned"), "{broken}");
}

/// Says that it holds nothing, and leaves every later request to cosign without an answer until
/// the returned sender is dropped; the number of these is counted.
fn silent_witness() -> (String, Arc<AtomicUsize>, Sender<()>) {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let (asked, (held, release)) = (Arc::new(AtomicUsize::new(0)), channel::<()>());
    let count = Arc::clone(&asked);
    std::thread::spawn(move || {
        let (mut open, mut told) = (Vec::new(), false);
        // Ends with the test's process at the latest; nobody connects any more then.
        for stream in listener.incoming() {
            let mut stream = stream.unwrap();
            let mut start = [0; 4];
            stream.read_exact(&mut start).unwrap();
            if start == *b"GET " {
                let nothing =
                    "HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\nConnection: close\r\n\r\n";
                stream.write_all(nothing.as_bytes()).unwrap();
            } else if !told {
                told = true;
                let size =
                    "HTTP/1.1 409 Conflict\r\nContent-Length: 2\r\nConnection: close\r\n\r\n0\n";
                stream.write_all(size.as_bytes()).unwrap();
            } else {
                count.fetch_add(1, Ordering::SeqCst);
            }
            open.push(stream);
            if matches!(release.try_recv(), Err(TryRecvError::Disconnected)) {
                return;
            }
        }
    });
    (url, asked, held)
}

#[test]
fn nobody_waits_for_a_witness_that_does_not_answer() {
    let scene = Scene::new(2);
    let witness = scene.witness(0);
    let (silent, asked, held) = silent_witness();
    let policy = scene.policy(1, &[&witness.url, &silent]);
    let file = scene.file("policy", &policy);
    let server = TestServer::start(&scene.ledger.data, &["--witness-policy", &file]);
    let client = server.client();
    let farm = scene.party(&server);
    while asked.load(Ordering::SeqCst) == 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    // It has a request in hand and keeps it: entries are acknowledged and cosigned by the other.
    for number in 0..20 {
        capture(&farm, &client, &format!("A{number}"));
        if number % 5 == 0 {
            let size = 5 + number;
            assert_eq!(shown(&client, &policy, size).cosigned_by.len(), 1);
        }
    }
    let state = &client.get("/v1/ledger").expect(200)["witnesses"]["witnesses"][1];
    assert_eq!((&state["name"], &state["size"]), (&"w1".into(), &0.into()));
    drop(held);
}

/// The tree that a server shows, from its entry tiles.
fn tree_of(client: &Client, size: u64) -> Tree {
    let mut tree = Tree::new();
    for tile in (0..).map_while(|at| TilePath::widest(TileLevel::Entries, at, size)) {
        let answer = client.get(&format!("/log/{tile}"));
        assert_eq!(answer.status, 200, "{tile}");
        let entries = decode_bundle(&answer.body, tile.width()).unwrap();
        entries.iter().for_each(|entry| tree.push(leaf_hash(entry)));
    }
    tree
}

#[test]
fn two_ledgers_from_one_directory_are_caught_with_evidence() {
    let scene = Scene::new(1);
    let witness = scene.witness(0);
    let policy = scene.policy(1, &[&witness.url]);
    let file = scene.file("policy", &policy);
    let server = TestServer::start(&scene.ledger.data, &["--witness-policy", &file]);
    let farm = scene.party(&server);
    shown(&server.client(), &policy, 4);
    assert!(server.stop().success());
    let other_data = scene.copied("other");
    // One copy goes on under the eyes of the witness.
    let server = TestServer::start(&scene.ledger.data, &["--witness-policy", &file]);
    capture(&farm, &server.client(), "A1");
    capture(&farm, &server.client(), "A2");
    let size = shown(&server.client(), &policy, 6).checkpoint.size;
    // The other tells somebody another story under the same name and key.
    let other = TestServer::start(&other_data, &[]);
    let client = other.client();
    for number in size - 2..size + 3 {
        capture(&farm, &client, &format!("B{number}"));
    }
    let note = loop {
        let text = client.get("/log/checkpoint").text();
        let signed = SignedCheckpoint::parse(&text).unwrap();
        if signed.checkpoint().size == size + 3 {
            break text;
        }
        std::thread::sleep(Duration::from_millis(50));
    };
    // Whoever was told it shows it to the witness, with the proof from that copy's own tiles.
    let tree = tree_of(&client, size + 3);
    let proof = tree.consistency(size, size + 3).unwrap();
    let request = AddCheckpoint::new(size, proof, note).unwrap().to_string();
    let answer = witness.client().post("/add-checkpoint", &[], request.as_bytes());
    assert_eq!(answer.status, 422, "{}", answer.text());
    let evidence = scene.dirs[0].join("evidence");
    let kept: Vec<_> = std::fs::read_dir(evidence).unwrap().map(|f| f.unwrap().path()).collect();
    assert_eq!(kept.len(), 1, "size {size}: {kept:?}");
    let vkey = ["--vkey", &scene.ledger.vkey];
    let check = [&["evidence", "check", path(&kept[0])], vkey.as_slice()].concat();
    assert!(laiqu(&check).exits(0).stdout.contains("PROVEN"));
    // That copy, stopped and started with the witness, signs nothing more.
    assert!(other.stop().success());
    let (code, said) = TestServer::refusal(&other_data, &["--witness-policy", &file]);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("another root") && said.contains("hint: "), "{said}");
    // The honest one is not disturbed.
    capture(&farm, &server.client(), "A3");
    shown(&server.client(), &policy, size + 1);
}

#[test]
fn a_restored_backup_is_refused_at_the_start() {
    let scene = Scene::new(1);
    let witness = scene.witness(0);
    let policy = scene.policy(1, &[&witness.url]);
    let file = scene.file("policy", &policy);
    let flags = ["--witness-policy", file.as_str()];
    let backup = scene.copied("backup");
    let server = TestServer::start(&scene.ledger.data, &flags);
    let farm = scene.party(&server);
    capture(&farm, &server.client(), "A1");
    shown(&server.client(), &policy, 5);
    server.kill();
    let (code, said) = TestServer::refusal(&backup, &flags);
    assert_eq!(code, 4, "{said}");
    assert!(said.contains("older copy") && said.contains("hint: "), "{said}");
    // Nobody can be asked: refused too, until the operator vouches for the copy. Once the witness
    // is back, writes end and reads go on, also after a restart.
    let free = witness.url.clone();
    let port = free.rsplit(':').next().unwrap().to_owned();
    witness.kill();
    let (code, said) = TestServer::refusal(&backup, &flags);
    assert_eq!(code, 3, "{said}");
    assert!(said.contains("--witnesses-unreachable"), "{said}");
    let confirmed = [flags.as_slice(), &["--witnesses-unreachable"]].concat();
    let stale = TestServer::start(&backup, &confirmed);
    // It has met no quorum, so nothing is shown.
    assert_eq!(stale.client().get("/log/checkpoint").problem(404), "not-found");
    let address = format!("127.0.0.1:{port}");
    let witness = TestServer::witness_at(&scene.dirs[0], &address, &["--log", &scene.ledger.vkey]);
    let operator = stale.client_with(&scene.ledger.operator);
    let mut code = String::new();
    for number in 0..200_u8 {
        let id = format!("urn:example:late:{number}");
        let late = TestParty::new(&scene.ledger.origin, &id, number);
        let body = late.registration("gateway");
        let proof = jws(&late.key, &id, &scene.ledger.origin, "application/json", &body);
        let headers =
            [("Submission-Signature", proof.as_str()), ("Content-Type", "application/json")];
        let answer = operator.post("/v1/parties", &headers, &body);
        if answer.status == 503 {
            code = answer.problem(503);
            break;
        }
        assert_eq!(answer.status, 201, "{}", answer.text());
        std::thread::sleep(Duration::from_millis(100));
    }
    assert_eq!(code, "history-contradicted");
    assert!(stale.client().get("/v1/ledger").expect(200)["witnesses"]["halted"].is_string());
    assert_eq!(stale.client().get("/livez").status, 200);
    let unready = stale.client().get("/readyz");
    assert_eq!(unready.problem(503), "not-ready");
    assert_eq!(unready.json()["errors"][0]["pointer"], "witnesses", "{}", unready.text());
    assert!(stale.stop().success());
    drop(witness);
    let (code, said) = TestServer::refusal(&backup, &confirmed);
    assert_eq!(code, 4, "{said}");
    let (code, _) = TestServer::refusal(&backup, &[]);
    assert_eq!(code, 4);
}

#[test]
fn witnesses_follow_a_change_of_the_log_key() {
    let scene = Scene::new(1);
    let witness = scene.witness(0);
    let address = witness.url.strip_prefix("http://").unwrap().to_owned();
    let policy = scene.policy(1, &[&witness.url]);
    let file = scene.file("policy", &policy);
    let flags = ["--witness-policy", file.as_str()];
    let server = TestServer::start(&scene.ledger.data, &flags);
    let farm = scene.party(&server);
    shown(&server.client(), &policy, 4);
    assert!(server.stop().success());
    let change = laiqu_service::rotate_log_key(&scene.ledger.data, "yearly").unwrap();
    // The checkpoint over the change carries both signatures; a witness that knows the old key
    // cosigns it, and nothing beyond.
    let server = TestServer::start(&scene.ledger.data, &flags);
    let client = server.client();
    let both = format!("log {}\n{policy}", change.vkey);
    let opened = shown(&client, &both, change.entry + 1);
    assert_eq!((opened.checkpoint.size, opened.log_keys.len()), (change.entry + 1, 2));
    capture(&farm, &client, "A1");
    let state =
        || client.get("/v1/ledger").expect(200)["witnesses"]["witnesses"][0]["failing"].take();
    for _ in 0..200 {
        if state() == true {
            break;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    assert_eq!(state(), true, "the witness does not know the new key");
    assert_eq!(shown(&client, &both, 0).checkpoint.size, change.entry + 1);
    // Told the new key as well, it goes on from what it holds.
    witness.kill();
    let keys = ["--log", &scene.ledger.vkey, "--log", &change.vkey];
    let witness = TestServer::witness_at(&scene.dirs[0], &address, &keys);
    assert_eq!(shown(&client, &both, change.entry + 2).log_keys, [change.vkey]);
    assert!(server.stop().success() && witness.stop().success());
}

#[test]
fn wrong_policies_are_refused_with_the_reason() {
    let running = Running::new(&[]);
    assert!(running.server.stop().success());
    let data = &running.ledger.data;
    let file = running.ledger.root.path().join("policy");
    let check = |text: &str, what: &str| {
        std::fs::write(&file, text).unwrap();
        let (code, said) = TestServer::refusal(data, &["--witness-policy", path(&file)]);
        assert_eq!(code, 2, "{said}");
        assert!(said.contains(what) && said.contains("hint: "), "{said}");
    };
    check("quorum nobody\n", "line 1");
    check("", "exactly one quorum");
    let scene = Scene::new(1);
    let vkey = &scene.vkeys[0];
    check(&format!("witness w {vkey}\nquorum w\n"), "URL");
    // Without a quorum the newest checkpoint is shown at once.
    std::fs::write(&file, format!("witness w {vkey} http://127.0.0.1:9\nquorum none\n")).unwrap();
    let server = TestServer::start(data, &["--witness-policy", path(&file)]);
    assert_eq!(server.client().get("/log/checkpoint").status, 200);
}

#[test]
fn followers_hold_the_checkpoint_against_their_own_policy() {
    let scene = Scene::new(3);
    let witnesses = [scene.witness(0), scene.witness(1)];
    let urls = [witnesses[0].url.as_str(), witnesses[1].url.as_str(), "http://127.0.0.1:9"];
    let (enough, all) = (scene.policy(2, &urls), scene.policy(3, &urls));
    let (enough, all) = (scene.file("enough", &enough), scene.file("all", &all));
    let server = TestServer::start(&scene.ledger.data, &["--witness-policy", &enough]);
    let farm = scene.party(&server);
    let receipt = capture(&farm, &server.client(), "B1").json()["receipt"].take();
    let size = receipt["index"].as_u64().unwrap() + 1;
    shown(&server.client(), &std::fs::read_to_string(&enough).unwrap(), size);
    let copy = scene.ledger.root.path().join("copy");
    laiqu(&["export", "tiles", path(&copy), "--url", &server.url, "--vkey", &scene.ledger.vkey])
        .exits(0);
    // The policy names the log, so that nobody needs to be told its key again.
    for target in [server.url.as_str(), path(&copy)] {
        let report = laiqu(&["verify", target, "--policy", &enough, "--json"]).exits(0).json();
        assert_eq!((&report["policy_met"], &report["size"]), (&true.into(), &size.into()));
        assert_eq!(report["cosigned_by"].as_array().unwrap().len(), 2);
        let report = laiqu(&["verify", target, "--policy", &all, "--json"]).exits(4).json();
        assert_eq!((&report["policy_met"], &report["whole"]), (&false.into(), &true.into()));
    }
    let state = scene.ledger.root.path().join("trust.json");
    let look = |policy: &str, code| {
        let flags = ["--policy", policy, "--state", path(&state), "--max-age", "600", "--once"];
        laiqu(&[&["monitor", server.url.as_str()], &flags[..]].concat()).exits(code)
    };
    assert!(look(&all, 4).stdout.contains("below-policy") && !state.exists());
    assert_eq!(look(&enough, 0).stdout, "");
    assert!(state.exists());
}
