//! Asks a server of its own for the first page of every filter of event queries.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    laiqu_benches::queries::main()
}
