//! Rounds: one checkpoint at a time goes to all witnesses at once; as soon as the quorum's
//! cosignatures are on it, it is shown.
//!
//! A round ends when every witness has answered, or a moment after the quorum is met, so that a
//! slow witness holds nothing up; it is asked again as soon as it is free. A checkpoint that missed
//! its quorum is offered again until it meets it or a newer one takes its place.

use super::worker::{Outcome, Worker};
use super::{Cosigned, Witnessing};
use crate::Error;
use crate::draft::SignedCheckpoint as Signed;
use crate::publisher::write;
use laiqu_proof::SignedCheckpoint;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, RecvTimeoutError, Sender};
use std::time::{Duration, Instant};

/// How often witnesses that failed are looked at again.
const TICK: Duration = Duration::from_millis(250);
/// How long a round waits for the other witnesses once the quorum is met.
const GRACE: Duration = Duration::from_millis(500);
/// How long a round without its quorum keeps a newer checkpoint waiting.
const ROUND_MAX: Duration = Duration::from_secs(5);

/// What the rounds react to.
pub(crate) enum Event {
    /// A newer checkpoint that may be shown.
    Offered(Arc<Signed>),
    /// A witness answered.
    Answered {
        /// Which one.
        number: usize,
        /// Size of the checkpoint that it was asked for.
        size: u64,
        /// What came of it.
        outcome: Outcome,
    },
    /// The service stops.
    Stop,
}

/// The checkpoint of this round.
struct Round {
    checkpoint: Arc<Signed>,
    /// With the cosignatures so far.
    signed: SignedCheckpoint,
    /// Numbers of the witnesses that cosigned.
    cosigned_by: Vec<usize>,
    started: Instant,
    /// When the quorum was met.
    met: Option<Instant>,
}

/// Owned by its thread.
pub(super) struct Rounds {
    cosigned: Arc<Cosigned>,
    workers: Vec<Worker>,
    newest: Option<Arc<Signed>>,
    renew_after: Duration,
    round: Option<Round>,
}

impl Rounds {
    pub(super) fn new(
        cosigned: &Arc<Cosigned>,
        witnessing: Witnessing,
        asked: &super::start::Asked,
        events: &Sender<Event>,
    ) -> Result<Self, Error> {
        let renew_after = witnessing.renew_after;
        let worker = |(number, (name, client)): (usize, (String, _))| {
            let known = asked.get(&name).copied().unwrap_or_default();
            Worker::start(number, name, client, known, cosigned, events)
        };
        let workers: Vec<Worker> =
            witnessing.clients.into_iter().enumerate().map(worker).collect::<Result<_, _>>()?;
        *write(&cosigned.witnesses) = workers.iter().map(Worker::state).collect();
        Ok(Self { cosigned: Arc::clone(cosigned), workers, newest: None, renew_after, round: None })
    }

    /// Runs until it is told to stop.
    pub(super) fn run(mut self, events: &Receiver<Event>) {
        loop {
            match events.recv_timeout(TICK) {
                Ok(Event::Stop) | Err(RecvTimeoutError::Disconnected) => return,
                Ok(Event::Offered(checkpoint)) => self.newest = Some(checkpoint),
                Ok(Event::Answered { number, size, outcome }) => {
                    self.answered(number, size, outcome);
                    let states = self.workers.iter().map(Worker::state).collect();
                    *write(&self.cosigned.witnesses) = states;
                }
                Err(RecvTimeoutError::Timeout) => {}
            }
            if self.cosigned.halted().is_none() {
                self.begin();
                self.ask();
            }
        }
    }

    /// Begins a round where a newer checkpoint waits, or the cosignatures of this one are old, and
    /// this round has had its time.
    fn begin(&mut self) {
        let Some(newest) = &self.newest else { return };
        if let Some(round) = &self.round {
            let newer = newest.size > round.checkpoint.size;
            let old = round.started.elapsed() >= self.renew_after;
            if !(newer || old) || !self.is_over(round) {
                return;
            }
        }
        let Ok(signed) = SignedCheckpoint::parse(&newest.text) else { return };
        let (checkpoint, started) = (Arc::clone(newest), Instant::now());
        let cosigned_by = Vec::new();
        let mut round = Round { checkpoint, signed, cosigned_by, started, met: None };
        // Where no cosignature is needed, it is met at once.
        self.show(&mut round);
        self.round = Some(round);
    }

    fn is_over(&self, round: &Round) -> bool {
        let size = round.checkpoint.size;
        let waiting = self.workers.iter().any(|worker| worker.busy == Some(size));
        let graced = round.met.is_some_and(|met| met.elapsed() >= GRACE);
        !waiting || graced || round.started.elapsed() >= ROUND_MAX
    }

    fn ask(&mut self) {
        let Some(round) = &self.round else { return };
        for (number, worker) in self.workers.iter_mut().enumerate() {
            let cosigned = round.cosigned_by.contains(&number);
            if !cosigned && worker.is_ready(round.checkpoint.size) {
                worker.ask(&round.checkpoint);
            }
        }
    }

    fn answered(&mut self, number: usize, size: u64, outcome: Outcome) {
        let Some(worker) = self.workers.get_mut(number) else { return };
        worker.busy = None;
        match outcome {
            Outcome::Failed(cause) => worker.failed(&cause),
            Outcome::Holds { text } => match self.cosigned.judge(&text) {
                Some(size) => {
                    worker.failed("it holds another checkpoint than it was asked to follow");
                    worker.known = size;
                }
                None => worker.failed("what it shows is not signed by this ledger"),
            },
            Outcome::Lines(lines) => {
                worker.succeeded(size);
                let Some(mut round) = self.round.take() else { return };
                if round.checkpoint.size == size
                    && let Err(cause) = self.merge(&mut round, number, &lines)
                    && let Some(worker) = self.workers.get_mut(number)
                {
                    worker.failed(&cause);
                }
                self.round = Some(round);
            }
        }
    }

    /// Puts a witness's lines below the checkpoint, if its cosignature is among them.
    fn merge(&self, round: &mut Round, number: usize, lines: &str) -> Result<(), String> {
        let name = self.workers.get(number).map_or("", |worker| worker.name.as_str());
        let policy = self.cosigned.policy();
        let mut signed = round.signed.clone();
        signed.add(lines).map_err(|error| error.to_string())?;
        signed.keep_known(&policy.verifiers());
        let opened = policy.open(&signed.to_string()).map_err(|error| error.to_string())?;
        if !opened.cosigned_by.iter().any(|by| by.name == name) {
            return Err("no cosignature of its key in its answer".to_owned());
        }
        round.signed = signed;
        round.cosigned_by.push(number);
        self.show(round);
        Ok(())
    }

    /// Shows the checkpoint of this round where it meets the quorum.
    fn show(&self, round: &mut Round) {
        let text = round.signed.to_string();
        match self.cosigned.policy().open(&text) {
            Ok(opened) if opened.quorum_met => {
                round.met = round.met.or_else(|| Some(Instant::now()));
                self.cosigned.show(&opened, text);
            }
            Ok(_) => {}
            Err(error) => tracing::error!(%error, "own checkpoint not opened under the policy"),
        }
    }
}
