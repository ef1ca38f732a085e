//! Windows of writes: a closed loop, half of its rate by the clock, and that beside readers.

use crate::load::documents::Template;
use crate::load::measure::{Load, Ready, usual_clients};
use crate::load::process::resident_bytes;
use crate::load::server::ServerProcess;
use crate::sheet::Args;
use crate::sheet::figures::{Kind, Read, Size, Window};
use crate::sheet::reads::{self, Asked};
use crate::sheet::size::Grown;
use crate::whole;
use anyhow::{Context, Result};
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;

/// Events in each submission, of the two sorts of windows.
pub(crate) const EVENTS: [u64; 2] = [1, 60];
/// A window writes at most this part of the events that are there.
const EVENTS_PART_MAX: u64 = 2;
/// Most events that are expected in a second, in windows of single events and of many.
const PER_S_EXPECTED: [u64; 2] = [20_000, 120_000];
/// Readers are asked beside writes for so many windows.
const BESIDE_TIMES: u32 = 2;

/// Measures those with so many events a submission; beside readers too where something is asked.
pub(crate) fn measure(
    args: &Args,
    grown: &mut Grown,
    server: &ServerProcess,
    (events, asked): (u64, &[Asked]),
    size: &mut Size,
) -> Result<Vec<String>> {
    let mut faults = Vec::new();
    let closed = one(args, grown, server, (Kind::Closed, events, None), None)?;
    let half = whole(closed.load.submissions_per_s / 2.0).max(1);
    let mut windows = vec![closed];
    windows.push(one(args, grown, server, (Kind::Half, events, Some(half)), None)?);
    if !asked.is_empty() {
        let readers = Some((asked, &mut size.reads, &mut faults));
        let kind = (Kind::HalfBesideReads, events, Some(half));
        windows.push(one(args, grown, server, kind, readers)?);
    }
    faults.extend(windows.iter().filter_map(fault));
    size.windows.extend(windows);
    Ok(faults)
}

/// Events that the windows may add to so many: of each sort a closed loop and half of one, and half
/// of the one of single events beside readers.
pub(crate) fn events_max(args: &Args, events: u64) -> u64 {
    let [single, many] = PER_S_EXPECTED;
    let by_time =
        args.seconds * (3 * single / 2 + 3 * many / 2 + single / 2 * u64::from(BESIDE_TIMES));
    by_time.min(events / EVENTS_PART_MAX * 5)
}

/// Bytes of one document, on average.
fn document_bytes(events: u64) -> u64 {
    let (template, mut body) = (Template::new(events), Vec::new());
    template.fill(&mut body, 0, 0);
    template.fill(&mut body, 0, 1);
    body.len() as u64 / 2
}

fn fault(window: &Window) -> Option<String> {
    let Window { kind, load, .. } = window;
    let is_proved = load.receipts_failed == 0 && load.receipts_verified > 0;
    (!is_proved).then(|| {
        format!(
            "window {kind:?} with {} events a submission: {} receipts verify, {} do not",
            load.events_per_submission, load.receipts_verified, load.receipts_failed
        )
    })
}

/// What readers ask, their figures, and what was wrong.
type Readers<'r> = (&'r [Asked], &'r mut Vec<Read>, &'r mut Vec<String>);

fn one(
    args: &Args,
    grown: &mut Grown,
    server: &ServerProcess,
    (kind, events, rate): (Kind, u64, Option<u64>),
    readers: Option<Readers<'_>>,
) -> Result<Window> {
    let clients = usual_clients(events).min(rate.unwrap_or(u64::MAX));
    let submissions_max = (grown.written / EVENTS_PART_MAX / events).max(clients);
    let mut time = args.time();
    if let Some(rate) = rate {
        if readers.is_some() {
            time *= BESIDE_TIMES;
        }
        time = time.min(std::time::Duration::from_secs_f64(submissions_max as f64 / rate as f64));
    }
    let load = Load {
        server,
        operator_token: grown.operator_token(),
        verifier: &grown.verifier,
        directory: grown.root(),
        events,
        clients,
        time,
        first_party: grown.next_party,
        submissions_max,
    };
    let ready = Ready::new(&load, rate)?;
    let posted = match readers {
        None => ready.post(&load, 0)?,
        Some((asked, reads, faults)) => {
            let is_over = AtomicBool::new(false);
            let address = server.address();
            let (posted, seen) = thread::scope(|scope| {
                let writing = scope.spawn(|| {
                    let posted = ready.post(&load, 0);
                    is_over.store(true, Ordering::Relaxed);
                    posted
                });
                let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
                let seen =
                    runtime.block_on(reads::ask(address, asked, (u64::MAX, false), &is_over));
                let posted = writing.join().ok().context("the writing thread failed")?;
                anyhow::Ok((posted?, seen?))
            })?;
            faults.extend(seen.faults.iter().cloned());
            reads::add_beside(reads, seen);
            posted
        }
    };
    let resident_bytes = resident_bytes(server.id());
    let report = posted.report(&load);
    let written = report.receipts_verified * events;
    grown.next_party += clients;
    grown.events += written;
    grown.submissions += report.receipts_verified;
    grown.document_bytes += report.receipts_verified * document_bytes(events);
    let cpu = report.server_cpu_s.filter(|_| written > 0);
    Ok(Window {
        kind,
        server_cpu_s_per_event: cpu.map(|cpu_s| cpu_s / written as f64),
        resident_bytes,
        load: report,
    })
}
