//! Posting every document over HTTP: several clients at once, the order of each party kept, every
//! receipt checked.

use super::people::{Member, interrupted};
use crate::chain::sign;
use crate::client::{Answer, Client};
use crate::exit::{Exit, Failure};
use crate::out;
use crate::post::Capture;
use crate::progress::Progress;
use crate::receipt::{self, Expected};
use crate::serving::Stop;
use laiqu_city::{City, CityDocument};
use laiqu_proof::{NoteVerifier, PrivateJwk};
use std::sync::mpsc::{Receiver, Sender, SyncSender, channel, sync_channel};
use std::time::{Duration, Instant};

/// Clients that post at the same time; a party always posts through the same one.
const CLIENTS: usize = 8;
/// Documents that wait for one client.
const WAITING_DOCUMENTS_MAX: usize = 64;
/// How often a document is posted again where the server is busy.
const RETRIES_MAX: usize = 100;
/// Time before it is posted again, in milliseconds.
const RETRY_MILLIS: u64 = 100;
/// Most refusals that are listed.
const REFUSALS_LISTED_MAX: usize = 20;
/// Media type of the documents.
const JSON_LD: &str = "application/ld+json";

/// What was posted.
#[derive(Debug, Default)]
pub(super) struct Posted {
    pub(super) documents: u64,
    pub(super) events: u64,
    pub(super) seconds: f64,
    /// Documents that the server refused, and why; the first ones.
    pub(super) refusals: Vec<String>,
    pub(super) refused: u64,
}

/// What became of one document.
enum Outcome {
    Recorded { events: u64 },
    Refused(String),
    Failed(Failure),
}

/// What one client needs.
struct Poster<'a> {
    client: Client,
    members: &'a [Member],
    verifier: &'a NoteVerifier,
}

/// Posts all documents of the city in posting order.
pub(super) fn post_all(
    city: &City,
    members: &[Member],
    url: &str,
    verifier: &NoteVerifier,
    stop: &Stop,
) -> Result<Posted, Failure> {
    let (documents, events) = (city.document_count(), city.event_count());
    out::note(&format!(
        "提交 {events} 个事件（{documents} 份签名文件）… / posting {events} events in {documents} \
         documents …"
    ));
    let started = Instant::now();
    let clients = (0..CLIENTS).map(|_| Client::new(url, None)).collect::<Result<Vec<_>, _>>()?;
    let (tell, told) = channel();
    let posted = std::thread::scope(|scope| {
        let mut queues = Vec::with_capacity(CLIENTS);
        for client in clients {
            let (queue, documents) = sync_channel(WAITING_DOCUMENTS_MAX);
            let (poster, tell) = (Poster { client, members, verifier }, tell.clone());
            scope.spawn(move || poster.run(&documents, &tell));
            queues.push(queue);
        }
        drop(tell);
        feed(city, queues, &told, stop)
    });
    let mut posted = posted?;
    posted.seconds = started.elapsed().as_secs_f64();
    Ok(posted)
}

/// Hands out documents until all are done or something fails.
fn feed(
    city: &City,
    queues: Vec<SyncSender<CityDocument>>,
    told: &Receiver<Outcome>,
    stop: &Stop,
) -> Result<Posted, Failure> {
    let all = city.event_count() as u64;
    let mut progress = Progress::new("提交 events", all, true);
    let mut posted = Posted::default();
    for document in city.documents() {
        if stop.is_asked() {
            return Err(interrupted());
        }
        let Some(queue) = queues.get(document.party % CLIENTS) else { continue };
        if queue.send(document).is_err() {
            break; // that client failed, and says why below
        }
        for outcome in told.try_iter() {
            posted.add(outcome)?;
        }
        progress.set(posted.events, all);
    }
    drop(queues);
    for outcome in told {
        posted.add(outcome)?;
        progress.set(posted.events, all);
    }
    progress.finish();
    Ok(posted)
}

impl Posted {
    fn add(&mut self, outcome: Outcome) -> Result<(), Failure> {
        match outcome {
            Outcome::Recorded { events } => {
                self.documents += 1;
                self.events += events;
            }
            Outcome::Refused(why) => {
                self.refused += 1;
                if self.refusals.len() < REFUSALS_LISTED_MAX {
                    self.refusals.push(why);
                }
            }
            Outcome::Failed(failure) => return Err(failure),
        }
        Ok(())
    }
}

impl Poster<'_> {
    fn run(&self, documents: &Receiver<CityDocument>, tell: &Sender<Outcome>) {
        while let Ok(document) = documents.recv() {
            let outcome = self.post(&document).unwrap_or_else(Outcome::Failed);
            let failed = matches!(outcome, Outcome::Failed(_));
            if tell.send(outcome).is_err() || failed {
                return;
            }
        }
    }

    fn post(&self, document: &CityDocument) -> Result<Outcome, Failure> {
        let no_party = || Failure::new(Exit::Damaged, "文件没有单位", "a document has no party");
        let member = self.members.get(document.party).ok_or_else(no_party)?;
        let (client, signatures) = match &member.token {
            Some(token) => (self.client.with_bearer(token), Vec::new()),
            None => (self.client.clone(), vec![self.signature(member, &document.json)]),
        };
        let answer = post_patiently(&client, &signatures, &document.json)?;
        if !(200..300).contains(&answer.status) {
            let why = answer.refusal();
            return Ok(Outcome::Refused(format!("{}: {}", member.id, why.english())));
        }
        let capture: Capture = answer.json()?;
        let own_key = member.token.is_none().then_some(&member.key);
        let expected = Expected {
            verifier: self.verifier,
            body: &document.json,
            media_type: JSON_LD,
            issuer: Some(&member.id),
            key: own_key.map(PrivateJwk::public),
            replayed: capture.replayed,
        };
        receipt::check(&capture.receipt, &expected).map_err(|fault| {
            let en = format!("{}: a receipt is wrong: {fault}", member.id);
            Failure::new(Exit::CheckFailed, "回执核对未通过", en)
        })?;
        Ok(Outcome::Recorded { events: document.events as u64 })
    }

    fn signature(&self, member: &Member, body: &str) -> String {
        let names = (member.id.as_str(), self.verifier.name());
        sign(&member.key, names, JSON_LD, body.as_bytes(), None)
    }
}

/// Posts until the server is not too busy.
fn post_patiently(client: &Client, signatures: &[String], body: &str) -> Result<Answer, Failure> {
    let post = || client.post("/epcis/capture", JSON_LD, signatures, body.as_bytes());
    for _ in 0..RETRIES_MAX {
        let answer = post()?;
        if answer.status != 503 {
            return Ok(answer);
        }
        std::thread::sleep(Duration::from_millis(RETRY_MILLIS));
    }
    post()
}
