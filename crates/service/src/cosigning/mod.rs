//! Asking witnesses: at the start, whether they know more than this copy of the ledger; then, after
//! each published checkpoint and off the way of writes, for their cosignatures.
//!
//! A witness is believed only what this ledger's own key signed: it can withhold its cosignature,
//! but it cannot stop the ledger by a claim.

mod rounds;
mod start;
#[cfg(test)]
mod tests;
mod worker;

use crate::draft::SignedCheckpoint;
use crate::publisher::{Shared, read, write};
use crate::{Code, Error};
use laiqu_ledger::LogTree;
use laiqu_proof::{Checkpoint, NoteVerifier, OpenedCheckpoint, Policy, PolicyWitness};
use laiqu_supervision::{LogKey, Registry};
use rounds::{Event, Rounds};
use serde::Serialize;
use std::fmt::Debug;
use std::path::PathBuf;
use std::sync::{Arc, Mutex, OnceLock, PoisonError, RwLock, mpsc};
use std::thread::JoinHandle;
use std::time::Duration;

pub(crate) use start::{ask_first, refuse_contradicted};

/// How long an idle ledger's checkpoint keeps its cosignatures before new ones are asked for.
pub const RENEW_AFTER: Duration = Duration::from_secs(600);

/// What a witness answered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct WitnessAnswer {
    /// HTTP status.
    pub status: u16,
    /// Body as text.
    pub body: String,
}

/// The way to one witness (c2sp.org/tlog-witness). It keeps its own time limits: a request ends.
pub trait WitnessClient: Send + Sync + Debug {
    /// `POST <prefix>/add-checkpoint` with this body.
    ///
    /// # Errors
    /// Why no answer came.
    fn add_checkpoint(&self, body: &str) -> Result<WitnessAnswer, String>;

    /// `GET <prefix>/<origin hash>/checkpoint`.
    ///
    /// # Errors
    /// Why no answer came.
    fn checkpoint(&self, origin_hash: &str) -> Result<WitnessAnswer, String>;
}

/// Which witnesses a ledger asks, and how many it needs.
#[derive(Clone, Debug)]
pub struct Witnessing {
    policy: Policy,
    clients: Vec<(String, Arc<dyn WitnessClient>)>,
    unreachable_confirmed: bool,
    renew_after: Duration,
}

impl Witnessing {
    /// The witnesses of a policy that have a URL and a key that can be verified; `connect` makes
    /// the way to each. The logs of the policy play no part: the ledger asks for itself.
    ///
    /// # Errors
    /// Where the quorum cannot be met by these witnesses.
    pub fn new(
        policy: Policy,
        connect: impl Fn(&str) -> Arc<dyn WitnessClient>,
    ) -> Result<Self, Error> {
        let asked = |witness: &PolicyWitness| witness.key.verifier().and(witness.url.clone());
        if !policy.is_met_by(|witness| asked(witness).is_some()) {
            let detail = "the policy's quorum cannot be met by its witnesses that have a URL and \
                          an Ed25519 key";
            return Err(Error::new(Code::InvalidParameter, detail));
        }
        let witnesses = policy.witnesses().iter();
        let clients = witnesses
            .filter_map(|witness| Some((witness.name.clone(), connect(&asked(witness)?))))
            .collect();
        Ok(Self { policy, clients, unreachable_confirmed: false, renew_after: RENEW_AFTER })
    }

    /// How long an idle ledger's checkpoint keeps its cosignatures before new ones are asked for:
    /// they say as of when a log was seen to stand still, [`RENEW_AFTER`] unless set.
    #[must_use]
    pub fn renewed_after(self, renew_after: Duration) -> Self {
        Self { renew_after, ..self }
    }

    /// Lets the ledger start although too few witnesses can be asked what they hold. The operator
    /// then vouches that this is the newest copy of the ledger.
    #[must_use]
    pub fn unreachable_confirmed(self, confirmed: bool) -> Self {
        Self { unreachable_confirmed: confirmed, ..self }
    }
}

/// What is known of a ledger's witnesses.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessesState {
    /// Size of the newest checkpoint that meets the quorum; none yet where it is missing.
    pub cosigned_size: Option<u64>,
    /// Why this copy of the ledger signs nothing more, where a witness holds what it does not.
    pub halted: Option<String>,
    /// Those that are asked, in the order of the policy.
    pub witnesses: Vec<WitnessState>,
}

/// One witness, as far as its answers tell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct WitnessState {
    /// What the policy calls it.
    pub name: String,
    /// Size that it cosigned last, 0 for none.
    pub size: u64,
    /// Its last answer was no cosignature, or none came; the server's log has the cause.
    pub failing: bool,
}

/// The keys that have signed for this ledger, as its entries say.
pub(crate) fn log_keys(registry: &Registry) -> Vec<NoteVerifier> {
    let keys = registry.log_keys().iter();
    keys.filter_map(|key| NoteVerifier::parse(&key.vkey).ok()).collect()
}

/// Opens a checkpoint that was signed for this ledger, by a key that was in force at its size: one
/// that was replaced, because it may be in other hands, says nothing of later sizes.
fn open_own(policy: &Policy, registry: &Registry, text: &str) -> Result<OpenedCheckpoint, String> {
    let opened = policy.open(text).map_err(|error| error.to_string())?;
    let mut in_force = LogKey::signers(registry.log_keys(), opened.checkpoint.size);
    if in_force.any(|key| opened.log_keys.contains(&key.vkey)) {
        return Ok(opened);
    }
    Err(format!("no log key in force at {} entries signed it", opened.checkpoint.size))
}

