//! Projections that answer look-ups: the registry's records in sled; event identifiers, bodies,
//! issuers, master data and what events say in columns, which can be saved into one file and opened
//! from it. All of them can be rebuilt from the ledger.
//!
//! It must never hold anything that exists nowhere else, and never decide what is true: where it
//! disagrees with the ledger it is deleted and rebuilt.

mod event_ids;
mod events;
mod grams;
mod issued;
mod master_data;
mod members;
mod ordered;
mod state;
mod submissions;

pub use event_ids::{EventIds, Known, halves, id_digest, short};
pub use events::{Condition, Direction, EventIndex, EventSet};
pub use grams::{Grams, folded};
pub use issued::Issued;
pub use master_data::{Attribute, MasterData, MasterDataView, Reader, Source, Statement};
pub use members::Members;
pub use state::{Loaded, Mark, RegistryRecord, State, StateError};
pub use submissions::Submissions;
