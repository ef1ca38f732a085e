//! The running ledger: opened once, shared by every request, stopped cleanly.

mod checkpoints;
mod observed;

use crate::admission::Admission;
use crate::behind::Behind;
use crate::clock::Clock;
use crate::cosigning::{Cosigning, Witnessing, ask_first, refuse_contradicted};
use crate::cursor::Cursors;
use crate::draft::{Ack, Check, Draft, Refusal, SignedCheckpoint, Submission, Work};
use crate::error::{Code, Error};
use crate::files::DataDir;
use crate::health::Health;
use crate::init::{GATEWAY, GATEWAY_KEY, sign_record};
use crate::limits::{PUBLISH_UNITS_MAX, QUEUE_SUBMISSIONS_MAX};
use crate::log_keys::LogKeys;
use crate::metrics::Metrics;
use crate::open::{Opened, open};
use crate::options::ServiceOptions;
use crate::place::Placer;
use crate::principal::{Credentials, Principal};
use crate::publisher::{IndexWriter, Publisher, Settling, Shared, read};
use crate::refold::Refold;
use crate::refolding::Refolding;
use crate::scrub::scrub;
use crate::sequencer::Sequencer;
use crate::signatures::{Body, KnownKeys, Verifying};
use crate::subscriptions::{Deliveries, Subscriber};
use laiqu_ledger::{Log, Reader};
use laiqu_proof::{PrivateJwk, SubmissionClaims, sign_submission};
use laiqu_supervision::Registry;
use std::path::Path;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, OnceLock, RwLock, mpsc as channel};
use std::thread::JoinHandle;
use tokio::sync::{mpsc, oneshot, watch};
use tracing::Span;

/// A running ledger. Cheap to clone.
#[derive(Clone)]
pub struct Service {
    inner: Arc<Inner>,
}

struct Inner {
    origin: String,
    vkey: String,
    options: ServiceOptions,
    log_keys: Arc<LogKeys>,
    gateway: PrivateJwk,
    known_keys: KnownKeys,
    cursors: Cursors,
    reader: Reader,
    shared: Arc<Shared>,
    /// Newest checkpoint, by the publisher.
    newest: watch::Receiver<Arc<SignedCheckpoint>>,
    /// Entries that the views show, by the publisher.
    shown: watch::Receiver<u64>,
    /// Checkpoint that `/log/checkpoint` shows; its size is in the head file.
    published: RwLock<Arc<SignedCheckpoint>>,
    data: DataDir,
    /// Asks the witnesses, where the ledger has some.
    cosigning: Option<Cosigning>,
    metrics: Arc<Metrics>,
    health: Arc<Health>,
    admission: Arc<Admission>,
    /// Sends results to who subscribed, once somebody does the sending.
    deliveries: OnceLock<Arc<Deliveries>>,
    /// Held by the one erasure that is being prepared and written.
    erasing: tokio::sync::Mutex<()>,
    /// Gone once the service stops.
    queue: Mutex<Option<mpsc::Sender<Work>>>,
    /// The sequencer and publisher, until they are joined.
    threads: Mutex<Option<(JoinHandle<Log>, JoinHandle<()>)>>,
    /// Reads what the start did not, where there is any.
    scrubbing: Mutex<Option<JoinHandle<()>>>,
    is_stopping: Arc<AtomicBool>,
}

/// What became of a write.
pub(crate) enum Written {
    Done(Ack),
    /// Others wrote meanwhile what may concern it; the projections now show it.
    LookAgain,
}

impl Service {
    /// Opens the ledger in this directory, rebuilds what is derived, and starts its tasks.
    ///
    /// # Errors
    /// Where the directory holds no ledger, another process has it open, or its bytes are damaged.
    pub fn open(path: &Path, options: ServiceOptions) -> Result<Self, Error> {
        Self::open_with(path, options, None)
    }

    /// Likewise for a ledger that has witnesses: they are asked first whether this is its newest
    /// copy, and then for their cosignatures on each published checkpoint.
    ///
    /// # Errors
    /// As [`Service::open`]; also where a witness holds what this copy does not contain, or too few
    /// could be asked.
    pub fn open_witnessed(
        path: &Path,
        options: ServiceOptions,
        witnessing: Witnessing,
    ) -> Result<Self, Error> {
        Self::open_with(path, options, Some(witnessing))
    }

