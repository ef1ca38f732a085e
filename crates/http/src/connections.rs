//! How many connections are open.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The connections of a server, at any moment.
#[derive(Debug, Default)]
pub(crate) struct Connections(AtomicU64);

/// One of them. It lives in the data of its connection, and counts until it is dropped with it.
#[derive(Debug)]
pub(crate) struct OpenConnection(Arc<Connections>);

impl Connections {
    pub(crate) fn open(self: &Arc<Self>) -> OpenConnection {
        self.0.fetch_add(1, Ordering::Relaxed);
        OpenConnection(Arc::clone(self))
    }

    pub(crate) fn count(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Drop for OpenConnection {
    fn drop(&mut self) {
        self.0.0.fetch_sub(1, Ordering::Relaxed);
    }
}
