//! Much more than a server can take: what it sustains first, then half of that, then a multiple,
//! and how soon it is back.

use crate::load::check;
use crate::load::disk::Probe;
use crate::load::drive::{self, Seen, Timing, Window};
use crate::load::measure::{Load, Prepared};
use crate::load::pace::{Late, Pace, Schedule};
use crate::load::prepare::{self, Party};
use crate::load::process::Used;
use crate::load::report::{millis, percentile, round};
use crate::load::wire::Connection;
use anyhow::{Context, Result, ensure};
use serde::Serialize;
use std::rc::Rc;
use std::time::{Duration, Instant};

/// Connections unless said otherwise: four times as many as submissions may be in work.
pub(crate) const CLIENTS: u64 = 1_024;
/// What each party has signed beyond what it is expected to post.
const SPARE: f64 = 64.0;
/// How long a server may take to be back before nobody waits any more.
const RECOVERY_MAX: Duration = Duration::from_secs(60);

/// What is printed, in this order. How each is made stands in the README beside this program.
#[derive(Clone, Debug, Serialize)]
pub(crate) struct Overload {
    factor: u64,
    sustained_per_s: f64,
    half_posted: u64,
    half_refused: u64,
    half_waited: u64,
    half_p50_ms: f64,
    half_p99_ms: f64,
    half_sent_p99_ms: f64,
    half_bare_sync_p99_ms: f64,
    due_per_s: f64,
    posted_per_s: f64,
    dropped: u64,
    accepted: u64,
    accepted_per_s: f64,
    refused_503: u64,
    refused_otherwise: u64,
    p50_ms: f64,
    p99_ms: f64,
    max_ms: f64,
    sent_p50_ms: f64,
    sent_p99_ms: f64,
    refused_p50_ms: f64,
    refused_p99_ms: f64,
    bare_sync_p99_ms: f64,
    p99_ratio: f64,
    recovery_ms: Option<f64>,
    accepted_in_all: u64,
    entries_written: u64,
    receipts_verified: u64,
    receipts_failed: u64,
    seconds: f64,
    clients: usize,
    events_per_submission: u64,
    ran_out: bool,
    server_cpu_s: Option<f64>,
    client_cpu_s: Option<f64>,
    server_memory_max_mb: Option<f64>,
    debug_build: bool,
}

impl Overload {
    /// Whether everything that was accepted is proved, nothing else was written, and what could not
    /// be taken was told to come back.
    pub(crate) fn is_whole(&self) -> bool {
        let accepted = self.accepted_in_all;
        self.receipts_failed == 0
            && (self.receipts_verified, self.entries_written) == (accepted, accepted)
            && (self.half_refused, self.refused_otherwise) == (0, 0)
            && self.recovery_ms.is_some()
    }
}

/// A window by the clock, what was late in it, and the disk's syncs, the shortest first.
type Opened = (Window, Rc<Pace>, Vec<Duration>);

/// Clients, what they saw so far, and the one that looks whether the server is back.
struct Scene<'a> {
    load: &'a Load<'a>,
    prepared: Prepared,
    seen: Vec<Seen>,
}

impl Scene<'_> {
    /// A window of the first so many parties.
    fn window(
        &mut self,
        clients: usize,
        pace: impl FnOnce() -> Pace,
    ) -> Result<(Window, Rc<Pace>)> {
        let mut parties = std::mem::take(&mut self.prepared.parties);
        let others = parties.split_off(clients.min(parties.len()));
        let run = drive::run(self.load.address(), parties, &self.prepared.template, pace);
        let (window, mut parties, pace) = self.prepared.runtime.block_on(run)?;
        parties.extend(others);
        self.prepared.parties = parties;
        for (all, new) in self.seen.iter_mut().zip(&window.clients) {
            all.answers.extend(new.answers.iter().cloned());
            all.first_refusal = all.first_refusal.take().or_else(|| new.first_refusal.clone());
        }
        Ok((window, pace))
    }

    /// One by the clock. Gives also how long the disk took for writes by themselves.
    fn open(&mut self, clients: usize, per_s: f64, late: Late) -> Result<Opened> {
        let time = self.load.time;
        let disk = Probe::start(self.load.directory)?;
        let (window, pace) =
            self.window(clients, || Pace::Open(Schedule::new(per_s, time, late)))?;
        Ok((window, pace, disk.stop()?))
    }

    fn sign_ahead(&mut self, each: f64) {
        let Prepared { parties, template, .. } = &mut self.prepared;
        prepare::sign_all(parties, crate::ORIGIN, template, crate::whole(each.ceil()));
    }
}

