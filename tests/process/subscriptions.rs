//! Subscriptions as processes: a server that sends; readers that fail, want less, and come back.

use hmac::{Hmac, KeyInit as _, Mac as _};
use laiqu_tests::{
    Answer, Client, LedgerDir, Samples, TestParty, TestServer, commissioned, document, encode, raw,
};
use serde_json::{Value, json};
use sha2::Sha256;
use std::collections::VecDeque;
use std::io::{BufRead as _, BufReader, Read as _, Write as _};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Condvar, Mutex};
use std::time::Duration;

const LOT: &str = "urn:epc:class:lgtin:4012345.011111.A1";
const SECRET: &str = "a secret of the reader";
const QUERY: &str = "/epcis/queries/made";

/// A message as it came.
#[derive(Clone, Debug)]
struct Message {
    /// Path that it was posted to.
    path: String,
    signature: Option<String>,
    body: Vec<u8>,
    /// What was answered.
    status: u16,
}

impl Message {
    fn event_ids(&self) -> Vec<String> {
        let document: Value = serde_json::from_slice(&self.body).unwrap();
        let results = &document["epcisBody"]["queryResults"];
        assert_eq!(results["queryName"], "made");
        assert!(results["subscriptionID"].is_string(), "{document}");
        let events = results["resultsBody"]["eventList"].as_array().unwrap();
        events.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect()
    }
}

#[derive(Default)]
struct Inbox {
    messages: Mutex<Vec<Message>>,
    changed: Condvar,
}

/// A reader on loopback: answers with the given statuses, then with 200. It ends with the test.
struct Reader {
    url: String,
    host: String,
    inbox: Arc<Inbox>,
}

impl Reader {
    fn new(statuses: &[u16]) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let host = listener.local_addr().unwrap().to_string();
        let inbox = Arc::new(Inbox::default());
        let (kept, mut due) = (Arc::clone(&inbox), VecDeque::from(statuses.to_vec()));
        std::thread::spawn(move || {
            for stream in listener.incoming().flatten() {
                let status = due.pop_front().unwrap_or(200);
                let Some(message) = answered(stream, status) else { continue };
                kept.messages.lock().unwrap().push(message);
                kept.changed.notify_all();
            }
        });
        Self { url: format!("http://{host}/hook"), host, inbox }
    }

    /// The messages, once there are so many.
    fn wait_for(&self, count: usize) -> Vec<Message> {
        let messages = self.inbox.messages.lock().unwrap();
        let (messages, _) = self
            .inbox
            .changed
            .wait_timeout_while(messages, Duration::from_secs(60), |all| all.len() < count)
            .unwrap();
        assert!(messages.len() >= count, "only {} messages came", messages.len());
        messages.clone()
    }

    /// Identifiers of the events that were taken, once there are so many.
    fn wait_for_taken(&self, count: usize) -> Vec<String> {
        loop {
            let taken = self.taken();
            if taken.len() >= count {
                return taken;
            }
            std::thread::sleep(Duration::from_millis(20));
        }
    }

    /// Identifiers of the events that were taken.
    fn taken(&self) -> Vec<String> {
        let messages = self.inbox.messages.lock().unwrap();
        let taken = messages.iter().filter(|message| message.status == 200);
        taken.flat_map(Message::event_ids).collect()
    }
}

fn answered(stream: TcpStream, status: u16) -> Option<Message> {
    let mut reader = BufReader::new(stream);
    let (mut length, mut signature, mut line) = (0, None, String::new());
    reader.read_line(&mut line).ok()?;
    let path = line.split(' ').nth(1)?.to_owned();
    line.clear();
    while reader.read_line(&mut line).ok()? > 2 {
        let (name, value) = line.split_once(':').unwrap_or_default();
        match name.to_ascii_lowercase().as_str() {
            "content-length" => length = value.trim().parse().ok()?,
            "gs1-signature" => signature = Some(value.trim().to_owned()),
            _ => {}
        }
        line.clear();
    }
    let mut body = vec![0; length];
    reader.read_exact(&mut body).ok()?;
    let answer = format!(
        "HTTP/1.1 {status} x\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\
         Connection: close\r\n\r\n"
    );
    reader.get_mut().write_all(answer.as_bytes()).ok()?;
    Some(Message { path, signature, body, status })
}

