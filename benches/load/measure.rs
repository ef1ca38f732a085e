//! One window of load, and what all kinds of runs have in common.

use crate::load::bare::{self, Bare};
use crate::load::check;
use crate::load::disk::Probe;
use crate::load::documents::Template;
use crate::load::drive::{self, Seen, Window};
use crate::load::pace::{Late, Pace, Schedule};
use crate::load::prepare::{self, Party};
use crate::load::process::Used;
use crate::load::report::Report;
use crate::load::server::ServerProcess;
use crate::load::wire::Connection;
use crate::{ORIGIN, whole};
use anyhow::{Result, ensure};
use laiqu_proof::{Checkpoint, NoteVerifier};
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;
use tokio::runtime::Runtime;

/// Submissions that are signed before the yardstick is measured on them.
const FIRST_SUBMISSIONS: u64 = 8_192;
/// No run is expected to take more signatures than this part of what all cores can check, nor more
/// events in a second: so many submissions are signed beforehand.
const RATIO_EXPECTED_MAX: f64 = 0.8;
const EVENTS_PER_S_EXPECTED_MAX: f64 = 500_000.0;
/// Arrivals fall on clients nearly in turn; each has signed so many times its share.
const SHARE_MAX: f64 = 1.5;

/// A ledger that is served, and what shall be posted to it.
pub(crate) struct Load<'a> {
    pub(crate) server: &'a ServerProcess,
    pub(crate) operator_token: &'a str,
    pub(crate) verifier: &'a NoteVerifier,
    /// Where its disk is.
    pub(crate) directory: &'a Path,
    /// Events in each submission.
    pub(crate) events: u64,
    /// Clients, each a party with a connection of its own.
    pub(crate) clients: u64,
    /// How long a window is.
    pub(crate) time: Duration,
    /// Number of the first client's party. Each window on a ledger has parties of its own.
    pub(crate) first_party: u64,
    /// Most submissions of a window.
    pub(crate) submissions_max: u64,
}

impl Load<'_> {
    pub(crate) fn address(&self) -> &str {
        self.server.address()
    }

    /// Clients of a closed loop that keep a server busy.
    pub(crate) fn usual_clients(&self) -> u64 {
        usual_clients(self.events)
    }

    /// What server and clients used so far.
    pub(crate) fn used(&self) -> (Option<Used>, Option<Used>) {
        (Used::of(self.server.id()), Used::of(std::process::id()))
    }

    /// What they used since then.
    pub(crate) fn used_since(
        &self,
        before: (Option<Used>, Option<Used>),
    ) -> (Option<Used>, Option<Used>) {
        let now = self.used();
        (Used::since(before.0, now.0), Used::since(before.1, now.1))
    }
}

pub(crate) fn usual_clients(events: u64) -> u64 {
    if events < 10 { 128 } else { 16 }
}

/// Everything that stands before the first window.
pub(crate) struct Prepared {
    pub(crate) runtime: Runtime,
    pub(crate) parties: Vec<Party>,
    pub(crate) template: Arc<Template>,
    pub(crate) bare: Bare,
}

impl Prepared {
    /// Registers so many parties, measures the yardstick, and signs what a closed loop may post.
    pub(crate) fn new(load: &Load<'_>, clients: u64) -> Result<Self> {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build()?;
        let mut parties: Vec<Party> =
            (load.first_party..).take(usize::try_from(clients)?).map(Party::new).collect();
        runtime.block_on(register(&parties, load.address(), load.operator_token))?;
        let template = Arc::new(Template::new(load.events));
        let each = FIRST_SUBMISSIONS.min(load.submissions_max).div_ceil(clients);
        prepare::sign_all(&mut parties, ORIGIN, &template, each);
        let bare = bare::measure(&parties)?;
        Ok(Self { runtime, parties, template, bare })
    }

    /// Signs what these parties may post in a closed loop.
    pub(crate) fn sign_for_closed(&mut self, load: &Load<'_>, clients: usize) {
        let most = EVENTS_PER_S_EXPECTED_MAX / load.events as f64;
        let rate = (self.bare.per_s * RATIO_EXPECTED_MAX).min(most);
        let each = (rate * load.time.as_secs_f64() / clients as f64).ceil();
        let parties = self.parties.get_mut(..clients).unwrap_or_default();
        prepare::sign_all(parties, ORIGIN, &self.template, whole(each));
    }
}

