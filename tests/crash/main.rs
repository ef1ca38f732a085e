//! What a ledger keeps when its process is killed, its files are changed, or its index is lost.

// Tests may: a failed assumption is a failed test.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::cast_possible_truncation,
    clippy::print_stdout
)]

mod backup;
mod erasing;
mod failed_disk;
mod flip;
mod full;
mod image;
mod index;
mod injection;
mod kill;
mod rebuilt;
mod slow_disk;
mod stored;
mod stored_xml;
mod strace;
mod tiles;
mod torn;
mod witness;
