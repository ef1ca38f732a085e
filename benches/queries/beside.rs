//! What readers see while others read and someone writes.

use crate::load::prepare::Party;
use crate::load::wire::{Connection, post_head};
use crate::queries::events::{Events, event_id};
use crate::queries::query::{Answers, Measured, Query, Tokens, ask};
use anyhow::{Result, ensure};
use laiqu_proof::Hash;
use std::cell::Cell;
use std::rc::Rc;
use std::time::Duration;
use tokio::task::LocalSet;

/// Events of one captured document.
const EVENTS: u64 = 10;

/// Who works at the same time.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Load {
    pub(crate) readers: usize,
    pub(crate) captures_per_s: u64,
}

/// Asks every query from all readers, each beginning elsewhere in the list, beside a writer.
pub(crate) async fn measure(
    address: &str,
    queries: &[Query],
    (tokens, rounds): (&Tokens, u64),
    events: Events,
    load: Load,
) -> Result<(Vec<Measured>, u64)> {
    let (queries, tokens) = (Rc::new(queries.to_vec()), Rc::new(tokens.clone()));
    let reading = Rc::new(Cell::new(true));
    LocalSet::new()
        .run_until(async {
            let writer = Connection::open(address).await?;
            let writing = write(writer, tokens.operator.clone(), events, load, reading.clone());
            let writing = tokio::task::spawn_local(writing);
            let mut readers = Vec::new();
            for reader in 0..load.readers {
                let connection = Connection::open(address).await?;
                let begin = queries.len() * reader / load.readers;
                let asked = (Rc::clone(&queries), Rc::clone(&tokens));
                let read = read(connection, asked, begin, rounds.div_ceil(load.readers as u64));
                readers.push(tokio::task::spawn_local(read));
            }
            let mut all = vec![Answers::default(); queries.len()];
            for reader in readers {
                for (at, answers) in reader.await?? {
                    all[at].extend(answers);
                }
            }
            reading.set(false);
            let written = writing.await??;
            let measured = queries.iter().zip(all);
            Ok((measured.map(|(query, answers)| answers.measured(query)).collect(), written))
        })
        .await
}

async fn read(
    mut connection: Connection,
    (queries, tokens): (Rc<Vec<Query>>, Rc<Tokens>),
    begin: usize,
    rounds: u64,
) -> Result<Vec<(usize, Answers)>> {
    let mut seen = Vec::new();
    for at in (begin..queries.len()).chain(0..begin) {
        seen.push((at, ask(&mut connection, &queries[at], &tokens, rounds).await?));
    }
    Ok(seen)
}

/// Captures at a steady rate while others read. The events say what those of the ledger say that
/// are not rare; only their identifiers are new.
async fn write(
    mut connection: Connection,
    operator: String,
    events: Events,
    load: Load,
    reading: Rc<Cell<bool>>,
) -> Result<u64> {
    if load.captures_per_s == 0 {
        return Ok(0);
    }
    let now = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH)?.as_secs();
    let party = Party::new(1_000 + now % 9_000);
    party.register(&mut connection, crate::ORIGIN, &operator).await?;
    let mut ticks = tokio::time::interval(Duration::from_secs(1) / load.captures_per_s as u32);
    let mut written = 0;
    while reading.get() {
        ticks.tick().await;
        let new = |number| event_id(500_000_000_000 + now % 100_000 * 1_000_000 + written + number);
        let body = events.repeated(EVENTS, &new);
        let jws =
            party.sign(crate::ORIGIN, crate::load::documents::MEDIA_TYPE, Hash::digest(&body));
        let lines = format!("Submission-Signature: {jws}\r\n");
        let head =
            post_head("/epcis/capture", crate::load::documents::MEDIA_TYPE, &lines, body.len());
        let answer = connection.exchange(&[head.as_bytes(), &body].concat()).await?;
        ensure!(answer.status == 202, "{}", String::from_utf8_lossy(&answer.body));
        written += EVENTS;
    }
    Ok(written)
}