    fn open_with(
        path: &Path,
        options: ServiceOptions,
        witnessing: Option<Witnessing>,
    ) -> Result<Self, Error> {
        let data = DataDir::new(path);
        let Opened { descriptor, log, head, tree, look_ups, views, state, kept, unread } =
            open(&data, options.check, options.keep_events)?;
        let history = look_ups.registry.log_keys();
        let log_keys = Arc::new(LogKeys::load(&data, &descriptor.origin, history)?);
        let gateway = data.read_key(GATEWAY_KEY)?;
        let registry = &look_ups.registry;
        let asked = match &witnessing {
            Some(all) => {
                let head = || Arc::new(log_keys.sign_newest(tree.size(), tree.root()));
                ask_first(all, &data, &descriptor.origin, registry, &tree, head)?
            }
            None => {
                if data.cosigned().exists() {
                    tracing::warn!("this ledger had witnesses; now none is asked or waited for");
                }
                refuse_contradicted(&data, registry, &tree)?
            }
        };
        let (size, root) = (tree.size(), tree.root());
        let first = Arc::new(log_keys.sign_newest(size, root));
        data.keep_published(&first.text);
        let (newest_in, newest) = watch::channel(Arc::clone(&first));
        let (shown_in, shown) = watch::channel(size);
        let (tree, views) = (RwLock::new(tree), parking_lot::RwLock::new(views));
        let shared = Arc::new(Shared { tree, look_ups: RwLock::new(look_ups), views });
        let cosigning =
            witnessing.map(|all| Cosigning::start(all, asked, &shared, &data)).transpose()?;
        if let Some(cosigning) = &cosigning {
            cosigning.offer(&first);
        }
        let reader = log.reader();
        let (queue, waiting) = mpsc::channel(QUEUE_SUBMISSIONS_MAX);
        let (to_publisher, units) = channel::sync_channel(PUBLISH_UNITS_MAX);
        let clock = Arc::new(Clock::new(options.clock_confirmed));
        let metrics = Arc::new(Metrics::default());
        metrics.set_indexed(size);
        let health = Arc::new(Health::new(Arc::clone(&clock), &log, head.last_time));
        let sequencer = Sequencer {
            log,
            placer: Placer::new(head, clock),
            publish: to_publisher,
            health: Arc::clone(&health),
            metrics: Arc::clone(&metrics),
        };
        let admission = Arc::new(Admission::default());
        let refold = Refold {
            reader: reader.clone(),
            shared: Arc::clone(&shared),
            directory: data.kept(),
            keep_events: options.keep_events,
            admission: Arc::clone(&admission),
            is_over: Arc::default(),
        };
        let publisher = Publisher {
            shared: Arc::clone(&shared),
            log_keys: Arc::clone(&log_keys),
            newest: newest_in,
            shown: shown_in,
            index: IndexWriter::new(state, size),
            cosigned: cosigning.as_ref().map(Cosigning::halt),
            refolding: Refolding::new(refold, kept),
            behind: Behind::default(),
            settling: Settling::Waits,
            health: Arc::clone(&health),
            metrics: Arc::clone(&metrics),
        };
        let sequencer = spawn("sequencer", move || sequencer.run(waiting))?;
        let publisher = spawn("publisher", move || publisher.run(&units))?;
        let is_stopping = Arc::new(AtomicBool::new(false));
        let scrubbing = (unread > 0).then(|| {
            let (reader, health) = (reader.clone(), Arc::clone(&health));
            let (stop, directory) = (Arc::clone(&is_stopping), data.kept());
            spawn("scrub", move || scrub(&reader, (unread, &directory), &health, &stop))
        });
        let inner = Inner {
            origin: descriptor.origin,
            vkey: descriptor.vkey,
            options,
            log_keys,
            cursors: Cursors::of(&gateway),
            gateway,
            known_keys: KnownKeys::default(),
            reader,
            shared,
            newest,
            shown,
            published: RwLock::new(first),
            data,
            cosigning,
            metrics,
            health,
            admission,
            deliveries: OnceLock::new(),
            erasing: tokio::sync::Mutex::new(()),
            queue: Mutex::new(Some(queue)),
            threads: Mutex::new(Some((sequencer, publisher))),
            scrubbing: Mutex::new(scrubbing.transpose()?),
            is_stopping,
        };
        Ok(Self { inner: Arc::new(inner) })
    }

    /// Sends results to those who subscribed, through this one, until the service stops.
    pub fn deliver_through(&self, subscriber: Arc<dyn Subscriber>) {
        self.inner.deliveries.get_or_init(|| Deliveries::start(self, subscriber));
    }

    pub(crate) fn deliveries(&self) -> Option<&Arc<Deliveries>> {
        self.inner.deliveries.get()
    }

    /// Tells how many entries the views show, each time that there are more.
    pub(crate) fn growth(&self) -> watch::Receiver<u64> {
        self.inner.shown.clone()
    }

    pub(crate) fn data(&self) -> &DataDir {
        &self.inner.data
    }

    /// Finishes the batches in hand, syncs, and marks a clean stop. Later writes are refused.
    ///
    /// # Errors
    /// Where the head file cannot be written; nothing acknowledged is lost then either.
    pub fn stop(&self) -> Result<(), Error> {
        drop(lock(&self.inner.queue).take());
        self.inner.is_stopping.store(true, Ordering::Relaxed);
        if let Some(deliveries) = self.deliveries() {
            deliveries.stop();
        }
        if let Some(cosigning) = &self.inner.cosigning {
            cosigning.stop();
        }
        let Some((sequencer, publisher)) = lock(&self.inner.threads).take() else { return Ok(()) };
        let log = sequencer.join().map_err(|_| Error::internal("sequencer", "panicked"))?;
        // The publisher may still keep the projections; the log is whole already.
        let closed = log.close().map_err(|e| Error::internal("clean stop", e));
        publisher.join().map_err(|_| Error::internal("publisher", "panicked"))?;
        if let Some(scrubbing) = lock(&self.inner.scrubbing).take() {
            scrubbing.join().map_err(|_| Error::internal("scrub", "panicked"))?;
        }
        closed
    }

