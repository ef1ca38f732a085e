//! Results of named queries on WebSockets: what comes, what does not, and how it ends.

use crate::{JSON, LOT, LOT_URN, MADE, creation};
use laiqu_tests::{
    Listener, Site, TestParty, commissioned, document, element, encode, event_pages, raw,
    transformed, with_locations,
};
use serde_json::{Value, json};
use std::io::{Read as _, Write as _};
use std::net::TcpStream;
use std::time::Duration;
use tungstenite::Message;
use tungstenite::protocol::frame::coding::CloseCode;

const EVENTS: &str = "/epcis/queries/made/events";

/// A ledger with the operator's query `made`, and a farm that captures.
struct Scene {
    site: Site,
    farm: TestParty,
}

impl Scene {
    fn new(name: &str) -> Self {
        let site = Site::new(&format!("ledger.example/sockets-{name}"));
        let farm = site.party("urn:uscc:farm");
        let scene = Self { site, farm };
        scene.name("made", &json!({ "EQ_action": ["ADD"] }));
        scene
    }

    fn name(&self, name: &str, query: &Value) {
        let body = json!({ "name": name, "query": query }).to_string();
        let headers = [("Content-Type", JSON)];
        let created = self.site.operator().post("/epcis/queries", &headers, body.as_bytes());
        assert_eq!(created.status, 201, "{}", created.text());
    }

    fn capture(&self, document: &str) {
        let captured = self.farm.capture(&self.site.client(), document);
        assert_eq!(captured.status, 202, "{}", captured.text());
    }

    fn listen(&self, target: &str) -> Listener {
        Listener::open(&self.site.server, &self.site.ledger.operator, target)
    }
}

#[test]
fn results_come_as_they_are_recorded_each_once_and_in_order() {
    let scene = Scene::new("stream");
    scene.capture(&creation("urn:uuid:before"));
    let mut listener = scene.listen(&format!("{EVENTS}?stream=true"));
    for n in 0..5 {
        // What the query does not find does not come.
        let made = transformed(&format!("urn:uuid:other-{n}"), &[LOT], MADE);
        let created = commissioned(&format!("urn:uuid:{n}"), LOT_URN, 5);
        scene.capture(&document(&[made, created]));
    }
    let first = listener.message();
    assert_eq!(first["type"], "EPCISQueryDocument");
    let results = &first["epcisBody"]["queryResults"];
    assert_eq!(results["queryName"], "made");
    let come = results["resultsBody"]["eventList"].as_array().unwrap();
    let mut ids: Vec<String> =
        come.iter().map(|event| event["eventID"].as_str().unwrap().to_owned()).collect();
    ids.extend(listener.event_ids(5 - ids.len()));
    assert_eq!(ids, ["urn:uuid:0", "urn:uuid:1", "urn:uuid:2", "urn:uuid:3", "urn:uuid:4"]);
}

#[test]
fn one_at_rest_stays_open_longer_than_a_connection_without_a_request() {
    let scene = Scene::new("rest");
    let mut listener = scene.listen(&format!("{EVENTS}?stream=true"));
    std::thread::sleep(Duration::from_secs(18));
    scene.capture(&creation("urn:uuid:late"));
    assert_eq!(listener.event_ids(1), ["urn:uuid:late"]);
}

