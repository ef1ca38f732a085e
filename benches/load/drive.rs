//! A window: clients post at their pace until it is over.

use crate::load::documents::Template;
use crate::load::pace::Pace;
use crate::load::prepare::Party;
use crate::load::wire::{Answer, Connection};
use anyhow::{Context, Result};
use std::rc::Rc;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::LocalSet;

/// How long one answer took.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Timing {
    /// Whether its status was 202.
    pub(crate) accepted: bool,
    /// From when it was to be posted to after the last byte was read. In a closed loop that is when
    /// it was posted.
    pub(crate) from_due: Duration,
    /// From before the first byte was sent.
    pub(crate) from_sent: Duration,
}

/// What one client saw.
#[derive(Clone, Debug, Default)]
pub(crate) struct Seen {
    /// Which party it posted for.
    pub(crate) party: u64,
    /// Bodies of the answers with status 202, by number of the submission.
    pub(crate) answers: Vec<(usize, Vec<u8>)>,
    pub(crate) timings: Vec<Timing>,
    /// Answers that said to come back: status 503 with `Retry-After`.
    pub(crate) told_to_return: u64,
    /// Answers with any other status than 202.
    pub(crate) refused_otherwise: u64,
    /// The first answer with another status than 202.
    pub(crate) first_refusal: Option<String>,
    /// It had posted everything before the window was over.
    pub(crate) ran_out: bool,
    /// When its first request was sent, and its last answer read.
    first: Option<Instant>,
    last: Option<Instant>,
}

/// What all clients saw.
#[derive(Debug)]
pub(crate) struct Window {
    /// From the first request to the last answer.
    pub(crate) elapsed: Duration,
    pub(crate) clients: Vec<Seen>,
}

impl Seen {
    /// Nothing yet, of this party.
    pub(crate) fn of(party: u64) -> Self {
        Self { party, ..Self::default() }
    }

    /// Adds one answer to the submission of this number.
    fn add(&mut self, number: usize, timing: Timing, answer: Answer) {
        self.timings.push(timing);
        if timing.accepted {
            return self.answers.push((number, answer.body));
        }
        match (answer.status, answer.retry_after) {
            (503, Some(_)) => self.told_to_return += 1,
            _ => self.refused_otherwise += 1,
        }
        let text = String::from_utf8_lossy(&answer.body).into_owned();
        self.first_refusal.get_or_insert(format!("{}: {text}", answer.status));
    }

    /// All answers with another status than 202.
    pub(crate) fn refused(&self) -> u64 {
        self.told_to_return + self.refused_otherwise
    }
}

impl Window {
    pub(crate) fn of_clients(&self, count: impl Fn(&Seen) -> u64) -> u64 {
        self.clients.iter().map(count).sum()
    }

    /// These times of the wanted answers, in ascending order.
    pub(crate) fn times(&self, of: impl Fn(&Timing) -> Option<Duration>) -> Vec<Duration> {
        let timings = self.clients.iter().flat_map(|seen| &seen.timings);
        let mut times: Vec<Duration> = timings.filter_map(of).collect();
        times.sort_unstable();
        times
    }
}

/// Opens one connection for each party, then posts from all of them at the pace that is made then.
pub(crate) async fn run(
    address: &str,
    parties: Vec<Party>,
    template: &Arc<Template>,
    pace: impl FnOnce() -> Pace,
) -> Result<(Window, Vec<Party>, Rc<Pace>)> {
    let mut connected = Vec::new();
    for party in parties {
        connected.push((Connection::open(address).await?, party));
    }
    let pace = Rc::new(pace());
    let local = LocalSet::new();
    let ended = local.run_until(async {
        let tasks: Vec<_> = connected
            .into_iter()
            .map(|(mut connection, mut party)| {
                let (template, pace) = (Arc::clone(template), Rc::clone(&pace));
                tokio::task::spawn_local(async move {
                    let seen = client(&mut connection, &mut party, &template, &pace).await;
                    (seen, party)
                })
            })
            .collect();
        let mut ended = Vec::new();
        for task in tasks {
            ended.push(task.await.context("a client failed")?);
        }
        anyhow::Ok(ended)
    });
    let (mut clients, mut parties) = (Vec::new(), Vec::new());
    for (seen, party) in ended.await? {
        clients.push(seen?);
        parties.push(party);
    }
    let first = clients.iter().filter_map(|seen| seen.first).min();
    let last = clients.iter().filter_map(|seen| seen.last).max();
    let elapsed = first.zip(last).map(|(first, last)| last - first).unwrap_or_default();
    Ok((Window { elapsed, clients }, parties, pace))
}

/// One client: posts what was not accepted yet, in order.
async fn client(
    connection: &mut Connection,
    party: &mut Party,
    template: &Template,
    pace: &Pace,
) -> Result<Seen> {
    let mut seen = Seen::of(party.number);
    let mut request = Vec::new();
    while let Some(number) = party.fill(&mut request, template) {
        let Some(due) = pace.next().await else { return Ok(seen) };
        let timing = post(connection, &request, due, number, &mut seen).await?;
        party.accepted += usize::from(timing.accepted);
    }
    seen.ran_out = true;
    Ok(seen)
}

/// Posts the submission of this number, whose answer is counted from `due`.
pub(crate) async fn post(
    connection: &mut Connection,
    request: &[u8],
    due: Instant,
    number: usize,
    seen: &mut Seen,
) -> Result<Timing> {
    let sent = Instant::now();
    let answer = connection.exchange(request).await?;
    let read = Instant::now();
    seen.first.get_or_insert(sent);
    seen.last = Some(read);
    let accepted = answer.status == 202;
    let timing = Timing { accepted, from_due: read - due, from_sent: read - sent };
    seen.add(number, timing, answer);
    Ok(timing)
}