/// Measures with `factor` times what the server sustains.
pub(crate) fn measure(load: &Load<'_>, factor: u64) -> Result<Overload> {
    let mut prepared = Prepared::new(load, load.clients + 1)?;
    let mut probe = prepared.parties.pop().context("no party to look with")?;
    let seen = prepared.parties.iter().map(|party| Seen::of(party.number)).collect();
    let mut scene = Scene { load, prepared, seen };
    let size = scene.prepared.runtime.block_on(entries(load.address()))?;

    let usual = usize::try_from(load.usual_clients().min(load.clients))?;
    scene.prepared.sign_for_closed(load, usual);
    let (closed, _) = scene.window(usual, || Pace::closed(load.time))?;
    let accepted = |window: &Window| window.of_clients(|seen| seen.answers.len() as u64);
    let sustained = accepted(&closed) as f64 / closed.elapsed.as_secs_f64();
    ensure!(sustained > 0.0, "nothing was accepted");

    let clients = scene.prepared.parties.len();
    let ahead = sustained * load.time.as_secs_f64() / clients as f64;
    scene.sign_ahead(3.0 * ahead + SPARE);
    // A connection that is used less than once a second might be closed as idle.
    let often = usize::try_from(crate::whole(sustained / 2.0))?.max(1);
    let (half, paced, half_syncs) =
        scene.open(clients.min(often), sustained / 2.0, Late::Posted)?;
    let half_waited = paced.late_count();
    let normal = percentile(&half.times(from_sent), 0.99);

    scene.sign_ahead(2.0 * ahead + SPARE);
    let before = load.used();
    let (over, paced, syncs) = scene.open(clients, sustained * factor as f64, Late::Dropped)?;
    let (server, client) = load.used_since(before);
    let back = recovery(load.address(), &mut probe, &scene.prepared, &paced, normal);
    let (recovered, looked) = scene.prepared.runtime.block_on(back)?;
    let written = scene.prepared.runtime.block_on(entries(load.address()))? - size;

    let Scene { mut seen, prepared, .. } = scene;
    let mut parties = prepared.parties;
    seen.push(looked);
    parties.push(probe);
    let checked = check::check_all(&seen, &parties, load.verifier);
    for fault in
        checked.first_fault.iter().chain(seen.iter().find_map(|s| s.first_refusal.as_ref()))
    {
        eprintln!("{fault}");
    }
    let ms = |times: &[Duration], part| millis(percentile(times, part));
    let (half_due, half_sent) = (half.times(from_due), half.times(from_sent));
    let (due, sent) = (over.times(from_due), over.times(from_sent));
    let refused = over.times(|timing| (!timing.accepted).then_some(timing.from_sent));
    let posted = due.len() + refused.len();
    let seconds = over.elapsed.as_secs_f64();
    Ok(Overload {
        factor,
        sustained_per_s: round(sustained, 1.0),
        half_posted: half.of_clients(|seen| seen.timings.len() as u64),
        half_refused: half.of_clients(Seen::refused),
        half_waited,
        half_p50_ms: ms(&half_due, 0.5),
        half_p99_ms: ms(&half_due, 0.99),
        half_sent_p99_ms: ms(&half_sent, 0.99),
        half_bare_sync_p99_ms: ms(&half_syncs, 0.99),
        due_per_s: round(sustained * factor as f64, 1.0),
        posted_per_s: round(posted as f64 / seconds, 1.0),
        dropped: paced.late_count(),
        accepted: accepted(&over),
        accepted_per_s: round(accepted(&over) as f64 / seconds, 1.0),
        refused_503: over.of_clients(|seen| seen.told_to_return),
        refused_otherwise: over.of_clients(|seen| seen.refused_otherwise),
        p50_ms: ms(&due, 0.5),
        p99_ms: ms(&due, 0.99),
        max_ms: ms(&due, 1.0),
        sent_p50_ms: ms(&sent, 0.5),
        sent_p99_ms: ms(&sent, 0.99),
        refused_p50_ms: ms(&refused, 0.5),
        refused_p99_ms: ms(&refused, 0.99),
        bare_sync_p99_ms: ms(&syncs, 0.99),
        p99_ratio: round(ms(&due, 0.99) / ms(&half_due, 0.99), 100.0),
        recovery_ms: recovered.map(millis),
        accepted_in_all: seen.iter().map(|seen| seen.answers.len() as u64).sum(),
        entries_written: written,
        receipts_verified: checked.verified,
        receipts_failed: checked.failed,
        seconds: round(seconds, 1e3),
        clients,
        events_per_submission: load.events,
        ran_out: over.clients.iter().chain(&half.clients).any(|seen| seen.ran_out),
        server_cpu_s: server.map(|used: Used| round(used.cpu_s, 100.0)),
        client_cpu_s: client.map(|used: Used| round(used.cpu_s, 100.0)),
        server_memory_max_mb: server.map(|used: Used| used.memory_max_mb),
        debug_build: cfg!(debug_assertions),
    })
}

fn from_due(timing: &Timing) -> Option<Duration> {
    timing.accepted.then_some(timing.from_due)
}

fn from_sent(timing: &Timing) -> Option<Duration> {
    timing.accepted.then_some(timing.from_sent)
}

/// Posts one document after the other once all answers of the window are read: from the window's
/// end to the first answer that was as fast as 99 of 100 are at half load.
async fn recovery(
    address: &str,
    party: &mut Party,
    prepared: &Prepared,
    pace: &Pace,
    normal: Duration,
) -> Result<(Option<Duration>, Seen)> {
    let mut connection = Connection::open(address).await?;
    let (mut seen, mut request) = (Seen::of(party.number), Vec::new());
    while let Some(number) = party.fill(&mut request, &prepared.template) {
        let due = Instant::now();
        let timing = drive::post(&mut connection, &request, due, number, &mut seen).await?;
        party.accepted += usize::from(timing.accepted);
        let past = pace.end().elapsed();
        if timing.accepted && timing.from_sent <= normal {
            return Ok((Some(past), seen));
        }
        if past > RECOVERY_MAX {
            break;
        }
        tokio::time::sleep(Duration::from_millis(1)).await;
    }
    Ok((None, seen))
}

/// Entries in the ledger.
pub(crate) async fn entries(address: &str) -> Result<u64> {
    let mut connection = Connection::open(address).await?;
    let request = b"GET /v1/ledger HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let answer = connection.exchange(request).await?;
    let ledger: serde_json::Value = serde_json::from_slice(&answer.body)?;
    ledger.pointer("/ledger/size").and_then(serde_json::Value::as_u64).context("no ledger size")
}
