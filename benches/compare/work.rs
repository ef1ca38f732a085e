//! What goes into each: the submissions, how long, and which lots are traced afterwards.

use crate::compare::Args;
use crate::load::bare::{self, Bare};
use crate::load::documents::Template;
use crate::load::drive::Window;
use crate::load::prepare::{self, Party};
use crate::{ORIGIN, whole};
use anyhow::{Result, ensure};
use std::fmt::Display;
use std::sync::Arc;
use std::time::Duration;

/// Parties and submissions of each that the yardstick is measured on.
const YARDSTICK: (u64, u64) = (16, 512);
/// No run is expected to take more in a second, signatures checked or not: so many submissions are
/// signed beforehand.
const SUBMISSIONS_PER_S_EXPECTED_MAX: f64 = 60_000.0;
const EVENTS_PER_S_EXPECTED_MAX: f64 = 300_000.0;
/// An attempt takes this part of the time of a measurement.
const ATTEMPT_PART: u32 = 5;

/// The same for every store.
#[derive(Debug)]
pub(crate) struct Work {
    pub(crate) events_per_submission: u64,
    pub(crate) template: Arc<Template>,
    pub(crate) time: Duration,
    pub(crate) traces: usize,
    /// Strict checks of signatures in a second, at the beginning.
    pub(crate) bare: Bare,
    /// Those whose signatures are checked.
    yardstick: Vec<Party>,
    submissions_per_client: u64,
    /// Of one document with its signature.
    sent_bytes: usize,
}

/// What a run came to.
#[derive(Debug)]
pub(crate) struct Run {
    pub(crate) elapsed: Duration,
    /// Of every submission that was acknowledged.
    pub(crate) latencies: Vec<Duration>,
    pub(crate) ran_out: bool,
}

/// A setting that was tried for a short time.
#[derive(Debug)]
pub(crate) struct Attempt {
    pub(crate) setting: String,
    pub(crate) run: Run,
}

impl Work {
    pub(crate) fn new(args: &Args) -> Result<Self> {
        let template = Template::new(args.events_per_submission);
        let (clients, each) = YARDSTICK;
        let mut parties: Vec<Party> = (0..clients).map(Party::new).collect();
        prepare::sign_all(&mut parties, ORIGIN, &template, each);
        let mut sent = Vec::new();
        template.fill(&mut sent, 0, 0);
        let first = parties.first().and_then(|party| party.submissions.first());
        let signature_bytes = first.map_or(0, |submission| submission.jws.len());
        Ok(Self {
            events_per_submission: args.events_per_submission,
            template: Arc::new(template),
            time: Duration::from_secs(args.seconds),
            traces: args.traces,
            bare: bare::measure(&parties)?,
            yardstick: parties,
            submissions_per_client: args.submissions_per_client,
            sent_bytes: sent.len() + signature_bytes,
        })
    }

    /// What the machine does just now, in the unit of [`Self::bare`]: others may be using it.
    pub(crate) fn bare_now(&self) -> Result<f64> {
        Ok(bare::measure(&self.yardstick)?.per_s)
    }

    /// Parties with all that they could post in this time, signed.
    pub(crate) fn parties(&self, clients: u64, time: Duration) -> Vec<Party> {
        let rate = (EVENTS_PER_S_EXPECTED_MAX / self.events_per_submission as f64)
            .min(SUBMISSIONS_PER_S_EXPECTED_MAX);
        let each = whole((rate * time.as_secs_f64() / clients as f64).ceil());
        let mut parties: Vec<Party> = (0..clients).map(Party::new).collect();
        let each = each.clamp(2, self.submissions_per_client);
        prepare::sign_all(&mut parties, ORIGIN, &self.template, each);
        parties
    }

    /// Bytes of document and signature for each event.
    pub(crate) fn sent_bytes_per_event(&self) -> f64 {
        self.sent_bytes as f64 / self.events_per_submission as f64
    }

    pub(crate) fn events_per_s(&self, run: &Run) -> f64 {
        let events = run.latencies.len() as u64 * self.events_per_submission;
        events as f64 / run.elapsed.as_secs_f64()
    }

    /// Tries each setting for a short time, and gives the one with the most events in a second.
    pub(crate) fn best<S: Clone + Display>(
        &self,
        settings: &[S],
        mut run: impl FnMut(&S, Duration) -> Result<Run>,
    ) -> Result<(Option<S>, Vec<Attempt>)> {
        let mut attempts = Vec::new();
        let mut best: Option<(f64, &S)> = None;
        for setting in settings {
            let run = run(setting, self.time / ATTEMPT_PART)?;
            let events_per_s = self.events_per_s(&run);
            attempts.push(Attempt { setting: setting.to_string(), run });
            if best.is_none_or(|(most, _)| events_per_s > most) {
                best = Some((events_per_s, setting));
            }
        }
        Ok((best.map(|(_, setting)| setting.clone()), attempts))
    }

    /// Parties and pairs of events to trace, spread over all that a party of each number has
    /// stored from its first submission on.
    pub(crate) fn traced(&self, submissions: &[(u64, u64)]) -> Vec<(u64, u64)> {
        let pairs = |stored: u64| stored * self.events_per_submission / 2;
        let mut all = Vec::new();
        let most = submissions.iter().map(|(_, stored)| pairs(*stored)).max().unwrap_or(0);
        let each = (self.traces / submissions.len().max(1)) as u64 + 1;
        let step = (most / each).max(1);
        for pair in (0..most).step_by(usize::try_from(step).unwrap_or(usize::MAX)) {
            let have = submissions.iter().filter(|(_, stored)| pair < pairs(*stored));
            all.extend(have.map(|(party, _)| (*party, pair)));
        }
        all.truncate(self.traces);
        all
    }
}

impl Run {
    /// What clients over HTTP saw. Nothing may have been refused.
    pub(crate) fn of(window: &Window) -> Result<Self> {
        let refusal = window.clients.iter().find_map(|seen| seen.first_refusal.as_deref());
        ensure!(refusal.is_none(), "refused: {}", refusal.unwrap_or_default());
        let latencies = window.times(|timing| Some(timing.from_sent));
        let ran_out = window.clients.iter().any(|seen| seen.ran_out);
        Ok(Self { elapsed: window.elapsed, latencies, ran_out })
    }
}
