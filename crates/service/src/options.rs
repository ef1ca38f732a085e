//! How a ledger is opened and served.

use crate::limits::KEEP_EVENTS;
use crate::open::StartCheck;

/// How a ledger is served.
#[derive(Clone, Copy, Debug)]
pub struct ServiceOptions {
    /// Reads need no token. For demonstrations and for data that is public anyway.
    pub public_read: bool,
    /// The operator vouches for the wall clock although it is behind the ledger.
    pub clock_confirmed: bool,
    /// How much of the ledger is read before it is served.
    pub check: StartCheck,
    /// New events after which the projections are kept in a file anew.
    pub keep_events: u64,
}

impl Default for ServiceOptions {
    fn default() -> Self {
        Self {
            public_read: false,
            clock_confirmed: false,
            check: StartCheck::New,
            keep_events: KEEP_EVENTS,
        }
    }
}
