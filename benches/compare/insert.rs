//! Clients of PostgreSQL: each puts its submissions into the tables, some at a time, each time in
//! one statement and so in one transaction.

use crate::ORIGIN;
use crate::compare::records::Records;
use crate::compare::work::{Run, Work};
use crate::load::documents::MEDIA_TYPE;
use crate::load::prepare::Party;
use anyhow::{Context, Result};
use laiqu_proof::{Hash, SubmissionJws};
use postgres::types::{ToSql, Type};
use postgres::{Client, Statement};
use std::sync::Barrier;
use std::thread;
use std::time::{Duration, Instant};

/// What stands in the ledger, in tables. There are no foreign keys, which would cost more.
pub(crate) const TABLES: &str = "\
CREATE TABLE submission (id bigint PRIMARY KEY, party text NOT NULL, signature text NOT NULL, \
  document text NOT NULL);
CREATE TABLE event (id bigint PRIMARY KEY, event_id text NOT NULL UNIQUE, \
  submission bigint NOT NULL, kind text NOT NULL, time timestamptz NOT NULL, step text NOT NULL, \
  place text NOT NULL);
CREATE TABLE identifier (event bigint NOT NULL, role text NOT NULL, epc text NOT NULL, \
  amount double precision, unit text);
CREATE INDEX ON identifier (epc, event);
CREATE TABLE link (source text NOT NULL, target text NOT NULL, event bigint NOT NULL, \
  amount double precision);
CREATE INDEX ON link (source, target);
CREATE INDEX ON link (target, source);";

/// One round trip and one transaction, whatever the number of rows.
const INSERT: &str = "\
WITH submissions AS (INSERT INTO submission SELECT * FROM unnest($1, $2, $3, $4)), \
events AS (INSERT INTO event SELECT id, event_id, submission, kind, time::timestamptz, step, place \
  FROM unnest($5, $6, $7, $8, $9, $10, $11) \
  AS new (id, event_id, submission, kind, time, step, place)), \
identifiers AS (INSERT INTO identifier SELECT * FROM unnest($12, $13, $14, $15, $16)) \
INSERT INTO link SELECT * FROM unnest($17, $18, $19, $20)";

const INTS: Type = Type::INT8_ARRAY;
const TEXTS: Type = Type::TEXT_ARRAY;
const FLOATS: Type = Type::FLOAT8_ARRAY;
const TYPES: [Type; 20] = [
    INTS, TEXTS, TEXTS, TEXTS, // submission
    INTS, TEXTS, INTS, TEXTS, TEXTS, TEXTS, TEXTS, // event
    INTS, TEXTS, TEXTS, FLOATS, TEXTS, // identifier
    TEXTS, TEXTS, INTS, FLOATS, // link
];

/// Numbers of submissions that each party has for itself.
const PARTY_IDS: u64 = 1 << 32;

/// What each client does.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Doing {
    /// Submissions in a transaction.
    pub(crate) together: usize,
    /// Whether a client checks the signatures of what it inserts.
    pub(crate) checks: bool,
}

/// Inserts with one client for each party, on a thread and a connection of its own.
pub(crate) fn run(
    work: &Work,
    parties: &[Party],
    doing: Doing,
    time: Duration,
    connect: impl Fn() -> Result<Client> + Sync,
) -> Result<(Run, Vec<(u64, u64)>)> {
    let ready = Barrier::new(parties.len());
    let done = thread::scope(|scope| {
        let start = |party| {
            let (ready, connect) = (&ready, &connect);
            scope.spawn(move || {
                // A client that cannot connect still lets the others begin.
                let connected = connect().and_then(|mut client| {
                    let statement = client.prepare_typed(INSERT, &TYPES)?;
                    Ok((client, statement))
                });
                ready.wait();
                let started = Instant::now();
                let latencies = one(work, party, doing, started + time, connected?)?;
                anyhow::Ok((party.number, started, Instant::now(), latencies))
            })
        };
        let threads: Vec<_> = parties.iter().map(start).collect();
        let joined = threads.into_iter().map(|thread| thread.join().ok().context("a client"));
        joined.map(|done| done?).collect::<Result<Vec<_>>>()
    })?;
    let started = done.iter().map(|(_, started, ..)| *started).min();
    let ended = done.iter().map(|(_, _, ended, _)| *ended).max();
    let elapsed = started.zip(ended).map(|(started, ended)| ended - started).unwrap_or_default();
    let stored = done.iter().map(|(party, .., times)| (*party, times.len() as u64)).collect();
    let all = |party: &Party| party.submissions.len();
    let ran_out = done.iter().zip(parties).any(|((.., times), party)| times.len() == all(party));
    let latencies = done.into_iter().flat_map(|(.., latencies)| latencies).collect();
    Ok((Run { elapsed, latencies, ran_out }, stored))
}

/// One client: the latency of each submission is that of its transaction.
fn one(
    work: &Work,
    party: &Party,
    doing: Doing,
    until: Instant,
    (mut client, statement): (Client, Statement),
) -> Result<Vec<Duration>> {
    let mut latencies = Vec::new();
    let mut numbers = 0_u64..;
    for submissions in party.submissions.chunks(doing.together) {
        let filled: Vec<_> = submissions.iter().zip(&mut numbers).collect();
        let documents = filled.into_iter().map(|(submission, number)| {
            let mut document = Vec::new();
            work.template.fill(&mut document, party.number, number);
            Ok((number, submission.jws.as_str(), String::from_utf8(document)?))
        });
        let documents = documents.collect::<Result<Vec<_>>>()?;
        let begun = Instant::now();
        if begun >= until {
            break;
        }
        let mut records = Records::default();
        for (number, jws, document) in documents {
            if doing.checks {
                check(jws, &document, party)?;
            }
            let id = i64::try_from(party.number * PARTY_IDS + number)?;
            let events = i64::try_from(work.events_per_submission)?;
            records.add(id, events, &party.id, jws, document)?;
        }
        client.execute(&statement, &columns(&records))?;
        latencies.extend(std::iter::repeat_n(begun.elapsed(), submissions.len()));
    }
    Ok(latencies)
}

/// The checks of a signature that Laiqu makes.
fn check(jws: &str, document: &str, party: &Party) -> Result<()> {
    let jws = SubmissionJws::parse(jws)?;
    jws.verify(party.key.public())?;
    let sha256 = Hash::digest(document.as_bytes());
    jws.claims().check(Some(&party.id), ORIGIN, &sha256, MEDIA_TYPE)?;
    Ok(())
}

fn columns(records: &Records) -> [&(dyn ToSql + Sync); 20] {
    let Records { submissions, events, identifiers, links } = records;
    [
        &submissions.id,
        &submissions.party,
        &submissions.signature,
        &submissions.document,
        &events.id,
        &events.event_id,
        &events.submission,
        &events.kind,
        &events.time,
        &events.step,
        &events.place,
        &identifiers.event,
        &identifiers.role,
        &identifiers.epc,
        &identifiers.amount,
        &identifiers.unit,
        &links.source,
        &links.target,
        &links.event,
        &links.amount,
    ]
}
