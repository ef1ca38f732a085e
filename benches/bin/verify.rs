//! Times the verification of a ledger.

use mimalloc::MiMalloc;
use std::process::ExitCode;

/// The allocator of the real program.
#[global_allocator]
static ALLOCATOR: MiMalloc = MiMalloc;

fn main() -> ExitCode {
    laiqu_benches::verify::main()
}
