//! The service against a model that a person can check: whatever is posted in whatever order, it
//! does what a hash map and a naive closure do.

// A test stops where it cannot go on; unwrapping says where.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing, clippy::panic)]

mod borders;
mod captures;
mod clean;
mod closures;
mod erasures;
mod mistakes;
mod recall;
mod scene;
mod sources;
mod spelling;
mod spellings;
mod world;
