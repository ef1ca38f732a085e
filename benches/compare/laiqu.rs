//! Laiqu: a server over HTTP, as `load` measures it.

use crate::ORIGIN;
use crate::compare::disk;
use crate::compare::table::{Measured, Row, Trace};
use crate::compare::work::{Run, Work};
use crate::load::check;
use crate::load::documents::serial;
use crate::load::drive::{self, Window};
use crate::load::pace::Pace;
use crate::load::prepare::Party;
use crate::load::server::{ServerProcess, laiqu};
use crate::load::wire::Connection;
use anyhow::{Context, Result, ensure};
use laiqu_proof::NoteVerifier;
use serde::Deserialize;
use std::fmt;
use std::path::Path;
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What is within its times.
const DOES: &str = "HTTP; checks signature, document by EPCIS and that every eventID is new; one \
    fsync before the answer; answers with a receipt (inclusion proof under a signed checkpoint, \
    all verified afterwards) once queries and traces see the events; keeps document and \
    signature. Trace over HTTP, with events, amounts, grades and gaps";
/// Lots in the answer to where one of three went that became two.
const LOTS: usize = 3;

/// How many post at once, each a party on a connection of its own.
#[derive(Clone, Copy)]
struct Clients(u64);

impl fmt::Display for Clients {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} connections", self.0)
    }
}

/// The part of an answer that is checked.
#[derive(Deserialize)]
struct Answer {
    lots: Vec<Lot>,
}

#[derive(Deserialize)]
struct Lot {
    id: String,
}

/// A ledger that was filled, and its server.
struct Filled {
    directory: TempDir,
    server: ServerProcess,
    operator_token: String,
    verifier: NoteVerifier,
    window: Window,
    parties: Vec<Party>,
}

/// Fills ledgers with several numbers of clients, and measures the best.
pub(crate) fn measure(work: &Work, root: &Path) -> Result<Row> {
    let tried = if work.events_per_submission < 10 { [64, 128, 256] } else { [8, 16, 32] };
    let (best, attempts) = work.best(&tried.map(Clients), |clients, time| {
        let filled = fill(work, root, clients.0, time)?;
        let run = Run::of(&filled.window)?;
        filled.server.stop()?;
        Ok(run)
    })?;
    let clients = best.context("nothing was tried")?;
    let verify_strict_per_s = work.bare_now()?;
    let filled = fill(work, root, clients.0, work.time)?;
    let run = Run::of(&filled.window)?;
    let checked = check::check_all(&filled.window.clients, &filled.parties, &filled.verifier);
    let fault = checked.first_fault.unwrap_or_default();
    let all = checked.failed == 0 && checked.verified == run.latencies.len() as u64;
    ensure!(all, "a receipt does not verify: {fault}");
    let trace = filled.trace(work)?;
    filled.server.stop()?;
    let data = filled.directory.path().join("data");
    let disk_bytes = disk::allocated(&data)?;
    let verified = verify(&data, checked.verified)?;
    Ok(Row::new(
        work,
        Measured {
            store: "laiqu",
            does: DOES.to_owned(),
            does_not: "a second machine, witnesses. Bytes without its indexes for queries and \
                       traces, which are in memory"
                .to_owned(),
            setting: clients.to_string(),
            verify_strict_per_s,
            run,
            disk_bytes,
            trace,
            verify: Some((
                "every entry read and hashed, chain, tree, checkpoint, documents against their \
                 commitments, signatures of all submissions",
                verified,
            )),
            attempts,
        },
    ))
}

fn fill(work: &Work, root: &Path, clients: u64, time: Duration) -> Result<Filled> {
    let parties = work.parties(clients, time);
    let directory = tempfile::tempdir_in(root)?;
    let data = directory.path().join("data");
    let made = laiqu_service::init(&data, ORIGIN)?;
    let server = ServerProcess::start(&data, None)?;
    let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
    let (window, parties, _) = runtime.block_on(async {
        let mut connection = Connection::open(server.address()).await?;
        for party in &parties {
            party.register(&mut connection, ORIGIN, &made.operator_token).await?;
        }
        drive::run(server.address(), parties, &work.template, || Pace::closed(time)).await
    })?;
    let verifier = NoteVerifier::parse(&made.vkey)?;
    let operator_token = made.operator_token;
    Ok(Filled { directory, server, operator_token, verifier, window, parties })
}

impl Filled {
    /// Asks where lots went that arrived, each answer checked.
    fn trace(&self, work: &Work) -> Result<Option<Trace>> {
        let clients = self.window.clients.iter();
        let stored: Vec<_> = clients.map(|seen| (seen.party, seen.answers.len() as u64)).collect();
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        runtime.block_on(async {
            let mut connection = Connection::open(self.server.address()).await?;
            let mut times = Vec::new();
            for (party, pair) in work.traced(&stored) {
                let request = format!(
                    "GET /v1/trace?direction=forward&id={} HTTP/1.1\r\nHost: 127.0.0.1\r\n\
                     Authorization: Bearer {}\r\n\r\n",
                    crate::load::documents::arrived(party, pair),
                    self.operator_token
                );
                let asked = Instant::now();
                let answer = connection.exchange(request.as_bytes()).await?;
                times.push(asked.elapsed());
                let text = String::from_utf8_lossy(&answer.body);
                ensure!(answer.status == 200, "trace: {text}");
                let Answer { lots } = serde_json::from_str(&text)?;
                let found = ["A", "D", "E"].iter().filter(|letter| {
                    let end = serial(party, pair) + letter;
                    lots.iter().filter(|lot| lot.id.ends_with(&end)).count() == 1
                });
                ensure!(found.count() == LOTS && lots.len() == LOTS, "another trace: {text}");
            }
            Ok(Trace::of(times))
        })
    }
}

/// Runs `laiqu verify` on a data directory, which must find at least so many signatures.
pub(crate) fn verify(data: &Path, signatures: u64) -> Result<Duration> {
    #[derive(Deserialize)]
    struct Told {
        signatures: u64,
    }
    let started = Instant::now();
    let output = laiqu(&["verify"], data).arg("--json").output()?;
    let took = started.elapsed();
    let text = String::from_utf8_lossy(&output.stderr);
    ensure!(output.status.success(), "verify: {text}");
    let told: Told = serde_json::from_slice(&output.stdout)?;
    ensure!(told.signatures >= signatures, "verify checked {} signatures", told.signatures);
    Ok(took)
}
