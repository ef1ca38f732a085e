//! Plain values in arrays, lists and tables that lie partly in a file written once and mapped, and
//! partly in memory: what opens at once however large it is, and takes more.
//!
//! It must never contain what the values mean.
//!
//! A structure is filled in memory, saved with all others of its kind into one file
//! ([`Saving`]), and opened from there ([`Opened`]): then the file is the base, mapped privately.
//! What is added lies behind it in memory; what changes of the base lies in memory by pages of the
//! machine. The file itself never changes: what is saved next is another file, which holds what is
//! new and what changed, and names the files beside it that hold all else.

mod blobs;
mod column;
mod dictionary;
mod error;
mod form;
mod groups;
mod lists;
mod map;
mod opened;
mod pairs;
mod parted;
mod runs;
mod saving;
mod slots;
mod table;
mod texts;

#[cfg(test)]
mod beside;
#[cfg(test)]
mod properties;
#[cfg(any(test, feature = "testing"))]
pub mod testing;

pub use blobs::Blobs;
pub use column::{Column, Plain, Reader};
pub use dictionary::Dictionary;
pub use error::Error;
pub use groups::Groups;
pub use lists::{List, Lists};
pub use opened::Opened;
pub use pairs::{Head, Pair, Pairs};
pub use parted::Parted;
pub use runs::{lasting_runs, run_name};
pub use saving::Saving;
pub use slots::Slots;
pub use table::{Set, Table};
pub use texts::Texts;
