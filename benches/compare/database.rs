//! PostgreSQL as one would use it without a ledger: rows of submissions, events, identifiers and
//! links, and a recursive query.

use crate::compare::disk;
use crate::compare::insert::{self, Doing, TABLES};
use crate::compare::table::{Measured, Outcome, Row, Skipped, Trace};
use crate::compare::work::{Run, Work};
use crate::load::documents::{arrived, serial};
use crate::postgres_server::{self, PostgresServer};
use anyhow::{Context, Result, ensure};
use postgres::{Client, Config, NoTls};
use std::collections::BTreeSet;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};

/// Durable as by default, with memory for what is measured here, and write-ahead log for all of it
/// between two checkpoints.
const SETTINGS: [&str; 7] = [
    "fsync=on",
    "synchronous_commit=on",
    "shared_buffers=2GB",
    "max_wal_size=8GB",
    "checkpoint_timeout=30min",
    "max_connections=100",
    "jit=off",
];
/// What is tried: connections, and events in a transaction.
const CONNECTIONS: [u64; 3] = [4, 16, 64];
const EVENTS_TOGETHER: [u64; 4] = [1, 10, 100, 1_000];

/// What is within its times, and what is not.
const DOES: &str = "a Unix socket; one commit to disk before the answer; keeps document and \
    signature, rows of events, identifiers and links with the indexes of traces; refuses an \
    eventID that is there. Trace by recursive query, with events and amounts";
const DOES_NOT: &str = "HTTP; check documents by EPCIS; proofs, receipts, a history that cannot be \
    changed unnoticed; indexes for queries of EPCIS; grades and gaps of a trace. Bytes without its \
    write-ahead log; latency without the time in which a transaction's submissions gather";

/// Where a lot went: every link with its event, so that all is answered that a trace would name.
const FORWARD: &str = "\
WITH RECURSIVE reached (lot) AS (VALUES ($1::text) UNION \
  SELECT link.target FROM reached JOIN link ON link.source = reached.lot) \
SELECT link.source, link.target, link.amount, event.event_id FROM reached \
  JOIN link ON link.source = reached.lot JOIN event ON event.id = link.event";

#[derive(Clone, Copy, Debug)]
struct Setting {
    connections: u64,
    together: usize,
}

impl fmt::Display for Setting {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { connections, together } = self;
        write!(out, "{connections} connections, {together} submissions in a transaction")
    }
}

/// Measures it with and without checks of signatures in the client.
pub(crate) fn measure(programs: Option<&Path>, work: &Work, root: &Path) -> Result<Outcome> {
    let found = programs.map(Path::to_owned).or_else(postgres_server::programs);
    let Some(programs) = found.filter(|programs| postgres_server::has_server(programs)) else {
        let place = programs.unwrap_or(Path::new(postgres_server::DEBIAN_VERSIONS)).display();
        let why = format!("no PostgreSQL in {place}: install Debian's package postgresql");
        return Ok(Outcome::Skipped(Skipped { store: "postgres", why }));
    };
    let server = PostgresServer::start(&programs, root, &SETTINGS)?;
    let rows = [false, true].map(|checks| row(&server, checks, work));
    Ok(Outcome::Measured(rows.into_iter().collect::<Result<_>>()?))
}

fn row(server: &PostgresServer, checks: bool, work: &Work) -> Result<Row> {
    let (best, attempts) = work.best(&settings(work), |setting, time| {
        Ok(fill(server, *setting, checks, work, time)?.run)
    })?;
    let setting = best.context("nothing was tried")?;
    let verify_strict_per_s = work.bare_now()?;
    let filled = fill(server, setting, checks, work, work.time)?;
    server.ask("CHECKPOINT")?;
    let disk_bytes = tables_bytes(server)?.saturating_sub(filled.empty_bytes);
    // The statistics that autovacuum would make within a minute.
    server.ask("ANALYZE")?;
    let trace = trace(server, work, &filled.stored)?;
    let (checked, unchecked) = match checks {
        true => ("the client checks the signature as Laiqu does; ", ""),
        false => ("", "check signatures; "),
    };
    Ok(Row::new(
        work,
        Measured {
            store: if checks { "postgres, checked" } else { "postgres" },
            does: format!("{checked}{DOES}"),
            does_not: format!("{unchecked}{DOES_NOT}"),
            setting: setting.to_string(),
            verify_strict_per_s,
            run: filled.run,
            disk_bytes,
            trace,
            verify: None,
            attempts,
        },
    ))
}

/// Every number of connections with every number of submissions in a transaction.
fn settings(work: &Work) -> Vec<Setting> {
    let together = EVENTS_TOGETHER.map(|events| (events / work.events_per_submission).max(1));
    let together: BTreeSet<_> = together.into_iter().filter_map(|n| n.try_into().ok()).collect();
    let with = |connections| together.iter().map(move |n| Setting { connections, together: *n });
    CONNECTIONS.into_iter().flat_map(with).collect()
}

/// Tables that were filled.
struct Filled {
    run: Run,
    /// Parties, and how many submissions of each are stored.
    stored: Vec<(u64, u64)>,
    /// What everything took before.
    empty_bytes: u64,
}

fn fill(
    server: &PostgresServer,
    setting: Setting,
    checks: bool,
    work: &Work,
    time: Duration,
) -> Result<Filled> {
    server.ask("DROP TABLE IF EXISTS submission, event, identifier, link")?;
    server.ask(TABLES)?;
    server.ask("CHECKPOINT")?;
    let empty_bytes = tables_bytes(server)?;
    let parties = work.parties(setting.connections, time);
    let doing = Doing { together: setting.together, checks };
    let (run, stored) = insert::run(work, &parties, doing, time, || connect(server))?;
    Ok(Filled { run, stored, empty_bytes })
}

fn connect(server: &PostgresServer) -> Result<Client> {
    let mut config = Config::new();
    config
        .host_path(server.directory())
        .user(postgres_server::ROLE)
        .dbname(postgres_server::DATABASE);
    config.connect(NoTls).context("no connection to PostgreSQL")
}

/// Tables and indexes of all databases, without the write-ahead log.
fn tables_bytes(server: &PostgresServer) -> Result<u64> {
    disk::allocated(&server.directory().join("data/base"))
}

/// Asks where lots went that arrived, each answer checked.
fn trace(server: &PostgresServer, work: &Work, stored: &[(u64, u64)]) -> Result<Option<Trace>> {
    let mut client = connect(server)?;
    let forward = client.prepare(FORWARD)?;
    let mut times = Vec::new();
    for (party, pair) in work.traced(stored) {
        let lot = arrived(party, pair);
        let asked = Instant::now();
        let rows = client.query(&forward, &[&lot])?;
        times.push(asked.elapsed());
        let targets: BTreeSet<&str> = rows.iter().map(|row| row.get(1)).collect();
        let found = ["D", "E"].iter().filter(|letter| {
            let end = serial(party, pair) + letter;
            targets.iter().any(|target| target.ends_with(&end))
        });
        ensure!(found.count() == 2 && targets.len() == 2, "another trace: {targets:?}");
    }
    Ok(Trace::of(times))
}
