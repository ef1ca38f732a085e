//! Every trace can be asked as of an earlier size, and is then what it was.

use laiqu_tests::{
    Client, Dice, Erasable, PRODUCT_LOT, Site, TestParty, TestServer, commissioned, document,
    element, encode, run, transformed, with_locations,
};
use serde_json::{Value, json};
use std::collections::BTreeMap;

const PLACE: &str = "https://id.gs1.org/414/4012345000115";
const MILL: &str = "https://id.gs1.org/414/4012345000122";
const LOTS: u64 = 5;
const STEPS: u64 = 24;

fn lot(number: u64) -> String {
    format!("https://id.gs1.org/01/04012345111118/10/L{number}")
}

/// What was answered when the ledger had a size: by reader and path.
type Told = BTreeMap<u64, BTreeMap<(usize, String), Value>>;

fn tell(told: &mut Told, (reader, client): (usize, &Client), path: String) {
    let answer = client.get(&path).expect(200);
    let size = answer["ledger"]["size"].as_u64().unwrap();
    told.entry(size).or_default().insert((reader, path), answer);
}

fn ask(readers: &[Client], told: &mut Told) {
    for (reader, client) in readers.iter().enumerate() {
        for (number, way) in
            (0..LOTS).flat_map(|lot| ["back", "forward", "both"].map(|way| (lot, way)))
        {
            tell(
                told,
                (reader, client),
                format!("/v1/trace?direction={way}&id={}", encode(&lot(number))),
            );
        }
        let path = format!("/v1/trace?id={}&to={}", encode(&lot(0)), encode(&lot(3)));
        tell(told, (reader, client), path);
        for start in [("place", PLACE), ("supplier", "urn:uscc:mill")] {
            let (name, id) = (start.0, encode(start.1));
            let period = "from=2026-01-01T00:00:00Z&until=2027-01-01T00:00:00Z";
            tell(told, (reader, client), format!("/v1/trace?{name}={id}&{period}"));
        }
        for what in ["balance", "quality"] {
            tell(told, (reader, client), format!("/v1/{what}?place={}", encode(PLACE)));
            tell(told, (reader, client), format!("/v1/{what}?lot={}", encode(&lot(1))));
        }
    }
}

/// The operator's questions about recalls, likewise; `now` where no size is given.
fn scopes(client: &Client, size: Option<u64>) -> Vec<Value> {
    let during = json!({"from": "2026-01-01T00:00:00Z", "until": "2027-01-01T00:00:00Z"});
    let questions = [
        json!({"lots": [lot(0), lot(1)], "hazard": "microbial"}),
        json!({"supplier": "urn:uscc:mill", "hazard": "label"}),
        json!({"place": PLACE, "hazard": "temperature"}),
    ];
    let ask = |mut question: Value| {
        let dated = question.get("lots").is_none();
        let fields = question.as_object_mut().unwrap();
        fields.extend(during.as_object().unwrap().clone().into_iter().filter(|_| dated));
        fields.extend(size.map(|size| ("as_of".to_owned(), json!(size))));
        let json = [("Content-Type", "application/json")];
        let mut answer =
            client.post("/v1/recall-scope", &json, question.to_string().as_bytes()).expect(200);
        assert_eq!(answer["question"].take(), question);
        answer
    };
    questions.into_iter().map(ask).collect()
}

fn as_it_was(readers: &[Client], told: &Told) {
    for (size, answers) in told {
        for ((reader, path), then) in answers {
            let now = readers[*reader].get(&format!("{path}&as_of={size}")).expect(200);
            assert_eq!(&now, then, "{path} as of {size} for reader {reader}");
        }
    }
}

/// Something random happens: events, names, declarations of error.
fn step(dice: &mut Dice, number: u64, site: &Site, parties: &[TestParty]) {
    let party = dice.pick(parties).unwrap();
    let id = format!("urn:uuid:20000000-0000-4000-8000-{number:012}");
    let first = dice.below(LOTS - 1);
    let (from, to) = (lot(first), lot(first + 1 + dice.below(LOTS - 1 - first)));
    let body = match dice.below(6) {
        0 => document(&[commissioned(&id, &from, 1 + dice.below(50))]),
        1 => with_locations(&[element(PLACE, &[("name", &format!("库 {number}"))], None)], &[]),
        2 => {
            let sent = commissioned(&id, &from, 5).replace(
                r#""action":"ADD","bizStep":"commissioning""#,
                &format!(
                    r#""action":"OBSERVE","bizStep":"shipping","destinationList":[
                    {{"type":"owning_party","destination":"{}"}},
                    {{"type":"location","destination":"{MILL}"}}]"#,
                    dice.pick(parties).unwrap().id
                ),
            );
            document(&[sent])
        }
        3 if number > 0 => {
            let about = format!("urn:uuid:20000000-0000-4000-8000-{:012}", dice.below(number));
            let Some(stored) = site.operator().get(&format!("/epcis/events/{about}")).event()
            else {
                return;
            };
            let reason = ["did_not_occur", "incorrect_data"][usize::from(dice.below(2) == 0)];
            document(&[declared(stored, reason)])
        }
        _ => document(&[transformed(&id, &[&from], &to)]),
    };
    // Who declares the event of another to be in error is heard too; a repetition is not.
    let answer = party.capture(&site.client(), &body);
    assert!([202, 409].contains(&answer.status), "{}", answer.text());
}

/// The event of an answer to a look-up by its identifier.
trait FirstEvent {
    fn event(&self) -> Option<Value>;
}

