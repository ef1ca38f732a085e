//! Rules of the repository: layering, file length, forbidden words and calls, documented crates.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing)] // tests may

mod layering;
mod sources;
mod tree;
