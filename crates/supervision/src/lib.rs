//! Who may act in the ledger and under which rules: parties, keys and tokens as a fold over its
//! entries.
//!
//! It must never contain I/O, a clock, randomness or cryptography: it decides by entry index, on
//! records that others have verified.

mod party;
mod record;
mod registry;

pub use party::{Kind, PartyId, PartyIdError, SigningRule};
pub use record::{KeyRevocation, PartyRegistration, RecordError, Role, TokenIssue};
pub use registry::{Change, Key, KeyState, Party, Registry, Token};
