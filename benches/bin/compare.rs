//! Puts the same submissions into Laiqu and into what else could keep them.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    laiqu_benches::compare::main()
}