#[test]
fn who_comes_back_gets_what_was_missed_in_messages_of_bounded_size() {
    let scene = Scene::new("missed");
    let events = |from: usize, to: usize| -> String {
        let event = |n: usize| commissioned(&format!("urn:uuid:{n}"), LOT_URN, 5);
        document(&(from..to).map(event).collect::<Vec<_>>())
    };
    scene.capture(&events(0, 150));
    scene.capture(&events(150, 250));
    let mut listener =
        scene.listen(&format!("{EVENTS}?stream=true&initialRecordTime=2020-01-01T00:00:00Z"));
    let first = listener.message();
    let count = first["epcisBody"]["queryResults"]["resultsBody"]["eventList"].as_array().unwrap();
    assert!(count.len() <= 100, "{}", count.len());
    let mut come = count.clone();
    come.extend(listener.events(250 - come.len()));
    // The very events that the query finds, as it shows them.
    let found = event_pages(&scene.site.operator(), EVENTS);
    assert_eq!(come, found);
    let since = come[200]["recordTime"].as_str().unwrap();
    let mut again =
        scene.listen(&format!("{EVENTS}?stream=true&initialRecordTime={}", encode(since)));
    assert_eq!(again.events(100), found[150..]);
    // A time that has not come yet.
    let later = format!("{EVENTS}?stream=true&initialRecordTime=2999-01-01T00:00:00Z");
    let mut later = scene.listen(&later);
    scene.capture(&events(250, 251));
    assert_eq!(again.event_ids(1), ["urn:uuid:250"]);
    assert_eq!(delete(&scene), 204);
    assert_eq!(later.closed().code, CloseCode::Normal, "nothing came on it");
}

/// Ends the query.
fn delete(scene: &Scene) -> u16 {
    let bearer = format!("Bearer {}", scene.site.ledger.operator);
    let request = "DELETE /epcis/queries/made";
    raw(&scene.site.server.url, request, &[("Authorization", &bearer)], &[]).status
}

#[test]
fn a_schedule_says_at_its_times_what_came_or_that_nothing_did() {
    let scene = Scene::new("schedule");
    let mut listener = scene.listen(&format!("{EVENTS}?second=%5B0-59%5D&reportIfEmpty=true"));
    let first = listener.message();
    let results = &first["epcisBody"]["queryResults"]["resultsBody"];
    assert_eq!(results["eventList"], json!([]));
    scene.capture(&creation("urn:uuid:1"));
    assert_eq!(listener.event_ids(1), ["urn:uuid:1"]);
    let mut silent = scene.listen(&format!("{EVENTS}?second=%5B0-59%5D"));
    let mut yearly = scene.listen(&format!("{EVENTS}?month=1"));
    scene.capture(&creation("urn:uuid:2"));
    assert_eq!(silent.event_ids(1), ["urn:uuid:2"]);
    assert_eq!(delete(&scene), 204);
    // Also one whose time has not come ends with its query.
    let frame = yearly.closed();
    assert_eq!((frame.code, &*frame.reason), (CloseCode::Normal, "the query was deleted"));
}

#[test]
fn a_query_that_asks_master_data_hears_what_that_says_by_then() {
    let scene = Scene::new("within");
    let (site, room) = ("https://id.gs1.org/414/4012345000009", "urn:x:room");
    scene.name("inside", &json!({ "WD_bizLocation": [site] }));
    let target = "/epcis/queries/inside/events?stream=true";
    let mut listener = scene.listen(target);
    scene.capture(&with_locations(&[element(site, &[], Some(&[room]))], &[]));
    let inside = commissioned("urn:uuid:inside", LOT_URN, 5);
    let inside = inside.replace("https://id.gs1.org/414/4012345000115", room);
    scene.capture(&document(&[commissioned("urn:uuid:elsewhere", LOT_URN, 5), inside]));
    assert_eq!(listener.event_ids(1), ["urn:uuid:inside"]);
}

/// Asks for a WebSocket with these headers more.
fn ask(scene: &Scene, target: &str, headers: &[(&str, &str)]) -> laiqu_tests::Answer {
    let opening = [("Upgrade", "websocket"), ("Sec-WebSocket-Version", "13")];
    let headers = [&opening[..], headers].concat();
    raw(&scene.site.server.url, &format!("GET {target}"), &headers, &[])
}