/// A ledger with a farm and the query `made`.
struct Scene {
    ledger: LedgerDir,
}

impl Scene {
    fn new() -> Self {
        Self { ledger: LedgerDir::new("subscribed.example/log") }
    }

    fn serve(&self, reader: &Reader) -> TestServer {
        TestServer::start(&self.ledger.data, &["--subscription-destination", &reader.host])
    }

    fn operator(&self, server: &TestServer) -> Client {
        server.client_with(&self.ledger.operator)
    }

    fn delete(&self, server: &TestServer, path: &str) -> Answer {
        delete_as(server, &self.ledger.operator, path)
    }

    fn farm(&self, server: &TestServer) -> TestParty {
        let farm = TestParty::new(&self.ledger.origin, "urn:example:farm", 1);
        farm.register(server, &self.ledger.operator, "gateway")
    }

    /// Keeps the query and subscribes to it.
    fn subscribe(&self, server: &TestServer, subscription: &Value) -> Value {
        let operator = self.operator(server);
        let query = json!({ "name": "made", "query": { "EQ_action": ["ADD"] } });
        assert_eq!(post(&operator, "/epcis/queries", &query).status, 201);
        post(&operator, &format!("{QUERY}/subscriptions"), subscription).expect(201)
    }
}

fn delete_as(server: &TestServer, token: &str, path: &str) -> Answer {
    let bearer = format!("Bearer {token}");
    raw(&server.url, &format!("DELETE {path}"), &[("Authorization", &bearer)], &[])
}

fn post(client: &Client, path: &str, body: &Value) -> Answer {
    client.post(path, &[("content-type", "application/json")], body.to_string().as_bytes())
}

fn capture(farm: &TestParty, server: &TestServer, ids: &[&str]) {
    let events: Vec<String> = ids.iter().map(|id| commissioned(id, LOT, 80)).collect();
    assert_eq!(farm.capture(&server.client(), &document(&events)).status, 202);
}

#[test]
fn results_are_sent_signed_retried_and_go_on_after_a_kill() {
    let scene = Scene::new();
    // The first message is refused, the second one is too large for the reader.
    let reader = Reader::new(&[500, 413]);
    let server = scene.serve(&reader);
    let farm = scene.farm(&server);
    capture(&farm, &server, &["urn:x:before"]);
    let made = json!({ "dest": reader.url, "stream": true, "signatureToken": SECRET });
    let shown = scene.subscribe(&server, &made);
    capture(&farm, &server, &["urn:x:1", "urn:x:2"]);
    reader.wait_for_taken(2);
    let messages = reader.wait_for(4);
    for message in &messages {
        let mut mac = Hmac::<Sha256>::new_from_slice(SECRET.as_bytes()).unwrap();
        mac.update(&message.body);
        let digest = data_encoding::HEXLOWER.encode(&mac.finalize().into_bytes());
        assert_eq!(message.signature, Some(format!("sha256={digest}")));
    }
    assert_eq!(messages[0].event_ids(), ["urn:x:1", "urn:x:2"]);
    let path = format!("{QUERY}/subscriptions/{}", shown["subscriptionID"].as_str().unwrap());
    while scene.operator(&server).get(&path).expect(200)["lastNotifiedAt"].is_null() {
        std::thread::sleep(Duration::from_millis(20));
    }
    let counted = |outcome: &str| {
        let metrics = scene.operator(&server).get("/metrics").text();
        Samples::read(&metrics).of(&format!("laiqu_deliveries_total{{outcome=\"{outcome}\"}}"))
    };
    while counted("taken") < 2.0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!((counted("taken"), counted("failed")), (2.0, 2.0));
    server.kill();

    let server = scene.serve(&reader);
    capture(&farm, &server, &["urn:x:3"]);
    // At least once: what was answered right before a kill may come again.
    let mut taken = reader.taken();
    while taken.last().map(String::as_str) != Some("urn:x:3") {
        taken = reader.wait_for_taken(taken.len());
        std::thread::sleep(Duration::from_millis(20));
    }
    taken.dedup();
    assert_eq!(taken, ["urn:x:1", "urn:x:2", "urn:x:3"]);
    let secrets = scene.ledger.data.join("secrets");
    let kept = |name: &str| {
        std::fs::read_dir(&secrets)
            .unwrap()
            .flatten()
            .any(|file| file.file_name().to_str().unwrap().starts_with(name))
    };
    assert!(kept("subscription-"));

    let ended = scene.delete(&server, &path);
    assert_eq!(ended.status, 204, "{}", ended.text());
    assert_eq!(scene.operator(&server).get(&path).status, 404);
    assert!(!kept("subscription-"), "the secret is gone");
    capture(&farm, &server, &["urn:x:4"]);
    assert!(server.stop().success());
    assert!(!reader.taken().contains(&"urn:x:4".to_owned()));
    let (code, report) = scene.ledger.verify();
    assert_eq!((code, &report["whole"]), (0, &true.into()), "{report}");
}