/// A window that can begin: everything is signed.
pub(crate) struct Ready {
    prepared: Prepared,
    /// Arrivals in a second, of an open loop.
    rate: Option<u64>,
}

/// A window that is over, before the receipts are looked at.
pub(crate) struct Posted {
    window: Window,
    parties: Vec<Party>,
    bare: Bare,
    /// How long the disk took for a write by itself meanwhile, the shortest first.
    syncs: Vec<Duration>,
    used: (Option<Used>, Option<Used>),
    waited: u64,
    rate: Option<u64>,
    /// Size of the checkpoint that is published then, where there are witnesses.
    cosigned: Option<u64>,
}

/// Measures one window: a closed loop, or `rate` arrivals in a second.
pub(crate) fn measure(load: &Load<'_>, rate: Option<u64>, witnesses: u64) -> Result<Report> {
    let posted = Ready::new(load, rate)?.post(load, witnesses)?;
    Ok(Report { witnesses, ..posted.report(load) })
}

impl Ready {
    pub(crate) fn new(load: &Load<'_>, rate: Option<u64>) -> Result<Self> {
        let mut prepared = Prepared::new(load, load.clients)?;
        let clients = prepared.parties.len();
        match rate {
            None => prepared.sign_for_closed(load, clients),
            Some(rate) => {
                let share = rate as f64 * load.time.as_secs_f64() / clients as f64;
                let each = whole((share * SHARE_MAX).ceil() + 1.0);
                prepare::sign_all(&mut prepared.parties, ORIGIN, &prepared.template, each);
            }
        }
        let each = load.submissions_max.div_ceil(load.clients);
        let each = usize::try_from(each).unwrap_or(usize::MAX);
        prepared.parties.iter_mut().for_each(|party| party.submissions.truncate(each));
        Ok(Self { prepared, rate })
    }

    /// The window itself.
    pub(crate) fn post(self, load: &Load<'_>, witnesses: u64) -> Result<Posted> {
        let Prepared { runtime, parties, template, bare } = self.prepared;
        let pace = || match self.rate {
            None => Pace::closed(load.time),
            Some(rate) => Pace::Open(Schedule::new(rate as f64, load.time, Late::Posted)),
        };
        let probe = Probe::start(load.directory)?;
        let before = load.used();
        let window = drive::run(load.address(), parties, &template, pace);
        let (window, parties, pace) = runtime.block_on(window)?;
        let syncs = probe.stop()?;
        let cosigned = match witnesses {
            0 => None,
            _ => Some(runtime.block_on(published_size(load.address(), load.verifier))?),
        };
        let (used, waited) = (load.used_since(before), pace.late_count());
        Ok(Posted { window, parties, bare, syncs, used, waited, rate: self.rate, cosigned })
    }
}

impl Posted {
    /// Checks every receipt. The first fault is printed.
    pub(crate) fn report(self, load: &Load<'_>) -> Report {
        let Self { window, parties, bare, syncs, used, waited, rate, cosigned } = self;
        let checked = check::check_all(&window.clients, &parties, load.verifier);
        let refusal = window.clients.iter().find_map(|seen: &Seen| seen.first_refusal.as_deref());
        for fault in refusal.into_iter().chain(checked.first_fault.as_deref()) {
            eprintln!("{fault}");
        }
        let report = Report::new(&window, &checked, (bare, &syncs), load.events, used);
        let published = cosigned.map(|size| size as f64 / checked.size_max.max(1) as f64);
        Report { cosigned_part: published, rate, waited: rate.map(|_| waited), ..report }
    }
}

/// Size of the checkpoint that the server publishes: with a policy, one that its quorum cosigned.
async fn published_size(address: &str, verifier: &NoteVerifier) -> Result<u64> {
    let mut connection = Connection::open(address).await?;
    let request = b"GET /log/checkpoint HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    let answer = connection.exchange(request).await?;
    ensure!(answer.status == 200, "no checkpoint is published");
    let text = String::from_utf8(answer.body)?;
    Ok(Checkpoint::open(&text, verifier)?.size)
}

async fn register(parties: &[Party], address: &str, operator_token: &str) -> Result<()> {
    let mut connection = Connection::open(address).await?;
    for party in parties {
        party.register(&mut connection, ORIGIN, operator_token).await?;
    }
    Ok(())
}
