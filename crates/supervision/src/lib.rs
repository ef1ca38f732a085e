//! Who may act in the ledger and under which rules: parties, keys, tokens and named
//! queries as a fold over its entries, and the regulator's rules as dated data.
//!
//! It must never contain I/O, a clock, randomness or cryptography: it decides by entry index, on
//! records that others have verified.

mod change;
mod key;
mod key_record;
mod named_query;
mod party;
mod record;
mod registry;
mod subscription;
mod temperature;

pub use change::Change;
pub use key::{Key, KeyState, LogKey};
pub use key_record::{KeyReset, KeyRevocation, KeyRotation, LogKeyChange, SigningChange};
pub use named_query::{NamedQuery, QUERY_NAME_CHARS_MAX, QueryCreation, QueryDeletion};
pub use party::{Kind, PartyId, PartyIdError, SigningRule};
pub use record::{
    Erasure, LedgerInit, PartyRegistration, ProfileChange, RecordError, Role, TokenIssue,
};
pub use registry::{Party, Registry, Token};
pub use subscription::{
    DESTINATION_BYTES_MAX, Subscription, SubscriptionCreation, SubscriptionDeletion,
};
pub use temperature::{TEMPERATURE_RULES, TemperatureRule, temperature_rule};
