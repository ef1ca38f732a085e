//! Tests of the log as a whole.

mod erasing;
mod failing;
mod flipped;
mod signatures;
mod torn;
mod using;