#[test]
fn a_schedule_sends_what_came_since_the_last_run_or_says_that_nothing_did() {
    let scene = Scene::new();
    let reader = Reader::new(&[]);
    let server = scene.serve(&reader);
    let farm = scene.farm(&server);
    capture(&farm, &server, &["urn:x:old"]);
    let every_second = json!({ "second": "[0-59]" });
    scene.subscribe(
        &server,
        &json!({
            "dest": reader.url, "schedule": every_second, "reportIfEmpty": true,
            "initialRecordTime": "2020-01-01T00:00:00Z",
        }),
    );
    let messages = reader.wait_for(2);
    assert_eq!(messages[0].event_ids(), ["urn:x:old"]);
    assert_eq!(messages[1].event_ids(), [""; 0]);
    assert_eq!(messages[0].signature, None);
    capture(&farm, &server, &["urn:x:new"]);
    assert_eq!(reader.wait_for_taken(2), ["urn:x:old", "urn:x:new"]);
}

#[test]
fn a_redirection_is_a_failure_and_a_query_takes_all_of_its_subscriptions_along() {
    let scene = Scene::new();
    let reader = Reader::new(&[302]);
    // Left behind by a server that was killed while it forgot or created subscriptions.
    let (progress, secrets) =
        (scene.ledger.data.join("subscriptions"), scene.ledger.data.join("secrets"));
    std::fs::create_dir(&progress).unwrap();
    for file in
        [progress.join("left"), progress.join("left.tmp"), secrets.join("subscription-left")]
    {
        std::fs::write(file, "{}").unwrap();
    }
    let server = scene.serve(&reader);
    let kept = || {
        let files = [&progress, &secrets].map(|at| std::fs::read_dir(at).unwrap().flatten());
        let names = files.into_iter().flatten().map(|file| file.file_name());
        names.filter(|name| !name.to_str().unwrap().ends_with(".jwk")).count()
    };
    assert_eq!(kept(), 0);
    let farm = scene.farm(&server);
    let made = json!({ "dest": reader.url, "stream": true, "signatureToken": SECRET });
    scene.subscribe(&server, &made);
    capture(&farm, &server, &["urn:x:1"]);
    assert_eq!(reader.wait_for_taken(1), ["urn:x:1"]);
    let messages = reader.wait_for(2);
    assert_eq!((messages[0].status, messages[1].status), (302, 200));
    assert!(messages.iter().all(|message| message.path == "/hook"), "{messages:?}");
    while kept() < 2 {
        std::thread::sleep(Duration::from_millis(20));
    }
    assert_eq!(scene.delete(&server, QUERY).status, 204);
    while kept() > 0 {
        std::thread::sleep(Duration::from_millis(20));
    }
    capture(&farm, &server, &["urn:x:2"]);
    assert!(server.stop().success());
    assert_eq!(reader.taken(), ["urn:x:1"]);
}

