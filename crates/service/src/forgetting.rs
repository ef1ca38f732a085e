//! Forgetting what was erased: all that is derived is folded anew beside the running server, the
//! only way to be sure that nothing of it is left and that a restart finds the same. Writes go on
//! meanwhile; only the erasure's answer waits.

use crate::draft::{Ack, Refusal, Reply};
use crate::error::{Code, Error};
use crate::open::Fold;
use crate::publisher::{Shared, read, write};
use laiqu_ledger::Reader;
use std::sync::mpsc::{Receiver, TryRecvError, sync_channel};

/// An erasure that is durable, and whose answer waits.
struct Waiting {
    by: u64,
    reply: Reply,
    ack: Ack,
}

/// What the publisher holds while something is being forgotten. Owned by its thread.
pub(crate) struct Forgetting {
    reader: Reader,
    waiting: Vec<Waiting>,
    /// The newest `erasure` entry.
    newest: Option<u64>,
    /// The fold under way.
    folded: Option<Receiver<Result<Fold, Error>>>,
}

impl Forgetting {
    pub(crate) fn new(reader: Reader) -> Self {
        Self { reader, waiting: Vec::new(), newest: None, folded: None }
    }

    /// Whether a fold is under way.
    pub(crate) fn is_busy(&self) -> bool {
        self.folded.is_some()
    }

    /// Lets the answer of the `erasure` entry `by` wait.
    pub(crate) fn hold(&mut self, by: u64, reply: Reply, ack: Ack) {
        self.waiting.push(Waiting { by, reply, ack });
    }

    /// Begins to forget what the `erasure` entry `by` names; a fold under way is followed by
    /// another.
    pub(crate) fn begin(&mut self, by: u64, size: u64) {
        self.newest = Some(by);
        if !self.is_busy() {
            self.fold(size);
        }
    }

    fn fold(&mut self, size: u64) {
        let (out, folded) = sync_channel(1);
        let reader = self.reader.clone();
        let fold = move || drop(out.send(Fold::up_to(&reader, size)));
        let spawned = std::thread::Builder::new().name("forget".to_owned()).spawn(fold);
        // Without a thread the channel is closed, which `take` tells.
        drop(spawned);
        self.folded = Some(folded);
    }

    /// Puts a finished fold in the place of what readers see, and answers. Waits for it where
    /// `stopping`.
    pub(crate) fn take(&mut self, shared: &Shared, stopping: bool) {
        while let Some(folded) = &self.folded {
            let result = match folded.try_recv() {
                Err(TryRecvError::Empty) if stopping => folded.recv().map_err(|_| no_thread()),
                Err(TryRecvError::Empty) => return,
                Err(TryRecvError::Disconnected) => Err(no_thread()),
                Ok(result) => Ok(result),
            };
            self.folded = None;
            if let Err(error) = result.and_then(|fold| self.put(fold?, shared)) {
                tracing::error!(%error, "erased content stays in memory until the next start");
                self.waiting.drain(..).for_each(refuse);
            }
        }
    }

    fn put(&mut self, mut fold: Fold, shared: &Shared) -> Result<(), Error> {
        let size = read(&shared.look_ups).size;
        if self.newest.is_some_and(|by| by >= fold.head.size) {
            // Something else was erased meanwhile.
            self.fold(size);
            return Ok(());
        }
        fold.go_on(&self.reader, size)?;
        *write(&shared.look_ups) = fold.look_ups;
        *write(&shared.views) = fold.views;
        for Waiting { reply, ack, .. } in self.waiting.drain(..) {
            // The one who asked may be gone; what was erased stays so.
            drop(reply.send(Ok(ack)));
        }
        Ok(())
    }
}

fn no_thread() -> Error {
    Error::internal("forgetting", "its thread ended early or did not start")
}

fn refuse(waiting: Waiting) {
    let detail = format!(
        "entry {} erases the document, and its bytes are gone from the disk; the server must be \
         restarted to forget what it still holds in memory",
        waiting.by
    );
    let error = Error::new(Code::OutcomeUnknown, detail);
    drop(waiting.reply.send(Err(Refusal::Refused(Box::new(error)))));
}