#[test]
fn what_is_no_subscription_is_refused_before_anything_is_opened() {
    let scene = Scene::new("refused");
    let bearer = format!("Bearer {}", scene.site.ledger.operator);
    let asked = |target: &str| ask(&scene, target, &[("Authorization", &bearer)]);
    for (controls, pointer) in [
        ("", "/stream"),
        ("?stream=false", "/stream"),
        ("?stream=true&hour=1", "/stream"),
        ("?hour=25", "/schedule/hour"),
        ("?month=2&dayOfMonth=30", "/schedule/dayOfMonth"),
        ("?stream=true&initialRecordTime=now", "/initialRecordTime"),
    ] {
        let answer = asked(&format!("{EVENTS}{controls}"));
        assert_eq!(answer.problem(400), "subscription-controls", "{controls}");
        let problem = answer.json();
        assert_eq!(problem["type"], "epcisException:SubscriptionControlsException");
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{problem}");
    }
    for controls in ["stream=yes", "stream=true&reportIfEmpty=1", "stream=true&perPage=3"] {
        let answer = asked(&format!("{EVENTS}?{controls}"));
        assert_eq!(answer.problem(400), "invalid-parameter", "{controls}");
    }
    let missing = asked("/epcis/queries/other/events?stream=true");
    assert_eq!(missing.problem(404), "not-found");
    assert_eq!(missing.json()["type"], "epcisException:NoSuchNameException");
    let target = format!("{EVENTS}?stream=true");
    assert_eq!(ask(&scene, &target, &[]).problem(401), "credentials-missing");
    let stranger = [("Authorization", "Bearer laiqu_nobody")];
    assert_eq!(ask(&scene, &target, &stranger).problem(401), "token-unknown");
    // A page's cookie opens none: another site's page would send it, too.
    let cookie = format!("laiqu_token={}", scene.site.ledger.operator);
    assert_eq!(ask(&scene, &target, &[("Cookie", &cookie)]).problem(401), "credentials-missing");
    // No key, and `Connection: close`.
    assert_eq!(asked(&target).problem(400), "invalid-parameter");
}

#[test]
fn a_business_hears_what_it_may_read() {
    let scene = Scene::new("visible");
    let shop = scene.site.party("urn:uscc:shop");
    let token = scene.site.token(&shop);
    let target = format!("{EVENTS}?stream=true");
    let mut shops = Listener::open(&scene.site.server, &token, &target);
    let mut operators = scene.listen(&target);
    scene.capture(&creation("urn:uuid:secret"));
    let sent = commissioned("urn:uuid:sent", LOT_URN, 5).replace(
        r#""action":"ADD","#,
        r#""action":"ADD","destinationList":[{"type":"owning_party","destination":"urn:uscc:shop"}],"#,
    );
    scene.capture(&document(&[sent]));
    let own = shop.capture(&scene.site.client(), &creation("urn:uuid:own"));
    assert_eq!(own.status, 202);
    assert_eq!(shops.event_ids(2), ["urn:uuid:sent", "urn:uuid:own"]);
    assert_eq!(operators.event_ids(3), ["urn:uuid:secret", "urn:uuid:sent", "urn:uuid:own"]);
    // Another one's query is none that it knows.
    let farm = scene.site.server.client_with(&scene.site.token(&scene.farm));
    let body = json!({ "name": "farms", "query": {} }).to_string();
    let made = farm.post("/epcis/queries", &[("Content-Type", JSON)], body.as_bytes());
    assert_eq!(made.status, 201);
    let farms = Listener::try_open(&scene.site.server, &token, &target.replace("made", "farms"));
    assert_eq!(farms.unwrap_err(), 404);
}

