//! Tests of the log as a whole.

mod erasing;
mod failing;
mod flipped;
mod opening;
mod overhead;
mod signatures;
mod threads;
mod torn;
mod tree;
mod using;
