//! Killed (SIGKILL) at random moments while eight clients post to one ledger.

use laiqu_ledger::{Kind, Reader};
use laiqu_tests::{
    Answer, Book, Client, Dice, LedgerDir, TestParty, TestServer, commissioned, document,
};
use std::collections::BTreeSet;
use std::time::Duration;

const KILLS: u64 = 50;
const CLIENTS: usize = 8;
/// Two clients post for each party, so that one document can be in flight twice.
const PARTIES: usize = 4;
const EVENTS_MAX: u64 = 20;
const POSTING_MILLIS_MIN: u64 = 50;
const POSTING_MILLIS_MAX: u64 = 400;
/// Pauses of each client between two documents are shorter than this.
const PAUSE_MILLIS: u64 = 30;
/// One document in so many is one that was sent before.
const REPEATS_ONE_IN: u64 = 6;

/// What one client saw until the server was gone.
#[derive(Default)]
struct Seen {
    acknowledged: Vec<(String, Answer)>,
    /// Sent, but never answered.
    lost: Option<String>,
}

struct Poster<'a> {
    party: &'a TestParty,
    client: Client,
    /// Documents of this party from earlier rounds.
    earlier: &'a [String],
    round: u64,
    number: usize,
    dice: Dice,
}

impl Poster<'_> {
    fn run(mut self) -> Seen {
        let mut seen = Seen::default();
        for n in 0.. {
            let body = self.body(n, &seen);
            std::thread::sleep(Duration::from_millis(self.dice.below(PAUSE_MILLIS)));
            match self.party.try_capture(&self.client, &body) {
                Some(answer) => seen.acknowledged.push((body, answer)),
                None => {
                    seen.lost = Some(body);
                    break;
                }
            }
        }
        seen
    }

    fn body(&mut self, n: u64, seen: &Seen) -> String {
        if n == 0 {
            // Both clients of the party begin with the same document.
            return self.document(&format!("{}:shared", self.round), 3);
        }
        if self.dice.below(REPEATS_ONE_IN) == 0 {
            let own = self.dice.pick(&seen.acknowledged).map(|(body, _)| body.clone());
            let old = self.dice.pick(self.earlier).cloned();
            let mut known = [own, old].into_iter().flatten();
            let skipped = usize::try_from(self.dice.below(2)).unwrap();
            if let Some(body) = known.nth(skipped) {
                return body;
            }
        }
        // Small documents more often than large ones.
        let most = 1 + self.dice.below(EVENTS_MAX);
        let events = 1 + self.dice.below(most);
        self.document(&format!("{}:{}:{n}", self.round, self.number), events)
    }

    fn document(&self, name: &str, events: u64) -> String {
        let events = (0..events).map(|event| {
            let id = format!("{}:event:{name}:{event}", self.party.id);
            let lot = format!("urn:epc:class:lgtin:4012345.011111.{}-{event}", self.round);
            commissioned(&id, &lot, 100 + event)
        });
        document(&events.collect::<Vec<_>>())
    }
}

/// Posts with all clients until the server is killed.
fn post_until_killed(
    server: TestServer,
    parties: &[TestParty],
    sent: &[BTreeSet<String>],
    round: u64,
    dice: &mut Dice,
) -> Vec<Seen> {
    let earlier: Vec<Vec<String>> =
        sent.iter().map(|bodies| bodies.iter().cloned().collect()).collect();
    let spread = POSTING_MILLIS_MAX - POSTING_MILLIS_MIN;
    let moment = Duration::from_millis(POSTING_MILLIS_MIN + dice.below(spread + 1));
    std::thread::scope(|scope| {
        let posting: Vec<_> = (0..CLIENTS)
            .map(|number| {
                let (party, earlier) =
                    (&parties[number % PARTIES], earlier[number % PARTIES].as_slice());
                let (client, dice) = (server.client(), dice.fork());
                let poster = Poster { party, client, earlier, round, number, dice };
                scope.spawn(move || poster.run())
            })
            .collect();
        std::thread::sleep(moment);
        server.kill();
        posting.into_iter().map(|client| client.join().unwrap()).collect()
    })
}

#[test]
fn fifty_kills_break_no_receipt_and_leave_no_half_entry() {
    let mut dice = Dice::printed();
    let ledger = LedgerDir::new("kill.example/log");
    let mut server = TestServer::start(&ledger.data, &[]);
    let parties: Vec<TestParty> = (1..=PARTIES)
        .map(|n| {
            let id = format!("urn:example:party:{n}");
            let seed = u8::try_from(n).unwrap();
            TestParty::new(&ledger.origin, &id, seed).register(
                &server,
                &ledger.operator,
                "required",
            )
        })
        .collect();
    let mut book = Book::new(&ledger.vkey);
    let mut sent = vec![BTreeSet::new(); PARTIES];
    let (mut lost, mut found) = (0, 0);
    for round in 0..KILLS {
        let seen = post_until_killed(server, &parties, &sent, round, &mut dice);
        server = TestServer::start(&ledger.data, &[]);
        let mut unanswered = Vec::new();
        for (number, seen) in seen.into_iter().enumerate() {
            let party = number % PARTIES;
            for (body, answer) in seen.acknowledged {
                book.keep(&body, &answer);
                sent[party].insert(body);
            }
            unanswered.extend(seen.lost.map(|body| (party, body)));
        }
        let size = book.check(&server.client());
        let (exit, report) = ledger.verify();
        assert_eq!(exit, 0, "round {round}, size {size}: {report}");
        for (party, body) in unanswered {
            let answer = parties[party].capture(&server.client(), &body);
            lost += 1;
            found += u64::from(book.keep(&body, &answer) < size);
            sent[party].insert(body);
        }
    }
    println!(
        "{} receipts of {} documents; {lost} answers lost, {found} of them had been written",
        book.receipts(),
        book.documents()
    );
    assert!(server.stop().success());
    assert!(book.receipts() > book.documents(), "no document was repeated");
    assert!(lost >= KILLS, "clients were not posting when the server was killed");
    everything_stands_once(&ledger, &sent);
}

/// The ledger holds exactly the documents that were sent, each as it was sent and once.
fn everything_stands_once(ledger: &LedgerDir, sent: &[BTreeSet<String>]) {
    let mut expected: Vec<&[u8]> = sent.iter().flatten().map(|body| body.as_bytes()).collect();
    expected.sort_unstable();
    let reader = Reader::open(&ledger.data.join("log")).unwrap();
    let entries: Vec<_> = reader.scan(0).map(Result::unwrap).collect();
    let captures = entries.iter().filter(|entry| entry.leaf.kind == Kind::EpcisCapture);
    let mut found: Vec<&[u8]> =
        captures.map(|entry| entry.frame.as_ref().unwrap().payload.as_slice()).collect();
    found.sort_unstable();
    assert_eq!(found.len(), expected.len(), "documents in the ledger against documents sent");
    assert!(found == expected, "a stored document is not the one that was sent");
}
