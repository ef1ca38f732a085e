//! How a log is laid out, and what an append answers.

use std::time::Duration;

use laiqu_proof::Hash;

use crate::segment::{SEGMENT_BYTES_MAX, ZERO_PIECE_BYTES};

/// Sizes that tests make small.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LogOptions {
    /// Bytes at which a segment is full.
    pub segment_bytes_max: u32,
    /// Bytes that are zeroed and synced at a time, ahead of the units.
    pub zero_piece_bytes: u32,
}

impl Default for LogOptions {
    fn default() -> Self {
        LogOptions { segment_bytes_max: SEGMENT_BYTES_MAX, zero_piece_bytes: ZERO_PIECE_BYTES }
    }
}

/// What an append made durable.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Appended {
    /// Index of the first entry of the unit.
    pub first_index: u64,
    /// Entries in the log afterwards.
    pub size: u64,
    /// Leaf hash of the last entry.
    pub last_leaf_hash: Hash,
    /// Number of the segment that holds the unit.
    pub segment: u64,
    /// First byte of the unit in that segment.
    pub offset: u32,
    /// Bytes of the unit.
    pub bytes: u32,
    /// How long its one write and its one sync took.
    pub synced_in: Duration,
}
