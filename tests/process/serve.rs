//! `laiqu serve`: start, stop, refusals.

use crate::ran::{FARM, Running, laiqu};
use laiqu_tests::{Book, LedgerDir, TestParty, TestServer, commissioned, document, under_test};
use serde_json::Value;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::process::Stdio;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

const STOP_SECONDS_MAX: u64 = 20;
const CLIENTS: usize = 8;

#[test]
fn the_first_line_is_the_address_with_the_real_port() {
    let ledger = LedgerDir::new("port.example");
    let mut child = under_test()
        .args(["serve", "--listen", "127.0.0.1:0", "--json", "--data"])
        .arg(&ledger.data)
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    let mut line = String::new();
    let mut stdout = BufReader::new(child.stdout.take().unwrap());
    stdout.read_line(&mut line).unwrap();
    let first: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(first.as_object().unwrap().len(), 1, "{line}");
    let url = first["url"].as_str().unwrap();
    let port: u16 = url.strip_prefix("http://127.0.0.1:").unwrap().parse().unwrap();
    assert_ne!(port, 0);
    assert_eq!(laiqu_tests::Client::new(url).get("/log/checkpoint").status, 200);
    let id = child.id().to_string();
    std::process::Command::new("kill").args(["-TERM", &id]).status().unwrap();
    assert!(child.wait().unwrap().success());
    let mut rest = String::new();
    stdout.read_to_string(&mut rest).unwrap();
    assert_eq!(rest, "", "data on stdout is that one line");
}

fn head(ledger: &LedgerDir) -> String {
    std::fs::read_to_string(ledger.data.join("log/head")).unwrap()
}

#[test]
fn a_stop_under_load_is_clean_and_loses_nothing() {
    let Running { server, ledger, farm } = Running::new(&[]);
    assert!(head(&ledger).contains("state open"));
    let mut book = Book::new(&ledger.vkey);
    let stopping = AtomicBool::new(false);
    let (acknowledged, refused) = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (farm, client, stopping) = (&farm, server.client(), &stopping);
                scope.spawn(move || post_until_refused(farm, &client, number, stopping))
            })
            .collect();
        std::thread::sleep(Duration::from_millis(600));
        stopping.store(true, Ordering::SeqCst);
        let asked = Instant::now();
        let status = server.stop();
        assert_eq!(status.code(), Some(0));
        let seconds = asked.elapsed().as_secs();
        assert!(seconds < STOP_SECONDS_MAX, "{seconds} s");
        let (mut acknowledged, mut refused) = (Vec::new(), 0);
        for client in clients {
            let (own, end) = client.join().unwrap();
            acknowledged.extend(own);
            refused += usize::from(end);
        }
        (acknowledged, refused)
    });
    println!("{} acknowledged, {refused} clients refused or cut off", acknowledged.len());
    assert!(acknowledged.len() > CLIENTS);
    assert!(head(&ledger).contains("state clean"), "{}", head(&ledger));
    let (exit, report) = ledger.verify();
    assert_eq!(exit, 0, "{report}");
    for (body, answer) in &acknowledged {
        book.keep(body, answer);
    }
    let server = TestServer::start(&ledger.data, &[]);
    let size = book.check(&server.client());
    assert!(size >= book.documents() as u64);
    assert!(server.stop().success());
}

/// Posts until the server stops; whether it refused or cut off the last document.
fn post_until_refused(
    farm: &TestParty,
    client: &laiqu_tests::Client,
    number: usize,
    stopping: &AtomicBool,
) -> (Vec<(String, laiqu_tests::Answer)>, bool) {
    let mut acknowledged = Vec::new();
    for n in 0.. {
        let id = format!("urn:example:load:{number}:{n}");
        let body = document(&[commissioned(&id, crate::ran::LOT, n)]);
        match farm.try_capture(client, &body) {
            Some(answer) if answer.status == 202 => acknowledged.push((body, answer)),
            other => {
                let status = other.as_ref().map(|answer| answer.status);
                assert!(stopping.load(Ordering::SeqCst), "refused before the stop: {other:?}");
                assert!(matches!(status, None | Some(503)), "{other:?}");
                return (acknowledged, true);
            }
        }
    }
    (acknowledged, false)
}

