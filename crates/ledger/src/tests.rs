//! Tests of the log as a whole.

mod authority;
mod erasing;
mod failing;
mod flipped;
mod opening;
mod overhead;
mod signatures;
mod signing;
mod since;
mod threads;
mod torn;
mod tree;
mod using;