#[test]
fn only_so_many_are_open_with_one_token() {
    let scene = Scene::new("limit");
    let target = format!("{EVENTS}?stream=true");
    let mut open: Vec<Listener> = (0..16).map(|_| scene.listen(&target)).collect();
    let token = &scene.site.ledger.operator;
    let one_more = || Listener::try_open(&scene.site.server, token, &target);
    assert_eq!(one_more().unwrap_err(), 503);
    let farm = scene.site.token(&scene.farm);
    drop(Listener::open(&scene.site.server, &farm, &target));
    open.pop();
    // Its place is free once the server has seen that it is gone.
    let mut last = loop {
        if let Ok(listener) = one_more() {
            break listener;
        }
        std::thread::sleep(Duration::from_millis(20));
    };
    scene.capture(&creation("urn:uuid:1"));
    assert_eq!(last.event_ids(1), ["urn:uuid:1"]);
}

#[test]
fn a_client_that_says_more_than_ping_and_close_is_closed() {
    let scene = Scene::new("inbound");
    let target = format!("{EVENTS}?stream=true");
    let closed_after = |message: Message| {
        let mut listener = scene.listen(&target);
        listener.socket.send(message).unwrap();
        listener.closed().code
    };
    assert_eq!(closed_after(Message::text("hello")), CloseCode::Unsupported);
    assert_eq!(closed_after(Message::binary(vec![0; 100])), CloseCode::Unsupported);
    assert_eq!(closed_after(Message::binary(vec![0; 5_000])), CloseCode::Size);
    let mut listener = scene.listen(&target);
    listener.socket.send(Message::Ping(b"here?"[..].into())).unwrap();
    assert_eq!(listener.socket.read().unwrap(), Message::Pong(b"here?"[..].into()));
    listener.socket.close(None).unwrap();
    assert_eq!(listener.closed().code, CloseCode::Normal);
}

#[test]
fn a_server_that_stops_says_so() {
    let scene = Scene::new("stop");
    let mut listener = scene.listen(&format!("{EVENTS}?stream=true"));
    let Scene { site: Site { server, ledger }, .. } = scene;
    assert!(server.stop().success());
    assert_eq!(listener.closed().code, CloseCode::Away);
    drop(ledger);
}

#[test]
fn who_does_not_read_gets_one_message_and_then_the_end_and_nobody_waits_for_it() {
    let scene = Scene::new("slow");
    let long = "x".repeat(700_000);
    for n in 0..6 {
        let event = commissioned(&format!("urn:uuid:{n}"), LOT_URN, 5);
        let event = event.replace(r#""action""#, &format!(r#""ex:note":"{long}","action""#));
        scene.capture(
            &document(&[event])
                .replace(r#"jsonld"],"#, r#"jsonld",{"ex":"https://ns.example/"}],"#),
        );
    }
    let target = format!("{EVENTS}?stream=true&initialRecordTime=2020-01-01T00:00:00Z");
    // It never answers a ping, as one whose program hangs.
    let address = scene.site.server.url.strip_prefix("http://").unwrap();
    let mut slow = TcpStream::connect(address).unwrap();
    slow.set_read_timeout(Some(Duration::from_secs(120))).unwrap();
    let token = &scene.site.ledger.operator;
    let head = format!(
        "GET {target} HTTP/1.1\r\nHost: {address}\r\nAuthorization: Bearer {token}\r\n\
         Upgrade: websocket\r\nConnection: Upgrade\r\nSec-WebSocket-Version: 13\r\n\
         Sec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
    );
    slow.write_all(head.as_bytes()).unwrap();
    let mut reading = scene.listen(&target);
    assert_eq!(reading.event_ids(6).len(), 6, "others get everything meanwhile");
    let mut got = Vec::new();
    slow.read_to_end(&mut got).unwrap();
    let times =
        |text: &str| got.windows(text.len()).filter(|window| *window == text.as_bytes()).count();
    assert_eq!(times("EPCISQueryDocument"), 1);
    assert!(times("urn:uuid:1") == 1 && times("urn:uuid:2") == 0, "one message of about 1 MiB");
    // The close frame: policy violation (RFC 6455, section 7.4.1).
    let tail = String::from_utf8_lossy(&got[got.len() - 60..]).into_owned();
    assert!(tail.ends_with("messages are not read in time"), "{tail}");
}
