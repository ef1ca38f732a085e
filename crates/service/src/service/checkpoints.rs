//! Which checkpoint there is for whom: the newest, the one that is shown, the cosigned one.

use super::{Service, stopping};
use crate::cosigning::{Cosigning, WitnessesState};
use crate::draft::{SignedCheckpoint, Work};
use crate::error::Error;
use crate::limits::CHECKPOINT_INTERVAL_MILLIS;
use crate::publisher::{read, write};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::oneshot;

impl Service {
    /// Waits until the projections show a size, unless nothing is published any more.
    pub(super) async fn wait_for_size(&self, size: u64) -> Result<(), Error> {
        let look = Duration::from_millis(CHECKPOINT_INTERVAL_MILLIS);
        let mut newest = self.inner.newest.clone();
        loop {
            let shown = newest.wait_for(|checkpoint| checkpoint.size >= size);
            // The publisher only goes away when the server stops; the next try then says so.
            if tokio::time::timeout(look, shown).await.is_ok() {
                return Ok(());
            }
            self.may_sign()?;
        }
    }

    /// Shows the newest checkpoint once the head file covers it. Called about once a second.
    ///
    /// # Errors
    /// Where the head file cannot be written; the older checkpoint stays.
    pub async fn publish_checkpoint(&self) -> Result<(), Error> {
        let newest = self.newest();
        if newest.size == read(&self.inner.published).size {
            return Ok(());
        }
        let (reply, answer) = oneshot::channel();
        let queue = self.queue()?;
        if queue.send(Work::WriteHead(reply)).await.is_err() {
            return Err(stopping());
        }
        drop(queue);
        let written = answer.await.map_err(|_| stopping())?;
        written.map_err(|cause| Error::internal("head file", cause))?;
        if let Some(cosigning) = &self.inner.cosigning {
            cosigning.offer(&newest);
        }
        self.inner.data.keep_published(&newest.text);
        *write(&self.inner.published) = newest;
        Ok(())
    }

    /// Refuses where a witness holds what this copy of the ledger does not contain.
    pub(crate) fn may_sign(&self) -> Result<(), Error> {
        self.inner.cosigning.as_ref().map_or(Ok(()), Cosigning::check_not_halted)
    }

    /// The newest checkpoint with the cosignatures of a quorum; `None` where no witness is asked.
    pub(crate) fn cosigned(&self) -> Option<Arc<SignedCheckpoint>> {
        self.inner.cosigning.as_ref().and_then(Cosigning::newest)
    }

    /// Whether checkpoints need a quorum's cosignatures before they are shown.
    pub(crate) fn has_witnesses(&self) -> bool {
        self.inner.cosigning.is_some()
    }

    /// What is known of the witnesses, where the ledger has some.
    pub(crate) fn witnesses(&self) -> Option<WitnessesState> {
        self.inner.cosigning.as_ref().map(Cosigning::state)
    }

    /// The checkpoint that everyone is shown, where there is one already.
    pub(crate) fn shown(&self) -> Arc<SignedCheckpoint> {
        self.cosigned().unwrap_or_else(|| self.published())
    }

    /// The checkpoint that a receipt of this entry leads to: the cosigned one where that covers it.
    pub(crate) fn checkpoint_over(&self, index: u64) -> Arc<SignedCheckpoint> {
        let covers = |checkpoint: &Arc<SignedCheckpoint>| checkpoint.size > index;
        self.cosigned().filter(covers).unwrap_or_else(|| self.newest())
    }

    pub(crate) fn newest(&self) -> Arc<SignedCheckpoint> {
        Arc::clone(&self.inner.newest.borrow())
    }

    /// The checkpoint that everyone may see: the head file covers it.
    pub(crate) fn published(&self) -> Arc<SignedCheckpoint> {
        Arc::clone(&read(&self.inner.published))
    }
}
