//! Documents over the same few lots, erased in any order: what is shown at once is what is shown
//! after a start, and every chain of lots that others state stays joined.

use laiqu_tests::{Client, Dice, Erasable, TestServer, document, found_below};
use serde_json::Value;
use std::collections::BTreeSet;

const DOCUMENTS: u64 = 24;
const LOTS: u64 = 9;
/// One document in so many is erased, some time after it came.
const ERASED_ONE_IN: u64 = 3;

fn lot(number: u64) -> String {
    format!("urn:epc:class:lgtin:4012345.0{number}{number}{number}{number}{number}.L{number}")
}

/// One step of goods, and a label that nobody else states; its retention is over.
fn body(n: u64, dice: &mut Dice) -> String {
    let (from, to) = (lot(dice.below(LOTS)), lot(dice.below(LOTS)));
    let kilograms = 1 + dice.below(40);
    let day = 1 + n % 28;
    let made = format!(
        r#"{{"type":"TransformationEvent","eventID":"urn:example:model:{n}:made",
"eventTime":"2026-10-{day:02}T08:00:00Z","eventTimeZoneOffset":"+00:00","bizStep":"commissioning",
"bizLocation":{{"id":"https://id.gs1.org/414/401234500012{}"}},
"inputQuantityList":[{{"epcClass":"{from}","quantity":{kilograms},"uom":"KGM"}}],
"outputQuantityList":[{{"epcClass":"{to}","quantity":{kilograms},"uom":"KGM"}},
{{"epcClass":"urn:epc:class:lgtin:4012345.055555.PRIVATE{n}","quantity":1,"uom":"KGM"}}],
"ilmd":{{"cbvmda:bestBeforeDate":"2025-01-31"}}}}"#,
        dice.below(10)
    );
    let sent = format!(
        r#"{{"type":"ObjectEvent","eventID":"urn:example:model:{n}:sent",
"eventTime":"2026-10-{day:02}T18:00:00Z","eventTimeZoneOffset":"+00:00","action":"OBSERVE",
"bizStep":"shipping","readPoint":{{"id":"https://id.gs1.org/414/4012345000115"}},
"quantityList":[{{"epcClass":"{to}","quantity":{kilograms},"uom":"KGM"}}],
"destinationList":[{{"type":"owning_party","destination":"urn:example:buyer:{}"}}]}}"#,
        dice.below(3)
    );
    document(&[made, sent])
}

fn traces(client: &Client) -> Vec<Value> {
    let path = |lot| format!("/v1/trace?id={lot}&direction=both&containers=true");
    (0..LOTS).map(|number| client.get(&path(lot(number))).expect(200)).collect()
}

/// The lots that join others in an answer, whatever they are called.
fn joined(answer: &Value) -> (usize, usize) {
    let count = |list: &str| answer[list].as_array().unwrap().len();
    (count("links"), count("events"))
}

#[test]
fn answers_are_the_same_live_and_after_a_start_whatever_is_erased() {
    let mut dice = Dice::printed();
    let (erasable, mut server) = Erasable::start();
    let operator = &erasable.ledger.operator;
    let mut standing: Vec<(u64, u64)> = Vec::new();
    let (mut erased, mut most) = (BTreeSet::new(), 0);
    for n in 0..DOCUMENTS {
        let captured = erasable.farm.capture(&server.client(), &body(n, &mut dice)).expect(202);
        standing.push((n, captured["receipt"]["index"].as_u64().unwrap()));
        if dice.below(ERASED_ONE_IN) > 0 {
            continue;
        }
        let at = usize::try_from(dice.below(standing.len() as u64)).unwrap();
        let (number, index) = standing.swap_remove(at);
        // Writes go on beside an erasure.
        let beside: Vec<String> = (0..3).map(|m| body(1_000 + 10 * n + m, &mut dice)).collect();
        let answer = std::thread::scope(|scope| {
            let (farm, client) = (&erasable.farm, server.client());
            let posting = scope
                .spawn(move || beside.iter().all(|body| farm.capture(&client, body).status == 202));
            let answer = erasable.erase(&server, &Erasable::order(index)).unwrap();
            assert!(posting.join().unwrap());
            answer
        });
        assert_eq!(answer.status, 201, "{}", answer.text());
        erased.insert(number);
        let live = traces(&server.client_with(operator));
        most = live.iter().map(|answer| joined(answer).0).sum::<usize>().max(most);
        let gone: Vec<Vec<u8>> =
            erased.iter().map(|n| format!("PRIVATE{n}\"").into_bytes()).collect();
        assert_eq!(found_below(&erasable.ledger.data, &gone), Vec::<String>::new());
        assert!(server.stop().success());
        server = TestServer::start(&erasable.ledger.data, &[]);
        assert_eq!(traces(&server.client_with(operator)), live, "after {n}");
    }
    println!("{} of {DOCUMENTS} documents erased, up to {most} links shown", erased.len());
    assert!(most > 10);
    assert!(server.stop().success());
    assert_eq!(erasable.ledger.verify().0, 0);
}

#[test]
fn erasing_one_of_many_documents_keeps_the_links_that_others_need() {
    let mut dice = Dice::printed();
    let (erasable, server) = Erasable::start();
    let client = server.client_with(&erasable.ledger.operator);
    // Two documents state each lot, so that none is known from the erased one alone.
    let first = body(1, &mut dice);
    let second = first.replace("model:1", "model:2").replace("PRIVATE1", "PRIVATE2");
    let captured = erasable.farm.capture(&server.client(), &first).expect(202);
    assert_eq!(erasable.farm.capture(&server.client(), &second).status, 202);
    let before: Vec<_> = traces(&client).iter().map(joined).collect();
    let index = captured["receipt"]["index"].as_u64().unwrap();
    let answer = erasable.erase(&server, &Erasable::order(index)).unwrap();
    assert_eq!(answer.status, 201, "{}", answer.text());
    let after: Vec<_> = traces(&client).iter().map(joined).collect();
    assert_eq!(after, before);
    assert!(server.stop().success());
}