    /// The ledger's name in checkpoints.
    #[must_use]
    pub fn origin(&self) -> &str {
        &self.inner.origin
    }

    /// The log's public key as a C2SP verifier key.
    #[must_use]
    pub fn vkey(&self) -> &str {
        &self.inner.vkey
    }

    /// Whether reads need no token.
    #[must_use]
    pub fn public_read(&self) -> bool {
        self.inner.options.public_read
    }

    /// Who asks: by bearer token, or the public where reads are open.
    ///
    /// # Errors
    /// Where the token is unknown, or none came and reads are not public.
    pub fn principal(&self, credentials: &Credentials) -> Result<Principal, Error> {
        match &credentials.bearer {
            Some(bearer) => Principal::of_bearer(&self.registry(), bearer),
            None if self.public_read() => Ok(Principal::Public),
            None => {
                let detail =
                    "send `Authorization: Bearer TOKEN`; this ledger's reads are not public";
                Err(Error::new(Code::CredentialsMissing, detail))
            }
        }
    }

    /// Hands drafts to the sequencer and waits until they are durable and visible.
    pub(crate) async fn write(
        &self,
        drafts: Vec<Draft>,
        checks: Vec<Check>,
        seen_size: u64,
    ) -> Result<Written, Error> {
        self.may_sign()?;
        self.health().check_undamaged()?;
        let queue = self.queue()?;
        let (reply, answer) = oneshot::channel();
        let span = Span::current();
        let submission = Submission { drafts, checks, seen_size, reply, span };
        queue.try_send(Work::Submit(submission)).map_err(|_| {
            Error::new(Code::Overloaded, "too many writes are waiting; try again shortly")
        })?;
        drop(queue);
        let unknown = |_| {
            let detail = "whether this was written is not known; post it again, which is safe";
            Error::new(Code::OutcomeUnknown, detail)
        };
        match answer.await.map_err(unknown)? {
            Ok(ack) => Ok(Written::Done(ack)),
            Err(Refusal::Refused(error)) => Err(*error),
            Err(Refusal::LookAgain { at_size }) => {
                self.wait_for_size(at_size).await?;
                Ok(Written::LookAgain)
            }
        }
    }

    fn queue(&self) -> Result<mpsc::Sender<Work>, Error> {
        lock(&self.inner.queue).clone().ok_or_else(stopping)
    }

    pub(crate) fn shared(&self) -> &Arc<Shared> {
        &self.inner.shared
    }

    pub(crate) fn erasing(&self) -> &tokio::sync::Mutex<()> {
        &self.inner.erasing
    }

    pub(crate) fn reader(&self) -> &Reader {
        &self.inner.reader
    }

    pub(crate) fn registry(&self) -> Arc<Registry> {
        Arc::clone(&read(&self.inner.shared.look_ups).registry)
    }

    /// The keys that sign checkpoints.
    pub(crate) fn log_keys(&self) -> &LogKeys {
        &self.inner.log_keys
    }

    /// What signatures over this body are verified with.
    pub(crate) fn verifying<'a>(&'a self, registry: &'a Registry, body: Body<'a>) -> Verifying<'a> {
        let (known, origin) = (&self.inner.known_keys, self.origin());
        Verifying { known, registry, origin, body }
    }

    /// Tokens of pages.
    pub(crate) fn cursors(&self) -> &Cursors {
        &self.inner.cursors
    }

    pub(crate) fn gateway_alias(&self) -> u64 {
        GATEWAY
    }

    /// The gateway's signature for a party's body.
    pub(crate) fn gateway_signature(&self, party: &str, body: Body<'_>) -> String {
        let claims = SubmissionClaims {
            iss: party.to_owned(),
            aud: self.inner.origin.clone(),
            sha256: *body.sha256,
            cty: body.media_type.to_owned(),
            exp: None,
            seq: None,
            prev: None,
        };
        sign_submission(&self.inner.gateway, &claims)
    }

    /// The gateway's signature for a record of the ledger itself.
    pub(crate) fn gateway_record_signature(&self, media_type: &str, payload: &[u8]) -> String {
        let origin = self.origin();
        sign_record(&self.inner.gateway, origin, origin, media_type, payload)
    }
}

fn stopping() -> Error {
    Error::new(Code::Overloaded, "the server is stopping; try again shortly")
}

pub(crate) fn spawn<T: Send + 'static>(
    name: &str,
    run: impl FnOnce() -> T + Send + 'static,
) -> Result<JoinHandle<T>, Error> {
    let builder = std::thread::Builder::new().name(name.to_owned());
    builder.spawn(run).map_err(|e| Error::internal("thread", e))
}

fn lock<T>(mutex: &Mutex<T>) -> std::sync::MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
}
