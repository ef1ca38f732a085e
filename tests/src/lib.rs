//! What every group of tests uses: a real server process, parties with keys, and real data.
//!
//! It must never replace a part of the product by an imitation.

// Only tests use this: a failed assumption is a failed test.
#![allow(clippy::expect_used, clippy::panic, clippy::unwrap_used, clippy::print_stdout)]
#![allow(clippy::indexing_slicing)]

mod answers;
mod book;
mod client;
mod data;
mod erasable;
mod follower;
mod master_data;
mod party;
mod raw;
mod receipt;
mod sample;
mod samples;
mod server;
mod site;
mod socket;
mod static_files;

pub use answers::{event_pages, everything, pages};
pub use book::Book;
pub use client::{Answer, Client};
pub use data::{data_dir, read_data};
pub use erasable::{Erasable, PRODUCT_LOT, SECRET_LOT, SHARED_LOT, found_below, with_shelf_life};
pub use follower::{Fetch, Follower, Seen, mth, read_all};
pub use master_data::{element, with_locations};
pub use party::{TestParty, jws};
pub use raw::{RawRequest, chunk, raw};
pub use receipt::{check_opening, check_receipt};
pub use sample::{Dice, commissioned, document, transformed};
pub use samples::Samples;
pub use server::{LedgerDir, TestServer, run, under_test};
pub use site::{Change, Site, encode};
pub use socket::Listener;
pub use static_files::StaticFiles;