#[test]
fn readers_that_hang_hold_up_no_reader_of_others() {
    let scene = Scene::new();
    let reader = Reader::new(&[]);
    // It takes connections and never answers.
    let hanging = TcpListener::bind("127.0.0.1:0").unwrap();
    let host = hanging.local_addr().unwrap().to_string();
    let flags = ["--subscription-destination", &reader.host, "--subscription-destination", &host];
    let server = TestServer::start(&scene.ledger.data, &flags);
    let farm = scene.farm(&server);
    let token = token_of_the_farm(&scene, &server);
    let farms = server.client_with(&token);
    let made = json!({ "dest": reader.url, "stream": true });
    let held = Arc::new(Mutex::new(Vec::new()));
    let kept = Arc::clone(&held);
    std::thread::spawn(move || {
        for stream in hanging.incoming().flatten() {
            kept.lock().unwrap().push(stream);
        }
    });
    let query = json!({ "name": "made", "query": { "EQ_action": ["ADD"] } });
    assert_eq!(post(&scene.operator(&server), "/epcis/queries", &query).status, 201);
    for n in 0..40 {
        let hook = json!({ "dest": format!("http://{host}/{n}"), "stream": true });
        assert_eq!(post(&farms, &format!("{QUERY}/subscriptions"), &hook).status, 201);
    }
    capture(&farm, &server, &["urn:x:1"]);
    while held.lock().unwrap().is_empty() {
        std::thread::sleep(Duration::from_millis(20));
    }
    // Subscribed last, to what comes only now.
    let subscribed = post(&scene.operator(&server), &format!("{QUERY}/subscriptions"), &made);
    assert_eq!(subscribed.status, 201);
    capture(&farm, &server, &["urn:x:2"]);
    assert_eq!(reader.wait_for_taken(1), ["urn:x:2"]);
    let waiting = held.lock().unwrap().len();
    assert!(waiting <= 8, "{waiting} of the farm's readers are waited for at once");
}

#[test]
fn what_is_no_subscription_is_refused() {
    let scene = Scene::new();
    let reader = Reader::new(&[]);
    let server = TestServer::start(&scene.ledger.data, &[]);
    let operator = scene.operator(&server);
    let query = json!({ "name": "made", "query": {} });
    assert_eq!(post(&operator, "/epcis/queries", &query).status, 201);
    let path = format!("{QUERY}/subscriptions");
    let dest = "https://example.com/hook";
    for (body, pointer) in [
        (json!({ "dest": dest }), "/stream"),
        (json!({ "dest": dest, "stream": true, "schedule": { "hour": "1" } }), "/stream"),
        (json!({ "dest": dest, "schedule": { "hour": "25" } }), "/schedule/hour"),
        (json!({ "dest": reader.url, "stream": true }), "/dest"),
        (json!({ "dest": "file:///etc/passwd", "stream": true }), "/dest"),
        (json!({ "dest": dest, "stream": true, "initialRecordTime": "now" }), "/initialRecordTime"),
    ] {
        let problem = post(&operator, &path, &body).expect(400);
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    let farm = scene.farm(&server);
    let token = token_of_the_farm(&scene, &server);
    let business = server.client_with(&token);
    drop(farm);
    // A business sees the operator's query, and none of the operator's subscriptions.
    let made = json!({ "dest": dest, "schedule": { "month": "1" } });
    let shown = post(&operator, &path, &made).expect(201);
    let one = format!("{path}/{}", shown["subscriptionID"].as_str().unwrap());
    assert_eq!(business.get(&one).status, 404);
    assert_eq!(business.get(&path).expect(200), json!([]));
    assert_eq!(delete_as(&server, &token, &one).status, 404);
    assert_eq!(operator.get(&path).expect(200).as_array().unwrap().len(), 1);
    // With its query it ends.
    assert_eq!(scene.delete(&server, QUERY).status, 204);
    assert_eq!(operator.get(&one).status, 404);
}

fn token_of_the_farm(scene: &Scene, server: &TestServer) -> String {
    let path = format!("/v1/parties/{}/tokens", encode("urn:example:farm"));
    let issued = scene.operator(server).post(&path, &[], b"").expect(201);
    issued["token"].as_str().unwrap().to_owned()
}
