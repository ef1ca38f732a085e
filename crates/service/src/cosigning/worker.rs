//! One witness and the thread that waits for it.

use super::rounds::Event;
use super::{Cosigned, WitnessClient, WitnessState};
use crate::Error;
use crate::draft::SignedCheckpoint;
use crate::publisher::read;
use crate::witness::origin_hash;
use laiqu_proof::AddCheckpoint;
use std::sync::{Arc, mpsc};
use std::time::{Duration, Instant};

/// Wait before a witness that failed is asked again; doubled each time.
const RETRY_FIRST: Duration = Duration::from_secs(1);
/// Longest such wait.
const RETRY_MAX: Duration = Duration::from_secs(60);

/// A question: from the size that the witness cosigned last to this checkpoint.
pub(super) struct Job {
    pub(super) old: u64,
    pub(super) checkpoint: Arc<SignedCheckpoint>,
}

/// What came of it.
pub(super) enum Outcome {
    /// Signature lines.
    Lines(String),
    /// The witness holds a checkpoint that the one sent does not follow from, or a later one.
    Holds {
        /// The checkpoint that it shows.
        text: String,
    },
    /// No answer, or none that helps.
    Failed(String),
}

/// What the rounds know of a witness.
pub(super) struct Worker {
    pub(super) name: String,
    jobs: mpsc::Sender<Job>,
    /// Size that it cosigned last, as far as it told.
    pub(super) known: u64,
    /// Size that it was asked for and has not answered yet.
    pub(super) busy: Option<u64>,
    next_try: Instant,
    wait: Duration,
    failing: bool,
}

impl Worker {
    pub(super) fn start(
        number: usize,
        name: String,
        client: Arc<dyn WitnessClient>,
        known: u64,
        cosigned: &Arc<Cosigned>,
        events: &mpsc::Sender<Event>,
    ) -> Result<Self, Error> {
        let (jobs, questions) = mpsc::channel::<Job>();
        let (cosigned, events) = (Arc::clone(cosigned), events.clone());
        // Detached: it ends after its last request once the rounds are gone.
        crate::service::spawn(&format!("witness-{number}"), move || {
            for job in questions {
                let outcome = ask(&*client, &cosigned, &job);
                let size = job.checkpoint.size;
                if events.send(Event::Answered { number, size, outcome }).is_err() {
                    return;
                }
            }
        })?;
        let next_try = Instant::now();
        Ok(Self { name, jobs, known, busy: None, next_try, wait: RETRY_FIRST, failing: false })
    }

    pub(super) fn state(&self) -> WitnessState {
        WitnessState { name: self.name.clone(), size: self.known, failing: self.failing }
    }

    /// Whether it may be asked now for a cosignature at this size.
    pub(super) fn is_ready(&self, size: u64) -> bool {
        self.busy.is_none() && self.known <= size && Instant::now() >= self.next_try
    }

    pub(super) fn ask(&mut self, checkpoint: &Arc<SignedCheckpoint>) {
        let job = Job { old: self.known, checkpoint: Arc::clone(checkpoint) };
        if self.jobs.send(job).is_ok() {
            self.busy = Some(checkpoint.size);
        }
    }

    pub(super) fn succeeded(&mut self, size: u64) {
        (self.known, self.wait, self.failing) = (size, RETRY_FIRST, false);
    }

    pub(super) fn failed(&mut self, cause: &str) {
        tracing::warn!(witness = %self.name, %cause, wait = ?self.wait, "not cosigned");
        self.failing = true;
        self.next_try = Instant::now() + self.wait;
        self.wait = (self.wait * 2).min(RETRY_MAX);
    }
}

/// Asks once, and once more from the size that the witness tells.
fn ask(client: &dyn WitnessClient, cosigned: &Cosigned, job: &Job) -> Outcome {
    let mut reply = ask_from(client, cosigned, job, job.old);
    if let Ok(Reply::Told(size)) = reply
        && size <= job.checkpoint.size
        && size != job.old
    {
        reply = ask_from(client, cosigned, job, size);
    }
    match reply {
        Ok(Reply::Lines(lines)) => Outcome::Lines(lines),
        Ok(Reply::Told(_) | Reply::Refused) => holds(client, job),
        Err(cause) => Outcome::Failed(cause),
    }
}

enum Reply {
    Lines(String),
    /// 409: the size that it cosigned last.
    Told(u64),
    /// 422: what was sent does not follow from what it holds.
    Refused,
}

fn ask_from(
    client: &dyn WitnessClient,
    cosigned: &Cosigned,
    job: &Job,
    old: u64,
) -> Result<Reply, String> {
    let SignedCheckpoint { size, text, .. } = &*job.checkpoint;
    let path = match old {
        0 => Vec::new(),
        _ => read(&cosigned.shared.tree)
            .consistency(old, *size)
            .map_err(|error| error.to_string())?
            .ok_or_else(|| format!("no consistency proof from {old} to {size}"))?,
    };
    let request = AddCheckpoint::new(old, path, text.clone()).map_err(|e| e.to_string())?;
    let answer = client.add_checkpoint(&request.to_string())?;
    let body = answer.body;
    match answer.status {
        200 => Ok(Reply::Lines(body)),
        409 => {
            let told = body.trim_end().parse().map_err(|_| "status 409 without a size")?;
            Ok(Reply::Told(told))
        }
        422 => Ok(Reply::Refused),
        status => {
            let reason: String = body.chars().filter(|c| !c.is_control()).take(200).collect();
            Err(format!("status {status}: {reason}"))
        }
    }
}

/// The checkpoint that it shows says, under this ledger's own signature, what it knows.
fn holds(client: &dyn WitnessClient, job: &Job) -> Outcome {
    let origin = job.checkpoint.text.split('\n').next().unwrap_or_default();
    match client.checkpoint(&origin_hash(origin)) {
        Ok(answer) if answer.status == 200 => Outcome::Holds { text: answer.body },
        Ok(answer) => Outcome::Failed(format!("shows no checkpoint: status {}", answer.status)),
        Err(cause) => Outcome::Failed(cause),
    }
}