#[test]
fn idle_and_half_sent_requests_do_not_hold_up_a_stop() {
    let Running { server, ledger, .. } = Running::new(&[]);
    let address = server.url.strip_prefix("http://").unwrap().to_owned();
    let mut idle = TcpStream::connect(&address).unwrap();
    idle.write_all(b"GET /log/checkpoint HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut half = TcpStream::connect(&address).unwrap();
    half.write_all(b"POST /epcis/capture HTTP/1.1\r\nHost: a\r\nContent-Length: 500\r\n\r\n{")
        .unwrap();
    let asked = Instant::now();
    assert!(server.stop().success());
    assert!(asked.elapsed() < Duration::from_secs(STOP_SECONDS_MAX), "{:?}", asked.elapsed());
    assert!(head(&ledger).contains("state clean"));
    drop((idle, half));
}

#[test]
fn a_directory_without_a_ledger_is_a_usage_error_and_stays_as_it_is() {
    let root = tempfile::tempdir().unwrap();
    for data in [root.path().to_owned(), root.path().join("missing")] {
        let path = data.to_str().unwrap();
        let ran = laiqu(&["serve", "--data", path, "--listen", "127.0.0.1:0", "--json"]).exits(2);
        ran.explains("laiqu init");
    }
    assert_eq!(std::fs::read_dir(root.path()).unwrap().count(), 0);
}

#[test]
fn a_damaged_ledger_is_refused_with_its_own_exit_code() {
    let ledger = LedgerDir::new("damaged.example");
    let segment = ledger.data.join("log/000000000000.seg");
    let whole = std::fs::read(&segment).unwrap();
    let mut bytes = whole.clone();
    bytes[600] ^= 1;
    std::fs::write(&segment, bytes).unwrap();
    let (code, said) = TestServer::refusal(&ledger.data, &[]);
    assert_eq!(code, 5, "{said}");
    for part in ["错误：", "damaged from byte", "hint: ", "laiqu verify"] {
        assert!(said.contains(part), "{part}: {said}");
    }
    std::fs::write(&segment, whole).unwrap();
    for name in ["laiqu.json", "log/head", "secrets/log.jwk"] {
        let file = ledger.data.join(name);
        let whole = std::fs::read(&file).unwrap();
        std::fs::write(&file, &whole[..whole.len() / 2]).unwrap();
        let (code, said) = TestServer::refusal(&ledger.data, &[]);
        assert_eq!(code, 5, "{name}: {said}");
        assert!(!said.contains("panicked"), "{name}: {said}");
        std::fs::remove_file(&file).unwrap();
        let (code, said) = TestServer::refusal(&ledger.data, &[]);
        assert!(code != 0 && !said.contains("panicked"), "without {name}: {code} {said}");
        std::fs::write(&file, whole).unwrap();
    }
    assert!(TestServer::start(&ledger.data, &[]).stop().success());
}

#[test]
fn another_ledgers_key_never_signs_here() {
    let (ledger, other) = (LedgerDir::new("one.example"), LedgerDir::new("one.example"));
    let key = |ledger: &LedgerDir| ledger.data.join("secrets/log.jwk");
    std::fs::copy(key(&other), key(&ledger)).unwrap();
    let (code, said) = TestServer::refusal(&ledger.data, &[]);
    assert!(code != 0 && said.contains("key"), "{said}");
}

#[test]
fn an_address_in_use_is_said_and_the_ledger_is_left_clean() {
    let ledger = LedgerDir::new("busy.example");
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    let path = ledger.data.to_str().unwrap();
    let ran = laiqu(&["serve", "--data", path, "--listen", &address, "--json"]);
    assert!(ran.code != 0 && ran.stdout.is_empty(), "{ran:?}");
    assert!(ran.stderr.contains(&address), "{ran:?}");
    assert!(!ran.stderr.contains("panicked"), "{ran:?}");
    assert!(TestServer::start(&ledger.data, &[]).stop().success());
    let wrong = laiqu(&["serve", "--data", path, "--listen", "nowhere"]).exits(2);
    assert!(wrong.stdout.is_empty());
}

#[test]
fn metrics_without_a_token_are_for_this_machine_alone() {
    let ledger = LedgerDir::new("local.example");
    let path = ledger.data.to_str().unwrap();
    let serve = |metrics: &str| {
        let listen = ["--listen", "127.0.0.1:0", "--json"];
        laiqu(&[&["serve", "--data", path, "--metrics-listen", metrics], &listen[..]].concat())
    };
    for other in ["0.0.0.0:0", "[::]:0", "192.0.2.1:9100"] {
        serve(other).exits(2).explains("127.0.0.1:PORT");
    }
    serve("nowhere").exits(2).explains("--metrics-listen");
    let busy = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = busy.local_addr().unwrap().to_string();
    serve(&address).exits(3).explains(&address);
    assert!(head(&ledger).contains("state clean"), "{}", head(&ledger));
}

#[test]
fn reads_need_a_token_unless_they_are_public() {
    let closed = Running::with_events(&[]);
    let trace = format!("/v1/trace?id={}&direction=both", crate::ran::LOT);
    assert_eq!(closed.server.client().get(&trace).status, 401);
    let operator = closed.server.client_with(&closed.ledger.operator);
    assert_eq!(operator.get(&trace).status, 200);
    assert!(closed.server.stop().success());
    let open = TestServer::start(&closed.ledger.data, &["--public-read"]);
    assert_eq!(open.client().get(&trace).status, 200);
    assert_eq!(open.client().get("/v1/parties").expect(200)["parties"][0]["id"], FARM);
}
