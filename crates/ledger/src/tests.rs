//! Tests of the log as a whole.

mod failing;
mod flipped;
mod signatures;
mod torn;
mod using;
