//! The window: every client posts its next document as soon as the last one was answered.

use crate::documents::{MEDIA_TYPE, Template};
use crate::prepare::Party;
use crate::wire::{Connection, post_head};
use anyhow::{Context, Result};
use std::rc::Rc;
use std::time::{Duration, Instant};
use tokio::sync::Barrier;
use tokio::task::LocalSet;

/// What one client saw.
#[derive(Debug, Default)]
pub(crate) struct Seen {
    /// Which party it posted for.
    pub(crate) party: u64,
    /// Bodies of the answers with status 202, by number of the submission.
    pub(crate) answers: Vec<(usize, Vec<u8>)>,
    /// From before the first byte was sent to after the last one was read, of every answer.
    pub(crate) latencies: Vec<Duration>,
    /// Answers with another status.
    pub(crate) refused: u64,
    /// The first of them.
    pub(crate) first_refusal: Option<String>,
    /// It had posted everything before the time was over.
    pub(crate) ran_out: bool,
}

/// What all clients saw.
#[derive(Debug)]
pub(crate) struct Window {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    pub(crate) clients: Vec<Seen>,
}

/// Opens one connection for each party, then posts from all of them at once for `time`.
pub(crate) async fn run(
    address: &str,
    parties: Vec<Party>,
    template: Template,
    time: Duration,
) -> Result<(Window, Vec<Party>)> {
    let template = Rc::new(template);
    let ready = Rc::new(Barrier::new(parties.len()));
    let local = LocalSet::new();
    let clients = local.run_until(async {
        let mut tasks = Vec::new();
        for party in parties {
            let connection = Connection::open(address).await?;
            let (template, ready) = (Rc::clone(&template), Rc::clone(&ready));
            tasks.push(tokio::task::spawn_local(async move {
                ready.wait().await;
                let started = Instant::now();
                let seen = client(connection, &party, &template, started + time).await;
                (started, Instant::now(), seen, party)
            }));
        }
        let mut clients = Vec::new();
        for task in tasks {
            clients.push(task.await.context("a client failed")?);
        }
        anyhow::Ok(clients)
    });
    let clients = clients.await?;
    let first = clients.iter().map(|(started, ..)| *started).min();
    let last = clients.iter().map(|(_, ended, ..)| *ended).max();
    let elapsed = first.zip(last).map(|(first, last)| last - first).unwrap_or_default();
    let mut window = Window { elapsed, clients: Vec::new() };
    let mut parties = Vec::new();
    for (_, _, seen, party) in clients {
        window.clients.push(seen?);
        parties.push(party);
    }
    Ok((window, parties))
}

/// One client, closed loop.
async fn client(
    mut connection: Connection,
    party: &Party,
    template: &Template,
    until: Instant,
) -> Result<Seen> {
    let mut seen = Seen { party: party.number, ran_out: true, ..Seen::default() };
    let (mut request, mut body) = (Vec::new(), Vec::new());
    for (number, submission) in party.submissions.iter().enumerate() {
        body.clear();
        template.fill(&mut body, party.number, number as u64);
        let lines = format!("Submission-Signature: {}\r\n", submission.jws);
        request.clear();
        let head = post_head("/epcis/capture", MEDIA_TYPE, &lines, body.len());
        request.extend_from_slice(head.as_bytes());
        request.extend_from_slice(&body);
        let sent = Instant::now();
        if sent >= until {
            seen.ran_out = false;
            break;
        }
        let answer = connection.exchange(&request).await?;
        seen.latencies.push(sent.elapsed());
        if answer.status == 202 {
            seen.answers.push((number, answer.body));
        } else {
            seen.refused += 1;
            let text = String::from_utf8_lossy(&answer.body).into_owned();
            seen.first_refusal.get_or_insert(format!("{}: {text}", answer.status));
        }
    }
    Ok(seen)
}