impl FirstEvent for laiqu_tests::Answer {
    fn event(&self) -> Option<Value> {
        let mut body = (self.status == 200).then(|| self.json())?;
        let list = &mut body["epcisBody"]["queryResults"]["resultsBody"]["eventList"];
        Some(list.get_mut(0)?.take())
    }
}

fn declared(mut event: Value, reason: &str) -> String {
    event.as_object_mut().unwrap().retain(|name, _| !["recordTime"].contains(&name.as_str()));
    event["errorDeclaration"] =
        serde_json::json!({ "declarationTime": "2026-11-20T00:00:00Z", "reason": reason });
    event.to_string()
}

#[test]
fn an_earlier_size_is_answered_as_it_was_then() {
    let mut dice = Dice::printed();
    let site = Site::new("ledger.example/as-of");
    let mut parties = vec![site.party("urn:uscc:farm"), site.party("urn:uscc:mill")];
    let tokens = [site.ledger.operator.clone(), site.token(&parties[0]), site.token(&parties[1])];
    let readers = |server: &TestServer| tokens.clone().map(|token| server.client_with(&token));
    let (mut told, mut recalls) = (Told::new(), Vec::new());
    ask(&readers(&site.server), &mut told);
    for number in 0..STEPS {
        if number == STEPS / 2 {
            // Its events may come before anyone knows its name.
            parties.push(site.party("urn:uscc:late"));
        }
        step(&mut dice, number, &site, &parties);
        ask(&readers(&site.server), &mut told);
        recalls.push((site.size(), scopes(&site.operator(), None)));
    }
    assert!(told.len() > 5, "{:?}", told.keys());
    as_it_was(&readers(&site.server), &told);
    for (size, then) in &recalls {
        assert_eq!(&scopes(&site.operator(), Some(*size)), then, "recalls as of {size}");
    }
    assert!(recalls.iter().any(|(_, then)| then[0]["holdings"].as_array().unwrap().len() > 1));

    let size = site.size();
    let beyond = site.operator().get(&format!("/v1/trace?id=urn:x&as_of={}", size + 1));
    assert_eq!(beyond.problem(400), "invalid-parameter");
    assert!(beyond.text().contains(&format!("has {size} entries")), "{}", beyond.text());
    let word = site.operator().get("/v1/trace?id=urn:x&as_of=yesterday");
    assert_eq!(word.problem(400), "invalid-parameter");

    // The directory says the same, and so does a restart.
    let data = site.ledger.data.to_str().unwrap();
    for (size, answers) in told.iter().step_by(3) {
        let id = lot(LOTS - 1);
        let path = format!("/v1/trace?direction=back&id={}", encode(&id));
        let as_of = size.to_string();
        let ran = run(&["trace", "back", &id, "--data", data, "--as-of", &as_of, "--json"]);
        let shown: Value = serde_json::from_slice(&ran.stdout).unwrap();
        assert_eq!(shown, answers[&(0, path)]);
    }
    assert!(site.server.stop().success());
    let server = TestServer::start(&site.ledger.data, &[]);
    as_it_was(&readers(&server), &told);
}

#[test]
fn the_page_shows_an_earlier_size_and_leads_back_to_now() {
    let site = Site::with("ledger.example/as-of-page", &["--public-read"]);
    let farm = site.party("urn:uscc:farm");
    let made = document(&[commissioned("urn:uuid:made", &lot(1), 5)]);
    assert_eq!(farm.capture(&site.client(), &made).status, 202);
    let size = site.size();
    let more = document(&[transformed("urn:uuid:used", &[&lot(1)], &lot(2))]);
    assert_eq!(farm.capture(&site.client(), &more).status, 202);
    let path = format!("/trace?id={}&direction=both", encode(&lot(1)));
    let page = |path: &str| site.client().get_with(path, &[("Accept", "text/html")]).text();
    let now = page(&path);
    assert!(now.contains("L2") && now.contains(&format!("as_of={}", size + 1)), "{now}");
    let then = page(&format!("{path}&as_of={size}"));
    assert!(!then.contains("L2") && then.contains(&format!("账本有 {size} 条")), "{then}");
    // Its links stay in that time, but for the one that leaves it.
    assert!(then.contains(&format!("direction=back&#38;as_of={size}")), "{then}");
    assert!(then.contains("看现在的答案"));
}

#[test]
fn an_earlier_size_says_what_can_no_longer_be_shown() {
    let (erasable, server) = Erasable::start();
    let client = server.client_with(&erasable.ledger.operator);
    let path = format!("/v1/trace?id={}&direction=both", encode(PRODUCT_LOT));
    let before = client.get(&path).expect(200);
    let size = before["ledger"]["size"].as_u64().unwrap();
    let erased = erasable.erase(&server, &Erasable::order(erasable.index)).unwrap().expect(201);
    let by = erased["receipt"]["index"].as_u64().unwrap();
    assert!(by >= size);
    let then = client.get(&format!("{path}&as_of={size}")).expect(200);
    assert_eq!(then["ledger"], before["ledger"], "size and root are of then");
    let gone = serde_json::json!([{ "index": erasable.index, "by": by }]);
    assert_eq!(then["erased"], gone);
    let count = |answer: &Value| answer["events"].as_array().unwrap().len();
    assert_eq!(count(&then), count(&before));
    assert!(!then.to_string().contains("SECRET"), "{then}");
    let earlier = client.get(&format!("{path}&as_of={}", erasable.index)).expect(200);
    assert_eq!(earlier["erased"], serde_json::json!([]), "not yet there");
}