/// Why this tree cannot be the newest state of the ledger, given what was signed for it elsewhere.
pub(crate) fn contradiction(tree: &LogTree, known: &Checkpoint) -> Result<Option<String>, Error> {
    let (size, own) = (known.size, tree.size());
    let root = tree.root_at(size).map_err(|e| Error::new(Code::Damaged, e.to_string()))?;
    Ok(match root {
        None => Some(format!(
            "a checkpoint of size {size} was signed for this ledger, but this copy ends at {own}: \
             it is an older copy"
        )),
        Some(root) if root != known.root => Some(format!(
            "another root was signed for this ledger at size {size} than this copy has: its \
             history is another one"
        )),
        Some(_) => None,
    })
}

/// What the rounds share with requests.
#[derive(Debug)]
pub(crate) struct Cosigned {
    policy: Policy,
    shared: Arc<Shared>,
    /// The newest checkpoint that meets the quorum, with all cosignatures so far.
    newest: RwLock<Option<Arc<SignedCheckpoint>>>,
    /// Why nothing may be signed any more.
    halted: OnceLock<String>,
    /// What the rounds know of each witness. Written by the rounds only.
    witnesses: RwLock<Vec<WitnessState>>,
    /// A copy of the newest one for the next start; checked when it is read, may be lost.
    file: PathBuf,
    /// The checkpoint that contradicts this copy, for the next start.
    contradiction: PathBuf,
}

impl Cosigned {
    fn registry(&self) -> Arc<Registry> {
        Arc::clone(&read(&self.shared.look_ups).registry)
    }

    /// The policy for checkpoints of this ledger alone, under every key that it has had.
    fn policy(&self) -> Policy {
        self.policy.clone().for_logs(&log_keys(&self.registry()))
    }

    fn show(&self, opened: &OpenedCheckpoint, text: String) {
        let Checkpoint { size, root, .. } = opened.checkpoint;
        if let Err(error) = start::keep(&self.file, &text) {
            tracing::warn!(%error, "the cosigned checkpoint was not kept for the next start");
        }
        let witnessed = self.policy.has_quorum() && opened.quorum_met;
        *write(&self.newest) = Some(Arc::new(SignedCheckpoint { size, root, text, witnessed }));
    }

    /// What a witness shows: its size, or nothing where this ledger's key did not sign it. Stops
    /// signing for good where this copy does not contain it.
    fn judge(&self, text: &str) -> Option<u64> {
        let checkpoint = open_own(&self.policy(), &self.registry(), text).ok()?.checkpoint;
        let found = contradiction(&read(&self.shared.tree), &checkpoint);
        if let Ok(Some(reason)) = found
            && self.halted.set(reason.clone()).is_ok()
        {
            tracing::error!(%reason, "this ledger signs nothing more");
            if let Err(error) = start::keep_durably(&self.contradiction, text) {
                tracing::error!(%error, "the contradicting checkpoint was not kept");
            }
        }
        Some(checkpoint.size)
    }

    /// Why nothing may be signed any more.
    pub(crate) fn halted(&self) -> Option<&str> {
        self.halted.get().map(String::as_str)
    }
}

/// The running rounds, as the service holds them.
#[derive(Debug)]
pub(crate) struct Cosigning {
    cosigned: Arc<Cosigned>,
    events: mpsc::Sender<Event>,
    thread: Mutex<Option<JoinHandle<()>>>,
}

impl Cosigning {
    /// Starts to ask, from the sizes that the witnesses told at the start.
    pub(crate) fn start(
        witnessing: Witnessing,
        asked: start::Asked,
        shared: &Arc<Shared>,
        data: &crate::files::DataDir,
    ) -> Result<Self, Error> {
        let cosigned = Arc::new(Cosigned {
            policy: witnessing.policy.clone(),
            shared: Arc::clone(shared),
            newest: RwLock::new(None),
            halted: OnceLock::new(),
            witnesses: RwLock::new(Vec::new()),
            file: data.cosigned(),
            contradiction: data.contradiction(),
        });
        start::recall(&cosigned);
        let (events, inbox) = mpsc::channel();
        let rounds = Rounds::new(&cosigned, witnessing, &asked, &events)?;
        let thread = crate::service::spawn("witnesses", move || rounds.run(&inbox))?;
        Ok(Self { cosigned, events, thread: Mutex::new(Some(thread)) })
    }

    /// A checkpoint that may be shown as far as this ledger's files go.
    pub(crate) fn offer(&self, checkpoint: &Arc<SignedCheckpoint>) {
        // The rounds only end when the service stops.
        drop(self.events.send(Event::Offered(Arc::clone(checkpoint))));
    }

    /// The newest checkpoint that meets the quorum.
    pub(crate) fn newest(&self) -> Option<Arc<SignedCheckpoint>> {
        read(&self.cosigned.newest).clone()
    }

    /// What is known of the witnesses.
    pub(crate) fn state(&self) -> WitnessesState {
        WitnessesState {
            cosigned_size: self.newest().map(|newest| newest.size),
            halted: self.cosigned.halted().map(str::to_owned),
            witnesses: read(&self.cosigned.witnesses).clone(),
        }
    }

    /// Refuses where a witness knows what this copy of the ledger does not contain.
    pub(crate) fn check_not_halted(&self) -> Result<(), Error> {
        match self.cosigned.halted.get() {
            Some(reason) => Err(Error::new(Code::HistoryContradicted, reason.clone())),
            None => Ok(()),
        }
    }

    /// What the publisher looks at before it signs.
    pub(crate) fn halt(&self) -> Arc<Cosigned> {
        Arc::clone(&self.cosigned)
    }

    /// Ends the rounds; requests under way end by themselves.
    pub(crate) fn stop(&self) {
        drop(self.events.send(Event::Stop));
        let thread = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take();
        if thread.is_some_and(|thread| thread.join().is_err()) {
            tracing::error!("the task that asks witnesses panicked");
        }
    }
}
