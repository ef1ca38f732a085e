//! Tests of the log as a whole.

mod erasing;
mod failing;
mod flipped;
mod signatures;
mod threads;
mod torn;
mod using;
