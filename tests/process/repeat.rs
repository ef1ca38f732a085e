//! The same documents from many clients at once.

use crate::ran::{LOT, Running};
use laiqu_tests::{Book, Dice, commissioned, document};
use std::sync::Barrier;
use std::time::Duration;

const CLIENTS: usize = 8;
const DOCUMENTS: u64 = 60;
/// Many, so that taking in a document lasts long enough to be met by the next request.
const EVENTS: u64 = 150;
/// Spread of the moments at which the clients post one document, in microseconds.
const SPREAD_MICROS: u64 = 40_000;

fn body(n: u64) -> String {
    let events = (0..EVENTS).map(|event| {
        let id = format!("urn:example:same:{n}:{event}");
        commissioned(&id, &format!("{LOT}-{event}"), event)
    });
    document(&events.collect::<Vec<_>>())
}

#[test]
fn whoever_comes_second_gets_the_first_receipt_at_any_moment() {
    let running = Running::new(&[]);
    let together = Barrier::new(CLIENTS);
    let mut dice = Dice::printed();
    let answers: Vec<_> = std::thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|_| {
                let (running, together, http) = (&running, &together, running.server.client());
                let mut dice = dice.fork();
                scope.spawn(move || {
                    let mut answers = Vec::new();
                    for n in 0..DOCUMENTS {
                        let body = body(n);
                        together.wait();
                        std::thread::sleep(Duration::from_micros(dice.below(SPREAD_MICROS)));
                        let answer = running.farm.capture(&http, &body);
                        answers.push((body, answer));
                    }
                    answers
                })
            })
            .collect();
        clients.into_iter().flat_map(|client| client.join().unwrap()).collect()
    });
    let mut book = Book::new(&running.ledger.vkey);
    for (body, answer) in &answers {
        book.keep(body, answer);
    }
    assert_eq!(book.receipts(), CLIENTS * book.documents());
    let written = answers.iter().filter(|(_, answer)| answer.json()["replayed"] == false).count();
    assert!(written >= book.documents(), "{written} answers to the first of its kind");
}
